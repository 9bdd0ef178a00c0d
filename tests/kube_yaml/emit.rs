//! Random objects, printed the way `sigs.k8s.io/yaml` prints and the way `serde_yaml` does, read by all readers.

use super::{oracle, read_both};
use mig_analyze::graph::tape::{Scalar, resolve_plain};
use proptest::prelude::*;
use serde_json::{Value as Json, json};
use std::borrow::Cow;
use std::fmt::Write as _;

/// The width at which go-yaml wraps scalars.
const WIDTH: usize = 80;

/// Prints as `sigs.k8s.io/yaml` does: lists at the indentation of their key, long scalars wrapped.
pub fn print(value: &Json) -> String {
    let mut out = String::new();
    node(value, 0, false, &mut out);
    out
}

fn node(value: &Json, indent: usize, inline: bool, out: &mut String) {
    let pad = " ".repeat(indent);
    match value {
        Json::Object(entries) => {
            for (index, (key, value)) in entries.iter().enumerate() {
                if index > 0 || !inline {
                    out.push_str(&pad);
                }
                scalar(&Json::from(key.as_str()), usize::MAX, false, out);
                out.push(':');
                match value {
                    Json::Object(inner) if !inner.is_empty() => {
                        out.push('\n');
                        node(value, indent + 2, false, out);
                    }
                    Json::Array(inner) if !inner.is_empty() => {
                        out.push('\n');
                        node(value, indent, false, out);
                    }
                    _ => {
                        out.push(' ');
                        scalar(value, indent + 2, true, out);
                        newline(out);
                    }
                }
            }
        }
        Json::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                if index > 0 || !inline {
                    out.push_str(&pad);
                }
                out.push_str("- ");
                match item {
                    Json::Object(inner) if !inner.is_empty() => node(item, indent + 2, true, out),
                    Json::Array(inner) if !inner.is_empty() => node(item, indent + 2, true, out),
                    _ => {
                        scalar(item, indent + 2, true, out);
                        newline(out);
                    }
                }
            }
        }
        _ => {
            scalar(value, indent + 2, true, out);
            newline(out);
        }
    }
}

fn newline(out: &mut String) {
    if !out.ends_with('\n') {
        out.push('\n');
    }
}

fn scalar(value: &Json, indent: usize, blocks: bool, out: &mut String) {
    let Json::String(text) = value else {
        write!(out, "{value}").unwrap();
        return;
    };
    let special = text.chars().any(|c| c.is_control() && c != '\n' || matches!(c, '\u{2028}' | '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}'));
    let edges = text.starts_with(' ') || text.ends_with(' ') || text.contains(" \n") || text.contains("\n ");
    if text.contains('\n') && blocks && !special && !edges && !text.starts_with('\n') {
        literal(text, indent, out);
    } else if special || text.contains('\n') {
        double(text, indent, out);
    } else if is_plain(text) {
        wrapped(text, indent, out);
    } else {
        out.push('\'');
        wrapped(&text.replace('\'', "''"), indent, out);
        out.push('\'');
    }
}

fn is_plain(text: &str) -> bool {
    let first = text.chars().next().unwrap_or(' ');
    let word = first == '-' && text.len() > 1 && !text.starts_with("- ") && !text.starts_with("--");
    let indicator = "&*!%@`#,[]{}|>\"'?:- ".contains(first) && !word;
    !indicator
        && !text.ends_with([' ', ':'])
        && !text.contains(": ")
        && !text.contains(" #")
        && text != "<<"
        && text != "..."
        && matches!(resolve_plain(Cow::Borrowed(text)), Scalar::Text(_))
}

/// Breaks at a single space once the line is long enough.
fn wrapped(text: &str, indent: usize, out: &mut String) {
    let mut column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    let bytes: Vec<char> = text.chars().collect();
    for (index, c) in bytes.iter().enumerate() {
        let lone = index > 0 && index + 1 < bytes.len() && bytes[index - 1] != ' ' && bytes[index + 1] != ' ';
        if *c == ' ' && column > WIDTH && lone && indent != usize::MAX {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            column = indent;
        } else {
            out.push(*c);
            column += 1;
        }
    }
}

fn double(text: &str, indent: usize, out: &mut String) {
    out.push('"');
    let mut column = out.len() - out.rfind('\n').map_or(0, |at| at + 1);
    let chars: Vec<char> = text.chars().collect();
    for (index, c) in chars.iter().enumerate() {
        let before = out.len();
        match c {
            ' ' if column > WIDTH && index > 0 && chars[index - 1] != ' ' && index + 1 < chars.len() && indent != usize::MAX => {
                out.push('\n');
                out.push_str(&" ".repeat(indent));
                // go-yaml protects a second space from being folded away.
                if chars[index + 1] == ' ' {
                    out.push('\\');
                }
                column = indent;
                continue;
            }
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\0' => out.push_str("\\0"),
            '\u{85}' => out.push_str("\\N"),
            '\u{2028}' => out.push_str("\\L"),
            c if c.is_control() || matches!(c, '\u{2029}' | '\u{feff}' | '\u{fffe}' | '\u{ffff}') => {
                write!(out, "\\u{:04X}", u32::from(*c)).unwrap();
            }
            c => out.push(*c),
        }
        column += out.len() - before;
    }
    out.push('"');
}

fn literal(text: &str, indent: usize, out: &mut String) {
    let breaks = text.len() - text.trim_end_matches('\n').len();
    out.push_str(["|-", "|", "|+"][breaks.min(2)]);
    out.push('\n');
    for line in text.strip_suffix('\n').unwrap_or(text).split('\n') {
        if !line.is_empty() {
            out.push_str(&" ".repeat(indent));
            out.push_str(line);
        }
        out.push('\n');
    }
}

fn text() -> impl Strategy<Value = String> {
    let words = prop::sample::select(vec![
        "a",
        "pod-1",
        "true",
        "null",
        "~",
        "=",
        "on",
        "yes",
        "0123",
        "41892e848",
        "1e3",
        "2022-08-15T12:00:00Z",
        ": ",
        "#",
        " #",
        "- ",
        "-",
        "--",
        "'",
        "''",
        "\"",
        "\\",
        "\n",
        "\n\n",
        " ",
        "  ",
        "é",
        "日本",
        "\t",
        "\u{7f}",
        "\u{85}",
        "\u{2028}",
        "{}",
        "[",
        "*",
        "&x",
        "!t",
        "|",
        ">",
        "%",
        "@",
        "`",
        "?",
        ",",
        "<<",
        "...",
        "---",
        "key: value",
        "http://x:80",
        "key:",
        "a rather long run of words that makes lines wrap sooner",
        "{\"a\":\"b\"}",
        "\r",
        "🦀",
        "0x1F",
        "0o7",
        ".5",
        "Warning: x",
        "I0815 12:34:56.789 1 x.go:1] y",
        "apiVersion: v1",
        "\u{1}",
        "\u{feff}",
    ]);
    prop_oneof![
        3 => prop::sample::select(vec!["Running", "true", "1", "", "2022-08-15", "registry:5000/a@sha256:0"]).prop_map(str::to_owned),
        4 => prop::collection::vec(words, 0..8).prop_map(|parts| parts.concat()),
        2 => prop::collection::vec(prop::sample::select(vec!["lorem", "ipsum:", "-", "\"x\"", "it's", "é", "#1", "dolor,"]), 20..60)
            .prop_map(|parts| parts.join(" ")),
        1 => prop::collection::vec(any::<char>(), 0..12).prop_map(|chars| chars.into_iter().collect()),
    ]
}

fn key() -> impl Strategy<Value = String> {
    prop_oneof![
        5 => prop::sample::select(vec!["name", "spec", "status", "f:x", "k:{\"a\":1}", "app.kubernetes.io/name", "metadata", "managedFields",
            "items", "on", "1", "true", "null", "-x", "a b", ".", "é", "key:", "x #y", "<<", "~"]).prop_map(str::to_owned),
        1 => text().prop_filter("keys stay on one line", |text| text.len() < 40),
    ]
}

fn value() -> impl Strategy<Value = Json> {
    let leaf = prop_oneof![
        6 => text().prop_map(Json::from),
        1 => any::<i64>().prop_map(Json::from),
        1 => any::<u64>().prop_map(Json::from),
        1 => any::<bool>().prop_map(Json::from),
        1 => Just(Json::Null),
        1 => (-1.0e6_f64..1.0e6).prop_map(Json::from),
    ];
    leaf.prop_recursive(5, 60, 6, |inner| {
        prop_oneof![
            1 => prop::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            2 => prop::collection::btree_map(key(), inner, 0..6).prop_map(|map| Json::Object(map.into_iter().collect())),
        ]
    })
}

fn object() -> impl Strategy<Value = Json> {
    (value(), value(), value()).prop_map(|(spec, fields, extra)| {
        json!({
            "apiVersion": "v1", "kind": "Pod",
            "metadata": {"annotations": extra, "managedFields": [{"fieldsV1": fields}], "name": "x"},
            "spec": spec,
        })
    })
}

fn without_managed_fields(mut value: Json) -> Json {
    super::drop_managed_fields(&mut value);
    value
}

fn printable(value: &Json) -> bool {
    // libyaml refuses these even where the specification has an escape for them; a float that prints as an integer is one.
    let text = value.to_string();
    !text.contains(['\u{fffe}', '\u{ffff}'])
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_kubernetes_prints_is_read_alike(objects in prop::collection::vec(object(), 1..4)) {
        prop_assume!(objects.iter().all(printable));
        let expected: Vec<Json> = objects.iter().cloned().map(without_managed_fields).collect();
        let list = print(&json!({"apiVersion": "v1", "items": objects, "kind": "List", "metadata": {"resourceVersion": ""}}));
        let outcome = read_both(list.as_bytes());
        prop_assert_eq!(outcome.json(), expected.clone(), "{}", list);
        if let Some(oracle) = oracle(list.as_bytes()) {
            prop_assert_eq!(oracle, expected.clone(), "{}", list);
        }
        let documents: Vec<String> = objects.iter().map(print).collect();
        let outcome = read_both(documents.join("---\n").as_bytes());
        prop_assert_eq!(outcome.json(), expected, "{}", documents.join("---\n"));
    }

    #[test]
    fn what_serde_yaml_prints_is_read_alike(object in object()) {
        // It writes the line breaks of YAML 1.1 as they are.
        if !printable(&object) || object.to_string().contains(['\u{85}', '\u{2028}', '\u{2029}', '\u{feff}']) {
            return Ok(());
        }
        let text = serde_yaml::to_string(&object).unwrap();
        let outcome = read_both(text.as_bytes());
        let expected = without_managed_fields(object);
        prop_assert_eq!(outcome.json(), vec![expected], "{}", text);
    }
}

#[test]
fn the_usual_style_takes_the_fast_path() {
    let pod = json!({"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a", "labels": {"on": "true"}},
        "spec": {"args": ["--x", "- y", "a: b"], "script": "a\n\n  b\n", "empty": {}, "none": [], "n": null,
            "long": "word ".repeat(60) + "end", "quoted": "it's: ".repeat(40) + "x", "tabs": "a\t".repeat(90)}});
    let text = print(&json!({"apiVersion": "v1", "items": [pod, pod], "kind": "PodList", "metadata": {}}));
    let outcome = read_both(text.as_bytes());
    assert_eq!(outcome.json(), vec![pod.clone(), pod]);
    assert_eq!(outcome.stats.general_bytes, 0, "{text}");
}
