//! Migrations, with roots and chains.

use super::super::attribute::Relation;
use super::super::cause::Node;
use super::super::collect;
use super::{Maker, target};
use crate::finding::redact::clean;
use crate::finding::{Link, Migration, Outcome, PipelineStep, RuleRole, Severity, Volume};
use crate::mtc::{self, Run, RunKind};
use std::collections::BTreeMap;

impl Maker<'_> {
    pub(super) fn migration(&self, index: usize, ids: &BTreeMap<usize, String>) -> Migration {
        let run = &self.runs[index];
        let verdict = &self.verdicts[index];
        let related = &self.attribution.of_run[index];
        let outcome = outcome(run);
        let green = matches!(outcome, Outcome::Succeeded | Outcome::SucceededWithWarnings);
        let denies = |found: &usize| {
            let one = &self.found[*found].1;
            one.role == RuleRole::Outcome && one.severity == Severity::Error && related[found] == Relation::Own
        };
        let mut findings: Vec<String> =
            related.iter().filter(|(_, relation)| **relation != Relation::Near).map(|(found, _)| ids[found].clone()).collect();
        findings.sort_by_key(|id| id[1..].parse::<usize>().unwrap_or(0));
        Migration {
            id: run.uid.to_string(),
            name: clean(&run.name),
            namespace: clean(&run.namespace),
            plan: run.plan.as_deref().map(clean),
            cluster: self.graph.object(run.id).cluster.label(),
            kind: kind_word(run.kind).to_owned(),
            volume_path: Some(if run.direct_volumes { "direct" } else { "velero" }.to_owned()),
            outcome,
            contradicted: green && related.keys().any(denies),
            superseded_by: run.superseded_by.and_then(|id| self.graph.object(id).uid.as_ref().map(ToString::to_string)),
            source_down: run.source_down,
            phase: if outcome == Outcome::Succeeded { None } else { run.phase.as_deref().map(clean) },
            step: run.step.as_deref().map(clean),
            phase_since: run.phase_since.map(|time| time.to_string()),
            started: run.started.map(|time| time.to_string()),
            ended: run.ended.map(|time| time.to_string()),
            pipeline: run.pipeline.iter().map(pipeline_step).collect(),
            volumes: run.volumes.iter().map(|volume| self.volume(volume)).collect(),
            look_at: run.look_at.as_ref().map(|waits| target(&waits.object)),
            root_causes: verdict.roots.iter().map(|(root, _)| ids[root].clone()).collect(),
            findings,
            chain: verdict.chain.iter().map(|node| self.link(*node, ids)).collect(),
            collect: collect::commands(self.graph, run, &verdict.lacks),
        }
    }

    pub(super) fn link(&self, node: Node, ids: &BTreeMap<usize, String>) -> Link {
        match node {
            Node::Found(index) => Link::Finding { finding: ids[&index].clone() },
            Node::Unknown(rule) => Link::Unknown { rule: self.pack.rules[rule].id.clone(), state: "unknown".to_owned() },
        }
    }

    pub(super) fn volume(&self, volume: &mtc::Volume) -> Volume {
        Volume {
            namespace: clean(&volume.namespace),
            pvc: clean(&volume.claim),
            target: clean(&volume.target),
            method: volume.method.clone(),
            bytes: volume.bytes.unwrap_or(0),
            total: volume.total.unwrap_or(0),
            state: volume.state.to_string(),
            object: volume.object.map(|id| target(&self.graph.object(id).reference())),
        }
    }
}

/// Outcome of a run in the words of the report.
pub(super) fn outcome(run: &Run) -> Outcome {
    use mtc::Verdict as V;
    match run.verdict {
        V::Succeeded => Outcome::Succeeded,
        V::Warned => Outcome::SucceededWithWarnings,
        V::Failed => Outcome::Failed,
        V::Canceled => Outcome::Canceled,
        V::Blocked => Outcome::Blocked,
        V::Running if run.stuck => Outcome::Stuck,
        V::Running | V::Waiting => Outcome::Running,
        V::Unknown => Outcome::Unknown,
    }
}

fn kind_word(kind: RunKind) -> &'static str {
    match kind {
        RunKind::Stage => "stage",
        RunKind::Final => "final",
        RunKind::Rollback => "rollback",
        RunKind::State => "state",
        RunKind::Conversion => "conversion",
    }
}

fn pipeline_step(step: &mtc::Step) -> PipelineStep {
    PipelineStep {
        step: clean(&step.name),
        phase: step.phase.as_deref().map(clean),
        started: step.started.map(|time| time.to_string()),
        ended: step.ended.map(|time| time.to_string()),
        state: step.state.to_string(),
    }
}
