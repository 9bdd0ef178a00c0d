//! Archives built in code, one object at a time.

use std::fmt::Write as _;

use mig_analyze::archive::Source;
use mig_analyze::archive::pack::Tar;
use mig_analyze::graph::{Cluster, Graph, Object};
use mig_analyze::model::ClusterId;
use mig_analyze::{Options, Quiet, load_pack, read_case};

/// Namespace of MTC in all of these archives.
pub(crate) const MTC: &str = "openshift-migration";

/// A manifest under construction.
#[derive(Debug, Clone)]
pub(crate) struct Manifest {
    api: &'static str,
    kind: &'static str,
    namespace: String,
    pub(crate) name: String,
    uid: String,
    version: u64,
    labels: Vec<(String, String)>,
    body: String,
}

impl Manifest {
    pub(crate) fn new(api: &'static str, kind: &'static str, namespace: &str, name: &str, uid: &str) -> Self {
        let (namespace, name, uid) = (namespace.to_owned(), name.to_owned(), uid.to_owned());
        Self { api, kind, namespace, name, uid, version: 100, labels: Vec::new(), body: String::new() }
    }

    pub(crate) fn version(self, version: u64) -> Self {
        Self { version, ..self }
    }

    pub(crate) fn label(mut self, key: &str, value: &str) -> Self {
        self.labels.push((key.to_owned(), value.to_owned()));
        self
    }

    /// Adds text behind the metadata, as written.
    pub(crate) fn body(self, body: &str) -> Self {
        Self { body: body.to_owned(), ..self }
    }

    pub(crate) fn yaml(&self) -> String {
        let mut text = format!("apiVersion: {}\nkind: {}\nmetadata:\n  creationTimestamp: \"2024-03-01T10:00:00Z\"\n", self.api, self.kind);
        if !self.labels.is_empty() {
            text.push_str("  labels:\n");
        }
        for (key, value) in &self.labels {
            writeln!(text, "    {key}: {value}").unwrap();
        }
        writeln!(text, "  name: {}\n  namespace: {}\n  resourceVersion: \"{}\"\n  uid: {}", self.name, self.namespace, self.version, self.uid)
            .unwrap();
        text.push_str(&self.body);
        text
    }

    /// As one item of the list that inspect writes.
    pub(crate) fn in_list(&self) -> String {
        let yaml = self.yaml();
        let mut lines = yaml.lines();
        let mut text = format!("apiVersion: v1\nitems:\n- {}\n", lines.next().unwrap_or_default());
        for line in lines {
            writeln!(text, "  {line}").unwrap();
        }
        writeln!(text, "kind: {}List\nmetadata:\n  resourceVersion: \"1\"", self.kind).unwrap();
        text
    }
}

pub(crate) fn pod(namespace: &str, name: &str, uid: &str) -> Manifest {
    Manifest::new("v1", "Pod", namespace, name, uid)
}

/// The Velero pod that every MTC cluster has.
pub(crate) fn velero(uid: &str) -> Manifest {
    pod(MTC, "velero-6d9c-x7zkq", uid)
}

pub(crate) fn of_velero(kind: &'static str, name: &str, uid: &str) -> Manifest {
    Manifest::new("velero.io/v1", kind, MTC, name, uid)
}

pub(crate) fn of_mtc(kind: &'static str, name: &str, uid: &str) -> Manifest {
    Manifest::new("migration.openshift.io/v1alpha1", kind, MTC, name, uid)
}

/// Puts a custom resource where the gather of a cluster writes it.
pub(crate) fn cr(tar: Tar, cluster: &str, resource: &str, manifest: &Manifest) -> Tar {
    tar.file(&format!("{cluster}/namespaces/{MTC}/crs/{resource}/{}.yaml", manifest.name), manifest.yaml())
}

/// Puts a list of pods with one item where inspect writes it.
pub(crate) fn pods(tar: Tar, cluster: &str, manifest: &Manifest) -> Tar {
    tar.file(&format!("{cluster}/namespaces/{}/core/pods.yaml", manifest.namespace), manifest.in_list())
}

/// A gather of MTC with these clusters, each with a Velero pod of its own.
pub(crate) fn gather(clusters: &[&str]) -> Tar {
    clusters.iter().fold(Tar::new(), |tar, cluster| {
        let tar = pods(tar, &format!("must-gather/clusters/{cluster}"), &velero(&format!("uid-velero-{cluster}")));
        let controller = of_mtc("MigrationController", "migration-controller", &format!("uid-controller-{cluster}"));
        cr(tar, &format!("must-gather/clusters/{cluster}"), "migrationcontrollers.migration.openshift.io", &controller)
    })
}

/// An inspect of the application's namespace with one pod.
pub(crate) fn inspect(pod: &Manifest) -> Tar {
    pods(Tar::new(), "inspect.local.5577006791947779410", pod)
}

/// Reads archives as one case.
pub(crate) fn graph(archives: Vec<Tar>) -> Graph {
    let name = |number: usize| format!("archive-{number}.tar.gz");
    let sources: Vec<(String, Source)> =
        archives.into_iter().enumerate().map(|(number, tar)| (name(number), Source::bytes(name(number), tar.gzip()))).collect();
    let options = Options { workers: Some(0), ..Options::default() };
    let pack = load_pack(&options).unwrap();
    read_case(&sources, &pack, &options, &Quiet).unwrap().0
}

/// The cluster of that name with its id.
pub(crate) fn cluster<'g>(graph: &'g Graph, name: &str) -> (ClusterId, &'g Cluster) {
    let id = graph.cluster_ids().find(|&id| &*graph.cluster(id).name == name);
    let id = id.unwrap_or_else(|| panic!("no cluster {name} among {:?}", names(graph)));
    (id, graph.cluster(id))
}

/// Names of the clusters in order.
pub(crate) fn names(graph: &Graph) -> Vec<&str> {
    graph.clusters.iter().map(|cluster| &*cluster.name).collect()
}

/// The only object of that kind and name.
pub(crate) fn only<'g>(graph: &'g Graph, kind: &str, name: &str) -> &'g Object {
    let found: Vec<&Object> = graph.of_kind(kind).map(|id| graph.object(id)).filter(|object| &*object.name == name).collect();
    let [object] = found[..] else { panic!("{} objects {kind} {name}", found.len()) };
    object
}
