//! What several views say in the same words.

use crate::finding::redact::clean;
use crate::finding::view::{ClusterLine, FindingLine, Mark};
use crate::finding::{Finding, Report, Target};
use crate::graph::{Graph, Object};
use crate::model::{ClusterId, ObjectRef, Span};

/// Clusters as views name them.
pub(super) fn clusters(graph: &Graph) -> Vec<ClusterLine> {
    let line = |id: ClusterId| {
        let cluster = graph.cluster(id);
        ClusterLine {
            id: id.label(),
            name: clean(&cluster.name),
            roles: cluster.roles.iter().map(ToString::to_string).collect(),
            now: cluster.now.map(|now| now.to_string()),
        }
    };
    graph.cluster_ids().map(line).collect()
}

/// Inputs by name, as commands take them.
pub(super) fn inputs(graph: &Graph) -> Vec<String> {
    graph.inputs.iter().map(|input| clean(&input.name)).collect()
}

/// An object as a reader looks it up.
pub(super) fn target(reference: &ObjectRef) -> Target {
    Target {
        cluster: reference.cluster.label(),
        kind: clean(&reference.kind),
        namespace: reference.namespace.as_deref().map(clean),
        name: clean(&reference.name),
        uid: reference.uid.as_ref().map(|uid| clean(uid.as_str())),
    }
}

/// From its creation to the end of its cluster's gather.
pub(super) fn age(graph: &Graph, object: &Object) -> Option<Span> {
    Some(graph.cluster(object.cluster).now?.since(object.created?))
}

/// A finding in one line.
pub(super) fn finding_line(finding: &Finding) -> FindingLine {
    FindingLine { finding: finding.id.clone(), severity: finding.severity, rule: finding.rule.clone(), message: finding.message.clone() }
}

/// Findings that sit on an object: it is their subject, one of their instances, or where they say to look.
pub(super) fn marks(report: &Report, object: &Target) -> Vec<Mark> {
    let same = |other: &Target| {
        (&other.cluster, &other.kind, &other.namespace, &other.name) == (&object.cluster, &object.kind, &object.namespace, &object.name)
    };
    let on_it = report.findings.iter().filter(|finding| finding.subject.iter().chain(&finding.look_at).chain(&finding.instances).any(same));
    on_it.map(|finding| Mark { finding: finding.id.clone(), severity: finding.severity }).collect()
}
