//! Every YAML file of real archives, when they are there.

use super::{Outcome, oracle, read, read_general};
use std::io::Read as _;
use std::path::{Path, PathBuf};

fn archives() -> Vec<PathBuf> {
    let directory = std::env::var_os("MIG_REALDATA")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/realdata"), PathBuf::from);
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
        if entry.header().entry_type().is_file() && (name.ends_with(".yaml") || name.ends_with(".yml")) {
            let mut bytes = Vec::new();
            entry.read_to_end(&mut bytes).unwrap();
            files.push((name, bytes));
        }
    }
    files
}

fn check(name: &str, source: &[u8], fast: &Outcome, general: &Outcome, refused: &mut Vec<String>) {
    assert_eq!(fast.items, general.items, "{name}: fast and general differ");
    match oracle(source) {
        Some(expected) => assert_eq!(fast.json(), expected, "{name}: {:?}", fast.problems),
        None => refused.push(format!("{name}: {:?}", fast.problems)),
    }
}

#[test]
fn real_files_read_alike_by_every_reader() {
    let (mut fast_bytes, mut general_bytes, mut files, mut objects) = (0, 0, 0, 0);
    let mut refused = Vec::new();
    let mut slow = Vec::new();
    for archive in archives() {
        for (name, source) in yaml_files(&archive) {
            let fast = read(&source);
            check(&name, &source, &fast, &read_general(&source), &mut refused);
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
    eprintln!("refused by the oracle: {refused:#?}");
    eprintln!("slow: {:#?}", &slow[slow.len().saturating_sub(12)..]);
    assert!(share > 99.5, "{share} %");
}
