//! How fast logs are scanned: generated logs of the three common forms, few hits, and the number of patterns of a large pack.

use std::fmt::Write;

use divan::Bencher;
use divan::counter::BytesCount;
use mig_analyze::model::Component;
use mig_analyze::scan::{PatternSet, PatternSpec, PatternTarget, Scanner};

const SIZE: usize = 32 << 20;
const CHUNK: usize = 512 << 10;

fn main() {
    divan::main();
}

const PHRASES: &[&str] = &[
    "timed out waiting for all PodVolumeBackups to complete",
    "timed out waiting for all PodVolumeRestores to complete",
    "certificate signed by unknown authority",
    "unable to open config file",
    "the specified key does not exist",
    "repository is already locked",
    "connection refused by peer",
    "no space left on device",
    "backup repository is not ready",
    "daemonset pod not found in running state",
    "is forbidden: exceeded quota",
    "unable to validate against any security context constraint",
    "error getting backup storage location",
    "context deadline exceeded while awaiting headers",
    "failed to provision volume with",
    "rsync error: some files could not be transferred",
    "Multi-Attach error for volume",
    "image pull failed because of",
    "plugin panicked with",
    "admission webhook denied the request",
    "Restic is unready on the source",
    "AuthorizationPermissionMismatch",
    "RequestTimeTooSkewed",
    "SignatureDoesNotMatch",
    "server is currently unable to handle",
];

const ROUNDS: &[&str] = &["", "copying", "Deleting", "quota", "x509 check", "Unmount", "kopia upload", "bucket lookup"];

fn set(patterns: usize, folded: bool) -> PatternSet {
    let specs: Vec<PatternSpec> = (0..patterns)
        .map(|n| {
            let phrase = PHRASES[n % PHRASES.len()];
            // Further rounds have other first words, so that no two patterns share their text.
            let regex = match ROUNDS[n / PHRASES.len() % ROUNDS.len()] {
                "" => format!(r"{phrase}(?:: (?P<why>[^:]+))?"),
                round => format!(r"{round} while {phrase} of (?P<what>\S+)"),
            };
            PatternSpec {
                regexes: vec![if folded && n == 2 { format!("(?i:{phrase})") } else { regex }],
                components: vec![Component::Velero],
                target: if n % 2 == 0 { PatternTarget::Line } else { PatternTarget::Error },
                by: None,
                fields: Vec::new(),
            }
        })
        .collect();
    PatternSet::compile(&specs).unwrap_or_else(|error| panic!("{error}"))
}

fn logs(form: &str) -> Vec<u8> {
    let mut text = String::with_capacity(SIZE + 1_024);
    let mut n = 0_u32;
    while text.len() < SIZE {
        n += 1;
        let (second, rare) = (n % 60, n.is_multiple_of(997));
        let phrase = PHRASES[n as usize / 997 % PHRASES.len()];
        let _ = match (form, rare) {
            ("logrus", false) => writeln!(
                text,
                "time=\"2021-07-09T23:28:{second:02}Z\" level=info msg=\"Backed up {n} items out of an estimated total of 4711 (estimate will change)\" backup=openshift-migration/mig-1-initial-abcde logSource=\"/remote-source/velero/app/pkg/backup/backup.go:427\" name=pod-{n} namespace=app resource=pods"
            ),
            ("logrus", true) => writeln!(
                text,
                "time=\"2021-07-09T23:28:{second:02}Z\" level=error msg=\"Error backing up item\" backup=openshift-migration/mig-1-initial-abcde error=\"run failed: \\\"x\\\": {phrase}: a\\nb\" logSource=\"pkg/backup/backup.go:427\" name=pod-{} namespace=app resource=pods",
                n % 40
            ),
            ("zap", false) => writeln!(
                text,
                "{{\"level\":\"info\",\"ts\":16256760{second:02}.123,\"logger\":\"migration\",\"msg\":\"[RUN] (Step 27/48) Waiting for stage backup to complete.\",\"migMigration\":\"mig-1\",\"phase\":\"StageBackupCreated\",\"n\":{n}}}"
            ),
            ("zap", true) => writeln!(
                text,
                "{{\"level\":\"info\",\"ts\":16256760{second:02}.123,\"logger\":\"migration\",\"msg\":\"Phase execution failed.\",\"migMigration\":\"mig-1\",\"phase\":\"StagePodsCreated\",\"error\":\"{phrase}: no\"}}"
            ),
            (_, false) => writeln!(
                text,
                "2021-07-09T23:28:{second:02}.123456789Z I0709 23:28:{second:02}.123456       1 request.go:668] Waited for 1.04{n}s due to client-side throttling, not priority and fairness, request: GET:https://10.0.0.1:443/apis/apps/v1"
            ),
            (_, true) => {
                writeln!(text, "2021-07-09T23:28:{second:02}.123456789Z E0709 23:28:{second:02}.123456       1 reflector.go:138] {phrase}: no")
            }
        };
    }
    text.into_bytes()
}

fn run(bencher: Bencher<'_, '_>, form: &str, patterns: usize, folded: bool) {
    let set = set(patterns, folded);
    let text = logs(form);
    let mut chunks = Vec::new();
    let mut rest = text.as_slice();
    while !rest.is_empty() {
        let cut = rest.get(..CHUNK).and_then(|head| head.iter().rposition(|byte| *byte == b'\n')).map_or(rest.len(), |at| at + 1);
        let (head, tail) = rest.split_at(cut);
        chunks.push(head);
        rest = tail;
    }
    bencher.counter(BytesCount::new(text.len())).bench_local(|| {
        let mut scanner = Scanner::new(&set);
        mig_analyze::scan::merge(chunks.iter().map(|chunk| scanner.chunk(Component::Velero, &[], chunk, &[])).collect())
    });
}

#[divan::bench(args = ["logrus", "zap", "klog"], sample_count = 20)]
fn patterns_50(bencher: Bencher<'_, '_>, form: &str) {
    run(bencher, form, 50, false);
}

#[divan::bench(args = ["logrus", "zap", "klog"], sample_count = 20)]
fn patterns_50_one_without_case(bencher: Bencher<'_, '_>, form: &str) {
    run(bencher, form, 50, true);
}

#[divan::bench(args = ["logrus", "zap", "klog"], sample_count = 20)]
fn patterns_200(bencher: Bencher<'_, '_>, form: &str) {
    run(bencher, form, 200, true);
}
