//! What belongs to a plan or a migration: the console's debug tree, and what it leaves out.

use std::collections::BTreeSet;

use rustc_hash::{FxHashMap, FxHashSet};

use super::select::{self, Scope, SelectError};
use super::{shared, state};
use crate::finding::Report;
use crate::finding::redact::clean;
use crate::finding::view::{Health, Presence, Tree, TreeNode};
use crate::graph::{Cover, Graph, Missing, ObjectId, Role};
use crate::model::{ClusterId, ObjectRef};
use crate::mtc::{self, Run};

/// Relations that lead from a kind to what belongs to it, in the order of the tree. No kind leads back to one above it, so the
/// tree ends.
const BRANCHES: &[(&str, &[&str])] = &[
    ("MigPlan", &["source-cluster", "target-cluster", "storage", "locations", "registry", "runs", "hooks"]),
    ("MigMigration", &["backups", "restores", "volume-migration", "image-migration", "run-jobs", "stage-pods"]),
    ("Backup", &["location", "snapshot-location", "volume-backups"]),
    ("Restore", &["volume-restores"]),
    ("PodVolumeBackup", &["pod", "claim"]),
    ("PodVolumeRestore", &["pod", "claim"]),
    ("DirectVolumeMigration", &["volume-progress", "rsync-clients", "servers", "routes"]),
    ("DirectImageMigration", &["streams"]),
    ("MigHook", &["hook-jobs"]),
    ("Job", &["pods"]),
    ("Pod", &["mounts"]),
    ("PersistentVolumeClaim", &["bound"]),
];

/// References whose end must exist as long as the object that names it does. Pods and claims of a finished run may be gone.
const LASTING: &[&str] = &["source-cluster", "target-cluster", "storage", "hooks", "location"];

/// Builds the tree of what the reader asked for.
pub fn tree(graph: &Graph, report: &Report, scope: Scope<'_>, unhealthy_only: bool) -> Result<Tree, SelectError> {
    let mut grow = Grow::new(graph, report);
    let mut roots = match select::subject(graph, scope)? {
        None => grow.everything(),
        Some(subject) => subject.roots.into_iter().map(|id| grow.only(id)).collect(),
    };
    if unhealthy_only {
        roots.retain_mut(prune);
    }
    let mut marked = BTreeSet::new();
    for root in &roots {
        marks(root, &mut marked);
    }
    let findings = report.findings.iter().filter(|finding| marked.contains(&finding.id)).map(shared::finding_line).collect();
    Ok(Tree { schema: 1, clusters: shared::clusters(graph), inputs: shared::inputs(graph), unhealthy_only, findings, roots })
}

fn marks(node: &TreeNode, found: &mut BTreeSet<String>) {
    found.extend(node.findings.iter().map(|mark| mark.finding.clone()));
    node.children.iter().for_each(|child| marks(child, found));
}

/// Leaves only the paths to what is wrong; false when there are none.
fn prune(node: &mut TreeNode) -> bool {
    node.children.retain_mut(prune);
    let lost = node.presence == Presence::Missing && LASTING.contains(&node.relation.as_str());
    !node.children.is_empty() || node.health == Health::Bad || !node.findings.is_empty() || lost
}

struct Grow<'g> {
    graph: &'g Graph,
    report: &'g Report,
    runs: FxHashMap<ObjectId, Run>,
    /// What each progress object speaks of.
    claims: FxHashMap<ObjectId, Claim>,
    /// The only run to show, when one was asked for.
    only: Option<ObjectId>,
    shown: FxHashSet<ObjectId>,
}

/// A claim on both sides.
#[derive(Clone)]
struct Claim {
    run: ObjectId,
    namespace: String,
    source: String,
    target_namespace: String,
    target: String,
}

impl<'g> Grow<'g> {
    fn new(graph: &'g Graph, report: &'g Report) -> Self {
        let runs = mtc::migrations(graph);
        let mut claims = FxHashMap::default();
        for run in &runs {
            for volume in &run.volumes {
                let Some(reporter) = volume.object else { continue };
                let target_namespace = super::migration::target_namespace(graph, run, &volume.namespace);
                let (namespace, source, target) = (volume.namespace.clone(), volume.claim.clone(), volume.target.clone());
                claims.insert(reporter, Claim { run: run.id, namespace, source, target_namespace, target });
            }
        }
        let runs = runs.into_iter().map(|run| (run.id, run)).collect();
        Self { graph, report, runs, claims, only: None, shown: FxHashSet::default() }
    }

    fn everything(&mut self) -> Vec<TreeNode> {
        let graph = self.graph;
        let mut roots: Vec<TreeNode> = graph.of_kind("MigPlan").map(|id| self.node("", id)).collect();
        let alone = |id: &ObjectId| graph.related(*id, "plan").targets.is_empty();
        roots.extend(graph.of_kind("MigMigration").filter(alone).map(|id| self.node("", id)));
        // Work of Velero and of rsync that no run owns: backups made by hand, or a gather without the MTC objects.
        for (kind, relation) in [("Backup", "run"), ("Restore", "run"), ("DirectVolumeMigration", "run"), ("DirectImageMigration", "run")] {
            let ids: Vec<ObjectId> = graph.of_kind(kind).filter(|&id| graph.related(id, relation).targets.is_empty()).collect();
            roots.extend(self.nodes("", &ids));
        }
        roots
    }

    /// A plan; or a run below its plan, without the other runs of the plan.
    fn only(&mut self, id: ObjectId) -> TreeNode {
        if self.graph.object(id).kind() == "MigPlan" {
            return self.node("", id);
        }
        self.only = Some(id);
        let plan = self.graph.related(id, "plan").targets.first().copied();
        self.node("", plan.unwrap_or(id))
    }

    fn node(&mut self, relation: &str, id: ObjectId) -> TreeNode {
        let graph = self.graph;
        let object = graph.object(id);
        let target = shared::target(&object.reference());
        let (state, health) = self.runs.get(&id).map_or_else(|| state::state(object), state::run);
        let progress = self.runs.get(&id).map_or_else(|| state::progress(object), state::run_progress);
        // The name of such an object is a hash, which tells nobody what it is about. How fast it was, `migration` tells.
        let progress = match self.claims.get(&id).filter(|_| object.kind() == "DirectVolumeMigrationProgress") {
            Some(claim) => {
                let done = progress.as_deref().and_then(|text| text.split(" at ").next()).map_or_else(String::new, |done| format!(" {done}"));
                Some(format!("{}/{}{done}", clean(&claim.namespace), clean(&claim.source)))
            }
            None => progress,
        };
        let first = self.shown.insert(id);
        let children = if first { self.children(id) } else { Vec::new() };
        TreeNode {
            relation: relation.to_owned(),
            findings: shared::marks(self.report, &target),
            object: target,
            presence: Presence::Found,
            reason: None,
            copies: Vec::new(),
            state,
            health,
            created: object.created.map(|time| time.to_string()),
            age_seconds: shared::age(graph, object).map(crate::model::Span::secs),
            progress,
            see: shared::see_object(graph, object),
            repeated: !first && self.has_branches(id),
            children,
        }
    }

    fn has_branches(&self, id: ObjectId) -> bool {
        branches(self.graph.object(id).kind()).iter().any(|name| !self.graph.related(id, name).targets.is_empty())
    }

    fn children(&mut self, id: ObjectId) -> Vec<TreeNode> {
        let mut children = Vec::new();
        for name in branches(self.graph.object(id).kind()) {
            let related = self.graph.related(id, name);
            let mut targets = related.targets;
            if *name == "runs" {
                targets.retain(|&run| self.graph.object(run).kind() == "MigMigration" && self.only.is_none_or(|only| only == run));
                targets.sort_by_key(|&run| (self.graph.object(run).created, run));
            }
            if let (Some(run), "hook-jobs") = (self.only, *name) {
                let own = self.graph.related(run, "run-jobs").targets;
                targets.retain(|job| own.contains(job));
            }
            children.extend(self.nodes(name, &targets));
            children.extend(related.missing.into_iter().map(|missing| self.absent(name, id, missing)));
        }
        children.extend(self.claim_of_progress(id));
        children.extend(self.causes(id, &children));
        children
    }

    /// Root causes of a run that sit on none of its parts: on a repository, a node, an agent. The way to what is wrong ends there.
    fn causes(&mut self, id: ObjectId, children: &[TreeNode]) -> Vec<TreeNode> {
        let (graph, report) = (self.graph, self.report);
        if graph.object(id).kind() != "MigMigration" {
            return Vec::new();
        }
        let own = shared::target(&graph.object(id).reference());
        let told = report
            .migrations
            .iter()
            .find(|run| (&run.cluster, &run.namespace, &run.name) == (&own.cluster, own.namespace.as_ref().unwrap_or(&run.namespace), &own.name));
        let mut seen: BTreeSet<String> = shared::marks(report, &own).into_iter().map(|mark| mark.finding).collect();
        for child in children {
            marks(child, &mut seen);
        }
        let plan = graph.related(id, "plan").targets.first().copied();
        let above: Vec<ObjectId> =
            plan.into_iter().flat_map(|plan| branches("MigPlan").iter().flat_map(move |name| graph.related(plan, name).targets)).collect();
        let roots = told.into_iter().flat_map(|run| &run.root_causes).filter(|root| !seen.contains(*root));
        let findings = roots.filter_map(|root| report.findings.iter().find(|finding| finding.id == *root));
        let mut found: Vec<ObjectId> = Vec::new();
        for target in findings.filter_map(|finding| finding.subject.as_ref().or(finding.look_at.as_ref())) {
            let Some(cluster) = graph.cluster_ids().find(|cluster| cluster.label() == target.cluster) else { continue };
            let at = graph.find(cluster, &target.kind, target.namespace.as_deref(), &target.name).next();
            found.extend(at.filter(|at| !graph.object(*at).is_derived_kind && !above.contains(at) && !found.contains(at)));
        }
        found.into_iter().map(|at| self.node("cause", at)).collect()
    }

    /// Nodes of one relation. A Backup that Velero synced to the other cluster is the same backup, so it is one node.
    fn nodes(&mut self, relation: &str, ids: &[ObjectId]) -> Vec<TreeNode> {
        let graph = self.graph;
        let mut nodes: Vec<TreeNode> = Vec::new();
        let mut folded = FxHashSet::default();
        for &id in ids {
            if !folded.insert(id) {
                continue;
            }
            let mut copies: Vec<ObjectId> = graph.related(id, "synced-copy").targets;
            copies.retain(|copy| ids.contains(copy) && !folded.contains(copy));
            folded.extend(copies.iter().copied());
            copies.push(id);
            // The cluster that made the backup holds its volumes; the other one has only what the bucket told it.
            copies.sort_by_key(|&copy| {
                let made = !graph.related(copy, "volume-backups").targets.is_empty();
                (!made, !graph.cluster(graph.object(copy).cluster).is(Role::Source), copy)
            });
            let Some((&own, rest)) = copies.split_first() else { continue };
            let mut node = self.node(relation, own);
            node.copies = rest.iter().map(|&copy| graph.object(copy).cluster.label()).collect();
            self.shown.extend(rest.iter().copied());
            nodes.push(node);
        }
        nodes
    }

    /// The claims that a progress object speaks of, on the source and on the target: it carries only a hash of the name.
    fn claim_of_progress(&mut self, id: ObjectId) -> Vec<TreeNode> {
        let graph = self.graph;
        let Some(claim) = self.claims.get(&id).filter(|_| graph.object(id).kind() == "DirectVolumeMigrationProgress").cloned() else {
            return Vec::new();
        };
        let find = |cluster: Option<ClusterId>, namespace: &str, name: &str| {
            cluster.into_iter().flat_map(|cluster| graph.find(cluster, "PersistentVolumeClaim", Some(namespace), name)).collect::<Vec<_>>()
        };
        let (source, target) = graph.plan_clusters(claim.run);
        let mut found = find(source, &claim.namespace, &claim.source);
        found.extend(find(target, &claim.target_namespace, &claim.target));
        found.into_iter().map(|pvc| self.node("claim", pvc)).collect()
    }

    fn absent(&self, relation: &str, from: ObjectId, missing: Missing) -> TreeNode {
        let cluster = missing.cluster.unwrap_or(self.graph.object(from).cluster);
        let (presence, reason) = match self.graph.coverage.objects(cluster, &missing.kind, missing.namespace.as_deref()) {
            Cover::Full => (Presence::Missing, None),
            Cover::No(reason) => (Presence::NotCollected, Some(clean(&reason))),
        };
        let reference = ObjectRef { cluster, kind: missing.kind, namespace: missing.namespace, name: missing.name, uid: None };
        let mut object = shared::target(&reference);
        // A volume job names the pod and its volume; the claim behind it has a name that only the pod knew.
        if let Some(volume) = object.name.strip_prefix("of volume ") {
            object.name = format!("(of volume {})", volume.split(" of pod ").next().unwrap_or(volume));
            object.namespace = None;
        }
        TreeNode {
            relation: relation.to_owned(),
            findings: shared::marks(self.report, &object),
            see: shared::see_target(self.graph, cluster, &object, None),
            object,
            presence,
            reason,
            copies: Vec::new(),
            state: None,
            health: Health::Unknown,
            created: None,
            age_seconds: None,
            progress: None,
            repeated: false,
            children: Vec::new(),
        }
    }
}

fn branches(kind: &str) -> &'static [&'static str] {
    BRANCHES.iter().find(|(from, _)| *from == kind).map_or(&[], |(_, names)| names)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::relations;

    #[test]
    fn every_branch_is_a_relation_of_the_table() {
        for (kind, names) in BRANCHES {
            for name in *names {
                assert!(relations::known(name), "{kind} leads along {name}, which is no relation");
            }
        }
    }
}
