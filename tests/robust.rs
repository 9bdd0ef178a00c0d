//! What happens when the machine does not play along: closed pipes, full disks, files that cannot be read or written, Ctrl-C.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, reason = "a test")]

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
#[cfg(unix)]
use std::os::unix::fs::PermissionsExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::time::{Duration, Instant};

use mig_analyze::archive::pack;

fn program() -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_mig-analyze"));
    command.env_remove("RUST_BACKTRACE").stdin(Stdio::null());
    command
}

fn run(args: &[&str]) -> Output {
    program().args(args).output().unwrap()
}

fn stderr(output: &Output) -> String {
    String::from_utf8(output.stderr.clone()).unwrap()
}

/// A folder with the archive of a story in it.
fn case() -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach/must-gather");
    let path = folder.path().join("must-gather.tar.gz");
    fs::write(&path, pack::folder(&story).unwrap()).unwrap();
    let path = path.to_str().unwrap().to_owned();
    (folder, path)
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    let mut all: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    all.sort();
    all
}

#[test]
fn a_reader_that_goes_away_ends_the_program_without_a_word() {
    let (_folder, input) = case();
    let velero = "velero";
    for args in [
        &[input.as_str(), "-v"][..],
        &[&input, "--format", "json"],
        &["timeline", &input],
        &["tree", &input],
        &["logs", &input, "--name", velero, "--raw"],
        &["get", "pods", "-i", &input, "-o", "yaml"],
        &["rules", "list"],
        &["rules", "show", "storage/multi-attach"],
        &["rules", "test"],
        &["coverage", &input, "-v"],
        &["completions", "bash"],
    ] {
        let mut child = program().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        // As `head -1` does: one line, then the pipe is closed while more is to come.
        let mut lines = BufReader::with_capacity(16, child.stdout.take().unwrap());
        let mut line = String::new();
        lines.read_line(&mut line).unwrap();
        drop(lines);
        let output = child.wait_with_output().unwrap();
        assert_eq!(stderr(&output), "", "{args:?}");
        assert!(matches!(output.status.code(), Some(0 | 1)), "{args:?}: {}", output.status);
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_full_disk_is_told_and_leaves_nothing() {
    let (folder, input) = case();
    let before = entries(folder.path());
    let to = |path: &str| fs::OpenOptions::new().write(true).open(path).unwrap();
    for args in [&[input.as_str()][..], &["tree", &input], &["get", "pods", "-i", &input], &["rules", "list"], &["cat", "version", "-i", &input]] {
        let output = program().args(args).stdout(to("/dev/full")).output().unwrap();
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
        assert!(said.contains("No space left") || said.contains("no file"), "{args:?}: {said}");
        assert!(!said.contains("panicked"), "{args:?}: {said}");
    }
    // A device is written to and never replaced.
    let output = run(&[&input, "-o", "/dev/full"]);
    assert_eq!(output.status.code(), Some(2), "{}", stderr(&output));
    assert!(stderr(&output).contains("No space left"), "{}", stderr(&output));
    let kind = fs::metadata("/dev/full").unwrap().file_type();
    assert!(!kind.is_file(), "/dev/full was replaced by a report");
    assert_eq!(entries(folder.path()), before);
}

#[test]
fn a_folder_that_is_not_there_or_not_ours_is_told() {
    let (folder, input) = case();
    let nowhere = folder.path().join("no/such/report.json");
    let output = run(&[&input, "-o", nowhere.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("report.json"), "{}", stderr(&output));
    let output = run(&[&input, "-o", folder.path().to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(2), "a folder is no file");
    assert_eq!(entries(folder.path()).len(), 1, "a part of a report was left");
}

#[cfg(unix)]
#[test]
fn a_folder_without_permission_keeps_the_old_report() {
    let (folder, input) = case();
    let closed = folder.path().join("closed");
    fs::create_dir(&closed).unwrap();
    let report = closed.join("report.json");
    fs::write(&report, "old").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o555)).unwrap();
    let output = run(&[&input, "--format", "json", "-o", report.to_str().unwrap()]);
    let is_root = fs::write(closed.join("probe"), "").is_ok();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).unwrap();
    if is_root {
        // Nothing is forbidden to root; what was written must be whole all the same.
        assert!(fs::read_to_string(&report).unwrap().ends_with("}\n"));
        return;
    }
    assert_eq!(output.status.code(), Some(2));
    assert!(stderr(&output).contains("ermission"), "{}", stderr(&output));
    assert_eq!(fs::read_to_string(&report).unwrap(), "old");
}

#[test]
fn a_report_replaces_the_old_one_whole_and_a_link_to_it_stays_a_link() {
    let (folder, input) = case();
    let report = folder.path().join("report.json");
    fs::write(&report, "x".repeat(1 << 20)).unwrap();
    let output = run(&[&input, "--format", "json", "-o", report.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let text = fs::read_to_string(&report).unwrap();
    assert!(text.starts_with('{') && text.ends_with("}\n") && !text.contains("xxxxxxxxxxxxxxxx"));
    #[cfg(unix)]
    {
        let link = folder.path().join("link.json");
        std::os::unix::fs::symlink(&report, &link).unwrap();
        fs::write(&report, "old").unwrap();
        let output = run(&[&input, "--format", "json", "-o", link.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink(), "the link became a file");
        assert_eq!(fs::read_to_string(&report).unwrap(), text);
    }
}

#[test]
fn inputs_that_cannot_be_read_are_told_in_a_sentence() {
    let (folder, _) = case();
    let empty = folder.path().join("empty.tar.gz");
    fs::write(&empty, "").unwrap();
    let folder_of_nothing = folder.path().join("nothing");
    fs::create_dir(&folder_of_nothing).unwrap();
    for given in ["no-such-file.tar.gz", empty.to_str().unwrap(), folder_of_nothing.to_str().unwrap(), "/dev/null"] {
        for args in [&[given][..], &["tree", given], &["get", "pods", "-i", given], &["cat", "x", "-i", given]] {
            let output = run(args);
            let said = stderr(&output);
            assert_eq!(output.status.code(), Some(2), "{args:?}: {said}");
            assert!(!said.is_empty() && !said.contains("panicked"), "{args:?}: {said}");
            assert_eq!(output.stdout, b"", "{args:?} printed a report all the same");
        }
    }
}

#[cfg(target_os = "linux")]
#[test]
fn a_read_error_in_a_file_of_a_folder_is_a_gap_and_the_rest_is_told() {
    use std::os::unix::fs::PermissionsExt as _;

    let (folder, _) = case();
    let gather = folder.path().join("unpacked");
    let crs = gather.join("clusters/host/namespaces/openshift-migration/crs/migmigrations.migration.openshift.io");
    fs::create_dir_all(&crs).unwrap();
    let story = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach/must-gather");
    for entry in walkdir::WalkDir::new(&story) {
        let entry = entry.unwrap();
        let to = gather.join(entry.path().strip_prefix(&story).unwrap());
        if entry.file_type().is_dir() {
            fs::create_dir_all(&to).unwrap();
        } else {
            fs::copy(entry.path(), &to).unwrap();
        }
    }
    let closed = crs.join("closed.yaml");
    fs::write(&closed, "kind: X\n").unwrap();
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).unwrap();
    let output = run(&[gather.to_str().unwrap(), "--format", "json"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert!(!report["migrations"].as_array().unwrap().is_empty());
    if fs::read(&closed).is_err() {
        let gaps = report["gaps"].as_array().unwrap();
        assert!(gaps.iter().any(|gap| gap["path"].as_str().unwrap().ends_with("closed.yaml") && gap["reason"] == "unreadable"), "{gaps:?}");
    }
}

/// Standard input that breaks off is a cut archive like any other.
#[test]
fn standard_input_that_ends_in_the_middle_is_told_as_incomplete() {
    let (_folder, input) = case();
    let whole = fs::read(&input).unwrap();
    let mut child = program().args(["-", "--format", "json"]).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&whole[..whole.len() * 2 / 3]).unwrap();
    drop(stdin);
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let report: serde_json::Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["inputs"][0]["complete"], false);
}

/// A folder can be opened as standard input, and fails at the first read.
#[cfg(target_os = "linux")]
#[test]
fn standard_input_that_fails_is_told_as_such() {
    for args in [&["-"][..], &["tree", "-"], &["-", "--format", "json"]] {
        let output = program().args(args).stdin(fs::File::open("/tmp").unwrap()).output().unwrap();
        let said = stderr(&output);
        assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{args:?}: {said}");
        assert!(said.contains("standard input") && said.contains("s a directory") && !said.contains("cannot write"), "{args:?}: {said}");
    }
}

/// A shell gives `<(command)` as a path that can be read once.
#[cfg(unix)]
#[test]
fn a_pipe_with_a_name_is_read_once_and_wholly() {
    let (folder, input) = case();
    let whole = run(&["tree", &input]);
    // The commands at the end name the input.
    let name = Path::new(&input).file_name().unwrap().to_str().unwrap();
    let expected = String::from_utf8(whole.stdout).unwrap().replace(&format!("-i '{name}'"), "-i 'pipe'");
    let pipe = folder.path().join("pipe");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let given = pipe.to_str().unwrap();
    for args in [&["tree", given][..], &[given, "--format", "json"]] {
        let child = program().args(args).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        fs::write(&pipe, fs::read(&input).unwrap()).unwrap();
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{args:?}: {}", stderr(&output));
        assert!(args[0] != "tree" || String::from_utf8(output.stdout).unwrap() == expected, "{args:?}");
    }
    let refused = run(&["cat", "version", "-i", given]);
    assert_eq!(refused.status.code(), Some(2));
    assert!(stderr(&refused).contains("only once"), "{}", stderr(&refused));
}

#[cfg(unix)]
#[test]
fn an_interrupt_ends_the_program_at_once_and_leaves_nothing() {
    let (folder, input) = case();
    let report = folder.path().join("report.json");
    fs::write(&report, "old").unwrap();
    // An input that never ends keeps the program at work.
    let mut child = program()
        .args(["-", "--format", "json", "-o", report.to_str().unwrap()])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    stdin.write_all(&fs::read(&input).unwrap()[..4_096]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    assert!(child.try_wait().unwrap().is_none(), "it waits for more");
    // A shell lets the children that it sends to the background ignore Ctrl-C; they must end all the same when they are told to.
    let signal = if ignores_interrupts(child.id()) { "-TERM" } else { "-INT" };
    let killed = Command::new("kill").args([signal, &child.id().to_string()]).status().unwrap();
    assert!(killed.success());
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        assert!(start.elapsed() < Duration::from_secs(10), "it goes on after Ctrl-C");
        std::thread::sleep(Duration::from_millis(10));
    }
    let mut said = String::new();
    child.stderr.take().unwrap().read_to_string(&mut said).unwrap();
    let status = child.wait().unwrap();
    assert!(!status.success() && !said.contains("panicked"), "{status}: {said}");
    assert_eq!(fs::read_to_string(&report).unwrap(), "old");
    assert_eq!(entries(folder.path()).len(), 2, "a part of a report was left");
}

/// What came by standard input is the customer's, and stays nowhere.
#[cfg(target_os = "linux")]
#[test]
fn the_copy_of_standard_input_is_gone_even_when_the_program_is_killed() {
    let (folder, input) = case();
    let temporary = folder.path().join("tmp");
    fs::create_dir(&temporary).unwrap();
    let spawn =
        || program().args(["tree", "-"]).env("TMPDIR", &temporary).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn();
    let mut child = spawn().unwrap();
    let mut stdin = child.stdin.take().unwrap();
    let bytes = fs::read(&input).unwrap();
    stdin.write_all(&bytes[..4_096]).unwrap();
    std::thread::sleep(Duration::from_millis(300));
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(entries(&temporary), [] as [PathBuf; 0]);
    let mut child = spawn().unwrap();
    child.stdin.take().unwrap().write_all(&bytes).unwrap();
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    assert!(!output.stdout.is_empty());
    assert_eq!(entries(&temporary), [] as [PathBuf; 0]);
}

#[cfg(unix)]
fn ignores_interrupts(pid: u32) -> bool {
    let status = fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:")).unwrap_or_default();
    u64::from_str_radix(mask.trim(), 16).is_ok_and(|mask| mask & 2 == 2)
}
