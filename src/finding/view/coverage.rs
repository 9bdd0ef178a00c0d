use serde::Serialize;

use crate::finding::{GapReport, InputReport};

/// What was gathered, and what was not.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Coverage {
    /// Version of this format.
    pub schema: u32,
    /// Inputs in the order given.
    pub inputs: Vec<InputReport>,
    /// Gathers found in them.
    pub datasets: Vec<DatasetLine>,
    /// Clusters of the case.
    pub clusters: Vec<CoveredCluster>,
    /// What could not be read.
    pub gaps: Vec<GapReport>,
    /// Where a gather does not hold what it promises.
    pub holes: Vec<HoleLine>,
    /// Logs that do not reach back to the run that they should tell of.
    pub notes: Vec<String>,
    /// Rules that could not be judged.
    pub skipped: Vec<SkippedRule>,
    /// Commands that would collect what is missing.
    pub collect: Vec<String>,
}

/// One gather.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct DatasetLine {
    /// Which input.
    pub input: u32,
    /// Directory in it.
    pub root: String,
    /// Layout, such as `mtc`.
    pub layout: String,
}

/// One cluster and what there is of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CoveredCluster {
    /// `c1`, `c2`, …
    pub id: String,
    /// Name in the gather.
    pub name: String,
    /// `host`, `source`, `target`.
    pub roles: Vec<String>,
    /// False: known by name only.
    pub gathered: bool,
    /// Why the gather could not log in.
    pub login_error: Option<String>,
    /// Data of two clusters seem mixed here.
    pub suspect: bool,
    /// End of its gather.
    pub now: Option<String>,
    /// Objects, copies merged.
    pub objects: u64,
    /// Events, copies merged.
    pub events: u64,
    /// Namespaces with objects, by name.
    pub namespaces: Vec<NamespaceCount>,
    /// Kinds with objects, by name.
    pub kinds: Vec<KindCount>,
    /// Logs by component.
    pub logs: Vec<LogCover>,
}

/// Objects of one namespace.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct NamespaceCount {
    /// Its name.
    pub name: String,
    /// How many.
    pub objects: u64,
}

/// Objects of one kind.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct KindCount {
    /// Kind.
    pub kind: String,
    /// API group; empty for the core group.
    pub group: String,
    /// How many.
    pub objects: u64,
}

/// Logs of one component.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogCover {
    /// Component.
    pub component: String,
    /// Files, without second copies.
    pub files: u64,
    /// Lines in them.
    pub lines: u64,
    /// First time.
    pub from: Option<String>,
    /// Last time.
    pub to: Option<String>,
}

/// A promise of a gather that does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct HoleLine {
    /// Cluster; nothing for all of them.
    pub cluster: Option<String>,
    /// Which objects: `all kinds in all namespaces`.
    pub what: String,
    /// Why.
    pub reason: String,
}

/// A rule that could not be judged.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct SkippedRule {
    /// Its id.
    pub rule: String,
    /// What it lacked.
    pub reason: String,
}
