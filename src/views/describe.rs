//! Everything that is known of one object.

use std::collections::BTreeSet;

use super::velero::{self, Told};
use super::{shared, state};
use crate::finding::redact::clean;
use crate::finding::view::{ConditionLine, Description, EventLine, HitLine, LogLine, PlaceLine, RelationLine};
use crate::finding::{Report, see};
use crate::graph::relations::RELATIONS;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{ClusterId, Component, ObjectRef, Span};
use crate::mtc;

/// Log lines of one object; `logs --name` prints all.
const MOST_LINES: usize = 300;

/// Objects without the copies that Velero synced of another among them: one backup is described once, where it was made.
pub fn originals(graph: &Graph, ids: &[ObjectId]) -> Vec<ObjectId> {
    let made = |id: ObjectId| (graph.object(id).created, id);
    let is_copy = |id: ObjectId| graph.related(id, "synced-copy").targets.into_iter().any(|other| ids.contains(&other) && made(other) < made(id));
    ids.iter().copied().filter(|&id| !is_copy(id)).collect()
}

/// Describes objects; the same name may stand on two clusters.
///
/// `told` is what logs and fetched texts tell of a backup or a restore.
pub fn describe(graph: &Graph, report: &Report, ids: &[ObjectId], told: &Told) -> Vec<Description> {
    let runs = mtc::migrations(graph);
    ids.iter().map(|&id| one(graph, report, &runs, id, told, ids.len() == 1)).collect()
}

fn one(graph: &Graph, report: &Report, runs: &[mtc::Run], id: ObjectId, told: &Told, alone: bool) -> Description {
    let object = graph.object(id);
    let target = shared::target(&object.reference());
    let run = runs.iter().find(|run| run.id == id);
    let (state, health) = run.map_or_else(|| state::state(object), state::run);
    let marks = shared::marks(report, &target);
    let findings = report.findings.iter().filter(|finding| marks.iter().any(|mark| mark.finding == finding.id));
    let findings = findings.map(shared::finding_line);
    let group = &object.gvk.group;
    let api_version = if group.is_empty() { object.gvk.version.to_string() } else { format!("{group}/{}", object.gvk.version) };
    Description {
        schema: 1,
        clusters: shared::clusters(graph),
        api_version: clean(&api_version),
        state,
        health,
        progress: run.map_or_else(|| state::progress(object), state::run_progress),
        created: object.created.map(|time| time.to_string()),
        deleted: object.deleted.map(|time| time.to_string()),
        age_seconds: shared::age(graph, object).map(Span::secs),
        velero: velero::sheet(graph, id, told),
        labels: object.labels.iter().map(|(key, value)| (clean(key), clean(value))).collect(),
        owners: object.owners.iter().map(|owner| clean(&format!("{}/{}", owner.kind, owner.name))).collect(),
        conditions: conditions(object),
        relations: relations(graph, runs, id),
        events: events(graph, object),
        lines: lines(graph, object, told, alone),
        findings: findings.collect(),
        see: see::on_cluster(&target),
        inputs: shared::inputs(graph),
        places: object.places.iter().map(|place| PlaceLine { input: place.input, place: clean(&place.to_string()) }).collect(),
        object: target,
    }
}

fn conditions(object: &Object) -> Vec<ConditionLine> {
    let items = object.field("status.conditions").into_iter().flat_map(Value::items);
    let line = |item: Value<'_>| {
        let word = |key: &str| item.get(key).and_then(Value::text).filter(|text| !text.is_empty()).map(|text| clean(&text));
        Some(ConditionLine {
            kind: word("type")?,
            status: word("status").unwrap_or_default(),
            reason: word("reason"),
            message: word("message"),
            since: word("lastTransitionTime"),
        })
    };
    items.filter_map(line).collect()
}

fn relations(graph: &Graph, runs: &[mtc::Run], id: ObjectId) -> Vec<RelationLine> {
    let from = graph.object(id);
    let mut lines = Vec::new();
    let mut asked = BTreeSet::new();
    for edge in graph.steps(id) {
        let row = &RELATIONS[edge.relation as usize];
        let both_ways = edge.inverse && row.inverse.is_none();
        if both_ways && graph.related(id, row.name).targets.contains(&edge.to) {
            continue;
        }
        let relation = match (edge.inverse, row.inverse) {
            (false, _) => row.name.to_owned(),
            (true, Some(back)) => back.to_owned(),
            (true, None) => format!("{} of", row.name),
        };
        let other = graph.object(edge.to);
        let run = runs.iter().find(|run| run.id == edge.to);
        let state = run.map_or_else(|| state::state(other), state::run).0;
        lines.push(RelationLine { relation, object: shared::target(&other.reference()), found: true, state });
    }
    for row in RELATIONS.iter().filter(|row| asked.insert(row.name)) {
        for missing in graph.related(id, row.name).missing {
            let cluster = missing.cluster.unwrap_or(from.cluster);
            let reference = ObjectRef { cluster, kind: missing.kind, namespace: missing.namespace, name: missing.name, uid: None };
            lines.push(RelationLine { relation: row.name.to_owned(), object: shared::target(&reference), found: false, state: None });
        }
    }
    lines.sort_by(|a, b| (&a.relation, &a.object).cmp(&(&b.relation, &b.object)));
    lines.dedup();
    lines
}

fn events(graph: &Graph, object: &Object) -> Vec<EventLine> {
    let about = graph.events.iter().filter(|event| {
        let same_name = *event.object_kind == *object.kind() && event.object_name == object.name && event.object_namespace == object.namespace;
        // A name alone may be that of an earlier object.
        let same_uid = event.object_uid.is_none() || object.uid.is_none() || event.object_uid == object.uid;
        event.cluster == object.cluster && same_name && same_uid
    });
    let mut found: Vec<_> = about.collect();
    found.sort_by_key(|event| event.last);
    let line = |event: &crate::graph::Event| EventLine {
        last: event.last.map(|time| time.to_string()),
        count: event.count,
        kind: clean(&event.kind),
        reason: clean(&event.reason),
        message: clean(&event.message),
        input: event.place.input,
        place: clean(&event.place.to_string()),
    };
    found.into_iter().map(line).collect()
}

/// Lines that name the object, noise left out, the newest of many. Of an object that stands on several clusters those of its own.
fn lines(graph: &Graph, object: &Object, told: &Told, alone: bool) -> Vec<HitLine> {
    let own = clean(&graph.cluster(object.cluster).name);
    let id = |name: &str| graph.cluster_ids().find(|&id| clean(&graph.cluster(id).name) == name).map_or_else(String::new, ClusterId::label);
    let noise = |line: &LogLine| Component::parse(&line.component).is_some_and(|component| mtc::noise(component, &line.text).is_some());
    let found: Vec<&LogLine> = told.named.iter().filter(|line| (alone || line.cluster == own) && !noise(line)).collect();
    let line = |line: &LogLine| HitLine {
        time: line.time.clone(),
        component: line.component.clone(),
        cluster: id(&line.cluster),
        level: line.level.clone(),
        text: line.message.clone(),
        count: 1,
        until: None,
        input: line.input,
        place: format!("{}:{}", line.path, line.line),
    };
    // A controller that waits says the same every few minutes; what it said last says all of it.
    let mut folded: Vec<HitLine> = Vec::new();
    for next in found.into_iter().map(line) {
        match folded
            .last_mut()
            .filter(|last| (&last.text, &last.component, &last.cluster, &last.level) == (&next.text, &next.component, &next.cluster, &next.level))
        {
            Some(last) => {
                last.count += 1;
                last.until = next.time;
            }
            None => folded.push(next),
        }
    }
    folded.split_off(folded.len().saturating_sub(MOST_LINES))
}
