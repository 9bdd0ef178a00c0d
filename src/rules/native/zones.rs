use super::Native;
use super::node_selector::{Requirement, accepts, nodes_around, requirements};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::rules::binding::{Binding, Fact};
use crate::rules::cel::Val;
use crate::rules::outcome::Lack;

/// The volumes of a pod lie where no node that the pod accepts can reach them.
///
/// Fields: `volume` and `claim` (the first that no node reaches, or the two that no node reaches together), `wants` (what a node would
/// need to have) and `nodes` (how many nodes the pod accepts). A pod that accepts no node at all is another story and has no row.
pub(super) const NATIVE: Native =
    Native { name: "zones-disjoint", takes: &["pod"], reads: &["affinity"], fields: &["volume", "claim", "wants", "nodes"], run: disjoint };

/// Labels that told the zone of a volume before volumes had node affinity.
const ZONES: &[&str] = &["topology.kubernetes.io/zone", "failure-domain.beta.kubernetes.io/zone"];

/// A bound volume with the terms that a node has to meet; one of them is enough.
struct Bound<'a> {
    id: ObjectId,
    claim: &'a str,
    terms: Vec<Vec<Requirement<'a>>>,
    value: Option<Value<'a>>,
}

impl Bound<'_> {
    fn reached_by(&self, node: &Object) -> bool {
        self.terms.iter().any(|term| term.iter().all(|requirement| requirement.met_by(node)))
    }

    fn words(&self) -> String {
        let terms = self.terms.iter().map(|term| term.iter().map(Requirement::words).collect::<Vec<_>>().join(" and "));
        terms.collect::<Vec<_>>().join(" or ")
    }
}

fn disjoint<'a>(graph: &'a Graph, bound: &[Binding<'a>]) -> Result<Vec<Fact<'a>>, Lack> {
    let mut rows = Vec::new();
    for id in bound.iter().flat_map(Binding::objects) {
        let pod = graph.object(id);
        if pod.kind() != "Pod" {
            continue;
        }
        let volumes = volumes(graph, id);
        if volumes.is_empty() {
            continue;
        }
        let nodes: Vec<&Object> = nodes_around(graph, pod)?.into_iter().filter(|node| accepts(pod, node)).collect();
        if nodes.is_empty() {
            continue;
        }
        let alone = volumes.iter().find(|volume| !nodes.iter().any(|node| volume.reached_by(node)));
        let apart = || {
            let together = nodes.iter().any(|node| volumes.iter().all(|volume| volume.reached_by(node)));
            let first = volumes.first().filter(|_| !together)?;
            let other = volumes.iter().find(|other| !nodes.iter().any(|node| first.reached_by(node) && other.reached_by(node)))?;
            Some((first, other))
        };
        let (shown, names, claims, wants) = match alone {
            Some(volume) => (volume, graph.object(volume.id).name.to_string(), volume.claim.to_owned(), volume.words()),
            None => match apart() {
                Some((first, other)) => (
                    first,
                    format!("{} and {}", graph.object(first.id).name, graph.object(other.id).name),
                    format!("{} and {}", first.claim, other.claim),
                    format!("{} and also {}", first.words(), other.words()),
                ),
                None => continue,
            },
        };
        let fields =
            vec![("volume", Val::text(names)), ("claim", Val::text(claims)), ("wants", Val::text(wants)), ("nodes", Val::count(nodes.len()))];
        rows.push(Fact { object: Some(shown.id), cluster: pod.cluster, fields, value: shown.value });
    }
    Ok(rows)
}

fn volumes(graph: &Graph, pod: ObjectId) -> Vec<Bound<'_>> {
    let mut found = Vec::new();
    for claim in graph.related(pod, "mounts").targets {
        for id in graph.related(claim, "bound").targets {
            let volume = graph.object(id);
            let affinity = volume.field("spec.nodeAffinity.required.nodeSelectorTerms");
            let mut terms: Vec<Vec<Requirement<'_>>> = affinity.into_iter().flat_map(Value::items).map(requirements).collect();
            if terms.is_empty() {
                let label = ZONES.iter().find_map(|key| volume.label(key).map(|zone| (*key, zone)));
                // Zones of a volume that spans several are written with two underscores between them.
                terms.extend(label.map(|(key, zones)| {
                    vec![Requirement { key: key.into(), operator: "In".into(), values: zones.split("__").map(Into::into).collect() }]
                }));
            }
            if !terms.is_empty() {
                found.push(Bound { id, claim: &graph.object(claim).name, terms, value: affinity });
            }
        }
    }
    found
}
