//! What `velero describe --details` prints, rebuilt from the objects, from Velero's log and from what the gather fetched.
//!
//! The object is what counts; a fetched text gives only what no object holds, and the log what neither holds. So the sections are
//! there also where the text is nothing but `An error occurred: …`.

mod told;

use crate::finding::redact::clean;
use crate::finding::view::{CollectedText, VeleroSection, VeleroSheet, bytes};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::Timestamp;

pub use told::{Fetched, RunLine, RunWord, Told};

/// The word for nothing.
const NONE: &str = "<none>";

/// The sheet of a Backup or Restore; `None` for other kinds.
pub(super) fn sheet(graph: &Graph, id: ObjectId, told: &Told) -> Option<VeleroSheet> {
    let object = graph.object(id);
    let backup = match (object.kind(), &*object.gvk.group) {
        ("Backup", "velero.io") => true,
        ("Restore", "velero.io") => false,
        _ => return None,
    };
    let mut maker = Maker { graph, id, object, told, sections: Vec::new(), notes: Vec::new() };
    maker.identity();
    maker.outcome();
    if backup {
        maker.backup();
    } else {
        maker.restore();
    }
    let (sections, notes) = (maker.sections, maker.notes);
    Some(VeleroSheet { sections, collected: collected(graph, object, told), notes })
}

/// Texts that were fetched for the object, and what the client said where fetching failed.
fn collected(graph: &Graph, object: &Object, told: &Told) -> Vec<CollectedText> {
    let mut found: Vec<CollectedText> = told
        .texts
        .iter()
        .map(|fetched| {
            let usable = told::is_description(&fetched.text);
            let says = if usable { None } else { Some(told::failure(&fetched.text).unwrap_or_else(|| "nothing: the file is empty".into())) };
            CollectedText { input: fetched.input, path: clean(&fetched.path), usable, says }
        })
        .collect();
    // A run log that holds only the client's failure is a gap of the gather.
    for gap in graph.gaps.iter().filter(|gap| is_run_log(gap.path.as_str(), &object.name)) {
        found.push(CollectedText { input: gap.input, path: clean(gap.path.as_str()), usable: false, says: Some(clean(&gap.detail)) });
    }
    found
}

/// Whether a path is that of the fetched log of a run: `backup-b.log`, `b-backup.log`, `backups/b.log`.
fn is_run_log(path: &str, name: &str) -> bool {
    let file = path.rsplit('/').next().unwrap_or_default();
    let Some(stem) = file.strip_suffix(".log") else { return false };
    stem == name || ["backup", "restore"].iter().any(|kind| stem == format!("{kind}-{name}") || stem == format!("{name}-{kind}"))
}

struct Maker<'g> {
    graph: &'g Graph,
    id: ObjectId,
    object: &'g Object,
    told: &'g Told,
    sections: Vec<VeleroSection>,
    notes: Vec<String>,
}

impl Maker<'_> {
    fn identity(&mut self) {
        self.value("Name", clean(&self.object.name));
        self.value("Namespace", clean(self.object.namespace.as_deref().unwrap_or_default()));
        let labels = self.object.labels.iter().map(|(key, value)| format!("{key}={value}")).collect();
        self.list("Labels", labels);
        let annotations = self.object.field("metadata.annotations").into_iter().flat_map(Value::entries);
        // What kubectl keeps there is the whole object once more.
        let annotations = annotations.filter(|(key, _)| key != "kubectl.kubernetes.io/last-applied-configuration");
        let annotations = annotations.map(|(key, value)| format!("{key}={}", value.text().unwrap_or_default())).collect();
        self.list("Annotations", annotations);
    }

    fn outcome(&mut self) {
        let phase = self.text("status.phase").unwrap_or_else(|| "<none>: nobody has taken it up".into());
        let deleting = if self.object.deleted.is_some() { " (Deleting)" } else { "" };
        self.value("Phase", format!("{phase}{deleting}"));
        self.some("Queue position", "status.queuePosition");
        self.some("Failure reason", "status.failureReason");
        let errors: Vec<String> = self.each("status.validationErrors");
        if !errors.is_empty() {
            self.list("Validation errors", errors);
        }
        self.results("Warnings", "status.warnings", RunWord::Warning);
        self.results("Errors", "status.errors", RunWord::Error);
    }

    /// A count with what is behind it.
    fn results(&mut self, name: &str, count: &str, what: RunWord) {
        let fetched = self.told.fetched(what);
        if !fetched.is_empty() {
            self.sections.push(VeleroSection { name: name.to_owned(), value: None, from: Some("text".into()), entries: fetched });
            return;
        }
        let counted = self.object.field(count).and_then(Value::as_i64).unwrap_or(0);
        let entries = self.told.results(what);
        if counted == 0 && entries.is_empty() {
            return;
        }
        let told = !entries.is_empty();
        let value = if counted > 0 { Some(counted.to_string()) } else { None };
        let from = if told { "log" } else { "object" };
        self.sections.push(VeleroSection { name: name.to_owned(), value, from: Some(from.into()), entries });
        if !told {
            let lower = name.to_ascii_lowercase();
            self.notes.push(format!(
                "{counted} {lower} are counted and no gathered line tells them: the log of Velero does not reach back so far, or is missing"
            ));
        }
    }

    fn backup(&mut self) {
        self.scope("*");
        self.selectors();
        self.value("Storage Location", self.text("spec.storageLocation").unwrap_or_else(|| NONE.into()));
        self.value("Velero-Native Snapshot PVs", self.switch("spec.snapshotVolumes"));
        let fs = self.text("spec.defaultVolumesToFsBackup").or_else(|| self.text("spec.defaultVolumesToRestic"));
        self.optional("File System Backup (Default)", fs);
        self.some("Snapshot Move Data", "spec.snapshotMoveData");
        self.some("Data Mover", "spec.datamover");
        self.some("TTL", "spec.ttl");
        self.some("CSISnapshotTimeout", "spec.csiSnapshotTimeout");
        self.some("ItemOperationTimeout", "spec.itemOperationTimeout");
        self.hooks();
        let version = self.text("status.formatVersion").or_else(|| self.text("status.version"));
        self.optional("Backup Format Version", version);
        self.times();
        self.some_time("Expiration", "status.expiration");
        self.progress("backed up", "itemsBackedUp");
        self.operations("Backup Item Operations", "backupItemOperations");
        self.resources();
        let mut volumes = Vec::new();
        volumes.extend(self.snapshots());
        volumes.extend(self.volume_jobs("volume-backups", "Pod Volume Backups"));
        if volumes.is_empty() {
            self.value("Backup Volumes", "<none included>".into());
        } else {
            self.sections.push(VeleroSection::with("Backup Volumes", volumes).told_by("volumes"));
        }
        self.hook_counts();
        self.deletions();
    }

    fn restore(&mut self) {
        self.progress("restored", "itemsRestored");
        self.times();
        self.value("Backup", self.text("spec.backupName").unwrap_or_else(|| NONE.into()));
        self.scope("all namespaces found in the backup");
        let mapping = self.object.field("spec.namespaceMapping").into_iter().flat_map(Value::entries);
        let mapping = mapping.map(|(from, to)| format!("{from}={}", to.text().unwrap_or_default())).collect();
        self.list("Namespace mappings", mapping);
        self.selectors();
        self.value("Restore PVs", self.switch("spec.restorePVs"));
        let jobs = self.volume_jobs("volume-restores", "Restores");
        self.sections.extend(jobs.map(|jobs| jobs.told_by("volumes")));
        self.some("Existing Resource Policy", "spec.existingResourcePolicy");
        self.some("ItemOperationTimeout", "spec.itemOperationTimeout");
        self.value("Preserve Service NodePorts", self.switch("spec.preserveNodePorts"));
        self.hooks();
        self.operations("Restore Item Operations", "restoreItemOperations");
        self.hook_counts();
        self.resources();
    }

    fn scope(&mut self, all: &str) {
        let words = |maker: &Self, path: &str, none: &str| {
            let words = maker.each(path);
            if words.is_empty() { none.to_owned() } else { words.join(", ") }
        };
        let namespaces = vec![
            VeleroSection::of("Included", words(self, "spec.includedNamespaces", all)),
            VeleroSection::of("Excluded", words(self, "spec.excludedNamespaces", NONE)),
        ];
        let cluster = match self.text("spec.includeClusterResources").as_deref() {
            Some("true") => "included",
            Some("false") => "excluded",
            _ => "auto",
        };
        let resources = vec![
            VeleroSection::of("Included", words(self, "spec.includedResources", "*")),
            VeleroSection::of("Excluded", words(self, "spec.excludedResources", NONE)),
            VeleroSection::of("Cluster-scoped", cluster),
        ];
        self.sections.push(VeleroSection::with("Namespaces", namespaces).told_by("object"));
        self.sections.push(VeleroSection::with("Resources", resources).told_by("object"));
    }

    fn selectors(&mut self) {
        let labels = self.object.field("spec.labelSelector.matchLabels").into_iter().flat_map(Value::entries);
        let labels: Vec<String> = labels.map(|(key, value)| format!("{key}={}", value.text().unwrap_or_default())).collect();
        let expressions = self.object.field("spec.labelSelector.matchExpressions").map(|value| value.to_json().to_string());
        let text = labels.into_iter().chain(expressions).collect::<Vec<_>>().join(",");
        self.value("Label selector", if text.is_empty() { NONE.into() } else { clean(&text) });
        let or = self.object.field("spec.orLabelSelectors").map(|value| clean(&value.to_json().to_string()));
        self.optional("Or label selector", or);
    }

    fn hooks(&mut self) {
        let hooks = self.object.field("spec.hooks.resources").into_iter().flat_map(Value::items);
        let names = hooks.filter_map(|hook| hook.get("name")?.text().map(|name| clean(&name))).collect();
        self.list("Hooks", names);
    }

    fn times(&mut self) {
        for (name, path) in [("Started", "status.startTimestamp"), ("Completed", "status.completionTimestamp")] {
            self.value(name, self.object.time(path).map_or_else(|| "<n/a>".into(), as_velero_writes));
        }
    }

    fn progress(&mut self, done: &str, field: &str) {
        let running = self.text("status.phase").as_deref() == Some("InProgress");
        let (total, so_far) = if running { ("Estimated total items to be", " so far") } else { ("Total items to be", "") };
        self.some(&format!("{total} {done}"), "status.progress.totalItems");
        self.some(&format!("Items {done}{so_far}"), &format!("status.progress.{field}"));
    }

    fn operations(&mut self, name: &str, field: &str) {
        if let Some(section) = self.told.section(name) {
            self.sections.push(section);
            return;
        }
        let count = |what: &str| self.object.field(&format!("status.{field}{what}")).and_then(Value::as_i64).unwrap_or(0);
        let (attempted, completed, failed) = (count("Attempted"), count("Completed"), count("Failed"));
        if attempted > 0 {
            self.value(name, format!("{completed} of {attempted} completed successfully, {failed} failed"));
        }
    }

    fn hook_counts(&mut self) {
        self.some("HooksAttempted", "status.hookStatus.hooksAttempted");
        self.some("HooksFailed", "status.hookStatus.hooksFailed");
    }

    fn resources(&mut self) {
        if let Some(section) = self.told.section("Resource List").filter(|section| !section.entries.is_empty()) {
            self.sections.push(section);
            return;
        }
        let items = self.told.items();
        if !items.is_empty() {
            let value = Some("as far as the log tells; whether each was written is not told".to_owned());
            self.sections.push(VeleroSection { name: "Resource List".into(), value, from: Some("log".into()), entries: items });
        }
    }

    /// Snapshots by their counts: their names stand in the bucket only.
    fn snapshots(&self) -> Vec<VeleroSection> {
        let count = |what: &str| self.object.field(&format!("status.{what}")).and_then(Value::as_i64).unwrap_or(0);
        let line = |name: &str, attempted: i64, completed: i64| {
            (attempted > 0).then(|| VeleroSection::of(name, format!("{completed} of {attempted} snapshots completed successfully")))
        };
        let native = line("Velero-Native Snapshots", count("volumeSnapshotsAttempted"), count("volumeSnapshotsCompleted"));
        native.into_iter().chain(line("CSI Snapshots", count("csiVolumeSnapshotsAttempted"), count("csiVolumeSnapshotsCompleted"))).collect()
    }

    /// Volumes by phase: `shop/web-1: data (6.9 GiB of 6.9 GiB)`.
    fn volume_jobs(&self, relation: &str, name: &str) -> Option<VeleroSection> {
        const ORDER: &[&str] = &["Completed", "Failed", "Canceled", "Canceling", "InProgress", "Prepared", "Accepted", "New", ""];
        let jobs: Vec<&Object> = self.graph.related(self.id, relation).targets.into_iter().map(|id| self.graph.object(id)).collect();
        let first = jobs.first()?;
        let uploader = first.text("spec.uploaderType").filter(|text| !text.is_empty()).map_or_else(|| "restic".to_owned(), |text| clean(&text));
        let phase = |job: &Object| job.text("status.phase").unwrap_or_default().into_owned();
        let mut phases: Vec<String> = jobs.iter().map(|job| phase(job)).collect();
        phases.sort_by_key(|phase| (ORDER.iter().position(|known| known == phase).unwrap_or(ORDER.len()), phase.clone()));
        phases.dedup();
        let of = |wanted: &String| {
            let lines = jobs.iter().filter(|job| phase(job) == *wanted).map(|job| VeleroSection::of("", volume(job))).collect();
            VeleroSection::with(&if wanted.is_empty() { "New".to_owned() } else { clean(wanted) }, lines)
        };
        let name = if relation == "volume-backups" { format!("{name} - {uploader}") } else { format!("{uploader} {name}") };
        Some(VeleroSection::with(&name, phases.iter().map(of).collect()))
    }

    fn deletions(&mut self) {
        let requests: Vec<&Object> = self
            .graph
            .of_kind("DeleteBackupRequest")
            .map(|id| self.graph.object(id))
            .filter(|request| {
                let named = request.body.as_ref().map_or_else(
                    || request.label("velero.io/backup-name") == Some(&*self.object.name),
                    |_| request.text("spec.backupName").as_deref() == Some(&*self.object.name),
                );
                request.cluster == self.object.cluster && named
            })
            .collect();
        let line = |request: &&Object| {
            let time = request.created.map_or_else(|| "<n/a>".into(), as_velero_writes);
            let phase = request.text("status.phase").map(|phase| clean(&phase)).unwrap_or_default();
            VeleroSection::of("", format!("{time}: {} {phase}", clean(&request.name)).trim_end().to_owned())
        };
        if !requests.is_empty() {
            let entries = requests.iter().map(line).collect();
            self.sections.push(VeleroSection::with("Deletion Attempts", entries).told_by("object"));
        }
    }

    fn text(&self, path: &str) -> Option<String> {
        self.object.text(path).filter(|text| !text.is_empty()).map(|text| clean(&text))
    }

    fn each(&self, path: &str) -> Vec<String> {
        self.object.field(path).into_iter().flat_map(Value::items).filter_map(Value::text).map(|text| clean(&text)).collect()
    }

    /// `auto` stands for a switch that nobody set.
    fn switch(&self, path: &str) -> String {
        self.text(path).unwrap_or_else(|| "auto".into())
    }

    fn value(&mut self, name: &str, value: String) {
        self.sections.push(VeleroSection::of(name, value).told_by("object"));
    }

    fn optional(&mut self, name: &str, value: Option<String>) {
        if let Some(value) = value {
            self.value(name, value);
        }
    }

    fn some(&mut self, name: &str, path: &str) {
        self.optional(name, self.text(path));
    }

    fn some_time(&mut self, name: &str, path: &str) {
        self.optional(name, self.object.time(path).map(as_velero_writes));
    }

    fn list(&mut self, name: &str, lines: Vec<String>) {
        let section = if lines.is_empty() {
            VeleroSection::of(name, NONE)
        } else {
            VeleroSection::with(name, lines.into_iter().map(|line| VeleroSection::of("", clean(&line))).collect())
        };
        self.sections.push(section.told_by("object"));
    }
}

fn volume(job: &Object) -> String {
    let word = |path: &str| job.text(path).unwrap_or_default();
    let number = |path: &str| job.field(path).and_then(Value::as_i64).and_then(|number| u64::try_from(number).ok());
    let size = number("status.progress.totalBytes").map(|total| {
        let done = number("status.progress.bytesDone").unwrap_or(0);
        format!(" ({} of {})", bytes(done), bytes(total))
    });
    let message = Some(word("status.message")).filter(|message| !message.is_empty()).map(|message| format!(": {message}"));
    let text = format!("{}/{}: {}", word("spec.pod.namespace"), word("spec.pod.name"), word("spec.volume"));
    clean(&format!("{text}{}{}", size.unwrap_or_default(), message.unwrap_or_default()))
}

/// `2021-04-28 14:52:11 +0000 UTC`.
fn as_velero_writes(time: Timestamp) -> String {
    let text = time.to_string();
    match (text.get(..10), text.get(11..19)) {
        (Some(day), Some(clock)) => format!("{day} {clock} +0000 UTC"),
        _ => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_written_as_velero_writes_it() {
        assert_eq!(as_velero_writes(Timestamp::parse("2021-04-28T14:52:11Z").unwrap()), "2021-04-28 14:52:11 +0000 UTC");
    }

    #[test]
    fn run_logs_are_known_in_every_layout() {
        for path in ["m/backup-b/backup-b.log", "x/velero-restore-logs/b-restore.log", "velero.io/backups/b.log"] {
            assert!(is_run_log(path, "b"), "{path}");
        }
        assert!(!is_run_log("m/backup-b2/backup-b2.log", "b") && !is_run_log("backup-b.txt", "b"));
    }
}
