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
            "MigrationController" | "MigCluster" | "MigPlan" => self.has_mtc = true,
            _ => {}
        }
    }

    fn add_pod(&mut self, pod: &Object) {
        self.pods.extend(pod.uid.clone());
        self.nodes.extend(text(pod, "spec.nodeName"));
        let waits = pod.field("spec.initContainers").into_iter().flat_map(Value::items).any(|container| {
            matches!(container.get("name").and_then(Value::text).as_deref(), Some("restic-wait" | "restore-wait"))
        });
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
    let nameless: Vec<usize> = (0..roots.len()).filter(|&root| roots[root].root.name.is_none() && !traits[root].has_mtc).collect();
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
            .or_else(|| only(&|other| !mine.nodes.is_disjoint(&other.nodes)).map(|group| (group, "node")));
        if let Some((group, by)) = found
            && let Some(other) = (0..roots.len()).find(|&other| joined.group[other] == group)
        {
            joined.unite(root, other, by);
        }
    }
}
