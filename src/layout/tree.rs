use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;

use super::identity::uncompressed;

/// Directories that are told apart. The largest gathers have a hundred thousand; a small archive could claim more than fit into memory.
const DIRS: usize = 1 << 20;

/// Directories of which every gather writes one where it begins.
pub(super) const OBJECTS: &[&str] = &["namespaces", "cluster-scoped-resources"];

/// Directories inside one another that are told apart; real gathers have twenty.
const DEPTH: usize = 64;

/// The directories of one input with their files, and which of them a flavour has claimed already.
#[derive(Debug, Default)]
pub struct Tree<'p> {
    /// Many small pieces rather than one large list, whose room would stay with the process.
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
    /// From the paths of an input. `!/` is a directory border like any other, and a compressed file has the name of what it holds.
    pub fn new(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut paths: Vec<&'p str> = paths.into_iter().map(uncompressed).collect();
        let mut tree = Self::default();
        let all = paths.len();
        paths.retain(|path| memchr::memchr_iter(b'/', path.as_bytes()).count() <= DEPTH);
        tree.full = paths.len() < all;
        paths.sort_unstable();
        paths.dedup();
        // Whatever lies below a directory stands together in sorted paths, so that each directory is opened once.
        let mut open: Vec<(&'p str, Dir<'p>)> = Vec::new();
        for path in paths {
            while let Some((dir, names)) = open.pop_if(|(dir, _)| !path.starts_with(*dir)) {
                tree.close(dir, names);
            }
            tree.add(&mut open, path);
        }
        for (dir, names) in open {
            tree.close(dir, names);
        }
        tree
    }

    /// Adds a file, with the directories on its way that are not `open` yet.
    fn add(&mut self, open: &mut Vec<(&'p str, Dir<'p>)>, path: &'p str) {
        if open.is_empty() {
            open.push(("", Dir::default()));
        }
        let mut from = open.last().map_or(0, |(dir, _)| dir.len());
        while let Some(length) = memchr::memchr(b'/', &path.as_bytes()[from..]) {
            if self.dirs.len() + open.len() >= DIRS {
                self.full = true;
                return;
            }
            let end = from + length;
            if let Some((_, above)) = open.last_mut() {
                push(&mut above.children, &path[from..end]);
            }
            open.push((&path[..=end], Dir::default()));
            from = end + 1;
        }
        if let Some((_, dir)) = open.last_mut() {
            push(&mut dir.files, &path[from..]);
        }
    }

    fn close(&mut self, path: &'p str, mut dir: Dir<'p>) {
        dir.children.sort_unstable();
        dir.files.sort_unstable();
        self.dirs.insert(path, dir);
    }

    fn get(&self, dir: &str) -> Option<&Dir<'p>> {
        self.dirs.get(dir)
    }

    /// Whether there were more names than are kept.
    pub fn is_full(&self) -> bool {
        self.full
    }

    /// Unclaimed directories, sorted, each with a trailing slash; the root is empty.
    pub fn dirs(&self) -> impl Iterator<Item = &str> {
        self.unclaimed().map(|(path, _)| *path)
    }

    /// Unclaimed directories that have a child directory of one of these names, sorted.
    pub fn with_child<'s>(&'s self, names: &'s [&str]) -> impl Iterator<Item = &'s str> {
        self.unclaimed().filter(|(_, dir)| names.iter().any(|name| dir.children.binary_search(name).is_ok())).map(|(path, _)| *path)
    }

    fn unclaimed(&self) -> impl Iterator<Item = (&&'p str, &Dir<'p>)> {
        let mut rest = self.dirs.range::<str, _>(..);
        let all = self.claimed.contains("");
        std::iter::from_fn(move || {
            loop {
                let first = rest.next().filter(|_| !all)?;
                if self.claimed.is_empty() || !self.claimed.contains(*first.0) {
                    return Some(first);
                }
                // Everything below stands right behind it, and is as good as claimed: `0` is what follows `/`.
                let behind = format!("{}0", first.0.strip_suffix('/').unwrap_or(first.0));
                rest = self.dirs.range::<str, _>((Bound::Included(behind.as_str()), Bound::Unbounded));
            }
        })
    }

    /// Names of the directories in a directory.
    pub fn children(&self, dir: &str) -> impl Iterator<Item = &str> {
        self.get(dir).into_iter().flat_map(|dir| dir.children.iter().copied())
    }

    /// Names of the files in a directory.
    pub fn files(&self, dir: &str) -> impl Iterator<Item = &str> {
        self.get(dir).into_iter().flat_map(|dir| dir.files.iter().copied())
    }

    /// Whether a directory has a child directory of that name.
    pub fn has_child(&self, dir: &str, child: &str) -> bool {
        self.get(dir).is_some_and(|dir| dir.children.binary_search(&child).is_ok())
    }

    /// Whether a directory has a file of that name.
    pub fn has_file(&self, dir: &str, file: &str) -> bool {
        self.get(dir).is_some_and(|dir| dir.files.binary_search(&file).is_ok())
    }

    /// Whether anything lies at or below a directory.
    pub fn has_dir(&self, dir: &str) -> bool {
        self.get(dir).is_some()
    }

    /// Whether a directory has objects as every gather writes them.
    pub fn has_objects(&self, dir: &str) -> bool {
        self.get(dir).is_some_and(|dir| OBJECTS.iter().any(|name| dir.children.binary_search(name).is_ok()))
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

/// Most directories hold one name, and there are as many as files: the four places that a list takes at first are too many.
fn push<'p>(names: &mut Vec<&'p str>, name: &'p str) {
    if names.is_empty() {
        names.reserve_exact(1);
    }
    names.push(name);
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
    fn a_compressed_file_has_the_name_of_what_it_holds() {
        let tree = Tree::new(["a/pods.yaml.gz", "a/prom_data.tar.gz", "a/x.log.zst"]);
        assert_eq!(tree.files("a/").collect::<Vec<_>>(), ["pods.yaml", "prom_data.tar.gz", "x.log"]);
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
