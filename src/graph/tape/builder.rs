//! Builds a tape from events.

use super::super::source::SourceLines;
use super::node::{self, LONGEST_KEY};
use super::{Kind, Node, Shape, Tape, Value, small};

/// How a scalar given to [`TapeBuilder::scalar`] was written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Unquoted: may be a bool, a number or null.
    Plain,
    /// Quoted or a block: always a string.
    Quoted,
}

/// Builds a tape from events.
#[derive(Debug, Default)]
pub struct TapeBuilder {
    text: String,
    nodes: Vec<Node>,
    /// Open containers: node index and number of children so far.
    open: Vec<(usize, u32)>,
    key: Option<(u32, u32)>,
}

impl TapeBuilder {
    /// Opens a map.
    pub fn map_start(&mut self, line: u32) {
        self.start(Kind::Map, line);
    }

    /// Opens a list.
    pub fn seq_start(&mut self, line: u32) {
        self.start(Kind::Seq, line);
    }

    /// The key of the value that comes next.
    pub fn key(&mut self, key: &str) {
        let end = (0..=key.len().min(LONGEST_KEY)).rev().find(|&at| key.is_char_boundary(at)).unwrap_or(0);
        self.key = Some(self.arena(&key[..end]));
    }

    /// A scalar with its decoded text.
    pub fn scalar(&mut self, text: &str, style: Style, line: u32) {
        let kind = if style == Style::Plain { Kind::Plain } else { Kind::Text };
        let (start, len) = self.arena(text);
        self.push(kind, line, start, len);
    }

    /// Closes the innermost map or list. Of two entries with one key the later stays, as in the Kubernetes reader.
    pub fn end(&mut self) {
        let Some((at, children)) = self.open.pop() else {
            return;
        };
        let children = if self.nodes[at].kind() == Kind::Map { self.drop_duplicates(at, children) } else { children };
        let extent = small(self.nodes.len() - at);
        let node = &mut self.nodes[at];
        node.start = children;
        node.len = extent;
    }

    /// Closes what is open and returns the tape.
    pub fn finish(mut self) -> Tape {
        while !self.open.is_empty() {
            self.end();
        }
        Tape::of_lines(self.text.into_boxed_str(), self.nodes.into_boxed_slice(), SourceLines::default())
    }

    /// Empties the builder but keeps its buffers.
    pub(crate) fn clear(&mut self) {
        self.text.clear();
        self.nodes.clear();
        self.open.clear();
        self.key = None;
    }

    pub(crate) fn parts(&self) -> (&str, &[Node]) {
        (&self.text, &self.nodes)
    }

    pub(crate) fn renumber(&mut self, line: impl Fn(u32) -> u32) {
        node::renumber(&mut self.nodes, line);
    }

    pub(crate) fn node_count(&self) -> usize {
        self.nodes.len()
    }

    /// Appends a copy of a value with everything below it.
    pub fn copy(&mut self, value: Value<'_>) {
        match value.shape() {
            Shape::Map => {
                self.map_start(value.line());
                for (key, child) in value.entries() {
                    self.key(&key);
                    self.copy(child);
                }
                self.end();
            }
            Shape::Seq => {
                self.seq_start(value.line());
                value.items().for_each(|item| self.copy(item));
                self.end();
            }
            Shape::Scalar => {
                let plain = value.node().is_none_or(|node| node.kind() == Kind::Plain);
                let style = if plain { Style::Plain } else { Style::Quoted };
                self.scalar(&value.text().unwrap_or_default(), style, value.line());
            }
        }
    }

    /// Appends JSON, every node on `line`.
    pub fn json(&mut self, value: &serde_json::Value, line: u32) {
        use serde_json::Value as Json;
        match value {
            Json::Null => self.scalar("", Style::Plain, line),
            Json::Bool(value) => self.scalar(if *value { "true" } else { "false" }, Style::Plain, line),
            Json::Number(number) => self.scalar(&number.to_string(), Style::Plain, line),
            Json::String(text) => self.scalar(text, Style::Quoted, line),
            Json::Array(items) => {
                self.seq_start(line);
                for item in items {
                    self.json(item, line);
                }
                self.end();
            }
            Json::Object(entries) => {
                self.map_start(line);
                for (key, value) in entries {
                    self.key(key);
                    self.json(value, line);
                }
                self.end();
            }
        }
    }

    fn start(&mut self, kind: Kind, line: u32) {
        let at = self.nodes.len();
        self.push(kind, line, 0, 1);
        self.open.push((at, 0));
    }

    fn push(&mut self, kind: Kind, line: u32, start: u32, len: u32) {
        if let Some((_, children)) = self.open.last_mut() {
            *children += 1;
        }
        let Some(first) = self.nodes.first().map(|first| first.key) else {
            self.key = None;
            self.nodes.push(Node::first(kind, line).with(start, len));
            return;
        };
        if line < first {
            // What was put together from several places may begin with the lower one.
            node::count_from(&mut self.nodes, line);
        }
        let (key, key_len) = self.key.take().unwrap_or_default();
        let down = line - line.min(first);
        self.nodes.push(Node::new(kind, (key, key_len as usize), down).with(start, len));
    }

    fn arena(&mut self, text: &str) -> (u32, u32) {
        let start = small(self.text.len());
        self.text.push_str(text);
        (start, small(text.len()))
    }

    fn drop_duplicates(&mut self, at: usize, children: u32) -> u32 {
        let mut seats = Vec::with_capacity(children as usize);
        let mut next = at + 1;
        while let Some(node) = self.nodes.get(next) {
            seats.push(next);
            next += node.extent();
        }
        let key = |seat: usize| {
            let node = &self.nodes[seat];
            let start = node.key as usize;
            self.text.get(start..start + node.key_len() as usize).unwrap_or_default()
        };
        // What the API server sends is sorted, so this is nearly always the end of it.
        if seats.windows(2).all(|pair| key(pair[0]) < key(pair[1])) {
            return children;
        }
        let mut seen = rustc_hash::FxHashSet::default();
        let doomed: Vec<usize> = seats.iter().rev().copied().filter(|seat| !seen.insert(key(*seat))).collect();
        for seat in &doomed {
            let extent = self.nodes[*seat].extent();
            self.nodes.drain(*seat..*seat + extent);
        }
        children - small(doomed.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_from_further_up_keeps_its_line() {
        let mut builder = TapeBuilder::default();
        builder.map_start(5);
        for (line, key) in [(5, "a"), (7, "b"), (3, "c"), (9, "d")] {
            builder.key(key);
            builder.scalar("x", Style::Plain, line);
        }
        let tape = builder.finish();
        let lines: Vec<u32> = tape.root().entries().map(|(_, value)| value.line()).collect();
        assert_eq!((tape.root().line(), lines), (5, vec![5, 7, 3, 9]));
        assert_eq!(tape.last_line(), 9);
    }

    #[test]
    fn the_last_of_two_equal_keys_wins() {
        let mut builder = TapeBuilder::default();
        builder.map_start(1);
        for (line, value) in [(2, "b"), (3, "a"), (4, "b"), (5, "b")] {
            builder.key(value);
            builder.seq_start(line);
            builder.scalar(value, Style::Plain, line);
            builder.end();
        }
        let tape = builder.finish();
        assert_eq!(tape.root().len(), 2);
        assert_eq!(tape.root().to_json(), serde_json::json!({"a": ["a"], "b": ["b"]}));
        assert_eq!(tape.root().get("b").map(Value::line), Some(5));
    }
}
