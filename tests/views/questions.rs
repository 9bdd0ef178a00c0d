//! Questions that cannot be answered as they were put: each is told why, and what to ask instead.

use super::{json, multi_attach, run};

/// What is asked of the story, the exit code, and what standard error must say.
fn refused(command: &str, words: &[&str], said: &[&str]) {
    let (code, out, err) = run(command, "multi-attach", &["must-gather", "inspect"], words);
    assert_eq!((code, out.as_str()), (2, ""), "{command} {words:?}: {err}");
    let err = err.split_whitespace().collect::<Vec<_>>().join(" ");
    for said in said {
        assert!(err.contains(said), "{command} {words:?}: `{said}` is not in\n{err}");
    }
}

/// The same for `get`, which takes its inputs by name.
fn get_refused(words: &[&str], said: &[&str]) {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach");
    let output = std::process::Command::new(env!("CARGO_BIN_EXE_mig-analyze"))
        .arg("get")
        .args(words)
        .arg("-i")
        .arg(folder.join("must-gather"))
        .arg("-i")
        .arg(folder.join("inspect"))
        .output()
        .unwrap();
    let err = String::from_utf8(output.stderr).unwrap().split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!((output.status.code(), output.stdout.as_slice()), (Some(2), &b""[..]), "{words:?}: {err}");
    for said in said {
        assert!(err.contains(said), "{words:?}: `{said}` is not in\n{err}");
    }
}

#[test]
fn a_name_that_means_several_things_or_none_lists_what_there_is() {
    for command in ["tree", "migration", "timeline", "logs"] {
        refused(command, &["--migration", "shop"], &["several migrations start with `shop`", "shop-cutover", "shop-stage"]);
        refused(command, &["--migration", "nope"], &["no migration starts with `nope`", "ledger-final"]);
    }
    refused("tree", &["--plan", "x"], &["no plan starts with `x`", "orders-plan"]);
    refused("logs", &["--name", "zzz"], &["no object starts with `zzz`", "and"]);
    refused("timeline", &["--name", "stage-shop"], &["several objects start with `stage-shop`", "stage-shop-mysql", "stage-shop-uploads"]);
    get_refused(&["pods", "stage"], &["several Pods start with `stage`"]);
    get_refused(&["pods", "nope"], &["no Pod starts with `nope`", "migration-controller"]);
}

#[test]
fn a_cluster_that_is_none_lists_the_clusters() {
    for command in ["logs", "timeline"] {
        refused(command, &["--cluster", "mars"], &["no cluster starts with `mars`", "aws-source, host"]);
    }
    get_refused(&["pods", "--cluster", "mars"], &["no cluster starts with `mars`", "aws-source, host"]);
    get_refused(&["pods", "--cluster", ""], &["several clusters start with ``"]);
}

#[test]
fn a_window_that_ends_before_it_begins_is_a_typing_error() {
    for command in ["logs", "timeline"] {
        refused(command, &["--from", "10:00", "--to", "09:00"], &["--from 2021-05-12T10:00:00Z is after --to 2021-05-12T09:00:00Z"]);
        refused(command, &["--from", "tomorrow"], &["`tomorrow` is no time", "-2h"]);
    }
    refused("timeline", &["--around", "F1", "--within", "banana"], &["`banana` is no duration"]);
    refused("logs", &["--grep", "("], &["`(` is no regular expression"]);
    refused("logs", &["--component", "kubelet"], &["there is no program `kubelet`", "velero"]);
}

#[test]
fn a_selector_that_nothing_can_fulfil_is_a_typing_error() {
    for wrong in [",,", "", "=x", "a in ()", "in (a)", "a in (b", "a b", "!", "a!", "!=x", "(a)"] {
        get_refused(&["pods", "-l", wrong], &["is no selector"]);
    }
    get_refused(&["pods", "--field", "status.phase"], &["PATH=VALUE"]);
}

#[test]
fn where_nothing_fits_the_conditions_it_is_said_what_would() {
    let fitting = "without a namespace, a selector, a field and a cluster 13 fit, in openshift-migration, shop";
    get_refused(&["pods", "-n", "shopp"], &["no Pod fits", fitting]);
    get_refused(&["pods", "-l", "app=nothing"], &["no Pod fits", fitting]);
    get_refused(&["pods", "--field", "status.phase=Nope"], &["no Pod fits", fitting]);
    get_refused(&["nodes"], &["no Node fits", "Node objects were not collected"]);
    get_refused(&["gadgets"], &["no kind `gadgets`", "coverage -v"]);
    get_refused(&["events", "-o", "yaml"], &["events are kept as columns"]);
}

#[test]
fn no_line_is_an_answer_that_says_where_was_looked() {
    let none = multi_attach("logs", &["--component", "stunnel", "--cluster", "host"]);
    assert!(none.contains(": 0 lines") && none.contains("note: no stunnel log of cluster host was gathered"), "{none}");
    let none = multi_attach("logs", &["--grep", "nobody says this"]);
    assert!(none.contains(": 0 lines") && none.contains("searched 10 logs"), "{none}");
    let none = multi_attach("logs", &["--from", "2030-01-01"]);
    assert!(none.contains(": 0 lines") && none.contains("note: only lines from 2030-01-01T00:00:00Z on"), "{none}");
    let view = json(&multi_attach("timeline", &["--from", "2030-01-01", "--format", "json"]));
    assert_eq!(view["moments"].as_array().map(Vec::len), Some(0));
}
