//! The body of one object: a text arena and a flat list of nodes in document order.
//!
//! A tree of maps would cost eight times the file; this costs less than half of it and is built without allocating per
//! value. Cursors ([`Value`]) work the same on an owned [`Tape`] and on a draft that still borrows from the file.

mod builder;
pub(crate) mod node;
mod scalar;

pub use builder::{Style, TapeBuilder};
pub(crate) use node::{Kind, Node, small};
pub(crate) use scalar::hex_width;
pub use scalar::{Scalar, resolve_plain};

use super::source::SourceLines;
use crate::model::Excerpt;
use scalar::Chomp;
use std::borrow::Cow;

/// The shape of a value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// A mapping, also an empty `{}`.
    Map,
    /// A list, also an empty `[]`.
    Seq,
    /// Text, number, bool or null.
    Scalar,
}

/// The owned, compact body of one object. One word wide, because most objects of a case have none.
#[derive(Debug, Clone, Default)]
pub struct Tape(Box<Body>);

#[derive(Debug, Clone, Default)]
struct Body {
    text: Box<str>,
    nodes: Box<[Node]>,
    source: SourceLines,
}

impl Tape {
    /// A tape whose nodes point into the lines of the file.
    pub(crate) fn of_lines(text: Box<str>, nodes: Box<[Node]>, source: SourceLines) -> Self {
        Self(Box::new(Body { text, nodes, source }))
    }

    /// The whole body. An empty tape reads as null.
    pub fn root(&self) -> Value<'_> {
        Value::new(&self.0.text, &self.0.nodes, 0)
    }

    /// Bytes on the heap.
    pub fn bytes(&self) -> usize {
        size_of::<Body>() + self.0.text.len() + size_of_val(&*self.0.nodes) + self.0.source.bytes()
    }

    /// Remembers the lines of the file that the body was read from, so that evidence can quote them as they stand.
    #[must_use]
    pub fn with_source(mut self, source: SourceLines) -> Self {
        self.0.source = source;
        self
    }

    /// The last line that a value of this body begins on.
    pub fn last_line(&self) -> u32 {
        node::first_line(&self.0.nodes) + self.0.nodes.iter().map(Node::lines_down).max().unwrap_or(0)
    }

    /// A line of the file with its neighbours, by number; empty where no file stands behind the body.
    pub fn excerpt_at(&self, line: u32) -> Excerpt {
        self.0.source.excerpt(&self.0.text, line)
    }

    /// A line of the file with its neighbours; the value itself where no file stands behind the body.
    pub fn excerpt(&self, value: Value<'_>) -> Excerpt {
        if self.0.source.is_empty() {
            let text = value.text().map_or_else(|| value.to_json().to_string(), Cow::into_owned);
            return Excerpt { text, ..Excerpt::default() };
        }
        self.0.source.excerpt(&self.0.text, value.line())
    }

    /// Copies a value with everything below it; its text is decoded on the way.
    pub fn copy_of(value: Value<'_>) -> Self {
        let mut builder = TapeBuilder::default();
        builder.copy(value);
        builder.finish()
    }

    /// Builds a tape from JSON, with every line 1.
    pub fn from_json(value: &serde_json::Value) -> Self {
        let mut builder = TapeBuilder::default();
        builder.json(value, 1);
        builder.finish()
    }
}

/// A cursor on one value.
#[derive(Debug, Clone, Copy)]
pub struct Value<'t> {
    text: &'t str,
    nodes: &'t [Node],
    at: usize,
}

impl<'t> Value<'t> {
    pub(crate) fn new(text: &'t str, nodes: &'t [Node], at: usize) -> Self {
        Self { text, nodes, at }
    }

    /// Where its key or its text stands; nothing for an element that is a map or a list.
    pub(crate) fn offset(self) -> Option<usize> {
        let node = self.node()?;
        if node.key_len() > 0 {
            return Some(node.key as usize);
        }
        (!node.is_container()).then_some(node.start as usize)
    }

    pub(crate) fn index(self) -> usize {
        self.at
    }

    fn node(self) -> Option<&'t Node> {
        self.nodes.get(self.at)
    }

    fn span(self, start: u32, len: u32) -> &'t str {
        let start = start as usize;
        self.text.get(start..start + len as usize).unwrap_or_default()
    }

    fn key(self) -> &'t str {
        self.node().map_or("", |node| self.span(node.key, node.key_len()))
    }

    /// Map, list or scalar.
    pub fn shape(self) -> Shape {
        match self.node().map(Node::kind) {
            Some(Kind::Map) => Shape::Map,
            Some(Kind::Seq) => Shape::Seq,
            _ => Shape::Scalar,
        }
    }

    /// The line in the file, from 1: of the key for a map entry, of the item for a list element.
    pub fn line(self) -> u32 {
        self.node().map_or(1, |node| node::first_line(self.nodes).saturating_add(node.lines_down()))
    }

    /// The entry of a map.
    pub fn get(self, key: &str) -> Option<Value<'t>> {
        if self.shape() != Shape::Map {
            return None;
        }
        self.children().find(|child| child.key() == key)
    }

    /// The element of a list.
    pub fn at(self, index: usize) -> Option<Value<'t>> {
        self.items().nth(index)
    }

    /// Follows plain keys: `status.progress.bytesDone`.
    pub fn path(self, dotted: &str) -> Option<Value<'t>> {
        dotted.split('.').try_fold(self, Value::get)
    }

    fn children(self) -> Children<'t> {
        let end = match self.node() {
            Some(node) if node.is_container() => (self.at + node.extent()).min(self.nodes.len()),
            _ => self.at,
        };
        Children { parent: self, next: self.at + 1, end }
    }

    /// The entries of a map in file order; nothing for other shapes.
    pub fn entries(self) -> impl Iterator<Item = (Cow<'t, str>, Value<'t>)> {
        let children = (self.shape() == Shape::Map).then(|| self.children());
        children.into_iter().flatten().map(|child| (Cow::Borrowed(child.key()), child))
    }

    /// The elements of a list in file order; nothing for other shapes.
    pub fn items(self) -> impl Iterator<Item = Value<'t>> {
        let children = (self.shape() == Shape::Seq).then(|| self.children());
        children.into_iter().flatten()
    }

    /// How many entries or elements; 0 for a scalar.
    pub fn len(self) -> usize {
        self.node().filter(|node| node.is_container()).map_or(0, |node| node.start as usize)
    }

    /// True when there are no entries or elements.
    pub fn is_empty(self) -> bool {
        self.len() == 0
    }

    /// The decoded text of a scalar whatever its type; nothing for null, maps and lists.
    pub fn text(self) -> Option<Cow<'t, str>> {
        let node = self.node()?;
        let raw = self.span(node.start, node.len);
        let text = match node.kind() {
            Kind::Map | Kind::Seq => return None,
            Kind::Plain if matches!(raw, "" | "~" | "null" | "Null" | "NULL") => return None,
            Kind::Plain | Kind::Text => return Some(Cow::Borrowed(raw)),
            Kind::Folded => scalar::fold(raw),
            Kind::Single => scalar::single(raw),
            Kind::Double => scalar::double(raw),
            Kind::Literal => scalar::literal(raw, Chomp::Clip),
            Kind::LiteralStrip => scalar::literal(raw, Chomp::Strip),
            Kind::LiteralKeep => scalar::literal(raw, Chomp::Keep),
        };
        Some(Cow::Owned(text))
    }

    /// The scalar with its Kubernetes type; nothing for maps and lists.
    pub fn scalar(self) -> Option<Scalar<'t>> {
        let node = self.node()?;
        if node.is_container() {
            return None;
        }
        if node.kind() == Kind::Plain {
            return Some(scalar::resolve_plain(Cow::Borrowed(self.span(node.start, node.len))));
        }
        self.text().map(Scalar::Text)
    }

    /// A plain `true` or `false`.
    pub fn as_bool(self) -> Option<bool> {
        match self.scalar()? {
            Scalar::Bool(value) => Some(value),
            _ => None,
        }
    }

    /// A plain integer.
    pub fn as_i64(self) -> Option<i64> {
        match self.scalar()? {
            Scalar::Int(value) => Some(value),
            _ => None,
        }
    }

    /// A plain number of any kind.
    #[expect(clippy::cast_precision_loss, reason = "whoever asks for a float accepts its precision")]
    pub fn as_f64(self) -> Option<f64> {
        match self.scalar()? {
            Scalar::Int(value) => Some(value as f64),
            Scalar::UInt(value) => Some(value as f64),
            Scalar::Float(value) => Some(value),
            _ => None,
        }
    }

    /// True for `null`, `~` and an empty plain value.
    pub fn is_null(self) -> bool {
        match self.node() {
            None => true,
            Some(node) if node.kind() == Kind::Plain => {
                matches!(self.span(node.start, node.len), "" | "~" | "null" | "Null" | "NULL")
            }
            Some(_) => false,
        }
    }

    /// The value as JSON. Numbers that JSON cannot hold (`.inf`, `.nan`) become their text.
    pub fn to_json(self) -> serde_json::Value {
        use serde_json::Value as Json;
        match self.shape() {
            Shape::Map => Json::Object(self.entries().map(|(key, value)| (key.into_owned(), value.to_json())).collect()),
            Shape::Seq => Json::Array(self.items().map(Value::to_json).collect()),
            Shape::Scalar => match self.scalar() {
                None | Some(Scalar::Null) => Json::Null,
                Some(Scalar::Bool(value)) => Json::Bool(value),
                Some(Scalar::Int(value)) => Json::from(value),
                Some(Scalar::UInt(value)) => Json::from(value),
                Some(Scalar::Float(value)) => {
                    serde_json::Number::from_f64(value).map_or_else(|| Json::from(self.text().unwrap_or_default()), Json::Number)
                }
                Some(Scalar::Text(text)) => Json::from(text),
            },
        }
    }
}

struct Children<'t> {
    parent: Value<'t>,
    next: usize,
    end: usize,
}

impl<'t> Iterator for Children<'t> {
    type Item = Value<'t>;

    fn next(&mut self) -> Option<Value<'t>> {
        if self.next >= self.end {
            return None;
        }
        let child = Value { at: self.next, ..self.parent };
        self.next += child.node()?.extent();
        Some(child)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_takes_16_bytes() {
        assert_eq!(size_of::<Node>(), 16);
    }

    #[test]
    fn json_survives_the_way_through_a_tape() {
        let json = serde_json::json!({
            "a": {"b": [1, -2, 1.5, "1", "", null, true, [], {}]}, "kind": "Pod", "n": u64::MAX, "text": "a: b\n  c"
        });
        let tape = Tape::from_json(&json);
        assert_eq!(tape.root().to_json(), json);
        assert_eq!(Tape::copy_of(tape.root()).root().to_json(), json);
        assert_eq!(tape.root().path("a.b").map(Value::len), Some(9));
        assert_eq!(tape.root().path("a.b").and_then(|b| b.at(3)).and_then(Value::as_i64), None);
        assert!(tape.bytes() > 16 * 14);
    }

    #[test]
    fn an_empty_tape_reads_as_null() {
        let tape = Tape::default();
        assert!(tape.root().is_null());
        assert_eq!(tape.root().text(), None);
        assert_eq!(tape.root().get("kind").map(Value::line), None);
    }
}
