//! What was read, and what became of each rule.

use super::Maker;
use crate::finding::redact::clean;
use crate::finding::{Checked, ClusterReport, CoverageReport, GapReport, IdentityReport, InputReport, RuleInfo, RuleState};
use crate::graph::NowFrom;
use crate::mtc;
use std::collections::BTreeSet;

impl Maker<'_> {
    pub(super) fn inputs(&self) -> Vec<InputReport> {
        let of = |input: &crate::graph::Input| InputReport {
            name: clean(&input.name),
            sha256: input.sha256.clone(),
            bytes: input.bytes,
            layouts: input.layouts.clone(),
            complete: input.complete,
        };
        self.graph.inputs.iter().map(of).collect()
    }

    pub(super) fn clusters(&self) -> Vec<ClusterReport> {
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

    pub(super) fn coverage(&self) -> CoverageReport {
        let logs = &self.graph.logs;
        let (unexplained, noise) = self.unexplained();
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
            unexplained,
            noise,
        }
    }

    pub(super) fn checked(&self) -> Vec<Checked> {
        let of = |check: mtc::Check| Checked { what: check.what.to_owned(), state: check.state.as_str().to_owned(), detail: clean(&check.detail) };
        mtc::checks(self.graph).into_iter().map(of).collect()
    }

    pub(super) fn rules(&self) -> Vec<RuleInfo> {
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

    pub(super) fn gaps(&self) -> Vec<GapReport> {
        let of = |gap: &crate::model::Gap| GapReport {
            input: gap.input,
            path: clean(gap.path.as_str()),
            reason: gap.reason.to_string(),
            detail: clean(&gap.detail),
        };
        self.graph.gaps.iter().map(of).collect()
    }
}

fn reasons<'t>(texts: impl Iterator<Item = &'t str>) -> Option<String> {
    let all: BTreeSet<&str> = texts.collect();
    let shown: Vec<&str> = all.iter().copied().take(3).collect();
    let more = all.len().saturating_sub(shown.len());
    let tail = if more > 0 { format!("; and {more} more") } else { String::new() };
    (!shown.is_empty()).then(|| clean(&format!("{}{tail}", shown.join("; "))))
}
