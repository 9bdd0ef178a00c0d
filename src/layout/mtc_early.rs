//! The gathers of MTC before 1.4, when it was called CAM: all custom resources stand under `crs/`, those of plans and runs among them.
//!
//! | generation | releases | where |
//! |---|---|---|
//! | L1 | 1.2.0, 1.2.1 | `namespaces/…` at the root: one cluster, and nobody says which |
//! | L2, L3 | 1.2.2 to 1.3.2 | `<c>/namespaces/…`, the cluster it ran on being `host` |
//! | L3b | one sprint before 1.4 | the same, with a tree for each plan beside the clusters: `migplan-<p>/…` |

use super::inspect::{namespaced, scoped};
use super::mtc::{LOGIN_ERROR, PLAN_TREE, SETTINGS, children, partial};
use super::{ClusterRoot, Gather, Layout, Promise, Tree};

pub(super) static LAYOUT: Layout = Layout { name: "mtc-1.3", find, texts: &[] };

/// The word for a gather without a level of clusters.
const FLAT: &str = "mtc-1.2";

fn find(tree: &Tree) -> Vec<Gather> {
    let mut found: Vec<Gather> = Vec::new();
    for dir in tree.dirs() {
        // In sorted order the clusters of a gather follow its root.
        if found.iter().any(|gather| gather.clusters.iter().any(|cluster| dir.starts_with(cluster.dir.as_str()))) {
            continue;
        }
        if has_crs(tree, dir) {
            found.push(flat(tree, dir));
            continue;
        }
        let host = format!("{dir}host/");
        if tree.has_child(dir, "host") && !tree.is_claimed(&host) && has_crs(tree, &host) {
            found.push(by_cluster(tree, dir));
        }
    }
    found
}

/// Only the scripts of MTC write `crs/`, and the first of them what the velero client told in place of a pod's log.
fn has_crs(tree: &Tree, dir: &str) -> bool {
    tree.namespaces(dir).any(|namespace| {
        tree.has_child(&namespace, "crs")
            || ["velero-backup-logs", "velero-restore-logs"].iter().any(|name| tree.has_child(&format!("{namespace}logs/"), name))
    })
}

fn flat(tree: &Tree, dir: &str) -> Gather {
    let cluster = ClusterRoot { dir: dir.to_owned(), name: None, ran_here: true, login_failed: false, promises: promises(tree, dir) };
    Gather { flavour: FLAT, root: dir.to_owned(), clusters: vec![cluster], host_dirs: Vec::new(), notes: Vec::new() }
}

fn by_cluster(tree: &Tree, root: &str) -> Gather {
    let of_mtc = |dir: &String| has_crs(tree, dir) || tree.has_file(dir, LOGIN_ERROR);
    let names: Vec<&str> = children(tree, root).filter(|name| of_mtc(&format!("{root}{name}/"))).collect();
    let clusters = names.into_iter().map(|name| {
        let dir = format!("{root}{name}/");
        let login_failed = tree.has_file(&dir, LOGIN_ERROR) && !tree.has_objects(&dir);
        let promises = if login_failed { Vec::new() } else { promises(tree, &dir) };
        ClusterRoot { dir, name: Some(name.to_owned()), ran_here: name == "host", login_failed, promises }
    });
    let plans = tree.children(root).filter(|name| name.starts_with("migplan-"));
    Gather {
        flavour: LAYOUT.name,
        root: root.to_owned(),
        clusters: clusters.collect(),
        host_dirs: plans.map(|name| format!("{root}{name}/")).collect(),
        notes: partial(root).into_iter().collect(),
    }
}

/// A kind without objects leaves no directory, so that none is promised whose group was not seen to be asked for. The tree of one
/// cluster of a later gather looks the same when somebody packed it alone, and has its plans and runs elsewhere.
fn promises(tree: &Tree, dir: &str) -> Vec<Promise> {
    let asked = |group: &str| tree.namespaces(dir).any(|namespace| tree.children(&format!("{namespace}crs/")).any(|name| name.ends_with(group)));
    let mut promises = Vec::new();
    if asked(".velero.io") {
        promises.push(Promise::Groups(&["velero.io"]));
    }
    if asked(".migration.openshift.io") {
        promises.push(Promise::Kinds(SETTINGS));
    }
    if asked("migplans.migration.openshift.io") || asked("migmigrations.migration.openshift.io") {
        promises.push(Promise::Kinds(PLAN_TREE));
    }
    promises.extend(namespaced(tree, dir));
    promises.push(scoped(tree, dir));
    promises
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str]) -> Vec<(&'static str, String, Vec<String>)> {
        let dirs = |gather: &Gather| gather.clusters.iter().map(|cluster| cluster.dir.clone()).collect();
        find(&Tree::new(paths.iter().copied())).into_iter().map(|gather| (gather.flavour, gather.root.clone(), dirs(&gather))).collect()
    }

    #[test]
    fn the_three_generations_are_told_apart() {
        let flat = found(&["must-gather/namespaces/om/crs/migplans.migration.openshift.io/p.yaml"]);
        assert_eq!(flat, [(FLAT, "must-gather/".to_owned(), vec!["must-gather/".to_owned()])]);
        let host = "must-gather/host/namespaces/om";
        let by_cluster = ("mtc-1.3", "must-gather/".to_owned(), vec!["must-gather/host/".to_owned(), "must-gather/src/".to_owned()]);
        for sign in ["crs/backups.velero.io/b.yaml", "logs/velero-backup-logs/b-backup.log"] {
            assert_eq!(
                found(&[&format!("{host}/{sign}"), "must-gather/src/login_error.txt", "must-gather/inspect.local.1/namespaces/a/core/pods.yaml"]),
                std::slice::from_ref(&by_cluster)
            );
        }
    }

    #[test]
    fn plans_beside_the_clusters_belong_to_the_host() {
        let tree = Tree::new(["m/host/namespaces/om/crs/backups.velero.io/b.yaml", "m/migplan-p/p.yml"]);
        assert_eq!(find(&tree)[0].host_dirs, ["m/migplan-p/"]);
    }

    #[test]
    fn the_tree_of_one_cluster_promises_no_plans() {
        let of = |path: &str| promises(&Tree::new([path]), "");
        assert!(!of("namespaces/om/crs/migclusters.migration.openshift.io/c.yaml").contains(&Promise::Kinds(PLAN_TREE)));
        assert!(of("namespaces/om/crs/migplans.migration.openshift.io/p.yaml").contains(&Promise::Kinds(PLAN_TREE)));
    }
}
