//! Matchers that clauses cannot say, in Rust. A native yields rows with the fields it documents, and says unknown like any clause.

mod node_selector;
mod volume_settings;
mod zones;

use super::binding::{Binding, Fact};
use super::outcome::Lack;
use crate::graph::Graph;

/// One matcher.
#[derive(Debug)]
pub(crate) struct Native {
    /// Name in rules.
    pub(crate) name: &'static str,
    /// Names it takes under `with`, all required.
    pub(crate) takes: &'static [&'static str],
    /// Entries of objects that it looks at and that ingest would leave out unless somebody asks for them.
    pub(crate) reads: &'static [&'static str],
    /// Fields of its rows.
    pub(crate) fields: &'static [&'static str],
    /// Yields rows for what was bound, in the order of `takes`.
    pub(crate) run: for<'a> fn(&'a Graph, &[Binding<'a>]) -> Result<Vec<Fact<'a>>, Lack>,
}

/// Every matcher, by name.
pub(crate) const NATIVE: &[Native] = &[node_selector::NATIVE, volume_settings::NATIVE, zones::NATIVE];
