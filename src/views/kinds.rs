//! What people call kinds: kind, plural, short name, with or without the group.

use std::sync::Arc;

use crate::graph::Graph;
use crate::model::plural_of;

/// Short names of Kubernetes and OpenShift, and of OADP and Velero as their users write them.
const SHORT: &[(&str, &str)] = &[
    ("bsl", "BackupStorageLocation"),
    ("cm", "ConfigMap"),
    ("co", "ClusterOperator"),
    ("crd", "CustomResourceDefinition"),
    ("cronjob", "CronJob"),
    ("csv", "ClusterServiceVersion"),
    ("dc", "DeploymentConfig"),
    ("deploy", "Deployment"),
    ("dim", "DirectImageMigration"),
    ("dism", "DirectImageStreamMigration"),
    ("dpa", "DataProtectionApplication"),
    ("ds", "DaemonSet"),
    ("dvm", "DirectVolumeMigration"),
    ("dvmp", "DirectVolumeMigrationProgress"),
    ("ep", "Endpoints"),
    ("ev", "Event"),
    ("hpa", "HorizontalPodAutoscaler"),
    ("ing", "Ingress"),
    ("is", "ImageStream"),
    ("limits", "LimitRange"),
    ("netpol", "NetworkPolicy"),
    ("no", "Node"),
    ("ns", "Namespace"),
    ("pdb", "PodDisruptionBudget"),
    ("po", "Pod"),
    ("pv", "PersistentVolume"),
    ("pvb", "PodVolumeBackup"),
    ("pvc", "PersistentVolumeClaim"),
    ("pvr", "PodVolumeRestore"),
    ("quota", "ResourceQuota"),
    ("rs", "ReplicaSet"),
    ("sa", "ServiceAccount"),
    ("sc", "StorageClass"),
    ("scc", "SecurityContextConstraints"),
    ("sts", "StatefulSet"),
    ("sub", "Subscription"),
    ("svc", "Service"),
    ("vsl", "VolumeSnapshotLocation"),
];

/// The kind that a word means among those of the case; a known short name also where there is no object of it.
pub(super) fn resolve(graph: &Graph, word: &str) -> Option<Arc<str>> {
    let lower = word.to_ascii_lowercase();
    let (bare, group) = lower.split_once('.').map_or((lower.as_str(), None), |(bare, group)| (bare, Some(group)));
    if let Some((_, kind)) = SHORT.iter().find(|(short, _)| *short == bare) {
        return Some(Arc::from(*kind));
    }
    let called = |kind: &str| kind.eq_ignore_ascii_case(bare) || plural_of(kind) == bare;
    if called("Event") {
        return Some("Event".into());
    }
    let fits = |kind: &Arc<str>| {
        let of_group = |group: &str| graph.of_kind(kind).any(|id| *graph.object(id).gvk.group == *group);
        called(kind) && group.is_none_or(of_group)
    };
    let known = || SHORT.iter().map(|(_, kind)| *kind).find(|kind| called(kind)).map(Arc::from);
    graph.kinds().into_iter().find(fits).or_else(known)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn short_names_are_sorted_and_known_without_objects() {
        assert!(SHORT.is_sorted());
        let graph = Graph::default();
        for (word, kind) in [("pvc", "PersistentVolumeClaim"), ("DVMP", "DirectVolumeMigrationProgress"), ("pods", "Pod"), ("events", "Event")] {
            assert_eq!(resolve(&graph, word).as_deref(), Some(kind), "{word}");
        }
        assert_eq!(resolve(&graph, "nonsense"), None);
    }
}
