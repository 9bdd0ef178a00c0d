use serde::Serialize;

use crate::finding::Severity;

/// A cluster, as every view names it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterLine {
    /// `c1`, `c2`, …; objects refer to it.
    pub id: String,
    /// Name in the gather.
    pub name: String,
    /// `host`, `source`, `target`.
    pub roles: Vec<String>,
    /// End of its gather: ages are counted back from here.
    pub now: Option<String>,
}

/// Whether an object is in the archive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Presence {
    /// It was read.
    Found,
    /// Others name it, its kind was collected there, and it is not among them.
    Missing,
    /// Others name it, and nobody collected its kind there.
    NotCollected,
}

/// How an object stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Health {
    /// As it should be.
    Good,
    /// On its way.
    Pending,
    /// Not as it should be.
    Bad,
    /// Nothing in it says so.
    Unknown,
}

/// A finding that sits on an object.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Mark {
    /// `F1`, `F2`, …, as in the report.
    pub finding: String,
    /// How bad it is.
    pub severity: Severity,
}
