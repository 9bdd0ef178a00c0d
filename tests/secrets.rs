//! Forty secrets in objects, logs, events and texts, and every output searched for them.

#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::print_stderr, reason = "a test")]

#[path = "secrets/planted.rs"]
mod planted;

use std::path::Path;

use assert_cmd::Command;
use planted::{HARMLESS, SECRETS, archive};

fn run(args: &[&str], folder: &Path) -> (String, String) {
    let output = Command::cargo_bin("mig-analyze").unwrap().args(args).current_dir(folder).env_remove("RUST_BACKTRACE").output().unwrap();
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).unwrap();
    (text(output.stdout), text(output.stderr))
}

/// Every subcommand and form that prints anything of an archive.
fn commands() -> Vec<Vec<String>> {
    let mut all: Vec<String> = vec![
        "case.tar.gz".into(),
        "case.tar.gz -v".into(),
        "case.tar.gz --format json".into(),
        "tree case.tar.gz".into(),
        "tree case.tar.gz --format json".into(),
        "migration case.tar.gz".into(),
        "migration case.tar.gz --format json".into(),
        "timeline case.tar.gz".into(),
        "timeline case.tar.gz --migration shop-stage".into(),
        "timeline case.tar.gz --migration shop-stage --format json".into(),
        "coverage case.tar.gz -v".into(),
        "coverage case.tar.gz --format json".into(),
        "logs case.tar.gz --migration shop-stage".into(),
        "logs case.tar.gz --migration shop-stage --all".into(),
        "logs case.tar.gz --migration shop-stage --raw".into(),
        "logs case.tar.gz --migration shop-stage --format json".into(),
        "logs case.tar.gz --name velero --all".into(),
        "logs case.tar.gz --migration shop-stage --component velero --all --raw".into(),
        "logs case.tar.gz --migration shop-stage --level error --all --format json".into(),
        "rules run mtc/migration-failed -i case.tar.gz --explain".into(),
    ];
    for kind in
        ["migmigration", "migplan", "migcluster", "migstorage", "secret", "configmap", "pod", "event", "backup", "mighook", "backupstoragelocation"]
    {
        for form in ["table", "wide", "name", "yaml", "json"] {
            all.push(format!("get {kind} -i case.tar.gz -o {form}"));
        }
        all.push(format!("get {kind} -i case.tar.gz --format json"));
    }
    for object in [
        "migmigration shop-stage",
        "migplan p",
        "secret s",
        "configmap c",
        "pod velero-1",
        "pod stage-web-1",
        "pod pretty",
        "backup b",
        "migcluster host",
        "mighook h",
    ] {
        all.push(format!("describe {object} -i case.tar.gz"));
        all.push(format!("describe {object} -i case.tar.gz --format json"));
    }
    for path in planted::paths() {
        all.push(format!("cat {path} -i case.tar.gz"));
        // Each line as evidence names it, alone and with its neighbours.
        let lines = planted::text(&path).lines().count();
        for line in (1..=lines).step_by(3) {
            all.push(format!("cat {path}:{line} -C 1 -i case.tar.gz"));
        }
    }
    all.into_iter().map(|line| line.split(' ').map(str::to_owned).collect()).collect()
}

#[test]
fn no_output_shows_a_planted_secret() {
    assert!(SECRETS.len() >= 40, "only {} secrets", SECRETS.len());
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("case.tar.gz"), archive()).unwrap();
    let mut leaks = Vec::new();
    let (mut printed, mut masked) = (0, 0);
    for args in commands() {
        let args: Vec<&str> = args.iter().map(String::as_str).collect();
        let (stdout, stderr) = run(&args, folder.path());
        assert!(!stderr.contains("unexpected argument") && !stderr.contains("invalid value"), "{args:?}: {stderr}");
        printed += usize::from(!stdout.is_empty());
        masked += stdout.matches("[redacted]").count();
        for secret in SECRETS {
            if let Some(line) = stdout.lines().chain(stderr.lines()).find(|line| line.contains(secret)) {
                leaks.push(format!("{secret} by {}: {}", args.join(" "), line.chars().take(160).collect::<String>()));
            }
        }
    }
    eprintln!("{printed} outputs with {masked} masks");
    assert!(printed > 200 && masked > 300, "{printed} outputs with {masked} masks prove nothing");
    assert!(leaks.is_empty(), "{} leaks:\n{}", leaks.len(), leaks.iter().take(60).cloned().collect::<Vec<_>>().join("\n"));
}

#[test]
fn the_secrets_are_there_for_trusted_eyes() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("case.tar.gz"), archive()).unwrap();
    let mut seen = String::new();
    for path in planted::paths() {
        let (stdout, stderr) = run(&["cat", &path, "-i", "case.tar.gz", "--no-redact"], folder.path());
        assert!(stderr.contains("secrets are shown"), "nobody was warned: {stderr}");
        seen += &stdout;
    }
    let missing: Vec<&&str> = SECRETS.iter().filter(|secret| !seen.contains(**secret)).collect();
    assert!(missing.is_empty(), "planted and not found, so nothing was proven of them: {missing:?}");
    let (stdout, _) = run(&["get", "secret", "-i", "case.tar.gz", "-o", "yaml", "--no-redact"], folder.path());
    assert!(stdout.contains("b3BhcXVlLWRhdGE="), "{stdout}");
}

#[test]
fn what_only_looks_like_a_secret_stays() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::write(folder.path().join("case.tar.gz"), archive()).unwrap();
    let (config, _) = run(&["cat", "harmless.yaml", "-i", "case.tar.gz"], folder.path());
    let (log, _) = run(&["cat", planted::HARMLESS_LOG, "-i", "case.tar.gz"], folder.path());
    for text in [config, log] {
        let missing: Vec<&&str> = HARMLESS.iter().filter(|harmless| !text.contains(**harmless)).collect();
        assert!(missing.is_empty(), "masked without need: {missing:#?}");
    }
}

/// A name is what somebody saved the file under, and may come from a link.
#[test]
fn a_secret_in_the_name_of_a_file_is_masked() {
    let folder = tempfile::tempdir().unwrap();
    let dir = "must-gather/clusters/host/namespaces/openshift-migration/crs/backups.velero.io";
    let tar = mig_analyze::archive::pack::Tar::new().file("must-gather/version", "x").file(&format!("{dir}/token=zfilename60.yaml"), "").gzip();
    let name = "case.tar.gz?X-Amz-Signature=zinput61";
    std::fs::write(folder.path().join(name), tar).unwrap();
    for args in [&[name][..], &[name, "-v"], &[name, "--format", "json"], &["coverage", name, "-v"]] {
        let (stdout, stderr) = run(args, folder.path());
        assert!(stdout.contains("[redacted]"), "{args:?}: {stdout}{stderr}");
        let leak = stdout.lines().chain(stderr.lines()).find(|line| line.contains("zfilename60") || line.contains("zinput61"));
        assert_eq!(leak, None, "{args:?}");
    }
}
