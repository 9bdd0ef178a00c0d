//! How objects are joined: what the rows of the table say, and nothing that looks anything up.

/// The ways in which Kubernetes, Velero and MTC join objects.
#[derive(Debug, Clone, Copy)]
pub(super) enum How {
    Owner,
    Owned,
    OwnedOrLabelled(&'static [&'static str]),
    LabelledBack(&'static [&'static str]),
    Namespace,
    Reference(&'static str),
    References(&'static [&'static str]),
    EachReference(&'static str, &'static str),
    Name(&'static str),
    FirstName(&'static [&'static str]),
    EachName(&'static str),
    ClusterName(&'static str),
    Children { labels_uid: &'static [&'static str], labels_name: &'static [&'static str] },
    VeleroOfRun,
    SyncedCopy,
    PeerLocation,
    SamePlan,
    TransferPods { server: bool },
    StagePods,
    Registry,
    Repository,
    VolumePod,
    VolumeClaim,
    Agent,
    AgentSet,
    Mounts,
    PodOfContainer,
    MadeOf(Made),
    VolumesOfNamespace,
    PlannedNamespace { source: bool },
    PlannedClaim { source: bool },
    DataOf,
    Description,
    Settings,
    PodPrefix(&'static str),
}

/// The object that a derived one was made of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) enum Made {
    Plan,
    Run,
}

/// `generateName` appends a dash and five characters.
pub(super) fn generated_base(name: &str) -> Option<&str> {
    let (base, suffix) = name.rsplit_once('-')?;
    let random = suffix.len() == 5 && suffix.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    random.then_some(base)
}
