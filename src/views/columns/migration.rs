//! Columns of MTC, Velero and OADP. Where `oc` prints a word that misleads (a failed run ends in phase `Completed`), the outcome
//! stands beside it.

use super::{AGE, Cell, Fixed, cells, made, path, wide_made, wide_path};

const MTC: &str = "migration.openshift.io";
const VELERO: &str = "velero.io";

const PLAN: Fixed = path("PLAN", "spec.migPlanRef.name");
const READY: Fixed = ("READY", false, Cell::Condition("Ready"));
const STATUS: Fixed = path("STATUS", "status.phase");
const PHASE: Fixed = path("PHASE", "status.phase");
const ITINERARY: Fixed = path("ITINERARY", "status.itinerary");
const PROGRESS: Fixed = ("PROGRESS", false, Cell::Progress);
const MESSAGE: Fixed = wide_path("MESSAGE", "status.message");

pub(super) const COLUMNS: &[(&str, &str, &[Fixed])] = &[
    (
        "MigMigration",
        MTC,
        &[
            PLAN,
            ("OUTCOME", false, Cell::State),
            ITINERARY,
            PHASE,
            AGE,
            ("READY", true, Cell::Condition("Ready")),
            wide_path("STAGE", "spec.stage"),
            wide_path("ROLLBACK", "spec.rollback"),
            ("PROGRESS", true, Cell::Progress),
        ],
    ),
    (
        "MigPlan",
        MTC,
        &[
            READY,
            path("SOURCE", "spec.srcMigClusterRef.name"),
            path("TARGET", "spec.destMigClusterRef.name"),
            path("STORAGE", "spec.migStorageRef.name"),
            AGE,
            ("STATE", true, Cell::State),
            wide_made("NAMESPACES", cells::plan_namespaces),
        ],
    ),
    ("MigCluster", MTC, &[READY, path("URL", "spec.url"), path("HOST", "spec.isHostCluster"), AGE, wide_path("VERSION", "status.operatorVersion")]),
    ("MigStorage", MTC, &[READY, path("PROVIDER", "spec.backupStorageProvider"), AGE]),
    ("MigHook", MTC, &[path("IMAGE", "spec.image"), path("TARGETCLUSTER", "spec.targetCluster"), AGE]),
    ("MigAnalytic", MTC, &[PLAN, path("PROGRESS", "status.analytics.percentComplete"), AGE]),
    ("DirectVolumeMigration", MTC, DIRECT),
    ("DirectImageMigration", MTC, DIRECT),
    ("DirectImageStreamMigration", MTC, DIRECT),
    (
        "DirectVolumeMigrationProgress",
        MTC,
        &[
            STATUS,
            PROGRESS,
            path("POD", "status.podName"),
            path("EXIT CODE", "status.exitCode"),
            AGE,
            wide_path("ELAPSED", "status.rsyncElapsedTime"),
        ],
    ),
    ("Backup", VELERO, VELERO_RUN),
    ("Restore", VELERO, VELERO_RUN),
    ("PodVolumeBackup", VELERO, VOLUME_JOB),
    ("PodVolumeRestore", VELERO, VOLUME_JOB),
    (
        "BackupStorageLocation",
        VELERO,
        &[
            PHASE,
            ("LAST VALIDATED", false, Cell::Since(std::borrow::Cow::Borrowed("status.lastValidationTime"))),
            AGE,
            path("DEFAULT", "spec.default"),
            wide_path("PROVIDER", "spec.provider"),
            wide_path("BUCKET", "spec.objectStorage.bucket"),
            MESSAGE,
        ],
    ),
    ("VolumeSnapshotLocation", VELERO, &[PHASE, path("PROVIDER", "spec.provider"), AGE]),
    ("ResticRepository", VELERO, REPOSITORY),
    ("BackupRepository", VELERO, REPOSITORY),
    ("DataProtectionApplication", "oadp.openshift.io", &[("RECONCILED", false, Cell::Condition("Reconciled")), ("CREATED", false, Cell::Created)]),
];

const VELERO_RUN: &[Fixed] = &[
    STATUS,
    path("ERRORS", "status.errors"),
    path("WARNINGS", "status.warnings"),
    PROGRESS,
    AGE,
    wide_path("STARTED", "status.startTimestamp"),
    wide_path("COMPLETED", "status.completionTimestamp"),
];

const VOLUME_JOB: &[Fixed] = &[
    STATUS,
    made("POD", cells::worked_pod),
    path("VOLUME", "spec.volume"),
    PROGRESS,
    AGE,
    wide_path("NODE", "spec.node"),
    wide_path("UPLOADER", "spec.uploaderType"),
    MESSAGE,
];

const REPOSITORY: &[Fixed] = &[
    STATUS,
    path("VOLUME NAMESPACE", "spec.volumeNamespace"),
    path("LOCATION", "spec.backupStorageLocation"),
    AGE,
    wide_path("TYPE", "spec.repositoryType"),
    MESSAGE,
];

const DIRECT: &[Fixed] = &[("STATUS", false, Cell::State), ITINERARY, PHASE, AGE];
