//! Views: what an engineer looks around with after the report, made from the graph as the plain structs of `finding::view`.
//!
//! May import `graph`, `mtc`, `finding` and `model`. One file for each view; read [`tree`] first.

mod columns;
mod coverage;
mod describe;
mod kinds;
mod select;
mod shared;
mod state;
mod table;
mod tree;

pub use coverage::coverage;
pub use describe::describe;
pub use select::{Scope, SelectError};
pub use table::{Ask, AskError, kind, objects, table};
pub use tree::tree;
