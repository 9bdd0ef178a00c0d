//! What a file with an error in it takes away, and what it leaves.

use mig_analyze::graph::Log;
use mig_analyze::model::{Component, GapReason};

use super::HOST;
use super::case::{MTC, cluster, cr, gather, graph, of_velero, only};

const VELERO_LOG: &str = "must-gather/clusters/host/namespaces/openshift-migration/logs/velero-6d9c-x7zkq/current.log";

#[test]
fn an_error_in_place_of_an_object_makes_a_hole_for_its_kind_alone() {
    let message = "Error from server (Forbidden): podvolumerestores.velero.io \"r-1\" is forbidden: User cannot get resource\n";
    let tar = gather(&["host"]).file(&format!("{HOST}/namespaces/{MTC}/crs/podvolumerestores.velero.io/r-1.yaml"), message);
    let graph = graph(vec![tar]);
    let host = cluster(&graph, "host").0;
    let gap = graph.gaps.iter().find(|gap| gap.reason == GapReason::Stderr).expect("a gap");
    assert!(gap.path.as_str().ends_with("/r-1.yaml") && gap.detail.starts_with("Error from server (Forbidden)"), "{gap:?}");
    assert!(!graph.coverage.objects(host, "PodVolumeRestore", Some(MTC)).is_full());
    assert!(graph.coverage.objects(host, "PodVolumeBackup", Some(MTC)).is_full());
    assert!(graph.coverage.objects(host, "Restore", Some(MTC)).is_full());
    assert!(graph.coverage.objects(host, "PodVolumeRestore", Some("openshift-adp")).is_full(), "another namespace is as whole as before");
}

#[test]
fn notes_of_the_client_around_an_object_cost_nothing() {
    let restore = of_velero("Restore", "r", "uid-r").yaml();
    let noise = "I0815 09:00:01.123456   12345 request.go:601] Waited for 1.05s due to client-side throttling, not priority and fairness\n";
    let tar = gather(&["host"]).file(&format!("{HOST}/namespaces/{MTC}/crs/restores.velero.io/r.yaml"), format!("{noise}{restore}"));
    let graph = graph(vec![tar]);
    assert_eq!(only(&graph, "Restore", "r").places[0].line, 2, "lines count as they stand in the file");
    assert_eq!(graph.gaps, []);
    assert!(graph.coverage.objects(cluster(&graph, "host").0, "Restore", Some(MTC)).is_full());
}

#[test]
fn a_client_error_in_place_of_a_log_is_no_log() {
    let none = "Error from server (BadRequest): previous terminated container \"velero\" in pod \"velero-6d9c-x7zkq\" not found\n";
    let lost = "unable to retrieve container logs for cri-o://0123456789abcdef";
    let kubelet = "Error from server: Get \"https://10.0.0.7:10250/containerLogs/openshift-migration/velero-6d9c-x7zkq/velero\": remote error: tls: internal error\n";
    for (text, gaps) in [(none, 0), (lost, 0), (kubelet, 1)] {
        let graph = graph(vec![gather(&["host"]).file(VELERO_LOG, text)]);
        assert!(graph.logs.is_empty(), "{text}: {:?}", graph.logs);
        let told: Vec<_> = graph.gaps.iter().map(|gap| (gap.reason, gap.path.as_str())).collect();
        assert_eq!(told, vec![(GapReason::Stderr, VELERO_LOG); gaps], "{text}");
        let host = cluster(&graph, "host").0;
        assert!(!graph.coverage.log(host, Component::Velero, None, None).is_full(), "an error proves nothing about what velero said");
    }
}

#[test]
fn a_log_that_tells_of_a_client_error_is_a_log() {
    let line = "time=\"2024-03-01T10:00:00Z\" level=error msg=\"Error from server: Get https://x:10250/containerLogs/a/b\" logSource=\"x.go:1\"\n";
    let graph = graph(vec![gather(&["host"]).file(VELERO_LOG, line.repeat(3))]);
    assert_eq!(graph.logs.iter().map(|log| log.lines).collect::<Vec<_>>(), [3]);
}

#[test]
fn the_log_of_the_gather_is_read_for_the_cluster_it_ran_on() {
    let text = "2024-03-01T10:00:00.1Z [cluster=host] Gathering\n2024-03-01T10:09:59.2Z [disk usage checker] Disk usage exceeds the volume percentage of 30 for mounted directory, terminating...\n";
    let wrapper = "must-gather.local.4832041553094271561/quay-io-konveyor-must-gather-sha256-0f1e2d";
    let inner = gather(&["host", "source"]).gzip();
    let tar =
        mig_analyze::archive::pack::Tar::new().file(&format!("{wrapper}/gather.logs"), text).file(&format!("{wrapper}/must-gather.tar.gz"), inner);
    let graph = graph(vec![tar]);
    let logs: Vec<&Log> = graph.logs.iter().filter(|log| log.component == Component::Gather).collect();
    let [log] = logs[..] else { panic!("{:?}", graph.logs) };
    assert_eq!((log.lines, log.cluster), (2, cluster(&graph, "host").0));
    assert!(graph.hits.iter().any(|hit| graph.logs[hit.log as usize].component == Component::Gather), "its lines are scanned");
}

#[test]
fn an_empty_file_and_one_that_ends_early_are_told() {
    let tar = gather(&["host"]).file(&format!("{HOST}/namespaces/{MTC}/crs/restores.velero.io/a.yaml"), "");
    let tar = cr(tar, HOST, "backups.velero.io", &of_velero("Backup", "b", "uid-b"));
    let graph = graph(vec![tar]);
    let host = cluster(&graph, "host").0;
    assert_eq!(graph.gaps.iter().map(|gap| gap.reason).collect::<Vec<_>>(), [GapReason::Empty]);
    assert!(!graph.coverage.objects(host, "Restore", Some(MTC)).is_full());
    assert!(graph.coverage.objects(host, "Backup", Some(MTC)).is_full());
}
