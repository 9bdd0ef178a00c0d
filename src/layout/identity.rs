//! What the tail of a path says about a file, whatever gather it came from.

use super::{LAYOUTS, Shape};
use crate::model::Component;

/// Where a log comes from, as its path tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogPath {
    /// Namespace of the pod.
    pub namespace: Option<String>,
    /// Pod.
    pub pod: Option<String>,
    /// Container, where the path names one.
    pub container: Option<String>,
    /// `current`, `previous`, `rotated` or `collected`.
    pub stream: &'static str,
    /// The program.
    pub component: Component,
}

/// What the path of a manifest says about its content.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct PathIdentity {
    /// Namespace.
    pub namespace: Option<String>,
    /// Plural resource name, with or without group.
    pub resource: Option<String>,
    /// A list of the whole kind, as inspect writes it.
    pub is_list: bool,
}

/// A path without the ending of a file that was compressed alone: what is inside is read, so its own name counts.
pub(super) fn uncompressed(path: &str) -> &str {
    let plain = [".gz", ".xz", ".zst", ".bz2"].iter().find_map(|ending| path.strip_suffix(ending));
    // An archive is no file, and a name that is nothing but an ending is no name.
    let is_archive = |plain: &str| plain.rsplit_once('.').is_some_and(|(_, extension)| extension == "tar");
    plain.filter(|plain| !is_archive(plain) && !plain.is_empty() && !plain.ends_with('/')).unwrap_or(path)
}

pub(super) fn shape(path: &str) -> Shape {
    let path = uncompressed(path);
    let name = path.rsplit('/').next().unwrap_or(path);
    if path.contains("{object_collection_path}") || path.contains("/memory-profiles/") {
        return Shape::Ignore;
    }
    if name == "prom_data.tar.gz" || name == "sysinfo.tgz" {
        return Shape::Closed;
    }
    if in_foreign_data(path) {
        return Shape::Ignore;
    }
    if let Some(log) = log_path(path) {
        return Shape::Log(log.component);
    }
    if is_description(path, name) {
        return Shape::Description;
    }
    let extension = name.rsplit_once('.').map_or("", |(_, extension)| extension);
    match extension {
        "yaml" | "yml" => Shape::Manifest,
        "json" if path.contains("/namespaces/") || path.contains("/cluster-scoped-resources/") => Shape::Manifest,
        "json" => Shape::Ignore,
        _ if LAYOUTS.iter().any(|layout| layout.texts.contains(&name)) => Shape::Text,
        _ => Shape::Ignore,
    }
}

/// Texts that the gathers of MTC and OADP store beside run logs and volume jobs.
fn is_description(path: &str, name: &str) -> bool {
    if name.ends_with("-backup-describe.log") || name.ends_with("-restore-describe.log") {
        return true;
    }
    let Some((stem, "txt")) = name.rsplit_once('.') else { return false };
    let starts = ["backup-describe-", "restore-describe-", "pvb-describe-", "pvr-describe-"];
    let of_oadp = ["/velero.io/backups/", "/velero.io/restores/"].iter().any(|dir| path.contains(dir));
    starts.iter().any(|start| stem.starts_with(start)) || (of_oadp && stem.starts_with("describe-"))
}

/// Directories of the generic gather that hold no objects and no pod logs.
fn in_foreign_data(path: &str) -> bool {
    const FOREIGN: &[&str] = &["audit_logs", "host_service_logs", "etcd_info", "network_logs", "insights-data", "metrics"];
    let top = path.rsplit_once("!/").map_or(path, |(_, inner)| inner);
    top.split('/').rev().skip(1).take_while(|part| !matches!(*part, "namespaces" | "cluster-scoped-resources")).any(|part| FOREIGN.contains(&part))
        && !top.contains("/namespaces/")
}

/// Reads a log's origin from its path; `None` when it is no log of ours.
pub fn log_path(path: &str) -> Option<LogPath> {
    let path = uncompressed(path);
    let parts: Vec<&str> = path.split('/').collect();
    let name = parts.last()?;
    if let Some(log) = collected(&parts, name) {
        return Some(log);
    }
    let Some(at) = parts.iter().rposition(|part| *part == "namespaces") else {
        return is_loose_log(path).then(|| loose(name));
    };
    let tail = &parts[at + 1..];
    match tail {
        [_, "velero.io", "backups" | "restores", file] if is_log(file) => Some(of_run(Component::Velero)),
        [namespace, "pods", pod, container, _, "logs", ..] => {
            let stream = if tail.len() > 7 { "rotated" } else { stream_of(name)? };
            Some(of_pod(namespace, pod, Some(container), stream))
        }
        [namespace, "logs", pod, _] => Some(of_pod(namespace, pod, None, stream_of(name)?)),
        _ => None,
    }
}

fn of_pod(namespace: &str, pod: &str, container: Option<&str>, stream: &'static str) -> LogPath {
    LogPath {
        namespace: Some(namespace.to_owned()),
        pod: Some(pod.to_owned()),
        container: container.map(str::to_owned),
        stream,
        component: Component::of_pod(pod, container),
    }
}

fn stream_of(file: &str) -> Option<&'static str> {
    match file {
        "current.log" | "current.insecure.log" => Some("current"),
        "previous.log" | "previous.insecure.log" => Some("previous"),
        _ => None,
    }
}

fn is_log(file: &str) -> bool {
    file.rsplit_once('.').is_some_and(|(_, extension)| extension == "log")
}

/// Whether a path is that of a log in no tree that a gather writes: somebody saved it by hand.
pub fn is_loose_log(path: &str) -> bool {
    const TREES: &[&str] = &["namespaces", "cluster-scoped-resources", "sos_commands", "var"];
    let path = uncompressed(path);
    let inner = path.rsplit_once("!/").map_or(path, |(_, inner)| inner);
    let parts: Vec<&str> = inner.split('/').collect();
    let name = parts.last().copied().unwrap_or_default();
    is_log(name) && !parts.iter().any(|part| TREES.contains(part)) && collected(&parts, name).is_none()
}

/// A log that was saved by hand tells by its name, at best, which program wrote it.
fn loose(file: &str) -> LogPath {
    let stem = file.strip_suffix(".log").unwrap_or(file);
    of_run(Component::of_pod(&format!("{stem}-"), None))
}

fn of_run(component: Component) -> LogPath {
    LogPath { namespace: None, pod: None, container: None, stream: "collected", component }
}

/// Run logs that the gather fetched with the velero client, and copies of agent logs beside a volume job.
fn collected(parts: &[&str], file: &str) -> Option<LogPath> {
    let parent = parts.len().checked_sub(2).map(|at| parts[at]).unwrap_or_default();
    let of = |component| Some(of_run(component));
    if matches!(file, "gather.logs" | "must-gather.logs") {
        return of(Component::Gather);
    }
    let is_run_log = |prefix: &str| parent.starts_with(prefix) && file == format!("{parent}.log");
    if is_run_log("backup-") || is_run_log("restore-") {
        return of(Component::Velero);
    }
    let in_run_logs = matches!(parent, "velero-backup-logs" | "velero-restore-logs");
    if in_run_logs && (file.ends_with("-backup.log") || file.ends_with("-restore.log")) {
        return of(Component::Velero);
    }
    let beside_job = ["pvb-", "pvr-", "podvolumebackup-", "podvolumerestore-"].iter().any(|prefix| parent.starts_with(prefix));
    if beside_job && stream_of(file).is_some() {
        return of(Component::NodeAgent);
    }
    None
}

/// Reads what a manifest's path promises about its content.
pub fn manifest_path(path: &str) -> PathIdentity {
    let path = uncompressed(path);
    let parts: Vec<&str> = path.split('/').collect();
    let stem = |file: &str| file.rsplit_once('.').map_or(file, |(stem, _)| stem).to_owned();
    let namespaced = parts.iter().rposition(|part| *part == "namespaces").map(|at| &parts[at + 1..]);
    match namespaced {
        Some([namespace, "crs", resource, _]) => of_resource(namespace, (*resource).to_owned(), false),
        Some([namespace, "pods", _, _]) => of_resource(namespace, "pods".to_owned(), false),
        Some([namespace, file]) if stem(file) == *namespace => {
            PathIdentity { namespace: None, resource: Some("namespaces".to_owned()), is_list: false }
        }
        Some([namespace, _, file]) => of_resource(namespace, stem(file), true),
        Some([namespace, _, plural, file]) => of_resource(namespace, (*plural).to_owned(), stem(file) == **plural),
        Some(_) => PathIdentity::default(),
        None => scoped(&parts),
    }
}

fn of_resource(namespace: &str, resource: String, is_list: bool) -> PathIdentity {
    PathIdentity { namespace: Some(namespace.to_owned()), resource: Some(resource), is_list }
}

fn scoped(parts: &[&str]) -> PathIdentity {
    let Some(at) = parts.iter().rposition(|part| *part == "cluster-scoped-resources") else {
        return PathIdentity::default();
    };
    let resource = match &parts[at + 1..] {
        [_, file] => Some(file.rsplit_once('.').map_or(*file, |(stem, _)| stem).to_owned()),
        [_, plural, _] => Some((*plural).to_owned()),
        _ => None,
    };
    PathIdentity { namespace: None, resource, is_list: false }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_have_the_shape_they_should() {
        use Component::{Application, MigController, NodeAgent, Velero};
        for (path, expected) in [
            ("must-gather/clusters/host/namespaces/openshift-migration/pods/velero-1-a/velero/velero/logs/current.log", Shape::Log(Velero)),
            ("must-gather/clusters/host/namespaces/openshift-migration/logs/restic-abc/previous.log", Shape::Log(NodeAgent)),
            ("m/namespaces/om/pods/migration-controller-1-x/mtc/mtc/logs/current.log.gz", Shape::Log(MigController)),
            ("m/migplans/migplan-p/migmigration-m/backup-m-stage-x/backup-m-stage-x.log", Shape::Log(Velero)),
            ("m/host/namespaces/om/logs/velero-backup-logs/b-backup.log", Shape::Log(Velero)),
            ("m/namespaces/app/pods/web-0/web/web/logs/previous.log", Shape::Log(Application)),
            ("m/clusters/host/namespaces/om/crs/restores.velero.io/r.yaml", Shape::Manifest),
            ("m/migplans/migplan-p/p.yml", Shape::Manifest),
            ("m/clusters/remote/login_error.txt", Shape::Text),
            ("m/migplans/migplan-p/migmigration-m/backup-b/backup-describe-b.txt", Shape::Description),
            ("m/migplans/p/m/backup-b/podvolumebackup-x/pvb-describe-x.txt", Shape::Description),
            ("m/host/namespaces/om/logs/velero-restore-logs/r-restore-describe.log", Shape::Description),
            ("m/clusters/0a1b2c3d/namespaces/om/velero.io/backups/describe-b.txt", Shape::Description),
            ("m/describe-b.txt", Shape::Ignore),
            ("must-gather.local.1/quay-io-x/gather.logs", Shape::Log(Component::Gather)),
            ("m/clusters/0a1b2c3d/namespaces/openshift-adp/velero.io/backups/nightly.log", Shape::Log(Velero)),
            ("m/clusters/0a1b2c3d/namespaces/openshift-adp/oadp.openshift.io/dpa-d/backup-b/backup-b.log", Shape::Log(Velero)),
            ("m/clusters/0a1b2c3d/oadp-must-gather-summary.md", Shape::Text),
            ("case/velero.log", Shape::Log(Velero)),
            ("case/node-agent-abcde.log.gz", Shape::Log(NodeAgent)),
            ("case/velero.log.zst", Shape::Log(Velero)),
            ("m/clusters/host/namespaces/om/crs/restores.velero.io/r.yaml.gz", Shape::Manifest),
            ("m/clusters/remote/login_error.txt.xz", Shape::Text),
            ("m/x.yaml.tar.gz", Shape::Ignore),
            ("m/.gz", Shape::Ignore),
            ("case/customer.log", Shape::Log(Application)),
            ("m/event-filter.html", Shape::Ignore),
            ("m/metrics/prom_data.tar.gz", Shape::Closed),
            ("m/audit_logs/kube-apiserver/a.yaml", Shape::Ignore),
        ] {
            assert_eq!(shape(path), expected, "{path}");
        }
    }

    #[test]
    fn manifests_tell_kind_and_namespace() {
        let identity = manifest_path("m/clusters/host/namespaces/app/core/pods.yaml");
        assert_eq!((identity.namespace.as_deref(), identity.resource.as_deref(), identity.is_list), (Some("app"), Some("pods"), true));
        let identity = manifest_path("m/namespaces/om/crs/restores.velero.io/r.yaml");
        assert_eq!(identity.resource.as_deref(), Some("restores.velero.io"));
        assert_eq!(manifest_path("m/clusters/host/namespaces/app/core/pods.yaml.gz"), manifest_path("m/clusters/host/namespaces/app/core/pods.yaml"));
        assert_eq!(manifest_path("m/cluster-scoped-resources/core/nodes/n1.yaml").resource.as_deref(), Some("nodes"));
        assert_eq!(manifest_path("m/cluster-scoped-resources/storage.k8s.io/storageclasses.yaml").resource.as_deref(), Some("storageclasses"));
    }
}
