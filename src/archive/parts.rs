//! An archive that was cut into pieces for the upload: `must-gather.tar.gz.aa`, `.ab`, … as `split` writes them, or `.001`, `.002`, ….
//!
//! The pieces mean nothing one by one, and together they are the file that was cut.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, Read};
use std::iter::Skip;
use std::path::{Path, PathBuf};
use std::vec::IntoIter;

use super::error;
use super::magic::{Magic, SNIFF, sniff};
use super::{ArchiveError, Source};

/// The pieces of one file, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Parts {
    /// The file that was cut, without the endings of its pieces.
    pub whole: PathBuf,
    /// Each piece, or the name of one that is missing while a later one is here.
    pieces: Vec<Piece>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
enum Piece {
    Here(PathBuf),
    Missing(String),
}

/// What the name of a piece says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Name {
    stem: String,
    /// Characters of the ending.
    width: usize,
    letters: bool,
    index: usize,
}

/// The pieces that a series may have: `zz`, and as many of three digits.
const MOST: usize = 1000;

/// The inputs of a command line, each series of pieces among them put together as one, in the place of the first.
pub fn join_parts(paths: &[PathBuf]) -> Vec<(PathBuf, Source)> {
    let mut joined = Vec::with_capacity(paths.len());
    let mut taken: Vec<&PathBuf> = Vec::new();
    for path in paths {
        // Nobody can read standard input twice, and the same input twice is one.
        let again = path.as_os_str() == "-" && joined.iter().any(|(_, source)| matches!(source, Source::Stdin));
        if again || taken.contains(&path) {
            continue;
        }
        let beside: Vec<&PathBuf> = paths.iter().filter(|other| other.parent() == path.parent()).collect();
        match series(path, &beside) {
            Some(parts) => {
                let of = |piece: &Piece| beside.iter().copied().find(|other| *piece == Piece::Here((*other).clone()));
                taken.extend(parts.pieces.iter().filter_map(of));
                joined.push((parts.whole.clone(), Source::Parts(parts)));
            }
            None => joined.push((path.clone(), Source::from(path.clone()))),
        }
    }
    joined
}

/// The series that a file among others belongs to: two pieces at least, the first of which begins an archive, or is missing from what
/// can only be the rest of one.
pub(super) fn series(path: &Path, beside: &[&PathBuf]) -> Option<Parts> {
    let own = name_of(path)?;
    let mut found: BTreeMap<usize, &PathBuf> = BTreeMap::new();
    for other in beside {
        let Some(name) = name_of(other) else { continue };
        if (&name.stem, name.width, name.letters) == (&own.stem, own.width, own.letters) {
            found.insert(name.index, other);
        }
    }
    if found.len() < 2 {
        return None;
    }
    // Series of digits begin with 0 or with 1.
    let base = usize::from(!own.letters && !found.contains_key(&0));
    let whole = own.stem.trim_end_matches(['.', '-', '_']);
    let whole = whole.strip_suffix("part").map_or(whole, |rest| rest.trim_end_matches(['.', '-', '_']));
    let is_archive = |path: &PathBuf| !matches!(sniffed(path), None | Some(Magic::Plain));
    match found.get(&base) {
        Some(first) if !is_archive(first) => return None,
        Some(_) => {}
        None if names_an_archive(whole) => {}
        None => return None,
    }
    // Files that are numbered and are archives each by itself are no pieces of one.
    if found.iter().any(|(index, path)| *index != base && is_archive(path)) {
        return None;
    }
    let last = found.keys().next_back().copied()?;
    let missing = |index: usize| Piece::Missing(format!("{}{}", own.stem, ending(&own, index)));
    let pieces = (base..=last).map(|index| found.get(&index).map_or_else(|| missing(index), |path| Piece::Here((*path).clone()))).collect();
    let whole = if whole.is_empty() { "archive" } else { whole };
    Some(Parts { whole: path.with_file_name(whole), pieces })
}

impl Parts {
    /// The pieces that are here.
    pub(super) fn paths(&self) -> impl Iterator<Item = &PathBuf> {
        self.pieces.iter().filter_map(|piece| match piece {
            Piece::Here(path) => Some(path),
            Piece::Missing(_) => None,
        })
    }

    /// Opens the first piece; without it nothing can be read.
    pub(super) fn open(&self) -> Result<Joined, ArchiveError> {
        match self.pieces.first() {
            Some(Piece::Here(path)) => {
                let file = File::open(path).map_err(|e| error::opening(path, &e))?;
                Ok(Joined { file: Some(file), rest: self.pieces.clone().into_iter().skip(1) })
            }
            Some(Piece::Missing(name)) => Err(ArchiveError::MissingPart { whole: self.whole.to_string_lossy().into_owned(), part: name.clone() }),
            None => Err(ArchiveError::Empty { path: self.whole.to_string_lossy().into_owned() }),
        }
    }
}

/// The bytes of all pieces up to the first that is missing.
#[derive(Debug)]
pub(super) struct Joined {
    file: Option<File>,
    rest: Skip<IntoIter<Piece>>,
}

impl Read for Joined {
    fn read(&mut self, dst: &mut [u8]) -> io::Result<usize> {
        while let Some(file) = &mut self.file {
            let n = file.read(dst)?;
            if n > 0 || dst.is_empty() {
                return Ok(n);
            }
            self.file = match self.rest.next() {
                None => None,
                Some(Piece::Here(path)) => Some(File::open(path)?),
                Some(Piece::Missing(name)) => {
                    self.file = None;
                    return Err(io::Error::other(format!("the part `{name}` is missing; give all parts together")));
                }
            };
        }
        Ok(0)
    }
}

fn sniffed(path: &Path) -> Option<Magic> {
    let mut head = Vec::with_capacity(SNIFF);
    let file = File::open(path).ok()?;
    // A pipe under such a name would wait for ever.
    if !file.metadata().ok()?.is_file() {
        return None;
    }
    file.take(SNIFF as u64).read_to_end(&mut head).ok()?;
    Some(sniff(&head))
}

/// Whether a name is that of an archive; a series without its first piece can only be told by that.
fn names_an_archive(name: &str) -> bool {
    [".tar", ".gz", ".tgz", ".xz", ".zst", ".bz2", ".zip"].iter().any(|ending| name.to_ascii_lowercase().ends_with(ending))
}

/// Splits `must-gather.tar.gz.ab` before its ending, when that is one that `split` makes.
fn name_of(path: &Path) -> Option<Name> {
    let name = path.file_name()?.to_str()?;
    let letters = name.bytes().rev().take_while(u8::is_ascii_lowercase).count();
    let digits = name.bytes().rev().take_while(u8::is_ascii_digit).count();
    let at = |width: usize| name.len().checked_sub(width).and_then(|at| name.split_at_checked(at));
    if digits == 3 {
        let (stem, ending) = at(3)?;
        return stem.ends_with('.').then_some(Name { stem: stem.to_owned(), width: 3, letters: false, index: ending.parse().ok()? });
    }
    // Behind a separator all letters are the ending; `split` without one glues two of them to the name, which is `x` by default.
    let separated = at(letters).filter(|(stem, _)| (2..=3).contains(&letters) && stem.ends_with(['.', '-', '_']));
    let glued = || at(2).filter(|(stem, _)| letters >= 2 && (names_an_archive(stem) || *stem == "x"));
    let (stem, ending) = separated.or_else(glued)?;
    let width = ending.len();
    let index = ending.bytes().fold(0, |sum, byte| sum * 26 + usize::from(byte - b'a'));
    (index < MOST).then(|| Name { stem: stem.to_owned(), width, letters: true, index })
}

/// Whether a name could be that of a piece; the others are not looked at.
pub(super) fn may_be(path: &Path) -> bool {
    name_of(path).is_some()
}

/// The error for a file that can only be a later piece of an archive, by its name and by these first bytes, which are no text.
pub(super) fn without_first(path: &Path, head: &[u8]) -> Option<ArchiveError> {
    let is_text = std::str::from_utf8(head).map_or_else(|error| error.error_len().is_none(), |_| true);
    // The `gz` of `must-gather.tar.gz` looks like an ending of `split` too.
    if is_text || names_an_archive(path.file_name()?.to_str()?) {
        return None;
    }
    let own = name_of(path)?;
    let base = usize::from(!own.letters);
    let stem = own.stem.trim_end_matches(['.', '-', '_']);
    let whole = stem.strip_suffix("part").map_or(stem, |rest| rest.trim_end_matches(['.', '-', '_']));
    let later = own.index > base && names_an_archive(whole);
    let part = format!("{}{}", own.stem, ending(&own, base));
    later.then(|| ArchiveError::MissingPart { whole: path.with_file_name(whole).to_string_lossy().into_owned(), part })
}

/// The ending of a piece.
fn ending(like: &Name, index: usize) -> String {
    if !like.letters {
        return format!("{index:03}");
    }
    let mut letters: Vec<u8> = Vec::new();
    let mut rest = index;
    for _ in 0..like.width {
        letters.push(b'a' + u8::try_from(rest % 26).unwrap_or(0));
        rest /= 26;
    }
    letters.iter().rev().map(|byte| char::from(*byte)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_pieces_are_told_from_others() {
        let parse = |name: &str| name_of(Path::new(name)).map(|name| (name.stem.clone(), name.index, ending(&name, name.index)));
        assert_eq!(parse("mg.tar.gz.aa"), Some(("mg.tar.gz.".into(), 0, "aa".into())));
        assert_eq!(parse("mg.tar.gz.part-bc"), Some(("mg.tar.gz.part-".into(), 28, "bc".into())));
        assert_eq!(parse("mg.tar.gzab"), Some(("mg.tar.gz".into(), 1, "ab".into())));
        assert_eq!(parse("mg.zip.007"), Some(("mg.zip.".into(), 7, "007".into())));
        assert_eq!(parse("xaa"), Some(("x".into(), 0, "aa".into())));
        for other in ["must-gather.yaml", "notes", "a", "", "current.log.20240101", "mg.0", "\u{e9}aa"] {
            assert_eq!(parse(other), None, "{other}");
        }
    }
}
