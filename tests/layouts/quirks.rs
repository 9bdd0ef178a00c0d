//! What the scripts and clients do wrong, one test for each quirk that bears on reading.

use mig_analyze::archive::pack::Tar;
use mig_analyze::graph::Stream;
use mig_analyze::model::{Component, GapReason};

use crate::build::{covered, gaps, homes, list, log, logrus, objects, read, scoped};
use crate::case::{MTC, Manifest, cluster, cr, names, of_mtc, of_velero, only, pod, pods};

const HOST: &str = "must-gather/clusters/host";
const RUN: &str = "must-gather/migplans/migplan-p/migmigration-m";

fn restore(name: &str) -> Manifest {
    of_velero("Restore", name, &format!("uid-{name}"))
}

/// A gather of one cluster with one restore.
fn gather() -> Tar {
    cr(Tar::new(), HOST, "restores.velero.io", &restore("r"))
}

fn crs(name: &str) -> String {
    format!("{HOST}/namespaces/{MTC}/crs/{name}")
}

fn logs(name: &str) -> String {
    format!("{HOST}/namespaces/{MTC}/logs/{name}")
}

fn inspected(name: &str) -> String {
    format!("{HOST}/namespaces/{MTC}/pods/{name}")
}

#[test]
fn q01_messages_of_the_client_are_told_from_the_object_and_make_a_gap_when_they_are_all() {
    let noise = "Throttling request took 1.2s, request: GET:https://api/apis\nWarning: batch/v1beta1 CronJob is deprecated\n";
    let missing = [
        "Error from server (NotFound): backups.velero.io \"b\" not found",
        "Error from server (Timeout): the server was unable to return a response",
        "error: the server doesn't have a resource type \"backups\"",
        "error: You must be logged in to the server (Unauthorized)",
        "Unable to connect to the server: dial tcp: i/o timeout",
        "E0815 09:00:01.123456   12345 memcache.go:255] couldn't get resource list for metrics.k8s.io/v1beta1: the server is currently unable to handle the request",
    ];
    for message in missing {
        let tar = gather().file(&crs("podvolumerestores.velero.io/p.yaml"), format!("{noise}{}", of_velero("PodVolumeRestore", "p", "uid-p").yaml()));
        let graph = read(tar.file(&crs("backups.velero.io/b.yaml"), format!("{noise}{message}\n")));
        assert_eq!(homes(&graph, "PodVolumeRestore", "p"), ["host"]);
        assert_eq!(gaps(&graph), [(GapReason::Stderr, crs("backups.velero.io/b.yaml").as_str())], "{message}");
        assert!(!covered(&graph, "host", "Backup", Some(MTC)) && covered(&graph, "host", "PodVolumeRestore", Some(MTC)), "{message}");
    }
}

#[test]
fn q02_a_complaint_in_place_of_a_log_is_no_log() {
    let not_there = [
        "unable to retrieve container logs for cri-o://0123456789abcdef",
        "Error from server (BadRequest): previous terminated container \"velero\" in pod \"velero-1-a\" not found\n",
        "Error from server (BadRequest): container \"velero\" in pod \"velero-1-a\" is waiting to start: PodInitializing\n",
        "Error from server (BadRequest): container \"velero\" in pod \"velero-1-a\" is terminated\n",
        "rpc error: code = NotFound desc = could not find container\n",
        "failed to try resolving symlinks in path \"/var/log/pods/x/velero/0.log\": lstat /var/log/pods/x: no such file or directory",
    ];
    for text in not_there {
        let graph = read(gather().file(&logs("velero-1-a/current.log"), text));
        assert_eq!((graph.logs.len(), graph.gaps.len()), (0, 0), "{text}: {:?}", graph.gaps);
    }
    let kubelet = "Error from server: Get \"https://10.0.0.7:10250/containerLogs/openshift-migration/velero-1-a/velero\": dial tcp 10.0.0.7:10250: i/o timeout\n";
    let graph = read(gather().file(&logs("velero-1-a/current.log"), kubelet));
    assert_eq!(
        (graph.logs.len(), gaps(&graph)),
        (0, vec![(GapReason::Stderr, logs("velero-1-a/current.log").as_str())]),
        "a kubelet that does not answer"
    );
}

#[test]
fn q03_the_log_of_all_containers_names_none_and_gives_way_to_those_that_do() {
    let together = format!("{}{}", logrus("10:05:00", "second container"), logrus("10:00:00", "first container"));
    let tar = gather().file(&logs("velero-1-a/current.log"), &together);
    let alone = read(tar.clone());
    let log_alone = log(&alone, "velero-1-a/current.log");
    assert_eq!((log_alone.container.as_deref(), log_alone.canonical), (None, true));
    assert_eq!(
        (log_alone.first.unwrap().to_string(), log_alone.last.unwrap().to_string()),
        ("2024-03-01T10:00:00Z".into(), "2024-03-01T10:05:00Z".into()),
        "time goes back between containers"
    );
    let both = read(tar.file(&inspected("velero-1-a/velero/velero/logs/current.log"), logrus("10:05:00", "second container")));
    assert!(!log(&both, "logs/velero-1-a/current.log").canonical && log(&both, "velero/velero/logs/current.log").canonical);
}

#[test]
fn q04_the_log_reader_counts_only_where_the_logs_it_repeats_are_missing() {
    let reader = inspected("migration-log-reader-1-a/plain/plain/logs/current.log");
    let tar = gather().file(&reader, "openshift-migration velero-1-a › velero time=\"2024-03-01T10:00:00Z\" level=error msg=x\n");
    assert!(log(&read(tar.clone()), "plain/plain/logs/current.log").canonical);
    let graph = read(tar.file(&logs("velero-1-a/current.log"), logrus("10:00:00", "x")));
    assert!(!log(&graph, "plain/plain/logs/current.log").canonical);
}

#[test]
fn q05_a_directory_that_the_scripts_misspell_is_not_read() {
    let literal = "{object_collection_path}";
    let tar = gather().file(&format!("{HOST}/namespaces/{MTC}/{literal}/x.yaml"), restore("stray").yaml());
    assert_eq!(objects(&read(tar), "Restore").len(), 1);
}

#[test]
fn q06_usage_text_in_place_of_a_log_is_no_news() {
    let usage = "error: expected 'logs [-f] [-p] (POD | TYPE/NAME) [-c CONTAINER]'.\nPOD or TYPE/NAME is a required argument for the logs command\nSee 'oc logs -h' for help and examples\n";
    let dir = format!("{RUN}/restore-r/podvolumerestore-pvr-1");
    let tar = gather().file(&format!("{dir}/current.log"), usage).file(&format!("{dir}/previous.log"), usage);
    let graph = read(tar);
    assert_eq!((graph.logs.len(), graph.gaps.len()), (0, 0), "{:?}", graph.gaps);
}

#[test]
fn q07_a_volume_backup_is_known_by_its_object_though_its_directory_is_empty() {
    let tar = gather().directory(&format!("{RUN}/backup-b/podvolumebackup-pvb-1"));
    let tar = cr(tar, HOST, "podvolumebackups.velero.io", &of_velero("PodVolumeBackup", "pvb-1", "uid-pvb"));
    // What the script of the gather said about its own fault is no log of an agent.
    let complaint = "2024-03-01T10:00:00.1Z /usr/bin/gather_migplan: line 93: /usr/bin/logs/gather_logs_pvb: No such file or directory\n";
    let graph = read(tar.file("must-gather/gather.logs", complaint));
    assert_eq!((homes(&graph, "PodVolumeBackup", "pvb-1"), graph.gaps.len()), (vec!["host".to_owned()], 0));
    assert_eq!(graph.logs.iter().map(|log| log.component).collect::<Vec<_>>(), [Component::Gather]);
    let host = cluster(&graph, "host").0;
    assert!(!graph.coverage.log(host, Component::NodeAgent, None, None).is_full(), "the log of the agent was not collected");
}

#[test]
fn q09_a_text_of_several_writers_is_read_as_far_as_it_goes() {
    let mixed = format!(
        "{}time=\"2024-03-01T10:01:0time=\"2024-03-01T10:02:00Z\" level=info msg=\"other writer\"\n{}",
        logrus("10:00:00", "a"),
        logrus("10:03:00", "b")
    );
    let graph = read(
        gather()
            .file(&format!("{RUN}/backup-b/backup-b.log"), mixed)
            .file(&format!("{RUN}/backup-b/backup-describe-b.txt"), "Name: bName: b\nPhPhase"),
    );
    let log = log(&graph, "backup-b.log");
    assert_eq!((log.lines, log.last.unwrap().to_string()), (3, "2024-03-01T10:03:00Z".to_owned()));
    assert_eq!(graph.gaps, []);
}

#[test]
fn q10_kinds_whose_files_were_cut_are_unknown_and_the_others_are_not() {
    let cut = of_velero("VolumeSnapshotLocation", "vsl", "uid-vsl").body("spec:\n  config:\n    region: \"eu-").yaml();
    let tar = gather().file(&crs("volumesnapshotlocations.velero.io/vsl.yaml"), cut).file(&crs("schedules.velero.io/s.yaml"), "");
    let graph = read(tar);
    let told: Vec<GapReason> = gaps(&graph).into_iter().map(|(reason, _)| reason).collect();
    assert_eq!(told, [GapReason::Truncated, GapReason::Empty]);
    for (kind, full) in [("VolumeSnapshotLocation", false), ("Schedule", false), ("Restore", true), ("Backup", true)] {
        assert_eq!(covered(&graph, "host", kind, Some(MTC)), full, "{kind}");
    }
}

#[test]
fn q11_a_namespace_that_was_not_visited_has_resources_and_is_otherwise_unknown() {
    let other = Manifest::new("velero.io/v1", "Restore", "second-mtc", "r2", "uid-r2");
    let tar = pods(gather(), HOST, &pod(MTC, "velero-1-a", "uid-v"));
    let graph = read(tar.file(&format!("{HOST}/namespaces/second-mtc/crs/restores.velero.io/r2.yaml"), other.yaml()));
    assert_eq!(homes(&graph, "Restore", "r2"), ["host"]);
    assert!(covered(&graph, "host", "Pod", Some(MTC)) && !covered(&graph, "host", "Pod", Some("second-mtc")));
}

#[test]
fn q15_no_directory_of_a_run_does_not_mean_no_backup() {
    let tar = cr(gather(), HOST, "backups.velero.io", &of_velero("Backup", "b", "uid-b"));
    // `oc get backup` may have meant the backups of etcd.
    let tar = tar.file(
        &crs("backups.config.openshift.io/nightly.yaml"),
        Manifest::new("config.openshift.io/v1alpha1", "Backup", MTC, "nightly", "uid-n").yaml(),
    );
    let graph = read(tar.file("must-gather/migplans/migplan-p/p.yml", of_mtc("MigPlan", "p", "uid-plan").yaml()));
    let groups: Vec<_> = objects(&graph, "Backup").iter().map(|backup| backup.gvk.group.to_string()).collect();
    assert_eq!(groups, ["config.openshift.io", "velero.io"], "two kinds of one name stay two");
}

#[test]
fn q16_q17_words_of_the_client_around_a_run_log_are_no_part_of_it() {
    let text = format!(
        "Defaulted container \"node-agent\" out of: node-agent, init (init)\n{}{}time=\"2024-03-01T10:0\ncommand terminated with exit code 124\n",
        logrus("10:00:00", "one"),
        logrus("10:01:00", "two")
    );
    let graph = read(gather().file(&format!("{RUN}/backup-b/backup-b.log"), text));
    let log = log(&graph, "backup-b.log");
    assert_eq!(
        (log.first.unwrap().to_string(), log.last.unwrap().to_string()),
        ("2024-03-01T10:00:00Z".to_owned(), "2024-03-01T10:01:00Z".to_owned())
    );
    assert_eq!((log.component, graph.gaps.len()), (Component::Velero, 0));
}

#[test]
fn q18_four_copies_of_an_object_are_one_and_the_newest_counts() {
    let run = |version: u64, phase: &str| of_mtc("MigMigration", "m", "uid-m").version(version).body(&format!("status:\n  phase: {phase}\n"));
    let agent = |version: u64, phase: &str| pod(MTC, "velero-1-a", "uid-v").version(version).body(&format!("status:\n  phase: {phase}\n"));
    let tar = gather()
        .file(&format!("{RUN}/m.yml"), run(30, "Final").yaml())
        .file(&crs("migmigrations.migration.openshift.io/m.yaml"), run(20, "Initial").yaml())
        .file(&format!("{HOST}/namespaces/{MTC}/core/pods.yaml"), agent(200, "Pending").in_list())
        .file(&inspected("velero-1-a/velero-1-a.yaml"), agent(210, "Running").yaml());
    let general = pods(Tar::new(), "must-gather.local.9/image", &agent(205, "Pending"));
    let graph = crate::build::try_read(vec![("mtc.tar.gz", tar.gzip()), ("general.tar.gz", general.gzip())]).unwrap();
    let (run, agent) = (only(&graph, "MigMigration", "m"), only(&graph, "Pod", "velero-1-a"));
    assert_eq!((run.resource_version, run.places.len(), run.text("status.phase").unwrap().into_owned()), (30, 2, "Final".to_owned()));
    assert_eq!((agent.resource_version, agent.places.len(), agent.text("status.phase").unwrap().into_owned()), (210, 3, "Running".to_owned()));
    assert_eq!(names(&graph), ["host"], "the general gather is of the same cluster");
}

#[test]
fn q19_of_copies_of_one_log_only_one_counts() {
    let lines = logrus("10:00:00", "one");
    let prefixed = format!("2024-03-01T10:00:00.5Z {lines}");
    let tar = gather()
        .file(&inspected("restic-abcde/restic/restic/logs/current.log"), prefixed)
        .file(&logs("restic-abcde/current.log"), &lines)
        .file(&format!("{RUN}/restore-r/podvolumerestore-pvr-1/current.log"), &lines);
    let graph = read(tar);
    let counted: Vec<&str> = graph.logs.iter().filter(|log| log.canonical).map(|log| log.path.as_str()).collect();
    assert_eq!((graph.logs.len(), counted), (3, vec![inspected("restic-abcde/restic/restic/logs/current.log").as_str()]));
}

#[test]
fn q20_the_previous_log_is_of_the_same_pod() {
    let tar = gather()
        .file(&logs("velero-1-a/current.log"), logrus("10:05:00", "again"))
        .file(&logs("velero-1-a/previous.log"), logrus("10:00:00", "first"));
    let graph = read(tar);
    let of = |end: &str| (log(&graph, end).pod.as_deref().map(str::to_owned), log(&graph, end).stream, log(&graph, end).canonical);
    assert_eq!(of("current.log"), (Some("velero-1-a".to_owned()), Stream::Current, true));
    assert_eq!(of("previous.log"), (Some("velero-1-a".to_owned()), Stream::Previous, true));
}

#[test]
fn q21_a_namespace_whose_helpers_were_left_out_is_unknown() {
    let graph = read(gather().file(&format!("{HOST}/namespaces/shop/logs/stage-web-1/current.log"), "2024-03-01T10:00:00Z sleeping\n"));
    assert!(!covered(&graph, "host", "Pod", Some("shop")) && !covered(&graph, "host", "Pod", Some("openshift")));
    assert_eq!(log(&graph, "stage-web-1/current.log").component, Component::Stage);
}

#[test]
fn q22_runs_without_an_owner_have_directories_without_a_name() {
    let orphan = of_mtc("DirectVolumeMigration", "d", "uid-d");
    let tar = gather()
        .file("must-gather/migplans/migplan-/migmigration-/dvm-d/dvm-d.yml", orphan.yaml())
        .file("must-gather/migplans/migplan-a.b/a.b.yml", of_mtc("MigPlan", "a.b", "uid-plan").yaml())
        .file("must-gather/migplans/migplan-/migmigration-/backup-b/backup-b.log", logrus("10:00:00", "one"));
    let graph = read(tar);
    assert_eq!((homes(&graph, "DirectVolumeMigration", "d"), homes(&graph, "MigPlan", "a.b")), (vec!["host".to_owned()], vec!["host".to_owned()]));
    assert_eq!(log(&graph, "backup-b.log").component, Component::Velero);
}

#[test]
fn q23_cluster_scoped_resources_are_read_in_both_forms() {
    let at = |path: &str| format!("{HOST}/cluster-scoped-resources/{path}");
    let tar = gather()
        .file(
            &at("volumesnapshotclasses.snapshot.storage.k8s.io/fast.yaml"),
            scoped("snapshot.storage.k8s.io/v1", "VolumeSnapshotClass", "fast", "uid-1", ""),
        )
        .file(&at("storage.k8s.io/storageclasses/gp2.yaml"), scoped("storage.k8s.io/v1", "StorageClass", "gp2", "uid-2", ""))
        .file(&at("core/nodes/w1.yaml"), scoped("v1", "Node", "w1", "uid-3", ""));
    let graph = read(tar);
    for (kind, name) in [("VolumeSnapshotClass", "fast"), ("StorageClass", "gp2"), ("Node", "w1")] {
        assert_eq!(homes(&graph, kind, name), ["host"], "{kind}");
        assert!(covered(&graph, "host", kind, None), "{kind}");
    }
}

#[test]
fn q24_what_no_gather_of_mtc_collects_is_never_missing() {
    let graph = read(gather());
    for kind in ["DataProtectionApplication", "StorageClass", "PersistentVolume", "Node", "ClusterVersion", "Subscription", "ClusterServiceVersion"] {
        assert!(!covered(&graph, "host", kind, None), "{kind}");
    }
    assert!(!covered(&graph, "host", "Event", Some("shop")) && !covered(&graph, "host", "Pod", Some("shop")));
}

/// A gather of OADP by the shell scripts.
fn oadp(path: &str) -> String {
    format!("must-gather/clusters/0a1b2c3d/namespaces/openshift-adp/{path}")
}

#[test]
fn q25_a_backup_below_two_applications_is_one_backup() {
    let backup = Manifest::new("velero.io/v1", "Backup", "openshift-adp", "b", "uid-b");
    let lines = logrus("10:00:00", "backing up");
    let tar = Tar::new()
        .file(&oadp("velero.io/backups/backups.yaml"), list(std::slice::from_ref(&backup)))
        .file(&oadp("oadp.openshift.io/dpa-one/backup-b/backup-b.log"), &lines)
        .file(&oadp("oadp.openshift.io/dpa-two/backup-b/backup-b.log"), &lines)
        // A second cut of the same log is another file of the same run.
        .file(&oadp("oadp.openshift.io/dpa-one/restore-r/restore-r.log"), &lines)
        .file(&oadp("oadp.openshift.io/dpa-two/restore-r/restore-r.log"), format!("{lines}{lines}"));
    let graph = read(tar);
    assert_eq!((objects(&graph, "Backup").len(), graph.logs.len()), (1, 4));
    let counted: Vec<&str> = graph.logs.iter().filter(|log| log.canonical).map(|log| log.path.as_str()).collect();
    let expected = [oadp("oadp.openshift.io/dpa-one/backup-b/backup-b.log"), oadp("oadp.openshift.io/dpa-two/restore-r/restore-r.log")];
    assert_eq!(counted, expected, "an error in it is one error");
}

#[test]
fn q26_a_list_that_failed_takes_its_kind_and_no_other() {
    let restores = list(&[Manifest::new("velero.io/v1", "Restore", "openshift-adp", "r", "uid-r")]);
    let noise = "I0815 09:00:01.123456   12345 request.go:601] Waited for 1.05s due to client-side throttling\n";
    let tar = Tar::new()
        .file(&oadp("oadp.openshift.io/dataprotectionapplications/dataprotectionapplications.yaml"), list(&[]))
        .file(
            &oadp("velero.io/backups/backups.yaml"),
            "Error from server (Timeout): the server was unable to return a response in the time allotted\n",
        )
        .file(&oadp("velero.io/restores/restores.yaml"), format!("{noise}{restores}"));
    let graph = read(tar);
    assert_eq!(gaps(&graph), [(GapReason::Stderr, oadp("velero.io/backups/backups.yaml").as_str())]);
    assert_eq!(homes(&graph, "Restore", "r"), ["0a1b2c3d"]);
    for (kind, full) in [("Backup", false), ("Restore", true), ("Schedule", false)] {
        assert_eq!(covered(&graph, "0a1b2c3d", kind, Some("openshift-adp")), full, "{kind}");
    }
}

#[test]
fn q27_requests_of_the_gather_itself_are_read_and_are_no_gap() {
    let tar = cr(gather(), HOST, "downloadrequests.velero.io", &of_velero("DownloadRequest", "b-x1y2z", "uid-dr"));
    let graph = read(tar);
    assert_eq!((objects(&graph, "DownloadRequest").len(), graph.gaps.len()), (1, 0));
}

#[test]
fn q28_the_time_is_that_of_the_data_and_the_clock_of_the_client_is_compared_with_it() {
    let stamp = "2024-03-01 12:00:00.5 +0100 CET m=+0.5\n2024-03-01 12:10:00.5 +0100 CET m=+600.1\n";
    // The files were copied much later.
    let tar = Tar::new().mtime(1_900_000_000).file(&logs("velero-1-a/current.log"), logrus("11:00:00", "last"));
    let tar = cr(tar, HOST, "restores.velero.io", &restore("r")).file(&format!("{HOST}/timestamp"), stamp);
    let graph = read(tar);
    let (_, host) = cluster(&graph, "host");
    assert_eq!((host.now.unwrap().to_string(), host.client_ahead.unwrap().secs()), ("2024-03-01T11:00:00Z".to_owned(), 600));
    // Without any time in the data there is none: neither the day of the copy nor that of the reader is the day of the gather.
    let timeless = "apiVersion: velero.io/v1\nkind: Restore\nmetadata:\n  name: r\n  namespace: openshift-migration\n";
    let graph = read(Tar::new().mtime(1_900_000_000).file(&crs("restores.velero.io/r.yaml"), timeless));
    assert_eq!(cluster(&graph, "host").1.now, None);
}

#[test]
fn q29_archives_repacked_on_windows_give_what_the_original_gave() {
    let crlf = |text: String| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    let path = |name: &str| name.replace('/', "\\");
    let mut node =
        scoped("rbac.authorization.k8s.io/v1", "ClusterRole", "system:node", "uid-role", "").replace("name: system:node", "name: \"system:node\"");
    node = crlf(node);
    let tar = Tar::new()
        .file(&path(&crs("restores.velero.io/r.yaml")), crlf(restore("r").body("status:\n  phase: Completed\n").yaml()))
        // A colon cannot stand in a file name there; the object knows its own.
        .file(&path(&format!("{HOST}/cluster-scoped-resources/rbac.authorization.k8s.io/clusterroles/system_node.yaml")), node)
        .file(&path(&logs("velero-1-a/current.log")), crlf(logrus("10:00:00", "one") + &logrus("10:01:00", "two")));
    let graph = read(tar);
    assert_eq!((names(&graph), homes(&graph, "ClusterRole", "system:node")), (vec!["host"], vec!["host".to_owned()]));
    assert_eq!(only(&graph, "Restore", "r").text("status.phase").unwrap(), "Completed");
    let log = log(&graph, "velero-1-a/current.log");
    assert_eq!(
        (log.lines, log.first.unwrap().to_string(), log.last.unwrap().to_string()),
        (2, "2024-03-01T10:00:00Z".into(), "2024-03-01T10:01:00Z".into())
    );
    assert_eq!(graph.gaps, []);
}

#[test]
fn q29_members_with_prefixes_and_twice_in_an_archive_are_one_file_and_links_are_none() {
    let body = |phase: &str| restore("r").body(&format!("status:\n  phase: {phase}\n")).yaml();
    let path = crs("restores.velero.io/r.yaml");
    let tar = Tar::new()
        .file(&format!("./{path}"), body("New"))
        .link(&crs("restores.velero.io/link.yaml"), "/etc/passwd")
        .file(&format!("/{path}"), body("InProgress"))
        .file(&path, body("Completed"));
    let graph = read(tar);
    let restore = only(&graph, "Restore", "r");
    assert_eq!((restore.text("status.phase").unwrap().as_ref(), restore.places.len(), graph.gaps.len()), ("Completed", 1, 0));
}

#[test]
fn q29_nul_bytes_at_the_end_of_a_log_are_no_line() {
    let text = [logrus("10:00:00", "one").as_bytes(), &[0; 2000]].concat();
    let graph = read(gather().file(&logs("velero-1-a/current.log"), text));
    assert_eq!(log(&graph, "velero-1-a/current.log").last.unwrap().to_string(), "2024-03-01T10:00:00Z");
}

#[test]
fn q30_a_huge_line_loses_its_middle_and_the_next_line_is_read() {
    let text = format!("time=\"2024-03-01T10:00:00Z\" level=info msg=\"{}\"\n{}", "x".repeat(3 << 20), logrus("10:01:00", "after"));
    let graph = read(gather().file(&logs("velero-1-a/current.log"), text));
    let log = log(&graph, "velero-1-a/current.log");
    assert_eq!((log.lines, log.last.unwrap().to_string()), (2, "2024-03-01T10:01:00Z".to_owned()));
    assert_eq!(gaps(&graph), [(GapReason::Limit, logs("velero-1-a/current.log").as_str())]);
}
