//! The units that a walk hands out.

use std::ops::Range;
use std::sync::Arc;

/// What the caller wants of one member, decided by its normalised path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Want {
    /// The file in one piece: manifests.
    Whole,
    /// The file in chunks cut at line ends: logs.
    Stream,
    /// Not the bytes. A container is still opened, because its name proves nothing.
    Skip,
    /// Not the bytes, and not what is inside if this is a container either: a metrics database is gigabytes of noise.
    Closed,
}

/// One file, or one chunk of a file, inside a [`Batch`].
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "independent facts of one chunk, each asked for on its own")]
pub struct Part {
    /// Normalised path inside the input; `!/` stands between a nested archive and its member.
    pub path: Arc<str>,
    /// Ordinal of the file in this input. Two members of one path differ here, and the later one is the newer.
    pub member: u32,
    /// The lines that this part owns, in [`Batch::bytes`]. The parts of a file own each of its bytes exactly once.
    pub range: Range<usize>,
    /// Bytes before `range` that hold up to two complete lines of the previous chunk.
    pub lead: usize,
    /// Bytes after `range` that hold up to two complete lines of the next chunk.
    pub trail: usize,
    /// Number of this chunk within its file.
    pub index: u32,
    /// Whether this is the first chunk.
    pub first: bool,
    /// Whether this is the last chunk.
    pub last: bool,
    /// Offset in the file at which `range` starts.
    pub offset: u64,
    /// Whether the file broke off here: its container ended early, was corrupt, or a limit was reached.
    pub truncated: bool,
    /// Whether the file was wanted whole, so that this one part holds all of it.
    pub whole: bool,
    /// Bytes left out of the middle of the line. Such a line is always a part of its own, see [`super::walk`].
    pub cut: u64,
    /// Time of last modification as the container recorded it, in Unix seconds.
    pub mtime: Option<i64>,
}

impl Part {
    /// The lines that this part owns.
    pub fn own<'b>(&self, batch: &'b Batch) -> &'b [u8] {
        batch.bytes.get(self.range.clone()).unwrap_or_default()
    }

    /// The owned lines with the context lines around them; the owned ones begin at [`Part::lead`].
    pub fn with_context<'b>(&self, batch: &'b Batch) -> &'b [u8] {
        let from = self.range.start.saturating_sub(self.lead);
        let to = self.range.end.saturating_add(self.trail);
        batch.bytes.get(from..to).unwrap_or_default()
    }
}

/// A block of bytes with the parts in it: many small files, or one chunk of a large one.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Batch {
    /// The bytes of all parts. Hand the vector back when done: the next batch is built in it.
    pub bytes: Vec<u8>,
    /// The parts, in the order of the input.
    pub parts: Vec<Part>,
}
