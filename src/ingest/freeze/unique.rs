use std::sync::Arc;

use crate::graph::Cluster;

/// A name that no other cluster has: the second `host` is `host#2`.
pub(super) fn unique(clusters: &[Cluster], base: &str) -> Arc<str> {
    let taken = |name: &str| clusters.iter().any(|cluster| &*cluster.name == name);
    if !taken(base) {
        return base.into();
    }
    (2..=clusters.len() + 2).map(|number| format!("{base}#{number}")).find(|name| !taken(name)).unwrap_or_default().into()
}
