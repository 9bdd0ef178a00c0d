//! The commands that would collect what a verdict lacked, each with the cluster it has to run on.

use std::collections::BTreeSet;

use crate::graph::{Graph, Role};
use crate::model::{ClusterId, Component, plural_of};
use crate::rules::Lack;

/// One command for each thing that is missing, in order, without repeats.
pub(super) fn commands(graph: &Graph, lacks: &[Lack]) -> Vec<String> {
    let mut commands = BTreeSet::new();
    for lack in lacks {
        let Some(cluster) = lack.cluster else { continue };
        commands.insert(command(graph, cluster, lack));
    }
    commands.into_iter().collect()
}

fn command(graph: &Graph, cluster: ClusterId, lack: &Lack) -> String {
    let here = graph.cluster(cluster);
    let whom = describe(graph, cluster);
    if !here.gathered {
        return format!("oc adm must-gather --image=<the MTC must-gather image>   # run on {whom}, which was not gathered");
    }
    if Component::parse(&lack.kind).is_some() {
        return format!("oc adm must-gather --image=<the MTC must-gather image> -- /usr/bin/gather   # run on {whom}: {}", lack.reason);
    }
    match &lack.namespace {
        Some(namespace) => format!("oc adm inspect ns/{namespace}   # run on {whom}"),
        None if is_cluster_scoped(&lack.kind) => format!("oc adm inspect {}   # run on {whom}", plural_of(&lack.kind)),
        None => format!("oc adm inspect ns/<application namespace>   # run on {whom}, for {}", plural_of(&lack.kind)),
    }
}

fn is_cluster_scoped(kind: &str) -> bool {
    matches!(kind, "Node" | "PersistentVolume" | "StorageClass" | "Namespace" | "ClusterVersion" | "Infrastructure" | "VolumeSnapshotClass")
}

/// The cluster by its part in the migration and its name.
fn describe(graph: &Graph, cluster: ClusterId) -> String {
    let here = graph.cluster(cluster);
    let role = [Role::Target, Role::Source, Role::Host].into_iter().find(|role| here.is(*role));
    match role {
        Some(role) => format!("the {role} cluster {}", here.name),
        None => format!("cluster {}", here.name),
    }
}
