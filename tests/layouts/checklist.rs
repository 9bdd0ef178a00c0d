//! One archive for each layout that was ever delivered.

use mig_analyze::archive::pack::Tar;
use mig_analyze::graph::Stream;
use mig_analyze::model::{Component, GapReason};

use crate::build::{MTC_IMAGE, OADP_IMAGE, covered, gaps, homes, list, log, logrus, objects, read, refused, scoped};
use crate::case::{MTC, Manifest, cluster, cr, names, of_mtc, of_velero, only, pod, pods, velero};

const ID: &str = "0a1b2c3d";
const ADP: &str = "openshift-adp";

fn plan() -> Manifest {
    of_mtc("MigPlan", "p", "uid-plan")
}

#[test]
fn l1_has_no_level_of_clusters_and_all_resources_in_crs() {
    let root = "must-gather";
    let tar = cr(Tar::new(), root, "migplans.migration.openshift.io", &plan());
    let tar = cr(tar, root, "backups.velero.io", &of_velero("Backup", "b", "uid-b"));
    let tar = pods(tar, root, &velero("uid-velero"));
    let tar = tar
        .file(
            "must-gather/cluster-scoped-resources/storageclasses.storage.k8s.io/gp2.yaml",
            scoped("storage.k8s.io/v1", "StorageClass", "gp2", "uid-sc", ""),
        )
        .file(&format!("must-gather/namespaces/{MTC}/logs/velero-6d9c-x7zkq/current.log"), logrus("10:00:00", "hello"))
        .file(&format!("must-gather/namespaces/{MTC}/crs/restores.velero.io/r.yaml"), "");
    let graph = read(tar);
    assert_eq!(graph.inputs[0].layouts, ["mtc-1.2"]);
    assert_eq!(names(&graph), ["must-gather"], "the gather names no cluster");
    assert_eq!(homes(&graph, "MigPlan", "p"), ["must-gather"]);
    assert!(covered(&graph, "must-gather", "MigMigration", None) && covered(&graph, "must-gather", "PodVolumeBackup", Some(MTC)));
    assert!(!covered(&graph, "must-gather", "Restore", Some(MTC)), "a failed call left an empty file");
    assert_eq!(gaps(&graph), [(GapReason::Empty, "must-gather/namespaces/openshift-migration/crs/restores.velero.io/r.yaml")]);
    assert_eq!(log(&graph, "current.log").component, Component::Velero);
}

#[test]
fn l2_and_l3_have_clusters_at_the_root_and_run_logs_where_pods_should_be() {
    let tar = cr(Tar::new(), "must-gather/host", "migmigrations.migration.openshift.io", &of_mtc("MigMigration", "m", "uid-m"));
    let tar = cr(tar, "must-gather/source", "backups.velero.io", &of_velero("Backup", "b", "uid-b"));
    let logs = format!("must-gather/source/namespaces/{MTC}/logs");
    let tar = tar
        .file(&format!("{logs}/velero-backup-logs/b-backup.log"), logrus("10:00:00", "backing up"))
        .file(&format!("{logs}/velero-backup-logs/b-backup-describe.log"), "Name:         b\nPhase:  Completed\n")
        .file("must-gather/spare/login_error.txt", "login to cluster spare unsuccessful.\n");
    let graph = read(tar);
    assert_eq!(graph.inputs[0].layouts, ["mtc-1.3"]);
    assert_eq!(names(&graph), ["host", "source", "spare"]);
    assert_eq!((homes(&graph, "MigMigration", "m"), homes(&graph, "Backup", "b")), (vec!["host".to_owned()], vec!["source".to_owned()]));
    assert!(!cluster(&graph, "spare").1.gathered);
    let run = log(&graph, "b-backup.log");
    assert_eq!((run.stream, run.pod.as_deref(), run.component), (Stream::Collected, None, Component::Velero));
    assert_eq!(graph.logs.len(), 1, "the text of the description is no log");
    assert!(covered(&graph, "host", "MigPlan", None) && !covered(&graph, "source", "MigPlan", None) && covered(&graph, "source", "Restore", None));
}

#[test]
fn l3b_has_a_tree_of_each_plan_beside_the_clusters() {
    let tar = cr(Tar::new(), "must-gather/host", "restores.velero.io", &of_velero("Restore", "r", "uid-r"));
    let graph = read(tar.file("must-gather/migplan-p/p.yml", plan().yaml()));
    assert_eq!((graph.inputs[0].layouts.as_slice(), homes(&graph, "MigPlan", "p")), (&["mtc-1.3".to_owned()][..], vec!["host".to_owned()]));
}

/// A gather of MTC 1.4 and later: clusters below this directory, plans beside it.
fn later(base: &str) -> Tar {
    let tar = cr(Tar::new(), &format!("{base}host"), "restores.velero.io", &of_velero("Restore", "r", "uid-r"));
    let tar = cr(tar, &format!("{base}source"), "backups.velero.io", &of_velero("Backup", "b", "uid-b"));
    let run = "must-gather/migplans/migplan-p/migmigration-m";
    tar.file("must-gather/migplans/migplan-p/p.yml", plan().yaml())
        .file(&format!("{run}/m.yml"), of_mtc("MigMigration", "m", "uid-m").yaml())
        .file(&format!("{run}/dvm-d/dvm-d.yml"), of_mtc("DirectVolumeMigration", "d", "uid-d").yaml())
        .file(&format!("{run}/backup-b/backup-b.log"), logrus("10:00:00", "backing up"))
        .file(&format!("{run}/backup-b/backup-describe-b.txt"), "Name: b\n")
}

#[test]
fn l4_has_plans_beside_clusters_at_the_root() {
    let graph = read(later("must-gather/"));
    assert_eq!((graph.inputs[0].layouts.as_slice(), names(&graph)), (&["mtc".to_owned()][..], vec!["host", "source"]));
    assert_eq!(homes(&graph, "DirectVolumeMigration", "d"), ["host"]);
    assert!(covered(&graph, "host", "DirectImageMigration", None));
}

#[test]
fn l5_to_l7_have_a_directory_of_clusters() {
    let base = "must-gather/clusters/";
    let helper = format!("{base}host/namespaces/shop/logs/dvm-rsync-a1b2c/current.log");
    let tar =
        later(base).file(&helper, "2024-03-01T10:00:00.1Z sent 3 bytes\n").file("must-gather/metrics/openshift_monitoring_status", "NAME READY\n");
    let graph = read(tar);
    assert_eq!((graph.inputs[0].layouts.as_slice(), names(&graph)), (&["mtc".to_owned()][..], vec!["host", "source"]));
    assert_eq!(homes(&graph, "MigMigration", "m"), ["host"]);
    let log = log(&graph, "dvm-rsync-a1b2c/current.log");
    assert_eq!((log.component, log.namespace.as_deref()), (Component::RsyncClient, Some("shop")));
    assert_eq!(graph.gaps, []);
}

#[test]
fn lx_has_migrated_namespaces_in_a_tree_of_their_own() {
    let base = "must-gather/clusters/";
    let migrated = format!("{base}source/migrated-namespaces");
    let tar = pods(later(base), &migrated, &pod("shop", "web-1", "uid-web"));
    let tar = tar.file(
        &format!("{migrated}/cluster-scoped-resources/core/persistentvolumes/pv-1.yaml"),
        scoped("v1", "PersistentVolume", "pv-1", "uid-pv", ""),
    );
    let graph = read(tar);
    assert_eq!(names(&graph), ["host", "source"], "it is no gather of its own");
    assert_eq!((homes(&graph, "Pod", "web-1"), homes(&graph, "PersistentVolume", "pv-1")), (vec!["source".to_owned()], vec!["source".to_owned()]));
    assert!(covered(&graph, "source", "Pod", Some("shop")) && !covered(&graph, "host", "Pod", Some("shop")));
}

#[test]
fn the_root_may_be_stripped_doubled_or_deep_in_archives() {
    let path = |root: &str| format!("{root}clusters/host/namespaces/{MTC}/crs/restores.velero.io/r.yaml");
    let restore = of_velero("Restore", "r", "uid-r").yaml();
    for root in ["", "must-gather/must-gather/", "/must-gather/", "./must-gather/"] {
        let graph = read(Tar::new().file(&path(root), &restore));
        assert_eq!((graph.inputs[0].layouts.as_slice(), names(&graph)), (&["mtc".to_owned()][..], vec!["host"]), "{root}");
        assert_eq!(graph.gaps, [], "{root}");
    }
    let inner = Tar::new().file(&path("must-gather/"), &restore).gzip();
    let wrapped = Tar::new().file(&format!("{MTC_IMAGE}/must-gather.tar.gz"), inner).gzip();
    let graph = read(Tar::new().file("upload/must-gather.tar.gz", wrapped));
    assert_eq!((names(&graph), graph.gaps.len()), (vec!["host"], 0));
    assert!(covered(&graph, "host", "Restore", None));
}

fn backup(name: &str) -> Manifest {
    Manifest::new("velero.io/v1", "Backup", ADP, name, &format!("uid-{name}"))
}

#[test]
fn o1_to_o3_write_each_object_to_its_own_file() {
    let dir = format!("must-gather/clusters/{ID}");
    let namespace = format!("{dir}/namespaces/{ADP}");
    let application = Manifest::new("oadp.openshift.io/v1alpha1", "DataProtectionApplication", ADP, "main", "uid-dpa");
    let tree = format!("{namespace}/oadp.openshift.io/dpa-main");
    let tar = Tar::new()
        .file(&format!("{namespace}/velero.io/backups.velero.io/b.yaml"), backup("b").yaml())
        .file(&format!("{tree}/main.yml"), application.yaml())
        .file(&format!("{tree}/backup-b/backup-b.log"), logrus("10:00:00", "backing up"))
        .file(&format!("{tree}/backup-b/backup-describe-b.txt"), "Name: b\n")
        .file(&format!("{dir}/oadp-debug-info"), "***\n* OpenShift version information\n");
    let graph = read(pods(tar, &dir, &pod(ADP, "velero-1-a", "uid-velero")));
    assert_eq!((graph.inputs[0].layouts.as_slice(), names(&graph)), (&["oadp-shell".to_owned()][..], vec![ID]));
    assert_eq!(homes(&graph, "DataProtectionApplication", "main"), [ID]);
    assert!(covered(&graph, ID, "Restore", Some(ADP)), "each kind of the group was asked for");
    assert!(!covered(&graph, ID, "Restore", Some("other")) && !covered(&graph, ID, "MigPlan", None));
    assert_eq!(log(&graph, "backup-b.log").component, Component::Velero);
    assert_eq!(graph.gaps, []);
}

#[test]
fn o4_writes_lists_below_trees_of_applications() {
    let dir = format!("must-gather/clusters/{ID}");
    let namespace = format!("{dir}/namespaces/{ADP}");
    let tar = Tar::new()
        .file(&format!("{namespace}/velero.io/backups/backups.yaml"), list(&[backup("b1"), backup("b2")]))
        .file(&format!("{namespace}/oadp.openshift.io/dpa-main/backup-b1/backup-b1.log"), logrus("10:00:00", "backing up"));
    let graph = read(tar);
    assert_eq!((graph.inputs[0].layouts.as_slice(), objects(&graph, "Backup").len()), (&["oadp-shell".to_owned()][..], 2));
    assert!(covered(&graph, ID, "Backup", Some(ADP)));
    assert!(!covered(&graph, ID, "Restore", Some(ADP)), "a kind without its list was not collected");
}

#[test]
fn o5_is_loose_and_has_a_summary_that_names_the_cluster_and_what_it_lacks() {
    let dir = format!("{OADP_IMAGE}/clusters/{ID}");
    let namespace = format!("{dir}/namespaces/{ADP}");
    let summary = format!(
        "# OADP must-gather summary version `1.5.0`\n\n## Cluster information\n\n| Cluster ID | OpenShift version |\n| --- | --- |\n| {ID}-1111-2222-3333-444455556666 | 4.16.3 |\n\n\
         ### Backups\n\n| Namespace | Name | status.phase | logs |\n| --- | --- | --- | --- |\n| {ADP} | b2 | ❌ status phase Failed | ❌ timed out waiting for download URL |\n"
    );
    let tar = Tar::new()
        .file(&format!("{OADP_IMAGE}/version"), "OpenShift API for Data Protection (OADP) Must-gather\n1.5.0\n")
        .file(&format!("{dir}/oadp-must-gather-summary.md"), summary)
        .file(&format!("{namespace}/velero.io/backups/backups.yaml"), list(&[backup("b1"), backup("b2")]))
        .file(&format!("{namespace}/velero.io/backups/b1.log"), logrus("10:00:00", "backing up"))
        .file(&format!("{namespace}/velero.io/backups/describe-b1.txt"), "Name: b1\n")
        .file(&format!("{namespace}/velero.io/restores/restores.yaml"), "apiVersion: v1\nitems: []\nkind: List\n");
    let graph = read(tar);
    assert_eq!((graph.inputs[0].layouts.as_slice(), names(&graph)), (&["oadp".to_owned()][..], vec![ID]));
    assert_eq!(graph.clusters[0].identity.cluster_id.as_deref(), Some("0a1b2c3d-1111-2222-3333-444455556666"));
    assert!(covered(&graph, ID, "Restore", Some(ADP)), "an empty list is a list");
    assert_eq!((log(&graph, "b1.log").component, graph.logs.len()), (Component::Velero, 1));
    let [gap] = &graph.gaps[..] else { panic!("{:?}", graph.gaps) };
    assert_eq!((gap.reason, gap.detail.as_str()), (GapReason::Stderr, "no log of Backups openshift-adp/b2: timed out waiting for download URL"));
}

#[test]
fn an_inspect_is_told_from_the_general_gather_by_its_version() {
    let tar = |root: &str| {
        pods(Tar::new(), root, &pod("shop", "web-1", "uid-web"))
            .file(&format!("{root}/event-filter.html"), "<html>")
            .file(&format!("{root}/timestamp"), "2024-03-01 10:00:00.5 +0000 UTC m=+0.5\n")
    };
    assert_eq!(read(tar("inspect.local.1")).inputs[0].layouts, ["inspect"]);
    let general = read(
        tar("must-gather.local.1/quay-io-x-sha256-0f").file("must-gather.local.1/quay-io-x-sha256-0f/version", "openshift/must-gather\n4.16.3\n"),
    );
    assert_eq!(general.inputs[0].layouts, ["generic"]);
    assert_eq!(general.datasets[0].flavour, "generic");
    assert_eq!(general.gaps, []);
    let other =
        read(tar("must-gather.local.1/quay-io-odf-sha256-0f").file("must-gather.local.1/quay-io-odf-sha256-0f/version", "odf-must-gather\n4.16\n"));
    assert_eq!(other.inputs[0].layouts, ["inspect"], "a product that nobody here knows is no general gather");
}

#[test]
fn a_gather_that_was_stopped_is_read_and_proves_nothing_by_absence() {
    let host = format!("{MTC_IMAGE}/clusters/host");
    let tar = cr(Tar::new(), &host, "restores.velero.io", &of_velero("Restore", "r", "uid-r"));
    let guard = "2024-03-01T10:09:59.2Z [disk usage checker] Disk usage exceeds the volume percentage of 30 for mounted directory, terminating...\n";
    let graph = read(tar.file(&format!("{MTC_IMAGE}/gather.logs"), guard));
    assert_eq!((graph.inputs[0].layouts.as_slice(), homes(&graph, "Restore", "r")), (&["mtc".to_owned()][..], vec!["host".to_owned()]));
    assert!(!covered(&graph, "host", "PodVolumeRestore", None) && !covered(&graph, "host", "MigPlan", None));
    assert_eq!(gaps(&graph), [(GapReason::Truncated, format!("{MTC_IMAGE}/").as_str())]);
    assert_eq!(graph.logs.iter().map(|log| log.component).collect::<Vec<_>>(), [Component::Gather]);
}

#[test]
fn debris_after_a_timeout_is_named_beside_what_the_client_inspected() {
    let root = "must-gather.local.1";
    let version =
        scoped("config.openshift.io/v1", "ClusterVersion", "version", "uid-cv", "spec:\n  clusterID: 0a1b2c3d-1111-2222-3333-444455556666\n");
    let talk = "[must-gather      ] OUT 2024-03-01T10:10:00Z gather never finished: timed out waiting for the condition\n";
    let tar = Tar::new()
        .file(&format!("{root}/must-gather.logs"), talk)
        .file(&format!("{root}/inspect.local.2/cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml"), version);
    let graph = read(tar);
    assert_eq!(graph.inputs[0].layouts, ["inspect", "wrapper"]);
    let [gap] = &graph.gaps[..] else { panic!("{:?}", graph.gaps) };
    assert!(
        gap.reason == GapReason::Truncated && gap.path.as_str() == "must-gather.local.1/" && gap.detail.contains("nothing was copied out of the pod"),
        "{gap:?}"
    );
    let nothing = refused(vec![("case.tar.gz", Tar::new().file(&format!("{root}/must-gather.logs"), talk).gzip())]);
    assert!(nothing.contains("no must-gather in case.tar.gz") && nothing.contains("as after a timeout"), "{nothing}");
    let hollow = refused(vec![("case.tar.gz", Tar::new().file(&format!("{MTC_IMAGE}/gather.logs"), "2024-03-01T10:00:00.1Z x\n").gzip())]);
    assert!(hollow.contains("should hold the gather of MTC and holds nothing of it"), "{hollow}");
}

#[test]
fn an_empty_gather_says_that_there_was_nothing_to_collect() {
    let inner = Tar::new().directory("must-gather").gzip();
    let alone = refused(vec![("must-gather.tar.gz", inner.clone())]);
    let wrapped = refused(vec![("case.tar.gz", Tar::new().file(&format!("{MTC_IMAGE}/must-gather.tar.gz"), inner.clone()).gzip())]);
    // The full gather asks for metrics in any case.
    let metrics = Tar::new().directory("must-gather").file("must-gather/metrics/openshift_monitoring_status", "NAME READY\n").gzip();
    let measured = refused(vec![("must-gather.tar.gz", metrics)]);
    for text in [alone, wrapped, measured] {
        assert!(text.contains("holds no file of a cluster") && text.contains("MTC or OADP is not installed where it ran"), "{text}");
    }
    // Beside another gather it is a gap.
    let tar = later("must-gather/clusters/").file("second/must-gather.tar.gz", inner);
    assert_eq!(gaps(&read(tar)), [(GapReason::Empty, "second/must-gather.tar.gz")]);
}

/// A member of a zip whose content has a password.
fn with_password(name: &str) -> Vec<u8> {
    let content = b"twelve bytes of a head, then noise";
    let size = u32::try_from(content.len()).unwrap().to_le_bytes();
    let length = u16::try_from(name.len()).unwrap().to_le_bytes();
    [&b"PK\x03\x04\x14\0\x01\0\0\0\0\0\0\0\0\0\0\0"[..], &size, &size, &length, &[0, 0], name.as_bytes(), content].concat()
}

#[test]
fn an_archive_whose_files_cannot_be_read_is_not_called_empty() {
    let zip = [with_password("must-gather/version"), with_password("must-gather/clusters/host/namespaces/x/x.yaml"), b"PK\x05\x06".to_vec()].concat();
    let wrapped = Tar::new().file("case/must-gather.zip", &zip).gzip();
    let climbing = Tar::new().file("../../version", "x").gzip();
    for (bytes, why) in [(zip, "encrypted"), (wrapped, "encrypted"), (climbing, "`..`")] {
        let text = refused(vec![("case", bytes)]);
        assert!(text.contains(why) && !text.contains("holds no file") && !text.contains("MigrationController"), "{text}");
    }
}

#[test]
fn a_failed_login_alone_is_a_cluster_that_was_not_gathered() {
    let graph = read(Tar::new().file("must-gather/clusters/source/login_error.txt", "Login to migcluster source unsuccessful.\n"));
    let (_, source) = cluster(&graph, "source");
    assert_eq!((source.gathered, source.login_error.as_deref()), (false, Some("Login to migcluster source unsuccessful.")));
    assert_eq!(gaps(&graph), [(GapReason::Login, "must-gather/clusters/source/login_error.txt")]);
    assert!(!covered(&graph, "source", "Backup", None), "a cluster that nobody looked at is not a cluster without backups");
}

#[test]
fn a_dump_of_metrics_is_named_and_not_opened() {
    let database = Tar::new().file("prometheus/wal/00000001", "binary").gzip();
    let path = format!("{MTC_IMAGE}/metrics/prom_data.tar.gz");
    let alone = refused(vec![("case.tar.gz", Tar::new().file(&path, &database).gzip())]);
    assert!(alone.contains("Prometheus database of gather_metrics_dump") && alone.contains("recognised and is not read"), "{alone}");
    assert!(!alone.contains("MigrationController"), "{alone}");
    let graph = read(later("other/must-gather/clusters/").file(&path, &database));
    assert!(graph.inputs[0].layouts.contains(&"metrics".to_owned()));
    assert!(gaps(&graph).contains(&(GapReason::NotRead, path.as_str())), "{:?}", graph.gaps);
    assert_eq!(graph.inputs[0].files, graph.inputs[0].files.max(1));
}

#[test]
fn the_last_copy_of_a_synced_backup_is_one_of_two_and_both_are_read() {
    let base = "must-gather/clusters/";
    let tar = cr(later(base), &format!("{base}host"), "backups.velero.io", &of_velero("Backup", "b", "uid-copy"));
    let graph = read(tar);
    assert_eq!(homes(&graph, "Backup", "b"), ["host", "source"]);
    let ids: Vec<_> = graph.named("Backup", "b").collect();
    assert_eq!(graph.related(ids[0], "synced-copy").targets, [ids[1]], "one logical object, joined by its relation");
    assert_eq!(only(&graph, "Restore", "r").places.len(), 1);
}
