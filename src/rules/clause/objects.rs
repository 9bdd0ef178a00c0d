use std::collections::BTreeSet;

use super::row::{Row, Slot};
use super::{Found, Matcher, cover, finding};
use crate::graph::{ObjectId, Related};
use crate::model::{ClusterId, ObjectRef};
use crate::mtc;
use crate::rules::binding::{Binding, What};
use crate::rules::cel::{Scope, Val};
use crate::rules::outcome::Lack;
use crate::rules::rule::Named;
use crate::rules::template::Template;
use crate::rules::vocabulary::{DERIVED_KINDS, SINGLE};

impl<'a> Matcher<'a> {
    pub(super) fn objects(
        &mut self,
        named: &'a Named,
        row: &Row<'a>,
        kinds: &[String],
        name: Option<&Template>,
        namespace: Option<&Template>,
    ) -> Found<'a> {
        let mut found = Found::default();
        let ids = match named.from {
            Some(slot) => self.follow(named, row, slot, kinds, &mut found),
            None => self.by_kind(named, row, kinds, name, namespace, &mut found),
        };
        self.gathered_late_enough(named, row, &mut found);
        let graph = self.graph;
        let candidates = ids.into_iter().map(|id| Binding::object(graph, id)).collect();
        self.filter(named, row, candidates, &mut found);
        found
    }

    fn by_kind(
        &mut self,
        named: &Named,
        row: &Row<'a>,
        kinds: &[String],
        name: Option<&Template>,
        namespace: Option<&Template>,
        found: &mut Found<'a>,
    ) -> Vec<ObjectId> {
        let graph = self.graph;
        let clusters = match cover::clusters(graph, row, named.cluster) {
            Ok(clusters) => clusters,
            Err(lack) => {
                found.lacks.push(lack);
                return Vec::new();
            }
        };
        let texts = finding::RowSource { graph, names: &self.rule.names, row };
        let exact = |template: Option<&Template>| match template {
            None => Ok(None),
            Some(template) => template.exact(&texts).map(Some).ok_or(()),
        };
        let (Ok(name), Ok(namespace)) = (exact(name), exact(namespace)) else {
            found.empty = true;
            return Vec::new();
        };
        // `*` says that all namespaces are meant.
        let namespace = namespace.filter(|namespace| namespace != "*");
        let mut ids = Vec::new();
        for &cluster in &clusters {
            for kind in kinds {
                found.lacks.extend(cover::objects(graph, cluster, kind, namespace.as_deref()));
                let fits = |id: &ObjectId| {
                    let object = graph.object(*id);
                    object.cluster == cluster
                        && namespace.as_deref().is_none_or(|namespace| object.namespace.as_deref().is_none_or(|own| own == namespace))
                };
                match (name.as_deref(), namespace.as_deref()) {
                    (Some(name), _) => ids.extend(graph.named(kind, name).filter(fits)),
                    (None, Some(namespace)) if kind == "Pod" => ids.extend(self.shared.pods_in(cluster, namespace)),
                    (None, _) => ids.extend(graph.of_kind(kind).filter(fits)),
                }
            }
        }
        ids
    }

    /// Objects at the end of a path of relations.
    fn follow(&mut self, named: &Named, row: &Row<'a>, slot: usize, kinds: &[String], found: &mut Found<'a>) -> Vec<ObjectId> {
        let start = match &row.slots[slot] {
            Slot::Bound(binding) => binding,
            Slot::Undecided(lack) => {
                found.lacks.push(lack.clone());
                return Vec::new();
            }
            Slot::Unbound | Slot::Null | Slot::Missing => {
                found.empty = true;
                return Vec::new();
            }
        };
        let mut frontier: BTreeSet<ObjectId> = start.objects().into_iter().collect();
        let mut nothing_to_follow = frontier.is_empty();
        for (index, relation) in named.via.iter().enumerate() {
            let is_last = index + 1 == named.via.len();
            let wanted: &[String] = if is_last { kinds } else { &[] };
            if matches!(relation.as_str(), "names" | "involved") {
                if is_last {
                    self.gone(&start.gone(), wanted, found);
                }
                nothing_to_follow = frontier.is_empty() && start.gone().is_empty();
                frontier.extend(self.around(start, wanted));
                continue;
            }
            let mut next = BTreeSet::new();
            let mut all_empty = true;
            for &id in &frontier {
                let related = self.related(id, relation);
                all_empty &= related.empty;
                self.lacks(&related, relation, wanted, found);
                next.extend(related.targets);
            }
            nothing_to_follow |= all_empty && next.is_empty();
            frontier = next;
        }
        found.empty = nothing_to_follow;
        let fits = |id: &ObjectId| kinds.iter().any(|kind| kind == "*" || kind == self.graph.object(*id).kind());
        frontier.into_iter().filter(fits).collect()
    }

    /// An error text of an object is also about what that object was made for.
    fn around(&self, start: &Binding<'a>, wanted: &[String]) -> Vec<ObjectId> {
        let What::Error(errors) = &start.what else { return Vec::new() };
        let Some(holder) = errors.object else { return Vec::new() };
        let near = ["backup", "restore", "run", "owner*", "described"].iter().flat_map(|relation| self.graph.related(holder, relation).targets);
        near.filter(|id| wanted.iter().any(|kind| kind == self.graph.object(*id).kind())).collect()
    }

    /// Named objects that were not gathered: gone when their scope was covered, unknown otherwise.
    fn gone(&self, gone: &[ObjectRef], wanted: &[String], found: &mut Found<'a>) {
        for reference in gone.iter().filter(|reference| wanted.iter().any(|kind| *kind == *reference.kind)) {
            found.lacks.extend(cover::objects(self.graph, reference.cluster, &reference.kind, reference.namespace.as_deref()));
        }
    }

    fn related(&self, id: ObjectId, relation: &str) -> Related {
        let graph = self.graph;
        match relation {
            "waits-for" => {
                let waits = mtc::waits_for(graph, id);
                let mut targets: Vec<ObjectId> = waits.iter().filter_map(|waits| waits.id).collect();
                targets.sort_unstable();
                targets.dedup();
                let missing = waits.iter().filter(|waits| waits.id.is_none()).map(|waits| crate::graph::Missing {
                    kind: waits.object.kind.clone(),
                    namespace: waits.object.namespace.clone(),
                    name: waits.object.name.clone(),
                    cluster: Some(waits.object.cluster),
                });
                Related { empty: waits.is_empty(), missing: missing.collect(), targets, scope: Vec::new() }
            }
            "counterpart" => self.counterpart(id),
            _ => graph.related(id, relation),
        }
    }

    /// The object of the same kind, namespace and name on the other side of the plan, where a plan may give the namespace another name.
    fn counterpart(&self, id: ObjectId) -> Related {
        let graph = self.graph;
        let object = graph.object(id);
        let mut related = Related::default();
        let of_plans = self.mapped(id);
        if !of_plans.is_empty() {
            for (cluster, namespace) in of_plans {
                let (kind, at) = (object.kind(), Some(&*namespace).filter(|_| object.namespace.is_some()));
                let name = if kind == "Namespace" { &*namespace } else { &*object.name };
                let found: Vec<ObjectId> = graph.find(cluster, kind, at, name).collect();
                if found.is_empty() {
                    related.missing.push(crate::graph::Missing {
                        kind: object.gvk.kind.clone(),
                        namespace: at.map(Into::into),
                        name: name.into(),
                        cluster: Some(cluster),
                    });
                }
                related.targets.extend(found);
            }
            return related;
        }
        for cluster in graph.cluster_ids().filter(|&cluster| cluster != object.cluster) {
            related.targets.extend(graph.find(cluster, object.kind(), object.namespace.as_deref(), &object.name));
            if let Some(lack) = cover::objects(graph, cluster, object.kind(), object.namespace.as_deref()) {
                let missing = crate::graph::Missing {
                    kind: object.gvk.kind.clone(),
                    namespace: lack.namespace.map(Into::into),
                    name: object.name.clone(),
                    cluster: Some(cluster),
                };
                related.missing.push(missing);
            }
        }
        related.empty = graph.clusters.len() < 2;
        related
    }

    /// Where the plans of the case put the namespace of an object: cluster and name.
    fn mapped(&self, id: ObjectId) -> Vec<(ClusterId, String)> {
        let graph = self.graph;
        let object = graph.object(id);
        let own = if object.kind() == "Namespace" { Some(&*object.name) } else { object.namespace.as_deref() };
        let Some(own) = own else { return Vec::new() };
        let mut all = Vec::new();
        for planned in graph.of_kind("PlanNamespace") {
            let (source, target) = graph.plan_clusters(planned);
            let sides = [(source, "source", target, "target"), (target, "target", source, "source")];
            for (here, name, there, other) in sides {
                let planned = graph.object(planned);
                let (Some(there), Some(other)) = (there, planned.text(other)) else { continue };
                if here == Some(object.cluster) && planned.text(name).as_deref() == Some(own) {
                    all.push((there, other.into_owned()));
                }
            }
        }
        all.sort();
        all.dedup();
        all.retain(|(cluster, name)| (*cluster, name.as_str()) != (object.cluster, own));
        all
    }

    fn lacks(&self, related: &Related, relation: &str, wanted: &[String], found: &mut Found<'a>) {
        let graph = self.graph;
        let single = SINGLE.contains(&relation);
        if single && !related.targets.is_empty() {
            return;
        }
        for missing in &related.missing {
            match missing.cluster {
                Some(cluster) => found.lacks.extend(cover::objects(graph, cluster, &missing.kind, missing.namespace.as_deref())),
                None => found.lacks.push(nowhere(&missing.kind)),
            }
        }
        // A reference that names its target is answered by that name alone.
        if single && !related.missing.is_empty() {
            return;
        }
        for (cluster, kind, namespace) in &related.scope {
            let kinds: Vec<&str> = match (*kind, wanted) {
                ("*", wanted) => wanted.iter().map(String::as_str).filter(|kind| *kind != "*").collect(),
                (kind, []) => vec![kind],
                (kind, wanted) if wanted.iter().any(|want| want == "*" || want == kind) => vec![kind],
                _ => Vec::new(),
            };
            for kind in kinds.into_iter().filter(|kind| !DERIVED_KINDS.contains(kind) || *kind == "Container") {
                match cluster {
                    Some(cluster) => found.lacks.extend(cover::objects(graph, *cluster, kind, namespace.as_deref())),
                    // Targets that were found tell which cluster it is.
                    None if related.targets.is_empty() => found.lacks.push(nowhere(kind)),
                    None => {}
                }
            }
        }
    }

    /// `after` on objects: the gather must have ended later, or absence proves nothing.
    fn gathered_late_enough(&mut self, named: &Named, row: &Row<'a>, found: &mut Found<'a>) {
        let Some(after) = &named.after else { return };
        let scope = super::row::RowScope { graph: self.graph, names: &self.rule.names, row, candidate: None, cluster: row.here() };
        let Ok(Val::Time(wanted)) = after.value(&scope) else { return };
        let clusters: Vec<ClusterId> = found.lacks.iter().filter_map(|lack| lack.cluster).chain(row.here()).collect();
        let kind = "data".to_owned();
        match scope.now() {
            Some(now) if now >= wanted => {}
            _ => found.lacks.push(Lack {
                cluster: clusters.first().copied(),
                kind,
                namespace: None,
                reason: format!("the gather ended before {wanted}"),
            }),
        }
    }
}

fn nowhere(kind: &str) -> Lack {
    Lack { cluster: None, kind: kind.to_owned(), namespace: None, reason: format!("it is not known on which cluster {kind} objects would be") }
}
