//! What became of each image stream of a direct image migration.

use std::collections::BTreeMap;

use super::volumes::target_namespace;
use crate::finding::redact::clean;
use crate::finding::view::{Health, ImageView};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object};
use crate::mtc::Run;
use crate::views::state;

/// Lists of the `DirectImageMigration` and what an entry in each means.
const LISTS: &[(&str, &str)] = &[
    ("status.newISs", "running"),
    ("status.successfulISs", "completed"),
    ("status.deletedISs", "deleted on the source"),
    ("status.failedISs", "failed"),
];

/// Image streams by namespace and name.
pub(super) fn views(graph: &Graph, run: &Run) -> Vec<ImageView> {
    let mut rows: BTreeMap<(String, String), ImageView> = BTreeMap::new();
    for migration in graph.related(run.id, "image-migration").targets {
        for stream in graph.related(migration, "streams").targets.into_iter().map(|id| graph.object(id)) {
            let row = of_stream(graph, run, stream);
            rows.insert((row.namespace.clone(), row.name.clone()), row);
        }
        let migration = graph.object(migration);
        for (path, word) in LISTS {
            for item in migration.field(path).into_iter().flat_map(Value::items) {
                listed(graph, run, item, word, &mut rows);
            }
        }
    }
    rows.into_values().collect()
}

/// One copy by the object that does it.
fn of_stream(graph: &Graph, run: &Run, stream: &Object) -> ImageView {
    let text = |path: &str| stream.text(path).filter(|text| !text.is_empty()).map(|text| clean(&text));
    let namespace = text("spec.imageStreamRef.namespace").unwrap_or_default();
    let state = match state::state(stream).1 {
        Health::Good => "completed",
        Health::Bad => "failed",
        Health::Pending | Health::Unknown => "running",
    };
    ImageView {
        target: text("spec.destNamespace").unwrap_or_else(|| clean(&target_namespace(graph, run, &namespace))),
        namespace,
        name: text("spec.imageStreamRef.name").unwrap_or_else(|| clean(&stream.name)),
        state: state.to_owned(),
        phase: text("status.phase"),
        errors: texts(stream.field("status.errors")),
        object: Some(clean(&stream.reference().to_string())),
    }
}

/// One entry of the parent's lists: they outlive the objects that did the work.
fn listed(graph: &Graph, run: &Run, item: Value<'_>, word: &str, rows: &mut BTreeMap<(String, String), ImageView>) {
    let text = |key: &str| item.get(key).and_then(Value::text).filter(|text| !text.is_empty()).map(|text| clean(&text));
    let (Some(namespace), Some(name)) = (text("namespace"), text("name")) else { return };
    let missing = item.get("notFound").and_then(Value::as_bool) == Some(true);
    let row = rows.entry((namespace.clone(), name.clone())).or_insert_with(|| ImageView {
        target: text("destNamespace").unwrap_or_else(|| clean(&target_namespace(graph, run, &namespace))),
        namespace,
        name,
        state: String::new(),
        phase: None,
        errors: Vec::new(),
        object: None,
    });
    // What the parent says of work that goes on is older than the object that does it.
    if word != "running" || row.state.is_empty() {
        row.state = if missing { "not found".to_owned() } else { word.to_owned() };
    }
    for error in texts(item.get("errors")) {
        if !row.errors.contains(&error) {
            row.errors.push(error);
        }
    }
}

fn texts(list: Option<Value<'_>>) -> Vec<String> {
    list.into_iter().flat_map(Value::items).filter_map(Value::text).map(|text| clean(&text)).collect()
}
