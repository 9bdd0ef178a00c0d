//! The proof of a finding: places in files, with the lines that stand there.

use super::row::Row;
use crate::finding::Evidence;
use crate::graph::tape::{Shape, Value};
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Excerpt, Hit, HitGroup, Place, Timestamp};
use crate::rules::binding::{Binding, Part, What};
use crate::rules::cel::Val;
use crate::rules::outcome::report_target;
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
            let Some(event) = events.all.iter().max_by_key(|event| event.last) else { return Vec::new() };
            let about = report_target(&crate::rules::binding::involved(event));
            let excerpt = Excerpt { text: event.line.to_string(), ..Excerpt::default() };
            vec![Evidence::new(&event.place, &excerpt, &event.message, event.last, Some(about))]
        }
        What::Condition(part) | What::Element(part) => element(graph, part, &path.steps).into_iter().collect(),
        What::Log(lines) => hits(graph, lines.hits, binding),
        What::Error(errors) => {
            let mut all: Vec<Evidence> = Vec::new();
            if let Some(event) = errors.event {
                let excerpt = Excerpt { text: event.line.to_string(), ..Excerpt::default() };
                let about = report_target(&crate::rules::binding::involved(event));
                all.push(Evidence::new(&event.place, &excerpt, &event.message, event.last, Some(about)));
            } else if let Some(id) = errors.object {
                all.extend(text_of(graph, id, errors.line, &errors.text, errors.last));
            }
            all.extend(errors.lines.iter().flat_map(|lines| hits(graph, lines.hits, binding)));
            all
        }
        What::Fact(fact) => {
            let Some(id) = fact.object else { return Vec::new() };
            let holder = graph.object(id);
            let found = fact.value.and_then(|value| at_value(holder, value, None));
            found.or_else(|| object(graph, id, &[])).into_iter().collect()
        }
        What::Many(all) => all.iter().take(ELEMENTS).flat_map(|one| pieces(graph, one, path)).collect(),
    }
}

/// Evidence of an error text in an object.
fn text_of(graph: &Graph, id: ObjectId, line: u32, text: &str, time: Option<Timestamp>) -> Option<Evidence> {
    let holder = graph.object(id);
    if holder.is_derived_kind && holder.kind() != "Description" {
        return gap(holder);
    }
    let place = Place { line, ..holder.place()?.clone() };
    let excerpt = holder.body.as_ref().map(|body| body.excerpt_at(line)).unwrap_or_default();
    // A description is about the object that it describes.
    let about = graph.related(id, "described").targets.first().map_or(holder, |&described| graph.object(described));
    Some(Evidence::new(&place, &or_text(excerpt, text), text, time, Some(report_target(&about.reference()))))
}

/// A gap quotes what the reader of the archive met: the complaint that the gather left in the place of data, or, without a line, that
/// the file or the input ends early.
fn gap(holder: &Object) -> Option<Evidence> {
    let place = holder.place()?;
    let excerpt = holder.body.as_ref().map(|body| body.excerpt_at(place.line)).unwrap_or_default();
    Some(Evidence::new(place, &excerpt, "", None, None))
}

/// A line of a description, which stands in a file of its own.
fn described(graph: &Graph, id: ObjectId, steps: &[String]) -> Option<Evidence> {
    let holder = graph.object(id);
    let root = holder.body.as_ref()?.root();
    let value = steps.iter().try_fold(root, |at, step| at.get(step))?;
    let value = if steps.is_empty() { root.get("phase").unwrap_or(value) } else { value };
    at_value(holder, value, steps.last().map(String::as_str))
}

/// Of a log as a whole: the first line of it that was kept, else the pod that wrote it.
fn of_log(graph: &Graph, holder: &Object) -> Option<Evidence> {
    let place = holder.place()?;
    let number = graph.logs.iter().position(|log| log.input == place.input && log.path == place.path)?;
    let kept = graph.hits.iter().filter(|hits| hits.log as usize == number).flat_map(|hits| &hits.samples).min_by_key(|hit| hit.line);
    if let Some(hit) = kept {
        return Some(Evidence::new(&Place { line: hit.line, ..place.clone() }, &hit.excerpt, "", hit.time, None));
    }
    let log = &graph.logs[number];
    let pod = graph.find(log.cluster, "Pod", log.namespace.as_deref(), log.pod.as_deref()?).next()?;
    object(graph, pod, &[])
}

/// A derived object quotes the line that it was made of, and speaks of the object that holds that line.
fn derived(graph: &Graph, id: ObjectId) -> Option<Evidence> {
    let holder = graph.object(id);
    // A file as a whole has no line that could be quoted.
    let place = holder.place().filter(|place| place.line > 0)?;
    let excerpt = holder.body.as_ref().map(|body| body.excerpt_at(place.line)).unwrap_or_default();
    let maker = ["run", "plan"].iter().find_map(|relation| graph.related(id, relation).targets.first().copied());
    Some(Evidence::new(place, &excerpt, "", None, maker.map(|maker| report_target(&graph.object(maker).reference()))))
}

/// Evidence of an object: the field, or its first line.
fn object(graph: &Graph, id: ObjectId, steps: &[String]) -> Option<Evidence> {
    let holder = graph.object(id);
    if holder.is_derived_kind {
        // What we made up has no file; the object it was made of has.
        let pod = || graph.related(id, "pod").targets.first().copied();
        return match holder.kind() {
            "Gap" => gap(holder),
            "Description" => described(graph, id, steps),
            "Log" => of_log(graph, holder),
            "Container" => pod().and_then(|pod| object(graph, pod, &["status".to_owned()])),
            _ => derived(graph, id),
        };
    }
    let root = holder.body.as_ref().map(crate::graph::tape::Tape::root);
    let value = root.and_then(|root| steps.iter().try_fold(root, |at, step| at.get(step)));
    if let Some(value) = value {
        // A whole status points at nothing; its message or phase is what a reader looks for.
        let mut telling = ["message", "phase", "conditions"].iter().filter(|_| steps.len() == 1);
        let telling = telling.find_map(|key| value.get(key).map(|inner| (inner, *key)));
        let (value, key) = telling.unwrap_or((value, steps.last().map_or("metadata", String::as_str)));
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
            What::Events(events) => {
                events.all.first().map_or_else(String::new, |event| format!("event {} of {}/{}", event.reason, event.object_kind, event.object_name))
            }
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
            a.captures == b.captures && a.all.first().map(|event| &event.place) == b.all.first().map(|event| &event.place)
        }
        (What::Error(a), What::Error(b)) => match (&a.lines, &b.lines) {
            (Some(a_lines), Some(b_lines)) if a.object.is_none() && b.object.is_none() => std::ptr::eq(a_lines.hits, b_lines.hits),
            _ => (a.object, a.line, &a.text) == (b.object, b.line, &b.text) && a.event.map(|event| &event.place) == b.event.map(|event| &event.place),
        },
        (What::Fact(a), What::Fact(b)) => a.object == b.object && a.fields.iter().zip(&b.fields).all(|((_, a), (_, b))| a.same(b)),
        _ => false,
    }
}
