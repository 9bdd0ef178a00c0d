//! Law: an outage at another time or in another place is not why a run failed.

use std::fmt::Write as _;

use libtest_mimic::Failed;
use mig_analyze::finding::{Migration, Report};

use super::laws::{Root, edited, told, verdict, with_files};
use crate::support::{Story, analyze};

/// Phases that wait for one cluster, which makes the store of the other one no matter.
const ON_SOURCE: &[&str] =
    &["InitialBackupCreated", "StageBackupCreated", "EnsureStageBackup", "StagePodsCreated", "EnsureStagePodsFromRunning", "WaitForResticReady"];
const ON_TARGET: &[&str] = &["StageRestoreCreated", "FinalRestoreCreated"];

/// Runs that went wrong: of a good one nothing can be blamed.
fn troubled(report: &Report) -> impl Iterator<Item = &Migration> {
    report.migrations.iter().filter(|run| run.outcome.as_str() != "succeeded")
}

/// The store refuses, an agent is missing and Velero is killed and comes back, all an hour before the run began.
pub(crate) fn an_hour_before(story: &Story) -> Result<(), Failed> {
    let whole = analyze(&with_files(story, &|_| {}));
    let mut problems = Vec::new();
    for run in troubled(&whole) {
        let Some(before) = run.started.as_deref().and_then(hour_before) else { continue };
        let outage = |path: &str, text: &str| {
            if path.contains("/velero-") && path.ends_with("/current.log") {
                return Some(outage_at(text, &before));
            }
            (path.contains("/pods/velero-") || path.ends_with("/core/pods.yaml")).then(|| killed_at(text, &before))
        };
        let report = analyze(&edited(story, &outage));
        problems.extend(compare(&whole, run, &report, &format!("an outage at {before}")));
    }
    verdict(&problems)
}

/// The locations of the cluster that the phase does not use are unavailable when the gather is made.
pub(crate) fn elsewhere(story: &Story) -> Result<(), Failed> {
    let whole = analyze(&with_files(story, &|_| {}));
    let mut problems = Vec::new();
    for run in troubled(&whole) {
        let phase = run.phase.as_deref().unwrap_or_default();
        let unused = match (ON_SOURCE.contains(&phase), ON_TARGET.contains(&phase)) {
            (true, _) => "target",
            (_, true) => "source",
            _ => continue,
        };
        let Some(cluster) = whole.clusters.iter().find(|cluster| cluster.roles.iter().any(|role| role == unused)) else { continue };
        let dir = format!("/{}/namespaces/", cluster.name);
        let down = |path: &str, text: &str| {
            let here = path.contains(&dir) && path.contains("/backupstoragelocations.velero.io/");
            here.then(|| unavailable(text))
        };
        let report = analyze(&edited(story, &down));
        problems.extend(compare(&whole, run, &report, &format!("locations that are down on the {unused} in {phase}")));
    }
    verdict(&problems)
}

fn compare(whole: &Report, run: &Migration, report: &Report, after: &str) -> Option<String> {
    let was = told(whole, run, Root::Subject);
    let now = report.migration(&run.id).map(|run| told(report, run, Root::Subject));
    (now.as_ref() != Some(&was)).then(|| format!("{} after {after}: {now:?} instead of {was:?}", run.name))
}

/// `2021-05-12T08:10:00Z`, an hour earlier. An hour of the same day is all that the stories need.
fn hour_before(time: &str) -> Option<String> {
    let hour: u32 = time.get(11..13)?.parse().ok()?;
    let earlier = hour.checked_sub(1)?;
    Some(format!("{}{earlier:02}{}Z", &time[..11], time.get(13..19)?))
}

/// A velero log with an outage put in at its place in time.
fn outage_at(text: &str, at: &str) -> String {
    let stamp = |line: &str| line.split_once("time=\"").and_then(|(_, rest)| rest.get(..20)).map(str::to_owned);
    let line = |level: &str, rest: &str| format!("time=\"{at}\" level={level} {rest}");
    let lines = [
        line(
            "error",
            "msg=\"Error getting a backup store\" error=\"rpc error: code = Unknown desc = Get \\\"https://s3.example.com/b\\\": x509: certificate signed by unknown authority\"",
        ),
        line("error", "msg=\"Error backing up item\" error=\"daemonset pod not found in running state in node worker-9.example.com\""),
        line("info", "msg=\"Starting Velero server v1 (0a1b2c3d)\""),
    ];
    let mut out: Vec<String> = text.lines().map(str::to_owned).collect();
    let place = out.iter().position(|line| stamp(line).is_some_and(|time| time.as_str() > at)).unwrap_or(out.len());
    for (offset, line) in lines.into_iter().enumerate() {
        out.insert(place + offset, line);
    }
    out.join("\n") + "\n"
}

/// The velero pods of a file, killed then and running since. A pod that has a story of its own is left alone.
fn killed_at(text: &str, at: &str) -> String {
    // Kubernetes prints each item of a list at the margin.
    let mut items: Vec<String> = vec![String::new()];
    for line in text.split_inclusive('\n') {
        if line.starts_with("- apiVersion") {
            items.push(String::new());
        }
        items.last_mut().expect("one item").push_str(line);
    }
    items.iter().map(|item| if item.contains("deploy: velero\n") { killed(item, at) } else { item.clone() }).collect()
}

fn killed(pod: &str, at: &str) -> String {
    if !pod.contains("lastState: {}\n") {
        return pod.to_owned();
    }
    let mut out = String::new();
    for line in pod.split_inclusive('\n') {
        let indent = &line[..line.len() - line.trim_start().len()];
        if line.trim() == "lastState: {}" {
            let _ = write!(
                out,
                "{indent}lastState:\n{indent}  terminated:\n{indent}    exitCode: 137\n{indent}    finishedAt: \"{at}\"\n{indent}    reason: OOMKilled\n"
            );
        } else if line.trim() == "restartCount: 0" {
            let _ = writeln!(out, "{indent}restartCount: 1");
        } else if line.trim_start().starts_with("startedAt: ") {
            let _ = writeln!(out, "{indent}startedAt: \"{at}\"");
        } else {
            out.push_str(line);
        }
    }
    out
}

/// A location with the phase and the message of an outage; old releases give it neither.
fn unavailable(text: &str) -> String {
    let down = "status:\n  message: 'rpc error: code = Unknown desc = AccessDenied: Access Denied'\n  phase: Unavailable\n";
    text.replace("  phase: Available\n", "").replace("status:\n", down)
}
