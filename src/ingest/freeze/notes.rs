use std::sync::Arc;

use super::InputRead;
use crate::archive::{ArchiveGap, Walked};
use crate::layout::{self, Gather, Note};

/// What the paths of an input tell beside its gathers: what was recognised and not read, what is missing, what was left.
pub fn notes(input: &InputRead) -> Vec<Note> {
    of(&input.paths, &input.walked, &input.gaps, &input.gathers)
}

pub(super) fn of(paths: &[Arc<str>], walked: &Walked, gaps: &[ArchiveGap], gathers: &[Gather]) -> Vec<Note> {
    let paths = || paths.iter().map(|path| &**path);
    let mut notes: Vec<Note> = gathers.iter().flat_map(|gather| gather.notes.clone()).collect();
    // An archive that is damaged says so itself, and proves nothing by what it does not hold. Nor is one empty whose files have a
    // password or a name that climbs.
    let inside = |path: &str, of: &str| of.is_empty() || path.strip_prefix(of).is_some_and(|rest| rest.is_empty() || rest.starts_with("!/"));
    let whole = |path: &str| gaps.iter().all(|gap| !inside(&gap.path, path));
    let archives = walked.containers.iter().filter(|container| container.format.starts_with("tar") || container.format == "zip");
    notes.extend(layout::empty(archives.map(|archive| archive.path.as_str()).filter(|path| whole(path)), paths()));
    notes.extend(layout::left(paths(), gathers));
    notes
}
