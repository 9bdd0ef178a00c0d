//! The fast reader, the general reader and `serde_yaml` must agree on everything that Kubernetes prints.

#![allow(
    missing_docs,
    unreachable_pub,
    clippy::unwrap_used,
    clippy::missing_panics_doc,
    clippy::print_stderr,
    clippy::cast_precision_loss,
    reason = "a test"
)]

#[path = "kube_yaml/emit.rs"]
mod emit;
#[path = "kube_yaml/hostile.rs"]
mod hostile;
#[path = "kube_yaml/quirks.rs"]
mod quirks;
#[path = "kube_yaml/realdata.rs"]
mod realdata;

use mig_analyze::graph::tape::{Shape, Value};
use mig_analyze::ingest::kube_yaml::{Limits, Problem, Reader, Stats};
use serde::Deserialize as _;
use serde_json::Value as Json;

/// One object as a reader saw it.
#[derive(Debug, Clone, PartialEq)]
pub struct Seen {
    pub json: Json,
    pub line: u32,
    pub from_list: bool,
    pub truncated: bool,
    /// Every node's line, in document order.
    pub lines: Vec<u32>,
}

/// Everything that came out of one file.
#[derive(Debug, Default)]
pub struct Outcome {
    pub items: Vec<Seen>,
    pub problems: Vec<Problem>,
    pub stats: Stats,
}

impl Outcome {
    pub fn json(&self) -> Vec<Json> {
        self.items.iter().map(|item| item.json.clone()).collect()
    }
}

fn lines(value: Value<'_>, out: &mut Vec<u32>) {
    out.push(value.line());
    match value.shape() {
        Shape::Map => value.entries().for_each(|(_, value)| lines(value, out)),
        Shape::Seq => value.items().for_each(|value| lines(value, out)),
        Shape::Scalar => {}
    }
}

pub fn read_with(mut reader: Reader, source: &[u8]) -> Outcome {
    let mut outcome = Outcome::default();
    let problems = std::cell::RefCell::new(Vec::new());
    reader.read(
        source,
        &Limits::default(),
        &mut |item| {
            let root = item.draft.root();
            let mut seen = Vec::new();
            lines(root, &mut seen);
            let tape = item.draft.to_tape();
            assert_eq!(tape.root().to_json(), root.to_json(), "a tape holds what its draft held");
            let json = root.to_json();
            outcome.items.push(Seen { json, line: item.line, from_list: item.from_list, truncated: item.truncated, lines: seen });
        },
        &mut |problem| problems.borrow_mut().push(problem),
    );
    outcome.problems = problems.into_inner();
    outcome.stats = reader.stats();
    outcome
}

pub fn read(source: &[u8]) -> Outcome {
    read_with(Reader::default(), source)
}

pub fn read_general(source: &[u8]) -> Outcome {
    read_with(Reader::general_only(), source)
}

/// Both readers, which must agree; returns what the usual one saw.
pub fn read_both(source: &[u8]) -> Outcome {
    let fast = read(source);
    let general = read_general(source);
    assert_eq!(fast.items, general.items, "fast and general differ on:\n{}", String::from_utf8_lossy(source));
    fast
}

/// The same objects by `serde_yaml`, or nothing when it refuses the file.
pub fn oracle(source: &[u8]) -> Option<Vec<Json>> {
    let mut objects = Vec::new();
    for document in serde_yaml::Deserializer::from_slice(source) {
        let value = serde_yaml::Value::deserialize(document).ok()?;
        let json = to_json(&value);
        let kind = json["kind"].as_str().unwrap_or_default().to_owned();
        let items = json.get("items");
        let bare = kind.is_empty() && items.is_some_and(|items| items.is_array() || items.is_null());
        if kind == "List" || bare || (kind.ends_with("List") && items.is_some()) {
            let item_kind = kind.strip_suffix("List").unwrap_or_default();
            for item in items.and_then(Json::as_array).into_iter().flatten() {
                let mut item = item.clone();
                if !item_kind.is_empty() && item.is_object() {
                    for (key, value) in [("kind", Json::from(item_kind)), ("apiVersion", json["apiVersion"].clone())] {
                        if item.get(key).is_none() && !value.is_null() {
                            item[key] = value;
                        }
                    }
                }
                objects.push(item);
            }
        } else if json.is_object() {
            objects.push(json);
        }
    }
    objects.iter_mut().for_each(drop_managed_fields);
    Some(objects)
}

fn drop_managed_fields(value: &mut Json) {
    match value {
        Json::Object(entries) => {
            if let Some(Json::Object(metadata)) = entries.get_mut("metadata") {
                metadata.remove("managedFields");
            }
            entries.values_mut().for_each(drop_managed_fields);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_managed_fields),
        _ => {}
    }
}

fn to_json(value: &serde_yaml::Value) -> Json {
    use serde_yaml::Value as Yaml;
    match value {
        Yaml::Null => Json::Null,
        Yaml::Bool(value) => Json::Bool(*value),
        Yaml::Number(number) => number
            .as_i64()
            .map(Json::from)
            .or_else(|| number.as_u64().map(Json::from))
            .or_else(|| number.as_f64().and_then(serde_json::Number::from_f64).map(Json::Number))
            .unwrap_or_else(|| Json::from(number.to_string())),
        Yaml::String(text) => Json::from(text.as_str()),
        Yaml::Sequence(items) => Json::Array(items.iter().map(to_json).collect()),
        Yaml::Mapping(entries) => {
            let key = |key: &Yaml| match key {
                Yaml::String(text) => text.clone(),
                Yaml::Null => String::new(),
                other => serde_yaml::to_string(other).unwrap_or_default().trim_end().to_owned(),
            };
            Json::Object(entries.iter().map(|(name, value)| (key(name), to_json(value))).collect())
        }
        Yaml::Tagged(tagged) => to_json(&tagged.value),
    }
}
