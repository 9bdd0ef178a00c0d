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

/// Whether the body of a kind is kept; `extra` are kinds that a rule pack names beyond the usual ones.
pub(super) fn keeps(kind: &str, extra: &[String]) -> bool {
    KEPT.binary_search(&kind).is_ok() || extra.iter().any(|other| other == kind)
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_list_is_sorted_for_the_search() {
        assert!(super::KEPT.is_sorted());
    }
}
