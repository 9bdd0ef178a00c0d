//! The walk as a whole.

mod chunks;
mod containers;
mod damage;
mod directories;
mod limits;
mod members;
mod parts;
mod sparse;
mod threads;

use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::pack::{Tar, gzip};
use super::*;

/// What a walk gave: content by path (the last duplicate wins), every part, the gaps, the summary.
struct Seen {
    files: BTreeMap<String, Vec<u8>>,
    parts: Vec<(Part, Vec<u8>)>,
    gaps: Vec<ArchiveGap>,
    walked: Walked,
    paths: Vec<String>,
}

impl Seen {
    fn gap_kinds(&self) -> Vec<GapKind> {
        self.gaps.iter().map(|gap| gap.kind).collect()
    }
}

fn see_with(source: &Source, limits: &Limits, want: &dyn Fn(&str) -> Want) -> Seen {
    let mut parts = Vec::new();
    let mut gaps = Vec::new();
    let paths = std::cell::RefCell::new(Vec::new());
    let ask = |path: &str| {
        paths.borrow_mut().push(path.to_owned());
        want(path)
    };
    let mut deliver = |batch: Batch| {
        for part in &batch.parts {
            assert!(part.lead <= part.range.start && part.range.end + part.trail <= batch.bytes.len());
            parts.push((part.clone(), part.with_context(&batch).to_vec()));
        }
        Some(batch.bytes)
    };
    let walked = walk(source, limits, &ask, &mut deliver, &mut |gap| gaps.push(gap)).unwrap();
    let mut files: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (part, bytes) in &parts {
        let file = files.entry(part.path.to_string()).or_default();
        if part.first {
            file.clear();
        }
        file.extend_from_slice(&bytes[part.lead..bytes.len() - part.trail]);
    }
    Seen { files, parts, gaps, walked, paths: paths.into_inner() }
}

fn see(bytes: Vec<u8>) -> Seen {
    see_with(&Source::bytes("case.tar.gz", bytes), &Limits::default(), &|_| Want::Stream)
}

#[test]
fn a_plain_archive_gives_its_files() {
    let tar = Tar::new().mtime(1_700_000_000).directory("must-gather").file("must-gather/a.log", "one\ntwo\n").file("b", "");
    for bytes in [tar.clone().finish(), tar.clone().gzip()] {
        let seen = see(bytes.clone());
        assert_eq!(seen.files["must-gather/a.log"], b"one\ntwo\n");
        assert_eq!(seen.files["b"], b"");
        assert_eq!(seen.gaps, []);
        assert!(seen.walked.complete);
        assert_eq!((seen.walked.files, seen.walked.directories, seen.walked.bytes), (2, 1, 8));
        assert_eq!(seen.walked.input_bytes, bytes.len() as u64);
        assert_eq!(seen.parts[0].0.mtime, Some(1_700_000_000));
        let digest: [u8; 32] = <sha2::Sha256 as sha2::Digest>::digest(&bytes).into();
        assert_eq!(seen.walked.sha256, Some(digest));
    }
}

#[test]
fn archives_of_the_same_name_nest() {
    let inner = Tar::new().file("must-gather/clusters/host/x.yaml", "kind: Pod\n").gzip();
    let image = "must-gather.local.1/quay-io-x/must-gather.tar.gz";
    let outer = Tar::new().file(image, inner).file("must-gather.local.1/timestamp", "t\n").gzip();
    let twice = Tar::new().file("must-gather.tar.gz", outer).finish();
    let seen = see(twice);
    let path = format!("must-gather.tar.gz!/{image}!/must-gather/clusters/host/x.yaml");
    assert_eq!(seen.files[&path], b"kind: Pod\n");
    assert_eq!(seen.files.len(), 2);
    let formats: Vec<_> = seen.walked.containers.iter().map(|c| (c.path.as_str(), c.format)).collect();
    let inner_path = format!("must-gather.tar.gz!/{image}");
    assert_eq!(formats, [("", "tar"), ("must-gather.tar.gz", "tar.gz"), (inner_path.as_str(), "tar.gz")]);
}

#[test]
fn a_compressed_log_is_the_log() {
    let seen = see(Tar::new().file("rotated.log.gz", gzip(b"line\n")).file("twice", gzip(&gzip(b"x"))).gzip());
    assert_eq!(seen.files["rotated.log.gz"], b"line\n");
    assert_eq!(seen.files["twice"], b"x");
    let single = see(gzip(b"line\n"));
    assert_eq!(single.files["case.tar.gz"], b"line\n");
}

#[test]
fn a_compressed_file_is_named_by_its_content_where_its_own_name_says_nothing() {
    let manifest = b"---\napiVersion: v1\nkind: Pod\n";
    let wanted = |path: &str| match path.rsplit_once('.').map(|(_, ending)| ending) {
        _ if path == "pod.yaml.gz" => Want::Whole,
        Some("yaml") if !path.starts_with("audit_logs/") => Want::Whole,
        Some("log") => Want::Stream,
        _ => Want::Skip,
    };
    let tar = Tar::new()
        .file("0010-attachment.gz", gzip(manifest))
        .file("0020", gzip(&gzip(b"2024-01-01T00:00:00Z text\n")))
        .file("audit_logs/x.gz", gzip(manifest))
        .file("pod.yaml.gz", gzip(manifest))
        .file("picture.gz", gzip(b"\x89PNG"))
        .file("plain", manifest)
        .gzip();
    let source = Source::bytes("x", tar);
    let seen = see_with(&source, &Limits::default(), &wanted);
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["0010-attachment.gz.yaml", "0020.log", "pod.yaml.gz"]);
    assert_eq!(read_entry(&source, &Limits::default(), "0010-attachment.gz.yaml").unwrap(), manifest);
    let single = see_with(&Source::bytes("dir/0010", gzip(manifest)), &Limits::default(), &wanted);
    assert_eq!(single.files.keys().collect::<Vec<_>>(), ["0010.yaml"]);
}

/// Text of numbered lines, so that any two places differ, of at least this many bytes.
fn log(name: &str, bytes: usize) -> Vec<u8> {
    let mut text = String::new();
    let mut n = 0;
    while text.len() < bytes {
        n += 1;
        let tail = "x".repeat(n % 97);
        writeln!(text, "2024-01-01T00:00:00Z {name} line {n} {tail}").unwrap();
    }
    text.into_bytes()
}

/// Puts the checksum of a header right that was changed.
fn fix_checksum(bytes: &mut [u8]) {
    bytes[148..156].fill(b' ');
    let sum: u32 = bytes[..512].iter().map(|b| u32::from(*b)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
}
