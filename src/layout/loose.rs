//! What hangs on a case beside a gather: manifests and logs in no known tree.

use crate::model::Component;

use super::{ClusterRoot, Gather, Layout, Shape, Tree, shape};

pub(super) static LAYOUT: Layout = Layout { name: "loose", find };

/// All directories with manifests or logs that no flavour claimed form one gather without promises: what is there is read, and
/// nothing follows from what is not.
fn find(tree: &Tree) -> Vec<Gather> {
    let mut clusters: Vec<ClusterRoot> = Vec::new();
    for dir in tree.dirs() {
        if clusters.iter().any(|cluster| dir.starts_with(cluster.dir.as_str())) {
            continue;
        }
        // The log of a gather stands beside what it collected and is no find of its own.
        let readable = |file: &str| match shape(&format!("{dir}{file}")) {
            Shape::Log(component) => component != Component::Gather,
            shape => shape == Shape::Manifest,
        };
        if tree.files(dir).any(readable) {
            clusters.push(ClusterRoot { dir: dir.to_owned(), name: None, ran_here: false, login_failed: false, promises: Vec::new() });
        }
    }
    clusters
        .into_iter()
        .map(|cluster| Gather { flavour: LAYOUT.name, root: cluster.dir.clone(), clusters: vec![cluster], host_dirs: Vec::new() })
        .collect()
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
}
