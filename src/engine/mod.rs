//! Runs the pack over a graph, joins findings with migrations, and finds the root of each.
//!
//! May import `rules`, `finding`, `graph`, `mtc` and `model`, and `scan` for the log lines of a rule's test. Read [`run`] first, then
//! [`report`], which calls attribution and causes.

mod attribute;
mod case;
mod cause;
mod collect;
mod fold;
mod report;
mod run;

pub use case::{CaseRunner, Verdict};
pub use report::report;
pub use run::{Timed, explain, run, run_timed};

#[cfg(test)]
mod model_tests;
#[cfg(test)]
mod tests;
