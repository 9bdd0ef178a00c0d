//! What cannot be analyzed is refused with a reason and a way out, and leaves nothing behind.

use std::path::Path;

use mig_analyze::archive::pack::{Tar, folder};

use super::{packed, program, run};

/// Runs on a file with this content, and checks that all that comes is a diagnostic.
fn refused(name: &str, content: &[u8], said: &[&str]) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join(name);
    std::fs::write(&path, content).unwrap();
    let (code, out, err) = run(&[path.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (2, ""), "{name}: {err}");
    for said in said.iter().chain(&["help:"]) {
        assert!(err.contains(said), "{name}: `{said}` is not in\n{err}");
    }
}

#[test]
fn what_is_no_archive_is_called_by_its_name() {
    refused("must-gather.tar.gz", b"", &["is empty"]);
    refused("notes.txt", b"the gather failed again\n", &["is no archive", "plain text"]);
    refused("must-gather.tar.gz", b"<!DOCTYPE html><title>Log in</title>", &["is no archive", "HTML"]);
    refused("plan.yaml", b"apiVersion: v1\nkind: Pod\n", &["is no archive", "YAML"]);
}

#[test]
fn an_archive_without_a_gather_is_no_clean_bill_of_health() {
    refused("holiday.tar.gz", &Tar::new().file("photos/beach.txt", "sand").gzip(), &["no must-gather in", "photos/beach.txt"]);
    refused("empty.tar.gz", &Tar::new().gzip(), &["no must-gather in"]);
    refused("gather.tar.gz", &Tar::new().directory("must-gather").gzip(), &["no must-gather in"]);
}

#[test]
fn a_file_that_is_missing_names_the_one_beside_it() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(packed(), folder.path().join("must-gather.tar.gz")).unwrap();
    let (code, out, err) = run(&[folder.path().join("mustgather.tar.gz").to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("there is no file or directory") && err.contains("did you mean"), "{err}");
}

/// Root may read everything, so there it is only checked that nothing breaks.
#[cfg(unix)]
#[test]
fn a_directory_that_may_not_be_read_says_so() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = tempfile::tempdir().unwrap();
    let closed = folder.path().join("must-gather");
    std::fs::create_dir(&closed).unwrap();
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o000)).unwrap();
    let is_root = std::fs::read_dir(&closed).is_ok();
    let (code, out, err) = run(&[closed.to_str().unwrap()]);
    std::fs::set_permissions(&closed, std::fs::Permissions::from_mode(0o700)).unwrap();
    assert_eq!((code, out.as_str()), (2, ""), "{err}");
    assert!(err.contains("help:"), "{err}");
    assert!(is_root || err.contains("may not be read"), "{err}");
}

#[cfg(unix)]
#[test]
fn a_loop_of_links_in_a_directory_is_not_followed() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach/inspect");
    let plain = tempfile::tempdir().unwrap();
    let target = plain.path().join("case");
    std::fs::create_dir(&target).unwrap();
    let bytes = folder(&root).unwrap();
    std::fs::write(target.join("inspect.tar.gz"), bytes).unwrap();
    let args = [target.to_str().unwrap(), "--format", "json"];
    let (_, before, _) = run(&args);
    std::os::unix::fs::symlink(&target, target.join("again")).unwrap();
    std::os::unix::fs::symlink("/etc", target.join("elsewhere")).unwrap();
    let (code, after, err) = run(&args);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(before, after, "links leave no trace");
}

#[test]
fn a_report_that_cannot_be_written_says_where() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("no-such-folder/report.json");
    let (code, out, err) = run(&[&packed(), "--format", "json", "-o", into.to_str().unwrap()]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("cannot write") && err.contains("no-such-folder") && err.contains("help:"), "{err}");
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 0, "nothing is left behind");
}

#[test]
fn a_report_goes_to_its_file_and_nowhere_else() {
    let folder = tempfile::tempdir().unwrap();
    let into = folder.path().join("report.json");
    let (code, out, err) = run(&[&packed(), "--format", "json", "-o", into.to_str().unwrap()]);
    assert_eq!((code, out.as_str(), err.as_str()), (0, "", ""));
    assert_eq!(std::fs::read_to_string(&into).unwrap(), run(&[&packed(), "--format", "json"]).1);
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn nothing_is_written_beside_the_archive() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(packed(), folder.path().join("must-gather.tar.gz")).unwrap();
    let output = program(&["must-gather.tar.gz"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0));
    assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1);
}

#[test]
fn an_unknown_rule_to_ignore_is_a_typing_error() {
    let (code, out, err) = run(&[&packed(), "--ignore", "storage/multi-atach"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("storage/multi-attach"), "{err}");
}
