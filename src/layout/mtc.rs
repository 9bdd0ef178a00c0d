//! The gather of MTC 1.4 and later (generations L4 to L7): `clusters/<c>/…` or `<c>/…` beside `migplans/`.

use super::inspect::{namespaced, scoped};
use super::tree::last_name;
use super::{ClusterRoot, Gather, Layout, Note, NoteKind, Promise, Tree};

pub(super) static LAYOUT: Layout = Layout { name: "mtc", find, texts: &[LOGIN_ERROR] };

/// All that a gather writes for a cluster that it could not log in to.
pub(super) const LOGIN_ERROR: &str = "login_error.txt";

/// Kinds that live under `migplans/` only, written for the cluster that the gather ran on.
pub(super) const PLAN_TREE: &[&str] =
    &["MigPlan", "MigMigration", "DirectVolumeMigration", "DirectVolumeMigrationProgress", "DirectImageMigration", "DirectImageStreamMigration"];

/// Kinds of the MTC group that stand under `crs/` on every cluster.
pub(super) const SETTINGS: &[&str] = &["MigCluster", "MigStorage", "MigHook", "MigAnalytic", "MigrationController"];

fn find(tree: &Tree) -> Vec<Gather> {
    let mut found = Vec::new();
    for dir in tree.with_child(&["clusters", "migplans"]) {
        if tree.has_child(dir, "clusters") && is_mtc(tree, dir) {
            found.push(gather(tree, dir, &format!("{dir}clusters/")));
        } else if tree.has_child(dir, "migplans") && children(tree, dir).next().is_some() {
            found.push(gather(tree, dir, dir));
        }
    }
    found
}

/// OADP gathers use `clusters/` too, named by eight hex digits; MTC names clusters by MigCluster.
fn is_mtc(tree: &Tree, dir: &str) -> bool {
    let base = format!("{dir}clusters/");
    let has_plans = tree.has_child(dir, "migplans");
    let named = children(tree, &base).any(|name| name == "host" || !is_short_id(name));
    named || (has_plans && children(tree, &base).next().is_some())
}

fn is_short_id(name: &str) -> bool {
    name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// Names of the directories that hold a cluster. The client's own directories stand beside them when somebody unpacked everything in
/// one place.
pub(super) fn children<'t>(tree: &'t Tree, base: &'t str) -> impl Iterator<Item = &'t str> {
    tree.children(base).filter(move |name| {
        let dir = format!("{base}{name}/");
        let of_client = name.starts_with("inspect.local.") || name.starts_with("must-gather.local.");
        !of_client && (tree.has_objects(&dir) || tree.has_file(&dir, LOGIN_ERROR)) && !tree.is_claimed(&dir)
    })
}

fn gather(tree: &Tree, root: &str, base: &str) -> Gather {
    let clusters = children(tree, base).map(|name| cluster(tree, base, name)).collect();
    let notes = partial(root).into_iter().collect();
    Gather { flavour: LAYOUT.name, root: root.to_owned(), clusters, host_dirs: vec![format!("{root}migplans/")], notes }
}

/// The scripts pack what they collected as their last step. A loose tree in the directory of the image means that they never came to
/// it: the gather ran into a limit of time or disk, and the client copied what there was.
pub(super) fn partial(root: &str) -> Option<Note> {
    let text = "was copied before the gather had packed it: it stopped early, at a limit of time or disk".to_owned();
    last_name(root).contains("-sha256-").then(|| Note { path: root.to_owned(), kind: NoteKind::Partial, text })
}

fn cluster(tree: &Tree, base: &str, name: &str) -> ClusterRoot {
    let dir = format!("{base}{name}/");
    let login_failed = tree.has_file(&dir, LOGIN_ERROR) && !tree.has_objects(&dir);
    let ran_here = name == "host";
    let mut promises = Vec::new();
    if !login_failed {
        promises.push(Promise::Groups(&["velero.io"]));
        promises.push(Promise::Kinds(SETTINGS));
        if ran_here {
            promises.push(Promise::Kinds(PLAN_TREE));
        }
        promises.extend(namespaced(tree, &dir));
        // A branch between 1.4 and 1.5 inspected the migrated namespaces too, in a tree of their own.
        promises.extend(namespaced(tree, &format!("{dir}migrated-namespaces/")));
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
    fn a_loose_tree_in_the_directory_of_the_image_was_cut_short() {
        let image = "must-gather.local.1/quay-io-konveyor-must-gather-sha256-0f1e2d";
        let path = "clusters/host/namespaces/om/crs/restores.velero.io/r.yaml";
        let partial = |root: &str| find(&Tree::new([format!("{root}/{path}").as_str()]))[0].is_partial();
        assert!(partial(image));
        assert!(!partial(&format!("{image}/must-gather")), "unpacked there by somebody");
        assert!(!partial(&format!("{image}/must-gather.tar.gz!/must-gather")));
    }

    #[test]
    fn an_oadp_gather_is_not_taken_for_mtc() {
        assert!(roots(&["clusters/0a1b2c3d/namespaces/openshift-adp/velero.io/backups/backups.yaml"]).is_empty());
    }
}
