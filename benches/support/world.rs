//! Who lives in the made-up clusters: plans, runs, pods and volumes, with names that recur in manifests and logs.

use super::random::{GATHERED, HOUR, Moment, Random, SECOND, Uid};

pub const MTC: &str = "openshift-migration";

/// The gather ran on the source; its name there is always `host`.
pub const CLUSTERS: [&str; 2] = ["host", "ocp4-target"];

const APPS: &[&str] =
    &["shop", "ledger", "orders", "inventory", "billing", "wiki", "crm", "payroll", "search", "media", "tickets", "mail", "forum", "reports"];

pub struct Plan {
    pub name: String,
    pub namespace: String,
    pub uid: Uid,
    /// Volumes go directly by rsync, or through Velero.
    pub direct: bool,
    /// The backup location that MTC made for this plan, by cluster.
    pub locations: [String; 2],
    pub pods: Vec<Pod>,
    pub volumes: Vec<Volume>,
    pub runs: Vec<Run>,
}

pub struct Pod {
    pub name: String,
    /// By cluster: a pod that came along has the same name and another UID.
    pub uids: [Uid; 2],
    pub node: usize,
}

pub struct Volume {
    pub claim: String,
    pub uid: Uid,
    pub pv: String,
    /// The pod that mounts it.
    pub pod: usize,
    pub bytes: u64,
}

pub struct Run {
    pub name: String,
    pub uid: Uid,
    pub begin: Moment,
    pub backup: String,
    pub backup_uid: Uid,
    pub restore: String,
    pub restore_uid: Uid,
    /// Volumes go directly by rsync, or through Velero.
    pub direct: bool,
    pub end: End,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum End {
    Well,
    /// The last volume was never restored, and Velero gave up after an hour.
    RestoreTimedOut,
    /// A volume could not be read, so that the backup is partial.
    BackupPartiallyFailed,
}

impl Plan {
    /// One plan of eight never gets well, another one on its second run; the rest is green.
    pub fn new(seed: u64, index: usize, pods: usize) -> Self {
        let mut random = Random::of(seed, &format!("plan-{index}"));
        let app = APPS[index % APPS.len()];
        let namespace = if index < APPS.len() { app.to_owned() } else { format!("{app}-{}", index / APPS.len()) };
        let name = format!("{namespace}-plan");
        let pods: Vec<Pod> = (0..pods)
            .map(|pod| {
                let part = ["web", "mysql", "worker", "cache"][pod % 4];
                Pod { name: format!("{app}-{part}-{}-{}", 1 + pod / 16, random.suffix(5)), uids: [random.uid(), random.uid()], node: pod % 3 }
            })
            .collect();
        let volumes = (0..4)
            .map(|volume| {
                let uid = random.uid();
                Volume {
                    claim: format!("{app}-data-{volume}"),
                    uid,
                    pv: format!("pvc-{uid}"),
                    pod: volume % pods.len(),
                    bytes: random.below(1 << 34),
                }
            })
            .collect();
        let first = match index % 8 {
            3 => End::RestoreTimedOut,
            6 => End::BackupPartiallyFailed,
            _ => End::Well,
        };
        let begin = GATHERED.0 - (60 - index as u64 % 48) * HOUR;
        let direct = first == End::Well && index % 2 == 1;
        let mut runs = vec![run(&mut random, &namespace, "stage", Moment(begin), direct, first)];
        if first != End::RestoreTimedOut {
            let kind = if first == End::Well { "final" } else { "stage-again" };
            runs.push(run(&mut random, &namespace, kind, Moment(begin + 4 * HOUR + 17 * SECOND), direct, End::Well));
        }
        let locations = [format!("mig-s3-{}", random.suffix(5)), format!("mig-s3-{}", random.suffix(5))];
        Self { name, namespace, uid: random.uid(), direct, locations, pods, volumes, runs }
    }
}

fn run(random: &mut Random, namespace: &str, kind: &str, begin: Moment, direct: bool, end: End) -> Run {
    let name = format!("{namespace}-{kind}");
    let velero = if direct { "initial" } else { "stage" };
    Run {
        uid: random.uid(),
        begin: begin.plus(random.below(HOUR) / SECOND * SECOND),
        backup: format!("{name}-{velero}-{}", random.suffix(5)),
        backup_uid: random.uid(),
        restore: format!("{name}-{}-{}", if direct { "final" } else { "stage" }, random.suffix(5)),
        restore_uid: random.uid(),
        direct,
        end,
        name,
    }
}

pub fn node(cluster: usize, number: usize) -> String {
    format!("ip-10-{cluster}-{}-{}.{}.example.com", 128 + number, 17 + 40 * number, ["aws", "ocp4"][cluster])
}
