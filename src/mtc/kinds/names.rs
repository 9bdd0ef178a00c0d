//! Which kinds make up a migration: one list for every room that has to tell them from the rest.

/// Kinds of MTC. They live on the cluster with the migration controller alone.
pub const CONTROL_KINDS: &[&str] = &[
    "MigPlan",
    "MigMigration",
    "MigCluster",
    "MigStorage",
    "MigHook",
    "MigAnalytic",
    "DirectVolumeMigration",
    "DirectVolumeMigrationProgress",
    "DirectImageMigration",
    "DirectImageStreamMigration",
];

/// Work that Velero does, also for others than MTC.
pub const VELERO_JOBS: &[&str] = &["Backup", "Restore", "PodVolumeBackup", "PodVolumeRestore"];

/// What Velero needs for its work, and the operator that runs it.
pub const VELERO_GROUND: &[&str] = &["BackupStorageLocation", "ResticRepository", "BackupRepository", "DataProtectionApplication"];

/// Kinds of MTC that outlive the runs, since several plans may use them.
const SHARED: &[&str] = &["MigCluster", "MigStorage", "MigHook", "MigAnalytic"];

/// Whether objects of a kind are a plan, one of its runs, or made for one run, with a name that means nothing else.
pub fn is_run_kind(kind: &str) -> bool {
    VELERO_JOBS.contains(&kind) || (CONTROL_KINDS.contains(&kind) && !SHARED.contains(&kind))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_several_plans_share_is_not_of_a_run() {
        let of_runs: Vec<&str> = CONTROL_KINDS.iter().copied().filter(|kind| is_run_kind(kind)).collect();
        assert_eq!(
            of_runs,
            [
                "MigPlan",
                "MigMigration",
                "DirectVolumeMigration",
                "DirectVolumeMigrationProgress",
                "DirectImageMigration",
                "DirectImageStreamMigration"
            ]
        );
        assert!(VELERO_JOBS.iter().all(|kind| is_run_kind(kind)));
        assert!(!is_run_kind("Pod") && VELERO_GROUND.iter().all(|kind| !is_run_kind(kind)));
    }

    #[test]
    fn no_shared_kind_is_misspelt() {
        assert!(SHARED.iter().all(|kind| CONTROL_KINDS.contains(kind)));
    }
}
