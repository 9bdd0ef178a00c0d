//! The proof of a finding: places in files, with the lines that stand there.

use super::row::Row;
use crate::finding::Evidence;
use crate::rules::outcome::report_target;
use crate::graph::tape::{Shape, Value};
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Excerpt, Hit, HitGroup, Place, Timestamp};
use crate::rules::binding::{Binding, Part, What};
use crate::rules::cel::Val;
use crate::rules::path::Path;
use crate::rules::rule::Rule;

/// Pieces one finding shows, and rows looked at for them.
const MOST: usize = 8;
const ROWS: usize = 50;

/// Elements of a list that one piece may show.
const ELEMENTS: usize = 3;

pub(super) fn collect(graph: &Graph, rule: &Rule, rows: &[Row<'_>]) -> Vec<Evidence> {
    let mut all: Vec<Evidence> = Vec::new();
    for row in rows.iter().take(ROWS) {
        for path in &rule.evidence {
            let slot = rule.names.iter().position(|name| *name == path.root);
            let Some(binding) = slot.and_then(|slot| row.bound(slot)) else { continue };
            for piece in pieces(graph, binding, path) {
                let known = all.iter().any(|other| (other.input, &other.path, other.line) == (piece.input, &piece.path, piece.line));
                if !known && all.len() < MOST {
                    all.push(piece);
                }
            }
        }
    }
    all
}

fn pieces(graph: &Graph, binding: &Binding<'_>, path: &Path) -> Vec<Evidence> {
    match &binding.what {
        What::Object(id) => object(graph, *id, &path.steps).into_iter().collect(),
        What::Events(events) => {
            let Some(event) = events.events.iter().max_by_key(|event| event.last) else { return Vec::new() };
            let about = report_target(&crate::rules::binding::involved(event));
            let excerpt = Excerpt { text: event.line.to_string(), ..Excerpt::default() };
            vec![Evidence::new(&event.place, &excerpt, &event.message, event.last, Some(about))]
        }
        What::Condition(part) | What::Element(part) => element(graph, part, &path.steps).into_iter().collect(),
        What::Log(lines) => hits(graph, lines.hits, binding),
        What::Error(errors) => match (&errors.lines, errors.event, errors.object) {
            (Some(lines), _, _) => hits(graph, lines.hits, binding),
            (None, Some(event), _) => {
                let excerpt = Excerpt { text: event.line.to_string(), ..Excerpt::default() };
                let about = report_target(&crate::rules::binding::involved(event));
                vec![Evidence::new(&event.place, &excerpt, &event.message, event.last, Some(about))]
            }
            (None, None, Some(id)) => {
                let holder = graph.object(id);
                let Some(place) = holder.place() else { return Vec::new() };
                let place = Place { line: errors.line, ..place.clone() };
                let excerpt = holder.body.as_ref().map(|body| body.excerpt_at(errors.line)).unwrap_or_default();
                let excerpt = or_text(excerpt, &errors.text);
                vec![Evidence::new(&place, &excerpt, &errors.text, errors.last, Some(report_target(&holder.reference())))]
            }
            (None, None, None) => Vec::new(),
        },
        What::Fact(fact) => {
            let Some(id) = fact.object else { return Vec::new() };
            let holder = graph.object(id);
            let found = fact.value.and_then(|value| at_value(holder, value, None));
            found.or_else(|| object(graph, id, &[])).into_iter().collect()
        }
        What::Many(all) => all.iter().take(ELEMENTS).flat_map(|one| pieces(graph, one, path)).collect(),
    }
}

/// Evidence of an object: the field, or its first line.
fn object(graph: &Graph, id: ObjectId, steps: &[String]) -> Option<Evidence> {
    let holder = graph.object(id);
    let root = holder.body.as_ref().map(crate::graph::tape::Tape::root);
    let value = root.and_then(|root| steps.iter().try_fold(root, |at, step| at.get(step)));
    if let Some(value) = value {
        // A whole status points at nothing; its message or phase is what a reader looks for.
        let telling = ["message", "phase", "conditions"].iter().find_map(|key| value.get(key).filter(|_| steps.len() == 1));
        let (value, key) = match (telling, steps.last()) {
            (Some(inner), _) => (inner, if value.get("message").is_some() { "message" } else if value.get("phase").is_some() { "phase" } else { "conditions" }),
            (None, Some(key)) => (value, key.as_str()),
            (None, None) => (value, "metadata"),
        };
        return at_value(holder, value, Some(key));
    }
    // Derived facts and missing fields have no line of their own, but the object has one.
    if !steps.is_empty() && steps.first().is_none_or(|step| step != "mtc") {
        return None;
    }
    let place = holder.place()?;
    let excerpt = holder.body.as_ref().map(|body| body.excerpt_at(place.line)).unwrap_or_default();
    let excerpt = or_text(excerpt, &describe_object(holder));
    Some(Evidence::new(place, &excerpt, &holder.name, None, Some(report_target(&holder.reference()))))
}

fn at_value(holder: &Object, value: Value<'_>, key: Option<&str>) -> Option<Evidence> {
    let place = holder.place_of(value)?;
    let text = value.text().unwrap_or_default();
    let written = match (key, value.shape()) {
        (Some(key), Shape::Scalar) => format!("{key}: {text}"),
        (Some(key), _) => format!("{key}:"),
        (None, _) => text.to_string(),
    };
    let excerpt = or_text(holder.excerpt(value), &written);
    Some(Evidence::new(&place, &excerpt, &text, None, Some(report_target(&holder.reference()))))
}

fn element(graph: &Graph, part: &Part<'_>, steps: &[String]) -> Option<Evidence> {
    let holder = graph.object(part.object?);
    let value = steps.iter().try_fold(part.value, |at, step| at.get(step)).unwrap_or(part.value);
    let telling = ["message", "type", "name"].iter().find_map(|key| value.get(key).map(|inner| (*key, inner)));
    let time = part.value.get("lastTransitionTime").and_then(Value::text).and_then(|text| Timestamp::parse(&text));
    let found = match telling {
        Some((key, inner)) => at_value(holder, inner, Some(key)),
        None => at_value(holder, value, part.key.as_deref()),
    };
    found.map(|evidence| Evidence { time: time.map(|time| time.to_string()), ..evidence })
}

/// The first and the last line of a group.
fn hits(graph: &Graph, hits: &HitGroup, binding: &Binding<'_>) -> Vec<Evidence> {
    let Some(log) = graph.logs.get(hits.log as usize) else { return Vec::new() };
    let about = binding.objects().first().map(|id| graph.object(*id).reference()).or_else(|| binding.gone().into_iter().next());
    let piece = |hit: &Hit| {
        let place = Place { input: log.input, path: log.path.clone(), line: hit.line };
        let mark = hit.error.as_deref().unwrap_or(&hit.message);
        Evidence::new(&place, &hit.excerpt, mark, hit.time, about.as_ref().map(report_target))
    };
    let mut all: Vec<Evidence> = hits.samples.first().map(piece).into_iter().collect();
    if hits.samples.len() > 1 {
        all.extend(hits.samples.last().map(piece));
    }
    all
}

fn or_text(excerpt: Excerpt, text: &str) -> Excerpt {
    if excerpt.text.is_empty() { Excerpt { text: text.lines().next().unwrap_or_default().to_owned(), ..excerpt } } else { excerpt }
}

fn describe_object(object: &Object) -> String {
    object.reference().to_string()
}

/// A candidate in a few words, for explanations.
pub(super) fn describe(val: &Val<'_>) -> String {
    match val {
        Val::Thing(binding) => match &binding.what {
            What::Object(id) => describe_object(binding.graph.object(*id)),
            What::Events(events) => events.events.first().map_or_else(String::new, |event| format!("event {} of {}/{}", event.reason, event.object_kind, event.object_name)),
            What::Condition(part) => format!("condition {}", part.value.get("type").and_then(Value::text).unwrap_or_default()),
            What::Element(part) => part.key.as_ref().map_or_else(|| format!("element {}", part.index), |key| format!("entry {key}")),
            What::Log(lines) => lines.hits.samples.first().map_or_else(String::new, |hit| format!("line {}", hit.line)),
            What::Error(errors) => errors.text.chars().take(60).collect(),
            What::Fact(_) => "native row".to_owned(),
            What::Many(all) => format!("{} elements", all.len()),
        },
        Val::List(items) => format!("{} elements", items.len()),
        _ => String::new(),
    }
}

/// Whether two groups of hits are the same lines.
pub(super) fn same_hits(a: &Binding<'_>, b: &Binding<'_>) -> bool {
    match (&a.what, &b.what) {
        (What::Events(a), What::Events(b)) => {
            a.captures == b.captures && a.events.first().map(|event| &event.place) == b.events.first().map(|event| &event.place)
        }
        (What::Error(a), What::Error(b)) => match (&a.lines, &b.lines) {
            (Some(a), Some(b)) => std::ptr::eq(a.hits, b.hits),
            (None, None) => (a.object, a.line, &a.text) == (b.object, b.line, &b.text) && a.event.map(|event| &event.place) == b.event.map(|event| &event.place),
            _ => false,
        },
        (What::Fact(a), What::Fact(b)) => a.object == b.object && a.fields.iter().zip(&b.fields).all(|((_, a), (_, b))| a.same(b)),
        _ => false,
    }
}
