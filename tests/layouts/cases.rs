//! Cases with several gathers: what is one cluster, what is kept apart, and what is said about the rest.

use std::path::PathBuf;

use mig_analyze::archive::pack::Tar;
use mig_analyze::graph::Graph;
use mig_analyze::model::{Component, GapReason};
use mig_analyze::rules::Pack;
use mig_analyze::{Options, Quiet, named, read_case};

use crate::build::{MTC_IMAGE, covered, gaps, homes, list, log, logrus, objects, read, scoped, try_read};
use crate::case::{MTC, Manifest, cluster, cr, gather, names, of_mtc, of_velero, only, pod, pods, velero};

const HOST: &str = "must-gather/clusters/host";
const SOURCE: &str = "must-gather/clusters/source";

fn mig_cluster(name: &str, host: bool, url: &str) -> Manifest {
    of_mtc("MigCluster", name, &format!("uid-mig-{name}")).body(&format!("spec:\n  isHostCluster: {host}\n  url: {url}\n"))
}

/// A gather of the control cluster with a MigCluster `source` at an address, and a plan from there to here.
fn control() -> Tar {
    let tar = cr(gather(&["host"]), HOST, "migclusters.migration.openshift.io", &mig_cluster("host", true, "\"\""));
    let tar = cr(tar, HOST, "migclusters.migration.openshift.io", &mig_cluster("source", false, "https://api.src.example.com:6443"));
    let plan = of_mtc("MigPlan", "p", "uid-plan").body("spec:\n  destMigClusterRef:\n    name: host\n  srcMigClusterRef:\n    name: source\n");
    tar.file("must-gather/migplans/migplan-p/p.yml", plan.yaml())
}

fn infrastructure(name: &str, url: &str) -> String {
    scoped(
        "config.openshift.io/v1",
        "Infrastructure",
        "cluster",
        "uid-infra",
        &format!("status:\n  apiServerURL: {url}\n  infrastructureName: {name}\n"),
    )
}

fn general(root: &str, infrastructure: &str) -> Tar {
    Tar::new()
        .file(&format!("{root}/cluster-scoped-resources/config.openshift.io/infrastructures.yaml"), infrastructure)
        .file(&format!("{root}/version"), "openshift/must-gather\n4.16.3\n")
}

fn cases(archives: Vec<Tar>) -> Graph {
    try_read(archives.into_iter().map(|tar| ("case.tar.gz", tar.gzip())).collect()).unwrap()
}

#[test]
fn a_flavour_is_one_file_and_one_line() {
    let source = std::fs::read_to_string(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/layout/mod.rs")).unwrap();
    let code = source.lines().filter(|line| !line.trim_start().starts_with("//"));
    let used: Vec<&str> = code.filter(|line| line.contains("::LAYOUT")).map(str::trim).collect();
    for flavour in ["foreign", "inspect", "loose", "metrics", "mtc", "mtc_early", "wrapper"] {
        let lines = used.iter().filter(|line| line.contains(&format!("{flavour}::LAYOUT"))).count();
        assert_eq!(lines, 1, "`{flavour}` is named in one line beside its `mod`: {used:?}");
    }
}

#[test]
fn several_flavours_of_one_case_are_told_apart_and_their_clusters_joined() {
    let oadp = pods(Tar::new(), "must-gather/clusters/0a1b2c3d", &velero("uid-velero-host"));
    let oadp = oadp
        .file(&format!("must-gather/clusters/0a1b2c3d/namespaces/{MTC}/velero.io/backups/backups.yaml"), list(&[of_velero("Backup", "b", "uid-b")]));
    let inspect = pods(Tar::new(), "inspect.local.1", &pod("shop", "web-1", "uid-web"));
    let graph = cases(vec![gather(&["host", "source"]), oadp, inspect]);
    let flavours: Vec<&str> = graph.datasets.iter().map(|dataset| dataset.flavour.as_str()).collect();
    assert_eq!(flavours, ["mtc", "oadp", "inspect"]);
    assert_eq!(names(&graph), ["host", "source", "inspect.local.1"]);
    assert_eq!((homes(&graph, "Backup", "b"), objects(&graph, "Pod").len()), (vec!["host".to_owned()], 3));
    assert_eq!(cluster(&graph, "host").1.identity.by, ["object-uid"]);
}

#[test]
fn both_tarballs_unpacked_into_one_directory_are_two_gathers() {
    let tar = pods(gather(&["host"]), "must-gather/clusters/0a1b2c3d", &pod("openshift-adp", "velero-1-a", "uid-adp"));
    let tar = tar.file("must-gather/clusters/0a1b2c3d/namespaces/openshift-adp/velero.io/backups/backups.yaml", list(&[]));
    let graph = read(tar);
    assert_eq!((graph.inputs[0].layouts.as_slice(), names(&graph)), (&["mtc".to_owned(), "oadp".to_owned()][..], vec!["host", "0a1b2c3d"]));
}

#[test]
fn several_runs_of_one_cluster_are_one_cluster_and_keep_what_changed() {
    let run = |version: u64, phase: &str| {
        let run = of_mtc("MigMigration", "m", "uid-m").version(version).body(&format!("status:\n  phase: {phase}\n"));
        gather(&["host", "source"]).file("must-gather/migplans/migplan-p/migmigration-m/m.yml", run.yaml())
    };
    let graph = cases(vec![run(10, "StageBackup"), run(20, "Final")]);
    assert_eq!((names(&graph), graph.datasets.len()), (vec!["host", "source"], 2));
    let run = only(&graph, "MigMigration", "m");
    assert_eq!((run.resource_version, run.earlier.len()), (20, 1));
}

#[test]
fn two_gathers_in_one_archive_keep_their_hosts_apart() {
    let packed = |tar: Tar| tar.gzip();
    let mine = |uid: &str| pods(cr(Tar::new(), HOST, "restores.velero.io", &of_velero("Restore", "r", uid)), HOST, &velero(&format!("{uid}-velero")));
    let tar = Tar::new().file("a/must-gather.tar.gz", packed(mine("uid-one"))).file("b/must-gather.tar.gz", packed(mine("uid-two")));
    let graph = read(tar);
    assert_eq!(names(&graph), ["host", "host#2"]);
    assert_eq!(homes(&graph, "Restore", "r"), ["host", "host#2"]);
    assert!(graph.clusters.iter().all(|cluster| !cluster.suspect) && graph.gaps.is_empty());
}

#[test]
fn a_name_of_one_gather_says_nothing_about_a_cluster_of_another_in_the_same_archive() {
    // The control cluster had no login to its `source`; the other gather has a cluster that is called so by another controller.
    let other = pods(Tar::new(), "must-gather/clusters/source", &velero("uid-other"))
        .file("must-gather/clusters/host/namespaces/x/core/pods.yaml", pod("x", "p", "uid-p").in_list());
    let tar =
        Tar::new().file("a.tar.gz", control().file(&format!("{SOURCE}/login_error.txt"), "unsuccessful\n").gzip()).file("b.tar.gz", other.gzip());
    let graph = read(tar);
    let of_control = graph.clusters.iter().find(|cluster| cluster.mig_cluster.as_deref() == Some("source")).unwrap();
    assert!(!of_control.gathered, "{:?}", names(&graph));
    assert_eq!(graph.clusters.len(), 4);
}

#[test]
fn q08_equal_uids_under_two_clusters_of_one_dataset_make_both_suspect_and_join_neither() {
    let mixed = pods(pods(gather(&["host"]), SOURCE, &velero("uid-true")), "must-gather/clusters/spare", &velero("uid-true"));
    // The true cluster was gathered on its own.
    let own = pods(Tar::new(), HOST, &velero("uid-true"));
    let graph = cases(vec![mixed, own]);
    assert_eq!(names(&graph), ["host", "source", "spare", "host#2"]);
    let suspect: Vec<bool> = graph.clusters.iter().map(|cluster| cluster.suspect).collect();
    assert_eq!(suspect, [false, true, true, false]);
    assert_eq!(gaps(&graph).iter().filter(|(reason, _)| *reason == GapReason::Suspect).count(), 2);
    assert!(!covered(&graph, "source", "Backup", None) && covered(&graph, "host", "Backup", None));
}

#[test]
fn q14_a_cluster_called_host_that_is_not_the_host_is_another_cluster_and_shares_a_directory_with_it() {
    let tar = cr(gather(&["host"]), HOST, "migclusters.migration.openshift.io", &mig_cluster("control", true, "\"\""));
    let graph = read(cr(tar.clone(), HOST, "migclusters.migration.openshift.io", &mig_cluster("host", false, "https://api.x:6443")));
    let told: Vec<_> =
        graph.clusters.iter().map(|cluster| (&*cluster.name, cluster.mig_cluster.as_deref(), cluster.gathered, cluster.suspect)).collect();
    assert_eq!(told, [("host", Some("control"), true, true), ("host#2", Some("host"), false, false)]);
    assert_eq!(gaps(&graph), [(GapReason::Suspect, "must-gather/clusters/host/")]);
    assert!(!covered(&graph, "host", "Backup", None), "what is not in a directory of two proves nothing");
    // The usual names are in no doubt.
    let usual = read(cr(tar, HOST, "migclusters.migration.openshift.io", &mig_cluster("source", false, "https://api.x:6443")));
    assert!(usual.clusters.iter().all(|cluster| !cluster.suspect) && usual.gaps.is_empty());
    let host = read(cr(gather(&["host"]), HOST, "migclusters.migration.openshift.io", &mig_cluster("host", true, "\"\"")));
    assert!(host.clusters.iter().all(|cluster| !cluster.suspect) && host.gaps.is_empty());
}

#[test]
fn a_general_gather_is_the_cluster_at_the_address_of_a_mig_cluster() {
    let of_source = general("must-gather.local.2/image", &infrastructure("src-7x2kq", "https://api.src.example.com:6443/"));
    // The source came with the gather too.
    let tar = pods(control(), SOURCE, &velero("uid-velero-source"));
    let joined = cases(vec![tar, of_source.clone()]);
    assert_eq!((names(&joined), homes(&joined, "Infrastructure", "cluster")), (vec!["host", "source"], vec!["source".to_owned()]));
    assert_eq!(cluster(&joined, "source").1.identity.by, ["api-url"]);
    // The login to it failed, or it was not visited at all.
    for tar in [control().file(&format!("{SOURCE}/login_error.txt"), "unsuccessful\n"), control()] {
        let graph = cases(vec![tar, of_source.clone()]);
        let (_, source) = cluster(&graph, "source");
        assert_eq!((source.mig_cluster.as_deref(), source.gathered, graph.clusters.len()), (Some("source"), true, 2), "{:?}", names(&graph));
        assert!(gaps(&graph).iter().all(|(reason, _)| *reason != GapReason::Login), "it came another way: {:?}", graph.gaps);
    }
    // Another address is another cluster.
    let other = general("must-gather.local.2/image", &infrastructure("other-1", "https://api.other.example.com:6443"));
    let apart = cases(vec![control(), other]);
    assert_eq!(apart.clusters.len(), 3);
    assert!(!cluster(&apart, "source").1.gathered);
}

#[test]
fn a_gather_made_on_the_source_is_told_by_the_storage_location_of_the_plan() {
    let location = |name: &str, plan: &str| {
        of_velero("BackupStorageLocation", name, &format!("uid-{name}")).label("migplan", plan).body("spec:\n  objectStorage:\n    bucket: mig\n")
    };
    let own = |plan: &str| cr(pods(Tar::new(), HOST, &velero("uid-velero-src")), HOST, "backupstoragelocations.velero.io", &location("s3-1", plan));
    let graph = cases(vec![control(), own("uid-plan")]);
    let (_, source) = cluster(&graph, "source");
    assert_eq!((source.mig_cluster.as_deref(), source.identity.by.as_slice()), (Some("source"), &["plan-uid"][..]), "{:?}", names(&graph));
    // The same bucket under another plan is shared by design and proves nothing.
    let shared = cases(vec![control(), own("uid-other-plan")]);
    assert!(shared.clusters.iter().filter(|cluster| cluster.mig_cluster.as_deref() == Some("source")).all(|cluster| !cluster.gathered));
}

#[test]
fn the_log_of_the_client_names_the_cluster_that_a_gather_ran_on() {
    let id = "0a1b2c3d-1111-2222-3333-444455556666";
    let log = |id: &str| {
        format!(
            "[must-gather      ] OUT 2024-03-01T10:00:00Z Using must-gather plug-in image: x\nClusterID: {id}\n\nReprinting Cluster State:\nClusterID: {id}\n"
        )
    };
    let wrapped = |id: &str| {
        Tar::new()
            .file("must-gather.local.1/must-gather.logs", log(id))
            .file("must-gather.local.1/image-sha256-0f/must-gather.tar.gz", gather(&["host", "source"]).gzip())
    };
    let version = scoped("config.openshift.io/v1", "ClusterVersion", "version", "uid-cv", &format!("spec:\n  clusterID: {id}\n"));
    let of = Tar::new().file("must-gather.local.2/image/cluster-scoped-resources/config.openshift.io/clusterversions/version.yaml", version);
    let graph = cases(vec![wrapped(id), of.clone()]);
    assert_eq!((names(&graph), homes(&graph, "ClusterVersion", "version")), (vec!["host", "source"], vec!["host".to_owned()]));
    assert_eq!(cluster(&graph, "host").1.identity.by, ["cluster-id"]);
    let other = cases(vec![wrapped("ffffffff-1111-2222-3333-444455556666"), of]);
    assert_eq!(other.clusters.len(), 3, "another id is another cluster");
}

#[test]
fn an_inspect_that_two_clusters_claim_is_placed_by_nothing_weaker() {
    let pvr = |uid: &str| of_velero("PodVolumeRestore", uid, uid).body("spec:\n  pod:\n    kind: Pod\n    name: web-1\n    uid: uid-web\n");
    let agent = pod(MTC, "restic-5sncm", "uid-agent").body("spec:\n  nodeName: worker-1\n");
    let tar =
        cr(cr(gather(&["host", "source"]), HOST, "podvolumerestores.velero.io", &pvr("uid-1")), SOURCE, "podvolumerestores.velero.io", &pvr("uid-2"));
    let tar = tar.file(&format!("{SOURCE}/namespaces/{MTC}/pods/restic-5sncm/restic-5sncm.yaml"), agent.yaml());
    let web = pod("shop", "web-1", "uid-web").body("spec:\n  nodeName: worker-1\n");
    assert_eq!(names(&cases(vec![tar, pods(Tar::new(), "inspect.local.1", &web)])), ["host", "source", "inspect.local.1"]);
}

#[test]
fn two_general_gathers_of_one_infrastructure_are_one_cluster_and_others_are_not() {
    let of = |name: &str| general("must-gather.local.2/image", &infrastructure(name, "\"\""));
    assert_eq!(cases(vec![of("a-1"), of("a-1").file("must-gather.local.2/image/timestamp", "x")]).clusters.len(), 1);
    assert_eq!(cases(vec![of("a-1"), of("b-1")]).clusters.len(), 2);
}

#[test]
fn evidence_that_points_two_ways_joins_nothing() {
    // One inspect holds a pod of the host and one of the source: somebody unpacked two into one directory.
    let mixed = pods(Tar::new(), "inspect.local.1", &velero("uid-velero-host"))
        .file(&format!("inspect.local.1/namespaces/{MTC}/pods/velero-2-b/velero-2-b.yaml"), pod(MTC, "velero-2-b", "uid-velero-source").yaml());
    let graph = cases(vec![gather(&["host", "source"]), mixed]);
    assert_eq!(&names(&graph)[..2], ["host", "source"], "the clusters of the gather stay two");
    let gap = graph.gaps.iter().find(|gap| gap.reason == GapReason::Suspect).expect("a gap");
    assert!(gap.detail.contains("which are not the same"), "{gap:?}");
}

#[test]
fn objects_made_anew_under_one_name_are_told_apart_by_uid() {
    let restore = |uid: &str, phase: &str| of_velero("Restore", "r", uid).body(&format!("status:\n  phase: {phase}\n"));
    let first = cr(gather(&["host"]), HOST, "restores.velero.io", &restore("uid-old", "Failed"));
    let second = cr(gather(&["host"]), HOST, "restores.velero.io", &restore("uid-new", "Completed"));
    let graph = cases(vec![first, second]);
    let mut found: Vec<_> =
        objects(&graph, "Restore").iter().map(|restore| (restore.uid.as_ref().unwrap().to_string(), restore.earlier.len())).collect();
    found.sort();
    assert_eq!((names(&graph), found), (vec!["host"], vec![("uid-new".to_owned(), 0), ("uid-old".to_owned(), 0)]));
}

#[test]
fn an_obfuscated_archive_is_read_and_named_and_its_tokens_prove_nothing_elsewhere() {
    let node = "x-ipv4-0000000003-x";
    let agent = |uid: &str| pod(MTC, "restic-5sncm", uid).body(&format!("spec:\n  nodeName: {node}\nstatus:\n  hostIP: {node}\n"));
    let tar = gather(&["host"]).file(&format!("{HOST}/namespaces/{MTC}/pods/restic-5sncm/restic-5sncm.yaml"), agent("uid-agent").yaml());
    let web = pod("shop", "web-1", "uid-web").body(&format!("spec:\n  nodeName: {node}\n"));
    let apart = cases(vec![tar.clone(), pods(Tar::new(), "inspect.local.1", &web)]);
    assert_eq!(names(&apart), ["host", "inspect.local.1"], "another archive has another node under that token");
    let told: Vec<_> = apart.gaps.iter().map(|gap| (gap.input, gap.reason, gap.detail.contains(node))).collect();
    assert_eq!(told, [(0, GapReason::Obfuscated, true), (1, GapReason::Obfuscated, true)]);
    let together = read(pods(tar, "inspect.local.1", &web));
    assert_eq!(homes(&together, "Pod", "web-1"), ["host"], "inside one archive it is the same node");
    assert!(covered(&together, "host", "Backup", None), "nothing is lost by it");
}

#[test]
fn loose_files_beside_archives_are_read_and_follow_the_cluster_they_show() {
    let plan = of_mtc("MigPlan", "p", "uid-plan");
    let gathered = gather(&["host"]).file("must-gather/migplans/migplan-p/p.yml", plan.clone().version(10).yaml());
    let tar = Tar::new()
        .file("0010-must-gather.tar.gz", gathered.gzip())
        .file("notes/migplan.yaml", plan.version(30).body("spec:\n  closed: true\n").yaml())
        .file("logs/velero.log", logrus("10:00:00", "by hand"))
        .file("screen.png", "\u{89}PNG")
        .file("must-gather.logs", "[must-gather      ] OUT 2024-03-01T10:00:00Z waiting for gather to complete\n");
    let graph = read(tar);
    assert_eq!(graph.inputs[0].layouts, ["loose", "mtc"]);
    let plan = only(&graph, "MigPlan", "p");
    assert_eq!((plan.resource_version, plan.places.len(), &*graph.cluster(plan.cluster).name), (30, 2, "host"));
    let velero = log(&graph, "logs/velero.log");
    assert_eq!(
        (velero.component, velero.canonical, &*graph.cluster(velero.cluster).name),
        (Component::Velero, true, "logs"),
        "nobody says whose log it is"
    );
    assert_eq!(&*graph.cluster(log(&graph, "must-gather.logs").cluster).name, "host", "the log of a gather is its own");
    let left = graph.gaps.iter().find(|gap| gap.reason == GapReason::NotRead).unwrap();
    assert_eq!(left.detail, "1 file belongs to no gather that was recognised and was not read: screen.png");
}

#[test]
fn loose_files_of_two_clusters_in_one_directory_join_neither() {
    let tar = Tar::new()
        .file("a.tar.gz", gather(&["host", "source"]).gzip())
        .file("notes/one.yaml", velero("uid-velero-host").yaml())
        .file("notes/two.yaml", velero("uid-velero-source").yaml());
    let graph = read(tar);
    assert_eq!(names(&graph), ["host", "source", "notes"]);
    assert!(gaps(&graph).contains(&(GapReason::Suspect, "notes/")), "{:?}", graph.gaps);
}

#[test]
fn trees_of_other_tools_are_named_and_left() {
    let report = "case/sosreport-w1";
    let tar = Tar::new()
        .file("case/must-gather.tar.gz", gather(&["host"]).gzip())
        .file(&format!("{report}/sos_commands/crio/x"), "x")
        .file(&format!("{report}/sos_logs/x.txt"), "x")
        .file(&format!("{report}/etc/kubernetes/manifests/etcd.yaml"), pod("kube-system", "etcd", "uid-etcd").yaml());
    let graph = read(tar);
    assert_eq!((graph.inputs[0].layouts.as_slice(), objects(&graph, "Pod").len()), (&["foreign".to_owned(), "mtc".to_owned()][..], 1));
    assert_eq!(gaps(&graph), [(GapReason::NotRead, "case/sosreport-w1/")]);
}

#[test]
fn archives_in_archives_in_a_directory_and_pieces_of_one_are_one_case() {
    let directory = tempfile::tempdir().unwrap();
    let write = |name: &str, bytes: &[u8]| {
        let path = directory.path().join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, bytes).unwrap();
        path
    };
    let wrapped = Tar::new().file(&format!("{MTC_IMAGE}/must-gather.tar.gz"), gather(&["host"]).gzip()).gzip();
    write("upload/case.tar", &Tar::new().file("0010-must-gather.tar.gz", wrapped).finish());
    let of_source = pods(Tar::new(), "inspect.local.1", &pod("shop", "web-1", "uid-web")).gzip();
    let (left, right) = of_source.split_at(of_source.len() / 2);
    let pieces = [write("upload/inspect.tgz.aa", left), write("upload/inspect.tgz.ab", right)];
    let options = Options { workers: Some(0), ..Options::default() };
    let read = |inputs: &[PathBuf]| read_case(&named(inputs), &Pack::default(), &options, &Quiet).unwrap().0;
    let graph = read(&[directory.path().to_owned()]);
    assert_eq!((graph.inputs[0].layouts.as_slice(), names(&graph)), (&["inspect".to_owned(), "mtc".to_owned()][..], vec!["host", "inspect.local.1"]));
    assert!(graph.gaps.is_empty() && graph.inputs[0].complete, "{:?}", graph.gaps);
    let graph = read(&pieces);
    assert_eq!((graph.inputs.len(), graph.inputs[0].name.as_str(), names(&graph)), (1, "inspect.tgz", vec!["inspect.local.1"]));
}

#[test]
fn the_order_of_inputs_changes_no_cluster() {
    let tars = || {
        vec![
            pods(control(), SOURCE, &velero("uid-s")),
            general("must-gather.local.2/image", &infrastructure("src-7x2kq", "https://api.src.example.com:6443")),
        ]
    };
    let mut turned = tars();
    turned.reverse();
    let told = |graph: &Graph| {
        let mut told: Vec<_> =
            graph.clusters.iter().map(|cluster| (cluster.name.to_string(), cluster.mig_cluster.clone(), cluster.identity.by.clone())).collect();
        told.sort();
        told
    };
    assert_eq!(told(&cases(tars())), told(&cases(turned)));
}
