//! Objects of one kind as the rows of a table.

use std::sync::Arc;

use thiserror::Error;

use super::kinds::{self, Wanted};
use super::select::{self, SelectError};
use super::selector::{FieldIs, Requirement};
use super::{columns, shared};
use crate::finding::Target;
use crate::finding::redact::clean;
use crate::finding::view::{Column, Row, Table};
use crate::graph::{Cover, Event, Graph, ObjectId, Role};
use crate::model::ClusterId;
use crate::mtc;

/// Which objects the reader asks for.
#[derive(Debug, Clone, Default)]
pub struct Ask {
    /// Kind, plural or short name, with or without group.
    pub kind: String,
    /// Start of the name or UID.
    pub name: Option<String>,
    /// Namespace; all of them without one.
    pub namespace: Option<String>,
    /// A cluster: its name, the start of it, its id or its role.
    pub cluster: Option<String>,
    /// Labels that must hold.
    pub labels: Vec<Requirement>,
    /// Fields that must hold.
    pub fields: Vec<FieldIs>,
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
    /// The name fits nothing, or several things.
    #[error(transparent)]
    Name(#[from] SelectError),
}

impl AskError {
    /// What to write instead.
    pub fn help(&self) -> String {
        match self {
            Self::Kind { .. } => "mig-analyze coverage -v lists the kinds of each cluster".to_owned(),
            Self::Name(error) => error.help(),
        }
    }
}

/// The kind that the reader means.
pub fn kind(graph: &Graph, word: &str) -> Result<Wanted, AskError> {
    kinds::resolve(graph, word).ok_or_else(|| AskError::Kind { word: clean(word) })
}

/// Kinds whose bodies would have to be kept to answer: the kind itself, and the definitions where one names the kind or its columns.
pub fn lacks(graph: &Graph, word: &str) -> Vec<String> {
    const DEFINITION: &str = "CustomResourceDefinition";
    let unread = |kind: &str| graph.of_kind(kind).any(|id| graph.object(id).body.is_none());
    let Some(wanted) = kinds::resolve(graph, word) else {
        return Some(DEFINITION.to_owned()).filter(|kind| unread(kind)).into_iter().collect();
    };
    let mut lacks = Vec::new();
    if unread(&wanted.kind) {
        lacks.push(wanted.kind.to_string());
    }
    let unknown = graph.of_kind(&wanted.kind).any(|id| !columns::is_known(&wanted.kind, &graph.object(id).gvk.group));
    if unknown && *wanted.kind != *DEFINITION && unread(DEFINITION) {
        lacks.push(DEFINITION.to_owned());
    }
    lacks
}

/// The objects that the reader asks for, by cluster, namespace and name.
pub fn objects(graph: &Graph, ask: &Ask) -> Result<Vec<ObjectId>, AskError> {
    let wanted = kind(graph, &ask.kind)?;
    let cluster = cluster(graph, ask)?;
    let fits = |id: &ObjectId| {
        let object = graph.object(*id);
        wanted.fits(object)
            && cluster.is_none_or(|cluster| cluster == object.cluster)
            && ask.namespace.as_ref().is_none_or(|namespace| object.namespace.as_deref() == Some(namespace))
            && ask.labels.iter().all(|label| label.fits(object))
            && ask.fields.iter().all(|field| field.fits(object))
    };
    let found: Vec<ObjectId> = graph.of_kind(&wanted.kind).filter(fits).collect();
    let Some(name) = &ask.name else { return Ok(found) };
    // The same name in two namespaces or on two clusters is several objects that the reader wants to compare.
    let exact: Vec<ObjectId> = found.iter().copied().filter(|&id| *graph.object(id).name == **name).collect();
    if exact.is_empty() { Ok(select::thing(graph, &wanted.kind, name, &found)?) } else { Ok(exact) }
}

/// The table of what the reader asks for.
pub fn table(graph: &Graph, ask: &Ask) -> Result<Table, AskError> {
    let wanted = kind(graph, &ask.kind)?;
    if &*wanted.kind == "Event" {
        return events(graph, ask);
    }
    let ids = objects(graph, ask)?;
    let namespaced = |&id: &ObjectId| graph.object(id).namespace.is_some();
    let runs = if &*wanted.kind == "MigMigration" { mtc::migrations(graph) } else { Vec::new() };
    // What the reader has fixed is not repeated in every row.
    let lead = Lead { cluster: graph.clusters.len() > 1 && ask.cluster.is_none(), namespace: ask.namespace.is_none() && ids.iter().any(namespaced) };
    let mut groups: Vec<(Arc<str>, Arc<str>)> =
        ids.iter().map(|&id| (graph.object(id).gvk.group.clone(), graph.object(id).gvk.version.clone())).collect();
    groups.sort_unstable();
    groups.dedup_by(|a, b| a.0 == b.0);
    // Two APIs may have a kind of that name; the one whose columns are known decides them.
    let (group, version) = groups.iter().find(|(group, _)| columns::is_known(&wanted.kind, group)).or(groups.first()).cloned().unwrap_or_default();
    let specs = columns::of(graph, &wanted.kind, &group, &version);
    let several = groups.len() > 1;
    let mut columns = lead.columns();
    columns.push(Column { name: "NAME".to_owned(), wide: false });
    columns.extend(several.then(|| Column { name: "API GROUP".to_owned(), wide: false }));
    columns.extend(specs.iter().map(|spec| Column { name: spec.name.clone().into_owned(), wide: spec.wide }));
    let row = |&id: &ObjectId| {
        let object = graph.object(id);
        let target = shared::target(&object.reference());
        let mut cells = lead.cells(graph, &target);
        cells.push(target.name.clone());
        cells.extend(several.then(|| clean(&object.gvk.group)));
        cells.extend(specs.iter().map(|spec| columns::text(graph, &runs, id, spec)));
        Row { object: target, cells, see: shared::see_object(graph, object) }
    };
    let rows: Vec<Row> = ids.iter().map(row).collect();
    let notes = silent(graph, ask, &wanted.kind, &rows)?;
    Ok(Table { schema: 1, clusters: shared::clusters(graph), inputs: shared::inputs(graph), kind: clean(&wanted.kind), rows, columns, notes })
}

/// Clusters without a row of a kind that nobody collected there: none to be seen is not none to be had.
fn silent(graph: &Graph, ask: &Ask, kind: &str, rows: &[Row]) -> Result<Vec<String>, AskError> {
    let only = cluster(graph, ask)?;
    let clusters = graph.cluster_ids().filter(|&id| only.is_none_or(|only| only == id));
    // A cluster that nobody asked for may well have none, and objects of MTC live on the host alone.
    let asked = ask.cluster.is_some() || ask.namespace.is_some() || ask.name.is_some();
    if !rows.is_empty() && !asked {
        return Ok(Vec::new());
    }
    let elsewhere = |id: ClusterId| (kind.starts_with("Mig") || kind.starts_with("Direct")) && !graph.cluster(id).is(Role::Host);
    let told = |id: ClusterId| rows.iter().any(|row| row.object.cluster == id.label());
    let note = |id: ClusterId| {
        let Cover::No(reason) = graph.coverage.objects(id, kind, ask.namespace.as_deref()) else { return None };
        Some(format!("none of cluster {}, which proves nothing: {}", clean(&graph.cluster(id).name), clean(&reason)))
    };
    Ok(clusters.filter(|&id| !told(id) && !elsewhere(id)).filter_map(note).collect())
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
    let lead = Lead { cluster: graph.clusters.len() > 1 && ask.cluster.is_none(), namespace: ask.namespace.is_none() };
    let mut columns = lead.columns();
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
        let mut cells = lead.cells(graph, &object);
        cells.extend([
            event.last.map(|time| time.to_string()).unwrap_or_default(),
            clean(&event.kind),
            clean(&event.reason),
            format!("{}/{}", object.kind.to_ascii_lowercase(), object.name),
            event.count.to_string(),
            clean(&event.message),
            clean(&event.source),
        ]);
        let see = shared::see_target(graph, event.cluster, &object, Some(&event.place));
        Row { object, cells, see }
    };
    let rows: Vec<Row> = found.into_iter().map(row).collect();
    let notes = silent(graph, ask, "Event", &rows)?;
    Ok(Table { schema: 1, clusters: shared::clusters(graph), inputs: shared::inputs(graph), kind: "Event".to_owned(), rows, columns, notes })
}

fn cluster(graph: &Graph, ask: &Ask) -> Result<Option<ClusterId>, AskError> {
    Ok(ask.cluster.as_deref().map(|word| select::cluster(graph, word)).transpose()?)
}

/// The columns in front of the name.
#[derive(Debug, Clone, Copy)]
struct Lead {
    cluster: bool,
    namespace: bool,
}

impl Lead {
    fn columns(self) -> Vec<Column> {
        let names = self.cluster.then_some("CLUSTER").into_iter().chain(self.namespace.then_some("NAMESPACE"));
        names.map(|name| Column { name: name.to_owned(), wide: false }).collect()
    }

    fn cells(self, graph: &Graph, target: &Target) -> Vec<String> {
        let cluster = graph.cluster_ids().find(|id| id.label() == target.cluster).map(|id| clean(&graph.cluster(id).name));
        let cluster = cluster.filter(|_| self.cluster);
        cluster.into_iter().chain(self.namespace.then(|| target.namespace.clone().unwrap_or_default())).collect()
    }
}
