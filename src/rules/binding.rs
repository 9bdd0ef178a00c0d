//! What a clause binds a name to, and the fields that a name exposes.

use std::borrow::Cow;
use std::rc::Rc;
use std::sync::Arc;

use super::cel::Val;
use crate::graph::tape::{Shape, Value};
use crate::graph::{Event, Graph, Object, ObjectId};
use crate::model::{ClusterId, HitGroup, ObjectRef, Timestamp};

/// Named groups of a regex in their order; groups that took no part are null.
pub(crate) type Captures = Vec<(Arc<str>, Option<Box<str>>)>;

/// What a name stands for in one row.
#[derive(Debug, Clone)]
pub(crate) struct Binding<'a> {
    pub(crate) graph: &'a Graph,
    pub(crate) what: What<'a>,
}

#[derive(Debug, Clone)]
pub(crate) enum What<'a> {
    Object(ObjectId),
    Events(Rc<Events<'a>>),
    Condition(Rc<Part<'a>>),
    Element(Rc<Part<'a>>),
    Log(Rc<Lines<'a>>),
    Error(Rc<Errors<'a>>),
    Fact(Rc<Fact<'a>>),
    Many(Rc<Vec<Binding<'a>>>),
}

/// Events of one object with one reason and equal captures.
#[derive(Debug)]
pub(crate) struct Events<'a> {
    pub(crate) all: Vec<&'a Event>,
    pub(crate) object: Option<ObjectId>,
    pub(crate) captures: Captures,
}

/// A condition, or an element of a list or map.
#[derive(Debug)]
pub(crate) struct Part<'a> {
    pub(crate) object: Option<ObjectId>,
    pub(crate) cluster: ClusterId,
    pub(crate) value: Value<'a>,
    pub(crate) key: Option<Cow<'a, str>>,
    pub(crate) index: usize,
    pub(crate) captures: Captures,
}

/// Lines of one log with equal captures and identity fields.
#[derive(Debug)]
pub(crate) struct Lines<'a> {
    pub(crate) hits: &'a HitGroup,
    pub(crate) cluster: ClusterId,
    /// Objects that the fields identify.
    pub(crate) objects: Vec<ObjectId>,
    /// Objects that the fields name and that were not gathered.
    pub(crate) gone: Vec<ObjectRef>,
}

/// Error texts of one object, or of log lines, with equal captures.
#[derive(Debug)]
pub(crate) struct Errors<'a> {
    pub(crate) cluster: ClusterId,
    pub(crate) text: Cow<'a, str>,
    pub(crate) layers: Vec<String>,
    pub(crate) place: &'static str,
    /// Object that holds the text, when it is not a log line.
    pub(crate) object: Option<ObjectId>,
    /// Line in its file.
    pub(crate) line: u32,
    pub(crate) lines: Option<Lines<'a>>,
    pub(crate) event: Option<&'a Event>,
    /// Objects that hold the same words, with the first of them.
    pub(crate) more: u64,
    pub(crate) captures: Captures,
    pub(crate) count: u64,
    pub(crate) first: Option<Timestamp>,
    pub(crate) last: Option<Timestamp>,
}

/// A row of a native matcher.
#[derive(Debug)]
pub(crate) struct Fact<'a> {
    pub(crate) object: Option<ObjectId>,
    pub(crate) cluster: ClusterId,
    pub(crate) fields: Vec<(&'static str, Val<'a>)>,
    /// Field of the object that proves it.
    pub(crate) value: Option<Value<'a>>,
}

impl PartialEq for Binding<'_> {
    fn eq(&self, other: &Self) -> bool {
        match (&self.what, &other.what) {
            (What::Object(a), What::Object(b)) => a == b,
            (What::Events(a), What::Events(b)) => Rc::ptr_eq(a, b),
            (What::Condition(a), What::Condition(b)) | (What::Element(a), What::Element(b)) => {
                a.object == b.object && a.value.line() == b.value.line() && a.key == b.key && a.index == b.index
            }
            (What::Log(a), What::Log(b)) => std::ptr::eq(a.hits, b.hits),
            (What::Error(a), What::Error(b)) => Rc::ptr_eq(a, b),
            (What::Fact(a), What::Fact(b)) => Rc::ptr_eq(a, b),
            (What::Many(a), What::Many(b)) => a == b,
            _ => false,
        }
    }
}

fn captured<'a>(captures: &Captures, field: &str) -> Option<Val<'a>> {
    let (_, value) = captures.iter().find(|(name, _)| **name == *field)?;
    Some(value.as_ref().map_or(Val::Null, |text| Val::text(text.to_string())))
}

impl<'a> Binding<'a> {
    pub(crate) fn object(graph: &'a Graph, id: ObjectId) -> Self {
        Self { graph, what: What::Object(id) }
    }

    fn cluster_name(&self, cluster: ClusterId) -> Val<'a> {
        self.graph.clusters.get(cluster.index()).map_or(Val::Null, |cluster| Val::text(&*cluster.name))
    }

    /// The cluster it lies on.
    pub(crate) fn cluster(&self) -> Option<ClusterId> {
        match &self.what {
            What::Object(id) => Some(self.graph.object(*id).cluster),
            What::Events(events) => events.all.first().map(|event| event.cluster),
            What::Condition(part) | What::Element(part) => Some(part.cluster),
            What::Log(lines) => Some(lines.cluster),
            What::Error(errors) => Some(errors.cluster),
            What::Fact(fact) => Some(fact.cluster),
            What::Many(all) => all.first().and_then(Self::cluster),
        }
    }

    /// A field of the name; null when there is none.
    pub(crate) fn member(&self, field: &str) -> Val<'a> {
        match &self.what {
            What::Object(id) => self.object_member(*id, field),
            What::Events(events) => self.event_member(events, field),
            What::Condition(part) => self.condition_member(part, field),
            What::Element(part) => match field {
                "key" if part.key.is_some() => part.key.clone().map_or(Val::Null, Val::Str),
                "index" if part.key.is_none() => Val::count(part.index),
                "cluster" if part.value.get("cluster").is_none() => self.cluster_name(part.cluster),
                _ => part.value.get(field).map_or(Val::Null, Val::tree),
            },
            What::Log(lines) => self.line_member(lines, field),
            What::Error(errors) => self.error_member(errors, field),
            What::Fact(fact) => match fact.fields.iter().find(|(name, _)| *name == field) {
                Some((_, value)) => value.clone(),
                None if field == "cluster" => self.cluster_name(fact.cluster),
                None => Val::Null,
            },
            What::Many(_) => Val::Null,
        }
    }

    /// A name that stands for one scalar, or for a list, reads as that.
    pub(crate) fn plain(self) -> Val<'a> {
        match &self.what {
            What::Element(part) if part.value.shape() == Shape::Scalar => Val::tree(part.value),
            What::Many(all) => Val::List(Rc::new(all.iter().cloned().map(Val::Thing).collect())),
            _ => Val::Thing(self),
        }
    }

    /// Text of a name that stands for one scalar.
    pub(crate) fn plain_text(&self) -> Option<Cow<'a, str>> {
        match &self.what {
            What::Element(part) if part.value.shape() == Shape::Scalar => part.value.text(),
            _ => None,
        }
    }

    fn object_member(&self, id: ObjectId, field: &str) -> Val<'a> {
        let graph = self.graph;
        let object = graph.object(id);
        let body = object.body.as_ref().and_then(|body| body.root().get(field));
        // A derived kind is all fields, and `name` or `namespace` may be one of them.
        if object.is_derived_kind
            && let Some(value) = body
        {
            return Val::tree(value);
        }
        match field {
            "name" => Val::text(&*object.name),
            "namespace" => object.namespace.as_deref().map_or(Val::Null, Val::text),
            "kind" => Val::text(object.kind()),
            "cluster" => self.cluster_name(object.cluster),
            "gathered" => Val::time(graph.clusters.get(object.cluster.index()).and_then(|cluster| cluster.now)),
            "mtc" => object.derived.as_ref().map_or(Val::Null, |facts| Val::Facts(facts.root())),
            "metadata" if body.is_none() => metadata(object),
            _ => body.map_or(Val::Null, Val::tree),
        }
    }

    fn event_member(&self, events: &Events<'a>, field: &str) -> Val<'a> {
        let Some(&event) = events.all.first() else { return Val::Null };
        match field {
            "reason" => Val::text(&*event.reason),
            "type" => Val::text(&*event.kind),
            "message" => Val::text(&*event.message),
            "count" => Val::Int(events.all.iter().map(|event| i64::from(event.count.max(1))).sum()),
            "first" => Val::time(events.all.iter().filter_map(|event| event.first.or(event.last)).min()),
            "last" => Val::time(events.all.iter().filter_map(|event| event.last.or(event.first)).max()),
            "source" => Val::text(&*event.source),
            "object" => Val::Record(Rc::new(vec![
                ("kind", Val::text(&*event.object_kind)),
                ("namespace", event.object_namespace.as_deref().map_or(Val::Null, Val::text)),
                ("name", Val::text(&*event.object_name)),
            ])),
            "cluster" => self.cluster_name(event.cluster),
            _ => captured(&events.captures, field).unwrap_or(Val::Null),
        }
    }

    fn condition_member(&self, part: &Part<'a>, field: &str) -> Val<'a> {
        match field {
            "since" => {
                part.value.get("lastTransitionTime").and_then(Value::text).and_then(|text| Timestamp::parse(&text)).map_or(Val::Null, Val::Time)
            }
            "cluster" => self.cluster_name(part.cluster),
            _ => captured(&part.captures, field).unwrap_or_else(|| part.value.get(field).map_or(Val::Null, Val::tree)),
        }
    }

    fn line_member(&self, lines: &Lines<'a>, field: &str) -> Val<'a> {
        let hits = lines.hits;
        let sample = hits.samples.first();
        let log = self.graph.logs.get(hits.log as usize);
        match field {
            "component" => log.map_or(Val::Null, |log| Val::text(log.component.as_str())),
            "pod" => log.and_then(|log| log.pod.as_deref()).map_or(Val::Null, Val::text),
            "container" => log.and_then(|log| log.container.as_deref()).map_or(Val::Null, Val::text),
            "previous" => Val::Bool(log.is_some_and(|log| log.stream == crate::graph::Stream::Previous)),
            "text" => sample.map_or(Val::Null, |hit| Val::text(hit.excerpt.text.as_str())),
            "msg" => sample.map_or(Val::Null, |hit| Val::text(&*hit.message)),
            "level" => sample.map_or(Val::Null, |hit| Val::text(&*hit.level)),
            "count" => Val::Int(i64::try_from(hits.count).unwrap_or(i64::MAX)),
            "first" => Val::time(hits.first),
            "last" => Val::time(hits.last),
            "cluster" => self.cluster_name(lines.cluster),
            "fields" => Val::Thing(Self { graph: self.graph, what: What::Fact(Rc::new(fields(lines))) }),
            _ => captured_hit(hits, field),
        }
    }

    fn error_member(&self, errors: &Errors<'a>, field: &str) -> Val<'a> {
        match field {
            "text" => Val::Str(errors.text.clone()),
            "inner" => errors.layers.last().map_or(Val::Null, |inner| Val::text(inner.clone())),
            "layers" => Val::List(Rc::new(errors.layers.iter().map(|layer| Val::text(layer.clone())).collect())),
            "place" => Val::text(errors.place),
            "object" => match self.objects().first() {
                Some(id) => Val::Thing(Self::object(self.graph, *id)),
                None => Val::Null,
            },
            "objects" => Val::Int(i64::try_from(self.object_count()).unwrap_or(i64::MAX)),
            "count" => Val::Int(i64::try_from(errors.count).unwrap_or(i64::MAX)),
            "first" => Val::time(errors.first),
            "last" => Val::time(errors.last),
            "cluster" => self.cluster_name(errors.cluster),
            "fields" => {
                errors.lines.as_ref().map_or(Val::Null, |lines| Val::Thing(Self { graph: self.graph, what: What::Fact(Rc::new(fields(lines))) }))
            }
            _ => captured(&errors.captures, field).unwrap_or(Val::Null),
        }
    }

    /// Objects of the graph that it is, belongs to or identifies, the closest first.
    pub(crate) fn objects(&self) -> Vec<ObjectId> {
        match &self.what {
            What::Object(id) => vec![*id],
            What::Events(events) => events.object.into_iter().collect(),
            What::Condition(part) | What::Element(part) => part.object.into_iter().collect(),
            What::Log(lines) => lines.objects.clone(),
            What::Error(errors) => {
                let named = errors.lines.iter().flat_map(|lines| lines.objects.iter().copied());
                errors.object.into_iter().chain(named).collect()
            }
            What::Fact(fact) => fact.object.into_iter().collect(),
            What::Many(all) => all.iter().flat_map(Self::objects).collect(),
        }
    }

    /// How many objects a hit stands for. A line that does not tell its object stands for one of its own.
    pub(crate) fn object_count(&self) -> u64 {
        match &self.what {
            What::Error(errors) => errors.more,
            What::Log(lines) => lines.hits.count,
            _ => 1,
        }
    }

    /// Objects that are named and were not gathered.
    pub(crate) fn gone(&self) -> Vec<ObjectRef> {
        match &self.what {
            What::Events(events) if events.object.is_none() => events.all.first().map(|event| involved(event)).into_iter().collect(),
            What::Log(lines) => lines.gone.clone(),
            What::Error(errors) => {
                let event = errors.event.filter(|_| errors.object.is_none()).map(involved);
                errors.lines.iter().flat_map(|lines| lines.gone.clone()).chain(event).collect()
            }
            What::Many(all) => all.iter().flat_map(Self::gone).collect(),
            _ => Vec::new(),
        }
    }

    /// First and last time it speaks of.
    pub(crate) fn times(&self) -> (Option<Timestamp>, Option<Timestamp>) {
        let time = |field: &str| match self.member(field) {
            Val::Time(time) => Some(time),
            _ => None,
        };
        match &self.what {
            What::Events(_) | What::Log(_) | What::Error(_) => (time("first"), time("last")),
            What::Condition(_) => (time("since"), time("since")),
            _ => (None, None),
        }
    }
}

/// The object an event speaks of, by name.
pub(crate) fn involved(event: &Event) -> ObjectRef {
    ObjectRef {
        cluster: event.cluster,
        kind: event.object_kind.clone(),
        namespace: event.object_namespace.clone(),
        name: event.object_name.clone(),
        uid: event.object_uid.clone(),
    }
}

fn captured_hit<'a>(hits: &'a HitGroup, field: &str) -> Val<'a> {
    let found = hits.captures.iter().find(|(name, _)| **name == *field);
    found.and_then(|(_, value)| value.as_deref()).map_or(Val::Null, Val::text)
}

/// Identity fields of a line. Their names come from the log, so they are looked up and never listed.
fn fields<'a>(lines: &Lines<'a>) -> Fact<'a> {
    const KNOWN: &[&str] = &[
        "backup",
        "restore",
        "migration",
        "migMigration",
        "plan",
        "migPlan",
        "name",
        "namespace",
        "resource",
        "pod",
        "dvm",
        "logger",
        "phase",
        "controller",
        "node",
        "volume",
        "claim",
        "groupResource",
    ];
    let named = |key: &&'static str| lines.hits.fields.get(key).map(|value| (*key, Val::text(value)));
    Fact { object: None, cluster: lines.cluster, fields: KNOWN.iter().filter_map(named).collect(), value: None }
}

/// Metadata of an object whose body nobody kept.
fn metadata(object: &Object) -> Val<'_> {
    let time = |time: Option<Timestamp>| time.map_or(Val::Null, |time| Val::text(time.to_string()));
    Val::Record(Rc::new(vec![
        ("name", Val::text(&*object.name)),
        ("namespace", object.namespace.as_deref().map_or(Val::Null, Val::text)),
        ("uid", object.uid.as_ref().map_or(Val::Null, |uid| Val::text(uid.as_str().to_owned()))),
        ("creationTimestamp", time(object.created)),
        ("deletionTimestamp", time(object.deleted)),
    ]))
}
