use std::borrow::Cow;

use super::Native;
use crate::graph::tape::Value;
use crate::graph::{Cover, Graph, Object};
use crate::rules::binding::{Binding, Fact};
use crate::rules::cel::Val;
use crate::rules::outcome::Lack;

/// A pod asks for labels that no node of its cluster has.
///
/// Fields: `label` (the first requirement that no node meets, or all of them when each alone is met somewhere) and `origin`
/// (`nodeSelector` or `nodeAffinity`).
pub(super) const NATIVE: Native =
    Native { name: "node-selector-unsatisfiable", takes: &["pod"], reads: &["affinity"], fields: &["label", "origin"], run: unsatisfiable };

/// One requirement on the labels of a node.
pub(super) struct Requirement<'a> {
    pub(super) key: Cow<'a, str>,
    pub(super) operator: Cow<'a, str>,
    pub(super) values: Vec<Cow<'a, str>>,
}

impl Requirement<'_> {
    pub(super) fn met_by(&self, node: &Object) -> bool {
        let label = if self.key == "metadata.name" { Some(&*node.name) } else { node.label(&self.key) };
        let listed = label.is_some_and(|label| self.values.iter().any(|value| value == label));
        let number = |text: &str| text.parse::<i64>().ok();
        let bound = self.values.first().and_then(|value| number(value));
        match &*self.operator {
            "In" => listed,
            "NotIn" => !listed,
            "Exists" => label.is_some(),
            "DoesNotExist" => label.is_none(),
            "Gt" => label.and_then(number) > bound && bound.is_some(),
            "Lt" => label.and_then(number).is_some_and(|label| bound.is_some_and(|bound| label < bound)),
            // An operator that we do not know proves nothing.
            _ => true,
        }
    }

    pub(super) fn words(&self) -> String {
        match (&*self.operator, self.values.as_slice()) {
            ("In", [one]) => format!("{}={one}", self.key),
            (operator, []) => format!("{} {operator}", self.key),
            (operator, values) => format!("{} {operator} ({})", self.key, values.join(", ")),
        }
    }
}

fn unsatisfiable<'a>(graph: &'a Graph, bound: &[Binding<'a>]) -> Result<Vec<Fact<'a>>, Lack> {
    let mut rows = Vec::new();
    for id in bound.iter().flat_map(Binding::objects) {
        let pod = graph.object(id);
        if pod.kind() != "Pod" {
            continue;
        }
        let Some((label, origin, value)) = conflict(graph, pod)? else { continue };
        let fields = vec![("label", Val::text(label)), ("origin", Val::text(origin))];
        rows.push(Fact { object: Some(id), cluster: pod.cluster, fields, value: Some(value) });
    }
    Ok(rows)
}

fn conflict<'a>(graph: &'a Graph, pod: &'a Object) -> Result<Option<(String, &'static str, Value<'a>)>, Lack> {
    let selector = pod.field("spec.nodeSelector").filter(|selector| !selector.is_empty());
    let affinity = pod.field("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
    let affinity = affinity.filter(|terms| !terms.is_empty());
    if selector.is_none() && affinity.is_none() {
        return Ok(None);
    }
    let nodes = nodes_around(graph, pod)?;
    if let Some(selector) = selector {
        let wanted: Vec<Requirement<'_>> =
            selector.entries().map(|(key, value)| Requirement { key, operator: "In".into(), values: value.text().into_iter().collect() }).collect();
        if let Some(words) = unmet(&wanted, &nodes) {
            return Ok(Some((words, "nodeSelector", selector)));
        }
    }
    let Some(terms) = affinity else { return Ok(None) };
    // Terms are alternatives: one that some node meets is enough.
    let mut first = None;
    for term in terms.items() {
        match unmet(&requirements(term), &nodes) {
            None => return Ok(None),
            Some(words) => first = first.or(Some(words)),
        }
    }
    Ok(first.map(|words| (words, "nodeAffinity", terms)))
}

pub(super) fn requirements(term: Value<'_>) -> Vec<Requirement<'_>> {
    ["matchExpressions", "matchFields"]
        .iter()
        .filter_map(|key| term.get(key))
        .flat_map(Value::items)
        .filter_map(|item| {
            let values = item.get("values").into_iter().flat_map(Value::items).filter_map(Value::text).collect();
            Some(Requirement { key: item.get("key")?.text()?, operator: item.get("operator")?.text()?, values })
        })
        .collect()
}

/// All nodes of a pod's cluster, or why they are not known.
pub(super) fn nodes_around<'a>(graph: &'a Graph, pod: &Object) -> Result<Vec<&'a Object>, Lack> {
    if let Cover::No(reason) = graph.coverage.objects(pod.cluster, "Node", None) {
        return Err(lack(pod, &reason));
    }
    if graph.cluster(pod.cluster).suspect {
        return Err(lack(pod, "data of two clusters seem mixed"));
    }
    Ok(graph.of_kind("Node").map(|id| graph.object(id)).filter(|node| node.cluster == pod.cluster).collect())
}

/// Whether a node carries all that a pod asks for by `nodeSelector` and required node affinity.
pub(super) fn accepts(pod: &Object, node: &Object) -> bool {
    let mut selector = pod.field("spec.nodeSelector").into_iter().flat_map(Value::entries);
    let selected = selector.all(|(key, value)| Requirement { key, operator: "In".into(), values: value.text().into_iter().collect() }.met_by(node));
    let terms = pod.field("spec.affinity.nodeAffinity.requiredDuringSchedulingIgnoredDuringExecution.nodeSelectorTerms");
    let fits = |term| requirements(term).iter().all(|requirement| requirement.met_by(node));
    selected && terms.is_none_or(|terms| terms.is_empty() || terms.items().any(fits))
}

/// What no node meets, in words; nothing when some node meets all.
pub(super) fn unmet(wanted: &[Requirement<'_>], nodes: &[&Object]) -> Option<String> {
    if nodes.iter().any(|node| wanted.iter().all(|requirement| requirement.met_by(node))) {
        return None;
    }
    let alone = wanted.iter().find(|requirement| !nodes.iter().any(|node| requirement.met_by(node)));
    Some(alone.map_or_else(|| wanted.iter().map(Requirement::words).collect::<Vec<_>>().join(" and "), Requirement::words))
}

fn lack(pod: &Object, reason: &str) -> Lack {
    Lack { cluster: Some(pod.cluster), kind: "Node".to_owned(), namespace: None, reason: reason.to_owned() }
}
