//! The commands that would collect what a verdict lacked, each with the cluster it has to run on.

use std::collections::BTreeSet;

use crate::finding::redact::clean;
use crate::finding::see;
use crate::graph::tape::Value;
use crate::graph::{Graph, Role};
use crate::model::{ClusterId, Component, plural_of};
use crate::mtc::{Run, info};
use crate::rules::Lack;

/// What is missing, most telling first: a cluster nobody gathered, then namespaces of the plan, then what is cluster-scoped or a log.
#[derive(Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Step {
    Gather(ClusterId),
    Namespace(ClusterId, String),
    Kind(ClusterId, String),
    Logs(ClusterId, &'static str),
}

/// One command for each thing that is missing, without repeats.
pub(super) fn commands(graph: &Graph, run: &Run, lacks: &[Lack]) -> Vec<String> {
    let mut steps = BTreeSet::new();
    for lack in lacks {
        let clusters = lack.cluster.map_or_else(|| ungathered(graph, run), |cluster| vec![cluster]);
        for cluster in clusters.into_iter().filter(|cluster| works_on(graph, run, *cluster)) {
            steps.extend(step(graph, run, cluster, lack));
        }
    }
    let gathers: Vec<ClusterId> = steps.iter().filter_map(|step| if let Step::Gather(cluster) = step { Some(*cluster) } else { None }).collect();
    steps.retain(|step| match step {
        // An archive may hold anything, and what is no name would become a command of its own.
        Step::Namespace(_, namespace) if !see::is_name(namespace) => false,
        Step::Gather(_) => true,
        // A gather of the whole cluster brings the rest along.
        Step::Namespace(cluster, _) | Step::Kind(cluster, _) | Step::Logs(cluster, _) => !gathers.contains(cluster),
    });
    steps.iter().map(|step| clean(&command(graph, step))).collect()
}

fn step(graph: &Graph, run: &Run, cluster: ClusterId, lack: &Lack) -> Vec<Step> {
    if !graph.cluster(cluster).gathered {
        return vec![Step::Gather(cluster)];
    }
    if let Some(component) = Component::parse(&lack.kind) {
        if let Some(sides) = sides_of(component) {
            let (source, target) = graph.plan_clusters(run.id);
            let here = sides.iter().any(|role| (if *role == Role::Source { source } else { target }) == Some(cluster));
            return if here { in_namespaces(graph, run, cluster) } else { Vec::new() };
        }
        return vec![Step::Logs(cluster, component.as_str())];
    }
    match &lack.namespace {
        Some(namespace) => vec![Step::Namespace(cluster, namespace.clone())],
        None if is_cluster_scoped(&lack.kind) => vec![Step::Kind(cluster, plural_of(&lack.kind))],
        None => in_namespaces(graph, run, cluster),
    }
}

fn in_namespaces(graph: &Graph, run: &Run, cluster: ClusterId) -> Vec<Step> {
    plan_namespaces(graph, run, cluster).into_iter().map(|namespace| Step::Namespace(cluster, namespace)).collect()
}

/// Where programs run that live in namespaces of the application: a second gather of MTC would bring no log of theirs.
fn sides_of(component: Component) -> Option<&'static [Role]> {
    match component {
        Component::RsyncClient => Some(&[Role::Source]),
        Component::RsyncServer => Some(&[Role::Target]),
        Component::Stunnel | Component::Stage | Component::Application => Some(&[Role::Source, Role::Target]),
        _ => None,
    }
}

fn command(graph: &Graph, step: &Step) -> String {
    match step {
        Step::Gather(cluster) => {
            format!("oc adm must-gather --image=<MTC must-gather image>  # on {}, which was not gathered", describe(graph, *cluster))
        }
        Step::Namespace(cluster, namespace) => format!("oc adm inspect ns/{namespace}  # on {}", describe(graph, *cluster)),
        Step::Kind(cluster, plural) => format!("oc adm inspect {plural}  # on {}", describe(graph, *cluster)),
        Step::Logs(cluster, component) => {
            format!(
                "oc adm must-gather --image=<MTC must-gather image> -- /usr/bin/gather  # on {}, for the {component} log",
                describe(graph, *cluster)
            )
        }
    }
}

/// Clusters of the plan that are known and were not gathered: what a lack without a cluster can only mean.
fn ungathered(graph: &Graph, run: &Run) -> Vec<ClusterId> {
    let (source, target) = graph.plan_clusters(run.id);
    source.into_iter().chain(target).filter(|cluster| !graph.cluster(*cluster).gathered).collect()
}

/// Whether the failed or waiting phase has anything to do with a cluster.
fn works_on(graph: &Graph, run: &Run, cluster: ClusterId) -> bool {
    use crate::graph::relations::Side;
    let (source, target) = graph.plan_clusters(run.id);
    let Some(phase) = run.phase.as_deref().and_then(info) else { return true };
    let host = graph.object(run.id).cluster;
    phase.waits_for.is_empty()
        || phase.waits_for.iter().any(|(_, side)| match side {
            Side::Same | Side::Host => cluster == host,
            Side::Source => source == Some(cluster),
            Side::Target => target == Some(cluster),
            Side::Both => source == Some(cluster) || target == Some(cluster),
        })
}

/// Application namespaces of the plan under their names on that cluster: `a:b` is `a` on the source and `b` on the target.
fn plan_namespaces(graph: &Graph, run: &Run, cluster: ClusterId) -> Vec<String> {
    let (source, _) = graph.plan_clusters(run.id);
    let plans = graph.related(run.id, "plan").targets;
    let entries = plans.iter().filter_map(|&plan| graph.object(plan).field("spec.namespaces")).flat_map(Value::items).filter_map(Value::text);
    let names = entries.map(|entry| {
        let (from, to) = entry.split_once(':').unwrap_or((&entry, &entry));
        if source == Some(cluster) { from.to_owned() } else { to.to_owned() }
    });
    names.collect::<BTreeSet<_>>().into_iter().collect()
}

fn is_cluster_scoped(kind: &str) -> bool {
    matches!(kind, "Node" | "PersistentVolume" | "StorageClass" | "Namespace" | "ClusterVersion" | "Infrastructure" | "VolumeSnapshotClass")
}

/// The cluster by its part in the migration and its name.
fn describe(graph: &Graph, cluster: ClusterId) -> String {
    let here = graph.cluster(cluster);
    let role = [Role::Target, Role::Source, Role::Host].into_iter().find(|role| here.is(*role));
    role.map_or_else(|| format!("cluster {}", here.name), |role| format!("{role} cluster {}", here.name))
}
