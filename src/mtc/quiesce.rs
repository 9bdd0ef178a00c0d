//! Whether the application is down on the source.

use super::phases::is_after;
use super::run::{Step, StepState};
use super::verdict::Judged;
use super::{Answer, Verdict};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
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

/// A workload that quiescing stopped and that still stands still.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Stopped {
    /// The workload.
    pub(super) id: ObjectId,
    /// Replicas, or parallelism of a job, before it was stopped.
    pub(super) replicas: Option<u64>,
    /// The command that undoes it, on the source.
    pub(super) undo: Option<String>,
}

/// What the workloads of the plan's namespaces say: which are down, and whether all of them could be asked.
fn asked(graph: &Graph, run: ObjectId) -> Option<(Vec<Stopped>, bool)> {
    let source = graph.plan_clusters(run).0?;
    let &plan = graph.related(run, "plan").targets.first()?;
    let namespaces = super::facts::source_namespaces(graph.object(plan));
    if namespaces.is_empty() {
        return None;
    }
    let (mut seen, mut unread, mut down) = (false, false, Vec::new());
    for id in WORKLOADS.iter().flat_map(|kind| graph.of_kind(kind)) {
        let object = graph.object(id);
        let ours = object.cluster == source && object.namespace.as_deref().is_some_and(|own| namespaces.iter().any(|name| name == own));
        if ours {
            seen = true;
            unread |= object.body.is_none();
            down.extend(down_with(object).map(|(replicas, undo)| Stopped { id, replicas, undo }));
        }
    }
    Some((down, seen && !unread && covered(graph, source, &namespaces)))
}

/// Workloads that a run stopped on the source and that are still down.
pub(super) fn stopped(graph: &Graph, run: ObjectId) -> Vec<Stopped> {
    asked(graph, run).map(|(down, _)| down).unwrap_or_default()
}

/// Yes with a workload that is down, no when all were gathered and none is.
fn marked(graph: &Graph, run: ObjectId) -> Answer {
    match asked(graph, run) {
        Some((down, _)) if !down.is_empty() => Answer::Yes,
        Some((_, true)) => Answer::No,
        _ => Answer::Unknown,
    }
}

/// Whether a marked workload is down, with its former replicas and the command that brings them back. The mark stays when somebody
/// scales the workload up by hand, and one that had no replicas before is not down because of the run.
fn down_with(object: &Object) -> Option<(Option<u64>, Option<String>)> {
    let marks = object.field("metadata.annotations")?;
    let mark = |at: usize| marks.get(MARKS[at]).and_then(Value::text);
    let number = |path: &str| object.field(path).and_then(Value::as_i64);
    let (kind, name, namespace) = (object.kind().to_lowercase(), &object.name, object.namespace.as_deref().unwrap_or_default());
    // What goes into a command line comes from a file that anyone may have written.
    let plain = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte));
    let safe = plain(name) && plain(namespace);
    let patch = |spec: String| format!("oc patch {kind}/{name} -n {namespace} --type=merge -p '{{\"spec\":{{{spec}}}}}'");
    if let Some(before) = mark(0) {
        let before = before.parse::<u64>().ok();
        let is_job = object.kind() == "Job";
        let now = number(if is_job { "spec.parallelism" } else { "spec.replicas" });
        if before == Some(0) || now.is_some_and(|now| now > 0) {
            return None;
        }
        let undo = before.map(|before| {
            if is_job { patch(format!("\"parallelism\":{before}")) } else { format!("oc scale {kind}/{name} --replicas={before} -n {namespace}") }
        });
        return Some((before, undo.filter(|_| safe)));
    }
    let suspended = mark(1).is_some() && object.field("spec.suspend").and_then(Value::as_bool) != Some(false);
    if suspended {
        return Some((None, Some(patch("\"suspend\":false".to_owned())).filter(|_| safe)));
    }
    let displaced = mark(2).is_some() && object.field("spec.nodeSelector").is_none_or(|selector| selector.get(QUIESCED_NODES).is_some());
    if displaced {
        return Some((None, Some(patch(format!("\"nodeSelector\":{{\"{QUIESCED_NODES}\":null}}"))).filter(|_| safe)));
    }
    None
}

/// A label that no node has; quiescing asks for it in the pods of a `DaemonSet`.
const QUIESCED_NODES: &str = "migration.openshift.io/quiesceDaemonSet";

fn covered(graph: &Graph, cluster: ClusterId, namespaces: &[String]) -> bool {
    ["Deployment", "DeploymentConfig", "StatefulSet"]
        .iter()
        .all(|kind| namespaces.iter().all(|namespace| graph.coverage.objects(cluster, kind, Some(namespace)).is_full()))
}

#[cfg(test)]
mod tests {
    use serde_json::{Value as Json, json};

    use super::*;
    use crate::mtc::testing::Case;

    #[expect(clippy::needless_pass_by_value, reason = "tests read better without a reference before every `json!`")]
    fn down(kind: &str, annotations: Json, spec: Json) -> Option<(Option<u64>, Option<String>)> {
        let mut case = Case::new(1);
        case.add(0, json!({"kind": kind, "metadata": {"name": "web", "namespace": "app", "annotations": annotations}, "spec": spec}));
        let graph = case.freeze();
        down_with(graph.object(graph.ids().next().unwrap()))
    }

    #[test]
    fn a_stopped_workload_tells_how_to_start_it() {
        let scaled = down("StatefulSet", json!({"migration.openshift.io/preQuiesceReplicas": "3"}), json!({"replicas": 0}));
        assert_eq!(scaled, Some((Some(3), Some("oc scale statefulset/web --replicas=3 -n app".to_owned()))));
        let job = down("Job", json!({"migration.openshift.io/preQuiesceReplicas": "2"}), json!({"parallelism": 0}));
        assert_eq!(job.unwrap().1.unwrap(), "oc patch job/web -n app --type=merge -p '{\"spec\":{\"parallelism\":2}}'");
        let cron = down("CronJob", json!({"migration.openshift.io/preQuiesceSuspend": "true"}), json!({"suspend": true}));
        assert_eq!(cron.unwrap().1.unwrap(), "oc patch cronjob/web -n app --type=merge -p '{\"spec\":{\"suspend\":false}}'");
        let set = json!({"nodeSelector": {"migration.openshift.io/quiesceDaemonSet": "true"}});
        assert!(down("DaemonSet", json!({"migration.openshift.io/preQuiesceNodeSelector": "{}"}), set).is_some());
    }

    #[test]
    fn a_workload_that_runs_or_never_ran_is_not_down() {
        let mark = |replicas: &str| json!({"migration.openshift.io/preQuiesceReplicas": replicas});
        assert_eq!(down("Deployment", mark("3"), json!({"replicas": 3})), None, "somebody scaled it up by hand");
        assert_eq!(down("Deployment", mark("0"), json!({"replicas": 0})), None, "it had no replicas before");
        assert_eq!(down("Deployment", json!({}), json!({"replicas": 0})), None, "not by a migration");
    }

    #[test]
    fn a_forged_name_gets_into_no_command() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "Deployment", "metadata": {"name": "web; reboot", "namespace": "app",
                "annotations": {"migration.openshift.io/preQuiesceReplicas": "1"}}, "spec": {"replicas": 0}}),
        );
        let graph = case.freeze();
        assert_eq!(down_with(graph.object(graph.ids().next().unwrap())), Some((Some(1), None)));
    }
}
