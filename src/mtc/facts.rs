//! Small facts about plans that several files of this room need.

use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};

/// Names of `spec.namespaces` on the source; an item may read `source:target`.
pub(super) fn source_namespaces(plan: &Object) -> Vec<String> {
    mapped(plan).map(|(source, _)| source).collect()
}

/// Names of `spec.namespaces` on the target.
pub(super) fn target_namespaces(plan: &Object) -> Vec<String> {
    mapped(plan).map(|(_, target)| target).collect()
}

/// Whether any namespace gets another name on the target.
pub(super) fn maps_namespaces(plan: &Object) -> bool {
    mapped(plan).any(|(source, target)| source != target)
}

fn mapped(plan: &Object) -> impl Iterator<Item = (String, String)> + '_ {
    let items = plan.field("spec.namespaces").into_iter().flat_map(Value::items);
    items.filter_map(Value::text).map(|text| pair(&text))
}

/// Splits `a:b`; without a colon both names are the same.
pub(super) fn pair(text: &str) -> (String, String) {
    let (source, target) = text.split_once(':').unwrap_or((text, text));
    (source.to_owned(), target.to_owned())
}

/// Whether source and target are one cluster: the same `MigCluster`, or the same API host.
pub(super) fn is_intra_cluster(graph: &Graph, plan: ObjectId) -> bool {
    let object = graph.object(plan);
    let (source, target) = (object.text("spec.srcMigClusterRef.name"), object.text("spec.destMigClusterRef.name"));
    if source.is_some() && source == target {
        return true;
    }
    let url = |relation| {
        let cluster = graph.object(*graph.related(plan, relation).targets.first()?);
        Some(cluster.text("spec.url").map(|url| host_of(&url).to_owned()).unwrap_or_default())
    };
    let (Some(source), Some(target)) = (url("source-cluster"), url("target-cluster")) else { return false };
    source == target
}

fn host_of(url: &str) -> &str {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    rest.split('/').next().unwrap_or(rest)
}

/// Whether a run copies volumes by rsync: it has a `DirectVolumeMigration`; or, before it got that far, its plan asks for one.
pub(super) fn direct_volumes(graph: &Graph, run: ObjectId) -> bool {
    if !graph.related(run, "volume-migration").targets.is_empty() {
        return true;
    }
    let velero = graph.object(run).true_condition("StagePodsCreated").is_some() || !graph.related(run, "stage-pods").targets.is_empty();
    let Some(&plan) = graph.related(run, "plan").targets.first() else { return false };
    let plan = graph.object(plan);
    let indirect = plan.field("spec.indirectVolumeMigration").and_then(Value::as_bool) == Some(true);
    if velero || indirect {
        return false;
    }
    plan.field("spec.persistentVolumes").into_iter().flat_map(Value::items).any(|volume| {
        let word = |path| volume.path(path).and_then(Value::text);
        word("selection.action").as_deref() == Some("copy") && matches!(word("selection.copyMethod").as_deref(), Some("filesystem" | "block"))
    })
}

/// Whether a run copies images from registry to registry.
pub(super) fn direct_images(graph: &Graph, run: ObjectId) -> bool {
    if !graph.related(run, "image-migration").targets.is_empty() {
        return true;
    }
    let Some(&plan) = graph.related(run, "plan").targets.first() else { return false };
    graph.object(plan).field("spec.indirectImageMigration").and_then(Value::as_bool) == Some(false)
}
