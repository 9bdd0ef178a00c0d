//! A directory as an input: its files in the order of their paths, links never followed.

use std::fs::{File, Metadata};
use std::path::Path;
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;

use super::container::Input;
use super::gap::{ArchiveGap, GapKind};
use super::path;
use super::walker::{Meta, Walker};

/// Walks the files below `root`.
pub(super) fn walk(walker: &mut Walker<'_>, root: &Path) {
    let budget = walker.budget();
    let mut buffer = Vec::new();
    let mut name = String::new();
    // Sorting by component is what `pack` does too, so that a folder and its archive give the same parts.
    for entry in WalkDir::new(root).follow_links(false).min_depth(1).sort_by_file_name() {
        if !walker.next_entry() {
            return;
        }
        let entry = match entry {
            Ok(entry) => entry,
            Err(error) => {
                let place = error.path().map_or_else(String::new, |path| relative(root, path));
                let why = error.io_error().map_or_else(|| "a loop of links".to_owned(), ToString::to_string);
                walker.gap(ArchiveGap::new(GapKind::Unreadable, &place, format!("cannot be read: {why}")));
                continue;
            }
        };
        let kind = entry.file_type();
        if kind.is_dir() {
            walker.count_directory();
            continue;
        }
        if !kind.is_file() {
            walker.count_ignored();
            continue;
        }
        name.clear();
        let shown = relative(root, entry.path());
        if let Err(why) = path::normalise(shown.as_bytes(), &mut name) {
            walker.gap(ArchiveGap::new(GapKind::Refused, "", format!("file `{shown}` was left out: {why}")));
            continue;
        }
        let opened = File::open(entry.path()).and_then(|file| file.metadata().map(|metadata| (file, metadata)));
        match opened {
            Ok((file, metadata)) => {
                let meta = Meta { size: Some(metadata.len()), mtime: mtime(&metadata) };
                let mut input = Input::new(budget.counted(file), std::mem::take(&mut buffer), false).with_length(metadata.len());
                walker.add_input_bytes(metadata.len());
                walker.member(&name, meta, &mut input, 0);
                buffer = input.into_buffer();
            }
            Err(error) => {
                walker.gap(ArchiveGap::new(GapKind::Unreadable, &name, format!("cannot be read: {error}")));
            }
        }
    }
}

/// On Unix a `\` is part of a name, and `normalise` would take it for a separator; both mean the same file to a reader
/// of a gather, which has no such names unless it was repacked on Windows.
fn relative(root: &Path, path: &Path) -> String {
    path.strip_prefix(root).unwrap_or(path).to_string_lossy().into_owned()
}

fn mtime(metadata: &Metadata) -> Option<i64> {
    let since = metadata.modified().ok()?.duration_since(UNIX_EPOCH).ok()?;
    i64::try_from(since.as_secs()).ok()
}
