//! Containers: detection, the walk over entries, and reading one entry back.
//!
//! A mutated tar header almost never has the right checksum, so the first byte decides whether the checksums are put right before
//! the walk, and whether the whole is packed with gzip.

#![no_main]

use std::cell::RefCell;
use std::collections::BTreeMap;

use libfuzzer_sys::fuzz_target;
use mig_analyze::archive::{Batch, Limits, Source, Want, pack, read_entry, walk};

fuzz_target!(|data: &[u8]| {
    let Some((&how, body)) = data.split_first() else { return };
    let mut bytes = body.to_vec();
    if how & 1 == 1 {
        mend_checksums(&mut bytes);
    }
    if how & 2 == 2 {
        bytes = pack::gzip(&bytes);
    }
    let source = Source::bytes("input", bytes);
    let limits = Limits { entries: 5_000, unpacked: 32 << 20, whole: 1 << 20, ..Limits::default() };

    let mut read = None;
    for round in 0..2 {
        let found = files(&source, &limits);
        if round == 0 {
            read = found;
        } else {
            assert_eq!(read, found, "two walks over the same bytes saw different things");
        }
    }
    let Some(read) = read else { return };
    // What the walk handed out must be what `cat` finds. Of members with one path the last counts, and that may be a container.
    // Nor is a file meant whose name a compressed one could get by its content.
    let is_alias = |path: &str| [".yaml", ".log"].iter().any(|ending| path.strip_suffix(ending).is_some_and(|stem| read.contains_key(stem)));
    let once = read.iter().find(|(path, file)| file.whole && file.asked == 1 && !is_alias(path));
    let Some((path, File { content, .. })) = once else { return };
    match read_entry(&source, &limits, path) {
        Ok(again) => assert!(again == *content, "`{path}` was {} bytes and is {} bytes", content.len(), again.len()),
        Err(error) => panic!("`{path}` was handed out and cannot be found: {error}"),
    }
});

#[derive(Debug, Default, PartialEq)]
struct File {
    content: Vec<u8>,
    /// Nothing of it was lost.
    whole: bool,
    member: u32,
    /// Members with this path.
    asked: u32,
}

/// All files by path; `None` when the input is no archive.
fn files(source: &Source, limits: &Limits) -> Option<BTreeMap<String, File>> {
    let mut files: BTreeMap<String, File> = BTreeMap::new();
    let asked: RefCell<BTreeMap<String, u32>> = RefCell::default();
    let want = |path: &str| {
        *asked.borrow_mut().entry(path.to_owned()).or_default() += 1;
        if path.len() % 2 == 0 { Want::Stream } else { Want::Whole }
    };
    let mut deliver = |batch: Batch| {
        for part in &batch.parts {
            assert!(part.range.end <= batch.bytes.len() && part.lead <= part.range.start, "a part beyond its batch");
            assert!(part.range.end + part.trail <= batch.bytes.len(), "context beyond its batch");
            let escapes = part.path.starts_with('/') || part.path.split('/').any(|name| name == "..");
            assert!(!escapes, "`{}` leads out of the archive", part.path);
            let file = files.entry(part.path.to_string()).or_default();
            if part.first {
                *file = File { whole: true, member: part.member, ..File::default() };
            }
            assert_eq!(file.member, part.member, "chunks of two members are mixed");
            file.content.extend_from_slice(part.own(&batch));
            file.whole &= !part.truncated && part.cut == 0;
        }
        Some(batch.bytes)
    };
    walk(source, limits, &want, &mut deliver, &mut |gap| drop(gap.to_string())).ok()?;
    for (path, times) in asked.into_inner() {
        if let Some(file) = files.get_mut(&path) {
            file.asked = times;
        }
    }
    Some(files)
}

/// Puts the checksum of every header right, by walking from header to header as a reader does.
fn mend_checksums(bytes: &mut [u8]) {
    let mut at = 0;
    while let Some(header) = bytes.get_mut(at..at + 512) {
        if header.iter().all(|byte| *byte == 0) {
            at += 512;
            continue;
        }
        header[148..156].fill(b' ');
        let sum: u32 = header.iter().map(|byte| u32::from(*byte)).sum();
        header[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
        let digits = header[124..136].iter().take_while(|byte| (b'0'..=b'7').contains(*byte));
        let size = digits.fold(0_usize, |size, digit| size.saturating_mul(8).saturating_add(usize::from(digit - b'0')));
        at = at.saturating_add(512).saturating_add(size.min(bytes.len()).next_multiple_of(512));
    }
}
