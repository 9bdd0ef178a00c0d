//! Printer columns of the definitions in the archive.

use std::borrow::Cow;

use super::{Cell, Spec};
use crate::finding::redact::clean;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object};

/// Columns of a kind by its definition; `None` when none was gathered, or its body is not kept.
pub(super) fn of(graph: &Graph, kind: &str, group: &str, version: &str) -> Option<Vec<Spec>> {
    let defines = |crd: &&Object| crd.text("spec.names.kind").as_deref() == Some(kind) && crd.text("spec.group").as_deref() == Some(group);
    let crd = graph.of_kind("CustomResourceDefinition").map(|id| graph.object(id)).find(defines)?;
    let versions = crd.field("spec.versions").into_iter().flat_map(Value::items);
    let own = versions.into_iter().find(|item| item.get("name").and_then(Value::text).as_deref() == Some(version));
    // Definitions of the first API version tell their columns for all versions at once.
    let columns = own.and_then(|own| own.get("additionalPrinterColumns")).or_else(|| crd.field("spec.additionalPrinterColumns"));
    let mut specs: Vec<Spec> = columns.into_iter().flat_map(Value::items).filter_map(column).collect();
    if specs.is_empty() {
        specs.push(Spec { name: Cow::Borrowed("AGE"), wide: false, cell: Cell::Age });
    }
    Some(specs)
}

fn column(item: Value<'_>) -> Option<Spec> {
    let word = |key: &str| item.get(key).and_then(Value::text);
    let path = word("jsonPath").or_else(|| word("JSONPath"))?;
    let cell = match (&*path, word("type").as_deref()) {
        (".metadata.creationTimestamp", _) => Cell::Age,
        (path, Some("date")) => Cell::Since(Cow::Owned(path.trim_start_matches('.').to_owned())),
        (path, _) => Cell::Found(path.to_owned()),
    };
    let wide = item.get("priority").and_then(Value::as_i64).is_some_and(|priority| priority > 0);
    Some(Spec { name: Cow::Owned(clean(&word("name")?.to_uppercase())), wide, cell })
}
