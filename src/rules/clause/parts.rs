use std::rc::Rc;

use crate::scan::LazyRegex;

use super::row::{Row, Slot};
use super::{Found, Matcher};
use crate::graph::tape::{Shape, Value};
use crate::model::ClusterId;
use crate::rules::binding::{Binding, Captures, Part, What};
use crate::rules::native::Native;
use crate::rules::outcome::Lack;
use crate::rules::path::Path;
use crate::rules::rule::Named;

/// Elements one clause may yield for a row.
const MOST_ELEMENTS: usize = 5_000;

/// Captures of a condition that fits; nothing when it does not.
pub(super) fn condition(value: Value<'_>, types: &[String], status: Option<&str>, reasons: &[String], regexes: &[LazyRegex]) -> Option<Captures> {
    let text = |key: &str| value.get(key).and_then(Value::text).unwrap_or_default();
    let fits = types.iter().any(|kind| kind == "*" || *kind == text("type"))
        && status.is_none_or(|status| text("status") == status)
        && (reasons.is_empty() || reasons.iter().any(|reason| *reason == text("reason")));
    if !fits {
        return None;
    }
    if regexes.is_empty() { Some(Vec::new()) } else { captures(regexes, &collapse(&text("message"))) }
}

/// Captures of the first regex that matches; groups of the others are null.
pub(super) fn captures(regexes: &[LazyRegex], text: &str) -> Option<Captures> {
    let found = regexes.iter().find_map(|regex| regex.captures(text))?;
    let mut all: Captures = Vec::new();
    for name in regexes.iter().flat_map(|regex| regex.capture_names().flatten()) {
        if !all.iter().any(|(known, _)| **known == *name) {
            all.push((name.into(), found.name(name).map(|group| group.as_str().into())));
        }
    }
    Some(all)
}

pub(super) fn collapse(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

impl<'a> Matcher<'a> {
    /// The objects behind a name, or why there are none to look at.
    pub(super) fn anchor(row: &Row<'a>, slot: usize, found: &mut Found<'a>) -> Option<Binding<'a>> {
        match &row.slots[slot] {
            Slot::Bound(binding) => Some(binding.clone()),
            Slot::Undecided(lack) => {
                found.lacks.push(lack.clone());
                None
            }
            Slot::Unbound | Slot::Null | Slot::Missing => {
                found.empty = true;
                None
            }
        }
    }

    pub(super) fn conditions(&mut self, named: &'a Named, row: &Row<'a>, of: usize, fits: impl Fn(Value<'a>) -> Option<Captures>) -> Found<'a> {
        let mut found = Found::default();
        let Some(anchor) = Self::anchor(row, of, &mut found) else { return found };
        let graph = self.graph;
        let mut candidates = Vec::new();
        for id in anchor.objects() {
            let object = graph.object(id);
            if object.body.is_none() {
                let reason = format!("the content of {} was not kept", object.reference());
                let namespace = object.namespace.as_deref().map(str::to_owned);
                found.lacks.push(Lack { cluster: Some(object.cluster), kind: object.kind().to_owned(), namespace, reason });
            }
            let conditions = object.field("status.conditions");
            if !self.may_see(named.number, conditions.map_or(0, Value::len)) {
                return found;
            }
            for (index, value) in conditions.into_iter().flat_map(Value::items).enumerate() {
                let Some(captures) = fits(value) else { continue };
                let part = Part { object: Some(id), cluster: object.cluster, value, key: None, index, captures };
                candidates.push(Binding { graph, what: What::Condition(Rc::new(part)) });
            }
        }
        self.filter(named, row, candidates, &mut found);
        found
    }

    pub(super) fn elements(&mut self, named: &'a Named, row: &Row<'a>, paths: &'a [(usize, Path)]) -> Found<'a> {
        let mut found = Found::default();
        let mut candidates = Vec::new();
        for (slot, path) in paths {
            let Some(anchor) = Self::anchor(row, *slot, &mut found) else { continue };
            let Some(cluster) = anchor.cluster() else { continue };
            match &anchor.what {
                What::Object(id) => {
                    let root = self.graph.object(*id);
                    let value = if path.steps.first().is_some_and(|step| step == "mtc") {
                        root.derived.as_ref().and_then(|facts| steps(facts.root(), &path.steps[1..]))
                    } else {
                        root.body.as_ref().and_then(|body| steps(body.root(), &path.steps))
                    };
                    candidates.extend(self.parts(value, Some(*id), cluster));
                }
                What::Element(part) | What::Condition(part) => candidates.extend(self.parts(steps(part.value, &path.steps), part.object, cluster)),
                _ => {}
            }
        }
        candidates.truncate(MOST_ELEMENTS);
        self.filter(named, row, candidates, &mut found);
        found
    }

    fn parts(&self, value: Option<Value<'a>>, object: Option<crate::graph::ObjectId>, cluster: ClusterId) -> Vec<Binding<'a>> {
        let Some(value) = value else { return Vec::new() };
        let part = |value, key, index| Binding {
            graph: self.graph,
            what: What::Element(Rc::new(Part { object, cluster, value, key, index, captures: Vec::new() })),
        };
        match value.shape() {
            Shape::Seq => value.items().enumerate().map(|(index, item)| part(item, None, index)).collect(),
            Shape::Map => value.entries().enumerate().map(|(index, (key, item))| part(item, Some(key), index)).collect(),
            Shape::Scalar => Vec::new(),
        }
    }

    pub(super) fn native(&mut self, named: &'a Named, row: &Row<'a>, native: &Native, with: &[(String, usize)]) -> Found<'a> {
        let mut found = Found::default();
        let mut bound = Vec::new();
        for take in native.takes {
            let slot = with.iter().find(|(name, _)| name == take).map(|(_, slot)| *slot);
            let Some(binding) = slot.and_then(|slot| Self::anchor(row, slot, &mut found)) else { return found };
            bound.push(binding);
        }
        match (native.run)(self.graph, &bound) {
            Err(lack) => found.lacks.push(lack),
            Ok(rows) => {
                let graph = self.graph;
                let candidates = rows.into_iter().map(|fact| Binding { graph, what: What::Fact(Rc::new(fact)) }).collect();
                self.filter(named, row, candidates, &mut found);
            }
        }
        found
    }
}

fn steps<'a>(root: Value<'a>, steps: &[String]) -> Option<Value<'a>> {
    steps.iter().try_fold(root, |at, step| at.get(step))
}
