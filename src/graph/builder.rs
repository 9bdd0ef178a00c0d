use rayon::slice::ParallelSliceMut as _;

use super::relations::Edges;
use super::tape::Tape;
use super::{Cluster, Coverage, Dataset, Event, Graph, Input, Log, Object, ObjectId};
use crate::model::{Gap, HitGroup, Shape, Uid};

/// Collects what was read; [`Builder::freeze`] merges copies, sorts, indexes and resolves relations.
#[derive(Debug, Default)]
pub struct Builder {
    /// Inputs in the order given.
    pub inputs: Vec<Input>,
    /// Gathers found.
    pub datasets: Vec<Dataset>,
    /// Clusters found.
    pub clusters: Vec<Cluster>,
    /// Copies of objects; several may be of one object.
    pub objects: Vec<Object>,
    /// Events, copies included.
    pub events: Vec<Event>,
    /// Logs.
    pub logs: Vec<Log>,
    /// Hits of canonical logs.
    pub hits: Vec<HitGroup>,
    /// Folded error lines of canonical logs.
    pub shapes: Vec<Shape>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// Claims and holes.
    pub coverage: Coverage,
}

/// Kinds whose older copies are kept, because a copy that did not change is evidence of a run that does not move.
const KEEPS_EARLIER: &[&str] = &[
    "MigMigration",
    "MigPlan",
    "DirectVolumeMigration",
    "DirectVolumeMigrationProgress",
    "Backup",
    "Restore",
    "PodVolumeBackup",
    "PodVolumeRestore",
    "Pod",
];

impl Builder {
    /// Makes the graph. The result depends on the content only, never on the order in which it was added.
    pub fn freeze(mut self) -> Graph {
        sort_events(&mut self.events);
        self.gaps.sort();
        self.gaps.dedup();
        let mut graph = Graph {
            inputs: self.inputs,
            datasets: self.datasets,
            clusters: self.clusters,
            objects: merge(self.objects),
            events: self.events,
            logs: self.logs,
            hits: self.hits,
            shapes: self.shapes,
            gaps: self.gaps,
            coverage: self.coverage,
            ..Graph::default()
        };
        graph.index(0);
        graph.index_texts();
        graph.edges = Edges::build(&graph);
        graph
    }
}

impl Graph {
    /// Adds derived facts and derived kinds, and joins the new objects to the others.
    ///
    /// `facts` are joined to objects as `.mtc`; `kinds` become objects of their own at the end of the list, so that ids stay valid.
    pub fn adopt(&mut self, facts: Vec<(ObjectId, Tape)>, kinds: Vec<Object>) {
        for (id, tape) in facts {
            self.objects[id.index()].derived = Some(tape);
        }
        let first = self.objects.len();
        self.objects.reserve_exact(kinds.len());
        self.objects.extend(kinds.into_iter().map(|mut object| {
            object.is_derived_kind = true;
            object
        }));
        self.index(first);
        let mut edges = std::mem::take(&mut self.edges);
        edges.extend(self, first);
        self.edges = edges;
    }

    /// Indexes the objects from `first` on.
    fn index(&mut self, first: usize) {
        for (index, object) in self.objects.iter().enumerate().skip(first) {
            let id = ObjectId(u32::try_from(index).unwrap_or(u32::MAX));
            self.by_kind.entry(object.gvk.kind.clone()).or_default().push(id);
            self.by_name.entry(super::query::name_hash(object.kind(), &object.name)).or_default().push(id);
            self.by_key.entry(super::query::key_hash(object.cluster, object.kind(), object.namespace.as_deref(), &object.name)).or_default().push(id);
            if let Some(uid) = &object.uid {
                self.by_uid.entry(uid.clone()).or_default().push(id);
            }
        }
        self.mtc_namespaces = self.cluster_ids().map(|cluster| self.find_mtc_namespace(cluster)).collect();
    }

    fn index_texts(&mut self) {
        for (index, event) in (0_u32..).zip(&self.events) {
            self.events_by_reason.entry(event.reason.clone()).or_default().push(index);
        }
        for (index, hits) in (0_u32..).zip(&self.hits) {
            self.hits_by_pattern.entry(hits.pattern).or_default().push(index);
        }
    }
}

type Identity<'a> = (u32, &'a str, &'a str, Option<&'a str>, &'a str, Option<&'a str>);

fn identity(object: &Object) -> Identity<'_> {
    (object.cluster.0, &object.gvk.group, &object.gvk.kind, object.namespace.as_deref(), &object.name, object.uid.as_ref().map(Uid::as_str))
}

/// Joins copies of one object. The newest resourceVersion is current; of equal ones the first path.
fn merge(mut copies: Vec<Object>) -> Vec<Object> {
    copies.par_sort_by(|a, b| {
        identity(a).cmp(&identity(b)).then_with(|| b.resource_version.cmp(&a.resource_version)).then_with(|| a.places.cmp(&b.places))
    });
    copies.dedup_by(|copy, current| {
        let same = identity(current) == identity(copy);
        if same {
            absorb(current, copy);
        }
        same
    });
    copies.shrink_to_fit();
    copies
}

fn absorb(current: &mut Object, copy: &mut Object) {
    let differs = copy.resource_version != current.resource_version;
    if differs
        && KEEPS_EARLIER.contains(&&*current.gvk.kind)
        && let Some(place) = copy.places.first().cloned()
    {
        current.earlier.push(super::Earlier { resource_version: copy.resource_version, place, body: copy.body.take() });
        current.earlier.sort_by(|a, b| (a.resource_version, &a.place).cmp(&(b.resource_version, &b.place)));
    }
    for place in copy.places.drain(..) {
        if !current.places.contains(&place) {
            current.places.push(place);
        }
    }
}

fn sort_events(events: &mut Vec<Event>) {
    type EventKey<'a> = (u32, &'a str, &'a str, &'a str, &'a str, Option<&'a str>);
    fn key(event: &Event) -> EventKey<'_> {
        (event.cluster.0, &event.namespace, &event.object_name, &event.reason, &event.message, event.uid.as_ref().map(Uid::as_str))
    }
    events.sort_by(|a, b| {
        key(a).cmp(&key(b)).then_with(|| b.count.cmp(&a.count)).then_with(|| b.last.cmp(&a.last)).then_with(|| a.place.cmp(&b.place))
    });
    // A copy is the same event (same UID), or without UID the same words about the same object at the same times.
    events.dedup_by(|later, first| key(later) == key(first) && (first.uid.is_some() || (later.first, later.last) == (first.first, first.last)));
    events.sort_by(|a, b| {
        (a.cluster, a.first, &a.object_name, &a.reason, &a.message, &a.place).cmp(&(
            b.cluster,
            b.first,
            &b.object_name,
            &b.reason,
            &b.message,
            &b.place,
        ))
    });
}
