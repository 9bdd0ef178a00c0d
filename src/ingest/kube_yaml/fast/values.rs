//! What stands on a line: keys, list elements and scalars.

use super::quoted::{self, spaces_at};
use super::{Frame, Mode, Open, Run};
use crate::graph::tape::{Kind, Node, small};

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
    /// Reads `key: …` at `at`; the innermost frame is its map. Returns the start of the next line.
    #[inline]
    pub(super) fn entry(&mut self, at: usize) -> Option<usize> {
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
        let closed =
            if quote == b'"' { quoted::double(self.text, start, usize::MAX - 1)? } else { quoted::single(self.text, start, usize::MAX - 1)? };
        let plain = closed.kind == Kind::Text && closed.lines == 0;
        let follows = self.text.get(closed.end + 1) == Some(&b':') && matches!(self.text.get(closed.end + 2), None | Some(b' ' | b'\n'));
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
        if self.skips.may(key) && self.is_skipped(key, &frame) {
            return self.step_over(start, after, frame.indent);
        }
        if key == b"items" && self.mode == Mode::Document && self.frames.len() == 1 {
            return None;
        }
        self.different(key, &frame)?;
        let node = self.nodes.len();
        let key = (small(start - self.base), end - start);
        self.push(Node::new(Kind::Plain, key, self.line - self.first_line).with(small(after - self.base), 0));
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

    /// Whether nobody will look at this entry: asked only when its key can be one of those.
    #[cold]
    fn is_skipped(&self, key: &[u8], frame: &Frame) -> bool {
        if self.frames.len() == 1 {
            let kind = (1..self.nodes.len()).find(|&node| self.key_of(node) == b"kind").and_then(|node| self.nodes.get(node));
            let kind = kind.and_then(|node| self.text.get(self.base + node.start as usize..self.base + (node.start + node.len) as usize));
            return self.skips.drops_of_root(key, kind);
        }
        let own = self.key_of(frame.node);
        if !own.is_empty() {
            return self.skips.drops(own, key);
        }
        // An element of a list goes by the name of the list.
        let list = self.frames.len().checked_sub(2).and_then(|at| self.frames.get(at));
        list.is_some_and(|list| !list.is_map && self.skips.drops(self.key_of(list.node), key))
    }

    fn key_of(&self, node: usize) -> &[u8] {
        let Some(node) = self.nodes.get(node) else {
            return b"";
        };
        let start = self.base + node.key as usize;
        self.text.get(start..start + node.key_len() as usize).unwrap_or_default()
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
            sibling += node.extent();
        }
        Some(())
    }

    /// Reads what follows a dash at `at`, also `- - x` and `- key: value`.
    pub(super) fn element(&mut self, mut at: usize, mut indent: usize) -> Option<usize> {
        loop {
            let node = self.nodes.len();
            self.push(Node::new(Kind::Plain, (0, 0), self.line - self.first_line));
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
                (node.start, node.len) = (0, 1);
                node.set_kind(kind);
                self.end_of_line(at + 2)
            }
            _ => None,
        }
    }

    fn set(&mut self, node: usize, kind: Kind, start: usize, end: usize) -> Option<()> {
        let (start, len) = (small(start - self.base), small(end - start));
        let node = self.nodes.get_mut(node)?;
        (node.start, node.len) = (start, len);
        node.set_kind(kind);
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
    pub(super) fn continue_plain(&mut self, at: usize) -> Option<usize> {
        if self.text.get(at) == Some(&b'#') {
            return None;
        }
        let Scan::End(end) = self.scan(at)? else {
            return None;
        };
        let base = self.base;
        let node = self.nodes.last_mut()?;
        node.set_kind(Kind::Folded);
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
}
