//! What the paths of an archive mean: two pure questions, and no file is opened to answer them.
//!
//! [`shape`] is asked when a file arrives: is it a manifest, a log, a text that this tool knows, or none of these?
//! [`home`] is asked once all paths are known: which gathers are in here, which directory is which cluster, and what does this
//! flavour of gather promise to have collected? May import `model` alone. A flavour is one file and one line in [`LAYOUTS`].

mod foreign;
mod identity;
mod inspect;
mod left;
mod loose;
mod metrics;
mod mtc;
mod mtc_early;
mod oadp;
pub mod summary;
mod tree;
mod wrapper;

use crate::model::Component;

pub use identity::{LogPath, PathIdentity, is_loose_log, log_path, manifest_path};
pub use left::{empty, left};
pub use oadp::without_application;
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

/// Why a note was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum NoteKind {
    /// Recognised for what it is, and not read.
    NotRead,
    /// The gather stopped before its end, so that nothing can be concluded from what is not there.
    Partial,
    /// A gather should be here and is not.
    Missing,
    /// The gather is here and found nothing to collect.
    Empty,
    /// More than is looked at.
    Limit,
}

/// Something about an input that its paths tell and that a reader of the report must know.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Note {
    /// The directory or file that it is about.
    pub path: String,
    /// Why.
    pub kind: NoteKind,
    /// In words.
    pub text: String,
}

/// One gather found in an input.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Gather {
    /// Flavour, a word for the report.
    pub flavour: &'static str,
    /// Its root directory, with a trailing slash unless empty.
    pub root: String,
    /// Its clusters; none where it was recognised and is not read.
    pub clusters: Vec<ClusterRoot>,
    /// Directories whose objects belong to the cluster it ran on, such as `migplans/`.
    pub host_dirs: Vec<String>,
    /// What is wrong or special about it.
    pub notes: Vec<Note>,
}

impl Gather {
    /// Whether it stopped before its end.
    pub fn is_partial(&self) -> bool {
        self.notes.iter().any(|note| note.kind == NoteKind::Partial)
    }
}

/// A flavour of gather.
#[derive(Debug)]
pub struct Layout {
    /// Word for the report.
    pub name: &'static str,
    /// Finds the gathers of this flavour among directories that no earlier flavour claimed.
    pub find: fn(&Tree) -> Vec<Gather>,
    /// Names of small texts that this flavour writes and that are read.
    pub texts: &'static [&'static str],
}

/// All flavours, the most specific first: what one claims, the next does not see.
pub const LAYOUTS: &[&Layout] =
    &[&foreign::LAYOUT, &oadp::LAYOUT, &mtc::LAYOUT, &mtc_early::LAYOUT, &inspect::LAYOUT, &metrics::LAYOUT, &wrapper::LAYOUT, &loose::LAYOUT];

/// Cluster directories that one input may have; a hostile archive can have a million, and each is compared with the others.
const CLUSTERS: usize = 256;

/// What to do with a file.
pub fn shape(path: &str) -> Shape {
    identity::shape(path)
}

/// Which gathers the paths of one input form.
pub fn home<'p>(paths: impl IntoIterator<Item = &'p str>) -> Vec<Gather> {
    let mut tree = Tree::new(paths);
    let mut gathers: Vec<Gather> = Vec::new();
    let mut clusters = 0;
    let mut beyond = tree.is_full();
    for layout in LAYOUTS {
        for mut gather in (layout.find)(&tree) {
            let room = CLUSTERS - clusters;
            if gathers.len() >= CLUSTERS || (room == 0 && !gather.clusters.is_empty()) {
                beyond = true;
                break;
            }
            beyond |= gather.clusters.len() > room;
            gather.clusters.truncate(room);
            clusters += gather.clusters.len();
            let dirs = gather.clusters.iter().map(|cluster| cluster.dir.as_str()).chain(gather.host_dirs.iter().map(String::as_str));
            tree.claim(dirs);
            if gather.clusters.is_empty() {
                tree.claim(std::iter::once(gather.root.as_str()));
            }
            gathers.push(gather);
        }
    }
    gathers.sort_by(|a, b| a.root.cmp(&b.root).then_with(|| a.flavour.cmp(b.flavour)));
    if let (true, Some(first)) = (beyond, gathers.first_mut()) {
        let text = "has more directories than are looked at; what lies in the others was left out".to_owned();
        first.notes.push(Note { path: String::new(), kind: NoteKind::Limit, text });
    }
    gathers
}

/// The flavour that the first line of a `version` file names, where that is known: it says more than the directories do.
pub fn flavour_of_version(text: &str) -> Option<&'static str> {
    let first = text.lines().next().unwrap_or_default().trim();
    let first = first.trim_start_matches('\u{feff}');
    if first == "openshift/must-gather" {
        return Some("generic");
    }
    first.starts_with("OpenShift API for Data Protection (OADP)").then_some(oadp::LAYOUT.name)
}
