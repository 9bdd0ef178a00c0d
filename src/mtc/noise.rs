//! Lines that look bad or fill the page and mean nothing by themselves.

use crate::model::Component;

/// One kind of line that a reader may pass over.
#[derive(Debug, Clone, Copy)]
pub struct Noise {
    /// Programs that write it; empty for any.
    pub from: &'static [Component],
    /// Texts that must all stand in the line.
    pub texts: &'static [&'static str],
    /// So many of them in one log are normal; those beyond tell something. `None`: any number.
    pub normal: Option<u32>,
    /// Why it is no finding.
    pub why: &'static str,
}

const VELERO: &[Component] = &[Component::Velero, Component::NodeAgent, Component::LogReader];
const CONTROLLER: &[Component] = &[Component::MigController, Component::LogReader];
const TRANSFER: &[Component] = &[Component::RsyncClient, Component::RsyncServer, Component::Stunnel];
const ANY: &[Component] = &[];

const LOCATIONS: &str = "storage locations of MTC come and go with plans, and none is the default";
const MADE_EVERYWHERE: &str = "OpenShift makes this object in every namespace";
const IDEMPOTENT: &str = "the step runs again and finds its own work";
const LIBRARY: &str = "the program's own bookkeeping";
const PASSING: &str = "normal for some polls; only its persistence tells";

const fn always(from: &'static [Component], texts: &'static [&'static str], why: &'static str) -> Noise {
    Noise { from, texts, normal: None, why }
}

const fn few(from: &'static [Component], texts: &'static [&'static str], normal: u32, why: &'static str) -> Noise {
    Noise { from, texts, normal: Some(normal), why }
}

/// The list. A line is noise when one row fits it.
pub const NOISE: &[Noise] = &[
    always(VELERO, &["error getting backup storage location: BackupStorageLocation.velero.io", "not found"], LOCATIONS),
    always(VELERO, &["There is no existing", "set as default"], LOCATIONS),
    always(VELERO, &["No BackupStorageLocations found, at least one is required"], LOCATIONS),
    always(VELERO, &["pecified default backup location"], LOCATIONS),
    always(VELERO, &["needs to be at least 1 backup location"], LOCATIONS),
    always(VELERO, &["No backup locations were ready to be verified"], LOCATIONS),
    few(VELERO, &["Current BackupStorageLocations available/unavailable/unknown: 0/0/1"], 1, "the first validation was not done yet"),
    always(VELERO, &["Backup cannot be garbage-collected"], "end of life of an old backup"),
    always(VELERO, &["Backup has expired"], "end of life of an old backup"),
    always(VELERO, &["received EOF, stopping recv loop"], "a plugin ended normally"),
    always(VELERO, &["backupCount=0"], "an empty location"),
    always(VELERO, &["1 errors encountered backup up item"], "the line after it is the one that tells"),
    always(VELERO, &["merge-log-57847fd0-"], LIBRARY),
    always(VELERO, &["level=warning", "logModule=kopia/"], "output of a library"),
    always(VELERO, &["already exists", "serviceaccounts \"default\""], MADE_EVERYWHERE),
    always(VELERO, &["already exists", "serviceaccounts \"builder\""], MADE_EVERYWHERE),
    always(VELERO, &["already exists", "serviceaccounts \"deployer\""], MADE_EVERYWHERE),
    always(VELERO, &["already exists", "kube-root-ca.crt"], MADE_EVERYWHERE),
    always(VELERO, &["already exists", "system:"], MADE_EVERYWHERE),
    always(VELERO, &["already exists", "-token-"], MADE_EVERYWHERE),
    always(VELERO, &["already exists", "-dockercfg-"], MADE_EVERYWHERE),
    always(VELERO, &["No volume ID returned by volume snapshotter for persistent volume"], "normal for volumes that are no cloud disks"),
    always(ANY, &["watch is too old"], "a watch was renewed"),
    always(ANY, &["Found new dockercfg secret"], "a watch was renewed"),
    always(ANY, &["Throttling request took"], "normal while the API is scanned"),
    always(ANY, &["due to client-side throttling, not priority and fairness"], "normal while the API is scanned"),
    few(CONTROLLER, &["Stale Rsync resources are still terminating. Waiting."], 1, "written in this phase even when all goes well"),
    few(CONTROLLER, &["Rsync Transfer Routes have failed to be admitted within 3 minutes"], 1, "written from the first poll on"),
    always(CONTROLLER, &["Operation cannot be fulfilled on", "the object has been modified"], "a conflict, tried again"),
    always(CONTROLLER, &["Secret already exists on host cluster"], IDEMPOTENT),
    always(CONTROLLER, &["PVC already exists on destination"], IDEMPOTENT),
    always(CONTROLLER, &["Namespace already exists on destination MigCluster"], IDEMPOTENT),
    always(CONTROLLER, &["DVMP already exists on destination cluster"], IDEMPOTENT),
    always(CONTROLLER, &["Missing phase description for phase:"], "cosmetic"),
    always(CONTROLLER, &["Skipped phase due to flag evaluation."], "cosmetic"),
    few(CONTROLLER, &["Rsync Password Secret is not found on host MigCluster"], 1, "the first pass has to make it"),
    few(CONTROLLER, &["Failed to find container in Rsync Pod on source cluster"], 3, "the pod was being created"),
    always(CONTROLLER, &["failed to get cluster_subdomain, attempting to get cluster's ingress domain"], "there is another way"),
    few(CONTROLLER, &["Plan not ready. Migration can't run unless Plan is ready."], 5, PASSING),
    always(CONTROLLER, &["Restic restart was not required. Skipping."], "nothing was to be done"),
    always(CONTROLLER, &["Velero Pod restart not required"], "nothing was to be done"),
    always(CONTROLLER, &["Restic pod successfully restarted"], "proves nothing, not even readiness"),
    always(TRANSFER, &["SSL_shutdown"], "a race at the close of a connection"),
    always(TRANSFER, &["transport: Connection reset"], "a race at the close of a connection"),
    always(TRANSFER, &["failed to set times on \"/"], "harmless for the root of a mount"),
    always(&[Component::Operator], &["Error from server (AlreadyExists)", "system:image-"], MADE_EVERYWHERE),
    always(&[Component::Operator], &["...ignoring"], "the task expects it"),
    always(ANY, &["Defaulted container ", " out of: "], "the client that gathered the log says so"),
];

/// The row that a line of a program fits.
pub fn noise(from: Component, line: &str) -> Option<&'static Noise> {
    NOISE.iter().find(|row| (row.from.is_empty() || row.from.contains(&from)) && row.texts.iter().all(|text| line.contains(text)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_deleted_location_is_noise_in_velero_and_nowhere_else() {
        let line = r#"level=error msg="error getting backup storage location: BackupStorageLocation.velero.io \"x\" not found""#;
        assert!(noise(Component::Velero, line).is_some_and(|row| row.normal.is_none()));
        assert!(noise(Component::MigController, line).is_none());
    }

    #[test]
    fn stale_locks_are_noise_only_beside_a_missing_location() {
        let line = |inner: &str| format!("level=error msg=\"Error checking repository for stale locks\" error=\"{inner}\"");
        let missing = line("error getting backup storage location: BackupStorageLocation.velero.io \\\"x\\\" not found");
        assert!(noise(Component::Velero, &missing).is_some());
        for inner in [
            "unable to open config file: Stat: The specified key does not exist.",
            "unable to create lock in backend: repository is already locked by PID 7",
        ] {
            assert!(noise(Component::Velero, &line(inner)).is_none(), "{inner}");
        }
    }

    #[test]
    fn a_restore_that_meets_objects_of_the_user_is_no_noise() {
        let line = |object: &str| format!("level=warning msg=\"could not restore, {object} already exists\"");
        assert!(noise(Component::Velero, &line("configmaps \"kube-root-ca.crt\"")).is_some());
        assert!(noise(Component::Velero, &line("configmaps \"shop-settings\"")).is_none());
    }

    #[test]
    fn the_causes_that_stand_near_noise_are_seen() {
        for line in [
            "timed out waiting for all PodVolumeRestores to complete",
            "Multi-Attach error for volume",
            "unable to create lock in backend: repository is already locked by PID",
            "Current BackupStorageLocations available/unavailable/unknown: 0/1/0",
        ] {
            assert!(Component::ALL.iter().all(|component| noise(*component, line).is_none()), "{line}");
        }
    }

    #[test]
    fn what_is_normal_for_a_while_says_for_how_long() {
        let row = noise(Component::MigController, "Plan not ready. Migration can't run unless Plan is ready.").unwrap();
        assert_eq!(row.normal, Some(5));
    }

    #[test]
    fn every_row_tells_why_and_no_row_hides_another() {
        for (index, row) in NOISE.iter().enumerate() {
            assert!(!row.why.is_empty() && !row.texts.is_empty() && row.texts.iter().all(|text| text.len() > 4), "{row:?}");
            let line = row.texts.join(" ");
            let from = row.from.first().copied().unwrap_or(Component::Application);
            assert_eq!(noise(from, &line).map(|found| found.texts), Some(row.texts), "row {index}");
        }
    }
}
