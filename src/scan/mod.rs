//! Literals and regexes in, hits out: one pass over each log.
//!
//! A log is far larger than what a rule wants from it, so almost every line must be passed over at the speed of memory.
//! Every regex of the pack therefore owns a *mandatory literal* ([`mandatory_literals`]); one vectorised search finds the lines
//! that hold any of them, and only these are unescaped, taken apart (`line`) and shown to the regexes. What remains of a log is
//! a [`LogScan`]: its window and format, [hit groups](crate::model::HitGroup), and the shapes of its error lines.
//!
//! A log may be cut into chunks at line borders and scanned by several workers: every part of the result is kept so that
//! [`merge`] gives exactly what one scan over the whole log would give. Texts that Velero's client wrote for people are no logs:
//! [`describe`] reads those. May import `model` only.

pub mod describe;
mod error;
mod group;
mod lane;
mod lazy;
pub mod line;
mod literal;
mod merge;
mod pattern;
mod problem;
mod scanner;
mod shape;
mod window;

pub use error::ScanError;
pub use lazy::LazyRegex;
pub use literal::mandatory_literals;
pub use merge::{LogScan, Merger, merge, scan_lines};
pub use pattern::{PatternSet, PatternSpec, PatternTarget};
pub use problem::{LogProblem, ProblemKind, complaint};
pub use scanner::{ChunkScan, Scanner};
pub use shape::shape_of;
