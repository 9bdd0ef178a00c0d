//! Laws over all stories: what happened elsewhere, names, and damage must not change why a run failed.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;
use mig_analyze::archive::Source;
use mig_analyze::finding::{Migration, Report};

use crate::support::{File, Story, analyze, archive_name, tar_gz};

/// What a run must keep: outcome, whether it is superseded, and its roots with what they say.
type Told = (String, bool, BTreeSet<String>);

fn told(report: &Report, run: &Migration, with_message: bool) -> Told {
    let root = |id: &String| {
        let finding = report.finding(id).expect("a finding of the report");
        if with_message { format!("{}: {}", finding.rule, finding.message) } else { finding.rule.clone() }
    };
    (run.outcome.as_str().to_owned(), run.superseded_by.is_some(), run.root_causes.iter().map(root).collect())
}

fn by_uid(report: &Report) -> BTreeMap<String, Told> {
    report.migrations.iter().map(|run| (run.id.clone(), told(report, run, true))).collect()
}

fn verdict(problems: &[String]) -> Result<(), Failed> {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// The inputs of a story with every file given to `edit`, which returns its new text or nothing where it stays.
pub(crate) fn edited(story: &Story, edit: &dyn Fn(&str, &str) -> Option<String>) -> Vec<(String, Source)> {
    with_files(story, &|files| {
        for (path, content) in files {
            if let Ok(text) = std::str::from_utf8(content)
                && let Some(new) = edit(path, text)
            {
                *content = new.into_bytes().into();
            }
        }
    })
}

/// The inputs of a story after `change` had its way with the files of each.
pub(crate) fn with_files(story: &Story, change: &dyn Fn(&mut Vec<File>)) -> Vec<(String, Source)> {
    let pack = |(files, input): (&Vec<File>, &String)| {
        let mut files = files.clone();
        change(&mut files);
        (archive_name(input), Source::bytes("must-gather.tar.gz", tar_gz(&files)))
    };
    story.inputs.iter().zip(&story.expect.inputs).map(pack).collect()
}

/// Law: an outage of store and agents one hour before a run began is not why it failed.
pub(crate) fn foreign_outage(story: &Story) -> Result<(), Failed> {
    let whole = analyze(&with_files(story, &|_| {}));
    let mut problems = Vec::new();
    for run in whole.migrations.iter().filter(|run| !matches!(run.outcome.as_str(), "succeeded")) {
        let Some(before) = run.started.as_deref().and_then(hour_before) else { continue };
        let outage = |path: &str, text: &str| (path.contains("/velero-") && path.ends_with("/current.log")).then(|| outage_at(text, &before));
        let report = analyze(&edited(story, &outage));
        // One finding about a cluster may count the line of then among its proofs.
        let (was, now) = (told(&whole, run, false), report.migration(&run.id).map(|run| told(&report, run, false)));
        if now.as_ref() != Some(&was) {
            problems.push(format!("{} after an outage at {before}: {now:?} instead of {was:?}", run.name));
        }
    }
    verdict(&problems)
}

/// `2021-05-12T08:10:00Z`, an hour earlier. An hour of the same day is all that the stories need.
fn hour_before(time: &str) -> Option<String> {
    let hour: u32 = time.get(11..13)?.parse().ok()?;
    let earlier = hour.checked_sub(1)?;
    Some(format!("{}{earlier:02}{}Z", &time[..11], time.get(13..19)?))
}

/// A velero log with an outage put in at its place in time.
fn outage_at(text: &str, at: &str) -> String {
    let stamp = |line: &str| line.split_once("time=\"").and_then(|(_, rest)| rest.get(..20)).map(str::to_owned);
    let line = |msg: &str, error: &str| format!("time=\"{at}\" level=error msg=\"{msg}\" error=\"{error}\"");
    let lines = [
        line(
            "Error getting a backup store",
            "rpc error: code = Unknown desc = Get \\\"https://s3.example.com/b\\\": x509: certificate signed by unknown authority",
        ),
        line("Error backing up item", "daemonset pod not found in running state in node worker-9.example.com"),
    ];
    let mut out: Vec<String> = text.lines().map(str::to_owned).collect();
    let place = out.iter().position(|line| stamp(line).is_some_and(|time| time.as_str() > at)).unwrap_or(out.len());
    for (offset, line) in lines.into_iter().enumerate() {
        out.insert(place + offset, line);
    }
    out.join("\n") + "\n"
}

/// Law: a daemon set that lacks an agent on a node which no volume job names explains nothing.
pub(crate) fn idle_node(story: &Story) -> Result<(), Failed> {
    let whole = analyze(&with_files(story, &|_| {}));
    let one_more = |path: &str, text: &str| {
        let text = path.ends_with("apps/daemonsets.yaml").then_some(text)?;
        let more = |line: &str| match line.trim().strip_prefix("desiredNumberScheduled: ").and_then(|number| number.parse::<u32>().ok()) {
            Some(number) => line.replace(&number.to_string(), &(number + 1).to_string()),
            None => line.to_owned(),
        };
        Some(text.lines().map(more).collect::<Vec<_>>().join("\n"))
    };
    let report = analyze(&edited(story, &one_more));
    let rules =
        |report: &Report| -> BTreeMap<String, Told> { report.migrations.iter().map(|run| (run.id.clone(), told(report, run, false))).collect() };
    let (was, now) = (rules(&whole), rules(&report));
    if was == now { Ok(()) } else { Err(format!("{now:?} instead of {was:?}").into()) }
}

/// Law: two cases in one report keep their runs apart, also where clusters, runs and pods bear the same names.
pub(crate) fn union(story: &Story, other: &Story) -> Result<(), Failed> {
    let mut apart = by_uid(&analyze(&story.sources()));
    apart.extend(by_uid(&analyze(&other.sources())));
    let mut sources = story.sources();
    sources.extend(other.sources());
    let together = by_uid(&analyze(&sources));
    let mut problems = Vec::new();
    for (id, was) in &apart {
        let now = together.get(id);
        // Clusters of one name are told apart by a number, which messages show.
        let same = |now: &Told| (&now.0, now.1) == (&was.0, was.1) && without_numbers(&now.2) == without_numbers(&was.2);
        if !now.is_some_and(same) {
            problems.push(format!("{id}: {now:?} instead of {was:?}"));
        }
    }
    if apart.len() != together.len() {
        problems.push(format!("{} runs instead of {}", together.len(), apart.len()));
    }
    verdict(&problems)
}

fn without_numbers(roots: &BTreeSet<String>) -> BTreeSet<String> {
    roots.iter().map(|root| root.replace("#2", "").replace("#3", "")).collect()
}

/// Names that stories invent; none of them means anything to MTC.
const INVENTED: &[&str] = &["shop", "billing", "inventory", "orders", "ledger", "reports", "archive-", "media-", "wiki-", "docs-", "crm"];

/// Law: other names of the same length, everywhere, change no verdict.
pub(crate) fn rename(story: &Story) -> Result<(), Failed> {
    let renamed = |text: &str| {
        INVENTED.iter().fold(text.to_owned(), |text, name| {
            let stem = name.trim_end_matches('-');
            let back: String = stem.chars().rev().collect();
            text.replace(name, &name.replace(stem, &back))
        })
    };
    let whole = analyze(&with_files(story, &|_| {}));
    let report = analyze(&with_files(story, &|files| {
        for (path, content) in files {
            *path = renamed(path);
            if let Ok(text) = std::str::from_utf8(content) {
                *content = renamed(text).into_bytes().into();
            }
        }
    }));
    let rules =
        |report: &Report| -> BTreeMap<String, Told> { report.migrations.iter().map(|run| (run.id.clone(), told(report, run, false))).collect() };
    let (was, now) = (rules(&whole), rules(&report));
    if was == now { Ok(()) } else { Err(format!("{now:?} instead of {was:?}").into()) }
}

/// Law: an archive that ends early yields the same roots or none.
pub(crate) fn cut(story: &Story) -> Result<(), Failed> {
    let whole = analyze(&with_files(story, &|_| {}));
    let allowed: BTreeMap<&str, BTreeSet<String>> = whole.migrations.iter().map(|run| (run.id.as_str(), told(&whole, run, false).2)).collect();
    let packed: Vec<Vec<u8>> = story.inputs.iter().map(|files| tar_gz(files)).collect();
    let mut problems = Vec::new();
    // Every tenth part of each story, and every twentieth of all of them together: the stories take turns.
    let first = if story.name.len().is_multiple_of(2) { 5 } else { 10 };
    for percent in (first..100).step_by(10) {
        let sources: Vec<(String, Source)> = packed
            .iter()
            .zip(&story.expect.inputs)
            .map(|(bytes, input)| (archive_name(input), Source::bytes("must-gather.tar.gz", bytes[..bytes.len() * percent / 100].to_vec())))
            .collect();
        let Some(report) = crate::support::try_analyze(&sources) else { continue };
        for run in &report.migrations {
            let known = allowed.get(run.id.as_str()).cloned().unwrap_or_default();
            for rule in told(&report, run, false).2.difference(&known) {
                problems.push(format!("cut at {percent} %: {} has the root {rule}", run.name));
            }
        }
    }
    verdict(&problems)
}
