//! Output of `oc adm inspect`, alone or as the body of a generic `oc adm must-gather`.

use super::tree::{OBJECTS, last_name};
use super::{ClusterRoot, Gather, Layout, Promise, Tree};

/// Kinds that inspect lists in every namespace it visits, with the plural its file is named by.
const LISTED: &[(&str, &str)] = &[
    ("core/pods.yaml", "Pod"),
    ("core/events.yaml", "Event"),
    ("core/persistentvolumeclaims.yaml", "PersistentVolumeClaim"),
    ("core/services.yaml", "Service"),
    ("core/endpoints.yaml", "Endpoints"),
    ("core/configmaps.yaml", "ConfigMap"),
    ("core/secrets.yaml", "Secret"),
    ("core/replicationcontrollers.yaml", "ReplicationController"),
    ("apps/deployments.yaml", "Deployment"),
    ("apps/daemonsets.yaml", "DaemonSet"),
    ("apps/replicasets.yaml", "ReplicaSet"),
    ("apps/statefulsets.yaml", "StatefulSet"),
    ("batch/jobs.yaml", "Job"),
    ("batch/cronjobs.yaml", "CronJob"),
    ("apps.openshift.io/deploymentconfigs.yaml", "DeploymentConfig"),
    ("image.openshift.io/imagestreams.yaml", "ImageStream"),
    ("build.openshift.io/builds.yaml", "Build"),
    ("build.openshift.io/buildconfigs.yaml", "BuildConfig"),
    ("route.openshift.io/routes.yaml", "Route"),
];

pub(super) static LAYOUT: Layout = Layout { name: "inspect", find, texts: &["version", "timestamp"] };

fn find(tree: &Tree) -> Vec<Gather> {
    let roots: Vec<&str> = tree.with_child(OBJECTS).filter(|dir| !is_inside(dir) && is_inspect(tree, dir)).collect();
    roots.into_iter().map(|root| gather(tree, root)).collect()
}

/// Whether a directory lies in one that a gather writes, where no other gather begins.
fn is_inside(dir: &str) -> bool {
    let inner = dir.rsplit_once("!/").map_or(dir, |(_, inner)| inner);
    inner.split('/').any(|part| matches!(part, "namespaces" | "cluster-scoped-resources"))
}

/// A directory called `namespaces` alone may be anybody's: in one of ours stand groups of the API, pods, or the namespace itself.
fn is_inspect(tree: &Tree, dir: &str) -> bool {
    const GROUPS: &[&str] = &["core", "apps", "batch", "autoscaling", "policy", "pods", "crs", "logs"];
    let is_group = |name: &str| GROUPS.contains(&name) || name.contains('.');
    let inspected =
        |namespace: &String| tree.has_file(namespace, &format!("{}.yaml", last_name(namespace))) || tree.children(namespace).any(is_group);
    tree.children(&format!("{dir}cluster-scoped-resources/")).any(is_group) || tree.namespaces(dir).any(|namespace| inspected(&namespace))
}

fn gather(tree: &Tree, root: &str) -> Gather {
    const GENERIC: &[&str] =
        &["host_service_logs", "etcd_info", "insights-data", "static-pods", "pod_network_connectivity_check", "ingress_controllers"];
    let generic =
        GENERIC.iter().any(|dir| tree.has_child(root, dir)) || (tree.has_file(root, "version") && tree.has_child(root, "cluster-scoped-resources"));
    let mut promises = namespaced(tree, root);
    promises.push(scoped(tree, root));
    Gather {
        flavour: if generic { "generic" } else { LAYOUT.name },
        root: root.to_owned(),
        clusters: vec![ClusterRoot { dir: root.to_owned(), name: None, ran_here: true, login_failed: false, promises }],
        host_dirs: Vec::new(),
        notes: Vec::new(),
    }
}

/// What inspect promises for each namespace: a kind counts as collected only where its list file came, because a forbidden or
/// failed list leaves no file.
pub(super) fn namespaced(tree: &Tree, root: &str) -> Vec<Promise> {
    let base = format!("{root}namespaces/");
    let mut promises = Vec::new();
    for namespace in tree.children(&base) {
        let dir = format!("{base}{namespace}/");
        let listed = |file: &str| file.split_once('/').is_some_and(|(group, file)| tree.has_file(&format!("{dir}{group}/"), file));
        let mut kinds: Vec<&'static str> = LISTED.iter().filter(|(file, _)| listed(file)).map(|(_, kind)| *kind).collect();
        if tree.has_file(&dir, &format!("{namespace}.yaml")) {
            kinds.push("Namespace");
        }
        if !kinds.is_empty() {
            promises.push(Promise::Lists { namespace: namespace.to_owned(), kinds });
        }
    }
    promises
}

/// Cluster-scoped kinds count as collected when the directory holds any file of them.
pub(super) fn scoped(tree: &Tree, root: &str) -> Promise {
    let base = format!("{root}cluster-scoped-resources/");
    let mut plurals = Vec::new();
    for group in tree.children(&base) {
        let dir = format!("{base}{group}/");
        // The scripts of MTC and OADP put plural and group into one name.
        plurals.push(group.to_owned());
        plurals.extend(tree.files(&dir).filter_map(|file| file.strip_suffix(".yaml")).map(str::to_owned));
        plurals.extend(tree.children(&dir).map(str::to_owned));
    }
    plurals.sort_unstable();
    plurals.dedup();
    Promise::Scoped(plurals)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_directory_of_that_name_in_another_tree_is_no_inspect() {
        assert!(find(&Tree::new(["repo/namespaces/README.md", "repo/namespaces/dev/values.yaml"])).is_empty());
    }

    #[test]
    fn an_inspect_of_one_namespace_promises_what_it_lists() {
        let tree =
            Tree::new(["inspect.local.1/namespaces/app/core/pods.yaml", "inspect.local.1/namespaces/app/app.yaml", "inspect.local.1/timestamp"]);
        let found = find(&tree);
        assert_eq!(found.len(), 1);
        assert_eq!(found[0].flavour, "inspect");
        assert_eq!(found[0].clusters[0].promises[0], Promise::Lists { namespace: "app".into(), kinds: vec!["Pod", "Namespace"] });
    }
}
