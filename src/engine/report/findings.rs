//! Findings, with ids that stay the same on the same input.

use super::super::attribute::Relation;
use super::{Maker, target};
use crate::finding::redact::clean;
use crate::finding::{Confidence, Finding, MigrationRef, RuleRole, Target};
use crate::rules::{Match, Subject};
use sha2::{Digest, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

impl Maker<'_> {
    /// Confidence of a finding: that of the explanation where it is a root, its own otherwise.
    pub(super) fn confidence(&self, index: usize) -> Confidence {
        let as_root =
            self.verdicts.iter().flat_map(|verdict| &verdict.roots).filter(|(root, _)| *root == index).map(|(_, confidence)| *confidence).max();
        as_root.unwrap_or(self.found[index].1.confidence)
    }

    pub(super) fn finding(&self, index: usize, ids: &BTreeMap<usize, String>) -> Finding {
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
    pub(super) fn look_at(&self, index: usize, subject: &Target) -> Target {
        let one = &self.found[index].1;
        if !matches!(one.subject, Subject::Cluster(_)) {
            return subject.clone();
        }
        let rooted = self.runs.iter().zip(self.verdicts).filter(|(_, verdict)| verdict.roots.iter().any(|(root, _)| *root == index));
        let waits = rooted.filter_map(|(run, _)| run.look_at.as_ref()).map(|waits| target(&waits.object)).next();
        waits.or_else(|| one.instances.iter().map(target).find(|instance| instance.kind != "Cluster")).unwrap_or_else(|| subject.clone())
    }

    pub(super) fn migrations_of(&self, index: usize) -> Vec<MigrationRef> {
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
    pub(super) fn fingerprint(&self, rule: &str, one: &Match, subject: &Target, migrations: &[MigrationRef]) -> String {
        let cluster = self.graph.cluster(one.cluster);
        let identity = cluster.identity.cluster_id.as_deref().or(cluster.mig_cluster.as_deref()).unwrap_or(&cluster.name);
        let subject = format!("{}/{}/{}", subject.kind, subject.namespace.as_deref().unwrap_or_default(), subject.name);
        let runs: Vec<&str> = migrations.iter().map(|run| run.id.as_str()).collect();
        short_hash(&[rule, identity, &subject, &runs.join(",")])
    }
}

fn clean_lines(text: &str) -> String {
    text.trim_end().lines().map(clean).collect::<Vec<_>>().join("\n")
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
