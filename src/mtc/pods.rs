//! What a pod is to MTC.

use std::fmt;

use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::model::{Component, Span};

/// What a pod is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum PodRole {
    /// Holds volumes so that Velero can copy them.
    Stage,
    /// Sends volume data.
    RsyncClient,
    /// Receives volume data.
    RsyncServer,
    /// Keeps images on their way.
    Registry,
    /// Velero server.
    Velero,
    /// restic or node-agent.
    NodeAgent,
    /// Migration controller.
    Controller,
    /// Operator of MTC or OADP.
    Operator,
    /// Pod of a hook job.
    Hook,
    /// Anything else.
    Application,
}

impl PodRole {
    /// The word that rules see.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Stage => "stage",
            Self::RsyncClient => "rsync-client",
            Self::RsyncServer => "rsync-server",
            Self::Registry => "registry",
            Self::Velero => "velero",
            Self::NodeAgent => "node-agent",
            Self::Controller => "controller",
            Self::Operator => "operator",
            Self::Hook => "hook",
            Self::Application => "application",
        }
    }
}

impl fmt::Display for PodRole {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// What a pod is for, by its labels and, where these are missing, by its name.
pub fn pod_role(pod: &Object) -> PodRole {
    if pod.label("migration.openshift.io/is-stage-pod") == Some("true") {
        return PodRole::Stage;
    }
    // An application of the customer may be called `velero-demo`, so names count only where the labels agree or in a known namespace.
    let ours = pod.namespace.as_deref().is_some_and(|namespace| {
        ["openshift-migration", "openshift-adp"].contains(&namespace) || namespace.starts_with("openshift-migration") || namespace == "velero"
    });
    if pod.label("directvolumemigration").is_some() || pod.label("app").is_some_and(|app| app.starts_with("directvolumemigration-rsync-transfer")) {
        let server = pod.label("purpose") == Some("rsync")
            || Component::of_pod(&pod.name, None) == Component::RsyncServer
            || pod.name.contains("rsync-server");
        return if server { PodRole::RsyncServer } else { PodRole::RsyncClient };
    }
    if pod.label("migration.openshift.io/migration-registry").is_some() {
        return PodRole::Registry;
    }
    if pod.label("mighook").is_some()
        || pod.owners.iter().any(|owner| &*owner.kind == "Job") && pod.label("owner").is_some() && pod.label("phase").is_some()
    {
        return PodRole::Hook;
    }
    match Component::of_pod(&pod.name, None) {
        Component::Stage if pod.label("migmigration").is_some() || pod.label("migration-included-stage-backup").is_some() => PodRole::Stage,
        Component::RsyncServer => PodRole::RsyncServer,
        Component::RsyncClient if pod.name.starts_with("dvm-rsync-") => PodRole::RsyncClient,
        Component::Velero if ours || pod.label("component") == Some("velero") => PodRole::Velero,
        Component::NodeAgent if ours || matches!(pod.label("name"), Some("restic" | "node-agent")) => PodRole::NodeAgent,
        Component::MigController if ours => PodRole::Controller,
        Component::Operator | Component::OadpOperator if ours => PodRole::Operator,
        Component::Registry if ours => PodRole::Registry,
        _ => PodRole::Application,
    }
}

/// How long a pod has been pending at the end of its cluster's gather.
pub(super) fn pending_for(graph: &Graph, id: ObjectId) -> Option<Span> {
    let pod = graph.object(id);
    if pod.text("status.phase").as_deref() != Some("Pending") {
        return None;
    }
    Some(graph.cluster(pod.cluster).now?.since(pod.created?))
}

/// All container statuses of a pod; the flag says whether it is an init container.
pub(super) fn statuses(pod: &Object) -> impl Iterator<Item = (bool, Value<'_>)> {
    [("status.initContainerStatuses", true), ("status.containerStatuses", false)]
        .into_iter()
        .flat_map(|(path, init)| pod.field(path).into_iter().flat_map(Value::items).map(move |status| (init, status)))
}
