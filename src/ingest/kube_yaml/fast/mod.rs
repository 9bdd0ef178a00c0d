//! The fast reader: line by line, for the one style that `sigs.k8s.io/yaml` prints.
//!
//! Block maps and lists (a list may stand at the indentation of its key), plain and quoted scalars, also wrapped ones,
//! literal blocks, `{}` and `[]`. Whether text is in this style is decided by its structure, never by guessing: the first
//! byte that could mean anything else makes [`parse`] return nothing, and the general parser takes over.

mod quoted;
mod values;

use super::lines::{Place, ends_document};
use super::skip::Skips;
use super::{Limits, noise};
use crate::graph::tape::{Kind, Node, node, small};
use memchr::memchr;
use quoted::spaces_at;

/// What the text at hand is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Mode {
    /// A document whose end is not known; a list is declined.
    Document,
    /// A document that is known not to be a list and ends where the text ends.
    Range,
    /// An item of a list whose dash is in this column.
    Item { dash: usize },
}

/// Reused between items.
#[derive(Debug, Default)]
pub(super) struct Buffers {
    nodes: Vec<Node>,
    frames: Vec<Frame>,
    stopped: Option<Place>,
    skipped: Vec<Skipped>,
    end: usize,
}

/// Whole lines that were stepped over: offsets in the text, and the numbers of the first line and of the one behind the last.
#[derive(Debug, Clone, Copy)]
pub(super) struct Skipped {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) from: u32,
    pub(super) to: u32,
}

impl Buffers {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The start of the line or value on which the last text was declined.
    pub(super) fn stopped_at(&self) -> Option<Place> {
        self.stopped
    }

    /// The blocks of the last object that have no nodes, in file order.
    pub(super) fn skipped(&self) -> &[Skipped] {
        &self.skipped
    }

    /// Where the last object ended in its text.
    pub(super) fn end(&self) -> usize {
        self.end
    }

    pub(super) fn renumber(&mut self, line: impl Fn(u32) -> u32) {
        node::renumber(&mut self.nodes, line);
    }
}

/// An offset, and how many lines were passed on the way there.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cursor {
    pub(super) pos: usize,
    pub(super) lines: u32,
}

/// An open map or list.
#[derive(Debug, Clone, Copy)]
struct Frame {
    indent: usize,
    node: usize,
    children: u32,
    /// The entry with the greatest key so far: sorted keys need one comparison each to be known as different.
    greatest: usize,
    is_map: bool,
}

/// What the line before left open.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Open {
    Nothing,
    /// A key without a value: a map or list may follow, or it is null.
    Key,
    /// A plain scalar: a deeper line continues it.
    Plain,
}

struct Run<'t, 'b> {
    text: &'t [u8],
    whole: &'t str,
    /// Spans count from here.
    base: usize,
    line: u32,
    first_line: u32,
    open: Open,
    mode: Mode,
    limits: Limits,
    /// Key comparisons left for maps that are not sorted.
    budget: u32,
    skips: &'b Skips,
    nodes: &'b mut Vec<Node>,
    frames: &'b mut Vec<Frame>,
    skipped: &'b mut Vec<Skipped>,
}

/// Reads one object and returns where it ends, or nothing when the text is not in the style.
pub(super) fn parse(text: &str, start: Place, column: usize, mode: Mode, (limits, skips): (Limits, &Skips), buffers: &mut Buffers) -> Option<Place> {
    let Buffers { nodes, frames, stopped, skipped, end: ended } = buffers;
    nodes.clear();
    frames.clear();
    skipped.clear();
    let mut run = Run {
        text: text.as_bytes(),
        whole: text,
        base: start.pos,
        line: start.line,
        first_line: start.line,
        open: Open::Nothing,
        mode,
        limits,
        budget: 1 << 20,
        skips,
        nodes,
        frames,
        skipped,
    };
    let mut at = start;
    let end = run.object(&mut at, column);
    *stopped = end.is_none().then_some(at);
    *ended = end.map_or(start.pos, |end| end.pos);
    end
}

impl Run<'_, '_> {
    /// `at` is left at the start of the line that was declined.
    fn object(&mut self, at: &mut Place, column: usize) -> Option<Place> {
        self.push(Node::first(Kind::Map, self.line));
        self.enter(0, column, true)?;
        let mut pos = self.entry(at.pos + column)?;
        loop {
            *at = Place { pos, line: self.line };
            if pos - self.base > self.limits.item_bytes || self.nodes.len() > self.limits.nodes {
                return None;
            }
            let indent = spaces_at(self.text, pos);
            let first = pos + indent;
            let Some(byte) = self.text.get(first).copied() else {
                at.pos = first;
                break;
            };
            if byte == b'\n' {
                pos = first + 1;
                self.line += 1;
                continue;
            }
            if self.ends_at(first, indent, byte)? {
                break;
            }
            let dash = byte == b'-' && self.text.get(first + 1) == Some(&b' ');
            if self.open == Open::Plain && indent > self.frames.last()?.indent {
                pos = self.continue_plain(first)?;
                continue;
            }
            self.align(indent, dash)?;
            self.open = Open::Nothing;
            pos = if dash { self.element(first, indent)? } else { self.entry(first)? };
        }
        while self.leave().is_some() {}
        Some(*at)
    }

    /// True when the object ends in front of this line; nothing when only a closer look could tell.
    #[inline]
    fn ends_at(&self, first: usize, indent: usize, byte: u8) -> Option<bool> {
        if let Mode::Item { dash } = self.mode {
            return Some(indent <= dash);
        }
        if indent > 0 {
            return Some(false);
        }
        let line = line_from(self.whole, first)?;
        if matches!(byte, b'-' | b'.') && ends_document(line) {
            return (self.mode == Mode::Document).then_some(true);
        }
        noise::anywhere(line).is_none().then_some(false)
    }

    /// Closes and opens containers until the innermost is the one that a line with this indentation belongs to.
    #[inline]
    fn align(&mut self, indent: usize, dash: bool) -> Option<()> {
        let top = *self.frames.last()?;
        if indent > top.indent {
            if self.open != Open::Key {
                return None;
            }
            return self.enter(self.nodes.len() - 1, indent, !dash);
        }
        if indent == top.indent {
            if top.is_map == dash {
                if !dash {
                    return self.leave_list(indent);
                }
                // A list at the indentation of its key.
                return if self.open == Open::Key { self.enter(self.nodes.len() - 1, indent, false) } else { None };
            }
            return Some(());
        }
        while self.frames.last()?.indent > indent {
            self.leave()?;
        }
        let top = *self.frames.last()?;
        if top.indent != indent {
            return None;
        }
        match (top.is_map, dash) {
            (true, false) | (false, true) => Some(()),
            (false, false) => self.leave_list(indent),
            (true, true) => None,
        }
    }

    /// Leaves a list for the map at the same indentation.
    fn leave_list(&mut self, indent: usize) -> Option<()> {
        if self.frames.last()?.is_map {
            return Some(());
        }
        self.leave()?;
        let top = self.frames.last()?;
        (top.is_map && top.indent == indent).then_some(())
    }

    fn enter(&mut self, node: usize, indent: usize, is_map: bool) -> Option<()> {
        if self.frames.len() >= self.limits.depth {
            return None;
        }
        self.nodes.get_mut(node)?.set_kind(if is_map { Kind::Map } else { Kind::Seq });
        self.frames.push(Frame { indent, node, children: 0, greatest: 0, is_map });
        Some(())
    }

    fn leave(&mut self) -> Option<()> {
        let frame = self.frames.pop()?;
        let len = small(self.nodes.len() - frame.node);
        let node = self.nodes.get_mut(frame.node)?;
        node.start = frame.children;
        node.len = len;
        Some(())
    }

    #[inline]
    fn push(&mut self, node: Node) {
        self.nodes.push(node);
    }

    /// Steps over the entry whose key begins at `key`, and notes the whole lines that it takes.
    fn step_over(&mut self, key: usize, after: usize, indent: usize) -> Option<usize> {
        let line = self.text[..key].iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1).max(self.base);
        let alone = self.text[line..key].iter().all(|byte| matches!(byte, b' ' | b'"' | b'\''));
        let first = self.line;
        let end = self.skip_block(after, indent)?;
        let to = if self.text[..end].last() == Some(&b'\n') { self.line } else { self.line + 1 };
        // Beside a dash the line stays, because it is also where the list item begins.
        let (start, from) = if alone {
            (line, first)
        } else {
            (self.text[key..end].iter().position(|byte| *byte == b'\n').map_or(end, |at| key + at + 1), first + 1)
        };
        if start < end {
            self.skipped.push(Skipped { start, end, from, to });
        }
        Some(end)
    }

    /// Skips a value by its indentation alone: everything deeper than `indent`, and a list at it.
    fn skip_block(&mut self, after: usize, indent: usize) -> Option<usize> {
        let mut pos = after;
        loop {
            let rest = self.text.get(pos..)?;
            let Some(end) = memchr(b'\n', rest) else {
                return Some(self.text.len());
            };
            pos += end + 1;
            self.line += 1;
            let head = self.text.get(pos..)?;
            let spaces = head.iter().take(indent + 1).position(|byte| *byte != b' ');
            match spaces {
                // Deeper, or the end of the file.
                None => {}
                Some(spaces) if head[spaces] == b'\n' => {}
                Some(spaces) if spaces == indent && head[spaces..].starts_with(b"- ") => {}
                Some(_) => return Some(pos),
            }
        }
    }
}

fn line_from(text: &str, start: usize) -> Option<&str> {
    let rest = text.get(start..)?;
    Some(memchr(b'\n', rest.as_bytes()).map_or(rest, |end| &rest[..end]))
}
