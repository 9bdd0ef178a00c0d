//! Finds the plan or the migration that the reader means.

use thiserror::Error;

use crate::finding::redact::clean;
use crate::graph::{Graph, ObjectId};

/// Which part of the case a view is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scope<'a> {
    /// Everything.
    All,
    /// A plan, by the start of its name or UID.
    Plan(&'a str),
    /// A migration, by the start of its name or UID.
    Migration(&'a str),
}

/// Why it is not clear what the reader means.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum SelectError {
    /// Nothing is called so.
    #[error("no {kind} starts with `{prefix}`")]
    None {
        /// Kind.
        kind: String,
        /// What was asked for.
        prefix: String,
        /// What there is.
        names: Vec<String>,
    },
    /// More than one is called so.
    #[error("several {kind} objects start with `{prefix}`")]
    Several {
        /// Kind.
        kind: String,
        /// What was asked for.
        prefix: String,
        /// Which ones.
        names: Vec<String>,
    },
}

/// How many names an error lists.
const LISTED: usize = 10;

impl SelectError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::None { kind, names, .. } if names.is_empty() => format!("these inputs hold no {kind}"),
            Self::None { names, .. } => format!("there are {}", names.join(", ")),
            Self::Several { names, .. } => format!("one of {}?", names.join(", ")),
        }
    }
}

/// The one object among the candidates whose name or UID starts so. A whole name wins over longer ones that start alike.
pub(super) fn one(graph: &Graph, kind: &str, prefix: &str, candidates: &[ObjectId]) -> Result<ObjectId, SelectError> {
    let uid = |id: ObjectId| graph.object(id).uid.as_ref().map_or("", |uid| uid.as_str());
    let names = |ids: &[ObjectId]| {
        let mut names: Vec<String> = ids.iter().map(|&id| spelled(graph, id)).collect();
        names.dedup();
        names.truncate(LISTED);
        names
    };
    let exact: Vec<ObjectId> = candidates.iter().copied().filter(|&id| &*graph.object(id).name == prefix || uid(id) == prefix).collect();
    let fitting = |id: &ObjectId| graph.object(*id).name.starts_with(prefix) || uid(*id).starts_with(prefix);
    let found = if exact.is_empty() { candidates.iter().copied().filter(fitting).collect() } else { exact };
    match found.as_slice() {
        [one] => Ok(*one),
        [] => Err(SelectError::None { kind: kind.to_owned(), prefix: clean(prefix), names: names(candidates) }),
        several => Err(SelectError::Several { kind: kind.to_owned(), prefix: clean(prefix), names: names(several) }),
    }
}

/// The object of a kind, on any cluster, whose name or UID starts so.
pub(super) fn of_kind(graph: &Graph, kind: &str, prefix: &str) -> Result<ObjectId, SelectError> {
    one(graph, kind, prefix, &graph.of_kind(kind).collect::<Vec<_>>())
}

/// Name with what tells it from others of that name.
fn spelled(graph: &Graph, id: ObjectId) -> String {
    let object = graph.object(id);
    let name = clean(&object.name);
    match &object.namespace {
        Some(namespace) => format!("{}/{name} on {}", clean(namespace), clean(&graph.cluster(object.cluster).name)),
        None => format!("{name} on {}", clean(&graph.cluster(object.cluster).name)),
    }
}
