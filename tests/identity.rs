//! Which directory is which cluster, which copies are one object, and what a broken file takes away.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

#[path = "identity/case.rs"]
mod case;
#[path = "identity/damage.rs"]
mod damage;

use case::{MTC, Manifest, cluster, cr, gather, graph, inspect, names, of_mtc, of_velero, only, pod, pods, velero};
use mig_analyze::archive::pack::Tar;
use mig_analyze::model::GapReason;

const HOST: &str = "must-gather/clusters/host";
const SOURCE: &str = "must-gather/clusters/source";

#[test]
fn equal_uids_under_two_names_of_one_gather_make_both_suspect() {
    let tar = gather(&["host"]);
    let tar = pods(tar, SOURCE, &velero("uid-velero-mixed"));
    let graph = graph(vec![pods(tar, "must-gather/clusters/spare", &velero("uid-velero-mixed"))]);
    assert_eq!(names(&graph), ["host", "source", "spare"], "they are kept apart");
    for (name, suspect) in [("host", false), ("source", true), ("spare", true)] {
        let (id, cluster) = cluster(&graph, name);
        assert_eq!(cluster.suspect, suspect, "{name}");
        let cover = graph.coverage.objects(id, "PodVolumeRestore", Some(MTC));
        assert_eq!(cover.is_full(), !suspect, "absence on {name}: {cover:?}");
    }
    let gaps: Vec<_> = graph.gaps.iter().filter(|gap| gap.reason == GapReason::Suspect).map(|gap| gap.path.as_str()).collect();
    assert_eq!(gaps, ["must-gather/clusters/source/", "must-gather/clusters/spare/"]);
}

#[test]
fn an_inspect_is_placed_by_the_pod_that_a_volume_restore_names() {
    let restore = of_velero("PodVolumeRestore", "r-1", "uid-pvr").body("spec:\n  pod:\n    kind: Pod\n    name: web-1\n    uid: uid-web\n");
    let tar = cr(gather(&["host", "source"]), HOST, "podvolumerestores.velero.io", &restore);
    let graph = graph(vec![tar, inspect(&pod("shop", "web-1", "uid-web"))]);
    assert_eq!(names(&graph), ["host", "source"]);
    let (host, found) = cluster(&graph, "host");
    assert_eq!(only(&graph, "Pod", "web-1").cluster, host);
    assert_eq!(found.identity.by, ["pod-uid"]);
    assert!(graph.coverage.objects(host, "Pod", Some("shop")).is_full());
}

#[test]
fn an_inspect_is_placed_by_the_pod_that_a_volume_backup_names() {
    let backup = of_velero("PodVolumeBackup", "b-1", "uid-pvb").body("spec:\n  pod:\n    kind: Pod\n    name: web-1\n    uid: uid-web\n");
    let tar = cr(gather(&["host", "source"]), SOURCE, "podvolumebackups.velero.io", &backup);
    let graph = graph(vec![tar, inspect(&pod("shop", "web-1", "uid-web"))]);
    assert_eq!(only(&graph, "Pod", "web-1").cluster, cluster(&graph, "source").0);
}

#[test]
fn an_inspect_of_a_stopped_application_is_placed_by_its_claims() {
    let claim = Manifest::new("v1", "PersistentVolumeClaim", "shop", "data", "uid-claim");
    let alone = Tar::new().file("inspect.local.5577006791947779410/namespaces/shop/core/persistentvolumeclaims.yaml", claim.in_list());
    let backup = of_velero("PodVolumeBackup", "b-1", "uid-pvb").label("velero.io/pvc-uid", "uid-claim");
    let restore = of_velero("PodVolumeRestore", "r-1", "uid-pvr").label("velero.io/pvc-uid", "uid-other");
    let tar = cr(gather(&["host", "source"]), SOURCE, "podvolumebackups.velero.io", &backup);
    let tar = cr(tar, HOST, "podvolumerestores.velero.io", &restore);
    let placed = graph(vec![tar, alone.clone()]);
    let (source, found) = cluster(&placed, "source");
    assert_eq!(only(&placed, "PersistentVolumeClaim", "data").cluster, source);
    assert_eq!(found.identity.by, ["claim-uid"]);
    // A copy of the volume backup on the other cluster leaves it open.
    let both = cr(gather(&["host", "source"]), SOURCE, "podvolumebackups.velero.io", &backup);
    let both = cr(both, HOST, "podvolumebackups.velero.io", &of_velero("PodVolumeBackup", "b-1", "uid-copy").label("velero.io/pvc-uid", "uid-claim"));
    assert_eq!(names(&graph(vec![both, alone])).len(), 3);
}

#[test]
fn an_inspect_with_nothing_but_the_job_of_a_hook_is_placed_by_its_run() {
    let job = Manifest::new("batch/v1", "Job", "elsewhere", "p-prebackup-x", "uid-job").label("owner", "uid-run").label("mighook", "uid-hook");
    let alone = Tar::new().file("inspect.local.5577006791947779410/namespaces/elsewhere/batch/jobs.yaml", job.in_list());
    let plan = of_mtc("MigPlan", "p", "uid-plan").body("spec:\n  srcMigClusterRef:\n    name: source\n  destMigClusterRef:\n    name: host\n");
    let run = of_mtc("MigMigration", "m", "uid-run").body("spec:\n  migPlanRef:\n    name: p\n");
    for (side, expected) in [("source", "source"), ("destination", "host")] {
        let hook = of_mtc("MigHook", "h", "uid-hook").body(&format!("spec:\n  targetCluster: {side}\n"));
        let tar = cr(gather(&["host", "source"]), HOST, "migplans.migration.openshift.io", &plan);
        let tar = cr(tar, HOST, "migmigrations.migration.openshift.io", &run);
        let tar = cr(tar, HOST, "mighooks.migration.openshift.io", &hook);
        let host = of_mtc("MigCluster", "host", "uid-host").body("spec:\n  isHostCluster: true\n");
        let tar = cr(tar, HOST, "migclusters.migration.openshift.io", &host);
        let graph = graph(vec![tar, alone.clone()]);
        assert_eq!(only(&graph, "Job", "p-prebackup-x").cluster, cluster(&graph, expected).0, "{side}");
    }
}

#[test]
fn an_inspect_is_placed_by_the_restore_that_its_pod_waits_for() {
    let tar = cr(gather(&["host", "source"]), HOST, "restores.velero.io", &of_velero("Restore", "shop-stage-x1", "uid-restore"));
    let waiting = pod("shop", "stage-web-1", "uid-stage")
        .label("velero.io/restore-name", "shop-stage-x1")
        .body("spec:\n  initContainers:\n  - name: restic-wait\n    image: velero-restic-restore-helper\n");
    let graph = graph(vec![tar, inspect(&waiting)]);
    let (host, found) = cluster(&graph, "host");
    assert_eq!(only(&graph, "Pod", "stage-web-1").cluster, host);
    assert_eq!(found.identity.by, ["restore"]);
}

#[test]
fn a_label_of_an_old_restore_without_the_wait_places_nothing() {
    let tar = cr(gather(&["host", "source"]), HOST, "restores.velero.io", &of_velero("Restore", "shop-stage-x1", "uid-restore"));
    let moved = pod("shop", "web-1", "uid-web").label("velero.io/restore-name", "shop-stage-x1");
    let graph = graph(vec![tar, inspect(&moved)]);
    assert_eq!(graph.clusters.len(), 3, "a label travels with the object: {:?}", names(&graph));
}

#[test]
fn an_inspect_is_placed_by_a_node_that_one_cluster_has_and_not_by_one_that_both_have() {
    let agent = |uid: &str, node: &str| pod(MTC, "restic-5sncm", uid).body(&format!("spec:\n  nodeName: {node}\n"));
    let crs = |tar: Tar, cluster: &str, uid: &str, node: &str| {
        tar.file(&format!("{cluster}/namespaces/{MTC}/pods/restic-5sncm/restic-5sncm.yaml"), agent(uid, node).yaml())
    };
    let app = pod("shop", "web-1", "uid-web").body("spec:\n  nodeName: worker-1\n");
    let both = |other: &str| {
        let tar = crs(gather(&["host", "source"]), HOST, "uid-agent-h", other);
        graph(vec![crs(tar, SOURCE, "uid-agent-s", "worker-1"), inspect(&app)])
    };
    let apart = both("worker-9");
    assert_eq!(only(&apart, "Pod", "web-1").cluster, cluster(&apart, "source").0);
    assert_eq!(cluster(&apart, "source").1.identity.by, ["node"]);
    let unsure = both("worker-1");
    assert_eq!(unsure.clusters.len(), 3, "a node name that both have proves nothing: {:?}", names(&unsure));
}

#[test]
fn an_inspect_without_any_tie_stays_apart() {
    let graph = graph(vec![gather(&["host", "source"]), inspect(&pod("shop", "web-1", "uid-web"))]);
    assert_eq!(names(&graph), ["host", "source", "inspect.local.5577006791947779410"]);
    let host = cluster(&graph, "host").0;
    assert!(!graph.coverage.objects(host, "Pod", Some("shop")).is_full(), "the host's pods of that namespace are not known by it");
}

#[test]
fn two_hosts_with_equal_names_are_two_clusters() {
    let of = |uid: &str| {
        let location = of_velero("BackupStorageLocation", "mig-s3-2tq79", uid).body("spec:\n  objectStorage:\n    bucket: mig-data\n");
        cr(pods(Tar::new(), HOST, &velero(&format!("{uid}-velero"))), HOST, "backupstoragelocations.velero.io", &location)
    };
    let graph = graph(vec![of("uid-one"), of("uid-two")]);
    assert_eq!(names(&graph), ["host", "host#2"]);
    assert_eq!(graph.of_kind("BackupStorageLocation").count(), 2, "the bucket is shared by design");
    assert_eq!(graph.of_kind("Pod").count(), 2);
    assert!(graph.clusters.iter().all(|cluster| !cluster.suspect), "two gathers may both call theirs host");
}

#[test]
fn one_cluster_gathered_twice_keeps_what_it_said_before() {
    let of = |version: u64, phase: &str| {
        let run = of_mtc("MigMigration", "shop-stage", "uid-run").version(version).body(&format!("status:\n  phase: {phase}\n"));
        let tar = pods(Tar::new(), HOST, &velero("uid-velero"));
        tar.file("must-gather/migplans/migplan-p/migmigration-shop-stage/migmigration-shop-stage.yml", run.yaml())
    };
    for order in [[(20, "Final"), (10, "Initial")], [(10, "Initial"), (20, "Final")]] {
        let graph = graph(order.map(|(version, phase)| of(version, phase)).into());
        assert_eq!(names(&graph), ["host"]);
        assert_eq!(cluster(&graph, "host").1.identity.by, ["object-uid"]);
        let run = only(&graph, "MigMigration", "shop-stage");
        assert_eq!((run.resource_version, run.text("status.phase").unwrap().as_ref()), (20, "Final"));
        assert_eq!(run.places.len(), 2);
        let earlier: Vec<_> = run.earlier.iter().map(|copy| copy.resource_version).collect();
        assert_eq!(earlier, [10]);
        let body = run.earlier[0].body.as_ref().unwrap();
        assert_eq!(body.root().path("status.phase").unwrap().text().unwrap(), "Initial");
    }
}

#[test]
fn an_object_made_anew_under_its_name_is_another_object() {
    let tar = cr(gather(&["host"]), HOST, "restores.velero.io", &of_velero("Restore", "r", "uid-old"));
    let tar = tar.file(&format!("{HOST}/namespaces/{MTC}/velero.io/restores.yaml"), of_velero("Restore", "r", "uid-new").in_list());
    let graph = graph(vec![tar]);
    let found: Vec<_> = graph.of_kind("Restore").map(|id| graph.object(id).uid.as_ref().unwrap().to_string()).collect();
    assert_eq!(found, ["uid-new", "uid-old"]);
}

#[test]
fn a_synced_backup_stays_two_objects() {
    let backup = |uid: &str| of_velero("Backup", "shop-stage-5dwvw", uid).label("velero.io/storage-location", "mig-s3");
    let tar = cr(gather(&["host", "source"]), HOST, "backups.velero.io", &backup("uid-synced"));
    let graph = graph(vec![cr(tar, SOURCE, "backups.velero.io", &backup("uid-original"))]);
    let clusters: Vec<_> = graph.of_kind("Backup").map(|id| graph.cluster(graph.object(id).cluster).name.to_string()).collect();
    assert_eq!(clusters, ["host", "source"]);
    assert!(graph.clusters.iter().all(|cluster| !cluster.suspect), "a synced object says nothing about a mix-up");
}

#[test]
fn now_is_the_newest_transition_and_no_date_of_a_certificate() {
    let ready = "status:\n  conditions:\n  - lastTransitionTime: \"2024-03-01T11:30:00Z\"\n    status: \"True\"\n    type: Ready\n";
    let cluster_object = of_mtc("MigCluster", "host", "uid-mig").body(&format!("spec:\n  isHostCluster: true\n{ready}"));
    let secret = case::Manifest::new("v1", "Secret", MTC, "serving-cert", "uid-secret")
        .body("metadata2:\n  expiry: \"2031-08-01T00:00:00Z\"\nstatus:\n  notAfter: \"2031-08-01T00:00:00Z\"\n");
    let tar = cr(gather(&["host"]), HOST, "migclusters.migration.openshift.io", &cluster_object);
    let graph = graph(vec![tar.file(&format!("{HOST}/namespaces/{MTC}/core/secrets.yaml"), secret.in_list())]);
    assert_eq!(cluster(&graph, "host").1.now.unwrap().to_string(), "2024-03-01T11:30:00Z");
}

#[test]
fn of_two_members_with_one_path_the_last_counts() {
    let tar =
        cr(gather(&["host"]), HOST, "restores.velero.io", &of_velero("Restore", "r", "uid-r").version(300).body("status:\n  phase: InProgress\n"));
    // The older resourceVersion stands later: the archive was appended to, and the file is what it is now.
    let tar = cr(tar, HOST, "restores.velero.io", &of_velero("Restore", "r", "uid-r").version(200).body("status:\n  phase: Completed\n"));
    let graph = graph(vec![tar]);
    let restore = only(&graph, "Restore", "r");
    assert_eq!((restore.text("status.phase").unwrap().as_ref(), restore.places.len(), restore.earlier.len()), ("Completed", 1, 0));
}

#[test]
fn clusters_beside_the_plans_are_the_layout_before_1_4_3() {
    let plan = of_mtc("MigPlan", "p", "uid-plan");
    let tar = cr(Tar::new(), "must-gather/host", "restores.velero.io", &of_velero("Restore", "r", "uid-r"));
    let tar = cr(tar, "must-gather/source", "backups.velero.io", &of_velero("Backup", "b", "uid-b"));
    let graph = graph(vec![tar.file("must-gather/migplans/migplan-p/p.yml", plan.yaml())]);
    assert_eq!(names(&graph), ["host", "source"]);
    assert_eq!(graph.inputs[0].layouts, ["mtc"]);
    let host = cluster(&graph, "host").0;
    assert_eq!(only(&graph, "MigPlan", "p").cluster, host, "plans are written for the cluster that the gather ran on");
    assert_eq!(only(&graph, "Backup", "b").cluster, cluster(&graph, "source").0);
    assert!(graph.coverage.objects(host, "MigMigration", None).is_full());
}
