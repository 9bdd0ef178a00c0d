//! Stories with one thing changed by hand, each a trap for a wrong cause.

use libtest_mimic::Failed;
use mig_analyze::finding::{Finding, Report, Severity};

use super::laws::{edited, with_files};
use crate::support::{Story, analyze};

/// A name and what it checks.
type Variant = (&'static str, fn() -> Result<(), Failed>);

/// Every variant with its name.
pub(crate) const VARIANTS: &[Variant] = &[
    ("an_attach_error_of_an_earlier_run_is_not_the_root", earlier_attach_error),
    ("a_restore_of_another_tool_is_no_finding_of_a_run", restore_of_another_tool),
    ("an_unused_location_may_be_unavailable", unused_location),
    ("a_copy_of_a_volume_backup_asks_for_no_agent_on_the_target", copied_volume_backup),
    ("a_canceled_run_has_no_root", canceled),
    ("what_the_gather_could_not_fetch_is_its_own_trouble", refused_download),
    ("what_a_failed_run_left_stopped_is_named_with_its_replicas", left_stopped),
    ("a_plan_that_is_not_ready_now_did_not_fail_the_run_of_then", plan_not_ready_now),
];

fn check(holds: bool, report: &Report, what: &str) -> Result<(), Failed> {
    if holds { Ok(()) } else { Err(format!("{what}\n{}", super::summary(report)).into()) }
}

fn roots<'r>(report: &'r Report, run: &str) -> Vec<&'r str> {
    let run = report.migrations.iter().find(|other| other.name == run).expect("the run");
    run.root_causes.iter().filter_map(|id| report.finding(id)).map(|finding| finding.rule.as_str()).collect()
}

fn of_rule<'r>(report: &'r Report, rule: &'r str) -> impl Iterator<Item = &'r Finding> {
    report.findings.iter().filter(move |finding| finding.rule == rule)
}

/// The stage pod of last week's run could not attach the same claim; this week's pod waits for something else.
fn earlier_attach_error() -> Result<(), Failed> {
    const NAME: &str = "stage-shop-mysql-1-fdfgb-g8kqt";
    const UID: &str = "6568d060-4dd3-54c5-880f-0ad82f2981cd";
    const RUN: &str = "797ed6cf-b6a2-57c8-bc6c-db76dbe037b5";
    let old = |text: &str| {
        text.replace(NAME, "stage-shop-mysql-1-k2vwq-z7x4m")
            .replace(UID, "11111111-4dd3-54c5-880f-0ad82f2981cd")
            .replace(RUN, "44444444-b6a2-57c8-bc6c-db76dbe037b5")
            .replace("2021-05-12", "2021-05-05")
    };
    let sources = edited(&Story::load("multi-attach"), &|path, text| {
        // Kubernetes prints each item of a list at the margin.
        let items = || {
            text.split_inclusive('\n').fold(vec![String::new()], |mut items, line| {
                if line.starts_with("- apiVersion") || line.starts_with("kind: ") {
                    items.push(String::new());
                }
                items.last_mut().expect("one item").push_str(line);
                items
            })
        };
        if path.ends_with("shop/core/events.yaml") {
            return Some(items().into_iter().map(|item| if item.contains("Multi-Attach") { old(&item) } else { item }).collect());
        }
        if path.ends_with("shop/core/pods.yaml") {
            let twice = |item: String| {
                if item.contains(&format!("  name: {NAME}\n")) && item.starts_with("- api") { format!("{item}{}", old(&item)) } else { item }
            };
            return Some(items().into_iter().map(twice).collect());
        }
        // Claims that several nodes may mount leave the event as the only witness.
        path.ends_with("shop/core/persistentvolumeclaims.yaml").then(|| text.replace("ReadWriteOnce", "ReadWriteMany"))
    });
    let report = analyze(&sources);
    check(of_rule(&report, "storage/multi-attach").next().is_some(), &report, "the event of last week is still a finding")?;
    check(roots(&report, "shop-stage").is_empty(), &report, "no root is in evidence")
}

fn restore_of_another_tool() -> Result<(), Failed> {
    let restore = "apiVersion: velero.io/v1\nkind: Restore\nmetadata:\n  creationTimestamp: \"2025-01-01T10:00:00Z\"\n  name: nightly-test\n  namespace: openshift-migration\n  uid: 22222222-4dd3-54c5-880f-0ad82f2981cd\nspec:\n  backupName: nightly\nstatus:\n  errors: 3\n  phase: PartiallyFailed\n";
    let sources = with_files(&Story::load("healthy"), &|files| {
        let base =
            files.iter().find_map(|(path, _)| path.split_once("/crs/").map(|(base, _)| base.to_owned()).filter(|base| base.contains("/host/")));
        if let Some(base) = base {
            files.push((format!("{base}/crs/restores.velero.io/nightly-test.yaml"), restore.as_bytes().into()));
        }
    });
    let report = analyze(&sources);
    let found: Vec<&Finding> = of_rule(&report, "velero/restore-partially-failed").collect();
    check(found.len() == 1, &report, "the restore is seen")?;
    check(found.iter().all(|one| one.severity == Severity::Note && one.migrations.is_empty()), &report, "it is at most a note, and of no run")
}

fn unused_location() -> Result<(), Failed> {
    let location = "apiVersion: velero.io/v1\nkind: BackupStorageLocation\nmetadata:\n  creationTimestamp: \"2025-01-01T10:00:00Z\"\n  name: old-one\n  namespace: openshift-migration\n  uid: 33333333-4dd3-54c5-880f-0ad82f2981cd\nspec:\n  objectStorage:\n    bucket: gone\n  provider: aws\nstatus:\n  message: 'x509: certificate signed by unknown authority'\n  phase: Unavailable\n";
    let sources = with_files(&Story::load("healthy"), &|files| {
        let bases: std::collections::BTreeSet<String> =
            files.iter().filter_map(|(path, _)| path.split_once("/crs/").map(|(base, _)| base.to_owned())).collect();
        for base in bases.into_iter().filter(|base| base.ends_with("openshift-migration")) {
            files.push((format!("{base}/crs/backupstoragelocations.velero.io/old-one.yaml"), location.as_bytes().into()));
        }
    });
    let report = analyze(&sources);
    check(of_rule(&report, "velero/backup-location-unavailable").next().is_none(), &report, "nobody uses it")?;
    check(report.findings.iter().all(|finding| finding.severity == Severity::Note), &report, "nothing above note")
}

fn copied_volume_backup() -> Result<(), Failed> {
    let story = Story::load("restic-timeout-no-agent");
    let sources = with_files(&story, &|files| {
        let copies: Vec<_> = files
            .iter()
            .filter(|(path, _)| path.contains("/aws-source/") && path.contains("/podvolumebackups.velero.io/"))
            .map(|(path, content)| {
                let text = String::from_utf8_lossy(content).replace("  uid: ", "  uid: c0");
                (path.replace("/aws-source/", "/host/"), text.into_bytes().into())
            })
            .collect();
        assert!(!copies.is_empty(), "the story has volume backups");
        files.extend(copies);
    });
    let report = analyze(&sources);
    check(roots(&report, "billing-stage") == ["restic/agent-missing"], &report, "the root stays")?;
    let source = report.clusters.iter().find(|cluster| cluster.name == "aws-source").map(|cluster| cluster.id.clone());
    let here = |finding: &Finding| finding.subject.as_ref().map(|subject| subject.cluster.clone()) == source;
    check(of_rule(&report, "restic/agent-missing").all(here), &report, "and is on the source alone")
}

fn canceled() -> Result<(), Failed> {
    let sources = edited(&Story::load("multi-attach"), &|path, text| {
        path.ends_with("migmigration-shop-stage.yml")
            .then(|| text.replace("type: Failed", "type: Canceled").replace("reason: StageRestoreCreated", "reason: Cancel"))
    });
    let report = analyze(&sources);
    let run = report.migrations.iter().find(|run| run.name == "shop-stage").expect("the run");
    check(run.outcome.as_str() == "canceled", &report, "somebody canceled it")?;
    check(run.root_causes.is_empty() && run.chain.is_empty(), &report, "and that explains it")
}

fn refused_download() -> Result<(), Failed> {
    let refusal = "An error occurred: Get \"https://s3.example.com/velero/backups/x\": x509: certificate signed by unknown authority\n";
    let report = analyze(&edited(&Story::load("multi-attach"), &|path, text| {
        let fetched = path.contains("/migplans/") && !path.contains(".y") && !path.contains(".txt");
        // One file holds nothing else, another one its lines and then the refusal.
        fetched.then(|| if path.contains("/backup-") { refusal.to_owned() } else { format!("{text}{refusal}") })
    }));
    check(of_rule(&report, "storage/object-store-certificate-untrusted").next().is_none(), &report, "the collection is no case")?;
    check(roots(&report, "shop-stage") == ["storage/multi-attach"], &report, "the root stays")
}

/// An application that was stopped has no pods, so its inspect is placed by its claims.
fn left_stopped() -> Result<(), Failed> {
    let report = analyze(&Story::load("source-left-quiesced").sources());
    let found: Vec<&Finding> = of_rule(&report, "mtc/source-left-quiesced").collect();
    check(found.len() == 1, &report, "one finding")?;
    check(
        found[0].message.contains("2 workloads") && found[0].message.contains("desk-db") && found[0].message.contains("desk-web"),
        &report,
        "both are named",
    )?;
    let scaled = |what: &str| found[0].remediation.lines().any(|line| line.contains("oc scale") && line.contains(what));
    check(scaled("desk-web --replicas=3") && scaled("desk-db --replicas=1"), &report, &found[0].remediation)
}

fn plan_not_ready_now() -> Result<(), Failed> {
    let report = analyze(&edited(&Story::load("nfs-root-squash"), &|path, text| {
        path.ends_with("/media-plan.yml")
            .then(|| text.replace("type: Ready", "type: StorageNotReady").replace("category: Required", "category: Critical"))
    }));
    check(of_rule(&report, "mtc/plan-not-ready").next().is_some(), &report, "the plan is not ready now")?;
    check(roots(&report, "media-cutover") == ["restic/nfs-root-squash"], &report, "the root stays")
}
