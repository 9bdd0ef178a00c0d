//! The rule language: files, clauses, and what a rule gives for a graph.
//!
//! May import `finding`, `graph`, `mtc`, `scan` and `model`; sees neither paths nor layouts nor archives.

mod outcome;

pub use outcome::{Lack, Match, Pending, RuleResult, Subject};
