//! Decides which directories show the same cluster. Wrong joins are worse than none: when the evidence is not there, they stay apart.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::home::Root;
use crate::graph::Object;
use crate::graph::tape::Value;
use crate::model::Uid;

/// What the objects of one cluster directory say about the cluster.
#[derive(Debug, Default)]
pub(super) struct Traits {
    /// UIDs of objects that an API server made for this cluster alone: pods, and objects of the namespaces MTC runs in. Backups and
    /// what Velero syncs with them are not among them.
    pub(super) uids: BTreeSet<Uid>,
    pub(super) cluster_id: Option<Arc<str>>,
    pub(super) infrastructure: Option<Arc<str>>,
    pub(super) kubernetes: Option<Arc<str>>,
    pub(super) backed_up_by: Option<Arc<str>>,
    pub(super) nodes: BTreeSet<Arc<str>>,
    pub(super) pods: BTreeSet<Uid>,
    pub(super) restored_by: BTreeSet<Arc<str>>,
    pub(super) restores: BTreeSet<Arc<str>>,
    pub(super) restore_pods: BTreeSet<Uid>,
    pub(super) backup_pods: BTreeSet<Uid>,
    pub(super) has_mtc: bool,
    pub(super) plan_uids_backed_up: BTreeSet<Arc<str>>,
    pub(super) plan_uids_restored: BTreeSet<Arc<str>>,
    /// Direct volume migrations by UID, with the MigClusters of source and target.
    pub(super) volume_migrations: BTreeMap<Arc<str>, (Arc<str>, Arc<str>)>,
    /// Direct volume migrations whose server pods or routes are here, and those whose client pods are.
    pub(super) serves: BTreeSet<Arc<str>>,
    pub(super) copies_from: BTreeSet<Arc<str>>,
    /// The MigCluster that stands for the cluster of the controller.
    pub(super) host_mig_cluster: Option<Arc<str>>,
}

const SYNCED: &[&str] = &["Backup", "PodVolumeBackup", "BackupStorageLocation", "Secret", "ConfigMap"];

impl Traits {
    pub(super) fn add(&mut self, object: &Object) {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let in_mtc = matches!(namespace, "openshift-migration" | "openshift-adp" | "mig");
        let kind = object.kind();
        if let Some(uid) = &object.uid
            && (kind == "Pod" || (in_mtc && !SYNCED.contains(&kind)))
        {
            self.uids.insert(uid.clone());
        }
        match kind {
            "ClusterVersion" => self.cluster_id = text(object, "spec.clusterID"),
            "Infrastructure" => self.infrastructure = text(object, "status.infrastructureName"),
            "Node" => {
                self.nodes.insert(object.name.clone());
                self.kubernetes = self.kubernetes.take().or_else(|| text(object, "status.nodeInfo.kubeletVersion"));
            }
            "Pod" => self.add_pod(object),
            "Restore" => {
                self.has_mtc = true;
                self.restores.insert(object.name.clone());
                self.plan_uids_restored.extend(plan_uid(object));
            }
            "PodVolumeRestore" => {
                self.has_mtc = true;
                self.restore_pods.extend(object.text("spec.pod.uid").map(|uid| Uid::from(&*uid)));
                self.restore_pods.extend(object.label("velero.io/pod-uid").map(Uid::from));
            }
            "PodVolumeBackup" => {
                self.has_mtc = true;
                self.backup_pods.extend(object.text("spec.pod.uid").map(|uid| Uid::from(&*uid)));
                self.nodes.extend(text(object, "spec.node"));
            }
            "Backup" => {
                self.has_mtc = true;
                self.plan_uids_backed_up.extend(plan_uid(object));
                let version = object
                    .body
                    .as_ref()
                    .and_then(|body| body.root().path("metadata.annotations"))
                    .and_then(|annotations| annotations.get("velero.io/source-cluster-k8s-gitversion"))
                    .and_then(Value::text);
                self.backed_up_by = self.backed_up_by.take().or_else(|| version.map(|version| Arc::from(&*version)));
            }
            "MigCluster" => {
                self.has_mtc = true;
                if object.field("spec.isHostCluster").and_then(Value::as_bool) == Some(true) {
                    self.host_mig_cluster = Some(object.name.clone());
                }
            }
            "DirectVolumeMigration" => {
                self.has_mtc = true;
                if let (Some(uid), Some(source), Some(target)) =
                    (&object.uid, text(object, "spec.srcMigClusterRef.name"), text(object, "spec.destMigClusterRef.name"))
                {
                    self.volume_migrations.insert(uid.0.clone(), (source, target));
                }
            }
            "Route" | "Service" => self.serves.extend(object.label("directvolumemigration").map(Arc::from)),
            "MigrationController" | "MigPlan" => self.has_mtc = true,
            _ => {}
        }
    }

    fn add_pod(&mut self, pod: &Object) {
        self.pods.extend(pod.uid.clone());
        self.nodes.extend(text(pod, "spec.nodeName"));
        if let Some(migration) = pod.label("directvolumemigration") {
            let server = pod.label("purpose") == Some("rsync")
                || pod.name.contains("rsync-server")
                || pod.name.starts_with("directvolumemigration-rsync-transfer");
            if server {
                self.serves.insert(migration.into())
            } else {
                self.copies_from.insert(migration.into())
            };
        }
        let waits = pod
            .field("spec.initContainers")
            .into_iter()
            .flat_map(Value::items)
            .any(|container| matches!(container.get("name").and_then(Value::text).as_deref(), Some("restic-wait" | "restore-wait")));
        if waits && let Some(restore) = pod.label("velero.io/restore-name") {
            self.restored_by.insert(restore.into());
        }
    }
}

fn text(object: &Object, path: &str) -> Option<Arc<str>> {
    object.text(path).filter(|text| !text.is_empty()).map(|text| Arc::from(&*text))
}

fn plan_uid(object: &Object) -> Option<Arc<str>> {
    object.label("migration.openshift.io/migrated-by-migplan").map(Arc::from)
}

/// Groups of cluster directories that show one cluster, each with the evidence; and pairs inside one gather whose data seem mixed.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Group of each root.
    pub(super) group: Vec<usize>,
    /// Evidence of the joins, by group.
    pub(super) by: BTreeMap<usize, BTreeSet<&'static str>>,
    /// Roots whose data seem mixed, with the other one.
    pub(super) suspect: BTreeMap<usize, usize>,
}

pub(super) fn join(roots: &[Root], traits: &[Traits]) -> Joined {
    let mut joined = Joined { group: (0..roots.len()).collect(), ..Joined::default() };
    for a in 0..roots.len() {
        for b in a + 1..roots.len() {
            let Some(by) = same_cluster(&traits[a], &traits[b]) else { continue };
            let one_gather = roots[a].input == roots[b].input && roots[a].gather == roots[b].gather;
            if one_gather {
                // All remote clusters of a gather share one kubeconfig, so the data of one may lie under the name of another.
                joined.suspect.insert(a, b);
                joined.suspect.insert(b, a);
                continue;
            }
            joined.unite(a, b, by);
        }
    }
    place_the_nameless(roots, traits, &mut joined);
    joined
}

impl Joined {
    fn unite(&mut self, a: usize, b: usize, by: &'static str) {
        let (from, to) = (self.group[a].max(self.group[b]), self.group[a].min(self.group[b]));
        for group in &mut self.group {
            if *group == from {
                *group = to;
            }
        }
        let evidence = self.by.remove(&from).unwrap_or_default();
        let all = self.by.entry(to).or_default();
        all.extend(evidence);
        all.insert(by);
    }
}

fn same_cluster(a: &Traits, b: &Traits) -> Option<&'static str> {
    if a.cluster_id.is_some() && a.cluster_id == b.cluster_id {
        return Some("cluster-id");
    }
    if a.infrastructure.is_some() && a.infrastructure == b.infrastructure {
        return Some("infrastructure");
    }
    let (small, large) = if a.uids.len() <= b.uids.len() { (&a.uids, &b.uids) } else { (&b.uids, &a.uids) };
    small.iter().any(|uid| large.contains(uid)).then_some("object-uid")
}

/// An inspect of an application namespace names no cluster. It is placed by the UIDs of its pods, then by the restore that its pods
/// wait for, then by nodes that only one cluster has. Names prove nothing: a stage pod has the same one on both sides.
fn place_the_nameless(roots: &[Root], traits: &[Traits], joined: &mut Joined) {
    let nameless: Vec<usize> = (0..roots.len()).filter(|&root| roots[root].of.name.is_none() && !traits[root].has_mtc).collect();
    for root in nameless {
        let candidates: BTreeSet<usize> = (0..roots.len()).filter(|&other| traits[other].has_mtc).map(|other| joined.group[other]).collect();
        if candidates.contains(&joined.group[root]) {
            continue;
        }
        let only = |holds: &dyn Fn(&Traits) -> bool| -> Option<usize> {
            let fitting: BTreeSet<usize> =
                (0..roots.len()).filter(|&other| traits[other].has_mtc && holds(&traits[other])).map(|other| joined.group[other]).collect();
            let mut fitting = fitting.into_iter();
            let first = fitting.next()?;
            fitting.next().is_none().then_some(first)
        };
        let mine = &traits[root];
        let found = only(&|other| !mine.pods.is_disjoint(&other.restore_pods))
            .map(|group| (group, "pod-uid"))
            .or_else(|| only(&|other| !mine.pods.is_disjoint(&other.backup_pods)).map(|group| (group, "pod-uid")))
            .or_else(|| only(&|other| !mine.restored_by.is_disjoint(&other.restores)).map(|group| (group, "restore")))
            .or_else(|| by_volume_migration(roots, traits, joined, mine).map(|group| (group, "migration-label")))
            .or_else(|| only(&|other| !mine.nodes.is_disjoint(&other.nodes)).map(|group| (group, "node")));
        if let Some((group, by)) = found
            && let Some(other) = (0..roots.len()).find(|&other| joined.group[other] == group)
        {
            joined.unite(root, other, by);
        }
    }
}

/// Server pods and routes of a direct volume migration are on its target, client pods on its source.
fn by_volume_migration(roots: &[Root], traits: &[Traits], joined: &Joined, mine: &Traits) -> Option<usize> {
    let mut groups = BTreeSet::new();
    for (control, of) in traits.iter().enumerate() {
        for (uid, (source, target)) in &of.volume_migrations {
            let side = if mine.serves.contains(uid) {
                target
            } else if mine.copies_from.contains(uid) {
                source
            } else {
                continue;
            };
            let same_gather = |root: usize| roots[root].input == roots[control].input && roots[root].gather == roots[control].gather;
            let named = (0..roots.len()).find(|&root| same_gather(root) && roots[root].of.name.as_deref() == Some(side));
            let root = if of.host_mig_cluster.as_ref() == Some(side) { Some(control) } else { named };
            groups.extend(root.map(|root| joined.group[root]));
        }
    }
    let mut groups = groups.into_iter();
    let only = groups.next()?;
    groups.next().is_none().then_some(only)
}
