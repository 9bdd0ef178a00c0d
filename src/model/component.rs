use std::fmt;

/// The program a log belongs to. A closed list: rules name these words and nothing else.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Component {
    /// Container `mtc` or `cam` of the migration controller.
    MigController,
    /// The discovery service of the migration controller.
    Discovery,
    /// Velero server, and the run logs that Velero keeps in the bucket.
    Velero,
    /// restic or node-agent pod.
    NodeAgent,
    /// rsync in a client pod on the source.
    RsyncClient,
    /// rsync daemon in the transfer pod on the target.
    RsyncServer,
    /// stunnel beside either rsync.
    Stunnel,
    /// Migration registry.
    Registry,
    /// MTC operator.
    Operator,
    /// OADP operator.
    OadpOperator,
    /// Pod of a hook job.
    Hook,
    /// Stage pod.
    Stage,
    /// mig-log-reader: repeats the lines of the others.
    LogReader,
    /// Output of the gather itself.
    Gather,
    /// Anything else: the migrated application, or a component of the platform.
    Application,
}

impl Component {
    /// All of them, in the order used in reports.
    pub const ALL: &'static [Self] = &[
        Self::MigController,
        Self::Discovery,
        Self::Velero,
        Self::NodeAgent,
        Self::RsyncClient,
        Self::RsyncServer,
        Self::Stunnel,
        Self::Registry,
        Self::Operator,
        Self::OadpOperator,
        Self::Hook,
        Self::Stage,
        Self::LogReader,
        Self::Gather,
        Self::Application,
    ];

    /// The word that rules and reports use.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::MigController => "mig-controller",
            Self::Discovery => "discovery",
            Self::Velero => "velero",
            Self::NodeAgent => "node-agent",
            Self::RsyncClient => "rsync-client",
            Self::RsyncServer => "rsync-server",
            Self::Stunnel => "stunnel",
            Self::Registry => "registry",
            Self::Operator => "operator",
            Self::OadpOperator => "oadp-operator",
            Self::Hook => "hook",
            Self::Stage => "stage",
            Self::LogReader => "log-reader",
            Self::Gather => "gather",
            Self::Application => "application",
        }
    }

    /// Finds a component by its word.
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|component| component.as_str() == word)
    }

    /// Guesses the component from the names that the gather's paths carry.
    pub fn of_pod(pod: &str, container: Option<&str>) -> Self {
        if container == Some("stunnel") {
            return Self::Stunnel;
        }
        if pod.starts_with("migration-controller-") {
            return if container == Some("discovery") { Self::Discovery } else { Self::MigController };
        }
        let by_prefix: &[(&str, Self)] = &[
            ("velero-", Self::Velero),
            ("restic-", Self::NodeAgent),
            ("node-agent-", Self::NodeAgent),
            ("migration-log-reader-", Self::LogReader),
            ("migration-operator-", Self::Operator),
            ("openshift-adp-controller-manager-", Self::OadpOperator),
            ("oadp-operator-", Self::OadpOperator),
            ("directvolumemigration-rsync-transfer", Self::RsyncServer),
            ("rsync-server", Self::RsyncServer),
            ("blockrsync-server", Self::RsyncServer),
            ("dvm-rsync-", Self::RsyncClient),
            ("rsync-", Self::RsyncClient),
            ("registry-", Self::Registry),
            ("stage-", Self::Stage),
        ];
        by_prefix.iter().find(|(prefix, _)| pod.starts_with(prefix)).map_or(Self::Application, |(_, component)| *component)
    }
}

impl fmt::Display for Component {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}
