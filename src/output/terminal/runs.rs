//! The migrations of a report: which one matters, and what is said of the others.

use super::fit::{minute, one_line};
use super::page::Page;
use crate::finding::{Link, Migration, Outcome, Report};

/// Whether a run ended well and nothing speaks against it.
pub(super) fn green(run: &Migration) -> bool {
    run.outcome == Outcome::Succeeded && !run.contradicted
}

/// The run that the summary is about: the one asked for, else a green one that the data contradicts, since nobody else will
/// notice it, else the newest that failed, else the newest that is not green for another reason.
pub(super) fn headline<'a>(report: &'a Report, wanted: Option<&str>) -> Option<&'a Migration> {
    if let Some(id) = wanted {
        return report.migration(id);
    }
    let counts = |run: &&Migration| run.superseded_by.is_none();
    let find = |test: fn(&Migration) -> bool| report.migrations.iter().filter(counts).find(|run| test(run));
    find(|run| run.contradicted).or_else(|| find(|run| run.outcome.is_bad())).or_else(|| find(|run| !green(run)))
}

/// How a run ended, as a heading for it.
pub(super) fn verdict(run: &Migration) -> &'static str {
    match run.outcome {
        _ if run.contradicted => "Silent failure",
        Outcome::Succeeded => "Succeeded",
        Outcome::SucceededWithWarnings => "Warnings",
        Outcome::Failed => "Failed",
        Outcome::Canceled => "Canceled",
        Outcome::Running => "Running",
        Outcome::Stuck => "Stuck",
        Outcome::Blocked => "Blocked",
        Outcome::Unknown => "Undecided",
    }
}

/// `stage of plan shop-plan`.
fn kind(run: &Migration) -> String {
    match &run.plan {
        Some(plan) => format!("{} of plan {plan}", run.kind),
        None => run.kind.clone(),
    }
}

/// `stage of plan shop-plan, volumes through Velero`.
pub(super) fn what(run: &Migration) -> String {
    let mut text = kind(run);
    match run.volume_path.as_deref() {
        Some("direct") => text.push_str(", volumes directly"),
        Some("velero") => text.push_str(", volumes through Velero"),
        _ => {}
    }
    one_line(&text)
}

/// Where a run stands and since when.
pub(super) fn stand(run: &Migration) -> String {
    let phase = run.phase.clone().unwrap_or_else(|| format!("{} reported", run.outcome));
    let time = match (&run.phase_since, &run.ended) {
        (Some(since), _) => format!(" since {}", minute(since)),
        (None, Some(ended)) => format!(", ended {}", minute(ended)),
        (None, None) => String::new(),
    };
    one_line(&format!("{phase}{time}"))
}

/// Whether the application is down now, as far as the archive tells.
pub(super) fn application(page: &Page<'_>, run: &Migration) -> String {
    if !run.source_down {
        return "application not left quiesced".into();
    }
    let source = page.report.clusters.iter().find(|cluster| cluster.roles.iter().any(|role| role == "source"));
    one_line(&format!("APPLICATION DOWN, quiesced on {}", source.map_or("the source", |cluster| &cluster.name)))
}

/// The links of a chain from its deepest end up to the outcome, one line each.
pub(super) fn chain(page: &mut Page<'_>, run: &Migration) {
    for (at, link) in run.chain.iter().rev().enumerate() {
        let (label, arrow) = if at == 0 { ("Chain", String::new()) } else { ("", format!("{} ", page.arrow())) };
        let text = match link {
            Link::Finding { finding } => {
                let title = page.report.finding(finding).map_or("", |finding| &finding.title);
                format!("{arrow}{title} ({finding})")
            }
            Link::Unknown { rule, .. } => {
                let known = page.report.rules.iter().find(|known| known.id == *rule);
                let title = known.map_or(rule.as_str(), |known| &known.title);
                format!("{arrow}not collected: {title} ({rule})")
            }
        };
        page.field(4, label, &text);
    }
}

/// Runs that count and whose cause the evidence does not hold: how far the chain goes, and what to collect.
pub(super) fn undecided(page: &mut Page<'_>) {
    let report = page.report;
    let open = |run: &&Migration| run.superseded_by.is_none() && !green(run) && run.root_causes.is_empty();
    let runs: Vec<&Migration> = report.migrations.iter().filter(open).collect();
    if runs.is_empty() {
        return;
    }
    page.heading("Cause not in the evidence");
    for run in runs {
        page.blank();
        let title = format!("{} {}", page.paint.strong(&one_line(&run.name)), page.paint.bad(run.outcome.as_str()));
        page.line(&title);
        page.paragraph(4, &format!("{}; {}; {}", what(run), stand(run), application(page, run)));
        chain(page, run);
        if let Some(target) = &run.look_at {
            page.field(4, "Look at", &page.object(target));
        }
        for (at, command) in run.collect.iter().enumerate() {
            page.command(4, if at == 0 { "Collect" } else { "" }, command);
        }
    }
}

/// One line for each run that needs no action: superseded and green ones.
pub(super) fn others(page: &mut Page<'_>) {
    let report = page.report;
    let done: Vec<&Migration> = report.migrations.iter().filter(|run| run.superseded_by.is_some() || green(run)).collect();
    if done.is_empty() {
        return;
    }
    page.heading("Other runs");
    for run in done {
        let when = run.ended.as_deref().or(run.started.as_deref()).map(minute).unwrap_or_default();
        let mut text = format!("{}: {}, {when}", run.name, kind(run));
        if let Some(later) = &run.superseded_by {
            let name = report.migration(later).map_or(later.as_str(), |later| &later.name);
            let phase = run.phase.as_deref().unwrap_or(run.outcome.as_str());
            text = format!("{}: {} at {phase}, {when}; repeated with success by {name}", run.name, run.outcome);
            if !run.findings.is_empty() {
                text = format!("{text} ({})", run.findings.join(", "));
            }
        }
        let (word, painted) = match run.superseded_by {
            Some(_) => ("superseded", page.paint.faint("superseded")),
            None => ("green     ", page.paint.good("green     ")),
        };
        page.hanging(&format!("    {painted}  "), 6 + word.len(), &text);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::sample;

    #[test]
    fn the_newest_failure_that_counts_is_the_headline() {
        let mut report = sample();
        assert_eq!(headline(&report, None).unwrap().name, "shop-stage");
        report.migrations[0].superseded_by = Some("later".into());
        assert_eq!(headline(&report, None).unwrap().name, "crm-cutover");
        assert_eq!(headline(&report, Some("732f6659-eb65-54a8-8af4-e374a8c25dce")).unwrap().name, "shop-cutover");
    }

    #[test]
    fn a_green_run_that_the_data_contradicts_goes_first() {
        let mut report = sample();
        report.migrations[4].contradicted = true;
        assert_eq!(headline(&report, None).unwrap().name, "shop-cutover");
    }

    #[test]
    fn a_healthy_run_on_its_way_does_not_hide_a_failed_one() {
        let mut report = sample();
        report.migrations[0].outcome = Outcome::Running;
        assert_eq!(headline(&report, None).unwrap().name, "crm-cutover");
    }
}
