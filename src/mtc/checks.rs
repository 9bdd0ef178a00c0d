//! The lines *checked and clear* of a report: what was looked at and ruled out.

use std::collections::BTreeSet;
use std::fmt;

use super::pods::{PodRole, pod_role, statuses};
use super::progress::phase;
use super::verdict::blocker;
use super::waits::is_ready;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId, Role};
use crate::model::{ClusterId, Span};

/// Outcome of a check.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Looked at, and in order.
    Clear,
    /// Looked at, and not in order.
    Bad,
    /// The data to tell were not gathered.
    Unknown,
}

impl State {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Clear => "clear",
            Self::Bad => "bad",
            Self::Unknown => "unknown",
        }
    }
}

impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that was looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Check {
    /// What, such as `storage locations available`.
    pub what: &'static str,
    /// The outcome.
    pub state: State,
    /// On what, or why not.
    pub detail: String,
}

/// All checks, always the same ones in the same order.
pub fn checks(graph: &Graph) -> Vec<Check> {
    vec![
        locations(graph),
        ready(graph, "MigCluster", "MigClusters ready"),
        ready(graph, "MigStorage", "MigStorages ready"),
        pods(graph, PodRole::Velero, "velero pods running"),
        agents(graph),
        pods(graph, PodRole::Controller, "migration controller running"),
        out_of_memory(graph),
        clock(graph),
        client_clock(graph),
    ]
}

fn check(what: &'static str, bad: &[String], unknown: &[String], clear: String) -> Check {
    if !bad.is_empty() {
        return Check { what, state: State::Bad, detail: few(bad) };
    }
    if !unknown.is_empty() {
        return Check { what, state: State::Unknown, detail: few(unknown) };
    }
    Check { what, state: State::Clear, detail: clear }
}

/// What a line of the report names of one kind.
const MOST_NAMED: usize = 5;

/// The first of some texts, each once, and how many more there are.
fn few(texts: &[String]) -> String {
    let mut seen = BTreeSet::new();
    let distinct: Vec<&str> = texts.iter().map(String::as_str).filter(|text| seen.insert(*text)).collect();
    let shown = &distinct[..distinct.len().min(MOST_NAMED)];
    let more = distinct.len() - shown.len();
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { shown.join(", ") }
}

fn on(graph: &Graph, object: &Object) -> String {
    format!("{} on {}", object.name, graph.cluster(object.cluster).name)
}

/// Clusters that take part in a migration; all of them where no role is known.
fn partners(graph: &Graph) -> Vec<ClusterId> {
    let with: Vec<_> = graph.cluster_ids().filter(|&id| graph.cluster(id).is(Role::Source) || graph.cluster(id).is(Role::Target)).collect();
    if with.is_empty() { graph.cluster_ids().collect() } else { with }
}

/// A cluster says nothing about a kind that it does not hold unless that kind was gathered there.
fn silent(graph: &Graph, clusters: &[ClusterId], kind: &str, what: &str, seen: impl Fn(ClusterId) -> bool) -> (Vec<String>, Vec<String>) {
    let (mut none, mut unknown) = (Vec::new(), Vec::new());
    for &id in clusters.iter().filter(|&&id| !seen(id)) {
        let cluster = graph.cluster(id);
        let namespace = graph.mtc_namespace(id);
        if cluster.gathered && graph.coverage.objects(id, kind, namespace.as_deref()).is_full() {
            none.push(format!("no {what} on {}", cluster.name));
        } else {
            unknown.push(format!("{} was not gathered", cluster.name));
        }
    }
    (none, unknown)
}

fn locations(graph: &Graph) -> Check {
    let what = "storage locations available on both sides";
    let all: Vec<&Object> = graph.of_kind("BackupStorageLocation").map(|id| graph.object(id)).collect();
    let partners = partners(graph);
    let (_, mut unknown) = silent(graph, &partners, "BackupStorageLocation", "location", |id| all.iter().any(|object| object.cluster == id));
    let mut bad = Vec::new();
    for &location in &all {
        match &*phase(location) {
            "Available" => {}
            // Velero 1.4 and older never write a phase.
            "" => unknown.push(format!("{} tells no phase", on(graph, location))),
            _ => bad.push(on(graph, location)),
        }
    }
    if all.is_empty() && unknown.is_empty() {
        unknown.push("no storage location exists".to_owned());
    }
    check(what, &bad, &unknown, counted(all.len(), "location"))
}

fn ready(graph: &Graph, kind: &str, what: &'static str) -> Check {
    let all: Vec<_> = graph.of_kind(kind).map(|id| graph.object(id)).collect();
    let is_bad = |object: &&&Object| object.true_condition("Ready").is_none() || blocker(object).is_some();
    let bad: Vec<_> = all.iter().filter(|object| object.body.is_some()).filter(is_bad).map(|object| object.name.to_string()).collect();
    let unknown = if all.is_empty() { vec![format!("no {kind} was gathered")] } else { Vec::new() };
    check(what, &bad, &unknown, format!("{} of {}", all.len(), all.len()))
}

fn of_role(graph: &Graph, role: PodRole) -> Vec<ObjectId> {
    graph.of_kind("Pod").filter(|&id| pod_role(graph.object(id)) == role && graph.object(id).body.is_some()).collect()
}

fn pods(graph: &Graph, role: PodRole, what: &'static str) -> Check {
    let found = of_role(graph, role);
    let wanted: Vec<_> = if role == PodRole::Controller { graph.host_cluster().into_iter().collect() } else { partners(graph) };
    let (mut bad, mut unknown) = silent(graph, &wanted, "Pod", role.as_str(), |id| found.iter().any(|&pod| graph.object(pod).cluster == id));
    bad.extend(found.iter().map(|&id| graph.object(id)).filter(|pod| !is_ready(pod)).map(|pod| on(graph, pod)));
    if wanted.is_empty() && found.is_empty() {
        unknown.push("no cluster is known to run it".to_owned());
    }
    check(what, &bad, &unknown, counted(found.len(), "pod"))
}

fn counted(number: usize, noun: &str) -> String {
    if number == 1 { format!("1 {noun}") } else { format!("{number} {noun}s") }
}

/// The daemon set knows how many nodes it should serve; without it the agents are compared with the nodes.
fn agents(graph: &Graph) -> Check {
    let what = "agents ready on all nodes";
    let mut bad = Vec::new();
    let mut unknown = Vec::new();
    let mut total = 0;
    for id in partners(graph) {
        let cluster = graph.cluster(id);
        let here = |object: &&Object| object.cluster == id;
        let sets: Vec<_> = graph.of_kind("DaemonSet").map(|set| graph.object(set)).filter(here).collect();
        let set = sets.into_iter().find(|set| matches!(&*set.name, "restic" | "node-agent") && set.body.is_some());
        let agents: Vec<_> = of_role(graph, PodRole::NodeAgent).into_iter().map(|pod| graph.object(pod)).filter(here).collect();
        bad.extend(agents.iter().filter(|pod| !is_ready(pod)).map(|pod| on(graph, pod)));
        total += agents.len();
        if let Some(set) = set {
            let number = |path| set.field(path).and_then(Value::as_i64).unwrap_or(0);
            let (wanted, ready) = (number("status.desiredNumberScheduled"), number("status.numberReady"));
            if wanted != ready {
                bad.push(format!("{ready} of {wanted} ready on {}", cluster.name));
            }
            continue;
        }
        let nodes: Vec<_> = graph.of_kind("Node").map(|node| graph.object(node)).filter(here).collect();
        if agents.is_empty() || nodes.is_empty() {
            unknown.push(format!("{} of {} were not gathered", if agents.is_empty() { "agents" } else { "nodes" }, cluster.name));
        }
    }
    bad.sort();
    bad.dedup();
    check(what, &bad, &unknown, format!("{total} agents"))
}

fn out_of_memory(graph: &Graph) -> Check {
    let killed = |pod: &Object| {
        statuses(pod).any(|(_, status)| {
            ["state.terminated.reason", "lastState.terminated.reason"]
                .iter()
                .any(|path| status.path(path).and_then(Value::text).as_deref() == Some("OOMKilled"))
        })
    };
    let pods: Vec<_> = graph.of_kind("Pod").map(|id| graph.object(id)).filter(|pod| pod_role(pod) != PodRole::Application).collect();
    let bad: Vec<_> = pods.iter().filter(|pod| killed(pod)).map(|pod| on(graph, pod)).collect();
    let unknown = if pods.is_empty() { vec!["no pods of MTC were gathered".to_owned()] } else { Vec::new() };
    check("no container killed for lack of memory", &bad, &unknown, format!("{} pods of MTC", pods.len()))
}

/// Gathers of one case end minutes apart, and their clocks differ by less than that, so only a write from the future proves skew.
const SKEW: Span = Span::from_secs(300);

/// An object on one cluster cannot have been made after the gather of that cluster ended.
/// The client that ran the gather writes its own time; far from the newest data, one of the two clocks is wrong, or the logs are old.
fn client_clock(graph: &Graph) -> Check {
    let told: Vec<_> = graph.clusters.iter().filter_map(|cluster| Some((cluster, cluster.client_ahead?))).collect();
    // A quiet cluster has no recent lines; only when none of a gather's clusters comes near is a clock in doubt.
    let near = |input: u32| told.iter().filter(|(cluster, _)| cluster.input == input).any(|(_, ahead)| ahead.secs().abs() <= 300);
    let doubtful = told.iter().filter(|(cluster, _)| !near(cluster.input));
    let bad: Vec<String> = doubtful.map(|(cluster, ahead)| format!("{ahead} ahead of the newest data of {}", cluster.name)).collect();
    let unknown = if told.is_empty() { vec!["no timestamp file".to_owned()] } else { Vec::new() };
    check("clock of the gather agrees with the data", &bad, &unknown, "timestamp files".to_owned())
}

fn clock(graph: &Graph) -> Check {
    let mut bad = Vec::new();
    for backup in graph.of_kind("Backup") {
        for copy in graph.related(backup, "synced-copy").targets {
            let (first, second) = (graph.object(backup), graph.object(copy));
            let (Some(began), Some(copied)) = (first.time("status.startTimestamp"), second.created) else { continue };
            // The copy is made from the original, so it is younger by every honest clock.
            if first.cluster != second.cluster && first.created.is_some_and(|made| made.nanos() <= began.nanos()) && began.since(copied) > SKEW {
                bad.push(format!("{} is younger than its copy on {}", on(graph, first), graph.cluster(second.cluster).name));
            }
        }
    }
    let unknown = if graph.clusters.iter().all(|cluster| cluster.now.is_none()) { vec!["no time is known".to_owned()] } else { Vec::new() };
    let told = has_synced_copies(graph);
    let unknown = if unknown.is_empty() && !told { vec!["nothing was written by one cluster and read by another".to_owned()] } else { unknown };
    check("no clock skew between the clusters", &bad, &unknown, "synced backups".to_owned())
}

/// Whether any backup exists on two clusters, so that their clocks can be compared.
fn has_synced_copies(graph: &Graph) -> bool {
    graph.of_kind("Backup").any(|id| !graph.related(id, "synced-copy").targets.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::Case;
    use serde_json::json;

    fn state(graph: &Graph, what: &str) -> State {
        checks(graph).into_iter().find(|check| check.what.contains(what)).unwrap().state
    }

    #[test]
    fn nothing_gathered_is_never_clear() {
        let graph = Case::new(2).freeze();
        assert!(checks(&graph).iter().all(|check| check.state == State::Unknown), "{:?}", checks(&graph));
    }

    #[test]
    fn a_line_names_each_thing_once_and_counts_what_is_left() {
        let texts: Vec<String> = ["a", "b", "a", "c", "d", "e", "f", "g"].map(str::to_owned).into();
        assert_eq!(few(&texts), "a, b, c, d, e and 2 more");
        assert_eq!(few(&texts[..3]), "a, b");
    }

    #[test]
    fn an_empty_phase_is_unknown_and_an_unavailable_one_is_bad() {
        for (phase, expected) in [("Available", State::Clear), ("", State::Unknown), ("Unavailable", State::Bad)] {
            let mut case = Case::new(1);
            case.add(
                0,
                json!({"kind": "BackupStorageLocation", "metadata": {"name": "b", "namespace": "openshift-migration"},
                "status": {"phase": phase}}),
            );
            assert_eq!(state(&case.freeze(), "locations"), expected, "{phase}");
        }
    }

    #[test]
    fn a_killed_velero_and_a_missing_agent_are_bad() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "Pod", "metadata": {"name": "velero-1", "namespace": "openshift-migration"}, "status": {
            "conditions": [{"type": "Ready", "status": "True"}],
            "containerStatuses": [{"name": "velero", "lastState": {"terminated": {"reason": "OOMKilled"}}}]}}),
        );
        case.add(
            0,
            json!({"kind": "DaemonSet", "metadata": {"name": "restic", "namespace": "openshift-migration"},
            "status": {"desiredNumberScheduled": 3, "numberReady": 2}}),
        );
        let graph = case.freeze();
        assert_eq!(state(&graph, "memory"), State::Bad);
        assert_eq!(state(&graph, "agents"), State::Bad);
        assert_eq!(state(&graph, "velero pods"), State::Clear);
    }
}
