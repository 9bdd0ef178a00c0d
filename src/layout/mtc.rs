//! The gather of MTC 1.4 and later (generations L4 to L7): `clusters/<c>/…` or `<c>/…` beside `migplans/`.

use super::inspect::{namespaced, scoped};
use super::{ClusterRoot, Gather, Layout, Promise, Tree};

pub(super) static LAYOUT: Layout = Layout { name: "mtc", find };

/// Kinds that live under `migplans/` only, written for the cluster that the gather ran on.
const PLAN_TREE: &[&str] =
    &["MigPlan", "MigMigration", "DirectVolumeMigration", "DirectVolumeMigrationProgress", "DirectImageMigration", "DirectImageStreamMigration"];

/// Kinds of the MTC group that stand under `crs/` on every cluster.
const SETTINGS: &[&str] = &["MigCluster", "MigStorage", "MigHook", "MigAnalytic", "MigrationController"];

fn find(tree: &Tree) -> Vec<Gather> {
    let mut found = Vec::new();
    for dir in tree.dirs() {
        if tree.has_child(dir, "clusters") && is_mtc(tree, dir) {
            found.push(gather(tree, dir, &format!("{dir}clusters/")));
        } else if tree.has_child(dir, "migplans") && tree.children(dir).any(|child| has_objects(tree, &format!("{dir}{child}/"))) {
            found.push(gather(tree, dir, dir));
        }
    }
    found
}

/// OADP gathers use `clusters/` too, named by eight hex digits; MTC names clusters by MigCluster.
fn is_mtc(tree: &Tree, dir: &str) -> bool {
    let base = format!("{dir}clusters/");
    let has_plans = tree.has_child(dir, "migplans");
    let named = tree.children(&base).any(|name| name == "host" || !is_short_id(name));
    let has_data = tree.children(&base).any(|name| {
        let cluster = format!("{base}{name}/");
        has_objects(tree, &cluster) || tree.has_file(&cluster, "login_error.txt")
    });
    has_data && (has_plans || named)
}

fn is_short_id(name: &str) -> bool {
    name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn has_objects(tree: &Tree, dir: &str) -> bool {
    tree.has_child(dir, "namespaces") || tree.has_child(dir, "cluster-scoped-resources")
}

fn gather(tree: &Tree, root: &str, base: &str) -> Gather {
    let names: Vec<&str> = tree
        .children(base)
        .filter(|name| {
            let dir = format!("{base}{name}/");
            has_objects(tree, &dir) || tree.has_file(&dir, "login_error.txt")
        })
        .collect();
    let clusters = names.iter().map(|name| cluster(tree, base, name)).collect();
    Gather { flavour: LAYOUT.name, root: root.to_owned(), clusters, host_dirs: vec![format!("{root}migplans/")] }
}

fn cluster(tree: &Tree, base: &str, name: &str) -> ClusterRoot {
    let dir = format!("{base}{name}/");
    let login_failed = tree.has_file(&dir, "login_error.txt") && !has_objects(tree, &dir);
    let ran_here = name == "host";
    let mut promises = Vec::new();
    if !login_failed {
        promises.push(Promise::Groups(&["velero.io"]));
        promises.push(Promise::Kinds(SETTINGS));
        if ran_here {
            promises.push(Promise::Kinds(PLAN_TREE));
        }
        promises.extend(namespaced(tree, &dir));
        promises.push(scoped(tree, &dir));
    }
    ClusterRoot { dir, name: Some(name.to_owned()), ran_here, login_failed, promises }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn roots(paths: &[&str]) -> Vec<(String, Vec<(String, bool)>)> {
        let found = find(&Tree::new(paths.iter().copied()));
        found
            .into_iter()
            .map(|gather| {
                let clusters = gather.clusters.into_iter().map(|cluster| (cluster.name.unwrap_or_default(), cluster.login_failed)).collect();
                (gather.root, clusters)
            })
            .collect()
    }

    #[test]
    fn both_generations_are_found_at_any_depth() {
        let clusters = vec![("host".to_owned(), false), ("src".to_owned(), true)];
        for (root, prefix) in [("a!/must-gather/", "clusters/"), ("must-gather/", "")] {
            let paths = [
                format!("{root}{prefix}host/namespaces/om/crs/restores.velero.io/r.yaml"),
                format!("{root}{prefix}src/login_error.txt"),
                format!("{root}migplans/migplan-p/p.yml"),
            ];
            let paths: Vec<&str> = paths.iter().map(String::as_str).collect();
            assert_eq!(roots(&paths), [(root.to_owned(), clusters.clone())]);
        }
    }

    #[test]
    fn an_oadp_gather_is_not_taken_for_mtc() {
        assert!(roots(&["clusters/0a1b2c3d/namespaces/openshift-adp/velero.io/backups/backups.yaml"]).is_empty());
    }
}
