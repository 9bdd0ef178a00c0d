//! The program from outside: what it prints where, and what it tells the shell.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "cli/refusals.rs"]
mod refusals;
#[path = "cli/report.rs"]
mod report;

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use mig_analyze::archive::pack;

const EVENTS: &str = "namespaces/shop/core/events.yaml:41";

fn program(args: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mig-analyze"));
    command.args(args).env_remove("NO_COLOR").env_remove("CLICOLOR_FORCE");
    command
}

fn run(args: &[&str]) -> (i32, String, String) {
    let Output { status, stdout, stderr } = program(args).output().unwrap();
    (status.code().unwrap(), String::from_utf8(stdout).unwrap(), String::from_utf8(stderr).unwrap())
}

/// The small archive that README analyzes.
fn packed() -> String {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packed/multi-attach.tar.gz").to_string_lossy().into_owned()
}

/// The inspect of a story as an archive in a folder of its own.
fn inspect(folder: &Path) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach/inspect");
    let path = folder.join("inspect-shop.tar.gz");
    std::fs::write(&path, pack::gzip(&pack::folder(&root).unwrap())).unwrap();
    path
}

#[test]
fn cat_prints_the_line_that_evidence_names() {
    let folder = tempfile::tempdir().unwrap();
    let input = inspect(folder.path());
    let (code, out, err) = run(&["cat", EVENTS, "-i", input.to_str().unwrap(), "-C", "1"]);
    assert_eq!((code, err.as_str()), (0, ""));
    assert_eq!(out.lines().count(), 3);
    assert!(out.lines().nth(1).unwrap().starts_with("> 41 |   message: Multi-Attach error"), "{out}");
    assert!(!out.contains('\u{1b}'), "no colour into a pipe");
}

#[test]
fn cat_hands_a_whole_file_on_byte_for_byte() {
    let folder = tempfile::tempdir().unwrap();
    let input = inspect(folder.path());
    let (code, out, _) = run(&["cat", "shop/core/events.yaml", "-i", input.to_str().unwrap()]);
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach/inspect");
    let original = root.join("inspect.local.5577006791947779410/namespaces/shop/core/events.yaml");
    assert_eq!((code, out), (0, std::fs::read_to_string(original).unwrap()));
}

#[test]
fn what_cannot_be_read_is_said_on_standard_error_with_2() {
    let folder = tempfile::tempdir().unwrap();
    let input = inspect(folder.path());
    let input = input.to_str().unwrap();
    for (args, said) in [
        (&["no-such-must-gather.tar.gz"][..], "no file or directory"),
        (&["cat", "no-such-file", "-i", input], "no file `no-such-file`"),
        (&["cat", "shop/core/events.yaml:99999", "-i", input], "has no line 99999"),
        (&["--format", "nonsense", input], "nonsense"),
        (&[], "Usage"),
    ] {
        let (code, out, err) = run(args);
        assert_eq!((code, out.as_str()), (2, ""), "{args:?}");
        assert!(err.contains(said), "{args:?}: {err}");
    }
}

#[test]
fn help_and_completions_are_no_errors() {
    for args in [&["--help"][..], &["--version"], &["help", "cat"], &["completions", "bash"], &["completions", "zsh"], &["completions", "fish"]] {
        let (code, out, err) = run(args);
        assert!(code == 0 && !out.is_empty() && err.is_empty(), "{args:?}: {err}");
    }
}

#[test]
fn a_reader_that_goes_away_is_no_error() {
    let mut child = program(&["completions", "bash"]).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""));
}
