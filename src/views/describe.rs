//! Everything that is known of one object.

use std::collections::BTreeSet;

use super::table::{self, Ask, AskError};
use super::{shared, state};
use crate::finding::Report;
use crate::finding::redact::clean;
use crate::finding::view::{ConditionLine, Description, EventLine, FindingLine, HitLine, PlaceLine, RelationLine};
use crate::graph::relations::RELATIONS;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{ObjectRef, Span};
use crate::mtc;

/// Names shorter than this stand in too many lines by chance.
const TELLING: usize = 4;

/// Describes every object that the reader's words fit: the same name may stand on two clusters.
pub fn describe(graph: &Graph, report: &Report, ask: &Ask) -> Result<Vec<Description>, AskError> {
    let runs = mtc::migrations(graph);
    Ok(table::objects(graph, ask)?.into_iter().map(|id| one(graph, report, &runs, id)).collect())
}

fn one(graph: &Graph, report: &Report, runs: &[mtc::Run], id: ObjectId) -> Description {
    let object = graph.object(id);
    let target = shared::target(&object.reference());
    let run = runs.iter().find(|run| run.id == id);
    let (state, health) = run.map_or_else(|| state::state(object), state::run);
    let marks = shared::marks(report, &target);
    let findings = report.findings.iter().filter(|finding| marks.iter().any(|mark| mark.finding == finding.id));
    let findings = findings.map(|finding| FindingLine {
        finding: finding.id.clone(),
        severity: finding.severity,
        rule: finding.rule.clone(),
        message: finding.message.clone(),
    });
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
        labels: object.labels.iter().map(|(key, value)| (clean(key), clean(value))).collect(),
        owners: object.owners.iter().map(|owner| clean(&format!("{}/{}", owner.kind, owner.name))).collect(),
        conditions: conditions(object),
        relations: relations(graph, runs, id),
        events: events(graph, object),
        lines: lines(graph, object),
        findings: findings.collect(),
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
        place: clean(&event.place.to_string()),
    };
    found.into_iter().map(line).collect()
}

/// Kept lines of the logs that hold the whole name, or the UID.
fn lines(graph: &Graph, object: &Object) -> Vec<HitLine> {
    let uid = object.uid.as_ref().map_or("", |uid| uid.as_str());
    let names = |text: &str| (object.name.len() >= TELLING && holds_word(text, &object.name)) || (uid.len() >= TELLING && holds_word(text, uid));
    let mut found = BTreeSet::new();
    for group in &graph.hits {
        let log = &graph.logs[group.log as usize];
        for hit in group.samples.iter().filter(|hit| names(&hit.excerpt.text)) {
            let place = format!("{}:{}", log.path, hit.line);
            found.insert((hit.time, log.input, group.log, hit.line, place, clean(&hit.excerpt.text)));
        }
    }
    let line = |(time, _, log, _, place, text): (Option<crate::model::Timestamp>, u32, u32, u32, String, String)| {
        let log = &graph.logs[log as usize];
        HitLine {
            time: time.map(|time| time.to_string()),
            component: log.component.to_string(),
            cluster: log.cluster.label(),
            text,
            place: clean(&place),
        }
    };
    found.into_iter().map(line).collect()
}

/// Whether a word stands in a text with no letter, digit or dash beside it: `web-1` is not in `web-10`.
fn holds_word(text: &str, word: &str) -> bool {
    let joins = |c: char| c.is_ascii_alphanumeric() || c == '-';
    text.match_indices(word).any(|(at, _)| !text[..at].ends_with(joins) && !text[at + word.len()..].starts_with(joins))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_inside_a_longer_name_is_another_name() {
        assert!(holds_word("pod shop/web-1 failed", "web-1"));
        assert!(holds_word("\"web-1\"", "web-1"));
        assert!(!holds_word("pod web-10 failed", "web-1"));
        assert!(!holds_word("my-web-1", "web-1"));
    }
}
