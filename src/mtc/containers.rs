//! The derived kind `Container`: one object for each container status of the pods that matter.

use super::pods::{PodRole, pod_role, statuses};
use crate::graph::tape::{Style, Tape, TapeBuilder, Value};
use crate::graph::{Graph, Object};
use crate::model::{Gvk, Place};

/// Containers of MTC's own pods, and of any pod with a container in trouble.
pub(super) fn containers(graph: &Graph) -> Vec<Object> {
    let pods = graph.of_kind("Pod").map(|id| graph.object(id));
    pods.filter(|pod| matters(pod)).flat_map(|pod| statuses(pod).filter_map(|(init, status)| container(pod, init, status))).collect()
}

/// A healthy pod of the application says nothing, and there may be thousands.
fn matters(pod: &Object) -> bool {
    let trouble = |status: Value<'_>| {
        let restarted = status.get("restartCount").and_then(Value::as_i64).unwrap_or(0) > 0;
        let exit = status.path("state.terminated.exitCode").and_then(Value::as_i64).unwrap_or(0);
        restarted || exit != 0 || status.path("state.waiting").is_some()
    };
    pod_role(pod) != PodRole::Application || statuses(pod).any(|(_, status)| trouble(status))
}

fn container(pod: &Object, init: bool, status: Value<'_>) -> Option<Object> {
    let name = status.get("name")?.text()?;
    Some(Object {
        cluster: pod.cluster,
        gvk: Gvk::new("", "Container"),
        namespace: pod.namespace.clone(),
        name: format!("{}/{name}", pod.name).into(),
        uid: None,
        resource_version: pod.resource_version,
        created: pod.created,
        deleted: pod.deleted,
        labels: Box::default(),
        owners: Box::default(),
        places: pod.place().map(|place| Place { line: status.line(), ..place.clone() }).into_iter().collect(),
        body: Some(body(pod, init, &name, status)),
        derived: None,
        is_derived_kind: true,
        earlier: Vec::new(),
    })
}

/// The states are copied with their lines, so that evidence can point at them.
fn body(pod: &Object, init: bool, name: &str, status: Value<'_>) -> Tape {
    let mut builder = TapeBuilder::default();
    let line = status.line();
    builder.map_start(line);
    for (key, text, style) in
        [("pod", &*pod.name, Style::Quoted), ("name", name, Style::Quoted), ("init", if init { "true" } else { "false" }, Style::Plain)]
    {
        builder.key(key);
        builder.scalar(text, style, line);
    }
    for (key, from) in [("state", "state"), ("lastState", "lastState"), ("restarts", "restartCount"), ("ready", "ready"), ("image", "image")] {
        if let Some(value) = status.get(from) {
            builder.key(key);
            builder.copy(value);
        }
    }
    builder.end();
    builder.finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::Case;
    use serde_json::json;

    #[test]
    fn only_pods_that_matter_have_containers() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "Pod", "metadata": {"name": "web", "namespace": "app"},
            "status": {"containerStatuses": [{"name": "c", "restartCount": 0, "state": {"running": {}}}]}}),
        );
        case.add(
            0,
            json!({"kind": "Pod", "metadata": {"name": "velero-1", "namespace": "openshift-migration"},
            "status": {"containerStatuses": [{"name": "velero", "restartCount": 3, "state": {"running": {}},
                "lastState": {"terminated": {"reason": "OOMKilled"}}}]}}),
        );
        let made = containers(&case.freeze());
        assert_eq!(made.len(), 1);
        assert_eq!(&*made[0].name, "velero-1/velero");
        assert_eq!(made[0].text("lastState.terminated.reason").as_deref(), Some("OOMKilled"));
        assert_eq!(made[0].field("restarts").and_then(Value::as_i64), Some(3));
    }
}
