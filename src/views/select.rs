//! Finds the thing that the reader means: names may be given by any beginning that only one thing has.

use std::collections::BTreeMap;

use thiserror::Error;

use super::Subject;
use crate::finding::redact::clean;
use crate::graph::{Graph, ObjectId};
use crate::model::{ClusterId, Uid};

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
    #[error("no {what} starts with `{prefix}`")]
    None {
        /// What was looked for.
        what: String,
        /// What was asked for.
        prefix: String,
        /// What there is.
        names: Vec<String>,
    },
    /// More than one is called so.
    #[error("several {what}s start with `{prefix}`")]
    Several {
        /// What was looked for.
        what: String,
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
            Self::None { what, names, .. } if names.is_empty() => format!("these inputs hold no {what}"),
            Self::None { names, .. } => format!("there are {}", list(names)),
            Self::Several { names, .. } => format!("one of {}?", list(names)),
        }
    }
}

fn list(names: &[String]) -> String {
    let shown = names.iter().take(LISTED).map(String::as_str).collect::<Vec<_>>().join(", ");
    if names.len() > LISTED { format!("{shown} and {} more", names.len() - LISTED) } else { shown }
}

/// One thing that may be meant.
#[derive(Debug)]
pub struct Candidate<'a, T> {
    /// Its name.
    pub name: &'a str,
    /// Its UID.
    pub uid: Option<&'a str>,
    /// How an error lists it.
    pub shown: String,
    /// The thing.
    pub it: T,
}

/// The one whose name or UID starts so. A whole name wins over longer ones that start alike.
pub fn choose<T>(what: &str, prefix: &str, all: Vec<Candidate<'_, T>>) -> Result<T, SelectError> {
    let known: Vec<String> = all.iter().map(|one| one.shown.clone()).collect();
    let (whole, rest): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.name == prefix || one.uid == Some(prefix));
    let fits = |one: &Candidate<'_, T>| one.name.starts_with(prefix) || one.uid.is_some_and(|uid| uid.starts_with(prefix));
    let mut fitting: Vec<Candidate<'_, T>> = if whole.is_empty() { rest.into_iter().filter(fits).collect() } else { whole };
    let (what, prefix) = (what.to_owned(), clean(prefix));
    let Some(last) = fitting.pop() else { return Err(SelectError::None { what, prefix, names: known }) };
    if fitting.is_empty() {
        return Ok(last.it);
    }
    let names = fitting.into_iter().chain([last]).map(|one| one.shown).collect();
    Err(SelectError::Several { what, prefix, names })
}

/// The thing among some objects whose name or UID starts so. Objects of one kind and name are one thing to a reader, on whatever
/// clusters they are: a backup is synced to the other side.
pub fn thing(graph: &Graph, what: &str, prefix: &str, ids: &[ObjectId]) -> Result<Vec<ObjectId>, SelectError> {
    let mut things: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
    for &id in ids {
        things.entry(clean(&graph.object(id).reference().to_string())).or_default().push(id);
    }
    let candidates = things.iter().map(|(shown, ids)| {
        let uid = ids.iter().find_map(|&id| graph.object(id).uid.as_ref().filter(|uid| uid.as_str().starts_with(prefix)));
        let name = ids.first().map_or("", |&id| &*graph.object(id).name);
        Candidate { name, uid: uid.map(Uid::as_str), shown: shown.clone(), it: ids.clone() }
    });
    choose(what, prefix, candidates.collect())
}

/// The thing of a kind whose name or UID starts so.
pub(super) fn of_kind(graph: &Graph, what: &str, kind: &str, prefix: &str) -> Result<Vec<ObjectId>, SelectError> {
    thing(graph, what, prefix, &graph.of_kind(kind).collect::<Vec<_>>())
}

/// The thing that a scope names; `None` for everything.
pub fn subject(graph: &Graph, scope: Scope<'_>) -> Result<Option<Subject>, SelectError> {
    let roots = match scope {
        Scope::All => return Ok(None),
        Scope::Plan(prefix) => of_kind(graph, "plan", "MigPlan", prefix)?,
        Scope::Migration(prefix) => of_kind(graph, "migration", "MigMigration", prefix)?,
    };
    Ok(Some(Subject::of(graph, roots)))
}

/// A cluster by its name, the start of it, its id in reports, or its role where only one plays it.
pub fn cluster(graph: &Graph, word: &str) -> Result<ClusterId, SelectError> {
    let whole = |&id: &ClusterId| *graph.cluster(id).name == *word || id.label() == word;
    if let Some(id) = graph.cluster_ids().find(whole) {
        return Ok(id);
    }
    let by_role: Vec<_> = graph.cluster_ids().filter(|&id| graph.cluster(id).roles.iter().any(|role| role.as_str() == word)).collect();
    if let [only] = by_role.as_slice() {
        return Ok(*only);
    }
    let all = graph.cluster_ids().map(|id| {
        let cluster = graph.cluster(id);
        Candidate { name: &cluster.name, uid: cluster.mig_cluster.as_deref(), shown: clean(&cluster.name), it: id }
    });
    choose("cluster", word, all.collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(prefix: &str) -> Result<usize, String> {
        let names = [("shop", "aa1"), ("shop-stage", "ab2"), ("ledger", "cc3")];
        let all = names.iter().enumerate().map(|(it, (name, uid))| Candidate { name, uid: Some(uid), shown: (*name).to_owned(), it });
        choose("migration", prefix, all.collect()).map_err(|error| format!("{error}: {}", error.help()))
    }

    #[test]
    fn any_unambiguous_beginning_is_enough_and_a_whole_name_always() {
        assert_eq!([of("l"), of("shop"), of("shop-"), of("aa")], [Ok(2), Ok(0), Ok(1), Ok(0)]);
    }

    #[test]
    fn what_is_ambiguous_or_unknown_lists_what_there_is() {
        assert_eq!(of("sho").unwrap_err(), "several migrations start with `sho`: one of shop, shop-stage?");
        assert_eq!(of("crm").unwrap_err(), "no migration starts with `crm`: there are shop, shop-stage, ledger");
    }
}
