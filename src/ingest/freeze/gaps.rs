use std::sync::Arc;

use crate::archive::{ArchiveGap, GapKind};
use crate::ingest::kube_yaml::Problem;
use crate::layout::{Note, NoteKind};
use crate::model::{EntryPath, Gap, GapReason};

/// Damage of the container as gaps of the report.
pub(super) fn of_archive(input: u32, gaps: &[ArchiveGap]) -> Vec<Gap> {
    let reason = |kind: GapKind| match kind {
        GapKind::Truncated => GapReason::Truncated,
        GapKind::Corrupt => GapReason::Unparsable,
        GapKind::Limit | GapKind::LongLine => GapReason::Limit,
        GapKind::Refused | GapKind::Unsupported | GapKind::Unreadable => GapReason::Unreadable,
    };
    gaps.iter()
        .map(|gap| {
            let mut detail = gap.detail.clone();
            if let Some(offset) = gap.offset {
                detail = format!("{detail} at byte {offset}");
            }
            if let Some(after) = &gap.after {
                detail = format!("{detail}, last member {after}");
            }
            Gap { input, path: EntryPath::from(gap.path.as_str()), reason: reason(gap.kind), detail }
        })
        .collect()
}

/// What the layout has to say about an input.
pub(super) fn of_notes(input: u32, notes: Vec<Note>) -> Vec<Gap> {
    let reason = |kind: NoteKind| match kind {
        NoteKind::NotRead => GapReason::NotRead,
        NoteKind::Partial | NoteKind::Missing => GapReason::Truncated,
        NoteKind::Empty => GapReason::Empty,
        NoteKind::Limit => GapReason::Limit,
    };
    notes.into_iter().map(|note| Gap { input, path: EntryPath::from(note.path.as_str()), reason: reason(note.kind), detail: note.text }).collect()
}

/// Problems of manifests as gaps. Throttling notes and NUL tails leave the objects whole and are left out.
pub(super) fn of_manifests(input: u32, problems: &[(Arc<str>, u32, Problem)]) -> Vec<Gap> {
    problems.iter().filter(|(_, _, problem)| !problem.is_benign()).map(|(path, _, problem)| of_manifest(input, path, problem)).collect()
}

fn of_manifest(input: u32, path: &Arc<str>, problem: &Problem) -> Gap {
    let (reason, detail) = match problem {
        Problem::Empty => (GapReason::Empty, "the file holds no bytes".to_owned()),
        Problem::Stderr { text, .. } | Problem::StderrLine { text, .. } => (GapReason::Stderr, first_line(text)),
        Problem::Unparsable { line, reason, .. } => (GapReason::Unparsable, format!("line {line}: {reason}")),
        Problem::Limit { line, reason } => (GapReason::Limit, format!("line {line}: {reason}")),
        Problem::TrailingGarbage { line, .. } => (GapReason::Unparsable, format!("line {line}: tail of an older version of the file")),
        Problem::Truncated { line } => (GapReason::Truncated, format!("the file ends inside an object at line {line}")),
        Problem::NotUtf8 { line } => (GapReason::Unparsable, format!("line {line}: bytes that are not UTF-8 were replaced")),
        Problem::NulTail { line, bytes } => (GapReason::Unparsable, format!("line {line}: {bytes} NUL bytes at the end")),
    };
    Gap { input, path: EntryPath(path.clone()), reason, detail }
}

/// Gaps of one input and one reason that are told one by one. The rest is a number: nobody reads a million of them.
const MOST_ALIKE: usize = 1_000;

/// Leaves out what nobody reads, and says how much that is. Holes in the coverage must have been made before.
pub(super) fn bounded(mut gaps: Vec<Gap>) -> Vec<Gap> {
    gaps.sort_by(|a, b| (a.input, a.reason, &a.path, &a.detail).cmp(&(b.input, b.reason, &b.path, &b.detail)));
    let mut kept = Vec::with_capacity(gaps.len().min(MOST_ALIKE));
    for alike in gaps.chunk_by(|a, b| (a.input, a.reason) == (b.input, b.reason)) {
        kept.extend(alike.iter().take(MOST_ALIKE).cloned());
        if let Some(next) = alike.get(MOST_ALIKE) {
            let detail = format!("{} more gaps of this kind are not listed", alike.len() - MOST_ALIKE);
            kept.push(Gap { input: next.input, path: EntryPath::from(""), reason: next.reason, detail });
        }
    }
    kept
}

fn first_line(text: &str) -> String {
    text.lines().find(|line| !line.trim().is_empty()).unwrap_or_default().trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_gaps_alike_are_listed_and_the_rest_is_counted() {
        let gap = |input, n: u32| Gap { input, path: EntryPath::from(format!("{n:05}").as_str()), reason: GapReason::Empty, detail: String::new() };
        let all: Vec<Gap> = (0..1_500).rev().map(|n| gap(0, n)).chain([gap(1, 7)]).collect();
        let kept = bounded(all);
        assert_eq!(kept.len(), 1_002);
        assert_eq!(kept[0].path.as_str(), "00000");
        assert!(kept[1_000].detail.starts_with("500 more"), "{:?}", kept[1_000]);
        assert_eq!(kept[1_001], gap(1, 7));
    }
}
