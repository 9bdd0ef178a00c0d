//! Tests of the room as a whole: stories of a few objects, and what the room makes of them.

use serde_json::{Value as Json, json};

use super::testing::{Case, find};
use super::{Answer, RunKind, StepState, Verdict, migrations, waits_for};
use crate::graph::Graph;

const MTC: &str = "openshift-migration";

fn clusters(case: &mut Case) {
    case.add(0, json!({"kind": "MigCluster", "metadata": {"name": "cluster-0", "namespace": MTC}, "spec": {"isHostCluster": true}}));
    case.add(
        0,
        json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": MTC, "uid": "p1"},
        "spec": {"namespaces": ["app"], "srcMigClusterRef": {"name": "cluster-0"}, "destMigClusterRef": {"name": "cluster-1"}}}),
    );
}

fn run(name: &str, uid: &str, created: &str, spec: &Json, status: &Json) -> Json {
    let mut spec = spec.clone();
    spec["migPlanRef"] = json!({"name": "p", "namespace": MTC});
    json!({"kind": "MigMigration", "metadata": {"name": name, "namespace": MTC, "uid": uid, "creationTimestamp": created}, "spec": spec, "status": status})
}

fn status(kind: &str, reason: &str, since: &str) -> Json {
    json!({"phase": "Completed", "conditions": [
        {"type": kind, "status": "True", "category": "Advisory", "reason": reason, "lastTransitionTime": since}]})
}

/// Source is the host, the restore hangs on the target because the stage pod there does not start.
fn hanging_restore(pod_gathered: bool) -> Case {
    let mut case = Case::new(2);
    clusters(&mut case);
    let running = json!({"phase": "StageRestoreCreated",
        "conditions": [{"type": "Running", "status": "True", "reason": "StageRestoreCreated", "lastTransitionTime": "2026-02-03T10:00:00Z"}],
        "pipeline": [{"name": "StageBackup", "phase": "EnsureStageBackupReplicated", "started": "2026-02-03T09:00:00Z", "completed": "2026-02-03T10:00:00Z"},
                     {"name": "StageRestore", "phase": "StageRestoreCreated", "started": "2026-02-03T10:00:00Z"},
                     {"name": "Restore", "message": "Not started"}]});
    case.add(0, run("m", "m1", "2026-02-03T08:59:00Z", &json!({"quiescePods": true}), &running));
    case.add(
        1,
        json!({"kind": "Restore", "metadata": {"name": "m-stage-abcde", "namespace": MTC, "uid": "r1",
        "labels": {"migmigration": "m1", "migration-stage-restore": "m1"}}, "status": {"phase": "InProgress"}}),
    );
    for (name, phase) in [("r-1", "Completed"), ("r-2", "New")] {
        case.add(
            1,
            json!({"kind": "PodVolumeRestore", "metadata": {"name": name, "namespace": MTC, "labels": {"velero.io/restore-uid": "r1"}},
            "spec": {"pod": {"kind": "Pod", "name": "stage-web", "namespace": "app"}, "volume": "data"}, "status": {"phase": phase}}),
        );
    }
    if pod_gathered {
        case.add(
            1,
            json!({"kind": "Pod", "metadata": {"name": "stage-web", "namespace": "app", "labels": {"migmigration": "m1"}},
            "spec": {"nodeName": "n1", "volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]},
            "status": {"phase": "Pending", "initContainerStatuses": [{"name": "restic-wait", "state": {"waiting": {"reason": "PodInitializing"}}}]}}),
        );
    }
    case
}

fn path(graph: &Graph) -> Vec<String> {
    let runs = migrations(graph);
    let waits = runs[0].look_at.clone().unwrap();
    let names = waits.path.iter().map(|&id| graph.object(id).name.to_string());
    names.chain([format!("{} on c{}", waits.object, waits.object.cluster.0 + 1)]).collect()
}

#[test]
fn a_hanging_restore_leads_to_the_stage_pod_on_the_target() {
    let graph = hanging_restore(true).freeze();
    assert_eq!(path(&graph), ["m-stage-abcde", "r-2", "Pod app/stage-web on c2"]);
    let run = migrations(&graph).remove(0);
    assert_eq!((run.verdict, run.stuck, run.source_down, run.kind), (Verdict::Running, true, true, RunKind::Final));
    assert_eq!(run.step.as_deref(), Some("StageRestore"));
    assert_eq!(run.pipeline.iter().map(|step| step.state).collect::<Vec<_>>(), [StepState::Completed, StepState::Running, StepState::Pending]);
    assert_eq!(run.phase_age(&graph).unwrap().secs(), 7_200);
    assert!(!run.direct_volumes);
}

#[test]
fn a_stage_pod_that_was_not_gathered_is_named_but_the_restore_is_what_to_look_at() {
    let graph = hanging_restore(false).freeze();
    assert_eq!(path(&graph), ["m-stage-abcde", "PodVolumeRestore openshift-migration/r-2 on c2"]);
    let waits = waits_for(&graph, find(&graph, "MigMigration", "m"));
    assert_eq!((waits[0].object.to_string(), waits[0].id), ("Pod app/stage-web".to_owned(), None));
}

#[test]
fn a_claim_that_waits_for_its_first_consumer_does_not_block_its_pod() {
    let mut case = hanging_restore(false);
    case.add(
        1,
        json!({"kind": "Pod", "metadata": {"name": "stage-web", "namespace": "app"},
        "spec": {"volumes": [{"name": "data", "persistentVolumeClaim": {"claimName": "data"}}]}, "status": {"phase": "Pending"}}),
    );
    case.add(1, json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "app"}, "status": {"phase": "Pending"}}));
    assert_eq!(path(&case.freeze()).last().unwrap(), "Pod app/stage-web on c2");
}

#[test]
fn a_backup_nobody_began_leads_to_the_node_without_an_agent() {
    let mut case = Case::new(2);
    clusters(&mut case);
    case.covered(0);
    case.add(0, run("m", "m1", "2026-02-03T08:00:00Z", &json!({}), &status("Failed", "StageBackupCreated", "2026-02-03T08:30:00Z")));
    case.add(
        0,
        json!({"kind": "Backup", "metadata": {"name": "m-stage-bbbbb", "namespace": MTC, "uid": "b", "labels": {"migmigration": "m1"}},
        "status": {"phase": "PartiallyFailed"}}),
    );
    case.add(
        0,
        json!({"kind": "PodVolumeBackup", "metadata": {"name": "v", "namespace": MTC, "labels": {"velero.io/backup-uid": "b"}},
        "spec": {"node": "n1", "pod": {"name": "stage-web", "namespace": "app"}}, "status": {"phase": "New"}}),
    );
    case.add(0, json!({"kind": "Node", "metadata": {"name": "n1"}}));
    assert_eq!(path(&case.freeze()), ["m-stage-bbbbb", "v", "Node n1 on c1"]);
}

#[test]
fn below_the_stage_pod_lies_the_claim_that_is_not_bound() {
    let mut case = hanging_restore(true);
    case.add(1, json!({"kind": "PersistentVolumeClaim", "metadata": {"name": "data", "namespace": "app"}, "status": {"phase": "Pending"}}));
    assert_eq!(path(&case.freeze()).last().unwrap(), "PersistentVolumeClaim app/data on c2");
}

#[test]
fn a_restore_whose_pod_waits_for_data_leads_to_the_agent_of_its_node() {
    let mut case = Case::new(2);
    case.builder.objects = hanging_restore(false).builder.objects;
    case.add(
        1,
        json!({"kind": "Pod", "metadata": {"name": "stage-web", "namespace": "app"}, "spec": {"nodeName": "n1"},
        "status": {"phase": "Pending", "initContainerStatuses": [{"name": "restore-wait", "state": {"running": {}}}]}}),
    );
    case.add(
        1,
        json!({"kind": "Pod", "metadata": {"name": "restic-x", "namespace": MTC}, "spec": {"nodeName": "n1"}, "status": {"phase": "Pending"}}),
    );
    assert_eq!(path(&case.freeze()).last().unwrap(), "Pod openshift-migration/restic-x on c2");
}

#[test]
fn growing_bytes_keep_a_long_restore_from_being_stuck() {
    let mut case = hanging_restore(true);
    for (version, bytes) in [(1, 10), (2, 20)] {
        let mut copy = super::testing::object(
            1,
            &json!({"kind": "PodVolumeRestore",
            "metadata": {"name": "r-3", "namespace": MTC, "labels": {"velero.io/restore-uid": "r1"}},
            "spec": {"pod": {"name": "stage-db", "namespace": "app"}, "volume": "db"},
            "status": {"phase": "InProgress", "progress": {"bytesDone": bytes, "totalBytes": 30}}}),
        );
        copy.resource_version = version;
        case.builder.objects.push(copy);
    }
    let run = migrations(&case.freeze()).remove(0);
    assert_eq!((run.progressing, run.stuck), (Answer::Yes, false));
}

#[test]
fn a_failed_run_is_superseded_by_a_later_success_of_its_type_only() {
    let mut case = Case::new(2);
    clusters(&mut case);
    let quiesced = json!({"quiescePods": true});
    case.add(0, run("a", "a1", "2026-02-03T08:00:00Z", &quiesced, &status("Failed", "StageRestoreCreated", "2026-02-03T08:30:00Z")));
    case.add(0, run("b", "b1", "2026-02-03T09:00:00Z", &json!({"stage": true}), &status("Succeeded", "Completed", "2026-02-03T09:30:00Z")));
    let graph = case.freeze();
    let runs = migrations(&graph);
    assert_eq!(runs.iter().map(|run| &*run.name).collect::<Vec<_>>(), ["b", "a"]);
    assert_eq!((runs[1].superseded_by, runs[1].source_down, runs[1].latest), (None, true, false));

    let mut case = Case::new(2);
    clusters(&mut case);
    case.add(0, run("a", "a1", "2026-02-03T08:00:00Z", &quiesced, &status("Failed", "StageRestoreCreated", "2026-02-03T08:30:00Z")));
    case.add(0, run("c", "c1", "2026-02-03T10:00:00Z", &quiesced, &status("SucceededWithWarnings", "Completed", "2026-02-03T10:30:00Z")));
    let graph = case.freeze();
    let runs = migrations(&graph);
    assert_eq!((runs[1].superseded_by, runs[1].source_down), (Some(find(&graph, "MigMigration", "c")), false));
    assert_eq!(runs[1].ended.unwrap().to_string(), "2026-02-03T08:30:00Z");
}

#[test]
fn a_run_that_failed_before_it_quiesced_left_the_application_up() {
    let mut case = Case::new(2);
    clusters(&mut case);
    case.add(
        0,
        run("a", "a1", "2026-02-03T08:00:00Z", &json!({"quiescePods": true}), &status("Failed", "InitialBackupCreated", "2026-02-03T08:30:00Z")),
    );
    assert!(!migrations(&case.freeze())[0].source_down);
}

#[test]
fn a_rollback_starts_the_application_again() {
    let mut case = Case::new(2);
    clusters(&mut case);
    case.add(
        0,
        run("a", "a1", "2026-02-03T08:00:00Z", &json!({"quiescePods": true}), &status("Failed", "FinalRestoreCreated", "2026-02-03T08:30:00Z")),
    );
    case.add(0, run("r", "r1", "2026-02-03T09:00:00Z", &json!({"rollback": true}), &status("Succeeded", "Completed", "2026-02-03T09:30:00Z")));
    let runs = migrations(&case.freeze());
    assert_eq!((runs[0].kind, runs[1].source_down), (RunKind::Rollback, false));
}

#[test]
fn a_blocked_run_leads_through_its_plan_to_the_cluster_that_is_not_ready() {
    let mut case = Case::new(2);
    let critical = |kind: &str| json!({"conditions": [{"type": kind, "status": "True", "category": "Critical"}]});
    case.add(0, json!({"kind": "MigCluster", "metadata": {"name": "far", "namespace": MTC}, "status": critical("TestConnectFailed")}));
    case.add(
        0,
        json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": MTC}, "spec": {"destMigClusterRef": {"name": "far", "namespace": MTC}},
        "status": critical("DestinationClusterNotReady")}),
    );
    case.add(0, run("m", "m1", "2026-02-03T08:00:00Z", &json!({}), &critical("PlanNotReady")));
    let graph = case.freeze();
    assert_eq!(migrations(&graph)[0].verdict, Verdict::Blocked);
    assert_eq!(path(&graph), ["p", "MigCluster openshift-migration/far on c1"]);
}

#[test]
fn a_queued_run_waits_for_the_one_that_runs() {
    let mut case = Case::new(1);
    let running = json!({"phase": "Verification", "conditions": [{"type": "Running", "status": "True", "reason": "Verification"}]});
    let postponed = json!({"conditions": [{"type": "Postponed", "status": "True", "category": "Critical"}]});
    case.add(0, run("first", "f", "2026-02-03T08:00:00Z", &json!({}), &running));
    case.add(0, run("second", "s", "2026-02-03T08:01:00Z", &json!({}), &postponed));
    let graph = case.freeze();
    let waits = waits_for(&graph, find(&graph, "MigMigration", "second"));
    assert_eq!(waits[0].id, Some(find(&graph, "MigMigration", "first")));
}

#[test]
fn a_transfer_that_waits_leads_to_the_server_pod() {
    let mut case = Case::new(2);
    clusters(&mut case);
    let running = json!({"phase": "WaitForDirectVolumeMigrationToComplete",
        "conditions": [{"type": "Running", "status": "True", "reason": "WaitForDirectVolumeMigrationToComplete"}]});
    case.add(0, run("m", "m1", "2026-02-03T08:00:00Z", &json!({}), &running));
    case.add(
        0,
        json!({"kind": "DirectVolumeMigration", "metadata": {"name": "m-x", "namespace": MTC, "uid": "d1", "labels": {"migmigration": "m1"}},
        "spec": {"srcMigClusterRef": {"name": "cluster-0"}, "destMigClusterRef": {"name": "cluster-1"}},
        "status": {"phase": "WaitForRsyncTransferPodsRunning",
            "conditions": [{"type": "Running", "status": "True", "reason": "WaitForRsyncTransferPodsRunning"}]}}),
    );
    case.add(
        1,
        json!({"kind": "Pod", "metadata": {"name": "rsync-server", "namespace": "app",
        "labels": {"directvolumemigration": "d1", "purpose": "rsync"}}, "status": {"phase": "Pending"}}),
    );
    let graph = case.freeze();
    assert_eq!(path(&graph), ["m-x", "Pod app/rsync-server on c2"]);
    assert!(migrations(&graph)[0].direct_volumes);
}

#[test]
fn a_failed_restore_leads_to_the_volume_that_failed_and_not_to_one_of_an_earlier_run() {
    let mut case = Case::new(2);
    clusters(&mut case);
    case.add(0, run("m", "m1", "2026-02-03T08:00:00Z", &json!({}), &status("Failed", "StageRestoreCreated", "2026-02-03T08:30:00Z")));
    for (restore, run, volume) in [("old-stage-aaaaa", "m0", "v-old"), ("m-stage-bbbbb", "m1", "v-new")] {
        case.add(
            1,
            json!({"kind": "Restore", "metadata": {"name": restore, "namespace": MTC, "uid": restore,
            "labels": {"migmigration": run, "migration-stage-restore": run}}, "status": {"phase": "Failed"}}),
        );
        case.add(
            1,
            json!({"kind": "PodVolumeRestore", "metadata": {"name": volume, "namespace": MTC, "labels": {"velero.io/restore-uid": restore}},
            "status": {"phase": "Failed"}}),
        );
    }
    assert_eq!(path(&case.freeze()), ["m-stage-bbbbb", "PodVolumeRestore openshift-migration/v-new on c2"]);
}
