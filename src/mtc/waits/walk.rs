//! The walk itself: a path of objects, and the ends it found.

use super::Waits;
use crate::graph::tape::Value;
use crate::graph::{Graph, Missing, Object, ObjectId};
use crate::model::{ClusterId, ObjectRef};
use crate::mtc::verdict::word;

/// A walk from a run down to what blocks it. An end is an object below which nothing else is known to be wrong.
pub(super) struct Walk<'g> {
    pub(super) graph: &'g Graph,
    pub(super) source: Option<ClusterId>,
    pub(super) target: Option<ClusterId>,
    pub(super) found: Vec<Waits>,
    path: Vec<ObjectId>,
    home: ClusterId,
}

/// No walk goes deeper; references could form a circle in hostile data.
const DEEPEST: usize = 8;

impl<'g> Walk<'g> {
    pub(super) fn new(graph: &'g Graph, run: ObjectId) -> Self {
        let (source, target) = graph.plan_clusters(run);
        Self { graph, source, target, found: Vec::new(), path: Vec::new(), home: graph.object(run).cluster }
    }

    /// An object at which the walk ends.
    pub(super) fn leaf(&mut self, id: ObjectId) {
        // Nobody reads more, and a long list would be searched for each of its entries.
        if self.found.len() >= super::MOST || self.found.iter().any(|waits| waits.id == Some(id)) {
            return;
        }
        self.found.push(Waits { object: self.graph.object(id).reference(), id: Some(id), path: self.path.clone() });
    }

    /// Goes below an object; it is the end itself when nothing below it is.
    pub(super) fn inside(&mut self, id: ObjectId, below: impl FnOnce(&mut Self)) {
        let before = self.found.len();
        if self.path.len() < DEEPEST && !self.path.contains(&id) {
            self.path.push(id);
            below(self);
            self.path.pop();
        }
        if self.found.len() == before {
            self.leaf(id);
        }
    }

    /// References that lead nowhere: what they name was not gathered, but its name is known.
    pub(super) fn missing(&mut self, missing: &[Missing]) {
        for one in missing {
            let object = ObjectRef {
                cluster: one.cluster.unwrap_or(self.home),
                kind: one.kind.clone(),
                namespace: one.namespace.clone(),
                name: one.name.clone(),
                uid: None,
            };
            if self.found.len() < super::MOST && self.found.iter().all(|waits| waits.object != object) {
                self.found.push(Waits { object, id: None, path: self.path.clone() });
            }
        }
    }

    /// Whether every container of a pod is ready.
    pub(super) fn is_ready(&self, id: ObjectId) -> bool {
        is_ready(self.graph.object(id))
    }

    /// A pod, and below it a claim that is not bound.
    pub(super) fn pod(&mut self, id: ObjectId) {
        self.inside(id, |walk| {
            let pod = walk.graph.object(id);
            let scheduled = pod.text("spec.nodeName").is_some_and(|node| !node.is_empty());
            for claim in walk.graph.related(id, "mounts").targets {
                let phase = walk.graph.object(claim).text("status.phase");
                let unbound = match phase.as_deref() {
                    Some("Lost") => true,
                    Some("Pending") => scheduled || blames_claims(pod) || binds_at_once(walk, claim),
                    _ => false,
                };
                if unbound {
                    walk.leaf(claim);
                }
            }
        });
    }
}

/// The scheduler says so itself when a pod waits for claims.
fn blames_claims(pod: &Object) -> bool {
    let mut conditions = pod.field("status.conditions").into_iter().flat_map(Value::items);
    conditions.any(|condition| word(condition, "type") == "PodScheduled" && word(condition, "message").contains("unbound immediate"))
}

/// A claim that waits for its first consumer is bound when its pod is scheduled, so before that it is the pod that blocks. Without
/// its class nobody knows.
fn binds_at_once(walk: &Walk<'_>, claim: ObjectId) -> bool {
    let classes = walk.graph.related(claim, "class").targets;
    classes.iter().any(|&id| walk.graph.object(id).text("volumeBindingMode").as_deref() == Some("Immediate"))
}

/// Whether a pod's `Ready` condition holds; a pod without conditions is not ready.
pub(crate) fn is_ready(pod: &Object) -> bool {
    let conditions = pod.field("status.conditions").into_iter().flat_map(Value::items);
    conditions.into_iter().any(|condition| word(condition, "type") == "Ready" && word(condition, "status") == "True")
}
