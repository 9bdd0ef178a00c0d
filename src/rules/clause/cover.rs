//! Would it be here if it existed? Absence is evidence only where the answer is yes.

use crate::graph::{Cover, Graph, Role};
use crate::model::{ClusterId, Component, Timestamp};
use crate::rules::binding::Binding;
use crate::rules::file::WhichCluster;
use crate::rules::outcome::Lack;
use crate::rules::vocabulary::{CONTROL_KINDS, DERIVED_KINDS};

use super::row::Row;

/// Why objects of a kind may be missing from what was gathered; nothing when they cannot be.
pub(super) fn objects(graph: &Graph, cluster: ClusterId, kind: &str, namespace: Option<&str>) -> Option<Lack> {
    let asked = match kind {
        "Container" => "Pod",
        "PlanNamespace" | "PlanVolume" => "MigPlan",
        "Phase" | "LogWindow" => "MigMigration",
        // Nobody promises these texts, so that one is missing never means anything.
        "Description" => {
            return Some(Lack { cluster: Some(cluster), kind: kind.to_owned(), namespace: None, reason: "no description was collected".to_owned() });
        }
        _ if DERIVED_KINDS.contains(&kind) => return None,
        _ => kind,
    };
    if CONTROL_KINDS.contains(&asked) && is_controlled_elsewhere(graph, cluster) {
        return None;
    }
    let lack =
        |reason: &str| Lack { cluster: Some(cluster), kind: kind.to_owned(), namespace: namespace.map(str::to_owned), reason: reason.to_owned() };
    let at = graph.cluster(cluster);
    if !at.gathered {
        return Some(lack(&format!("cluster {} was not gathered", at.name)));
    }
    if at.suspect {
        return Some(lack(&format!("data of two clusters seem mixed under {}", at.name)));
    }
    match graph.coverage.objects(cluster, asked, namespace) {
        Cover::Full => None,
        Cover::No(reason) => Some(lack(&reason)),
    }
}

/// The migration controller and its objects live on one cluster only.
fn is_controlled_elsewhere(graph: &Graph, cluster: ClusterId) -> bool {
    !graph.cluster(cluster).is(Role::Host) && graph.cluster_ids().any(|id| graph.cluster(id).is(Role::Host))
}

/// Why lines of a component may be missing; nothing when they cannot be.
pub(super) fn log(graph: &Graph, cluster: ClusterId, component: Component, from: Option<Timestamp>, to: Option<Timestamp>) -> Option<Lack> {
    if matches!(component, Component::MigController | Component::Discovery) && is_controlled_elsewhere(graph, cluster) {
        return None;
    }
    // The gather's own output is there exactly when the gather wrote some.
    if component == Component::Gather {
        return None;
    }
    let lack = |reason: &str| Lack { cluster: Some(cluster), kind: component.to_string(), namespace: None, reason: reason.to_owned() };
    let at = graph.cluster(cluster);
    if !at.gathered {
        return Some(lack(&format!("cluster {} was not gathered", at.name)));
    }
    match graph.coverage.log(cluster, component, from, to) {
        Cover::Full => None,
        Cover::No(reason) => Some(lack(&reason)),
    }
}

/// The clusters a clause looks at, or why none can be named.
pub(super) fn clusters(graph: &Graph, row: &Row<'_>, which: WhichCluster) -> Result<Vec<ClusterId>, Lack> {
    let role = match which {
        WhichCluster::Same => return Ok(row.here().into_iter().collect()),
        WhichCluster::Any => return Ok(graph.cluster_ids().collect()),
        WhichCluster::Host => Role::Host,
        WhichCluster::Source => Role::Source,
        WhichCluster::Target => Role::Target,
    };
    if role != Role::Host {
        // A plan that the row holds says which cluster plays the role in this very run.
        for id in row.bindings().flat_map(Binding::objects) {
            let (source, target) = graph.plan_clusters(id);
            if let Some(cluster) = if role == Role::Source { source } else { target } {
                return Ok(vec![cluster]);
            }
        }
    }
    let all: Vec<_> = graph.cluster_ids().filter(|&id| graph.cluster(id).is(role)).collect();
    if all.is_empty() {
        return Err(Lack { cluster: None, kind: "Cluster".to_owned(), namespace: None, reason: format!("the {role} cluster is not known") });
    }
    Ok(all)
}
