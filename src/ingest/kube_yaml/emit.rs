//! Hands objects out: of the buffer that holds them, with what their list says and with the lines of the file.

use super::fast;
use super::lines::Place;
use super::own::File;
use super::read::{Parsed, Pass};
use super::{Draft, Item, Problem, excerpt};
use crate::graph::tape::{Shape, Style, TapeBuilder, Value};

/// What surrounds an object.
#[derive(Clone, Copy, Default)]
pub(super) struct Around<'o> {
    pub(super) kind: Option<&'o str>,
    pub(super) api_version: Option<&'o str>,
    pub(super) from_list: bool,
    pub(super) truncated: bool,
}

/// The buffers leave the reader while an object in them is handed out.
struct Held {
    builder: TapeBuilder,
    fast: fast::Buffers,
}

impl Held {
    /// `whole` says that no line was taken out of the text, so that it can be kept as it stands.
    fn draft<'h>(&'h self, parsed: Parsed, text: &'h str, start: Place, whole: bool) -> Draft<'h> {
        match parsed {
            Parsed::General => {
                let (text, nodes) = self.builder.parts();
                Draft { text, nodes, root: 0, file: None }
            }
            Parsed::Fast => {
                let file = File { text, start, end: self.fast.end(), skipped: self.fast.skipped() };
                Draft { text: &text[start.pos..], nodes: self.fast.nodes(), root: 0, file: whole.then_some(file) }
            }
        }
    }
}

impl Pass<'_> {
    /// Hands out one object.
    pub(super) fn emit(&mut self, parsed: Parsed, start: Place, around: Around<'_>) {
        let held = self.take(parsed);
        self.emit_value(held.draft(parsed, self.text, start, self.removed.is_empty()), self.line(start.line), around);
        self.put_back(held);
    }

    /// Hands out a whole document that may turn out to be a list after all.
    pub(super) fn emit_root(&mut self, parsed: Parsed, start: Place, truncated: bool) {
        let held = self.take(parsed);
        let draft = held.draft(parsed, self.text, start, self.removed.is_empty());
        let root = draft.root();
        let name = |key: &str| root.get(key).and_then(Value::text);
        let (kind, api_version) = (name("kind"), name("apiVersion"));
        let items = root.get("items");
        let bare = items.is_some_and(|items| items.shape() == Shape::Seq || items.is_null());
        let listed = kind.as_deref().map_or(bare, |kind| kind == "List" || (kind.ends_with("List") && items.is_some()));
        if listed {
            let item_kind = kind.as_deref().and_then(|kind| kind.strip_suffix("List")).filter(|kind| !kind.is_empty());
            let around = Around { kind: item_kind, api_version: api_version.as_deref().filter(|_| item_kind.is_some()), from_list: true, truncated };
            for item in items.into_iter().flat_map(Value::items) {
                self.emit_value(Draft { root: item.index(), file: None, ..draft }, item.line(), around);
            }
        } else {
            self.emit_value(draft, self.line(start.line), Around { truncated, ..Around::default() });
        }
        self.put_back(held);
    }

    fn take(&mut self, parsed: Parsed) -> Held {
        let mut held = Held { builder: std::mem::take(&mut self.reader.builder), fast: std::mem::take(&mut self.reader.fast) };
        if !self.removed.is_empty() {
            match parsed {
                Parsed::General => held.builder.renumber(|line| self.line(line)),
                Parsed::Fast => held.fast.renumber(|line| self.line(line)),
            }
        }
        held
    }

    fn put_back(&mut self, held: Held) {
        self.reader.builder = held.builder;
        self.reader.fast = held.fast;
    }

    fn emit_value(&mut self, draft: Draft<'_>, line: u32, around: Around<'_>) {
        let root = draft.root();
        if root.is_null() {
            return;
        }
        if root.shape() != Shape::Map {
            let text = excerpt(&root.text().unwrap_or_default()).to_owned();
            self.problem(Problem::Unparsable { line, reason: "not an object".to_owned(), text });
            return;
        }
        let inherited: Vec<(&str, &str)> = [("apiVersion", around.api_version), ("kind", around.kind)]
            .into_iter()
            .filter_map(|(key, value)| value.filter(|_| root.get(key).is_none()).map(|value| (key, value)))
            .collect();
        let Around { from_list, truncated, .. } = around;
        if inherited.is_empty() {
            (self.on_item)(Item { draft, line, from_list, truncated });
            return;
        }
        // The items of a typed list leave out what the list says for all of them.
        let mut builder = TapeBuilder::default();
        builder.map_start(root.line());
        for (key, value) in inherited {
            builder.key(key);
            builder.scalar(value, Style::Quoted, root.line());
        }
        for (key, value) in root.entries() {
            builder.key(&key);
            builder.copy(value);
        }
        builder.end();
        let (text, nodes) = builder.parts();
        (self.on_item)(Item { draft: Draft { text, nodes, root: 0, file: None }, line, from_list, truncated });
    }
}

/// The line in the file for a line of the text from which the lines `removed` were taken out.
pub(super) fn shifted(removed: &[u32], line: u32) -> u32 {
    // The k-th removed line pushes every line that stood behind it, and removed numbers only grow.
    let (mut low, mut high) = (0, removed.len());
    while low < high {
        let middle = usize::midpoint(low, high);
        let before = u32::try_from(middle).unwrap_or(u32::MAX);
        if removed[middle].saturating_sub(before) <= line {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    line.saturating_add(u32::try_from(low).unwrap_or(u32::MAX))
}

#[cfg(test)]
mod tests {
    use super::shifted;

    #[test]
    fn lines_behind_removed_ones_move_down() {
        let removed = [3, 4, 7];
        let seen: Vec<u32> = (1..=6).map(|line| shifted(&removed, line)).collect();
        assert_eq!(seen, [1, 2, 5, 6, 8, 9]);
        assert_eq!(shifted(&[], 5), 5);
    }
}
