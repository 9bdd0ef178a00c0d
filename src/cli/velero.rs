//! What the gather's logs tell of an object, and what its fetched texts tell of a backup or a restore: a second pass over the inputs.

use super::Failure;
use super::case::Case;
use super::logs::{self, Filter};
use crate::archive::{self, Batch, Want};
use crate::finding::view::LogLine;
use crate::graph::{Graph, ObjectId};
use crate::layout::{self, Shape};
use crate::model::Component;
use crate::scan::describe::{self, DescribedKind, Scope};
use crate::scan::line::Line;
use crate::views::{self, Fetched, RunLine, RunWord, Told};

/// Lines of one run that are read; the latest count.
const MOST_LINES: usize = 20_000;
/// Bytes of one fetched text.
const LONGEST_TEXT: usize = 1 << 20;

/// Collects the lines that name an object, and of a backup or a restore what they and fetched texts tell of its run.
pub(super) fn told(case: &Case<'_>, graph: &Graph, id: ObjectId) -> Result<Told, Failure> {
    let object = graph.object(id);
    let search = views::mentions(graph, id);
    let filter = Filter { all: true, ..Filter::default() };
    let named = logs::run(graph.into(), &case.sources, &search, &filter, MOST_LINES, &case.options())?.lines;
    if !matches!((object.kind(), &*object.gvk.group), ("Backup" | "Restore", "velero.io")) {
        return Ok(Told { named, ..Told::default() });
    }
    let (kind, name) = (object.kind().to_ascii_lowercase(), &object.name);
    let of_velero = named.iter().filter(|line| line.component == Component::Velero.as_str());
    let lines = of_velero.filter_map(|line| run_line(line, &kind, name)).collect();
    Ok(Told { lines, texts: texts(case, &kind, name)?, named })
}

/// A line that is about that run by its field, not by a mention.
fn run_line(line: &LogLine, kind: &str, name: &str) -> Option<RunLine> {
    let parsed = Line::parse(&line.text, Component::Velero);
    if parsed.field(kind)?.rsplit('/').next() != Some(name) {
        return None;
    }
    let message = parsed.message();
    let attempt = message.strip_prefix("Attempting to restore ").and_then(|item| item.split_once(": "));
    // Velero up to 1.6 tells of items that it could not restore at level info.
    let what = if parsed.is_error() || message.starts_with("error restoring") {
        RunWord::Error
    } else if parsed.level.starts_with("warn") {
        RunWord::Warning
    } else if attempt.is_some() || message == "Backing up item" {
        RunWord::Item
    } else {
        return None;
    };
    let error = parsed.error().filter(|error| !message.contains(error.as_str()));
    let own = |key: &str| parsed.field(key).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    Some(RunLine {
        what,
        namespace: own("namespace"),
        resource: attempt.map(|(kind, _)| kind.to_owned()).or_else(|| own("resource")).or_else(|| own("groupResource")),
        name: attempt.map(|(_, name)| name.to_owned()).or_else(|| own("name")),
        message: error.map_or_else(|| message.clone(), |error| format!("{message}: {error}")),
    })
}

fn texts(case: &Case<'_>, kind: &str, name: &str) -> Result<Vec<Fetched>, Failure> {
    let mut found = Vec::new();
    for (input, (_, source)) in (0_u32..).zip(&case.sources) {
        let want = |path: &str| match layout::shape(path) {
            Shape::Closed => Want::Closed,
            _ if is_description(path, kind, name) => Want::Whole,
            _ => Want::Skip,
        };
        let step = |texts: &mut Vec<Fetched>, batch: &Batch| {
            for part in batch.parts.iter().filter(|part| part.first && is_description(&part.path, kind, name)) {
                let own = part.own(batch);
                let text = String::from_utf8_lossy(&own[..own.len().min(LONGEST_TEXT)]).into_owned();
                let results = described(&text, kind);
                texts.push(Fetched { input, path: part.path.to_string(), text, results });
            }
        };
        let run = archive::run(source, &case.options().limits, &want, 1, Vec::new, step)?;
        found.extend(run.states.into_iter().flatten());
    }
    found.sort_by(|a, b| (a.input, &a.path).cmp(&(b.input, &b.path)));
    Ok(found)
}

/// Errors and warnings of a description.
fn described(text: &str, kind: &str) -> Vec<RunLine> {
    let kind = if kind == "backup" { DescribedKind::Backup } else { DescribedKind::Restore };
    let Some(found) = describe::parse(text, Some(kind)) else { return Vec::new() };
    let line = |what, told: describe::Told| {
        let (namespace, resource) = match told.scope {
            Scope::Velero => (None, None),
            Scope::Cluster => (None, Some(String::new())),
            Scope::Namespace(namespace) => (Some(namespace), Some(String::new())),
        };
        RunLine { what, namespace, resource, name: None, message: told.text }
    };
    let errors = found.errors.into_iter().map(|told| line(RunWord::Error, told));
    errors.chain(found.warnings.into_iter().map(|told| line(RunWord::Warning, told))).collect()
}

/// Whether a file holds what `velero describe` printed, in any generation of the gather.
fn is_description(path: &str, kind: &str, name: &str) -> bool {
    let mut parts = path.rsplit('/');
    let (file, parent) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    file == format!("{kind}-describe-{name}.txt")
        || file == format!("{name}-{kind}-describe.log")
        || (parent == format!("{kind}s") && file == format!("describe-{name}.txt"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(text: &str) -> LogLine {
        LogLine {
            time: None,
            cluster: String::new(),
            component: "velero".into(),
            pod: None,
            level: None,
            message: String::new(),
            text: text.into(),
            input: 0,
            path: String::new(),
            line: 1,
        }
    }

    #[test]
    fn lines_of_a_run_tell_the_item_and_the_error() {
        let text = r#"time="2021-05-12T08:10:14Z" level=error msg="Error backing up item" backup=om/b error="timed out" name=web namespace=shop resource=pods"#;
        let found = run_line(&line(text), "backup", "b").unwrap();
        assert_eq!((found.what, found.resource.as_deref(), found.name.as_deref()), (RunWord::Error, Some("pods"), Some("web")));
        assert_eq!(found.message, "Error backing up item: timed out");
        assert_eq!(run_line(&line(text), "backup", "other"), None);
        let text = r#"time="2021-05-12T08:10:14Z" level=info msg="Attempting to restore Namespace: ledger" restore=om/r"#;
        let found = run_line(&line(text), "restore", "r").unwrap();
        assert_eq!((found.what, found.resource.as_deref(), found.name.as_deref()), (RunWord::Item, Some("Namespace"), Some("ledger")));
        let text = r#"time="2021-05-12T08:10:14Z" level=info msg="error restoring web: denied" restore=om/r"#;
        assert_eq!(run_line(&line(text), "restore", "r").unwrap().what, RunWord::Error);
    }

    #[test]
    fn a_message_that_goes_on_with_a_colon_is_one_message() {
        let text = "Name:  r\nPhase:  PartiallyFailed\n\nWarnings:\n  Velero:   <none>\n  Cluster:  could not restore, nodes \"n\" already exists\n  \
                    Namespaces:\n    shop:  could not restore, secrets \"a\" already exists. Warning: the version is different\n           could \
                    not restore, secrets \"b\" already exists.\nWarning: the in-cluster version is different\n    till:  x\n\nErrors:\n  Velero:   timed \
                    out:\n              after an hour\n  Cluster:  <none>\n  Namespaces: <none>\n\nBackup:  b\n";
        let found = described(text, "restore");
        let told: Vec<_> = found.iter().map(|line| (line.what, line.namespace.as_deref(), line.message.as_str())).collect();
        assert_eq!(
            told,
            [
                (RunWord::Error, None, "timed out: after an hour"),
                (RunWord::Warning, None, "could not restore, nodes \"n\" already exists"),
                (RunWord::Warning, Some("shop"), "could not restore, secrets \"a\" already exists. Warning: the version is different"),
                (RunWord::Warning, Some("shop"), "could not restore, secrets \"b\" already exists. Warning: the in-cluster version is different"),
                (RunWord::Warning, Some("till"), "x"),
            ]
        );
        assert_eq!(described("An error occurred: gone\n", "restore"), []);
    }

    #[test]
    fn descriptions_are_known_in_every_layout() {
        for path in ["a/backup-b/backup-describe-b.txt", "x/velero-backup-logs/b-backup-describe.log", "velero.io/backups/describe-b.txt"] {
            assert!(is_description(path, "backup", "b"), "{path}");
        }
        assert!(!is_description("a/backup-describe-b2.txt", "backup", "b") && !is_description("velero.io/restores/describe-b.txt", "backup", "b"));
    }
}
