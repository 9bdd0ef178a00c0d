//! What a report is made of: plain structs that outputs print and other programs read.
//!
//! May import `model` alone. Everything a customer's archive said passes through [`redact`] where it becomes [`Evidence`], so
//! that no output has to remember to. Read [`Report`] first; its serialised form is the documented JSON report.

mod evidence;
mod kinds;
pub mod redact;
mod report;
mod sample;
pub mod see;
pub mod view;

pub use evidence::Evidence;
pub use kinds::{Confidence, Outcome, RuleRole, RuleState, Severity};
pub use report::{
    Checked, ClusterReport, CoverageReport, Finding, GapReport, IdentityReport, InputReport, Link, Migration, MigrationRef, PipelineStep, Report,
    RuleInfo, Suppressed, Target, Tool, Unexplained, Volume,
};
pub use sample::sample;
