//! The packed story that README analyzes holds what its folder holds.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use flate2::read::MultiGzDecoder;
use mig_analyze::archive::pack::Tar;
use tar::Archive;
use walkdir::WalkDir;

/// The folders of the story whose content the archive holds, each under the names that the tools gave it.
const INPUTS: &[(&str, &str)] = &[("must-gather", "must-gather/"), ("inspect", "")];

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures")
}

/// Content by member name, as it lies in the story's folders.
fn story() -> BTreeMap<String, Vec<u8>> {
    let mut members = BTreeMap::new();
    for (folder, prefix) in INPUTS {
        let folder = fixtures().join("multi-attach").join(folder);
        for entry in WalkDir::new(&folder) {
            let entry = entry.unwrap_or_else(|error| panic!("{error}"));
            if entry.file_type().is_file() {
                let path = entry.path().strip_prefix(&folder).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
                let content = fs::read(entry.path()).unwrap_or_else(|error| panic!("{path}: {error}"));
                members.insert(format!("{prefix}{path}"), content);
            }
        }
    }
    members
}

/// Content by member name, as it lies in the archive.
fn packed(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let Ok(bytes) = fs::read(path) else { return BTreeMap::new() };
    let mut archive = Archive::new(MultiGzDecoder::new(bytes.as_slice()));
    let mut members = BTreeMap::new();
    for entry in archive.entries().unwrap_or_else(|error| panic!("{error}")) {
        let mut entry = entry.unwrap_or_else(|error| panic!("{error}"));
        let name = String::from_utf8_lossy(&entry.path_bytes()).into_owned();
        let mut content = Vec::new();
        entry.read_to_end(&mut content).unwrap_or_else(|error| panic!("{name}: {error}"));
        members.insert(name, content);
    }
    members
}

#[test]
fn the_packed_story_is_the_story() {
    let path = fixtures().join("packed/multi-attach.tar.gz");
    let story = story();
    if std::env::var_os("MIG_BLESS").is_some() {
        let tar = story.iter().fold(Tar::new(), |tar, (name, content)| tar.file(name, content));
        fs::write(&path, tar.gzip()).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    }
    let packed = packed(&path);
    let differs: Vec<&String> =
        story.keys().chain(packed.keys().filter(|name| !story.contains_key(*name))).filter(|name| story.get(*name) != packed.get(*name)).collect();
    assert!(differs.is_empty(), "fixtures/packed/multi-attach.tar.gz is out of date, run `MIG_BLESS=1 cargo test --test packed`: {differs:#?}");
}
