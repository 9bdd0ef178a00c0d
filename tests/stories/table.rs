//! One line for each story: the case of the field, and whether its root cause was found.

#![allow(clippy::print_stdout, reason = "the table is there to be read")]

use std::collections::BTreeSet;
use std::fmt::Write as _;

use libtest_mimic::Failed;
use mig_analyze::finding::{Migration, Report};

use crate::support::{ExpectRun, Story, analyze};

/// How the program did on one run, from best to worst.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// The expected root and no other.
    Found,
    /// Nothing was named where the archive does not hold the reason.
    Unknown,
    /// Nothing, or not all, was named where the archive holds the reason.
    Missed,
    /// Something was named that is not the reason.
    Wrong,
}

impl Verdict {
    fn as_str(self) -> &'static str {
        match self {
            Self::Found => "found",
            Self::Unknown => "honest unknown",
            Self::Missed => "missed",
            Self::Wrong => "WRONG",
        }
    }

    fn of(expected: &[String], named: &[&str]) -> Self {
        if named.iter().any(|rule| !expected.iter().any(|other| other == rule)) {
            return Self::Wrong;
        }
        match (expected.is_empty(), expected.iter().all(|rule| named.contains(&rule.as_str()))) {
            (true, _) => Self::Unknown,
            (false, true) => Self::Found,
            (false, false) => Self::Missed,
        }
    }
}

fn named<'r>(report: &'r Report, run: &Migration) -> Vec<&'r str> {
    let mut rules: Vec<&str> = run.root_causes.iter().filter_map(|id| report.finding(id)).map(|finding| finding.rule.as_str()).collect();
    rules.dedup();
    rules
}

/// Runs that are green in spite of what the story is about, and stories of nothing at all.
fn beside_green_runs(story: &Story, report: &Report, case: &str) -> String {
    let wanted = &story.expect.present;
    let fired = |rule: &String| report.findings.iter().any(|finding| finding.rule == *rule);
    let verdict = match (wanted.is_empty(), wanted.iter().all(fired)) {
        (true, _) => "nothing to find",
        (false, true) => "found",
        (false, false) => "missed",
    };
    let shown = if wanted.is_empty() { "-".to_owned() } else { format!("{} (beside a green run)", wanted.join(", ")) };
    format!("{case:4} {:32} {:24} {verdict:14} {shown}", story.name, "-")
}

/// A run that did not fail, about which somebody had to say something: no root is asked for, and none may be named.
fn answered(story: &Story, report: &Report, case: &str, expect: &ExpectRun) -> (Verdict, String) {
    let run = report.migrations.iter().find(|run| run.name == expect.name);
    let findings: Vec<&str> =
        run.into_iter().flat_map(|run| &run.findings).filter_map(|id| report.finding(id)).map(|finding| finding.rule.as_str()).collect();
    let named = run.map_or_else(Vec::new, |run| named(report, run));
    let verdict = match (named.is_empty(), expect.answer.iter().all(|rule| findings.contains(&rule.as_str()))) {
        (false, _) => Verdict::Wrong,
        (true, true) => Verdict::Found,
        (true, false) => Verdict::Missed,
    };
    let shown = if named.is_empty() { format!("{} (nothing failed)", expect.answer.join(", ")) } else { named.join(", ") };
    (verdict, format!("{case:4} {:32} {:24} {:14} {shown}", story.name, expect.name, verdict.as_str()))
}

/// The run is what the story is about: it went wrong, nobody repaired it, and somebody said why. A stage run that had nothing to do
/// ends with a warning and is green all the same.
fn is_told(run: &ExpectRun) -> bool {
    let idle = run.symptoms.iter().any(|rule| rule == "mtc/stage-no-op");
    if !run.answer.is_empty() {
        return true;
    }
    let quiet = (run.outcome.as_deref() == Some("succeeded") || idle) && run.root.as_ref().is_none_or(Vec::is_empty);
    !quiet && run.superseded != Some(true) && run.root.is_some()
}

/// The table of all stories. It fails when a story has a wrong root; what is missed fails its own test.
pub(crate) fn table(stories: &[Story], print: bool) -> Result<(), Failed> {
    let mut rows: Vec<(String, String)> = Vec::new();
    let mut tally = [0_usize; 4];
    for story in stories {
        let report = analyze(&story.sources());
        let case = story.expect.case.as_deref().unwrap_or("-");
        let told: Vec<&ExpectRun> = story.expect.migrations.iter().filter(|run| is_told(run)).collect();
        if told.is_empty() {
            rows.push((order(case), beside_green_runs(story, &report, case)));
        }
        let by_answer = told.iter().any(|run| !run.answer.is_empty());
        for expect in told {
            // The case is told by the run that asks for an answer; the others stand beside it.
            let case = if by_answer && expect.answer.is_empty() { "-" } else { case };
            if !expect.answer.is_empty() {
                let (verdict, row) = answered(story, &report, case, expect);
                tally[verdict as usize] += 1;
                rows.push((order(case), row));
                continue;
            }
            let expected = expect.root.as_deref().unwrap_or_default();
            let named = report.migrations.iter().find(|run| run.name == expect.name).map_or_else(Vec::new, |run| named(&report, run));
            let verdict = Verdict::of(expected, &named);
            tally[verdict as usize] += 1;
            let shown = if named.is_empty() { "-".to_owned() } else { named.join(", ") };
            let mut row = format!("{case:4} {:32} {:24} {:14} {shown}", story.name, expect.name, verdict.as_str());
            if verdict != Verdict::Found && !expected.is_empty() {
                let _ = write!(row, " (should be {})", expected.join(", "));
            }
            rows.push((order(case), row));
        }
    }
    rows.sort();
    let untold: Vec<&str> = stories
        .iter()
        .map(|story| story.name.as_str())
        .filter(|name| !rows.iter().any(|(_, row)| row.split_whitespace().nth(1) == Some(*name)))
        .collect();
    let cases: BTreeSet<&str> = stories.iter().filter_map(|story| story.expect.case.as_deref()).collect();
    let mut text = format!("\n{:4} {:32} {:24} {:14} root cause named\n", "case", "story", "run", "verdict");
    for (_, row) in rows {
        let _ = writeln!(text, "{row}");
    }
    let [found, unknown, missed, wrong] = tally;
    let _ = writeln!(text, "{} stories, {} cases of the field", stories.len(), cases.len());
    let _ = writeln!(text, "{found} found, {unknown} honest unknown, {missed} missed, {wrong} wrong");
    if print {
        println!("{text}");
    }
    if !untold.is_empty() {
        return Err(format!("no row tells of {untold:?}").into());
    }
    if wrong == 0 { Ok(()) } else { Err(text.into()) }
}

/// `A2` before `A10`, and stories that no case of the field tells at the end.
fn order(case: &str) -> String {
    let (letter, number) = case.split_at(1);
    number.parse::<u32>().map_or_else(|_| "~".to_owned(), |number| format!("{letter}{number:03}"))
}
