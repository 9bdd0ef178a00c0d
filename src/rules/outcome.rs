use crate::finding::{Confidence, Evidence, RuleRole, RuleState, Severity, Target};
use crate::graph::ObjectId;
use crate::model::{ClusterId, ObjectRef, Timestamp};

/// What a finding is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Subject {
    /// An object of the graph.
    Object(ObjectId),
    /// An object that is only named, by an event or a log line.
    Named(ObjectRef),
    /// A whole cluster.
    Cluster(ClusterId),
}

/// One group of completed rows of one rule: what becomes a finding.
#[derive(Debug, Clone)]
pub struct Match {
    /// What it is about.
    pub subject: Subject,
    /// The cluster it lies on.
    pub cluster: ClusterId,
    /// Every object bound in any row of the group, sorted. `explains` and attribution connect through these.
    pub touched: Vec<ObjectId>,
    /// Objects that the rows name but that were not gathered.
    pub named: Vec<ObjectRef>,
    /// Severity after variants.
    pub severity: Severity,
    /// Role after variants.
    pub role: RuleRole,
    /// Confidence after variants and untested traps.
    pub confidence: Confidence,
    /// Rules that it explains, after variants.
    pub explains: Vec<String>,
    /// Message with the names of this case, redacted.
    pub message: String,
    /// Proof; the first is primary.
    pub evidence: Vec<Evidence>,
    /// What to do, with the names of this case, redacted.
    pub remediation: String,
    /// Earliest time of an event, line or condition bound.
    pub first: Option<Timestamp>,
    /// Latest time of an event, line or condition bound.
    pub last: Option<Timestamp>,
    /// At least one row rests on the present state of an object, not only on lines or events of the past.
    pub still_holds: bool,
    /// How many rows.
    pub count: u64,
    /// Samples of the subjects, when the finding sums up many.
    pub instances: Vec<ObjectRef>,
    /// Traps that could not be ruled out, in words.
    pub untested: Vec<String>,
}

/// What a rule needed and did not have.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Lack {
    /// Cluster whose data is missing, where known.
    pub cluster: Option<ClusterId>,
    /// Kind, or component of a log.
    pub kind: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// In words: `Pod objects of namespace shop were not collected`.
    pub reason: String,
}

/// A row that could neither complete nor be refuted.
#[derive(Debug, Clone)]
pub struct Pending {
    /// What was missing.
    pub lack: Lack,
    /// Objects bound before the row got stuck; empty when the first clause already was unknown.
    pub touched: Vec<ObjectId>,
}

/// Everything one rule gave.
#[derive(Debug, Clone)]
pub struct RuleResult {
    /// Index into the rules of the pack.
    pub rule: usize,
    /// Finding > skipped > clear; errored when its own expression failed everywhere.
    pub state: RuleState,
    /// Findings, sorted by subject.
    pub matches: Vec<Match>,
    /// Stuck rows, merged by what was missing and touched.
    pub pending: Vec<Pending>,
    /// Evaluation errors, by text.
    pub errors: Vec<String>,
}

/// An object as the report names it.
pub fn report_target(reference: &ObjectRef) -> Target {
    Target {
        cluster: reference.cluster.label(),
        kind: reference.kind.to_string(),
        namespace: reference.namespace.as_deref().map(str::to_owned),
        name: reference.name.to_string(),
        uid: reference.uid.as_ref().map(|uid| uid.as_str().to_owned()),
    }
}
