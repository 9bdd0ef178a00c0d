//! What people call kinds: kind, plural, short name, with or without the group.

use std::sync::Arc;

use crate::graph::tape::Value;
use crate::graph::{Graph, Object};
use crate::model::plural_of;

/// Kinds that people ask for, with the short names of Kubernetes, OpenShift, Velero, OADP and MTC.
const KINDS: &[(&str, &[&str])] = &[
    ("Backup", &[]),
    ("BackupRepository", &[]),
    ("BackupStorageLocation", &["bsl"]),
    ("BuildConfig", &["bc"]),
    ("CloudStorage", &[]),
    ("ClusterOperator", &["co"]),
    ("ClusterServiceVersion", &["csv"]),
    ("ClusterVersion", &[]),
    ("ConfigMap", &["cm"]),
    ("CronJob", &["cj"]),
    ("CustomResourceDefinition", &["crd"]),
    ("DaemonSet", &["ds"]),
    ("DataDownload", &[]),
    ("DataProtectionApplication", &["dpa"]),
    ("DataUpload", &[]),
    ("DeleteBackupRequest", &[]),
    ("Deployment", &["deploy"]),
    ("DeploymentConfig", &["dc"]),
    ("DirectImageMigration", &["dim"]),
    ("DirectImageStreamMigration", &["dism"]),
    ("DirectVolumeMigration", &["dvm"]),
    ("DirectVolumeMigrationProgress", &["dvmp"]),
    ("DownloadRequest", &[]),
    ("Endpoints", &["ep"]),
    ("Event", &["ev"]),
    ("HorizontalPodAutoscaler", &["hpa"]),
    ("ImageStream", &["is"]),
    ("Infrastructure", &[]),
    ("Ingress", &["ing"]),
    ("InstallPlan", &["ip"]),
    ("Job", &[]),
    ("LimitRange", &["limits"]),
    ("MigAnalytic", &[]),
    ("MigCluster", &[]),
    ("MigHook", &[]),
    ("MigMigration", &[]),
    ("MigPlan", &[]),
    ("MigStorage", &[]),
    ("MigrationController", &[]),
    ("Namespace", &["ns", "project"]),
    ("NetworkPolicy", &["netpol"]),
    ("Node", &["no"]),
    ("PersistentVolume", &["pv"]),
    ("PersistentVolumeClaim", &["pvc"]),
    ("Pod", &["po"]),
    ("PodDisruptionBudget", &["pdb"]),
    ("PodVolumeBackup", &["pvb"]),
    ("PodVolumeRestore", &["pvr"]),
    ("ReplicaSet", &["rs"]),
    ("ReplicationController", &["rc"]),
    ("ResourceQuota", &["quota"]),
    ("ResticRepository", &[]),
    ("Restore", &[]),
    ("Route", &[]),
    ("Schedule", &[]),
    ("Secret", &[]),
    ("SecurityContextConstraints", &["scc"]),
    ("Service", &["svc"]),
    ("ServiceAccount", &["sa"]),
    ("StatefulSet", &["sts"]),
    ("StorageClass", &["sc"]),
    ("Subscription", &["sub"]),
    ("VolumeAttachment", &[]),
    ("VolumeSnapshot", &["vs"]),
    ("VolumeSnapshotClass", &["vsclass"]),
    ("VolumeSnapshotContent", &["vsc"]),
    ("VolumeSnapshotLocation", &["vsl"]),
];

/// The kind that a reader means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Kind.
    pub kind: Arc<str>,
    /// API group, when the reader gave one: `backups.velero.io`.
    pub group: Option<String>,
}

impl Wanted {
    /// Whether an object is of it.
    pub(super) fn fits(&self, object: &Object) -> bool {
        self.group.as_ref().is_none_or(|group| *object.gvk.group == **group)
    }
}

/// A word as its bare kind in lower case, and its group.
fn parts(word: &str) -> (String, Option<String>) {
    let lower = word.to_ascii_lowercase();
    match lower.split_once('.') {
        Some((bare, group)) => (bare.to_owned(), Some(group.to_owned())),
        None => (lower, None),
    }
}

/// The kind that a word means by the names that are built in, whatever the case holds.
pub fn guess(word: &str) -> Option<&'static str> {
    let (bare, _) = parts(word);
    KINDS.iter().find(|(kind, short)| short.contains(&&*bare) || called(kind, &bare)).map(|(kind, _)| *kind)
}

fn called(kind: &str, bare: &str) -> bool {
    kind.eq_ignore_ascii_case(bare) || plural_of(kind) == bare
}

/// The kind that a word means among those of the case; a known name also where there is no object of it. Definitions count whose
/// bodies are kept.
pub(super) fn resolve(graph: &Graph, word: &str) -> Option<Wanted> {
    let (bare, group) = parts(word);
    let present = |kind: &Arc<str>| graph.of_kind(kind).any(|id| group.as_ref().is_none_or(|group| *graph.object(id).gvk.group == **group));
    let defined = || graph.of_kind("CustomResourceDefinition").find_map(|id| defined(graph.object(id), &bare, group.as_deref()));
    // What the case holds wins: another API may use a name that is built in.
    let found = graph.kinds().into_iter().filter(|kind| called(kind, &bare)).find(present);
    let kind = found.or_else(|| guess(word).map(Arc::from)).or_else(defined)?;
    Some(Wanted { kind, group })
}

/// The kind of a definition, when the word is one of its names.
fn defined(crd: &Object, bare: &str, group: Option<&str>) -> Option<Arc<str>> {
    let names = crd.field("spec.names")?;
    let is = |key: &str| names.get(key).and_then(Value::text).is_some_and(|name| name.eq_ignore_ascii_case(bare));
    let short = || names.get("shortNames").into_iter().flat_map(Value::items).filter_map(Value::text).any(|name| name == bare);
    let of_group = group.is_none_or(|group| crd.text("spec.group").as_deref() == Some(group));
    (of_group && (is("plural") || is("singular") || is("kind") || short())).then(|| names.get("kind")?.text().map(|kind| Arc::from(&*kind)))?
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_names_are_sorted_unique_and_known_without_objects() {
        assert!(KINDS.is_sorted());
        let mut short: Vec<&str> = KINDS.iter().flat_map(|(_, short)| short.iter().copied()).collect();
        short.sort_unstable();
        assert!(short.windows(2).all(|pair| pair[0] != pair[1]), "{short:?}");
        let graph = Graph::default();
        for (word, kind) in [
            ("pvc", "PersistentVolumeClaim"),
            ("DVMP", "DirectVolumeMigrationProgress"),
            ("pods", "Pod"),
            ("events", "Event"),
            ("networkpolicies", "NetworkPolicy"),
            ("deployments.apps", "Deployment"),
        ] {
            assert_eq!(resolve(&graph, word).map(|wanted| wanted.kind).as_deref(), Some(kind), "{word}");
        }
        assert_eq!(resolve(&graph, "nonsense"), None);
        assert_eq!(resolve(&graph, "backups.velero.io").unwrap().group.as_deref(), Some("velero.io"));
    }
}
