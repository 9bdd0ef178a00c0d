//! Error texts that objects and events hold, by family. Log lines of the same families are matched where logs are scanned.

use super::layers::layers;
use super::verdict::{holding, since, word};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Component, Timestamp};

/// One error text of one object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ErrorText {
    /// The object that holds it.
    pub object: ObjectId,
    /// The text with its white space collapsed.
    pub text: String,
    /// Line in the object's file.
    pub line: u32,
    /// `condition`, `status` or `collected`.
    pub place: &'static str,
    /// When it was written, where the object tells.
    pub time: Option<Timestamp>,
}

impl ErrorText {
    /// Its layers, the outermost first.
    pub fn layers(&self) -> Vec<&str> {
        layers(&self.text)
    }
}

/// An event whose message belongs to a family. The object it is about may not have been gathered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EventError {
    /// Index into [`Graph::events`].
    pub event: usize,
    /// The message with its white space collapsed.
    pub text: String,
}

/// Families with the components whose log lines belong to them.
const FAMILIES: &[(&str, &[Component])] = &[
    ("object-store", &[Component::Velero, Component::NodeAgent, Component::Registry]),
    ("volume-data", &[Component::NodeAgent, Component::Velero]),
    ("backup-item", &[Component::Velero]),
    ("restore-item", &[Component::Velero]),
    ("pod-creation", &[Component::MigController]),
    ("cluster-connection", &[Component::MigController]),
    ("run", &[]),
    ("transfer", &[Component::RsyncClient, Component::RsyncServer, Component::Stunnel]),
    ("collector", &[Component::Gather]),
];

/// Families with the components whose log lines belong to them.
pub fn families() -> &'static [(&'static str, &'static [Component])] {
    FAMILIES
}

/// Where a kind keeps its error texts.
#[derive(Debug, Clone, Copy)]
enum From {
    /// Messages of the conditions that hold and are not good news.
    Conditions,
    /// Messages of one condition.
    Condition(&'static str),
    /// Conditions of category Critical.
    Critical,
    /// One field.
    Field(&'static str),
    /// A list of texts.
    List(&'static str),
    /// A field of each element of a list.
    Each(&'static str, &'static str),
    /// A list of the description of a kind.
    Described(&'static str, &'static str),
}

const JOBS: &[&str] = &["PodVolumeBackup", "PodVolumeRestore", "ResticRepository", "BackupRepository"];
const RUNS: &[&str] = &["MigMigration", "DirectVolumeMigration", "DirectImageMigration", "DirectImageStreamMigration"];
const DESCRIPTION: &[&str] = &["Description"];
const DVM: &[&str] = &["DirectVolumeMigration"];
const PROGRESS: &[&str] = &["DirectVolumeMigrationProgress"];

type Source = (&'static [&'static str], From);

fn sources(family: &str) -> &'static [Source] {
    match family {
        "object-store" => {
            &[(&["MigStorage"], From::Conditions), (&["BackupStorageLocation"], From::Field("status.message")), (JOBS, From::Field("status.message"))]
        }
        "volume-data" => &[(JOBS, From::Field("status.message"))],
        "pod-creation" => &[(DVM, From::List("status.errors")), (DVM, From::Condition("FailedCreatingRsyncPods"))],
        "cluster-connection" => &[(&["MigCluster"], From::Condition("TestConnectFailed"))],
        "run" => &[
            (RUNS, From::List("status.errors")),
            (RUNS, From::Critical),
            (&["Backup", "Restore"], From::Field("status.failureReason")),
            (&["Backup", "Restore"], From::List("status.validationErrors")),
        ],
        "transfer" => &[(PROGRESS, From::Field("status.logMessage")), (PROGRESS, From::Each("status.rsyncPodStatuses", "logMessage"))],
        "backup-item" => &[(DESCRIPTION, From::Described("Backup", "errors"))],
        "restore-item" => &[(DESCRIPTION, From::Described("Restore", "errors")), (DESCRIPTION, From::Described("Restore", "warnings"))],
        "collector" => &[(&["Gap"], From::Field("detail"))],
        _ => &[],
    }
}

/// Kinds that hold error texts of a family: absence proves nothing unless these were gathered. Descriptions only repeat what logs say.
pub fn error_kinds(family: &str) -> Vec<&'static str> {
    let mut kinds: Vec<_> = sources(family).iter().flat_map(|(kinds, _)| kinds.iter().copied()).collect();
    kinds.retain(|kind| !DESCRIPTION.contains(kind));
    kinds.sort_unstable();
    kinds.dedup();
    kinds
}

/// Error texts of a family, in the order of the objects that hold them.
pub fn errors(graph: &Graph, family: &str) -> Vec<ErrorText> {
    let mut found = Vec::new();
    for (kinds, from) in sources(family) {
        for id in kinds.iter().flat_map(|kind| graph.of_kind(kind)) {
            let object = graph.object(id);
            if complains(family, object) {
                collect(id, object, *from, &mut found);
            }
        }
    }
    found.sort_by(|a: &ErrorText, b| (a.object, a.line, &a.text).cmp(&(b.object, b.line, &b.text)));
    found.dedup_by(|later, first| (later.object, &later.text) == (first.object, &first.text));
    found
}

/// Events of a family: pods that could not be made or placed.
pub fn event_errors(graph: &Graph, family: &str) -> Vec<EventError> {
    if family != "pod-creation" {
        return Vec::new();
    }
    let wanted = |reason: &str| matches!(reason, "FailedCreate" | "FailedScheduling");
    let events = graph.events.iter().enumerate().filter(|(_, event)| wanted(&event.reason));
    events.map(|(event, one)| EventError { event, text: collapse(&one.message) }).filter(|error| !error.text.is_empty()).collect()
}

/// Objects that are done also carry messages (`volume was empty`, rsync's statistics), and not every gap is an error text.
fn complains(family: &str, object: &Object) -> bool {
    if family == "collector" {
        return object.text("reason").as_deref() == Some("stderr");
    }
    match object.text("status.phase").as_deref() {
        Some("Ready" | "Available" | "Succeeded") => false,
        Some("Completed") => !JOBS.contains(&object.kind()),
        _ => true,
    }
}

fn collect(id: ObjectId, object: &Object, from: From, found: &mut Vec<ErrorText>) {
    match from {
        From::Conditions => conditions(id, object, |condition| matches!(&*word(condition, "category"), "Critical" | "Error" | "Warn"), found),
        From::Critical => conditions(id, object, |condition| word(condition, "category") == "Critical", found),
        From::Condition(name) => conditions(id, object, |condition| word(condition, "type") == name, found),
        From::Field(path) => found.extend(object.field(path).and_then(|value| text(id, value, "status", object))),
        From::List(path) => {
            found.extend(object.field(path).into_iter().flat_map(Value::items).filter_map(|value| text(id, value, "status", object)));
        }
        From::Described(kind, list) => {
            if object.text("of").as_deref() == Some(kind) {
                let items = object.field(list).into_iter().flat_map(Value::items);
                found.extend(items.filter_map(|item| text(id, item.get("text")?, "status", object)));
            }
        }
        From::Each(path, key) => {
            let items = object.field(path).into_iter().flat_map(Value::items);
            found.extend(items.filter_map(|item| text(id, item.get(key)?, "status", object)));
        }
    }
}

fn conditions(id: ObjectId, object: &Object, keep: impl Fn(Value<'_>) -> bool, found: &mut Vec<ErrorText>) {
    for condition in holding(object).filter(|condition| keep(*condition)) {
        let Some(message) = condition.get("message") else { continue };
        found.extend(text(id, message, "condition", object).map(|error| ErrorText { time: since(condition), ..error }));
    }
}

fn text(id: ObjectId, value: Value<'_>, place: &'static str, object: &Object) -> Option<ErrorText> {
    let text = collapse(&value.text()?);
    let place = if object.is_derived_kind { "collected" } else { place };
    let time = object.time("status.completionTimestamp");
    (!text.is_empty()).then(|| ErrorText { object: id, text, line: value.line(), place, time })
}

fn collapse(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for word in text.split_whitespace() {
        if !out.is_empty() {
            out.push(' ');
        }
        out.push_str(word);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::Case;
    use serde_json::json;

    #[test]
    fn messages_of_storage_belong_to_the_object_store() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "MigStorage", "metadata": {"name": "s", "namespace": "openshift-migration"}, "status": {"conditions": [
            {"type": "Ready", "status": "True", "category": "Required", "message": "ready"},
            {"type": "BackupStorageProviderTestFailed", "status": "True", "category": "Critical", "message": "denied\n  twice"}]}}),
        );
        case.add(
            0,
            json!({"kind": "BackupStorageLocation", "metadata": {"name": "b", "namespace": "openshift-migration"},
            "status": {"message": "rpc error: code = Unknown"}}),
        );
        let graph = case.freeze();
        let texts: Vec<_> = errors(&graph, "object-store").into_iter().map(|error| (error.text, error.place)).collect();
        assert_eq!(texts, [("rpc error: code = Unknown".to_owned(), "status"), ("denied twice".to_owned(), "condition")]);
        assert!(errors(&graph, "no-such-family").is_empty());
    }

    #[test]
    fn a_run_holds_the_errors_of_its_children() {
        let mut case = Case::new(1);
        case.add(
            0,
            json!({"kind": "DirectVolumeMigration", "metadata": {"name": "d", "namespace": "openshift-migration"},
            "status": {"errors": ["boom"]}}),
        );
        let graph = case.freeze();
        assert_eq!(errors(&graph, "run").len(), 1);
        assert_eq!(errors(&graph, "pod-creation").len(), 1);
    }

    #[test]
    fn every_family_has_a_source() {
        for (family, components) in families() {
            assert!(!sources(family).is_empty() || !components.is_empty(), "{family}");
        }
    }
}
