//! The drill-down views over stories and over a real gather.

#![allow(clippy::unwrap_used, reason = "a test may fail where it stands")]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mig_analyze::output::{self, Format, Options as Page};
use mig_analyze::rules::Pack;
use mig_analyze::views::{self, Ask, Scope};
use mig_analyze::{Analysis, Options, Quiet, analyze, named, read_case};

fn story(inputs: &[&str]) -> Analysis {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures");
    let inputs: Vec<PathBuf> = inputs.iter().map(|input| root.join(input)).collect();
    analyze(&inputs, &Options::default(), &Quiet).unwrap()
}

fn tree(analysis: &Analysis, scope: Scope<'_>, unhealthy: bool) -> String {
    let tree = views::tree(&analysis.graph, &analysis.report, scope, unhealthy).unwrap();
    let mut out = Vec::new();
    output::tree(&tree, Format::Terminal, &Page::default(), &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_tree_leads_from_the_plan_to_the_pod_that_blocks_it() {
    let analysis = story(&["packed/multi-attach.tar.gz"]);
    let text = tree(&analysis, Scope::Migration("shop-stage"), true);
    for wanted in ["MigPlan openshift-migration/shop-restage-plan", "PodVolumeRestore", "Pod shop/stage-shop-mysql-1-fdfgb-g8kqt  F1", "Init:0/1"] {
        assert!(text.contains(wanted), "{wanted} is not in\n{text}");
    }
    assert!(!text.contains("MigStorage"), "what is well is left out:\n{text}");
}

#[test]
fn a_synced_backup_is_one_node_on_the_cluster_that_made_it() {
    let analysis = story(&["packed/multi-attach.tar.gz"]);
    let text = tree(&analysis, Scope::Plan("shop-restage"), false);
    let backups: Vec<&str> = text.lines().filter(|line| line.contains("- Backup shop-stage")).collect();
    assert_eq!(backups.len(), 1, "{text}");
    assert!(backups[0].contains("[aws-source]") && backups[0].ends_with("synced to host"), "{}", backups[0]);
}

#[test]
fn a_line_of_the_tree_fits_the_page() {
    let analysis = story(&["unschedulable-rsync/must-gather", "unschedulable-rsync/inspect"]);
    let text = tree(&analysis, Scope::All, false);
    assert!(text.contains("DirectVolumeMigration "), "{text}");
    // Commands are never cut, so that they can be pasted.
    let (drawn, commands) = text.split_once("See for yourself\n").unwrap();
    for line in drawn.lines() {
        assert!(line.chars().count() <= 100, "{line}");
    }
    assert!(commands.lines().any(|line| line.starts_with("  mig-analyze cat '") && line.contains("' -i '")), "{commands}");
    assert!(commands.lines().any(|line| line.starts_with("  oc ") && line.contains(" # on ")), "{commands}");
}

#[test]
fn a_prefix_of_two_names_is_asked_back_and_one_of_none_lists_what_there_is() {
    let analysis = story(&["packed/multi-attach.tar.gz"]);
    let ask = |prefix| views::tree(&analysis.graph, &analysis.report, Scope::Migration(prefix), false).unwrap_err();
    assert!(ask("shop").to_string().contains("several migrations"), "{}", ask("shop"));
    assert!(ask("shop").help().contains("shop-cutover"), "{}", ask("shop").help());
    assert!(ask("nope").help().contains("shop-stage"), "{}", ask("nope").help());
}

#[test]
fn coverage_names_the_clusters_and_what_could_not_be_judged() {
    let analysis = story(&["packed/multi-attach.tar.gz"]);
    let view = views::coverage(&analysis.graph, &analysis.report);
    assert_eq!(view.clusters.len(), 2);
    let pods = view.clusters[0].kinds.iter().find(|kind| kind.kind == "Pod").unwrap();
    assert!(pods.objects > 0 && view.clusters[0].logs.iter().any(|log| log.component == "velero" && log.from.is_some()));
    for format in Format::ALL {
        let mut out = Vec::new();
        output::coverage(&view, *format, &Page::default(), &mut out).unwrap();
        assert!(out.ends_with(b"\n"));
    }
}

/// Public gathers, when the machine has them; `REALDATA` names their folder.
#[test]
fn get_lists_as_many_objects_as_the_files_hold() {
    let Some(folder) = std::env::var_os("REALDATA") else { return };
    for (name, least) in [("must-gather-clean-aws.tar.gz", 60), ("redhatqe-explorer-full.tar.gz", 5), ("mig-ui-mock-derived.tar.gz", 5)] {
        let archive = Path::new(&folder).join(name);
        let (graph, _) = read_case(&named(std::slice::from_ref(&archive)), &Pack::default(), &Options::default(), &Quiet).unwrap();
        let counted = identities(&archive);
        assert!(counted.len() > least, "{name}: {} kinds", counted.len());
        for ((kind, group), expected) in &counted {
            let word = if group.is_empty() { kind.clone() } else { format!("{kind}.{group}") };
            let table = views::table(&graph, &Ask { kind: word.clone(), ..Ask::default() }).unwrap();
            assert_eq!(table.rows.len(), *expected, "{name}: {word}");
        }
    }
}

/// Describing any object of a real gather works, and finds the object in its file.
#[test]
fn describe_finds_every_kind_of_a_real_gather() {
    let Some(archive) = std::env::var_os("REALDATA").map(|folder| Path::new(&folder).join("must-gather-clean-aws.tar.gz")) else { return };
    let analysis = analyze(&[archive], &Options::default(), &Quiet).unwrap();
    let kinds = analysis.graph.kinds();
    assert!(kinds.len() > 60);
    for kind in kinds {
        let Some(id) = analysis.graph.of_kind(&kind).find(|&id| !analysis.graph.object(id).is_derived_kind) else { continue };
        let found = views::describe(&analysis.graph, &analysis.report, &[id], &views::Told::default());
        assert_eq!(found.len(), 1);
        assert!(!found[0].places.is_empty() && *found[0].object.kind == *kind, "{kind}");
        let mut out = Vec::new();
        output::describe(&found, Format::Terminal, &Page::default(), &mut out).unwrap();
        assert!(String::from_utf8(out).unwrap().contains("Found in"), "{kind}");
    }
}

/// Cluster, namespace and name of the objects, by group and kind.
type ObjectsByKind = BTreeMap<(String, String), std::collections::BTreeSet<(String, String, String)>>;

/// Objects by kind and group, read by another parser from a plain unpacking of the archive. Events are counted by nobody here: they
/// are folded by UID, and many are gathered twice.
fn identities(archive: &Path) -> BTreeMap<(String, String), usize> {
    let mut found: ObjectsByKind = BTreeMap::new();
    let mut tar = tar::Archive::new(flate2::read::GzDecoder::new(std::fs::File::open(archive).unwrap()));
    for entry in tar.entries().unwrap() {
        let mut entry = entry.unwrap();
        let path = entry.path().unwrap().to_string_lossy().into_owned();
        if Path::new(&path).extension().is_none_or(|extension| extension != "yaml" && extension != "yml") {
            continue;
        }
        let mut text = String::new();
        if std::io::Read::read_to_string(&mut entry, &mut text).is_err() {
            continue;
        }
        let Ok(value) = serde_yaml::from_str::<serde_yaml::Value>(&text) else { continue };
        let items = match value.get("items") {
            Some(items) => items.as_sequence().cloned().unwrap_or_default(),
            None => vec![value],
        };
        for item in items {
            let word = |at: &serde_yaml::Value, key: &str| at.get(key).and_then(serde_yaml::Value::as_str).unwrap_or_default().to_owned();
            let Some(metadata) = item.get("metadata") else { continue };
            let (kind, name, version) = (word(&item, "kind"), word(metadata, "name"), word(&item, "apiVersion"));
            let group = version.split_once('/').map(|(group, _)| group.to_owned()).unwrap_or_default();
            if !kind.is_empty() && kind != "Event" && !name.is_empty() {
                found.entry((kind, group)).or_default().insert((word(metadata, "namespace"), name, word(metadata, "uid")));
            }
        }
    }
    found.into_iter().map(|(kind, set)| (kind, set.len())).collect()
}
