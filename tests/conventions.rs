//! House rules. Each failure says what to do.

use std::fmt::Write as _;
use std::fs;
use std::path::{Path, PathBuf};

use serde_yaml::Value;
use walkdir::{DirEntry, WalkDir};

/// Lines that a source file may have.
const LONGEST: usize = 500;

/// Files that may be longer, each with its reason.
const LONG: &[(&str, &str)] = &[];

/// Fixture folders that tell no story of their own: `tests/packed.rs` compares what they hold with the stories.
const WITHOUT_STORY: &[&str] = &["packed"];

const RULE_KEYS: &[&str] = &["title", "severity", "role", "confidence", "match", "subject", "message", "remediation", "docs", "tests"];

const RULE_HEADINGS: &[&str] = &["## What it means", "## Why it happens", "## How to tell it from its neighbours"];

/// What README has to give under `## Tests`; `.ci/run` runs that block.
const CHECKS: &[&str] = &[
    "cargo fmt --check",
    "cargo clippy --all-targets --locked -- -D warnings",
    "cargo test --locked",
    "RUSTDOCFLAGS=-Dwarnings cargo doc --no-deps --locked",
    "cargo bench --no-run --locked",
    "fuzz/smoke",
];

/// Names that must not stand in any file, in two halves so that this file may be read as well.
const UNNAMED: &[(&str, &str, &str)] = &[
    ("crates", ".io", "a package registry: write `cargo install` or the package's own page"),
    ("docs", ".rs/", "a package registry's pages: name the crate, `cargo doc` has its text"),
    ("pypi", ".org", "a package registry: name the package"),
    ("npmjs", ".org", "a package registry: name the package"),
    ("proxy.golang", ".org", "a package registry: name the module"),
    ("/wo", "rk/", "a folder of one machine: name the place inside the repository"),
];

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

fn is_ours(entry: &DirEntry) -> bool {
    let name = entry.file_name().to_string_lossy();
    entry.depth() == 0 || !(name == ".git" || (entry.depth() == 1 && name == "target") || name.ends_with(".snap.new"))
}

/// All files below a folder of the repository, by path from its root.
fn files(below: &str) -> Vec<String> {
    let root = root();
    let walk = WalkDir::new(root.join(below)).sort_by_file_name().into_iter().filter_entry(is_ours);
    let found: Vec<String> = walk
        .map(|entry| entry.unwrap_or_else(|error| panic!("{error}")))
        .filter(|entry| entry.file_type().is_file())
        .map(|entry| entry.path().strip_prefix(&root).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/"))
        .collect();
    assert!(!found.is_empty(), "no files below {below}");
    found
}

fn text(path: &str) -> String {
    fs::read_to_string(root().join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
}

fn sources() -> impl Iterator<Item = String> {
    files("src").into_iter().filter(|path| has_extension(path, "rs"))
}

fn has_extension(path: &str, wanted: &str) -> bool {
    Path::new(path).extension().is_some_and(|extension| extension == wanted)
}

/// Fails with all problems at once, so that one run shows the whole work.
fn none(problems: &[String]) {
    let mut message = String::new();
    for problem in problems {
        let _ = write!(message, "\n{problem}");
    }
    assert!(problems.is_empty(), "{message}\n");
}

#[test]
fn files_are_named_after_what_they_hold() {
    let vague = ["utils.rs", "util.rs", "common.rs", "helpers.rs", "types.rs", "misc.rs"];
    let problems: Vec<String> = sources()
        .filter(|path| path.rsplit('/').next().is_some_and(|name| vague.contains(&name)))
        .map(|path| format!("{path}: the name says nothing: move each item to the file of the thing it serves, or name the file after that thing"))
        .collect();
    none(&problems);
}

#[test]
fn files_are_short() {
    let mut problems = Vec::new();
    for path in sources() {
        let lines = text(&path).lines().count();
        match (lines > LONGEST, LONG.iter().find(|(long, _)| *long == path)) {
            (true, None) => problems.push(format!(
                "{path}: {lines} lines, more than {LONGEST}: split it by concept, one per file, or give a reason in LONG of tests/conventions.rs"
            )),
            (false, Some(_)) => problems.push(format!("{path}: {lines} lines: take it out of LONG in tests/conventions.rs")),
            _ => {}
        }
    }
    for (path, _) in LONG.iter().filter(|(path, _)| !root().join(path).exists()) {
        problems.push(format!("{path}: is gone: take it out of LONG in tests/conventions.rs"));
    }
    none(&problems);
}

#[test]
fn nothing_is_left_undone_and_only_the_command_line_prints() {
    let macros = [
        ("todo!(", "finish it, or leave it out"),
        ("unimplemented!(", "finish it, or leave it out"),
        ("dbg!(", "take it out"),
        ("println!(", "return the text, or write to the `Write` that was passed in; only src/cli prints"),
    ];
    let mut problems = Vec::new();
    for path in sources() {
        let source = text(&path);
        for (line, code) in source.lines().enumerate().filter(|(_, code)| !code.trim_start().starts_with("//")) {
            for (name, cure) in macros {
                let prints = name == "println!(";
                if code.contains(name) && !(prints && path.starts_with("src/cli/")) {
                    problems.push(format!("{path}:{}: `{name}…)`: {cure}", line + 1));
                }
            }
        }
    }
    none(&problems);
}

#[test]
fn every_rule_is_complete() {
    let mut problems = Vec::new();
    for path in files("rules").into_iter().filter(|path| !path.ends_with("README.md")) {
        if !has_extension(&path, "yaml") {
            problems.push(format!("{path}: a rule file ends in `.yaml`: rename it, or move it out of rules/"));
            continue;
        }
        match serde_yaml::from_str::<Value>(&text(&path)) {
            Ok(rule) => problems.extend(rule_problems(&rule).into_iter().map(|problem| format!("{path}: {problem}"))),
            Err(error) => problems.push(format!("{path}: is no YAML: {error}")),
        }
    }
    none(&problems);
}

fn rule_problems(rule: &Value) -> Vec<String> {
    let is_empty = |value: &Value| match value {
        Value::Null => true,
        Value::String(text) => text.trim().is_empty(),
        Value::Sequence(items) => items.is_empty(),
        _ => false,
    };
    let missing = RULE_KEYS.iter().filter(|key| rule.get(**key).is_none_or(is_empty));
    let mut problems: Vec<String> = missing.map(|key| format!("`{key}` is missing: add it, rules/README.md says how")).collect();
    let docs = rule.get("docs").and_then(Value::as_str).unwrap_or_default();
    let headings: Vec<&str> = docs.lines().filter(|line| line.starts_with("## ")).collect();
    if headings != RULE_HEADINGS {
        problems.push(format!("the headings of `docs` are {headings:?}: make them {RULE_HEADINGS:?}, in this order"));
    }
    problems
}

#[test]
fn a_rule_without_remediation_or_headings_is_told() {
    let rule: Value =
        serde_yaml::from_str("{title: t, severity: note, role: noise, confidence: low, match: [a], subject: a, message: m, docs: d, tests: [t]}")
            .unwrap();
    let problems = rule_problems(&rule);
    assert_eq!(problems.len(), 2);
    assert!(problems[0].contains("`remediation` is missing") && problems[1].contains("headings"), "{problems:?}");
}

#[test]
fn every_story_has_its_readme_and_its_expectation() {
    let mut problems = Vec::new();
    for entry in fs::read_dir(root().join("fixtures")).unwrap().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        if !entry.path().is_dir() || WITHOUT_STORY.contains(&name.as_str()) {
            continue;
        }
        for (file, cure) in [
            ("README.md", "tell what happened and what the report must say"),
            ("expect.yaml", "say the same as data, fixtures/README.md lists the keys"),
        ] {
            if !entry.path().join(file).is_file() {
                problems.push(format!("fixtures/{name}/{file} is missing: {cure}"));
            }
        }
    }
    none(&problems);
}

#[test]
fn snapshots_have_plain_names() {
    let is_plain =
        |stem: &str| !stem.is_empty() && stem.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || b"_-".contains(&byte));
    let problems: Vec<String> = files("")
        .into_iter()
        .filter(|path| has_extension(path, "snap"))
        .filter(|path| !path.rsplit('/').next().and_then(|name| name.strip_suffix(".snap")).is_some_and(is_plain))
        .map(|path| format!("{path}: name the snapshot with [a-z0-9_-] only, so that it checks out on every system"))
        .collect();
    none(&problems);
}

#[test]
fn no_file_names_a_registry_or_a_machine() {
    let mut problems = Vec::new();
    // Cargo itself writes where each package came from into the lock file.
    for path in files("").into_iter().filter(|path| !path.ends_with("Cargo.lock")) {
        let bytes = fs::read(root().join(&path)).unwrap_or_else(|error| panic!("{path}: {error}"));
        let Ok(text) = String::from_utf8(bytes) else { continue };
        for (head, tail, what) in UNNAMED {
            let name = format!("{head}{tail}");
            if let Some(at) = text.find(&name) {
                problems.push(format!("{path}:{}: `{name}` is {what}", text[..at].matches('\n').count() + 1));
            }
        }
    }
    none(&problems);
}

#[test]
fn the_readme_gives_the_commands_that_check_the_project() {
    let readme = text("README.md");
    let section = readme.split("\n## ").find_map(|section| section.strip_prefix("Tests\n")).unwrap_or_default();
    let block = section.split("\n```").nth(1).and_then(|block| block.split_once('\n')).map_or("", |(_, body)| body);
    let lines: Vec<&str> = block.lines().collect();
    assert_eq!(lines, CHECKS, "README.md, `## Tests`: the first fenced block is what .ci/run runs; make both sides equal");
}

#[test]
fn every_benchmark_has_its_own_main() {
    let manifest = text("Cargo.toml");
    let problems: Vec<String> = files("benches")
        .iter()
        .filter_map(|path| path.strip_prefix("benches/")?.strip_suffix(".rs"))
        .filter(|name| !name.contains('/'))
        .filter(|name| !manifest.contains(&format!("[[bench]]\nname = \"{name}\"\nharness = false\n")))
        .map(|name| format!("benches/{name}.rs: add `[[bench]]`, `name = \"{name}\"`, `harness = false` to Cargo.toml, or it never runs"))
        .collect();
    none(&problems);
}
