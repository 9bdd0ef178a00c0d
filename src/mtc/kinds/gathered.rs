//! The derived kinds `Cluster` and `Log`: what was gathered of each side.

use serde_json::json;

use super::{MOST, Origin, object};
use crate::graph::{Graph, Object, Stream};
use crate::model::{Component, Place};
use crate::mtc::Answer;
use crate::mtc::derive::moment;

/// One object for each cluster of the case, gathered or only known by name.
pub(super) fn clusters(graph: &Graph) -> Vec<Object> {
    let made = graph.cluster_ids().map(|id| {
        let cluster = graph.cluster(id);
        let namespaces = graph.of_kind("Namespace").filter(|&of| graph.object(of).cluster == id).count();
        let twin = graph.cluster_ids().filter(|&other| other != id && cluster.suspect && graph.cluster(other).suspect);
        let fields = json!({
            "name": &*cluster.name,
            "mig_cluster": cluster.mig_cluster.as_deref(),
            "roles": cluster.roles.iter().map(|role| role.as_str()).collect::<Vec<_>>(),
            "gathered": Answer::of(cluster.gathered).as_str(),
            "newest": moment(cluster.now),
            "version": cluster.kubernetes.as_deref(),
            "mtc": cluster.mtc.as_deref(),
            "login_error": cluster.login_error,
            "suspect": Answer::of(cluster.suspect).as_str(),
            "mixed_with": twin.map(|other| graph.cluster(other).name.to_string()).collect::<Vec<_>>(),
            "namespaces": namespaces,
        });
        object("Cluster", id, &cluster.name, fields, &Origin::Nowhere)
    });
    made.collect()
}

/// One object for each log of a program that takes part in a migration; those of applications are thousands and say nothing about one.
pub(super) fn logs(graph: &Graph) -> Vec<Object> {
    let canonical = graph.logs.iter().filter(|log| log.canonical && log.component != Component::Application).take(MOST);
    canonical
        .map(|log| {
            let fields = json!({
                "component": log.component.as_str(),
                "namespace": log.namespace.as_deref(),
                "pod": log.pod.as_deref(),
                "container": log.container.as_deref(),
                "previous": Answer::of(log.stream == Stream::Previous).as_str(),
                "collected": Answer::of(log.stream == Stream::Collected).as_str(),
                "path": log.path.as_str(),
                "first": moment(log.first),
                "last": moment(log.last),
                "lines": log.lines,
            });
            let place = Place { input: log.input, path: log.path.clone(), line: 0 };
            object("Log", log.cluster, log.path.as_str(), fields, &Origin::File(place))
        })
        .collect()
}
