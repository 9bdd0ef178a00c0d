//! What went wrong and no rule speaks of: this is how the next rule is found.

use std::collections::{BTreeMap, BTreeSet};

use regex::Regex;

use super::Maker;
use crate::finding::redact::clean;
use crate::finding::{Evidence, RuleState, Unexplained};
use crate::graph::tape::Value;
use crate::graph::{Object, ObjectId};
use crate::model::{Component, Excerpt, Place, Timestamp};
use crate::mtc;
use crate::scan::line::Line;
use crate::scan::{PatternTarget, shape_of};

/// Programs of MTC and Velero. What the application writes is its own affair, and the log reader repeats the others.
const PROGRAMS: &[Component] = &[
    Component::MigController,
    Component::Discovery,
    Component::Velero,
    Component::NodeAgent,
    Component::RsyncClient,
    Component::RsyncServer,
    Component::Stunnel,
    Component::Registry,
    Component::Operator,
    Component::OadpOperator,
    Component::Hook,
];

const UNWELL: &[&str] = &["Failed", "PartiallyFailed", "FailedValidation", "Unavailable", "NotReady", "Error"];

/// Shapes that are told.
const MOST: usize = 50;

/// What is told of one shape while more of it may come.
#[derive(Default)]
struct Folded(BTreeMap<(String, String), Unexplained>);

impl Folded {
    fn add(&mut self, from: &str, shape: &str, count: u64, times: (Option<Timestamp>, Option<Timestamp>), sample: impl FnOnce() -> Evidence) {
        let shape = clean(shape);
        let entry = self.0.entry((from.to_owned(), shape.clone())).or_insert_with(|| Unexplained {
            shape,
            component: from.to_owned(),
            count: 0,
            first: None,
            last: None,
            sample: sample(),
        });
        entry.count += count;
        let text = |time: Option<Timestamp>| time.map(|time| time.to_string());
        entry.first = match (entry.first.take(), text(times.0)) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        entry.last = entry.last.take().max(text(times.1));
    }
}

/// A pattern of a rule that fired.
struct Known {
    components: Vec<Component>,
    target: PatternTarget,
    regexes: Vec<Regex>,
}

impl Known {
    fn covers(&self, line: &Line<'_>, component: Component) -> bool {
        if !self.components.contains(&component) {
            return false;
        }
        let text = match self.target {
            PatternTarget::Line => line.whole(),
            PatternTarget::Error => line.error_text(),
        };
        self.regexes.iter().any(|regex| regex.is_match(&text))
    }
}

impl Maker<'_> {
    /// Error lines and unhealthy conditions that no finding covers, most frequent first; and how many lines were left out because
    /// they are known to mean nothing.
    pub(super) fn unexplained(&self) -> (Vec<Unexplained>, u64) {
        let mut folded = Folded::default();
        let noise = self.lines(&mut folded);
        self.conditions(&mut folded);
        let mut list: Vec<Unexplained> = folded.0.into_values().collect();
        list.sort_by(|a, b| b.count.cmp(&a.count).then_with(|| (&a.component, &a.shape).cmp(&(&b.component, &b.shape))));
        list.truncate(MOST);
        (list, noise)
    }

    fn lines(&self, folded: &mut Folded) -> u64 {
        let proofs: BTreeSet<(u32, &str, u32)> =
            self.found.iter().flat_map(|(_, one)| &one.evidence).map(|evidence| (evidence.input, evidence.path.as_str(), evidence.line)).collect();
        let known = self.known();
        let mut noise = 0;
        for shape in &self.graph.shapes {
            let log = &self.graph.logs[shape.log as usize];
            if !PROGRAMS.contains(&log.component) || proofs.contains(&(log.input, log.path.as_str(), shape.line)) {
                continue;
            }
            let fits = |row: &mtc::Noise| row.normal.is_none_or(|normal| shape.count <= u64::from(normal));
            if mtc::noise(log.component, &shape.text).is_some_and(fits) {
                noise += shape.count;
                continue;
            }
            let line = Line::parse(&shape.text, log.component);
            if known.iter().any(|known| known.covers(&line, log.component)) {
                continue;
            }
            folded.add(log.component.as_str(), &shape.shape, shape.count, (shape.first, shape.last), || {
                let place = Place { input: log.input, path: log.path.clone(), line: shape.line };
                Evidence::new(&place, &Excerpt { text: shape.text.to_string(), ..Excerpt::default() }, "", shape.first, None)
            });
        }
        noise
    }

    /// Patterns of the rules that fired: all their lines are told by a finding, also those that are not shown as its proof.
    fn known(&self) -> Vec<Known> {
        let fired = self.results.iter().filter(|result| result.state == RuleState::Fired);
        let specs = fired.flat_map(|result| self.pack.rules[result.rule].patterns());
        specs
            .map(|spec| Known {
                components: spec.components.clone(),
                target: spec.target,
                regexes: spec.regexes.iter().filter_map(|text| Regex::new(text).ok()).collect(),
            })
            .collect()
    }

    /// Conditions that hold and are no good news, and phases that say the same, of objects that no finding touches.
    fn conditions(&self, folded: &mut Folded) {
        let touched: BTreeSet<ObjectId> = self.found.iter().flat_map(|(_, one)| one.touched.iter().copied()).collect();
        let kinds = [mtc::CONTROL_KINDS, mtc::VELERO_JOBS, mtc::VELERO_GROUND].concat();
        for id in kinds.into_iter().flat_map(|kind| self.graph.of_kind(kind)).filter(|id| !touched.contains(id)) {
            let object = self.graph.object(id);
            // What other tools did with Velero is not of this case.
            if mtc::is_velero_job(object) && mtc::is_foreign(self.graph, id) {
                continue;
            }
            for (name, value, since) in complaints(object) {
                let message = value.text().unwrap_or_default();
                let shape = shape_of(&format!("{name}: {message}"), None);
                let place = object.place_of(value);
                let Some(place) = place else { continue };
                folded.add(object.kind(), &shape, 1, (since, since), || Evidence::new(&place, &object.excerpt(value), "", since, None));
            }
        }
    }
}

/// Name, text and time of each complaint of an object.
fn complaints(object: &Object) -> Vec<(String, Value<'_>, Option<Timestamp>)> {
    let word = |value: Value<'_>, key: &str| value.get(key).and_then(Value::text).unwrap_or_default().into_owned();
    let mut found = Vec::new();
    for condition in object.field("status.conditions").into_iter().flat_map(Value::items) {
        let bad = match &*word(condition, "category") {
            "Critical" | "Error" | "Warn" => word(condition, "status") == "True",
            // Conditions of OADP have no category.
            "" => word(condition, "type") == "Reconciled" && word(condition, "status") == "False",
            _ => false,
        };
        if let Some(told) = condition.get("message").or_else(|| condition.get("type")).filter(|_| bad) {
            found.push((word(condition, "type"), told, Timestamp::parse(&word(condition, "lastTransitionTime"))));
        }
    }
    if let Some(phase) = object.field("status.phase")
        && let Some(name) = phase.text().filter(|phase| UNWELL.contains(&&**phase))
    {
        let told = object.field("status.message").filter(|message| message.text().is_some_and(|text| !text.is_empty())).unwrap_or(phase);
        found.push((name.into_owned(), told, object.time("status.completionTimestamp")));
    }
    found
}

#[cfg(test)]
mod tests {
    use crate::engine::tests::{graph, pack};
    use crate::engine::{report, run};
    use crate::finding::{CoverageReport, Unexplained};

    /// A rule that takes lines about a full disk, and one about plans that are not ready.
    const RULES: &[(&str, &str)] = &[
        (
            "a/disk",
            "match:\n  - line: {log: velero, regex: 'disk (?P<name>\\S+) is full', by: [name]}\nsubject: cluster\ngroup_by: [cluster]\nmessage: x\nevidence: [line]\n",
        ),
        ("a/plan", "match:\n  - plan: {kind: MigPlan, where: 'plan.name == \"known\"'}\nsubject: plan\nmessage: x\nevidence: [plan.status]\n"),
    ];

    /// What is left over of a made-up archive.
    fn left_over(given: &str) -> CoverageReport {
        let pack = pack(RULES).map_err(|errors| errors.rules[0].to_string()).unwrap();
        let graph = graph(&pack, given);
        report(&graph, &pack, &run(&graph, &pack), &[]).coverage
    }

    fn shapes(coverage: &CoverageReport) -> Vec<(&str, &str, u64)> {
        coverage.unexplained.iter().map(|one| (one.component.as_str(), one.shape.as_str(), one.count)).collect()
    }

    fn log(component: &str, pod: &str, lines: &[&str]) -> String {
        let lines = lines.iter().fold(String::new(), |all, line| all + "      - '" + line + "'\n");
        format!("  - log: {component}\n    pod: {pod}\n    lines:\n{lines}")
    }

    fn times(one: &Unexplained) -> (Option<&str>, Option<&str>) {
        (one.first.as_deref(), one.last.as_deref())
    }

    #[test]
    fn lines_that_differ_in_names_numbers_and_uids_are_one() {
        let later = log(
            "velero",
            "velero-2",
            &[r#"time="2026-01-01T12:00:00Z" level=error msg="volume \"pv-9\" of 0d1e2f3a-1111-4222-8333-444455556666 lost 7 blocks""#],
        );
        let lines = [
            r#"time="2026-01-01T10:00:00Z" level=info msg="all is well""#,
            r#"time="2026-01-01T10:00:05Z" level=error msg="volume \"pv-1\" of 9a8b7c6d-aaaa-4bbb-8ccc-ddddeeeeffff lost 12 blocks""#,
            r#"time="2026-01-01T11:00:00Z" level=error msg="volume \"pv-2\" of 11111111-2222-4333-8444-555555555555 lost 3 blocks""#,
        ];
        // The later log comes first, so that order alone does not give the times.
        let coverage = left_over(&format!("{later}{}", log("velero", "velero-1", &lines)));
        assert_eq!(shapes(&coverage), [("velero", "volume <name> of <id> lost <n> blocks", 3)]);
        let one = &coverage.unexplained[0];
        assert_eq!(times(one), (Some("2026-01-01T10:00:05Z"), Some("2026-01-01T12:00:00Z")));
        assert!(one.sample.path.ends_with("velero.log") && one.sample.line == 1, "{:?}", one.sample);
        assert!(one.sample.text.contains("lost 7 blocks"), "a sample is as it was written: {}", one.sample.text);
    }

    #[test]
    fn the_sample_stands_at_the_first_line_of_its_shape() {
        let coverage = left_over(&log(
            "mig-controller",
            "c",
            &[
                r#"{"level":"info","ts":1767261600.1,"logger":"plan","msg":"fine"}"#,
                r#"{"level":"error","ts":1767261601.1,"logger":"plan","msg":"cannot paint the wall 1"}"#,
                r#"{"level":"error","ts":1767261602.1,"logger":"plan","msg":"cannot paint the wall 2"}"#,
            ],
        ));
        assert_eq!(shapes(&coverage), [("mig-controller", "cannot paint the wall <n>", 2)]);
        assert_eq!(coverage.unexplained[0].sample.line, 2);
    }

    #[test]
    fn noise_is_left_out_and_counted_and_too_much_of_it_is_told() {
        let gone =
            r#"time="2026-01-01T10:00:00Z" level=error msg="error getting backup storage location: BackupStorageLocation.velero.io \"x\" not found""#;
        let coverage = left_over(&log("velero", "v", &[gone, gone, gone]));
        assert_eq!((shapes(&coverage), coverage.noise), (vec![], 3));
        let waits = r#"{"level":"error","ts":1767261600.1,"logger":"dvm","msg":"Stale Rsync resources are still terminating. Waiting."}"#;
        let once = left_over(&log("mig-controller", "c", &[waits]));
        assert_eq!((shapes(&once), once.noise), (vec![], 1));
        let often = left_over(&log("mig-controller", "c", &[waits, waits]));
        assert_eq!((shapes(&often), often.noise), (vec![("mig-controller", "Stale Rsync resources are still terminating. Waiting.", 2)], 0));
    }

    #[test]
    fn lines_of_a_rule_that_fired_are_left_out_also_beyond_its_proof() {
        let full = |n: usize| format!(r#"time="2026-01-01T10:00:00Z" level=error msg="disk d{n} is full""#);
        let other = r#"time="2026-01-01T10:00:00Z" level=error msg="disk d1 is upside down""#;
        let lines: Vec<String> = (0..40).map(full).collect();
        let mut lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        lines.push(other);
        // The same words in another program are not what the rule looks at.
        let elsewhere = log("node-agent", "n", &[lines[0]]);
        let coverage = left_over(&format!("{}{elsewhere}", log("velero", "v", &lines)));
        assert_eq!(shapes(&coverage), [("node-agent", "disk d<n> is full", 1), ("velero", "disk d<n> is upside down", 1)]);
        assert_eq!(coverage.noise, 0);
    }

    #[test]
    fn what_the_application_writes_is_its_own_affair() {
        let line = r#"time="2026-01-01T10:00:00Z" level=error msg="no such table""#;
        assert_eq!(shapes(&left_over(&log("application", "web", &[line]))), []);
        assert_eq!(shapes(&left_over(&log("rsync-client", "web", &[line]))), [("rsync-client", "no such table", 1)]);
    }

    #[test]
    fn conditions_and_phases_that_no_finding_touches_are_told_with_their_place() {
        let plan = |name: &str, category: &str, status: &str| {
            format!(
                "  - {{kind: MigPlan, metadata: {{name: {name}}}, status: {{conditions: [{{type: OnFire, status: \"{status}\", category: {category}, message: 'plan {name} burns', lastTransitionTime: '2026-01-01T10:00:00Z'}}]}}}}\n"
            )
        };
        let coverage = left_over(&format!("{}{}{}", plan("one", "Critical", "True"), plan("two", "Warn", "False"), plan("six", "Required", "True")));
        assert_eq!(shapes(&coverage), [("MigPlan", "OnFire: plan one burns", 1)]);
        assert_eq!(times(&coverage.unexplained[0]), (Some("2026-01-01T10:00:00Z"), Some("2026-01-01T10:00:00Z")));
        assert!(coverage.unexplained[0].sample.line > 0 && coverage.unexplained[0].sample.text.contains("plan one burns"));
        // A finding speaks of the plan, so all that it complains of is told already.
        assert_eq!(shapes(&left_over(&plan("known", "Critical", "True"))), []);
    }

    #[test]
    fn a_failed_job_of_another_tool_is_not_of_this_case() {
        let backup = |labels: &str| format!("  - {{kind: Backup, metadata: {{name: nightly, labels: {{{labels}}}}}, status: {{phase: Failed}}}}\n");
        assert_eq!(shapes(&left_over(&backup(""))), []);
        assert_eq!(shapes(&left_over(&backup("migration.openshift.io/migrated-by-migplan: p"))), [("Backup", "Failed: Failed", 1)]);
    }

    #[test]
    fn the_most_frequent_comes_first_and_there_is_an_end_to_the_list() {
        let word = |n: usize| {
            ["red", "blue", "green", "grey", "pink", "black", "white", "brown"].iter().map(|c| format!("{c}{}", "x".repeat(n))).collect::<Vec<_>>()
        };
        let mut lines: Vec<String> =
            (0..10).flat_map(word).map(|word| format!(r#"time="2026-01-01T10:00:00Z" level=error msg="no {word} paint""#)).collect();
        lines.push(lines[79].clone());
        let lines: Vec<&str> = lines.iter().map(String::as_str).collect();
        let coverage = left_over(&log("velero", "v", &lines));
        assert_eq!(coverage.unexplained.len(), super::MOST);
        assert_eq!(shapes(&coverage)[0], ("velero", "no brownxxxxxxxxx paint", 2));
    }

    #[test]
    fn secrets_are_masked_in_shape_and_sample() {
        let coverage = left_over(&log(
            "velero",
            "v",
            &[r#"time="2026-01-01T10:00:00Z" level=error msg="cannot log in to https://joe:hunter2secret@s3.example.com""#],
        ));
        let text = format!("{:?}", coverage.unexplained);
        assert!(coverage.unexplained.len() == 1 && !text.contains("hunter2secret"), "{text}");
    }
}
