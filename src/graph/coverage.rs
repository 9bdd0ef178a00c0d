use std::collections::BTreeSet;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::LogWindow;
use crate::model::{ClusterId, Component, Timestamp, plural_of};

/// Which kinds a claim speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Kinds {
    /// Every kind.
    All,
    /// Every kind of these API groups.
    Groups(&'static [&'static str]),
    /// These kinds, by name without group.
    Named(&'static [&'static str]),
    /// One kind, told by the data.
    One(Arc<str>),
    /// One kind by its plural resource name, as paths tell it.
    Plural(Arc<str>),
}

/// Which namespaces a claim speaks of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Namespaces {
    /// All of them, and cluster-scoped objects.
    All,
    /// These only.
    Some(BTreeSet<Arc<str>>),
}

/// A layout's promise: objects of these kinds in these namespaces of this cluster were collected.
#[derive(Debug, Clone)]
pub struct Claim {
    /// The cluster.
    pub cluster: ClusterId,
    /// The kinds.
    pub kinds: Kinds,
    /// The namespaces.
    pub namespaces: Namespaces,
}

/// Where a promise does not hold, and why.
#[derive(Debug, Clone)]
pub struct Hole {
    /// The cluster; `None` for all clusters of the case.
    pub cluster: Option<ClusterId>,
    /// The kinds.
    pub kinds: Kinds,
    /// The namespaces.
    pub namespaces: Namespaces,
    /// Reason in words: `archive is truncated`.
    pub reason: Arc<str>,
}

/// Answer to *would it be here if it existed?*
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cover {
    /// Yes: absence means that it did not exist.
    Full,
    /// Nobody collected it; with a reason in words.
    No(Arc<str>),
}

impl Cover {
    /// Whether absence is evidence.
    pub fn is_full(&self) -> bool {
        *self == Self::Full
    }
}

/// What was gathered at all: the layouts' claims, reduced by what went wrong.
#[derive(Debug, Clone, Default)]
pub struct Coverage {
    /// Promises.
    pub claims: Vec<Claim>,
    /// Where they are broken.
    pub holes: Vec<Hole>,
    /// Windows of the canonical logs.
    pub windows: FxHashMap<(ClusterId, Component), LogWindow>,
}

impl Kinds {
    fn speaks_of(&self, group: Option<&str>, kind: &str) -> bool {
        match self {
            Self::All => true,
            Self::Groups(groups) => group.is_some_and(|group| groups.contains(&group)),
            Self::Named(kinds) => kinds.contains(&kind),
            Self::One(name) => &**name == kind,
            Self::Plural(name) => **name == plural_of(kind),
        }
    }
}

impl Namespaces {
    /// `None` asks for all namespaces at once.
    fn speaks_of(&self, namespace: Option<&str>) -> bool {
        match (self, namespace) {
            (Self::All, _) => true,
            (Self::Some(names), Some(namespace)) => names.contains(namespace),
            (Self::Some(_), None) => false,
        }
    }

    fn touches(&self, namespace: Option<&str>) -> bool {
        match (self, namespace) {
            (Self::All, _) => true,
            (Self::Some(names), Some(namespace)) => names.contains(namespace),
            (Self::Some(names), None) => !names.is_empty(),
        }
    }
}

impl Coverage {
    /// Whether a kind was collected in a namespace of a cluster; `namespace: None` asks about all namespaces, or about a
    /// cluster-scoped kind.
    pub fn objects(&self, cluster: ClusterId, kind: &str, namespace: Option<&str>) -> Cover {
        let group = group_of(kind);
        let claimed =
            self.claims.iter().any(|claim| claim.cluster == cluster && claim.kinds.speaks_of(group, kind) && claim.namespaces.speaks_of(namespace));
        if !claimed {
            return Cover::No(match namespace {
                Some(namespace) => format!("{kind} objects of namespace {namespace} were not collected").into(),
                None => format!("{kind} objects were not collected in all namespaces").into(),
            });
        }
        let hole = self
            .holes
            .iter()
            .find(|hole| hole.cluster.is_none_or(|at| at == cluster) && hole.kinds.speaks_of(group, kind) && hole.namespaces.touches(namespace));
        hole.map_or(Cover::Full, |hole| Cover::No(hole.reason.clone()))
    }

    /// Whether the logs of a component cover a moment, or exist at all when no moment is asked for.
    pub fn log(&self, cluster: ClusterId, component: Component, from: Option<Timestamp>, to: Option<Timestamp>) -> Cover {
        let Some(window) = self.windows.get(&(cluster, component)) else {
            return Cover::No(format!("no {component} log was collected").into());
        };
        if let Some(hole) = self
            .holes
            .iter()
            .find(|hole| hole.cluster.is_none_or(|at| at == cluster) && hole.kinds == Kinds::All && hole.namespaces == Namespaces::All)
        {
            return Cover::No(hole.reason.clone());
        }
        match (from, window.first) {
            (Some(from), Some(first)) if first > from => return Cover::No(format!("{component} log starts only at {first}").into()),
            _ => {}
        }
        match (to, window.last) {
            (Some(to), Some(last)) if last < to => Cover::No(format!("{component} log ends at {last}").into()),
            _ => Cover::Full,
        }
    }
}

/// API group of the kinds that claims by group speak of. Rules name kinds without a group.
pub(super) fn group_of(kind: &str) -> Option<&'static str> {
    match kind {
        "MigPlan"
        | "MigMigration"
        | "MigCluster"
        | "MigStorage"
        | "MigHook"
        | "MigAnalytic"
        | "DirectVolumeMigration"
        | "DirectVolumeMigrationProgress"
        | "DirectImageMigration"
        | "DirectImageStreamMigration"
        | "MigrationController" => Some("migration.openshift.io"),
        "Backup"
        | "Restore"
        | "PodVolumeBackup"
        | "PodVolumeRestore"
        | "BackupStorageLocation"
        | "VolumeSnapshotLocation"
        | "ResticRepository"
        | "BackupRepository"
        | "DownloadRequest"
        | "DeleteBackupRequest"
        | "ServerStatusRequest"
        | "Schedule"
        | "DataUpload"
        | "DataDownload" => Some("velero.io"),
        "DataProtectionApplication" | "CloudStorage" => Some("oadp.openshift.io"),
        _ => None,
    }
}
