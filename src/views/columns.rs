//! The columns that `oc get` prints for the kinds that people ask for.

use super::{shared, state};
use crate::finding::redact::clean;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::mtc;

/// What stands in a column.
#[derive(Debug, Clone, Copy)]
pub(super) enum Cell {
    /// A field.
    Path(&'static str),
    /// A list of words, joined.
    List(&'static str),
    /// Status of a condition.
    Condition(&'static str),
    /// State as the tree shows it.
    State,
    /// How far its work is.
    Progress,
    /// Since its creation.
    Age,
    /// Worked out.
    Made(fn(&Object) -> String),
}

/// Heading, whether it is for `-o wide` only, and what stands there.
pub(super) type Spec = (&'static str, bool, Cell);

const AGE: Spec = ("AGE", false, Cell::Age);
const IDENTITY: &[Spec] = &[AGE];

/// Columns after the name, by kind.
const COLUMNS: &[(&str, &[Spec])] = &[
    (
        "Pod",
        &[
            ("READY", false, Cell::Made(ready)),
            ("STATUS", false, Cell::Made(pod_status)),
            ("RESTARTS", false, Cell::Made(restarts)),
            AGE,
            ("IP", true, Cell::Path("status.podIP")),
            ("NODE", true, Cell::Path("spec.nodeName")),
        ],
    ),
    (
        "PersistentVolumeClaim",
        &[
            ("STATUS", false, Cell::Path("status.phase")),
            ("VOLUME", false, Cell::Path("spec.volumeName")),
            ("CAPACITY", false, Cell::Path("status.capacity.storage")),
            ("ACCESS MODES", false, Cell::Made(access)),
            ("STORAGECLASS", false, Cell::Path("spec.storageClassName")),
            AGE,
            ("VOLUMEMODE", true, Cell::Path("spec.volumeMode")),
        ],
    ),
    (
        "PersistentVolume",
        &[
            ("CAPACITY", false, Cell::Path("spec.capacity.storage")),
            ("ACCESS MODES", false, Cell::Made(access)),
            ("RECLAIM POLICY", false, Cell::Path("spec.persistentVolumeReclaimPolicy")),
            ("STATUS", false, Cell::Path("status.phase")),
            ("CLAIM", false, Cell::Made(claim)),
            ("STORAGECLASS", false, Cell::Path("spec.storageClassName")),
            AGE,
        ],
    ),
    (
        "Node",
        &[
            ("STATUS", false, Cell::State),
            ("ROLES", false, Cell::Made(roles)),
            AGE,
            ("VERSION", false, Cell::Path("status.nodeInfo.kubeletVersion")),
            ("OS-IMAGE", true, Cell::Path("status.nodeInfo.osImage")),
        ],
    ),
    (
        "Deployment",
        &[
            ("READY", false, Cell::Made(replicas)),
            ("UP-TO-DATE", false, Cell::Path("status.updatedReplicas")),
            ("AVAILABLE", false, Cell::Path("status.availableReplicas")),
            AGE,
        ],
    ),
    (
        "DaemonSet",
        &[
            ("DESIRED", false, Cell::Path("status.desiredNumberScheduled")),
            ("CURRENT", false, Cell::Path("status.currentNumberScheduled")),
            ("READY", false, Cell::Path("status.numberReady")),
            ("UP-TO-DATE", false, Cell::Path("status.updatedNumberScheduled")),
            ("AVAILABLE", false, Cell::Path("status.numberAvailable")),
            AGE,
        ],
    ),
    ("Job", &[("STATUS", false, Cell::State), AGE]),
    ("Namespace", &[("STATUS", false, Cell::Path("status.phase")), AGE]),
    ("Route", &[("HOST", false, Cell::Path("spec.host")), ("STATUS", false, Cell::State), AGE]),
    ("StorageClass", &[("PROVISIONER", false, Cell::Path("provisioner")), AGE]),
    (
        "MigMigration",
        &[
            ("PLAN", false, Cell::Path("spec.migPlanRef.name")),
            ("OUTCOME", false, Cell::State),
            ("PROGRESS", false, Cell::Progress),
            AGE,
            ("ITINERARY", true, Cell::Path("status.itinerary")),
            ("PHASE", true, Cell::Path("status.phase")),
        ],
    ),
    (
        "MigPlan",
        &[
            ("READY", false, Cell::Condition("Ready")),
            ("SOURCE", false, Cell::Path("spec.srcMigClusterRef.name")),
            ("TARGET", false, Cell::Path("spec.destMigClusterRef.name")),
            ("STORAGE", false, Cell::Path("spec.migStorageRef.name")),
            AGE,
            ("NAMESPACES", true, Cell::List("spec.namespaces")),
        ],
    ),
    (
        "MigCluster",
        &[("READY", false, Cell::Condition("Ready")), ("URL", false, Cell::Path("spec.url")), ("HOST", false, Cell::Path("spec.isHostCluster")), AGE],
    ),
    ("MigStorage", &[("READY", false, Cell::Condition("Ready")), ("PROVIDER", false, Cell::Path("spec.backupStorageProvider")), AGE]),
    ("Backup", VELERO_RUN),
    ("Restore", VELERO_RUN),
    ("PodVolumeBackup", VOLUME_JOB),
    ("PodVolumeRestore", VOLUME_JOB),
    (
        "BackupStorageLocation",
        &[
            ("PHASE", false, Cell::Path("status.phase")),
            ("LAST VALIDATED", false, Cell::Path("status.lastValidationTime")),
            ("DEFAULT", false, Cell::Path("spec.default")),
            AGE,
            ("PROVIDER", true, Cell::Path("spec.provider")),
        ],
    ),
    ("DirectVolumeMigration", DIRECT),
    ("DirectImageMigration", DIRECT),
    ("DirectImageStreamMigration", DIRECT),
    (
        "DirectVolumeMigrationProgress",
        &[
            ("STATUS", false, Cell::Path("status.phase")),
            ("PROGRESS", false, Cell::Progress),
            ("POD", false, Cell::Path("status.podName")),
            AGE,
            ("EXIT CODE", true, Cell::Path("status.exitCode")),
        ],
    ),
];

const VELERO_RUN: &[Spec] = &[
    ("STATUS", false, Cell::Path("status.phase")),
    ("ERRORS", false, Cell::Path("status.errors")),
    ("WARNINGS", false, Cell::Path("status.warnings")),
    ("PROGRESS", false, Cell::Progress),
    AGE,
    ("STARTED", true, Cell::Path("status.startTimestamp")),
    ("COMPLETED", true, Cell::Path("status.completionTimestamp")),
];

const VOLUME_JOB: &[Spec] = &[
    ("STATUS", false, Cell::Path("status.phase")),
    ("NAMESPACE OF POD", false, Cell::Path("spec.pod.namespace")),
    ("POD", false, Cell::Path("spec.pod.name")),
    ("VOLUME", false, Cell::Path("spec.volume")),
    ("PROGRESS", false, Cell::Progress),
    AGE,
    ("NODE", true, Cell::Path("spec.node")),
    ("MESSAGE", true, Cell::Path("status.message")),
];

const DIRECT: &[Spec] =
    &[("STATUS", false, Cell::State), ("ITINERARY", false, Cell::Path("status.itinerary")), ("PHASE", false, Cell::Path("status.phase")), AGE];

/// Columns of a kind after cluster, namespace and name.
pub(super) fn of(kind: &str) -> &'static [Spec] {
    COLUMNS.iter().find(|(name, _)| *name == kind).map_or(IDENTITY, |(_, columns)| columns)
}

/// What stands in a cell; empty where nothing is told.
pub(super) fn text(graph: &Graph, runs: &[mtc::Run], id: ObjectId, cell: Cell) -> String {
    let object = graph.object(id);
    let run = runs.iter().find(|run| run.id == id);
    let words = |value: Value<'_>| value.items().filter_map(|item| item.text().map(|text| clean(&text))).collect::<Vec<_>>().join(",");
    match cell {
        Cell::Path(path) => object.text(path).map(|text| clean(&text)).unwrap_or_default(),
        Cell::List(path) => object.field(path).map(words).unwrap_or_default(),
        Cell::Condition(name) => object.condition(name).and_then(|item| item.get("status")?.text()).map(|text| clean(&text)).unwrap_or_default(),
        Cell::State => run.map_or_else(|| state::state(object), state::run).0.unwrap_or_default(),
        Cell::Progress => run.map_or_else(|| state::progress(object), state::run_progress).unwrap_or_default(),
        Cell::Age => shared::age(graph, object).map(|age| age.to_string()).unwrap_or_default(),
        Cell::Made(make) => clean(&make(object)),
    }
}

fn statuses(object: &Object) -> impl Iterator<Item = Value<'_>> {
    object.field("status.containerStatuses").into_iter().flat_map(Value::items)
}

fn ready(object: &Object) -> String {
    let ready = statuses(object).filter(|status| status.get("ready").and_then(Value::as_bool) == Some(true)).count();
    let all = object.field("spec.containers").map_or_else(|| statuses(object).count(), Value::len);
    if object.body.is_some() { format!("{ready}/{all}") } else { String::new() }
}

fn pod_status(object: &Object) -> String {
    state::pod_word(object, &object.text("status.phase").unwrap_or_default())
}

fn restarts(object: &Object) -> String {
    let counts = statuses(object).filter_map(|status| status.get("restartCount").and_then(Value::as_i64));
    counts.fold(0_i64, i64::saturating_add).to_string()
}

fn replicas(object: &Object) -> String {
    let number = |path: &str| object.field(path).and_then(Value::as_i64).unwrap_or(0);
    format!("{}/{}", number("status.readyReplicas"), number("spec.replicas"))
}

fn access(object: &Object) -> String {
    let modes = object.field("status.accessModes").or_else(|| object.field("spec.accessModes"));
    let short = |mode: Value<'_>| {
        mode.text().map(|text| match &*text {
            "ReadWriteOnce" => "RWO".to_owned(),
            "ReadOnlyMany" => "ROX".to_owned(),
            "ReadWriteMany" => "RWX".to_owned(),
            "ReadWriteOncePod" => "RWOP".to_owned(),
            other => other.to_owned(),
        })
    };
    modes.into_iter().flat_map(Value::items).filter_map(short).collect::<Vec<_>>().join(",")
}

fn claim(object: &Object) -> String {
    match (object.text("spec.claimRef.namespace"), object.text("spec.claimRef.name")) {
        (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
        _ => String::new(),
    }
}

fn roles(object: &Object) -> String {
    let roles = object.labels.iter().filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/"));
    roles.collect::<Vec<_>>().join(",")
}
