//! Views: what an engineer looks around with after the report, made from the graph as the plain structs of `finding::view`.
//!
//! May import `graph`, `mtc`, `finding` and `model`. One file for each question; read [`belongs`] first: it says which objects
//! are part of a plan or a run.

mod belongs;
mod latest;
mod migration;
mod needles;
mod timeline;

pub use belongs::{Belongings, Subject, belongs};
pub use latest::Latest;
pub use migration::{PhaseSpan, migration};
pub use needles::{Needle, Search, search};
pub use timeline::{Part, Weight, timeline};
