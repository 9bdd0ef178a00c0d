//! `timeline`: what the objects, the events and the telling log lines say happened, in one order.

use std::borrow::Cow;
use std::collections::BTreeSet;

use aho_corasick::AhoCorasick;

use super::belongs::{Belongings, Subject, belongs};
use crate::finding::redact::clean;
use crate::finding::view::{Moment, Timeline};
use crate::graph::tape::Value;
use crate::graph::{Graph, Log, Object};
use crate::model::{ClusterId, HitGroup, ObjectRef, Place, Span, Timestamp};
use crate::mtc;

/// How bad a moment is; a timeline may leave out the harmless ones.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Weight {
    /// Something began or ended.
    Info,
    /// Something that may matter.
    Warning,
    /// Something failed.
    Error,
}

impl Weight {
    fn as_str(self) -> &'static str {
        match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Error => "error",
        }
    }
}

/// What part of the case to show.
#[derive(Debug, Clone, Default)]
pub struct Part {
    /// Only what is part of it, and what all clusters' infrastructure says meanwhile.
    pub subject: Option<Subject>,
    /// From when.
    pub from: Option<Timestamp>,
    /// Until when.
    pub to: Option<Timestamp>,
    /// No less than this.
    pub least: Option<Weight>,
    /// This cluster only.
    pub cluster: Option<ClusterId>,
}

/// One thing that happened, before folding.
struct Raw {
    time: Timestamp,
    until: Timestamp,
    count: u64,
    cluster: ClusterId,
    source: &'static str,
    component: String,
    object: Option<ObjectRef>,
    weight: Weight,
    text: String,
    place: Option<Place>,
}

/// Kinds whose life is part of the story of a migration even when no subject was named, beside those of the runs.
const LIVES: &[&str] = &["Pod", "Job", "PersistentVolumeClaim"];

/// Kinds whose conditions tell how the ground stood on which a run went.
const GROUND: &[&str] = &["MigCluster", "MigStorage", "BackupStorageLocation", "Node", "MigHook"];

/// A client's clock may run ahead of the data as long as the end of a gather takes.
const DOUBT: Span = Span::from_secs(30 * 60);

/// Makes the timeline.
pub fn timeline(graph: &Graph, part: &Part) -> Timeline {
    let parts = part.subject.as_ref().map(|subject| belongs(graph, subject));
    let mut raw = Vec::new();
    for id in graph.ids() {
        let object = graph.object(id);
        let known = parts.as_ref().map_or(mtc::is_run_kind(object.kind()) || LIVES.contains(&object.kind()), |parts| parts.objects.contains(&id));
        if !object.is_derived_kind && known {
            life(object, &mut raw);
        }
        if known || GROUND.contains(&object.kind()) {
            conditions(object, &mut raw);
        }
    }
    let about = parts.as_ref().map(|parts| parts.references(graph));
    events(graph, about.as_ref(), &mut raw);
    hits(graph, parts.as_ref(), &mut raw);
    let window = window(graph, part, parts.as_ref());
    raw.retain(|raw| {
        window.0.is_none_or(|from| raw.until >= from)
            && window.1.is_none_or(|to| raw.time <= to)
            && part.least.is_none_or(|least| raw.weight >= least)
            && part.cluster.is_none_or(|cluster| cluster == raw.cluster)
    });
    raw.sort_by(|a, b| (a.time, a.cluster, a.source, &a.object, &a.text, &a.place).cmp(&(b.time, b.cluster, b.source, &b.object, &b.text, &b.place)));
    Timeline {
        schema: 1,
        about: part.subject.as_ref().map(|subject| subject.title.clone()),
        from: window.0.map(|time| time.to_string()),
        to: window.1.map(|time| time.to_string()),
        notes: clocks(graph),
        inputs: super::shared::inputs(graph),
        moments: fold(raw).into_iter().map(|raw| moment(graph, raw)).collect(),
    }
}

/// Without a wish the window of a subject is its own life, so that the ground's old troubles stay out.
fn window(graph: &Graph, part: &Part, parts: Option<&Belongings>) -> (Option<Timestamp>, Option<Timestamp>) {
    let Some((subject, _)) = part.subject.as_ref().zip(parts) else { return (part.from, part.to) };
    let around = Span::from_secs(10 * 60);
    let begin = subject.roots.iter().filter_map(|&id| graph.object(id).created).min();
    let runs = mtc::migrations(graph);
    let ended = match subject.roots.as_slice() {
        [root] => runs.iter().find(|run| run.id == *root).and_then(|run| run.ended),
        _ => None,
    };
    let from = part.from.or_else(|| Some(begin?.plus(Span::from_nanos(-around.nanos()))));
    (from, part.to.or_else(|| Some(ended?.plus(around))))
}

fn life(object: &Object, raw: &mut Vec<Raw>) {
    let mut add = |time: Option<Timestamp>, weight, text: String| {
        let Some(time) = time else { return };
        raw.push(of_object(object, "object", time, weight, text, object.place().cloned()));
    };
    let started = ["status.startTimestamp", "status.startTime"].iter().find_map(|path| object.time(path));
    // Velero copies finished backups to the other side; what they tell happened where they were made.
    if started.zip(object.created).is_some_and(|(started, created)| started < created) {
        add(object.created, Weight::Info, "copied from the other cluster".into());
        return;
    }
    add(object.created, Weight::Info, "created".into());
    add(started.filter(|time| Some(*time) != object.created), Weight::Info, "started".into());
    let phase = object.text("status.phase").map(Cow::into_owned).unwrap_or_default();
    let bad = phase.contains("Fail");
    let ended = ["status.completionTimestamp", "status.completionTime"].iter().find_map(|path| object.time(path));
    let word = if phase.is_empty() { "ended".to_owned() } else { format!("ended: {phase}") };
    add(ended, if bad { Weight::Error } else { Weight::Info }, word);
    add(object.deleted, Weight::Info, "is being deleted".into());
    for step in object.field("status.pipeline").into_iter().flat_map(Value::items) {
        let text = |key: &str| step.get(key).and_then(Value::text).map(Cow::into_owned).unwrap_or_default();
        let failed = step.get("failed").and_then(Value::as_bool) == Some(true);
        add(Timestamp::parse(&text("started")), Weight::Info, format!("step {} began", text("name")));
        let how = if failed { "failed" } else { "ended" };
        add(Timestamp::parse(&text("completed")), if failed { Weight::Error } else { Weight::Info }, format!("step {} {how}", text("name")));
    }
}

fn conditions(object: &Object, raw: &mut Vec<Raw>) {
    for condition in object.field("status.conditions").into_iter().flat_map(Value::items) {
        let text = |key: &str| condition.get(key).and_then(Value::text).map(Cow::into_owned).unwrap_or_default();
        let Some(time) = Timestamp::parse(&text("lastTransitionTime")) else { continue };
        let (kind, status, category, reason, message) = (text("type"), text("status"), text("category"), text("reason"), text("message"));
        let holds = status == "True";
        let weight = match &*category {
            "Critical" | "Error" if holds => Weight::Error,
            _ if holds && kind == "Failed" => Weight::Error,
            "Warn" if holds => Weight::Warning,
            _ if !holds && matches!(&*kind, "Ready" | "ContainersReady" | "PodScheduled" | "Initialized") && reason != "PodCompleted" => {
                Weight::Warning
            }
            _ => Weight::Info,
        };
        let reason = if reason.is_empty() { String::new() } else { format!(" ({reason})") };
        let message = if message.is_empty() { String::new() } else { format!(": {message}") };
        let place = object.place_of(condition);
        raw.push(of_object(object, "condition", time, weight, format!("{kind} {}{reason}{message}", status.to_lowercase()), place));
    }
}

fn of_object(object: &Object, source: &'static str, time: Timestamp, weight: Weight, text: String, place: Option<Place>) -> Raw {
    Raw {
        time,
        until: time,
        count: 1,
        cluster: object.cluster,
        source,
        component: object.kind().to_owned(),
        object: Some(object.reference()),
        weight,
        text,
        place,
    }
}

fn events(graph: &Graph, known: Option<&BTreeSet<ObjectRef>>, raw: &mut Vec<Raw>) {
    for event in &graph.events {
        let about = ObjectRef {
            cluster: event.cluster,
            kind: event.object_kind.clone(),
            namespace: event.object_namespace.clone(),
            name: event.object_name.clone(),
            uid: None,
        };
        let Some(time) = event.first.or(event.last) else { continue };
        if known.is_some_and(|known| !known.contains(&about)) {
            continue;
        }
        raw.push(Raw {
            time,
            until: event.last.unwrap_or(time).max(time),
            count: u64::from(event.count.max(1)),
            cluster: event.cluster,
            source: "event",
            component: event.source.to_string(),
            object: Some(about),
            weight: if &*event.kind == "Warning" { Weight::Warning } else { Weight::Info },
            text: format!("{}: {}", event.reason, event.message),
            place: Some(event.place.clone()),
        });
    }
}

fn hits(graph: &Graph, parts: Option<&Belongings>, raw: &mut Vec<Raw>) {
    // Shorter names are ordinary words.
    let names = |parts: &Belongings| {
        let telling = parts.objects.iter().map(|&id| &graph.object(id).name).filter(|name| name.len() >= 6);
        AhoCorasick::new(telling.map(|name| name.as_bytes())).ok()
    };
    let names = parts.and_then(names);
    let concerns = |text: &str| names.as_ref().is_none_or(|names| names.is_match(text));
    let mut seen: BTreeSet<(u32, u32)> = BTreeSet::new();
    for group in &graph.hits {
        let log = &graph.logs[group.log as usize];
        let Some(sample) = group.samples.first() else { continue };
        // Several patterns may have found the same line; it happened once.
        if !log.canonical || !concerns(&sample.excerpt.text) || mtc::noise(log.component, &sample.excerpt.text).is_some() {
            continue;
        }
        if seen.insert((group.log, sample.line)) {
            raw.extend(of_hits(log, group));
        }
    }
    for shape in &graph.shapes {
        let log = &graph.logs[shape.log as usize];
        let known = seen.contains(&(shape.log, shape.line));
        let (Some(first), false) = (shape.first, known) else { continue };
        if log.canonical && concerns(&shape.text) && mtc::noise(log.component, &shape.text).is_none() {
            let last = shape.last.unwrap_or(first);
            raw.push(of_log(log, (first, last), shape.count, Weight::Error, shape.text.to_string(), shape.line));
        }
    }
}

fn of_hits(log: &Log, group: &HitGroup) -> Option<Raw> {
    let sample = group.samples.first()?;
    let weight = match &*sample.level {
        "error" | "fatal" | "panic" | "ERROR" => Weight::Error,
        "warning" | "warn" => Weight::Warning,
        _ => Weight::Info,
    };
    let text = match &sample.error {
        Some(error) if !sample.message.contains(&**error) => format!("{}: {error}", sample.message),
        _ => sample.message.to_string(),
    };
    let first = group.first?;
    Some(of_log(log, (first, group.last.unwrap_or(first)), group.count, weight, text, sample.line))
}

fn of_log(log: &Log, (time, until): (Timestamp, Timestamp), count: u64, weight: Weight, text: String, line: u32) -> Raw {
    Raw {
        time,
        until,
        count,
        cluster: log.cluster,
        source: "log",
        component: log.component.as_str().to_owned(),
        object: None,
        weight,
        text,
        place: Some(Place { input: log.input, path: log.path.clone(), line }),
    }
}

/// Neighbours that say the same become one.
fn fold(raw: Vec<Raw>) -> Vec<Raw> {
    let mut folded: Vec<Raw> = Vec::with_capacity(raw.len());
    for next in raw {
        if let Some(last) = folded.last_mut()
            && (last.cluster, last.source, &last.component, &last.object, &last.text)
                == (next.cluster, next.source, &next.component, &next.object, &next.text)
        {
            last.count += next.count;
            last.until = last.until.max(next.until);
            continue;
        }
        folded.push(next);
    }
    folded
}

fn moment(graph: &Graph, raw: Raw) -> Moment {
    Moment {
        time: raw.time.to_string(),
        until: (raw.until > raw.time).then(|| raw.until.to_string()),
        count: raw.count,
        cluster: clean(&graph.cluster(raw.cluster).name),
        source: raw.source.to_owned(),
        component: clean(&raw.component),
        object: raw.object.map(|object| clean(&object.to_string())),
        level: raw.weight.as_str().to_owned(),
        text: clean(&raw.text.split_whitespace().collect::<Vec<_>>().join(" ")),
        input: raw.place.as_ref().map(|place| place.input),
        place: raw.place.map(|place| clean(&place.to_string())),
    }
}

/// What speaks against comparing times of two clusters.
fn clocks(graph: &Graph) -> Vec<String> {
    let mut notes = Vec::new();
    for cluster in &graph.clusters {
        if let Some(ahead) = cluster.client_ahead.filter(|ahead| ahead.nanos().abs() > DOUBT.nanos()) {
            let (far, way) = if ahead.nanos() < 0 { (Span::from_nanos(-ahead.nanos()), "behind") } else { (ahead, "ahead of") };
            notes.push(format!("the client's clock was {far} {way} the newest time on {}: a wrong clock, or old data", cluster.name));
        }
        if !cluster.gathered {
            notes.push(format!("cluster {} was not gathered: what happened there is missing", cluster.name));
        }
    }
    notes.extend(skew(graph));
    if graph.clusters.len() > 1 {
        notes.push("each line carries the clock of its own cluster; nothing in a gather proves that two clusters' clocks agree".into());
    }
    notes
}

/// A Backup is synced to the target only after it ended on the source; a copy that is older shows by how much the clocks differ.
fn skew(graph: &Graph) -> Option<String> {
    graph
        .of_kind("Restore")
        .filter_map(|id| {
            let restore = graph.object(id);
            let copy = *graph.related(id, "restored-from").targets.first()?;
            let original = graph.related(copy, "synced-copy").targets.into_iter().find(|&other| graph.object(other).cluster != restore.cluster)?;
            let (ended, created) = (graph.object(original).time("status.completionTimestamp")?, restore.created?);
            (created < ended).then(|| (ended.since(created), restore, graph.object(original).cluster))
        })
        .max_by_key(|(span, _, _)| span.nanos())
        .map(|(span, restore, other)| {
            let (here, there) = (&graph.cluster(restore.cluster).name, &graph.cluster(other).name);
            format!("the clocks of {here} and {there} differ by at least {span}: {} began there before its backup had ended", restore.name)
        })
}
