//! Laws over all stories: what happened elsewhere, names, and damage must not change why a run failed.

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::Failed;
use mig_analyze::archive::Source;
use mig_analyze::finding::{Migration, Report};

use crate::support::{File, Story, analyze, archive_name, tar, tar_gz};

/// What a run must keep: outcome, whether it is superseded, and its roots with what they say.
pub(crate) type Told = (String, bool, BTreeSet<String>);

/// How much of a root finding has to stay the same.
#[derive(Clone, Copy)]
pub(crate) enum Root {
    /// The rule.
    Rule,
    /// The rule and the object that it is about.
    Subject,
    /// The rule and the name of the object that it is about, but not of its cluster.
    Name,
}

pub(crate) fn told(report: &Report, run: &Migration, how: Root) -> Told {
    let root = |id: &String| {
        let finding = report.finding(id).expect("a finding of the report");
        match how {
            Root::Rule => finding.rule.clone(),
            Root::Subject => format!("{} on {:?}", finding.rule, finding.subject),
            Root::Name => {
                let name = finding.subject.as_ref().map(|subject| (&subject.kind, &subject.namespace, &subject.name));
                // A cluster goes by another name when there are two of it.
                format!("{} on {:?}", finding.rule, name.filter(|(kind, ..)| *kind != "Cluster" && *kind != "MigCluster"))
            }
        }
    };
    (run.outcome.as_str().to_owned(), run.superseded_by.is_some(), run.root_causes.iter().map(root).collect())
}

fn by_uid(report: &Report) -> BTreeMap<String, Told> {
    report.migrations.iter().map(|run| (run.id.clone(), told(report, run, Root::Name))).collect()
}

pub(crate) fn verdict(problems: &[String]) -> Result<(), Failed> {
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
        (archive_name(input), Source::bytes("must-gather.tar", tar(&files)))
    };
    story.inputs.iter().zip(&story.expect.inputs).map(pack).collect()
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
        |report: &Report| -> BTreeMap<String, Told> { report.migrations.iter().map(|run| (run.id.clone(), told(report, run, Root::Rule))).collect() };
    let (was, now) = (rules(&whole), rules(&report));
    if was == now { Ok(()) } else { Err(format!("{now:?} instead of {was:?}").into()) }
}

/// Law: two cases in one report keep their runs apart, also where clusters, runs and pods bear the same names.
pub(crate) fn union(story: &Story, other: &Story) -> Result<(), Failed> {
    let mut sources = story.sources();
    sources.extend(other.sources());
    let reports = [analyze(&story.sources()), analyze(&other.sources()), analyze(&sources)];
    let [one, two, both] = &reports;
    let mut apart = by_uid(one);
    apart.extend(by_uid(two));
    let together = by_uid(both);
    let mut problems = Vec::new();
    for (id, was) in &apart {
        let now = together.get(id);
        // Stories share the invented address of a target, so together it is one cluster with the later clock. Ages grow with it, and a
        // message may then say more about the same object.
        let same = |now: &Told| now == was;
        if !now.is_some_and(same) {
            problems.push(format!("{id}: {now:?} instead of {was:?}"));
        }
    }
    if apart.len() != together.len() {
        problems.push(format!("{} runs instead of {}", together.len(), apart.len()));
    }
    verdict(&problems)
}

/// Names that stories invent; none of them means anything to MTC.
const INVENTED: &[&str] = &[
    "shop",
    "billing",
    "inventory",
    "orders",
    "ledger",
    "reports",
    "archive-",
    "media-",
    "wiki-",
    "docs-",
    "crm",
    "blog",
    "photos",
    "helpdesk",
    "forum",
    "stock",
    "jira",
    "payroll",
    "gitlab",
    "survey",
    "parksmap",
    "intranet",
    "gallery",
    "nexus",
    "quotes",
    "portal",
    "quiz",
];

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
        |report: &Report| -> BTreeMap<String, Told> { report.migrations.iter().map(|run| (run.id.clone(), told(report, run, Root::Rule))).collect() };
    let (was, now) = (rules(&whole), rules(&report));
    if was == now { Ok(()) } else { Err(format!("{now:?} instead of {was:?}").into()) }
}

/// Law: an archive that ends early yields the same roots or none.
pub(crate) fn cut(story: &Story) -> Result<(), Failed> {
    let whole = analyze(&with_files(story, &|_| {}));
    let allowed: BTreeMap<&str, BTreeSet<String>> = whole.migrations.iter().map(|run| (run.id.as_str(), told(&whole, run, Root::Rule).2)).collect();
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
            for rule in told(&report, run, Root::Rule).2.difference(&known) {
                problems.push(format!("cut at {percent} %: {} has the root {rule}", run.name));
            }
        }
    }
    verdict(&problems)
}
