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
pub use migration::{Mark, PhaseMark, migration};
pub use needles::{Needle, Search, mentions, search};
pub use timeline::{Part, Weight, timeline};
mod columns;
mod coverage;
mod describe;
mod kinds;
mod select;
mod selector;
mod shared;
mod state;
mod table;
mod tree;
mod velero;

pub use coverage::coverage;
pub use describe::{describe, originals};
pub use kinds::{Wanted, guess};
pub use select::{Candidate, Scope, SelectError, choose, cluster, subject, thing};
pub use selector::{FieldIs, Requirement, labels};
pub use table::{Ask, AskError, kind, lacks, objects, table};
pub use tree::tree;
pub use velero::{Fetched, RunLine, RunWord, Told};
