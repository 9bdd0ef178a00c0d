//! Which objects a log line speaks of, by the fields that the program wrote.

use std::sync::Arc;

use crate::graph::{Graph, ObjectId};
use crate::model::{ClusterId, Component, Fields, HitGroup, ObjectRef, plural_of};
use crate::rules::binding::Lines;

/// Field and the kinds it names.
const FIELDS: &[(&str, &[&str])] = &[
    ("podvolumebackup", &["PodVolumeBackup"]),
    ("podvolumerestore", &["PodVolumeRestore"]),
    ("dataupload", &["DataUpload"]),
    ("datadownload", &["DataDownload"]),
    ("backup", &["Backup"]),
    ("restore", &["Restore"]),
    ("location", &["BackupStorageLocation"]),
    ("repository", &["ResticRepository", "BackupRepository"]),
    ("pod", &["Pod"]),
    ("dvmp", &["DirectVolumeMigrationProgress"]),
    ("dvm", &["DirectVolumeMigration"]),
    ("dism", &["DirectImageStreamMigration"]),
    ("dim", &["DirectImageMigration"]),
    ("migration", &["MigMigration"]),
    ("plan", &["MigPlan"]),
    ("storage", &["MigStorage"]),
    ("cluster", &["MigCluster"]),
    ("hook", &["MigHook"]),
];

/// A line that only says `name` is about one of these.
const NAMED: &[&str] =
    &["PodVolumeBackup", "PodVolumeRestore", "Backup", "Restore", "BackupStorageLocation", "ResticRepository", "BackupRepository", "Pod"];

/// Programs that live for one transfer, hook or plan: what they write concerns their own pod, and carries no fields. A server's pod
/// would join everything with everything.
const WRITE_OF_THEMSELVES: &[Component] =
    &[Component::RsyncClient, Component::RsyncServer, Component::Stunnel, Component::Registry, Component::Hook, Component::Stage];

pub(super) fn lines<'a>(graph: &'a Graph, hits: &'a HitGroup) -> Option<Lines<'a>> {
    let log = graph.logs.get(hits.log as usize)?;
    let mut seek = Seek {
        graph,
        cluster: log.cluster,
        everywhere: matches!(log.component, Component::MigController | Component::Discovery),
        objects: Vec::new(),
        gone: Vec::new(),
    };
    seek.fields(&hits.fields);
    if WRITE_OF_THEMSELVES.contains(&log.component)
        && let Some(pod) = &log.pod
    {
        seek.find(&["Pod"], pod, log.namespace.as_deref(), true);
    }
    Some(Lines { hits, cluster: log.cluster, objects: seek.objects, gone: seek.gone })
}

struct Seek<'a> {
    graph: &'a Graph,
    cluster: ClusterId,
    /// The controller writes about objects of every cluster.
    everywhere: bool,
    objects: Vec<ObjectId>,
    gone: Vec<ObjectRef>,
}

impl Seek<'_> {
    fn fields(&mut self, fields: &Fields) {
        let mut namespace = fields.get("namespace").filter(|namespace| !namespace.is_empty());
        for (field, kinds) in FIELDS {
            if let Some(value) = fields.get(field) {
                self.find(kinds, value, namespace.filter(|_| *field != "migration" && *field != "plan"), true);
            }
        }
        let Some(name) = fields.get("name") else { return };
        if name.contains('/') {
            namespace = None;
        }
        match fields.get("resource").map(|resource| resource.split('.').next().unwrap_or(resource)) {
            Some(resource) => {
                let kinds: Vec<Arc<str>> = self.graph.kinds().into_iter().filter(|kind| plural_of(kind) == resource).collect();
                let kinds: Vec<&str> = kinds.iter().map(|kind| &**kind).collect();
                self.find(&kinds, name, namespace, false);
            }
            None => self.find(NAMED, name, namespace, false),
        }
    }

    fn find(&mut self, kinds: &[&str], value: &str, namespace: Option<&str>, note_gone: bool) {
        let (namespace, name) = value.split_once('/').map_or((namespace, value), |(namespace, name)| (Some(namespace), name));
        if name.is_empty() {
            return;
        }
        let before = self.objects.len();
        for id in kinds.iter().flat_map(|kind| self.graph.named(kind, name)) {
            let object = self.graph.object(id);
            let here = self.everywhere || object.cluster == self.cluster;
            let fits = namespace.is_none_or(|namespace| object.namespace.as_deref() == Some(namespace));
            if here && fits && !self.objects.contains(&id) {
                self.objects.push(id);
            }
        }
        if note_gone
            && self.objects.len() == before
            && let Some(kind) = kinds.first()
        {
            let namespace = namespace.map(Arc::from).or_else(|| self.graph.mtc_namespace(self.cluster));
            self.gone.push(ObjectRef { cluster: self.cluster, kind: (*kind).into(), namespace, name: name.into(), uid: None });
        }
    }
}
