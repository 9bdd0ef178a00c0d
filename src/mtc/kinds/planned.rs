//! The derived kind `PlanNamespace`: what a plan does with each of its namespaces.

use serde_json::json;

use super::{MOST, Origin, object};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::ClusterId;
use crate::mtc::Answer;
use crate::mtc::facts::pair;

/// The two sides of a plan: the cluster where the case knows it, else the name that the plan gives.
#[derive(Debug)]
pub(super) struct Sides {
    pub(super) source: (Option<ClusterId>, Option<String>),
    pub(super) target: (Option<ClusterId>, Option<String>),
}

impl Sides {
    pub(super) fn of(graph: &Graph, plan: ObjectId) -> Self {
        let (source, target) = graph.plan_clusters(plan);
        let named = |id: Option<ClusterId>, path: &str| {
            let known = id.map(|id| graph.cluster(id).name.to_string());
            (id, known.or_else(|| graph.object(plan).text(path).map(std::borrow::Cow::into_owned)))
        };
        Self { source: named(source, "spec.srcMigClusterRef.name"), target: named(target, "spec.destMigClusterRef.name") }
    }
}

/// One object for each entry of `spec.namespaces` of each plan.
pub(super) fn namespaces(graph: &Graph) -> Vec<Object> {
    let mut made = Vec::new();
    for plan in graph.of_kind("MigPlan") {
        let holder = graph.object(plan);
        let sides = Sides::of(graph, plan);
        for item in holder.field("spec.namespaces").into_iter().flat_map(Value::items) {
            let Some(text) = item.text() else { continue };
            if made.len() >= MOST {
                return made;
            }
            let (source, target) = pair(&text);
            let fields = json!({
                "plan": &*holder.name,
                "plan_namespace": holder.namespace.as_deref(),
                "source": source,
                "target": target,
                "source_cluster": sides.source.1,
                "target_cluster": sides.target.1,
                "source_gathered": gathered(graph, sides.source.0, &source),
                "target_gathered": gathered(graph, sides.target.0, &target),
            });
            made.push(object("PlanNamespace", holder.cluster, &format!("{}/{source}", holder.name), fields, &Origin::Field(holder, Some(item))));
        }
    }
    made
}

/// Whether the pods of a namespace would be here if they existed.
fn gathered(graph: &Graph, cluster: Option<ClusterId>, namespace: &str) -> &'static str {
    let answer = cluster.map_or(Answer::No, |id| {
        let at = graph.cluster(id);
        let covered = ["Pod", "PersistentVolumeClaim"].iter().all(|kind| graph.coverage.objects(id, kind, Some(namespace)).is_full());
        if at.suspect { Answer::Unknown } else { Answer::of(at.gathered && covered) }
    });
    answer.as_str()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::testing::Case;

    #[test]
    fn an_entry_may_give_a_namespace_another_name_on_the_target() {
        let mut case = Case::new(2);
        case.covered(1);
        case.add(
            0,
            json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": "openshift-migration"},
            "spec": {"namespaces": ["app", "a:b"], "srcMigClusterRef": {"name": "cluster-1"}, "destMigClusterRef": {"name": "cluster-0"}}}),
        );
        let made = namespaces(&case.freeze());
        let field = |at: usize, name: &str| made[at].text(name).unwrap().into_owned();
        assert_eq!((field(0, "source"), field(0, "target")), ("app".into(), "app".into()));
        assert_eq!((field(1, "source"), field(1, "target")), ("a".into(), "b".into()));
        assert_eq!((field(1, "source_cluster"), field(1, "target_cluster")), ("remote-1".into(), "host".into()));
        assert_eq!((field(1, "source_gathered"), field(1, "target_gathered")), ("yes".into(), "no".into()), "only the source is covered");
    }
}
