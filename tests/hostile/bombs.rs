//! Small inputs that grow.

use mig_analyze::archive::pack::{Tar, gzip};

use super::gather::{NAMESPACE, base, cr, log};
use super::run::{Stage, assert_gap};

/// Gzip members in a row are one stream, so a long stream of zeros costs the test nothing.
fn zeros(mebibytes: usize) -> Vec<u8> {
    gzip(&vec![0; 16 << 20]).repeat(mebibytes / 16)
}

#[test]
fn a_log_that_grows_a_thousandfold_ends_with_a_gap() {
    let bytes = base().file(&format!("{}.gz", log("velero-1")), zeros(4096)).finish();
    assert_gap(&Stage::new("must-gather.tar", &bytes).report(), &["limit", "ratio"]);
}

#[test]
fn a_bomb_in_a_bomb_ends_with_a_gap() {
    // A quarter of a terabyte in a few hundred kilobytes: each layer alone stays below the ratio that is allowed.
    let bytes = base().file(&format!("{}.gz", log("velero-1")), gzip(&zeros(256 << 10))).finish();
    assert!(bytes.len() < 2 << 20, "{} bytes", bytes.len());
    assert_gap(&Stage::new("must-gather.tar", &bytes).report(), &["limit"]);
}

#[test]
fn many_members_that_each_grow_a_little_less_end_with_a_gap() {
    // Sixteen mebibytes are allowed to any member; four thousand of them are 64 GiB.
    let mut tar = base();
    for n in 0..4_000 {
        tar = tar.file(&format!("{}.gz", log(&format!("velero-{n}"))), gzip_of_zeros_once());
    }
    assert_gap(&Stage::new("must-gather.tar", &tar.finish()).report(), &["limit"]);
}

fn gzip_of_zeros_once() -> &'static [u8] {
    static ONCE: std::sync::LazyLock<Vec<u8>> = std::sync::LazyLock::new(|| gzip(&vec![0; 16 << 20]));
    &ONCE
}

#[test]
fn a_manifest_that_grows_ends_with_a_gap() {
    let bytes = base().file(&cr("backups.velero.io", "b"), zeros(1024)).finish();
    assert_gap(&Stage::new("must-gather.tar", &bytes).report(), &["limit", "ratio"]);
}

#[test]
fn a_sparse_file_of_a_tebibyte_is_not_filled_and_what_was_written_is_read() {
    let (size, at) = (1_u64 << 40, (1_u64 << 39).to_string());
    let line = "time=\"2024-03-01T10:00:00Z\" level=error msg=\"behind the hole\"\n";
    let map = format!("{at},{}", line.len());
    let bytes = base().pax(&[("GNU.sparse.size", &size.to_string()), ("GNU.sparse.map", &map)]).file(&log("velero-1"), line).finish();
    let stage = Stage::new("must-gather.tar", &bytes);
    assert_gap(&stage.report(), &["limit", "zeros of its holes were left out"]);
    let cat = stage.run(&["cat", &log("velero-1"), "-i", stage.input.to_str().unwrap()]);
    assert!(cat.code == 0 && cat.stdout.contains("behind the hole") && cat.stdout.len() < 10_000, "{}", cat.stdout.len());
}

#[test]
fn many_sparse_files_end_with_a_gap() {
    // Eight mebibytes of holes are filled in any member; two thousand of them are 16 GiB.
    let size = (8_u64 << 20).to_string();
    let map = format!("{size},0");
    let records = [("GNU.sparse.size", size.as_str()), ("GNU.sparse.map", &map)];
    let tar = (0..2_000).fold(base(), |tar, n| tar.pax(&records).file(&log(&format!("velero-{n}")), ""));
    assert_gap(&Stage::new("must-gather.tar.gz", &tar.gzip()).report(), &["limit", "together"]);
}

#[test]
fn archives_in_archives_end_with_a_gap() {
    let mut inner = base().finish();
    for _ in 0..40 {
        inner = Tar::new().file("must-gather.tar", inner).finish();
    }
    let bytes = base().file("must-gather/deep.tar", gzip(&inner)).finish();
    assert_gap(&Stage::new("must-gather.tar", &bytes).report(), &["limit", "containers deep"]);
}

#[test]
fn a_million_entries_are_read() {
    let mut tar = base();
    for n in 0..1_000_000 {
        tar = tar.file(&format!("{NAMESPACE}/crs/x/{n}.yaml"), "");
    }
    let report = Stage::new("must-gather.tar.gz", &tar.gzip()).report();
    assert_gap(&report, &["empty"]);
    assert!(report["coverage"]["files"].as_u64().unwrap() > 1_000_000);
}

#[test]
fn an_archive_with_more_entries_than_the_limit_ends_with_a_gap() {
    let mut tar = base();
    for _ in 0..2_000_001 {
        tar = tar.directory("d");
    }
    assert_gap(&Stage::new("must-gather.tar.gz", &tar.gzip()).report(), &["limit", "entries"]);
}
