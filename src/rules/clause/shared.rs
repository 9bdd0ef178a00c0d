use std::sync::{Arc, OnceLock};

use rustc_hash::FxHashMap;

use crate::graph::{Graph, ObjectId};
use crate::model::ClusterId;
use crate::mtc::{self, ErrorText};
use crate::rules::families::families;

/// Lookups that all rules share; each is made when the first rule asks.
#[derive(Debug)]
pub(crate) struct Shared<'a> {
    graph: &'a Graph,
    errors: Vec<OnceLock<Vec<ErrorText>>>,
    /// Keyed by cluster and `Kind/name`.
    events: OnceLock<FxHashMap<(ClusterId, String), Vec<u32>>>,
    pods: OnceLock<FxHashMap<ClusterId, ByNamespace>>,
}

type ByNamespace = FxHashMap<Arc<str>, Vec<ObjectId>>;

impl<'a> Shared<'a> {
    pub(crate) fn new(graph: &'a Graph) -> Self {
        Self { graph, errors: families().iter().map(|_| OnceLock::new()).collect(), events: OnceLock::new(), pods: OnceLock::new() }
    }

    /// Error texts of a family that objects hold.
    pub(super) fn errors(&self, family: &str) -> &[ErrorText] {
        let Some(at) = families().iter().position(|known| *known == family) else { return &[] };
        self.errors[at].get_or_init(|| mtc::errors(self.graph, family))
    }

    /// Events about an object of that cluster, kind and name, by position in the graph.
    pub(super) fn events_about(&self, cluster: ClusterId, kind: &str, name: &str) -> &[u32] {
        let index = self.events.get_or_init(|| {
            let mut index: FxHashMap<(ClusterId, String), Vec<u32>> = FxHashMap::default();
            for (at, event) in (0_u32..).zip(&self.graph.events) {
                index.entry((event.cluster, format!("{}/{}", event.object_kind, event.object_name))).or_default().push(at);
            }
            index
        });
        index.get(&(cluster, format!("{kind}/{name}"))).map_or(&[], Vec::as_slice)
    }

    /// Pods of a namespace, the one kind of which there are so many that a rule cannot look through all of them for each row.
    pub(super) fn pods_in(&self, cluster: ClusterId, namespace: &str) -> &[ObjectId] {
        let index = self.pods.get_or_init(|| {
            let mut index: FxHashMap<ClusterId, ByNamespace> = FxHashMap::default();
            for id in self.graph.of_kind("Pod") {
                let pod = self.graph.object(id);
                if let Some(namespace) = &pod.namespace {
                    index.entry(pod.cluster).or_default().entry(namespace.clone()).or_default().push(id);
                }
            }
            index
        });
        index.get(&cluster).and_then(|of| of.get(namespace)).map_or(&[], Vec::as_slice)
    }
}
