//! The columns that `oc get` prints: those of the API server for the kinds that it knows, those of their definitions for the rest.

mod cells;
mod definition;
mod json_path;
mod kubernetes;
mod migration;

use std::borrow::Cow;

use super::{shared, state};
use crate::finding::redact::clean;
use crate::finding::view::age;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::mtc;

/// What stands in a column.
#[derive(Debug, Clone)]
enum Cell {
    /// A field.
    Path(&'static str),
    /// How many entries a field has.
    Count(&'static str),
    /// Status of a condition.
    Condition(&'static str),
    /// State as the tree shows it.
    State,
    /// How far its work is.
    Progress,
    /// Since its creation.
    Age,
    /// From a time in a field to the end of the gather.
    Since(Cow<'static, str>),
    /// When it was created.
    Created,
    /// Worked out.
    Made(fn(&Object) -> String),
    /// What a definition's path leads to.
    Found(String),
}

/// One column.
#[derive(Debug, Clone)]
pub(super) struct Spec {
    /// Heading.
    pub(super) name: Cow<'static, str>,
    /// For `-o wide` only.
    pub(super) wide: bool,
    cell: Cell,
}

/// A row of a table of columns: heading, whether it is for `-o wide` only, and what stands there.
type Fixed = (&'static str, bool, Cell);

const AGE: Fixed = ("AGE", false, Cell::Age);

const fn path(name: &'static str, path: &'static str) -> Fixed {
    (name, false, Cell::Path(path))
}

const fn wide_path(name: &'static str, path: &'static str) -> Fixed {
    (name, true, Cell::Path(path))
}

const fn made(name: &'static str, make: fn(&Object) -> String) -> Fixed {
    (name, false, Cell::Made(make))
}

const fn wide_made(name: &'static str, make: fn(&Object) -> String) -> Fixed {
    (name, true, Cell::Made(make))
}

/// Columns that are built in, after cluster, namespace and name.
fn built_in(kind: &str, group: &str) -> Option<&'static [Fixed]> {
    let of_group = |table: &'static [(&'static str, &'static str, &'static [Fixed])]| {
        table.iter().find(|(name, api, _)| *name == kind && (*api == group || group.is_empty())).map(|(_, _, columns)| *columns)
    };
    of_group(kubernetes::COLUMNS).or_else(|| of_group(migration::COLUMNS))
}

/// Whether the table of a kind shows more than its name and age without the definition of the kind.
pub(super) fn is_known(kind: &str, group: &str) -> bool {
    built_in(kind, group).is_some()
}

/// Columns of a kind after cluster, namespace and name. `group` and `version` are those of its objects.
pub(super) fn of(graph: &Graph, kind: &str, group: &str, version: &str) -> Vec<Spec> {
    let spec = |(name, wide, cell): &Fixed| Spec { name: Cow::Borrowed(name), wide: *wide, cell: cell.clone() };
    if let Some(columns) = built_in(kind, group) {
        return columns.iter().map(spec).collect();
    }
    definition::of(graph, kind, group, version).unwrap_or_else(|| vec![spec(&AGE)])
}

/// What stands in a cell; empty where nothing is told.
pub(super) fn text(graph: &Graph, runs: &[mtc::Run], id: ObjectId, spec: &Spec) -> String {
    let object = graph.object(id);
    let run = runs.iter().find(|run| run.id == id);
    let since = |time| shared::collected(graph, object.cluster).map(|collected| age(collected.since(time).secs()));
    match &spec.cell {
        Cell::Path(path) => object.text(path).map(|text| clean(&text)).unwrap_or_default(),
        Cell::Count(path) => object.body.as_ref().map(|_| object.field(path).map_or(0, Value::len).to_string()).unwrap_or_default(),
        Cell::Condition(name) => object.condition(name).and_then(|item| item.get("status")?.text()).map(|text| clean(&text)).unwrap_or_default(),
        Cell::State => run.map_or_else(|| state::state(object), state::run).0.unwrap_or_default(),
        Cell::Progress => run.map_or_else(|| state::progress(object), state::run_progress).unwrap_or_default(),
        Cell::Age => shared::age(graph, object).map(|span| age(span.secs())).unwrap_or_default(),
        Cell::Since(path) => object.time(path).and_then(since).unwrap_or_default(),
        Cell::Created => object.created.map(|time| time.to_string()).unwrap_or_default(),
        Cell::Made(make) => object.body.as_ref().map(|_| clean(&make(object))).unwrap_or_default(),
        Cell::Found(path) => object.body.as_ref().and_then(|body| json_path::text(body.root(), path)).map(|text| clean(&text)).unwrap_or_default(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_kind_has_two_tables_and_no_table_two_columns_of_a_name() {
        let all: Vec<_> = kubernetes::COLUMNS.iter().chain(migration::COLUMNS).collect();
        for (at, (kind, group, columns)) in all.iter().enumerate() {
            assert!(!all[..at].iter().any(|(other, of, _)| other == kind && of == group), "{kind} has two tables");
            let names: Vec<&str> = columns.iter().map(|(name, _, _)| *name).collect();
            assert!(names.iter().enumerate().all(|(at, name)| !names[..at].contains(name)), "{kind}: {names:?}");
        }
    }

    #[test]
    fn a_kind_of_another_api_with_a_known_name_is_another_kind() {
        assert!(is_known("Backup", "velero.io") && is_known("Pod", ""));
        assert!(!is_known("Backup", "config.openshift.io"));
    }
}
