//! The drill-down commands over stories, as a user types them.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "views/fields.rs"]
mod fields;
#[path = "views/golden.rs"]
mod golden;
#[path = "views/made_up.rs"]
mod made_up;
#[path = "views/questions.rs"]
mod questions;
#[path = "views/velero.rs"]
mod velero;

use std::path::Path;
use std::process::Command;

use serde_json::Value;

/// Runs a command over all inputs of a story.
fn run(command: &str, story: &str, inputs: &[&str], args: &[&str]) -> (i32, String, String) {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures").join(story);
    let inputs = inputs.iter().map(|input| folder.join(input));
    let output = Command::new(env!("CARGO_BIN_EXE_mig-analyze")).arg(command).args(inputs).args(args).output().unwrap();
    (output.status.code().unwrap(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn multi_attach(command: &str, args: &[&str]) -> String {
    let (code, out, err) = run(command, "multi-attach", &["must-gather", "inspect"], args);
    assert_eq!(code, 0, "{err}");
    out
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap()
}

#[test]
fn logs_merges_the_lines_of_all_clusters_and_repeats_none() {
    let view = json(&multi_attach("logs", &["--migration", "shop-s", "--format", "json"]));
    assert_eq!(view["about"], "MigMigration openshift-migration/shop-stage");
    let lines = view["lines"].as_array().unwrap();
    let times: Vec<&str> = lines.iter().filter_map(|line| line["time"].as_str()).collect();
    assert!(times.is_sorted() && times.len() == lines.len());
    for origin in [("host", "mig-controller"), ("host", "velero"), ("host", "node-agent"), ("aws-source", "velero"), ("aws-source", "node-agent")] {
        assert!(lines.iter().any(|line| (line["cluster"].as_str().unwrap(), line["component"].as_str().unwrap()) == origin), "{origin:?}");
    }
    let timeouts = lines.iter().filter(|line| line["message"].as_str().unwrap().contains("timed out waiting for all PodVolumeRestores"));
    assert_eq!(timeouts.count(), 1, "the gather collected it three times");
    assert!(!lines.iter().any(|line| line["text"].as_str().unwrap().contains("orders-stage")), "another plan's run");
}

#[test]
fn the_place_of_a_line_is_the_one_that_cat_prints() {
    let view = json(&multi_attach("logs", &["--format", "json", "--level", "error"]));
    let line = &view["lines"][0];
    let place = format!("{}:{}", line["path"].as_str().unwrap(), line["line"]);
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/multi-attach/must-gather");
    let output = Command::new(env!("CARGO_BIN_EXE_mig-analyze")).args(["cat", &place, "-C", "0", "-i"]).arg(folder).output().unwrap();
    assert!(String::from_utf8(output.stdout).unwrap().contains(line["text"].as_str().unwrap()), "{place}");
}

#[test]
fn logs_can_be_narrowed() {
    let some = multi_attach("logs", &["--plan", "shop-restage", "--component", "velero", "--cluster", "host", "--from", "09:00", "--raw"]);
    assert!(!some.is_empty() && some.lines().all(|line| line.contains("time=\"2021-05-12T09:")), "{some}");
    let grep = multi_attach("logs", &["--grep", "Attempting to restore Pod", "--raw"]);
    assert_eq!(grep.lines().count(), 2, "{grep}");
    let few = json(&multi_attach("logs", &["--limit", "3", "--format", "json"]));
    assert!(few["lines"].as_array().unwrap().len() == 3 && few["cut"].as_u64().unwrap() > 50, "{few}");
}

#[test]
fn threads_and_packing_leave_no_trace_in_logs() {
    assert_eq!(multi_attach("logs", &["--threads", "1", "--all"]), multi_attach("logs", &["--threads", "4", "--all"]));
}

#[test]
fn a_name_that_several_things_share_is_an_error_that_lists_them() {
    let (code, out, err) = run("logs", "multi-attach", &["must-gather"], &["--migration", "shop"]);
    assert_eq!((code, out.as_str()), (2, ""));
    assert!(err.contains("several migrations start with `shop`") && err.contains("shop-cutover") && err.contains("shop-stage"), "{err}");
}

#[test]
fn the_timeline_tells_the_story_in_one_order() {
    let view = json(&multi_attach("timeline", &["--migration", "shop-stage", "--format", "json"]));
    let moments = view["moments"].as_array().unwrap();
    assert!(moments.is_sorted_by_key(|moment| moment["time"].as_str().unwrap()));
    let at = |source: &str, part: &str| {
        let fits = |moment: &&Value| moment["source"] == source && moment["text"].as_str().unwrap().contains(part);
        moments.iter().find(fits).unwrap_or_else(|| panic!("no {source} with {part} in {view}"))["time"].as_str().unwrap()
    };
    let (created, event) = (at("object", "created"), at("event", "Multi-Attach error"));
    let (timeout, failed) = (at("log", "timed out waiting for all PodVolumeRestores"), at("condition", "Failed true"));
    assert!(created < event && event < timeout && timeout < failed, "{created} {event} {timeout} {failed}");
    assert!(!moments.iter().any(|moment| moment["object"].as_str().is_some_and(|object| object.contains("orders"))), "another plan");
}

#[test]
fn the_timeline_around_a_finding_or_a_time() {
    let around = multi_attach("timeline", &["--around", "F1", "--level", "warning"]);
    assert!(around.contains("Multi-Attach error") && around.starts_with("The whole case"), "{around}");
    let time = json(&multi_attach("timeline", &["--around", "09:10", "--within", "2m", "--cluster", "host", "--format", "json"]));
    let moments = time["moments"].as_array().unwrap();
    assert!(!moments.is_empty() && moments.iter().all(|moment| moment["cluster"] == "host"));
    let (code, _, err) = run("timeline", "multi-attach", &["must-gather"], &["--around", "F999"]);
    assert!(code == 2 && err.contains("there is no finding F999"), "{err}");
}

#[test]
fn a_migration_shows_its_phases_its_volumes_and_its_root() {
    let view = json(&multi_attach("migration", &["--format", "json"]));
    assert_eq!((view["name"].as_str(), view["outcome"].as_str()), (Some("shop-stage"), Some("failed")));
    assert!(view["waits_for"].as_str().unwrap().contains("PodVolumeRestore on the target"));
    assert!(view["roots"][0].as_str().unwrap().contains("storage/multi-attach"));
    let steps = view["steps"].as_array().unwrap();
    let failed = steps.iter().find(|step| step["state"] == "failed").unwrap();
    let phases = failed["phases"].as_array().unwrap();
    assert!(phases.iter().any(|phase| phase["phase"] == "StageRestoreCreated" && phase["state"] == "failed"), "{failed}");
    assert!(steps.iter().any(|step| step["phases"].as_array().unwrap().iter().any(|phase| phase["from"] == "log")));
    assert!(view["volumes"].as_array().unwrap().len() >= 2, "{view}");
}

#[test]
fn a_direct_migration_shows_how_rsync_ended() {
    let (code, out, err) = run("migration", "healthy", &["must-gather"], &["--migration", "orders-cutover", "--format", "json"]);
    assert_eq!(code, 0, "{err}");
    let view = json(&out);
    assert!(
        view["volumes"]
            .as_array()
            .unwrap()
            .iter()
            .any(|volume| volume["exit_code"].as_i64().is_some_and(|code| code == 0) && volume["attempts"] == 1),
        "{view}"
    );
}
