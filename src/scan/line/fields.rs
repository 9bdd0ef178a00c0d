/// Fields that say what a line is about. With the captures they are the default grouping key.
pub(crate) const IDENTITY: &[&str] = &[
    "backup",
    "restore",
    "name",
    "namespace",
    "resource",
    "pod",
    "podvolumebackup",
    "podvolumerestore",
    "dataupload",
    "datadownload",
    "location",
    "repository",
    "migration",
    "plan",
    "dvm",
    "dvmp",
    "dim",
    "dism",
    "storage",
    "cluster",
    "hook",
    "logger",
];

/// The one name by which rules know a field that programs and their versions spell differently.
pub(crate) fn normal_name(written: &str) -> &str {
    match written {
        "backupLocation" | "backup-storage-location" | "backupstoragelocation" | "backupStorageLocation" => "location",
        "backupRepo" | "resticRepository" | "backupRepository" => "repository",
        "PodVolumeBackup" | "podVolumeBackup" => "podvolumebackup",
        "PodVolumeRestore" | "podVolumeRestore" => "podvolumerestore",
        "DataUpload" | "dataUpload" => "dataupload",
        "DataDownload" | "dataDownload" => "datadownload",
        "migMigration" => "migration",
        "migPlan" => "plan",
        "migCluster" => "cluster",
        "migStorage" => "storage",
        "migHook" => "hook",
        "migAnalytic" => "analytic",
        "Pod" => "pod",
        "Phase" => "phase",
        other => other,
    }
}
