//! See for yourself: the commands that show an object on its own cluster, for who has one, and the evidence in the archive.

use super::Target;
use super::redact::escape_control;
use crate::model::plural_of;

/// Things of our own model that no cluster knows.
const OURS: &[&str] = &["Container", "Gap", "Log", "Event", "Migration", "Volume"];

/// Kinds of Velero whose bare names other APIs use too.
const VELERO: &[&str] = &[
    "Backup",
    "BackupRepository",
    "BackupStorageLocation",
    "DeleteBackupRequest",
    "DownloadRequest",
    "PodVolumeBackup",
    "PodVolumeRestore",
    "ResticRepository",
    "Restore",
    "Schedule",
    "VolumeSnapshotLocation",
];

/// Commands of `oc` and `velero` that show the object; they have to run on its cluster. None for things that no cluster knows.
pub fn on_cluster(target: &Target) -> Vec<String> {
    if OURS.contains(&target.kind.as_str()) || !is_name(&target.name) || !target.kind.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return Vec::new();
    }
    let namespace = target.namespace.as_deref().filter(|name| !name.is_empty());
    if namespace.is_some_and(|name| !is_name(name)) {
        return Vec::new();
    }
    let oc = namespace.map_or_else(|| "oc".to_owned(), |name| format!("oc -n {name}"));
    let name = &target.name;
    match target.kind.as_str() {
        "Pod" => vec![format!("{oc} describe pod {name}"), format!("{oc} logs {name} --all-containers")],
        "Backup" | "Restore" => {
            let kind = target.kind.to_ascii_lowercase();
            let velero = format!("{oc} exec deployment/velero -c velero -- ./velero {kind}");
            vec![format!("{velero} describe {name} --details"), format!("{velero} logs {name}")]
        }
        "PersistentVolumeClaim" | "PersistentVolume" | "Node" | "Job" | "Route" | "Deployment" | "DaemonSet" => {
            vec![format!("{oc} describe {} {name}", target.kind.to_ascii_lowercase())]
        }
        kind if VELERO.contains(&kind) => vec![format!("{oc} get {}.velero.io {name} -o yaml", plural_of(kind))],
        kind => vec![format!("{oc} get {} {name} -o yaml", kind.to_ascii_lowercase())],
    }
}

/// The command that prints a line of the archive with its neighbours.
pub fn in_archive(place: &str, input: &str) -> String {
    format!("mig-analyze cat {} -i {}", quoted(place), quoted(input))
}

/// A word of a shell command, quoted so that no archive can smuggle in another command.
pub fn quoted(word: &str) -> String {
    format!("'{}'", escape_control(word).replace('\'', "'\\''"))
}

/// Whether a word is a name of Kubernetes, so that it needs no quotes. An archive may hold anything.
pub fn is_name(word: &str) -> bool {
    !word.is_empty() && !word.starts_with('-') && word.bytes().all(|byte| byte.is_ascii_alphanumeric() || b".-_:".contains(&byte))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(kind: &str, namespace: Option<&str>, name: &str) -> Vec<String> {
        on_cluster(&Target { cluster: "c1".into(), kind: kind.into(), namespace: namespace.map(str::to_owned), name: name.into(), uid: None })
    }

    #[test]
    fn an_object_is_shown_by_the_command_that_tells_most() {
        assert_eq!(of("Pod", Some("shop"), "web-1"), ["oc -n shop describe pod web-1", "oc -n shop logs web-1 --all-containers"]);
        assert_eq!(of("PersistentVolume", None, "pv-1"), ["oc describe persistentvolume pv-1"]);
        assert_eq!(of("PodVolumeRestore", Some("om"), "p"), ["oc -n om get podvolumerestores.velero.io p -o yaml"]);
        assert_eq!(of("MigPlan", Some("om"), "p"), ["oc -n om get migplan p -o yaml"]);
        assert_eq!(of("Restore", Some("om"), "r")[0], "oc -n om exec deployment/velero -c velero -- ./velero restore describe r --details");
    }

    #[test]
    fn nothing_of_an_archive_becomes_a_command_of_its_own() {
        for name in ["x; rm -rf /", "$(reboot)", "-o", "", "a b", "[redacted]"] {
            assert_eq!(of("Pod", Some("shop"), name), [""; 0], "{name}");
            assert_eq!(of("Pod", Some(name), "web").is_empty(), !name.is_empty(), "{name}");
        }
        assert!(of("Pod;reboot", None, "x").is_empty() && of("Gap", None, "x").is_empty());
        assert_eq!(in_archive("a'; rm -rf /", "b"), "mig-analyze cat 'a'\\''; rm -rf /' -i 'b'");
    }
}
