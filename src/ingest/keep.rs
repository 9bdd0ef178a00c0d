use super::kube_yaml::Skips;

/// Kinds whose bodies stay in memory because rules, relations, derived facts or views read them. All other objects are indexed by
/// identity alone.
const KEPT: &[&str] = &[
    "Backup",
    "BackupRepository",
    "BackupStorageLocation",
    "ClusterVersion",
    "DaemonSet",
    "DataProtectionApplication",
    "Deployment",
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

/// What of a pod names nothing else: it says how its containers run.
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
}

impl Keep {
    /// Bodies of the usual kinds and of `extra` ones, without what only makes them large. `reads` tells of a key whether somebody looks
    /// at entries of that name; these stay.
    pub fn what_rules_read(mut extra: Vec<String>, reads: impl Fn(&str) -> bool) -> Self {
        extra.sort_unstable();
        let pairs = BALLAST.iter().flat_map(|(parent, keys)| keys.iter().map(|key| (*parent, *key)));
        let skips = Skips::new(pairs.filter(|(_, key)| !reads(key)).collect());
        let kinds = KEPT.iter().map(|kind| (*kind).to_owned()).chain(extra.iter().cloned()).collect();
        Self { usual: KEPT, extra, skips: skips.but_bodies_of(kinds) }
    }

    /// Bodies that say what belongs to a run and nothing more, for views that read logs.
    pub fn what_refers() -> Self {
        let pairs = BALLAST.iter().flat_map(|(parent, keys)| keys.iter().map(|key| (*parent, *key)));
        let kinds = REFERRING.iter().map(|kind| (*kind).to_owned()).collect();
        let skips = Skips::new(pairs.chain(NAMELESS.iter().copied()).collect());
        Self { usual: REFERRING, extra: Vec::new(), skips: skips.but_bodies_of(kinds) }
    }

    /// Whole bodies of the usual kinds and of `extra` ones, for views that show objects.
    pub fn whole(mut extra: Vec<String>) -> Self {
        extra.sort_unstable();
        Self { usual: KEPT, extra, skips: Skips::default() }
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
    fn a_kind_that_somebody_asks_for_is_kept() {
        let keep = Keep::whole(vec!["Secret".to_owned(), "ConfigMap".to_owned()]);
        assert!(keep.keeps("Pod") && keep.keeps("ConfigMap") && keep.keeps("Secret") && !keep.keeps("Role"));
        let keep = Keep::what_refers();
        assert!(keep.keeps("Pod") && keep.keeps("Backup") && !keep.keeps("Deployment"));
    }
}
