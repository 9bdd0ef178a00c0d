//! What a run waits for: from the phase down to the deepest object that blocks it.

mod direct;
mod lines;
mod velero;
mod walk;

pub(super) use velero::takes_data;
pub(super) use walk::is_ready;

use super::verdict::{blocker, judge, word};
use super::{Verdict, facts, phases};
use crate::graph::{Graph, ObjectId};
use crate::model::ObjectRef;
use walk::Walk;

/// An object that blocks a run, gathered or only named.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waits {
    /// Its name, with the cluster it lives on.
    pub object: ObjectRef,
    /// The object itself, when it was gathered.
    pub id: Option<ObjectId>,
    /// The gathered objects on the way to it, from the outermost.
    pub path: Vec<ObjectId>,
}

/// How many objects one run may be said to wait for.
const MOST: usize = 50;

/// The deepest object that is seen to block a run; `None` when nothing is known to.
///
/// Of a pod that was not gathered nobody knows whether it blocks, so then it is the object that names it; the pod itself still
/// heads [`waits_for`].
pub fn look_at(graph: &Graph, run: ObjectId) -> Option<Waits> {
    let mut first = waits_for(graph, run).into_iter().next()?;
    if first.id.is_none()
        && let Some(last) = first.path.pop()
    {
        return Some(Waits { object: graph.object(last).reference(), id: Some(last), path: first.path });
    }
    Some(first)
}

/// Everything that a `MigMigration` or a `DirectVolumeMigration` waits for, the most telling first: the relation `waits-for`.
pub fn waits_for(graph: &Graph, run: ObjectId) -> Vec<Waits> {
    let mut walk = Walk::new(graph, run);
    match graph.object(run).kind() {
        "MigMigration" => migration(&mut walk, run),
        "DirectVolumeMigration" => direct::volume_migration(&mut walk, run),
        _ => {}
    }
    walk.found.truncate(MOST);
    walk.found
}

fn migration(walk: &mut Walk<'_>, run: ObjectId) {
    let judged = judge(walk.graph.object(run));
    match judged.verdict {
        Verdict::Waiting | Verdict::Blocked => blocked(walk, run, judged.blocker.as_deref()),
        Verdict::Running | Verdict::Failed => {
            let Some(phase) = judged.phase.as_deref() else { return };
            in_phase(walk, run, phases::canonical(phase));
            if walk.found.is_empty() {
                lines::named(walk, run);
            }
        }
        Verdict::Succeeded | Verdict::Warned | Verdict::Canceled | Verdict::Unknown => {}
    }
}

/// A run that cannot start waits for the run ahead of it, or for its plan and what that waits for.
fn blocked(walk: &mut Walk<'_>, run: ObjectId, blocker: Option<&str>) {
    let siblings = walk.graph.related(run, "siblings").targets;
    let verdict = |id: &ObjectId| judge(walk.graph.object(*id)).verdict;
    match blocker {
        Some("Postponed") => {
            let ahead = siblings.iter().copied().find(|id| matches!(verdict(id), Verdict::Running | Verdict::Blocked));
            let ahead = ahead.or_else(|| siblings.iter().copied().find(|id| !verdict(id).is_final()));
            if let Some(ahead) = ahead {
                walk.leaf(ahead);
            }
        }
        Some("HasFinalMigration") => {
            let done = siblings.iter().copied().find(|&id| super::run::kind(walk.graph, id) == super::RunKind::Final && verdict(&id).is_final());
            if let Some(done) = done {
                walk.leaf(done);
            }
        }
        Some("RegistriesUnhealthy") => registries(walk, run),
        _ => plan(walk, run),
    }
}

fn plan(walk: &mut Walk<'_>, run: ObjectId) {
    let found = walk.graph.related(run, "plan");
    walk.missing(&found.missing);
    for plan in found.targets {
        walk.inside(plan, |walk| {
            let Some(condition) = blocker(walk.graph.object(plan)) else { return };
            let relation = match &*word(condition, "type") {
                "StorageNotReady" | "InvalidStorageRef" => "storage",
                "SourceClusterNotReady" | "InvalidSourceClusterRef" => "source-cluster",
                "DestinationClusterNotReady" | "InvalidDestinationClusterRef" => "target-cluster",
                "HookNotReady" | "InvalidHookRef" => "hooks",
                _ => return,
            };
            let found = walk.graph.related(plan, relation);
            walk.missing(&found.missing);
            for id in found.targets {
                if blocker(walk.graph.object(id)).is_some() {
                    walk.leaf(id);
                }
            }
        });
    }
}

fn in_phase(walk: &mut Walk<'_>, run: ObjectId, phase: &str) {
    match phase {
        "Created" | "Started" | "StartRefresh" | "WaitForRefresh" | "Rollback" => plan(walk, run),
        "EnsureInitialBackup" | "InitialBackupCreated" => velero::backups(walk, run, "initial"),
        "EnsureStageBackup" | "StageBackupCreated" => velero::backups(walk, run, "stage"),
        "EnsureInitialBackupReplicated" => velero::replicated(walk, run, "initial"),
        "EnsureStageBackupReplicated" => velero::replicated(walk, run, "stage"),
        "EnsureStageRestore" | "StageRestoreCreated" => velero::restores(walk, run, "stage"),
        "EnsureFinalRestore" | "FinalRestoreCreated" => velero::restores(walk, run, "final"),
        "RestartVelero" | "WaitForVeleroReady" | "EnsureCloudSecretPropagated" => velero::servers(walk),
        "RestartRestic" | "WaitForResticReady" => velero::agents(walk),
        "CreateRegistries" | "WaitForRegistriesReady" => registries(walk, run),
        "PreBackupHooks" | "PostBackupHooks" | "PreRestoreHooks" | "PostRestoreHooks" => hooks(walk, run, phase),
        "EnsureStagePodsFromRunning" | "EnsureStagePodsFromTemplates" | "EnsureStagePodsFromOrphanedPVCs" | "StagePodsCreated" => {
            stage_pods(walk, run);
        }
        "CleanStaleStagePods" | "WaitForStaleStagePodsTerminated" | "EnsureStagePodsDeleted" | "EnsureStagePodsTerminated" => {
            terminating(walk, run);
        }
        "QuiesceSourceApplications" | "EnsureSrcQuiesced" | "QuiesceApplications" | "EnsureQuiesced" => application(walk, run, true),
        "Verification" | "EnsureDestQuiesced" | "QuiesceDestinationApplications" => application(walk, run, false),
        "WaitForDirectImageMigrationToComplete" | "CreateDirectImageMigration" => direct::images(walk, run),
        "WaitForDirectVolumeMigrationToComplete" | "WaitForDirectVolumeMigrationToRollbackComplete" => {
            for id in walk.graph.related(run, "volume-migration").targets {
                walk.inside(id, |walk| direct::volume_migration(walk, id));
            }
        }
        _ => {}
    }
}

fn registries(walk: &mut Walk<'_>, run: ObjectId) {
    for plan in walk.graph.related(run, "plan").targets {
        for id in walk.graph.related(plan, "registry").targets {
            if walk.graph.object(id).kind() == "Pod" && !walk.is_ready(id) {
                walk.pod(id);
            }
        }
    }
}

fn hooks(walk: &mut Walk<'_>, run: ObjectId, phase: &str) {
    let name = phase.trim_end_matches("Hooks");
    for job in walk.graph.related(run, "run-jobs").targets {
        let object = walk.graph.object(job);
        let other_phase = object.label("phase").is_some_and(|label| label.trim_end_matches("Hooks") != name);
        let done = object.field("status.succeeded").and_then(crate::graph::tape::Value::as_i64).unwrap_or(0) > 0;
        if other_phase || done {
            continue;
        }
        walk.inside(job, |walk| {
            for pod in walk.graph.related(job, "pods").targets {
                walk.pod(pod);
            }
        });
    }
}

fn stage_pods(walk: &mut Walk<'_>, run: ObjectId) {
    let source = walk.source;
    for id in walk.graph.related(run, "stage-pods").targets {
        if source.is_none_or(|source| source == walk.graph.object(id).cluster) && !walk.is_ready(id) {
            walk.pod(id);
        }
    }
}

fn terminating(walk: &mut Walk<'_>, run: ObjectId) {
    for id in walk.graph.related(run, "stage-pods").targets {
        if walk.graph.object(id).deleted.is_some() {
            walk.leaf(id);
        }
    }
}

/// Pods of the application: on the source those that still run, on the target those that are not ready.
fn application(walk: &mut Walk<'_>, run: ObjectId, on_source: bool) {
    let Some(&plan) = walk.graph.related(run, "plan").targets.first() else { return };
    let plan = walk.graph.object(plan);
    let (cluster, namespaces) = if on_source { (walk.source, facts::source_namespaces(plan)) } else { (walk.target, facts::target_namespaces(plan)) };
    let Some(cluster) = cluster else { return };
    let pods: Vec<_> = walk.graph.of_kind("Pod").collect();
    for id in pods {
        let pod = walk.graph.object(id);
        let here = pod.cluster == cluster && pod.namespace.as_deref().is_some_and(|own| namespaces.iter().any(|name| name == own));
        let ended = matches!(pod.text("status.phase").as_deref(), Some("Succeeded" | "Failed"));
        let stage = super::pod_role(pod) != super::PodRole::Application;
        if here && !ended && !stage && !pod.owners.is_empty() && (on_source || !walk.is_ready(id)) {
            walk.pod(id);
        }
    }
}
