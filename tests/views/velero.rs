//! `describe` of a backup or restore against what Velero itself printed into the stories.

use std::path::{Path, PathBuf};
use std::process::Command;

use serde_json::Value;
use walkdir::WalkDir;

/// Fetched descriptions of all stories, with the gather that holds each.
fn descriptions() -> Vec<(PathBuf, PathBuf)> {
    let fixtures = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let mut found = Vec::new();
    for entry in WalkDir::new(fixtures).sort_by_file_name().into_iter().map(Result::unwrap) {
        let name = entry.file_name().to_string_lossy().into_owned();
        let is_one = name.starts_with("backup-describe-") || name.starts_with("restore-describe-");
        let gather = entry.path().ancestors().find(|path| path.ends_with("must-gather"));
        if let (true, Some(gather)) = (is_one, gather) {
            found.push((gather.to_owned(), entry.path().to_owned()));
        }
    }
    found
}

fn describe(kind: &str, name: &str, gather: &Path) -> Value {
    let output =
        Command::new(env!("CARGO_BIN_EXE_mig-analyze")).args(["describe", kind, name, "--format", "json", "-i"]).arg(gather).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    serde_json::from_slice(&output.stdout).unwrap()
}

/// Simple lines of a description that the object alone tells.
const TOLD: &[&str] = &[
    "Name",
    "Namespace",
    "Storage Location",
    "TTL",
    "Backup Format Version",
    "Started",
    "Completed",
    "Expiration",
    "Total items to be backed up",
    "Items backed up",
    "Total items to be restored",
    "Items restored",
    "Backup",
    "Restore PVs",
];

#[test]
fn the_sheet_says_what_velero_printed() {
    let all = descriptions();
    assert!(all.len() > 10, "the stories hold descriptions");
    let mut compared = 0;
    for (gather, path) in all.iter().take(14) {
        let text = std::fs::read_to_string(path).unwrap();
        let (kind, rest) = path.file_name().unwrap().to_str().unwrap().split_once("-describe-").unwrap();
        let found = describe(kind, rest.trim_end_matches(".txt"), gather);
        let sheets: Vec<&Value> = found.as_array().unwrap().iter().map(|one| &one["velero"]).collect();
        assert!(sheets[0]["collected"][0]["usable"] == true, "{}", path.display());
        for line in text.lines() {
            let Some((name, value)) = line.split_once(':').filter(|(name, _)| TOLD.contains(name)) else { continue };
            let says = |sheet: &&Value| {
                let sections = sheet["sections"].as_array().unwrap();
                sections.iter().any(|section| section["name"] == name && section["value"] == value.trim())
            };
            // A copy that was synced to the other cluster was made later; one of the two is what Velero described.
            assert!(sheets.iter().any(says), "{}: {line}\n{sheets:#?}", path.display());
            compared += 1;
        }
    }
    assert!(compared > 100, "{compared}");
}
