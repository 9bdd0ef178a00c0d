//! The rule language: files, clauses, and what a rule gives for a graph.
//!
//! May import `finding`, `graph`, `mtc`, `scan` and `model`; sees neither paths nor layouts nor archives.

mod binding;
mod cel;
mod error;
mod file;
mod outcome;
mod words;

pub use error::{PackErrors, RuleError};
pub use file::{Case, Expect, Expected};
pub use outcome::{Lack, Match, Pending, RuleResult, Subject};
