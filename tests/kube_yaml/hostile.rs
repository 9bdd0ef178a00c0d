//! Inputs that were made, or broken, to hurt: nothing panics, nothing takes long.

use super::{emit, oracle, read};
use mig_analyze::ingest::kube_yaml::{Limits, Problem, Reader};
use proptest::prelude::*;
use serde_json::json;
use std::fmt::Write as _;
use std::time::{Duration, Instant};

fn quickly(source: &str) -> Vec<Problem> {
    let start = Instant::now();
    let outcome = read(source.as_bytes());
    assert!(start.elapsed() < Duration::from_secs(5), "took {:?}", start.elapsed());
    assert!(outcome.items.is_empty());
    outcome.problems
}

fn is_limit(problems: &[Problem]) -> bool {
    problems.iter().any(|problem| matches!(problem, Problem::Limit { .. } | Problem::Unparsable { .. }))
}

#[test]
fn nested_brackets_fail_fast() {
    assert!(is_limit(&quickly(&"[".repeat(100_000))));
    assert!(is_limit(&quickly(&"{a: ".repeat(100_000))));
    assert!(is_limit(&quickly(&format!("kind: Pod\nspec: {}", "[".repeat(100_000)))));
    assert!(is_limit(&quickly(&format!("kind: Pod\nspec:\n  {}x", "- ".repeat(100_000)))));
    assert!(is_limit(&quickly(&format!("kind: Pod\n{}", "? ".repeat(100_000)))));
}

#[test]
fn deep_block_maps_fail_fast() {
    let mut text = String::from("kind: Pod\nmetadata:\n  name: a\nspec:\n");
    for depth in 1..5000 {
        text.push_str(&" ".repeat(depth));
        text.push_str("a:\n");
    }
    assert!(quickly(&text).iter().any(|problem| matches!(problem, Problem::Limit { .. })));
}

#[test]
fn alias_bombs_are_refused() {
    let mut text = String::from("a0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    for level in 1..10 {
        let part = vec![format!("*a{}", level - 1); 9].join(", ");
        writeln!(text, "a{level}: &a{level} [{part}]").unwrap();
    }
    assert!(quickly(&text).iter().any(|problem| matches!(problem, Problem::Limit { .. })));
}

#[test]
fn one_bad_item_leaves_the_others() {
    let text = "apiVersion: v1\nitems:\n- kind: Pod\n  metadata: {name: a}\n- kind: Pod\n  x: &a [*a]\n- kind: Pod\n  y: \"\n- kind: Pod\n  metadata:\n    name: b\nkind: List\n";
    let outcome = read(text.as_bytes());
    let names: Vec<_> = outcome.items.iter().map(|item| item.json["metadata"]["name"].clone()).collect();
    assert_eq!(names, ["a", "b"]);
    let lines: Vec<_> = outcome.problems.iter().map(Problem::line).collect();
    assert_eq!(lines.len(), 2, "{:?}", outcome.problems);
}

#[test]
fn a_huge_scalar_is_one_value() {
    let value = "x".repeat(8 << 20);
    let outcome = read(format!("kind: Pod\nmetadata:\n  name: a\nspec: {value}\n").as_bytes());
    assert_eq!(outcome.items[0].json["spec"].as_str().map(str::len), Some(8 << 20));
}

#[test]
fn an_item_over_the_limit_is_left_out() {
    let text = format!("items:\n- kind: Pod\n  x: {}\n- kind: Pod\n  x: b\nkind: List\n", "y".repeat(200));
    let limits = Limits { item_bytes: 100, ..Limits::default() };
    let (mut items, mut problems) = (0, Vec::new());
    Reader::default().read(text.as_bytes(), &limits, &mut |_| items += 1, &mut |problem| problems.push(problem));
    assert_eq!(items, 1);
    assert!(matches!(&problems[..], [Problem::Limit { line: 2, .. }]), "{problems:?}");
}

#[test]
fn many_unsorted_keys_stay_cheap() {
    let mut text = String::from("kind: Pod\nspec:\n");
    for key in (0..60_000).rev() {
        writeln!(text, "  k{key:06}: 1").unwrap();
    }
    let start = Instant::now();
    assert_eq!(read(text.as_bytes()).items[0].json["spec"].as_object().map(serde_json::Map::len), Some(60_000));
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn many_documents_that_look_like_lists_stay_cheap() {
    let text = "kind: Pod\nitems:\n- a\n---\n".repeat(20_000);
    let start = Instant::now();
    assert_eq!(read(text.as_bytes()).items.len(), 20_000);
    assert!(start.elapsed() < Duration::from_secs(5));
}

#[test]
fn every_prefix_of_a_file_is_read_without_a_panic() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "managedFields": [{"a": {}}]},
        "spec": {"args": ["--x", "a: b", "é\n  日本\n"], "n": null, "tab": "a\tb", "list": [["x", {"y": 1}]], "q": "it's: x"}});
    let list = emit::print(&json!({"apiVersion": "v1", "items": [pod, pod], "kind": "List", "metadata": {}}));
    for source in [list.clone(), emit::print(&pod), format!("{}---\n{list}", emit::print(&pod)), pod.to_string()] {
        let whole = read(source.as_bytes()).items;
        for end in 0..source.len() {
            for outcome in [read(&source.as_bytes()[..end]), super::read_general(&source.as_bytes()[..end])] {
                for (index, item) in outcome.items.iter().enumerate() {
                    let is_last = index + 1 == outcome.items.len();
                    assert!(is_last || item.json == whole[index].json, "{end}: {}", item.json);
                }
            }
        }
    }
}

fn soup() -> impl Strategy<Value = Vec<u8>> {
    let pieces = prop::sample::select(vec![
        "a",
        "b:",
        "kind: Pod\n",
        "apiVersion: v1\n",
        "items:\n",
        "items: []\n",
        "metadata:\n",
        "  name: x\n",
        "- ",
        "-",
        "-\n",
        "\n",
        "\n\n",
        " ",
        "  ",
        "    ",
        "\t",
        ": ",
        ":\n",
        ":",
        "'",
        "''",
        "\"",
        "\\",
        "|\n",
        "|-\n",
        "|+\n",
        "|2\n",
        ">\n",
        ">-\n",
        "#",
        " # c\n",
        "&a",
        "*a",
        "!t ",
        "!!str ",
        "{",
        "}",
        "[",
        "]",
        ",",
        "? ",
        "...\n",
        "---\n",
        "--- ",
        "%YAML 1.2\n",
        "<<: ",
        "managedFields:\n",
        "1",
        "true",
        "~",
        "null",
        "\r",
        "\r\n",
        "\u{feff}",
        "\u{85}",
        "\u{2028}",
        "é",
        "I0815 12:34:56.789012 1 a.go:1] x: y\n",
        "Warning: old\n",
        "Error from server: x\n",
        "key: value\n",
        "  key: value\n",
        "- key: value\n",
        "  - x\n",
        "word word",
        "\\\n",
    ]);
    prop::collection::vec(pieces, 0..40).prop_map(|pieces| pieces.concat().into_bytes())
}

/// Characters on which YAML 1.1 and 1.2 disagree, so that the oracle and the general reader may.
fn disputed(text: &str) -> bool {
    ["\u{85}", "\u{2028}", "\u{feff}", "\r", "!", "%", "<<", "&", "*", "?", "...", "~", "null:"].iter().any(|piece| text.contains(piece))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 4000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read(&bytes);
    }

    #[test]
    fn pieces_of_yaml_are_read_alike_when_nothing_is_wrong(source in soup()) {
        let outcome = read(&source);
        let general = super::read_general(&source);
        if outcome.problems.is_empty() && general.problems.is_empty() {
            prop_assert_eq!(&outcome.items, &general.items, "{}", String::from_utf8_lossy(&source));
            let text = String::from_utf8_lossy(&source);
            if let Some(expected) = oracle(&source).filter(|_| !disputed(&text)) {
                prop_assert_eq!(outcome.json(), expected, "{}", text);
            }
        }
    }

    // What surrounds the items of a list and the inside of managedFields are skipped without a look.
    #[test]
    fn the_fast_reader_takes_nothing_that_the_oracle_refuses(source in soup()) {
        let outcome = read(&source);
        let text = String::from_utf8_lossy(&source);
        let all_fast = outcome.stats.general_bytes == 0 && outcome.problems.is_empty() && !outcome.items.is_empty();
        if all_fast && !disputed(&text) && !text.contains("managedFields") && !text.contains("items") && text.matches("apiVersion").count() < 2 {
            prop_assert!(oracle(&source).is_some(), "{}", text);
        }
    }
}
