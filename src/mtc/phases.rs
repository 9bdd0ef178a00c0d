//! The phases of MTC as data: the step each belongs to, what it waits for and on which side, whose logs speak of it, and how
//! long it may take.
//!
//! Two generations stand side by side: phases of 2021 (MTC 1.5) and of 2025 (MTC 1.8). Rows follow the itinerary `Final`, so
//! that the order of two phases can be told from their rows.

use crate::graph::relations::Side;
use crate::model::{Component, Span};

/// What one phase means.
#[derive(Debug, Clone, Copy)]
pub struct PhaseInfo {
    /// The phase as the controller writes it.
    pub phase: &'static str,
    /// The pipeline step of a final migration that it belongs to; empty for a `DirectVolumeMigration`.
    pub step: &'static str,
    /// Kinds of the objects it waits for, with the side of the plan they live on; the outermost first.
    pub waits_for: &'static [(&'static str, Side)],
    /// Programs whose logs and findings matter while it lasts.
    pub components: &'static [Component],
    /// How long it may last before it counts as stuck, unless something moves.
    pub limit: Span,
}

type Waits = &'static [(&'static str, Side)];
type Programs = &'static [Component];

const fn phase(phase: &'static str, step: &'static str, waits_for: Waits, components: Programs, minutes: i64) -> PhaseInfo {
    PhaseInfo { phase, step, waits_for, components, limit: Span::from_secs(minutes * 60) }
}

const CONTROLLER: Programs = &[Component::MigController];
const REGISTRY: Programs = &[Component::MigController, Component::Registry];
const VELERO: Programs = &[Component::MigController, Component::Velero];
const VOLUMES: Programs = &[Component::MigController, Component::Velero, Component::NodeAgent];
const STAGE_PODS: Programs = &[Component::MigController, Component::Stage];
const HOOK: Programs = &[Component::MigController, Component::Hook];
const RSYNC: Programs = &[Component::MigController, Component::RsyncClient, Component::RsyncServer, Component::Stunnel];

const PLAN: Waits = &[("MigPlan", Side::Host), ("MigCluster", Side::Host), ("MigStorage", Side::Host)];
const REGISTRIES: Waits = &[("Deployment", Side::Both), ("Pod", Side::Both), ("Service", Side::Both)];
const VELERO_POD: Waits = &[("Pod", Side::Both), ("Deployment", Side::Both)];
const STAGE_POD: Waits = &[("Pod", Side::Source), ("PersistentVolumeClaim", Side::Source)];
const STALE_PODS: Waits = &[("Pod", Side::Both)];
const BACKUP: Waits = &[("Backup", Side::Source), ("BackupStorageLocation", Side::Source)];
const STAGE_BACKUP: Waits =
    &[("Backup", Side::Source), ("PodVolumeBackup", Side::Source), ("BackupStorageLocation", Side::Source), ("Pod", Side::Source)];
const REPLICATED: Waits = &[("Backup", Side::Target), ("BackupStorageLocation", Side::Target)];
const RESTORE: Waits = &[("Restore", Side::Target)];
const STAGE_RESTORE: Waits = &[
    ("Restore", Side::Target),
    ("PodVolumeRestore", Side::Target),
    ("Pod", Side::Target),
    ("PersistentVolumeClaim", Side::Target),
    ("BackupStorageLocation", Side::Target),
];
const DVM: Waits = &[
    ("DirectVolumeMigration", Side::Host),
    ("DirectVolumeMigrationProgress", Side::Host),
    ("Pod", Side::Both),
    ("PersistentVolumeClaim", Side::Target),
];
const DIM: Waits = &[("DirectImageMigration", Side::Host), ("DirectImageStreamMigration", Side::Host)];
const JOB: Waits = &[("Job", Side::Both), ("Pod", Side::Both)];
const SOURCE_PODS: Waits = &[("Pod", Side::Source)];
const TARGET_PODS: Waits = &[("Pod", Side::Target)];

/// Phases of a `MigMigration`.
pub const PHASES: &[PhaseInfo] = &[
    phase("Created", "Prepare", PLAN, CONTROLLER, 10),
    phase("Started", "Prepare", PLAN, CONTROLLER, 10),
    phase("StartRefresh", "Prepare", PLAN, CONTROLLER, 10),
    phase("WaitForRefresh", "Prepare", PLAN, CONTROLLER, 5),
    phase("CleanStaleAnnotations", "Prepare", &[], CONTROLLER, 10),
    phase("CleanStaleResticCRs", "Prepare", &[("PodVolumeBackup", Side::Source), ("PodVolumeRestore", Side::Target)], CONTROLLER, 10),
    phase("CleanStaleVeleroCRs", "Prepare", &[("Backup", Side::Source), ("Restore", Side::Target)], CONTROLLER, 10),
    phase("RestartVelero", "Prepare", VELERO_POD, VELERO, 10),
    phase("CleanStaleStagePods", "Prepare", STALE_PODS, CONTROLLER, 10),
    phase("WaitForStaleStagePodsTerminated", "Prepare", STALE_PODS, CONTROLLER, 5),
    phase("CreateRegistries", "Prepare", REGISTRIES, REGISTRY, 10),
    phase("WaitForVeleroReady", "Prepare", VELERO_POD, VELERO, 10),
    phase("WaitForRegistriesReady", "Prepare", REGISTRIES, REGISTRY, 10),
    phase("EnsureCloudSecretPropagated", "Prepare", &[("Pod", Side::Both), ("Secret", Side::Both)], VELERO, 3),
    phase("PreBackupHooks", "PreBackupHooks", JOB, HOOK, 30),
    phase("CreateDirectImageMigration", "Backup", DIM, CONTROLLER, 10),
    phase("CreateDirectVolumeMigrationStage", "StageBackup", DVM, CONTROLLER, 10),
    phase("EnsureInitialBackup", "Backup", BACKUP, VELERO, 10),
    phase("InitialBackupCreated", "Backup", BACKUP, VELERO, 10),
    phase("QuiesceSourceApplications", "StageBackup", SOURCE_PODS, CONTROLLER, 10),
    phase("EnsureSrcQuiesced", "StageBackup", SOURCE_PODS, CONTROLLER, 10),
    phase("EnsureStagePodsFromRunning", "StageBackup", STAGE_POD, STAGE_PODS, 10),
    phase("EnsureStagePodsFromTemplates", "StageBackup", STAGE_POD, STAGE_PODS, 10),
    phase("EnsureStagePodsFromOrphanedPVCs", "StageBackup", STAGE_POD, STAGE_PODS, 10),
    phase("StagePodsCreated", "StageBackup", STAGE_POD, STAGE_PODS, 10),
    phase("RestartRestic", "StageBackup", &[("DaemonSet", Side::Source), ("Pod", Side::Source)], VOLUMES, 10),
    phase("AnnotateResources", "StageBackup", &[], CONTROLLER, 10),
    phase("WaitForResticReady", "StageBackup", &[("DaemonSet", Side::Source), ("Pod", Side::Source)], VOLUMES, 10),
    phase("QuiesceApplications", "StageBackup", SOURCE_PODS, CONTROLLER, 10),
    phase("EnsureQuiesced", "StageBackup", SOURCE_PODS, CONTROLLER, 10),
    phase("CreateDirectVolumeMigration", "StageBackup", DVM, CONTROLLER, 10),
    phase("CreateDirectVolumeMigrationFinal", "StageBackup", DVM, CONTROLLER, 10),
    phase("EnsureStageBackup", "StageBackup", STAGE_BACKUP, VOLUMES, 10),
    phase("StageBackupCreated", "StageBackup", STAGE_BACKUP, VOLUMES, 10),
    phase("EnsureStageBackupReplicated", "StageBackup", REPLICATED, VELERO, 5),
    phase("EnsureStageRestore", "StageRestore", STAGE_RESTORE, VOLUMES, 10),
    phase("StageRestoreCreated", "StageRestore", STAGE_RESTORE, VOLUMES, 10),
    phase("EnsureStagePodsDeleted", "StageRestore", STALE_PODS, STAGE_PODS, 10),
    phase("EnsureStagePodsTerminated", "StageRestore", STALE_PODS, STAGE_PODS, 10),
    phase("EnsureAnnotationsDeleted", "StageRestore", &[], CONTROLLER, 10),
    phase("WaitForDirectImageMigrationToComplete", "DirectImage", DIM, REGISTRY, 10),
    phase("WaitForDirectVolumeMigrationToComplete", "DirectVolume", DVM, RSYNC, 10),
    phase("PostBackupHooks", "PostBackupHooks", JOB, HOOK, 30),
    phase("PreRestoreHooks", "PreRestoreHooks", JOB, HOOK, 30),
    phase("EnsureInitialBackupReplicated", "Restore", REPLICATED, VELERO, 5),
    phase("EnsureFinalRestore", "Restore", RESTORE, VELERO, 10),
    phase("FinalRestoreCreated", "Restore", RESTORE, VELERO, 10),
    phase("UnQuiesceDestApplications", "Restore", TARGET_PODS, CONTROLLER, 10),
    phase("PostRestoreHooks", "PostRestoreHooks", JOB, HOOK, 30),
    phase("SwapPVCReferences", "Cleanup", &[("PersistentVolumeClaim", Side::Target)], CONTROLLER, 10),
    phase("DeleteRegistries", "Cleanup", REGISTRIES, CONTROLLER, 10),
    phase("Verification", "Cleanup", TARGET_PODS, CONTROLLER, 30),
    // Cancel and rollback.
    phase("Canceling", "CleanupVelero", &[], CONTROLLER, 10),
    phase("Rollback", "CleanupVelero", PLAN, CONTROLLER, 10),
    phase("DeleteBackups", "CleanupVelero", &[("Backup", Side::Source)], VELERO, 10),
    phase("DeleteRestores", "CleanupVelero", RESTORE, VELERO, 10),
    phase("DeleteHookJobs", "CleanupHelpers", JOB, CONTROLLER, 10),
    phase("DeleteDirectVolumeMigrationResources", "CleanupHelpers", DVM, CONTROLLER, 10),
    phase("DeleteDirectImageMigrationResources", "CleanupHelpers", DIM, CONTROLLER, 10),
    phase("QuiesceDestinationApplications", "CleanupMigrated", TARGET_PODS, CONTROLLER, 10),
    phase("EnsureDestQuiesced", "CleanupMigrated", TARGET_PODS, CONTROLLER, 10),
    phase("CreateDirectVolumeMigrationRollback", "RollbackLiveMigration", DVM, CONTROLLER, 10),
    phase("WaitForDirectVolumeMigrationToRollbackComplete", "RollbackLiveMigration", DVM, RSYNC, 10),
    phase("DeleteMigrated", "CleanupMigrated", TARGET_PODS, CONTROLLER, 10),
    phase("EnsureMigratedDeleted", "CleanupMigrated", TARGET_PODS, CONTROLLER, 10),
    phase("UnQuiesceSrcApplications", "CleanupUnquiesce", SOURCE_PODS, CONTROLLER, 10),
    phase("Canceled", "Cleanup", &[], CONTROLLER, 10),
    phase("MigrationFailed", "CleanupHelpers", &[], CONTROLLER, 10),
    phase("Completed", "Cleanup", &[], CONTROLLER, 10),
];

const SERVER: Waits = &[("Pod", Side::Target), ("PersistentVolumeClaim", Side::Target)];
const TARGET_CLAIMS: Waits = &[("PersistentVolumeClaim", Side::Target), ("Namespace", Side::Target)];
const RSYNC_PODS: Waits = &[("Pod", Side::Both)];

/// Phases of a `DirectVolumeMigration`.
pub const VOLUME_PHASES: &[PhaseInfo] = &[
    phase("Created", "", &[("DirectVolumeMigration", Side::Host)], CONTROLLER, 10),
    phase("Started", "", &[("DirectVolumeMigration", Side::Host)], CONTROLLER, 10),
    phase("Prepare", "", &[("DirectVolumeMigration", Side::Host)], CONTROLLER, 10),
    phase("CleanStaleRsyncResources", "", RSYNC_PODS, CONTROLLER, 10),
    phase("WaitForStaleRsyncResourcesTerminated", "", RSYNC_PODS, CONTROLLER, 5),
    phase("VerifyVMs", "", SOURCE_PODS, CONTROLLER, 10),
    phase("CreateDestinationNamespaces", "", &[("Namespace", Side::Target)], CONTROLLER, 10),
    phase("DestinationNamespacesCreated", "", &[("Namespace", Side::Target)], CONTROLLER, 10),
    phase("CreateDestinationPVCs", "", TARGET_CLAIMS, CONTROLLER, 10),
    phase("DestinationPVCsCreated", "", TARGET_CLAIMS, CONTROLLER, 10),
    phase("DeleteStaleVirtualMachineInstanceMigrations", "", SOURCE_PODS, CONTROLLER, 10),
    phase("CreateRsyncRoute", "", &[("Route", Side::Target)], CONTROLLER, 10),
    phase("EnsureRsyncRouteAdmitted", "", &[("Route", Side::Target)], CONTROLLER, 3),
    phase("CreateRsyncConfig", "", &[], CONTROLLER, 10),
    phase("CreateStunnelConfig", "", &[], CONTROLLER, 10),
    phase("CreatePVProgressCRs", "", &[("DirectVolumeMigrationProgress", Side::Host)], CONTROLLER, 10),
    phase("CreateRsyncTransferPods", "", SERVER, RSYNC, 10),
    phase("WaitForRsyncTransferPodsRunning", "", SERVER, RSYNC, 5),
    phase("CreateStunnelClientPods", "", RSYNC_PODS, RSYNC, 10),
    phase("WaitForStunnelClientPodsRunning", "", RSYNC_PODS, RSYNC, 10),
    phase("CreateRsyncClientPods", "", RSYNC_PODS, RSYNC, 10),
    phase("WaitForRsyncClientPodsCompleted", "", RSYNC_PODS, RSYNC, 10),
    phase("RunRsyncOperations", "", &[("DirectVolumeMigrationProgress", Side::Host), ("Pod", Side::Both)], RSYNC, 10),
    phase("DeleteRsyncResources", "", RSYNC_PODS, CONTROLLER, 10),
    phase("WaitForRsyncResourcesTerminated", "", RSYNC_PODS, CONTROLLER, 5),
    phase("CleanupStaleVirtHandlerPods", "", SOURCE_PODS, CONTROLLER, 10),
    phase("MigrationFailed", "", &[], CONTROLLER, 10),
    phase("Completed", "", &[], CONTROLLER, 10),
];

/// What a phase of a `MigMigration` means.
pub fn info(phase: &str) -> Option<&'static PhaseInfo> {
    let phase = canonical(phase);
    PHASES.iter().find(|row| row.phase == phase)
}

/// What a phase of a `DirectVolumeMigration` means.
pub fn volume_info(phase: &str) -> Option<&'static PhaseInfo> {
    let phase = canonical(phase);
    VOLUME_PHASES.iter().find(|row| row.phase == phase)
}

/// The name under which a phase stands in the table. The controller also writes the phase that it is about to fail in, the
/// empty phase of a new object, and one constant that does not read like its name.
pub fn canonical(phase: &str) -> &str {
    match phase {
        "" => "Created",
        "InitialBackupFailed" => "InitialBackupCreated",
        "StageBackupFailed" => "StageBackupCreated",
        "SourceStagePodsFailed" | "StagePodsFailed" => "StagePodsCreated",
        "StageRestoreFailed" => "StageRestoreCreated",
        "FinalRestoreFailed" => "FinalRestoreCreated",
        "PreBackupHooksFailed" => "PreBackupHooks",
        "PostBackupHooksFailed" => "PostBackupHooks",
        "PreRestoreHooksFailed" => "PreRestoreHooks",
        "PostRestoreHooksFailed" => "PostRestoreHooks",
        "WaitForDirectVolumeMigrationRollbackToComplete" => "WaitForDirectVolumeMigrationToRollbackComplete",
        other => other,
    }
}

/// Whether `phase` comes after `other` in a final migration; `None` when one of them is unknown.
pub fn is_after(phase: &str, other: &str) -> Option<bool> {
    let row = |name| PHASES.iter().position(|row| row.phase == canonical(name));
    Some(row(phase)? > row(other)?)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_phase_stands_once() {
        for table in [PHASES, VOLUME_PHASES] {
            for row in table {
                assert_eq!(table.iter().filter(|other| other.phase == row.phase).count(), 1, "{}", row.phase);
                assert!(row.components.contains(&Component::MigController), "{}", row.phase);
            }
        }
    }

    #[test]
    fn a_stage_restore_waits_on_the_target_and_its_agents() {
        let row = info("StageRestoreFailed").unwrap();
        assert_eq!(row.phase, "StageRestoreCreated");
        assert_eq!(row.waits_for[0], ("Restore", Side::Target));
        assert!(row.components.contains(&Component::NodeAgent));
    }

    #[test]
    fn the_order_of_a_final_migration_is_that_of_the_table() {
        assert_eq!(is_after("StageBackupCreated", "QuiesceApplications"), Some(true));
        assert_eq!(is_after("InitialBackupCreated", "QuiesceSourceApplications"), Some(false));
        assert_eq!(is_after("Nonsense", "Started"), None);
    }
}
