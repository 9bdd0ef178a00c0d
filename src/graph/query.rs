use std::hash::BuildHasher as _;
use std::sync::Arc;

use rustc_hash::FxBuildHasher;

use super::tape::Value;
use super::{Cluster, Event, Graph, Object, ObjectId, Role};
use crate::model::{ClusterId, HitGroup, Uid};

pub(super) fn name_hash(kind: &str, name: &str) -> u64 {
    FxBuildHasher.hash_one((kind, name))
}

pub(super) fn key_hash(cluster: ClusterId, kind: &str, namespace: Option<&str>, name: &str) -> u64 {
    FxBuildHasher.hash_one((cluster, kind, namespace, name))
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
    pub fn find<'g>(&'g self, cluster: ClusterId, kind: &str, namespace: Option<&str>, name: &str) -> impl Iterator<Item = ObjectId> + use<'g> {
        let all: &'g [ObjectId] = self.by_key.get(&key_hash(cluster, kind, namespace, name)).map_or(&[], Vec::as_slice);
        let fits = |id: &ObjectId| {
            let object = self.object(*id);
            object.cluster == cluster && object.kind() == kind && object.namespace.as_deref() == namespace && *object.name == *name
        };
        // Nearly always all of them fit; two names that share a hash are told apart here.
        let others = if all.iter().all(fits) { Vec::new() } else { all.iter().copied().filter(fits).collect() };
        let all = if others.is_empty() && all.first().is_some_and(fits) { all } else { &[] };
        all.iter().copied().chain(others)
    }

    /// Objects of a kind with that name, in every namespace of every cluster.
    pub fn named<'g>(&'g self, kind: &'g str, name: &'g str) -> impl Iterator<Item = ObjectId> + use<'g> {
        let all = self.by_name.get(&name_hash(kind, name)).into_iter().flatten().copied();
        all.filter(move |&id| self.object(id).kind() == kind && *self.object(id).name == *name)
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
        self.mtc_namespaces.get(cluster.index()).cloned().flatten()
    }

    pub(super) fn find_mtc_namespace(&self, cluster: ClusterId) -> Option<Arc<str>> {
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
