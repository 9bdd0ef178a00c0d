//! State, health and progress of an object in a few words, by what its kind means.

use crate::finding::redact::clean;
use crate::finding::view::{Health, bytes};
use crate::graph::Object;
use crate::graph::tape::Value;
use crate::mtc::{Run, StepState, Verdict};

/// State in words, and whether that is well. Nothing for kinds that have no state, or whose body is not kept.
pub(super) fn state(object: &Object) -> (Option<String>, Health) {
    let (state, health) = match object.kind() {
        "Pod" => pod(object),
        "MigPlan" | "MigCluster" | "MigStorage" | "MigHook" => ready(object),
        "DirectVolumeMigration" | "DirectImageMigration" | "DirectImageStreamMigration" => direct(object),
        "Job" => job(object),
        "Node" => node(object),
        "Route" => route(object),
        "Deployment" => workload(object, "status.readyReplicas", "spec.replicas"),
        "DaemonSet" => workload(object, "status.numberReady", "status.desiredNumberScheduled"),
        _ => phase(object),
    };
    if object.deleted.is_some() && object.kind() != "Pod" {
        let before = state.map_or_else(String::new, |state| format!(", was {state}"));
        return (Some(format!("being deleted{before}")), Health::Pending);
    }
    (state, health)
}

/// State of a run.
pub(super) fn run(run: &Run) -> (Option<String>, Health) {
    let phase = run.phase.as_deref().map(clean);
    let health = match run.verdict {
        Verdict::Succeeded => Health::Good,
        Verdict::Running | Verdict::Waiting if !run.stuck => Health::Pending,
        Verdict::Unknown | Verdict::Canceled => Health::Unknown,
        _ => Health::Bad,
    };
    let word = match run.verdict {
        Verdict::Warned => "succeeded with warnings",
        Verdict::Running if run.stuck => "stuck",
        verdict => verdict.as_str(),
    };
    let state = match phase {
        Some(phase) => format!("{} {word} in {phase}", run.kind),
        None => format!("{} {word}", run.kind),
    };
    (Some(state), health)
}

/// How far a run is: the steps of its pipeline that are over.
pub(super) fn run_progress(run: &Run) -> Option<String> {
    let over = run.pipeline.iter().filter(|step| matches!(step.state, StepState::Completed | StepState::Skipped)).count();
    (!run.pipeline.is_empty()).then(|| format!("{over} of {} steps", run.pipeline.len()))
}

/// How far the work of an object is.
pub(super) fn progress(object: &Object) -> Option<String> {
    let number = |path: &str| object.field(path).and_then(Value::as_i64).and_then(|number| u64::try_from(number).ok());
    let of = |done: Option<u64>, total: Option<u64>| Some((done.unwrap_or(0), total.filter(|&total| total > 0)?));
    match object.kind() {
        "Backup" => {
            of(number("status.progress.itemsBackedUp"), number("status.progress.totalItems")).map(|(done, all)| format!("{done} of {all} items"))
        }
        "Restore" => {
            of(number("status.progress.itemsRestored"), number("status.progress.totalItems")).map(|(done, all)| format!("{done} of {all} items"))
        }
        "PodVolumeBackup" | "PodVolumeRestore" => {
            let (done, all) = of(number("status.progress.bytesDone"), number("status.progress.totalBytes"))?;
            Some(format!("{} of {}", bytes(done), bytes(all)))
        }
        "DirectVolumeMigrationProgress" => {
            let percent = object.text("status.totalProgressPercentage").or_else(|| object.text("status.lastObservedProgressPercent"))?;
            let rate = object.text("status.lastObservedTransferRate").filter(|rate| !rate.is_empty());
            let percent = clean(&percent);
            Some(rate.map_or_else(|| percent.clone(), |rate| format!("{percent} at {}", clean(&rate)))).filter(|text| !text.is_empty())
        }
        _ => None,
    }
}

fn phase(object: &Object) -> (Option<String>, Health) {
    let Some(phase) = object.text("status.phase").filter(|phase| !phase.is_empty()) else {
        // Velero writes a phase as soon as it begins with one of these.
        let waits = object.body.is_some() && matches!(object.kind(), "Backup" | "Restore" | "PodVolumeBackup" | "PodVolumeRestore");
        return if waits { (Some("not picked up".to_owned()), Health::Pending) } else { (None, Health::Unknown) };
    };
    let health = match &*phase {
        "Completed" | "Succeeded" | "Bound" | "Available" | "Active" | "Ready" => Health::Good,
        "" | "New" | "InProgress" | "Pending" | "Queued" | "Prepared" | "Running" | "Terminating" | "Finalizing" => Health::Pending,
        bad if bad.contains("Fail") || bad.contains("Error") || matches!(bad, "Unavailable" | "Lost" | "NotReady") => Health::Bad,
        _ => Health::Unknown,
    };
    (Some(clean(&phase)), health)
}

/// MTC keeps a list of conditions; a critical one explains more than the word `NotReady`.
fn ready(object: &Object) -> (Option<String>, Health) {
    let critical = object.field("status.conditions").into_iter().flat_map(Value::items).find(|item| {
        let is = |key: &str, wanted: &[&str]| item.get(key).and_then(Value::text).is_some_and(|text| wanted.contains(&&*text));
        is("status", &["True"]) && is("category", &["Critical", "Error"])
    });
    if let Some(kind) = critical.and_then(|item| item.get("type")?.text()) {
        return (Some(clean(&kind)), Health::Bad);
    }
    if object.true_condition("Ready").is_some() {
        return (Some("Ready".to_owned()), Health::Good);
    }
    let told = object.field("status.conditions").is_some();
    if told { (Some("not Ready".to_owned()), Health::Bad) } else { (None, Health::Unknown) }
}

fn direct(object: &Object) -> (Option<String>, Health) {
    for (condition, health) in [("Failed", Health::Bad), ("Succeeded", Health::Good)] {
        if object.true_condition(condition).is_some() {
            return (Some(condition.to_owned()), health);
        }
    }
    let (state, health) = phase(object);
    // `Completed` is the last phase of the failed itinerary too, so without a condition it proves nothing.
    (state, if health == Health::Good { Health::Unknown } else { health })
}

fn job(object: &Object) -> (Option<String>, Health) {
    if object.true_condition("Failed").is_some() {
        return (Some("Failed".to_owned()), Health::Bad);
    }
    if object.true_condition("Complete").is_some() {
        return (Some("Complete".to_owned()), Health::Good);
    }
    object.body.as_ref().map_or((None, Health::Unknown), |_| (Some("Running".to_owned()), Health::Pending))
}

fn node(object: &Object) -> (Option<String>, Health) {
    if object.body.is_none() {
        return (None, Health::Unknown);
    }
    let ready = object.true_condition("Ready").is_some();
    let cordoned = object.field("spec.unschedulable").and_then(Value::as_bool) == Some(true);
    let word = if ready { "Ready" } else { "NotReady" };
    let state = if cordoned { format!("{word},SchedulingDisabled") } else { word.to_owned() };
    (Some(state), if ready { Health::Good } else { Health::Bad })
}

fn route(object: &Object) -> (Option<String>, Health) {
    let conditions = object.field("status.ingress").into_iter().flat_map(Value::items).filter_map(|ingress| ingress.get("conditions"));
    let admitted = conditions.flat_map(Value::items).find(|item| item.get("type").and_then(Value::text).as_deref() == Some("Admitted"));
    match admitted.and_then(|item| item.get("status")?.text()).as_deref() {
        Some("True") => (Some("admitted".to_owned()), Health::Good),
        Some(_) => (Some("not admitted".to_owned()), Health::Bad),
        None => (None, Health::Unknown),
    }
}

fn workload(object: &Object, ready: &str, wanted: &str) -> (Option<String>, Health) {
    if object.body.is_none() {
        return (None, Health::Unknown);
    }
    let number = |path: &str| object.field(path).and_then(Value::as_i64);
    let (ready, wanted) = (number(ready).unwrap_or(0), number(wanted).unwrap_or(0));
    (Some(format!("{ready}/{wanted} ready")), if ready >= wanted { Health::Good } else { Health::Bad })
}

/// The word that `oc get pods` prints: what keeps a container from running says more than the phase.
fn pod(object: &Object) -> (Option<String>, Health) {
    if object.body.is_none() {
        return (None, Health::Unknown);
    }
    let phase = object.text("status.phase").unwrap_or_default();
    let word = pod_word(object, &phase);
    let health = match &*word {
        "Running" | "Completed" | "Succeeded" if ready_containers(object) || &*phase == "Succeeded" => Health::Good,
        "Pending" | "ContainerCreating" | "PodInitializing" | "Terminating" | "Running" => Health::Pending,
        word if word.starts_with("Init:") && !word.contains("Err") && !word.contains("Crash") && !word.contains("Image") => Health::Pending,
        _ => Health::Bad,
    };
    let unscheduled = object.condition("PodScheduled").and_then(|item| item.get("status")?.text()).as_deref() == Some("False");
    (Some(clean(&word)), if unscheduled { Health::Bad } else { health })
}

/// The same word without a judgement, for tables.
pub(super) fn pod_word(object: &Object, phase: &str) -> String {
    if object.deleted.is_some() {
        return "Terminating".to_owned();
    }
    let statuses = |path: &str| object.field(path).into_iter().flat_map(Value::items).collect::<Vec<_>>();
    let inits = statuses("status.initContainerStatuses");
    for (at, status) in inits.iter().enumerate() {
        let exit = status.path("state.terminated.exitCode").and_then(Value::as_i64);
        let sidecar = status.get("started").and_then(Value::as_bool) == Some(true) && status.path("state.running").is_some();
        if exit == Some(0) || sidecar && phase == "Running" {
            continue;
        }
        let reason = reason(*status, "terminated").or_else(|| reason(*status, "waiting").filter(|reason| reason != "PodInitializing"));
        return match (reason, exit) {
            (Some(reason), _) => format!("Init:{reason}"),
            (None, Some(exit)) => format!("Init:ExitCode:{exit}"),
            (None, None) => format!("Init:{at}/{}", inits.len()),
        };
    }
    let mut word = object.text("status.reason").map_or_else(|| phase.to_owned(), std::borrow::Cow::into_owned);
    let mut running = false;
    for status in statuses("status.containerStatuses").into_iter().rev() {
        if let Some(waiting) = reason(status, "waiting") {
            word = waiting;
        } else if let Some(terminated) = reason(status, "terminated") {
            word = terminated;
        } else if let Some(exit) = status.path("state.terminated.exitCode").and_then(Value::as_i64) {
            word = format!("ExitCode:{exit}");
        } else {
            running |= status.get("ready").and_then(Value::as_bool) == Some(true);
        }
    }
    if word == "Completed" && running { "Running".to_owned() } else { word }
}

fn reason(status: Value<'_>, state: &str) -> Option<String> {
    let reason = status.get("state")?.get(state)?.get("reason")?.text()?;
    (!reason.is_empty()).then(|| reason.into_owned())
}

fn ready_containers(object: &Object) -> bool {
    object.field("status.containerStatuses").is_none_or(|list| list.items().all(|status| status.get("ready").and_then(Value::as_bool) == Some(true)))
}
