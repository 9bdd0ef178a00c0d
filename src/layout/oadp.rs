//! The gather of OADP: `clusters/<8 hex>/…`, named by the start of the cluster's id, with the namespaces that hold an OADP.
//!
//! Two makes of it exist. The shell scripts (OADP 0.5 to 1.4) pack the tree and describe each DataProtectionApplication in a tree of
//! its own; up to OADP 1.2 they write each object to its own file. The program that replaced them (1.5, 1.4.5, 1.3.7) writes one list
//! for each kind, leaves the tree loose, and adds a summary.

use super::inspect::{namespaced, scoped};
use super::tree::last_name;
use super::{ClusterRoot, Gather, Layout, Note, NoteKind, Promise, Tree};

pub(super) static LAYOUT: Layout = Layout { name: "oadp", find, texts: &[SUMMARY] };

/// The word for gathers of the shell scripts.
const SHELL: &str = "oadp-shell";

const SUMMARY: &str = "oadp-must-gather-summary.md";
const VELERO: &str = "velero.io";
const OADP: &str = "oadp.openshift.io";

/// Kinds by group and plural, as both makes name their files.
const LISTED: &[(&str, &str, &str)] = &[
    (VELERO, "backups", "Backup"),
    (VELERO, "restores", "Restore"),
    (VELERO, "schedules", "Schedule"),
    (VELERO, "podvolumebackups", "PodVolumeBackup"),
    (VELERO, "podvolumerestores", "PodVolumeRestore"),
    (VELERO, "backupstoragelocations", "BackupStorageLocation"),
    (VELERO, "volumesnapshotlocations", "VolumeSnapshotLocation"),
    (VELERO, "backuprepositories", "BackupRepository"),
    (VELERO, "resticrepositories", "ResticRepository"),
    (VELERO, "datauploads", "DataUpload"),
    (VELERO, "datadownloads", "DataDownload"),
    (VELERO, "downloadrequests", "DownloadRequest"),
    (VELERO, "deletebackuprequests", "DeleteBackupRequest"),
    (VELERO, "serverstatusrequests", "ServerStatusRequest"),
    (OADP, "dataprotectionapplications", "DataProtectionApplication"),
    (OADP, "cloudstorages", "CloudStorage"),
];

fn find(tree: &Tree) -> Vec<Gather> {
    let mut found = Vec::new();
    for dir in tree.with_child(&["clusters"]) {
        let base = format!("{dir}clusters/");
        let dirs = tree.children(&base).filter(|name| is_short_id(name)).map(|name| format!("{base}{name}/"));
        let dirs: Vec<String> = dirs.filter(|dir| is_oadp(tree, dir)).collect();
        if dirs.is_empty() {
            continue;
        }
        let shell = dirs.iter().any(|dir| is_shell(tree, dir));
        let mut notes = Vec::new();
        // The scripts pack what they collected as their last step.
        if shell && last_name(dir).contains("-sha256-") {
            let text = "was copied before the gather had packed it: it stopped early, at a limit of time or disk".to_owned();
            notes.push(Note { path: dir.to_owned(), kind: NoteKind::Partial, text });
        }
        let clusters = dirs.into_iter().map(|dir| cluster(tree, dir)).collect();
        found.push(Gather { flavour: if shell { SHELL } else { LAYOUT.name }, root: dir.to_owned(), clusters, host_dirs: Vec::new(), notes });
    }
    found
}

/// A directory name that is the start of a cluster's id.
fn is_short_id(name: &str) -> bool {
    name.len() == 8 && name.bytes().all(|byte| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte))
}

/// An MTC gather may have a cluster of such a name, but its resources lie in `crs/`.
fn is_oadp(tree: &Tree, dir: &str) -> bool {
    let marked = [SUMMARY, "oadp-debug-info"].iter().any(|file| tree.has_file(dir, file));
    let grouped = |namespace: &String| [OADP, VELERO].iter().any(|group| tree.has_child(namespace, group));
    let of_mtc = tree.namespaces(dir).any(|namespace| tree.has_child(&namespace, "crs"));
    !of_mtc && (marked || tree.namespaces(dir).any(|namespace| grouped(&namespace)))
}

fn is_shell(tree: &Tree, dir: &str) -> bool {
    let described = |namespace: &String| tree.children(&format!("{namespace}{OADP}/")).any(|name| name.starts_with("dpa-"));
    tree.has_file(dir, "oadp-debug-info") || tree.namespaces(dir).any(|namespace| described(&namespace) || has_single_files(tree, &namespace))
}

/// Up to OADP 1.2 the directory of a kind is named by plural and group.
fn has_single_files(tree: &Tree, namespace: &str) -> bool {
    tree.children(&format!("{namespace}{VELERO}/")).any(|name| name.contains('.'))
}

fn cluster(tree: &Tree, dir: String) -> ClusterRoot {
    let mut promises = namespaced(tree, &dir);
    for namespace in tree.namespaces(&dir) {
        let singles = has_single_files(tree, &namespace);
        // Single files leave none for a kind without objects, but each kind of the group was asked for. Of lists each must be here.
        let collected = |group: &str, plural: &str| {
            let listed = tree.has_file(&format!("{namespace}{group}/{plural}/"), &format!("{plural}.yaml"));
            listed || (singles && group == VELERO)
        };
        let mut kinds: Vec<&'static str> = LISTED.iter().filter(|(group, plural, _)| collected(group, plural)).map(|(_, _, kind)| *kind).collect();
        if tree.children(&format!("{namespace}{OADP}/")).any(|name| name.starts_with("dpa-")) && !kinds.contains(&"DataProtectionApplication") {
            kinds.push("DataProtectionApplication");
        }
        if !kinds.is_empty() {
            promises.push(Promise::Lists { namespace: last_name(&namespace).to_owned(), kinds });
        }
    }
    promises.push(scoped(tree, &dir));
    // The short id names no cluster that anything else speaks of, so that another gather of the same cluster may name it.
    ClusterRoot { dir, name: None, ran_here: true, login_failed: false, promises }
}

/// The path of a run's file without the application that it stands below: two applications in a namespace have the same runs.
/// `None` for any other path.
pub fn without_application(path: &str) -> Option<String> {
    const TREE: &str = "/oadp.openshift.io/dpa-";
    let at = path.rfind(TREE)?;
    let (_, run) = path[at + TREE.len()..].split_once('/')?;
    Some(format!("{}/{run}", &path[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(paths: &[&str]) -> Vec<(&'static str, String)> {
        find(&Tree::new(paths.iter().copied())).into_iter().map(|gather| (gather.flavour, gather.clusters[0].dir.clone())).collect()
    }

    #[test]
    fn both_makes_are_told_apart() {
        let dir = "must-gather/clusters/0a1b2c3d";
        for (path, flavour) in [
            ("namespaces/openshift-adp/velero.io/backups.velero.io/b.yaml", SHELL),
            ("namespaces/openshift-adp/oadp.openshift.io/dpa-main/main.yml", SHELL),
            ("oadp-debug-info", SHELL),
            ("namespaces/openshift-adp/velero.io/backups/backups.yaml", "oadp"),
            ("oadp-must-gather-summary.md", "oadp"),
        ] {
            assert_eq!(found(&[&format!("{dir}/{path}")]), [(flavour, format!("{dir}/"))], "{path}");
        }
    }

    #[test]
    fn what_only_looks_like_it_is_left_to_others() {
        assert!(found(&["clusters/host/namespaces/openshift-adp/velero.io/backups/backups.yaml"]).is_empty(), "no id");
        assert!(found(&["clusters/0a1b2c3d/namespaces/app/core/pods.yaml"]).is_empty(), "nothing of OADP");
        assert!(found(&["clusters/deadbeef/namespaces/om/crs/backups.velero.io/b.yaml"]).is_empty(), "a MigCluster of that name");
    }
}
