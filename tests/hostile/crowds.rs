//! Objects that point at each other in circles, and more of them than any cluster has.

use std::fmt::Write as _;

use super::gather::{NAMESPACE, ROOT, base, cr, migration, plan};
use super::run::Stage;

fn owned(kind: &str, api: &str, name: &str, uid: u64, owner: (&str, &str, u64), more: &str) -> String {
    let (owner_kind, owner_name, owner_uid) = owner;
    format!(
        "apiVersion: {api}
kind: {kind}
metadata:
  creationTimestamp: \"2021-05-12T08:01:00Z\"
  name: {name}
  namespace: openshift-migration
  labels:
    migration.openshift.io/migration-uid: 22222222-0000-4000-8000-{owner_uid:012x}
    velero.io/backup-name: {name}
    velero.io/restore-name: {name}
  ownerReferences:
  - apiVersion: {api}
    controller: true
    kind: {owner_kind}
    name: {owner_name}
    uid: 22222222-0000-4000-8000-{owner_uid:012x}
  uid: 22222222-0000-4000-8000-{uid:012x}
{more}"
    )
}

#[test]
fn owners_and_references_in_circles_end() {
    let mig = "migration.openshift.io/v1alpha1";
    let mut tar = base();
    // A ring of three, each also its own owner by another copy.
    for (n, next) in [(0, 1), (1, 2), (2, 0)] {
        let status = "status:\n  phase: Failed\n  conditions:\n  - type: Failed\n    status: \"True\"\n    category: Critical\n    message: m\n";
        let owner = ("DirectVolumeMigration", format!("d{next}"), next);
        let text = owned("DirectVolumeMigration", mig, &format!("d{n}"), n, (owner.0, &owner.1, owner.2), status);
        tar = tar.file(&cr("directvolumemigrations.migration.openshift.io", &format!("d{n}")), text);
        let text = owned("MigMigration", mig, &format!("r{n}"), 10 + n, ("MigMigration", &format!("r{n}"), 10 + n), status);
        tar = tar.file(&cr("migmigrations.migration.openshift.io", &format!("r{n}")), text);
    }
    // A plan that is its own hook, cluster and storage; a backup restored from itself; a pod that mounts what mounts it.
    let selfish = plan("self")
        + "  destMigClusterRef:\n    name: self\n    namespace: openshift-migration\n  srcMigClusterRef:\n    name: self\n    namespace: openshift-migration\n  \
           migStorageRef:\n    name: self\n    namespace: openshift-migration\n  hooks:\n  - reference:\n      name: self\n      namespace: openshift-migration\n";
    tar = tar.file(&cr("migplans.migration.openshift.io", "self"), selfish);
    for kind in ["Backup", "Restore", "PodVolumeBackup", "PodVolumeRestore"] {
        let text = owned(
            kind,
            "velero.io/v1",
            "x",
            30,
            (kind, "x", 30),
            "spec:\n  backupName: x\n  pod:\n    kind: Pod\n    name: x\n    namespace: openshift-migration\n  volume: x\nstatus:\n  phase: PartiallyFailed\n",
        );
        tar = tar.file(&cr(&format!("{}s.velero.io", kind.to_lowercase()), "x"), text);
    }
    let pod = owned(
        "Pod",
        "v1",
        "x",
        40,
        ("Pod", "x", 40),
        "spec:\n  volumes:\n  - name: x\n    persistentVolumeClaim:\n      claimName: x\nstatus:\n  phase: Pending\n",
    );
    tar = tar.file(&format!("{NAMESPACE}/pods/x/x.yaml"), pod);
    let stage = Stage::new("must-gather.tar.gz", &tar.gzip());
    stage.report();
    let input = stage.input.to_str().unwrap();
    for args in [
        &["tree", input][..],
        &["tree", input, "--migration", "r1"],
        &["migration", input, "--migration", "r0"],
        &["timeline", input],
        &["logs", input, "--migration", "r0"],
        &["describe", "migplan", "self", "-i", input],
        &["describe", "pod", "x", "-i", input],
    ] {
        stage.run(args);
    }
}

#[test]
fn thousands_of_failed_runs_are_told_in_bounded_time() {
    let mut tar = base();
    for n in 0..4_000 {
        let text = migration(&format!("run-{n}"), &format!("plan-{}", n % 50), "");
        tar = tar.file(&cr("migmigrations.migration.openshift.io", &format!("run-{n}")), text);
    }
    for n in 0..50 {
        tar = tar.file(&cr("migplans.migration.openshift.io", &format!("plan-{n}")), plan(&format!("plan-{n}")));
    }
    Stage::new("must-gather.tar.gz", &tar.gzip()).report();
}

#[test]
fn thousands_of_volumes_pods_and_events_are_told_in_bounded_time() {
    let mut tar = base();
    let (mut pods, mut claims, mut events) = (list("Pod"), list("PersistentVolumeClaim"), list("Event"));
    for n in 0..3_000 {
        let _ = write!(
            pods,
            "- apiVersion: v1\n  kind: Pod\n  metadata:\n    name: stage-{n}\n    namespace: app\n    uid: 33333333-0000-4000-8000-{n:012x}\n    labels:\n      \
             migration.openshift.io/is-stage-pod: \"true\"\n  spec:\n    nodeName: n{}\n    volumes:\n    - name: v\n      persistentVolumeClaim:\n        claimName: c{}\n  \
             status:\n    phase: Pending\n",
            n % 7,
            n % 3
        );
        let _ = write!(
            claims,
            "- apiVersion: v1\n  kind: PersistentVolumeClaim\n  metadata:\n    name: c{n}\n    namespace: app\n  spec:\n    volumeName: pv{}\n    storageClassName: s\n  \
             status:\n    phase: Pending\n",
            n % 5
        );
        for (reason, message) in [
            ("FailedAttachVolume", format!("Multi-Attach error for volume \"pv{}\" Volume is already used by pod(s) stage-{}", n % 5, n % 11)),
            ("FailedScheduling", format!("0/6 nodes are available: {} Insufficient cpu", n % 6)),
            ("FailedMount", "MountVolume.SetUp failed for volume \"v\" : mount failed: exit status 32".to_owned()),
        ] {
            let _ = write!(
                events,
                "- apiVersion: v1\n  kind: Event\n  metadata:\n    name: e{n}.{reason}\n    namespace: app\n  involvedObject:\n    kind: Pod\n    name: stage-{n}\n    \
                 namespace: app\n  reason: {reason}\n  message: '{message}'\n  type: Warning\n  count: {n}\n  lastTimestamp: \"2021-05-12T08:10:00Z\"\n",
            );
        }
    }
    for (file, text) in [("pods", pods), ("persistentvolumeclaims", claims), ("events", events)] {
        tar = tar.file(&format!("{ROOT}/namespaces/app/core/{file}.yaml"), text);
    }
    let stage = Stage::new("must-gather.tar.gz", &tar.gzip());
    stage.report();
    stage.run(&["tree", stage.input.to_str().unwrap()]);
    stage.run(&["timeline", stage.input.to_str().unwrap()]);
}

fn list(kind: &str) -> String {
    format!("apiVersion: v1\nkind: {kind}List\nitems:\n")
}

#[test]
fn thousands_of_cluster_folders_and_namespaces_are_placed() {
    let mut tar = base();
    for n in 0..3_000 {
        let text = migration(&format!("m{n}"), "p", "");
        tar = tar.file(&format!("must-gather/clusters/c{n}/namespaces/om/crs/migmigrations.migration.openshift.io/m{n}.yaml"), text);
    }
    Stage::new("must-gather.tar.gz", &tar.gzip()).report();
    let mut tar = base();
    for n in 0..20_000 {
        tar = tar.file(&format!("{ROOT}/namespaces/n{n}/pods/p{n}/c/c/logs/current.log"), "E0512 08:00:00.000000       1 a.go:1] it broke\n");
        tar = tar.file(&format!("must-gather/other{n}/x.yaml"), "kind: X\nmetadata:\n  name: x\n");
    }
    Stage::new("must-gather.tar.gz", &tar.gzip()).report();
}
