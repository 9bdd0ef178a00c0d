//! Decides which directories show the same cluster. Wrong joins are worse than none: when the evidence is not there, or points two
//! ways, they stay apart.

use std::collections::{BTreeMap, BTreeSet};

use rustc_hash::FxHashMap;

use super::home::Root;
use super::traits::Traits;
use crate::model::Uid;

/// Groups of cluster directories that show one cluster, each with the evidence; and what stayed apart against some evidence.
#[derive(Debug, Default)]
pub(super) struct Joined {
    /// Group of each root.
    pub(super) group: Vec<usize>,
    /// Evidence of the joins, by group.
    pub(super) by: BTreeMap<usize, BTreeSet<&'static str>>,
    /// Roots whose data seem mixed, with the other one.
    pub(super) suspect: BTreeMap<usize, usize>,
    /// Roots with evidence for two clusters that are certainly not one: each with one root of either.
    pub(super) torn: BTreeMap<usize, (usize, usize)>,
}

/// What speaks for two directories showing one cluster, the strongest first.
const EVIDENCE: &[&str] = &["cluster-id", "infrastructure", "api-url", "object-uid"];

/// `is_loose` tells the directories of files that somebody put there by hand: such a directory may hold files of several clusters, so
/// that it never joins two others.
pub(super) fn join(roots: &[Root], traits: &[Traits], is_loose: &dyn Fn(usize) -> bool) -> Joined {
    let mut joined = Joined { group: (0..roots.len()).collect(), ..Joined::default() };
    let mut pairs = pairs(roots, traits);
    pairs.sort_unstable();
    for &(_, a, b) in &pairs {
        if roots[a].input == roots[b].input && roots[a].gather == roots[b].gather {
            // All remote clusters of a gather share one kubeconfig, so the data of one may lie under the name of another.
            joined.suspect.insert(a, b);
            joined.suspect.insert(b, a);
        }
    }
    let (loose, firm): (Vec<_>, Vec<_>) = pairs.into_iter().partition(|&(_, a, b)| is_loose(a) || is_loose(b));
    for (by, a, b) in firm {
        // Which of two mixed directories is true is unknown, so that neither is joined with anything.
        if joined.suspect.contains_key(&a) || joined.suspect.contains_key(&b) || joined.group[a] == joined.group[b] {
            continue;
        }
        match joined.contradiction(roots, traits, a, b) {
            Some((one, other)) => drop(joined.torn.entry(b).or_insert((one, other))),
            None => joined.unite(a, b, EVIDENCE[by]),
        }
    }
    join_loose(&loose, is_loose, &mut joined);
    place_the_nameless(roots, traits, is_loose, &mut joined);
    joined
}

/// All pairs of roots with evidence for one cluster, by the strongest of it.
fn pairs(roots: &[Root], traits: &[Traits]) -> Vec<(usize, usize, usize)> {
    let mut found: BTreeMap<(usize, usize), usize> = BTreeMap::new();
    let same = |a: Option<&str>, b: Option<&str>| a.is_some() && a == b;
    for a in 0..roots.len() {
        for b in a + 1..roots.len() {
            let (one, other) = (&traits[a], &traits[b]);
            let strongest = [
                same(one.cluster_id.as_deref(), other.cluster_id.as_deref())
                    || same(roots[a].short_id.as_deref(), roots[b].short_id.as_deref())
                    || short_id_fits(&roots[a], other)
                    || short_id_fits(&roots[b], one),
                same(one.infrastructure.as_deref(), other.infrastructure.as_deref()),
                same(one.api.as_deref(), other.api.as_deref()),
            ];
            if let Some(by) = strongest.iter().position(|holds| *holds) {
                found.insert((a, b), by);
            }
        }
    }
    let mut holders: FxHashMap<&Uid, Vec<usize>> = FxHashMap::default();
    for (root, traits) in traits.iter().enumerate() {
        for uid in &traits.uids {
            holders.entry(uid).or_default().push(root);
        }
    }
    let shared: BTreeSet<&[usize]> = holders.values().map(Vec::as_slice).filter(|roots| roots.len() > 1).collect();
    for roots in shared {
        for (at, &a) in roots.iter().enumerate() {
            for &b in &roots[at + 1..] {
                found.entry((a, b)).or_insert(EVIDENCE.len() - 1);
            }
        }
    }
    found.into_iter().map(|((a, b), by)| (by, a, b)).collect()
}

/// OADP calls the directory of a cluster by the first eight characters of its id.
fn short_id_fits(root: &Root, other: &Traits) -> bool {
    let Some(short) = &root.short_id else { return false };
    other.cluster_id.as_deref().is_some_and(|id| id.split('-').next() == Some(short))
}

impl Joined {
    fn unite(&mut self, a: usize, b: usize, by: &'static str) {
        let (from, to) = (self.group[a].max(self.group[b]), self.group[a].min(self.group[b]));
        for group in &mut self.group {
            if *group == from {
                *group = to;
            }
        }
        let evidence = self.by.remove(&from).unwrap_or_default();
        let all = self.by.entry(to).or_default();
        all.extend(evidence);
        all.insert(by);
    }

    /// Two roots that would come into one group and are certainly two clusters: two directories of one gather, or two ids.
    fn contradiction(&self, roots: &[Root], traits: &[Traits], a: usize, b: usize) -> Option<(usize, usize)> {
        let members = |group: usize| (0..roots.len()).filter(move |&root| self.group[root] == group);
        let differ = |one: Option<&str>, other: Option<&str>| one.is_some() && other.is_some() && one != other;
        let apart = |&(one, other): &(usize, usize)| {
            (roots[one].input == roots[other].input && roots[one].gather == roots[other].gather)
                || differ(traits[one].cluster_id.as_deref(), traits[other].cluster_id.as_deref())
                || differ(traits[one].infrastructure.as_deref(), traits[other].infrastructure.as_deref())
        };
        members(self.group[a]).flat_map(|one| members(self.group[b]).map(move |other| (one, other))).find(apart)
    }
}

/// Loose files follow the one cluster that they show, and stay where they are when they show two.
fn join_loose(pairs: &[(usize, usize, usize)], is_loose: &dyn Fn(usize) -> bool, joined: &mut Joined) {
    let mut shown: BTreeMap<usize, Vec<(usize, usize)>> = BTreeMap::new();
    for &(by, a, b) in pairs {
        for (loose, other) in [(a, b), (b, a)] {
            if is_loose(loose) && !is_loose(other) && !joined.suspect.contains_key(&other) {
                shown.entry(loose).or_default().push((other, by));
            }
        }
    }
    for (loose, others) in shown {
        let (first, by) = others[0];
        match others.iter().find(|(other, _)| joined.group[*other] != joined.group[first]) {
            Some(&(second, _)) => drop(joined.torn.insert(loose, (first, second))),
            None => joined.unite(loose, first, EVIDENCE[by]),
        }
    }
}

/// An inspect of an application namespace names no cluster. It is placed by the UIDs of its pods, then by those of its claims, by the restore that
/// its pods wait for, by what MTC labelled, then by nodes that only one cluster has. Names prove nothing: a stage pod has the same one on both sides.
fn place_the_nameless(roots: &[Root], traits: &[Traits], is_loose: &dyn Fn(usize) -> bool, joined: &mut Joined) {
    let nameless: Vec<usize> =
        (0..roots.len()).filter(|&root| roots[root].of.name.is_none() && !traits[root].has_mtc && !joined.torn.contains_key(&root)).collect();
    for root in nameless {
        let candidates: BTreeSet<usize> = (0..roots.len()).filter(|&other| traits[other].has_mtc).map(|other| joined.group[other]).collect();
        if candidates.contains(&joined.group[root]) {
            continue;
        }
        let shown = shown_by(roots, traits, joined, &traits[root]);
        let Some((groups, by)) = shown.iter().find(|(groups, _)| !groups.is_empty()) else { continue };
        // Of two clusters that the same evidence fits, weaker evidence decides nothing. Loose files may come from two clusters, so that
        // for them all evidence must agree.
        let agreed = !is_loose(root) || shown.iter().all(|(other, _)| other.is_empty() || other == groups);
        let Some(&group) = groups.first().filter(|_| groups.len() == 1 && agreed) else { continue };
        let Some(other) = (0..roots.len()).find(|&other| joined.group[other] == group) else { continue };
        if joined.contradiction(roots, traits, root, other).is_none() {
            joined.unite(root, other, by);
        }
    }
}

/// The groups that a nameless root may belong to, by each kind of evidence, the strongest first.
fn shown_by(roots: &[Root], traits: &[Traits], joined: &Joined, mine: &Traits) -> [(BTreeSet<usize>, &'static str); 8] {
    let fitting = |holds: &dyn Fn(&Traits) -> bool| -> BTreeSet<usize> {
        (0..roots.len()).filter(|&other| traits[other].has_mtc && holds(&traits[other])).map(|other| joined.group[other]).collect()
    };
    [
        (fitting(&|other| !mine.pods.is_disjoint(&other.restore_pods)), "pod-uid"),
        (fitting(&|other| !mine.pods.is_disjoint(&other.backup_pods)), "pod-uid"),
        (fitting(&|other| !mine.claims.is_disjoint(&other.restore_claims)), "claim-uid"),
        (fitting(&|other| !mine.claims.is_disjoint(&other.backup_claims)), "claim-uid"),
        (fitting(&|other| !mine.restored_by.is_disjoint(&other.restores)), "restore"),
        (by_volume_migration(roots, traits, joined, mine), "migration-label"),
        (by_hook(roots, traits, joined, mine), "hook-job"),
        (fitting(&|other| !mine.nodes.is_disjoint(&other.nodes)), "node"),
    ]
}

/// Server pods and routes of a direct volume migration are on its target, client pods on its source.
fn by_volume_migration(roots: &[Root], traits: &[Traits], joined: &Joined, mine: &Traits) -> BTreeSet<usize> {
    let mut groups = BTreeSet::new();
    for (control, of) in traits.iter().enumerate() {
        for (uid, (source, target)) in &of.volume_migrations {
            let side = if mine.serves.contains(uid) {
                target
            } else if mine.copies_from.contains(uid) {
                source
            } else {
                continue;
            };
            groups.extend(root_of(roots, of, control, side).map(|root| joined.group[root]));
        }
    }
    groups
}

/// The Job of a hook runs where its MigHook says, under the plan of its run.
fn by_hook(roots: &[Root], traits: &[Traits], joined: &Joined, mine: &Traits) -> BTreeSet<usize> {
    let mut groups = BTreeSet::new();
    for (control, of) in traits.iter().enumerate() {
        for (run, hook) in &mine.hook_jobs {
            let Some((source, target)) = of.runs.get(run).and_then(|plan| of.plans.get(plan)) else { continue };
            let Some(on_source) = of.hooks.get(hook) else { continue };
            let side = if *on_source { source } else { target };
            groups.extend(root_of(roots, of, control, side).map(|root| joined.group[root]));
        }
    }
    groups
}

/// Where the gather of the controller keeps the cluster that a MigCluster stands for.
fn root_of(roots: &[Root], of: &Traits, control: usize, side: &str) -> Option<usize> {
    let same_gather = |root: usize| roots[root].input == roots[control].input && roots[root].gather == roots[control].gather;
    let named = || (0..roots.len()).find(|&root| same_gather(root) && roots[root].of.name.as_deref() == Some(side));
    if of.host_mig_cluster.as_deref() == Some(side) { Some(control) } else { named() }
}
