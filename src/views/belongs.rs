//! Which objects are part of a plan, of a run, or of anything else that a reader may name.

use std::collections::{BTreeSet, VecDeque};

use crate::graph::relations::RELATIONS;
use crate::graph::{Graph, ObjectId};
use crate::model::ObjectRef;

/// What a view is about.
#[derive(Debug, Clone)]
pub struct Subject {
    /// Its name for the reader.
    pub title: String,
    /// Where the walk starts.
    pub roots: Vec<ObjectId>,
}

impl Subject {
    /// The subject that these objects are; they carry one name.
    pub fn of(graph: &Graph, roots: Vec<ObjectId>) -> Self {
        Self { title: roots.first().map(|&id| graph.object(id).reference().to_string()).unwrap_or_default(), roots }
    }
}

/// A subject with everything that is part of it.
#[derive(Debug, Clone, Default)]
pub struct Belongings {
    /// Objects, in graph order.
    pub objects: BTreeSet<ObjectId>,
    /// Objects that they name and that were not gathered.
    pub named: BTreeSet<ObjectRef>,
}

/// Relations that lead from a thing to its parts.
const PARTS: &[&str] = &[
    "volume-migration",
    "volume-progress",
    "servers",
    "rsync-clients",
    "routes",
    "image-migration",
    "streams",
    "backups",
    "restores",
    "synced-copy",
    "volume-backups",
    "volume-restores",
    "stage-pods",
    "run-jobs",
    "pods",
    "pod",
    "claim",
    "mounts",
    "bound",
];

/// Everything that is part of the subject. A plan has its runs as parts too, and its registries.
pub fn belongs(graph: &Graph, subject: &Subject) -> Belongings {
    let mut found = Belongings::default();
    let mut queue: VecDeque<ObjectId> = subject.roots.iter().copied().collect();
    found.objects.extend(subject.roots.iter().copied());
    for &root in &subject.roots {
        if graph.object(root).kind() == "MigPlan" {
            for id in graph.related(root, "runs").targets.into_iter().chain(graph.related(root, "registry").targets) {
                if found.objects.insert(id) {
                    queue.push_back(id);
                }
            }
        }
    }
    while let Some(id) = queue.pop_front() {
        for edge in graph.steps(id).iter().filter(|edge| !edge.inverse && PARTS.contains(&RELATIONS[edge.relation as usize].name)) {
            if found.objects.insert(edge.to) {
                queue.push_back(edge.to);
            }
        }
        for missing in ["pod", "claim", "mounts", "bound"].iter().flat_map(|name| graph.related(id, name).missing) {
            found.named.insert(ObjectRef {
                cluster: missing.cluster.unwrap_or(graph.object(id).cluster),
                kind: missing.kind,
                namespace: missing.namespace,
                name: missing.name,
                uid: None,
            });
        }
    }
    found
}

impl Belongings {
    /// Names of all of them, gathered or not, without UIDs: events tell them by name.
    pub fn references(&self, graph: &Graph) -> BTreeSet<ObjectRef> {
        let gathered = self.objects.iter().map(|&id| ObjectRef { uid: None, ..graph.object(id).reference() });
        gathered.chain(self.named.iter().cloned()).collect()
    }
}
