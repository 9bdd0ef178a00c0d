//! Whether bytes still move, from the copies that one gather made of an object.

use std::fmt;

use crate::graph::tape::{Shape, Value};
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Span, Timestamp};

/// An answer that may be missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub enum Answer {
    /// Shown by the data.
    Yes,
    /// Refuted by the data.
    No,
    /// The data do not tell.
    #[default]
    Unknown,
}

impl Answer {
    /// The word that rules see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unknown => "unknown",
        }
    }

    /// Yes or no.
    pub fn of(holds: bool) -> Self {
        if holds { Self::Yes } else { Self::No }
    }

    /// One moving part is enough for yes; no needs every part to stand still.
    pub(super) fn any(parts: impl IntoIterator<Item = Self>) -> Self {
        let mut all = None;
        for part in parts {
            match part {
                Self::Yes => return Self::Yes,
                other => all = Some(if all.is_none_or(|before| before == other) { other } else { Self::Unknown }),
            }
        }
        all.unwrap_or(Self::Unknown)
    }
}

impl fmt::Display for Answer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Two copies closer than this say nothing: Velero itself reports only every ten seconds.
const APART: Span = Span::from_secs(30);

/// Phases of a volume job in which nobody works on it yet.
pub(super) const NOT_STARTED: &[&str] = &["", "New", "Accepted", "Prepared"];

/// Phases of Velero objects that are over.
pub(super) const DONE: &[&str] = &["Completed", "Failed", "PartiallyFailed", "FailedValidation", "Canceled"];

/// Phase of a Velero object; an empty phase is the oldest way to say `New`.
pub(super) fn phase(object: &Object) -> String {
    object.text("status.phase").unwrap_or_default().into_owned()
}

/// Whether a `PodVolumeBackup` or `PodVolumeRestore` moves.
pub(super) fn volume_job(object: &Object) -> Answer {
    let phase = phase(object);
    if NOT_STARTED.contains(&&*phase) || DONE.contains(&&*phase) {
        return Answer::No;
    }
    compare(object, &["status.progress.bytesDone"])
}

/// Whether a `DirectVolumeMigrationProgress` moves.
pub(super) fn transfer(object: &Object) -> Answer {
    if matches!(&*phase(object), "Succeeded" | "Failed") {
        return Answer::No;
    }
    compare(object, &["status.totalProgressPercentage", "status.lastObservedProgressPercent"])
}

/// Whether any of a run's own progress lines changed between two copies.
pub(super) fn pipeline(object: &Object) -> Answer {
    compare(object, &["status.pipeline", "status.phase"])
}

/// Whether a run moves: by the volume jobs of its phase, else by its own pipeline.
pub(super) fn of_run(graph: &Graph, run: ObjectId, phase: Option<&str>) -> Answer {
    let jobs: Vec<_> = match phase {
        Some("StageBackupCreated" | "EnsureStageBackup") => unfinished(graph, run, "backups", "volume-backups"),
        Some("StageRestoreCreated" | "EnsureStageRestore") => unfinished(graph, run, "restores", "volume-restores"),
        Some(phase) if phase.starts_with("WaitForDirectVolumeMigration") => unfinished(graph, run, "volume-migration", "volume-progress"),
        _ => Vec::new(),
    };
    let parts = jobs.iter().map(|&id| match graph.object(id).kind() {
        "DirectVolumeMigrationProgress" => transfer(graph.object(id)),
        _ => volume_job(graph.object(id)),
    });
    let jobs = Answer::any(parts);
    if jobs == Answer::Unknown { Answer::any([pipeline(graph.object(run))]) } else { jobs }
}

fn unfinished(graph: &Graph, run: ObjectId, parents: &str, children: &str) -> Vec<ObjectId> {
    let parents = graph.related(run, parents).targets;
    let mut found: Vec<_> = parents.iter().flat_map(|&parent| graph.related(parent, children).targets).collect();
    found.retain(|&id| {
        let phase = phase(graph.object(id));
        !DONE.contains(&&*phase) && phase != "Succeeded"
    });
    found.sort_unstable();
    found.dedup();
    found
}

/// Compares the current body with every older copy.
fn compare(object: &Object, paths: &[&str]) -> Answer {
    let Some(body) = &object.body else { return Answer::Unknown };
    let now = body.root();
    let mut answer = Answer::Unknown;
    for earlier in object.earlier.iter().filter_map(|copy| copy.body.as_ref()) {
        let before = earlier.root();
        if paths.iter().any(|path| moved(before.path(path), now.path(path))) {
            return Answer::Yes;
        }
        let far_apart = match (newest(before), newest(now)) {
            (Some(first), Some(last)) => last.since(first) >= APART,
            _ => false,
        };
        if far_apart {
            answer = Answer::No;
        }
    }
    answer
}

/// A number must have grown (a retry that starts from zero is no progress); anything else must differ.
fn moved(before: Option<Value<'_>>, now: Option<Value<'_>>) -> bool {
    let Some(now) = now else { return false };
    let Some(before) = before else { return now.as_i64().is_some_and(|bytes| bytes > 0) };
    if let (Some(before), Some(now)) = (number(before), number(now)) {
        return now > before;
    }
    before.to_json() != now.to_json()
}

fn number(value: Value<'_>) -> Option<f64> {
    value.as_f64().or_else(|| value.text()?.trim_end_matches('%').parse().ok())
}

/// The latest moment that a copy speaks of: it cannot be older than this.
fn newest(value: Value<'_>) -> Option<Timestamp> {
    match value.shape() {
        Shape::Map => value.entries().filter_map(|(_, child)| newest(child)).max(),
        Shape::Seq => value.items().filter_map(newest).max(),
        Shape::Scalar => Timestamp::parse(&value.text()?),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::{Case, object};
    use serde_json::json;

    fn job(bytes: u64, at: &str) -> serde_json::Value {
        json!({"kind": "PodVolumeRestore", "metadata": {"name": "r-x", "namespace": "openshift-migration", "uid": "u", "annotations": {"seen": at}},
               "status": {"phase": "InProgress", "progress": {"bytesDone": bytes, "totalBytes": 100}}})
    }

    fn judged(copies: &[(u64, &str)]) -> Answer {
        let mut case = Case::new(1);
        for (version, (bytes, at)) in (1_u64..).zip(copies) {
            let mut copy = object(0, &job(*bytes, at));
            copy.resource_version = version;
            case.builder.objects.push(copy);
        }
        let graph = case.freeze();
        assert_eq!(graph.objects.len(), 1);
        volume_job(&graph.objects[0])
    }

    #[test]
    fn grown_bytes_are_progress() {
        assert_eq!(judged(&[(1, "2026-02-03T10:00:00Z"), (2, "2026-02-03T10:00:01Z")]), Answer::Yes);
    }

    #[test]
    fn equal_bytes_half_a_minute_apart_are_no_progress() {
        assert_eq!(judged(&[(1, "2026-02-03T10:00:00Z"), (1, "2026-02-03T10:00:30Z")]), Answer::No);
    }

    #[test]
    fn one_copy_or_two_close_ones_say_nothing() {
        assert_eq!(judged(&[(1, "2026-02-03T10:00:00Z")]), Answer::Unknown);
        assert_eq!(judged(&[(1, "2026-02-03T10:00:00Z"), (1, "2026-02-03T10:00:29Z")]), Answer::Unknown);
    }

    #[test]
    fn one_moving_part_moves_the_whole() {
        assert_eq!(Answer::any([Answer::No, Answer::Yes]), Answer::Yes);
        assert_eq!(Answer::any([Answer::No, Answer::Unknown]), Answer::Unknown);
        assert_eq!(Answer::any([Answer::No, Answer::No]), Answer::No);
        assert_eq!(Answer::any([]), Answer::Unknown);
    }
}
