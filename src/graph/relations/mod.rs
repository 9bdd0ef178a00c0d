//! The one table of named relations, and the edges that it yields.
//!
//! Labels, owner references and generated names are read here and nowhere else, because each of them has a trap: the label
//! `migmigration` holds a UID, `migration.openshift.io/migmigration-name` a name, and old objects carry neither.

mod derived;
mod how;
mod index;
mod resolve;
mod table;

use std::sync::Arc;

use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

pub use table::{RELATIONS, Relation};

use super::{Graph, ObjectId};
use crate::model::ClusterId;

/// On which cluster the targets of a relation live.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Side {
    /// That of the object itself.
    Same,
    /// The one with the migration controller.
    Host,
    /// Source of the plan.
    Source,
    /// Target of the plan.
    Target,
    /// Source and target of the plan.
    Both,
}

/// In which namespace the targets of a relation live; decides whose coverage makes their absence evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lives {
    /// That of the object itself.
    Here,
    /// The namespace that MTC or OADP runs in.
    Mtc,
    /// Cluster-scoped, or any namespace.
    Anywhere,
}

/// A reference that leads nowhere.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Missing {
    /// Kind that it names.
    pub kind: Arc<str>,
    /// Namespace that it names.
    pub namespace: Option<Arc<str>>,
    /// Name that it names.
    pub name: Arc<str>,
    /// Cluster it should be on, where that is known.
    pub cluster: Option<ClusterId>,
}

/// One step along a relation, as attribution walks it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Edge {
    /// Row of [`RELATIONS`].
    pub relation: u16,
    /// True when the row was taken backwards.
    pub inverse: bool,
    /// Where it leads.
    pub to: ObjectId,
}

/// A kind on a cluster (where known) in a namespace (`None`: in all of them).
pub type Scope = (Option<ClusterId>, &'static str, Option<Arc<str>>);

/// What a relation gives for one object.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Related {
    /// Objects found, without duplicates, in graph order.
    pub targets: Vec<ObjectId>,
    /// References that lead nowhere.
    pub missing: Vec<Missing>,
    /// The field or label that would name a target is empty, so nothing was to be expected.
    pub empty: bool,
    /// Scope that would have to be covered for an empty result to mean absence.
    pub scope: Vec<Scope>,
}

/// All edges of the graph, both ways.
#[derive(Debug, Default)]
pub struct Edges {
    forward: FxHashMap<(u16, ObjectId), Vec<ObjectId>>,
    backward: FxHashMap<(u16, ObjectId), Vec<ObjectId>>,
    missing: FxHashMap<(u16, ObjectId), Vec<Missing>>,
    empty: FxHashSet<(u16, ObjectId)>,
    steps: FxHashMap<ObjectId, Vec<Edge>>,
    count: usize,
}

/// Fewer lookups than these are not worth a second thread.
const ALONE: usize = 256;

/// Rows that carry that name as relation or as inverse.
pub fn rows(name: &str) -> impl Iterator<Item = (u16, bool)> + '_ {
    RELATIONS.iter().enumerate().flat_map(move |(index, row)| {
        let index = u16::try_from(index).unwrap_or(u16::MAX);
        let forward = (row.name == name).then_some((index, false));
        let backward = (row.inverse == Some(name)).then_some((index, true));
        forward.into_iter().chain(backward)
    })
}

/// Whether a relation of that name exists.
pub fn known(name: &str) -> bool {
    name == "owner*" || rows(name).next().is_some()
}

fn numbered() -> impl Iterator<Item = (u16, &'static Relation)> {
    (0_u16..).zip(RELATIONS)
}

impl Edges {
    /// Resolves every row of the table for every object it starts at.
    pub(super) fn build(graph: &Graph) -> Self {
        let mut edges = Self::default();
        let lookups = index::Index::of(graph, 0);
        for (number, row) in numbered().filter(|(_, row)| !row.joins_derived()) {
            let from = graph.starting_points(row);
            // Looking targets up is most of the work and touches nothing; only what was found is joined one after the other.
            let found: Vec<resolve::Found> = from.par_iter().with_min_len(ALONE).map(|&id| resolve::targets(graph, &lookups, row, id)).collect();
            for (id, found) in from.into_iter().zip(found) {
                edges.add(number, id, found);
            }
        }
        edges.seal();
        edges
    }

    /// Adds the edges of the derived objects, which begin at `first`. Only rows made for them join them, and derived facts join nothing,
    /// so what was resolved before stays as it is.
    pub(super) fn extend(&mut self, graph: &Graph, first: usize) {
        let lookups = index::Index::of(graph, first);
        for (number, row) in numbered() {
            if row.joins_derived() {
                for id in graph.starting_points(row) {
                    self.add(number, id, resolve::targets(graph, &lookups, row, id));
                }
            } else if row.from.contains(&"*") {
                for id in graph.ids().skip(first) {
                    self.add(number, id, resolve::targets(graph, &lookups, row, id));
                }
            }
        }
        self.seal();
    }

    fn add(&mut self, row: u16, from: ObjectId, mut found: resolve::Found) {
        if found.empty {
            self.empty.insert((row, from));
        }
        if !found.missing.is_empty() {
            self.missing.insert((row, from), found.missing);
        }
        found.targets.sort_unstable();
        found.targets.dedup();
        found.targets.retain(|to| *to != from);
        if found.targets.is_empty() {
            return;
        }
        for &to in &found.targets {
            self.backward.entry((row, to)).or_default().push(from);
        }
        self.count += found.targets.len();
        self.forward.insert((row, from), found.targets);
    }

    #[expect(clippy::iter_over_hash_type, reason = "every list is sorted in the end, so the order of the maps leaves no trace")]
    fn seal(&mut self) {
        self.steps.clear();
        for lists in [&mut self.forward, &mut self.backward] {
            for list in lists.values_mut() {
                list.sort_unstable();
            }
        }
        for (map, inverse) in [(&self.forward, false), (&self.backward, true)] {
            for (&(relation, from), list) in map {
                self.steps.entry(from).or_default().extend(list.iter().map(|&to| Edge { relation, inverse, to }));
            }
        }
        for list in self.steps.values_mut() {
            list.sort_unstable();
        }
    }

    /// Number of edges.
    pub fn count(&self) -> usize {
        self.count
    }

    /// All steps out of an object, both ways.
    pub fn steps(&self, from: ObjectId) -> &[Edge] {
        self.steps.get(&from).map_or(&[], Vec::as_slice)
    }
}

impl Graph {
    /// Follows a relation or an inverse by name. `owner*` follows owners up to five steps.
    pub fn related(&self, from: ObjectId, name: &str) -> Related {
        if name == "owner*" {
            return self.owners(from);
        }
        let mut related = Related { empty: true, ..Related::default() };
        for (row, inverse) in rows(name) {
            let relation = &RELATIONS[row as usize];
            let side = if inverse { relation.to } else { relation.from };
            if !kind_fits(side, self.object(from).kind()) {
                continue;
            }
            let map = if inverse { &self.edges.backward } else { &self.edges.forward };
            if let Some(targets) = map.get(&(row, from)) {
                related.targets.extend_from_slice(targets);
            }
            if inverse {
                related.empty = false;
                self.scope(relation, true, from, &mut related);
                continue;
            }
            related.missing.extend(self.edges.missing.get(&(row, from)).into_iter().flatten().cloned());
            if !self.edges.empty.contains(&(row, from)) {
                related.empty = false;
                self.scope(relation, false, from, &mut related);
            }
        }
        related.targets.sort_unstable();
        related.targets.dedup();
        related.empty &= related.targets.is_empty();
        related
    }

    /// All steps out of an object along any relation, both ways.
    pub fn steps(&self, from: ObjectId) -> &[Edge] {
        self.edges.steps(from)
    }

    /// Number of edges.
    pub fn edge_count(&self) -> usize {
        self.edges.count()
    }

    fn owners(&self, from: ObjectId) -> Related {
        let mut related = Related::default();
        let mut frontier = vec![from];
        for _ in 0..5 {
            let mut next = Vec::new();
            for id in frontier {
                let step = self.related(id, "owner");
                related.missing.extend(step.missing);
                next.extend(step.targets.into_iter().filter(|id| !related.targets.contains(id)));
            }
            related.targets.extend_from_slice(&next);
            frontier = next;
        }
        related.targets.sort_unstable();
        related.targets.dedup();
        related.empty = related.targets.is_empty() && related.missing.is_empty();
        related
    }

    fn scope(&self, row: &'static Relation, inverse: bool, from: ObjectId, related: &mut Related) {
        let object = self.object(from);
        let kinds = if inverse { row.from } else { row.to };
        let side = if inverse { row.back } else { row.side };
        let namespace = match row.lives {
            Lives::Here => object.namespace.clone(),
            Lives::Mtc => self.mtc_namespace(object.cluster),
            Lives::Anywhere => None,
        };
        let clusters = match side {
            Side::Same => vec![Some(object.cluster)],
            Side::Host => vec![self.host_cluster()],
            Side::Source => vec![self.plan_clusters(from).0],
            Side::Target => vec![self.plan_clusters(from).1],
            Side::Both => {
                let (source, target) = self.plan_clusters(from);
                vec![source, target]
            }
        };
        for cluster in clusters {
            related.scope.extend(kinds.iter().map(|kind| (cluster, *kind, namespace.clone())));
        }
    }
}

/// Whether an object's kind is among those of one end of a row.
pub(super) fn kind_fits(kinds: &[&str], kind: &str) -> bool {
    kinds.contains(&"*") || kinds.contains(&kind)
}
