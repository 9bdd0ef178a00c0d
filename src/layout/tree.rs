use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

/// Directories that are told apart. The largest gathers have a hundred thousand; a small archive could claim more than fit into memory.
const DIRS: usize = 1 << 20;

/// Directories inside one another that are told apart; real gathers have twenty.
const DEPTH: usize = 64;

/// The directories of one input with their files, and which of them a flavour has claimed already.
#[derive(Debug, Default)]
pub struct Tree<'p> {
    dirs: BTreeMap<&'p str, Dir<'p>>,
    claimed: BTreeSet<String>,
    full: bool,
}

/// Names in a directory, sorted. An archive holds tens of thousands of them, so they are borrowed.
#[derive(Debug, Default)]
struct Dir<'p> {
    children: Vec<&'p str>,
    files: Vec<&'p str>,
}

impl<'p> Tree<'p> {
    /// From the paths of an input. `!/` is a directory border like any other.
    pub fn new(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut paths: Vec<&'p str> = paths.into_iter().collect();
        let mut tree = Self::default();
        let all = paths.len();
        paths.retain(|path| path.bytes().filter(|byte| *byte == b'/').count() <= DEPTH);
        tree.full = paths.len() < all;
        paths.sort_unstable();
        paths.dedup();
        let mut rest = paths.as_slice();
        while let Some(first) = rest.first() {
            let dir = &first[..first.rfind('/').map_or(0, |at| at + 1)];
            let is_here = |path: &&&str| path.strip_prefix(dir).is_some_and(|name| !name.contains('/'));
            // Files of one directory mostly stand together; where a directory comes between them, its second part is met later.
            let here = rest.iter().take_while(is_here).count().max(1);
            let (files, others) = rest.split_at(here);
            tree.add(dir, files.iter().map(|path| &path[dir.len()..]));
            rest = others;
        }
        for dir in tree.dirs.values_mut() {
            dir.children.sort_unstable();
            dir.children.dedup();
            dir.files.sort_unstable();
        }
        tree
    }

    fn add(&mut self, dir: &'p str, files: impl ExactSizeIterator<Item = &'p str>) {
        let is_new = !self.dirs.contains_key(dir);
        if is_new && self.dirs.len() >= DIRS {
            self.full = true;
            return;
        }
        // Most directories hold one name, and there are as many as files: the four places that a list takes at first are too many.
        let known = &mut self.dirs.entry(dir).or_default().files;
        known.reserve_exact(files.len());
        known.extend(files);
        let mut dir = dir;
        let mut is_new = is_new;
        while is_new && !dir.is_empty() {
            let above = &dir[..dir[..dir.len() - 1].rfind('/').map_or(0, |at| at + 1)];
            is_new = !self.dirs.contains_key(above);
            let children = &mut self.dirs.entry(above).or_default().children;
            if children.is_empty() {
                children.reserve_exact(1);
            }
            children.push(&dir[above.len()..dir.len() - 1]);
            dir = above;
        }
    }

    /// Whether there were more names than are kept.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Unclaimed directories, sorted, each with a trailing slash; the root is empty.
    pub fn dirs(&self) -> impl Iterator<Item = &str> {
        let mut rest = self.dirs.range::<str, _>(..);
        let claimed = self.claimed.contains("");
        std::iter::from_fn(move || {
            loop {
                let (&dir, _) = rest.next().filter(|_| !claimed)?;
                if self.claimed.is_empty() || !self.claimed.contains(dir) {
                    return Some(dir);
                }
                // Everything below stands right behind it, and is as good as claimed: `0` is what follows `/`.
                let behind = format!("{}0", dir.strip_suffix('/').unwrap_or(dir));
                rest = self.dirs.range::<str, _>((Bound::Included(behind.as_str()), Bound::Unbounded));
            }
        })
    }

    /// Names of the directories in a directory.
    pub fn children(&self, dir: &str) -> impl Iterator<Item = &str> {
        self.dirs.get(dir).into_iter().flat_map(|dir| dir.children.iter().copied())
    }

    /// Names of the files in a directory.
    pub fn files(&self, dir: &str) -> impl Iterator<Item = &str> {
        self.dirs.get(dir).into_iter().flat_map(|dir| dir.files.iter().copied())
    }

    /// Whether a directory has a child directory of that name.
    pub fn has_child(&self, dir: &str, child: &str) -> bool {
        self.dirs.get(dir).is_some_and(|dir| dir.children.binary_search(&child).is_ok())
    }

    /// Whether a directory has a file of that name.
    pub fn has_file(&self, dir: &str, file: &str) -> bool {
        self.dirs.get(dir).is_some_and(|dir| dir.files.binary_search(&file).is_ok())
    }

    /// Whether anything lies at or below a directory.
    pub fn has_dir(&self, dir: &str) -> bool {
        self.dirs.contains_key(dir)
    }

    /// Whether a directory has objects as every gather writes them.
    pub fn has_objects(&self, dir: &str) -> bool {
        self.has_child(dir, "namespaces") || self.has_child(dir, "cluster-scoped-resources")
    }

    /// Paths of the namespaces in a cluster's directory, each with a trailing slash.
    pub fn namespaces(&self, dir: &str) -> impl Iterator<Item = String> {
        let base = format!("{dir}namespaces/");
        self.children(&base).map(|name| format!("{base}{name}/")).collect::<Vec<_>>().into_iter()
    }

    /// Takes directories out of sight of the flavours that follow.
    pub fn claim<'d>(&mut self, dirs: impl Iterator<Item = &'d str>) {
        self.claimed.extend(dirs.map(str::to_owned));
    }

    /// Whether a flavour has claimed a directory, or one above it.
    pub fn is_claimed(&self, dir: &str) -> bool {
        let mut dir = dir;
        loop {
            if self.claimed.contains(dir) {
                return true;
            }
            if dir.is_empty() {
                return false;
            }
            dir = parent(dir);
        }
    }
}

/// The directory above a directory, with its trailing slash.
pub(super) fn parent(dir: &str) -> &str {
    let inner = dir.strip_suffix('/').unwrap_or(dir);
    inner.rfind('/').map_or("", |at| &dir[..=at])
}

/// The last name of a directory's path.
pub(super) fn last_name(dir: &str) -> &str {
    let inner = dir.strip_suffix('/').unwrap_or(dir);
    inner.rsplit('/').next().unwrap_or(inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn directories_know_their_children_and_files() {
        let tree = Tree::new(["a/b/c.yaml", "a/d.log", "x.tar.gz!/must-gather/version"]);
        assert_eq!(tree.children("a/").collect::<Vec<_>>(), ["b"]);
        assert!(tree.has_file("a/", "d.log"));
        assert!(tree.has_file("x.tar.gz!/must-gather/", "version"));
        assert_eq!(tree.dirs().count(), 5);
    }

    #[test]
    fn the_order_of_paths_does_not_matter() {
        let tree = Tree::new(["a/z", "a/b/c", "a/a", "", "a/b/", "top", "a/b/c"]);
        assert_eq!(tree.dirs().collect::<Vec<_>>(), ["", "a/", "a/b/"]);
        assert_eq!(tree.files("a/").collect::<Vec<_>>(), ["a", "z"]);
        assert_eq!(tree.files("a/b/").collect::<Vec<_>>(), ["", "c"]);
        assert_eq!(tree.files("").collect::<Vec<_>>(), ["", "top"]);
        assert!(tree.has_child("", "a") && !tree.has_child("a/", "a"));
    }

    #[test]
    fn what_is_claimed_is_out_of_sight_with_all_below_it() {
        let mut tree = Tree::new(["a/b/c/x", "a/bc/x", "d/x"]);
        tree.claim(std::iter::once("a/b/"));
        assert_eq!(tree.dirs().collect::<Vec<_>>(), ["", "a/", "a/bc/", "d/"]);
        tree.claim(std::iter::once(""));
        assert_eq!(tree.dirs().count(), 0);
    }

    #[test]
    fn a_tree_deeper_than_any_gather_is_cut_and_says_so() {
        let deep = "d/".repeat(4000) + "x.yaml";
        let tree = Tree::new(["a/x.yaml", deep.as_str()]);
        assert!(tree.is_full());
        assert_eq!(tree.dirs().count(), 2);
    }
}
