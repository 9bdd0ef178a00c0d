//! Control characters and terminal escapes in every place that is printed.

use super::gather::{NAMESPACE, ROOT, base, cr, log, migration, plan};
use super::run::{Stage, assert_printable};

/// Clears the screen, sets the title, makes a link, rings, goes back, turns the direction; by C0, C1 and Unicode.
const EVIL: &str = "a\u{1b}[2J\u{1b}]0;owned\u{7}\u{1b}]8;;http://evil\u{1b}\\x\u{8}\u{d}b\u{9b}31mc\u{202e}d\u{2066}e\u{7f}f\u{0}g\u{85}h";

fn quoted(text: &str) -> String {
    serde_json::to_string(text).unwrap().replace('\u{7f}', "\\u007f")
}

fn evil_gather() -> Stage {
    let name = quoted(&format!("evil{EVIL}"));
    let evil = quoted(EVIL);
    let run = migration("m2", "p2", &format!("  observedDigest: {evil}\n"))
        .replace("message: The migration has failed.  See Errors.", &format!("message: {evil}"))
        .replace("reason: EnsureStagePodsCreated", &format!("reason: {evil}"))
        .replace("- something broke", &format!("- {evil}"))
        .replace("  name: m2\n", &format!("  annotations:\n    {evil}: {evil}\n  labels:\n    {evil}: {evil}\n  name: {name}\n"))
        .replace("name: p2", &format!("name: {name}"));
    let evil_plan = plan("p2").replace("name: p2", &format!("name: {name}")).replace("- app", &format!("- {evil}"));
    let backup = format!(
        "apiVersion: velero.io/v1\nkind: Backup\nmetadata:\n  name: {name}\n  namespace: {name}\n  creationTimestamp: {evil}\nspec:\n  storageLocation: {evil}\n\
         status:\n  phase: {evil}\n  failureReason: {evil}\n  validationErrors:\n  - {evil}\n"
    );
    let event = format!(
        "apiVersion: v1\nkind: EventList\nitems:\n- apiVersion: v1\n  kind: Event\n  metadata:\n    name: e\n    namespace: app\n  involvedObject:\n    kind: Pod\n    \
         name: {name}\n    namespace: app\n  reason: FailedMount\n  message: {evil}\n  type: Warning\n  count: 2\n  lastTimestamp: \"2021-05-12T08:10:00Z\"\n"
    );
    let cluster = format!(
        "apiVersion: migration.openshift.io/v1alpha1\nkind: MigCluster\nmetadata:\n  name: {name}\n  namespace: openshift-migration\nspec:\n  isHostCluster: true\n  url: {evil}\n"
    );
    let lines = format!(
        "time=\"2021-05-12T08:05:00Z\" level=error msg=\"{EVIL}\" error=\"{EVIL} broke\" backup=openshift-migration/b\n\
         {{\"level\":\"error\",\"ts\":1620806700.1,\"logger\":\"migration\",\"msg\":{evil},\"migMigration\":\"m\",\"error\":{evil}}}\nE0512 08:05:00.000000       1 a.go:1] {EVIL}\n{EVIL}\n"
    );
    let bytes = base()
        .file(&cr("migmigrations.migration.openshift.io", &format!("m2{EVIL}")), run)
        .file(&cr("migplans.migration.openshift.io", "p2"), evil_plan)
        .file(&cr("migclusters.migration.openshift.io", "c"), cluster)
        .file(&cr("backups.velero.io", "b"), backup)
        .file(&cr(&format!("x{EVIL}"), "broken"), format!("kind: [{EVIL}"))
        .file(&cr("restores.velero.io", "stderr"), format!("Error from server (NotFound): {EVIL} not found\n"))
        .file(&format!("must-gather/clusters/{EVIL}/namespaces/om/crs/migmigrations.migration.openshift.io/m3.yaml"), migration("m3", "p", ""))
        .file(&format!("must-gather/clusters/gone{EVIL}/login_error.txt"), format!("error: {EVIL}\n"))
        .file(&format!("{ROOT}/namespaces/app/core/events.yaml"), event)
        .file(&format!("{NAMESPACE}/pods/velero{EVIL}/velero/velero/logs/current.log"), &lines)
        .file(&log("velero-1"), &lines)
        .file(&format!("../{EVIL}"), "x")
        .gzip();
    Stage::new("must-gather.tar.gz", &bytes)
}

#[test]
fn no_control_character_reaches_an_output() {
    let stage = evil_gather();
    let input = stage.input.to_str().unwrap();
    let log = log("velero-1");
    for args in [
        &[input, "-v"][..],
        &[input, "--format", "json"],
        &["tree", input],
        &["tree", input, "--format", "json"],
        &["timeline", input],
        &["timeline", input, "--migration", "evil"],
        &["timeline", input, "--format", "json"],
        &["migration", input, "--migration", "evil"],
        &["migration", input, "--migration", "evil", "--format", "json"],
        &["logs", input, "--migration", "m"],
        &["logs", input, "--migration", "m", "--format", "json"],
        &["logs", input, "--name", "evil"],
        &["logs", input, "--name", "velero"],
        &["coverage", input, "-v"],
        &["coverage", input, "--format", "json"],
        &["get", "migmigration", "-i", input],
        &["get", "migmigration", "-i", input, "-o", "wide"],
        &["get", "migmigration", "-i", input, "-o", "name"],
        &["get", "migmigration", "-i", input, "-o", "yaml"],
        &["get", "migmigration", "-i", input, "-o", "json"],
        &["get", "backup", "-i", input, "--format", "json"],
        &["get", "backup", "-i", input],
        &["get", "events", "-i", input],
        &["get", "\u{1b}[2Jevil", "-i", input],
        &["describe", "migmigration", "evil", "-i", input],
        &["describe", "backup", "evil", "-i", input, "--format", "json"],
        &["cat", &log, "-i", input],
        &["cat", &format!("{log}:2"), "-i", input],
        &["cat", "p2.yaml", "-i", input],
        &["cat", "no\u{1b}[2Jsuch.yaml", "-i", input],
        &["rules", "run", "mtc/migration-failed", "-i", input, "--explain"],
        &["rules", "run", "\u{1b}[2J", "-i", input],
        &["\u{1b}[2Jno-such-file.tar.gz"],
        &[input, "--migration", "\u{1b}[2J"],
    ] {
        let ran = stage.run(args);
        assert_printable(&ran.stdout);
        assert_printable(&ran.stderr);
        for dangerous in ["\u{1b}", "\u{9b}", "\u{202e}"] {
            assert!(!ran.stdout.contains(dangerous) && !ran.stderr.contains(dangerous), "{args:?}");
        }
    }
}
