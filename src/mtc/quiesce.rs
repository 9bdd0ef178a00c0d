//! Whether the application is down on the source.

use super::phases::is_after;
use super::run::{Step, StepState};
use super::verdict::Judged;
use super::{Answer, Verdict};
use crate::graph::tape::Value;
use crate::graph::{Graph, ObjectId};
use crate::model::ClusterId;

const WORKLOADS: &[&str] = &["Deployment", "DeploymentConfig", "StatefulSet", "ReplicaSet", "DaemonSet", "CronJob", "Job", "VirtualMachine"];

/// Marks that quiescing leaves on a workload and un-quiescing takes away.
const MARKS: &[&str] = &[
    "migration.openshift.io/preQuiesceReplicas",
    "migration.openshift.io/preQuiesceSuspend",
    "migration.openshift.io/preQuiesceNodeSelector",
    "migration.openshift.io/preQuiescePaused",
];

/// The run stopped the application and neither it nor its cancellation started it again.
///
/// A run that succeeded is left out, since there the application is meant to be down on the source. A failed one never starts
/// it again by itself: its clean-up phases are skipped.
pub(super) fn source_down(graph: &Graph, run: ObjectId, judged: &Judged, pipeline: &[Step]) -> bool {
    let asked = graph.object(run).field("spec.quiescePods").and_then(Value::as_bool) == Some(true);
    if !asked || judged.verdict.is_green() {
        return false;
    }
    let unquiesced = pipeline.iter().any(|step| step.name == "CleanupUnquiesce" && step.state == StepState::Completed);
    if unquiesced {
        return false;
    }
    match marked(graph, run) {
        Answer::Yes => true,
        Answer::No => false,
        Answer::Unknown => passed(graph, run, judged, pipeline),
    }
}

/// Whether the run got past the phase that stops the application.
pub(super) fn passed(graph: &Graph, run: ObjectId, judged: &Judged, pipeline: &[Step]) -> bool {
    let begun = pipeline.iter().filter(|step| step.started.is_some()).filter_map(|step| step.phase.as_deref());
    let reached: Vec<&str> = judged.phase.as_deref().into_iter().chain(begun).collect();
    if judged.verdict.is_green() {
        return true;
    }
    if matches!(judged.verdict, Verdict::Waiting | Verdict::Unknown) && reached.is_empty() {
        return false;
    }
    reached.iter().any(|phase| {
        let late = is_after(phase, "QuiesceApplications") == Some(true);
        let early = is_after(phase, "QuiesceSourceApplications") == Some(true);
        // From 1.8 on the application is stopped before the stage pods are made, formerly just before the data is copied.
        let before_cleanup = is_after("Canceling", phase) == Some(true);
        before_cleanup && (late || (early && stops_early(graph, run, phase)))
    })
}

fn stops_early(graph: &Graph, run: ObjectId, phase: &str) -> bool {
    if phase == "EnsureSrcQuiesced" {
        return true;
    }
    let version = graph.cluster(graph.object(run).cluster).mtc.as_deref();
    let mut parts = version.unwrap_or_default().trim_start_matches('v').split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    (parts.next().unwrap_or(0), parts.next().unwrap_or(0)) >= (1, 8)
}

/// What the workloads of the plan's namespaces say: yes with a mark, no when all were gathered and none has one.
fn marked(graph: &Graph, run: ObjectId) -> Answer {
    let Some(source) = graph.plan_clusters(run).0 else { return Answer::Unknown };
    let Some(&plan) = graph.related(run, "plan").targets.first() else { return Answer::Unknown };
    let namespaces = super::facts::source_namespaces(graph.object(plan));
    if namespaces.is_empty() {
        return Answer::Unknown;
    }
    let (mut seen, mut unread) = (false, false);
    for id in WORKLOADS.iter().flat_map(|kind| graph.of_kind(kind)) {
        let object = graph.object(id);
        let ours = object.cluster == source && object.namespace.as_deref().is_some_and(|own| namespaces.iter().any(|name| name == own));
        if !ours {
            continue;
        }
        seen = true;
        unread |= object.body.is_none();
        let marks = object.field("metadata.annotations");
        if MARKS.iter().any(|mark| marks.and_then(|map| map.get(mark)).is_some()) {
            return Answer::Yes;
        }
    }
    if seen && !unread && covered(graph, source, &namespaces) { Answer::No } else { Answer::Unknown }
}

fn covered(graph: &Graph, cluster: ClusterId, namespaces: &[String]) -> bool {
    ["Deployment", "DeploymentConfig", "StatefulSet"]
        .iter()
        .all(|kind| namespaces.iter().all(|namespace| graph.coverage.objects(cluster, kind, Some(namespace)).is_full()))
}
