//! What no flavour wanted: said in one note, so that nobody takes silence for a look.

use std::collections::BTreeSet;

use rayon::prelude::*;

use super::identity::uncompressed;
use super::loose::is_companion;
use super::{Gather, LAYOUTS, Note, NoteKind, Shape, shape};

/// Names that the note shows.
const SHOWN: usize = 3;

/// A note about the files of an input that belong to nothing recognised; `None` when there are none.
pub fn left<'p>(paths: impl IntoIterator<Item = &'p str>, gathers: &[Gather]) -> Option<Note> {
    let paths: Vec<&str> = paths.into_iter().collect();
    // An archive is no file of its own: what it holds is among the paths too.
    let archives: BTreeSet<&str> = archives_of(&paths).collect();
    let mut unknown: Vec<&str> = paths.par_iter().copied().filter(|path| !archives.contains(path) && !is_known(path, gathers)).collect();
    // The first by name, whatever the order in which they came.
    unknown.sort_unstable();
    // Nor is a compressed file that was read under the name that its content gave it.
    let stem = |path: &&'p str| [".yaml", ".log"].iter().find_map(|ending| path.strip_suffix(ending));
    let is_unknown = |path: &&'p str| unknown.binary_search(path).is_ok();
    let named: BTreeSet<&str> = if unknown.is_empty() { BTreeSet::new() } else { paths.par_iter().filter_map(stem).filter(is_unknown).collect() };
    unknown.retain(|path| !named.contains(path));
    let count = unknown.len();
    let mut shown = unknown;
    shown.dedup();
    shown.truncate(SHOWN);
    let such = if count > shown.len() { "such as " } else { "" };
    let (files, were) = if count == 1 { ("file belongs", "was") } else { ("files belong", "were") };
    let text = format!("{count} {files} to no gather that was recognised and {were} not read: {such}{}", shown.join(", "));
    (count > 0).then_some(Note { path: String::new(), kind: NoteKind::NotRead, text })
}

/// Notes about archives without a file of a cluster, given the archives that were opened to their end. The scripts of MTC and OADP write
/// one when they find nothing that they were made for, perhaps with some metrics, and call it a success.
pub fn empty<'p>(archives: impl IntoIterator<Item = &'p str>, paths: impl IntoIterator<Item = &'p str>) -> Vec<Note> {
    let text = "holds no file of a cluster: a gather of MTC looks so when it finds no MigrationController, one of OADP when it finds no \
        DataProtectionApplication. MTC or OADP is not installed where it ran, or the gather was not allowed to see it";
    // A dump of metrics alone is told of as what it is.
    let of_metrics = |path: &str| (path.contains("/metrics/") && !path.ends_with("/prom_data.tar.gz")) || path.contains("/memory-profiles/");
    let paths: Vec<&str> = paths.into_iter().filter(|path| !of_metrics(path)).collect();
    let mut filled: BTreeSet<&str> =
        archives_of(&paths).flat_map(|archive| archive.match_indices("!/").map(|(at, _)| &archive[..at]).chain([archive])).collect();
    filled.extend(paths.first().map(|_| ""));
    archives
        .into_iter()
        .filter(|archive| !filled.contains(archive))
        .map(|archive| Note { path: archive.to_owned(), kind: NoteKind::Empty, text: text.to_owned() })
        .collect()
}

/// The archives that hold these paths. Paths of one archive mostly stand together, so that few are named twice.
fn archives_of<'p>(paths: &[&'p str]) -> impl Iterator<Item = &'p str> {
    let mut last = None;
    paths.iter().filter_map(move |path| {
        let archive = path.rfind("!/").map(|at| &path[..at])?;
        (last.replace(archive) != Some(archive)).then_some(archive)
    })
}

fn is_known(path: &str, gathers: &[Gather]) -> bool {
    let path = uncompressed(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    // An archive without a file, or one that could not be opened, is told of elsewhere.
    if name == "must-gather.tar.gz"
        || is_companion(name)
        || LAYOUTS.iter().any(|layout| layout.texts.contains(&name))
        || path.contains("/metrics/")
        || path.contains("/memory-profiles/")
    {
        return true;
    }
    let wanted = !matches!(shape(path), Shape::Ignore | Shape::Closed);
    gathers.iter().any(|gather| {
        let claims = |dir: &String| path.starts_with(dir.as_str());
        match gather.flavour {
            "loose" => wanted && gather.clusters.iter().any(|cluster| claims(&cluster.dir)),
            _ if gather.clusters.is_empty() => claims(&gather.root),
            _ => gather.clusters.iter().map(|cluster| &cluster.dir).chain(&gather.host_dirs).any(claims),
        }
    })
}

#[cfg(test)]
mod tests {
    use super::super::home;
    use super::*;

    fn note(paths: &[&str]) -> Option<String> {
        left(paths.iter().copied(), &home(paths.iter().copied())).map(|note| note.text)
    }

    #[test]
    fn an_archive_without_a_file_is_told_and_one_with_files_is_not() {
        let paths = ["w/must-gather.tar.gz", "w/timestamp", "x.zip!/a.tgz!/b"];
        let notes = empty(["", "w/must-gather.tar.gz", "x.zip", "x.zip!/a.tgz"], paths);
        assert_eq!(notes.iter().map(|note| note.path.as_str()).collect::<Vec<_>>(), ["w/must-gather.tar.gz"]);
        assert_eq!(empty([""], []).len(), 1);
    }

    #[test]
    fn what_was_left_is_counted_and_named() {
        let gather = "mg/clusters/host/namespaces/om/crs/backups.velero.io/b.yaml";
        assert_eq!(note(&[gather, "mg/event-filter.html", "mg/metrics/openshift_monitoring_status", "mg/migplans/x.txt"]), None);
        let text = note(&[gather, "screen.png", "notes.docx", "a/b.bin", "z.exe"]).unwrap();
        assert_eq!(text, "4 files belong to no gather that was recognised and were not read: such as a/b.bin, notes.docx, screen.png");
    }
}
