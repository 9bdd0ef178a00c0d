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

/// Kinds whose conditions or phase tell that they are not well.
const KINDS: &[&str] = &[
    "MigPlan",
    "MigMigration",
    "MigCluster",
    "MigStorage",
    "MigHook",
    "MigAnalytic",
    "DirectVolumeMigration",
    "DirectVolumeMigrationProgress",
    "DirectImageMigration",
    "DirectImageStreamMigration",
    "Backup",
    "Restore",
    "PodVolumeBackup",
    "PodVolumeRestore",
    "BackupStorageLocation",
    "ResticRepository",
    "BackupRepository",
    "DataProtectionApplication",
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
        for id in KINDS.iter().flat_map(|kind| self.graph.of_kind(kind)).filter(|id| !touched.contains(id)) {
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
