//! Why an input cannot be read at all.

use std::io::ErrorKind;
use std::path::Path;

use miette::Diagnostic;
use thiserror::Error;

use super::magic::{self, Foreign};

/// Why there is nothing to analyse. What is only partly readable is an [`super::ArchiveGap`] instead.
#[derive(Debug, Error, Diagnostic)]
pub enum ArchiveError {
    /// The user's: a name that does not exist.
    #[error("there is no file or directory `{path}`")]
    #[diagnostic(code(archive::missing))]
    Missing {
        /// The path as given.
        path: String,
        /// A file of a similar name beside it, or what to look at.
        #[help]
        help: String,
    },
    /// The user's: permissions.
    #[error("`{path}` may not be read")]
    #[diagnostic(code(archive::denied), help("make it readable for you (`chmod u+r`), or run as the user who owns it"))]
    Denied {
        /// The path as given.
        path: String,
    },
    /// The machine's: a failing disk, a directory that vanished.
    #[error("`{path}` cannot be read: {why}")]
    #[diagnostic(code(archive::unreadable), help("check the disk or the share, and copy the file again"))]
    Unreadable {
        /// The path as given.
        path: String,
        /// What the operating system said.
        why: String,
    },
    /// The sender's: an upload that never happened.
    #[error("`{path}` is empty")]
    #[diagnostic(code(archive::empty), help("the download or upload was cut off at the first byte: fetch the file again"))]
    Empty {
        /// The path as given.
        path: String,
    },
    /// The user's: a series of pieces without its beginning.
    #[error("the part `{part}` of `{whole}` is missing, and nothing can be read without it")]
    #[diagnostic(code(archive::missing_part), help("give all parts together, or the directory that they lie in"))]
    MissingPart {
        /// The file that was cut.
        whole: String,
        /// The piece.
        part: String,
    },
    /// The user's: some other file.
    #[error("`{path}` is no archive: it looks like {looks}")]
    #[diagnostic(
        code(archive::not_an_archive),
        help(
            "give a .tar, .tar.gz, .tar.xz, .tar.zst, .tar.bz2 or .zip with what `oc adm must-gather` wrote, a single compressed file, or a directory; for loose files, give the directory they are in"
        )
    )]
    NotAnArchive {
        /// The path as given.
        path: String,
        /// What its first bytes look like.
        looks: &'static str,
    },
    /// Ours: a format without a reader.
    #[error("`{path}` is {format}, which is not read")]
    #[diagnostic(code(archive::unsupported))]
    Unsupported {
        /// The path as given.
        path: String,
        /// The format, with its article.
        format: &'static str,
        /// The command that unpacks it.
        #[help]
        help: String,
    },
    /// The user's: a path that is not in the input.
    #[error("there is no file `{path}` in the input")]
    #[diagnostic(code(archive::no_entry))]
    NoEntry {
        /// The path as asked for.
        path: String,
        /// A path of the same file name, when there is one.
        #[help]
        help: Option<String>,
    },
    /// The user's: a suffix of several paths.
    #[error("`{path}` is the end of several paths in the input")]
    #[diagnostic(code(archive::ambiguous))]
    Ambiguous {
        /// The path as asked for.
        path: String,
        /// Some of the paths.
        #[help]
        help: String,
    },
    /// Ours: a bug in the code that works on the parts.
    #[error("a worker failed on the content of the input: {message}")]
    #[diagnostic(code(archive::worker), help("this is a bug in mig-analyze, not in the archive; please report it"))]
    Worker {
        /// What the panic said.
        message: String,
    },
}

/// The error for a path that could not be opened.
pub(super) fn opening(path: &Path, error: &std::io::Error) -> ArchiveError {
    let shown = path.to_string_lossy().into_owned();
    match error.kind() {
        // A path through a file (`a.tar.gz/x`) is as missing as any other.
        ErrorKind::NotFound | ErrorKind::NotADirectory => {
            ArchiveError::Missing { path: shown, help: similar(path).map_or_else(|| GIVE.to_owned(), |name| format!("did you mean `{name}`?")) }
        }
        ErrorKind::PermissionDenied => ArchiveError::Denied { path: shown },
        _ => ArchiveError::Unreadable { path: shown, why: error.to_string() },
    }
}

/// The error for a file that is no container.
pub(super) fn not_an_archive(path: &str, head: &[u8]) -> ArchiveError {
    ArchiveError::NotAnArchive { path: path.to_owned(), looks: magic::looks_like(head) }
}

/// The error for a container without a reader.
pub(super) fn foreign(path: &str, foreign: Foreign) -> ArchiveError {
    let (format, command) = foreign.describe();
    let help = format!("unpack it first with `{command}` and give the result");
    ArchiveError::Unsupported { path: path.to_owned(), format, help }
}

/// What to do about a name that is like no other.
const GIVE: &str = "check the path: give the archive as it was attached, or the directory it was unpacked to";

/// The name in the same directory that is nearest to the missing one.
fn similar(path: &Path) -> Option<String> {
    let wanted = path.file_name()?.to_string_lossy().into_owned();
    let directory = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let names = std::fs::read_dir(directory).ok()?.take(10_000).flatten();
    let mut best: Option<(usize, String)> = None;
    for name in names.map(|entry| entry.file_name().to_string_lossy().into_owned()) {
        let (asked, there) = (wanted.to_lowercase(), name.to_lowercase());
        let grown = there.starts_with(&asked) || asked.starts_with(&there);
        let distance = if grown { 1 } else { distance(&asked, &there) };
        if distance > (wanted.chars().count() / 4).max(2) {
            continue;
        }
        // Names of equal distance are taken in their own order, since that of the directory is arbitrary.
        if best.as_ref().is_none_or(|(d, n)| (distance, &name) < (*d, n)) {
            best = Some((distance, name));
        }
    }
    let (_, name) = best?;
    Some(path.with_file_name(name).to_string_lossy().into_owned())
}

/// Insertions, deletions and replacements that lead from one name to the other.
fn distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.chars().enumerate() {
        let mut diagonal = i;
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(x != *y);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(diagonal + 1).min(row[j] + 1);
        }
    }
    row.last().copied().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distance_counts_edits() {
        assert_eq!(distance("must-gather", "must-gather"), 0);
        assert_eq!(distance("must-gather", "mustgather"), 1);
        assert_eq!(distance("abc", ""), 3);
    }

    #[test]
    fn a_missing_file_names_the_one_beside_it() {
        let directory = tempfile::tempdir().unwrap();
        std::fs::write(directory.path().join("must-gather.tar.gz"), b"x").unwrap();
        std::fs::write(directory.path().join("unrelated"), b"x").unwrap();
        for asked in ["must-gather.tar", "Must-Gather.tar.gz", "mustgather.tar.gz", "must-gather.tar.gz.part"] {
            let nearest = similar(&directory.path().join(asked)).unwrap();
            assert!(nearest.ends_with("must-gather.tar.gz"), "{asked}");
        }
        assert_eq!(similar(&directory.path().join("quite-another-thing.zip")), None);
    }
}
