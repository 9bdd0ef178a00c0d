//! From completed rows to findings.

use std::collections::{BTreeMap, BTreeSet};

use super::row::{Row, RowScope};
use super::{Matcher, Trace, evidence};
use crate::finding::redact::clean;
use crate::finding::{Confidence, RuleState};
use crate::graph::{Graph, ObjectId};
use crate::model::{ClusterId, ObjectRef, Timestamp};
use crate::rules::binding::{Binding, What};
use crate::rules::cel::Val;
use crate::rules::outcome::{Match, Pending, RuleResult, Subject};
use crate::rules::path::Path;
use crate::rules::rule::{GroupKey, SubjectSpec};
use crate::rules::template::Source;

/// Findings one rule may have, samples in one of them, undecided rows told.
const MOST_FINDINGS: usize = 200;
const MOST_SAMPLES: usize = 20;
const MOST_PENDING: usize = 500;

/// One row as templates of `name` and `namespace` see it.
pub(super) struct RowSource<'s, 'a> {
    pub(super) graph: &'a Graph,
    pub(super) names: &'s [String],
    pub(super) row: &'s Row<'a>,
}

impl<'a> RowSource<'_, 'a> {
    fn binding(&self, path: &Path) -> Option<&Binding<'a>> {
        self.row.bound(self.names.iter().position(|name| *name == path.root)?)
    }
}

impl<'a> Source<'a> for RowSource<'_, 'a> {
    fn value(&self, path: &Path) -> Val<'a> {
        self.binding(path).map_or(Val::Null, |binding| path.follow(Val::Thing(binding.clone())))
    }

    fn values(&self, path: &Path) -> Vec<Val<'a>> {
        match self.binding(path).map(|binding| &binding.what) {
            Some(What::Many(all)) => all.iter().map(|one| path.follow(Val::Thing(one.clone()))).collect(),
            _ => vec![self.value(path)],
        }
    }

    fn count(&self, path: &Path) -> usize {
        match self.binding(path).map(|binding| &binding.what) {
            Some(What::Many(all)) => all.len(),
            Some(_) => 1,
            None => 0,
        }
    }

    fn now(&self) -> Option<Timestamp> {
        self.row.here().and_then(|cluster| self.graph.cluster(cluster).now)
    }
}

/// All rows of a finding, as its message sees them.
struct GroupSource<'s, 'a> {
    graph: &'a Graph,
    names: &'s [String],
    rows: &'s [Row<'a>],
    cluster: ClusterId,
}

impl<'a> GroupSource<'_, 'a> {
    fn of<'r>(&'r self, row: &'r Row<'a>) -> RowSource<'r, 'a> {
        RowSource { graph: self.graph, names: self.names, row }
    }

    /// Distinct bindings of a name over all rows.
    fn distinct(&self, root: &str) -> Vec<Binding<'a>> {
        let Some(slot) = self.names.iter().position(|name| name == root) else { return Vec::new() };
        let mut all: Vec<Binding<'a>> = Vec::new();
        for binding in self.rows.iter().filter_map(|row| row.bound(slot)) {
            let parts = match &binding.what {
                What::Many(parts) => parts.as_ref().clone(),
                _ => vec![binding.clone()],
            };
            for part in parts {
                // Groups of hits are made anew for every row, so they are compared by what they say.
                let twin = |other: &&Binding<'a>| **other == part || evidence::same_hits(other, &part);
                if !all.iter().any(|other| twin(&other)) {
                    all.push(part);
                }
            }
        }
        all
    }

    fn total(&self, path: &Path) -> Option<Val<'a>> {
        let [field] = path.steps.as_slice() else { return None };
        let all = self.distinct(&path.root);
        let is_hit = all.first().is_some_and(|one| matches!(one.what, What::Events(_) | What::Log(_) | What::Error(_)));
        let sum = match field.as_str() {
            _ if !is_hit => return None,
            "count" => all.iter().map(|one| if let Val::Int(count) = one.member("count") { count } else { 1 }).sum::<i64>(),
            "objects" => i64::try_from(all.iter().map(Binding::object_count).sum::<u64>()).unwrap_or(i64::MAX),
            _ => return None,
        };
        Some(Val::Int(sum))
    }
}

impl<'a> Source<'a> for GroupSource<'_, 'a> {
    fn value(&self, path: &Path) -> Val<'a> {
        if let Some(total) = self.total(path) {
            return total;
        }
        self.rows.first().map_or(Val::Null, |row| self.of(row).value(path))
    }

    fn values(&self, path: &Path) -> Vec<Val<'a>> {
        self.rows.iter().flat_map(|row| self.of(row).values(path)).collect()
    }

    fn count(&self, path: &Path) -> usize {
        if path.steps.is_empty() {
            return self.distinct(&path.root).len();
        }
        let mut texts: Vec<_> = self.values(path).iter().filter_map(Val::to_text).collect();
        texts.sort();
        texts.dedup();
        texts.len()
    }

    fn now(&self) -> Option<Timestamp> {
        self.graph.cluster(self.cluster).now
    }
}

impl<'a> Matcher<'a> {
    pub(super) fn result(self, index: usize, complete: Vec<Row<'a>>, pending: Vec<Row<'a>>) -> (RuleResult, Trace) {
        let mut groups: Vec<(Vec<Option<String>>, Subject, Vec<Row<'a>>)> = Vec::new();
        let mut places: BTreeMap<(Vec<Option<String>>, Option<Subject>), usize> = BTreeMap::new();
        for row in complete {
            let Some(subject) = self.subject(&row) else { continue };
            let key = self.key(&row, &subject);
            let by_subject = self.rule.group_by.contains(&GroupKey::Subject).then(|| subject.clone());
            let at = *places.entry((key.clone(), by_subject)).or_insert(groups.len());
            if at == groups.len() {
                groups.push((key, subject, Vec::new()));
            }
            groups[at].2.push(row);
        }
        let mut matches: Vec<Match> = groups.into_iter().map(|(_, subject, rows)| self.finding(subject, rows)).collect();
        matches.sort_by(|a, b| (a.cluster, &a.subject, &a.message).cmp(&(b.cluster, &b.subject, &b.message)));
        let mut errors: Vec<String> = Vec::new();
        if matches.len() > MOST_FINDINGS {
            errors.push(format!("{} findings, only {MOST_FINDINGS} are told", matches.len()));
            matches.truncate(MOST_FINDINGS);
        }
        if let Some(clause) = self.too_broad {
            errors.push(format!("too broad: too many rows or candidates at `{}`", self.rule.outline[clause]));
        }
        let wrong = self.trace.clauses.iter().filter(|clause| clause.evaluated > 0 && clause.mistaken == clause.evaluated);
        let wrong: Vec<String> = wrong.flat_map(|clause| clause.errors.keys().map(move |error| format!("{}: {error}", clause.clause))).collect();
        let failed = !wrong.is_empty() || self.too_broad.is_some();
        errors.extend(wrong);
        let pending = Self::pending(pending, &matches);
        let state = match (matches.is_empty(), pending.is_empty()) {
            (false, _) => RuleState::Fired,
            (true, _) if failed => RuleState::Errored,
            (true, false) => RuleState::Skipped,
            (true, true) => RuleState::Clear,
        };
        (RuleResult { rule: index, state, matches, pending, errors }, self.trace)
    }

    fn subject(&self, row: &Row<'a>) -> Option<Subject> {
        let graph = self.graph;
        for spec in &self.rule.subject {
            match spec {
                SubjectSpec::Cluster => return row.here().map(Subject::Cluster),
                SubjectSpec::Name(slot) => {
                    let Some(binding) = row.bound(*slot) else { continue };
                    if let Some(id) = binding.objects().first() {
                        let id = &made_of(graph, *id);
                        let object = graph.object(*id);
                        if let Some(reference) = described(object) {
                            return Some(Subject::Named(reference));
                        }
                        return Some(if object.kind() == "Cluster" && object.is_derived_kind {
                            Subject::Cluster(object.cluster)
                        } else {
                            Subject::Object(*id)
                        });
                    }
                    if let Some(gone) = binding.gone().into_iter().next() {
                        return Some(Subject::Named(gone));
                    }
                    if let Some(pod) = pod_of(graph, binding) {
                        return Some(pod);
                    }
                    return binding.cluster().map(Subject::Cluster);
                }
            }
        }
        row.here().map(Subject::Cluster)
    }

    fn key(&self, row: &Row<'a>, subject: &Subject) -> Vec<Option<String>> {
        let source = RowSource { graph: self.graph, names: &self.rule.names, row };
        let cluster = subject_cluster(self.graph, subject);
        let part = |key: &GroupKey| match key {
            GroupKey::Subject => None,
            GroupKey::Cluster => Some(cluster.label()),
            GroupKey::Path(path) => source.value(path).to_text().map(std::borrow::Cow::into_owned),
        };
        self.rule.group_by.iter().map(part).collect()
    }

    fn finding(&self, subject: Subject, mut rows: Vec<Row<'a>>) -> Match {
        // Rows of earlier alternatives prove more; then the earliest; the order of the graph decides the rest.
        rows.sort_by_key(|row| (row.alternatives.clone(), row.times().0));
        let graph = self.graph;
        let rule = self.rule;
        let cluster = subject_cluster(graph, &subject);
        let source = GroupSource { graph, names: &rule.names, rows: &rows, cluster };
        let scope = rows.first().map(|row| RowScope { graph, names: &rule.names, row, candidate: None, cluster: Some(cluster) });
        let variant = scope.and_then(|scope| rule.variants.iter().find(|variant| variant.when.holds(&scope) == Ok(true)));
        let mut confidence = variant.and_then(|variant| variant.confidence).unwrap_or(rule.confidence);
        let mut untested: Vec<String> = rows.iter().flat_map(|row| row.untested.clone()).collect();
        untested.sort();
        untested.dedup();
        // One proven row is enough to be sure; only when every row has a doubt the finding has one.
        if rows.iter().all(|row| !row.untested.is_empty() || row.incomplete) {
            confidence = confidence.lower();
        } else {
            untested.clear();
        }
        let template = variant.and_then(|variant| variant.message.as_ref()).unwrap_or(&rule.message);
        let (first, last) = rows.iter().map(Row::times).fold((None, None), |(first, last): (Option<Timestamp>, Option<Timestamp>), times| {
            (first.into_iter().chain(times.0).min(), last.into_iter().chain(times.1).max())
        });
        let (count, instances) = self.instances(&subject, &rows);
        let mut touched: Vec<ObjectId> = rows.iter().flat_map(Row::bindings).flat_map(Binding::objects).collect();
        touched.sort_unstable();
        touched.dedup();
        let mut named: Vec<ObjectRef> = rows.iter().flat_map(Row::bindings).flat_map(Binding::gone).collect();
        named.sort();
        named.dedup();
        Match {
            cluster,
            touched,
            named,
            severity: variant.and_then(|variant| variant.severity).unwrap_or(rule.severity),
            role: variant.and_then(|variant| variant.role).unwrap_or(rule.role),
            confidence: confidence.max(Confidence::Low),
            explains: variant.and_then(|variant| variant.explains.as_ref()).unwrap_or(&rule.explains).clone(),
            message: template.message(&source),
            evidence: evidence::collect(graph, rule, &rows),
            remediation: rule.remediation.prose(&source),
            first,
            last,
            still_holds: rows.iter().any(|row| row.state),
            count,
            instances,
            untested: untested.iter().map(|text| clean(text)).collect(),
            subject,
        }
    }

    /// What a finding sums up, and how many: the first object of each row of a finding about a cluster, else the subjects of its rows
    /// where there are several. Several proofs about one object are still one.
    fn instances(&self, subject: &Subject, rows: &[Row<'a>]) -> (u64, Vec<ObjectRef>) {
        let graph = self.graph;
        let is_cluster = matches!(subject, Subject::Cluster(_));
        let first = |row: &Row<'a>| {
            row.bindings().find_map(|binding| {
                let object = binding.objects().into_iter().map(|id| graph.object(id)).find(|object| !object.is_derived_kind);
                object.map(crate::graph::Object::reference).or_else(|| binding.gone().into_iter().next())
            })
        };
        let about = |row: &Row<'a>| match self.subject(row)? {
            Subject::Object(id) => Some(graph.object(id).reference()),
            Subject::Named(reference) => Some(reference),
            Subject::Cluster(_) => None,
        };
        let mut all: Vec<ObjectRef> = Vec::new();
        let mut seen = BTreeSet::new();
        for one in rows.iter().filter_map(|row| if is_cluster { first(row) } else { about(row) }) {
            if seen.insert(one.clone()) && all.len() < MOST_SAMPLES {
                all.push(one);
            }
        }
        if !is_cluster && all.len() < 2 {
            all.clear();
        }
        (seen.len().max(1) as u64, all)
    }

    /// Stuck rows, one for each lack and set of objects; those that a finding has answered are left out.
    fn pending(rows: Vec<Row<'a>>, matches: &[Match]) -> Vec<Pending> {
        let mut all: Vec<Pending> = Vec::new();
        for row in rows {
            let mut touched: Vec<ObjectId> = row.bindings().flat_map(Binding::objects).collect();
            touched.sort_unstable();
            touched.dedup();
            let answered = !touched.is_empty() && matches.iter().any(|found| touched.iter().all(|id| found.touched.contains(id)));
            // What a row lacks first is what would decide it.
            let Some(lack) = row.pending.into_iter().next() else { continue };
            let known = all.iter().any(|pending| pending.lack == lack && pending.touched == touched);
            if !answered && !known && all.len() < MOST_PENDING {
                all.push(Pending { lack, touched });
            }
        }
        all.sort_by(|a, b| (&a.lack, &a.touched).cmp(&(&b.lack, &b.touched)));
        all
    }
}

/// Nobody can look at what we made up, so what it was made of stands for it.
fn made_of(graph: &Graph, id: ObjectId) -> ObjectId {
    let object = graph.object(id);
    if !object.is_derived_kind || !matches!(object.kind(), "PlanNamespace" | "PlanVolume" | "Phase" | "LogWindow" | "Description") {
        return id;
    }
    ["run", "plan", "described"].iter().find_map(|relation| graph.related(id, relation).targets.first().copied()).unwrap_or(id)
}

/// The object that a description is of, when that was not gathered itself.
fn described(object: &crate::graph::Object) -> Option<ObjectRef> {
    let is_one = object.is_derived_kind && object.kind() == "Description";
    let text = |path| object.text(path).map(|text| std::sync::Arc::<str>::from(&*text));
    Some(ObjectRef { cluster: object.cluster, kind: text("of").filter(|_| is_one)?, namespace: text("namespace"), name: text("name")?, uid: None })
}

fn subject_cluster(graph: &Graph, subject: &Subject) -> ClusterId {
    match subject {
        Subject::Object(id) => graph.object(*id).cluster,
        Subject::Named(reference) => reference.cluster,
        Subject::Cluster(cluster) => *cluster,
    }
}

/// A log stands for its pod.
fn pod_of(graph: &Graph, binding: &Binding<'_>) -> Option<Subject> {
    let lines = match &binding.what {
        What::Log(lines) => lines,
        What::Error(errors) => errors.lines.as_ref()?,
        _ => return None,
    };
    let log = graph.logs.get(lines.hits.log as usize)?;
    let pod = log.pod.clone()?;
    if let Some(id) = graph.find(log.cluster, "Pod", log.namespace.as_deref(), &pod).next() {
        return Some(Subject::Object(id));
    }
    Some(Subject::Named(ObjectRef { cluster: log.cluster, kind: "Pod".into(), namespace: log.namespace.clone(), name: pod, uid: None }))
}
