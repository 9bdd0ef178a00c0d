//! Derived facts of the objects that report on one volume.

use rustc_hash::FxHashMap;
use serde_json::{Value as Json, json};

use super::Answer;
use super::claims::Claims;
use super::derive::word;
use super::progress::{DONE, NOT_STARTED, phase, transfer, volume_job};
use super::waits::takes_data;
use crate::graph::tape::Value;
use crate::graph::{Graph, ObjectId};
use crate::model::ClusterId;

/// Facts of a `DirectVolumeMigrationProgress`.
///
/// Its own exit code is never overwritten once it is set, so after a retry only the history tells how the last attempt ended.
pub(super) fn progress_facts(graph: &Graph, claims: &mut Claims, id: ObjectId) -> Vec<(&'static str, Json)> {
    let object = graph.object(id);
    let history: Vec<_> = object.field("status.rsyncPodStatuses").into_iter().flat_map(Value::items).collect();
    let last = object.text("status.podName").unwrap_or_default();
    let named = |item: &&Value<'_>| item.get("podName").and_then(Value::text).is_some_and(|pod| pod == last);
    let entry = history.iter().find(named).copied();
    let phase = phase(object);
    let code = match entry.and_then(|entry| entry.get("exitCode")) {
        Some(code) => code.as_i64(),
        None if phase == "Succeeded" => Some(0),
        None if history.is_empty() => object.field("status.exitCode").and_then(Value::as_i64),
        None => None,
    };
    let unlisted = usize::from(!last.is_empty() && entry.is_none());
    let attempts = history.len() + unlisted;
    let elapsed = ["status.rsyncElapsedTime", "status.containerElapsedTime"].iter().find_map(|path| object.text(path));
    let succeeded = match &*phase {
        "Succeeded" => Answer::Yes,
        "Failed" => Answer::No,
        _ => Answer::Unknown,
    };
    vec![
        ("claim", json!(claims.of(graph, id))),
        ("exit_code", json!(code)),
        ("attempts", json!(attempts)),
        ("elapsed", json!(elapsed)),
        ("succeeded", word(succeeded)),
        ("progressing", word(transfer(object))),
    ]
}

/// Velero copies Backups and their volume backups to the target. A copy names a node of the source, where the work was done, so
/// the agents of the cluster that holds the copy have nothing to do with it.
fn is_copy(graph: &Graph, id: ObjectId) -> bool {
    if graph.object(id).kind() != "PodVolumeBackup" {
        return false;
    }
    // A synced Backup has another UID than the one that the volume backup was made for.
    let job = graph.object(id);
    if let (Some(name), Some(uid)) = (job.label("velero.io/backup-name"), job.label("velero.io/backup-uid")) {
        let mut here = graph.find(job.cluster, "Backup", job.namespace.as_deref(), name).peekable();
        if here.peek().is_some() && here.all(|backup| graph.object(backup).uid.as_ref().is_some_and(|other| other.as_str() != uid)) {
            return true;
        }
    }
    let backups = graph.related(id, "backup").targets;
    let runs = backups.iter().flat_map(|&backup| graph.related(backup, "run").targets);
    let mut sources = runs.filter_map(|run| graph.plan_clusters(run).0);
    sources.next().is_some_and(|source| source != job.cluster)
}

/// Facts of a `PodVolumeBackup` or `PodVolumeRestore`.
pub(super) fn job_facts(graph: &Graph, busy: &mut Busy, id: ObjectId) -> Vec<(&'static str, Json)> {
    vec![
        ("progressing", word(volume_job(graph.object(id)))),
        ("queued_behind", json!(queued_behind(graph, busy, id))),
        ("nfs", word(nfs(graph, id))),
        ("copy", word(Answer::of(is_copy(graph, id)))),
    ]
}

/// What agents and nodes are busy with, looked up once for all jobs that wait: there may be tens of thousands of each.
#[derive(Debug)]
pub(super) struct Busy {
    by_agent: FxHashMap<ObjectId, Option<ObjectId>>,
    by_node: FxHashMap<(bool, ClusterId, String), ObjectId>,
}

impl Busy {
    pub(super) fn new(graph: &Graph) -> Self {
        let mut by_node = FxHashMap::default();
        for id in ["PodVolumeBackup", "PodVolumeRestore"].iter().flat_map(|kind| graph.of_kind(kind)).filter(|&id| is_busy(graph, id)) {
            let job = graph.object(id);
            let Some(node) = job.text("spec.node").filter(|node| !node.is_empty()) else { continue };
            by_node.entry((job.kind() == "PodVolumeRestore", job.cluster, node.into_owned())).or_insert(id);
        }
        Self { by_agent: FxHashMap::default(), by_node }
    }

    fn of_agent(&mut self, graph: &Graph, agent: ObjectId) -> Option<ObjectId> {
        *self.by_agent.entry(agent).or_insert_with(|| graph.related(agent, "serves").targets.into_iter().find(|&id| is_busy(graph, id)))
    }
}

fn is_busy(graph: &Graph, id: ObjectId) -> bool {
    let phase = phase(graph.object(id));
    !NOT_STARTED.contains(&&*phase) && !DONE.contains(&&*phase)
}

/// The job that the agent of the same node is busy with. A job whose pod cannot take data waits for that pod, not in a queue.
fn queued_behind(graph: &Graph, busy: &mut Busy, id: ObjectId) -> Option<String> {
    let job = graph.object(id);
    if !NOT_STARTED.contains(&&*phase(job)) {
        return None;
    }
    let pods = graph.related(id, "pod").targets;
    let is_restore = job.kind() == "PodVolumeRestore";
    if is_restore && !pods.iter().any(|&pod| takes_data(graph.object(pod))) {
        return None;
    }
    // A job that waits is not busy itself, so what is busy is another one.
    let agents = graph.related(id, "agent").targets;
    let by_agent = agents.iter().find_map(|&agent| busy.of_agent(graph, agent));
    let node = job.text("spec.node").filter(|node| !node.is_empty());
    let by_node = || busy.by_node.get(&(is_restore, job.cluster, node?.into_owned())).copied();
    by_agent.filter(|&other| graph.object(other).kind() != "Node").or_else(by_node).map(|other| graph.object(other).name.to_string())
}

/// Whether the volume lies on NFS: by the pod's own volume, or by the `PersistentVolume` behind its claim.
fn nfs(graph: &Graph, id: ObjectId) -> Answer {
    let job = graph.object(id);
    let Some(name) = job.text("spec.volume") else { return Answer::Unknown };
    for pod in graph.related(id, "pod").targets {
        let volumes = graph.object(pod).field("spec.volumes").into_iter().flat_map(Value::items);
        let volume = volumes.into_iter().find(|volume| volume.get("name").and_then(Value::text).as_deref() == Some(&*name));
        let Some(volume) = volume else { continue };
        if volume.get("nfs").is_some() {
            return Answer::Yes;
        }
        if volume.get("persistentVolumeClaim").is_none() {
            return Answer::No;
        }
    }
    let volumes = graph.related(id, "claim").targets.into_iter().flat_map(|claim| graph.related(claim, "bound").targets);
    for volume in volumes {
        let volume = graph.object(volume);
        if volume.body.is_none() {
            continue;
        }
        let driver = volume.text("spec.csi.driver").unwrap_or_default();
        return Answer::of(volume.field("spec.nfs").is_some() || driver.contains("nfs"));
    }
    Answer::Unknown
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::{Case, find};

    fn facts(rows: Vec<(&'static str, Json)>) -> Json {
        rows.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<serde_json::Map<_, _>>().into()
    }

    #[test]
    fn the_exit_code_is_that_of_the_last_attempt() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "DirectVolumeMigrationProgress", "metadata": {"name": "p", "namespace": "openshift-migration"},
            "status": {"podName": "r-2", "phase": "Succeeded", "exitCode": 12,
                "rsyncPodStatuses": [{"podName": "r-1", "exitCode": 12}, {"podName": "r-2", "exitCode": 0}]}}),
        );
        let graph = case.freeze();
        let facts = facts(progress_facts(&graph, &mut Claims::default(), find(&graph, "DirectVolumeMigrationProgress", "p")));
        assert_eq!((&facts["exit_code"], &facts["attempts"], &facts["succeeded"]), (&json!(0), &json!(2), &json!("yes")));
    }

    #[test]
    fn a_backup_is_queued_behind_the_one_its_node_is_busy_with() {
        let mut case = Case::new(1);
        for (name, phase, node) in [("a", "InProgress", "n1"), ("b", "New", "n1"), ("c", "New", "n2")] {
            case.add(
                0,
                json!({"kind": "PodVolumeBackup", "metadata": {"name": name, "namespace": "openshift-migration"},
                "spec": {"node": node}, "status": {"phase": phase}}),
            );
        }
        let graph = case.freeze();
        let behind = |name| queued_behind(&graph, &mut Busy::new(&graph), find(&graph, "PodVolumeBackup", name));
        assert_eq!((behind("a"), behind("b").as_deref(), behind("c")), (None, Some("a"), None));
    }

    #[test]
    fn nfs_is_read_through_the_claim() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "Pod", "metadata": {"name": "x", "namespace": "app"},
            "spec": {"volumes": [{"name": "v", "persistentVolumeClaim": {"claimName": "data"}}]}}),
        );
        case.add(0, json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "app"}, "spec": {"volumeName": "pv"}}));
        case.add(0, json!({"kind": "PersistentVolume", "metadata": {"name": "pv"}, "spec": {"nfs": {"server": "s"}}}));
        for (name, pod) in [("b", "x"), ("c", "gone")] {
            case.add(
                0,
                json!({"kind": "PodVolumeBackup", "metadata": {"name": name, "namespace": "openshift-migration"},
                "spec": {"volume": "v", "pod": {"name": pod, "namespace": "app"}}}),
            );
        }
        let graph = case.freeze();
        assert_eq!(nfs(&graph, find(&graph, "PodVolumeBackup", "b")), Answer::Yes);
        assert_eq!(nfs(&graph, find(&graph, "PodVolumeBackup", "c")), Answer::Unknown);
    }
}
