//! What to look for in logs: the names and UIDs of everything that is part of a subject, and the logs that are its own.

use std::collections::BTreeMap;

use super::belongs::{Subject, belongs};
use crate::graph::{Graph, Log, ObjectId, Stream};
use crate::model::{ClusterId, Component, ObjectRef, Timestamp, Uid};
use crate::mtc::is_run_kind;

/// A text that makes a line concern the subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Needle {
    /// The text; it counts as a whole word only.
    pub text: String,
    /// The text is an ordinary word, so only a line that gives it as the value of a field counts.
    pub fields_only: bool,
}

/// What to look for, and where.
#[derive(Debug, Clone)]
pub struct Search {
    /// What it is about.
    pub title: String,
    /// How many objects are looked for.
    pub objects: u64,
    /// Texts, sorted.
    pub needles: Vec<Needle>,
    /// Logs to look in, by their place in the graph, and whether every line of it counts.
    pub logs: Vec<(u32, bool)>,
    /// What the reader should know about the data.
    pub notes: Vec<String>,
}

/// Kinds whose names are made up as well, beside those that MTC and Velero make for a run: their name in a line means them.
const OWN_NAMES: &[&str] = &["PersistentVolume", "Pod", "Job", "Route"];

/// Shorter names are words that any line may hold.
const SHORTEST: usize = 6;

/// Collects what to look for. `all_logs` searches also programs that only repeat or collect.
pub fn search(graph: &Graph, subject: &Subject, all_logs: bool) -> Search {
    let parts = belongs(graph, subject);
    let mut needles: BTreeMap<String, bool> = BTreeMap::new();
    let mut add = |text: String, fields_only: bool| {
        let both = needles.entry(text).or_insert(fields_only);
        *both &= fields_only;
    };
    let mut pods: Vec<ObjectRef> = Vec::new();
    let gathered = parts.objects.iter().map(|&id| graph.object(id).reference());
    let mut objects = 0;
    for object in gathered.chain(parts.named.iter().cloned()) {
        objects += 1;
        if let Some(uid) = object.uid.as_ref().map(Uid::as_str).filter(|uid| uid.len() >= SHORTEST) {
            add(uid.to_owned(), false);
        }
        match &object.namespace {
            _ if is_run_kind(&object.kind) || OWN_NAMES.contains(&&*object.kind) => add(object.name.to_string(), !is_telling(&object.name)),
            Some(namespace) => add(format!("{namespace}/{}", object.name), false),
            None => {}
        }
        if &*object.kind == "Pod" {
            pods.push(object);
        }
    }
    let mut logs = Vec::new();
    let mut unnamed = 0_u32;
    for (index, log) in (0_u32..).zip(&graph.logs).filter(|(_, log)| log.canonical && log.lines > 0) {
        let own = is_own(log, &pods, &needles);
        let quiet = matches!(log.component, Component::Gather | Component::Discovery);
        if own || all_logs || !quiet {
            logs.push((index, own));
        }
        unnamed += u32::from(log.container.is_none() && log.stream == Stream::Current);
    }
    let mut notes: Vec<String> = Vec::new();
    for cluster in graph.cluster_ids() {
        notes.extend(silence(graph, cluster));
    }
    notes.extend(late(graph, subject.roots.iter().filter_map(|&id| graph.object(id).created).min()));
    if unnamed > 0 {
        notes.push(format!("{unnamed} logs hold all containers of their pod one after the other, as the gather collected them"));
    }
    Search {
        title: subject.title.clone(),
        objects,
        needles: needles.into_iter().map(|(text, fields_only)| Needle { text, fields_only }).collect(),
        logs,
        notes,
    }
}

/// Looks for one object alone, in the logs of all programs but those that only collect.
pub fn mentions(graph: &Graph, id: ObjectId) -> Search {
    let object = graph.object(id);
    let mut needles = vec![Needle { text: object.name.to_string(), fields_only: !is_telling(&object.name) }];
    needles.extend(
        object.uid.as_ref().map(Uid::as_str).filter(|uid| uid.len() >= SHORTEST).map(|uid| Needle { text: uid.to_owned(), fields_only: false }),
    );
    if let Some(namespace) = &object.namespace {
        needles.push(Needle { text: format!("{namespace}/{}", object.name), fields_only: false });
    }
    let searched = |log: &Log| log.canonical && log.lines > 0 && log.component != Component::Gather;
    let logs = (0_u32..).zip(&graph.logs).filter(|(_, log)| searched(log));
    Search { title: object.reference().to_string(), objects: 1, needles, logs: logs.map(|(index, _)| (index, false)).collect(), notes: Vec::new() }
}

/// Whether a name is no ordinary word.
fn is_telling(name: &str) -> bool {
    name.len() >= SHORTEST && name.contains(|c: char| c == '-' || c.is_ascii_digit())
}

/// A log of a pod of the subject, or the run log that was fetched for one of its backups or restores.
fn is_own(log: &Log, pods: &[ObjectRef], needles: &BTreeMap<String, bool>) -> bool {
    let serves_many = matches!(
        log.component,
        Component::MigController | Component::Velero | Component::NodeAgent | Component::Operator | Component::OadpOperator | Component::LogReader
    );
    if let Some(pod) = &log.pod {
        return !serves_many
            && pods.iter().any(|known| known.cluster == log.cluster && known.name == *pod && known.namespace.as_deref() == log.namespace.as_deref());
    }
    let file = log.path.as_str().rsplit('/').next().unwrap_or_default();
    let stem = file.strip_suffix(".log").unwrap_or(file);
    let names = ["backup-", "restore-"].iter().filter_map(|prefix| stem.strip_prefix(prefix));
    let old = ["-backup", "-restore"].iter().filter_map(|suffix| stem.strip_suffix(suffix));
    log.component == Component::Velero && names.chain(old).any(|name| needles.contains_key(name))
}

/// A cluster whose programs left no lines, said aloud.
fn silence(graph: &Graph, id: ClusterId) -> Option<String> {
    let cluster = graph.cluster(id);
    if !cluster.gathered {
        return Some(format!("cluster {} was not gathered: its logs are missing", cluster.name));
    }
    let any = graph.logs.iter().any(|log| log.cluster == id && log.lines > 0);
    (!any).then(|| format!("no logs were gathered from cluster {}", cluster.name))
}

/// Logs that begin after the subject did lack its first lines.
fn late(graph: &Graph, since: Option<Timestamp>) -> Option<String> {
    let first = graph.logs.iter().filter(|log| log.canonical && log.component == Component::MigController).filter_map(|log| log.first).min()?;
    (first > since?).then(|| format!("the log of the migration controller begins at {first} only"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ordinary_words_count_as_values_only() {
        assert!(is_telling("shop-stage") && is_telling("migmigration7"));
        assert!(!is_telling("stage") && !is_telling("database") && !is_telling("a-b"));
    }
}
