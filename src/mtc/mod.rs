//! What the data of the Migration Toolkit for Containers mean: phases, verdicts, roles of clusters, and what a run waits for.
//!
//! May import `graph` and `model` only. Read [`phases`] first: it says, phase by phase, where a run looks for its progress.
//! Then [`migrations`], which judges every run by its conditions, because `status.phase` says `Completed` even of a failure.

mod checks;
mod claims;
mod containers;
mod derive;
mod errors;
mod facts;
mod foreign;
mod gaps;
mod kinds;
mod layers;
mod noise;
mod pods;
mod progress;
mod quiesce;
mod roles;
mod run;
mod transfers;
mod verdict;
mod volumes;
mod waits;

pub mod phases;

#[cfg(test)]
mod story;
#[cfg(test)]
mod testing;

pub use checks::{Check, State, checks};
pub use derive::{Derived, derive};
pub use errors::{ErrorText, EventError, error_kinds, errors, event_errors, families};
pub use foreign::{is_foreign, is_velero_job};
pub use kinds::{CONTROL_KINDS, VELERO_GROUND, VELERO_JOBS, is_run_kind};
pub use layers::layers;
pub use noise::{NOISE, Noise, noise};
pub use phases::{PhaseInfo, info};
pub use pods::{PodRole, pod_role};
pub use progress::Answer;
pub use roles::roles;
pub use run::{Run, RunKind, Step, StepState, migrations};
pub use verdict::Verdict;
pub use volumes::{Volume, VolumeState};
pub use waits::{Waits, look_at, waits_for};
