//! Which cluster is host, source and target.

use std::collections::BTreeSet;

use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId, Role};
use crate::model::ClusterId;

/// Kinds that only the cluster with the migration controller holds.
const CONTROL: &[&str] = &["MigPlan", "MigMigration", "MigCluster"];

/// Roles of every cluster under any plan, sorted; the index is that of the cluster.
///
/// `host` as the name of a directory only says where the gather ran, so it proves nothing here.
pub fn roles(graph: &Graph) -> Vec<Vec<Role>> {
    let mut sets = vec![BTreeSet::new(); graph.clusters.len()];
    for host in hosts(graph) {
        sets[host.index()].insert(Role::Host);
    }
    let mut planned = false;
    for id in ["MigPlan", "DirectVolumeMigration", "DirectImageMigration"].iter().flat_map(|kind| graph.of_kind(kind)) {
        planned |= graph.object(id).kind() == "MigPlan";
        for (path, role) in [("spec.srcMigClusterRef.name", Role::Source), ("spec.destMigClusterRef.name", Role::Target)] {
            if let Some(cluster) = referenced(graph, id, path) {
                sets[cluster.index()].insert(role);
            }
        }
    }
    if !planned {
        guess(graph, &mut sets);
    }
    sets.into_iter().map(|set| set.into_iter().collect()).collect()
}

/// The `MigCluster` that a plan or a `DirectVolumeMigration` names, as a cluster of the case.
fn referenced(graph: &Graph, id: ObjectId, path: &str) -> Option<ClusterId> {
    let object = graph.object(id);
    graph.cluster_of_mig_cluster(object.cluster, &object.text(path)?)
}

/// Leftovers of an old installation may lie on a remote cluster, so a `MigCluster` that calls itself host wins over mere presence.
fn hosts(graph: &Graph) -> Vec<ClusterId> {
    let holds = |cluster: ClusterId, test: &dyn Fn(&Object) -> bool| {
        CONTROL.iter().flat_map(|kind| graph.of_kind(kind)).any(|id| graph.object(id).cluster == cluster && test(graph.object(id)))
    };
    let says_so = |object: &Object| object.kind() == "MigCluster" && is_host(object);
    let sure: Vec<_> = graph.cluster_ids().filter(|&id| holds(id, &says_so)).collect();
    if !sure.is_empty() {
        return sure;
    }
    graph.cluster_ids().filter(|&id| holds(id, &|_| true)).collect()
}

/// Whether a `MigCluster` stands for the cluster that holds it.
pub(super) fn is_host(object: &Object) -> bool {
    object.field("spec.isHostCluster").and_then(Value::as_bool) == Some(true)
}

/// Without any plan the work that Velero did for MTC tells the side: restores happen on the target only, while backups are
/// synced to it and prove nothing.
fn guess(graph: &Graph, sets: &mut [BTreeSet<Role>]) {
    let of_mtc =
        |object: &Object| object.label("migmigration").is_some() || object.label("migration.openshift.io/migrated-by-migmigration").is_some();
    let mut targets = BTreeSet::new();
    let mut with_backups = BTreeSet::new();
    for (kind, clusters) in [("Restore", &mut targets), ("Backup", &mut with_backups)] {
        clusters.extend(graph.of_kind(kind).map(|id| graph.object(id)).filter(|object| of_mtc(object)).map(|object| object.cluster));
    }
    for cluster in &targets {
        sets[cluster.index()].insert(Role::Target);
    }
    // A target whose restores are not in the archive looks like a source, so that their absence must be sure.
    let restores_nothing = |id: ClusterId| graph.coverage.objects(id, "Restore", graph.mtc_namespace(id).as_deref()).is_full();
    for &cluster in with_backups.difference(&targets).filter(|&&cluster| !targets.is_empty() || restores_nothing(cluster)) {
        sets[cluster.index()].insert(Role::Source);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::Case;
    use serde_json::json;

    fn mig_cluster(case: &mut Case, name: &str, host: bool) {
        case.add(0, json!({"kind": "MigCluster", "metadata": {"name": name, "namespace": "openshift-migration"}, "spec": {"isHostCluster": host}}));
    }

    fn plan(case: &mut Case, name: &str, source: &str, target: &str) {
        case.add(
            0,
            json!({"kind": "MigPlan", "metadata": {"name": name, "namespace": "openshift-migration"},
            "spec": {"srcMigClusterRef": {"name": source}, "destMigClusterRef": {"name": target}}}),
        );
    }

    #[test]
    fn the_host_may_be_the_source() {
        let mut case = Case::new(2);
        mig_cluster(&mut case, "cluster-0", true);
        plan(&mut case, "p", "cluster-0", "cluster-1");
        assert_eq!(roles(&case.freeze()), [vec![Role::Host, Role::Source], vec![Role::Target]]);
    }

    #[test]
    fn the_host_may_be_the_target_and_is_known_by_its_own_object() {
        let mut case = Case::new(2);
        case.builder.clusters[0].mig_cluster = None;
        mig_cluster(&mut case, "here", true);
        plan(&mut case, "p", "cluster-1", "here");
        assert_eq!(roles(&case.freeze()), [vec![Role::Host, Role::Target], vec![Role::Source]]);
    }

    #[test]
    fn three_clusters_have_one_role_each() {
        let mut case = Case::new(3);
        mig_cluster(&mut case, "cluster-0", true);
        plan(&mut case, "p", "cluster-1", "cluster-2");
        assert_eq!(roles(&case.freeze()), [vec![Role::Host], vec![Role::Source], vec![Role::Target]]);
    }

    #[test]
    fn without_plans_backups_make_a_source_only_where_no_restore_can_be_missing() {
        let backup = json!({"kind": "Backup", "metadata": {"name": "x", "namespace": "openshift-migration", "labels": {"migmigration": "u"}}});
        let mut case = Case::new(2);
        case.add(0, backup.clone());
        case.add(1, backup);
        case.covered(1);
        assert_eq!(roles(&case.freeze()), [vec![], vec![Role::Source]]);
    }

    #[test]
    fn without_plans_the_cluster_with_restores_is_the_target() {
        let mut case = Case::new(2);
        for (cluster, kind) in [(0, "Backup"), (1, "Backup"), (1, "Restore")] {
            case.add(cluster, json!({"kind": kind, "metadata": {"name": "x", "namespace": "openshift-migration", "labels": {"migmigration": "u"}}}));
        }
        assert_eq!(roles(&case.freeze()), [vec![Role::Source], vec![Role::Target]]);
    }
}
