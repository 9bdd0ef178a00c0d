//! What was gathered, and what was not.

mod lacks;

use std::collections::BTreeMap;

use crate::finding::redact::clean;
use crate::finding::view::{Coverage, CoveredCluster, DatasetLine, HoleLine, KindCount, LogCover, NamespaceCount, SkippedRule};
use crate::finding::{Report, RuleState};
use crate::graph::{Graph, Hole, Kinds, Namespaces};
use crate::model::{ClusterId, Component, Timestamp};

/// Counts what is there and names what is not.
pub fn coverage(graph: &Graph, report: &Report) -> Coverage {
    let skipped = report.rules.iter().filter(|rule| matches!(rule.state, RuleState::Skipped | RuleState::Errored));
    // What would decide a run comes first.
    let mut collect: Vec<String> = Vec::new();
    for command in report.migrations.iter().flat_map(|run| run.collect.iter().cloned()).chain(lacks::commands(graph, report)) {
        if !collect.contains(&command) {
            collect.push(command);
        }
    }
    let datasets =
        graph.datasets.iter().map(|dataset| DatasetLine { input: dataset.input, root: clean(&dataset.root), layout: dataset.flavour.clone() });
    Coverage {
        schema: 1,
        inputs: report.inputs.clone(),
        datasets: datasets.collect(),
        clusters: graph.cluster_ids().map(|id| cluster(graph, id)).collect(),
        gaps: report.gaps.clone(),
        notes: lacks::notes(graph),
        holes: graph.coverage.holes.iter().map(hole).collect(),
        skipped: skipped
            .map(|rule| SkippedRule { rule: rule.id.clone(), reason: rule.reason.clone().unwrap_or_else(|| rule.state.to_string()) })
            .collect(),
        collect,
    }
}

fn cluster(graph: &Graph, id: ClusterId) -> CoveredCluster {
    let cluster = graph.cluster(id);
    let mut namespaces: BTreeMap<&str, u64> = BTreeMap::new();
    let mut kinds: BTreeMap<(&str, &str), u64> = BTreeMap::new();
    let mut objects = 0;
    for object in graph.objects.iter().filter(|object| object.cluster == id && !object.is_derived_kind) {
        objects += 1;
        *kinds.entry((&object.gvk.kind, &object.gvk.group)).or_default() += 1;
        if let Some(namespace) = &object.namespace {
            *namespaces.entry(namespace).or_default() += 1;
        }
    }
    CoveredCluster {
        id: id.label(),
        name: clean(&cluster.name),
        roles: cluster.roles.iter().map(ToString::to_string).collect(),
        gathered: cluster.gathered,
        login_error: cluster.login_error.as_deref().map(clean),
        suspect: cluster.suspect,
        now: cluster.now.map(|now| now.to_string()),
        objects,
        events: graph.events.iter().filter(|event| event.cluster == id).map(|_| 1).sum(),
        namespaces: namespaces.into_iter().map(|(name, objects)| NamespaceCount { name: clean(name), objects }).collect(),
        kinds: kinds.into_iter().map(|((kind, group), objects)| KindCount { kind: clean(kind), group: clean(group), objects }).collect(),
        logs: logs(graph, id),
    }
}

fn logs(graph: &Graph, id: ClusterId) -> Vec<LogCover> {
    type Window = (u64, u64, Option<Timestamp>, Option<Timestamp>);
    let mut by_component: BTreeMap<Component, Window> = BTreeMap::new();
    for log in graph.logs.iter().filter(|log| log.cluster == id && log.canonical) {
        let (files, lines, first, last) = by_component.entry(log.component).or_default();
        *files += 1;
        *lines += log.lines;
        *first = first.iter().chain(&log.first).min().copied();
        *last = (*last).max(log.last);
    }
    let line = |(component, (files, lines, first, last)): (Component, Window)| LogCover {
        component: component.to_string(),
        files,
        lines,
        from: first.map(|time| time.to_string()),
        to: last.map(|time| time.to_string()),
    };
    by_component.into_iter().map(line).collect()
}

fn hole(hole: &Hole) -> HoleLine {
    let kinds = match &hole.kinds {
        Kinds::All => "all kinds".to_owned(),
        Kinds::Groups(groups) => format!("kinds of {}", groups.join(", ")),
        Kinds::Named(kinds) => kinds.join(", "),
        Kinds::One(kind) => clean(kind),
        Kinds::Plural(plural) => clean(plural),
    };
    let namespaces = match &hole.namespaces {
        Namespaces::All => "all namespaces".to_owned(),
        Namespaces::Some(names) => names.iter().map(|name| clean(name)).collect::<Vec<_>>().join(", "),
    };
    HoleLine { cluster: hole.cluster.map(ClusterId::label), what: format!("{kinds} in {namespaces}"), reason: clean(&hole.reason) }
}
