//! What several views say in the same words.

use crate::finding::redact::clean;
use crate::finding::view::{ClusterLine, FindingLine, Mark};
use crate::finding::{Finding, Report, Target, see};
use crate::graph::{Graph, Object};
use crate::model::{ClusterId, ObjectRef, Place, Span, Timestamp};

/// Clusters as views name them.
pub(super) fn clusters(graph: &Graph) -> Vec<ClusterLine> {
    let line = |id: ClusterId| {
        let cluster = graph.cluster(id);
        ClusterLine {
            id: id.label(),
            name: clean(&cluster.name),
            roles: cluster.roles.iter().map(ToString::to_string).collect(),
            now: cluster.now.map(|now| now.to_string()),
            collected: collected(graph, id).map(|time| time.to_string()),
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

/// When a cluster was collected: when the client says that it was done, else the newest time in the data.
///
/// Nothing may have happened on a cluster for hours before it was collected, so that its own data can make everything on it look young.
/// The client's clock may be wrong, but not by much: it had to agree with the certificates of the API server. How far it is from the data
/// is told where times are compared. Rules judge by the data alone.
pub(super) fn collected(graph: &Graph, id: ClusterId) -> Option<Timestamp> {
    let cluster = graph.cluster(id);
    let now = cluster.now?;
    Some(cluster.client_ahead.filter(|ahead| ahead.nanos() > 0).map_or(now, |ahead| now.plus(ahead)))
}

/// From its creation to when its cluster was collected.
pub(super) fn age(graph: &Graph, object: &Object) -> Option<Span> {
    Some(collected(graph, object.cluster)?.since(object.created?))
}

/// Commands that show an object: where it stands in the archive, then on its cluster.
pub(super) fn see_object(graph: &Graph, object: &Object) -> Vec<String> {
    see_target(graph, object.cluster, &target(&object.reference()), object.place())
}

/// The same for what is only named, or stands elsewhere than in a manifest.
pub(super) fn see_target(graph: &Graph, cluster: ClusterId, target: &Target, place: Option<&Place>) -> Vec<String> {
    let input = |place: &Place| graph.inputs.get(place.input as usize).map_or_else(|| "INPUT".to_owned(), |input| clean(&input.name));
    let mut commands: Vec<String> = place.iter().map(|place| see::in_archive(&clean(&place.to_string()), &input(place))).collect();
    let name = clean(&graph.cluster(cluster).name);
    commands.extend(see::on_cluster(target).into_iter().map(|command| format!("{command}  # on {name}")));
    commands
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
