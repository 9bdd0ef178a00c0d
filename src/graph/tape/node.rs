//! One value of a tape in sixteen bytes: there are millions of them.

/// What a node is and how its text is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    Map,
    Seq,
    /// Unquoted on one line: the type is decided when asked.
    Plain,
    /// A string whose text needs no decoding.
    Text,
    /// Unquoted over several lines; always a string.
    Folded,
    Single,
    Double,
    Literal,
    LiteralStrip,
    LiteralKeep,
}

const KINDS: [Kind; 10] =
    [Kind::Map, Kind::Seq, Kind::Plain, Kind::Text, Kind::Folded, Kind::Single, Kind::Double, Kind::Literal, Kind::LiteralStrip, Kind::LiteralKeep];

/// The longest key; YAML itself allows no longer ones without a mark.
pub(crate) const LONGEST_KEY: usize = (1 << KEY_BITS) - 1;
/// A value further down than that is said to stand on the last line that can be told.
const FURTHEST_LINE: u32 = (1 << (32 - KIND_BITS - KEY_BITS)) - 1;
const KIND_BITS: u32 = 4;
const KEY_BITS: u32 = 10;

/// One node. Key and value are spans of the text; a container holds its number of children and of nodes instead.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Node {
    /// Offset of the key. The first node of a tape has none and holds the line instead from which all others count.
    pub(crate) key: u32,
    /// Offset of the scalar text, or the number of children.
    pub(crate) start: u32,
    /// Length of the scalar text, or the number of nodes of this subtree, itself included.
    pub(crate) len: u32,
    /// Kind, length of the key and lines below the first, from the lowest bits up.
    packed: u32,
}

impl Node {
    /// A node without a value yet.
    #[inline]
    pub(crate) fn new(kind: Kind, (key, key_len): (u32, usize), lines_down: u32) -> Self {
        let key_len = small(key_len.min(LONGEST_KEY));
        let packed = kind as u32 | key_len << KIND_BITS | lines_down.min(FURTHEST_LINE) << (KIND_BITS + KEY_BITS);
        Self { key, start: 0, len: 0, packed }
    }

    /// The same node with a value.
    #[inline]
    pub(crate) fn with(self, start: u32, len: u32) -> Self {
        Self { start, len, ..self }
    }

    /// The node that a tape begins with: a map on that line.
    #[inline]
    pub(crate) fn first(kind: Kind, line: u32) -> Self {
        Self { len: 1, ..Self::new(kind, (line, 0), 0) }
    }

    #[inline]
    pub(crate) fn kind(&self) -> Kind {
        KINDS.get((self.packed & ((1 << KIND_BITS) - 1)) as usize).copied().unwrap_or(Kind::Text)
    }

    #[inline]
    pub(crate) fn set_kind(&mut self, kind: Kind) {
        self.packed = self.packed & !((1 << KIND_BITS) - 1) | kind as u32;
    }

    #[inline]
    pub(crate) fn key_len(&self) -> u32 {
        self.packed >> KIND_BITS & ((1 << KEY_BITS) - 1)
    }

    /// How many lines below the first it begins: with its key, or with the dash of a list element.
    #[inline]
    pub(crate) fn lines_down(&self) -> u32 {
        self.packed >> (KIND_BITS + KEY_BITS)
    }

    pub(crate) fn set_lines_down(&mut self, lines: u32) {
        self.packed = self.packed & ((1 << (KIND_BITS + KEY_BITS)) - 1) | lines.min(FURTHEST_LINE) << (KIND_BITS + KEY_BITS);
    }

    #[inline]
    pub(crate) fn is_container(&self) -> bool {
        matches!(self.kind(), Kind::Map | Kind::Seq)
    }

    /// The same node for a text in which what stood at an offset stands at another. Keys come before values.
    pub(crate) fn moved(&self, to: &mut impl FnMut(u32) -> u32) -> Self {
        let key = if self.key_len() == 0 { self.key } else { to(self.key) };
        let start = if self.is_container() || self.len == 0 { self.start } else { to(self.start) };
        Self { key, start, ..*self }
    }

    #[inline]
    pub(crate) fn extent(&self) -> usize {
        if self.is_container() { self.len.max(1) as usize } else { 1 }
    }
}

/// The line from which the lines of these nodes count.
pub(crate) fn first_line(nodes: &[Node]) -> u32 {
    nodes.first().map_or(1, |node| node.key)
}

/// Lets lines count from a lower one; the lines themselves stay.
pub(crate) fn count_from(nodes: &mut [Node], line: u32) {
    let further = first_line(nodes).saturating_sub(line);
    for node in nodes.iter_mut() {
        node.set_lines_down(node.lines_down().saturating_add(further));
    }
    if let Some(first) = nodes.first_mut() {
        first.key = line;
    }
}

/// Gives every node the line that `line` has for its own.
pub(crate) fn renumber(nodes: &mut [Node], line: impl Fn(u32) -> u32) {
    let old = first_line(nodes);
    let new = line(old);
    for node in nodes.iter_mut() {
        node.set_lines_down(line(old.saturating_add(node.lines_down())).saturating_sub(new));
    }
    if let Some(first) = nodes.first_mut() {
        first.key = new;
    }
}

/// Offsets fit 32 bits because every reader bounds the text first; a larger one becomes an empty span, not a wrong one.
pub(crate) fn small(value: usize) -> u32 {
    u32::try_from(value).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_packed_comes_out_again() {
        for kind in KINDS {
            let mut node = Node::new(kind, (7, 1000), 200_000);
            assert_eq!((node.kind(), node.key_len(), node.lines_down()), (kind, 1000, 200_000));
            node.set_kind(Kind::Literal);
            node.set_lines_down(3);
            assert_eq!((node.kind(), node.key, node.key_len(), node.lines_down()), (Kind::Literal, 7, 1000, 3));
        }
        assert_eq!(Node::new(Kind::Map, (0, 0), u32::MAX).lines_down(), FURTHEST_LINE);
    }
}
