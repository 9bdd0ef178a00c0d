//! Descriptions that the gather stored, as objects of the derived kind `Description`.

use std::sync::Arc;

use super::kube_yaml::Problem;
use crate::graph::tape::{Style, TapeBuilder};
use crate::graph::{Object, SourceLines};
use crate::model::{ClusterId, EntryPath, Gvk, Place};
use crate::scan::describe::{self, Described, DescribedKind, Scope, Told};
use crate::scan::{ProblemKind, complaint};

/// The longest description of which anything is read.
pub(super) const LONGEST: usize = 1 << 20;

/// What one file gave: a description, and what the client complained about while it wrote it.
pub(super) struct Read {
    pub(super) object: Option<Object>,
    pub(super) problem: Option<Problem>,
}

pub(super) fn read(input: u32, path: &Arc<str>, text: &str) -> Read {
    let Some(found) = describe::parse(text, hint(path)) else {
        // The faults that every run of the gather's scripts makes are no news.
        let told = complaint(text).filter(|told| !matches!(told.kind, ProblemKind::NoLog | ProblemKind::Script));
        return Read { object: None, problem: told.map(|told| Problem::Stderr { line: told.line, text: told.text.into() }) };
    };
    // That an old backup has no list of its objects is normal.
    let complaint = found.complaints.iter().find(|complaint| !complaint.text.ends_with(" not found>"));
    let problem = complaint.map(|complaint| Problem::StderrLine { line: complaint.line, text: complaint.text.clone(), benign: false });
    Read { problem, object: Some(object(input, path, &found, text)) }
}

/// What the file's name says.
fn hint(path: &str) -> Option<DescribedKind> {
    let name = path.rsplit('/').next().unwrap_or(path);
    let in_dir = |dir: &str| path.rsplit('/').nth(1) == Some(dir);
    if name.starts_with("pvb-describe-") {
        Some(DescribedKind::PodVolumeBackup)
    } else if name.starts_with("pvr-describe-") {
        Some(DescribedKind::PodVolumeRestore)
    } else if name.starts_with("restore-describe-") || name.ends_with("-restore-describe.log") || in_dir("restores") {
        Some(DescribedKind::Restore)
    } else if name.starts_with("backup-describe-") || name.ends_with("-backup-describe.log") || in_dir("backups") {
        Some(DescribedKind::Backup)
    } else {
        None
    }
}

fn object(input: u32, path: &Arc<str>, found: &Described, text: &str) -> Object {
    let mut body = Body(TapeBuilder::default());
    body.0.map_start(found.line);
    body.text("of", found.kind.as_str(), found.line);
    body.text("name", &found.name, found.line);
    if let Some(namespace) = &found.namespace {
        body.text("namespace", namespace, found.line);
    }
    for (key, said) in [("phase", &found.phase), ("message", &found.message)] {
        if let Some(said) = said {
            body.text(key, &said.text, said.line);
        }
    }
    for (key, count) in [("error_count", found.error_count), ("warning_count", found.warning_count)] {
        if let Some(count) = count {
            body.0.key(key);
            body.0.scalar(&count.to_string(), Style::Plain, found.line);
        }
    }
    body.told("errors", &found.errors, found.line);
    body.told("warnings", &found.warnings, found.line);
    for (key, list) in [("validation", &found.validation), ("complaints", &found.complaints)] {
        body.list(key, list, found.line, |body, said| body.0.scalar(&said.text, Style::Quoted, said.line));
    }
    body.list("volumes", &found.volumes, found.line, |body, volume| {
        body.0.map_start(volume.line);
        let progress = volume.progress.as_deref();
        let all = [
            ("namespace", Some(&*volume.namespace)),
            ("pod", Some(&volume.pod)),
            ("volume", Some(&volume.volume)),
            ("phase", Some(&volume.phase)),
            ("progress", progress),
        ];
        for (key, value) in all {
            if let Some(value) = value {
                body.text(key, value, volume.line);
            }
        }
        body.0.end();
    });
    let name = match &found.namespace {
        Some(namespace) => format!("{} {namespace}/{}", found.kind.as_str(), found.name),
        None => format!("{} {}", found.kind.as_str(), found.name),
    };
    Object {
        cluster: ClusterId(0),
        gvk: Gvk::new("", "Description"),
        namespace: None,
        name: name.as_str().into(),
        uid: None,
        resource_version: 0,
        created: None,
        deleted: None,
        labels: Box::default(),
        owners: Box::default(),
        places: vec![Place { input, path: EntryPath(path.clone()), line: found.line }],
        body: Some(body.0.finish().with_source(SourceLines::new(quotable(text).into(), 1, Box::default()))),
        derived: None,
        is_derived_kind: true,
        earlier: Vec::new(),
    }
}

/// The part of a text that findings may quote. Errors stand in front; the long list of objects comes after them.
const QUOTED: usize = 64 << 10;

fn quotable(text: &str) -> &str {
    if text.len() <= QUOTED {
        return text;
    }
    let end = text.as_bytes()[..QUOTED].iter().rposition(|byte| *byte == b'\n').unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

struct Body(TapeBuilder);

impl Body {
    fn text(&mut self, key: &str, text: &str, line: u32) {
        self.0.key(key);
        self.0.scalar(text, Style::Quoted, line);
    }

    fn list<T>(&mut self, key: &str, items: &[T], line: u32, each: impl Fn(&mut Self, &T)) {
        if items.is_empty() {
            return;
        }
        self.0.key(key);
        self.0.seq_start(line);
        for item in items {
            each(self, item);
        }
        self.0.end();
    }

    fn told(&mut self, key: &str, all: &[Told], line: u32) {
        self.list(key, all, line, |body, one| {
            body.0.map_start(one.line);
            let (scope, namespace) = match &one.scope {
                Scope::Velero => ("velero", None),
                Scope::Cluster => ("cluster", None),
                Scope::Namespace(namespace) => ("namespace", Some(namespace)),
            };
            body.text("scope", scope, one.line);
            if let Some(namespace) = namespace {
                body.text("namespace", namespace, one.line);
            }
            body.text("text", &one.text, one.line);
            body.0.end();
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_description_becomes_an_object_with_its_lines() {
        let text = "Name:         r\nNamespace:    om\n\nPhase:  PartiallyFailed\n\nErrors:\n  Velero:   gone\n  Namespaces:\n    shop:  denied\n\nBackup:  b\n";
        let read = read(0, &"m/restore-r/restore-describe-r.txt".into(), text);
        let object = read.object.unwrap();
        assert_eq!(&*object.name, "Restore om/r");
        let errors: Vec<_> = object.field("errors").unwrap().items().collect();
        let said = |at: usize, key: &str| errors[at].get(key).and_then(crate::graph::tape::Value::text).map(std::borrow::Cow::into_owned);
        assert_eq!((said(0, "scope"), said(0, "text"), errors[0].line()), (Some("velero".into()), Some("gone".into()), 7));
        assert_eq!((said(1, "namespace"), said(1, "text"), errors[1].line()), (Some("shop".into()), Some("denied".into()), 9));
        assert!(read.problem.is_none());
        assert_eq!(object.excerpt(errors[0]).text, "  Velero:   gone", "a proof quotes the line as it stands");
    }

    #[test]
    fn of_a_long_text_the_first_lines_can_be_quoted() {
        let text = format!("Name:  b\n{}", "    - shop/é\n".repeat(20_000));
        let kept = quotable(&text);
        assert!(kept.len() < QUOTED && kept.ends_with('é') && text.starts_with(kept));
    }

    #[test]
    fn what_the_client_could_not_do_is_a_problem_of_the_collection() {
        let path: Arc<str> = "m/backup-b/backup-describe-b.txt".into();
        let gone = read(0, &path, "An error occurred: backups.velero.io \"b\" not found\ncommand terminated with exit code 1\n");
        assert!(gone.object.is_none());
        assert!(matches!(gone.problem, Some(Problem::Stderr { ref text, .. }) if text.starts_with("An error occurred: ")));
        let partly = read(0, &path, "Name:  b\nPhase:  Completed\nErrors:   <error getting errors: timed out waiting for download URL>\n");
        assert!(partly.object.unwrap().field("errors").is_none());
        assert!(matches!(partly.problem, Some(Problem::StderrLine { line: 3, .. })));
        let old = read(0, &path, "Name:  b\nPhase:  Completed\nResource List:  <backup resource list not found>\n");
        assert!(old.problem.is_none());
    }
}
