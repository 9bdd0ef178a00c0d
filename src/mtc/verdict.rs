//! How a run stands, read from its conditions.
//!
//! `status.phase` is of no use for this: a finished run says `Completed` there, also when it failed or was canceled.

use std::borrow::Cow;
use std::fmt;

use super::phases;
use crate::graph::Object;
use crate::graph::tape::Value;
use crate::model::Timestamp;

/// How a run stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Verdict {
    /// It says it succeeded.
    Succeeded,
    /// It says it succeeded, with warnings.
    Warned,
    /// It failed.
    Failed,
    /// Somebody canceled it.
    Canceled,
    /// It is under way, stuck or not.
    Running,
    /// A condition keeps it from running at all.
    Blocked,
    /// It is queued behind another run, or was only just created.
    Waiting,
    /// Its status contradicts itself or was not gathered.
    Unknown,
}

impl Verdict {
    /// The word that rules see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Succeeded => "succeeded",
            Self::Warned => "warned",
            Self::Failed => "failed",
            Self::Canceled => "canceled",
            Self::Running => "running",
            Self::Blocked => "blocked",
            Self::Waiting => "waiting",
            Self::Unknown => "unknown",
        }
    }

    /// It will not change any more.
    pub fn is_final(self) -> bool {
        matches!(self, Self::Succeeded | Self::Warned | Self::Failed | Self::Canceled)
    }

    /// It did what it should, by its own words.
    pub fn is_green(self) -> bool {
        matches!(self, Self::Succeeded | Self::Warned)
    }
}

impl fmt::Display for Verdict {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A verdict with the condition that gave it.
#[derive(Debug, Clone)]
pub(super) struct Judged {
    pub(super) verdict: Verdict,
    /// The phase that failed or waits.
    pub(super) phase: Option<String>,
    /// When the deciding condition was set.
    pub(super) at: Option<Timestamp>,
    /// The condition that blocks.
    pub(super) blocker: Option<String>,
}

impl Judged {
    fn new(verdict: Verdict, phase: Option<String>, condition: Option<Value<'_>>) -> Self {
        Self { verdict, phase, at: condition.and_then(since), blocker: None }
    }
}

/// Text of an entry of a condition.
pub(super) fn word<'t>(condition: Value<'t>, key: &str) -> Cow<'t, str> {
    condition.get(key).and_then(Value::text).unwrap_or_default()
}

/// When a condition was last set.
pub(super) fn since(condition: Value<'_>) -> Option<Timestamp> {
    Timestamp::parse(&word(condition, "lastTransitionTime"))
}

/// Conditions with status `True`.
pub(super) fn holding(object: &Object) -> impl Iterator<Item = Value<'_>> {
    object.field("status.conditions").into_iter().flat_map(Value::items).filter(|condition| word(*condition, "status") == "True")
}

/// The first condition that keeps an object from being reconciled.
pub(super) fn blocker(object: &Object) -> Option<Value<'_>> {
    holding(object).find(|condition| matches!(&*word(*condition, "category"), "Critical" | "Error"))
}

/// Judges a `MigMigration`, or a `DirectVolumeMigration`, which uses the same conditions.
pub(super) fn judge(object: &Object) -> Judged {
    if object.body.is_none() {
        return Judged::new(Verdict::Unknown, None, None);
    }
    if let Some(failed) = object.true_condition("Failed") {
        let impossible = word(failed, "category") == "Critical" && word(failed, "reason") == "NotSupported";
        if impossible {
            return Judged { blocker: Some("Failed".to_owned()), ..Judged::new(Verdict::Blocked, open_phase(object), Some(failed)) };
        }
        return Judged::new(Verdict::Failed, phase_of(&word(failed, "reason")).or_else(|| failed_step(object)), Some(failed));
    }
    if let Some(canceled) = object.true_condition("Canceled") {
        return Judged::new(Verdict::Canceled, None, Some(canceled));
    }
    if let Some(warned) = object.true_condition("SucceededWithWarnings") {
        return Judged::new(Verdict::Warned, None, Some(warned));
    }
    if let Some(succeeded) = object.true_condition("Succeeded") {
        let reason = word(succeeded, "reason");
        // The first releases wrote `Succeeded` for every end and told the failure in the reason.
        if reason.ends_with("Failed") {
            return Judged::new(Verdict::Failed, phase_of(&reason), Some(succeeded));
        }
        return Judged::new(Verdict::Succeeded, None, Some(succeeded));
    }
    unfinished(object)
}

fn unfinished(object: &Object) -> Judged {
    let running = object.true_condition("Running");
    let blocker = blocker(object);
    match (running, blocker) {
        (None, Some(blocker)) => {
            let name = word(blocker, "type").into_owned();
            let verdict = if name == "Postponed" { Verdict::Waiting } else { Verdict::Blocked };
            Judged { blocker: Some(name), ..Judged::new(verdict, open_phase(object), Some(blocker)) }
        }
        (Some(running), _) => {
            let phase = phase_of(&word(running, "reason")).or_else(|| open_phase(object));
            Judged::new(Verdict::Running, phase, Some(running))
        }
        (None, None) => match object.text("status.phase").as_deref() {
            Some("Completed") => Judged::new(Verdict::Unknown, None, None),
            None | Some("") => Judged { at: object.created, ..Judged::new(Verdict::Waiting, Some("Created".to_owned()), None) },
            Some(_) => Judged::new(Verdict::Running, open_phase(object), None),
        },
    }
}

fn phase_of(reason: &str) -> Option<String> {
    (!reason.is_empty() && reason != "Completed").then(|| phases::canonical(reason).to_owned())
}

fn open_phase(object: &Object) -> Option<String> {
    phase_of(&object.text("status.phase")?)
}

/// Phase of the pipeline step that is marked as failed.
fn failed_step(object: &Object) -> Option<String> {
    let step = object.field("status.pipeline")?.items().find(|step| step.get("failed").and_then(Value::as_bool) == Some(true))?;
    phase_of(&word(step, "phase"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::object;
    use serde_json::{Value as Json, json};

    fn run(status: &Json) -> Judged {
        judge(&object(0, &json!({"kind": "MigMigration", "metadata": {"name": "m"}, "status": status})))
    }

    fn condition(kind: &str, category: &str, reason: &str) -> Json {
        json!({"type": kind, "status": "True", "category": category, "reason": reason, "lastTransitionTime": "2026-02-03T10:00:00Z"})
    }

    #[test]
    fn conditions_decide_and_the_phase_does_not() {
        for (conditions, verdict, phase) in [
            (vec![condition("Failed", "Advisory", "StageRestoreCreated")], Verdict::Failed, Some("StageRestoreCreated")),
            (vec![condition("Failed", "Critical", "NotSupported")], Verdict::Blocked, None),
            (vec![condition("Canceled", "Advisory", "Cancel")], Verdict::Canceled, None),
            (vec![condition("Succeeded", "Advisory", "Completed")], Verdict::Succeeded, None),
            (vec![condition("SucceededWithWarnings", "Advisory", "Completed")], Verdict::Warned, None),
            (vec![condition("Succeeded", "Advisory", "FinalRestoreFailed")], Verdict::Failed, Some("FinalRestoreCreated")),
            (vec![condition("Succeeded", "Advisory", "BackupFailed")], Verdict::Failed, Some("BackupFailed")),
            (vec![], Verdict::Unknown, None),
        ] {
            let judged = run(&json!({"phase": "Completed", "conditions": conditions}));
            assert_eq!((judged.verdict, judged.phase.as_deref()), (verdict, phase), "{conditions:?}");
        }
    }

    #[test]
    fn a_blocker_counts_only_while_nothing_runs() {
        let blocker = condition("PlanNotReady", "Critical", "");
        let running = condition("Running", "Advisory", "StageBackupCreated");
        let judged = run(&json!({"phase": "StageBackupCreated", "conditions": [blocker]}));
        assert_eq!((judged.verdict, judged.blocker.as_deref()), (Verdict::Blocked, Some("PlanNotReady")));
        let judged = run(&json!({"phase": "StageBackupCreated", "conditions": [blocker, running]}));
        assert_eq!((judged.verdict, judged.phase.as_deref()), (Verdict::Running, Some("StageBackupCreated")));
    }

    #[test]
    fn a_queued_run_and_a_new_one_wait() {
        assert_eq!(run(&json!({"conditions": [condition("Postponed", "Critical", "")]})).verdict, Verdict::Waiting);
        assert_eq!(run(&json!({})).verdict, Verdict::Waiting);
    }

    #[test]
    fn a_condition_with_status_false_does_not_hold() {
        let failed = json!({"type": "Failed", "status": "False", "reason": "StageBackupCreated"});
        assert_eq!(run(&json!({"phase": "StageBackupCreated", "conditions": [failed]})).verdict, Verdict::Running);
    }
}
