//! The forms that manifests and logs have in gathers.

use mig_analyze::archive::pack::{Tar, gzip};
use mig_analyze::model::{Component, GapReason, LogFormat};

use crate::build::{covered, gaps, homes, list, log, objects, read, try_read};
use crate::case::{MTC, cluster, of_mtc, of_velero, pod};

const HOST: &str = "must-gather/clusters/host";

fn crs(name: &str) -> String {
    format!("{HOST}/namespaces/{MTC}/crs/{name}")
}

#[test]
fn manifests_of_every_form_are_read() {
    let restore = |name: &str| of_velero("Restore", name, &format!("uid-{name}"));
    let yaml = |name: &str| restore(name).yaml();
    let stderr =
        "I0815 09:00:01.123456   12345 request.go:601] Waited for 1.05s due to client-side throttling\nWarning: velero.io/v1 Restore is deprecated\n";
    let tar = Tar::new()
        .file(&crs("restores.velero.io/single.yaml"), yaml("single"))
        .file("must-gather/migplans/migplan-p/short.yml", yaml("short"))
        .file(&crs("restores.velero.io/list.yaml"), list(&[restore("l1"), restore("l2")]))
        .file(&crs("restores.velero.io/typed.yaml"), restore("typed").in_list())
        .file(&crs("restores.velero.io/dashes.yaml"), format!("---\n{}", yaml("dashes")))
        .file(&crs("restores.velero.io/several.yaml"), format!("{}---\n{}---\n{}", yaml("s1"), yaml("s2"), yaml("s3")))
        .file(&crs("restores.velero.io/stderr.yaml"), format!("{stderr}{}", yaml("stderr")))
        .file(&crs("restores.velero.io/garbage.yaml"), format!("{}e: tail-of-an-older-and-longer-version\n  uid: 0a1b\n", yaml("garbage")));
    let graph = read(tar);
    let mut names: Vec<&str> = objects(&graph, "Restore").iter().map(|object| &*object.name).collect();
    names.sort_unstable();
    assert_eq!(names, ["dashes", "garbage", "l1", "l2", "s1", "s2", "s3", "short", "single", "stderr", "typed"]);
    assert_eq!(gaps(&graph), [(GapReason::Unparsable, crs("restores.velero.io/garbage.yaml").as_str())], "only the tail is lost");
}

#[test]
fn files_with_next_to_nothing_in_them_stop_nobody() {
    let whole = of_velero("Restore", "whole", "uid-whole").yaml();
    let nul = [whole.as_bytes(), &[0; 4096]].concat();
    let cut = [of_velero("Backup", "cut", "uid-cut").yaml().as_bytes(), b"status:\n  phase: \xc3"].concat();
    let tar = Tar::new()
        .file(&crs("restores.velero.io/whole.yaml"), nul)
        .file(&crs("backups.velero.io/cut.yaml"), cut)
        .file(&crs("schedules.velero.io/empty.yaml"), "")
        .file(&crs("podvolumebackups.velero.io/one.yaml"), "a")
        .file(&crs("podvolumerestores.velero.io/nul.yaml"), [0; 64])
        .file(&format!("{HOST}/namespaces/{MTC}/logs/velero-1-a/current.log"), "")
        .file(&format!("{HOST}/namespaces/{MTC}/logs/velero-1-a/previous.log"), "x");
    let graph = read(tar);
    assert_eq!(objects(&graph, "Restore").len(), 1);
    assert_eq!(objects(&graph, "Backup").len(), 1, "what came before the cut is read");
    for (kind, full) in [("Restore", true), ("Schedule", false), ("PodVolumeBackup", false), ("PodVolumeRestore", false), ("DownloadRequest", true)] {
        assert_eq!(covered(&graph, "host", kind, Some(MTC)), full, "{kind}");
    }
    assert_eq!(graph.logs.iter().map(|log| (log.lines, log.bytes)).collect::<Vec<_>>(), [(0, 0), (1, 1)]);
}

/// Two lines of each format that the programs of a migration write, with the second at 10:00:05.
const LINES: &[(&str, LogFormat, &str)] = &[
    (
        "logrus",
        LogFormat::Logrus,
        "time=\"2024-03-01T10:00:00Z\" level=info msg=one logSource=\"x.go:1\"\ntime=\"2024-03-01T10:00:05Z\" level=info msg=two logSource=\"x.go:2\"\n",
    ),
    (
        "logrus-json",
        LogFormat::Json,
        "{\"level\":\"info\",\"msg\":\"one\",\"time\":\"2024-03-01T10:00:00Z\"}\n{\"level\":\"info\",\"msg\":\"two\",\"time\":\"2024-03-01T10:00:05Z\"}\n",
    ),
    (
        "zap-json",
        LogFormat::Json,
        "{\"level\":\"info\",\"ts\":1709287200.25,\"logger\":\"plan\",\"msg\":\"one\"}\n{\"level\":\"info\",\"ts\":1709287205.0,\"logger\":\"plan\",\"msg\":\"two\"}\n",
    ),
];

/// The times of lines that have none of their own are those that the client or the runtime put in front.
#[test]
fn logs_of_every_format_are_read_with_and_without_a_prefix_and_compressed() {
    let dir = format!("{HOST}/namespaces/{MTC}/logs");
    for (name, format, text) in LINES {
        let stamped = |(line, clock): (&str, &str)| format!("2024-03-01T{clock}.000000001Z {line}");
        let prefixed: Vec<String> = text.lines().zip(["10:00:00", "10:00:05"]).map(stamped).collect();
        let prefixed = prefixed.join("\n") + "\n";
        for (word, text) in [("bare", (*text).to_owned()), ("prefixed", prefixed)] {
            let tar = Tar::new()
                .file(&format!("{dir}/velero-plain-1/current.log"), &text)
                .file(&format!("{dir}/velero-packed-1/current.log.gz"), gzip(text.as_bytes()));
            let graph = read(tar);
            for end in ["velero-plain-1/current.log", "velero-packed-1/current.log.gz"] {
                let log = log(&graph, end);
                assert_eq!((log.format, log.lines, log.component), (*format, 2, Component::Velero), "{name} {word} {end}");
                assert_eq!(log.last.unwrap().to_string(), "2024-03-01T10:00:05Z", "{name} {word} {end}");
            }
        }
    }
}

#[test]
fn klog_a_rotated_log_of_the_runtime_and_a_panic_are_read() {
    let klog = "I0301 10:00:00.000000       1 main.go:1] one\nE0301 10:00:05.000000       1 main.go:2] two\n";
    let runtime = "2024-03-01T10:00:00.000000001+00:00 stdout F one\n2024-03-01T10:00:05.000000001+00:00 stderr P tw\n2024-03-01T10:00:05.000000002+00:00 stderr F o\n";
    let panic = "panic: runtime error: invalid memory address or nil pointer dereference\n[signal SIGSEGV: segmentation violation]\n\ngoroutine 1 [running]:\nmain.main()\n\t/x.go:3 +0x1d\n";
    let pods = format!("{HOST}/namespaces/{MTC}/pods");
    let tar = Tar::new()
        .file(&format!("{pods}/velero-1-a/velero/velero/logs/current.log"), klog)
        .file(&format!("{pods}/velero-1-a/velero/velero/logs/previous.log"), panic)
        .file(&format!("{pods}/velero-1-a/velero/velero/logs/rotated/0.log.20240301-100500"), runtime)
        .file(&format!("{pods}/velero-1-a/velero/velero/logs/rotated/0.log.20240301-090000.gz"), gzip(runtime.as_bytes()));
    // The same as the client prefixes it, and as the general gather compresses it.
    let stamped = |(line, clock): (&str, &str)| format!("2024-03-01T{clock}.000000001Z {line}");
    let stamped = klog.lines().zip(["10:00:00", "10:00:05"]).map(stamped).collect::<Vec<_>>().join("\n") + "\n";
    let tar = tar
        .file(&format!("{pods}/velero-2-a/velero/velero/logs/current.log.gz"), gzip(stamped.as_bytes()))
        .file(&format!("{pods}/velero-2-a/velero/velero/logs/previous.log.gz"), gzip(panic.as_bytes()))
        .file(&format!("{pods}/velero-3-a/velero/velero/logs/current.log.gz"), gzip(klog.as_bytes()));
    let graph = read(tar);
    for pod in
        ["velero-1-a/velero/velero/logs/current.log", "velero-2-a/velero/velero/logs/current.log.gz", "velero-3-a/velero/velero/logs/current.log.gz"]
    {
        assert_eq!((log(&graph, pod).format, log(&graph, pod).lines), (LogFormat::Klog, 2), "{pod}");
    }
    for pod in ["velero-1-a/velero/velero/logs/previous.log", "velero-2-a/velero/velero/logs/previous.log.gz"] {
        assert_eq!(log(&graph, pod).lines, 6, "{pod}");
    }
    for end in ["20240301-100500", "20240301-090000.gz"] {
        let log = log(&graph, end);
        assert_eq!((log.lines, log.stream, log.canonical), (3, mig_analyze::graph::Stream::Rotated, true));
        assert_eq!(
            (log.first.unwrap().to_string(), log.last.unwrap().to_string()),
            ("2024-03-01T10:00:00Z".to_owned(), "2024-03-01T10:00:05Z".to_owned())
        );
    }
}

#[test]
fn what_was_gathered_is_told_for_each_cluster_and_program() {
    let dir = format!("{HOST}/namespaces/{MTC}/logs");
    let (early, late) = (LINES[0].2, LINES[0].2.replace("10:00", "11:00"));
    let tar = Tar::new()
        .file(&format!("{dir}/velero-1-a/current.log"), late)
        .file(&format!("{dir}/velero-1-a/previous.log"), early)
        .file(&format!("{HOST}/namespaces/{MTC}/core/pods.yaml"), pod(MTC, "velero-1-a", "uid-v").in_list());
    let graph = read(tar);
    let host = cluster(&graph, "host").0;
    let window = graph.coverage.windows[&(host, Component::Velero)];
    assert_eq!(
        (window.first.unwrap().to_string(), window.last.unwrap().to_string()),
        ("2024-03-01T10:00:00Z".to_owned(), "2024-03-01T11:00:05Z".to_owned())
    );
    assert!(covered(&graph, "host", "Pod", Some(MTC)) && !covered(&graph, "host", "Pod", Some("shop")));
    assert!(!graph.coverage.log(host, Component::NodeAgent, None, None).is_full());
}

#[test]
fn what_somebody_compressed_file_by_file_is_read_as_if_nobody_had() {
    let restore = |name: &str| of_velero("Restore", name, &format!("uid-{name}"));
    let packed = |text: &str| gzip(text.as_bytes());
    let tar = Tar::new()
        .file(&format!("{}.gz", crs("restores.velero.io/r.yaml")), packed(&restore("r").yaml()))
        .file("must-gather/migplans/migplan-p/p.yml.gz", packed(&of_mtc("MigPlan", "p", "uid-plan").yaml()))
        .file(&format!("{HOST}/namespaces/shop/core/pods.yaml.gz"), packed(&pod("shop", "web-1", "uid-web").in_list()))
        .file(&format!("{HOST}/timestamp"), "2024-03-01 10:00:00.5 +0000 UTC m=+0.5\n");
    let graph = read(tar);
    assert_eq!(graph.inputs[0].layouts, ["mtc"]);
    for (kind, name) in [("Restore", "r"), ("MigPlan", "p"), ("Pod", "web-1")] {
        assert_eq!(homes(&graph, kind, name), ["host"], "{kind}");
    }
    assert!(covered(&graph, "host", "Pod", Some("shop")) && !covered(&graph, "host", "Event", Some("shop")));
    assert_eq!(graph.gaps, []);
}

/// A case has attachments whose names say nothing.
#[test]
fn a_compressed_attachment_is_read_by_what_is_in_it() {
    let plan = of_mtc("MigPlan", "p", "uid-plan").yaml();
    let tar =
        Tar::new().file("0010-attachment.gz", gzip(plan.as_bytes())).file("0020.gz", gzip(LINES[0].2.as_bytes())).file("0030.gz", gzip(b"words\n"));
    let graph = read(tar);
    assert_eq!((graph.inputs[0].layouts.as_slice(), objects(&graph, "MigPlan").len()), (&["loose".to_owned()][..], 1));
    assert_eq!(log(&graph, "0020.gz.log").lines, 2);
    let told: Vec<_> = graph.gaps.iter().map(|gap| (gap.reason, gap.detail.as_str())).collect();
    assert_eq!(told, [(GapReason::NotRead, "1 file belongs to no gather that was recognised and was not read: 0030.gz")]);
    let alone = try_read(vec![("0010", gzip(plan.as_bytes()))]).unwrap();
    assert_eq!(objects(&alone, "MigPlan").len(), 1);
}
