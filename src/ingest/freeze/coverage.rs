use std::collections::BTreeSet;
use std::sync::Arc;

use super::home::Home;
use crate::graph::{Claim, Cluster, Hole, Input, Kinds, Namespaces, Object};
use crate::layout::{self, PathIdentity, Promise};
use crate::model::{ClusterId, Gap, plural_of};

/// Turns the promises of the layouts into claims about clusters.
pub(super) fn claims(home: &Home, of_root: &[ClusterId], objects: &[Object]) -> Vec<Claim> {
    let mut claims = Vec::new();
    for (root, &cluster) in home.roots().iter().zip(of_root) {
        for promise in &root.of.promises {
            let (kinds, namespaces) = match promise {
                Promise::Groups(groups) => (vec![Kinds::Groups(groups)], Namespaces::All),
                Promise::Kinds(kinds) => (vec![Kinds::Named(kinds)], Namespaces::All),
                Promise::Lists { namespace, kinds } => {
                    let names = BTreeSet::from([Arc::from(namespace.as_str())]);
                    (kinds.iter().map(|kind| Kinds::One(Arc::from(*kind))).collect(), Namespaces::Some(names))
                }
                Promise::Scoped(plurals) => (scoped(plurals, objects), Namespaces::All),
            };
            claims.extend(kinds.into_iter().map(|kinds| Claim { cluster, kinds, namespaces: namespaces.clone() }));
        }
    }
    claims
}

/// Kinds of the cluster-scoped directories: those whose plural names one and of which an object was read.
fn scoped(plurals: &[String], objects: &[Object]) -> Vec<Kinds> {
    let mut kinds: BTreeSet<Arc<str>> = BTreeSet::new();
    for object in objects.iter().filter(|object| object.namespace.is_none()) {
        if kinds.contains(&object.gvk.kind) {
            continue;
        }
        let plural = plural_of(&object.gvk.kind);
        if plurals.iter().any(|name| *name == plural || name.strip_prefix(&plural).is_some_and(|rest| rest.starts_with('.'))) {
            kinds.insert(object.gvk.kind.clone());
        }
    }
    kinds.into_iter().map(Kinds::One).collect()
}

/// Where the promises are broken: damage of an input concerns everything in it, damage of a file its kind and namespace.
pub(super) fn holes(inputs: &[Input], home: &Home, of_root: &[ClusterId], clusters: &[Cluster], gaps: &[Gap]) -> Vec<Hole> {
    let mut holes = Vec::new();
    let whole = |cluster, reason: &str| Hole { cluster: Some(cluster), kinds: Kinds::All, namespaces: Namespaces::All, reason: reason.into() };
    for (root, &cluster) in home.roots().iter().zip(of_root) {
        if inputs.get(root.input as usize).is_some_and(|input| !input.complete) {
            holes.push(whole(cluster, "the archive is incomplete"));
        }
        if home.is_partial(root) {
            holes.push(whole(cluster, "the gather stopped before its end"));
        }
    }
    for (index, cluster) in (0_u32..).zip(clusters) {
        if cluster.suspect {
            holes.push(whole(ClusterId(index), "data of two clusters seem to be mixed here"));
        }
    }
    // A log that could not be read shortens the window of its component; it says nothing about objects.
    let is_manifest = |gap: &&Gap| layout::shape(gap.path.as_str()) == layout::Shape::Manifest;
    // One broken file is reason enough to doubt its kind; a million of them prove no more, and would each be asked for every question.
    let mut known: BTreeSet<(ClusterId, String, Option<String>)> = BTreeSet::new();
    for gap in gaps.iter().filter(is_manifest) {
        let Some(root) = home.root_of(gap.input, gap.path.as_str()) else { continue };
        let identity = layout::manifest_path(gap.path.as_str());
        let scope = (of_root[root], identity.resource.clone().unwrap_or_default(), identity.namespace.clone());
        if known.insert(scope) {
            holes.push(of_file(of_root[root], identity, gap));
        }
    }
    holes
}

fn of_file(cluster: ClusterId, identity: PathIdentity, gap: &Gap) -> Hole {
    let plural = identity.resource.as_deref().and_then(|resource| resource.split('.').next());
    let kinds = plural.map_or(Kinds::All, |plural| Kinds::Plural(plural.into()));
    let namespaces = match identity.namespace {
        Some(namespace) => Namespaces::Some(BTreeSet::from([Arc::from(namespace.as_str())])),
        None if kinds == Kinds::All => Namespaces::Some(BTreeSet::new()),
        None => Namespaces::All,
    };
    Hole { cluster: Some(cluster), kinds, namespaces, reason: format!("{} could not be read ({})", gap.path, gap.reason).into() }
}
