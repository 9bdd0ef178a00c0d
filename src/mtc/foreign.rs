//! Velero objects that another tool made. Clusters run their own backups beside a migration, and their failures are not its failures.

use super::VELERO_JOBS;
use crate::graph::{Graph, Object, ObjectId};

/// Labels that MTC puts on the Backups and Restores that it makes.
const LABELS: &[&str] = &[
    "migration.openshift.io/migrated-by-migmigration",
    "migration.openshift.io/migrated-by-migplan",
    "migration.openshift.io/migmigration-name",
    "migration.openshift.io/migplan-name",
    "migmigration",
    "migplan",
    "migration-initial-backup",
    "migration-stage-backup",
    "migration-stage-restore",
    "migration-final-restore",
];

/// Whether an object is a job of Velero that no migration asked for. In doubt it is not: an old volume job carries no label, and its
/// Backup may be gone.
pub fn is_foreign(graph: &Graph, id: ObjectId) -> bool {
    let object = graph.object(id);
    let parents = match object.kind() {
        "Backup" | "Restore" => return !is_labelled(object) && !is_named_by_mtc(object) && graph.related(id, "run").targets.is_empty(),
        "PodVolumeBackup" => "backup",
        "PodVolumeRestore" => "restore",
        _ => return false,
    };
    let parents = graph.related(id, parents).targets;
    !is_labelled(object) && !parents.is_empty() && parents.iter().all(|&parent| is_foreign(graph, parent))
}

/// Whether an object is a job of Velero at all.
pub fn is_velero_job(object: &Object) -> bool {
    VELERO_JOBS.contains(&object.kind())
}

fn is_labelled(object: &Object) -> bool {
    LABELS.iter().any(|label| object.label(label).is_some())
}

/// The controller names its Backups `<run>-stage-x7q2p`; their run may have been deleted.
fn is_named_by_mtc(object: &Object) -> bool {
    let Some((base, suffix)) = object.name.rsplit_once('-') else { return false };
    suffix.len() == 5 && ["-initial", "-stage", "-final"].iter().any(|kind| base.ends_with(kind))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::{Case, find};
    use serde_json::json;

    #[test]
    fn jobs_without_any_mark_of_mtc_belong_to_another_tool() {
        let mut case = Case::new(1);
        let named = |name: &str, labels: serde_json::Value| json!({"name": name, "namespace": "openshift-migration", "labels": labels});
        case.add(0, json!({"kind": "Backup", "metadata": named("nightly", json!({}))}));
        case.add(0, json!({"kind": "Backup", "metadata": named("labelled", json!({"migration.openshift.io/migrated-by-migplan": "u"}))}));
        case.add(0, json!({"kind": "Restore", "metadata": named("shop-final-x7q2p", json!({}))}));
        case.add(0, json!({"kind": "PodVolumeBackup", "metadata": named("nightly-1", json!({"velero.io/backup-name": "nightly"}))}));
        case.add(0, json!({"kind": "PodVolumeBackup", "metadata": named("orphan-1", json!({"velero.io/backup-name": "gone"}))}));
        let graph = case.freeze();
        for (kind, name, foreign) in [
            ("Backup", "nightly", true),
            ("Backup", "labelled", false),
            ("Restore", "shop-final-x7q2p", false),
            ("PodVolumeBackup", "nightly-1", true),
            ("PodVolumeBackup", "orphan-1", false),
        ] {
            assert_eq!(is_foreign(&graph, find(&graph, kind, name)), foreign, "{kind} {name}");
        }
    }
}
