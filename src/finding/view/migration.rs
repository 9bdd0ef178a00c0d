use serde::Serialize;

use super::ClusterLine;
use crate::finding::{Link, Outcome, Target};

/// One run in full.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MigrationView {
    /// Version of this format.
    pub schema: u32,
    /// Clusters that the view refers to.
    pub clusters: Vec<ClusterLine>,
    /// Name.
    pub name: String,
    /// Namespace.
    pub namespace: String,
    /// UID.
    pub id: String,
    /// Plan.
    pub plan: Option<String>,
    /// Cluster that holds it.
    pub cluster: String,
    /// `stage`, `final`, `rollback`, `state` or `conversion`.
    #[serde(rename = "type")]
    pub kind: String,
    /// How it stands.
    pub outcome: Outcome,
    /// Itinerary, as its status tells.
    pub itinerary: Option<String>,
    /// `direct` or `velero`.
    pub volume_path: Option<String>,
    /// Start.
    pub started: Option<String>,
    /// End.
    pub ended: Option<String>,
    /// How long it took, or takes until the end of the gather.
    pub duration: Option<String>,
    /// The phase that failed or waits.
    pub phase: Option<String>,
    /// What that phase waits for, in words.
    pub waits_for: Option<String>,
    /// Since when.
    pub phase_since: Option<String>,
    /// How long such a phase may last.
    pub phase_limit: Option<String>,
    /// The deepest object that blocks it.
    pub look_at: Option<Target>,
    /// The application is stopped.
    pub source_down: bool,
    /// A later run that succeeded.
    pub superseded_by: Option<String>,
    /// Steps with their phases.
    pub steps: Vec<StepView>,
    /// Volumes.
    pub volumes: Vec<VolumeView>,
    /// Image streams of a direct image migration.
    pub images: Vec<ImageView>,
    /// Warnings and errors among its conditions and its plan's.
    pub warnings: Vec<String>,
    /// `status.errors`.
    pub errors: Vec<String>,
    /// Jobs of hooks and how they stand.
    pub hooks: Vec<String>,
    /// Roots, best first, each with its finding, confidence and message.
    pub roots: Vec<String>,
    /// From the outcome to the root.
    pub chain: Vec<Link>,
    /// The chain in words.
    pub because: Vec<String>,
    /// Commands that would settle what is open.
    pub collect: Vec<String>,
    /// Commands that show the proof of each root, and the object to look at.
    pub see: Vec<String>,
    /// What is missing, said aloud.
    pub notes: Vec<String>,
}

/// One step of the pipeline.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct StepView {
    /// Name.
    pub step: String,
    /// Start.
    pub started: Option<String>,
    /// How long.
    pub duration: Option<String>,
    /// `completed`, `failed`, `skipped`, `running` or `pending`.
    pub state: String,
    /// Who tells it: `pipeline`, or `inferred` from the phases of the log.
    pub from: String,
    /// Phases, as far as the controller's log tells.
    pub phases: Vec<PhaseView>,
}

/// One phase.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct PhaseView {
    /// Name.
    pub phase: String,
    /// Start.
    pub started: Option<String>,
    /// How long.
    pub duration: Option<String>,
    /// `completed`, `failed` or `running`.
    pub state: String,
    /// Where the times come from: `log`, `condition`, or `inferred` from what came before and after.
    pub from: String,
}

/// One volume.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VolumeView {
    /// Namespace on the source.
    pub namespace: String,
    /// Claim on the source.
    pub pvc: String,
    /// Claim on the target.
    pub target: String,
    /// What the plan does with it: `copy`, `move` or `skip`.
    pub action: Option<String>,
    /// How the plan copies it: `filesystem`, `snapshot` or `block`.
    pub copy_method: Option<String>,
    /// Storage class that the plan chose on the target.
    pub storage_class: Option<String>,
    /// How it is copied in this run: `direct`, or what the plan says.
    pub method: String,
    /// How the copy stands.
    pub state: String,
    /// Bytes done.
    pub bytes: Option<u64>,
    /// Bytes in all.
    pub total: Option<u64>,
    /// How far the copy is, as rsync says.
    pub percent: Option<String>,
    /// How fast it is or was.
    pub rate: Option<String>,
    /// Attempts of rsync.
    pub attempts: Option<u64>,
    /// How the last rsync ended.
    pub exit_code: Option<i64>,
    /// State of the claim on the target; `None` when it was not gathered.
    pub target_state: Option<String>,
    /// What the object that reports on it says.
    pub message: Option<String>,
    /// Object that reports on it.
    pub object: Option<String>,
    /// Its phase.
    pub object_state: Option<String>,
}

/// One image stream.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct ImageView {
    /// Namespace on the source.
    pub namespace: String,
    /// Name.
    pub name: String,
    /// Namespace on the target.
    pub target: String,
    /// `running`, `completed`, `failed`, `not found` or `deleted on the source`.
    pub state: String,
    /// Phase of the object that copies it.
    pub phase: Option<String>,
    /// Errors.
    pub errors: Vec<String>,
    /// Object that copies it.
    pub object: Option<String>,
}
