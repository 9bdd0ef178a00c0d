//! Below the phases that Velero works for.

use super::walk::Walk;
use crate::graph::{Missing, Object, ObjectId};
use crate::mtc::progress::{DONE, NOT_STARTED, phase};
use crate::mtc::volumes::own;

/// Whether a Backup or Restore is the one of a role: by label, by generated name, or because nothing says otherwise.
fn has_role(object: &Object, role: &str) -> bool {
    let others = ["initial", "stage", "final"];
    let labelled = |role: &str| {
        let keys = [format!("migration-{role}-backup"), format!("migration-{role}-restore")];
        keys.iter().any(|key| object.label(key).is_some())
    };
    if others.iter().any(|other| labelled(other)) {
        return labelled(role);
    }
    let marked = |role: &str| object.name.contains(&format!("-{role}-"));
    marked(role) || !others.iter().any(|other| marked(other))
}

fn of_role(walk: &Walk<'_>, run: ObjectId, relation: &str, role: &str) -> Vec<ObjectId> {
    let mut found = own(walk.graph, run, relation);
    found.retain(|&id| has_role(walk.graph.object(id), role));
    found
}

/// Backups of a run that are not complete, and below them the volumes that are not.
pub(super) fn backups(walk: &mut Walk<'_>, run: ObjectId, role: &str) {
    for id in of_role(walk, run, "backups", role) {
        if phase(walk.graph.object(id)) == "Completed" {
            continue;
        }
        walk.inside(id, |walk| {
            volume_jobs(walk, id, "volume-backups");
            let none_found = walk.graph.related(id, "volume-backups").targets.is_empty();
            let location = walk.graph.related(id, "location");
            if none_found && matches!(&*phase(walk.graph.object(id)), "FailedValidation" | "Failed") {
                locations(walk, &location.targets);
            }
        });
    }
}

/// Restores of a run that are not complete, and below them the volumes that are not.
pub(super) fn restores(walk: &mut Walk<'_>, run: ObjectId, role: &str) {
    for id in of_role(walk, run, "restores", role) {
        if phase(walk.graph.object(id)) != "Completed" {
            walk.inside(id, |walk| volume_jobs(walk, id, "volume-restores"));
        }
    }
}

/// A backup reaches the target through the storage location there.
pub(super) fn replicated(walk: &mut Walk<'_>, run: ObjectId, role: &str) {
    let target = walk.target;
    let mut all: Vec<ObjectId> = Vec::new();
    for plan in walk.graph.related(run, "plan").targets {
        all.extend(walk.graph.related(plan, "locations").targets);
    }
    for backup in of_role(walk, run, "backups", role) {
        for location in walk.graph.related(backup, "location").targets {
            all.extend(walk.graph.related(location, "peer-location").targets);
        }
    }
    all.retain(|&id| target.is_none_or(|target| walk.graph.object(id).cluster == target));
    all.sort_unstable();
    all.dedup();
    locations(walk, &all);
    if walk.found.is_empty() {
        for id in all {
            walk.leaf(id);
        }
    }
    if walk.found.is_empty() {
        for id in of_role(walk, run, "backups", role) {
            walk.leaf(id);
        }
    }
}

fn locations(walk: &mut Walk<'_>, all: &[ObjectId]) {
    for &id in all {
        if phase(walk.graph.object(id)) == "Unavailable" {
            walk.leaf(id);
        }
    }
}

/// Jobs that are not complete: failed ones first, then those that wait, the oldest first, so that the first end tells most.
fn volume_jobs(walk: &mut Walk<'_>, parent: ObjectId, relation: &str) {
    let mut jobs = walk.graph.related(parent, relation).targets;
    let rank = |id: ObjectId| {
        let object = walk.graph.object(id);
        let phase = phase(object);
        let order = match &*phase {
            "Completed" => return None,
            phase if DONE.contains(&phase) => 0,
            phase if NOT_STARTED.contains(&phase) => 1,
            _ => 2,
        };
        Some((order, object.created, id))
    };
    jobs.retain(|&id| rank(id).is_some());
    jobs.sort_by_key(|&id| rank(id));
    for id in jobs {
        walk.inside(id, |walk| volume_job(walk, id));
    }
}

/// A job that nobody began waits for its pod first, and then for the agent of that pod's node.
fn volume_job(walk: &mut Walk<'_>, id: ObjectId) {
    let job = walk.graph.object(id);
    if !NOT_STARTED.contains(&&*phase(job)) {
        return;
    }
    let is_backup = job.kind() == "PodVolumeBackup";
    let pods = walk.graph.related(id, "pod");
    // A pod is backed up while it runs, so only a restore waits for a pod of which nothing is known.
    if !is_backup {
        walk.missing(&pods.missing);
    }
    let mut waits_for_pod = !is_backup && !pods.missing.is_empty();
    for pod in pods.targets {
        if !takes_data(walk.graph.object(pod)) {
            waits_for_pod = true;
            walk.pod(pod);
        }
    }
    if !waits_for_pod {
        agent(walk, id);
    }
}

/// The agent of the job's node when it is not ready; the node itself when agents were gathered and it has none.
fn agent(walk: &mut Walk<'_>, id: ObjectId) {
    let job = walk.graph.object(id);
    let agents = walk.graph.related(id, "agent").targets;
    for &agent in &agents {
        if !walk.is_ready(agent) {
            walk.pod(agent);
        }
    }
    let Some(node) = job.text("spec.node").filter(|node| !node.is_empty() && agents.is_empty()) else { return };
    let namespace = walk.graph.mtc_namespace(job.cluster);
    if !walk.graph.coverage.objects(job.cluster, "Pod", namespace.as_deref()).is_full() {
        return;
    }
    match walk.graph.find(job.cluster, "Node", None, &node).next() {
        Some(node) => walk.leaf(node),
        None => walk.missing(&[Missing { kind: "Node".into(), namespace: None, name: (&*node).into(), cluster: Some(job.cluster) }]),
    }
}

/// Whether the agent can work for a pod: it runs, or its wait container does. A pod in `Init:0/1` whose container still
/// waits (image, volume, network) cannot.
pub(crate) fn takes_data(pod: &Object) -> bool {
    use crate::graph::tape::Value;
    if pod.text("status.phase").as_deref() == Some("Running") {
        return true;
    }
    let statuses = pod.field("status.initContainerStatuses").into_iter().flat_map(Value::items);
    statuses.into_iter().any(|status| {
        let name = status.get("name").and_then(Value::text).unwrap_or_default();
        matches!(&*name, "restic-wait" | "restore-wait") && status.path("state.running").is_some()
    })
}

/// Velero servers on both sides that are not ready.
pub(super) fn servers(walk: &mut Walk<'_>) {
    for id in infrastructure(walk, &["velero-"], &[walk.source, walk.target]) {
        walk.pod(id);
    }
}

/// Agents on the source that are not ready.
pub(super) fn agents(walk: &mut Walk<'_>) {
    for id in infrastructure(walk, &["restic-", "node-agent-"], &[walk.source]) {
        walk.pod(id);
    }
}

fn infrastructure(walk: &Walk<'_>, prefixes: &[&str], clusters: &[Option<crate::model::ClusterId>]) -> Vec<ObjectId> {
    let wanted = |object: &Object| {
        clusters.contains(&Some(object.cluster))
            && object.namespace == walk.graph.mtc_namespace(object.cluster)
            && prefixes.iter().any(|prefix| object.name.starts_with(prefix))
    };
    walk.graph.of_kind("Pod").filter(|&id| wanted(walk.graph.object(id)) && !walk.is_ready(id)).collect()
}
