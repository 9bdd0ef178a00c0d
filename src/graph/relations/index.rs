//! Lookups that make the table cheap to resolve: without them each row would compare every object with every other.

use rustc_hash::FxHashMap;

use super::how::{Made, generated_base};
use crate::graph::{Graph, Object, ObjectId};
use crate::model::ClusterId;

/// Labels that join objects.
const LABELS: &[&str] = &[
    "directimagemigration",
    "directvolumemigration",
    "mighook",
    "migmigration",
    "migplan",
    "migration-direct-volume",
    "migration-final-restore",
    "migration-included-stage-backup",
    "migration-initial-backup",
    "migration-stage-backup",
    "migration-stage-restore",
    "migration.openshift.io/migmigration-name",
    "migration.openshift.io/migrated-by-migmigration",
    "owner",
    "velero.io/backup-name",
    "velero.io/backup-uid",
    "velero.io/restore-name",
    "velero.io/restore-uid",
];

/// Kinds that MTC and Velero name by `generateName`.
const GENERATED: &[&str] = &["Backup", "Restore", "PodVolumeBackup", "PodVolumeRestore"];
const AGENTS: &[&str] = &["restic-", "node-agent-"];
const PROGRAMS: &[&str] = &["velero-", "migration-controller-", "migration-operator-"];

type Ids = Vec<ObjectId>;
/// Cluster, storage location and namespace of a repository.
type RepositoryKey = (ClusterId, Option<String>, Option<String>);

/// Lives only while edges are made.
#[derive(Debug, Default)]
pub(super) struct Index<'g> {
    labels: FxHashMap<(&'g str, &'g str), Ids>,
    owner_uids: FxHashMap<&'g str, Ids>,
    owner_names: FxHashMap<(&'g str, &'g str), Ids>,
    bases: FxHashMap<&'g str, Ids>,
    repositories: FxHashMap<RepositoryKey, Ids>,
    agents: FxHashMap<(ClusterId, String), Ids>,
    programs: FxHashMap<(ClusterId, &'static str), Ids>,
    containers: FxHashMap<(ClusterId, Option<&'g str>, String), Ids>,
    /// Derived objects by what they were made of, and volumes of plans by their namespace.
    made: FxHashMap<(Made, String), Ids>,
    planned: FxHashMap<(String, String), Ids>,
    /// Descriptions by kind and name of what they describe.
    described: FxHashMap<(String, String), Ids>,
}

impl<'g> Index<'g> {
    /// Reads the objects from `first` on.
    pub(super) fn of(graph: &'g Graph, first: usize) -> Self {
        let mut index = Self::default();
        for id in graph.ids().skip(first) {
            index.add(graph.object(id), id);
        }
        // These come with the files, and are joined together with what is derived from them.
        for id in graph.of_kind("Description") {
            let object = graph.object(id);
            if let (Some(of), Some(name)) = (object.text("of"), object.text("name")) {
                index.described.entry((of.into_owned(), name.into_owned())).or_default().push(id);
            }
        }
        index
    }

    fn add(&mut self, object: &'g Object, id: ObjectId) {
        for (key, value) in object.labels.iter().filter(|(key, _)| LABELS.binary_search(&&**key).is_ok()) {
            self.labels.entry((key, value)).or_default().push(id);
        }
        for owner in &object.owners {
            if let Some(uid) = &owner.uid {
                self.owner_uids.entry(uid.as_str()).or_default().push(id);
            }
            self.owner_names.entry((&owner.kind, &owner.name)).or_default().push(id);
        }
        match object.kind() {
            "Pod" => self.add_pod(object, id),
            "Container" => {
                if let Some(pod) = object.text("pod") {
                    self.containers.entry((object.cluster, object.namespace.as_deref(), pod.into_owned())).or_default().push(id);
                }
            }
            "PlanNamespace" | "PlanVolume" | "Phase" | "LogWindow" if object.is_derived_kind => self.add_made(object, id),
            "ResticRepository" | "BackupRepository" => {
                let text = |path| object.text(path).map(std::borrow::Cow::into_owned);
                let key = (object.cluster, text("spec.backupStorageLocation"), text("spec.volumeNamespace"));
                self.repositories.entry(key).or_default().push(id);
            }
            kind if GENERATED.contains(&kind) => {
                if let Some(base) = generated_base(&object.name) {
                    self.bases.entry(base).or_default().push(id);
                }
            }
            _ => {}
        }
    }

    fn add_pod(&mut self, pod: &'g Object, id: ObjectId) {
        for prefix in PROGRAMS.iter().filter(|prefix| pod.name.starts_with(**prefix)) {
            self.programs.entry((pod.cluster, prefix)).or_default().push(id);
        }
        if AGENTS.iter().any(|prefix| pod.name.starts_with(prefix))
            && let Some(node) = pod.text("spec.nodeName")
        {
            self.agents.entry((pod.cluster, node.into_owned())).or_default().push(id);
        }
    }

    fn add_made(&mut self, object: &'g Object, id: ObjectId) {
        let text = |path| object.text(path).map(std::borrow::Cow::into_owned);
        if let Some(run) = text("run") {
            self.made.entry((Made::Run, run)).or_default().push(id);
            return;
        }
        let Some(plan) = text("plan") else { return };
        if let Some(namespace) = text("source_namespace") {
            self.planned.entry((plan.clone(), namespace)).or_default().push(id);
        }
        self.made.entry((Made::Plan, plan)).or_default().push(id);
    }

    /// Derived objects made of an object of that name.
    pub(super) fn made_of(&self, made: Made, name: &str) -> Ids {
        self.made.get(&(made, name.to_owned())).cloned().unwrap_or_default()
    }

    /// Descriptions of an object of that kind and name.
    pub(super) fn described(&self, kind: &str, name: &str) -> Ids {
        self.described.get(&(kind.to_owned(), name.to_owned())).cloned().unwrap_or_default()
    }

    /// Volumes that a plan has in a namespace of the source.
    pub(super) fn planned(&self, plan: &str, namespace: &str) -> Ids {
        self.planned.get(&(plan.to_owned(), namespace.to_owned())).cloned().unwrap_or_default()
    }

    /// Objects that carry one of these labels with that value.
    pub(super) fn labelled(&self, keys: &[&str], value: &str) -> Ids {
        debug_assert!(keys.iter().all(|key| LABELS.contains(key)), "every label that joins objects is indexed");
        keys.iter().filter_map(|key| self.labels.get(&(*key, value))).flatten().copied().collect()
    }

    /// Objects that may name this one as their owner, by UID or by name.
    pub(super) fn owned_by(&self, owner: &Object) -> Ids {
        let by_uid = owner.uid.as_ref().and_then(|uid| self.owner_uids.get(uid.as_str()));
        let by_name = self.owner_names.get(&(owner.kind(), &*owner.name));
        by_uid.into_iter().chain(by_name).flatten().copied().collect()
    }

    /// Objects whose name is this one with a generated end.
    pub(super) fn generated_from(&self, base: &str) -> Ids {
        self.bases.get(base).cloned().unwrap_or_default()
    }

    /// Repositories of one namespace in one storage location.
    pub(super) fn repositories(
        &self,
        cluster: ClusterId,
        location: Option<std::borrow::Cow<'_, str>>,
        namespace: Option<std::borrow::Cow<'_, str>>,
    ) -> Ids {
        let owned = |text: Option<std::borrow::Cow<'_, str>>| text.map(std::borrow::Cow::into_owned);
        self.repositories.get(&(cluster, owned(location), owned(namespace))).cloned().unwrap_or_default()
    }

    /// Agent pods on a node.
    pub(super) fn agents(&self, cluster: ClusterId, node: &str) -> Ids {
        self.agents.get(&(cluster, node.to_owned())).cloned().unwrap_or_default()
    }

    /// Pods of a program.
    pub(super) fn programs(&self, cluster: ClusterId, prefix: &'static str) -> Ids {
        debug_assert!(PROGRAMS.contains(&prefix), "every program that a row names is indexed");
        self.programs.get(&(cluster, prefix)).cloned().unwrap_or_default()
    }

    /// Containers of a pod.
    pub(super) fn containers(&self, pod: &Object) -> Ids {
        self.containers.get(&(pod.cluster, pod.namespace.as_deref(), pod.name.to_string())).cloned().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_labels_are_sorted_for_the_search() {
        assert!(super::LABELS.is_sorted());
    }
}
