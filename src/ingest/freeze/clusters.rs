use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use rayon::prelude::*;

use super::home::Root;
use super::identity::{self, Joined};
use super::logs::Whole;
use super::mig_clusters::{self, Known};
use super::traits::Traits;
use super::unique::unique;
use super::{Collected, latest, summary};
use crate::graph::{Cluster, Identity, NowFrom, Object};
use crate::model::{ClusterId, Component, EntryPath, Gap, GapReason, Timestamp};

/// The clusters of the case, and which of them each cluster directory belongs to.
#[derive(Debug)]
pub(super) struct Clusters {
    pub(super) list: Vec<Cluster>,
    pub(super) of_root: Vec<ClusterId>,
    pub(super) gaps: Vec<Gap>,
}

pub(super) fn find(all: &Collected, mut traits: Vec<Traits>, logs: &[Whole]) -> Clusters {
    let roots = all.home.roots();
    let mut gaps = summary::learn(all, &mut traits);
    name_addresses(roots, &mut traits);
    let joined = identity::join(roots, &traits, &|root| all.home.is_loose(root));
    let groups: BTreeSet<usize> = joined.group.iter().copied().collect();
    let ids: Vec<usize> = groups.into_iter().collect();
    let id_of = |group: usize| ClusterId(u32::try_from(ids.iter().position(|id| *id == group).unwrap_or(0)).unwrap_or(0));
    let mut of_root: Vec<ClusterId> = joined.group.iter().map(|&group| id_of(group)).collect();

    let mut clusters = Vec::new();
    // Names as the gathers have them; several inputs may use one name for different clusters.
    let mut bases: Vec<String> = Vec::new();
    for &group in &ids {
        let members: Vec<usize> = (0..roots.len()).filter(|&root| joined.group[root] == group).collect();
        let named = members.iter().copied().find(|&root| roots[root].of.name.is_some()).unwrap_or(members[0]);
        let first = &roots[members[0]];
        let base = roots[named].of.name.clone().unwrap_or_else(|| directory_name(all, first.input, &first.of.dir));
        let name = unique(&clusters, &base);
        clusters.push(cluster(all, &joined, &traits, group, &members, name));
        bases.push(base);
    }
    gaps.extend(doubts(roots, &joined));
    gaps.extend(obfuscated_inputs(roots, &traits));
    set_now(all, logs, &of_root, &mut clusters);
    let mut control_objects: Vec<Vec<&Object>> = clusters.iter().map(|_| Vec::new()).collect();
    for seen in all.objects.iter().filter(|seen| matches!(seen.it.kind(), "MigCluster" | "MigPlan")) {
        if let Some(root) = seen.root {
            control_objects[of_root[root].index()].push(&seen.it);
        }
    }
    for objects in &mut control_objects {
        objects.sort_by(|a, b| (a.kind(), &a.name, b.resource_version, &a.places).cmp(&(b.kind(), &b.name, a.resource_version, &b.places)));
    }
    let gathers = ids.iter().map(|&group| (0..roots.len()).filter(|&root| joined.group[root] == group).map(|root| roots[root].gather).collect());
    let known = Known { objects: &control_objects, traits: &traits, of_root: &of_root, bases: &bases, gathers: gathers.collect() };
    for id in mig_clusters::shared(&known) {
        clusters[id.index()].suspect = true;
        for root in of_root.iter().zip(roots).filter(|(of, root)| **of == id && root.of.ran_here).map(|(_, root)| root) {
            let detail =
                "is the directory of the cluster that the gather ran on, and of a MigCluster called `host`: what was collected of both lies in here";
            gaps.push(Gap { input: root.input, path: EntryPath::from(root.of.dir.as_str()), reason: GapReason::Suspect, detail: detail.to_owned() });
        }
    }
    let same = mig_clusters::name(&known, &mut clusters);
    let versions = mig_clusters::versions(&known, &clusters);
    for (cluster, version) in clusters.iter_mut().zip(versions) {
        cluster.kubernetes = cluster.kubernetes.take().or(version);
    }
    mig_clusters::absorb(&same, &mut clusters, &mut of_root);
    // A cluster that one gather had no login to may have come with another.
    gaps.extend(failed_logins(all, &of_root, &mut clusters));
    Clusters { list: clusters, of_root, gaps }
}

/// What the objects of each cluster directory say about its cluster.
pub(super) fn traits(all: &Collected) -> Vec<Traits> {
    let mut of_root: Vec<Vec<&Object>> = all.home.roots().iter().map(|_| Vec::new()).collect();
    for seen in &all.objects {
        if let Some(root) = seen.root {
            of_root[root].push(&seen.it);
        }
    }
    of_root.into_par_iter().map(|objects| objects.into_iter().fold(Traits::default(), Traits::with)).collect()
}

/// A directory called after a MigCluster shows the cluster at its address.
fn name_addresses(roots: &[Root], traits: &mut [Traits]) {
    for control in 0..roots.len() {
        for (name, url) in traits[control].addresses.clone() {
            let named = |root: &Root| root.gather == roots[control].gather && root.of.name.as_deref() == Some(&*name) && !root.of.login_failed;
            if let Some(root) = roots.iter().position(named).filter(|&root| root != control) {
                traits[root].api.get_or_insert(url);
            }
        }
    }
}

/// The cluster that these roots show.
fn cluster(all: &Collected, joined: &Joined, traits: &[Traits], group: usize, members: &[usize], name: Arc<str>) -> Cluster {
    let roots = all.home.roots();
    let named = members.iter().copied().find(|&root| roots[root].of.name.is_some()).unwrap_or(members[0]);
    let first = |of: &dyn Fn(&Traits) -> Option<Arc<str>>| members.iter().find_map(|&root| of(&traits[root]));
    Cluster {
        name,
        mig_cluster: None,
        roles: Vec::new(),
        input: roots[named].input,
        identity: Identity {
            cluster_id: first(&|of| of.cluster_id.clone()),
            infrastructure: first(&|of| of.infrastructure.clone()),
            api: first(&|of| of.api.clone()),
            by: joined.by.get(&group).into_iter().flatten().copied().collect(),
        },
        suspect: members.iter().any(|root| joined.suspect.contains_key(root)),
        gathered: members.iter().any(|&root| !roots[root].of.login_failed),
        login_error: None,
        now: None,
        now_from: NowFrom::Data,
        client_ahead: None,
        kubernetes: first(&|of| of.kubernetes.clone()),
        mtc: None,
    }
}

/// Clusters that no gather could log in to, each with what its gather says.
fn failed_logins(all: &Collected, of_root: &[ClusterId], clusters: &mut [Cluster]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (root, id) in all.home.roots().iter().zip(of_root).filter(|(root, _)| root.of.login_failed) {
        let cluster = &mut clusters[id.index()];
        if cluster.gathered {
            continue;
        }
        let path = format!("{}login_error.txt", root.of.dir);
        let message = all.texts.iter().find(|(input, of, _)| *input == root.input && **of == *path);
        let detail = message.map_or_else(String::new, |(_, _, text)| text.trim().to_owned());
        gaps.push(Gap { input: root.input, path: EntryPath::from(path.as_str()), reason: GapReason::Login, detail: detail.clone() });
        cluster.login_error.get_or_insert(detail);
    }
    gaps
}

/// Directories that seem to hold the data of two clusters.
fn doubts(roots: &[Root], joined: &Joined) -> Vec<Gap> {
    let gap = |root: usize, detail: String| Gap {
        input: roots[root].input,
        path: EntryPath::from(roots[root].of.dir.as_str()),
        reason: GapReason::Suspect,
        detail,
    };
    let shown = |root: usize| if roots[root].of.dir.is_empty() { "the top of the input" } else { roots[root].of.dir.as_str() };
    let mixed = joined
        .suspect
        .iter()
        .map(|(&root, &other)| gap(root, format!("holds objects with the same UIDs as {}: data of two clusters seem to be mixed", shown(other))));
    let torn = joined.torn.iter().map(|(&root, &(one, other))| {
        let text = format!("shows the cluster of {} and that of {}, which are not the same: it was kept apart", shown(one), shown(other));
        gap(root, text)
    });
    mixed.chain(torn).collect()
}

/// Inputs whose addresses are tokens, one gap for each.
fn obfuscated_inputs(roots: &[Root], traits: &[Traits]) -> Vec<Gap> {
    let mut tokens: BTreeMap<u32, &str> = BTreeMap::new();
    for (root, traits) in roots.iter().zip(traits) {
        if let Some(token) = traits.token.as_deref() {
            let first = tokens.entry(root.input).or_insert(token);
            *first = token.min(first);
        }
    }
    let detail = |token: &str| {
        format!(
            "addresses were replaced by tokens such as {token} before it was handed out: they agree inside this input only, and nothing was joined by them"
        )
    };
    let gap = |(input, token)| Gap { input, path: EntryPath::from(""), reason: GapReason::Obfuscated, detail: detail(token) };
    tokens.into_iter().map(gap).collect()
}

/// A nameless gather is called after its directory, or its input where it lies at the top.
fn directory_name(all: &Collected, input: u32, dir: &str) -> String {
    let last = dir.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = last.trim_end_matches('!');
    if name.is_empty() { all.inputs.get(input as usize).map(|input| input.name.clone()).unwrap_or_default() } else { name.to_owned() }
}

/// The reference time of each cluster: the newest of log lines of MTC's own programs, events, creations and transitions. No other
/// field counts, because objects hold dates of the future such as those of certificates.
fn set_now(all: &Collected, logs: &[Whole], of_root: &[ClusterId], clusters: &mut [Cluster]) {
    let mut note = |root: Option<usize>, time: Option<Timestamp>| {
        if let Some(root) = root {
            let now = &mut clusters[of_root[root].index()].now;
            *now = latest(now.iter().copied().chain(time));
        }
    };
    for seen in &all.objects {
        note(seen.root, seen.latest);
    }
    for seen in &all.events {
        note(seen.root, seen.latest);
    }
    for log in logs.iter().filter(|log| log.component != Component::Application) {
        note(all.home.root_of(log.input, &log.path), log.scan.last);
    }
    for (input, path, text) in all.texts.iter().filter(|(_, path, _)| path.ends_with("timestamp")) {
        let Some(root) = all.home.root_of(*input, path) else { continue };
        let cluster = &mut clusters[of_root[root].index()];
        let Some(end) = super::timestamp::end_of(text) else { continue };
        match cluster.now {
            None => {
                cluster.now = Some(end);
                cluster.now_from = NowFrom::Timestamp;
            }
            Some(now) => cluster.client_ahead = Some(end.since(now)),
        }
    }
}
