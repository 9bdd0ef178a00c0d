//! What supports the findings: what was ruled out, what nobody explains, what could not be judged or read.

use std::collections::BTreeMap;

use super::fit::{clip_path, grouped, minute, one_line};
use super::page::Page;
use crate::finding::{RuleState, see};

/// Entries of a list that is not the point of the report.
const SOME: usize = 8;

/// What was looked at: what is ruled out first, then what is not in order, then what nobody can tell.
pub(super) fn checked(page: &mut Page<'_>) {
    let report = page.report;
    if report.checked.is_empty() {
        return;
    }
    page.heading("Checked");
    let paint = page.paint;
    for (state, mark) in [("clear", paint.good("ok")), ("bad", paint.bad("no")), ("unknown", paint.warn("??"))] {
        for checked in report.checked.iter().filter(|checked| checked.state == state) {
            let text = if checked.detail.is_empty() { checked.what.clone() } else { format!("{}: {}", checked.what, checked.detail) };
            page.hanging(&format!("    {mark}  "), 8, &text);
        }
    }
}

/// Error lines that no finding covers.
pub(super) fn unexplained(page: &mut Page<'_>) {
    let lines = &page.report.coverage.unexplained;
    if lines.is_empty() {
        return;
    }
    page.heading("Errors that no rule explains");
    let noise = page.report.coverage.noise;
    if noise > 0 {
        page.paragraph(4, &format!("{noise} more lines are left out, since they are known to mean nothing."));
    }
    let shown = if page.options.verbose { lines.len() } else { SOME };
    for line in lines.iter().take(shown) {
        let last = line.last.as_deref().map(|last| format!(", last {}", minute(last))).unwrap_or_default();
        page.hanging("    ", 4, &format!("{} x {}: {}{last}", line.count, line.component, line.shape));
        let command = see::in_archive(&line.sample.place(), page.input(line.sample.input));
        page.command(6, "See", &command);
    }
    more(page, lines.len(), shown);
}

/// Rules that could not be judged, by reason.
pub(super) fn skipped(page: &mut Page<'_>) {
    let report = page.report;
    let mut reasons: BTreeMap<(RuleState, &str), Vec<&str>> = BTreeMap::new();
    for rule in report.rules.iter().filter(|rule| matches!(rule.state, RuleState::Skipped | RuleState::Errored)) {
        reasons.entry((rule.state, rule.reason.as_deref().unwrap_or("no reason given"))).or_default().push(&rule.id);
    }
    if reasons.is_empty() {
        return;
    }
    page.heading("Not judged");
    for ((state, reason), rules) in reasons {
        let broken = if state == RuleState::Errored { "rule failed: " } else { "" };
        page.paragraph(4, &format!("{broken}{reason}"));
        let shown = if page.options.verbose { rules.len() } else { SOME };
        let mut names = rules.iter().take(shown).copied().collect::<Vec<_>>().join(", ");
        if rules.len() > shown {
            names = format!("{names} and {} more", rules.len() - shown);
        }
        page.paragraph(8, &names);
    }
}

/// What could not be read, by reason.
pub(super) fn gaps(page: &mut Page<'_>) {
    let report = page.report;
    if report.gaps.is_empty() {
        return;
    }
    let mut reasons: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for gap in &report.gaps {
        let path = if gap.path.is_empty() { page.input(gap.input).to_owned() } else { gap.path.clone() };
        reasons.entry(gap.reason.as_str()).or_default().push(format!("{}: {}", clip_path(&one_line(&path), 60), gap.detail));
    }
    page.heading("Not readable");
    for (reason, files) in reasons {
        page.paragraph(4, &format!("{reason}, {} {}", files.len(), if files.len() == 1 { "file" } else { "files" }));
        let shown = if page.options.verbose { files.len() } else { SOME };
        for file in files.iter().take(shown) {
            page.paragraph(8, file);
        }
        more(page, files.len(), shown);
    }
}

/// What was read, in numbers, and what was left out on request.
pub(super) fn coverage(page: &mut Page<'_>) {
    let (report, coverage) = (page.report, &page.report.coverage);
    page.heading("What was read");
    page.paragraph(
        4,
        &format!(
            "{} files, {} objects, {} events, {} logs with {} lines, {} relations",
            grouped(coverage.files),
            grouped(coverage.objects),
            grouped(coverage.events),
            grouped(coverage.logs),
            grouped(coverage.log_lines),
            grouped(coverage.relations),
        ),
    );
    if let (Some(from), Some(to)) = (&coverage.from, &coverage.to) {
        page.paragraph(4, &format!("logs from {} to {}", minute(from), minute(to)));
    }
    for cluster in report.clusters.iter().filter(|cluster| cluster.now_from == "timestamp") {
        page.paragraph(4, &format!("time on {} is that of the gathering machine: no time in the data", cluster.name));
    }
    if coverage.redactions > 0 {
        page.paragraph(4, &format!("{} secrets masked in this report", grouped(coverage.redactions)));
    }
    for left_out in &coverage.suppressed {
        let until = left_out.expires.as_deref().map(|day| format!(" until {day}")).unwrap_or_default();
        page.paragraph(4, &format!("{} left out on request{until}: {}", left_out.finding, left_out.reason));
    }
    let count = |state: RuleState| report.rules.iter().filter(|rule| rule.state == state).count();
    page.paragraph(
        4,
        &format!(
            "{} rules: {} fired, {} clear, {} not judged; {} {}, pack {}",
            report.rules.len(),
            count(RuleState::Fired),
            count(RuleState::Clear),
            count(RuleState::Skipped) + count(RuleState::Errored),
            report.tool.name,
            report.tool.version,
            report.tool.pack,
        ),
    );
}

fn more(page: &mut Page<'_>, all: usize, shown: usize) {
    if all > shown {
        let text = page.paint.faint(&format!("and {} more with -v", all - shown));
        page.line(&format!("    {text}"));
    }
}
