//! The fast reader: line by line, for the one style that `sigs.k8s.io/yaml` prints.
//!
//! Block maps and lists (a list may stand at the indentation of its key), plain and quoted scalars, also wrapped ones,
//! literal blocks, `{}` and `[]`. Whether text is in this style is decided by its structure, never by guessing: the first
//! byte that could mean anything else makes [`parse`] return nothing, and the general parser takes over.

use super::lines::{Place, ends_document};
use super::quoted::{self, spaces_at};
use super::{Limits, noise};
use crate::graph::tape::{Kind, Node, small};
use memchr::memchr;

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
}

impl Buffers {
    pub(super) fn nodes(&self) -> &[Node] {
        &self.nodes
    }

    /// The start of the line or value on which the last text was declined.
    pub(super) fn stopped_at(&self) -> Option<Place> {
        self.stopped
    }

    pub(super) fn renumber(&mut self, line: impl Fn(u32) -> u32) {
        self.nodes.iter_mut().for_each(|node| node.line = line(node.line));
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
    open: Open,
    mode: Mode,
    limits: Limits,
    /// Key comparisons left for maps that are not sorted.
    budget: u32,
    nodes: &'b mut Vec<Node>,
    frames: &'b mut Vec<Frame>,
}

/// Reads one object and returns where it ends, or nothing when the text is not in the style.
pub(super) fn parse(
    text: &str,
    start: Place,
    column: usize,
    mode: Mode,
    limits: Limits,
    buffers: &mut Buffers,
) -> Option<Place> {
    let Buffers { nodes, frames, stopped } = buffers;
    nodes.clear();
    frames.clear();
    let mut run = Run {
        text: text.as_bytes(),
        whole: text,
        base: start.pos,
        line: start.line,
        open: Open::Nothing,
        mode,
        limits,
        budget: 1 << 20,
        nodes,
        frames,
    };
    let mut at = start;
    let end = run.object(&mut at, column);
    *stopped = end.is_none().then_some(at);
    end
}

/// Bytes that may begin a plain scalar without a second look.
const fn begins_plain(byte: u8) -> bool {
    matches!(byte, b'a'..=b'z' | b'A'..=b'Z' | b'0'..=b'9' | 0x80..)
        || matches!(byte, b'_' | b'/' | b'.' | b'+' | b'(' | b')' | b'$' | b'^' | b'~' | b'=' | b';' | b'<' | b'\\')
}

/// Bytes at which the scan of a plain scalar stops to look closer.
static STOPS: [bool; 256] = {
    let mut stops = [false; 256];
    stops[b'\n' as usize] = true;
    stops[b'\t' as usize] = true;
    stops[b':' as usize] = true;
    stops[b'#' as usize] = true;
    stops
};

/// How the scan of a plain scalar ended.
enum Scan {
    /// At a colon that makes it a key.
    Colon(usize),
    /// At the end of the line.
    End(usize),
}

impl Run<'_, '_> {
    /// `at` is left at the start of the line that was declined.
    fn object(&mut self, at: &mut Place, column: usize) -> Option<Place> {
        self.push(Node { key: 0, key_len: 0, start: 0, len: 1, line: self.line, kind: Kind::Map });
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
        self.nodes.get_mut(node)?.kind = if is_map { Kind::Map } else { Kind::Seq };
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

    /// Reads `key: …` at `at`; the innermost frame is its map. Returns the start of the next line.
    #[inline]
    fn entry(&mut self, at: usize) -> Option<usize> {
        let byte = *self.text.get(at)?;
        let (start, end, colon) = if byte == b'"' || byte == b'\'' {
            let closed = self.quoted_key(at, byte)?;
            (at + 1, closed, closed + 1)
        } else {
            if !begins_plain(byte) {
                return None;
            }
            let Scan::Colon(colon) = self.scan(at)? else {
                return None;
            };
            (at, colon, colon)
        };
        self.keyed(start, end, colon)
    }

    /// A quoted key on one line and without escapes, so that its text is its bytes. Returns the closing quote.
    fn quoted_key(&self, at: usize, quote: u8) -> Option<usize> {
        let start = at + 1;
        let closed = if quote == b'"' {
            quoted::double(self.text, start, usize::MAX - 1)?
        } else {
            quoted::single(self.text, start, usize::MAX - 1)?
        };
        let plain = closed.kind == Kind::Text && closed.lines == 0;
        let follows = self.text.get(closed.end + 1) == Some(&b':')
            && matches!(self.text.get(closed.end + 2), None | Some(b' ' | b'\n'));
        (plain && follows).then_some(closed.end)
    }

    /// The entry whose key is `start..end` and whose colon is at `colon`.
    #[inline]
    fn keyed(&mut self, start: usize, end: usize, colon: usize) -> Option<usize> {
        // YAML bounds keys that are not marked as such; `<<` means something to some readers.
        const LONGEST: usize = 1000;
        let key = self.text.get(start..end)?;
        if key.len() > LONGEST || key == b"<<" {
            return None;
        }
        let frame = *self.frames.last()?;
        let after = colon + 1;
        if key == b"managedFields" && self.key_of(frame.node) == b"metadata" {
            return self.skip_block(after, frame.indent);
        }
        if key == b"items" && self.mode == Mode::Document && self.frames.len() == 1 {
            return None;
        }
        self.different(key, &frame)?;
        let node = self.nodes.len();
        self.push(Node {
            key: small(start - self.base),
            key_len: small(end - start),
            start: small(after - self.base),
            len: 0,
            line: self.line,
            kind: Kind::Plain,
        });
        let frame = self.frames.last_mut()?;
        frame.children += 1;
        let indent = frame.indent;
        match self.text.get(after) {
            None => {
                self.open = Open::Key;
                Some(after)
            }
            Some(b'\n') => {
                self.open = Open::Key;
                self.line += 1;
                Some(after + 1)
            }
            Some(_) => self.value(after + spaces_at(self.text, after), indent, node),
        }
    }

    fn key_of(&self, node: usize) -> &[u8] {
        let Some(node) = self.nodes.get(node) else {
            return b"";
        };
        let start = self.base + node.key as usize;
        self.text.get(start..start + node.key_len as usize).unwrap_or_default()
    }

    /// Makes sure that the map of `frame` has no such key yet.
    #[inline]
    fn different(&mut self, key: &[u8], frame: &Frame) -> Option<()> {
        let next = self.nodes.len();
        if frame.children == 0 || self.key_of(frame.greatest) < key {
            self.frames.last_mut()?.greatest = next;
            return Some(());
        }
        let mut sibling = frame.node + 1;
        while let Some(node) = self.nodes.get(sibling) {
            self.budget = self.budget.checked_sub(1)?;
            if self.key_of(sibling) == key {
                return None;
            }
            sibling += if node.is_container() { node.len.max(1) as usize } else { 1 };
        }
        Some(())
    }

    /// Reads what follows a dash at `at`, also `- - x` and `- key: value`.
    fn element(&mut self, mut at: usize, mut indent: usize) -> Option<usize> {
        loop {
            let node = self.nodes.len();
            self.push(Node { key: 0, key_len: 0, start: 0, len: 0, line: self.line, kind: Kind::Plain });
            let frame = self.frames.last_mut()?;
            frame.children += 1;
            let parent = frame.indent;
            let gap = 1 + spaces_at(self.text, at + 1);
            at += gap;
            indent += gap;
            let byte = *self.text.get(at)?;
            if byte == b'-' && self.text.get(at + 1) == Some(&b' ') {
                self.enter(node, indent, false)?;
                continue;
            }
            let plain = begins_plain(byte) || self.dash_word(at, byte);
            if plain {
                match self.scan(at)? {
                    Scan::Colon(colon) => {
                        self.enter(node, indent, true)?;
                        return self.keyed(at, colon, colon);
                    }
                    Scan::End(end) => return self.plain(at, end, node),
                }
            }
            if matches!(byte, b'"' | b'\'')
                && let Some(end) = self.quoted_key(at, byte)
            {
                self.enter(node, indent, true)?;
                return self.keyed(at + 1, end, end + 1);
            }
            return self.value(at, parent, node);
        }
    }

    /// `-` in front of something that is no space: part of a word or number.
    fn dash_word(&self, at: usize, byte: u8) -> bool {
        byte == b'-' && self.text.get(at + 1).is_some_and(|next| !matches!(next, b' ' | b'\n' | b'\t'))
    }

    /// Reads a scalar or an empty container at `at` into `node`. `parent` is the indentation that it must exceed.
    #[inline]
    fn value(&mut self, at: usize, parent: usize, node: usize) -> Option<usize> {
        let byte = *self.text.get(at)?;
        if begins_plain(byte) || self.dash_word(at, byte) {
            let Scan::End(end) = self.scan(at)? else {
                return None;
            };
            return self.plain(at, end, node);
        }
        match byte {
            b'"' => {
                let closed = quoted::double(self.text, at + 1, parent)?;
                self.close_quote(at + 1, &closed, node)
            }
            b'\'' => {
                let closed = quoted::single(self.text, at + 1, parent)?;
                self.close_quote(at + 1, &closed, node)
            }
            b'|' => {
                let (kind, start, end) = quoted::literal(self.text, at, parent)?;
                self.set(node, kind, start.pos, end.pos)?;
                self.line += end.lines;
                Some(end.pos)
            }
            b'{' | b'[' => {
                let kind = if byte == b'{' { Kind::Map } else { Kind::Seq };
                let closing = if byte == b'{' { b'}' } else { b']' };
                if self.text.get(at + 1) != Some(&closing) {
                    return None;
                }
                let node = self.nodes.get_mut(node)?;
                (node.kind, node.start, node.len) = (kind, 0, 1);
                self.end_of_line(at + 2)
            }
            _ => None,
        }
    }

    fn set(&mut self, node: usize, kind: Kind, start: usize, end: usize) -> Option<()> {
        let (start, len) = (small(start - self.base), small(end - start));
        let node = self.nodes.get_mut(node)?;
        (node.kind, node.start, node.len) = (kind, start, len);
        Some(())
    }

    fn close_quote(&mut self, start: usize, closed: &quoted::Closed, node: usize) -> Option<usize> {
        self.set(node, closed.kind, start, closed.end)?;
        self.line += closed.lines;
        self.end_of_line(closed.end + 1)
    }

    fn plain(&mut self, start: usize, end: usize, node: usize) -> Option<usize> {
        self.set(node, Kind::Plain, start, end)?;
        self.open = Open::Plain;
        self.end_of_line(end)
    }

    /// The start of the line behind a break at `at`.
    fn end_of_line(&mut self, at: usize) -> Option<usize> {
        match self.text.get(at) {
            None => Some(at),
            Some(b'\n') => {
                self.line += 1;
                Some(at + 1)
            }
            Some(_) => None,
        }
    }

    /// Adds the line at `at` to the plain scalar that the line before left open.
    fn continue_plain(&mut self, at: usize) -> Option<usize> {
        if self.text.get(at) == Some(&b'#') {
            return None;
        }
        let Scan::End(end) = self.scan(at)? else {
            return None;
        };
        let base = self.base;
        let node = self.nodes.last_mut()?;
        node.kind = Kind::Folded;
        node.len = small(end - base - node.start as usize);
        self.end_of_line(end)
    }

    /// Scans a plain scalar to the end of its line or to the colon that ends a key.
    #[inline]
    fn scan(&self, start: usize) -> Option<Scan> {
        let mut at = start;
        loop {
            let rest = self.text.get(at..)?;
            at += rest.iter().position(|byte| STOPS[*byte as usize]).unwrap_or(rest.len());
            let before = self.text[..at].last().copied();
            match self.text.get(at) {
                None | Some(b'\n') => return (before != Some(b' ')).then_some(Scan::End(at)),
                Some(b':') => match self.text.get(at + 1) {
                    None | Some(b' ' | b'\n') => {
                        return (at > start && before != Some(b' ')).then_some(Scan::Colon(at));
                    }
                    Some(b'\t') => return None,
                    Some(_) => at += 1,
                },
                Some(b'#') if at == start || before != Some(b' ') => at += 1,
                Some(_) => return None,
            }
        }
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
