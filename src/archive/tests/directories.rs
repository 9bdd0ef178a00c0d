//! Directories as inputs, and inputs that are none.

use std::path::Path;

use super::*;

fn write(root: &Path, path: &str, content: impl AsRef<[u8]>) {
    let path = root.join(path);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::write(path, content).unwrap();
}

fn sample(root: &Path) {
    write(root, "must-gather/clusters/host/a.yaml", "kind: Pod\n");
    write(root, "must-gather/big.log", log("big", CHUNK + 5000));
    write(root, "must-gather.tar.gz", Tar::new().file("must-gather/x.log", "nested\n").gzip());
    write(root, "must-gather.d/rotated.gz", gzip(b"rotated\n"));
    write(root, "empty", "");
}

#[test]
fn a_directory_and_its_archive_give_the_same_parts() {
    let directory = tempfile::tempdir().unwrap();
    sample(directory.path());
    let limits = Limits::default();
    let loose = see_with(&Source::from(directory.path()), &limits, &|_| Want::Stream);
    let packed = see(pack::folder(directory.path()).unwrap());
    let timeless = |seen: &Seen| -> Vec<(Part, Vec<u8>)> {
        let zero = |part: &Part| Part { mtime: None, ..part.clone() };
        seen.parts.iter().map(|(part, bytes)| (zero(part), bytes.clone())).collect()
    };
    assert_eq!(timeless(&loose), timeless(&packed));
    assert_eq!(loose.paths, packed.paths);
    assert_eq!(loose.gaps, []);
    assert_eq!(loose.walked.bytes, packed.walked.bytes);
    assert_eq!(loose.walked.sha256, None);
    assert!(loose.parts[0].0.mtime.is_some());
}

#[cfg(unix)]
#[test]
fn links_in_a_directory_are_not_followed() {
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a", "1");
    std::os::unix::fs::symlink("/", directory.path().join("root")).unwrap();
    std::os::unix::fs::symlink(directory.path(), directory.path().join("loop")).unwrap();
    let seen = see_with(&Source::from(directory.path()), &Limits::default(), &|_| Want::Whole);
    assert_eq!(seen.paths, ["a"]);
    assert_eq!(seen.walked.ignored, 2);
}

#[cfg(unix)]
#[test]
fn an_unreadable_directory_is_a_gap() {
    use std::os::unix::fs::PermissionsExt;
    let directory = tempfile::tempdir().unwrap();
    write(directory.path(), "a", "1");
    write(directory.path(), "closed/b", "2");
    let closed = directory.path().join("closed");
    let allow = |mode| std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(mode)).unwrap();
    allow(0o000);
    let readable_all_the_same = std::fs::read_dir(&closed).is_ok();
    let seen = see_with(&Source::from(directory.path()), &Limits::default(), &|_| Want::Whole);
    let top = walk(&Source::from(&closed), &Limits::default(), &|_| Want::Whole, &mut |_| None, &mut |_| {});
    allow(0o755);
    assert_eq!(seen.files["a"], b"1");
    // The superuser may read everything, and tests do run as such in containers.
    if !readable_all_the_same {
        assert_eq!(seen.gap_kinds(), [GapKind::Unreadable]);
        assert_eq!(seen.gaps[0].path, "closed");
        assert!(!seen.walked.complete);
        assert!(matches!(top, Err(ArchiveError::Denied { .. })));
    }
}

fn error_of(name: &str, content: &[u8]) -> ArchiveError {
    let source = Source::bytes(name, content);
    walk(&source, &Limits::default(), &|_| Want::Skip, &mut |_| None, &mut |_| {}).unwrap_err()
}

#[test]
fn what_is_no_archive_is_refused_by_name() {
    use miette::Diagnostic;
    assert!(matches!(error_of("x", b""), ArchiveError::Empty { .. }));
    let error = error_of("x.tar.gz", b"<!DOCTYPE html>\n<title>Sign in</title>");
    assert_eq!(error.code().unwrap().to_string(), "archive::not_an_archive");
    assert!(error.to_string().contains("an HTML page"));
    let error = error_of("x", b"7z\xbc\xaf\x27\x1c....");
    assert_eq!(error.to_string(), "`x` is a 7z file, which is not read");
    assert!(error.help().unwrap().to_string().contains("7z x"));
    let missing = walk(&Source::from("/nowhere/at/all"), &Limits::default(), &|_| Want::Skip, &mut |_| None, &mut |_| {});
    assert!(matches!(missing, Err(ArchiveError::Missing { help, .. }) if help.starts_with("check the path")));
}
