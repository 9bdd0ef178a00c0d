//! `migration`: one run in full, from its report, its pipeline and what the controller's log tells of its phases.

use std::borrow::Cow;

use crate::finding::redact::clean;
use crate::finding::view::{MigrationView, PhaseView, StepView, VolumeView};
use crate::finding::{Finding, Link, Migration, Report};
use crate::graph::relations::Side;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Span, Timestamp};
use crate::mtc::{self, Run, StepState, Volume, phases};

/// A phase that the controller's log says is over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PhaseSpan {
    /// The phase.
    pub phase: String,
    /// When it ended.
    pub ended: Timestamp,
    /// How long it took.
    pub elapsed: Option<Span>,
}

/// Makes the view of a run; `None` when the report does not know it. `spans` are in the order of time.
pub fn migration(graph: &Graph, report: &Report, id: ObjectId, spans: &[PhaseSpan]) -> Option<MigrationView> {
    let run = mtc::migrations(graph).into_iter().find(|run| run.id == id)?;
    let told = report.migrations.iter().find(|told| told.id == run.uid.as_str())?;
    let object = graph.object(id);
    let until = run.ended.or(graph.cluster(object.cluster).now);
    let direct = graph.related(id, "volume-migration").targets;
    let waits = run.phase.as_deref().and_then(|phase| in_words(phase, run.direct_volumes.then(|| inner_phase(graph, &direct)).flatten().as_deref()));
    Some(MigrationView {
        schema: 1,
        name: clean(&run.name),
        namespace: clean(&run.namespace),
        id: clean(run.uid.as_str()),
        plan: run.plan.as_deref().map(clean),
        cluster: clean(&graph.cluster(object.cluster).name),
        kind: run.kind.as_str().to_owned(),
        outcome: told.outcome,
        itinerary: object.text("status.itinerary").map(|text| clean(&text)),
        volume_path: told.volume_path.clone(),
        started: text(run.started),
        ended: text(run.ended),
        duration: length(run.started, until),
        phase: run.phase.as_deref().map(clean),
        waits_for: waits,
        phase_since: text(run.phase_since),
        phase_limit: run.phase_limit.map(|limit| limit.to_string()),
        look_at: told.look_at.clone(),
        source_down: told.source_down,
        superseded_by: told.superseded_by.as_ref().map(|id| report.migrations.iter().find(|run| run.id == *id).map_or(id, |run| &run.name).clone()),
        steps: steps(&run, spans, until),
        volumes: run.volumes.iter().map(|volume| of_volume(graph, &run, volume)).collect(),
        warnings: warnings(graph, &run, &direct),
        errors: object.field("status.errors").into_iter().flat_map(Value::items).filter_map(Value::text).map(|text| clean(&text)).collect(),
        hooks: hooks(graph, id),
        roots: told.root_causes.iter().filter_map(|id| finding(report, id)).map(in_a_line).collect(),
        chain: told.chain.clone(),
        because: because(report, told),
        collect: told.collect.clone(),
    })
}

fn text(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
}

fn length(from: Option<Timestamp>, to: Option<Timestamp>) -> Option<String> {
    Some(to?.since(from?).to_string())
}

/// What a phase waits for: `Restore, PodVolumeRestore or Pod on the target; velero and node-agent do the work`.
fn in_words(phase: &str, inner: Option<&str>) -> Option<String> {
    let outer = phases::info(phase)?;
    let row = inner.and_then(phases::volume_info).filter(|_| outer.phase.starts_with("WaitForDirectVolume")).unwrap_or(outer);
    let things: Vec<String> = row.waits_for.iter().map(|(kind, side)| format!("{kind} on {}", side_in_words(*side))).collect();
    let programs: Vec<&str> = row.components.iter().map(|component| component.as_str()).collect();
    let within = if row.phase == outer.phase { String::new() } else { format!("{} of the DirectVolumeMigration: ", row.phase) };
    let things = if things.is_empty() { "nothing but the controller itself".to_owned() } else { things.join(", ") };
    Some(format!("{within}{things}; the work is done by {}", programs.join(", ")))
}

fn side_in_words(side: Side) -> &'static str {
    match side {
        Side::Host => "the host",
        Side::Source => "the source",
        Side::Target => "the target",
        Side::Both => "both sides",
        Side::Same => "the same cluster",
    }
}

/// The phase of the `DirectVolumeMigration`, which goes through phases of its own.
fn inner_phase(graph: &Graph, direct: &[ObjectId]) -> Option<String> {
    let object = graph.object(*direct.first()?);
    let failed = object.true_condition("Failed").and_then(|condition| condition.get("reason")).and_then(Value::text);
    Some(failed.or_else(|| object.text("status.phase"))?.into_owned())
}

fn steps(run: &Run, spans: &[PhaseSpan], until: Option<Timestamp>) -> Vec<StepView> {
    let mut left: Vec<&PhaseSpan> = spans.iter().collect();
    let mut steps: Vec<StepView> = Vec::new();
    for step in &run.pipeline {
        let mut own = Vec::new();
        left.retain(|span| {
            // The clock of the log has fractions that the status has not.
            let inside = step.started.is_some_and(|from| span.ended >= from) && step.ended.is_none_or(|to| span.ended.secs() <= to.secs() + 1);
            if inside {
                own.push(completed(span));
            }
            !inside
        });
        // The controller clears the phase of a step when the run moves on to clean up.
        let current = run.phase.as_deref().filter(|_| run.step.as_deref() == Some(step.name.as_str()));
        if let Some(phase) = current.filter(|_| matches!(step.state, StepState::Failed | StepState::Running))
            && !own.iter().any(|known| known.phase == phase)
        {
            let began = own.last().and_then(|last| Some(Timestamp::parse(last.started.as_deref()?)?.plus(Span::parse(last.duration.as_deref()?)?)));
            let began = began.or(run.phase_since).or(step.started);
            own.push(PhaseView {
                phase: clean(phase),
                started: text(began),
                duration: length(began, step.ended.or(until)),
                state: step.state.as_str().to_owned(),
                from: "status".to_owned(),
            });
        }
        steps.push(StepView {
            step: clean(&step.name),
            started: text(step.started),
            duration: length(step.started, step.ended.or(until.filter(|_| step.state == StepState::Running))),
            state: step.state.as_str().to_owned(),
            phases: own,
        });
    }
    steps
}

fn completed(span: &PhaseSpan) -> PhaseView {
    let started = span.elapsed.map(|elapsed| span.ended.plus(Span::from_nanos(-elapsed.nanos())));
    PhaseView {
        phase: if span.phase.is_empty() { "Created".to_owned() } else { clean(&span.phase) },
        started: text(started),
        duration: span.elapsed.map(|elapsed| elapsed.to_string()),
        state: "completed".to_owned(),
        from: "log".to_owned(),
    }
}

fn of_volume(graph: &Graph, run: &Run, volume: &Volume) -> VolumeView {
    let reporter = volume.object.map(|id| graph.object(id));
    let fact = |path: &str| reporter.and_then(|object| object.field(path)).and_then(Value::as_i64);
    let attempts = fact("mtc.attempts").and_then(|count| u64::try_from(count).ok()).or_else(|| operation(graph, run, volume));
    VolumeView {
        namespace: clean(&volume.namespace),
        pvc: clean(&volume.claim),
        target: clean(&volume.target),
        method: clean(&volume.method),
        state: volume.state.as_str().to_owned(),
        bytes: volume.bytes,
        total: volume.total,
        attempts,
        exit_code: fact("mtc.exit_code"),
        target_state: target_state(graph, run, volume),
        object: reporter.map(|object| clean(&object.reference().to_string())),
    }
}

/// Attempts by the count that the `DirectVolumeMigration` itself keeps.
fn operation(graph: &Graph, run: &Run, volume: &Volume) -> Option<u64> {
    let of = |item: Value<'_>, path: &str| item.path(path).and_then(Value::text).map(Cow::into_owned).unwrap_or_default();
    graph.related(run.id, "volume-migration").targets.into_iter().find_map(|id| {
        let operations = graph.object(id).field("status.rsyncOperations")?;
        let own = operations
            .items()
            .find(|item| of(*item, "pvcReference.name") == volume.claim && of(*item, "pvcReference.namespace") == volume.namespace)?;
        u64::try_from(own.get("currentAttempt")?.as_i64()?).ok()
    })
}

fn target_state(graph: &Graph, run: &Run, volume: &Volume) -> Option<String> {
    let target = graph.plan_clusters(run.id).1?;
    let namespace = target_namespace(graph, run, &volume.namespace);
    let id = graph.find(target, "PersistentVolumeClaim", Some(&namespace), &volume.target).next()?;
    Some(clean(&graph.object(id).text("status.phase")?))
}

fn target_namespace(graph: &Graph, run: &Run, source: &str) -> String {
    let plans = graph.related(run.id, "plan").targets;
    let mapped = plans.iter().filter_map(|&plan| graph.object(plan).field("spec.namespaces")).flat_map(Value::items).filter_map(Value::text);
    mapped
        .into_iter()
        .find_map(|pair| Some(pair.split_once(':').filter(|(from, _)| *from == source)?.1.to_owned()))
        .unwrap_or_else(|| source.to_owned())
}

fn warnings(graph: &Graph, run: &Run, direct: &[ObjectId]) -> Vec<String> {
    let plans = graph.related(run.id, "plan").targets;
    let all = [run.id].into_iter().chain(plans).chain(direct.iter().copied());
    all.flat_map(|id| of_conditions(graph.object(id))).collect()
}

fn of_conditions(object: &Object) -> Vec<String> {
    let mut found = Vec::new();
    for condition in object.field("status.conditions").into_iter().flat_map(Value::items) {
        let word = |key: &str| condition.get(key).and_then(Value::text).map(Cow::into_owned).unwrap_or_default();
        if word("status") == "True" && matches!(&*word("category"), "Warn" | "Error" | "Critical") {
            found.push(clean(&format!("{} {}: {}: {}", object.kind(), object.name, word("type"), word("message"))));
        }
    }
    found
}

fn hooks(graph: &Graph, run: ObjectId) -> Vec<String> {
    let number = |job: &Object, path: &str| job.field(path).and_then(Value::as_i64).unwrap_or(0);
    let jobs = graph.related(run, "run-jobs").targets;
    let line = |job: &Object| {
        let phase = job.label("phase").unwrap_or("hook");
        let how = format!("{} succeeded, {} failed", number(job, "status.succeeded"), number(job, "status.failed"));
        clean(&format!("{phase}: {} on {}: {how}", job.reference(), graph.cluster(job.cluster).name))
    };
    jobs.into_iter().map(|id| line(graph.object(id))).collect()
}

fn finding<'r>(report: &'r Report, id: &str) -> Option<&'r Finding> {
    report.findings.iter().find(|finding| finding.id == id)
}

fn in_a_line(finding: &Finding) -> String {
    format!("{} {} ({} confidence): {}", finding.id, finding.rule, finding.confidence, finding.message)
}

fn because(report: &Report, told: &Migration) -> Vec<String> {
    let words = |link: &Link| match link {
        Link::Finding { finding: id } => finding(report, id).map_or_else(|| id.clone(), |finding| format!("{id} {}", finding.message)),
        Link::Unknown { rule, .. } => format!("{rule}: not collected"),
    };
    told.chain.iter().map(words).collect()
}
