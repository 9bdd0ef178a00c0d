//! The closed lists that rule files are checked against, and the fields that each head exposes.

use crate::graph::relations::{self, RELATIONS};
pub(crate) use crate::mtc::CONTROL_KINDS;
use crate::mtc::{VELERO_GROUND, VELERO_JOBS};

/// Relations that start at a hit, or that the `mtc` room computes. They have no row in the table of the graph.
pub(crate) const COMPUTED: &[&str] = &["names", "involved", "waits-for", "counterpart", "owner*"];

/// Kinds that exist in our model only.
pub(crate) const DERIVED_KINDS: &[&str] = &["PlanNamespace", "PlanVolume", "Phase", "Container", "Log", "LogWindow", "Cluster", "Gap", "Description"];

/// Kinds of Kubernetes and OpenShift that matter for a migration. Others are allowed; these catch slips.
const KINDS: &[&str] = &[
    "VolumeSnapshotLocation",
    "MigrationController",
    "Pod",
    "Node",
    "Namespace",
    "Secret",
    "ConfigMap",
    "Service",
    "Route",
    "Job",
    "CronJob",
    "DaemonSet",
    "Deployment",
    "DeploymentConfig",
    "ReplicaSet",
    "StatefulSet",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "StorageClass",
    "ImageStream",
    "ClusterOperator",
    "ClusterVersion",
    "Infrastructure",
    "ResourceQuota",
    "LimitRange",
    "ClusterServiceVersion",
    "CustomResourceDefinition",
    "Event",
];

/// Every kind we know by name.
pub(crate) fn kinds() -> impl Iterator<Item = &'static &'static str> {
    KINDS.iter().chain(CONTROL_KINDS).chain(VELERO_JOBS).chain(VELERO_GROUND).chain(DERIVED_KINDS)
}

/// Every relation, both ways, sorted.
pub(crate) fn relations() -> Vec<&'static str> {
    let mut all: Vec<&str> = RELATIONS.iter().flat_map(|row| std::iter::once(row.name).chain(row.inverse)).chain(COMPUTED.iter().copied()).collect();
    all.sort_unstable();
    all.dedup();
    all
}

/// Kinds a relation leads to from any of `from`; `None` when no row fits. An empty list means any kind.
pub(crate) fn targets(relation: &str, from: &[String]) -> Option<Vec<String>> {
    if COMPUTED.contains(&relation) {
        return Some(Vec::new());
    }
    let mut found = false;
    let mut open = false;
    let mut to = Vec::new();
    for (index, inverse) in relations::rows(relation) {
        let row = &RELATIONS[usize::from(index)];
        let (starts, ends) = if inverse { (row.to, row.from) } else { (row.from, row.to) };
        if from.is_empty() || starts.contains(&"*") || from.iter().any(|kind| starts.contains(&kind.as_str())) {
            found = true;
            open |= ends.contains(&"*");
            to.extend(ends.iter().map(|kind| (*kind).to_owned()));
        }
    }
    if open {
        to.clear();
    }
    found.then_some(to)
}

/// Relations that lead to one object at most: once it is found, nothing is missing.
pub(crate) const SINGLE: &[&str] = &[
    "plan",
    "storage",
    "node",
    "class",
    "bound",
    "restored-from",
    "location",
    "pod",
    "involved",
    "namespace",
    "backup",
    "restore",
    "run",
    "volume-migration",
    "image-migration",
    "repository",
    "agent",
    "agent-set",
    "claim",
    "owner",
    "source-cluster",
    "target-cluster",
    "settings",
    "synced-copy",
    "counterpart",
    "source-namespace",
    "target-namespace",
    "source-claim",
    "target-claim",
    "data",
    "description",
];

/// Built-in fields of the heads that bind hits and conditions.
pub(crate) const EVENT_FIELDS: &[&str] = &["reason", "type", "message", "count", "first", "last", "source", "object", "cluster"];
pub(crate) const CONDITION_FIELDS: &[&str] =
    &["type", "status", "reason", "message", "category", "since", "durable", "cluster", "lastTransitionTime", "items"];
pub(crate) const LOG_FIELDS: &[&str] =
    &["component", "pod", "container", "previous", "text", "msg", "level", "fields", "count", "first", "last", "cluster"];
pub(crate) const ERROR_FIELDS: &[&str] = &["text", "inner", "layers", "place", "object", "objects", "count", "first", "last", "cluster", "fields"];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_guide_names_every_relation_and_every_derived_kind() {
        let guide = include_str!("../../rules/README.md");
        let words = relations().into_iter().chain(DERIVED_KINDS.iter().copied());
        let missing: Vec<&str> = words.filter(|word| !guide.contains(&format!("`{word}`"))).collect();
        assert!(missing.is_empty(), "{missing:?}");
    }
}
