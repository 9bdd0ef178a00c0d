//! Finds the targets of one row for one object.

use std::borrow::Cow;
use std::sync::Arc;

use super::how::{How, generated_base};
use super::index::Index;
use super::{Missing, Relation, kind_fits};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId, Role};
use crate::model::{ClusterId, Uid};

#[derive(Debug, Default)]
pub(super) struct Found {
    pub(super) targets: Vec<ObjectId>,
    pub(super) missing: Vec<Missing>,
    pub(super) empty: bool,
}

impl Found {
    pub(super) fn empty() -> Self {
        Self { empty: true, ..Self::default() }
    }

    pub(super) fn of(targets: Vec<ObjectId>) -> Self {
        Self { targets, ..Self::default() }
    }
}

pub(super) fn targets(graph: &Graph, index: &Index<'_>, row: &'static Relation, id: ObjectId) -> Found {
    let object = graph.object(id);
    let seek = Seek { graph, index, row, id, object };
    match row.how {
        How::Owner => seek.owner(),
        How::Owned => Found::of(seek.owned_by_me()),
        How::OwnedOrLabelled(keys) => Found::of(seek.owned_or_labelled(keys)),
        How::LabelledBack(keys) => Found::of(seek.labelled_with_my_uid(keys)),
        How::Namespace => seek.namespace(),
        How::Reference(path) => seek.references(&[path]),
        How::References(paths) => seek.references(paths),
        How::EachReference(list, path) => seek.each_reference(list, path),
        How::Name(path) => seek.named(object.text(path), object.namespace.clone()),
        How::FirstName(paths) => seek.named(paths.iter().find_map(|path| object.text(path)), object.namespace.clone()),
        How::EachName(path) => seek.each_name(path),
        How::ClusterName(path) => seek.named(object.text(path), None),
        How::Children { labels_uid, labels_name } => Found::of(seek.children(labels_uid, labels_name)),
        How::VeleroOfRun => Found::of(seek.velero_of_run()),
        How::SyncedCopy => Found::of(seek.synced_copy()),
        How::PeerLocation => Found::of(seek.peer_location()),
        How::SamePlan => Found::of(seek.same_plan()),
        How::TransferPods { server } => Found::of(seek.transfer_pods(server)),
        How::StagePods => Found::of(seek.stage_pods()),
        How::Registry => Found::of(seek.labelled_with_my_uid(&["migplan"]).into_iter().filter(|&id| seek.is_registry(id)).collect()),
        How::Repository => Found::of(seek.repository()),
        How::VolumePod => seek.volume_pod(),
        How::VolumeClaim => seek.volume_claim(),
        How::Agent => seek.agent(),
        How::AgentSet => Found::of(seek.here("DaemonSet", |other| matches!(&*other.name, "restic" | "node-agent"))),
        How::Mounts => seek.mounts(),
        How::PodOfContainer => Found::of(seek.containers()),
        How::MadeOf(made) => Found::of(seek.made_of_me(made)),
        How::VolumesOfNamespace => Found::of(seek.volumes_of_namespace()),
        How::PlannedNamespace { source } => seek.planned_namespace(source),
        How::PlannedClaim { source } => seek.planned_claim(source),
        How::Description => Found::of(seek.description()),
        How::DataOf => seek.data_of_cluster(),
        How::Settings => Found::of(seek.row.to.iter().flat_map(|kind| seek.here(kind, |_| true)).collect()),
        How::PodPrefix(prefix) => Found::of(seek.index.programs(object.cluster, prefix)),
    }
}

pub(super) struct Seek<'g> {
    pub(super) graph: &'g Graph,
    pub(super) index: &'g Index<'g>,
    pub(super) row: &'static Relation,
    pub(super) id: ObjectId,
    pub(super) object: &'g Object,
}

impl Seek<'_> {
    /// Objects of a kind on my cluster.
    fn here(&self, kind: &str, keep: impl Fn(&Object) -> bool) -> Vec<ObjectId> {
        self.graph.of_kind(kind).filter(|&id| self.graph.object(id).cluster == self.object.cluster && keep(self.graph.object(id))).collect()
    }

    /// Objects of the row's target kinds on any cluster.
    fn anywhere(&self, keep: impl Fn(&Object) -> bool) -> Vec<ObjectId> {
        self.row.to.iter().flat_map(|kind| self.graph.of_kind(kind)).filter(|&id| id != self.id && keep(self.graph.object(id))).collect()
    }

    fn owner(&self) -> Found {
        if self.object.owners.is_empty() {
            return Found::empty();
        }
        let mut found = Found::default();
        for owner in &self.object.owners {
            let by_uid = owner.uid.as_ref().map(|uid| self.graph.by_uid(uid)).unwrap_or_default();
            let same_cluster = by_uid.iter().copied().filter(|&id| self.graph.object(id).cluster == self.object.cluster);
            let mut targets: Vec<_> = same_cluster.collect();
            if targets.is_empty() && owner.uid.is_none() {
                targets = self.graph.find(self.object.cluster, &owner.kind, self.object.namespace.as_deref(), &owner.name).collect();
            }
            if targets.is_empty() {
                found.missing.push(self.gone(owner.kind.clone(), self.object.namespace.clone(), owner.name.clone()));
            }
            found.targets.extend(targets);
        }
        found
    }

    /// Those of some candidates that are of the row's target kinds and pass, each once.
    fn among(&self, mut candidates: Vec<ObjectId>, keep: impl Fn(&Object) -> bool) -> Vec<ObjectId> {
        candidates.sort_unstable();
        candidates.dedup();
        candidates.retain(|&id| {
            let other = self.graph.object(id);
            id != self.id && kind_fits(self.row.to, other.kind()) && keep(other)
        });
        candidates
    }

    fn owned_by_me(&self) -> Vec<ObjectId> {
        let owns = |other: &Object| other.cluster == self.object.cluster && other.owners.iter().any(|owner| self.is_owner(owner, other));
        self.among(self.index.owned_by(self.object), owns)
    }

    fn is_owner(&self, owner: &crate::graph::Owner, other: &Object) -> bool {
        match (&owner.uid, &self.object.uid) {
            (Some(theirs), Some(mine)) => theirs == mine,
            _ => *owner.kind == *self.object.gvk.kind && owner.name == self.object.name && other.namespace == self.object.namespace,
        }
    }

    fn owned_or_labelled(&self, keys: &[&str]) -> Vec<ObjectId> {
        let mut targets = self.owned_by_me();
        targets.extend(self.labelled_with_my_uid(keys));
        targets
    }

    fn labelled_with_my_uid(&self, keys: &[&str]) -> Vec<ObjectId> {
        let Some(uid) = &self.object.uid else { return Vec::new() };
        self.among(self.index.labelled(keys, uid.as_str()), |_| true)
    }

    fn namespace(&self) -> Found {
        let Some(namespace) = &self.object.namespace else { return Found::empty() };
        self.named(Some(Cow::Borrowed(namespace)), None)
    }

    fn references(&self, paths: &[&str]) -> Found {
        let fields: Vec<_> = paths.iter().filter_map(|path| self.object.field(path)).collect();
        self.all_references(&fields)
    }

    fn each_reference(&self, list: &str, path: &str) -> Found {
        let fields: Vec<_> = self.object.field(list).into_iter().flat_map(Value::items).filter_map(|item| item.get(path)).collect();
        self.all_references(&fields)
    }

    fn all_references(&self, fields: &[Value<'_>]) -> Found {
        let mut found = Found { empty: true, ..Found::default() };
        for field in fields {
            let namespace = field.get("namespace").and_then(Value::text).map(Arc::from).or_else(|| self.object.namespace.clone());
            let one = self.named(field.get("name").and_then(Value::text), namespace);
            found.empty &= one.empty;
            found.targets.extend(one.targets);
            found.missing.extend(one.missing);
        }
        found
    }

    fn each_name(&self, path: &str) -> Found {
        let mut found = Found { empty: true, ..Found::default() };
        for item in self.object.field(path).into_iter().flat_map(Value::items) {
            let one = self.named(item.text(), self.object.namespace.clone());
            found.empty &= one.empty;
            found.targets.extend(one.targets);
            found.missing.extend(one.missing);
        }
        found
    }

    /// The object of the row's target kind with that name on my cluster.
    fn named(&self, name: Option<Cow<'_, str>>, namespace: Option<Arc<str>>) -> Found {
        let Some(name) = name.filter(|name| !name.is_empty()) else { return Found::empty() };
        let targets: Vec<_> = self.row.to.iter().flat_map(|kind| self.graph.find(self.object.cluster, kind, namespace.as_deref(), &name)).collect();
        let missing = if targets.is_empty() { vec![self.gone(self.row.to[0].into(), namespace, Arc::from(&*name))] } else { Vec::new() };
        Found { targets, missing, empty: false }
    }

    fn gone(&self, kind: Arc<str>, namespace: Option<Arc<str>>, name: Arc<str>) -> Missing {
        Missing { kind, namespace, name, cluster: Some(self.object.cluster) }
    }

    /// Objects that Velero made for this one: by UID label, name label or owner; by the generated name where old objects have no labels.
    fn children(&self, labels_uid: &[&str], labels_name: &[&str]) -> Vec<ObjectId> {
        let mine = |other: &Object| {
            if other.cluster != self.object.cluster || other.namespace != self.object.namespace {
                return false;
            }
            if other.owners.iter().any(|owner| self.is_owner(owner, other)) {
                return true;
            }
            // An object that lost its UID can only be known by its name.
            if let (Some(uid), Some(mine)) = (labels_uid.iter().find_map(|key| other.label(key)), &self.object.uid) {
                return mine.as_str() == uid;
            }
            if let Some(name) = labels_name.iter().find_map(|key| other.label(key)) {
                return name == &*self.object.name;
            }
            other.owners.is_empty() && generated_base(&other.name) == Some(&*self.object.name)
        };
        let mut candidates = self.index.owned_by(self.object);
        if let Some(uid) = &self.object.uid {
            candidates.extend(self.index.labelled(labels_uid, uid.as_str()));
        }
        candidates.extend(self.index.labelled(labels_name, &self.object.name));
        candidates.extend(self.index.generated_from(&self.object.name));
        self.among(candidates, mine)
    }

    /// Backups and Restores of a run carry its UID in one of several labels, or its name. A name is used only where no UID stands,
    /// because a re-created run may carry the same name.
    fn velero_of_run(&self) -> Vec<ObjectId> {
        const UIDS: &[&str] = &[
            "migration.openshift.io/migrated-by-migmigration",
            "migmigration",
            "migration-stage-backup",
            "migration-initial-backup",
            "migration-stage-restore",
            "migration-final-restore",
        ];
        let bases: Vec<String> = ["initial", "stage", "final"].iter().map(|kind| format!("{}-{kind}", self.object.name)).collect();
        let mut candidates = self.index.labelled(&["migration.openshift.io/migmigration-name"], &self.object.name);
        if let Some(uid) = &self.object.uid {
            candidates.extend(self.index.labelled(UIDS, uid.as_str()));
        }
        candidates.extend(bases.iter().flat_map(|base| self.index.generated_from(base)));
        self.among(candidates, |other| {
            let mut uids = UIDS.iter().filter_map(|key| other.label(key)).peekable();
            if uids.peek().is_some() {
                return self.object.uid.as_ref().is_some_and(|uid| uids.any(|other| other == uid.as_str()));
            }
            if let Some(name) = other.label("migration.openshift.io/migmigration-name") {
                return name == &*self.object.name;
            }
            bases.iter().any(|base| generated_base(&other.name) == Some(base.as_str()))
        })
    }

    fn synced_copy(&self) -> Vec<ObjectId> {
        let elsewhere = self.graph.cluster_ids().filter(|&cluster| cluster != self.object.cluster);
        let kinds = self.row.to;
        let same =
            elsewhere.flat_map(|cluster| kinds.iter().flat_map(move |kind| self.graph.named(kind, &self.object.name).map(move |id| (cluster, id))));
        self.among(same.filter(|&(cluster, id)| self.graph.object(id).cluster == cluster).map(|(_, id)| id).collect(), |_| true)
    }

    fn peer_location(&self) -> Vec<ObjectId> {
        let bucket = self.object.text("spec.objectStorage.bucket");
        let plan = self.object.label("migplan");
        self.anywhere(|other| {
            other.cluster != self.object.cluster
                && (plan.is_some_and(|plan| other.label("migplan") == Some(plan))
                    || (plan.is_none() && bucket.is_some() && other.text("spec.objectStorage.bucket") == bucket))
        })
    }

    fn same_plan(&self) -> Vec<ObjectId> {
        let plan = self.object.text("spec.migPlanRef.name");
        if plan.is_none() {
            return Vec::new();
        }
        self.here("MigMigration", |other| other.text("spec.migPlanRef.name") == plan)
    }

    fn transfer_pods(&self, server: bool) -> Vec<ObjectId> {
        let Some(uid) = &self.object.uid else { return Vec::new() };
        self.among(self.index.labelled(&["directvolumemigration"], uid.as_str()), |pod| {
            let is_server = pod.label("purpose") == Some("rsync")
                || pod.name.starts_with("directvolumemigration-rsync-transfer")
                || pod.name.contains("rsync-server");
            is_server == server
        })
    }

    /// A stage pod keeps its labels when Velero restores it, so the UID joins both sides.
    fn stage_pods(&self) -> Vec<ObjectId> {
        let Some(uid) = &self.object.uid else { return Vec::new() };
        self.among(self.index.labelled(&["migmigration", "migration-included-stage-backup"], uid.as_str()), |pod| {
            pod.label("migration.openshift.io/is-stage-pod") == Some("true") || pod.name.starts_with("stage-")
        })
    }

    fn is_registry(&self, id: ObjectId) -> bool {
        let other = self.graph.object(id);
        other.name.starts_with("registry-") || other.label("migration.openshift.io/migration-registry").is_some()
    }

    fn repository(&self) -> Vec<ObjectId> {
        let location = self.object.text("spec.backupStorageLocation");
        let namespace = self.object.text("spec.sourceNamespace").or_else(|| self.object.text("spec.pod.namespace"));
        self.among(self.index.repositories(self.object.cluster, location, namespace), |_| true)
    }

    /// The pod by UID; by name only when its UID is not told, since stage pods of several runs share names.
    fn volume_pod(&self) -> Found {
        let (Some(name), Some(namespace)) = (self.object.text("spec.pod.name"), self.object.text("spec.pod.namespace")) else {
            return Found::empty();
        };
        let uid = self.object.text("spec.pod.uid").map(|uid| Uid::from(&*uid));
        let mut targets: Vec<_> = self.graph.find(self.object.cluster, "Pod", Some(&namespace), &name).collect();
        if let Some(uid) = &uid {
            targets.retain(|&id| self.graph.object(id).uid.as_ref().is_none_or(|other| other == uid));
        }
        let missing = if targets.is_empty() { vec![self.gone("Pod".into(), Some(Arc::from(&*namespace)), Arc::from(&*name))] } else { Vec::new() };
        Found { targets, missing, empty: false }
    }

    fn volume_claim(&self) -> Found {
        let pods = self.volume_pod();
        let Some(volume) = self.object.text("spec.volume") else { return Found::empty() };
        let mut found = Found { empty: pods.empty, ..Found::default() };
        if let Some(uid) = self.object.label("velero.io/pvc-uid") {
            let uid = Uid::from(uid);
            found.targets.extend(self.graph.by_uid(&uid).iter().copied().filter(|&id| self.graph.object(id).cluster == self.object.cluster));
        }
        for pod in pods.targets.iter().map(|&id| self.graph.object(id)) {
            let claim = claims(pod).find(|(name, _)| *name == volume).map(|(_, claim)| claim);
            if let Some(claim) = claim {
                found.targets.extend(self.graph.find(pod.cluster, "PersistentVolumeClaim", pod.namespace.as_deref(), &claim));
            }
        }
        if found.targets.is_empty()
            && let Some(name) = self.object.text("spec.pod.name")
        {
            let namespace = self.object.text("spec.pod.namespace").map(|namespace| Arc::from(&*namespace));
            found.missing.push(self.gone("PersistentVolumeClaim".into(), namespace, format!("of volume {volume} of pod {name}").into()));
        }
        found
    }

    /// The agent pod on the node of a volume job. A restore does not name its node before it starts: its pod does.
    fn agent(&self) -> Found {
        let node: Option<Arc<str>> = if self.object.kind() == "Node" {
            Some(self.object.name.clone())
        } else {
            let own = self.object.text("spec.node").or_else(|| self.object.text("status.node")).filter(|node| !node.is_empty());
            own.map(|node| Arc::from(&*node)).or_else(|| {
                let pods = self.volume_pod().targets;
                pods.iter().find_map(|&id| self.graph.object(id).text("spec.nodeName")).map(|node| Arc::from(&*node))
            })
        };
        let Some(node) = node else { return Found::empty() };
        Found::of(self.index.agents(self.object.cluster, &node))
    }

    fn mounts(&self) -> Found {
        let names: Vec<_> = claims(self.object).map(|(_, claim)| claim).collect();
        let mut found = Found { empty: names.is_empty(), ..Found::default() };
        for name in names {
            let one = self.named(Some(name), self.object.namespace.clone());
            found.targets.extend(one.targets);
            found.missing.extend(one.missing);
        }
        found
    }

    fn containers(&self) -> Vec<ObjectId> {
        self.index.containers(self.object)
    }
}

/// (volume, claim) pairs of a pod.
fn claims(pod: &Object) -> impl Iterator<Item = (Cow<'_, str>, Cow<'_, str>)> {
    pod.field("spec.volumes")
        .into_iter()
        .flat_map(Value::items)
        .filter_map(|volume| Some((volume.get("name")?.text()?, volume.path("persistentVolumeClaim.claimName")?.text()?)))
}

impl Graph {
    /// Objects a row starts at.
    pub(super) fn starting_points(&self, row: &Relation) -> Vec<ObjectId> {
        if row.from.contains(&"*") {
            return self.ids().collect();
        }
        row.from.iter().flat_map(|kind| self.of_kind(kind)).collect()
    }

    /// Source and target cluster of the plan that an object of a run belongs to.
    pub fn plan_clusters(&self, id: ObjectId) -> (Option<ClusterId>, Option<ClusterId>) {
        let object = self.object(id);
        if matches!(object.kind(), "PlanNamespace" | "PlanVolume") {
            return (self.cluster_called(object, "source_cluster"), self.cluster_called(object, "target_cluster"));
        }
        let plan = match object.kind() {
            "MigPlan" | "DirectVolumeMigration" | "DirectImageMigration" => Some(id),
            "MigMigration" => {
                let name = object.text("spec.migPlanRef.name");
                let namespace = object.text("spec.migPlanRef.namespace");
                name.and_then(|name| self.find(object.cluster, "MigPlan", namespace.as_deref().or(object.namespace.as_deref()), &name).next())
            }
            _ => None,
        };
        let by_reference = |path: &str| {
            let plan = self.object(plan?);
            self.cluster_of_mig_cluster(plan.cluster, &plan.text(path)?)
        };
        let by_role = |role| {
            let mut with = self.cluster_ids().filter(|&id| self.cluster(id).is(role));
            let only = with.next();
            if with.next().is_some() { None } else { only }
        };
        (
            by_reference("spec.srcMigClusterRef.name").or_else(|| if plan.is_none() { by_role(Role::Source) } else { None }),
            by_reference("spec.destMigClusterRef.name").or_else(|| if plan.is_none() { by_role(Role::Target) } else { None }),
        )
    }
}
