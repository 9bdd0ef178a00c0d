use serde::Serialize;

use super::{ClusterLine, Health, VeleroSheet};
use crate::finding::{Severity, Target};

/// Everything that is known of one object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Description {
    /// Version of this format.
    pub schema: u32,
    /// Clusters that objects refer to.
    pub clusters: Vec<ClusterLine>,
    /// The object.
    pub object: Target,
    /// API version, with group.
    pub api_version: String,
    /// State in a few words.
    pub state: Option<String>,
    /// How it stands.
    pub health: Health,
    /// How far its work is.
    pub progress: Option<String>,
    /// When it was created.
    pub created: Option<String>,
    /// Since when it is being deleted.
    pub deleted: Option<String>,
    /// Seconds from its creation to when its cluster was collected.
    pub age_seconds: Option<i64>,
    /// What `velero describe --details` prints, for backups and restores.
    pub velero: Option<VeleroSheet>,
    /// Labels by key.
    pub labels: Vec<(String, String)>,
    /// Owners, as `Kind/name`.
    pub owners: Vec<String>,
    /// Conditions in the order of the object.
    pub conditions: Vec<ConditionLine>,
    /// What it is joined to, by relation.
    pub relations: Vec<RelationLine>,
    /// Events about it, oldest first.
    pub events: Vec<EventLine>,
    /// Log lines that name it, oldest first; of very many the newest.
    pub lines: Vec<HitLine>,
    /// Findings about it.
    pub findings: Vec<FindingLine>,
    /// Every file it was found in, the current copy first: `path:line`.
    pub places: Vec<PlaceLine>,
    /// Inputs by name; places refer to them by number.
    pub inputs: Vec<String>,
    /// Commands that show it on its cluster.
    pub see: Vec<String>,
}

/// One condition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ConditionLine {
    /// Type.
    #[serde(rename = "type")]
    pub kind: String,
    /// Status.
    pub status: String,
    /// Reason.
    pub reason: Option<String>,
    /// Message.
    pub message: Option<String>,
    /// Since when.
    pub since: Option<String>,
}

/// One object that it is joined to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RelationLine {
    /// Name of the relation; after `of`, the other object's relation to this one where the way back has no name.
    pub relation: String,
    /// The other object.
    pub object: Target,
    /// False: it is named, and not among what was gathered.
    pub found: bool,
    /// Its state.
    pub state: Option<String>,
}

/// One event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct EventLine {
    /// Last time.
    pub last: Option<String>,
    /// How often.
    pub count: u32,
    /// `Normal` or `Warning`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Reason.
    pub reason: String,
    /// Message.
    pub message: String,
    /// Which input.
    pub input: u32,
    /// `path:line`.
    pub place: String,
}

/// One log line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HitLine {
    /// Its time.
    pub time: Option<String>,
    /// Component.
    pub component: String,
    /// Cluster id.
    pub cluster: String,
    /// Level, where the line has one.
    pub level: Option<String>,
    /// What it says, secrets masked.
    pub text: String,
    /// How often it says so without another line between.
    pub count: u64,
    /// The last of these times.
    pub until: Option<String>,
    /// Which input.
    pub input: u32,
    /// `path:line`.
    pub place: String,
}

/// One finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct FindingLine {
    /// Its id.
    pub finding: String,
    /// Severity.
    pub severity: Severity,
    /// The rule.
    pub rule: String,
    /// What holds.
    pub message: String,
}

/// One copy of the object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PlaceLine {
    /// Which input.
    pub input: u32,
    /// `path:line`.
    pub place: String,
}
