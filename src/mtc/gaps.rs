//! The derived kind `Gap`: what could not be read, as objects that rules can match.

use serde_json::json;

use crate::graph::tape::TapeBuilder;
use crate::graph::{Graph, Object, SourceLines};
use crate::model::{ClusterId, Gap, GapReason, Gvk, Place};

/// One object for each gap.
pub(super) fn gaps(graph: &Graph) -> Vec<Object> {
    if graph.clusters.is_empty() {
        return Vec::new();
    }
    (1_usize..).zip(&graph.gaps).map(|(number, gap)| object(graph, number, gap)).collect()
}

fn object(graph: &Graph, number: usize, gap: &Gap) -> Object {
    let cluster = cluster_of(graph, gap);
    // The message of a failed login is the file itself; other damage has no line to show.
    let line = u32::from(gap.reason == GapReason::Login);
    let mut body = TapeBuilder::default();
    let fields = json!({
        "reason": gap.reason.as_str(),
        "path": gap.path.as_str(),
        "detail": gap.detail,
        "cluster": &*graph.cluster(cluster).name,
    });
    body.json(&fields, line);
    let shown = gap.detail.lines().next().unwrap_or_default();
    Object {
        cluster,
        gvk: Gvk::new("", "Gap"),
        namespace: None,
        name: format!("{}-{number}", gap.reason).into(),
        uid: None,
        resource_version: 0,
        created: None,
        deleted: None,
        labels: Box::default(),
        owners: Box::default(),
        places: vec![Place { input: gap.input, path: gap.path.clone(), line }],
        body: Some(body.finish().with_source(SourceLines::new(shown.into(), line, Box::default()))),
        derived: None,
        is_derived_kind: true,
        earlier: Vec::new(),
    }
}

/// The cluster whose name is a directory of the path, else the one whose objects or logs stand nearest in the same input.
fn cluster_of(graph: &Graph, gap: &Gap) -> ClusterId {
    let in_path = |name: &str| gap.path.as_str().split('/').any(|part| part == name);
    let mut named = graph.cluster_ids().filter(|&id| {
        let cluster = graph.cluster(id);
        in_path(&cluster.name) || cluster.mig_cluster.as_deref().is_some_and(in_path)
    });
    let of_input = |id: &ClusterId| graph.cluster(*id).input == gap.input;
    let named: Vec<_> = named.by_ref().collect();
    named.iter().copied().find(of_input).or_else(|| named.first().copied()).or_else(|| graph.cluster_ids().find(of_input)).unwrap_or(ClusterId(0))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::Case;

    #[test]
    fn a_gap_belongs_to_the_cluster_that_its_path_names() {
        let mut case = Case::new(2);
        for path in ["clusters/remote-1/pods.yaml", "must-gather.tar.gz"] {
            case.builder.gaps.push(Gap { input: 0, path: path.into(), reason: GapReason::Truncated, detail: "ends early".into() });
        }
        let made = gaps(&case.freeze());
        assert_eq!(made.iter().map(|gap| gap.cluster.0).collect::<Vec<_>>(), [1, 0]);
        assert_ne!(made[0].name, made[1].name);
        assert_eq!(made[0].text("reason").as_deref(), Some("truncated"));
    }
}
