//! YAML and logs that no cluster would write.

use std::fmt::Write as _;

use super::gather::{base, cr, log, migration};
use super::run::{Stage, assert_gap};

fn with(path: &str, content: impl AsRef<[u8]>) -> Stage {
    Stage::new("must-gather.tar.gz", &base().file(path, content).gzip())
}

#[test]
fn aliases_that_multiply_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for n in 1..40 {
        let before = format!("*a{}, ", n - 1).repeat(9);
        let _ = writeln!(text, "a{n}: &a{n} [{}]", before.trim_end_matches(", "));
    }
    text.push_str("kind: Backup\nmetadata:\n  name: b\n");
    assert_gap(&with(&cr("backups.velero.io", "b"), text).report(), &["backups.velero.io"]);
}

#[test]
fn deep_nesting_is_a_limit_in_every_style() {
    let deep = 200_000;
    let block: String = (0..3_000).map(|n| " ".repeat(n) + "a:\n").collect();
    for (name, text) in [
        ("flow", format!("kind: Backup\nspec: {}", "[".repeat(deep))),
        ("maps", format!("kind: Backup\nspec: {}", "{a: ".repeat(deep))),
        ("dashes", format!("kind: Backup\nspec:\n  {}x\n", "- ".repeat(deep))),
        ("json", format!("{{\"kind\": \"Backup\", \"spec\": {}", "[".repeat(deep))),
        ("block", format!("kind: Backup\nmetadata:\n  name: b\nspec:\n{}", block.replace("a:", "  a:"))),
        ("questions", format!("kind: Backup\nspec:\n  {}x\n", "? ".repeat(deep))),
    ] {
        assert_gap(&with(&cr("backups.velero.io", name), text).report(), &[&format!("backups.velero.io/{name}.yaml")]);
    }
}

#[test]
fn a_huge_scalar_is_left_out_with_a_gap() {
    let text = format!("apiVersion: velero.io/v1\nkind: Backup\nmetadata:\n  name: b\n  namespace: n\nspec:\n  x: {}\n", "y".repeat(100 << 20));
    assert_gap(&with(&cr("backups.velero.io", "b"), text).report(), &["limit", "backups.velero.io"]);
}

#[test]
fn huge_scalars_in_every_style_are_read_or_left_out() {
    let long = "word ".repeat(6 << 20);
    let head = "apiVersion: velero.io/v1\nkind: Backup\nmetadata:\n  name: b\n  namespace: n\nspec:\n";
    let folded: String = "    some words\n".repeat(2 << 20);
    for text in [
        format!("{head}  x: \"{long}\"\n"),
        format!("{head}  x: '{long}'\n"),
        format!("{head}  x: |\n{folded}"),
        format!("{head}  x: >\n{folded}"),
        format!("{head}  x: some\n{folded}"),
        format!("{head}  {}: x\n", "k".repeat(20 << 20)),
    ] {
        with(&cr("backups.velero.io", "b"), text).report();
    }
}

#[test]
fn a_huge_line_of_a_log_loses_its_middle_and_says_so() {
    let line = format!("time=\"2021-05-12T08:00:00Z\" level=error msg=\"{}\"\n", "error x=y ".repeat(30 << 20));
    assert_gap(&with(&log("velero-1"), line).report(), &["lost their middle"]);
}

#[test]
fn long_lines_full_of_what_rules_look_for_stay_cheap() {
    let words = "error rsync failed to find a Multi-Attach error for volume \\\"x\\\" Warning FailedMount signal killed code 23 not found \
                 unable to restic forbidden denied timeout connection refused x509 certificate ";
    let line = format!("time=\"2021-05-12T08:00:00Z\" level=error msg=\"{}\"\n", words.repeat(4_000));
    with(&log("velero-1"), line.repeat(60)).report();
}

#[test]
fn logs_of_many_different_errors_keep_a_bounded_part() {
    let line =
        |n: u32| format!("time=\"2021-05-12T08:00:00Z\" level=error msg=\"{} broke {}\" backup=ns/b{n}\n", word(n), word(n.wrapping_mul(7919)));
    let text: String = (0..600_000).map(line).collect();
    with(&log("velero-1"), text).report();
}

/// Letters only, so that no two are folded into one.
fn word(n: u32) -> String {
    n.to_string().bytes().map(|digit| char::from(digit - b'0' + b'a')).collect()
}

#[test]
fn bytes_that_are_no_text_do_no_harm() {
    let run = migration("x", "p", "");
    let wide: Vec<u8> = run.encode_utf16().flat_map(u16::to_le_bytes).collect();
    let nul_tail = [run.as_bytes(), &vec![0; 5 << 20]].concat();
    let latin = run.replace("something", "caf\u{e9}").chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let noise: Vec<u8> = (0..1_000_000_u32).map(|n| u8::try_from(n.wrapping_mul(2_654_435_761) >> 24).unwrap()).collect();
    for bytes in [wide, nul_tail, latin, vec![0; 1 << 20], noise.clone(), b"\xef\xbb\xbf".to_vec(), b"k".to_vec()] {
        with(&cr("migmigrations.migration.openshift.io", "x"), &bytes).report();
    }
    for bytes in [noise, vec![0; 64 << 20], b"\r\n".repeat(1 << 20), b"\xff\n".repeat(1 << 20)] {
        with(&log("velero-1"), &bytes).report();
    }
}

#[test]
fn lists_of_nothing_are_read() {
    for (name, item) in [("null", "- null\n"), ("empty", "- {}\n"), ("bare", "-\n"), ("text", "- x\n"), ("list", "- []\n")] {
        let text = format!("apiVersion: v1\nkind: List\nitems:\n{}", item.repeat(1_000_000));
        with(&cr("backups.velero.io", name), text).report();
    }
}

#[test]
fn many_documents_and_many_keys_are_read() {
    let documents = "---\n{}\n".repeat(500_000);
    with(&cr("backups.velero.io", "documents"), documents).report();
    let labels = (0..200_000).fold(String::new(), |mut labels, n| {
        let _ = writeln!(labels, "    l{n}: v");
        labels
    });
    let text = migration("x", "p", "").replace("  name: x\n", &format!("  labels:\n{labels}  name: x\n"));
    with(&cr("migmigrations.migration.openshift.io", "x"), text).report();
    let conditions = "  - status: \"True\"\n    type: Failed\n    category: Critical\n    message: m\n".repeat(200_000);
    let text = migration("x", "p", "").replace("  conditions:\n", &format!("  conditions:\n{conditions}"));
    with(&cr("migmigrations.migration.openshift.io", "x"), text).report();
}

#[test]
fn numbers_and_times_beyond_all_bounds_are_text() {
    for value in ["1e999999999", "-9223372036854775809", "0x".repeat(100_000).as_str(), ".inf", "1".repeat(100_000).as_str()] {
        let text = migration("x", "p", &format!("  startTimestamp: {value}\n  observedGeneration: {value}\n"));
        with(&cr("migmigrations.migration.openshift.io", "x"), text).report();
    }
    for time in ["9999-12-31T23:59:59Z", "0000-00-00T00:00:00Z", "2021-05-12T99:99:99Z", "-9999-01-01T00:00:00Z", "2021-02-30T00:00:00Z"] {
        let text = migration("x", "p", "").replace("2021-05-12T08:00:00Z", time);
        with(&cr("migmigrations.migration.openshift.io", "x"), text).report();
    }
}
