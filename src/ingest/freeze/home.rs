use std::sync::Arc;

use rustc_hash::FxHashMap;

use crate::layout::{self, ClusterRoot, Gather};

/// Which directory belongs to which cluster root, over all inputs.
#[derive(Debug, Default)]
pub(super) struct Home {
    gathers: Vec<(u32, Gather)>,
    roots: Vec<Root>,
    dirs: FxHashMap<u32, FxHashMap<String, usize>>,
}

/// One cluster directory of one gather.
#[derive(Debug)]
pub(super) struct Root {
    pub(super) input: u32,
    pub(super) gather: usize,
    pub(super) of: ClusterRoot,
    /// The start of the cluster's id, where the gather calls its directory by that.
    pub(super) short_id: Option<String>,
}

impl Home {
    pub(super) fn add(&mut self, input: u32, gathers: Vec<Gather>) {
        for gather in gathers {
            let number = self.gathers.len();
            let first = self.roots.len();
            for cluster in &gather.clusters {
                self.dirs.entry(input).or_default().insert(cluster.dir.clone(), self.roots.len());
                let last = || cluster.dir.trim_end_matches('/').rsplit('/').next().unwrap_or_default().to_owned();
                let short_id = gather.flavour.starts_with("oadp").then(last);
                self.roots.push(Root { input, gather: number, of: cluster.clone(), short_id });
            }
            let host = (first..self.roots.len()).find(|&root| self.roots[root].of.ran_here).or_else(|| (first < self.roots.len()).then_some(first));
            for dir in &gather.host_dirs {
                if let Some(host) = host {
                    self.dirs.entry(input).or_default().insert(dir.clone(), host);
                }
            }
            self.gathers.push((input, gather));
        }
    }

    /// Takes the flavour from the `version` file beside a gather where that names one: paths alone cannot tell an inspect from the
    /// general gather that is made of inspects.
    pub(super) fn learn(&mut self, texts: &[(u32, Arc<str>, String)]) {
        for (input, path, text) in texts {
            let Some(dir) = path.strip_suffix("version") else { continue };
            let Some(flavour) = layout::flavour_of_version(text) else { continue };
            let unsure = |gather: &Gather| matches!(gather.flavour, "inspect" | "generic");
            // OADP keeps its file above the directory of the cluster.
            let of = |gather: &Gather| gather.root == dir || (flavour != "generic" && gather.root.starts_with(&format!("{dir}clusters/")));
            for (_, gather) in self.gathers.iter_mut().filter(|(of_input, gather)| of_input == input && unsure(gather) && of(gather)) {
                gather.flavour = flavour;
            }
        }
    }

    pub(super) fn gathers(&self) -> impl Iterator<Item = (u32, &Gather)> {
        self.gathers.iter().map(|(input, gather)| (*input, gather))
    }

    pub(super) fn roots(&self) -> &[Root] {
        &self.roots
    }

    /// The cluster root with the longest directory that holds a path.
    pub(super) fn root_of(&self, input: u32, path: &str) -> Option<usize> {
        let dirs = self.dirs.get(&input)?;
        let mut end = path.rfind('/').map_or(0, |at| at + 1);
        loop {
            if let Some(&root) = dirs.get(&path[..end]) {
                return Some(root);
            }
            if end == 0 {
                return None;
            }
            end = path[..end - 1].rfind('/').map_or(0, |at| at + 1);
        }
    }

    /// The cluster that a gather ran on, for a file that stands beside or above what it collected. Loose files are no gather; they
    /// may lie at the top of a case and would swallow the logs of all gathers below.
    pub(super) fn host_of(&self, input: u32, path: &str) -> Option<usize> {
        let own = self.root_of(input, path).filter(|&root| !self.is_loose(root));
        own.or_else(|| self.host_below(input, path)).or_else(|| self.root_of(input, path))
    }

    /// The clusters that the gathers below a directory ran on.
    pub(super) fn hosts_below(&self, input: u32, dir: &str) -> Vec<usize> {
        let below = |&root: &usize| {
            let Root { input: of, of: cluster, .. } = &self.roots[root];
            *of == input && cluster.ran_here && cluster.dir.starts_with(dir)
        };
        (0..self.roots.len()).filter(below).collect()
    }

    fn host_below(&self, input: u32, path: &str) -> Option<usize> {
        let dir = &path[..path.rfind('/').map_or(0, |at| at + 1)];
        let below = |&root: &usize| self.roots[root].input == input && self.roots[root].of.dir.starts_with(dir) && !self.is_loose(root);
        let mut found = (0..self.roots.len()).filter(below);
        (0..self.roots.len()).find(|root| below(root) && self.roots[*root].of.ran_here).or_else(|| found.next())
    }

    /// Whether the gather that a root belongs to stopped before its end.
    pub(super) fn is_partial(&self, root: &Root) -> bool {
        self.gathers.get(root.gather).is_some_and(|(_, gather)| gather.is_partial())
    }

    /// Whether a root is that of files in no known tree.
    pub(super) fn is_loose(&self, root: usize) -> bool {
        self.roots.get(root).and_then(|root| self.gathers.get(root.gather)).is_some_and(|(_, gather)| gather.flavour == "loose")
    }
}
