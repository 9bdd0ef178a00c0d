use std::collections::{BTreeMap, BTreeSet};

/// The directories of one input with their files, and which of them a flavour has claimed already.
#[derive(Debug, Default)]
pub struct Tree {
    dirs: BTreeMap<String, Dir>,
    claimed: Vec<String>,
}

#[derive(Debug, Default)]
struct Dir {
    children: BTreeSet<String>,
    files: BTreeSet<String>,
}

impl Tree {
    /// From the paths of an input. `!/` is a directory border like any other.
    pub fn new<'p>(paths: impl IntoIterator<Item = &'p str>) -> Self {
        let mut tree = Self::default();
        for path in paths {
            tree.add(path);
        }
        tree
    }

    fn add(&mut self, path: &str) {
        let mut dir = String::new();
        let mut rest = path;
        while let Some((name, tail)) = rest.split_once('/') {
            let parent = self.dirs.entry(dir.clone()).or_default();
            if !parent.children.contains(name) {
                parent.children.insert(name.to_owned());
            }
            dir.push_str(name);
            dir.push('/');
            rest = tail;
        }
        self.dirs.entry(dir).or_default().files.insert(rest.to_owned());
    }

    /// Unclaimed directories, sorted, each with a trailing slash; the root is empty.
    pub fn dirs(&self) -> impl Iterator<Item = &str> {
        self.dirs.keys().map(String::as_str).filter(|dir| !self.is_claimed(dir))
    }

    /// Names of the directories in a directory.
    pub fn children(&self, dir: &str) -> impl Iterator<Item = &str> {
        self.dirs.get(dir).into_iter().flat_map(|dir| dir.children.iter().map(String::as_str))
    }

    /// Names of the files in a directory.
    pub fn files(&self, dir: &str) -> impl Iterator<Item = &str> {
        self.dirs.get(dir).into_iter().flat_map(|dir| dir.files.iter().map(String::as_str))
    }

    /// Whether a directory has a child directory of that name.
    pub fn has_child(&self, dir: &str, child: &str) -> bool {
        self.dirs.get(dir).is_some_and(|dir| dir.children.contains(child))
    }

    /// Whether a directory has a file of that name.
    pub fn has_file(&self, dir: &str, file: &str) -> bool {
        self.dirs.get(dir).is_some_and(|dir| dir.files.contains(file))
    }

    /// Whether anything lies at or below a directory.
    pub fn has_dir(&self, dir: &str) -> bool {
        self.dirs.contains_key(dir)
    }

    /// Takes directories out of sight of the flavours that follow.
    pub fn claim<'d>(&mut self, dirs: impl Iterator<Item = &'d str>) {
        self.claimed.extend(dirs.map(str::to_owned));
    }

    fn is_claimed(&self, dir: &str) -> bool {
        self.claimed.iter().any(|claimed| dir.starts_with(claimed.as_str()))
    }
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
}
