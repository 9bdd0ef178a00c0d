//! `migration`: one run in full, from its report, its pipeline and what the controller's log tells of its phases.

mod images;
mod steps;
mod volumes;

use std::borrow::Cow;

use super::shared;
use crate::finding::redact::clean;
use crate::finding::view::MigrationView;
use crate::finding::{Finding, Link, Migration, Report, see};
use crate::graph::relations::Side;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{ClusterId, Timestamp};
use crate::mtc::{self, Run, phases};

pub use steps::{Mark, PhaseMark};
pub(super) use volumes::target_namespace;

/// Makes the view of a run; `None` when the report does not know it. `marks` are in the order of time.
pub fn migration(graph: &Graph, report: &Report, id: ObjectId, marks: &[PhaseMark]) -> Option<MigrationView> {
    let run = mtc::migrations(graph).into_iter().find(|run| run.id == id)?;
    let told = report.migrations.iter().find(|told| told.id == run.uid.as_str())?;
    let object = graph.object(id);
    let until = run.ended.or(graph.cluster(object.cluster).now);
    let direct = graph.related(id, "volume-migration").targets;
    let waits = run.phase.as_deref().and_then(|phase| in_words(phase, run.direct_volumes.then(|| inner_phase(graph, &direct)).flatten().as_deref()));
    let (steps, mut notes) = steps::steps(&run, marks, until);
    notes.extend(gaps(graph, id));
    Some(MigrationView {
        schema: 1,
        clusters: shared::clusters(graph),
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
        duration: steps::length(run.started, until),
        phase: run.phase.as_deref().map(clean),
        waits_for: waits,
        phase_since: text(run.phase_since),
        phase_limit: run.phase_limit.map(|limit| limit.to_string()),
        look_at: told.look_at.clone(),
        source_down: told.source_down,
        superseded_by: told.superseded_by.as_ref().map(|id| report.migrations.iter().find(|run| run.id == *id).map_or(id, |run| &run.name).clone()),
        steps,
        volumes: run.volumes.iter().map(|volume| volumes::view(graph, &run, volume)).collect(),
        images: images::views(graph, &run),
        warnings: warnings(graph, &run, &direct),
        errors: object.field("status.errors").into_iter().flat_map(Value::items).filter_map(Value::text).map(|text| clean(&text)).collect(),
        hooks: hooks(graph, id),
        roots: told.root_causes.iter().filter_map(|id| finding(report, id)).map(in_a_line).collect(),
        chain: told.chain.clone(),
        because: because(report, told),
        collect: told.collect.clone(),
        see: see_for_yourself(graph, report, told),
        notes,
    })
}

/// Clusters of the run that nobody gathered, said aloud.
fn gaps(graph: &Graph, run: ObjectId) -> Vec<String> {
    let (source, target) = graph.plan_clusters(run);
    let sides = [("source", source), ("target", target)];
    let said = |(side, cluster): (&str, Option<ClusterId>)| match cluster {
        None => Some(format!("the {side} cluster is not among the inputs: what happened there is missing")),
        Some(id) if !graph.cluster(id).gathered => Some(format!("the {side} cluster {} was not gathered", clean(&graph.cluster(id).name))),
        Some(_) => None,
    };
    sides.into_iter().filter_map(said).collect()
}

/// The proof of each root in the archive, and the object to look at on its cluster.
fn see_for_yourself(graph: &Graph, report: &Report, told: &Migration) -> Vec<String> {
    let inputs = shared::inputs(graph);
    let roots = told.root_causes.iter().filter_map(|id| finding(report, id));
    let proofs = roots.filter_map(|root| root.evidence.first()).filter(|proof| !proof.path.is_empty());
    let input = |index: u32| inputs.get(index as usize).map_or("INPUT", String::as_str);
    let mut commands: Vec<String> = proofs.map(|proof| see::in_archive(&proof.place(), input(proof.input))).collect();
    if let Some(target) = &told.look_at {
        let cluster = report.clusters.iter().find(|cluster| cluster.id == target.cluster).map_or("its cluster", |cluster| &cluster.name);
        commands.extend(see::on_cluster(target).into_iter().map(|command| format!("{command}  # on {cluster}")));
    }
    commands
}

fn text(time: Option<Timestamp>) -> Option<String> {
    time.map(|time| time.to_string())
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
