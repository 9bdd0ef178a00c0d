use super::kube_yaml::Skips;
use crate::graph::tape::{Tape, TapeBuilder, Value};

/// Kinds whose bodies stay in memory because rules, relations, derived facts or views read them. All other objects are indexed by
/// identity alone.
const KEPT: &[&str] = &[
    "Backup",
    "BackupRepository",
    "BackupStorageLocation",
    "ClusterVersion",
    "CronJob",
    "DaemonSet",
    "DataProtectionApplication",
    "Deployment",
    "DeploymentConfig",
    "DirectImageMigration",
    "DirectImageStreamMigration",
    "DirectVolumeMigration",
    "DirectVolumeMigrationProgress",
    "Infrastructure",
    "Job",
    "MigAnalytic",
    "MigCluster",
    "MigHook",
    "MigMigration",
    "MigPlan",
    "MigStorage",
    "MigrationController",
    "Namespace",
    "Node",
    "PersistentVolume",
    "PersistentVolumeClaim",
    "Pod",
    "PodVolumeBackup",
    "PodVolumeRestore",
    "ResticRepository",
    "Restore",
    "Route",
    "StatefulSet",
    "StorageClass",
    "VolumeSnapshotLocation",
];

/// Kinds that tell what belongs to a run and which clusters are one, for views that only have to know names.
const REFERRING: &[&str] = &[
    "Backup",
    "ClusterVersion",
    "DirectImageMigration",
    "DirectImageStreamMigration",
    "DirectVolumeMigration",
    "DirectVolumeMigrationProgress",
    "Infrastructure",
    "MigCluster",
    "MigMigration",
    "MigPlan",
    "MigStorage",
    "Node",
    "PersistentVolumeClaim",
    "Pod",
    "PodVolumeBackup",
    "PodVolumeRestore",
    "Restore",
];

/// What of a pod names other things, for views that only have to know names. Half of all objects are pods, and most of a pod says how
/// its containers run.
const NAMING: &[(&str, &[&str])] = &[("spec", &["initContainers", "nodeName", "volumes"]), ("status", &["hostIP", "podIP"])];

/// What is not even read of a pod and a node when only names are wanted.
const NAMELESS: &[(&str, &str)] = &[
    ("spec", "containers"),
    ("status", "containerStatuses"),
    ("status", "initContainerStatuses"),
    ("status", "images"),
    ("status", "volumesAttached"),
];

/// What makes a pod large and tells nothing about a migration, by the key it stands under and its own. Kubernetes uses these names wherever
/// it describes pods, so templates of workloads shrink as well.
const BALLAST: &[(&str, &[&str])] = &[
    (
        "annotations",
        &[
            "k8s.ovn.org/pod-networks",
            "k8s.v1.cni.cncf.io/network-status",
            "k8s.v1.cni.cncf.io/networks-status",
            "kubectl.kubernetes.io/last-applied-configuration",
        ],
    ),
    ("containers", CONTAINER),
    ("initContainers", CONTAINER),
    ("spec", &["affinity", "dnsPolicy", "enableServiceLinks", "preemptionPolicy", "schedulerName", "terminationGracePeriodSeconds", "tolerations"]),
    ("volumes", &["configMap", "downwardAPI", "emptyDir", "projected"]),
    ("status", &["hostIPs", "podIPs", "qosClass"]),
    ("conditions", &["lastProbeTime"]),
    ("containerStatuses", &["containerID", "imageID"]),
    ("initContainerStatuses", &["containerID", "imageID"]),
];

const CONTAINER: &[&str] = &[
    "args",
    "command",
    "env",
    "envFrom",
    "imagePullPolicy",
    "lifecycle",
    "livenessProbe",
    "ports",
    "readinessProbe",
    "startupProbe",
    "terminationMessagePath",
    "terminationMessagePolicy",
    "volumeMounts",
];

/// What stays in memory of what is read.
#[derive(Debug, Clone)]
pub struct Keep {
    /// The usual kinds, sorted.
    usual: &'static [&'static str],
    /// Kinds whose bodies are kept beside the usual ones, sorted.
    extra: Vec<String>,
    skips: Skips,
    only_names: bool,
}

impl Keep {
    /// Bodies of the usual kinds and of `extra` ones, without what only makes them large. `reads` tells of a key whether somebody looks
    /// at entries of that name; these stay.
    pub fn what_rules_read(mut extra: Vec<String>, reads: impl Fn(&str) -> bool) -> Self {
        extra.sort_unstable();
        let pairs = BALLAST.iter().flat_map(|(parent, keys)| keys.iter().map(|key| (*parent, *key)));
        let skips = Skips::new(pairs.filter(|(_, key)| !reads(key)).collect());
        let kinds = KEPT.iter().map(|kind| (*kind).to_owned()).chain(extra.iter().cloned()).collect();
        Self { usual: KEPT, extra, skips: skips.but_bodies_of(kinds), only_names: false }
    }

    /// Bodies that say what belongs to a run and nothing more, for views that read logs.
    pub fn what_refers() -> Self {
        let pairs = BALLAST.iter().flat_map(|(parent, keys)| keys.iter().map(|key| (*parent, *key)));
        let kinds = REFERRING.iter().map(|kind| (*kind).to_owned()).collect();
        let skips = Skips::new(pairs.chain(NAMELESS.iter().copied()).collect());
        Self { usual: REFERRING, extra: Vec::new(), skips: skips.but_bodies_of(kinds), only_names: true }
    }

    /// Whole bodies of the usual kinds and of `extra` ones, for views that show objects.
    pub fn whole(mut extra: Vec<String>) -> Self {
        extra.sort_unstable();
        Self { usual: KEPT, extra, skips: Skips::default(), only_names: false }
    }

    /// Whether names are all that is wanted: then an event tells the time alone, and a second copy of an object nothing.
    pub(super) fn only_names(&self) -> bool {
        self.only_names
    }

    /// The part of a body that is kept, where that is not all of it.
    pub(super) fn part_of(&self, kind: &str, root: Value<'_>) -> Option<Tape> {
        if !self.only_names || kind != "Pod" {
            return None;
        }
        let mut part = TapeBuilder::default();
        part.map_start(root.line());
        for (section, keys) in NAMING {
            let Some(whole) = root.get(section) else { continue };
            part.key(section);
            part.map_start(whole.line());
            for key in *keys {
                let Some(value) = whole.get(key) else { continue };
                part.key(key);
                part.copy(value);
            }
            part.end();
        }
        Some(part.finish())
    }

    pub(super) fn skips(&self) -> &Skips {
        &self.skips
    }

    /// Whether the body of a kind is kept.
    pub(super) fn keeps(&self, kind: &str) -> bool {
        self.usual.binary_search(&kind).is_ok() || self.extra.binary_search_by(|other| other.as_str().cmp(kind)).is_ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_lists_are_sorted_for_the_search() {
        assert!(KEPT.is_sorted() && REFERRING.is_sorted());
    }

    #[test]
    fn of_a_pod_only_what_names_other_things_is_kept_where_names_are_all_that_is_wanted() {
        let pod = Tape::from_json(&serde_json::json!({"kind": "Pod", "metadata": {"name": "web"},
            "spec": {"nodeName": "n1", "hostNetwork": true, "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]},
            "status": {"phase": "Running", "podIP": "10.0.0.1"}}));
        let part = Keep::what_refers().part_of("Pod", pod.root()).unwrap();
        assert_eq!(
            part.root().to_json(),
            serde_json::json!({"spec": {"nodeName": "n1", "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]},
                "status": {"podIP": "10.0.0.1"}})
        );
        assert!(Keep::what_refers().part_of("PodVolumeBackup", pod.root()).is_none());
        assert!(Keep::whole(Vec::new()).part_of("Pod", pod.root()).is_none());
    }

    #[test]
    fn a_kind_that_somebody_asks_for_is_kept() {
        let keep = Keep::whole(vec!["Secret".to_owned(), "ConfigMap".to_owned()]);
        assert!(keep.keeps("Pod") && keep.keeps("ConfigMap") && keep.keeps("Secret") && !keep.keeps("Role"));
        let keep = Keep::what_refers();
        assert!(keep.keeps("Pod") && keep.keeps("Backup") && !keep.keeps("Deployment"));
    }
}
