//! Columns of MTC, Velero and OADP. Where `oc` prints a word that misleads (a failed run ends in phase `Completed`), the outcome
//! stands beside it.

use super::{AGE, Cell, Fixed, cells};

const MTC: &str = "migration.openshift.io";
const VELERO: &str = "velero.io";

pub(super) const COLUMNS: &[(&str, &str, &[Fixed])] = &[
    (
        "MigMigration",
        MTC,
        &[
            ("PLAN", false, Cell::Path("spec.migPlanRef.name")),
            ("OUTCOME", false, Cell::State),
            ("ITINERARY", false, Cell::Path("status.itinerary")),
            ("PHASE", false, Cell::Path("status.phase")),
            AGE,
            ("READY", true, Cell::Condition("Ready")),
            ("STAGE", true, Cell::Path("spec.stage")),
            ("ROLLBACK", true, Cell::Path("spec.rollback")),
            ("PROGRESS", true, Cell::Progress),
        ],
    ),
    (
        "MigPlan",
        MTC,
        &[
            ("READY", false, Cell::Condition("Ready")),
            ("SOURCE", false, Cell::Path("spec.srcMigClusterRef.name")),
            ("TARGET", false, Cell::Path("spec.destMigClusterRef.name")),
            ("STORAGE", false, Cell::Path("spec.migStorageRef.name")),
            AGE,
            ("STATE", true, Cell::State),
            ("NAMESPACES", true, Cell::Made(cells::plan_namespaces)),
        ],
    ),
    (
        "MigCluster",
        MTC,
        &[
            ("READY", false, Cell::Condition("Ready")),
            ("URL", false, Cell::Path("spec.url")),
            ("HOST", false, Cell::Path("spec.isHostCluster")),
            AGE,
            ("VERSION", true, Cell::Path("status.operatorVersion")),
        ],
    ),
    ("MigStorage", MTC, &[("READY", false, Cell::Condition("Ready")), ("PROVIDER", false, Cell::Path("spec.backupStorageProvider")), AGE]),
    ("MigHook", MTC, &[("IMAGE", false, Cell::Path("spec.image")), ("TARGETCLUSTER", false, Cell::Path("spec.targetCluster")), AGE]),
    (
        "MigAnalytic",
        MTC,
        &[("PLAN", false, Cell::Path("spec.migPlanRef.name")), ("PROGRESS", false, Cell::Path("status.analytics.percentComplete")), AGE],
    ),
    ("DirectVolumeMigration", MTC, DIRECT),
    ("DirectImageMigration", MTC, DIRECT),
    ("DirectImageStreamMigration", MTC, DIRECT),
    (
        "DirectVolumeMigrationProgress",
        MTC,
        &[
            ("STATUS", false, Cell::Path("status.phase")),
            ("PROGRESS", false, Cell::Progress),
            ("POD", false, Cell::Path("status.podName")),
            ("EXIT CODE", false, Cell::Path("status.exitCode")),
            AGE,
            ("ELAPSED", true, Cell::Path("status.rsyncElapsedTime")),
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
            ("PHASE", false, Cell::Path("status.phase")),
            ("LAST VALIDATED", false, Cell::Since(std::borrow::Cow::Borrowed("status.lastValidationTime"))),
            AGE,
            ("DEFAULT", false, Cell::Path("spec.default")),
            ("PROVIDER", true, Cell::Path("spec.provider")),
            ("BUCKET", true, Cell::Path("spec.objectStorage.bucket")),
            ("MESSAGE", true, Cell::Path("status.message")),
        ],
    ),
    ("VolumeSnapshotLocation", VELERO, &[("PHASE", false, Cell::Path("status.phase")), ("PROVIDER", false, Cell::Path("spec.provider")), AGE]),
    ("ResticRepository", VELERO, REPOSITORY),
    ("BackupRepository", VELERO, REPOSITORY),
    ("DataProtectionApplication", "oadp.openshift.io", &[("RECONCILED", false, Cell::Condition("Reconciled")), ("CREATED", false, Cell::Created)]),
];

const VELERO_RUN: &[Fixed] = &[
    ("STATUS", false, Cell::Path("status.phase")),
    ("ERRORS", false, Cell::Path("status.errors")),
    ("WARNINGS", false, Cell::Path("status.warnings")),
    ("PROGRESS", false, Cell::Progress),
    AGE,
    ("STARTED", true, Cell::Path("status.startTimestamp")),
    ("COMPLETED", true, Cell::Path("status.completionTimestamp")),
];

const VOLUME_JOB: &[Fixed] = &[
    ("STATUS", false, Cell::Path("status.phase")),
    ("POD", false, Cell::Made(cells::worked_pod)),
    ("VOLUME", false, Cell::Path("spec.volume")),
    ("PROGRESS", false, Cell::Progress),
    AGE,
    ("NODE", true, Cell::Path("spec.node")),
    ("UPLOADER", true, Cell::Path("spec.uploaderType")),
    ("MESSAGE", true, Cell::Path("status.message")),
];

const REPOSITORY: &[Fixed] = &[
    ("STATUS", false, Cell::Path("status.phase")),
    ("VOLUME NAMESPACE", false, Cell::Path("spec.volumeNamespace")),
    ("LOCATION", false, Cell::Path("spec.backupStorageLocation")),
    AGE,
    ("TYPE", true, Cell::Path("spec.repositoryType")),
    ("MESSAGE", true, Cell::Path("status.message")),
];

const DIRECT: &[Fixed] =
    &[("STATUS", false, Cell::State), ("ITINERARY", false, Cell::Path("status.itinerary")), ("PHASE", false, Cell::Path("status.phase")), AGE];
