//! What hangs on a case beside a gather: manifests and logs in no known tree.

use crate::model::Component;

use super::{ClusterRoot, Gather, Layout, Shape, Tree, shape};

pub(super) static LAYOUT: Layout = Layout { name: "loose", find, texts: &[] };

/// Each topmost directory with manifests or logs that no flavour claimed is a gather without promises: what is there is read, and
/// nothing follows from what is not. Directories stay apart, because nobody says that they show one cluster.
fn find(tree: &Tree) -> Vec<Gather> {
    let mut roots: Vec<String> = Vec::new();
    for dir in tree.dirs() {
        // In sorted order all that lies below a directory follows it at once.
        if roots.last().is_some_and(|root| dir.starts_with(root.as_str())) {
            continue;
        }
        // The log of a gather stands beside what it collected and is no find of its own.
        let readable = |file: &str| match shape(&format!("{dir}{file}")) {
            Shape::Log(component) => component != Component::Gather,
            shape => shape == Shape::Manifest,
        };
        if tree.files(dir).any(|file| !is_companion(file) && readable(file)) {
            roots.push(dir.to_owned());
        }
    }
    let root = |dir: String| {
        let cluster = ClusterRoot { dir: dir.clone(), name: None, ran_here: false, login_failed: false, promises: Vec::new() };
        Gather { flavour: LAYOUT.name, root: dir, clusters: vec![cluster], host_dirs: Vec::new(), notes: Vec::new() }
    };
    roots.into_iter().map(root).collect()
}

/// Files that tools write beside a gather and that show nothing of a cluster.
pub(super) fn is_companion(file: &str) -> bool {
    matches!(
        file,
        "timestamp" | "version" | "event-filter.html" | "all-events.json" | "gather.logs" | "must-gather.logs" | "report.yaml" | "prom_data.tar.gz"
    ) || file.starts_with("aggregated-discovery-")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pasted_manifest_is_read_without_promises() {
        let found = find(&Tree::new(["case/migplan.yaml", "case/screen.png"]));
        assert_eq!(found.len(), 1);
        assert!(found[0].clusters[0].promises.is_empty());
    }

    #[test]
    fn directories_stay_apart_and_the_files_of_tools_are_none() {
        let found = find(&Tree::new(["a/x.yaml", "a/b/y.yaml", "c/velero.log", "d/report.yaml", "d/timestamp"]));
        assert_eq!(found.iter().map(|gather| gather.root.as_str()).collect::<Vec<_>>(), ["a/", "c/"]);
    }
}
