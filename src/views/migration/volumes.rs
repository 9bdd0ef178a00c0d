//! What became of each volume.

use std::borrow::Cow;

use crate::finding::redact::clean;
use crate::finding::view::VolumeView;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object};
use crate::mtc::{Run, Volume};

pub(super) fn view(graph: &Graph, run: &Run, volume: &Volume) -> VolumeView {
    let reporter = volume.object.map(|id| graph.object(id));
    let fact = |path: &str| reporter.and_then(|object| object.field(path)).and_then(Value::as_i64);
    let attempts = fact("mtc.attempts").and_then(|count| u64::try_from(count).ok()).or_else(|| operation(graph, run, volume));
    let planned = planned(graph, run, volume);
    let choice = |key: &str| planned.and_then(|item| item.path(&format!("selection.{key}"))?.text()).filter(|text| !text.is_empty());
    let state = |object: &Object| object.text("status.phase").filter(|phase| !phase.is_empty()).map(|phase| clean(&phase));
    VolumeView {
        namespace: clean(&volume.namespace),
        pvc: clean(&volume.claim),
        target: clean(&volume.target),
        action: choice("action").map(|text| clean(&text)),
        copy_method: choice("copyMethod").map(|text| clean(&text)),
        storage_class: choice("storageClass").map(|text| clean(&text)),
        method: clean(&volume.method),
        state: volume.state.as_str().to_owned(),
        bytes: volume.bytes,
        total: volume.total,
        percent: reporter.and_then(percent),
        rate: reporter.and_then(rate),
        attempts,
        exit_code: fact("mtc.exit_code").or_else(|| fact("status.exitCode")),
        message: reporter.and_then(message),
        target_state: target_state(graph, run, volume),
        object: reporter.map(|object| clean(&object.reference().to_string())),
        object_state: reporter.and_then(state),
    }
}

/// The entry of the plan.
fn planned<'g>(graph: &'g Graph, run: &Run, volume: &Volume) -> Option<Value<'g>> {
    let plans = graph.related(run.id, "plan").targets;
    let items = plans.into_iter().filter_map(|plan| graph.object(plan).field("spec.persistentVolumes")).flat_map(Value::items);
    let first =
        |item: &Value<'g>, path: &str| item.path(path).and_then(Value::text).map(|text| text.split(':').next().unwrap_or_default().to_owned());
    items.into_iter().find(|item| {
        first(item, "pvc.name").as_deref() == Some(volume.claim.as_str())
            && first(item, "pvc.namespace").as_deref() == Some(volume.namespace.as_str())
    })
}

fn percent(reporter: &Object) -> Option<String> {
    let text = reporter.text("status.totalProgressPercentage").or_else(|| reporter.text("status.lastObservedProgressPercent"))?;
    Some(clean(&text)).filter(|text| !text.is_empty())
}

/// What rsync says, or bytes by time for a volume job of Velero.
fn rate(reporter: &Object) -> Option<String> {
    if let Some(rate) = reporter.text("status.lastObservedTransferRate").filter(|rate| !rate.is_empty()) {
        return Some(clean(&rate));
    }
    let (from, to) = (reporter.time("status.startTimestamp")?, reporter.time("status.completionTimestamp")?);
    let seconds = u64::try_from(to.since(from).secs()).ok().filter(|seconds| *seconds > 0)?;
    let bytes = u64::try_from(reporter.field("status.progress.bytesDone")?.as_i64()?).ok().filter(|bytes| *bytes > 0)?;
    Some(format!("{}/s", crate::finding::view::bytes(bytes / seconds)))
}

fn message(reporter: &Object) -> Option<String> {
    let text = reporter.text("status.message").or_else(|| reporter.text("status.logMessage"))?;
    Some(clean(&text.split_whitespace().collect::<Vec<_>>().join(" "))).filter(|text| !text.is_empty())
}

/// Attempts by the count that the `DirectVolumeMigration` itself keeps.
fn operation(graph: &Graph, run: &Run, volume: &Volume) -> Option<u64> {
    let of = |item: Value<'_>, path: &str| item.path(path).and_then(Value::text).map(Cow::into_owned).unwrap_or_default();
    graph.related(run.id, "volume-migration").targets.into_iter().find_map(|id| {
        let operations = graph.object(id).field("status.rsyncOperations")?;
        let own = operations
            .items()
            .find(|item| of(*item, "pvcReference.name") == volume.claim && of(*item, "pvcReference.namespace") == volume.namespace)?;
        u64::try_from(own.get("currentAttempt")?.as_i64()?).ok()
    })
}

fn target_state(graph: &Graph, run: &Run, volume: &Volume) -> Option<String> {
    let target = graph.plan_clusters(run.id).1?;
    let namespace = target_namespace(graph, run, &volume.namespace);
    let id = graph.find(target, "PersistentVolumeClaim", Some(&namespace), &volume.target).next()?;
    Some(clean(&graph.object(id).text("status.phase")?))
}

/// Name of a namespace on the target: the plan may map it.
pub(in crate::views) fn target_namespace(graph: &Graph, run: &Run, source: &str) -> String {
    let plans = graph.related(run.id, "plan").targets;
    let mapped = plans.iter().filter_map(|&plan| graph.object(plan).field("spec.namespaces")).flat_map(Value::items).filter_map(Value::text);
    mapped
        .into_iter()
        .find_map(|pair| Some(pair.split_once(':').filter(|(from, _)| *from == source)?.1.to_owned()))
        .unwrap_or_else(|| source.to_owned())
}
