//! One whole report as a story, for the tests of every output format.
//!
//! A stage run fails because the pod that last week's cutover left running still holds the volume. Beside it stand the runs that a
//! reader must not be led to: one that nobody can decide, one that was repeated with success, and two green ones.

use super::{
    Checked, ClusterReport, CoverageReport, Evidence, GapReport, IdentityReport, InputReport, Report, RuleInfo, RuleRole, RuleState, Severity,
    Suppressed, Target, Tool, Unexplained,
};
use crate::model::{Excerpt, Place, Timestamp};
use story::{findings, migrations};

mod story;

const GATHER: &str = "must-gather/clusters/host/namespaces/openshift-migration";
const PLANS: &str = "must-gather/migplans";
const INSPECT: &str = "inspect.local.5577006791947779410/namespaces/shop";

/// A realistic report: two inputs, two clusters, five runs, a chain of six findings, gaps and rules that could not be judged.
pub fn sample() -> Report {
    Report {
        schema: 1,
        tool: Tool { name: "mig-analyze".into(), version: "0.1.0".into(), pack: "5d0c7b3e91aa".into() },
        inputs: vec![input("must-gather.tar.gz", 41_201_664, "mtc"), input("inspect-shop.tar.gz", 318_211, "inspect")],
        clusters: vec![
            cluster("c1", "host", &["host", "target"], Some("2021-05-12T09:46:02Z")),
            cluster("c2", "aws-source", &["source"], Some("2021-05-12T09:40:29Z")),
        ],
        coverage: coverage(),
        rules: rules(),
        checked: checked(),
        migrations: migrations(),
        findings: findings(),
        gaps: vec![
            gap(&format!("{GATHER}/logs/restic-5sncm/previous.log"), "stderr", "previous terminated container \"restic\" not found"),
            gap(&format!("{GATHER}/logs/restic-kks8s/previous.log"), "stderr", "previous terminated container \"restic\" not found"),
            gap(&format!("{GATHER}/core/events.yaml"), "truncated", "the file ends inside a list item"),
        ],
    }
}

#[expect(clippy::unnecessary_wraps, reason = "most texts of a report are optional, and the story gives them")]
fn text(value: &str) -> Option<String> {
    Some(value.to_owned())
}

fn input(name: &str, bytes: u64, layout: &str) -> InputReport {
    let sha256 = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".to_owned();
    InputReport { name: name.into(), sha256, bytes, layouts: vec![layout.into()], complete: true }
}

fn cluster(id: &str, name: &str, roles: &[&str], now: Option<&str>) -> ClusterReport {
    ClusterReport {
        id: id.into(),
        name: name.into(),
        mig_cluster: text(name),
        roles: roles.iter().map(|&role| role.to_owned()).collect(),
        input: 0,
        identity: IdentityReport { by: vec!["pod-uid".into()], ..IdentityReport::default() },
        suspect: false,
        kubernetes: text("v1.20.0"),
        mtc: text("1.4.3"),
        gathered: true,
        now: now.map(str::to_owned),
        now_from: "data".into(),
    }
}

fn coverage() -> CoverageReport {
    let line = "time=\"2021-05-12T08:40:00Z\" level=error msg=\"Error checking repository for stale locks\" controller=restic-repository \
                error=\"error getting backup storage location: backupstoragelocation.velero.io \\\"mig-s3-8kkqh\\\" not found\"";
    CoverageReport {
        files: 1_204,
        objects: 3_911,
        events: 412,
        logs: 38,
        log_lines: 18_220,
        relations: 1_544,
        from: text("2021-05-10T07:40:58Z"),
        to: text("2021-05-12T09:46:02Z"),
        redactions: 3,
        suppressed: vec![Suppressed { finding: "F10".into(), reason: "known on this site".into(), expires: text("2021-12-31") }],
        unexplained: vec![Unexplained {
            shape: "Error checking repository for stale locks: backupstoragelocation.velero.io <name> not found".into(),
            component: "velero".into(),
            count: 29,
            first: text("2021-05-11T04:40:00Z"),
            last: text("2021-05-12T08:40:00Z"),
            sample: evidence(0, &format!("{GATHER}/logs/velero-dfps47c76j-6r7c5/current.log"), 14, [&[], &[line], &[]], "stale locks", None),
        }],
        noise: 17,
    }
}

fn rules() -> Vec<RuleInfo> {
    let rule = |id: &str, title: &str, severity, role, state, findings, reason: Option<&str>| RuleInfo {
        id: id.into(),
        digest: "77ab01f2".into(),
        title: title.into(),
        severity,
        role,
        state,
        findings,
        reason: reason.map(str::to_owned),
    };
    let (error, warning) = (Severity::Error, Severity::Warning);
    let nodes = Some("Node objects were not gathered on host");
    vec![
        rule("cluster/unschedulable", "Pod fits on no node", error, RuleRole::Cause, RuleState::Skipped, 0, nodes),
        rule("mtc/migration-failed", "Migration failed", error, RuleRole::Outcome, RuleState::Fired, 2, None),
        rule("mtc/source-left-quiesced", "Source application is still scaled to zero", warning, RuleRole::State, RuleState::Fired, 1, None),
        rule("mtc/stage-pod-stuck", "Stage pod never becomes ready", error, RuleRole::Symptom, RuleState::Fired, 1, None),
        rule("restic/agent-missing", "No agent runs on the node of the volume", error, RuleRole::Cause, RuleState::Clear, 0, None),
        rule("restic/restore-timeout", "Volume restores timed out", error, RuleRole::Symptom, RuleState::Fired, 1, None),
        rule("storage/multi-attach", story::MULTI_ATTACH, error, RuleRole::Cause, RuleState::Fired, 1, None),
        rule("storage/zone-mismatch", "Volume is in another zone", error, RuleRole::Cause, RuleState::Skipped, 0, nodes),
        rule(
            "rsync/connection-reset",
            "Transfer connection was reset",
            error,
            RuleRole::Cause,
            RuleState::Skipped,
            0,
            Some("events of namespace crm were not gathered on host"),
        ),
        rule("velero/pod-volume-restore-not-started", "Volume restore never started", error, RuleRole::Symptom, RuleState::Fired, 1, None),
        rule("velero/restore-partially-failed", "Velero restore partially failed", warning, RuleRole::Symptom, RuleState::Fired, 1, None),
    ]
}

fn checked() -> Vec<Checked> {
    let check = |what: &str, state: &str, detail: &str| Checked { what: what.into(), state: state.into(), detail: detail.into() };
    vec![
        check("storage locations available", "clear", "mig-s3-2tq79 on host, mig-s3-2tq79 on aws-source"),
        check("volume agents on all nodes", "clear", "restic runs on 3 of 3 nodes of host and 3 of 3 of aws-source"),
        check("no container out of memory", "clear", "31 containers of MTC and Velero"),
        check("every workload of the source runs", "bad", "crm/crm-api and 3 others on aws-source are scaled to 0"),
        check("volumes in reach of their nodes", "unknown", "Node objects were not gathered on host"),
    ]
}

fn gap(path: &str, reason: &str, detail: &str) -> GapReport {
    GapReport { input: 0, path: path.into(), reason: reason.into(), detail: detail.into() }
}

fn target(cluster: &str, kind: &str, namespace: &str, name: &str) -> Target {
    Target { cluster: cluster.into(), kind: kind.into(), namespace: text(namespace), name: name.into(), uid: None }
}

/// Evidence from lines before, the line itself, and lines after.
fn evidence(input: u32, path: &str, line: u32, lines: [&[&str]; 3], mark: &str, about: Option<Target>) -> Evidence {
    let own = |lines: &[&str]| lines.iter().map(|&line| line.to_owned()).collect::<Vec<_>>();
    let excerpt = Excerpt { before: own(lines[0]), text: own(lines[1]).concat(), after: own(lines[2]) };
    let time = about.is_some().then(|| Timestamp::parse("2021-05-12T08:10:23Z")).flatten();
    Evidence::new(&Place { input, path: path.into(), line }, &excerpt, mark, time, about)
}
