//! The report of a real run: its first lines, its JSON, its status.

use std::process::Stdio;

use mig_analyze::archive::pack::{Tar, folder};
use mig_analyze::archive::{Limits, Source, read_entry};
use serde_json::Value;

use super::{packed, program, run};

fn json(args: &[&str]) -> Value {
    let (code, out, err) = run(&[args, &["--format", "json"]].concat());
    assert_eq!((code, err.as_str()), (0, ""));
    serde_json::from_str(&out).unwrap()
}

#[test]
fn the_packed_story_gives_its_cause_in_ten_lines() {
    let (code, out, err) = run(&[&packed()]);
    assert_eq!((code, err.as_str()), (0, ""));
    let head: Vec<&str> = out.lines().take(10).collect();
    assert!(head.iter().all(|line| line.chars().count() <= 100), "{head:#?}");
    assert!(!out.contains('\u{1b}'), "no colour into a pipe");
    let text = head.join("\n");
    for said in [
        "multi-attach.tar.gz",
        "host",
        "aws-source",
        "shop-stage",
        "StageRestoreCreated",
        "shop-mysql-1-89shl",
        "/shop/core/events.yaml:41",
        "stage-shop-mysql-1-fdfgb-g8kqt",
        "superseded",
    ] {
        assert!(text.contains(said), "`{said}` is not in\n{text}");
    }
}

/// The names of the report's contract, by the place where they stand. `[]` stands for each entry of a list, of which there must be one.
const CONTRACT: &[(&str, &[&str])] = &[
    ("", &["schema", "tool", "inputs", "clusters", "coverage", "rules", "migrations", "findings", "gaps"]),
    ("tool", &["name", "version", "pack"]),
    ("inputs[]", &["name", "sha256", "bytes", "layouts", "complete"]),
    ("clusters[]", &["id", "name", "mig_cluster", "roles", "input", "identity", "suspect", "kubernetes", "mtc", "gathered", "now", "now_from"]),
    ("clusters[].identity", &["cluster_id", "infrastructure", "api", "by"]),
    ("coverage", &["files", "objects", "events", "logs", "log_lines", "relations", "from", "to", "redactions", "suppressed", "unexplained", "noise"]),
    ("coverage.unexplained[]", &["shape", "component", "count", "first", "last", "sample"]),
    ("coverage.unexplained[].sample", &["input", "path", "line", "text"]),
    ("rules[]", &["id", "digest", "title", "severity", "role", "state", "findings", "reason"]),
    (
        "migrations[]",
        &[
            "id",
            "name",
            "namespace",
            "plan",
            "cluster",
            "type",
            "outcome",
            "contradicted",
            "superseded_by",
            "source_down",
            "phase",
            "step",
            "started",
            "ended",
            "pipeline",
            "volumes",
            "look_at",
            "root_causes",
            "findings",
            "chain",
            "collect",
        ],
    ),
    ("migrations[].pipeline[]", &["step", "phase", "started", "ended", "state"]),
    ("migrations[].volumes[]", &["namespace", "pvc", "target", "method", "bytes", "total", "state", "object"]),
    (
        "findings[]",
        &[
            "id",
            "fingerprint",
            "signature",
            "rule",
            "rule_digest",
            "role",
            "severity",
            "confidence",
            "title",
            "message",
            "root_cause",
            "explains",
            "migrations",
            "plan",
            "subject",
            "look_at",
            "count",
            "instances",
            "first",
            "last",
            "evidence",
            "remediation",
            "links",
        ],
    ),
    ("findings[].migrations[]", &["id", "name", "relation"]),
    ("findings[].subject", &["cluster", "kind", "namespace", "name"]),
    ("findings[].evidence[]", &["input", "path", "line", "text", "before", "after", "span", "truncated", "time", "about"]),
];

/// Everything that stands at a place of the contract.
fn at<'v>(value: &'v Value, place: &str) -> Vec<&'v Value> {
    let mut found = vec![value];
    for part in place.split('.').filter(|part| !part.is_empty()) {
        let (key, each) = part.strip_suffix("[]").map_or((part, false), |key| (key, true));
        let inner = found.into_iter().map(|value| &value[key]).filter(|value| !value.is_null());
        found = if each { inner.flat_map(|value| value.as_array().unwrap()).collect() } else { inner.collect() };
    }
    found
}

#[test]
fn the_json_report_has_every_field_of_its_contract() {
    let report = json(&[&packed()]);
    let mut missing = Vec::new();
    for (place, fields) in CONTRACT {
        let there = at(&report, place);
        // A story without unexplained errors has none to show.
        if there.is_empty() && !place.starts_with("coverage.unexplained") {
            missing.push(format!("{place} is empty"));
        }
        for value in there {
            let lacks = fields.iter().filter(|field| value.get(**field).is_none());
            missing.extend(lacks.map(|field| format!("{place}.{field}")));
        }
    }
    missing.sort();
    missing.dedup();
    assert!(missing.is_empty(), "{missing:#?}");
    assert_eq!(report["schema"], 1);
    let inputs = report["inputs"].as_array().unwrap();
    assert_eq!(inputs[0]["name"], "multi-attach.tar.gz", "a base name, not a path of this machine");
    let root = &report["findings"][0];
    assert_eq!((root["rule"].as_str(), root["root_cause"].as_bool()), (Some("storage/multi-attach"), Some(true)));
}

#[test]
fn a_gap_is_in_the_json_with_its_reason() {
    let folder = tempfile::tempdir().unwrap();
    let bytes = std::fs::read(packed()).unwrap();
    let path = folder.path().join("cut.tar.gz");
    std::fs::write(&path, &bytes[..bytes.len() * 6 / 10]).unwrap();
    let report = json(&[path.to_str().unwrap()]);
    assert_eq!(report["inputs"][0]["complete"], false);
    let gap = &report["gaps"][0];
    assert!(["input", "path", "reason", "detail"].iter().all(|field| gap.get(field).is_some()), "{gap}");
    assert_eq!(gap["reason"], "truncated");
}

#[test]
fn fail_on_says_1_when_a_finding_is_as_bad_and_0_when_none_is() {
    let (code, out, _) = run(&[&packed(), "--fail-on", "error"]);
    assert_eq!(code, 1);
    assert!(out.contains("shop-stage"), "the report is written all the same");
    let folder_of = |story: &str| format!("{}/fixtures/{story}", env!("CARGO_MANIFEST_DIR"));
    let (code, ..) = run(&[&folder_of("healthy/must-gather"), &folder_of("healthy/inspect"), "--fail-on", "warning"]);
    assert_eq!(code, 0, "a healthy archive has nothing above a note");
}

/// A later run of the same plan succeeded, so nobody needs to be woken for the one before.
#[test]
fn a_superseded_failure_does_not_meet_fail_on() {
    let root = format!("{}/fixtures/multi-attach", env!("CARGO_MANIFEST_DIR"));
    let folder = tempfile::tempdir().unwrap();
    let alone = folder.path().join("must-gather");
    copy(std::path::Path::new(&format!("{root}/must-gather")), &alone);
    for gone in ["migplan-shop-restage-plan", "migplan-shop-cutover-plan"] {
        std::fs::remove_dir_all(alone.join("migplans").join(gone)).unwrap();
    }
    let report = json(&[alone.to_str().unwrap()]);
    let failed: Vec<_> = report["migrations"].as_array().unwrap().iter().filter(|run| run["outcome"] == "failed").collect();
    assert_eq!(failed.len(), 1);
    assert!(failed[0]["superseded_by"].is_string(), "{}", failed[0]);
    let of_failed: Vec<_> = failed[0]["findings"].as_array().unwrap().iter().collect();
    assert!(!of_failed.is_empty(), "it has findings of its own");
    let worst_else =
        report["findings"].as_array().unwrap().iter().filter(|finding| finding["severity"] == "error" && !of_failed.contains(&&finding["id"]));
    let others: Vec<_> = worst_else.map(|finding| &finding["message"]).collect();
    let (code, ..) = run(&[alone.to_str().unwrap(), "--fail-on", "error"]);
    assert_eq!(code, i32::from(!others.is_empty()), "{others:?}");
}

fn copy(from: &std::path::Path, to: &std::path::Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn two_runs_and_any_number_of_threads_give_the_same_bytes() {
    for format in ["terminal", "json"] {
        let of = |threads: &str| run(&[&packed(), "--format", format, "--threads", threads]).1;
        let first = of("1");
        assert!(first == of("1"), "{format}: two runs differ");
        assert!(first == of("4"), "{format}: four threads differ from one");
        assert!(first == run(&[&packed(), "--format", format]).1, "{format}: the default differs");
    }
}

/// The wrapper that the client makes: every place of the evidence is found again through both archives.
#[test]
fn cat_prints_what_evidence_names_at_any_depth() {
    let fixture = |name: &str| std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach").join(name);
    let inner = folder(&fixture("must-gather")).unwrap();
    let wrapper = "must-gather.local.4832041553094271561/quay-io-konveyor-must-gather-sha256-0f1e2d/must-gather.tar.gz";
    let inspect = folder(&fixture("inspect")).unwrap();
    let bytes = Tar::new().file(wrapper, inner).file("inspect-shop.tar.gz", inspect).gzip();
    let place = tempfile::tempdir().unwrap();
    let input = place.path().join("must-gather.tar.gz");
    std::fs::write(&input, &bytes).unwrap();
    let input = input.to_str().unwrap();
    let report = json(&[input]);
    let source = Source::bytes("must-gather.tar.gz", bytes);
    let mut depths = [0; 3];
    for evidence in at(&report, "findings[].evidence[]") {
        let (path, line) = (evidence["path"].as_str().unwrap(), evidence["line"].as_u64().unwrap());
        if line == 0 || depths[path.matches("!/").count()] >= 3 {
            continue;
        }
        depths[path.matches("!/").count()] += 1;
        let (code, out, err) = run(&["cat", &format!("{path}:{line}"), "-i", input, "-C", "0"]);
        assert_eq!((code, err.as_str()), (0, ""), "{path}:{line}");
        let text = out.trim_end().split_once(" | ").map_or("", |(_, text)| text);
        assert_eq!(text, evidence["text"].as_str().unwrap(), "{path}:{line}");
        let whole = read_entry(&source, &Limits::default(), path).unwrap();
        assert!(String::from_utf8_lossy(&whole).lines().nth(usize::try_from(line).unwrap() - 1).is_some());
    }
    assert!(depths[1] > 0, "evidence lies in the nested archives: {depths:?}");
}

#[test]
fn cat_masks_secrets_unless_told_otherwise() {
    let folder = tempfile::tempdir().unwrap();
    let input = folder.path().join("a.tar.gz");
    let line = "time=x msg=\"login\" Authorization: Bearer abcdefghijklmnop1234\n";
    std::fs::write(&input, Tar::new().file("m/namespaces/om/pods/p/c/c/logs/current.log", line.repeat(2)).gzip()).unwrap();
    let input = input.to_str().unwrap();
    for place in ["current.log:1", "current.log"] {
        let (code, masked, _) = run(&["cat", place, "-i", input]);
        assert_eq!(code, 0);
        assert!(!masked.contains("abcdefghijklmnop1234") && masked.contains("[redacted]"), "{masked}");
        let (code, open, _) = run(&["cat", place, "-i", input, "--no-redact"]);
        assert_eq!(code, 0);
        assert!(open.contains("abcdefghijklmnop1234"), "{open}");
    }
}

#[test]
fn a_reader_that_takes_ten_lines_is_no_error() {
    for args in [&[][..], &["--format", "json"]] {
        let mut child = program(&[&[packed().as_str()], args].concat()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!((output.status.code(), String::from_utf8(output.stderr).unwrap().as_str()), (Some(0), ""), "{args:?}");
    }
}

#[test]
fn an_input_called_like_a_command_is_given_with_its_folder() {
    let folder = tempfile::tempdir().unwrap();
    std::fs::copy(packed(), folder.path().join("cat")).unwrap();
    let output = program(&["./cat", "--format", "json"]).current_dir(folder.path()).output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(report["inputs"][0]["name"], "cat");
}

#[test]
fn a_dash_is_standard_input() {
    let piped = |args: &[&str]| {
        let file = std::fs::File::open(packed()).unwrap();
        let output = program(args).stdin(Stdio::from(file)).output().unwrap();
        (output.status.code(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
    };
    let (code, out, err) = piped(&["-", "--format", "json"]);
    assert_eq!((code, err.as_str()), (Some(0), ""));
    let mut report: Value = serde_json::from_str(&out).unwrap();
    assert_eq!(report["inputs"][0]["name"], "stdin");
    report["inputs"][0]["name"] = "multi-attach.tar.gz".into();
    assert_eq!(report, json(&[&packed()]), "the same report as from the file, its digest too");
    let (code, out, err) = piped(&["cat", "events.yaml:1", "-i", "-"]);
    assert_eq!((code, out.as_str()), (Some(2), ""));
    assert!(err.contains("only once") && err.contains("help:"), "{err}");
}
