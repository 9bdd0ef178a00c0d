//! Real public archives, when they are there: nothing is lost without a word, and nothing is found that is not there.

#![allow(clippy::unwrap_used, clippy::print_stderr, reason = "a test may fail where it stands, and says what it read")]

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};

use mig_analyze::archive::{Limits, Source, Want, walk};
use mig_analyze::finding::{RuleState, Severity};
use mig_analyze::{Analysis, Options, Quiet, analyze};

const GENERIC: &str = "must-gather-clean-aws.tar.gz";

fn folder() -> PathBuf {
    std::env::var_os("MIG_REALDATA").map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/realdata"), PathBuf::from)
}

fn archives() -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder()) else {
        return Vec::new();
    };
    let mut paths: Vec<PathBuf> = entries.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| path.to_string_lossy().ends_with(".tar.gz"));
    paths.sort();
    paths
}

/// The analysis of one archive; `None`, with a word about it, where it is not here.
fn read(name: &str) -> Option<Analysis> {
    let path = folder().join(name);
    if !path.exists() {
        eprintln!("{name} is not here, nothing tested");
        return None;
    }
    Some(analyze(&[path], &Options::default(), &Quiet).unwrap())
}

#[test]
fn every_archive_is_read_to_its_end() {
    for path in archives() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let analysis = analyze(std::slice::from_ref(&path), &Options::default(), &Quiet).unwrap_or_else(|error| panic!("{name}: {error}"));
        let (report, figures) = (&analysis.report, &analysis.figures);
        assert!(report.inputs[0].complete, "{name} is whole");
        assert!(report.coverage.files > 0, "{name} holds files");
        assert!(report.gaps.iter().all(|gap| !gap.detail.is_empty() || gap.reason == "stderr"), "{name}: a gap says why: {:?}", report.gaps);
        eprintln!(
            "{name}: {} files, {} objects ({} before merging), {} events, {} logs, {} gaps, {} findings, layouts {:?}",
            report.coverage.files,
            report.coverage.objects,
            figures.copies,
            report.coverage.events,
            report.coverage.logs,
            report.gaps.len(),
            report.findings.len(),
            report.inputs[0].layouts
        );
    }
}

#[test]
fn the_generic_gather_is_read_whole() {
    let Some(analysis) = read(GENERIC) else { return };
    let Analysis { report, graph, figures, .. } = analysis;
    assert_eq!(report.coverage.files, 3526);
    assert_eq!(figures.copies, 8635, "objects in files, events among them");
    let mut kinds: BTreeSet<&str> = graph.objects.iter().filter(|object| !object.is_derived_kind).map(mig_analyze::graph::Object::kind).collect();
    assert!(!graph.events.is_empty());
    kinds.insert("Event");
    assert_eq!(kinds.len(), 88, "{kinds:?}");
    let objects = graph.objects.iter().filter_map(|object| object.namespace.as_deref());
    let namespaces: BTreeSet<&str> = objects.chain(graph.events.iter().map(|event| &*event.namespace).filter(|name| !name.is_empty())).collect();
    assert_eq!(namespaces.len(), 57, "{namespaces:?}");
    let (fast, general) = (figures.yaml_fast, figures.yaml_general);
    assert!(general * 200 < fast + general, "{fast} bytes of YAML on the fast path, {general} beside it");
}

/// What may be said above a note, by archive, rule and the name of its subject. A person read each of them in the files and found it
/// true; an archive that is not named here holds no migration, and nothing at all may be said of it.
const TRUE: &[(&str, &str, &str)] = &[
    // Two plans of 2019 carry the critical condition `PvInvalidAction` for volumes whose action was never chosen.
    ("mig-ui-mock-derived.tar.gz", "mtc/plan-not-ready", "123"),
    ("mig-ui-mock-derived.tar.gz", "mtc/plan-not-ready", "mediawiki01"),
    ("mig-ui-mock-derived.tar.gz", "mtc/volume-selection-invalid", "123"),
    ("mig-ui-mock-derived.tar.gz", "mtc/volume-selection-invalid", "mediawiki01"),
    // Its roots are broken on purpose: folders of a gather with a time stamp and nothing else.
    ("mugshine.tar.gz", "gather/truncated", "testdata"),
];

#[test]
fn nothing_above_a_note_is_found_that_is_not_true() {
    for path in archives() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let report = analyze(std::slice::from_ref(&path), &Options::default(), &Quiet).unwrap().report;
        let loud = report.findings.iter().filter(|finding| finding.severity > Severity::Note);
        let loud: BTreeSet<(&str, &str)> =
            loud.map(|finding| (finding.rule.as_str(), finding.subject.as_ref().map_or("", |subject| subject.name.as_str()))).collect();
        let allowed: BTreeSet<(&str, &str)> =
            TRUE.iter().filter(|(archive, ..)| *archive == name).map(|(_, rule, subject)| (*rule, *subject)).collect();
        assert_eq!(loud, allowed, "{name}");
        let broken: Vec<&str> = report.rules.iter().filter(|rule| rule.state == RuleState::Errored).map(|rule| rule.id.as_str()).collect();
        assert!(broken.is_empty(), "{name}: {broken:?}");
    }
}

#[test]
fn an_archive_without_migrations_gives_no_word_about_mtc() {
    let of_mtc =
        |rule: &str| ["mtc/", "restic/", "velero/", "rsync/", "hook/", "registry/", "network/"].iter().any(|family| rule.starts_with(family));
    for path in archives() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let report = analyze(std::slice::from_ref(&path), &Options::default(), &Quiet).unwrap().report;
        if name.starts_with("mig-ui") {
            assert_eq!(report.migrations.len(), 3);
            continue;
        }
        assert_eq!(report.migrations, [], "{name}");
        let words: Vec<&str> = report.findings.iter().map(|finding| finding.rule.as_str()).filter(|rule| of_mtc(rule)).collect();
        assert!(words.is_empty(), "{name}: not even a note: {words:?}");
    }
}

/// Every manifest either gave an object or an event, or is a gap with its reason. Empty lists give nothing and lose nothing.
#[test]
fn every_manifest_gave_something_or_is_a_gap() {
    for path in archives() {
        let name = path.file_name().unwrap().to_string_lossy().into_owned();
        let analysis = analyze(std::slice::from_ref(&path), &Options::default(), &Quiet).unwrap();
        let mut known: BTreeSet<&str> =
            analysis.graph.objects.iter().flat_map(|object| object.places.iter().map(|place| place.path.as_str())).collect();
        known.extend(analysis.graph.events.iter().map(|event| event.place.path.as_str()));
        known.extend(analysis.report.gaps.iter().map(|gap| gap.path.as_str()));
        let mut lost = Vec::new();
        for (file, content) in manifests(&path) {
            if !known.contains(file.as_str()) && !holds_no_object(&content) {
                lost.push(file);
            }
        }
        assert!(lost.is_empty(), "{name}: {} manifests left no trace: {:#?}", lost.len(), &lost[..lost.len().min(20)]);
    }
}

/// Whether a file holds nothing that Kubernetes would call an object: a list without items, or YAML of something else.
fn holds_no_object(content: &[u8]) -> bool {
    let text = String::from_utf8_lossy(content);
    let named = |line: &str| line.trim_start_matches(['-', ' ']).starts_with("name:");
    let typed = text.lines().any(|line| line.trim_start_matches(['-', ' ']).starts_with("kind:") || line.contains("\"kind\":"));
    let empty = text.lines().any(|line| matches!(line.trim_end(), "items: []" | "items: null" | "items:")) && !text.contains("\n- ");
    !typed || empty || !(text.lines().any(named) || text.contains("\"name\":"))
}

fn manifests(path: &Path) -> Vec<(String, Vec<u8>)> {
    let want = |path: &str| {
        let manifest = mig_analyze::layout::shape(path) == mig_analyze::layout::Shape::Manifest;
        if manifest { Want::Whole } else { Want::Skip }
    };
    let mut files = Vec::new();
    let mut deliver = |batch: mig_analyze::archive::Batch| {
        files.extend(batch.parts.iter().map(|part| (part.path.to_string(), part.own(&batch).to_vec())));
        None
    };
    walk(&Source::from(path), &Limits::default(), &want, &mut deliver, &mut |_| {}).unwrap();
    files
}

#[test]
fn the_snapshots_of_live_clusters_keep_their_mtc_objects() {
    let Some(analysis) = read("mig-ui-mock-derived.tar.gz") else { return };
    let graph = &analysis.graph;
    // The same names come again in the five gathers of this archive, so copies are counted by where they stand.
    let copies = |kind: &str| graph.of_kind(kind).map(|id| graph.object(id).places.len()).sum::<usize>();
    assert_eq!(["MigPlan", "MigMigration", "MigCluster", "MigStorage"].map(copies), [4, 3, 11, 8]);
    assert_eq!(graph.datasets.len(), 5, "{:?}", graph.datasets);
}
