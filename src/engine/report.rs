//! Puts together the report: findings with stable ids, migrations with roots and chains, rules with their state.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use sha2::{Digest, Sha256};

use super::attribute::{self, Attribution, Relation};
use super::cause::{Case, Keys, Node, Verdict};
use super::{collect, fold};
use crate::finding::redact::{MASK, clean};
use crate::finding::{
    Checked, ClusterReport, Confidence, CoverageReport, Evidence, Finding, GapReport, IdentityReport, InputReport, Link, Migration, MigrationRef,
    Outcome, PipelineStep, Report, RuleInfo, RuleRole, RuleState, Severity, Suppressed, Target, Tool, Unexplained, Volume,
};
use crate::graph::{Graph, NowFrom};
use crate::model::{Excerpt, ObjectRef, Place};
use crate::mtc::{self, Run, RunKind};
use crate::rules::{Match, Pack, RuleResult, Subject};

/// Makes the report of a case from what its rules gave. Findings of ignored rules are left out and listed as suppressed.
pub fn report(graph: &Graph, pack: &Pack, results: &[RuleResult], ignore: &[String]) -> Report {
    let runs = mtc::migrations(graph);
    let all = results.iter().flat_map(|result| result.matches.iter().map(|one| (result.rule, one.clone())));
    let (ignored, mut found): (Vec<_>, Vec<_>) = all.partition(|(rule, _)| ignore.contains(&pack.rules[*rule].id));
    let suppressed = ignored
        .iter()
        .map(|(rule, one)| Suppressed { finding: format!("{}: {}", pack.rules[*rule].id, one.message), reason: "--ignore".to_owned(), expires: None })
        .collect();
    attribute::soften_foreign(graph, &mut found);
    let keys: Vec<Keys> = found.iter().map(|(_, one)| Keys::of(graph, one)).collect();
    let found = fold::fold(found, &keys);
    let attribution = attribute::attribute(graph, &runs, &found);
    let keys: Vec<Keys> = found.iter().map(|(_, one)| Keys::of(graph, one)).collect();
    let verdicts: Vec<Verdict> = attribution
        .around
        .iter()
        .zip(&attribution.of_run)
        .zip(&runs)
        .map(|((around, related), run)| {
            let phase = run.phase.as_deref().and_then(mtc::info);
            Case { pack, results, found: &found, around, phase, related, keys: &keys }.explain()
        })
        .collect();
    let maker = Maker { suppressed, graph, pack, results, runs: &runs, found: &found, attribution: &attribution, verdicts: &verdicts };
    maker.make()
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
        let findings: Vec<Finding> = order.iter().map(|&index| self.finding(index, &ids)).collect();
        let migrations = (0..self.runs.len()).map(|run| self.migration(run, &ids)).collect();
        let mut report = Report {
            schema: 1,
            tool: Tool { name: env!("CARGO_PKG_NAME").to_owned(), version: env!("CARGO_PKG_VERSION").to_owned(), pack: self.pack.digest.clone() },
            inputs: self.inputs(),
            clusters: self.clusters(),
            coverage: self.coverage(),
            checked: self.checked(),
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
                related.get(&index) == Some(&Relation::Own) && matches!(outcome(run), Outcome::Succeeded | Outcome::SucceededWithWarnings)
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

    /// Confidence of a finding: that of the explanation where it is a root, its own otherwise.
    fn confidence(&self, index: usize) -> Confidence {
        let as_root =
            self.verdicts.iter().flat_map(|verdict| &verdict.roots).filter(|(root, _)| *root == index).map(|(_, confidence)| *confidence).max();
        as_root.unwrap_or(self.found[index].1.confidence)
    }

    fn finding(&self, index: usize, ids: &BTreeMap<usize, String>) -> Finding {
        let (rule, one) = &self.found[index];
        let info = &self.pack.rules[*rule];
        let subject = self.subject(one);
        let migrations = self.migrations_of(index);
        let first_run = self.runs.iter().zip(&self.attribution.of_run).find(|(_, related)| related.contains_key(&index));
        let explains: BTreeSet<usize> =
            self.verdicts.iter().flat_map(|verdict| &verdict.explains).filter(|(cause, _)| *cause == index).map(|(_, effect)| *effect).collect();
        let mut explains: Vec<String> = explains.iter().map(|effect| ids[effect].clone()).collect();
        explains.sort_by_key(|id| id[1..].parse::<usize>().unwrap_or(0));
        let mut remediation = clean_lines(&one.remediation);
        for trap in &one.untested {
            let _ = write!(remediation, "\nNot ruled out: {trap}");
        }
        Finding {
            id: ids[&index].clone(),
            fingerprint: self.fingerprint(&info.id, one, &subject, &migrations),
            signature: short_hash(&[&info.id, &fold(&one.message, &subject)]),
            rule: info.id.clone(),
            rule_digest: info.digest.clone(),
            role: one.role,
            severity: one.severity,
            confidence: self.confidence(index),
            title: info.title.clone(),
            message: clean(&one.message),
            root_cause: self.is_root(index),
            explains,
            plan: first_run.and_then(|(run, _)| run.plan.as_deref().map(str::to_owned)),
            migrations,
            look_at: Some(self.look_at(index, &subject)),
            subject: Some(subject),
            count: one.count,
            instances: one.instances.iter().map(target).collect(),
            first: one.first.map(|time| time.to_string()),
            last: one.last.map(|time| time.to_string()),
            evidence: one.evidence.clone(),
            remediation,
            links: info.links.clone(),
        }
    }

    /// A cluster is no place to look at: the object that the run waits for is, or the first object that the finding sums up.
    fn look_at(&self, index: usize, subject: &Target) -> Target {
        let one = &self.found[index].1;
        if !matches!(one.subject, Subject::Cluster(_)) {
            return subject.clone();
        }
        let rooted = self.runs.iter().zip(self.verdicts).filter(|(_, verdict)| verdict.roots.iter().any(|(root, _)| *root == index));
        let waits = rooted.filter_map(|(run, _)| run.look_at.as_ref()).map(|waits| target(&waits.object)).next();
        waits.or_else(|| one.instances.iter().map(target).find(|instance| instance.kind != "Cluster")).unwrap_or_else(|| subject.clone())
    }

    fn migrations_of(&self, index: usize) -> Vec<MigrationRef> {
        let mut refs = Vec::new();
        for ((run, related), verdict) in self.runs.iter().zip(&self.attribution.of_run).zip(self.verdicts) {
            let Some(relation) = related.get(&index) else { continue };
            let word = if verdict.roots.iter().any(|(root, _)| *root == index) {
                "root"
            } else if *relation == Relation::Near || !matches!(self.found[index].1.role, RuleRole::Outcome | RuleRole::Symptom) {
                "related"
            } else {
                "symptom"
            };
            refs.push(MigrationRef { id: run.uid.to_string(), name: run.name.to_string(), relation: word.to_owned() });
        }
        let rank = |relation: &str| ["root", "symptom", "related"].iter().position(|word| *word == relation);
        refs.sort_by(|a, b| (rank(&a.relation), &a.name, &a.id).cmp(&(rank(&b.relation), &b.name, &b.id)));
        refs
    }

    /// The same finding in the next gather of this case: the rule, the cluster's identity, the subject by name and the runs.
    fn fingerprint(&self, rule: &str, one: &Match, subject: &Target, migrations: &[MigrationRef]) -> String {
        let cluster = self.graph.cluster(one.cluster);
        let identity = cluster.identity.cluster_id.as_deref().or(cluster.mig_cluster.as_deref()).unwrap_or(&cluster.name);
        let subject = format!("{}/{}/{}", subject.kind, subject.namespace.as_deref().unwrap_or_default(), subject.name);
        let runs: Vec<&str> = migrations.iter().map(|run| run.id.as_str()).collect();
        short_hash(&[rule, identity, &subject, &runs.join(",")])
    }

    fn migration(&self, index: usize, ids: &BTreeMap<usize, String>) -> Migration {
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

    fn link(&self, node: Node, ids: &BTreeMap<usize, String>) -> Link {
        match node {
            Node::Found(index) => Link::Finding { finding: ids[&index].clone() },
            Node::Unknown(rule) => Link::Unknown { rule: self.pack.rules[rule].id.clone(), state: "unknown".to_owned() },
        }
    }

    fn volume(&self, volume: &mtc::Volume) -> Volume {
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

    fn inputs(&self) -> Vec<InputReport> {
        let of = |input: &crate::graph::Input| InputReport {
            name: clean(&input.name),
            sha256: input.sha256.clone(),
            bytes: input.bytes,
            layouts: input.layouts.clone(),
            complete: input.complete,
        };
        self.graph.inputs.iter().map(of).collect()
    }

    fn clusters(&self) -> Vec<ClusterReport> {
        let of = |id: crate::model::ClusterId| {
            let cluster = self.graph.cluster(id);
            let text = |value: &Option<std::sync::Arc<str>>| value.as_deref().map(clean);
            ClusterReport {
                id: id.label(),
                name: clean(&cluster.name),
                mig_cluster: text(&cluster.mig_cluster),
                roles: cluster.roles.iter().map(ToString::to_string).collect(),
                input: cluster.input,
                identity: IdentityReport {
                    cluster_id: text(&cluster.identity.cluster_id),
                    infrastructure: text(&cluster.identity.infrastructure),
                    api: text(&cluster.identity.api),
                    by: cluster.identity.by.iter().map(ToString::to_string).collect(),
                },
                suspect: cluster.suspect,
                kubernetes: text(&cluster.kubernetes),
                mtc: text(&cluster.mtc),
                gathered: cluster.gathered,
                now: cluster.now.map(|time| time.to_string()),
                now_from: match cluster.now_from {
                    NowFrom::Data => "data",
                    NowFrom::Timestamp => "timestamp",
                }
                .to_owned(),
            }
        };
        self.graph.cluster_ids().map(of).collect()
    }

    fn coverage(&self) -> CoverageReport {
        let logs = &self.graph.logs;
        CoverageReport {
            files: self.graph.inputs.iter().map(|input| input.files).sum(),
            objects: self.graph.objects.iter().filter(|object| !object.is_derived_kind).count() as u64,
            events: self.graph.events.len() as u64,
            logs: logs.len() as u64,
            log_lines: logs.iter().map(|log| log.lines).sum(),
            relations: self.graph.edge_count() as u64,
            from: logs.iter().filter_map(|log| log.first).min().map(|time| time.to_string()),
            to: logs.iter().filter_map(|log| log.last).max().map(|time| time.to_string()),
            redactions: 0,
            suppressed: self.suppressed.clone(),
            unexplained: self.unexplained(),
        }
    }

    /// Error lines that no pattern of a fired rule covers, most frequent first.
    fn unexplained(&self) -> Vec<Unexplained> {
        let explained: BTreeSet<(u32, &str, u32)> =
            self.found.iter().flat_map(|(_, one)| &one.evidence).map(|evidence| (evidence.input, evidence.path.as_str(), evidence.line)).collect();
        let mut folded: BTreeMap<(String, String), Unexplained> = BTreeMap::new();
        for shape in &self.graph.shapes {
            let log = &self.graph.logs[shape.log as usize];
            if explained.contains(&(log.input, log.path.as_str(), shape.line)) || log.component == crate::model::Component::Application {
                continue;
            }
            let place = Place { input: log.input, path: log.path.clone(), line: shape.line };
            let excerpt = Excerpt { text: shape.text.to_string(), ..Excerpt::default() };
            let text = clean(&shape.shape);
            let entry = folded.entry((log.component.to_string(), text.clone())).or_insert_with(|| Unexplained {
                shape: text,
                component: log.component.to_string(),
                count: 0,
                first: None,
                last: None,
                sample: Evidence::new(&place, &excerpt, "", shape.first, None),
            });
            entry.count += shape.count;
            entry.first = entry.first.take().into_iter().chain(shape.first.map(|time| time.to_string())).min();
            entry.last = entry.last.take().max(shape.last.map(|time| time.to_string()));
        }
        let mut list: Vec<Unexplained> = folded.into_values().collect();
        list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.component, &a.shape).cmp(&(&b.component, &b.shape))));
        list.truncate(50);
        list
    }

    fn checked(&self) -> Vec<Checked> {
        let of = |check: mtc::Check| Checked { what: check.what.to_owned(), state: check.state.as_str().to_owned(), detail: clean(&check.detail) };
        mtc::checks(self.graph).into_iter().map(of).collect()
    }

    fn rules(&self) -> Vec<RuleInfo> {
        let mut rules: Vec<RuleInfo> = self
            .results
            .iter()
            .map(|result| {
                let rule = &self.pack.rules[result.rule];
                let reason = match result.state {
                    RuleState::Skipped => reasons(result.pending.iter().map(|row| row.lack.reason.as_str())),
                    RuleState::Errored => reasons(result.errors.iter().map(String::as_str)),
                    RuleState::Fired | RuleState::Clear => None,
                };
                RuleInfo {
                    id: rule.id.clone(),
                    digest: rule.digest.clone(),
                    title: rule.title.clone(),
                    severity: rule.severity,
                    role: rule.role,
                    state: result.state,
                    findings: u32::try_from(result.matches.len()).unwrap_or(u32::MAX),
                    reason,
                }
            })
            .collect();
        rules.sort_by(|a, b| a.id.cmp(&b.id));
        rules
    }

    fn gaps(&self) -> Vec<GapReport> {
        let of = |gap: &crate::model::Gap| GapReport {
            input: gap.input,
            path: clean(gap.path.as_str()),
            reason: gap.reason.to_string(),
            detail: clean(&gap.detail),
        };
        self.graph.gaps.iter().map(of).collect()
    }
}

/// Outcome of a run in the words of the report.
fn outcome(run: &Run) -> Outcome {
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

fn clean_lines(text: &str) -> String {
    text.trim_end().lines().map(clean).collect::<Vec<_>>().join("\n")
}

fn reasons<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let all: BTreeSet<&str> = texts.collect();
    let shown: Vec<&str> = all.iter().copied().take(3).collect();
    let more = all.len().saturating_sub(shown.len());
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| clean(&format!("{}{tail}", shown.join("; "))))
}

/// The message without what is particular to this case: names of the subject, numbers and identifiers.
fn fold(message: &str, subject: &Target) -> String {
    let mut text = message.replace(subject.name.as_str(), "<name>");
    if let Some(namespace) = &subject.namespace {
        text = text.replace(namespace.as_str(), "<namespace>");
    }
    text.split_whitespace().map(|word| if word.bytes().any(|byte| byte.is_ascii_digit()) { "<n>" } else { word }).collect::<Vec<_>>().join(" ")
}

fn short_hash(parts: &[&str]) -> String {
    let mut hash = Sha256::new();
    for part in parts {
        hash.update(part.as_bytes());
        hash.update([0]);
    }
    hash.finalize().iter().take(8).fold(String::with_capacity(16), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
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
