//! What a case lacks that its runs need, and the commands that would collect it.

use std::collections::BTreeSet;

use crate::finding::redact::clean;
use crate::finding::{Report, see};
use crate::graph::tape::Value;
use crate::graph::{Graph, ObjectId, Role};
use crate::model::{ClusterId, Component};
use crate::mtc;

/// Kinds of an application namespace without which most causes cannot be told.
const OF_NAMESPACES: &[&str] = &["Pod", "Event", "PersistentVolumeClaim"];
/// Cluster-scoped kinds of which the same is true.
const OF_CLUSTERS: &[(&str, &str)] = &[("Node", "nodes"), ("PersistentVolume", "persistentvolumes"), ("StorageClass", "storageclasses")];

/// Namespaces that one command collects: more make a line that nobody can read.
const AT_ONCE: usize = 20;

/// Commands for everything that is missing, by cluster.
pub(super) fn commands(graph: &Graph, report: &Report) -> Vec<String> {
    let mut commands = Vec::new();
    for input in report.inputs.iter().filter(|input| !input.complete) {
        commands.push(format!("oc adm must-gather --image=<MTC must-gather image>  # again: {} is not complete", see::quoted(&input.name)));
    }
    for id in graph.cluster_ids() {
        let cluster = graph.cluster(id);
        let name = described(graph, id);
        if !cluster.gathered {
            commands.push(format!("oc adm must-gather --image=<MTC must-gather image>  # on {name}, which was not gathered"));
            continue;
        }
        let lacking = namespaces(graph, id)
            .into_iter()
            .filter(|namespace| OF_NAMESPACES.iter().any(|kind| !graph.coverage.objects(id, kind, Some(namespace)).is_full()));
        let lacking: Vec<String> = lacking.filter(|namespace| see::is_name(namespace)).map(|namespace| format!("ns/{namespace}")).collect();
        commands.extend(lacking.chunks(AT_ONCE).map(|some| format!("oc adm inspect {}  # on {name}", some.join(" "))));
        if cluster.roles.is_empty() {
            continue;
        }
        let scoped: Vec<&str> =
            OF_CLUSTERS.iter().filter(|(kind, _)| !graph.coverage.objects(id, kind, None).is_full()).map(|(_, plural)| *plural).collect();
        if !scoped.is_empty() {
            commands.push(format!("oc adm inspect {}  # on {name}", scoped.join(" ")));
        }
        let logs: Vec<&str> = programs(graph, id).into_iter().filter(|program| !has_log(graph, id, *program)).map(Component::as_str).collect();
        if !logs.is_empty() {
            let namespace = graph.mtc_namespace(id).filter(|namespace| see::is_name(namespace)).unwrap_or_else(|| "openshift-migration".into());
            commands.push(format!("oc adm inspect ns/{namespace}  # on {name}, for the log of {}", logs.join(" and ")));
        }
    }
    commands.iter().map(|command| clean(command)).collect()
}

/// Application namespaces of all plans under their names on that cluster: `a:b` is `a` on the source and `b` on the target.
fn namespaces(graph: &Graph, cluster: ClusterId) -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for plan in graph.of_kind("MigPlan") {
        let (source, target) = graph.plan_clusters(plan);
        let entries = graph.object(plan).field("spec.namespaces").into_iter().flat_map(Value::items).filter_map(Value::text);
        for entry in entries {
            let (from, to) = entry.split_once(':').unwrap_or((&entry, &entry));
            names.extend((source == Some(cluster)).then(|| from.to_owned()));
            names.extend((target == Some(cluster)).then(|| to.to_owned()));
        }
    }
    names
}

/// Programs whose log a run needs on that cluster.
fn programs(graph: &Graph, id: ClusterId) -> Vec<Component> {
    let cluster = graph.cluster(id);
    let moves = cluster.is(Role::Source) || cluster.is(Role::Target);
    let host = cluster.is(Role::Host).then_some(Component::MigController);
    host.into_iter().chain([Component::Velero, Component::NodeAgent].into_iter().filter(|_| moves)).collect()
}

fn has_log(graph: &Graph, id: ClusterId, program: Component) -> bool {
    graph.logs.iter().any(|log| log.cluster == id && log.component == program && log.lines > 0)
}

/// Logs that begin only after the newest run that went wrong had begun: what is not in them proves nothing.
pub(super) fn notes(graph: &Graph) -> Vec<String> {
    let runs = mtc::migrations(graph);
    let Some(run) = runs.iter().find(|run| !run.verdict.is_green() && run.superseded_by.is_none()) else { return Vec::new() };
    let Some(started) = run.started else { return Vec::new() };
    let mut notes = Vec::new();
    for id in graph.cluster_ids().filter(|&id| concerns(graph, run.id, id)) {
        for program in programs(graph, id) {
            let first =
                graph.logs.iter().filter(|log| log.cluster == id && log.component == program && log.canonical).filter_map(|log| log.first).min();
            if let Some(first) = first.filter(|first| *first > started) {
                let cluster = &graph.cluster(id).name;
                notes.push(format!("{program} on {cluster} begins at {first}, {} after {} began", first.since(started), run.name));
            }
        }
    }
    notes.iter().map(|note| clean(note)).collect()
}

fn concerns(graph: &Graph, run: ObjectId, cluster: ClusterId) -> bool {
    let (source, target) = graph.plan_clusters(run);
    [Some(graph.object(run).cluster), source, target].contains(&Some(cluster))
}

/// The cluster by its part in the migration and its name.
fn described(graph: &Graph, cluster: ClusterId) -> String {
    let here = graph.cluster(cluster);
    let role = [Role::Target, Role::Source, Role::Host].into_iter().find(|role| here.is(*role));
    role.map_or_else(|| format!("cluster {}", here.name), |role| format!("{role} cluster {}", here.name))
}
