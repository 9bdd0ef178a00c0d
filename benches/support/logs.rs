//! Lines as the components of a migration write them, each behind the time that `oc adm inspect` puts in front.

use std::fmt::Write as _;
use std::io::{self, Write};

use super::random::{GATHERED, Moment, Random, SECOND};
use super::world::{End, Plan};

#[derive(Clone, Copy)]
pub enum Form {
    /// The Velero server: logrus text.
    Velero,
    /// The agent on each node: logrus text.
    Agent,
    /// mig-controller: zap JSON.
    Controller,
    /// An operator: klog.
    Klog,
    /// The discovery service: an access log.
    Access,
    /// One transfer.
    Rsync,
}

impl Form {
    /// Bytes of a line, about.
    fn width(self) -> u64 {
        match self {
            Self::Velero => 270,
            Self::Agent => 440,
            Self::Controller => 225,
            Self::Klog | Self::Access => 190,
            Self::Rsync => 100,
        }
    }
}

/// One line in this many says something that a rule looks for; as many again are errors that no rule knows.
const RARE: u64 = 400;

const KINDS: &[&str] =
    &["pods", "secrets", "configmaps", "services", "persistentvolumeclaims", "rolebindings.rbac.authorization.k8s.io", "deployments.apps"];

const STEPS: &[(u64, &str, &str)] = &[
    (4, "WaitForRefresh", "Waiting for refresh of MigPlan, MigStorage and MigCluster resources to complete"),
    (12, "EnsureInitialBackup", "Creating initial Velero backup."),
    (13, "InitialBackupCreated", "Waiting for initial Velero backup to complete."),
    (21, "StagePodsCreated", "Waiting for Stage Pods to be ready"),
    (27, "StageBackupCreated", "Waiting for stage backup to complete."),
    (31, "StageRestoreCreated", "Waiting for stage restore to complete."),
    (33, "WaitForDirectVolumeMigrationToComplete", "Waiting for Direct Volume Migration to complete."),
    (44, "FinalRestoreCreated", "Waiting for final restore to complete."),
];

const PARTS: &[&str] = &["web", "mysql", "worker", "cache", "frontend", "default-token", "builder-dockercfg", "config", "registry"];

const FILES: &[&str] = &["var/lib/data/base", "uploads/2024", "cache/render", "mysql/orders", "export/nightly", "www/static/js"];

/// Writes a log of exactly `size` bytes, whose lines spread over the days before the gather.
pub fn write(out: &mut impl Write, form: Form, size: u64, plans: &[Plan], mut random: Random) -> io::Result<()> {
    let window = 3 * 24 * 3_600 * SECOND;
    let mut lines = Lines {
        random: &mut random,
        plans,
        plan: 0,
        item: String::new(),
        count: 0,
        step: window / (size / form.width() + 1),
        now: Moment(GATHERED.0 - window),
    };
    let mut line = Vec::with_capacity(1_024);
    let mut left = size;
    loop {
        line.clear();
        lines.next(&mut line, form)?;
        if line.len() as u64 > left {
            break;
        }
        left -= line.len() as u64;
        out.write_all(&line)?;
    }
    if left > 0 {
        // The size was promised in the header, hence a last line of any length.
        line.clear();
        line.resize(usize::try_from(left).unwrap_or(0) - 1, b'.');
        line.push(b'\n');
        out.write_all(&line)?;
    }
    Ok(())
}

struct Lines<'a> {
    random: &'a mut Random,
    plans: &'a [Plan],
    plan: usize,
    /// What is being backed up; several lines tell of each.
    item: String,
    count: u64,
    step: u64,
    now: Moment,
}

impl Lines<'_> {
    fn next(&mut self, out: &mut Vec<u8>, form: Form) -> io::Result<()> {
        self.count += 1;
        if self.random.below(4) != 0 {
            self.item.clear();
            let part = self.random.one_of(PARTS);
            let (hash, suffix) = (self.random.suffix(9), self.random.suffix(5));
            let _ = write!(self.item, "{part}-{hash}-{suffix}");
        }
        // Lines come in bursts about one plan, which is why names repeat nearby.
        if self.random.below(200) == 0 {
            self.plan = usize::try_from(self.random.below(self.plans.len() as u64)).unwrap_or(0);
        }
        let pause = if self.random.below(4) == 0 { self.step * 8 } else { self.step / 50 };
        self.now = self.now.plus(self.random.below(pause));
        self.now = Moment(self.now.0.min(GATHERED.0));
        write!(out, "{:.9} ", self.now)?;
        match form {
            Form::Velero => self.velero(out)?,
            Form::Agent => self.agent(out)?,
            Form::Controller => self.controller(out)?,
            Form::Klog => self.klog(out)?,
            Form::Access => self.access(out)?,
            Form::Rsync => self.rsync(out)?,
        }
        out.push(b'\n');
        Ok(())
    }

    fn velero(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let (now, plan) = (self.now, &self.plans[self.plan]);
        let run = &plan.runs[self.plan % plan.runs.len()];
        let (backup, restore, ns) = (&run.backup, &run.restore, &plan.namespace);
        let (item, kind, n) = (&self.item, self.random.one_of(KINDS), self.count);
        write!(out, "time=\"{now}\" ")?;
        match self.random.below(RARE) {
            0 if run.end == End::RestoreTimedOut => write!(
                out,
                "level=error msg=\"unable to successfully complete restic restores of pod's volumes\" error=\"timed out waiting for all PodVolumeRestores to complete\" logSource=\"pkg/restore/restore.go:1287\" restore=openshift-migration/{restore}"
            ),
            0 => write!(
                out,
                "level=error msg=\"Error checking repository for stale locks\" controller=restic-repository error=\"error getting backup storage location: backupstoragelocation.velero.io \\\"mig-s3-gone1\\\" not found\" logSource=\"pkg/controller/restic_repository_controller.go:155\" name={ns}-mig-s3-gone1-66fq9 namespace=openshift-migration"
            ),
            1 => write!(
                out,
                "level=error msg=\"Error updating status\" controller=download-request error=\"Operation cannot be fulfilled on downloadrequests.velero.io \\\"{backup}-{:x}\\\": the object has been modified\" logSource=\"pkg/controller/download_request_controller.go:190\"",
                self.random.below(1 << 24)
            ),
            2..140 => write!(
                out,
                "level=info msg=\"Processing item\" backup=openshift-migration/{backup} logSource=\"/remote-source/velero/app/pkg/backup/backup.go:378\" name={item} namespace={ns} progress= resource={kind}"
            ),
            140..270 => write!(
                out,
                "level=info msg=\"Backed up {} items out of an estimated total of {} (estimate will change throughout the backup)\" backup=openshift-migration/{backup} logSource=\"/remote-source/velero/app/pkg/backup/backup.go:418\" name={item} namespace={ns} progress= resource={kind}",
                n % 1_400,
                1_400 + self.plan
            ),
            270..330 => write!(
                out,
                "level=info msg=\"Executing custom action\" backup=openshift-migration/{backup} logSource=\"/remote-source/velero/app/pkg/backup/item_backupper.go:322\" name={item} namespace={ns} resource={kind}"
            ),
            330..380 => write!(
                out,
                "level=info msg=\"[common-restore] Entering common restore plugin\" cmd=/plugins/velero-plugins logSource=\"/remote-source/app/velero-plugins/common/restore.go:{}\" pluginName=velero-plugins restore=openshift-migration/{restore}",
                20 + self.random.below(70)
            ),
            _ => write!(
                out,
                "level=info msg=\"Attempting to restore {kind}: {item}\" logSource=\"/remote-source/velero/app/pkg/restore/restore.go:1199\" restore=openshift-migration/{restore}"
            ),
        }
    }

    fn agent(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let (now, plan) = (self.now, &self.plans[self.plan]);
        let run = &plan.runs[0];
        let volume = &plan.volumes[usize::try_from(self.random.below(plan.volumes.len() as u64)).unwrap_or(0)];
        let (backup, claim) = (&run.backup, &volume.claim);
        write!(out, "time=\"{now}\" ")?;
        match self.random.below(RARE) {
            0 => write!(
                out,
                "level=warning msg=\"error running command=restic snapshots: repository is already locked by PID {} on velero by root\" controller=pod-volume-backup logSource=\"pkg/restic/exec_commands.go:74\" name={backup}-{claim} namespace=openshift-migration",
                self.random.below(30_000)
            ),
            1..120 => write!(
                out,
                "level=info msg=\"Looking for most recent completed PodVolumeBackup for this PVC\" backup=openshift-migration/{backup} controller=pod-volume-backup logSource=\"pkg/controller/pod_volume_backup_controller.go:297\" name={backup}-{claim} namespace=openshift-migration pvcUID={}",
                volume.uid
            ),
            _ => write!(
                out,
                "level=debug msg=\"restic backup of {} at /host_pods/{}/volumes/kubernetes.io~csi/{}/mount: {}/{} is done\" backup=openshift-migration/{backup} bytesDone={} controller=pod-volume-backup logSource=\"pkg/restic/exec_commands.go:120\" name={backup}-{claim} namespace=openshift-migration totalBytes={}",
                self.item,
                plan.pods[volume.pod].uids[0],
                volume.pv,
                self.random.one_of(FILES),
                self.random.suffix(12),
                self.random.below(volume.bytes),
                volume.bytes
            ),
        }
    }

    fn controller(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let (now, plan) = (self.now, &self.plans[self.plan]);
        let run = &plan.runs[self.plan % plan.runs.len()];
        let (step, phase, what) = STEPS[usize::try_from(self.count / 40 % STEPS.len() as u64).unwrap_or(0)];
        let (name, item) = (&run.name, &self.item);
        let random = &mut *self.random;
        let draw = random.below(RARE);
        let level = if draw == 1 { "error" } else { "info" };
        write!(out, "{{\"level\":\"{level}\",\"ts\":{}.{:03},", now.unix(), now.nanos() / 1_000_000)?;
        match draw {
            0 if run.end == End::RestoreTimedOut => write!(
                out,
                "\"logger\":\"migration\",\"msg\":\"Found Pod with warning event\",\"migMigration\":\"{name}\",\"phase\":\"{phase}\",\"event\":\"Multi-Attach error for volume \\\"{}\\\" Volume is already used by pod(s) {}\"",
                plan.volumes[plan.volumes.len() - 1].pv,
                plan.pods[0].name
            )?,
            1 => write!(
                out,
                "\"logger\":\"plan\",\"msg\":\"\",\"migPlan\":\"{}\",\"error\":\"Operation cannot be fulfilled on migplans.migration.openshift.io \\\"{}\\\": StorageError: {}\",\"stacktrace\":\"github.com/konveyor/mig-controller/pkg/controller/migplan.(*ReconcileMigPlan).Reconcile\\n\\t/remote-source/app/pkg/controller/migplan/migplan_controller.go:295\"",
                plan.name,
                plan.name,
                random.below(9_999)
            )?,
            2..170 => write!(
                out,
                "\"logger\":\"migration\",\"msg\":\"[RUN] (Step {step}/48) {what}\",\"reconcileID\":\"{:08x}\",\"migMigration\":\"{name}\",\"phase\":\"{phase}\"",
                random.below(1 << 32)
            )?,
            170..290 => write!(
                out,
                "\"logger\":\"migration\",\"msg\":\"Phase completed\",\"migMigration\":\"{name}\",\"phase\":\"{phase}\",\"phaseElapsed\":{}.{:09}",
                random.below(30),
                random.below(SECOND)
            )?,
            290..350 => write!(
                out,
                "\"logger\":\"migration\",\"msg\":\"Velero Backup progress report\",\"migMigration\":\"{name}\",\"phase\":\"{phase}\",\"backup\":\"openshift-migration/{}\",\"backupProgress\":[\"Backup openshift-migration/{}: {} out of estimated total of 1400 objects backed up ({}m{}s)\",\"PodVolumeBackup openshift-migration/{}-{}: {} kB out of {} kB backed up ({}s)\"]",
                run.backup,
                run.backup,
                random.below(1_400),
                random.below(60),
                random.below(60),
                run.backup,
                random.suffix(5),
                random.below(9_000_000),
                random.below(9_000_000),
                random.below(3_600)
            )?,
            _ => write!(
                out,
                "\"logger\":\"cluster\",\"msg\":\"CR\",\"migCluster\":\"ocp4-target\",\"resource\":\"{item}\",\"resourceVersion\":\"{}\",\"conditions\":{{\"criticalConditions\":[],\"requiredConditions\":[\"Ready\"]}}",
                random.below(100_000_000)
            )?,
        }
        out.push(b'}');
        Ok(())
    }

    fn klog(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let (day, hour, minute, second) = self.now.parts();
        let micros = self.now.nanos() / 1_000;
        let ns = &self.plans[self.plan].namespace;
        let rare = self.random.below(RARE) == 0;
        write!(out, "{}04{day:02} {hour:02}:{minute:02}:{second:02}.{micros:06}       1 ", if rare { 'E' } else { 'I' })?;
        if rare {
            return write!(
                out,
                "reflector.go:138] pkg/mod/k8s.io/client-go/tools/cache/reflector.go:167: Failed to watch *v1.Secret: Get \"https://172.30.0.1:443/api/v1/namespaces/{ns}/secrets?watch=true\": http2: client connection lost"
            );
        }
        match self.random.below(3) {
            0 => write!(
                out,
                "request.go:668] Waited for 1.{:09}s due to client-side throttling, not priority and fairness, request: GET:https://172.30.0.1:443/apis/apps/v1/namespaces/{ns}/replicasets/{}",
                self.random.below(SECOND),
                self.item
            ),
            1 => write!(out, "leaderelection.go:258] successfully renewed lease openshift-migration/migration-operator"),
            _ => write!(
                out,
                "controller.go:114] \"Reconciling\" controller=\"migrationcontroller\" namespace=\"{ns}\" name=\"{}\" generation={}",
                self.item,
                self.count / 50
            ),
        }
    }

    fn access(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let plan = &self.plans[self.plan];
        let (day, hour, minute, second) = self.now.parts();
        let kind = self.random.one_of(&["namespaces", "pods", "pvcs", "services", "routes", "plans"]);
        write!(
            out,
            "[GIN] 2025/04/{day:02} - {hour:02}:{minute:02}:{second:02} | {} | {:>4}.{:06}ms |     10.128.{}.{} | GET      \"/namespaces/openshift-migration/clusters/ocp4-target/namespaces/{}/{kind}?limit={}\"",
            if self.random.below(60) == 0 { 404 } else { 200 },
            self.random.below(300),
            self.random.below(1_000_000),
            self.random.below(4),
            self.random.below(8) + 10,
            plan.namespace,
            self.random.below(4) * 25
        )
    }

    fn rsync(&mut self, out: &mut Vec<u8>) -> io::Result<()> {
        let (day, hour, minute, second) = self.now.parts();
        let file = self.random.one_of(FILES);
        let n = self.count;
        write!(out, "2025/04/{day:02} {hour:02}:{minute:02}:{second:02} [1] ")?;
        if n.is_multiple_of(3) {
            let bytes = self.random.below(900_000);
            return write!(
                out,
                "    {},{:03} 100%   {}.{:02}MB/s    0:00:{:02} (xfr#{n}, to-chk={}/{})",
                bytes / 1_000,
                bytes % 1_000,
                self.random.below(90),
                self.random.below(100),
                self.random.below(60),
                90_000_u64.saturating_sub(n),
                90_000
            );
        }
        write!(out, ">f+++++++++ {file}/{:02}/part-{:05}.ibd", n / 40 % 100, n)
    }
}
