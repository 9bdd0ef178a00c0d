//! A directory as an input: its files in the order of their paths, links never followed.

use std::collections::BTreeSet;
use std::fs::{File, Metadata};
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use walkdir::WalkDir;

use super::container::Input;
use super::error::ArchiveError;
use super::gap::{ArchiveGap, GapKind};
use super::parts::{self, Parts};
use super::path;
use super::walker::{Meta, Walker};

/// Walks the files below `root`.
pub(super) fn walk(walker: &mut Walker<'_>, root: &Path) {
    let budget = walker.budget();
    let mut buffer = Vec::new();
    let mut name = String::new();
    let mut done: BTreeSet<PathBuf> = BTreeSet::new();
    let mut pieces = Pieces::default();
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
        if done.remove(entry.path()) {
            continue;
        }
        if let Some(parts) = pieces.beside(entry.path()) {
            done.extend(parts.paths().filter(|path| *path != entry.path()).cloned());
            join(walker, root, &parts);
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

/// Files of one directory that are called like pieces of an archive.
#[derive(Default)]
struct Pieces {
    directory: PathBuf,
    paths: Vec<PathBuf>,
}

/// Files of one directory that are looked at together; a directory with more of such names holds something else.
const PIECES: usize = 2000;

impl Pieces {
    /// The pieces of one archive that lie in one directory, this file among them.
    fn beside(&mut self, path: &Path) -> Option<Parts> {
        if !parts::may_be(path) {
            return None;
        }
        let directory = path.parent()?;
        if self.directory != directory || self.paths.is_empty() {
            let entries = std::fs::read_dir(directory).ok()?;
            let files = entries.flatten().filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_file()));
            self.paths = files.map(|entry| entry.path()).filter(|path| parts::may_be(path)).take(PIECES + 1).collect();
            directory.clone_into(&mut self.directory);
        }
        if self.paths.len() > PIECES {
            return None;
        }
        parts::series(path, &self.paths.iter().collect::<Vec<_>>())
    }
}

/// Hands out the file that was cut, under its own name.
fn join(walker: &mut Walker<'_>, root: &Path, parts: &Parts) {
    let mut name = String::new();
    let shown = relative(root, &parts.whole);
    if path::normalise(shown.as_bytes(), &mut name).is_err() {
        name.push_str("archive");
    }
    match parts.open() {
        Ok(joined) => {
            let mut input = Input::new(joined, Vec::new(), false);
            walker.member(&name, Meta { size: None, mtime: None }, &mut input, 0);
            walker.add_input_bytes(parts.paths().filter_map(|path| std::fs::metadata(path).ok()).map(|metadata| metadata.len()).sum());
        }
        Err(ArchiveError::MissingPart { part, .. }) => {
            let detail = format!("cannot be read: the part `{part}` is missing; give all parts together");
            walker.gap(ArchiveGap::new(GapKind::Unreadable, &name, detail));
        }
        Err(error) => walker.gap(ArchiveGap::new(GapKind::Unreadable, &name, error.to_string())),
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
