use std::collections::BTreeSet;
use std::sync::Arc;

use super::identity::{self, Traits};
use super::logs::Whole;
use super::{Collected, latest};
use crate::graph::{Cluster, Identity, NowFrom, Object};
use crate::model::{ClusterId, Component, EntryPath, Gap, GapReason, Timestamp};

/// The clusters of the case, and which of them each cluster directory belongs to.
#[derive(Debug)]
pub(super) struct Clusters {
    pub(super) list: Vec<Cluster>,
    pub(super) of_root: Vec<ClusterId>,
    pub(super) gaps: Vec<Gap>,
}

pub(super) fn find(all: &Collected, logs: &[Whole]) -> Clusters {
    let roots = all.home.roots();
    let mut traits: Vec<Traits> = roots.iter().map(|_| Traits::default()).collect();
    for seen in &all.objects {
        if let Some(root) = seen.root {
            traits[root].add(&seen.it);
        }
    }
    let joined = identity::join(roots, &traits);
    let groups: BTreeSet<usize> = joined.group.iter().copied().collect();
    let ids: Vec<usize> = groups.into_iter().collect();
    let id_of = |group: usize| ClusterId(u32::try_from(ids.iter().position(|id| *id == group).unwrap_or(0)).unwrap_or(0));
    let mut of_root: Vec<ClusterId> = joined.group.iter().map(|&group| id_of(group)).collect();

    let mut clusters = Vec::new();
    // Names as the gathers have them; several inputs may use one name for different clusters.
    let mut bases: Vec<String> = Vec::new();
    let mut gaps = Vec::new();
    for &group in &ids {
        let members: Vec<usize> = (0..roots.len()).filter(|&root| joined.group[root] == group).collect();
        let named = members.iter().copied().find(|&root| roots[root].of.name.is_some()).unwrap_or(members[0]);
        let first = &roots[members[0]];
        let base = roots[named].of.name.clone().unwrap_or_else(|| directory_name(all, first.input, &first.of.dir));
        let gathered = members.iter().any(|&root| !roots[root].of.login_failed);
        let login = members.iter().copied().find(|&root| roots[root].of.login_failed);
        let mut cluster = Cluster {
            name: unique(&clusters, &base),
            mig_cluster: None,
            roles: Vec::new(),
            input: roots[named].input,
            identity: Identity {
                cluster_id: members.iter().find_map(|&root| traits[root].cluster_id.clone()),
                infrastructure: members.iter().find_map(|&root| traits[root].infrastructure.clone()),
                api: None,
                by: joined.by.get(&group).into_iter().flatten().copied().collect(),
            },
            suspect: members.iter().any(|root| joined.suspect.contains_key(root)),
            gathered,
            login_error: None,
            now: None,
            now_from: NowFrom::Data,
            client_ahead: None,
            kubernetes: members.iter().find_map(|&root| traits[root].kubernetes.clone()),
            mtc: None,
        };
        if let Some(root) = login.filter(|_| !gathered) {
            let dir = &roots[root].of.dir;
            let message = all.texts.iter().find(|(input, path, _)| *input == roots[root].input && **path == *format!("{dir}login_error.txt"));
            let detail = message.map_or_else(String::new, |(_, _, text)| text.trim().to_owned());
            gaps.push(Gap {
                input: roots[root].input,
                path: EntryPath::from(format!("{dir}login_error.txt").as_str()),
                reason: GapReason::Login,
                detail: detail.clone(),
            });
            cluster.login_error = Some(detail);
        }
        clusters.push(cluster);
        bases.push(base);
    }
    for (&root, &other) in &joined.suspect {
        let detail = format!("holds objects with the same UIDs as {}: data of two clusters seem to be mixed", roots[other].of.dir);
        gaps.push(Gap { input: roots[root].input, path: EntryPath::from(roots[root].of.dir.as_str()), reason: GapReason::Suspect, detail });
    }
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
    let same = name_by_mig_clusters(&control_objects, &traits, &of_root, &bases, &mut clusters);
    absorb(&same, &mut clusters, &mut of_root);
    set_kubernetes(&control_objects, &traits, &of_root, &mut clusters);
    Clusters { list: clusters, of_root, gaps }
}

/// A nameless gather is called after its directory, or its input where it lies at the top.
fn directory_name(all: &Collected, input: u32, dir: &str) -> String {
    let last = dir.trim_end_matches('/').rsplit('/').next().unwrap_or_default();
    let name = last.trim_end_matches('!');
    if name.is_empty() { all.inputs.get(input as usize).map(|input| input.name.clone()).unwrap_or_default() } else { name.to_owned() }
}

fn unique(clusters: &[Cluster], base: &str) -> Arc<str> {
    let taken = |name: &str| clusters.iter().any(|cluster| &*cluster.name == name);
    if !taken(base) {
        return base.into();
    }
    (2..=clusters.len() + 2).map(|number| format!("{base}#{number}")).find(|name| !taken(name)).unwrap_or_default().into()
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

/// Joins MigCluster objects with clusters: the host by its flag, others by the name of their directory, and a cluster that was
/// gathered on its own by the backups or restores of a plan that only it can hold.
fn name_by_mig_clusters(
    objects: &[Vec<&Object>],
    traits: &[Traits],
    of_root: &[ClusterId],
    bases: &[String],
    clusters: &mut Vec<Cluster>,
) -> Vec<(ClusterId, ClusterId)> {
    let mut same = Vec::new();
    let ids: Vec<ClusterId> = (0..u32::try_from(clusters.len()).unwrap_or(0)).map(ClusterId).collect();
    for &control in &ids {
        let mig_clusters: Vec<&Object> = objects[control.index()].iter().copied().filter(|object| object.kind() == "MigCluster").collect();
        if mig_clusters.is_empty() {
            continue;
        }
        let mut seen = BTreeSet::new();
        for mig in &mig_clusters {
            if !seen.insert(mig.name.clone()) {
                continue;
            }
            let is_host = mig.field("spec.isHostCluster").and_then(crate::graph::tape::Value::as_bool) == Some(true);
            let version = mig.text("status.operatorVersion").map(|version| Arc::from(&*version));
            let api = mig.text("spec.url").filter(|url| !url.is_empty()).map(|url| Arc::from(&*url));
            let input = clusters[control.index()].input;
            let target = if is_host {
                Some(control)
            } else {
                let named = |id: &&ClusterId| {
                    **id != control && bases.get(id.index()).is_some_and(|base| **base == *mig.name) && clusters[id.index()].input == input
                };
                let named = ids.iter().find(named).copied();
                match named.filter(|id| clusters[id.index()].gathered) {
                    Some(gathered) => Some(gathered),
                    // The login failed here, but the cluster may have been gathered on its own.
                    None => match (by_plans(objects, traits, of_root, control, &mig.name, clusters, &ids), named) {
                        (Some(apart), Some(empty)) => {
                            same.push((empty, apart));
                            Some(apart)
                        }
                        (apart, empty) => apart.or(empty),
                    },
                }
            };
            let index = target.map_or_else(
                || {
                    clusters.push(absent(mig.name.clone(), clusters, input));
                    clusters.len() - 1
                },
                ClusterId::index,
            );
            let cluster = &mut clusters[index];
            cluster.mig_cluster = Some(mig.name.clone());
            cluster.mtc = cluster.mtc.take().or(version);
            cluster.identity.api = cluster.identity.api.take().or(api);
        }
    }
    same
}

/// Takes clusters out that turned out to be others, and numbers the rest anew.
fn absorb(same: &[(ClusterId, ClusterId)], clusters: &mut Vec<Cluster>, of_root: &mut [ClusterId]) {
    for &(empty, apart) in same {
        clusters[apart.index()].name = unique_but(clusters, apart, &clusters[empty.index()].name.clone());
        clusters[apart.index()].identity.by.push("plan-uid");
        for of in of_root.iter_mut().filter(|of| **of == empty) {
            *of = apart;
        }
    }
    let mut gone: Vec<usize> = same.iter().map(|(empty, _)| empty.index()).collect();
    gone.sort_unstable();
    gone.dedup();
    for index in gone.into_iter().rev() {
        clusters.remove(index);
        for of in of_root.iter_mut().filter(|of| of.index() > index) {
            of.0 -= 1;
        }
    }
}

/// The name of the MigCluster tells more than a second `host`.
fn unique_but(clusters: &[Cluster], own: ClusterId, base: &str) -> Arc<str> {
    let taken = clusters.iter().enumerate().any(|(index, cluster)| index != own.index() && cluster.gathered && &*cluster.name == base);
    if taken { clusters[own.index()].name.clone() } else { base.into() }
}

/// Velero notes the version of the cluster it runs on in each backup. Copies of backups are synced to the target, so only a cluster
/// that is the source of a plan and the target of none can be told by them.
fn set_kubernetes(objects: &[Vec<&Object>], traits: &[Traits], of_root: &[ClusterId], clusters: &mut [Cluster]) {
    let named = |path: &str| -> BTreeSet<Arc<str>> {
        let plans = objects.iter().flatten().filter(|object| object.kind() == "MigPlan");
        plans.filter_map(|plan| plan.text(path).map(|name| Arc::from(&*name))).collect()
    };
    let (sources, targets) = (named("spec.srcMigClusterRef.name"), named("spec.destMigClusterRef.name"));
    for (index, cluster) in clusters.iter_mut().enumerate() {
        let Some(name) = &cluster.mig_cluster else { continue };
        if cluster.kubernetes.is_some() || !sources.contains(name) || targets.contains(name) {
            continue;
        }
        let mut mine = of_root.iter().zip(traits).filter(|(of, _)| of.index() == index);
        cluster.kubernetes = mine.find_map(|(_, traits)| traits.backed_up_by.clone());
    }
}

/// A gather made on the remote cluster itself calls it `host` too. It is the source of a plan when it holds the plan's backups and
/// the control cluster's other side is nowhere else, the target when it holds its restores.
fn by_plans(
    objects: &[Vec<&Object>],
    traits: &[Traits],
    of_root: &[ClusterId],
    control: ClusterId,
    name: &str,
    clusters: &[Cluster],
    ids: &[ClusterId],
) -> Option<ClusterId> {
    let plans = |path: &str| -> BTreeSet<Arc<str>> {
        objects[control.index()]
            .iter()
            .filter(|object| object.kind() == "MigPlan" && object.text(path).as_deref() == Some(name))
            .filter_map(|object| object.uid.as_ref().map(|uid| uid.0.clone()))
            .collect()
    };
    let (as_source, as_target) = (plans("spec.srcMigClusterRef.name"), plans("spec.destMigClusterRef.name"));
    let fits = |id: ClusterId| {
        of_root
            .iter()
            .zip(traits)
            .filter(|(of, _)| **of == id)
            .any(|(_, traits)| !traits.plan_uids_backed_up.is_disjoint(&as_source) || !traits.plan_uids_restored.is_disjoint(&as_target))
    };
    let mut fitting = ids.iter().copied().filter(|&id| id != control && clusters[id.index()].mig_cluster.is_none() && fits(id));
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}

/// A cluster that is known by its MigCluster and was not gathered.
fn absent(name: Arc<str>, clusters: &[Cluster], input: u32) -> Cluster {
    Cluster {
        name: unique(clusters, &name),
        mig_cluster: Some(name),
        roles: Vec::new(),
        input,
        identity: Identity::default(),
        suspect: false,
        gathered: false,
        login_error: None,
        now: None,
        now_from: NowFrom::Data,
        client_ahead: None,
        kubernetes: None,
        mtc: None,
    }
}
