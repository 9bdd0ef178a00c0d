//! What became of each volume of a run.

use std::fmt;

use rustc_hash::{FxHashMap, FxHashSet};

use super::Verdict;
use super::facts::{direct_volumes, pair};
use super::progress::{DONE, NOT_STARTED, phase};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};

/// How one volume stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum VolumeState {
    /// Nobody works on it yet, or no object tells.
    Pending,
    /// Under way.
    Running,
    /// Copied.
    Completed,
    /// Not copied, or in part.
    Failed,
    /// Not meant to be copied.
    Skipped,
    /// The run is over and no object tells any more.
    Unknown,
}

impl VolumeState {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for VolumeState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One volume of one run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Namespace on the source.
    pub namespace: String,
    /// Claim on the source; the name of the pod's volume where the claim is not known.
    pub claim: String,
    /// Claim on the target.
    pub target: String,
    /// `direct`, `filesystem`, `snapshot`, `block`, `move` or `skip`.
    pub method: String,
    /// Bytes copied.
    pub bytes: Option<u64>,
    /// Bytes to copy.
    pub total: Option<u64>,
    /// How it stands.
    pub state: VolumeState,
    /// The object that reports on it.
    pub object: Option<ObjectId>,
}

/// Volumes of a run in the order of (namespace, claim).
pub(super) fn volumes(graph: &Graph, run: ObjectId, verdict: Verdict) -> Vec<Volume> {
    let mut rows = direct(graph, run);
    if rows.is_empty() {
        rows = planned(graph, run);
        velero(graph, run, &mut rows);
    }
    // Objects of a run that is over may be gone, so that they are missing says nothing; a green run whose backup alone is there
    // has restored it on a side that was not gathered.
    for row in rows.iter_mut().filter(|row| row.state == VolumeState::Pending) {
        let copied = row.object.is_some_and(|id| phase(graph.object(id)) == "Completed");
        if (verdict.is_green() && copied) || (verdict.is_final() && row.object.is_none()) {
            row.state = VolumeState::Unknown;
        }
    }
    rows.sort_by(|a, b| (&a.namespace, &a.claim).cmp(&(&b.namespace, &b.claim)));
    rows
}

fn word(value: Value<'_>, path: &str) -> String {
    value.path(path).and_then(Value::text).unwrap_or_default().into_owned()
}

/// What the plan chose for each volume. Only the plan as it is now was gathered, so an older run may have had other choices.
fn planned(graph: &Graph, run: ObjectId) -> Vec<Volume> {
    let Some(&plan) = graph.related(run, "plan").targets.first() else { return Vec::new() };
    let direct = direct_volumes(graph, run);
    let items = graph.object(plan).field("spec.persistentVolumes").into_iter().flat_map(Value::items);
    items
        .map(|item| {
            let (claim, target) = pair(&word(item, "pvc.name"));
            let (action, method) = (word(item, "selection.action"), word(item, "selection.copyMethod"));
            let skipped = action == "skip";
            Volume {
                namespace: pair(&word(item, "pvc.namespace")).0,
                claim,
                target,
                method: match (&*action, &*method) {
                    ("copy", "filesystem" | "block") if direct => "direct".to_owned(),
                    ("copy", "") => action,
                    ("copy", _) => method,
                    _ => action,
                },
                bytes: None,
                total: None,
                state: if skipped { VolumeState::Skipped } else { VolumeState::Pending },
                object: None,
            }
        })
        .collect()
}

/// Claims of the `DirectVolumeMigration`, which lists exactly what this run copies.
fn direct(graph: &Graph, run: ObjectId) -> Vec<Volume> {
    let mut rows = Vec::new();
    for id in graph.related(run, "volume-migration").targets {
        let dvm = graph.object(id);
        for item in dvm.field("spec.persistentVolumeClaims").into_iter().flat_map(Value::items) {
            let (namespace, claim) = (word(item, "namespace"), word(item, "name"));
            let target = Some(word(item, "targetName")).filter(|name| !name.is_empty()).unwrap_or_else(|| claim.clone());
            let (state, pod) = transfer_state(dvm, &namespace, &claim);
            let object = pod.and_then(|pod| progress_of(graph, id, &namespace, &pod)).or(Some(id));
            let failed = object.is_some_and(|id| &*phase(graph.object(id)) == "Failed" && graph.object(id).kind() != "DirectVolumeMigration");
            let state = if state == VolumeState::Running && failed { VolumeState::Failed } else { state };
            rows.push(Volume { namespace, claim, target, method: "direct".to_owned(), bytes: None, total: None, state, object });
        }
    }
    rows
}

/// State and pod of one claim, from the lists that the `DirectVolumeMigration` keeps. Its operations outlive its pods.
fn transfer_state(dvm: &Object, namespace: &str, claim: &str) -> (VolumeState, Option<String>) {
    let is_it = |reference: Option<Value<'_>>| {
        reference.is_some_and(|reference| word(reference, "name") == claim && [namespace, ""].contains(&&*word(reference, "namespace")))
    };
    let operation = dvm.field("status.rsyncOperations").into_iter().flat_map(Value::items).find(|item| is_it(item.get("pvcReference")));
    let flag = |key: &str| operation.and_then(|item| item.get(key)).and_then(Value::as_bool) == Some(true);
    let listed = [
        ("status.failedPods", VolumeState::Failed),
        ("status.successfulPods", VolumeState::Completed),
        ("status.runningPods", VolumeState::Running),
        ("status.pendingPods", VolumeState::Pending),
        ("status.unknownPods", VolumeState::Running),
    ];
    let found = listed.iter().find_map(|(path, state)| {
        let item = dvm.field(path)?.items().find(|item| is_it(item.get("pvcRef")))?;
        Some((*state, word(item, "name")))
    });
    let pod = found.as_ref().map(|(_, pod)| pod.clone()).filter(|pod| !pod.is_empty());
    let state = if flag("failed") {
        VolumeState::Failed
    } else if flag("succeeded") {
        VolumeState::Completed
    } else {
        found.map_or(VolumeState::Pending, |(state, _)| state)
    };
    (state, pod)
}

/// The progress object of a client pod: its name is a hash, but it tells the pods it watched.
fn progress_of(graph: &Graph, dvm: ObjectId, namespace: &str, pod: &str) -> Option<ObjectId> {
    graph.related(dvm, "volume-progress").targets.into_iter().find(|&id| {
        let object = graph.object(id);
        let here = object.text("spec.podNamespace").is_none_or(|own| own == namespace);
        let history = object.field("status.rsyncPodStatuses").into_iter().flat_map(Value::items);
        here && (object.text("status.podName").as_deref() == Some(pod) || history.into_iter().any(|item| word(item, "podName") == pod))
    })
}

/// How many volume jobs of one run are joined.
const MOST: usize = 5_000;

/// Joins volume jobs of Velero: restores last, since a volume is there only when it was restored.
fn velero(graph: &Graph, run: ObjectId, rows: &mut Vec<Volume>) {
    let mut known = Known::default();
    let mut jobs = Vec::new();
    for (parents, children) in [("backups", "volume-backups"), ("restores", "volume-restores")] {
        for parent in own(graph, run, parents) {
            jobs.extend(graph.related(parent, children).targets);
        }
    }
    // MTC itself allows a hundred volumes; a forged archive must not buy more than this.
    jobs.truncate(MOST);
    // Jobs whose row is clear go first, so that one whose row must be guessed finds only rows that are really left.
    jobs.retain(|&id| !join(graph, id, rows, &mut known, false));
    for id in jobs {
        join(graph, id, rows, &mut known, true);
    }
}

/// Backups or restores of a run without the copies that Velero synced to the other cluster.
pub(super) fn own(graph: &Graph, run: ObjectId, relation: &str) -> Vec<ObjectId> {
    let (source, target) = graph.plan_clusters(run);
    let side = if relation == "backups" { source } else { target };
    let mut found = graph.related(run, relation).targets;
    if side.is_some_and(|side| found.iter().any(|&id| graph.object(id).cluster == side)) {
        found.retain(|&id| Some(graph.object(id).cluster) == side);
    }
    found
}

/// Namespace, pod and volume name of a job, with the row it went to. A stage pod has one name on both sides, so this joins the
/// backup of a volume with its restore where the claim is not told.
#[derive(Debug, Default)]
struct Known {
    rows: FxHashMap<(String, String, String), usize>,
    taken: FxHashSet<usize>,
}

/// Joins one job with its row, and says whether it did. `guess` allows to take the only row left, or to add one.
fn join(graph: &Graph, id: ObjectId, rows: &mut Vec<Volume>, known: &mut Known, guess: bool) -> bool {
    let job = graph.object(id);
    let is_restore = job.kind() == "PodVolumeRestore";
    let text = |path: &str| job.text(path).unwrap_or_default().into_owned();
    let namespace = match job.text("spec.sourceNamespace") {
        Some(namespace) if is_restore => namespace.into_owned(),
        _ => text("spec.pod.namespace"),
    };
    // Velero notes the claim on the job; without that its pod tells, where it was gathered.
    let noted = job.field("metadata.annotations").and_then(|map| map.get("velero.io/pvc-name")).and_then(Value::text);
    let claim = graph.related(id, "claim").targets.first().map(|&claim| graph.object(claim).name.to_string());
    let claim = claim.or_else(|| noted.map(std::borrow::Cow::into_owned));
    let bytes = |path| job.field(path).and_then(Value::as_i64).and_then(|bytes| u64::try_from(bytes).ok());
    let key = (namespace.clone(), text("spec.pod.name"), text("spec.volume"));
    let told = known.rows.get(&key).copied();
    let Some(at) = told.or_else(|| planned_row(rows, known, &namespace, claim.as_deref(), &key.2, guess)).or_else(|| {
        let name = claim.clone().unwrap_or_else(|| key.2.clone());
        let row = Volume {
            namespace: namespace.clone(),
            claim: name.clone(),
            target: name,
            method: "filesystem".to_owned(),
            bytes: None,
            total: None,
            state: VolumeState::Pending,
            object: None,
        };
        guess.then(|| {
            rows.push(row);
            rows.len() - 1
        })
    }) else {
        return false;
    };
    known.taken.insert(at);
    known.rows.insert(key, at);
    let row = &mut rows[at];
    row.bytes = bytes("status.progress.bytesDone");
    row.total = bytes("status.progress.totalBytes").or(row.total);
    row.state = match &*phase(job) {
        "Completed" if is_restore => VolumeState::Completed,
        // An empty volume has no snapshot, so nothing will be restored. Any other finished backup is half the way only.
        "Completed" if text("status.snapshotID").is_empty() => VolumeState::Completed,
        "Completed" => VolumeState::Pending,
        phase if NOT_STARTED.contains(&phase) => VolumeState::Pending,
        phase if DONE.contains(&phase) => VolumeState::Failed,
        _ => VolumeState::Running,
    };
    row.object = Some(id);
    true
}

/// The row of the plan that a job works on: by the claim where it is told; else by the name of the pod's volume, which is mostly
/// the end of the claim's name; else the only row of the namespace that is left.
fn planned_row(rows: &[Volume], known: &Known, namespace: &str, claim: Option<&str>, volume: &str, guess: bool) -> Option<usize> {
    let here = |at: &usize| rows[*at].namespace == namespace && rows[*at].state != VolumeState::Skipped;
    if let Some(claim) = claim {
        return (0..rows.len()).filter(here).find(|&at| [&rows[at].claim, &rows[at].target].iter().any(|name| *name == claim));
    }
    let free: Vec<usize> = (0..rows.len()).filter(here).filter(|at| !known.taken.contains(at)).collect();
    let only = |found: Vec<usize>| if let [at] = found[..] { Some(at) } else { None };
    let exact = free.iter().copied().filter(|&at| rows[at].claim == volume).collect();
    let ends = free.iter().copied().filter(|&at| rows[at].claim.strip_suffix(volume).is_some_and(|rest| rest.ends_with('-'))).collect();
    only(exact).or_else(|| only(ends)).or_else(|| if guess { only(free) } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::{Case, find};
    use serde_json::json;

    #[test]
    fn direct_volumes_take_their_state_from_the_operations() {
        let mut case = Case::new(1);
        case.add(0, json!({"kind": "MigMigration", "metadata": {"name": "m", "namespace": "openshift-migration", "uid": "m1"}}));
        case.add(
            0,
            json!({"kind": "DirectVolumeMigration",
            "metadata": {"name": "m-x", "namespace": "openshift-migration", "uid": "d1", "labels": {"migmigration": "m1"}},
            "spec": {"persistentVolumeClaims": [{"namespace": "app", "name": "a"}, {"namespace": "app", "name": "b", "targetName": "b-new"}]},
            "status": {"rsyncOperations": [{"pvcReference": {"namespace": "app", "name": "a"}, "failed": true}],
                       "runningPods": [{"namespace": "app", "name": "rsync-1", "pvcRef": {"namespace": "app", "name": "b"}}]}}),
        );
        case.add(
            0,
            json!({"kind": "DirectVolumeMigrationProgress",
            "metadata": {"name": "hash", "namespace": "openshift-migration", "labels": {"directvolumemigration": "d1"}},
            "spec": {"podNamespace": "app"}, "status": {"podName": "rsync-1", "phase": "Running"}}),
        );
        let graph = case.freeze();
        let rows = volumes(&graph, find(&graph, "MigMigration", "m"), Verdict::Running);
        assert_eq!(rows[0].state, VolumeState::Failed);
        assert_eq!((rows[1].state, &*rows[1].target), (VolumeState::Running, "b-new"));
        assert_eq!(rows[1].object, Some(find(&graph, "DirectVolumeMigrationProgress", "hash")));
    }

    #[test]
    fn a_backup_and_its_restore_share_a_row_although_the_claim_is_not_told() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": "openshift-migration"}, "spec": {"persistentVolumes": [
            {"pvc": {"namespace": "app", "name": "web-data"}, "selection": {"action": "copy", "copyMethod": "filesystem"}},
            {"pvc": {"namespace": "app", "name": "web-tmp"}, "selection": {"action": "copy", "copyMethod": "filesystem"}}]}}),
        );
        case.add(
            0,
            json!({"kind": "MigMigration", "metadata": {"name": "m", "namespace": "openshift-migration", "uid": "m1"},
            "spec": {"migPlanRef": {"name": "p", "namespace": "openshift-migration"}}}),
        );
        for (kind, job, label, snapshot) in
            [("Backup", "PodVolumeBackup", "velero.io/backup-uid", "s"), ("Restore", "PodVolumeRestore", "velero.io/restore-uid", "")]
        {
            case.add(
                0,
                json!({"kind": kind, "metadata": {"name": "x", "namespace": "openshift-migration", "uid": kind, "labels": {"migmigration": "m1"}}}),
            );
            case.add(0, json!({"kind": job, "metadata": {"name": "x-1", "namespace": "openshift-migration", "labels": {label: kind}},
                "spec": {"pod": {"name": "stage-web", "namespace": "app"}, "volume": "data"}, "status": {"phase": "Completed", "snapshotID": snapshot}}));
        }
        let graph = case.freeze();
        let rows = volumes(&graph, find(&graph, "MigMigration", "m"), Verdict::Succeeded);
        let states: Vec<_> = rows.iter().map(|row| (&*row.claim, row.state)).collect();
        assert_eq!(states, [("web-data", VolumeState::Completed), ("web-tmp", VolumeState::Unknown)]);
    }

    #[test]
    fn the_claim_that_velero_notes_on_a_job_finds_the_row() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": "openshift-migration"}, "spec": {"persistentVolumes": [
            {"pvc": {"namespace": "app", "name": "lab-results"}, "selection": {"action": "copy", "copyMethod": "filesystem"}},
            {"pvc": {"namespace": "app", "name": "tmp"}, "selection": {"action": "copy", "copyMethod": "filesystem"}}]}}),
        );
        case.add(
            0,
            json!({"kind": "MigMigration", "metadata": {"name": "m", "namespace": "openshift-migration", "uid": "m1"},
            "spec": {"migPlanRef": {"name": "p", "namespace": "openshift-migration"}}}),
        );
        case.add(
            0,
            json!({"kind": "Backup", "metadata": {"name": "b", "namespace": "openshift-migration", "uid": "b1", "labels": {"migmigration": "m1"}}}),
        );
        case.add(
            0,
            json!({"kind": "PodVolumeBackup", "metadata": {"name": "b-1", "namespace": "openshift-migration",
                "labels": {"velero.io/backup-uid": "b1"}, "annotations": {"velero.io/pvc-name": "lab-results"}},
            "spec": {"pod": {"name": "web", "namespace": "app"}, "volume": "data"}, "status": {"phase": "InProgress"}}),
        );
        let graph = case.freeze();
        let rows = volumes(&graph, find(&graph, "MigMigration", "m"), Verdict::Running);
        let states: Vec<_> = rows.iter().map(|row| (&*row.claim, row.state)).collect();
        assert_eq!(states, [("lab-results", VolumeState::Running), ("tmp", VolumeState::Pending)]);
    }

    #[test]
    fn restores_of_velero_fill_the_rows_of_the_plan() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": "openshift-migration"}, "spec": {"persistentVolumes": [
            {"pvc": {"namespace": "app", "name": "data"}, "selection": {"action": "copy", "copyMethod": "filesystem"}},
            {"pvc": {"namespace": "app", "name": "tmp"}, "selection": {"action": "skip"}}]}}),
        );
        case.add(
            0,
            json!({"kind": "MigMigration", "metadata": {"name": "m", "namespace": "openshift-migration", "uid": "m1"},
            "spec": {"migPlanRef": {"name": "p", "namespace": "openshift-migration"}}}),
        );
        case.add(
            0,
            json!({"kind": "Restore", "metadata": {"name": "r", "namespace": "openshift-migration", "uid": "r1", "labels": {"migmigration": "m1"}}}),
        );
        case.add(
            0,
            json!({"kind": "PodVolumeRestore",
            "metadata": {"name": "r-1", "namespace": "openshift-migration", "labels": {"velero.io/restore-uid": "r1"}},
            "spec": {"pod": {"name": "stage-a", "namespace": "app"}, "volume": "data"},
            "status": {"phase": "InProgress", "progress": {"bytesDone": 5, "totalBytes": 9}}}),
        );
        let graph = case.freeze();
        let rows = volumes(&graph, find(&graph, "MigMigration", "m"), Verdict::Running);
        assert_eq!(rows.len(), 2);
        assert_eq!((rows[0].bytes, rows[0].total, rows[0].state), (Some(5), Some(9), VolumeState::Running));
        assert_eq!(rows[1].state, VolumeState::Skipped);
    }
}
