//! The first ten lines: what to paste into the case.
//!
//! Plain text of at most 100 columns. Every line has its place, so the reader of a hundred cases finds it without reading.

use super::fit::{clip, clip_path, columns, minute, one_line, wrap};
use super::page::Page;
use super::runs::{green, headline, stand, verdict, what};
use crate::finding::{Confidence, Evidence, Finding, Link, Migration};

/// Where the text starts; the longest label is `Possible cause:`.
const LABEL: usize = 16;
/// Wider than this, a support case wraps.
const WIDEST: usize = 100;

/// Writes the ten lines.
pub(super) fn write(page: &mut Page<'_>) {
    line(page, "Input", &inputs(page));
    line(page, "Clusters", &clusters(page));
    match headline(page.report, page.options.migration.as_deref()) {
        Some(run) => story(page, run),
        None => quiet(page),
    }
    line(page, "Other runs", &others(page));
    line(page, "Missing", &missing(page));
}

fn room(page: &Page<'_>) -> usize {
    page.width().min(WIDEST) - LABEL
}

fn line(page: &mut Page<'_>, label: &str, text: &str) {
    let clipped = clip(&one_line(text), room(page));
    put(page, label, &clipped);
}

fn put(page: &mut Page<'_>, label: &str, text: &str) {
    let label = if label.is_empty() { String::new() } else { format!("{label}:") };
    let padding = " ".repeat(LABEL.saturating_sub(columns(&label)));
    let line = format!("{}{padding}{text}", page.paint.strong(&label));
    page.line(&line);
}

fn inputs(page: &Page<'_>) -> String {
    let report = page.report;
    let names = report.inputs.iter().map(|input| input.name.as_str()).collect::<Vec<_>>().join(", ");
    let collected = report.clusters.iter().filter_map(|cluster| cluster.now.as_deref()).max();
    let collected = collected.map_or_else(|| "time of collection unknown".to_owned(), |now| format!("collected {}", minute(now)));
    let broken: Vec<&str> = report.inputs.iter().filter(|input| !input.complete).map(|input| input.name.as_str()).collect();
    let state = match broken.len() {
        0 => "complete".to_owned(),
        _ if report.inputs.len() == 1 => "NOT COMPLETE".to_owned(),
        _ => format!("NOT COMPLETE: {}", broken.join(", ")),
    };
    let facts = format!("; {collected}; {state}");
    format!("{}{facts}", clip(&one_line(&names), room(page).saturating_sub(columns(&facts)).max(12)))
}

/// The first input that did not come whole.
fn broken<'a>(page: &Page<'a>) -> Option<&'a str> {
    page.report.inputs.iter().find(|input| !input.complete).map(|input| input.name.as_str())
}

/// All clusters with as much as fits: versions go first, names and roles stay.
fn clusters(page: &Page<'_>) -> String {
    let describe = |versions: usize| {
        let each = page.report.clusters.iter().map(|cluster| {
            let roles: Vec<&str> = cluster.roles.iter().map(String::as_str).filter(|&role| role != cluster.name).collect();
            let mut text = cluster.name.clone();
            if !roles.is_empty() {
                text = format!("{text} ({})", roles.join(", "));
            }
            let mut facts = Vec::new();
            if versions > 1 {
                facts.extend(cluster.kubernetes.as_ref().map(|version| format!("k8s {}", release(version))));
            }
            if versions > 0 {
                facts.extend(cluster.mtc.as_ref().map(|version| format!("MTC {version}")));
            }
            if !cluster.gathered {
                facts.push(if broken(page).is_some() { "NOT SEEN".into() } else { "NOT GATHERED".into() });
            }
            if cluster.suspect {
                facts.push("data of two clusters mixed".into());
            }
            if facts.is_empty() { text } else { format!("{text} {}", facts.join(", ")) }
        });
        one_line(&each.collect::<Vec<_>>().join("; "))
    };
    let full = describe(2);
    // Of an input that was cut nobody knows what else was in it.
    let whole = broken(page).is_none() && page.report.clusters.iter().all(|cluster| cluster.gathered);
    let all = if whole { format!("{full}; all gathered") } else { String::new() };
    if !full.is_empty() && !all.is_empty() && columns(&all) <= room(page) {
        return all;
    }
    let forms = [full, describe(1), describe(0)];
    let [.., shortest] = &forms;
    let best = forms.iter().find(|form| columns(form) <= room(page)).unwrap_or(shortest);
    if best.is_empty() { "none recognised".into() } else { best.clone() }
}

/// Major and minor of a version: `1.20` of `v1.20.0+bbbc079`.
fn release(version: &str) -> String {
    version.trim_start_matches('v').split('.').take(2).collect::<Vec<_>>().join(".")
}

/// Lines 3 to 8 for a run that is not green.
fn story(page: &mut Page<'_>, run: &Migration) {
    line(page, verdict(run), &format!("{} ({})", run.name, what(run)));
    let phase = stand(run);
    let application = match run.source_down {
        true => "; APPLICATION DOWN",
        false if columns(&phase) + 31 <= room(page) => "; application not left quiesced",
        false => "; app not quiesced",
    };
    let phase = clip(&phase, room(page).saturating_sub(columns(application)));
    line(page, "Phase", &format!("{phase}{application}"));
    let root = run.root_causes.iter().find_map(|id| page.report.finding(id));
    let (label, cause) = match root {
        Some(root) => (confidence(root.confidence), cause(page, run, root)),
        None if green(run) => ("Cause", vec!["nothing to explain".to_owned()]),
        None => ("Cause", two_lines(&honest(page, run), "", room(page))),
    };
    let shown = root.or_else(|| deepest(page, run));
    let proof = shown.and_then(|finding| finding.evidence.first());
    let look_at = root.and_then(|root| root.look_at.as_ref()).or(run.look_at.as_ref()).or_else(|| shown?.subject.as_ref());
    let look_at = look_at.map_or_else(|| "no object is known to block it".to_owned(), |target| page.object(target));
    let wrapped = cause.len() > 1;
    for (at, text) in cause.iter().enumerate() {
        put(page, if at == 0 { label } else { "" }, text);
    }
    if wrapped {
        // The cause took the line of the object, so both share one; the whole path stands with the finding.
        let look_at = clip(&format!("; look at {look_at}"), room(page) - 20);
        let place = proof.map_or_else(|| "none".into(), place);
        let text = format!("{}{look_at}", clip_path(&place, room(page).saturating_sub(columns(&look_at))));
        line(page, "Proof", &text);
    } else {
        let text = proof.map_or_else(|| "none".into(), |proof| clip_path(&place(proof), room(page)));
        line(page, "Proof", &text);
        line(page, "Look at", &look_at);
    }
    line(page, "Do", &first_step(page, run, root));
}

fn confidence(confidence: Confidence) -> &'static str {
    match confidence {
        Confidence::High => "Root cause",
        Confidence::Medium => "Likely cause",
        Confidence::Low => "Possible cause",
    }
}

/// The message with the finding behind it; the name of the rule is the first to go when two lines do not hold all.
fn cause(page: &Page<'_>, run: &Migration, root: &Finding) -> Vec<String> {
    let others: Vec<&str> = run.root_causes.iter().filter(|id| **id != root.id).take(3).map(String::as_str).collect();
    let more = if others.is_empty() { String::new() } else { format!("; also {}", others.join(", ")) };
    let full = format!("{} ({} {}{more})", root.message, root.id, root.rule);
    let lines = wrap(&one_line(&full), room(page));
    if lines.len() <= 2 && lines.iter().all(|line| columns(line) <= room(page)) {
        return lines;
    }
    two_lines(&root.message, &format!(" ({}{more})", root.id), room(page))
}

/// How far the evidence goes when it does not reach a cause.
fn honest(page: &Page<'_>, run: &Migration) -> String {
    let end = deepest(page, run).map_or_else(|| "no finding of this run".to_owned(), |finding| format!("{} ({})", finding.title, finding.id));
    let unknown = run.chain.iter().find_map(|link| match link {
        Link::Unknown { rule, .. } => Some(rule),
        Link::Finding { .. } => None,
    });
    let beyond = unknown.map(|rule| format!("; not judged for want of data: {rule}")).unwrap_or_default();
    format!("not in the evidence: chain ends at {end}{beyond}")
}

/// The finding nearest to the cause.
fn deepest<'a>(page: &Page<'a>, run: &Migration) -> Option<&'a Finding> {
    let of_chain = run.chain.iter().rev().filter_map(|link| match link {
        Link::Finding { finding } => page.report.finding(finding),
        Link::Unknown { .. } => None,
    });
    of_chain.chain(run.findings.iter().filter_map(|id| page.report.finding(id))).next()
}

/// At most two lines; the text is cut where it must be, its end is kept.
fn two_lines(text: &str, end: &str, width: usize) -> Vec<String> {
    let text = one_line(text);
    let mut keep = columns(&text).min(width * 2);
    loop {
        let lines = wrap(&format!("{}{end}", clip(&text, keep)), width);
        if lines.len() <= 2 || keep < width / 2 {
            return lines.into_iter().take(2).map(|line| clip(&line, width)).collect();
        }
        keep = keep.saturating_sub(4);
    }
}

fn place(evidence: &Evidence) -> String {
    one_line(&evidence.place())
}

/// First step of the remedy, with its command when both fit; without a cause, what to collect.
fn first_step(page: &Page<'_>, run: &Migration, root: Option<&Finding>) -> String {
    let Some(root) = root else {
        let shown = deepest(page, run).map(|finding| finding.remediation.as_str()).filter(|text| !text.is_empty());
        let step = shown.and_then(|text| text.lines().find(|line| !line.trim().is_empty()));
        return match (run.collect.first(), step) {
            (Some(_), _) => "collect what is missing (last line) and analyze it together with these inputs".to_owned(),
            (None, Some(step)) => unnumbered(step).to_owned(),
            (None, None) => "see the chain below".to_owned(),
        };
    };
    let mut steps = root.remediation.lines().map(unnumbered).filter(|line| !line.is_empty());
    let first = steps.next().unwrap_or("see the finding below");
    match steps.next() {
        Some(command) if command.starts_with("oc ") => {
            let both = format!("{} {command}", first.trim_end_matches(['.', ':']).to_owned() + ":");
            if columns(&both) <= room(page) { both } else { first.to_owned() }
        }
        _ => first.to_owned(),
    }
}

/// A step without its `1.`.
fn unnumbered(step: &str) -> &str {
    let step = step.trim();
    step.split_once(". ").filter(|(number, _)| number.bytes().all(|byte| byte.is_ascii_digit())).map_or(step, |(_, text)| text)
}

/// Lines for a report in which nothing failed.
fn quiet(page: &mut Page<'_>) {
    let report = page.report;
    let counted = report.migrations.iter().filter(|run| run.superseded_by.is_none()).count();
    let newest = report.migrations.iter().find(|run| run.superseded_by.is_none());
    let newest = newest.map(|newest| format!("newest {} ({}), {}", newest.name, what(newest), stand(newest)));
    // A run that failed may stand in what was cut off.
    let text = match (newest, broken(page)) {
        (Some(newest), None) => format!("all {counted} runs succeeded; {newest}"),
        (Some(newest), Some(_)) => format!("{counted} succeeded of those that CAN BE READ; {newest}"),
        (None, None) => "no migration was found in these inputs".to_owned(),
        (None, Some(_)) => "no migration was found in what can be read of these inputs".to_owned(),
    };
    line(page, "Runs", &text);
    if let Some(first) = report.findings.iter().find(|finding| !report.only_superseded(finding)) {
        let (id, rule) = (&first.id, &first.rule);
        line(page, "Worth knowing", &format!("{} ({id} {rule})", first.message));
        if let Some(proof) = first.evidence.first() {
            // What is wrong with an input as a whole stands in no file of it.
            let whole = report.inputs.get(proof.input as usize).filter(|_| proof.path.is_empty()).map(|input| one_line(&input.name));
            let text = clip_path(&whole.unwrap_or_else(|| place(proof)), room(page));
            line(page, "Proof", &text);
        }
    }
}

/// What stands beside the headline, in numbers and, for failures, names.
fn others(page: &Page<'_>) -> String {
    let report = page.report;
    let top = headline(report, page.options.migration.as_deref()).map(|run| run.id.as_str());
    let rest: Vec<&Migration> = report.migrations.iter().filter(|run| Some(run.id.as_str()) != top).collect();
    let counts: Vec<&Migration> = rest.iter().copied().filter(|run| run.superseded_by.is_none()).collect();
    let failed: Vec<&Migration> = counts.iter().copied().filter(|run| run.contradicted || run.outcome.is_bad()).collect();
    let greens = counts.iter().filter(|run| green(run)).count();
    let open = counts.len() - failed.len() - greens;
    let superseded = rest.len() - counts.len();
    let open = if open == 0 { String::new() } else { format!("{open} running, canceled or unknown, ") };
    let names = failed.iter().map(|run| if run.source_down { format!("{}: application down", run.name) } else { run.name.clone() });
    let names = names.collect::<Vec<_>>().join(", ");
    let plus = if top.is_some() { "+ " } else { "" };
    let detailed = format!("{plus}{} failed ({names}), {open}{superseded} superseded, {greens} green", failed.len());
    if !failed.is_empty() && columns(&detailed) <= room(page) {
        return detailed;
    }
    format!("{plus}{} failed, {open}{superseded} superseded, {greens} green", failed.len())
}

/// What was not collected and matters, with the command that gets it.
fn missing(page: &Page<'_>) -> String {
    let report = page.report;
    let top = headline(report, page.options.migration.as_deref());
    // What was cut off may be all that is missing, and costs nobody another gather.
    if let Some(name) = broken(page) {
        let rest = format!("the rest of {}, which is cut off or damaged: attach it again", clip(&one_line(name), room(page) / 2));
        let then = top.and_then(|run| run.collect.first()).map(|command| format!("{rest}; else {command}"));
        return then.filter(|both| columns(both) <= room(page)).unwrap_or(rest);
    }
    if let Some((run, command)) = top.and_then(|run| Some((run, run.collect.first()?))) {
        return with_command(page, reason(page, run).as_deref(), command);
    }
    if let Some(cluster) = report.clusters.iter().find(|cluster| !cluster.gathered) {
        return format!("the data of cluster {}: gather there too", cluster.name);
    }
    let other = report.migrations.iter().filter(|run| run.superseded_by.is_none()).find_map(|run| Some((run, run.collect.first()?)));
    if let Some((run, command)) = other {
        return with_command(page, Some(&format!("for {}", run.name)), command);
    }
    // What was left unread on purpose, or is a remark on the whole input, is no damage.
    let damaged = report.gaps.iter().filter(|gap| !matches!(gap.reason.as_str(), "not-read" | "obfuscated")).count();
    format!("nothing that this verdict needs; {damaged} files could not be read")
}

/// Why the first unknown link of a chain could not be judged.
fn reason(page: &Page<'_>, run: &Migration) -> Option<String> {
    run.chain.iter().find_map(|link| match link {
        Link::Unknown { rule, .. } => page.report.rules.iter().find(|known| known.id == *rule)?.reason.clone(),
        Link::Finding { .. } => None,
    })
}

/// The command matters more than the words before it.
fn with_command(page: &Page<'_>, why: Option<&str>, command: &str) -> String {
    let left = room(page).saturating_sub(columns(command) + 2);
    match why {
        Some(why) if left >= 16 => format!("{}: {command}", clip(&one_line(why), left)),
        _ => command.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::sample;
    use crate::finding::{Outcome, Report};
    use crate::output::Options;

    fn head(report: &Report, width: usize) -> Vec<String> {
        let options = Options { width, ..Options::default() };
        let mut page = Page::new(report, &options);
        write(&mut page);
        page.into_text().lines().map(str::to_owned).collect()
    }

    fn assert_shape(lines: &[String], width: usize) {
        assert!(lines.len() <= 10, "{lines:#?}");
        for line in lines {
            assert!(columns(line) <= width, "{} columns: {line}", columns(line));
            assert!(!line.chars().any(|c| ('\u{2500}'..='\u{259f}').contains(&c) || c == '|'), "box in {line}");
        }
    }

    #[test]
    fn the_story_fits_ten_plain_lines_on_every_width() {
        for width in [60, 80, 100, 200] {
            let lines = head(&sample(), width);
            assert_eq!(lines.len(), 10);
            assert_shape(&lines, width.min(WIDEST));
        }
    }

    #[test]
    fn the_ten_lines_of_the_story() {
        insta::assert_snapshot!("head_story", head(&sample(), 100).join("\n"));
    }

    #[test]
    fn without_a_root_the_summary_says_where_the_evidence_ends() {
        let mut report = sample();
        report.migrations.remove(0);
        let lines = head(&report, 100);
        assert_shape(&lines, 100);
        insta::assert_snapshot!("head_no_root", lines.join("\n"));
    }

    #[test]
    fn less_certain_roots_are_called_likely_and_possible() {
        let mut report = sample();
        report.findings[0].confidence = Confidence::Medium;
        assert!(head(&report, 100)[4].starts_with("Likely cause:"));
        report.findings[0].confidence = Confidence::Low;
        assert!(head(&report, 100)[4].starts_with("Possible cause:"));
    }

    #[test]
    fn a_report_without_failures_is_short() {
        let mut report = sample();
        report.migrations.retain(|run| run.outcome == Outcome::Succeeded);
        report.findings.clear();
        let lines = head(&report, 100);
        assert_shape(&lines, 100);
        insta::assert_snapshot!("head_green", lines.join("\n"));
    }

    #[test]
    fn of_an_input_that_was_cut_nothing_is_said_as_of_a_whole_one() {
        let mut report = sample();
        report.migrations.retain(|run| run.outcome == Outcome::Succeeded);
        report.inputs[0].complete = false;
        report.clusters[0].gathered = false;
        let name = report.inputs[0].name.clone();
        let lines = head(&report, 100).join("\n");
        assert!(lines.contains("NOT COMPLETE") && lines.contains("succeeded of those that CAN BE READ"), "{lines}");
        assert!(
            lines.contains("NOT SEEN") && !lines.contains("all gathered") && !lines.contains("NOT GATHERED") && !lines.contains("gather there too"),
            "{lines}"
        );
        assert!(lines.ends_with(&format!("the rest of {name}, which is cut off or damaged: attach it again")), "{lines}");
        report.migrations.clear();
        assert!(head(&report, 100).iter().any(|line| line.ends_with("no migration was found in what can be read of these inputs")));
        report.inputs[0].complete = true;
        assert!(head(&report, 100).iter().any(|line| line.ends_with("the data of cluster host: gather there too")));
    }

    #[test]
    fn an_empty_report_still_speaks() {
        let mut report = sample();
        report.migrations.clear();
        report.findings.clear();
        report.clusters.clear();
        report.inputs[0].complete = false;
        assert_shape(&head(&report, 100), 100);
    }

    #[test]
    fn hostile_names_stay_on_their_line() {
        let mut report = sample();
        report.migrations[0].name = "x\n\u{1b}[2J".repeat(80);
        report.clusters[0].name = "c".repeat(500);
        report.findings[0].message = "word ".repeat(400);
        let lines = head(&report, 100);
        assert_shape(&lines, 100);
        assert!(lines.iter().all(|line| !line.contains('\u{1b}')));
    }
}
