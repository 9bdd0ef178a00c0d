use super::{GATHER, INSPECT, PLANS, evidence, target, text};
use crate::finding::{Confidence, Evidence, Finding, Link, Migration, MigrationRef, Outcome, PipelineStep, RuleRole, Severity, Target, Volume};

pub(super) const MULTI_ATTACH: &str = "Volume is still attached to a pod on another node";
const STAGE: &str = "797ed6cf-b6a2-57c8-bc6c-db76dbe037b5";
const CRM: &str = "1c52b1aa-64c7-5f4c-8a6b-2b8f0a4f7d10";
const ORDERS_1: &str = "4b7e0d3c-98a1-5a11-9a55-0f2c6a1b7e21";
const ORDERS_2: &str = "a0c3f6de-7712-5c0e-8f0b-6d5f2f9b1c34";
const CUTOVER: &str = "732f6659-eb65-54a8-8af4-e374a8c25dce";

/// The runs, newest first.
pub(super) fn migrations() -> Vec<Migration> {
    let found = |id: &str| Link::Finding { finding: id.to_owned() };
    vec![
        Migration {
            outcome: Outcome::Failed,
            phase: text("StageRestoreCreated"),
            step: text("StageRestore"),
            phase_since: text("2021-05-12T08:10:12Z"),
            pipeline: vec![
                step("Prepare", None, "2021-05-12T08:05:02Z", "2021-05-12T08:05:43Z", "completed"),
                step("StageBackup", None, "2021-05-12T08:05:43Z", "2021-05-12T08:10:12Z", "completed"),
                step("StageRestore", Some("StageRestoreCreated"), "2021-05-12T08:10:12Z", "2021-05-12T09:11:15Z", "failed"),
            ],
            volumes: vec![volume("shop-mysql-data", 0, "pending", "kxxmh"), volume("shop-uploads", 413_000_000, "completed", "8278v")],
            look_at: Some(target("c1", "Pod", "shop", "stage-shop-mysql-1-fdfgb-g8kqt")),
            root_causes: vec!["F1".into()],
            findings: ["F1", "F2", "F3", "F4", "F5", "F6"].map(str::to_owned).to_vec(),
            chain: ["F2", "F6", "F5", "F4", "F3", "F1"].map(found).to_vec(),
            ..run(STAGE, "shop-stage", "shop-restage-plan", "stage", ["2021-05-12T08:05:00Z", "2021-05-12T09:11:19Z"])
        },
        Migration {
            outcome: Outcome::Failed,
            volume_path: text("direct"),
            source_down: true,
            phase: text("WaitForDirectVolumeMigrationToComplete"),
            step: text("DirectVolume"),
            phase_since: text("2021-05-11T15:02:10Z"),
            look_at: Some(target("c1", "Pod", "crm", "rsync-server")),
            findings: vec!["F7".into(), "F8".into()],
            chain: vec![found("F7"), Link::Unknown { rule: "rsync/connection-reset".into(), state: "unknown".into() }],
            collect: vec!["oc adm inspect ns/crm --dest-dir=inspect-crm".into()],
            ..run(CRM, "crm-cutover", "crm-plan", "final", ["2021-05-11T14:58:00Z", "2021-05-11T16:10:00Z"])
        },
        run(ORDERS_2, "orders-stage-2", "orders-plan", "stage", ["2021-05-10T11:00:00Z", "2021-05-10T11:21:00Z"]),
        Migration {
            outcome: Outcome::Failed,
            superseded_by: text(ORDERS_2),
            phase: text("CleanStaleAnnotations"),
            findings: vec!["F9".into()],
            ..run(ORDERS_1, "orders-stage-1", "orders-plan", "stage", ["2021-05-10T09:40:00Z", "2021-05-10T09:40:28Z"])
        },
        run(CUTOVER, "shop-cutover", "shop-cutover-plan", "final", ["2021-05-05T09:30:00Z", "2021-05-05T10:02:00Z"]),
    ]
}

/// The findings, in the order of the report.
#[expect(clippy::too_many_lines, reason = "one literal; cut in pieces, the story would be harder to follow")]
pub(super) fn findings() -> Vec<Finding> {
    let pod = target("c1", "Pod", "shop", "stage-shop-mysql-1-fdfgb-g8kqt");
    let restore = target("c1", "PodVolumeRestore", "openshift-migration", "shop-stage-stage-ztkwf-kxxmh");
    let stage = format!("{PLANS}/migplan-shop-restage-plan/migmigration-shop-stage");
    let timeout = "time=\"2021-05-12T09:10:33Z\" level=error msg=\"unable to successfully complete restic restores of pod's volumes\" \
                   error=\"timed out waiting for all PodVolumeRestores to complete\" logSource=\"pkg/restore/restore.go:1287\" \
                   restore=openshift-migration/shop-stage-stage-ztkwf";
    let done =
        "time=\"2021-05-12T09:10:34Z\" level=info msg=\"Done waiting for all restic restores to complete\" logSource=\"pkg/restore/restore.go:526\"";
    vec![
        Finding {
            confidence: Confidence::High,
            root_cause: true,
            explains: ["F3", "F4", "F5", "F6", "F2"].map(str::to_owned).to_vec(),
            look_at: Some(pod.clone()),
            instances: vec![pod.clone()],
            evidence: multi_attach(&pod),
            remediation: "On host, free the volume: scale down the application that holds it.\n\
                          \x20   oc scale dc/shop-mysql --replicas=0 -n shop\n\
                          Then run the plan again. For a second run it is safer to delete the namespace shop on the target first, since the cutover \
                          of last week left a running copy there."
                .into(),
            links: vec!["https://kubernetes.io/docs/concepts/storage/persistent-volumes/#access-modes".into()],
            ..finding(
                "F1",
                ("storage/multi-attach", RuleRole::Cause, Severity::Error),
                MULTI_ATTACH,
                "volume pvc-5fcdb39f-7fc0-5c94-96c3-6210a4c3b148 cannot attach to stage-shop-mysql-1-fdfgb-g8kqt: held by shop-mysql-1-89shl",
                of(STAGE, "shop-stage", "root"),
                pod.clone(),
            )
        },
        Finding {
            evidence: vec![evidence(
                0,
                &format!("{stage}/migmigration-shop-stage.yml"),
                67,
                [
                    &["    durable: true", "    lastTransitionTime: \"2021-05-12T09:11:15Z\""],
                    &["    reason: StageRestoreCreated"],
                    &["    status: \"True\"", "    type: Failed"],
                ],
                "StageRestoreCreated",
                Some(target("c1", "MigMigration", "openshift-migration", "shop-stage")),
            )],
            ..finding(
                "F2",
                ("mtc/migration-failed", RuleRole::Outcome, Severity::Error),
                "Migration failed",
                "stage run shop-stage failed in phase StageRestoreCreated",
                of(STAGE, "shop-stage", "symptom"),
                target("c1", "MigMigration", "openshift-migration", "shop-stage"),
            )
        },
        Finding {
            explains: vec!["F4".into()],
            evidence: vec![evidence(
                1,
                &format!("{INSPECT}/pods/stage-shop-mysql-1-fdfgb-g8kqt/stage-shop-mysql-1-fdfgb-g8kqt.yaml"),
                115,
                [
                    &["  - lastTransitionTime: \"2021-05-12T08:10:23Z\""],
                    &["    message: 'containers with incomplete status: [restic-wait]'"],
                    &["    reason: ContainersNotInitialized"],
                ],
                "[restic-wait]",
                Some(pod.clone()),
            )],
            ..finding(
                "F3",
                ("mtc/stage-pod-stuck", RuleRole::Symptom, Severity::Error),
                "Stage pod never becomes ready",
                "stage pod shop/stage-shop-mysql-1-fdfgb-g8kqt stays at Init:0/1 on worker-2.ocp4.example.com",
                of(STAGE, "shop-stage", "symptom"),
                pod,
            )
        },
        Finding {
            explains: vec!["F5".into()],
            evidence: vec![evidence(
                0,
                &format!("{GATHER}/crs/podvolumerestores.velero.io/shop-stage-stage-ztkwf-kxxmh.yaml"),
                34,
                [&["  volume: shop-mysql-data", "status:"], &["  progress: {}"], &[]],
                "progress: {}",
                Some(restore.clone()),
            )],
            ..finding(
                "F4",
                ("velero/pod-volume-restore-not-started", RuleRole::Symptom, Severity::Error),
                "Volume restore never started",
                "volume restore shop-stage-stage-ztkwf-kxxmh of shop-mysql-data has neither phase nor progress",
                of(STAGE, "shop-stage", "symptom"),
                restore,
            )
        },
        Finding {
            explains: vec!["F6".into()],
            evidence: vec![evidence(
                0,
                &format!("{stage}/restore-shop-stage-stage-ztkwf/restore-shop-stage-stage-ztkwf.log"),
                10,
                [&[], &[timeout], &[done]],
                "timed out waiting for all PodVolumeRestores to complete",
                None,
            )],
            ..finding(
                "F5",
                ("restic/restore-timeout", RuleRole::Symptom, Severity::Error),
                "Volume restores timed out",
                "volume restores of shop-stage-stage-ztkwf were not done after 1h",
                of(STAGE, "shop-stage", "symptom"),
                target("c1", "Restore", "openshift-migration", "shop-stage-stage-ztkwf"),
            )
        },
        Finding {
            severity: Severity::Warning,
            explains: vec!["F2".into()],
            ..finding(
                "F6",
                ("velero/restore-partially-failed", RuleRole::Symptom, Severity::Warning),
                "Velero restore partially failed",
                "restore shop-stage-stage-ztkwf ended PartiallyFailed with 1 error and 2 warnings",
                of(STAGE, "shop-stage", "symptom"),
                target("c1", "Restore", "openshift-migration", "shop-stage-stage-ztkwf"),
            )
        },
        finding(
            "F7",
            ("mtc/migration-failed", RuleRole::Outcome, Severity::Error),
            "Migration failed",
            "final run crm-cutover failed in phase WaitForDirectVolumeMigrationToComplete",
            of(CRM, "crm-cutover", "symptom"),
            target("c1", "MigMigration", "openshift-migration", "crm-cutover"),
        ),
        Finding {
            confidence: Confidence::Medium,
            count: 4,
            instances: vec![target("c2", "Deployment", "crm", "crm-api"), target("c2", "Deployment", "crm", "crm-web")],
            remediation: "On aws-source, start the application again while the cause is looked for: roll the plan back in the console.".into(),
            ..finding(
                "F8",
                ("mtc/source-left-quiesced", RuleRole::State, Severity::Warning),
                "Source application is still scaled to zero after a failed run",
                "4 workloads of crm have 0 replicas on aws-source since the run crm-cutover",
                of(CRM, "crm-cutover", "related"),
                target("c2", "Deployment", "crm", "crm-api"),
            )
        },
        Finding {
            severity: Severity::Warning,
            ..finding(
                "F9",
                ("mtc/migration-failed", RuleRole::Outcome, Severity::Error),
                "Migration failed",
                "stage run orders-stage-1 failed in phase CleanStaleAnnotations",
                of(ORDERS_1, "orders-stage-1", "symptom"),
                target("c1", "MigMigration", "openshift-migration", "orders-stage-1"),
            )
        },
    ]
}

fn multi_attach(pod: &Target) -> Vec<Evidence> {
    let volume = "  message: Multi-Attach error for volume \"pvc-5fcdb39f-7fc0-5c94-96c3-6210a4c3b148\"";
    let path = format!("{INSPECT}/core/events.yaml");
    let around: [&[&str]; 3] = [
        &["  kind: Event", "  lastTimestamp: \"2021-05-12T08:10:23Z\""],
        &[volume],
        &["    Volume is already used by pod(s) shop-mysql-1-89shl", "  metadata:"],
    ];
    let holder = target("c1", "Pod", "shop", "shop-mysql-1-89shl");
    let pods = |name: &str| format!("{INSPECT}/pods/{name}/{name}.yaml");
    vec![
        evidence(1, &path, 41, around, "Multi-Attach error", Some(pod.clone())),
        evidence(
            1,
            &pods("shop-mysql-1-89shl"),
            58,
            [&[], &["  nodeName: worker-1.ocp4.example.com"], &[]],
            "worker-1.ocp4.example.com",
            Some(holder),
        ),
        evidence(1, &pods(&pod.name), 72, [&[], &["  nodeName: worker-2.ocp4.example.com"], &[]], "worker-2.ocp4.example.com", Some(pod.clone())),
        evidence(1, &pods(&pod.name), 99, [&[], &["      claimName: shop-mysql-data"], &[]], "shop-mysql-data", Some(pod.clone())),
    ]
}

fn of(id: &str, name: &str, relation: &str) -> MigrationRef {
    MigrationRef { id: id.into(), name: name.into(), relation: relation.into() }
}

fn finding(id: &str, rule: (&str, RuleRole, Severity), title: &str, message: &str, migration: MigrationRef, subject: Target) -> Finding {
    Finding {
        id: id.into(),
        fingerprint: format!("{:0>16}", id.to_lowercase()),
        signature: format!("{:0<16}", id.to_lowercase()),
        rule: rule.0.into(),
        rule_digest: "77ab01f2".into(),
        role: rule.1,
        severity: rule.2,
        confidence: Confidence::High,
        title: title.into(),
        message: message.into(),
        root_cause: false,
        explains: Vec::new(),
        migrations: vec![migration],
        plan: None,
        subject: Some(subject.clone()),
        look_at: None,
        count: 1,
        instances: vec![subject],
        first: text("2021-05-12T08:10:23Z"),
        last: text("2021-05-12T09:11:15Z"),
        evidence: Vec::new(),
        remediation: String::new(),
        links: Vec::new(),
    }
}

/// A green run; the others are written as what differs from it.
fn run(id: &str, name: &str, plan: &str, kind: &str, times: [&str; 2]) -> Migration {
    Migration {
        id: id.into(),
        name: name.into(),
        namespace: "openshift-migration".into(),
        plan: text(plan),
        cluster: "c1".into(),
        kind: kind.into(),
        volume_path: text("velero"),
        outcome: Outcome::Succeeded,
        contradicted: false,
        superseded_by: None,
        source_down: false,
        phase: None,
        step: None,
        phase_since: None,
        started: text(times[0]),
        ended: text(times[1]),
        pipeline: Vec::new(),
        volumes: Vec::new(),
        look_at: None,
        root_causes: Vec::new(),
        findings: Vec::new(),
        chain: Vec::new(),
        collect: Vec::new(),
    }
}

fn step(name: &str, phase: Option<&str>, started: &str, ended: &str, state: &str) -> PipelineStep {
    PipelineStep { step: name.into(), phase: phase.map(str::to_owned), started: text(started), ended: text(ended), state: state.into() }
}

fn volume(claim: &str, bytes: u64, state: &str, restore: &str) -> Volume {
    Volume {
        namespace: "shop".into(),
        pvc: claim.into(),
        target: claim.into(),
        method: "backup".into(),
        bytes,
        total: 413_000_000,
        state: state.into(),
        object: Some(target("c1", "PodVolumeRestore", "openshift-migration", &format!("shop-stage-stage-ztkwf-{restore}"))),
    }
}
