//! Every story comes out as a person would tell it, and the laws hold over all of them.

#![allow(clippy::expect_used, reason = "a story that cannot be read must stop its test")]

#[path = "stories/laws.rs"]
mod laws;
#[path = "stories/outage.rs"]
mod outage;
mod support;
#[path = "stories/table.rs"]
mod table;
#[path = "stories/variants.rs"]
mod variants;

use std::collections::{BTreeMap, BTreeSet};

use libtest_mimic::{Arguments, Failed, Trial};
use mig_analyze::archive::{Limits, Source, read_entry};
use mig_analyze::finding::redact::{MASK, clean};
use mig_analyze::finding::{Evidence, Finding, Migration, Report, RuleRole, Severity};
use support::{ExpectRun, File, Story, analyze, analyze_with, archive_name, stories, tar, tar_gz};

fn main() {
    let arguments = Arguments::from_args();
    let mut trials = Vec::new();
    let all: &'static [Story] = stories().leak();
    for (at, story) in all.iter().enumerate() {
        let mut add = |law: &str, run: fn(&Story) -> Result<(), Failed>| {
            trials.push(Trial::test(format!("{law}/{}", story.name), move || run(story)));
        };
        add("story", comes_out);
        add("evidence_is_true", evidence_is_true);
        add("knock_out", knock_out);
        add("shuffle", shuffle);
        add("twice", twice);
        add("foreign_outage/before", outage::an_hour_before);
        add("foreign_outage/elsewhere", outage::elsewhere);
        add("idle_node", laws::idle_node);
        add("rename", laws::rename);
        add("cut", laws::cut);
        let next = &all[(at + 1) % all.len()];
        trials.push(Trial::test(format!("union/{}+{}", story.name, next.name), move || laws::union(story, next)));
    }
    for (name, variant) in variants::VARIANTS {
        trials.push(Trial::test(format!("variant/{name}"), variant));
    }
    let print = arguments.nocapture;
    trials.push(Trial::test("table", move || table::table(all, print)));
    libtest_mimic::run(&arguments, trials).exit();
}

fn fail(problems: &[String]) -> Result<(), Failed> {
    if problems.is_empty() { Ok(()) } else { Err(problems.join("\n").into()) }
}

/// What was expected, held against the report.
fn comes_out(story: &Story) -> Result<(), Failed> {
    let report = analyze(&story.sources());
    let mut problems = Vec::new();
    let fired: BTreeSet<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).collect();
    for rule in &story.expect.present {
        if !fired.contains(rule.as_str()) {
            let state = report.rules.iter().find(|info| info.id == *rule);
            problems.push(format!("{rule} should fire, it is {state:?}"));
        }
    }
    for rule in &story.expect.absent {
        for finding in report.findings.iter().filter(|finding| finding.rule == *rule) {
            problems.push(format!("{rule} should not fire: {}", finding.message));
        }
    }
    for reason in &story.expect.gaps {
        if !report.gaps.iter().any(|gap| gap.reason == *reason) {
            problems.push(format!("no gap `{reason}` among {:?}", report.gaps));
        }
    }
    if let Some(clusters) = story.expect.clusters {
        let gathered = report.clusters.iter().filter(|cluster| cluster.gathered).count();
        if gathered != clusters {
            problems.push(format!("{gathered} clusters instead of {clusters}"));
        }
    }
    if let Some(worst) = &story.expect.max_severity {
        let limit = Severity::ALL.iter().copied().find(|severity| severity.as_str() == worst).expect("a severity");
        for finding in report.findings.iter().filter(|finding| finding.severity > limit) {
            problems.push(format!("above {worst}: {} {}", finding.rule, finding.message));
        }
    }
    let names: BTreeSet<&str> = report.migrations.iter().map(|run| run.name.as_str()).collect();
    let expected: BTreeSet<&str> = story.expect.migrations.iter().map(|run| run.name.as_str()).collect();
    if names != expected {
        problems.push(format!("migrations {names:?} instead of {expected:?}"));
    }
    for expect in &story.expect.migrations {
        if let Some(run) = report.migrations.iter().find(|run| run.name == expect.name) {
            problems.extend(run_differs(&report, run, expect).into_iter().map(|problem| format!("{}: {problem}", expect.name)));
        }
    }
    if !problems.is_empty() {
        problems.push(summary(&report));
    }
    fail(&problems)
}

fn run_differs(report: &Report, run: &Migration, expect: &ExpectRun) -> Vec<String> {
    let mut problems = Vec::new();
    if let Some(outcome) = &expect.outcome
        && run.outcome.as_str() != outcome
    {
        problems.push(format!("outcome {} instead of {outcome}", run.outcome));
    }
    if expect.phase.is_some() && run.phase != expect.phase {
        problems.push(format!("phase {:?} instead of {:?}", run.phase, expect.phase));
    }
    if let Some(superseded) = expect.superseded
        && run.superseded_by.is_some() != superseded
    {
        problems.push(format!("superseded by {:?}, expected {superseded}", run.superseded_by));
    }
    let roots: Vec<&Finding> = run.root_causes.iter().filter_map(|id| report.finding(id)).collect();
    // One cause on two clusters, or for two kinds, is two findings of one rule.
    let mut rules: Vec<&str> = roots.iter().map(|finding| finding.rule.as_str()).collect();
    rules.dedup();
    if let Some(expected) = &expect.root
        && rules != expected.iter().map(String::as_str).collect::<Vec<_>>()
    {
        problems.push(format!("root {rules:?} instead of {expected:?}"));
    }
    for rule in expect.not.iter().filter(|rule| rules.contains(&rule.as_str())) {
        problems.push(format!("{rule} must not be a root"));
    }
    for text in &expect.says {
        let says = |finding: &&Finding| {
            finding.message.contains(text.as_str())
                || finding.evidence.iter().any(|evidence| evidence.text.contains(text.as_str()) || evidence.path.contains(text.as_str()))
                || finding.instances.iter().any(|instance| instance.name.contains(text.as_str()))
        };
        if !roots.iter().any(says) {
            problems.push(format!("no root says `{text}`"));
        }
    }
    let findings: BTreeSet<&str> = run.findings.iter().filter_map(|id| report.finding(id)).map(|finding| finding.rule.as_str()).collect();
    for rule in expect.symptoms.iter().chain(&expect.answer).filter(|rule| !findings.contains(rule.as_str())) {
        problems.push(format!("{rule} is missing among its findings {findings:?}"));
    }
    if let Some(at) = &expect.look_at {
        // What blocked a run is gone when the run is over without a failure; its root cause still points somewhere.
        let target = run.look_at.as_ref().or_else(|| roots.first().and_then(|root| root.look_at.as_ref()));
        let found = target.map(|target| {
            let cluster = report.clusters.iter().find(|cluster| cluster.id == target.cluster).map_or("", |cluster| cluster.name.as_str());
            (cluster.to_owned(), target.kind.clone(), target.namespace.clone(), target.name.clone())
        });
        let expected = (at.cluster.clone(), at.kind.clone(), at.namespace.clone(), at.name.clone());
        if found.as_ref() != Some(&expected) {
            problems.push(format!("look at {found:?} instead of {expected:?}"));
        }
    }
    for text in expect.collect.iter().filter(|text| !run.collect.iter().any(|command| command.contains(text.as_str()))) {
        problems.push(format!("nothing to collect says `{text}`: {:?}", run.collect));
    }
    problems
}

/// The report in a few lines, for a failed test.
fn summary(report: &Report) -> String {
    let mut lines = vec!["---".to_owned()];
    for run in &report.migrations {
        lines.push(format!("run {} {} roots {:?} chain {:?}", run.name, run.outcome, run.root_causes, run.chain));
    }
    for finding in &report.findings {
        let runs: Vec<String> = finding.migrations.iter().map(|run| format!("{} {}", run.name, run.relation)).collect();
        lines.push(format!(
            "{} {} [{} {} {}] {} | explains {:?} | {runs:?}",
            finding.id, finding.rule, finding.role, finding.severity, finding.confidence, finding.message, finding.explains
        ));
    }
    for rule in report.rules.iter().filter(|rule| rule.reason.is_some()) {
        lines.push(format!("{} {} {}", rule.id, rule.state, rule.reason.as_deref().unwrap_or_default()));
    }
    lines.join("\n")
}

/// Law: whoever opens the file at the line reads what the report quotes.
fn evidence_is_true(story: &Story) -> Result<(), Failed> {
    let sources = story.sources();
    let report = analyze(&sources);
    let mut files: BTreeMap<(u32, &str), Vec<String>> = BTreeMap::new();
    let mut problems = Vec::new();
    for (finding, evidence) in report.findings.iter().flat_map(|finding| finding.evidence.iter().map(move |evidence| (finding, evidence))) {
        if evidence.line == 0 {
            // Damage has no line: the report quotes what the reader of the archive met.
            if !report.gaps.iter().any(|gap| gap.path == evidence.path && gap.detail.starts_with(&evidence.text)) {
                problems.push(format!("{}: {} is no gap of the report", finding.rule, evidence.path));
            }
            continue;
        }
        let lines = files.entry((evidence.input, evidence.path.as_str())).or_insert_with(|| {
            let source = &sources[evidence.input as usize].1;
            let bytes = read_entry(source, &Limits::default(), &evidence.path).unwrap_or_default();
            String::from_utf8_lossy(&bytes).lines().map(str::to_owned).collect()
        });
        let written = lines.get(evidence.line as usize - 1).map(|line| clean(line));
        if !matches(evidence, written.as_deref()) {
            problems.push(format!("{}: {}:{} reads {written:?}, the report says {:?}", finding.rule, evidence.path, evidence.line, evidence.text));
        }
    }
    // What was not collected has no line that could be quoted.
    let bare = |finding: &&Finding| finding.evidence.is_empty() && finding.role != RuleRole::Gap;
    let bare: Vec<&str> = report.findings.iter().filter(bare).map(|finding| finding.rule.as_str()).collect();
    if !bare.is_empty() {
        problems.push(format!("findings without evidence: {bare:?}"));
    }
    fail(&problems)
}

fn matches(evidence: &Evidence, written: Option<&str>) -> bool {
    let Some(written) = written else { return false };
    if evidence.truncated {
        return written.starts_with(evidence.text.trim_end_matches('…'));
    }
    written == evidence.text || (evidence.text.contains(MASK) && written.contains(MASK))
}

/// Rules that are roots of each run, by the run's name.
fn roots(report: &Report) -> BTreeMap<String, BTreeSet<String>> {
    let of = |run: &Migration| run.root_causes.iter().filter_map(|id| report.finding(id)).map(|finding| finding.rule.clone()).collect();
    report.migrations.iter().map(|run| (run.name.clone(), of(run))).collect()
}

/// Law: with any one file gone the root is the same or honestly unknown, never another.
fn knock_out(story: &Story) -> Result<(), Failed> {
    let whole = roots(&analyze(&story.sources()));
    let mut problems = Vec::new();
    for input in 0..story.inputs.len() {
        for gone in 0..story.inputs[input].len() {
            let sources = story.inputs.iter().enumerate().map(|(index, files)| {
                let kept: Vec<File> =
                    files.iter().enumerate().filter(|(number, _)| index != input || *number != gone).map(|(_, file)| file.clone()).collect();
                (archive_name(&story.expect.inputs[index]), Source::bytes("must-gather.tar", tar(&kept)))
            });
            let sources: Vec<_> = sources.collect();
            for (run, rules) in roots(&analyze(&sources)) {
                let allowed = whole.get(&run).cloned().unwrap_or_default();
                for rule in rules.difference(&allowed) {
                    problems.push(format!("without {}: {run} has the root {rule}", story.inputs[input][gone].0));
                }
            }
        }
    }
    fail(&problems)
}

/// A way to put the members of an archive, with its name.
type Order<'o> = (&'o str, &'o dyn Fn(&mut Vec<File>));

/// Law: neither the order of members nor the number of threads leaves a trace.
fn shuffle(story: &Story) -> Result<(), Failed> {
    let packed = |order: &dyn Fn(&mut Vec<File>)| -> Vec<(String, Source)> {
        let pack = |(files, input): (&Vec<File>, &String)| {
            let mut files = files.clone();
            order(&mut files);
            (archive_name(input), Source::bytes("must-gather.tar.gz", tar_gz(&files)))
        };
        story.inputs.iter().zip(&story.expect.inputs).map(pack).collect()
    };
    let first = as_json(analyze_with(&packed(&|_| {}), 0));
    let orders: [Order<'_>; 3] = [
        ("as packed", &|_| {}),
        ("backwards", &|files| files.reverse()),
        ("by hash", &|files| {
            files.sort_by_key(|(path, _)| path.bytes().fold(7_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)) ^ (sum >> 7)));
        }),
    ];
    let mut problems = Vec::new();
    for (name, order) in orders {
        for workers in [1, 7] {
            let other = as_json(analyze_with(&packed(order), workers));
            if other != first {
                let differs = first.lines().zip(other.lines()).find(|(a, b)| a != b);
                problems.push(format!("{name} with {workers} workers differs: {differs:?}"));
            }
        }
    }
    fail(&problems)
}

/// The JSON report without what describes the archive as a file.
fn as_json(mut report: Report) -> String {
    for input in &mut report.inputs {
        input.sha256.clear();
        input.bytes = 0;
    }
    serde_json::to_string_pretty(&report).expect("a report is JSON")
}

/// Law: the same archive given twice is one dataset.
fn twice(story: &Story) -> Result<(), Failed> {
    let once = story.sources();
    let mut both = once.clone();
    both.extend(once.clone());
    let (once, both) = (analyze(&once), analyze(&both));
    let findings = |report: &Report| serde_json::to_string_pretty(&report.findings).expect("findings are JSON");
    let mut problems = Vec::new();
    if findings(&once) != findings(&both) {
        problems.push("the findings differ".to_owned());
    }
    let counts = |report: &Report| (report.coverage.objects, report.coverage.events, report.coverage.logs, report.coverage.log_lines);
    if counts(&once) != counts(&both) {
        problems.push(format!("counts {:?} became {:?}", counts(&once), counts(&both)));
    }
    fail(&problems)
}
