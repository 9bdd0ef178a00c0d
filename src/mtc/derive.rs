//! Facts that are derived once and given to rules as `.mtc`, and the kinds that exist in our model only.

use std::collections::BTreeMap;

use rayon::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::claims::Claims;
use super::facts::{direct_images, is_intra_cluster};
use super::pods::{pending_for, pod_role};
use super::run::{Run, migrations};
use super::verdict::judge;
use super::waits::is_ready;
use super::{Answer, containers, gaps, phases, progress, quiesce, transfers};
use crate::graph::tape::{Style, Tape, TapeBuilder, Value};
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Span, Timestamp};

/// What [`Graph::adopt`] takes.
#[derive(Debug, Default)]
pub struct Derived {
    /// Facts, by object.
    pub facts: Vec<(ObjectId, Tape)>,
    /// Objects of derived kinds.
    pub kinds: Vec<Object>,
}

/// Derives everything. Roles must be stored in the clusters before.
pub fn derive(graph: &Graph) -> Derived {
    let runs = migrations(graph);
    let ((containers, gaps), (facts, others)) = rayon::join(
        || rayon::join(|| containers::containers(graph), || gaps::gaps(graph)),
        || rayon::join(|| facts(graph, &runs), || super::kinds::kinds(graph, &runs)),
    );
    Derived { facts, kinds: [containers, gaps, others].into_iter().flatten().collect() }
}

fn facts(graph: &Graph, runs: &[Run]) -> Vec<(ObjectId, Tape)> {
    let mut facts: BTreeMap<ObjectId, Map<String, Json>> = BTreeMap::new();
    let mut add = |id: ObjectId, fields: Vec<(&str, Json)>| {
        let entry = facts.entry(id).or_default();
        // An absent field reads as null in rules; an explicit null would be the same but take space.
        entry.extend(fields.into_iter().filter(|(_, value)| !value.is_null()).map(|(key, value)| (key.to_owned(), value)));
    };
    for run in runs {
        add(run.id, run_facts(graph, run));
    }
    for id in graph.of_kind("DirectVolumeMigration") {
        add(id, volume_facts(graph, id));
    }
    let mut claims = Claims::default();
    for id in graph.of_kind("DirectVolumeMigrationProgress") {
        add(id, transfers::progress_facts(graph, &mut claims, id));
    }
    let mut busy = transfers::Busy::new(graph);
    for id in ["PodVolumeBackup", "PodVolumeRestore"].iter().flat_map(|kind| graph.of_kind(kind)) {
        add(id, transfers::job_facts(graph, &mut busy, id));
    }
    let pods: Vec<ObjectId> = graph.of_kind("Pod").collect();
    // There are thousands of pods, and each is judged by itself.
    let judged: Vec<Tape> = pods.par_iter().map(|&id| pod_facts(graph, id)).collect();
    for id in graph.of_kind("Secret") {
        add(id, vec![("keys", secret_keys(graph.object(id)))]);
    }
    for (id, fields) in usage(graph) {
        add(id, fields);
    }
    let mut facts: Vec<(ObjectId, Tape)> = facts.into_iter().map(|(id, fields)| (id, Tape::from_json(&Json::Object(fields)))).collect();
    facts.extend(pods.into_iter().zip(judged));
    facts
}

pub(super) fn word(answer: Answer) -> Json {
    json!(answer.as_str())
}

fn pod_facts(graph: &Graph, id: ObjectId) -> Tape {
    let pod = graph.object(id);
    let mut tape = TapeBuilder::default();
    tape.map_start(1);
    let mut entry = |key: &str, value: &str| {
        tape.key(key);
        tape.scalar(value, Style::Quoted, 1);
    };
    if let Json::String(span) = duration(pending_for(graph, id)) {
        entry("pending_for", &span);
    }
    entry("ready", Answer::of(is_ready(pod)).as_str());
    entry("role", pod_role(pod).as_str());
    tape.end();
    tape.finish()
}

pub(super) fn moment(time: Option<Timestamp>) -> Json {
    time.map_or(Json::Null, |time| json!(time.to_string()))
}

/// A Go duration in whole seconds, exact where the short form for people is rounded.
pub(super) fn duration(span: Option<Span>) -> Json {
    let Some(span) = span else { return Json::Null };
    let secs = span.secs();
    let (sign, secs) = if secs < 0 { ("-", secs.unsigned_abs()) } else { ("", secs.unsigned_abs()) };
    let text = match (secs / 3_600, secs / 60 % 60, secs % 60) {
        (0, 0, secs) => format!("{sign}{secs}s"),
        (0, minutes, secs) => format!("{sign}{minutes}m{secs}s"),
        (hours, minutes, secs) => format!("{sign}{hours}h{minutes}m{secs}s"),
    };
    json!(text)
}

fn run_facts(graph: &Graph, run: &Run) -> Vec<(&'static str, Json)> {
    let judged = judge(graph.object(run.id));
    let asked = graph.object(run.id).field("spec.quiescePods").and_then(Value::as_bool) == Some(true);
    let quiesced = asked && (run.source_down || quiesce::passed(graph, run.id, &judged, &run.pipeline));
    vec![
        ("verdict", json!(run.verdict.as_str())),
        ("type", json!(run.kind.as_str())),
        ("phase", json!(run.phase)),
        ("step", json!(run.step)),
        ("phase_since", moment(run.phase_since)),
        ("phase_age", duration(run.phase_age(graph))),
        ("phase_limit", duration(run.phase_limit)),
        ("progressing", word(run.progressing)),
        ("started", moment(run.started)),
        ("ended", moment(run.ended)),
        ("latest", word(Answer::of(run.latest))),
        ("quiesced", word(Answer::of(quiesced))),
        ("source_down", word(Answer::of(run.source_down))),
        ("stopped", if run.source_down { stopped(graph, run) } else { Json::Null }),
        ("stuck", word(Answer::of(run.stuck))),
        ("blocker", json!(run.blocker)),
        ("direct_volumes", word(Answer::of(run.direct_volumes))),
        ("direct_images", word(Answer::of(direct_images(graph, run.id)))),
    ]
}

/// Workloads that the run left down, with the commands that start them again.
fn stopped(graph: &Graph, run: &Run) -> Json {
    let all = quiesce::stopped(graph, run.id);
    let row = |one: &quiesce::Stopped| {
        let object = graph.object(one.id);
        json!({
            "kind": object.kind(),
            "namespace": object.namespace.as_deref(),
            "name": &*object.name,
            "replicas": one.replicas,
            "undo": one.undo,
        })
    };
    if all.is_empty() { Json::Null } else { all.iter().take(MOST_STOPPED).map(row).collect() }
}

/// Workloads told for one run.
const MOST_STOPPED: usize = 200;

/// An object that is told to go and does not is stuck after that long.
const STUCK_DELETING: Span = Span::from_secs(600);

fn volume_facts(graph: &Graph, id: ObjectId) -> Vec<(&'static str, Json)> {
    let object = graph.object(id);
    let judged = judge(object);
    let now = graph.cluster(object.cluster).now;
    let open = !judged.verdict.is_final();
    let since = if open { judged.at } else { None };
    let age = since.and_then(|since| Some(now?.since(since)));
    let limit = judged.phase.as_deref().and_then(phases::volume_info).map(|row| row.limit);
    let deleting = object.deleted.and_then(|since| Some(now?.since(since) > STUCK_DELETING)).unwrap_or(false);
    let transfers = graph.related(id, "volume-progress").targets;
    let parts = transfers.iter().map(|&id| graph.object(id)).filter(|object| progress::phase(object) != "Succeeded");
    let progressing = if open { Answer::any(parts.map(progress::transfer)) } else { Answer::No };
    vec![
        ("verdict", json!(judged.verdict.as_str())),
        ("phase", json!(judged.phase)),
        ("phase_since", moment(since)),
        ("phase_age", duration(age)),
        ("phase_limit", if open { duration(limit) } else { Json::Null }),
        ("progressing", word(progressing)),
        ("stuck_deleting", word(Answer::of(deleting))),
    ]
}

/// Names and byte lengths of a secret's entries; never a value.
fn secret_keys(secret: &Object) -> Json {
    let Some(data) = secret.field("data") else { return Json::Null };
    let length = |value: Value<'_>| {
        let text = value.text().unwrap_or_default();
        let text = text.trim_end_matches('=');
        text.len() * 3 / 4
    };
    data.entries().map(|(name, value)| json!({"name": name, "bytes": length(value)})).collect()
}

/// Which plans are open, and which clusters, storages and locations an open plan uses.
fn usage(graph: &Graph) -> Vec<(ObjectId, Vec<(&'static str, Json)>)> {
    let mut facts = Vec::new();
    let mut roles: BTreeMap<ObjectId, Vec<&'static str>> = BTreeMap::new();
    let mut intra: BTreeMap<ObjectId, bool> = BTreeMap::new();
    let mut used: BTreeMap<ObjectId, bool> = BTreeMap::new();
    for plan in graph.of_kind("MigPlan") {
        let object = graph.object(plan);
        let open = object.field("spec.closed").and_then(Value::as_bool) != Some(true) && object.deleted.is_none();
        let runs = !graph.related(plan, "runs").targets.is_empty();
        facts.push((plan, vec![("open", word(Answer::of(open))), ("used", word(Answer::of(runs)))]));
        let inside = is_intra_cluster(graph, plan);
        for (relation, role) in [("source-cluster", "source"), ("target-cluster", "target"), ("storage", ""), ("locations", "")] {
            for id in graph.related(plan, relation).targets {
                *used.entry(id).or_default() |= open || runs;
                *intra.entry(id).or_default() |= inside;
                let roles = roles.entry(id).or_default();
                if !role.is_empty() && !roles.contains(&role) {
                    roles.push(role);
                }
            }
        }
    }
    let planned = graph.of_kind("MigPlan").next().is_some();
    for id in ["MigCluster", "MigStorage", "BackupStorageLocation"].iter().flat_map(|kind| graph.of_kind(kind)) {
        let object = graph.object(id);
        let backups = !graph.related(id, "uses-location").targets.is_empty();
        let in_use = used.get(&id).copied().unwrap_or(false) || (object.kind() == "BackupStorageLocation" && backups);
        // Without any plan, as on a remote cluster gathered alone, nothing tells that an object is unused.
        let used = if in_use || planned { Answer::of(in_use) } else { Answer::Unknown };
        let mut fields = vec![("used", word(used))];
        if object.kind() == "MigCluster" {
            let mut own = roles.remove(&id).unwrap_or_default();
            if super::roles::is_host(object) {
                own.insert(0, "host");
            }
            fields.push(("roles", json!(own)));
            fields.push(("version", json!(object.text("status.operatorVersion").filter(|version| !version.is_empty()))));
            fields.push(("intra", word(Answer::of(intra.get(&id).copied().unwrap_or(false)))));
        }
        facts.push((id, fields));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::{Case, find};

    #[test]
    fn facts_are_read_as_fields_of_mtc() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "MigMigration", "metadata": {"name": "m", "namespace": "openshift-migration"},
            "spec": {"stage": true},
            "status": {"phase": "StageBackupCreated", "conditions": [
                {"type": "Running", "status": "True", "reason": "StageBackupCreated", "lastTransitionTime": "2026-02-03T10:58:30Z"}]}}),
        );
        case.add(0, json!({"kind": "Secret", "metadata": {"name": "s", "namespace": "openshift-migration"}, "data": {"cloud": "YWJjZA=="}}));
        let mut graph = case.freeze();
        let derived = derive(&graph);
        graph.adopt(derived.facts, derived.kinds);
        let run = graph.object(find(&graph, "MigMigration", "m"));
        for (field, value) in [("verdict", "running"), ("type", "stage"), ("phase_age", "1h1m30s"), ("phase_limit", "10m0s"), ("latest", "yes")] {
            assert_eq!(run.text(&format!("mtc.{field}")).as_deref(), Some(value), "{field}");
        }
        let secret = graph.object(find(&graph, "Secret", "s"));
        let key = secret.field("mtc.keys").unwrap().at(0).unwrap();
        assert_eq!((key.get("name").unwrap().text().unwrap().as_ref(), key.get("bytes").unwrap().as_i64()), ("cloud", Some(4)));
    }

    #[test]
    fn a_cluster_is_used_by_an_open_plan_only() {
        let mut case = Case::new(1);
        for (plan, source, closed) in [("p", "a", false), ("q", "b", true)] {
            case.add(
                0,
                json!({"kind": "MigCluster", "metadata": {"name": source, "namespace": "openshift-migration"},
                "status": {"operatorVersion": "1.7.1"}}),
            );
            case.add(
                0,
                json!({"kind": "MigPlan", "metadata": {"name": plan, "namespace": "openshift-migration"},
                "spec": {"closed": closed, "srcMigClusterRef": {"name": source, "namespace": "openshift-migration"}}}),
            );
        }
        let mut graph = case.freeze();
        let derived = derive(&graph);
        graph.adopt(derived.facts, derived.kinds);
        let cluster = |name| graph.object(find(&graph, "MigCluster", name));
        assert_eq!(cluster("a").text("mtc.used").as_deref(), Some("yes"));
        assert_eq!(cluster("b").text("mtc.used").as_deref(), Some("no"));
        assert_eq!(cluster("a").text("mtc.version").as_deref(), Some("1.7.1"));
    }
}
