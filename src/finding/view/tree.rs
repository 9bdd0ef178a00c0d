use serde::Serialize;

use super::{ClusterLine, FindingLine, Health, Mark, Presence};
use crate::finding::Target;

/// What belongs to plans and migrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tree {
    /// Version of this format.
    pub schema: u32,
    /// Clusters that the nodes refer to.
    pub clusters: Vec<ClusterLine>,
    /// Inputs by name, as the commands name them.
    pub inputs: Vec<String>,
    /// True when only the paths to what is wrong are here.
    pub unhealthy_only: bool,
    /// Findings that sit on the nodes.
    pub findings: Vec<FindingLine>,
    /// Plans, then migrations without a plan; backups and restores where there is neither.
    pub roots: Vec<TreeNode>,
}

/// One object with what belongs to it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TreeNode {
    /// How the node above leads here: `runs`, `volume-backups`. Empty for a root.
    pub relation: String,
    /// The object.
    pub object: Target,
    /// Whether it is in the archive.
    pub presence: Presence,
    /// Why it was not collected.
    pub reason: Option<String>,
    /// Other clusters that hold a synced copy of it.
    pub copies: Vec<String>,
    /// State in a few words.
    pub state: Option<String>,
    /// How it stands.
    pub health: Health,
    /// When it was created.
    pub created: Option<String>,
    /// Seconds from there to when its cluster was collected.
    pub age_seconds: Option<i64>,
    /// How far its work is.
    pub progress: Option<String>,
    /// Findings that sit on it.
    pub findings: Vec<Mark>,
    /// Commands that show it in the archive and on its cluster.
    pub see: Vec<String>,
    /// True when it stands elsewhere in the tree with what belongs to it.
    pub repeated: bool,
    /// What belongs to it.
    pub children: Vec<TreeNode>,
}
