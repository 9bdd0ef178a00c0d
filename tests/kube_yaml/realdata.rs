//! Every YAML file of real archives, when they are there.

use super::{Outcome, oracle, read, read_general};
use serde_json::Value as Json;
use std::io::Read as _;
use std::path::{Path, PathBuf};

fn archives() -> Vec<PathBuf> {
    let directory = std::env::var_os("MIG_REALDATA").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/realdata"), PathBuf::from);
    let Ok(entries) = std::fs::read_dir(directory) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.filter_map(|entry| Some(entry.ok()?.path())).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".tar.gz"));
    paths.sort();
    paths
}

fn yaml_files(archive: &Path) -> Vec<(String, Vec<u8>)> {
    let file = std::fs::File::open(archive).unwrap();
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(file));
    let mut files = Vec::new();
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let name = entry.path().unwrap().to_string_lossy().into_owned();
        if entry.header().entry_type().is_file() && [".yaml", ".yml"].iter().any(|end| name.ends_with(end)) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((name, bytes));
        }
    }
    files
}

/// The first place where two bodies differ, since whole bodies are unreadable in a failure.
fn difference(left: &Json, right: &Json, at: &str) -> Option<String> {
    match (left, right) {
        (Json::Object(a), Json::Object(b)) => {
            let keys: std::collections::BTreeSet<&String> = a.keys().chain(b.keys()).collect();
            keys.into_iter().find_map(|key| match (a.get(key), b.get(key)) {
                (Some(a), Some(b)) => difference(a, b, &format!("{at}.{key}")),
                (a, b) => Some(format!("{at}.{key}: {a:?} / {b:?}")),
            })
        }
        (Json::Array(a), Json::Array(b)) if a.len() == b.len() => {
            a.iter().zip(b).enumerate().find_map(|(index, (a, b))| difference(a, b, &format!("{at}[{index}]")))
        }
        _ => (left != right).then(|| format!("{at}: {left} / {right}")),
    }
}

fn check(name: &str, source: &[u8], fast: &Outcome, general: &Outcome, notes: &mut Notes) {
    let (a, b) = (Json::from(fast.json()), Json::from(general.json()));
    if let Some(found) = difference(&a, &b, "") {
        notes.wrong.push(format!("{name}: fast / general {found}"));
    } else if fast.items != general.items {
        let pair = fast.items.iter().zip(&general.items).find(|(a, b)| a != b);
        let line = pair.and_then(|(a, b)| a.lines.iter().zip(&b.lines).find(|(a, b)| a != b));
        let flags = pair.map(|(a, b)| (a.line, b.line, a.truncated, b.truncated));
        notes.wrong.push(format!("{name}: lines {line:?} {flags:?}"));
    }
    match oracle(source) {
        Some(expected) => {
            if let Some(found) = difference(&a, &Json::from(expected), "") {
                notes.wrong.push(format!("{name}: fast / oracle {found} {:?}", fast.problems));
            }
        }
        None => notes.refused.push(format!("{name}: {:?}", fast.problems)),
    }
}

#[derive(Default)]
struct Notes {
    wrong: Vec<String>,
    refused: Vec<String>,
}

#[test]
fn real_files_read_alike_by_every_reader() {
    let (mut fast_bytes, mut general_bytes, mut files, mut objects) = (0, 0, 0, 0);
    let mut notes = Notes::default();
    let mut slow = Vec::new();
    for archive in archives() {
        for (name, source) in yaml_files(&archive) {
            let fast = read(&source);
            check(&name, &source, &fast, &read_general(&source), &mut notes);
            fast_bytes += fast.stats.fast_bytes;
            general_bytes += fast.stats.general_bytes;
            if fast.stats.general_bytes > 0 {
                slow.push((fast.stats.general_bytes, name));
            }
            files += 1;
            objects += fast.items.len();
        }
    }
    if files == 0 {
        eprintln!("no real archives here, nothing compared");
        return;
    }
    slow.sort();
    let share = 100.0 * fast_bytes as f64 / (fast_bytes + general_bytes) as f64;
    eprintln!("{files} files, {objects} objects, fast {share:.3} % ({general_bytes} bytes by the general reader)");
    eprintln!("refused by the oracle: {:#?}", notes.refused);
    eprintln!("slow: {:#?}", &slow[slow.len().saturating_sub(12)..]);
    assert!(notes.wrong.is_empty(), "{} differ: {:#?}", notes.wrong.len(), &notes.wrong[..notes.wrong.len().min(20)]);
    assert!(share > 99.5, "{share} %");
}
