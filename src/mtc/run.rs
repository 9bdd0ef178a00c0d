//! Every `MigMigration` with its story: verdict, phase, times, volumes, and what it waits for.

use std::fmt;
use std::sync::Arc;

use rayon::prelude::*;

use super::facts::{direct_volumes, is_intra_cluster, maps_namespaces};
use super::verdict::{Judged, judge};
use super::volumes::{Volume, volumes};
use super::waits::{Waits, look_at};
use super::{Answer, Verdict, phases, progress, quiesce};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Span, Timestamp, Uid};

/// What a run is meant to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum RunKind {
    /// Copies data while the application runs.
    Stage,
    /// Moves the application.
    Final,
    /// Undoes a final migration.
    Rollback,
    /// Moves volumes only.
    State,
    /// Changes the storage class inside one cluster.
    Conversion,
}

impl RunKind {
    /// The word used in rules and reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::Final => "final",
            Self::Rollback => "rollback",
            Self::State => "state",
            Self::Conversion => "conversion",
        }
    }
}

impl fmt::Display for RunKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// How a pipeline step stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum StepState {
    /// Not begun.
    Pending,
    /// Under way.
    Running,
    /// Done.
    Completed,
    /// Failed.
    Failed,
    /// Left out.
    Skipped,
}

impl StepState {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Pending => "pending",
            Self::Running => "running",
            Self::Completed => "completed",
            Self::Failed => "failed",
            Self::Skipped => "skipped",
        }
    }
}

impl fmt::Display for StepState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One step of `status.pipeline`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// Name, such as `StageRestore`.
    pub name: String,
    /// Its last phase.
    pub phase: Option<String>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended.
    pub ended: Option<Timestamp>,
    /// How it stands.
    pub state: StepState,
}

/// One `MigMigration`.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "four independent facts that a report prints one by one")]
pub struct Run {
    /// The object.
    pub id: ObjectId,
    /// Its UID; `namespace/name` where the object has none, so that two runs never share one.
    pub uid: Uid,
    /// Its name.
    pub name: Arc<str>,
    /// Its namespace.
    pub namespace: Arc<str>,
    /// Name of its plan, gathered or not.
    pub plan: Option<Arc<str>>,
    /// What it is meant to do.
    pub kind: RunKind,
    /// How it stands.
    pub verdict: Verdict,
    /// Volumes are copied by rsync, not by Velero.
    pub direct_volumes: bool,
    /// The phase that failed or waits.
    pub phase: Option<String>,
    /// Since when; of a failed run, when the step of that phase began.
    pub phase_since: Option<Timestamp>,
    /// How long that phase may take.
    pub phase_limit: Option<Span>,
    /// Whether anything moves.
    pub progressing: Answer,
    /// The pipeline step of that phase.
    pub step: Option<String>,
    /// When it began.
    pub started: Option<Timestamp>,
    /// When it ended, if it did.
    pub ended: Option<Timestamp>,
    /// Its pipeline.
    pub pipeline: Vec<Step>,
    /// A later run of the same plan and type that succeeded.
    pub superseded_by: Option<ObjectId>,
    /// The application was stopped on the source and not started again.
    pub source_down: bool,
    /// It runs, is over its limit, and nothing is known to move.
    pub stuck: bool,
    /// It is the last of its plan.
    pub latest: bool,
    /// The condition that blocks it.
    pub blocker: Option<String>,
    /// What became of each volume.
    pub volumes: Vec<Volume>,
    /// The deepest object that blocks it.
    pub look_at: Option<Waits>,
}

impl Run {
    /// How long its phase has lasted at the end of its cluster's gather, or had lasted when it failed.
    pub fn phase_age(&self, graph: &Graph) -> Option<Span> {
        let until = self.ended.or(graph.cluster(graph.object(self.id).cluster).now)?;
        Some(until.since(self.phase_since?))
    }
}

/// Every `MigMigration`, newest first.
pub fn migrations(graph: &Graph) -> Vec<Run> {
    let ids: Vec<ObjectId> = graph.of_kind("MigMigration").collect();
    let mut runs: Vec<Run> = ids.into_par_iter().map(|id| run(graph, id)).collect();
    runs.sort_by(|a, b| (b.began(graph), &a.name, a.id).cmp(&(a.began(graph), &b.name, b.id)));
    relate(graph, &mut runs);
    runs
}

impl Run {
    /// Creation is what orders runs; a run that waits in the queue has not started yet.
    fn began(&self, graph: &Graph) -> Option<Timestamp> {
        graph.object(self.id).created.or(self.started)
    }
}

/// Fills what only the other runs of the plan can tell. `runs` are newest first.
fn relate(graph: &Graph, runs: &mut [Run]) {
    for at in 0..runs.len() {
        let (newer, rest) = runs.split_at_mut(at);
        let Some(run) = rest.first_mut() else { continue };
        let mut later = newer
            .iter()
            .rev()
            .filter(|other| other.plan.is_some() && other.plan == run.plan && graph.object(other.id).cluster == graph.object(run.id).cluster);
        run.latest = later.clone().next().is_none();
        if !run.verdict.is_green() {
            run.superseded_by = later.clone().find(|other| other.kind == run.kind && other.verdict.is_green()).map(|other| other.id);
        }
        let undone = later.any(|other| other.verdict.is_green() && matches!(other.kind, RunKind::Final | RunKind::Rollback));
        run.source_down &= !undone;
    }
}

fn run(graph: &Graph, id: ObjectId) -> Run {
    let object = graph.object(id);
    let judged = judge(object);
    let pipeline = pipeline(object);
    let kind = kind(graph, id);
    let now = graph.cluster(object.cluster).now;
    let step = judged.phase.as_deref().and_then(|phase| step_of(&pipeline, phase)).cloned();
    let phase_since = match judged.verdict {
        Verdict::Failed => step.as_ref().and_then(|step| step.started),
        verdict if verdict.is_final() => None,
        _ => judged.at.or_else(|| step.as_ref()?.started),
    };
    let ended = judged.verdict.is_final().then(|| judged.at.or_else(|| pipeline.iter().filter_map(|step| step.ended).max())).flatten();
    let phase_limit = judged.phase.as_deref().and_then(|phase| limit(graph, id, phase));
    let progressing = match judged.verdict {
        Verdict::Running => progress::of_run(graph, id, judged.phase.as_deref()),
        Verdict::Unknown => Answer::Unknown,
        _ => Answer::No,
    };
    let over = match (phase_since, now, phase_limit) {
        (Some(since), Some(now), Some(limit)) => now.since(since) > limit,
        _ => false,
    };
    let step = step.map(|step| step.name).or_else(|| {
        let row = phases::info(judged.phase.as_deref()?)?;
        (!pipeline.is_empty() || judged.verdict == Verdict::Failed).then(|| row.step.to_owned())
    });
    let namespace: Arc<str> = object.namespace.clone().unwrap_or_default();
    let source_down = quiesce::source_down(graph, id, &judged, &pipeline);
    Run {
        id,
        uid: object.uid.clone().unwrap_or_else(|| Uid::from(&*format!("{namespace}/{}", object.name))),
        name: object.name.clone(),
        namespace,
        plan: object.text("spec.migPlanRef.name").map(Arc::from),
        kind,
        verdict: judged.verdict,
        direct_volumes: direct_volumes(graph, id),
        phase: judged.phase.clone(),
        phase_since,
        phase_limit,
        progressing,
        step,
        started: started(object, &pipeline),
        ended,
        stuck: judged.verdict == Verdict::Running && over && progressing != Answer::Yes,
        pipeline,
        superseded_by: None,
        source_down,
        latest: true,
        look_at: needs_look(&judged).then(|| look_at(graph, id)).flatten(),
        blocker: judged.blocker,
        volumes: volumes(graph, id, judged.verdict),
    }
}

fn needs_look(judged: &Judged) -> bool {
    !judged.verdict.is_green() && judged.verdict != Verdict::Canceled
}

/// Rollback wins over the other flags, as in the controller.
pub(super) fn kind(graph: &Graph, id: ObjectId) -> RunKind {
    let object = graph.object(id);
    let set = |path| object.field(path).and_then(Value::as_bool) == Some(true);
    if set("spec.rollback") {
        return RunKind::Rollback;
    }
    let marked = object.field("metadata.annotations").and_then(|map| map.get("migration.openshift.io/state-transfer")).is_some();
    if set("spec.migrateState") || marked {
        let plan = graph.related(id, "plan").targets.first().copied();
        let converts = plan.is_some_and(|plan| is_intra_cluster(graph, plan) && !maps_namespaces(graph.object(plan)));
        return if converts { RunKind::Conversion } else { RunKind::State };
    }
    if set("spec.stage") { RunKind::Stage } else { RunKind::Final }
}

/// Hooks may last as long as the plan allows them; everything else has a fixed limit.
pub(super) fn limit(graph: &Graph, run: ObjectId, phase: &str) -> Option<Span> {
    let row = phases::info(phase)?;
    let Some(hook_phase) = row.phase.strip_suffix("Hooks") else { return Some(row.limit) };
    let plan = graph.related(run, "plan").targets.first().copied();
    let allowed = plan.and_then(|plan| {
        let plan = graph.object(plan);
        let hooks = plan.field("spec.hooks")?;
        let entry = hooks.items().find(|hook| hook.get("phase").and_then(Value::text).as_deref() == Some(hook_phase))?;
        let name = entry.path("reference.name")?.text()?;
        let namespace = entry.path("reference.namespace").and_then(Value::text);
        let hook = graph.find(plan.cluster, "MigHook", namespace.as_deref().or(plan.namespace.as_deref()), &name).next()?;
        graph.object(hook).field("spec.activeDeadlineSeconds")?.as_i64()
    });
    Some(allowed.filter(|&seconds| seconds > 0).map_or(row.limit, Span::from_secs))
}

fn started(object: &Object, pipeline: &[Step]) -> Option<Timestamp> {
    object.time("status.startTimestamp").or_else(|| pipeline.iter().filter_map(|step| step.started).min()).or(object.created)
}

/// The step that names the phase; several may, since cleaning up repeats phases, and then the one that is not over counts.
fn step_of<'p>(pipeline: &'p [Step], phase: &str) -> Option<&'p Step> {
    let named = |step: &&Step| step.phase.as_deref().is_some_and(|other| phases::canonical(other) == phase);
    let open = |step: &&Step| matches!(step.state, StepState::Failed | StepState::Running);
    pipeline
        .iter()
        .find(|step| named(step) && open(step))
        .or_else(|| pipeline.iter().find(named))
        .or_else(|| pipeline.iter().find(|step| step.state == StepState::Failed))
        .or_else(|| {
            let row = phases::info(phase)?;
            pipeline.iter().find(|step| step.name == row.step)
        })
}

/// Reads `status.pipeline`.
pub(super) fn pipeline(object: &Object) -> Vec<Step> {
    let steps = object.field("status.pipeline").into_iter().flat_map(Value::items);
    steps
        .filter_map(|step| {
            let word = |key| step.get(key).and_then(Value::text).map(std::borrow::Cow::into_owned);
            let time = |key| Timestamp::parse(&word(key)?);
            let set = |key| step.get(key).and_then(Value::as_bool) == Some(true);
            let state = if set("failed") {
                StepState::Failed
            } else if set("skipped") {
                StepState::Skipped
            } else if time("completed").is_some() {
                StepState::Completed
            } else if time("started").is_some() {
                StepState::Running
            } else {
                StepState::Pending
            };
            Some(Step {
                name: word("name")?,
                phase: word("phase").filter(|phase| !phase.is_empty()),
                started: time("started"),
                ended: time("completed"),
                state,
            })
        })
        .collect()
}
