//! Where the error texts of a family stand. The one place that knows the `mtc` room's side of it.

use crate::model::Component;

const FAMILIES: &[&str] = &["object-store", "volume-data", "backup-item", "restore-item", "pod-creation", "cluster-connection", "run", "transfer", "collector"];

/// Every family.
pub(crate) fn families() -> &'static [&'static str] {
    FAMILIES
}

/// Logs whose error values belong to a family.
pub(crate) fn components(family: &str) -> &'static [Component] {
    use Component::{Gather, MigController, NodeAgent, Registry, RsyncClient, RsyncServer, Stunnel, Velero};
    match family {
        "object-store" => &[Velero, NodeAgent, Registry],
        "volume-data" => &[NodeAgent, Velero],
        "backup-item" | "restore-item" => &[Velero],
        "pod-creation" | "cluster-connection" => &[MigController],
        "transfer" => &[RsyncClient, RsyncServer, Stunnel],
        "collector" => &[Gather],
        _ => &[],
    }
}
