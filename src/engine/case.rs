//! The tests that rules carry: a few lines of evidence, and what the rule must say about them.
//!
//! Whatever a test does not mention is covered and empty, so that a test states exactly what matters to it.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::sync::Arc;

use serde_json::{Map, Value as Json, json};

use super::run;
use crate::finding::{Confidence, RuleRole, RuleState, Severity};
use crate::graph::tape::Tape;
use crate::graph::{
    Builder, Claim, Cluster, Event, Graph, Hole, Identity, Input, Kinds, Log, LogWindow, Namespaces, NowFrom, Object, Owner, Role, Stream,
};
use crate::model::{ClusterId, Component, Gvk, LogFormat, Place, Timestamp, Uid};
use crate::mtc;
use crate::rules::{Case, Expect, Expected, Match, Pack, RuleResult, Subject};
use crate::scan::{PatternSet, ScanError, scan_lines};

/// Cluster of what names none, and where MTC runs.
const HOST: &str = "host";
const NAMESPACE: &str = "openshift-migration";

/// When objects were made and when the gather ended, unless a test says otherwise.
const CREATED: &str = "2026-01-01T09:00:00Z";
const NOW: &str = "2026-01-01T12:00:00Z";

const CLUSTER_SCOPED: &[&str] = &[
    "Node",
    "Namespace",
    "PersistentVolume",
    "StorageClass",
    "ClusterOperator",
    "ClusterVersion",
    "Infrastructure",
    "CustomResourceDefinition",
    "Proxy",
    "CSIDriver",
];
const DERIVED: &[&str] = &["PlanNamespace", "PlanVolume", "Phase", "Container", "Log", "LogWindow", "Cluster", "Gap", "Description"];

/// How a test ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// As expected.
    Passed,
    /// Not as expected, with the difference in words.
    Failed(String),
}

/// Runs tests of one pack; its patterns are compiled once.
#[derive(Debug)]
pub struct CaseRunner<'p> {
    pack: &'p Pack,
    patterns: PatternSet,
}

impl<'p> CaseRunner<'p> {
    /// Compiles the patterns of a pack.
    pub fn new(pack: &'p Pack) -> Result<Self, ScanError> {
        Ok(Self { pack, patterns: PatternSet::compile(&pack.patterns())? })
    }

    /// Runs one test of one rule.
    pub fn run(&self, rule: usize, case: &Case) -> Verdict {
        match self.graph(case) {
            Err(mistake) => Verdict::Failed(format!("`given` cannot be read: {mistake}")),
            Ok(graph) => {
                let (result, trace) = run::explain(&graph, self.pack, rule);
                compare(&graph, &case.expect, &result).map_or(Verdict::Passed, |difference| {
                    let mut text = difference;
                    for clause in &trace.clauses {
                        let _ = write!(text, "\n    {}: {} tried, {} passed, {} unknown", clause.clause, clause.tried, clause.passed, clause.unknown);
                        for line in clause.nearest.iter().chain(clause.reasons.keys()).chain(clause.errors.keys()) {
                            let _ = write!(text, "\n        {line}");
                        }
                    }
                    Verdict::Failed(text)
                })
            }
        }
    }

    /// Whom a rule finds something about in what a test gives, as a test writes it; what comes first counts.
    pub fn found_on(&self, rule: usize, case: &Case) -> Option<String> {
        let graph = self.graph(case).ok()?;
        let (result, _) = run::explain(&graph, self.pack, rule);
        result.matches.first().map(|found| subject(&graph, &found.subject))
    }

    /// The graph that a test describes.
    pub fn graph(&self, case: &Case) -> Result<Graph, String> {
        let mut stage = Stage::new(&self.patterns);
        let items = case.given.iter().map(|item| item.as_object().ok_or("an item is not a map")).collect::<Result<Vec<_>, _>>()?;
        stage.clusters(&items)?;
        for item in items {
            stage.item(item)?;
        }
        Ok(stage.finish())
    }
}

/// Cluster, kind, namespace and name.
type Named = (ClusterId, String, Option<String>, String);

struct Stage<'p> {
    patterns: &'p PatternSet,
    builder: Builder,
    names: Vec<String>,
    now: Timestamp,
    roles_given: bool,
    derived: Vec<Object>,
    /// Derived facts that the test sets itself.
    facts: Vec<(Named, Map<String, Json>)>,
    files: usize,
}

fn text<'j>(item: &'j Map<String, Json>, key: &str) -> Option<&'j str> {
    item.get(key).and_then(Json::as_str)
}

fn allow(item: &Map<String, Json>, keys: &[&str]) -> Result<(), String> {
    match item.keys().find(|key| !keys.contains(&key.as_str())) {
        Some(key) => Err(format!("unknown key `{key}`, expected one of {}", keys.join(", "))),
        None => Ok(()),
    }
}

fn parse_time(text: &str) -> Result<Timestamp, String> {
    Timestamp::parse(text).ok_or_else(|| format!("`{text}` is not a time"))
}

impl<'p> Stage<'p> {
    fn new(patterns: &'p PatternSet) -> Self {
        let now = Timestamp::parse(NOW).unwrap_or(Timestamp::from_secs(0));
        Self { patterns, builder: Builder::default(), names: Vec::new(), now, roles_given: false, derived: Vec::new(), facts: Vec::new(), files: 0 }
    }

    /// Every cluster that is named anywhere, the host first.
    fn clusters(&mut self, items: &[&Map<String, Json>]) -> Result<(), String> {
        let mut roles: BTreeMap<String, BTreeSet<Role>> = BTreeMap::new();
        let mut named = BTreeSet::new();
        for item in items {
            named.extend(text(item, "cluster").map(str::to_owned));
            if let Some(now) = text(item, "now") {
                self.now = parse_time(now)?;
            }
            let Some(given) = item.get("roles").and_then(Json::as_object) else { continue };
            self.roles_given = true;
            for (role, name) in given {
                let name = name.as_str().ok_or("a role needs the name of a cluster")?;
                let role = match role.as_str() {
                    "host" => Role::Host,
                    "source" => Role::Source,
                    "target" => Role::Target,
                    other => return Err(format!("unknown role `{other}`")),
                };
                roles.entry(name.to_owned()).or_default().insert(role);
                named.insert(name.to_owned());
            }
        }
        if !roles.values().any(|roles| roles.contains(&Role::Host)) {
            roles.entry(HOST.to_owned()).or_default().insert(Role::Host);
        }
        named.remove(HOST);
        self.names = std::iter::once(HOST.to_owned()).chain(named).collect();
        self.builder.inputs.push(Input { name: "case".to_owned(), complete: true, ..Input::default() });
        for (index, name) in (0_u32..).zip(&self.names) {
            let id = ClusterId(index);
            self.builder.clusters.push(Cluster {
                name: name.as_str().into(),
                mig_cluster: Some(name.as_str().into()),
                roles: roles.get(name).into_iter().flatten().copied().collect(),
                input: 0,
                identity: Identity::default(),
                suspect: false,
                gathered: true,
                login_error: None,
                now: Some(self.now),
                now_from: NowFrom::Data,
                client_ahead: None,
                kubernetes: None,
                mtc: None,
            });
            self.builder.coverage.claims.push(Claim { cluster: id, kinds: Kinds::All, namespaces: Namespaces::All });
            for component in Component::ALL {
                self.builder.coverage.windows.insert((id, *component), LogWindow { first: None, last: None });
            }
        }
        Ok(())
    }

    fn cluster(&self, item: &Map<String, Json>) -> ClusterId {
        let name = text(item, "cluster").unwrap_or(HOST);
        let at = self.names.iter().position(|known| known == name).unwrap_or(0);
        ClusterId(u32::try_from(at).unwrap_or(0))
    }

    fn place(&mut self, name: &str) -> Place {
        self.files += 1;
        Place { input: 0, path: format!("case/{}-{name}", self.files).as_str().into(), line: 1 }
    }

    fn item(&mut self, item: &Map<String, Json>) -> Result<(), String> {
        if item.contains_key("now") || item.contains_key("roles") {
            return allow(item, &["now", "roles"]);
        }
        if item.contains_key("not-gathered") {
            return self.not_gathered(item);
        }
        if item.contains_key("log-window") {
            return self.window(item);
        }
        if item.contains_key("log") {
            return self.log(item);
        }
        if item.contains_key("event") {
            return self.event(item);
        }
        match text(item, "kind") {
            Some(kind) => self.object(kind, item),
            None => Err("an item needs `kind`, `event`, `log`, `not-gathered`, `log-window`, `now` or `roles`".to_owned()),
        }
    }

    fn not_gathered(&mut self, item: &Map<String, Json>) -> Result<(), String> {
        allow(item, &["not-gathered", "namespace", "cluster"])?;
        let what = text(item, "not-gathered").ok_or("`not-gathered` needs a kind, a component or `cluster`")?;
        let cluster = item.contains_key("cluster").then(|| self.cluster(item));
        if what == "cluster" {
            let at = self.cluster(item).index();
            if let Some(cluster) = self.builder.clusters.get_mut(at) {
                cluster.gathered = false;
            }
            return Ok(());
        }
        if let Some(component) = Component::parse(what) {
            self.builder.coverage.windows.retain(|(at, of), _| *of != component || cluster.is_some_and(|cluster| cluster != *at));
            return Ok(());
        }
        let namespace = text(item, "namespace");
        self.builder.coverage.holes.push(Hole {
            cluster,
            kinds: Kinds::One(what.into()),
            namespaces: namespace.map_or(Namespaces::All, |namespace| Namespaces::Some(BTreeSet::from([namespace.into()]))),
            reason: namespace
                .map_or_else(|| format!("{what} objects were not collected"), |at| format!("{what} objects of namespace {at} were not collected"))
                .into(),
        });
        Ok(())
    }

    fn window(&mut self, item: &Map<String, Json>) -> Result<(), String> {
        allow(item, &["log-window", "from", "to", "cluster"])?;
        let component = text(item, "log-window").and_then(Component::parse).ok_or("`log-window` needs a component")?;
        let first = text(item, "from").map(parse_time).transpose()?;
        let last = text(item, "to").map(parse_time).transpose()?;
        self.builder.coverage.windows.insert((self.cluster(item), component), LogWindow { first, last });
        Ok(())
    }

    fn log(&mut self, item: &Map<String, Json>) -> Result<(), String> {
        allow(item, &["log", "cluster", "namespace", "pod", "container", "previous", "repeat", "lines"])?;
        let component = text(item, "log").and_then(Component::parse).ok_or("`log` needs a component")?;
        let lines = item.get("lines").and_then(Json::as_array).ok_or("`log` needs `lines`")?;
        let repeat = item.get("repeat").and_then(Json::as_u64).unwrap_or(1).min(100_000);
        let mut body = String::new();
        for n in 0..repeat {
            for line in lines {
                body.push_str(&line.as_str().ok_or("a line is not a text")?.replace("{n}", &n.to_string()));
                body.push('\n');
            }
        }
        let number = u32::try_from(self.builder.logs.len()).unwrap_or(u32::MAX);
        let scan = scan_lines(self.patterns, component, &body);
        self.builder.hits.extend(scan.hits.into_iter().map(|mut hits| {
            hits.log = number;
            hits
        }));
        self.builder.shapes.extend(scan.shapes.into_iter().map(|mut shape| {
            shape.log = number;
            shape
        }));
        let place = self.place(&format!("{component}.log"));
        self.builder.logs.push(Log {
            cluster: self.cluster(item),
            namespace: Some(text(item, "namespace").unwrap_or(NAMESPACE).into()),
            pod: text(item, "pod").map(Into::into),
            container: text(item, "container").map(Into::into),
            stream: if item.get("previous").and_then(Json::as_bool) == Some(true) { Stream::Previous } else { Stream::Current },
            component,
            input: 0,
            path: place.path,
            lines: scan.lines,
            bytes: body.len() as u64,
            first: scan.first,
            last: scan.last,
            format: LogFormat::Plain,
            canonical: true,
        });
        Ok(())
    }

    fn event(&mut self, item: &Map<String, Json>) -> Result<(), String> {
        allow(item, &["event", "of", "message", "at", "first", "last", "count", "cluster", "source", "type"])?;
        let reason = text(item, "event").ok_or("`event` needs a reason")?;
        let of = text(item, "of").ok_or("`event` needs `of: Kind namespace/name`")?;
        let (kind, name) = of.split_once(' ').ok_or("`of` is written `Kind namespace/name`")?;
        let (namespace, name) = name.split_once('/').map_or((None, name), |(namespace, name)| (Some(namespace), name));
        let message = text(item, "message").unwrap_or_default();
        let time = |key: &str| text(item, key).map(parse_time).transpose();
        let at = time("at")?.or(Some(self.now));
        let place = self.place("event.yaml");
        self.builder.events.push(Event {
            cluster: self.cluster(item),
            namespace: namespace.unwrap_or("default").into(),
            reason: reason.into(),
            kind: text(item, "type").unwrap_or("Warning").into(),
            message: message.into(),
            object_kind: kind.into(),
            object_namespace: namespace.map(Into::into),
            object_name: name.into(),
            object_uid: None,
            source: text(item, "source").unwrap_or_default().into(),
            count: item.get("count").and_then(Json::as_u64).and_then(|count| u32::try_from(count).ok()).unwrap_or(1),
            first: time("first")?.or(at),
            last: time("last")?.or(at),
            uid: None,
            place,
            line: format!("message: {message}").into(),
        });
        Ok(())
    }

    fn object(&mut self, kind: &str, item: &Map<String, Json>) -> Result<(), String> {
        let cluster = self.cluster(item);
        let is_derived = DERIVED.contains(&kind);
        let mut body = item.clone();
        body.remove("cluster");
        let facts = body.remove("mtc");
        let metadata = body.get("metadata").and_then(Json::as_object).cloned().unwrap_or_default();
        let name = text(&metadata, "name")
            .or_else(|| text(item, "name"))
            .map_or_else(|| format!("{}-{}", kind.to_lowercase(), self.files + 1), str::to_owned);
        let scoped = CLUSTER_SCOPED.contains(&kind) || is_derived;
        let namespace = text(&metadata, "namespace").or(if scoped { None } else { Some(NAMESPACE) }).map(str::to_owned);
        let uid = text(&metadata, "uid").map_or_else(
            || format!("{}-{}-{}-{name}", self.names[cluster.index()], kind.to_lowercase(), namespace.as_deref().unwrap_or_default()),
            str::to_owned,
        );
        let created = text(&metadata, "creationTimestamp").unwrap_or(CREATED).to_owned();
        if !is_derived {
            let filled = body.entry("metadata").or_insert_with(|| json!({}));
            if let Some(filled) = filled.as_object_mut() {
                filled.insert("name".to_owned(), json!(name));
                filled.insert("uid".to_owned(), json!(uid));
                filled.insert("creationTimestamp".to_owned(), json!(created));
                if let Some(namespace) = &namespace {
                    filled.insert("namespace".to_owned(), json!(namespace));
                }
            }
        }
        if let Some(facts) = facts {
            let facts = facts.as_object().ok_or("`mtc` is not a map")?.clone();
            self.facts.push(((cluster, kind.to_owned(), namespace.clone(), name.clone()), facts));
        }
        let pairs = |key: &str| -> Vec<(Arc<str>, Arc<str>)> {
            let map = metadata.get(key).and_then(Json::as_object);
            map.into_iter().flatten().filter_map(|(key, value)| Some((key.as_str().into(), value.as_str()?.into()))).collect()
        };
        let owner = |owner: &Json| {
            Some(Owner {
                kind: owner.get("kind")?.as_str()?.into(),
                name: owner.get("name")?.as_str()?.into(),
                uid: owner.get("uid").and_then(Json::as_str).map(Uid::from),
            })
        };
        let owners = metadata.get("ownerReferences").and_then(Json::as_array);
        let place = self.place(&format!("{name}.yaml"));
        let object = Object {
            cluster,
            gvk: Gvk::new(text(item, "apiVersion").unwrap_or("v1"), kind),
            namespace: namespace.as_deref().map(Into::into),
            name: name.as_str().into(),
            uid: (!is_derived).then(|| Uid::from(uid.as_str())),
            resource_version: 1,
            created: Timestamp::parse(&created),
            deleted: text(&metadata, "deletionTimestamp").and_then(Timestamp::parse),
            labels: pairs("labels").into(),
            owners: owners.into_iter().flatten().filter_map(owner).collect(),
            places: vec![place],
            body: Some(Tape::from_json(&Json::Object(body))),
            derived: None,
            is_derived_kind: is_derived,
            earlier: Vec::new(),
        };
        if is_derived {
            self.derived.push(object);
        } else {
            self.builder.objects.push(object);
        }
        Ok(())
    }

    fn finish(self) -> Graph {
        let mut graph = self.builder.freeze();
        if !self.roles_given {
            let roles = mtc::roles(&graph);
            for (cluster, found) in graph.clusters.iter_mut().zip(roles) {
                cluster.roles.extend(found);
                cluster.roles.sort_unstable();
                cluster.roles.dedup();
            }
        }
        let mut derived = mtc::derive(&graph);
        // What a test sets wins over what would be derived.
        for (key, given) in self.facts {
            let (cluster, kind, namespace, name) = &key;
            let Some(id) = graph.find(*cluster, kind, namespace.as_deref(), name).next() else { continue };
            let known = derived.facts.iter().position(|(other, _)| *other == id);
            let mut all = known.and_then(|at| derived.facts[at].1.root().to_json().as_object().cloned()).unwrap_or_default();
            all.extend(given);
            let tape = Tape::from_json(&Json::Object(all));
            match known {
                Some(at) => derived.facts[at].1 = tape,
                None => derived.facts.push((id, tape)),
            }
        }
        derived.kinds.extend(self.derived);
        graph.adopt(derived.facts, derived.kinds);
        graph
    }
}

/// The difference in words; nothing when there is none.
fn compare(graph: &Graph, expect: &Expect, result: &RuleResult) -> Option<String> {
    if !result.errors.is_empty() {
        return Some(format!("the rule has errors: {}", result.errors.join("; ")));
    }
    let wanted = match expect {
        Expect::Nothing if result.state == RuleState::Clear => return None,
        Expect::Skipped if result.state == RuleState::Skipped => return None,
        Expect::Nothing => return Some(format!("expected nothing, got {}", told(graph, result))),
        Expect::Skipped => return Some(format!("expected skipped, got {}", told(graph, result))),
        Expect::Findings(wanted) => wanted,
    };
    let mut left: Vec<&Match> = result.matches.iter().collect();
    for expected in wanted {
        let near = left.iter().position(|found| differences(graph, expected, found).is_empty());
        let Some(at) = near else {
            let best = left.iter().map(|found| differences(graph, expected, found)).min_by_key(Vec::len);
            return Some(match best {
                Some(differences) => format!("finding on {} differs:\n    {}", expected.on, differences.join("\n    ")),
                None => format!("expected a finding on {}, got {}", expected.on, told(graph, result)),
            });
        };
        left.remove(at);
    }
    (!left.is_empty()).then(|| format!("{} more findings than expected: {}", left.len(), told(graph, result)))
}

fn differences(graph: &Graph, expected: &Expected, found: &Match) -> Vec<String> {
    let mut all = Vec::new();
    let mut check = |what: &str, wanted: Option<&str>, got: &str| {
        if let Some(wanted) = wanted.filter(|wanted| *wanted != got) {
            all.push(format!("{what}: expected {wanted:?}\n    {:width$}       got {got:?}", "", width = what.len().saturating_sub(4)));
        }
    };
    check("on", Some(&expected.on), &subject(graph, &found.subject));
    check("message", expected.message.as_deref(), &found.message);
    check("severity", expected.severity.map(Severity::as_str), found.severity.as_str());
    check("confidence", expected.confidence.map(Confidence::as_str), found.confidence.as_str());
    check("role", expected.role.map(RuleRole::as_str), found.role.as_str());
    all
}

/// The words by which tests and ignore files call what a finding is about.
pub(super) fn subject(graph: &Graph, subject: &Subject) -> String {
    match subject {
        Subject::Object(id) => graph.object(*id).reference().to_string(),
        Subject::Named(reference) => reference.to_string(),
        Subject::Cluster(cluster) => format!("Cluster {}", graph.cluster(*cluster).name),
    }
}

fn told(graph: &Graph, result: &RuleResult) -> String {
    let mut text = result.state.to_string();
    for found in &result.matches {
        let _ = write!(text, "\n    {}: {}", subject(graph, &found.subject), found.message);
    }
    for pending in result.pending.iter().take(4) {
        let _ = write!(text, "\n    lacks {}: {}", pending.lack.kind, pending.lack.reason);
    }
    text
}
