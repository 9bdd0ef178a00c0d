//! Rows that begin or end at kinds of our own model. These objects carry names instead of UIDs, so that a test of a rule can write one
//! down in a line; the UID of the run is compared where it is told, because a re-created run may carry the same name.

use std::sync::Arc;

use super::how::Made;
use super::resolve::{Found, Seek};
use crate::graph::{Graph, Missing, Object, ObjectId};
use crate::model::ClusterId;

impl Graph {
    /// The cluster that a field of a derived object names.
    pub(super) fn cluster_called(&self, object: &Object, field: &str) -> Option<ClusterId> {
        let name = object.text(field)?;
        let by_name = self.cluster_ids().find(|&id| *self.cluster(id).name == *name);
        by_name.or_else(|| self.cluster_ids().find(|&id| self.cluster(id).mig_cluster.as_deref() == Some(&*name)))
    }
}

impl Seek<'_> {
    /// What was derived of this plan or run.
    pub(super) fn made_of_me(&self, made: Made) -> Vec<ObjectId> {
        let same = |other: &Object, field: &str, own: Option<&str>| other.text(field).is_none_or(|text| Some(&*text) == own);
        let mut found = self.index.made_of(made, &self.object.name);
        found.retain(|&id| {
            let other = self.graph.object(id);
            let mine = match made {
                Made::Plan => other.cluster == self.object.cluster && same(other, "plan_namespace", self.object.namespace.as_deref()),
                Made::Run => {
                    let unknown = self.object.uid.is_none();
                    let uid = unknown || same(other, "run_uid", self.object.uid.as_ref().map(crate::model::Uid::as_str));
                    uid && same(other, "run_namespace", self.object.namespace.as_deref())
                }
            };
            mine && super::kind_fits(self.row.to, other.kind())
        });
        found
    }

    pub(super) fn volumes_of_namespace(&self) -> Vec<ObjectId> {
        let (Some(plan), Some(namespace)) = (self.object.text("plan"), self.object.text("source")) else { return Vec::new() };
        let own = self.object.text("plan_namespace");
        let mut found = self.index.planned(&plan, &namespace);
        found.retain(|&id| {
            let other = self.graph.object(id);
            other.cluster == self.object.cluster && other.text("plan_namespace") == own
        });
        found
    }

    pub(super) fn planned_namespace(&self, source: bool) -> Found {
        let (cluster, name) = if source { ("source_cluster", "source") } else { ("target_cluster", "target") };
        self.over_there("Namespace", cluster, None, name)
    }

    pub(super) fn planned_claim(&self, source: bool) -> Found {
        let (cluster, namespace, name) =
            if source { ("source_cluster", "source_namespace", "claim") } else { ("target_cluster", "target_namespace", "target_claim") };
        let namespace = self.object.text(namespace).or_else(|| self.object.text("source_namespace"));
        let name = if self.object.text(name).is_some() { name } else { "claim" };
        self.over_there("PersistentVolumeClaim", cluster, namespace.as_deref(), name)
    }

    /// The object that fields of a derived one name, on the cluster that another field names.
    fn over_there(&self, kind: &str, cluster: &str, namespace: Option<&str>, name: &str) -> Found {
        let Some(name) = self.object.text(name) else { return Found::empty() };
        let cluster = self.graph.cluster_called(self.object, cluster);
        let targets: Vec<ObjectId> = cluster.map(|cluster| self.graph.find(cluster, kind, namespace, &name).collect()).unwrap_or_default();
        let gone = || Missing { kind: kind.into(), namespace: namespace.map(Arc::from), name: Arc::from(&*name), cluster };
        let missing = if targets.is_empty() { vec![gone()] } else { Vec::new() };
        Found { targets, missing, empty: false }
    }

    /// What a client printed of this object; texts written from a path without a namespace carry none.
    pub(super) fn description(&self) -> Vec<ObjectId> {
        let mut found = self.index.described(self.object.kind(), &self.object.name);
        found.retain(|&id| {
            let other = self.graph.object(id);
            other.cluster == self.object.cluster && other.text("namespace").is_none_or(|text| self.object.namespace.as_deref() == Some(&*text))
        });
        found
    }

    /// What was gathered of the cluster that a `MigCluster` stands for.
    pub(super) fn data_of_cluster(&self) -> Found {
        let cluster = self.graph.cluster_of_mig_cluster(self.object.cluster, &self.object.name);
        let of = |cluster: ClusterId| {
            let ours = |id: &ObjectId| self.graph.object(*id).is_derived_kind && self.graph.object(*id).cluster == cluster;
            self.graph.of_kind("Cluster").filter(ours).collect()
        };
        Found::of(cluster.map(of).unwrap_or_default())
    }
}
