//! Views over small gathers that are made up here.

use std::fs;
use std::path::Path;
use std::process::Command;

use serde_json::Value;

fn write(root: &Path, path: &str, text: &str) {
    let path = root.join(path);
    fs::create_dir_all(path.parent().unwrap()).unwrap();
    fs::write(path, text).unwrap();
}

fn run(root: &Path, words: &[&str]) -> (bool, String, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_mig-analyze")).args(words).arg("-i").arg(root).output().unwrap();
    (output.status.success(), String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap())
}

fn print(root: &Path, words: &[&str]) -> String {
    let (good, out, err) = run(root, words);
    assert!(good, "{words:?}: {err}");
    out
}

const CRS: &str = "must-gather/clusters/host/namespaces/openshift-migration/crs";
const RUN: &str = "must-gather/migplans/migplan-p/migmigration-m";

/// A gather taken while a restore runs: Velero gives neither a description nor a log.
fn unfinished_restore(root: &Path) {
    write(
        root,
        &format!("{CRS}/restores.velero.io/m-stage-abcde.yaml"),
        "apiVersion: velero.io/v1\nkind: Restore\nmetadata:\n  name: m-stage-abcde\n  namespace: openshift-migration\n  uid: r-1\n  creationTimestamp: \
         \"2021-05-12T08:00:00Z\"\nspec:\n  backupName: m-stage-xyz12\n  namespaceMapping:\n    shop: shop-new\nstatus:\n  phase: InProgress\n  startTimestamp: \
         \"2021-05-12T08:00:01Z\"\n",
    );
    write(
        root,
        &format!("{CRS}/podvolumerestores.velero.io/m-stage-abcde-11111.yaml"),
        "apiVersion: velero.io/v1\nkind: PodVolumeRestore\nmetadata:\n  name: m-stage-abcde-11111\n  namespace: openshift-migration\n  uid: v-1\n  \
         labels:\n    velero.io/restore-uid: r-1\nspec:\n  pod:\n    namespace: shop-new\n    name: stage-web\n  volume: data\nstatus:\n  phase: InProgress\n  \
         progress:\n    bytesDone: 1048576\n    totalBytes: 2097152\n",
    );
    let failure = "Defaulted container \"velero\" out of: velero\nAn error occurred: unable to retrieve logs because restore is not complete\n";
    write(root, &format!("{RUN}/restore-m-stage-abcde/restore-describe-m-stage-abcde.txt"), failure);
    write(root, &format!("{RUN}/restore-m-stage-abcde/restore-m-stage-abcde.log"), failure);
    write(
        root,
        "must-gather/clusters/host/namespaces/openshift-migration/pods/velero-1/velero/velero/logs/current.log",
        "time=\"2021-05-12T08:00:02Z\" level=info msg=\"Attempting to restore Pod: stage-web\" restore=openshift-migration/m-stage-abcde\n\
         time=\"2021-05-12T08:00:03Z\" level=error msg=\"Error restoring item\" error=\"pods \\\"stage-web\\\" is forbidden\" name=stage-web \
         namespace=shop-new resource=pods restore=openshift-migration/m-stage-abcde\n\
         time=\"2021-05-12T08:00:04Z\" level=warning msg=\"old api\" restore=openshift-migration/another\n",
    );
}

#[test]
fn a_restore_is_described_although_velero_refused_to() {
    let folder = tempfile::tempdir().unwrap();
    unfinished_restore(folder.path());
    let text = print(folder.path(), &["describe", "restore", "m-stage"]);
    for wanted in [
        "the gather fetched only: An error occurred: unable to retrieve logs because restore is not",
        "Phase:                       InProgress",
        "Backup:                      m-stage-xyz12",
        "Started:                     2021-05-12 08:00:01 +0000 UTC",
        "Completed:                   <n/a>",
        "Included:  all namespaces found in the backup",
        "- shop=shop-new",
        "restic Restores:",
        "- shop-new/stage-web: data (1.0 MiB of 2.0 MiB)",
        "Errors:  (from the log)",
        "pods/stage-web: Error restoring item: pods \"stage-web\" is forbidden",
        "Resource List:",
        "oc -n openshift-migration exec deployment/velero -c velero -- ./velero restore describe m-stage-abcde --details",
    ] {
        assert!(text.contains(wanted), "no `{wanted}` in\n{text}");
    }
    assert!(!text.contains("old api"), "that line is of another restore:\n{text}");
    let commands: Vec<&str> = text.lines().filter(|line| line.contains("mig-analyze cat")).collect();
    assert!(commands.iter().any(|line| line.contains("restore-describe-m-stage-abcde.txt") && line.contains(" -i '")), "{commands:?}");
}

const WIDGETS: &str = "must-gather/cluster-scoped-resources/apiextensions.k8s.io/customresourcedefinitions/widgets.example.io.yaml";

fn widgets(root: &Path) {
    write(
        root,
        WIDGETS,
        "apiVersion: apiextensions.k8s.io/v1\nkind: CustomResourceDefinition\nmetadata:\n  name: widgets.example.io\nspec:\n  group: example.io\n  names:\n    \
         kind: Widget\n    plural: widgets\n    singular: widget\n    shortNames:\n    - wd\n  versions:\n  - name: v1\n    additionalPrinterColumns:\n    - \
         jsonPath: .spec.size\n      name: Size\n      type: integer\n    - jsonPath: .status.conditions[?(@.type==\"Ready\")].status\n      name: Ready\n      \
         type: string\n    - jsonPath: .status.note\n      name: Note\n      priority: 1\n      type: string\n    - jsonPath: .metadata.creationTimestamp\n      \
         name: Age\n      type: date\n",
    );
    for (name, size, ready, tier) in [("big", 9, "True", "a"), ("small", 1, "False", "b")] {
        write(
            root,
            &format!("must-gather/namespaces/shop/example.io/widgets/{name}.yaml"),
            &format!(
                "apiVersion: example.io/v1\nkind: Widget\nmetadata:\n  name: {name}\n  namespace: shop\n  creationTimestamp: \"2021-05-12T08:00:00Z\"\n  labels:\n    \
                 tier: {tier}\nspec:\n  size: {size}\nstatus:\n  note: noted\n  conditions:\n  - type: Ready\n    status: \"{ready}\"\n"
            ),
        );
    }
    write(root, "must-gather/namespaces/shop/shop.yaml", "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: shop\nstatus:\n  phase: Active\n");
}

#[test]
fn definitions_in_the_archive_give_names_and_columns() {
    let folder = tempfile::tempdir().unwrap();
    widgets(folder.path());
    for word in ["wd", "widget", "Widgets", "widgets.example.io"] {
        let text = print(folder.path(), &["get", word]);
        let rows: Vec<Vec<&str>> = text.lines().map(|line| line.split_whitespace().collect()).collect();
        assert_eq!(rows[0], ["NAMESPACE", "NAME", "SIZE", "READY", "AGE"], "{word}\n{text}");
        assert_eq!(&rows[1][..4], ["shop", "big", "9", "True"], "{text}");
        assert_eq!(rows.len(), 3, "{text}");
    }
    let wide = print(folder.path(), &["get", "wd", "-o", "wide"]);
    assert!(wide.lines().next().unwrap().contains("NOTE") && wide.contains("noted"), "{wide}");
    assert_eq!(print(folder.path(), &["get", "wd", "-o", "name", "-l", "tier!=b"]), "widgets.example.io/big\n");
    let yaml = print(folder.path(), &["get", "wd", "small", "-o", "yaml"]);
    assert!(yaml.contains("size: 1") && !yaml.contains("size: 9"), "{yaml}");
    let rows: Value = serde_json::from_str(&print(folder.path(), &["get", "wd", "--field", "spec.size=9", "--format", "json"])).unwrap();
    assert_eq!(rows["rows"].as_array().unwrap().len(), 1, "{rows}");
    let described = print(folder.path(), &["describe", "widgets", "big"]);
    assert!(described.contains("Ready True") && described.contains("tier=a"), "{described}");
}

#[test]
fn a_kind_that_nobody_knows_is_an_error_that_says_where_to_look() {
    let folder = tempfile::tempdir().unwrap();
    widgets(folder.path());
    let (good, _, err) = run(folder.path(), &["get", "gadgets"]);
    assert!(!good && err.contains("no kind `gadgets`") && err.contains("coverage -v"), "{err}");
    let (good, _, err) = run(folder.path(), &["get", "pvc", "-n", "shop"]);
    assert!(!good && err.contains("no PersistentVolumeClaim fits") && err.contains("were not collected"), "{err}");
    let (good, _, err) = run(folder.path(), &["get", "wd", "-l", "a in (b"]);
    assert!(!good && err.contains("is no selector"), "{err}");
}

/// A direct image migration with one stream that failed and one that went well.
fn images(root: &Path) {
    let object = |kind: &str, name: &str, uid: &str, rest: &str| {
        format!(
            "apiVersion: migration.openshift.io/v1alpha1\nkind: {kind}\nmetadata:\n  name: {name}\n  namespace: openshift-migration\n  uid: {uid}\n{rest}"
        )
    };
    write(root, "must-gather/migplans/migplan-p/p.yml", &object("MigPlan", "p", "p-1", "spec:\n  namespaces:\n  - shop:shop-new\n"));
    let run = "  creationTimestamp: \"2021-05-12T08:00:00Z\"\nspec:\n  migPlanRef:\n    name: p\n    namespace: openshift-migration\nstatus:\n  conditions:\n  - \
               type: SucceededWithWarnings\n    status: \"True\"\n    lastTransitionTime: \"2021-05-12T09:00:00Z\"\n";
    write(root, &format!("{RUN}/migmigration-m.yml"), &object("MigMigration", "m", "m-1", run));
    let images = "  labels:\n    migmigration: m-1\nstatus:\n  phase: Completed\n  successfulISs:\n  - namespace: shop\n    name: good\n  failedISs:\n  - namespace: \
                  shop\n    name: bad\n    errors:\n    - \"blob upload unknown\"\n";
    write(root, &format!("{RUN}/dim-m-abcde/dim-m-abcde.yml"), &object("DirectImageMigration", "m-abcde", "i-1", images));
    let stream = "  labels:\n    directimagemigration: i-1\nspec:\n  imageStreamRef:\n    namespace: shop\n    name: good\n  destNamespace: shop-new\nstatus:\n  \
                  phase: Completed\n  conditions:\n  - type: Succeeded\n    status: \"True\"\n";
    write(root, &format!("{RUN}/dim-m-abcde/dism-m-abcde-1/dism-m-abcde-1.yml"), &object("DirectImageStreamMigration", "m-abcde-1", "s-1", stream));
    write(
        root,
        "must-gather/clusters/host/namespaces/openshift-migration/openshift-migration.yaml",
        "apiVersion: v1\nkind: Namespace\nmetadata:\n  name: openshift-migration\n",
    );
}

#[test]
fn a_run_shows_what_became_of_each_image_stream() {
    let folder = tempfile::tempdir().unwrap();
    images(folder.path());
    let view: Value = serde_json::from_str(&print(folder.path(), &["migration", "--format", "json"])).unwrap();
    let images = view["images"].as_array().unwrap();
    let row = |name: &str| images.iter().find(|image| image["name"] == name).unwrap();
    assert_eq!((row("bad")["state"].as_str(), row("bad")["errors"][0].as_str()), (Some("failed"), Some("blob upload unknown")));
    assert_eq!((row("good")["state"].as_str(), row("good")["target"].as_str()), (Some("completed"), Some("shop-new")));
    assert!(row("good")["object"].as_str().unwrap().contains("m-abcde-1"));
    let text = print(folder.path(), &["migration"]);
    assert!(text.contains("Image streams") && text.contains("- shop/bad: blob upload unknown"), "{text}");
}

#[test]
fn standard_input_can_be_looked_into_twice() {
    let archive = fs::File::open(Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/packed/multi-attach.tar.gz")).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_mig-analyze")).args(["logs", "--level", "error", "-"]).stdin(archive).output().unwrap();
    let (out, err) = (String::from_utf8(output.stdout).unwrap(), String::from_utf8(output.stderr).unwrap());
    assert!(output.status.success() && out.contains("timed out waiting for all PodVolumeRestores"), "{out}{err}");
    assert!(err.contains("standard input is read twice"), "{err}");
}

/// A gather of a cluster on which nothing happened for two hours before the client wrote when it was done.
fn quiet(root: &Path, timestamp: &str) {
    let gather = "must-gather/clusters/host";
    write(root, &format!("{gather}/timestamp"), timestamp);
    write(
        root,
        &format!("{gather}/namespaces/openshift-migration/core/pods.yaml"),
        "apiVersion: v1\nkind: PodList\nitems:\n- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: velero-1\n    namespace: openshift-migration\n    uid: p-1\n    \
         creationTimestamp: \"2021-05-12T08:00:00Z\"\n  status:\n    phase: Running\n",
    );
    write(
        root,
        &format!("{gather}/namespaces/openshift-migration/pods/velero-1/velero/velero/logs/current.log"),
        "time=\"2021-05-12T09:00:00Z\" level=info msg=\"nothing to do\"\n",
    );
}

#[test]
fn an_age_is_counted_to_when_the_gather_was_done_and_not_to_the_last_thing_that_happened() {
    for (timestamp, collected, age) in [
        ("2021-05-12 13:00:00.5 +0200 CEST m=+0.1\n2021-05-12 13:05:00.5 +0200 CEST m=+300.1\n", "2021-05-12T11:05:00Z", "3h5m"),
        ("2021-05-12 08:30:00.5 +0000 UTC m=+0.1\n", "2021-05-12T09:00:00Z", "60m"),
        ("no time at all\n", "2021-05-12T09:00:00Z", "60m"),
    ] {
        let folder = tempfile::tempdir().unwrap();
        quiet(folder.path(), timestamp);
        let view: Value = serde_json::from_str(&print(folder.path(), &["get", "pods", "--format", "json"])).unwrap();
        let cluster = &view["clusters"][0];
        assert_eq!((cluster["now"].as_str(), cluster["collected"].as_str()), (Some("2021-05-12T09:00:00Z"), Some(collected)), "{timestamp}");
        let cells = view["rows"][0]["cells"].as_array().unwrap();
        assert!(cells.iter().any(|cell| cell == age), "{timestamp}: {cells:?}");
        let see = view["rows"][0]["see"].as_array().unwrap();
        assert!(see[0].as_str().unwrap().starts_with("mig-analyze cat 'must-gather/clusters/host/"), "{see:?}");
        assert!(see[1].as_str().unwrap().starts_with("oc -n openshift-migration describe pod velero-1"), "{see:?}");
    }
}

#[test]
fn no_name_of_an_archive_becomes_a_command() {
    let folder = tempfile::tempdir().unwrap();
    let plan = "apiVersion: migration.openshift.io/v1alpha1\nkind: MigPlan\nmetadata:\n  name: p\n  namespace: openshift-migration\n  uid: p-1\nspec:\n  \
                namespaces:\n  - \"shop; reboot\"\n  - \"$(reboot)\"\n  - till\n  srcMigClusterRef:\n    name: host\n  destMigClusterRef:\n    name: host\n";
    let run = "apiVersion: migration.openshift.io/v1alpha1\nkind: MigMigration\nmetadata:\n  name: m\n  namespace: openshift-migration\n  uid: m-1\n  \
               creationTimestamp: \"2021-05-12T08:00:00Z\"\nspec:\n  stage: true\n  migPlanRef:\n    name: p\n    namespace: openshift-migration\nstatus:\n  phase: \
               Completed\n  itinerary: Failed\n  conditions:\n  - type: Failed\n    status: \"True\"\n    reason: StagePodsCreated\n    lastTransitionTime: \
               \"2021-05-12T09:00:00Z\"\n";
    let host = "apiVersion: migration.openshift.io/v1alpha1\nkind: MigCluster\nmetadata:\n  name: host\n  namespace: openshift-migration\n  uid: c-1\nspec:\n  \
                isHostCluster: true\n";
    write(folder.path(), &format!("{CRS}/migplans.migration.openshift.io/p.yaml"), plan);
    write(folder.path(), &format!("{CRS}/migmigrations.migration.openshift.io/m.yaml"), run);
    write(folder.path(), &format!("{CRS}/migclusters.migration.openshift.io/host.yaml"), host);
    let mut named = 0;
    for words in [&["migration"][..], &["coverage"], &["tree", "--verbose"]] {
        let text = print(folder.path(), words);
        for command in text.lines().filter(|line| line.trim_start().starts_with("oc ") || line.trim_start().starts_with("mig-analyze ")) {
            let run = command.split(" # ").next().unwrap();
            assert!(!run.contains("reboot"), "{words:?}: {command}");
            named += usize::from(run.contains("ns/till"));
        }
    }
    assert!(named > 0, "what is a name is asked for");
}
