//! What gathers do to files, one case each.

use super::{Outcome, oracle, read, read_both};
use mig_analyze::ingest::kube_yaml::Problem;
use serde_json::{Value as Json, json};

const POD: &str = "apiVersion: v1\nkind: Pod\nmetadata:\n  name: a\nspec:\n  x: 1\n";

fn names(outcome: &Outcome) -> Vec<&str> {
    outcome.items.iter().map(|item| item.json["metadata"]["name"].as_str().unwrap_or_default()).collect()
}

#[test]
fn a_list_is_streamed_and_its_own_metadata_is_no_object() {
    for items in [
        "apiVersion: v1\nitems:\n- kind: Pod\n  metadata:\n    name: a\n- kind: Pod\n  metadata:\n    name: b\nkind: List\nmetadata:\n  resourceVersion: \"\"\n  selfLink: \"\"\n",
        "apiVersion: v1\nkind: List\nitems:\n  - kind: Pod\n    metadata:\n      name: a\n\n  - kind: Pod\n    metadata: {name: b}\n",
        "---\nkind: PodList\nitems: [{kind: Pod, metadata: {name: a}}, {kind: Pod, metadata: {name: b}}]\n",
        "{\"kind\": \"List\", \"items\": [\n {\"kind\": \"Pod\", \"metadata\": {\"name\": \"a\"}},\n {\"kind\": \"Pod\", \"metadata\": {\"name\": \"b\"}}]}",
    ] {
        let outcome = read_both(items.as_bytes());
        assert_eq!(names(&outcome), ["a", "b"], "{items}");
        assert!(outcome.items.iter().all(|item| item.from_list && !item.truncated), "{items}");
        assert_eq!(outcome.problems, [], "{items}");
        assert_eq!(Some(outcome.json()), oracle(items.as_bytes()));
    }
}

#[test]
fn an_empty_list_gives_nothing_and_no_problem() {
    for text in [
        "apiVersion: v1\nitems: []\nkind: PodList\nmetadata:\n  resourceVersion: \"1\"\n",
        "---\napiVersion: v1\nitems: null\nkind: RouteList\nmetadata: {}\n",
        "apiVersion: v1\nitems:\nkind: RouteList\n",
        "apiVersion: v1\nkind: List\nmetadata: {}\n",
        "{\"kind\": \"List\", \"items\": []}",
    ] {
        let outcome = read_both(text.as_bytes());
        assert!(outcome.items.is_empty() && outcome.problems.is_empty(), "{text}: {outcome:?}");
    }
}

#[test]
fn items_inherit_what_their_typed_list_says() {
    let text = "apiVersion: apps/v1\nitems:\n- metadata:\n    name: a\n- apiVersion: apps/v1beta1\n  metadata:\n    name: b\nkind: DeploymentList\n";
    let outcome = read_both(text.as_bytes());
    assert_eq!(outcome.items[0].json, json!({"apiVersion": "apps/v1", "kind": "Deployment", "metadata": {"name": "a"}}));
    assert_eq!(outcome.items[1].json["apiVersion"], "apps/v1beta1");
    assert_eq!(outcome.items[1].line, 5);
}

#[test]
fn documents_are_told_apart() {
    let text = format!("---\n{POD}---\n{POD}...\n---\n\n# a comment\n{POD}");
    assert_eq!(read_both(text.as_bytes()).items.iter().map(|item| item.line).collect::<Vec<_>>(), [2, 9, 19]);
    let text = format!("{POD}{POD}");
    let outcome = read_both(text.as_bytes());
    assert_eq!(outcome.items.iter().map(|item| item.line).collect::<Vec<_>>(), [1, 7]);
    assert_eq!(outcome.problems, []);
}

#[test]
fn marks_carriage_returns_and_nul_bytes_do_not_matter() {
    let text = format!("\u{feff}{}\0\0\0", POD.replace('\n', "\r\n"));
    let outcome = read_both(text.as_bytes());
    assert_eq!(outcome.json(), read(POD.as_bytes()).json());
    assert_eq!(outcome.items[0].lines, [1, 1, 2, 3, 4, 5, 6]);
    assert_eq!(outcome.problems, [Problem::NulTail { line: 7, bytes: 3 }]);
}

#[test]
fn a_stderr_head_is_dropped_and_reported() {
    let head = "I0815 12:34:56.789012   1 request.go:601] Waited for 1.1s due to client-side throttling\nWarning: v1 X is deprecated: use y\nsome text nobody knows\n";
    let outcome = read_both(format!("{head}{POD}").as_bytes());
    assert_eq!(outcome.items[0].line, 4);
    assert_eq!(outcome.items[0].lines, [4, 4, 5, 6, 7, 8, 9]);
    let benign: Vec<bool> = outcome.problems.iter().map(Problem::is_benign).collect();
    assert_eq!(benign, [true, true, false]);
}

#[test]
fn stderr_in_the_middle_is_taken_out_and_lines_stay_true() {
    let noise = "E0815 12:34:56.789012   1 memcache.go:255] couldn't get resource list for x: not found\n";
    for cut in [POD.find("kind").unwrap(), POD.find("  name").unwrap(), POD.find("  x").unwrap()] {
        let text = format!("{}{noise}Warning: old: x\n{}", &POD[..cut], &POD[cut..]);
        let outcome = read_both(text.as_bytes());
        assert_eq!(outcome.json(), read(POD.as_bytes()).json(), "{text}");
        assert_eq!(outcome.items[0].lines.last(), Some(&8));
        assert_eq!(outcome.problems.len(), 2);
    }
    let list = format!(
        "apiVersion: v1\nitems:\n- kind: Pod\n  metadata:\n    name: a\n{noise}  spec:\n    x: |\n      a\n{noise}      b\n- kind: Pod\n  metadata:\n    name: b\nkind: List\n{noise}"
    );
    let outcome = read_both(list.as_bytes());
    assert_eq!(names(&outcome), ["a", "b"]);
    assert_eq!(outcome.items[0].json["spec"]["x"], "a\nb\n");
    assert_eq!(outcome.items[1].line, 12);
    assert_eq!(outcome.items[1].lines, [12, 12, 13, 14]);
    assert_eq!(outcome.problems.iter().map(Problem::line).collect::<Vec<_>>(), [6, 10, 16]);
}

#[test]
fn stderr_behind_the_yaml_is_reported() {
    let outcome = read_both(format!("{POD}Error from server (NotFound): pods \"b\" not found\n").as_bytes());
    assert_eq!(names(&outcome), ["a"]);
    assert!(matches!(&outcome.problems[..], [Problem::StderrLine { line: 7, benign: false, .. }]));
}

#[test]
fn a_file_of_stderr_alone_is_a_collection_error() {
    for text in [
        "Error from server (NotFound): migplans.migration.openshift.io \"x\" not found\n",
        "error: the server doesn't have a resource type \"dvm\"\n",
        "Unable to connect to the server: dial tcp 1.2.3.4:6443: i/o timeout\n",
        "I0815 12:34:56.789012   1 request.go:601] Waited for 1.1s\nerror: You must be logged in to the server (Unauthorized)\n",
        "bash: oc: command not found\n",
    ] {
        let outcome = read_both(text.as_bytes());
        assert_eq!(outcome.items, []);
        assert_eq!(outcome.problems, [Problem::Stderr { line: 1, text: text.trim_end().to_owned() }], "{text}");
    }
}

#[test]
fn a_file_without_content_is_empty() {
    for text in ["", "\n", "---\n", " \n\n", "\0\0\0", "\u{feff}", "# nothing\n"] {
        let outcome = read_both(text.as_bytes());
        assert_eq!(outcome.problems, [Problem::Empty], "{text:?}");
    }
}

#[test]
fn bytes_that_are_no_text_are_replaced_and_reported() {
    let mut source = POD.as_bytes().to_vec();
    source.extend_from_slice(b"  y: a\xffb\n");
    let outcome = read_both(&source);
    assert_eq!(outcome.items[0].json["spec"]["y"], "a\u{fffd}b");
    assert_eq!(outcome.problems, [Problem::NotUtf8 { line: 7 }]);
}

#[test]
fn the_tail_of_an_older_version_is_cut_off() {
    let list = "apiVersion: v1\nitems:\n- kind: Pod\n  metadata:\n    name: a\nkind: List\nmetadata:\n  resourceVersion: \"\"\n";
    for tail in [
        "me: foo\n    namespace: bar\n  spec:\n    y: 1\nkind: List\nmetadata:\n",
        ": \"\"\n",
        "- kind: Pod\n  metadata:\n    name: old\nkind: List\n",
    ] {
        let outcome = read_both(format!("{list}{tail}").as_bytes());
        assert_eq!(names(&outcome), ["a"], "{tail}");
        assert!(matches!(&outcome.problems[..], [Problem::TrailingGarbage { line: 9, .. }]), "{tail}: {:?}", outcome.problems);
    }
    let object = format!("{POD}status:\n  phase: Running\n");
    for tail in ["e: b\n    z: 1\n  y: 2\n", "\"2022\"\n    z: 1\n", "metadata:\n  name: b\n"] {
        let outcome = read_both(format!("{object}{tail}").as_bytes());
        assert_eq!(outcome.json(), read(object.as_bytes()).json(), "{tail}");
        assert!(matches!(&outcome.problems[..], [Problem::TrailingGarbage { line: 9, .. }]), "{tail}: {:?}", outcome.problems);
    }
}

#[test]
fn the_last_item_of_a_cut_list_is_kept_and_marked() {
    let list =
        "apiVersion: v1\nitems:\n- kind: Pod\n  metadata:\n    name: a\n- kind: Pod\n  metadata:\n    name: b\n  spec:\n    x: \"long\n      te";
    let outcome = read_both(list.as_bytes());
    assert_eq!(names(&outcome), ["a", "b"]);
    assert_eq!(outcome.items.iter().map(|item| item.truncated).collect::<Vec<_>>(), [false, true]);
    assert!(outcome.problems.contains(&Problem::Truncated { line: 10 }), "{:?}", outcome.problems);
    // Cut inside the identity: nothing to offer.
    let outcome = read_both(&list.as_bytes()[..list.find("name: b").unwrap() + 2]);
    assert_eq!(names(&outcome), ["a"]);
    assert!(!outcome.problems.is_empty());
    // Cut between two items: only the missing end of the list tells.
    let outcome = read_both(&list.as_bytes()[..list.find("- kind: Pod\n  metadata:\n    name: b").unwrap()]);
    assert_eq!(outcome.items.iter().map(|item| item.truncated).collect::<Vec<_>>(), [true]);
    assert_eq!(outcome.problems, [Problem::Truncated { line: 6 }]);
}

#[test]
fn a_cut_object_is_kept_and_marked() {
    for tail in ["stat", "status:\n  conditions:\n  - type: \"x", "status:\n  a: 'x\n    y"] {
        let outcome = read_both(format!("{POD}{tail}").as_bytes());
        assert_eq!(names(&outcome), ["a"], "{tail}");
        assert!(outcome.items[0].truncated, "{tail}: {:?}", outcome.problems);
        assert!(matches!(&outcome.problems[..], [Problem::Truncated { .. }]), "{tail}: {:?}", outcome.problems);
    }
    let text = format!("{POD}  y: é");
    let outcome = read_both(&text.as_bytes()[..text.len() - 1]);
    assert!(outcome.items[0].truncated);
    assert_eq!(outcome.problems, [Problem::Truncated { line: 7 }]);
}

#[test]
fn what_yaml_1_1_guesses_is_read_as_kubernetes_means_it() {
    let table = [
        ("=", json!("=")),
        ("on", json!("on")),
        ("off", json!("off")),
        ("yes", json!("yes")),
        ("n", json!("n")),
        ("0123", json!("0123")),
        ("41892e848", json!("41892e848")),
        ("2022-08-15", json!("2022-08-15")),
        ("12:30:45", json!("12:30:45")),
        ("~", Json::Null),
        ("null", Json::Null),
        ("", Json::Null),
        ("true", json!(true)),
        ("False", json!(false)),
        ("1", json!(1)),
        ("-7", json!(-7)),
        ("+3", json!(3)),
        ("1.5", json!(1.5)),
        ("1e3", json!(1000.0)),
        ("\"1\"", json!("1")),
        ("'true'", json!("true")),
        ("\"null\"", json!("null")),
        ("1_000", json!("1_000")),
        ("0x1F", json!(31)),
        ("0o17", json!(15)),
        (".5", json!(0.5)),
        (".", json!(".")),
        ("-", json!("-")),
        ("18446744073709551615", json!(u64::MAX)),
        ("{}", json!({})),
        ("[]", json!([])),
        ("a#b", json!("a#b")),
        ("a:b", json!("a:b")),
        (".inf", json!(".inf")),
        ("1.2.3", json!("1.2.3")),
        ("10Gi", json!("10Gi")),
        ("100m", json!("100m")),
        ("<none>", json!("<none>")),
    ];
    for (written, meant) in table {
        let text = format!("kind: A\nx: {written}\n");
        if written == "-" {
            continue;
        }
        assert_eq!(read_both(text.as_bytes()).items[0].json["x"], meant, "{written}");
        assert_eq!(oracle(text.as_bytes()).map(|all| all[0]["x"].clone()), Some(meant), "{written}");
    }
    let digits = "99999999999999999999999999";
    assert_eq!(read_both(format!("kind: A\nx: {digits}\n").as_bytes()).items[0].json["x"], digits);
}

#[test]
fn styles_outside_the_fast_path_are_read_all_the_same() {
    let text = "kind: A\nmetadata: {name: a, managedFields: [{x: y}]}\nfolded: >-\n  a\n  b\n\n  c\ndigit: |2\n    a\n  b\nflow: [a, 'b', {c: 1}]\nanchor: &x 1\ntag: !!str 5\n? complex\n: value\ntrail: x   \nempty: # comment\nlone:\n-\n  z: 1\n- |\n\n  block\n";
    let outcome = read_both(text.as_bytes());
    let expected = json!({"kind": "A", "metadata": {"name": "a"}, "folded": "a b\nc", "digit": "  a\nb\n", "flow": ["a", "b", {"c": 1}], "anchor": 1,
        "tag": "5", "complex": "value", "trail": "x", "empty": null, "lone": [{"z": 1}, "\nblock\n"]});
    assert_eq!(outcome.json(), [expected]);
    assert_eq!(outcome.stats.fast_bytes, 0);
}

#[test]
fn managed_fields_are_skipped_wherever_they_stand() {
    let text = "kind: A\nmetadata:\n  managedFields:\n  - apiVersion: v1\n    fieldsV1:\n      f:x: {}\n\n  name: a\nspec:\n  metadata:\n    managedFields: []\n  managedFields: kept\n";
    let outcome = read_both(text.as_bytes());
    assert_eq!(outcome.json(), [json!({"kind": "A", "metadata": {"name": "a"}, "spec": {"metadata": {}, "managedFields": "kept"}})]);
    assert_eq!(outcome.items[0].lines, [1, 1, 2, 8, 9, 10, 12]);
    assert_eq!(outcome.stats.general_bytes, 0);
}

#[test]
fn a_key_twice_below_the_top_keeps_its_last_value() {
    let outcome = read_both(b"kind: A\nspec:\n  a: 1\n  b: 2\n  a: 3\n");
    assert_eq!(outcome.json(), [json!({"kind": "A", "spec": {"a": 3, "b": 2}})]);
}

/// A fuzzer found that such a line ended the object for one reader and not for the other.
#[test]
fn a_key_that_begins_like_api_version_does_not_begin_another_object() {
    let text = b"apiVersion: v1\napiVersion:kind: Pod\nkind: Pod\nmetadata:\n  name: a\n";
    let outcome = read_both(text);
    assert_eq!(outcome.json(), [json!({"apiVersion": "v1", "apiVersion:kind": "Pod", "kind": "Pod", "metadata": {"name": "a"}})]);
    assert_eq!(outcome.problems, []);
}

/// A fuzzer found that one reader took the first line of such a kind for all of it, and the object for a list without items.
#[test]
fn a_kind_that_goes_on_in_the_next_line_is_no_list() {
    let outcome = read_both(b"kind: List\n  of things\nmetadata:\n  name: a\n");
    assert_eq!(outcome.json(), [json!({"kind": "List of things", "metadata": {"name": "a"}})]);
    // A comment is no value.
    let outcome = read_both(b"apiVersion: v1\nkind: List\n  # nothing here\nitems: []\n");
    assert_eq!((outcome.items.len(), outcome.problems.len()), (0, 0));
}
