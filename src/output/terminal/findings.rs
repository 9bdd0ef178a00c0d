//! The findings: causes first, then what they led to, then the rest.

use std::collections::BTreeSet;

use super::fit::{columns, minute, one_line, period};
use super::page::Page;
use super::paint::Paint;
use super::{runs, snippet};
use crate::finding::{Finding, Link, Migration, Report, see};

/// Pieces of evidence drawn for a cause; a consequence is drawn once, since its cause is what is read.
const PROOFS_OF_CAUSE: usize = 3;
const PROOFS_OF_REST: usize = 1;
const INDENT: usize = 4;

/// Writes all findings that count.
pub(super) fn write(page: &mut Page<'_>) {
    let report = page.report;
    let counting: Vec<&Finding> = report.findings.iter().filter(|finding| !report.only_superseded(finding)).collect();
    let explained = explained(report);
    let (roots, rest): (Vec<&Finding>, Vec<&Finding>) = counting.into_iter().partition(|finding| finding.root_cause);
    let (consequences, others): (Vec<&Finding>, Vec<&Finding>) = rest.into_iter().partition(|finding| explained.contains(finding.id.as_str()));
    section(page, "Causes", &roots, PROOFS_OF_CAUSE);
    section(page, "What they led to", &consequences, PROOFS_OF_REST);
    section(page, "Other findings", &others, PROOFS_OF_REST);
    if report.findings.is_empty() {
        page.heading("Findings");
        page.paragraph(INDENT, "None of the rules that could be judged fired.");
    }
}

/// Ids of findings that a root explains, directly, by way of others, or as a link of a chain that reaches a root.
fn explained(report: &Report) -> BTreeSet<&str> {
    let mut known = BTreeSet::new();
    let mut open: Vec<&str> = report.findings.iter().filter(|finding| finding.root_cause).map(|finding| finding.id.as_str()).collect();
    for run in report.migrations.iter().filter(|run| !run.root_causes.is_empty()) {
        open.extend(run.chain.iter().filter_map(|link| match link {
            Link::Finding { finding } => Some(finding.as_str()),
            Link::Unknown { .. } => None,
        }));
    }
    while let Some(id) = open.pop() {
        if known.insert(id) {
            open.extend(report.finding(id).into_iter().flat_map(|finding| finding.explains.iter().map(String::as_str)));
        }
    }
    known
}

fn section(page: &mut Page<'_>, heading: &str, findings: &[&Finding], proofs: usize) {
    if findings.is_empty() {
        return;
    }
    page.heading(heading);
    for finding in findings {
        page.blank();
        write_one(page, finding, proofs);
    }
}

fn write_one(page: &mut Page<'_>, finding: &Finding, proofs: usize) {
    let severity = page.paint.severity(finding.severity, finding.severity.as_str());
    let first = format!("{} {severity}: ", page.paint.strong(&finding.id));
    let columns = columns(&finding.id) + columns(finding.severity.as_str()) + 3;
    page.styled(&first, columns, &finding.title, Paint::strong);
    page.aside(INDENT, &about(finding));
    page.paragraph(INDENT, &finding.message);
    instances(page, finding);
    if let Some(run) = rooted(page.report, finding) {
        runs::chain(page, run);
    }
    evidence(page, finding, proofs);
    remedy(page, finding);
    if let Some(target) = finding.look_at.as_ref().filter(|target| Some(*target) != finding.subject.as_ref() || finding.root_cause) {
        page.field(INDENT, "Look at", &page.object(target));
    }
    see(page, finding, proofs);
    for (at, link) in finding.links.iter().enumerate() {
        page.command(INDENT, if at == 0 { "Read" } else { "" }, link);
    }
}

/// `storage/multi-attach, high confidence, root of shop-stage`.
fn about(finding: &Finding) -> String {
    let runs =
        finding.migrations.iter().map(|of| format!(", {} of {}", of.relation.replace("related", "beside"), of.name).replace("beside of", "beside"));
    let times = match (&finding.first, &finding.last) {
        (Some(first), Some(last)) => format!(", {}", period(first, last)),
        (Some(time), None) | (None, Some(time)) => format!(", {}", minute(time)),
        (None, None) => String::new(),
    };
    one_line(&format!("{}, {} confidence{}{times}", finding.rule, finding.confidence, runs.collect::<String>()))
}

/// Names of the objects of a finding that stands for several.
fn instances(page: &mut Page<'_>, finding: &Finding) {
    if finding.count < 2 {
        return;
    }
    let shown = if page.options.verbose { finding.instances.len() } else { 5 };
    let mut names: Vec<String> = finding.instances.iter().take(shown).map(|target| page.object(target)).collect();
    let left = finding.count.saturating_sub(names.len() as u64);
    if left > 0 {
        names.push(format!("and {left} more"));
    }
    page.field(INDENT, "Objects", &format!("{}: {}", finding.count, names.join("; ")));
}

/// The first run whose chain ends in this finding.
fn rooted<'a>(report: &'a Report, finding: &Finding) -> Option<&'a Migration> {
    let links = |run: &Migration| run.chain.iter().any(|link| matches!(link, Link::Finding { finding: id } if *id == finding.id));
    report.migrations.iter().find(|run| run.superseded_by.is_none() && run.root_causes.contains(&finding.id) && links(run) && run.chain.len() > 1)
}

fn evidence(page: &mut Page<'_>, finding: &Finding, proofs: usize) {
    let shown = if page.options.verbose { finding.evidence.len() } else { proofs };
    for piece in finding.evidence.iter().take(shown) {
        snippet::write(page, piece, finding.evidence.first().map(|first| first.input));
    }
    let left = finding.evidence.len().saturating_sub(shown);
    if left > 0 {
        let text = page.paint.faint(&format!("{left} more with -v"));
        page.line(&format!("{}{text}", " ".repeat(INDENT)));
    }
}

/// How to check us: each proof that was drawn, in the archive, and the object on its cluster.
fn see(page: &mut Page<'_>, finding: &Finding, proofs: usize) {
    let shown = if page.options.verbose { finding.evidence.len() } else { proofs };
    let mut commands: Vec<String> = Vec::new();
    for proof in finding.evidence.iter().take(shown).filter(|proof| !proof.path.is_empty()) {
        commands.push(see::in_archive(&proof.place(), page.input(proof.input)));
    }
    if let Some(target) = finding.look_at.as_ref().or(finding.subject.as_ref()) {
        let cluster = page.cluster(&target.cluster);
        commands.extend(see::on_cluster(target).into_iter().take(proofs).map(|command| format!("{command}  # on {cluster}")));
    }
    for (at, command) in commands.iter().enumerate().filter(|(at, command)| !commands[..*at].contains(command)) {
        page.command(INDENT, if at == 0 { "See" } else { "" }, command);
    }
}

/// Steps wrap; indented lines are commands and do not, so that they can be pasted.
fn remedy(page: &mut Page<'_>, finding: &Finding) {
    let mut label = "Do";
    for line in finding.remediation.lines().filter(|line| !line.trim().is_empty()) {
        if line.starts_with("    ") || line.trim_start().starts_with("oc ") {
            page.command(INDENT, label, line);
        } else {
            page.field(INDENT, label, line);
        }
        label = "";
    }
}
