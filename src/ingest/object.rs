use std::borrow::Cow;
use std::sync::Arc;

use super::intern::Interner;
use super::lines::Lines;
use crate::graph::tape::{Tape, Value};
use crate::graph::{Object, Owner, SourceLines};
use crate::model::{ClusterId, EntryPath, Place, Timestamp, Uid};

/// Cluster of an object before the layout has told it.
pub(super) const NOWHERE: ClusterId = ClusterId(u32::MAX);

/// Reads the identity of an object; `None` when it has no kind or no name. Labels are read for every object, because relations
/// follow them.
pub(super) fn read(root: Value<'_>, input: u32, path: &EntryPath, line: u32, words: &mut Interner) -> Option<(Object, Option<Timestamp>)> {
    let metadata = root.get("metadata")?;
    let kind = text(root, "kind")?;
    let name = text(metadata, "name").filter(|name| !name.is_empty())?;
    let api_version = text(root, "apiVersion").unwrap_or_default();
    let created = time(metadata, "creationTimestamp");
    let object = Object {
        cluster: NOWHERE,
        gvk: words.kind(&api_version, &kind),
        namespace: text(metadata, "namespace").filter(|namespace| !namespace.is_empty()).map(|namespace| words.word(&namespace)),
        name: Arc::from(&*name),
        uid: text(metadata, "uid").filter(|uid| !uid.is_empty()).map(|uid| Uid::from(&*uid)),
        resource_version: text(metadata, "resourceVersion").and_then(|version| version.parse().ok()).unwrap_or(0),
        created,
        deleted: time(metadata, "deletionTimestamp"),
        labels: labels(metadata, words),
        owners: owners(metadata, words),
        places: vec![Place { input, path: path.clone(), line }],
        body: None,
        derived: None,
        is_derived_kind: false,
        earlier: Vec::new(),
    };
    let transitions = root.path("status.conditions").into_iter().flat_map(Value::items).filter_map(|item| time(item, "lastTransitionTime"));
    let latest = transitions.chain(created).max();
    Some((object, latest))
}

/// Whether something that [`read`] declined is an object all the same: it carries what an API server gave it.
pub(super) fn is_nameless(root: Value<'_>) -> bool {
    root.get("metadata").is_some_and(|metadata| metadata.get("uid").or_else(|| metadata.get("resourceVersion")).is_some())
        && root.get("items").is_none()
}

/// A body that was decoded, with the lines it stands on, two more on either side, and without the block of managed fields.
pub(super) fn decoded(tape: Tape, source: &[u8], lines: &Lines, first: u32) -> Tape {
    let from = first.saturating_sub(2).max(1);
    let to = tape.last_line().saturating_add(3).min(lines.count() + 1);
    let hole = managed_fields(source, lines, first, to);
    let mut text = String::new();
    match hole {
        Some((start, end)) => {
            text.push_str(&String::from_utf8_lossy(lines.block(source, from, start)));
            text.push_str(&String::from_utf8_lossy(lines.block(source, end, to)));
        }
        None => text.push_str(&String::from_utf8_lossy(lines.block(source, from, to))),
    }
    tape.with_source(SourceLines::new(text.into_boxed_str(), from, hole.into_iter().collect()))
}

fn managed_fields(source: &[u8], lines: &Lines, from: u32, to: u32) -> Option<(u32, u32)> {
    let is_key = |line: &[u8]| line.trim_ascii_start().starts_with(b"managedFields:");
    let start = (from..to).find(|&number| is_key(lines.line(source, number)))?;
    let depth = indent(lines.line(source, start));
    let inside = |number: u32| {
        let line = lines.line(source, number);
        indent(line) > depth || (indent(line) == depth && line.get(depth) == Some(&b'-'))
    };
    let end = (start + 1..to).find(|&number| !inside(number)).unwrap_or(to);
    Some((start, end))
}

fn indent(line: &[u8]) -> usize {
    line.iter().take_while(|byte| **byte == b' ').count()
}

pub(super) fn text<'v>(value: Value<'v>, key: &str) -> Option<Cow<'v, str>> {
    value.get(key)?.text()
}

pub(super) fn time(value: Value<'_>, key: &str) -> Option<Timestamp> {
    Timestamp::parse(&text(value, key)?)
}

fn labels(metadata: Value<'_>, words: &mut Interner) -> Box<[(Arc<str>, Arc<str>)]> {
    let entries = metadata.get("labels").into_iter().flat_map(Value::entries);
    let mut labels: Vec<(Arc<str>, Arc<str>)> =
        entries.map(|(key, value)| (words.word(&key), words.word(&value.text().unwrap_or_default()))).collect();
    labels.sort_unstable();
    labels.into_boxed_slice()
}

fn owners(metadata: Value<'_>, words: &mut Interner) -> Box<[Owner]> {
    let items = metadata.get("ownerReferences").into_iter().flat_map(Value::items);
    items
        .filter_map(|item| {
            let uid = text(item, "uid").filter(|uid| !uid.is_empty()).map(|uid| Uid::from(&*uid));
            Some(Owner { kind: words.word(&text(item, "kind")?), name: words.word(&text(item, "name")?), uid })
        })
        .collect()
}
