//! Archives in pieces, on the command line and in a directory.

use std::path::{Path, PathBuf};

use super::*;

/// Pieces of an archive with two logs, in a directory, named by these endings.
fn cut(directory: &Path, stem: &str, endings: &[&str]) -> Vec<PathBuf> {
    let whole = Tar::new().file("must-gather/a.log", log("a", 90_000)).file("must-gather/b.log", log("b", 90_000)).gzip();
    let size = whole.len().div_ceil(endings.len());
    let write = |(ending, bytes): (&&str, &[u8])| {
        let path = directory.join(format!("{stem}{ending}"));
        std::fs::write(&path, bytes).unwrap();
        path
    };
    endings.iter().zip(whole.chunks(size)).map(write).collect()
}

fn see_all(sources: &[(PathBuf, Source)]) -> Vec<(String, Seen)> {
    let name = |path: &PathBuf| path.file_name().unwrap().to_string_lossy().into_owned();
    sources.iter().map(|(path, source)| (name(path), see_with(source, &Limits::default(), &|_| Want::Stream))).collect()
}

fn is_whole(seen: &Seen, prefix: &str) -> bool {
    ["a", "b"].iter().all(|name| seen.files.get(&format!("{prefix}must-gather/{name}.log")) == Some(&log(name, 90_000)))
}

#[test]
fn pieces_that_are_given_together_are_one_archive() {
    for (stem, endings, whole) in [
        ("mg.tar.gz.", ["aa", "ab", "ac"], "mg.tar.gz"),
        ("mg.tar.gz", ["aa", "ab", "ac"], "mg.tar.gz"),
        ("mg.tar.gz.part-", ["aa", "ab", "ac"], "mg.tar.gz"),
        ("mg.", ["001", "002", "003"], "mg"),
        ("mg.", ["000", "001", "002"], "mg"),
    ] {
        let directory = tempfile::tempdir().unwrap();
        let mut paths = cut(directory.path(), stem, &endings);
        // A shell sorts them; a person may not.
        paths.swap(0, 2);
        let other = directory.path().join("inspect.tar.gz");
        std::fs::write(&other, Tar::new().file("x.log", "1").gzip()).unwrap();
        paths.insert(1, other);
        let seen = see_all(&join_parts(&paths));
        assert_eq!(seen.iter().map(|(name, _)| name.as_str()).collect::<Vec<_>>(), [whole, "inspect.tar.gz"]);
        assert!(is_whole(&seen[0].1, "") && seen[0].1.gaps.is_empty() && seen[0].1.walked.sha256.is_some(), "{stem}");
    }
}

#[test]
fn pieces_in_a_directory_are_one_member_of_it() {
    let directory = tempfile::tempdir().unwrap();
    let paths = cut(directory.path(), "mg.tar.gz.", &["aa", "ab", "ac", "ad"]);
    let size: u64 = paths.iter().map(|path| std::fs::metadata(path).unwrap().len()).sum();
    std::fs::write(directory.path().join("notes.txt"), "n").unwrap();
    let seen = see_with(&Source::from(directory.path()), &Limits::default(), &|_| Want::Stream);
    assert!(is_whole(&seen, "mg.tar.gz!/"), "{:?}", seen.paths);
    assert_eq!((seen.gaps.len(), seen.files.len()), (0, 3));
    assert!(seen.walked.complete);
    assert_eq!(seen.walked.input_bytes, size + 1);
    assert_eq!(read_entry(&Source::from(directory.path()), &Limits::default(), "mg.tar.gz!/must-gather/a.log").unwrap(), log("a", 90_000));
}

#[test]
fn a_missing_piece_is_named_and_what_lies_before_it_is_read() {
    let directory = tempfile::tempdir().unwrap();
    let paths = cut(directory.path(), "mg.tar.gz.", &["aa", "ab", "ac", "ad"]);
    std::fs::remove_file(&paths[2]).unwrap();
    let given = [paths[0].clone(), paths[1].clone(), paths[3].clone()];
    let together = see_all(&join_parts(&given)).remove(0).1;
    let beside = see_with(&Source::from(directory.path()), &Limits::default(), &|_| Want::Stream);
    for (seen, prefix) in [(together, ""), (beside, "mg.tar.gz!/")] {
        let part = &seen.files[&format!("{prefix}must-gather/a.log")];
        assert!(log("a", 90_000).starts_with(&part[..1000]), "what came before the hole is read");
        assert!(seen.gaps.iter().any(|gap| gap.kind == GapKind::Unreadable && gap.detail.contains("`mg.tar.gz.ac` is missing")), "{:?}", seen.gaps);
        assert!(!seen.walked.complete);
    }
}

#[test]
fn pieces_without_the_first_are_refused_by_its_name() {
    let directory = tempfile::tempdir().unwrap();
    let paths = cut(directory.path(), "mg.tar.gz.", &["aa", "ab", "ac"]);
    std::fs::remove_file(&paths[0]).unwrap();
    let joined = join_parts(&paths[1..]);
    assert_eq!(joined.len(), 1);
    let error = walk(&joined[0].1, &Limits::default(), &|_| Want::Skip, &mut |_| None, &mut |_| {}).unwrap_err();
    assert!(matches!(&error, ArchiveError::MissingPart { part, .. } if part == "mg.tar.gz.aa"), "{error}");
    let seen = see_with(&Source::from(directory.path()), &Limits::default(), &|_| Want::Stream);
    assert!(seen.gaps[0].to_string().contains("`mg.tar.gz.aa` is missing"), "{:?}", seen.gaps);
}

#[test]
fn files_that_are_only_called_like_pieces_stay_files() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let archive = |content: &str| Tar::new().file("x.log", content).gzip();
    // Archives of their own with numbers, texts in several languages, and one piece alone.
    let paths = vec![
        write("case.001", &archive("1")),
        write("case.002", &archive("2")),
        write("words.aa", b"afar"),
        write("words.ab", b"abkhaz"),
        write("mg.tar.gz.aa", &archive("3")),
    ];
    assert_eq!(join_parts(&paths).len(), 5);
    let seen = see_with(&Source::from(directory.path()), &Limits::default(), &|_| Want::Stream);
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["case.001!/x.log", "case.002!/x.log", "mg.tar.gz.aa!/x.log", "words.aa", "words.ab"]);
}

#[test]
fn a_later_piece_alone_asks_for_the_first() {
    let directory = tempfile::tempdir().unwrap();
    for (stem, endings, later) in [("mg.tar.gz.", ["aa", "ab"], "ab"), ("mg.tar.gz.part-", ["aa", "ab"], "ab"), ("mg.zip.", ["001", "002"], "002")] {
        let paths = cut(directory.path(), stem, &endings);
        assert!(paths[1].to_string_lossy().ends_with(later));
        let error = walk(&Source::from(paths[1].clone()), &Limits::default(), &|_| Want::Stream, &mut |_| None, &mut |_| {}).unwrap_err();
        let ArchiveError::MissingPart { part, .. } = &error else { panic!("{error}") };
        assert_eq!(*part, format!("{stem}{}", endings[0]));
    }
    let words = directory.path().join("notes.ab");
    std::fs::write(&words, "words").unwrap();
    let error = walk(&Source::from(words), &Limits::default(), &|_| Want::Stream, &mut |_| None, &mut |_| {}).unwrap_err();
    assert!(matches!(error, ArchiveError::NotAnArchive { .. }), "{error}");
}

#[test]
fn standard_input_given_twice_is_one_input() {
    let joined = join_parts(&["-".into(), "a".into(), "-".into()]);
    assert_eq!(joined.iter().map(|(path, _)| path.to_str().unwrap()).collect::<Vec<_>>(), ["-", "a"]);
}
