//! Bytes in, parts of files out.
//!
//! This room turns one input (a file, a directory, or bytes in memory) into the files that lie in it, at any depth,
//! in one pass and without writing anything to disk. Containers are told by their first bytes and never by their name,
//! because a must-gather arrives as `0010-must-gather.log` as readily as `must-gather.tar.gz`. It may import `model`
//! only. Read [`walk`] first, then [`Part`].
//!
//! The inputs are hostile: nothing in here panics on them, memory is bounded by [`Limits`], and whatever cannot be read
//! becomes an [`ArchiveGap`] next to everything that could.

mod batch;
mod batcher;
mod chunk;
mod container;
mod digest;
mod directory;
mod drive;
mod entry;
mod error;
mod gap;
mod limits;
mod long_line;
mod magic;
pub mod pack;
mod parts;
mod path;
mod walker;

#[cfg(test)]
mod tests;

pub use batch::{Batch, Part, Want};
pub use chunk::{CHUNK, CONTEXT};
pub use drive::{Run, run};
pub use entry::{each_line, read_entry};
pub use error::ArchiveError;
pub use gap::{ArchiveGap, GapKind};
pub use limits::Limits;
pub use parts::{Parts, join_parts};
pub use walker::{Container, Source, Walked, walk};
