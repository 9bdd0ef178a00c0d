//! Objects of one kind as the rows of a table.

use std::sync::Arc;

use thiserror::Error;

use super::select::{self, SelectError};
use super::{columns, kinds, shared};
use crate::finding::Target;
use crate::finding::redact::clean;
use crate::finding::view::{Column, Row, Table};
use crate::graph::{Event, Graph, ObjectId};
use crate::model::ClusterId;
use crate::mtc;

/// Which objects the reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Kind, plural or short name.
    pub kind: String,
    /// Start of the name or UID.
    pub name: Option<String>,
    /// Namespace; all of them without one.
    pub namespace: Option<String>,
    /// Name or id of a cluster.
    pub cluster: Option<String>,
    /// Labels that must hold, as key and value; without a value the key must be there.
    pub labels: Vec<(String, Option<String>)>,
    /// Fields that must hold, as dotted path and value.
    pub fields: Vec<(String, String)>,
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
pub enum AskError {
    /// No such kind.
    #[error("no kind `{word}` in these inputs")]
    Kind {
        /// What was asked for.
        word: String,
    },
    /// No such cluster.
    #[error("no cluster `{word}`")]
    Cluster {
        /// What was asked for.
        word: String,
        /// Which there are.
        names: Vec<String>,
    },
    /// The name fits nothing, or several objects.
    #[error(transparent)]
    Name(#[from] SelectError),
}

impl AskError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Kind { .. } => "mig-analyze coverage -v lists the kinds of each cluster".to_owned(),
            Self::Cluster { names, .. } => format!("there are {}", names.join(", ")),
            Self::Name(error) => error.help(),
        }
    }
}

/// The kind that the reader means.
pub fn kind(graph: &Graph, word: &str) -> Result<Arc<str>, AskError> {
    kinds::resolve(graph, word).ok_or_else(|| AskError::Kind { word: clean(word) })
}

/// The objects that the reader asks for, by cluster, namespace and name.
pub fn objects(graph: &Graph, ask: &Ask) -> Result<Vec<ObjectId>, AskError> {
    let kind = kind(graph, &ask.kind)?;
    let cluster = cluster(graph, ask)?;
    let fits = |id: &ObjectId| {
        let object = graph.object(*id);
        cluster.is_none_or(|cluster| cluster == object.cluster)
            && ask.namespace.as_ref().is_none_or(|namespace| object.namespace.as_deref() == Some(namespace))
            && ask.labels.iter().all(|(key, value)| object.label(key).is_some_and(|is| value.as_ref().is_none_or(|value| is == value)))
            && ask.fields.iter().all(|(path, value)| object.text(path).as_deref() == Some(value))
    };
    let found: Vec<ObjectId> = graph.of_kind(&kind).filter(fits).collect();
    let Some(name) = &ask.name else { return Ok(found) };
    // The same name on two clusters is two objects that the reader wants to compare, not a question to ask back.
    let exact: Vec<ObjectId> = found.iter().copied().filter(|&id| *graph.object(id).name == **name).collect();
    if exact.is_empty() { Ok(vec![select::one(graph, &kind, name, &found)?]) } else { Ok(exact) }
}

/// The table of what the reader asks for.
pub fn table(graph: &Graph, ask: &Ask) -> Result<Table, AskError> {
    let kind = kind(graph, &ask.kind)?;
    if &*kind == "Event" {
        return events(graph, ask);
    }
    let ids = objects(graph, ask)?;
    let runs = if &*kind == "MigMigration" { mtc::migrations(graph) } else { Vec::new() };
    let namespaced = ids.iter().any(|&id| graph.object(id).namespace.is_some());
    let mut columns = lead(graph, namespaced);
    columns.push(Column { name: "NAME".to_owned(), wide: false });
    let specs = columns::of(&kind);
    columns.extend(specs.iter().map(|(name, wide, _)| Column { name: (*name).to_owned(), wide: *wide }));
    let row = |&id: &ObjectId| {
        let target = shared::target(&graph.object(id).reference());
        let mut cells = lead_cells(graph, namespaced, &target);
        cells.push(target.name.clone());
        cells.extend(specs.iter().map(|(_, _, cell)| columns::text(graph, &runs, id, *cell)));
        Row { object: target, cells }
    };
    Ok(Table { schema: 1, clusters: shared::clusters(graph), kind: clean(&kind), rows: ids.iter().map(row).collect(), columns })
}

/// Events live in columns of their own and have no labels to ask for; a name is that of the object they are about.
fn events(graph: &Graph, ask: &Ask) -> Result<Table, AskError> {
    let cluster = cluster(graph, ask)?;
    let fits = |event: &&Event| {
        cluster.is_none_or(|cluster| cluster == event.cluster)
            && ask.namespace.as_ref().is_none_or(|namespace| *event.namespace == **namespace)
            && ask.name.as_ref().is_none_or(|name| event.object_name.starts_with(name.as_str()))
    };
    let mut found: Vec<&Event> = graph.events.iter().filter(fits).collect();
    found.sort_by_key(|event| (event.last, event.cluster));
    let mut columns = lead(graph, true);
    let heads = [("LAST SEEN", false), ("TYPE", false), ("REASON", false), ("OBJECT", false), ("COUNT", false), ("MESSAGE", false), ("SOURCE", true)];
    columns.extend(heads.map(|(name, wide)| Column { name: name.to_owned(), wide }));
    let row = |event: &Event| {
        let object = Target {
            cluster: event.cluster.label(),
            kind: clean(&event.object_kind),
            namespace: Some(clean(event.object_namespace.as_deref().unwrap_or(&event.namespace))),
            name: clean(&event.object_name),
            uid: event.object_uid.as_ref().map(|uid| clean(uid.as_str())),
        };
        let mut cells = lead_cells(graph, true, &object);
        cells.extend([
            event.last.map(|time| time.to_string()).unwrap_or_default(),
            clean(&event.kind),
            clean(&event.reason),
            format!("{}/{}", object.kind.to_ascii_lowercase(), object.name),
            event.count.to_string(),
            clean(&event.message),
            clean(&event.source),
        ]);
        Row { object, cells }
    };
    Ok(Table { schema: 1, clusters: shared::clusters(graph), kind: "Event".to_owned(), rows: found.into_iter().map(row).collect(), columns })
}

fn cluster(graph: &Graph, ask: &Ask) -> Result<Option<ClusterId>, AskError> {
    let Some(word) = &ask.cluster else { return Ok(None) };
    let found = graph.cluster_ids().find(|&id| *graph.cluster(id).name == **word || id.label() == *word);
    let names = || graph.clusters.iter().map(|cluster| clean(&cluster.name)).collect();
    found.map(Some).ok_or_else(|| AskError::Cluster { word: clean(word), names: names() })
}

fn lead(graph: &Graph, namespaced: bool) -> Vec<Column> {
    let names = (graph.clusters.len() > 1).then_some("CLUSTER").into_iter().chain(namespaced.then_some("NAMESPACE"));
    names.map(|name| Column { name: name.to_owned(), wide: false }).collect()
}

fn lead_cells(graph: &Graph, namespaced: bool, target: &Target) -> Vec<String> {
    let cluster = graph.cluster_ids().find(|id| id.label() == target.cluster).map(|id| clean(&graph.cluster(id).name));
    let cluster = cluster.filter(|_| graph.clusters.len() > 1);
    cluster.into_iter().chain(namespaced.then(|| target.namespace.clone().unwrap_or_default())).collect()
}
