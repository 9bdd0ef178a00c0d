//! Writes an archive as MTC's must-gather makes it, of any size and never whole in memory.
//!
//! A quarter of it are manifests and the rest logs. Most runs are green, a few failed for a reason that rules know. The same
//! seed gives the same bytes.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use flate2::write::GzEncoder;
use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};

use super::logs::{self, Form};
use super::random::{GATHERED, Random};
use super::world::{CLUSTERS, MTC, Plan, Pod};
use super::{manifests, pods};

/// What went into an archive.
#[derive(Debug, Default, Clone, Copy)]
pub struct Written {
    pub files: u64,
    pub manifests: u64,
    pub logs: u64,
    /// Bytes of the tar, before compression.
    pub unpacked: u64,
    /// Bytes of the file.
    pub packed: u64,
}

/// Pods of MTC itself: name, containers with what each logs, and the share of all log bytes, in thousandths.
type Component = (&'static str, &'static [(&'static str, Form, u64)]);

const COMPONENTS: [&[Component]; 2] = [
    &[
        ("migration-controller", &[("mtc", Form::Controller, 260), ("discovery", Form::Access, 70)]),
        ("migration-operator", &[("operator", Form::Klog, 80)]),
        ("velero", &[("velero", Form::Velero, 150)]),
        ("node-agent", &[("node-agent", Form::Agent, 90)]),
    ],
    &[
        ("migration-operator", &[("operator", Form::Klog, 30)]),
        ("velero", &[("velero", Form::Velero, 140)]),
        ("node-agent", &[("node-agent", Form::Agent, 70)]),
    ],
];

/// Thousandths of all log bytes that are logs of transfers, which stand in the namespaces of the applications.
const TRANSFERS: u64 = 110;

/// Writes a `tar.gz` of about `mib` MiB unpacked.
pub fn write(path: &Path, mib: u64, seed: u64) -> io::Result<Written> {
    let out = BufWriter::with_capacity(1 << 20, File::create(path)?);
    let gzip = GzBuilder::new().mtime(0).operating_system(255).write(out, Compression::new(6));
    let mut archive = Archive { out: gzip, written: Written::default() };
    let bytes = mib.max(1) << 20;
    let plans = plans(bytes / 4, seed);
    for cluster in 0..CLUSTERS.len() {
        self::cluster(&mut archive, cluster, &plans, bytes - bytes / 4, seed)?;
    }
    for plan in &plans {
        migplan(&mut archive, plan, &mut Random::of(seed, &plan.name))?;
    }
    archive.finish(path)
}

/// As many plans and pods as fill the share of the manifests: a pod is printed in a list and for itself, on both clusters.
fn plans(manifests: u64, seed: u64) -> Vec<Plan> {
    let count = (manifests / (1 << 20)).max(4);
    let per_plan = manifests / count;
    let pods = usize::try_from((per_plan.saturating_sub(60 << 10) / (29 << 10)).clamp(4, 400)).unwrap_or(4);
    (0..usize::try_from(count).unwrap_or(4)).map(|index| Plan::new(seed, index, pods)).collect()
}

fn cluster(archive: &mut Archive<impl Write>, cluster: usize, plans: &[Plan], logs: u64, seed: u64) -> io::Result<()> {
    let base = format!("must-gather/clusters/{}", CLUSTERS[cluster]);
    let mut random = Random::of(seed, &base);
    archive.manifest(
        &format!("{base}/timestamp"),
        "2025-04-28 00:00:00.123456789 +0000 UTC m=+0.412345678\n2025-04-28 00:04:10.523456789 +0000 UTC m=+250.812345678\n",
    )?;
    mtc_namespace(archive, cluster, plans, logs, seed)?;
    let transfer = logs * TRANSFERS / 1_000 / (plans.len() * plans[0].volumes.len() * CLUSTERS.len()) as u64;
    for plan in plans {
        let dir = format!("{base}/namespaces/{}", plan.namespace);
        archive.manifest(&format!("{dir}/{0}.yaml", plan.namespace), &namespace(&plan.namespace))?;
        let mut own = Vec::new();
        for (index, pod) in plan.pods.iter().enumerate() {
            let claim = plan.volumes.iter().find(|volume| volume.pod == index).map(|volume| volume.claim.as_str());
            own.push(pods::pod(&mut random, cluster, &plan.namespace, pod, "app", claim));
        }
        let events = pods::events(&mut random, plan, cluster);
        archive.manifest(&format!("{dir}/core/pods.yaml"), &pods::list("Pod", own.iter().cloned()))?;
        archive.manifest(&format!("{dir}/core/events.yaml"), &pods::list("Event", events.into_iter()))?;
        archive.manifest(&format!("{dir}/core/secrets.yaml"), &pods::list("Secret", std::iter::empty()))?;
        for (pod, text) in plan.pods.iter().zip(&own) {
            archive.manifest(&format!("{dir}/pods/{0}/{0}.yaml", pod.name), &format!("---\n{text}"))?;
            archive.log(&format!("{dir}/pods/{}/app/app/logs/previous.log", pod.name), Form::Access, 0, plans, seed)?;
        }
        for index in 0..plan.volumes.len() {
            let pod = format!("rsync-{}", random.suffix(5));
            let path = format!("{dir}/pods/{pod}/rsync/rsync/logs/current.log");
            // Some volumes are large and some are small.
            archive.log(&path, Form::Rsync, transfer / 2 * (index as u64 % 3 + 1), plans, seed)?;
        }
    }
    Ok(())
}

fn mtc_namespace(archive: &mut Archive<impl Write>, cluster: usize, plans: &[Plan], logs: u64, seed: u64) -> io::Result<()> {
    let dir = format!("must-gather/clusters/{}/namespaces/{MTC}", CLUSTERS[cluster]);
    let mut random = Random::of(seed, &dir);
    archive.manifest(&format!("{dir}/{MTC}.yaml"), &namespace(MTC))?;
    if cluster == 0 {
        for (number, name) in CLUSTERS.iter().enumerate() {
            archive.manifest(&format!("{dir}/crs/migclusters.migration.openshift.io/{name}.yaml"), &manifests::mig_cluster(&mut random, number))?;
        }
    }
    for plan in plans {
        custom_resources(archive, &dir, cluster, plan, &mut random)?;
    }
    let mut own = Vec::new();
    for (component, containers) in COMPONENTS[cluster] {
        let replicas = if *component == "node-agent" { 3 } else { 1 };
        for node in 0..replicas {
            let pod = Pod { name: format!("{component}-{}", random.suffix(5)), uids: [random.uid(), random.uid()], node };
            let text = pods::pod(&mut random, cluster, MTC, &pod, containers[0].0, None);
            archive.manifest(&format!("{dir}/pods/{0}/{0}.yaml", pod.name), &format!("---\n{text}"))?;
            own.push(text);
            for (container, form, share) in *containers {
                let logs_of = format!("{dir}/pods/{}/{container}/{container}/logs", pod.name);
                archive.log(&format!("{logs_of}/current.log"), *form, logs * share / 1_000 / replicas as u64, plans, seed)?;
                archive.log(&format!("{logs_of}/previous.log"), *form, 0, plans, seed)?;
            }
        }
    }
    archive.manifest(&format!("{dir}/core/pods.yaml"), &pods::list("Pod", own.into_iter()))?;
    archive.manifest(&format!("{dir}/core/events.yaml"), &pods::list("Event", std::iter::empty()))
}

/// What stands under `crs/`: source backups on both sides, restores on the target.
fn custom_resources(archive: &mut Archive<impl Write>, dir: &str, cluster: usize, plan: &Plan, random: &mut Random) -> io::Result<()> {
    let mut put = |kind: &str, name: &str, text: &str| archive.manifest(&format!("{dir}/crs/{kind}.velero.io/{name}.yaml"), text);
    put("backupstoragelocations", &plan.locations[cluster], &manifests::storage_location(random, plan, cluster))?;
    for run in &plan.runs {
        put("backups", &run.backup, &manifests::backup(random, plan, run, cluster))?;
        if cluster == 1 && run.end != super::world::End::BackupPartiallyFailed {
            put("restores", &run.restore, &manifests::restore(random, plan, run))?;
        }
        if run.direct {
            continue;
        }
        for index in 0..plan.volumes.len() {
            if cluster == 0 {
                put("podvolumebackups", &manifests::volume_name(&run.backup, index), &manifests::pod_volume_backup(random, plan, run, index))?;
            } else if run.end != super::world::End::BackupPartiallyFailed {
                put("podvolumerestores", &manifests::volume_name(&run.restore, index), &manifests::pod_volume_restore(random, plan, run, index))?;
            }
        }
    }
    Ok(())
}

fn migplan(archive: &mut Archive<impl Write>, plan: &Plan, random: &mut Random) -> io::Result<()> {
    let dir = format!("must-gather/migplans/migplan-{}", plan.name);
    archive.manifest(&format!("{dir}/{}.yml", plan.name), &manifests::mig_plan(random, plan))?;
    for run in &plan.runs {
        let dir = format!("{dir}/migmigration-{}", run.name);
        archive.manifest(&format!("{dir}/migmigration-{}.yml", run.name), &manifests::mig_migration(random, plan, run))?;
        if run.direct {
            for (name, text) in manifests::direct(random, plan, run) {
                archive.manifest(&format!("{dir}/{name}"), &text)?;
            }
        }
    }
    Ok(())
}

fn namespace(name: &str) -> String {
    format!(
        "---\napiVersion: v1\nkind: Namespace\nmetadata:\n  creationTimestamp: \"2025-02-01T09:00:00Z\"\n  name: {name}\nspec:\n  finalizers:\n  - kubernetes\nstatus:\n  phase: Active\n"
    )
}

/// A tar that is written member by member.
struct Archive<W: Write> {
    out: GzEncoder<W>,
    written: Written,
}

impl<W: Write> Archive<W> {
    fn manifest(&mut self, path: &str, text: &str) -> io::Result<()> {
        let size = text.len() as u64;
        self.written.manifests += size;
        self.member(EntryType::Regular, path, size, |out| out.write_all(text.as_bytes()))
    }

    fn log(&mut self, path: &str, form: Form, size: u64, plans: &[Plan], seed: u64) -> io::Result<()> {
        self.written.logs += size;
        self.member(EntryType::Regular, path, size, |out| logs::write(out, form, size, plans, Random::of(seed, path)))
    }

    fn member(&mut self, kind: EntryType, path: &str, size: u64, content: impl FnOnce(&mut GzEncoder<W>) -> io::Result<()>) -> io::Result<()> {
        if path.len() > 100 {
            let name = [path.as_bytes(), b"\0"].concat();
            self.block(EntryType::GNULongName, "././@LongLink", name.len() as u64, |out| out.write_all(&name))?;
        }
        self.written.files += 1;
        self.block(kind, path, size, content)
    }

    fn block(&mut self, kind: EntryType, path: &str, size: u64, content: impl FnOnce(&mut GzEncoder<W>) -> io::Result<()>) -> io::Result<()> {
        let mut header = Header::new_gnu();
        for (to, from) in header.as_old_mut().name.iter_mut().zip(path.bytes()) {
            *to = from;
        }
        header.set_entry_type(kind);
        header.set_size(size);
        header.set_mtime(GATHERED.unix());
        header.set_mode(0o644);
        header.set_cksum();
        self.out.write_all(header.as_bytes())?;
        content(&mut self.out)?;
        let padding = size.next_multiple_of(512) - size;
        self.out.write_all(&[0; 512][..usize::try_from(padding).unwrap_or(0)])?;
        self.written.unpacked += 512 + size + padding;
        Ok(())
    }

    fn finish(mut self, path: &Path) -> io::Result<Written> {
        self.out.write_all(&[0; 1_024])?;
        self.out.finish()?.flush()?;
        let packed = path.metadata()?.len();
        Ok(Written { unpacked: self.written.unpacked + 1_024, packed, ..self.written })
    }
}
