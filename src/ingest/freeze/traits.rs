//! What the objects of one directory say about the cluster that they were read from.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::obfuscated;
use crate::graph::Object;
use crate::graph::tape::Value;
use crate::model::Uid;

/// What the objects of one cluster directory say about the cluster.
#[derive(Debug, Default)]
pub(super) struct Traits {
    /// UIDs of objects that an API server made for this cluster alone: pods, claims, nodes and the like, and objects of the namespaces
    /// MTC runs in. Backups and what Velero syncs with them are not among them.
    pub(super) uids: BTreeSet<Uid>,
    pub(super) cluster_id: Option<Arc<str>>,
    pub(super) infrastructure: Option<Arc<str>>,
    /// Address of the API server, as Infrastructure or the MigCluster of that name has it.
    pub(super) api: Option<Arc<str>>,
    pub(super) kubernetes: Option<Arc<str>>,
    pub(super) backed_up_by: Option<Arc<str>>,
    pub(super) nodes: BTreeSet<Arc<str>>,
    pub(super) pods: BTreeSet<Uid>,
    pub(super) restored_by: BTreeSet<Arc<str>>,
    pub(super) restores: BTreeSet<Arc<str>>,
    pub(super) restore_pods: BTreeSet<Uid>,
    pub(super) backup_pods: BTreeSet<Uid>,
    /// Claims that are here, and those that volume restores and volume backups here are for: an application that was stopped has no pod.
    pub(super) claims: BTreeSet<Uid>,
    pub(super) restore_claims: BTreeSet<Uid>,
    pub(super) backup_claims: BTreeSet<Uid>,
    /// Run and hook of the Jobs that are here, by UID.
    pub(super) hook_jobs: BTreeSet<(Arc<str>, Arc<str>)>,
    /// Plans by name with the MigClusters of source and target, runs by UID with their plan, hooks by UID and whether they work on the
    /// source.
    pub(super) plans: BTreeMap<Arc<str>, (Arc<str>, Arc<str>)>,
    pub(super) runs: BTreeMap<Arc<str>, Arc<str>>,
    pub(super) hooks: BTreeMap<Arc<str>, bool>,
    pub(super) has_mtc: bool,
    pub(super) plan_uids_backed_up: BTreeSet<Arc<str>>,
    pub(super) plan_uids_restored: BTreeSet<Arc<str>>,
    /// Plans for which a storage location was made here: it stands on the source and on the target.
    pub(super) plan_uids_stored: BTreeSet<Arc<str>>,
    /// Direct volume migrations by UID, with the MigClusters of source and target.
    pub(super) volume_migrations: BTreeMap<Arc<str>, (Arc<str>, Arc<str>)>,
    /// Direct volume migrations whose server pods or routes are here, and those whose client pods are.
    pub(super) serves: BTreeSet<Arc<str>>,
    pub(super) copies_from: BTreeSet<Arc<str>>,
    /// Addresses of the clusters that MigClusters here stand for, by name.
    pub(super) addresses: BTreeMap<Arc<str>, Arc<str>>,
    /// A token that stands for an address, where somebody has replaced them.
    pub(super) token: Option<String>,
    /// The MigCluster that stands for the cluster of the controller.
    pub(super) host_mig_cluster: Option<Arc<str>>,
}

/// Kinds whose objects are never carried from one cluster to another with their UID.
const NATIVE: &[&str] = &["Namespace", "Node", "PersistentVolume", "PersistentVolumeClaim", "Pod"];

const SYNCED: &[&str] = &["Backup", "PodVolumeBackup", "BackupStorageLocation", "Secret", "ConfigMap"];

impl Traits {
    /// The same with what one more object says.
    pub(super) fn with(mut self, object: &Object) -> Self {
        self.add(object);
        self
    }

    fn add(&mut self, object: &Object) {
        let namespace = object.namespace.as_deref().unwrap_or_default();
        let in_mtc = matches!(namespace, "openshift-migration" | "openshift-adp" | "mig");
        let kind = object.kind();
        if let Some(uid) = &object.uid
            && (NATIVE.contains(&kind) || (in_mtc && !SYNCED.contains(&kind)))
        {
            self.uids.insert(uid.clone());
        }
        if let Some(token) = obfuscated::token_of(object) {
            self.token = Some(match self.token.take() {
                Some(known) => known.min(token),
                None => token,
            });
        }
        match kind {
            "ClusterVersion" => self.cluster_id = text(object, "spec.clusterID"),
            "Infrastructure" => {
                self.infrastructure = text(object, "status.infrastructureName").filter(|name| !obfuscated::has_token(name));
                self.api = text(object, "status.apiServerURL").and_then(|url| address(&url));
            }
            "Node" => {
                self.nodes.insert(obfuscated::scoped(object, &object.name));
                // Objects come in any order, so that of several versions the greatest by its letters is taken.
                self.kubernetes = self.kubernetes.take().max(text(object, "status.nodeInfo.kubeletVersion"));
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
                self.restore_claims.extend(object.label("velero.io/pvc-uid").map(Uid::from));
            }
            "PodVolumeBackup" => {
                self.has_mtc = true;
                self.backup_pods.extend(object.text("spec.pod.uid").map(|uid| Uid::from(&*uid)));
                self.backup_claims.extend(object.label("velero.io/pvc-uid").map(Uid::from));
                self.nodes.extend(text(object, "spec.node").map(|node| obfuscated::scoped(object, &node)));
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
                self.backed_up_by = self.backed_up_by.take().max(version.map(|version| Arc::from(&*version)));
            }
            "MigCluster" => {
                self.has_mtc = true;
                if object.field("spec.isHostCluster").and_then(Value::as_bool) == Some(true) {
                    self.host_mig_cluster = Some(object.name.clone());
                } else if let Some(url) = text(object, "spec.url").and_then(|url| address(&url)) {
                    self.addresses.insert(object.name.clone(), url);
                }
            }
            "BackupStorageLocation" | "VolumeSnapshotLocation" => self.plan_uids_stored.extend(object.label("migplan").map(Arc::from)),
            "DirectVolumeMigration" => {
                self.has_mtc = true;
                if let (Some(uid), Some(source), Some(target)) =
                    (&object.uid, text(object, "spec.srcMigClusterRef.name"), text(object, "spec.destMigClusterRef.name"))
                {
                    self.volume_migrations.insert(uid.0.clone(), (source, target));
                }
            }
            "Route" | "Service" => self.serves.extend(object.label("directvolumemigration").map(Arc::from)),
            "PersistentVolumeClaim" => self.claims.extend(object.uid.clone()),
            "Job" => {
                if let (Some(run), Some(hook)) = (object.label("owner"), object.label("mighook")) {
                    self.hook_jobs.insert((run.into(), hook.into()));
                }
            }
            "MigPlan" | "MigMigration" | "MigHook" => self.add_plan(object),
            "MigrationController" => self.has_mtc = true,
            _ => {}
        }
    }

    fn add_plan(&mut self, object: &Object) {
        self.has_mtc |= object.kind() == "MigPlan";
        let uid = || object.uid.as_ref().map(|uid| uid.0.clone());
        match object.kind() {
            "MigPlan" => {
                if let (Some(source), Some(target)) = (text(object, "spec.srcMigClusterRef.name"), text(object, "spec.destMigClusterRef.name")) {
                    self.plans.insert(object.name.clone(), (source, target));
                }
            }
            "MigMigration" => self.runs.extend(uid().zip(text(object, "spec.migPlanRef.name"))),
            _ => {
                let on_source = text(object, "spec.targetCluster").map(|side| &*side == "source");
                self.hooks.extend(uid().zip(on_source));
            }
        }
    }

    fn add_pod(&mut self, pod: &Object) {
        self.pods.extend(pod.uid.clone());
        self.nodes.extend(text(pod, "spec.nodeName").map(|node| obfuscated::scoped(pod, &node)));
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

/// An address of an API server in the form in which two of them can be compared; `None` for a token, which another archive may use
/// for another server.
pub(super) fn address(url: &str) -> Option<Arc<str>> {
    let url = url.trim().trim_end_matches('/').to_ascii_lowercase();
    (!url.is_empty() && !obfuscated::has_token(&url)).then(|| url.into())
}
