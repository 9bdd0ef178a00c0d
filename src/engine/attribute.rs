//! Which findings belong to which migration.
//!
//! A finding belongs to a run when an object it touched is one of the run's own, or is joined to one of them. Infrastructure
//! (velero, agents, locations, plans, clusters) serves many runs, so it counts only while it can have mattered: on the cluster
//! role that the phase uses, and in its time, or as a state that still holds.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use rayon::prelude::*;

use crate::graph::relations::RELATIONS;
use crate::graph::{Graph, ObjectId, Role};
use crate::model::{ClusterId, ObjectRef, Span, Timestamp};
use crate::mtc::{self, Run, Verdict};
use crate::rules::{Match, Subject};

/// Clocks of clusters differ a little, and a cause may begin a little before its effect.
const SLACK: Span = Span::from_secs(600);

/// How a finding stands to a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Relation {
    /// About an object of the run, or joined to one.
    Own,
    /// About infrastructure that the run used at that time.
    Used,
    /// About infrastructure near the run; never its root.
    Near,
}

/// The objects around one run.
#[derive(Debug, Default)]
pub(super) struct Surroundings {
    /// Objects made for the run, and what they are joined to.
    pub(super) own: BTreeSet<ObjectId>,
    /// Those of them that were made for this run and no other; claims and volumes outlive many runs.
    pub(super) made: BTreeSet<ObjectId>,
    /// Infrastructure that serves it and others.
    pub(super) shared: BTreeSet<ObjectId>,
    /// Objects that its own ones name and that were not gathered.
    pub(super) named: BTreeSet<(ClusterId, String, Option<String>, String)>,
    /// Clusters of its plan.
    pub(super) clusters: BTreeSet<ClusterId>,
}

/// Steps that lead from an object of a run to another object of the same run.
const OWN: &[(&str, bool)] = &[
    ("volume-migration", false),
    ("volume-progress", false),
    ("servers", false),
    ("rsync-clients", false),
    ("routes", false),
    ("image-migration", false),
    ("streams", false),
    ("backups", false),
    ("restores", false),
    ("synced-copy", false),
    ("volume-backups", false),
    ("volume-restores", false),
    ("stage-pods", false),
    ("run-jobs", false),
    ("pods", false),
    ("pod", false),
    ("claim", false),
    ("mounts", false),
    ("bound", false),
    ("containers", false),
    ("description", false),
];

/// Own steps that lead to what outlives the run: the application's pods, claims and volumes.
const LASTING: &[&str] = &["pod", "claim", "mounts", "bound"];

/// Steps from an object of a run to infrastructure. They end there: what else that serves is not of this run.
const SHARED: &[(&str, bool)] = &[
    ("plan", false),
    ("location", false),
    ("repository", false),
    ("agent", false),
    ("agent-set", false),
    ("node", false),
    ("settings", false),
    ("velero", false),
    ("controller", false),
    ("class", false),
    ("hook", false),
    // Who else mounts a claim of the run: an object of an earlier run may be the cause when a claim joins it to this one.
    ("mounts", true),
];

/// Steps from the plan to what it refers to.
const OF_PLAN: &[(&str, bool)] = &[
    ("source-cluster", false),
    ("target-cluster", false),
    ("storage", false),
    ("hooks", false),
    ("locations", false),
    ("registry", false),
    ("credentials", false),
];

fn listed(list: &[(&str, bool)], relation: u16, inverse: bool) -> bool {
    let name = RELATIONS[relation as usize].name;
    list.iter().any(|(other, direction)| *other == name && *direction == inverse)
}

/// Walks from the run outward.
pub(super) fn surroundings(graph: &Graph, run: &Run) -> Surroundings {
    let mut around = Surroundings::default();
    let mut queue = VecDeque::from([run.id]);
    around.made.insert(run.id);
    while let Some(id) = queue.pop_front() {
        for edge in graph.steps(id) {
            let lasts = LASTING.contains(&RELATIONS[edge.relation as usize].name);
            if !lasts && listed(OWN, edge.relation, edge.inverse) && around.made.insert(edge.to) {
                queue.push_back(edge.to);
            }
        }
    }
    around.own.clone_from(&around.made);
    queue.extend(around.made.iter().copied());
    while let Some(id) = queue.pop_front() {
        for edge in graph.steps(id) {
            if listed(OWN, edge.relation, edge.inverse) && around.own.insert(edge.to) {
                queue.push_back(edge.to);
            }
        }
        for name in ["pod", "claim", "mounts"] {
            for missing in graph.related(id, name).missing {
                let cluster = missing.cluster.unwrap_or(graph.object(id).cluster);
                around.named.insert((cluster, missing.kind.to_string(), missing.namespace.as_deref().map(str::to_owned), missing.name.to_string()));
            }
        }
    }
    let own: Vec<ObjectId> = around.own.iter().copied().collect();
    for id in own {
        for edge in graph.steps(id) {
            if listed(SHARED, edge.relation, edge.inverse) && !around.own.contains(&edge.to) {
                around.shared.insert(edge.to);
            }
        }
    }
    let plans: Vec<ObjectId> = graph.related(run.id, "plan").targets;
    for plan in plans {
        for edge in graph.steps(plan).iter().filter(|edge| listed(OF_PLAN, edge.relation, edge.inverse)) {
            around.shared.insert(edge.to);
        }
    }
    let (source, target) = graph.plan_clusters(run.id);
    around.clusters.extend(source);
    around.clusters.extend(target);
    around.clusters.insert(graph.object(run.id).cluster);
    around
}

/// Relation of a finding to a run, `None` when they have nothing to do with each other.
pub(super) fn relation(graph: &Graph, run: &Run, around: &Surroundings, found: &Match) -> Option<Relation> {
    if found.touched.contains(&run.id) {
        return Some(Relation::Own);
    }
    if is_foreign(graph, found) {
        return None;
    }
    // Another run of the same plan shares claims and volumes with this one; a finding about that run is not about this one.
    if names_another_run(graph, run, found) {
        return None;
    }
    let own = found.touched.iter().any(|id| around.own.contains(id) && !is_shared_kind(graph, *id))
        || found.named.iter().any(|name| is_named(around, name));
    if own {
        // What was made for the run lived with it. A claim or a volume also remembers what happened to other runs.
        let made = matches!(found.subject, Subject::Object(id) if around.made.contains(&id) && !is_shared_kind(graph, id));
        return Some(if made || lived_with(run, found) { Relation::Own } else { Relation::Near });
    }
    let shared = found.touched.iter().any(|id| around.shared.contains(id) || around.own.contains(id));
    let on_cluster = matches!(found.subject, Subject::Cluster(cluster) if around.clusters.contains(&cluster));
    if !shared && !on_cluster {
        return None;
    }
    let matters = uses_cluster(graph, run, found.cluster) && in_time(graph, run, found);
    Some(if shared && matters { Relation::Used } else { Relation::Near })
}

fn is_named(around: &Surroundings, name: &ObjectRef) -> bool {
    around.named.contains(&(name.cluster, name.kind.to_string(), name.namespace.as_deref().map(str::to_owned), name.name.to_string()))
}

fn names_another_run(graph: &Graph, run: &Run, found: &Match) -> bool {
    found.touched.iter().any(|&id| id != run.id && graph.object(id).kind() == "MigMigration")
}

/// Nodes, volumes' classes and the like are reached from many runs even along own steps.
fn is_shared_kind(graph: &Graph, id: ObjectId) -> bool {
    matches!(graph.object(id).kind(), "Node" | "StorageClass" | "Namespace" | "BackupStorageLocation")
}

/// Whether the failed or waiting phase works on that cluster.
fn uses_cluster(graph: &Graph, run: &Run, cluster: ClusterId) -> bool {
    use crate::graph::relations::Side;
    let (source, target) = graph.plan_clusters(run.id);
    let host = graph.object(run.id).cluster;
    let Some(info) = run.phase.as_deref().and_then(crate::mtc::info) else { return true };
    if cluster == host && (graph.cluster(cluster).is(Role::Host)) && info.waits_for.iter().all(|(_, side)| *side == Side::Host) {
        return true;
    }
    info.waits_for.is_empty()
        || info.waits_for.iter().any(|(_, side)| match side {
            Side::Same | Side::Host => cluster == host,
            Side::Source => source.is_none_or(|source| source == cluster),
            Side::Target => target.is_none_or(|target| target == cluster),
            Side::Both => source.is_none_or(|source| source == cluster) || target.is_none_or(|target| target == cluster),
        })
}

/// Whether what was seen can have mattered to the run: not over before it began, and not begun after it had ended.
fn lived_with(run: &Run, found: &Match) -> bool {
    let slack = SLACK.nanos();
    let over_before = match (found.last.or(found.first), run.started) {
        (Some(last), Some(start)) => !found.still_holds && last.nanos() < start.nanos() - slack,
        _ => false,
    };
    let begun_after = match (found.first, run.ended) {
        (Some(first), Some(end)) => first.nanos() > end.nanos() + slack,
        _ => false,
    };
    !over_before && !begun_after
}

/// Whether a finding speaks of backups or restores that another tool made, and of none that a migration made.
fn is_foreign(graph: &Graph, found: &Match) -> bool {
    let mut jobs = found.touched.iter().filter(|id| mtc::is_velero_job(graph.object(**id))).peekable();
    jobs.peek().is_some() && jobs.all(|id| mtc::is_foreign(graph, *id))
}

/// Whether the evidence lies in [phase start − 10 min, phase end], or the bad state began before the phase ended and still holds.
fn in_time(graph: &Graph, run: &Run, found: &Match) -> bool {
    let slack = SLACK;
    let start = run.phase_since.or(run.started);
    let ongoing = matches!(run.verdict, Verdict::Running | Verdict::Blocked | Verdict::Waiting);
    let end = if ongoing { graph.cluster(found.cluster).now } else { run.ended.or(graph.cluster(found.cluster).now) };
    let began_before_end = match (found.first, end) {
        (Some(first), Some(end)) => first <= end.plus(slack),
        _ => true,
    };
    if found.still_holds {
        // A state without a time of its own cannot be placed before the end of a run that is over.
        return began_before_end && (ongoing || found.first.is_some());
    }
    let reaches_start = match (found.last.or(found.first), start) {
        (Some(last), Some(start)) => last >= Timestamp::from_nanos(start.nanos() - slack.nanos()),
        (None, _) => ongoing,
        (_, None) => true,
    };
    began_before_end && reaches_start
}

/// What other tools did is worth a note at most.
pub(super) fn soften_foreign(graph: &Graph, found: &mut [(usize, Match)]) {
    for (_, one) in found.iter_mut().filter(|(_, one)| is_foreign(graph, one)) {
        one.severity = one.severity.min(crate::finding::Severity::Note);
    }
}

/// Attribution of all findings to all runs.
#[derive(Debug)]
pub(super) struct Attribution {
    /// Surroundings of each run.
    pub(super) around: Vec<Surroundings>,
    /// For each run: finding index to relation.
    pub(super) of_run: Vec<BTreeMap<usize, Relation>>,
}

pub(super) fn attribute(graph: &Graph, runs: &[Run], found: &[(usize, Match)]) -> Attribution {
    let around: Vec<Surroundings> = runs.par_iter().map(|run| surroundings(graph, run)).collect();
    let mut of_run: Vec<BTreeMap<usize, Relation>> = runs
        .par_iter()
        .zip(&around)
        .map(|(run, around)| {
            let related = |(index, (_, one)): (usize, &(usize, Match))| Some((index, relation(graph, run, around, one)?));
            found.iter().enumerate().filter_map(related).collect()
        })
        .collect();
    // What belongs to one run is not news about the others, and what lies near a good run says nothing about it.
    let owned: BTreeSet<usize> = of_run.iter().flatten().filter(|(_, relation)| **relation == Relation::Own).map(|(&index, _)| index).collect();
    for (run, related) in runs.iter().zip(&mut of_run) {
        related.retain(|index, relation| *relation != Relation::Near || !(owned.contains(index) || run.verdict.is_green()));
    }
    Attribution { around, of_run }
}
