//! The rule language: files, clauses, and what a rule gives for a graph.
//!
//! A rule is a YAML file (`file`) that `compile` turns into a [`Rule`] or into errors with a place and a suggestion.
//! [`Pack`] holds all rules of a run, and `clause` matches one of them against the graph. May import `finding`, `graph`,
//! `mtc`, `scan` and `model`; sees neither paths of archives nor layouts.

mod binding;
mod cel;
mod check;
mod clause;
mod compile;
mod doubts;
mod error;
mod families;
mod file;
mod heads;
mod ignore;
mod native;
mod outcome;
mod pack;
mod path;
mod reads;
mod rule;
mod schema;
mod skeleton;
mod template;
mod vocabulary;
mod words;

pub use clause::{ClauseTrace, Trace};
pub(crate) use clause::{Matcher, Shared};
pub use error::{PackErrors, RuleError};
pub use file::{Case, Expect, Expected};
pub use ignore::{IgnoreError, Ignored, read_ignored};
pub use outcome::{Lack, Match, Pending, RuleResult, Subject, report_target};
pub use pack::{Pack, RuleText};
pub use reads::Words;
pub use rule::Rule;
pub use schema::schema;
pub use skeleton::{Seed, skeleton};
