use std::sync::Arc;

use super::intern::Interner;
use super::object::{NOWHERE, text, time};
use crate::graph::Event;
use crate::graph::tape::Value;
use crate::model::{EntryPath, Place, Uid};

/// Whether an object is an event of either API.
pub(super) fn is_event(root: Value<'_>) -> bool {
    text(root, "kind").as_deref() == Some("Event")
        && text(root, "apiVersion").is_none_or(|version| version == "v1" || version.starts_with("events.k8s.io/"))
}

/// Reads an event as columns, of the core API or of `events.k8s.io`.
pub(super) fn read<'v>(
    root: Value<'v>,
    input: u32,
    path: &EntryPath,
    item_line: u32,
    words: &mut Interner,
    line_of: impl FnOnce(Value<'v>) -> Arc<str>,
) -> Option<Event> {
    let metadata = root.get("metadata")?;
    let object = root.get("involvedObject").or_else(|| root.get("regarding"))?;
    let message = root.get("message").or_else(|| root.get("note"));
    let own = |key: &str| text(object, key).filter(|value| !value.is_empty());
    let first_of = |keys: &[&str]| keys.iter().find_map(|key| time(root, key));
    let first = first_of(&["firstTimestamp", "deprecatedFirstTimestamp", "eventTime"]).or_else(|| time(metadata, "creationTimestamp"));
    let series = root.get("series");
    let last =
        series.and_then(|series| time(series, "lastObservedTime")).or_else(|| first_of(&["lastTimestamp", "deprecatedLastTimestamp"])).or(first);
    let count = root.get("count").or_else(|| root.get("deprecatedCount")).or_else(|| series.and_then(|series| series.get("count")));
    let reporter = root.path("source.component").or_else(|| root.get("reportingComponent")).or_else(|| root.get("reportingController"));
    let line = message.map_or(item_line, Value::line);
    let mut word = |value: Option<std::borrow::Cow<'_, str>>| words.word(value.as_deref().unwrap_or_default());
    Some(Event {
        cluster: NOWHERE,
        namespace: word(text(metadata, "namespace")),
        reason: word(text(root, "reason")),
        kind: word(text(root, "type")),
        message: message.and_then(Value::text).as_deref().unwrap_or_default().into(),
        object_kind: word(own("kind")),
        object_namespace: own("namespace").map(|value| word(Some(value))),
        object_name: word(own("name")),
        object_uid: own("uid").map(|uid| Uid::from(&*uid)),
        source: word(reporter.and_then(Value::text)),
        count: count.and_then(Value::as_i64).and_then(|count| u32::try_from(count).ok()).unwrap_or(1).max(1),
        first,
        last,
        uid: text(metadata, "uid").filter(|uid| !uid.is_empty()).map(|uid| Uid::from(&*uid)),
        place: Place { input, path: path.clone(), line },
        line: line_of(message.unwrap_or(root)),
    })
}
