use std::sync::Arc;

use super::tape::Value;
use super::{Cluster, Event, Graph, Object, ObjectId, Role};
use crate::model::{ClusterId, HitGroup, Uid};

/// Identity of an object inside the case, without its UID.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub struct Key {
    pub(super) cluster: ClusterId,
    pub(super) kind: Arc<str>,
    pub(super) namespace: Option<Arc<str>>,
    pub(super) name: Arc<str>,
}

impl Graph {
    /// The object behind an id.
    pub fn object(&self, id: ObjectId) -> &Object {
        &self.objects[id.index()]
    }

    /// All object ids in order.
    pub fn ids(&self) -> impl Iterator<Item = ObjectId> + use<> {
        (0..u32::try_from(self.objects.len()).unwrap_or(u32::MAX)).map(ObjectId)
    }

    /// Objects of a kind on all clusters, in order.
    pub fn of_kind(&self, kind: &str) -> impl Iterator<Item = ObjectId> + '_ {
        self.by_kind.get(kind).into_iter().flatten().copied()
    }

    /// Kinds present, sorted.
    pub fn kinds(&self) -> Vec<Arc<str>> {
        let mut kinds: Vec<_> = self.by_kind.keys().cloned().collect();
        kinds.sort_unstable();
        kinds
    }

    /// Objects of that name; several when an object was re-created while the gather ran.
    pub fn find(&self, cluster: ClusterId, kind: &str, namespace: Option<&str>, name: &str) -> impl Iterator<Item = ObjectId> + '_ {
        let key = Key { cluster, kind: kind.into(), namespace: namespace.map(Into::into), name: name.into() };
        self.by_key.get(&key).into_iter().flatten().copied()
    }

    /// Objects with that UID, on any cluster.
    pub fn by_uid(&self, uid: &Uid) -> &[ObjectId] {
        self.by_uid.get(uid).map_or(&[], Vec::as_slice)
    }

    /// All cluster ids.
    pub fn cluster_ids(&self) -> impl Iterator<Item = ClusterId> + use<> {
        (0..u32::try_from(self.clusters.len()).unwrap_or(u32::MAX)).map(ClusterId)
    }

    /// The cluster behind an id.
    pub fn cluster(&self, id: ClusterId) -> &Cluster {
        &self.clusters[id.index()]
    }

    /// The cluster with the migration controller, when there is exactly one.
    pub fn host_cluster(&self) -> Option<ClusterId> {
        let mut hosts = self.cluster_ids().filter(|&id| self.cluster(id).is(Role::Host));
        let only = hosts.next();
        if hosts.next().is_some() { None } else { only }
    }

    /// The cluster that a MigCluster object stands for, seen from the control cluster that holds the object.
    pub fn cluster_of_mig_cluster(&self, control: ClusterId, name: &str) -> Option<ClusterId> {
        if self.cluster(control).mig_cluster.as_deref() == Some(name) {
            return Some(control);
        }
        // A gather calls its own cluster `host`, so only the object itself tells that it stands for the cluster that holds it.
        let is_host = |object: &Object| {
            object.cluster == control && &*object.name == name && object.field("spec.isHostCluster").and_then(Value::as_bool) == Some(true)
        };
        if self.of_kind("MigCluster").any(|id| is_host(self.object(id))) {
            return Some(control);
        }
        let input = self.cluster(control).input;
        let mut named: Vec<_> = self.cluster_ids().filter(|&id| self.cluster(id).mig_cluster.as_deref() == Some(name)).collect();
        if named.len() > 1 {
            named.retain(|&id| self.cluster(id).input == input);
        }
        named.first().copied()
    }

    /// Namespace that MTC (or OADP) runs in on a cluster.
    pub fn mtc_namespace(&self, cluster: ClusterId) -> Option<Arc<str>> {
        let of = |kind: &str| {
            self.of_kind(kind).map(|id| self.object(id)).find(|object| object.cluster == cluster).and_then(|object| object.namespace.clone())
        };
        ["MigrationController", "BackupStorageLocation", "MigPlan", "Backup", "Restore", "PodVolumeBackup", "PodVolumeRestore"]
            .iter()
            .find_map(|kind| of(kind))
            .or_else(|| Some("openshift-migration".into()))
    }

    /// Events with that reason, in order.
    pub fn events_of(&self, reason: &str) -> impl Iterator<Item = &Event> {
        self.events_by_reason.get(reason).into_iter().flatten().map(|&index| &self.events[index as usize])
    }

    /// Hit groups of a pattern, in order; duplicates of canonical logs are left out when the graph is built.
    pub fn hits_of(&self, pattern: u32) -> impl Iterator<Item = (u32, &HitGroup)> {
        self.hits_by_pattern.get(&pattern).into_iter().flatten().map(|&index| (index, &self.hits[index as usize]))
    }
}
