use std::fmt;
use std::sync::Arc;

use crate::model::{Span, Timestamp};

/// One thing named on the command line.
#[derive(Debug, Clone, Default)]
pub struct Input {
    /// Base name, with `#2` on a repeat.
    pub name: String,
    /// SHA-256 of the file in hex; of the sorted content for a directory.
    pub sha256: String,
    /// Bytes as given.
    pub bytes: u64,
    /// Files in it.
    pub files: u64,
    /// Layout flavours recognised.
    pub layouts: Vec<String>,
    /// False when it is truncated or damaged.
    pub complete: bool,
}

/// One gather found in an input: a root directory of one flavour.
#[derive(Debug, Clone)]
pub struct Dataset {
    /// The input it stands in.
    pub input: u32,
    /// Directory inside the input.
    pub root: String,
    /// Flavour, such as `mtc`.
    pub flavour: String,
}

/// What a cluster is in a migration.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    /// Holds the migration controller and its objects.
    Host,
    /// Migrated from.
    Source,
    /// Migrated to.
    Target,
}

impl Role {
    /// The word used in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Host => "host",
            Self::Source => "source",
            Self::Target => "target",
        }
    }
}

impl fmt::Display for Role {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Where the reference time of a cluster comes from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NowFrom {
    /// The newest time in the data.
    Data,
    /// The `timestamp` file of the client.
    Timestamp,
}

/// What makes a cluster the cluster it is.
#[derive(Debug, Clone, Default)]
pub struct Identity {
    /// ClusterVersion `spec.clusterID`.
    pub cluster_id: Option<Arc<str>>,
    /// Infrastructure name.
    pub infrastructure: Option<Arc<str>>,
    /// API host.
    pub api: Option<Arc<str>>,
    /// On what evidence datasets were joined to it.
    pub by: Vec<&'static str>,
}

/// One cluster of the case.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// Name as the gather has it: `host`, or that of the MigCluster; made unique inside the case.
    pub name: Arc<str>,
    /// MigCluster that stands for it.
    pub mig_cluster: Option<Arc<str>>,
    /// Roles under any plan, sorted.
    pub roles: Vec<Role>,
    /// The input of its first dataset.
    pub input: u32,
    /// Identity.
    pub identity: Identity,
    /// Data of two clusters seem mixed here; absence is unknown.
    pub suspect: bool,
    /// False when it is only known by name, or its login failed.
    pub gathered: bool,
    /// Why it was not gathered, where the gather says so.
    pub login_error: Option<String>,
    /// End of its gather: what `now` means for its data.
    pub now: Option<Timestamp>,
    /// Where that time comes from.
    pub now_from: NowFrom,
    /// How far the client's clock was ahead of the newest time in the data when the gather ended; minutes are normal for a slow
    /// gather, hours mean a wrong clock or old data.
    pub client_ahead: Option<Span>,
    /// Kubernetes version, where told.
    pub kubernetes: Option<Arc<str>>,
    /// MTC version, where told.
    pub mtc: Option<Arc<str>>,
}

impl Cluster {
    /// Whether it plays that role.
    pub fn is(&self, role: Role) -> bool {
        self.roles.contains(&role)
    }
}
