//! What the paths of an archive mean: two pure questions, and no file is opened to answer them.
//!
//! [`shape`] is asked when a file arrives: is it a manifest, a log, a text that this tool knows, or none of these?
//! [`home`] is asked once all paths are known: which gathers are in here, which directory is which cluster, and what does this
//! flavour of gather promise to have collected? May import `model` alone. A flavour is one file and one line in [`LAYOUTS`].

mod identity;
mod inspect;
mod loose;
mod mtc;
mod tree;

use crate::model::Component;

pub use identity::{LogPath, PathIdentity, log_path, manifest_path};
pub use tree::Tree;

/// What to do with a file, decided by its path.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// Kubernetes YAML or JSON.
    Manifest,
    /// Lines of a program.
    Log(Component),
    /// A small text that tells something about the gather.
    Text,
    /// What `velero … describe` or `oc describe` printed of a backup, a restore or a volume job.
    Description,
    /// Nothing that is read.
    Ignore,
    /// An archive of foreign data that is not even opened.
    Closed,
}

/// A promise of a flavour: what it collects wherever it ran.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Promise {
    /// All objects of these API groups, in all namespaces.
    Groups(&'static [&'static str]),
    /// These kinds, in all namespaces.
    Kinds(&'static [&'static str]),
    /// These kinds in one namespace, each only where its list file came.
    Lists {
        /// The namespace.
        namespace: String,
        /// The kinds.
        kinds: Vec<&'static str>,
    },
    /// The cluster-scoped kinds of which this directory holds files, by plural resource name.
    Scoped(Vec<String>),
}

/// One directory that holds the data of one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ClusterRoot {
    /// The directory, with a trailing slash.
    pub dir: String,
    /// Name that the gather gives it; `None` when the flavour names none.
    pub name: Option<String>,
    /// Whether this is the cluster that the gather ran on.
    pub ran_here: bool,
    /// The gather could not log in: the directory holds only the message.
    pub login_failed: bool,
    /// What the flavour collects.
    pub promises: Vec<Promise>,
}

/// One gather found in an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gather {
    /// Flavour, a word for the report.
    pub flavour: &'static str,
    /// Its root directory, with a trailing slash unless empty.
    pub root: String,
    /// Its clusters.
    pub clusters: Vec<ClusterRoot>,
    /// Directories whose objects belong to the cluster it ran on, such as `migplans/`.
    pub host_dirs: Vec<String>,
}

/// A flavour of gather.
#[derive(Debug)]
pub struct Layout {
    /// Word for the report.
    pub name: &'static str,
    /// Finds the gathers of this flavour among directories that no earlier flavour claimed.
    pub find: fn(&Tree) -> Vec<Gather>,
}

/// All flavours, the most specific first: what one claims, the next does not see.
pub const LAYOUTS: &[&Layout] = &[&mtc::LAYOUT, &inspect::LAYOUT, &loose::LAYOUT];

/// What to do with a file.
pub fn shape(path: &str) -> Shape {
    identity::shape(path)
}

/// Which gathers the paths of one input form.
pub fn home<'p>(paths: impl IntoIterator<Item = &'p str>) -> Vec<Gather> {
    let mut tree = Tree::new(paths);
    let mut gathers = Vec::new();
    for layout in LAYOUTS {
        let found = (layout.find)(&tree);
        for gather in &found {
            tree.claim(gather.clusters.iter().map(|cluster| cluster.dir.as_str()).chain(gather.host_dirs.iter().map(String::as_str)));
        }
        gathers.extend(found);
    }
    gathers.sort_by(|a, b| a.root.cmp(&b.root).then_with(|| a.flavour.cmp(b.flavour)));
    gathers
}
