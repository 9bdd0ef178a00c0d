//! Reads Kubernetes YAML at the speed of the archive, with a net below.
//!
//! Everything in a must-gather was printed by `sigs.k8s.io/yaml`, which knows one narrow style. `fast` reads that style
//! line by line and declines whatever it does not recognise with certainty; `general` takes what was declined, one
//! list item at a time where an item can be cut out by its indentation. Both fill the same tape, so nobody downstream
//! can tell them apart. `read` walks over documents and list items, and deals with what gathers do to files: stderr in
//! the middle of YAML, tails of older versions, files that end in mid-sentence.

mod emit;
mod fast;
mod general;
mod lines;
mod noise;
mod outline;
mod own;
mod prepare;
mod problem;
mod read;
mod rescue;
mod skip;

use crate::graph::tape::{Node, Tape, TapeBuilder, Value};
pub use problem::Problem;
pub use skip::Skips;

/// Bounds that no input can exceed.
#[derive(Debug, Clone, Copy)]
pub struct Limits {
    /// The largest list item or single document, in bytes.
    pub item_bytes: usize,
    /// The deepest nesting of maps and lists.
    pub depth: usize,
    /// The most values in one item.
    pub nodes: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self { item_bytes: 64 << 20, depth: 96, nodes: 4 << 20 }
    }
}

/// A body that still borrows from the file it was read from.
#[derive(Debug, Clone, Copy)]
pub struct Draft<'a> {
    text: &'a str,
    nodes: &'a [Node],
    root: usize,
    /// Where it stands, when its nodes point into the text of the file.
    file: Option<own::File<'a>>,
}

impl<'a> Draft<'a> {
    /// The whole object.
    pub fn root(self) -> Value<'a> {
        Value::new(self.text, self.nodes, self.root)
    }

    /// The body with its lines and two more on either side, as they stand in the file. Nothing when they do not stand there so: the body
    /// was put together from several places, or the fast reader declined it.
    pub fn own(self) -> Option<Tape> {
        self.file.map(|file| file.own(self.nodes))
    }

    /// The line of the file on which a value begins, on the same terms.
    pub fn line_of(self, value: Value<'a>) -> Option<&'a str> {
        self.file.and_then(|file| file.line_of(value))
    }

    /// Copies the body out of the file. `metadata.managedFields` is not part of a draft, so it is never stored.
    pub fn to_tape(self) -> Tape {
        Tape::copy_of(self.root())
    }
}

/// One object of a file.
#[derive(Debug, Clone, Copy)]
pub struct Item<'a> {
    /// Its body.
    pub draft: Draft<'a>,
    /// The line it begins on, from 1.
    pub line: u32,
    /// It came out of a `List` or `<Kind>List`.
    pub from_list: bool,
    /// The file ends inside this object, or may: what is missing from it says nothing.
    pub truncated: bool,
}

/// How many bytes each reader took.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Stats {
    /// Bytes read by the fast reader, skipped `managedFields` included.
    pub fast_bytes: u64,
    /// Bytes that went to the general parser.
    pub general_bytes: u64,
}

/// The reader with its reusable buffers: one per worker thread.
#[derive(Debug, Default)]
pub struct Reader {
    fast: fast::Buffers,
    skips: Skips,
    builder: TapeBuilder,
    scratch: String,
    stats: Stats,
    general_only: bool,
}

impl Reader {
    /// A reader that sends everything to the general parser: for tests that compare the two.
    #[doc(hidden)]
    pub fn general_only() -> Self {
        Self { general_only: true, ..Self::default() }
    }

    /// A reader that steps over what nobody will read.
    pub fn skipping(skips: Skips) -> Self {
        Self { skips, ..Self::default() }
    }

    /// Reads one file. Objects are handed to `on_item` in file order; a draft lives only as long as the call.
    pub fn read(&mut self, source: &[u8], limits: &Limits, on_item: &mut dyn FnMut(Item<'_>), on_problem: &mut dyn FnMut(Problem)) {
        read::file(self, source, *limits, on_item, on_problem);
    }

    /// What was read so far, over all files.
    pub fn stats(&self) -> Stats {
        self.stats
    }
}

/// The first characters of a text, for a message.
fn excerpt(text: &str) -> &str {
    const LONGEST: usize = 200;
    let end = text.char_indices().nth(LONGEST).map_or(text.len(), |(at, _)| at);
    &text[..end]
}
