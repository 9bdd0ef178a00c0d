use rustc_hash::FxHashMap;

use crate::layout::{ClusterRoot, Gather};

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
}

impl Home {
    pub(super) fn add(&mut self, input: u32, gathers: Vec<Gather>) {
        for gather in gathers {
            let number = self.gathers.len();
            let first = self.roots.len();
            for cluster in &gather.clusters {
                self.dirs.entry(input).or_default().insert(cluster.dir.clone(), self.roots.len());
                self.roots.push(Root { input, gather: number, of: cluster.clone() });
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

    /// The cluster that a gather ran on, for a file that stands beside or above what it collected.
    pub(super) fn host_below(&self, input: u32, path: &str) -> Option<usize> {
        let dir = &path[..path.rfind('/').map_or(0, |at| at + 1)];
        let below = |root: &&Root| root.input == input && root.of.dir.starts_with(dir);
        let first = self.roots.iter().find(|root| below(root) && root.of.ran_here).or_else(|| self.roots.iter().find(below))?;
        self.roots.iter().position(|root| std::ptr::eq(root, first))
    }
}
