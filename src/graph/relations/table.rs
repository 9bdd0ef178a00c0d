use super::how::{How, Made};
use super::{Lives, Side};

/// One row of the table.
#[derive(Debug)]
pub struct Relation {
    /// Name, as rules write it.
    pub name: &'static str,
    /// Name of the way back.
    pub inverse: Option<&'static str>,
    /// Kinds it starts at; `*` for all.
    pub from: &'static [&'static str],
    /// Kinds it leads to; `*` for all.
    pub to: &'static [&'static str],
    /// Cluster of the targets.
    pub side: Side,
    /// Cluster of the origins, seen from a target.
    pub back: Side,
    /// Namespace of the targets.
    pub lives: Lives,
    /// How the targets are found.
    pub(super) how: How,
}

const fn row(name: &'static str, inverse: &'static str, from: &'static [&'static str], to: &'static [&'static str], how: How) -> Relation {
    let inverse = if inverse.is_empty() { None } else { Some(inverse) };
    Relation { name, inverse, from, to, side: Side::Same, back: Side::Same, lives: Lives::Here, how }
}

impl Relation {
    const fn on(mut self, side: Side, back: Side) -> Self {
        self.side = side;
        self.back = back;
        self
    }

    /// Whether the row begins or ends at objects that exist in our model only.
    pub(super) fn joins_derived(&self) -> bool {
        matches!(
            self.how,
            How::PodOfContainer
                | How::MadeOf(_)
                | How::VolumesOfNamespace
                | How::PlannedNamespace { .. }
                | How::PlannedClaim { .. }
                | How::DataOf
                | How::Description
        )
    }

    const fn lives(mut self, lives: Lives) -> Self {
        self.lives = lives;
        self
    }
}

const DVM: &[&str] = &["DirectVolumeMigration"];
const RUN: &[&str] = &["MigMigration"];
const PLAN: &[&str] = &["MigPlan"];
const JOBS: &[&str] = &["PodVolumeBackup", "PodVolumeRestore"];
const REPOSITORIES: &[&str] = &["ResticRepository", "BackupRepository"];
const LOCATION: &[&str] = &["BackupStorageLocation"];
const AGENT_SETS: &[&str] = &["DaemonSet"];
const USES_LOCATION: &[&str] = &["Backup", "PodVolumeBackup", "PodVolumeRestore", "ResticRepository", "BackupRepository"];
const REFERS_TO_CLUSTERS: &[&str] = &["MigPlan", "DirectVolumeMigration", "DirectImageMigration"];

const DESCRIBED: &[&str] = &["Backup", "Restore", "PodVolumeBackup", "PodVolumeRestore"];
const USES_VELERO: &[&str] = &[
    "Backup",
    "Restore",
    "PodVolumeBackup",
    "PodVolumeRestore",
    "ResticRepository",
    "BackupRepository",
    "BackupStorageLocation",
    "DataProtectionApplication",
];
const CONTROLLED: &[&str] =
    &["MigMigration", "MigPlan", "MigCluster", "MigStorage", "DirectVolumeMigration", "DirectImageMigration", "MigrationController"];

/// Every relation that rules, attribution and views may follow.
pub const RELATIONS: &[Relation] = &[
    row("owner", "owned", &["*"], &["*"], How::Owner),
    row("namespace", "contents", &["*"], &["Namespace"], How::Namespace).lives(Lives::Anywhere),
    row("plan", "runs", &["MigMigration", "MigAnalytic"], PLAN, How::Reference("spec.migPlanRef")),
    row("siblings", "", RUN, RUN, How::SamePlan),
    row("source-cluster", "plans", REFERS_TO_CLUSTERS, &["MigCluster"], How::Reference("spec.srcMigClusterRef")).on(Side::Host, Side::Host),
    row("target-cluster", "plans", REFERS_TO_CLUSTERS, &["MigCluster"], How::Reference("spec.destMigClusterRef")).on(Side::Host, Side::Host),
    row("clusters", "", REFERS_TO_CLUSTERS, &["MigCluster"], How::References(&["spec.srcMigClusterRef", "spec.destMigClusterRef"])),
    row("storage", "stored-plans", PLAN, &["MigStorage"], How::Reference("spec.migStorageRef")),
    row(
        "credentials",
        "credentials-of",
        &["MigStorage", "MigCluster", "BackupStorageLocation"],
        &["Secret"],
        How::References(&["spec.backupStorageConfig.credsSecretRef", "spec.serviceAccountSecretRef", "spec.credential"]),
    )
    .lives(Lives::Anywhere),
    row("hooks", "hooked-in", PLAN, &["MigHook"], How::EachReference("spec.hooks", "reference")),
    row("hook-jobs", "hook", &["MigHook"], &["Job"], How::LabelledBack(&["mighook"])).on(Side::Both, Side::Host).lives(Lives::Anywhere),
    row("run-jobs", "run", RUN, &["Job"], How::LabelledBack(&["owner"])).on(Side::Both, Side::Host).lives(Lives::Anywhere),
    row("pods", "controller-of", &["Job", "DaemonSet", "ReplicaSet"], &["Pod"], How::Owned),
    row("volume-migration", "run", RUN, DVM, How::OwnedOrLabelled(&["migmigration", "migration-direct-volume"])),
    row("volume-progress", "volume-migration", DVM, &["DirectVolumeMigrationProgress"], How::OwnedOrLabelled(&["directvolumemigration"])),
    row("servers", "served-migration", DVM, &["Pod"], How::TransferPods { server: true }).on(Side::Target, Side::Host).lives(Lives::Anywhere),
    row("rsync-clients", "volume-migration", DVM, &["Pod"], How::TransferPods { server: false }).on(Side::Source, Side::Host).lives(Lives::Anywhere),
    row("routes", "volume-migration", DVM, &["Route", "Service"], How::LabelledBack(&["directvolumemigration"]))
        .on(Side::Target, Side::Host)
        .lives(Lives::Anywhere),
    row("image-migration", "run", RUN, &["DirectImageMigration"], How::OwnedOrLabelled(&["migmigration"])),
    row("streams", "image-migration", &["DirectImageMigration"], &["DirectImageStreamMigration"], How::OwnedOrLabelled(&["directimagemigration"])),
    row("backups", "run", RUN, &["Backup"], How::VeleroOfRun).on(Side::Source, Side::Host).lives(Lives::Mtc),
    row("restores", "run", RUN, &["Restore"], How::VeleroOfRun).on(Side::Target, Side::Host).lives(Lives::Mtc),
    row("restored-from", "restored-by", &["Restore"], &["Backup"], How::Name("spec.backupName")),
    row("synced-copy", "", &["Backup"], &["Backup"], How::SyncedCopy).on(Side::Both, Side::Both),
    row(
        "volume-backups",
        "backup",
        &["Backup"],
        &["PodVolumeBackup"],
        How::Children { labels_uid: &["velero.io/backup-uid"], labels_name: &["velero.io/backup-name"] },
    ),
    row(
        "volume-restores",
        "restore",
        &["Restore"],
        &["PodVolumeRestore"],
        How::Children { labels_uid: &["velero.io/restore-uid"], labels_name: &["velero.io/restore-name"] },
    ),
    row("location", "uses-location", USES_LOCATION, LOCATION, How::FirstName(&["spec.storageLocation", "spec.backupStorageLocation"])),
    row("locations", "plan", PLAN, LOCATION, How::LabelledBack(&["migplan"])).on(Side::Both, Side::Host).lives(Lives::Mtc),
    row("snapshot-location", "uses-location", &["Backup"], &["VolumeSnapshotLocation"], How::EachName("spec.volumeSnapshotLocations")),
    row("peer-location", "", LOCATION, LOCATION, How::PeerLocation).on(Side::Both, Side::Both),
    row("repository", "repository-jobs", JOBS, REPOSITORIES, How::Repository),
    row("pod", "volume-jobs", JOBS, &["Pod"], How::VolumePod).lives(Lives::Anywhere),
    row("claim", "claim-jobs", JOBS, &["PersistentVolumeClaim"], How::VolumeClaim).lives(Lives::Anywhere),
    row("agent", "serves", &["PodVolumeBackup", "PodVolumeRestore", "Node"], &["Pod"], How::Agent).lives(Lives::Mtc),
    row("agent-set", "", JOBS, AGENT_SETS, How::AgentSet).lives(Lives::Mtc),
    row("node", "node-pods", &["Pod"], &["Node"], How::ClusterName("spec.nodeName")).lives(Lives::Anywhere),
    row("mounts", "mounted-by", &["Pod"], &["PersistentVolumeClaim"], How::Mounts),
    row("bound", "bound-by", &["PersistentVolumeClaim"], &["PersistentVolume"], How::ClusterName("spec.volumeName")).lives(Lives::Anywhere),
    row("class", "class-claims", &["PersistentVolumeClaim"], &["StorageClass"], How::ClusterName("spec.storageClassName")).lives(Lives::Anywhere),
    row("stage-pods", "run", RUN, &["Pod"], How::StagePods).on(Side::Both, Side::Host).lives(Lives::Anywhere),
    row("registry", "plan", PLAN, &["Deployment", "Service", "Pod"], How::Registry).on(Side::Both, Side::Host).lives(Lives::Mtc),
    row("containers", "pod", &["Pod"], &["Container"], How::PodOfContainer),
    row("description", "described", DESCRIBED, &["Description"], How::Description),
    row("plan-namespaces", "plan", PLAN, &["PlanNamespace"], How::MadeOf(Made::Plan)),
    row("plan-volumes", "plan", PLAN, &["PlanVolume"], How::MadeOf(Made::Plan)),
    row("run-volumes", "run", RUN, &["PlanVolume"], How::MadeOf(Made::Run)),
    row("volumes", "in-namespace", &["PlanNamespace"], &["PlanVolume"], How::VolumesOfNamespace),
    row("source-namespace", "in-plan", &["PlanNamespace"], &["Namespace"], How::PlannedNamespace { source: true })
        .on(Side::Source, Side::Host)
        .lives(Lives::Anywhere),
    row("target-namespace", "in-plan", &["PlanNamespace"], &["Namespace"], How::PlannedNamespace { source: false })
        .on(Side::Target, Side::Host)
        .lives(Lives::Anywhere),
    row("source-claim", "planned-as", &["PlanVolume"], &["PersistentVolumeClaim"], How::PlannedClaim { source: true })
        .on(Side::Source, Side::Host)
        .lives(Lives::Anywhere),
    row("target-claim", "planned-as", &["PlanVolume"], &["PersistentVolumeClaim"], How::PlannedClaim { source: false })
        .on(Side::Target, Side::Host)
        .lives(Lives::Anywhere),
    row("phases", "run", RUN, &["Phase"], How::MadeOf(Made::Run)),
    row("log-windows", "run", RUN, &["LogWindow"], How::MadeOf(Made::Run)).on(Side::Both, Side::Host),
    row("data", "registered-as", &["MigCluster"], &["Cluster"], How::DataOf).on(Side::Both, Side::Host),
    row(
        "settings",
        "",
        &[
            "Backup",
            "Restore",
            "PodVolumeBackup",
            "PodVolumeRestore",
            "BackupStorageLocation",
            "MigPlan",
            "MigMigration",
            "MigStorage",
            "MigCluster",
            "DirectVolumeMigration",
            "DirectImageMigration",
        ],
        &["MigrationController", "DataProtectionApplication"],
        How::Settings,
    )
    .lives(Lives::Mtc),
    row("velero", "", USES_VELERO, &["Pod"], How::PodPrefix("velero-")).lives(Lives::Mtc),
    row("controller", "", CONTROLLED, &["Pod"], How::PodPrefix("migration-controller-")).lives(Lives::Mtc),
    row("operator", "", &["MigrationController"], &["Pod"], How::PodPrefix("migration-operator-")).lives(Lives::Mtc),
];
