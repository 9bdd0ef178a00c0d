//! Runs the pack over a graph, and runs the tests that rules carry.
//!
//! May import `rules`, `finding`, `graph`, `mtc` and `model`, and `scan` for the log lines of a rule's test.

mod case;
mod run;

pub use case::{CaseRunner, Verdict};
pub use run::{Timed, explain, run, run_timed};
