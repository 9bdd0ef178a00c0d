//! Below the phases of direct volume and image migrations.

use super::walk::Walk;
use crate::graph::ObjectId;
use crate::graph::tape::Value;
use crate::mtc::phases;
use crate::mtc::progress::phase;
use crate::mtc::verdict::{blocker, judge, word};

/// What a `DirectVolumeMigration` waits for in its phase.
pub(super) fn volume_migration(walk: &mut Walk<'_>, id: ObjectId) {
    let object = walk.graph.object(id);
    let judged = judge(object);
    if judged.verdict.is_green() {
        return;
    }
    if let Some(condition) = blocker(object) {
        clusters(walk, id, &word(condition, "type"));
    }
    let now = judged.phase.or_else(|| object.text("status.phase").map(std::borrow::Cow::into_owned)).unwrap_or_default();
    match phases::canonical(&now) {
        "CleanStaleRsyncResources" | "WaitForStaleRsyncResourcesTerminated" | "DeleteRsyncResources" | "WaitForRsyncResourcesTerminated" => {
            terminating(walk, id);
        }
        "CreateRsyncRoute" | "EnsureRsyncRouteAdmitted" => routes(walk, id),
        "CreateRsyncTransferPods" | "WaitForRsyncTransferPodsRunning" => servers(walk, id),
        _ => {
            servers(walk, id);
            transfers(walk, id);
        }
    }
}

fn clusters(walk: &mut Walk<'_>, id: ObjectId, condition: &str) {
    let relation = match condition {
        "SourceClusterNotReady" | "InvalidSourceClusterRef" => "source-cluster",
        "DestinationClusterNotReady" | "InvalidDestinationClusterRef" => "target-cluster",
        _ => return,
    };
    let found = walk.graph.related(id, relation);
    walk.missing(&found.missing);
    for cluster in found.targets {
        walk.leaf(cluster);
    }
}

/// Pods of the transfer that are told to go but have not gone. They may belong to an earlier run in the same namespace.
fn terminating(walk: &mut Walk<'_>, id: ObjectId) {
    let namespaces: Vec<String> = walk
        .graph
        .object(id)
        .field("spec.persistentVolumeClaims")
        .into_iter()
        .flat_map(Value::items)
        .flat_map(|item| ["namespace", "targetNamespace"].into_iter().filter_map(move |key| Some(item.get(key)?.text()?.into_owned())))
        .collect();
    let sides = [walk.source, walk.target];
    let pods: Vec<_> = walk.graph.of_kind("Pod").collect();
    for pod in pods {
        let object = walk.graph.object(pod);
        let ours = object.label("app").is_some_and(|app| app.starts_with("directvolumemigration-rsync-transfer"))
            && object.namespace.as_deref().is_some_and(|own| namespaces.iter().any(|name| name == own))
            && sides.contains(&Some(object.cluster));
        if ours && object.deleted.is_some() {
            walk.leaf(pod);
        }
    }
}

fn routes(walk: &mut Walk<'_>, id: ObjectId) {
    for route in walk.graph.related(id, "routes").targets {
        let object = walk.graph.object(route);
        if object.kind() != "Route" {
            continue;
        }
        let mut conditions = object.field("status.ingress").into_iter().flat_map(Value::items).filter_map(|ingress| ingress.get("conditions"));
        let admitted = conditions.any(|list| list.items().any(|one| word(one, "type") == "Admitted" && word(one, "status") == "True"));
        if !admitted {
            walk.leaf(route);
        }
    }
}

fn servers(walk: &mut Walk<'_>, id: ObjectId) {
    for pod in walk.graph.related(id, "servers").targets {
        if !walk.is_ready(pod) {
            walk.pod(pod);
        }
    }
}

/// Transfers that failed, then client pods that never ran, then whatever is still under way.
fn transfers(walk: &mut Walk<'_>, id: ObjectId) {
    let mut all = walk.graph.related(id, "volume-progress").targets;
    let rank = |id: &ObjectId| match &*phase(walk.graph.object(*id)) {
        "Failed" => 0,
        "Succeeded" => 3,
        "Pending" | "" => 1,
        _ => 2,
    };
    all.retain(|id| rank(id) < 3);
    all.sort_by_key(|id| (rank(id), *id));
    for progress in all {
        walk.inside(progress, |walk| client(walk, id, progress));
    }
    for pod in walk.graph.related(id, "rsync-clients").targets {
        if walk.graph.object(pod).text("status.phase").as_deref() == Some("Pending") {
            walk.pod(pod);
        }
    }
}

/// The pod that a progress object watches, named by it even where it was not gathered.
fn client(walk: &mut Walk<'_>, dvm: ObjectId, progress: ObjectId) {
    let object = walk.graph.object(progress);
    let Some(name) = object.text("status.podName").filter(|name| !name.is_empty()) else { return };
    for pod in walk.graph.related(dvm, "rsync-clients").targets {
        if *walk.graph.object(pod).name == *name && phase(object) != "Failed" {
            walk.pod(pod);
        }
    }
}

/// Image streams that were not copied.
pub(super) fn images(walk: &mut Walk<'_>, run: ObjectId) {
    for id in walk.graph.related(run, "image-migration").targets {
        if judge(walk.graph.object(id)).verdict.is_green() {
            continue;
        }
        walk.inside(id, |walk| {
            for stream in walk.graph.related(id, "streams").targets {
                if !judge(walk.graph.object(stream)).verdict.is_green() {
                    walk.leaf(stream);
                }
            }
        });
    }
}
