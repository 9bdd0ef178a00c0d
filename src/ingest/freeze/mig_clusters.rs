//! Which cluster of the case is which MigCluster of the controller.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::traits::{Traits, address};
use super::unique::unique;
use crate::graph::tape::Value;
use crate::graph::{Cluster, Identity, NowFrom, Object};
use crate::model::ClusterId;

/// Clusters that one case may name; a hostile one can have a million MigClusters.
const CLUSTERS: usize = 1024;

/// What is known of the clusters when their MigClusters are looked for.
pub(super) struct Known<'k> {
    /// MigClusters and MigPlans of each cluster, the newest copy of each first.
    pub(super) objects: &'k [Vec<&'k Object>],
    /// By root.
    pub(super) traits: &'k [Traits],
    pub(super) of_root: &'k [ClusterId],
    /// Names that the gathers have for the clusters.
    pub(super) bases: &'k [String],
    /// The gathers that each cluster was seen in.
    pub(super) gathers: Vec<BTreeSet<usize>>,
}

impl Known<'_> {
    fn ids(&self) -> impl Iterator<Item = ClusterId> + use<> {
        (0..u32::try_from(self.bases.len()).unwrap_or(0)).map(ClusterId)
    }

    fn traits_of(&self, id: ClusterId) -> impl Iterator<Item = &Traits> {
        self.of_root.iter().zip(self.traits).filter(move |(of, _)| **of == id).map(|(_, traits)| traits)
    }

    /// Clusters called so by the gathers that the control cluster was seen in. Another gather of the same input may have a cluster
    /// of that name too, and it need not be this one.
    fn named(&self, control: ClusterId, name: &str) -> Vec<ClusterId> {
        let beside = |id: &ClusterId| !self.gathers[id.index()].is_disjoint(&self.gathers[control.index()]);
        self.ids().filter(|id| *id != control && self.bases[id.index()] == name && beside(id)).collect()
    }
}

/// Joins MigCluster objects with clusters: the host by its flag, others by the name of their directory, by their address, and a
/// cluster that was gathered on its own by the backups or restores of a plan that only it can hold. Returns clusters that turned out
/// to be others: an empty one, and the one that it is.
pub(super) fn name(known: &Known<'_>, clusters: &mut Vec<Cluster>) -> Vec<(ClusterId, ClusterId)> {
    let mut same = Vec::new();
    for control in known.ids() {
        let mut seen = BTreeSet::new();
        for mig in known.objects[control.index()].iter().filter(|object| object.kind() == "MigCluster") {
            if !seen.insert(mig.name.clone()) || clusters.len() >= CLUSTERS {
                continue;
            }
            let is_host = mig.field("spec.isHostCluster").and_then(Value::as_bool) == Some(true);
            let target = if is_host { Some(control) } else { find(known, control, mig, clusters, &mut same) };
            let index = target.map_or_else(
                || {
                    clusters.push(absent(mig.name.clone(), clusters, clusters[control.index()].input));
                    clusters.len() - 1
                },
                ClusterId::index,
            );
            let cluster = &mut clusters[index];
            cluster.mig_cluster = Some(mig.name.clone());
            cluster.mtc = cluster.mtc.take().or_else(|| mig.text("status.operatorVersion").map(|version| Arc::from(&*version)));
            let url = || mig.text("spec.url").filter(|url| !url.is_empty()).map(|url| Arc::from(&*url));
            cluster.identity.api = cluster.identity.api.take().or_else(url);
        }
    }
    same
}

/// Control clusters whose directory another cluster shares: the scripts call the directory of their own cluster `host`, and write a
/// MigCluster of that name into the same one.
pub(super) fn shared(known: &Known<'_>) -> Vec<ClusterId> {
    let other =
        |mig: &&Object| mig.kind() == "MigCluster" && &*mig.name == "host" && mig.field("spec.isHostCluster").and_then(Value::as_bool) == Some(false);
    let is_shared = |id: &ClusterId| known.bases[id.index()] == "host" && known.objects[id.index()].iter().any(other);
    known.ids().filter(is_shared).collect()
}

/// The cluster that a MigCluster other than the host's stands for.
fn find(known: &Known<'_>, control: ClusterId, mig: &Object, clusters: &mut [Cluster], same: &mut Vec<(ClusterId, ClusterId)>) -> Option<ClusterId> {
    let named = known.named(control, &mig.name);
    let here = named.iter().copied().find(|id| clusters[id.index()].gathered);
    // The login failed here, but the cluster may have been gathered on its own.
    let apart = || {
        by_address(known, control, mig, clusters)
            .map(|id| (id, "api-url"))
            .or_else(|| by_plans(known, control, &mig.name, clusters).map(|id| (id, "plan-uid")))
    };
    let (found, by) = match here {
        Some(id) => (Some(id), None),
        None => apart().map_or((None, None), |(id, by)| (Some(id), Some(by))),
    };
    let Some(found) = found else { return named.first().copied() };
    if let Some(by) = by {
        let evidence = &mut clusters[found.index()].identity.by;
        if !evidence.contains(&by) {
            evidence.push(by);
        }
        let taken = (0..clusters.len())
            .any(|other| other != found.index() && *clusters[other].name == *mig.name && !named.iter().any(|empty| empty.index() == other));
        if !taken {
            // The name that the controller has for it tells more than a second `host`.
            clusters[found.index()].name = mig.name.clone();
        }
    }
    same.extend(named.into_iter().filter(|id| *id != found && !clusters[id.index()].gathered).map(|empty| (empty, found)));
    Some(found)
}

/// The one cluster beside the control cluster whose API server has the address of a MigCluster.
fn by_address(known: &Known<'_>, control: ClusterId, mig: &Object, clusters: &[Cluster]) -> Option<ClusterId> {
    let url = address(&mig.text("spec.url")?)?;
    let fits = |id: &ClusterId| {
        *id != control && clusters[id.index()].mig_cluster.is_none() && known.traits_of(*id).any(|traits| traits.api.as_ref() == Some(&url))
    };
    let mut fitting = known.ids().filter(fits);
    let only = fitting.next()?;
    fitting.next().is_none().then_some(only)
}

/// Takes clusters out that turned out to be others, and numbers the rest anew.
pub(super) fn absorb(same: &[(ClusterId, ClusterId)], clusters: &mut Vec<Cluster>, of_root: &mut [ClusterId]) {
    for &(empty, apart) in same {
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

/// Velero notes the version of the cluster it runs on in each backup. Copies of backups are synced to the target, so only a cluster
/// that is the source of a plan and the target of none can be told by them.
pub(super) fn versions(known: &Known<'_>, clusters: &[Cluster]) -> Vec<Option<Arc<str>>> {
    let named = |path: &str| -> BTreeSet<Arc<str>> {
        let plans = known.objects.iter().flatten().filter(|object| object.kind() == "MigPlan");
        plans.filter_map(|plan| plan.text(path).map(|name| Arc::from(&*name))).collect()
    };
    let (sources, targets) = (named("spec.srcMigClusterRef.name"), named("spec.destMigClusterRef.name"));
    let of = |(index, cluster): (u32, &Cluster)| {
        let name = cluster.mig_cluster.as_ref().filter(|name| sources.contains(*name) && !targets.contains(*name));
        name.and_then(|_| known.traits_of(ClusterId(index)).find_map(|traits| traits.backed_up_by.clone()))
    };
    (0_u32..).zip(clusters).map(of).collect()
}

/// A gather made on the remote cluster itself calls it `host` too. It is the source of a plan when it holds the plan's backups and
/// the control cluster's other side is nowhere else, the target when it holds its restores; a storage location of the plan is on both,
/// and tells when the controller itself is the other one.
fn by_plans(known: &Known<'_>, control: ClusterId, name: &str, clusters: &[Cluster]) -> Option<ClusterId> {
    let host = clusters[control.index()].mig_cluster.clone();
    let plans = |path: &str, other: Option<&str>| -> BTreeSet<Arc<str>> {
        known.objects[control.index()]
            .iter()
            .filter(|object| object.kind() == "MigPlan" && object.text(path).as_deref() == Some(name))
            .filter(|plan| other.is_none_or(|other| host.is_some() && plan.text(other).as_deref() == host.as_deref()))
            .filter_map(|object| object.uid.as_ref().map(|uid| uid.0.clone()))
            .collect()
    };
    let (source, target) = ("spec.srcMigClusterRef.name", "spec.destMigClusterRef.name");
    let (as_source, as_target) = (plans(source, None), plans(target, None));
    let mut with_host = plans(source, Some(target));
    with_host.extend(plans(target, Some(source)));
    let fits = |id: &ClusterId, stored: bool| {
        *id != control
            && clusters[id.index()].mig_cluster.is_none()
            && known.traits_of(*id).any(|traits| {
                if stored {
                    return !traits.plan_uids_stored.is_disjoint(&with_host);
                }
                !traits.plan_uids_backed_up.is_disjoint(&as_source) || !traits.plan_uids_restored.is_disjoint(&as_target)
            })
    };
    [false, true].into_iter().find_map(|stored| {
        let mut fitting = known.ids().filter(|id| fits(id, stored));
        let only = fitting.next()?;
        fitting.next().is_none().then_some(only)
    })
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
