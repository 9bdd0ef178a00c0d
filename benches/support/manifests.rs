//! Custom resources of MTC and Velero, in the style in which `oc get -o yaml` prints them.

use std::fmt::Write as _;

use super::random::{GATHERED, HOUR, Moment, Random, SECOND, Uid};
use super::world::{CLUSTERS, End, MTC, Plan, Run, Volume, node};

const MINUTE: u64 = 60 * SECOND;

/// An object whose `spec` and `status` are given; everything about it that a run, plan or owner says goes into `labels` and `owner`.
struct Object<'a> {
    api: &'a str,
    kind: &'a str,
    name: String,
    uid: Uid,
    created: Moment,
    manager: &'a str,
    labels: Vec<(&'a str, String)>,
    owner: Option<(&'a str, &'a str, &'a str, Uid)>,
    spec: String,
    status: String,
}

impl Object<'_> {
    fn print(self, random: &mut Random) -> String {
        let Self { api, kind, name, uid, created, manager, .. } = &self;
        let mut out = format!("apiVersion: {api}\nkind: {kind}\nmetadata:\n");
        let _ = write!(
            out,
            "  annotations:\n    openshift.io/touch: {}\n  creationTimestamp: \"{created}\"\n  generation: {}\n  labels:\n",
            random.uid(),
            2 + random.below(40)
        );
        for (key, value) in &self.labels {
            let _ = writeln!(out, "    {key}: {value}");
        }
        let _ = write!(
            out,
            "  managedFields:\n  - apiVersion: {api}\n    fieldsType: FieldsV1\n    fieldsV1:\n      f:metadata:\n        f:labels:\n          .: {{}}\n"
        );
        for (key, _) in &self.labels {
            let _ = writeln!(out, "          f:{key}: {{}}");
        }
        for (part, text) in [("spec", &self.spec), ("status", &self.status)] {
            let _ = writeln!(out, "      f:{part}:\n        .: {{}}");
            for key in text.lines().filter(|line| line.starts_with("  ") && line.as_bytes().get(2).is_some_and(u8::is_ascii_lowercase)) {
                let _ = writeln!(out, "        f:{}: {{}}", key.trim().split(':').next().unwrap_or_default());
            }
        }
        let _ = write!(
            out,
            "    manager: {manager}\n    operation: Update\n    time: \"{}\"\n  name: {name}\n  namespace: {MTC}\n",
            created.plus(9 * MINUTE)
        );
        if let Some((api, kind, name, uid)) = self.owner {
            let _ =
                write!(out, "  ownerReferences:\n  - apiVersion: {api}\n    controller: true\n    kind: {kind}\n    name: {name}\n    uid: {uid}\n");
        }
        let _ = write!(out, "  resourceVersion: \"{}\"\n  uid: {uid}\nspec:\n{}status:\n{}", 70_000_000 + created.0 / SECOND, self.spec, self.status);
        out
    }
}

const MTC_API: &str = "migration.openshift.io/v1alpha1";
const VELERO_API: &str = "velero.io/v1";
const PART_OF: (&str, &str) = ("app.kubernetes.io/part-of", MTC);

fn part_of<'a>() -> Vec<(&'a str, String)> {
    vec![(PART_OF.0, PART_OF.1.to_owned())]
}

fn condition(category: &str, at: Moment, kind: &str, reason: &str, message: &str) -> String {
    format!(
        "  - category: {category}\n    lastTransitionTime: \"{at}\"\n    message: {message}\n    reason: {reason}\n    status: \"True\"\n    type: {kind}\n"
    )
}

const CLUSTER_REFS: &str = "  destMigClusterRef:\n    name: ocp4-target\n    namespace: openshift-migration\n";
const SOURCE_REF: &str = "  srcMigClusterRef:\n    name: host\n    namespace: openshift-migration\n";

pub fn mig_cluster(random: &mut Random, cluster: usize) -> String {
    let host = cluster == 0;
    let url = if host { String::new() } else { "  url: https://api.ocp4-target.example.com:6443\n".to_owned() };
    let at = Moment(2 * 24 * HOUR);
    Object {
        api: MTC_API,
        kind: "MigCluster",
        name: CLUSTERS[cluster].to_owned(),
        uid: random.uid(),
        created: at,
        manager: "manager",
        labels: part_of(),
        owner: None,
        spec: format!("  insecure: false\n  isHostCluster: {host}\n{url}"),
        status: format!(
            "  conditions:\n{}  observedDigest: {}\n  operatorVersion: 1.8.4\n",
            condition("Required", at, "Ready", "Ready", "The cluster is ready."),
            random.hex64()
        ),
    }
    .print(random)
}

pub fn mig_plan(random: &mut Random, plan: &Plan) -> String {
    let at = Moment(plan.runs[0].begin.0 - 24 * HOUR);
    let mut spec = format!(
        "{CLUSTER_REFS}  indirectImageMigration: true\n  indirectVolumeMigration: {}\n  migStorageRef:\n    name: mig-s3\n    namespace: {MTC}\n  namespaces:\n  - {}\n  persistentVolumes:\n",
        !plan.direct, plan.namespace
    );
    for volume in &plan.volumes {
        let _ = write!(
            spec,
            "  - capacity: 10Gi\n    name: {}\n    proposedCapacity: \"0\"\n    pvc:\n      accessModes:\n      - ReadWriteOnce\n      hasReference: true\n      name: {}\n      namespace: {}\n    selection:\n      action: copy\n      copyMethod: filesystem\n      storageClass: gp3-csi\n    storageClass: gp2\n    supported:\n      actions:\n      - skip\n      - move\n      - copy\n      copyMethods:\n      - filesystem\n      - snapshot\n",
            volume.pv, volume.claim, plan.namespace
        );
    }
    spec.push_str(SOURCE_REF);
    let conditions = [
        condition("Required", at, "PvsDiscovered", "Done", "The `persistentVolumes` list has been updated with discovered PVs."),
        condition("Required", at, "StorageEnsured", "Done", "The storage resources have been created."),
        condition("Required", at, "Ready", "Done", "The migration plan is ready."),
        condition(
            "Advisory",
            at,
            "Suspended",
            "Done",
            "The migrations plan is in suspended state; Limited validation enforced;\n      PV discovery and resource reconciliation suspended.",
        ),
    ];
    Object {
        api: MTC_API,
        kind: "MigPlan",
        name: plan.name.clone(),
        uid: plan.uid,
        created: at,
        manager: "manager",
        labels: part_of(),
        owner: None,
        spec,
        status: format!("  conditions:\n{}  observedDigest: {}\n", conditions.concat(), random.hex64()),
    }
    .print(random)
}

pub fn mig_migration(random: &mut Random, plan: &Plan, run: &Run) -> String {
    let at = |minutes: u64| run.begin.plus(minutes * MINUTE);
    let (end, itinerary) = match run.end {
        End::Well => {
            let itinerary = if run.direct { "Final" } else { "Stage" };
            (condition("Advisory", at(14), "Succeeded", "Completed", "The migration has completed successfully."), itinerary)
        }
        End::RestoreTimedOut => {
            (condition("Advisory", at(70), "Failed", "StageRestoreCreated", "'The migration has failed.  See: Errors.'"), "Failed")
        }
        End::BackupPartiallyFailed => {
            (condition("Advisory", at(14), "Failed", "StageBackupCreated", "'The migration has failed.  See: Errors.'"), "Failed")
        }
    };
    let errors = match run.end {
        End::Well => String::new(),
        End::RestoreTimedOut => format!("  errors:\n  - 'Restore {MTC}/{}: partially failed.'\n", run.restore),
        End::BackupPartiallyFailed => format!("  errors:\n  - 'Backup {MTC}/{}: partially failed.'\n", run.backup),
    };
    let mut pipeline = String::from("  pipeline:\n");
    for (index, step) in ["Prepare", "StageBackup", "StageRestore", "Cleanup"].iter().enumerate() {
        let index = index as u64;
        let _ = write!(
            pipeline,
            "  - completed: \"{}\"\n    message: Completed\n    name: {step}\n    started: \"{}\"\n",
            at(3 * index + 3),
            at(3 * index)
        );
    }
    let mut labels = part_of();
    labels.push(("migration.openshift.io/migplan-name", plan.name.clone()));
    labels.push(("migration.openshift.io/migration-uid", run.uid.to_string()));
    Object {
        api: MTC_API,
        kind: "MigMigration",
        name: run.name.clone(),
        uid: run.uid,
        created: run.begin,
        manager: "manager",
        labels,
        owner: Some((MTC_API, "MigPlan", &plan.name, plan.uid)),
        spec: format!(
            "  keepAnnotations: false\n  migPlanRef:\n    name: {}\n    namespace: {MTC}\n  quiescePods: {direct}\n  stage: {}\n",
            plan.name,
            !run.direct,
            direct = run.direct
        ),
        status: format!(
            "  conditions:\n{end}{errors}  itinerary: {itinerary}\n  observedDigest: {}\n  phase: Completed\n{pipeline}  startTimestamp: \"{}\"\n",
            random.hex64(),
            run.begin
        ),
    }
    .print(random)
}

fn velero_labels<'a>(plan: &Plan, run: &Run) -> Vec<(&'a str, String)> {
    let mut labels = part_of();
    labels.push(("migmigration", run.uid.to_string()));
    labels.push(("migration.openshift.io/migmigration-name", run.name.clone()));
    labels.push(("migration.openshift.io/migplan-name", plan.name.clone()));
    labels.push(("migration.openshift.io/migrated-by-migmigration", run.uid.to_string()));
    labels.push(("migration.openshift.io/migrated-by-migplan", plan.uid.to_string()));
    labels
}

/// A Backup; the target holds a synced copy with a UID of its own.
pub fn backup(random: &mut Random, plan: &Plan, run: &Run, cluster: usize) -> String {
    let at = run.begin.plus(2 * MINUTE);
    let (phase, more) = match run.end {
        End::BackupPartiallyFailed => ("PartiallyFailed", "  errors: 1\n"),
        _ => ("Completed", ""),
    };
    let location = &plan.locations[cluster];
    let mut labels = velero_labels(plan, run);
    labels.push(("velero.io/storage-location", location.clone()));
    let items = 20 + random.below(400);
    Object {
        api: VELERO_API,
        kind: "Backup",
        name: run.backup.clone(),
        uid: if cluster == 0 { run.backup_uid } else { random.uid() },
        created: at,
        manager: "velero-server",
        labels,
        owner: None,
        spec: format!("  hooks: {{}}\n  includedNamespaces:\n  - {}\n  storageLocation: {location}\n  ttl: 720h0m0s\n  volumeSnapshotLocations:\n  - mig-s3-{}\n", plan.namespace, plan.uid),
        status: format!(
            "  completionTimestamp: \"{}\"\n{more}  expiration: \"2025-06-11T08:06:45Z\"\n  formatVersion: 1.1.0\n  phase: {phase}\n  progress:\n    itemsBackedUp: {items}\n    totalItems: {items}\n  startTimestamp: \"{at}\"\n  version: 1\n",
            at.plus(4 * MINUTE)
        ),
    }
    .print(random)
}

pub fn restore(random: &mut Random, plan: &Plan, run: &Run) -> String {
    let at = run.begin.plus(8 * MINUTE);
    let status = if run.end == End::RestoreTimedOut {
        format!("  completionTimestamp: \"{}\"\n  errors: 1\n  phase: PartiallyFailed\n  startTimestamp: \"{at}\"\n  warnings: 2\n", at.plus(HOUR))
    } else {
        format!("  completionTimestamp: \"{}\"\n  phase: Completed\n  startTimestamp: \"{at}\"\n  warnings: 2\n", at.plus(3 * MINUTE))
    };
    Object {
        api: VELERO_API,
        kind: "Restore",
        name: run.restore.clone(),
        uid: run.restore_uid,
        created: at,
        manager: "velero-server",
        labels: velero_labels(plan, run),
        owner: None,
        spec: format!("  backupName: {}\n  excludedResources:\n  - nodes\n  - events\n  - backups.velero.io\n  - restores.velero.io\n  hooks: {{}}\n  restorePVs: true\n", run.backup),
        status,
    }
    .print(random)
}

/// The name of a volume's backup or restore.
pub fn volume_name(of: &str, index: usize) -> String {
    format!("{of}-{}", ["tnvb8", "vxbpv", "kxxmh", "8278v"][index % 4])
}

fn pod_of(plan: &Plan, volume: &Volume, cluster: usize) -> String {
    let pod = &plan.pods[volume.pod];
    format!("  pod:\n    kind: Pod\n    name: {}\n    namespace: {}\n    uid: {}\n", pod.name, plan.namespace, pod.uids[cluster])
}

pub fn pod_volume_backup(random: &mut Random, plan: &Plan, run: &Run, index: usize) -> String {
    let volume = &plan.volumes[index];
    let at = run.begin.plus(3 * MINUTE);
    let status = if run.end == End::BackupPartiallyFailed && index == 0 {
        "  message: 'running Restic backup, stderr=Fatal: unable to save snapshot: read /host_pods:\n    permission denied: exit status 1'\n  phase: Failed\n".to_owned()
    } else {
        format!(
            "  completionTimestamp: \"{}\"\n  path: /host_pods/{}/volumes/kubernetes.io~csi/{}/mount\n  phase: Completed\n  progress:\n    bytesDone: {bytes}\n    totalBytes: {bytes}\n  snapshotID: {:08x}\n  startTimestamp: \"{at}\"\n",
            at.plus(2 * MINUTE),
            plan.pods[volume.pod].uids[0],
            volume.pv,
            random.below(1 << 32),
            bytes = volume.bytes
        )
    };
    let labels = vec![
        ("velero.io/backup-name", run.backup.clone()),
        ("velero.io/backup-uid", run.backup_uid.to_string()),
        ("velero.io/pvc-uid", volume.uid.to_string()),
    ];
    Object {
        api: VELERO_API,
        kind: "PodVolumeBackup",
        name: volume_name(&run.backup, index),
        uid: random.uid(),
        created: at,
        manager: "velero-server",
        labels,
        owner: Some((VELERO_API, "Backup", &run.backup, run.backup_uid)),
        spec: format!(
            "  backupStorageLocation: {}\n  node: {}\n{}  repoIdentifier: s3:https://s3.example.com/mig-data/velero/restic/{}\n  tags:\n    backup: {}\n    pvc-uid: {}\n    volume: data\n  volume: data\n",
            plan.locations[0],
            node(0, plan.pods[volume.pod].node),
            pod_of(plan, volume, 0),
            plan.namespace,
            run.backup,
            volume.uid
        ),
        status,
    }
    .print(random)
}

pub fn pod_volume_restore(random: &mut Random, plan: &Plan, run: &Run, index: usize) -> String {
    let volume = &plan.volumes[index];
    let at = run.begin.plus(9 * MINUTE);
    let status = if run.end == End::RestoreTimedOut && index + 1 == plan.volumes.len() {
        "  progress: {}\n".to_owned()
    } else {
        format!(
            "  completionTimestamp: \"{}\"\n  phase: Completed\n  progress:\n    bytesDone: {bytes}\n    totalBytes: {bytes}\n  startTimestamp: \"{at}\"\n",
            at.plus(MINUTE),
            bytes = volume.bytes
        )
    };
    let labels = vec![
        ("velero.io/pod-uid", plan.pods[volume.pod].uids[1].to_string()),
        ("velero.io/restore-name", run.restore.clone()),
        ("velero.io/restore-uid", run.restore_uid.to_string()),
    ];
    Object {
        api: VELERO_API,
        kind: "PodVolumeRestore",
        name: volume_name(&run.restore, index),
        uid: random.uid(),
        created: at,
        manager: "velero-server",
        labels,
        owner: Some((VELERO_API, "Restore", &run.restore, run.restore_uid)),
        spec: format!(
            "  backupStorageLocation: {}\n{}  repoIdentifier: s3:https://s3.example.com/mig-data/velero/restic/{}\n  snapshotID: \"{:08x}\"\n  sourceNamespace: {}\n  volume: data\n",
            plan.locations[1],
            pod_of(plan, volume, 1),
            plan.namespace,
            random.below(1 << 32),
            plan.namespace
        ),
        status,
    }
    .print(random)
}

/// The direct volume migration of a run and its progress objects, each with its name.
pub fn direct(random: &mut Random, plan: &Plan, run: &Run) -> Vec<(String, String)> {
    let at = run.begin.plus(5 * MINUTE);
    let name = format!("{}-{}", run.name, random.suffix(5));
    let uid = random.uid();
    let mut spec = format!("  backOffLimit: 20\n  createDestinationNamespaces: true\n{CLUSTER_REFS}  persistentVolumeClaims:\n");
    for volume in &plan.volumes {
        let _ = write!(
            spec,
            "  - name: {claim}\n    namespace: {ns}\n    targetAccessModes:\n    - ReadWriteOnce\n    targetName: {claim}\n    targetNamespace: {ns}\n    targetStorageClass: gp3-csi\n    verify: false\n",
            claim = volume.claim,
            ns = plan.namespace
        );
    }
    spec.push_str(SOURCE_REF);
    let mut labels = part_of();
    labels.push(("migmigration", run.uid.to_string()));
    let dvm = Object {
        api: MTC_API,
        kind: "DirectVolumeMigration",
        name: name.clone(),
        uid,
        created: at,
        manager: "manager",
        labels,
        owner: Some((MTC_API, "MigMigration", &run.name, run.uid)),
        spec,
        status: format!(
            "  conditions:\n{}  itinerary: VolumeMigration\n  observedDigest: {}\n  phase: Completed\n  phaseDescription: Complete\n  startTimestamp: \"{at}\"\n",
            condition("Advisory", at.plus(6 * MINUTE), "Succeeded", "Completed", "The migration has succeeded"),
            random.hex64()
        ),
    };
    let mut objects = vec![(format!("dvm-{name}/dvm-{name}.yml"), dvm.print(random))];
    for volume in &plan.volumes {
        let own = format!("{:016x}{:016x}", random.next(), random.next());
        let mut labels = part_of();
        labels.push(("directvolumemigration", uid.to_string()));
        let progress = Object {
            api: MTC_API,
            kind: "DirectVolumeMigrationProgress",
            name: own.clone(),
            uid: random.uid(),
            created: at.plus(MINUTE),
            manager: "manager",
            labels,
            owner: Some((MTC_API, "DirectVolumeMigration", &name, uid)),
            spec: format!(
                "  clusterRef:\n    name: host\n    namespace: {MTC}\n  podNamespace: {}\n  podSelector:\n    migration.openshift.io/created-for-pvc: {:016x}\n",
                plan.namespace,
                random.next()
            ),
            status: format!(
                "  conditions:\n{}  exitCode: 0\n  lastObservedProgressPercent: 100%\n  logMessage: |\n    sent {size} bytes  received 10.37K bytes  12.85M bytes/sec\n    total size is {size}  speedup is 1.00\n  phase: Succeeded\n  podName: rsync-{}\n  totalProgressPercentage: 100%\n",
                condition("Required", at.plus(MINUTE), "Ready", "Done", "The progress is ready"),
                random.suffix(5),
                size = volume.bytes
            ),
        };
        objects.push((format!("dvm-{name}/dvmp-{own}.yml"), progress.print(random)));
    }
    objects
}

/// The storage location that MTC makes for a plan on each cluster.
pub fn storage_location(random: &mut Random, plan: &Plan, cluster: usize) -> String {
    let mut labels = part_of();
    labels.push(("migplan", plan.uid.to_string()));
    Object {
        api: VELERO_API,
        kind: "BackupStorageLocation",
        name: plan.locations[cluster].clone(),
        uid: random.uid(),
        created: Moment(plan.runs[0].begin.0 - HOUR),
        manager: "velero-server",
        labels,
        owner: None,
        spec: "  config:\n    region: eu-central-1\n    s3ForcePathStyle: \"true\"\n    s3Url: https://s3.example.com\n  objectStorage:\n    bucket: mig-data\n    prefix: velero\n  provider: aws\n".to_owned(),
        status: format!("  lastSyncedTime: \"{GATHERED}\"\n  phase: Available\n"),
    }
    .print(random)
}
