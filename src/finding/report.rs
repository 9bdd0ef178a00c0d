use serde::Serialize;

use super::{Confidence, Evidence, Outcome, RuleRole, RuleState, Severity};

/// The whole result of one case. Field names and order are the JSON report's.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Report {
    /// Version of this format.
    pub schema: u32,
    /// Who wrote it.
    pub tool: Tool,
    /// Inputs in the order given.
    pub inputs: Vec<InputReport>,
    /// Clusters of the case.
    pub clusters: Vec<ClusterReport>,
    /// What was read.
    pub coverage: CoverageReport,
    /// Every rule and what became of it, by id.
    pub rules: Vec<RuleInfo>,
    /// What was looked at and ruled out, or could not be; in the order a reader asks.
    pub checked: Vec<Checked>,
    /// Every migration, newest first.
    pub migrations: Vec<Migration>,
    /// Findings, most important first.
    pub findings: Vec<Finding>,
    /// What could not be read, by input and path.
    pub gaps: Vec<GapReport>,
}

/// The program and its rules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Tool {
    /// Name of the program.
    pub name: String,
    /// Its version.
    pub version: String,
    /// Digest of the rule pack.
    pub pack: String,
}

/// One input.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InputReport {
    /// Base name, with `#2` on a repeat.
    pub name: String,
    /// SHA-256 in hex.
    pub sha256: String,
    /// Bytes as given.
    pub bytes: u64,
    /// Layout flavours recognised in it.
    pub layouts: Vec<String>,
    /// False: truncated or damaged.
    pub complete: bool,
}

/// What a cluster is known by.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct IdentityReport {
    /// ClusterVersion id.
    pub cluster_id: Option<String>,
    /// Infrastructure name.
    pub infrastructure: Option<String>,
    /// API host.
    pub api: Option<String>,
    /// On what evidence datasets were joined to it.
    pub by: Vec<String>,
}

/// One cluster.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ClusterReport {
    /// `c1`, `c2`, …
    pub id: String,
    /// Name in the gather.
    pub name: String,
    /// MigCluster that stands for it.
    pub mig_cluster: Option<String>,
    /// `host`, `source`, `target`.
    pub roles: Vec<String>,
    /// Its first input.
    pub input: u32,
    /// Identity.
    pub identity: IdentityReport,
    /// Data of two clusters seem mixed here.
    pub suspect: bool,
    /// Kubernetes version.
    pub kubernetes: Option<String>,
    /// MTC version.
    pub mtc: Option<String>,
    /// False: known, but its data is not here.
    pub gathered: bool,
    /// End of its gather.
    pub now: Option<String>,
    /// `data` or `timestamp`.
    pub now_from: String,
}

/// What was read, in numbers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Default)]
pub struct CoverageReport {
    /// Files.
    pub files: u64,
    /// Objects after merging copies.
    pub objects: u64,
    /// Events after merging copies.
    pub events: u64,
    /// Logs.
    pub logs: u64,
    /// Lines in them.
    pub log_lines: u64,
    /// Relations between objects.
    pub relations: u64,
    /// Earliest log time.
    pub from: Option<String>,
    /// Latest log time.
    pub to: Option<String>,
    /// Secrets masked in this report.
    pub redactions: u64,
    /// Findings that an ignore rule left out.
    pub suppressed: Vec<Suppressed>,
    /// Error lines that no finding covers.
    pub unexplained: Vec<Unexplained>,
    /// Error lines that were left out of it, since they are known to mean nothing.
    pub noise: u64,
}

/// A finding that was left out on request.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Suppressed {
    /// Its id.
    pub finding: String,
    /// Why.
    pub reason: String,
    /// Until when.
    pub expires: Option<String>,
}

/// Error lines of one shape, or conditions of one kind, that no finding covers.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Unexplained {
    /// Folded text.
    pub shape: String,
    /// Component.
    pub component: String,
    /// How many lines.
    pub count: u64,
    /// First time.
    pub first: Option<String>,
    /// Last time.
    pub last: Option<String>,
    /// One of them.
    pub sample: Evidence,
}

/// A rule and what became of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct RuleInfo {
    /// Its path in the pack.
    pub id: String,
    /// Digest of its file.
    pub digest: String,
    /// Title.
    pub title: String,
    /// Severity.
    pub severity: Severity,
    /// Role.
    pub role: RuleRole,
    /// What became of it.
    pub state: RuleState,
    /// How many findings.
    pub findings: u32,
    /// Why it was skipped or errored.
    pub reason: Option<String>,
}

/// One usual suspect and how it stands.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// What should hold, in a few words: `storage locations available`.
    pub what: String,
    /// `clear`: it holds. `bad`: it does not. `unknown`: the data to tell were not gathered.
    pub state: String,
    /// On which clusters and objects, or why not.
    pub detail: String,
}

/// An object as a reader looks it up.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct Target {
    /// Cluster id.
    pub cluster: String,
    /// Kind.
    pub kind: String,
    /// Namespace.
    pub namespace: Option<String>,
    /// Name.
    pub name: String,
    /// UID.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub uid: Option<String>,
}

/// One step of a migration's pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PipelineStep {
    /// Step name.
    pub step: String,
    /// Phase inside the step.
    pub phase: Option<String>,
    /// Start.
    pub started: Option<String>,
    /// End.
    pub ended: Option<String>,
    /// `completed`, `failed`, `skipped`, `running` or `pending`.
    pub state: String,
}

/// One volume of a migration.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Volume {
    /// Namespace on the source.
    pub namespace: String,
    /// Claim on the source.
    pub pvc: String,
    /// Claim on the target.
    pub target: String,
    /// `direct`, `backup`, `snapshot`, `move` or `skip`.
    pub method: String,
    /// Bytes done.
    pub bytes: u64,
    /// Bytes in all.
    pub total: u64,
    /// State of the copy.
    pub state: String,
    /// Object that reports it.
    pub object: Option<Target>,
}

/// One link of the chain from an outcome to its root.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
#[serde(untagged)]
pub enum Link {
    /// A rule that fired.
    Finding {
        /// Its finding.
        finding: String,
    },
    /// A rule that could not be judged.
    Unknown {
        /// Its id.
        rule: String,
        /// Always `unknown`.
        state: String,
    },
}

/// One migration and why it stands as it does.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Migration {
    /// UID.
    pub id: String,
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// Plan.
    pub plan: Option<String>,
    /// Cluster that holds it.
    pub cluster: String,
    /// `stage`, `final`, `rollback`, `state` or `conversion`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `direct` or `velero`: how volumes travel.
    pub volume_path: Option<String>,
    /// Outcome.
    pub outcome: Outcome,
    /// Reports success, but the data says otherwise.
    pub contradicted: bool,
    /// A later run of the same plan and type that succeeded.
    pub superseded_by: Option<String>,
    /// The application is still quiesced.
    pub source_down: bool,
    /// The phase that failed or is waiting.
    pub phase: Option<String>,
    /// The pipeline step of that phase.
    pub step: Option<String>,
    /// Since when it has been in that phase.
    pub phase_since: Option<String>,
    /// Start.
    pub started: Option<String>,
    /// End.
    pub ended: Option<String>,
    /// Pipeline.
    pub pipeline: Vec<PipelineStep>,
    /// Volumes.
    pub volumes: Vec<Volume>,
    /// The deepest object that blocks it.
    pub look_at: Option<Target>,
    /// Finding ids, best first.
    pub root_causes: Vec<String>,
    /// All findings of this run.
    pub findings: Vec<String>,
    /// From the outcome down to the root, or to where evidence ends.
    pub chain: Vec<Link>,
    /// Commands that would settle it, when undecided.
    pub collect: Vec<String>,
}

/// A migration a finding belongs to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct MigrationRef {
    /// UID.
    pub id: String,
    /// Name.
    pub name: String,
    /// `root`, `symptom` or `related`.
    pub relation: String,
}

/// One thing a rule says about this case.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    /// `F1`, `F2`, …, stable on the same input.
    pub id: String,
    /// The same finding in the next gather of this case.
    pub fingerprint: String,
    /// The same cause at another customer.
    pub signature: String,
    /// The rule.
    pub rule: String,
    /// Digest of the rule's file.
    pub rule_digest: String,
    /// Role.
    pub role: RuleRole,
    /// Severity.
    pub severity: Severity,
    /// Confidence.
    pub confidence: Confidence,
    /// Title of the rule.
    pub title: String,
    /// What holds here, with the names of this case.
    pub message: String,
    /// Root of at least one migration, or stands alone on a green run.
    pub root_cause: bool,
    /// Findings that this one explains.
    pub explains: Vec<String>,
    /// Migrations it belongs to.
    pub migrations: Vec<MigrationRef>,
    /// Plan of the first of them.
    pub plan: Option<String>,
    /// What it is about.
    pub subject: Option<Target>,
    /// Where to look.
    pub look_at: Option<Target>,
    /// How many instances.
    pub count: u64,
    /// Samples of them.
    pub instances: Vec<Target>,
    /// First time seen.
    pub first: Option<String>,
    /// Last time seen.
    pub last: Option<String>,
    /// Proof; the first is primary.
    pub evidence: Vec<Evidence>,
    /// What to do.
    pub remediation: String,
    /// Further reading.
    pub links: Vec<String>,
}

/// Something that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct GapReport {
    /// Which input.
    pub input: u32,
    /// The file.
    pub path: String,
    /// The kind of damage.
    pub reason: String,
    /// In words.
    pub detail: String,
}

impl Report {
    /// The worst severity among findings of runs that still count.
    pub fn worst(&self) -> Option<Severity> {
        self.findings.iter().filter(|finding| !self.only_superseded(finding)).map(|finding| finding.severity).max()
    }

    /// Whether every migration of a finding was later repeated with success.
    pub fn only_superseded(&self, finding: &Finding) -> bool {
        !finding.migrations.is_empty()
            && finding.migrations.iter().all(|of| self.migration(&of.id).is_some_and(|migration| migration.superseded_by.is_some()))
    }

    /// Migration by UID.
    pub fn migration(&self, id: &str) -> Option<&Migration> {
        self.migrations.iter().find(|migration| migration.id == id)
    }

    /// Finding by id.
    pub fn finding(&self, id: &str) -> Option<&Finding> {
        self.findings.iter().find(|finding| finding.id == id)
    }
}
