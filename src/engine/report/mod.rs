//! Puts together the report: findings with stable ids, migrations with roots and chains, rules with their state.

mod facts;
mod findings;
mod runs;
mod unexplained;

use std::collections::BTreeMap;

use rayon::prelude::*;

use super::attribute;
use super::attribute::{Attribution, Relation};
use super::cause::{Case, Keys, Verdict};
use super::fold;
use crate::engine::case::subject;
use crate::finding::redact::{MASK, clean};
use crate::finding::{Evidence, Finding, Outcome, Report, RuleRole, Severity, Suppressed, Target, Tool};
use crate::graph::{Graph, Role};
use crate::model::ObjectRef;
use crate::mtc::{self, Run};
use crate::rules::{Ignored, Match, Pack, RuleResult, Subject};

/// Makes the report of a case from what its rules gave. Findings of ignored rules are left out and listed as suppressed.
pub fn report(graph: &Graph, pack: &Pack, results: &[RuleResult], ignore: &[Ignored]) -> Report {
    let runs = mtc::migrations(graph);
    let all = results.iter().flat_map(|result| result.matches.iter().map(|one| (result.rule, one.clone())));
    let mut found = Vec::new();
    let mut suppressed = Vec::new();
    for (rule, one) in all {
        let id = &pack.rules[rule].id;
        match ignore.iter().find(|entry| entry.rule == *id && entry.on.as_deref().is_none_or(|on| on == subject(graph, &one.subject))) {
            Some(entry) => suppressed.push(Suppressed {
                finding: format!("{id}: {}", one.message),
                reason: clean(&entry.reason),
                expires: entry.expires.clone(),
            }),
            None => found.push((rule, one)),
        }
    }
    attribute::soften_foreign(graph, &mut found);
    let keys: Vec<Keys> = found.par_iter().map(|(_, one)| Keys::of(graph, one)).collect();
    let found = fold::fold(found, &keys);
    let attribution = attribute::attribute(graph, &runs, &found);
    let keys: Vec<Keys> = found.par_iter().map(|(_, one)| Keys::of(graph, one)).collect();
    let verdicts: Vec<Verdict> = attribution
        .around
        .par_iter()
        .zip(&attribution.of_run)
        .zip(&runs)
        .map(|((around, related), run)| {
            let phase = run.phase.as_deref().and_then(mtc::info);
            Case { pack, results, found: &found, around, phase, related, keys: &keys }.explain()
        })
        .collect();
    let mut found = found;
    soften_gaps(graph, &runs, &attribution, &verdicts, &mut found);
    let maker = Maker { suppressed, graph, pack, results, runs: &runs, found: &found, attribution: &attribution, verdicts: &verdicts };
    maker.make()
}

/// What could not be collected matters while it leaves a run undecided that went wrong, or hides runs altogether; else it is a note.
fn soften_gaps(graph: &Graph, runs: &[Run], attribution: &Attribution, verdicts: &[Verdict], found: &mut [(usize, Match)]) {
    let all_runs_known = graph.cluster_ids().all(|id| {
        let at = graph.cluster(id);
        !at.is(Role::Host) || (!at.suspect && graph.coverage.objects(id, "MigMigration", graph.mtc_namespace(id).as_deref()).is_full())
    });
    if runs.is_empty() || !all_runs_known {
        return;
    }
    let undecided: Vec<usize> = (0..runs.len())
        .filter(|&at| {
            let wrong = matches!(runs::outcome(&runs[at]), Outcome::Failed | Outcome::Stuck | Outcome::Blocked | Outcome::Unknown);
            wrong && runs[at].superseded_by.is_none() && verdicts[at].roots.is_empty()
        })
        .collect();
    for (index, (_, one)) in found.iter_mut().enumerate().filter(|(_, (_, one))| one.role == RuleRole::Gap) {
        let about = |at: &usize| {
            attribution.of_run[*at].contains_key(&index)
                || (matches!(one.subject, Subject::Cluster(_)) && attribution.around[*at].clusters.contains(&one.cluster))
        };
        if !undecided.iter().any(about) {
            one.severity = one.severity.min(Severity::Note);
        }
    }
}

struct Maker<'m> {
    suppressed: Vec<Suppressed>,
    graph: &'m Graph,
    pack: &'m Pack,
    results: &'m [RuleResult],
    runs: &'m [Run],
    found: &'m [(usize, Match)],
    attribution: &'m Attribution,
    verdicts: &'m [Verdict],
}

impl Maker<'_> {
    fn make(&self) -> Report {
        let order = self.order();
        let ids: BTreeMap<usize, String> = order.iter().enumerate().map(|(place, &index)| (index, format!("F{}", place + 1))).collect();
        // What is asked of all objects and of all runs takes longest, so that it is done side by side.
        let ((coverage, checked), (findings, migrations)) = rayon::join(
            || rayon::join(|| self.coverage(), || self.checked()),
            || {
                let findings: Vec<Finding> = order.par_iter().map(|&index| self.finding(index, &ids)).collect();
                let migrations = (0..self.runs.len()).into_par_iter().map(|run| self.migration(run, &ids)).collect();
                (findings, migrations)
            },
        );
        let mut report = Report {
            schema: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), pack: self.pack.digest.clone() },
            inputs: self.inputs(),
            clusters: self.clusters(),
            coverage,
            checked,
            rules: self.rules(),
            migrations,
            findings,
            gaps: self.gaps(),
        };
        report.coverage.redactions = redactions(&report);
        report
    }

    /// Roots of runs that went wrong first, then severity, confidence, rule and subject.
    fn order(&self) -> Vec<usize> {
        let mut order: Vec<usize> = (0..self.found.len()).collect();
        let rank = |index: usize| {
            let (rule, one) = &self.found[index];
            (
                !self.is_live_root(index),
                std::cmp::Reverse(one.severity),
                std::cmp::Reverse(one.confidence),
                self.pack.rules[*rule].id.clone(),
                self.subject(one),
                index,
            )
        };
        order.sort_by_cached_key(|&index| rank(index));
        order
    }

    fn is_root(&self, index: usize) -> bool {
        self.verdicts.iter().any(|verdict| verdict.roots.iter().any(|(root, _)| *root == index)) || self.stands_alone(index)
    }

    fn is_live_root(&self, index: usize) -> bool {
        let of_live = |(run, verdict): (&Run, &Verdict)| run.superseded_by.is_none() && verdict.roots.iter().any(|(root, _)| *root == index);
        self.runs.iter().zip(self.verdicts).any(of_live) || self.stands_alone(index)
    }

    /// A cause without a symptom on a run that is green: lost data is the costliest failure, because nobody looks.
    fn stands_alone(&self, index: usize) -> bool {
        let (rule, _) = &self.found[index];
        self.pack.rules[*rule].stands_alone
            && self.runs.iter().zip(&self.attribution.of_run).any(|(run, related)| {
                related.get(&index) == Some(&Relation::Own) && matches!(runs::outcome(run), Outcome::Succeeded | Outcome::SucceededWithWarnings)
            })
    }

    fn subject(&self, one: &Match) -> Target {
        match &one.subject {
            Subject::Object(id) => target(&self.graph.object(*id).reference()),
            Subject::Named(reference) => target(reference),
            Subject::Cluster(id) => {
                Target { cluster: id.label(), kind: "Cluster".to_owned(), namespace: None, name: self.graph.cluster(*id).name.to_string(), uid: None }
            }
        }
    }
}

/// An object as the report names it.
pub(super) fn target(reference: &ObjectRef) -> Target {
    Target {
        cluster: reference.cluster.label(),
        kind: clean(&reference.kind),
        namespace: reference.namespace.as_deref().map(clean),
        name: clean(&reference.name),
        uid: reference.uid.as_ref().map(ToString::to_string),
    }
}

/// How many secrets the report masks.
fn redactions(report: &Report) -> u64 {
    let count = |text: &str| text.matches(MASK).count() as u64;
    let of_evidence =
        |evidence: &Evidence| count(&evidence.text) + evidence.before.iter().chain(&evidence.after).map(|line| count(line)).sum::<u64>();
    let findings: u64 = report
        .findings
        .iter()
        .map(|finding| count(&finding.message) + count(&finding.remediation) + finding.evidence.iter().map(of_evidence).sum::<u64>())
        .sum();
    let samples: u64 = report.coverage.unexplained.iter().map(|one| count(&one.shape) + of_evidence(&one.sample)).sum();
    findings + samples + report.gaps.iter().map(|gap| count(&gap.detail)).sum::<u64>()
}
