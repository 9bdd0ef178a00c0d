use serde::Serialize;

/// What happened when, of all clusters and sources, oldest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Timeline {
    /// Version of this format.
    pub schema: u32,
    /// What it is about; `None`: the whole case.
    pub about: Option<String>,
    /// From when it was asked for.
    pub from: Option<String>,
    /// Until when.
    pub to: Option<String>,
    /// Doubts about clocks, missing logs and the like.
    pub notes: Vec<String>,
    /// Inputs by name; moments refer to them by number.
    pub inputs: Vec<String>,
    /// The moments.
    pub moments: Vec<Moment>,
}

/// One thing that happened; or several that say the same and follow each other.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Moment {
    /// When; of several, the first time.
    pub time: String,
    /// The last time, when it happened more than once.
    pub until: Option<String>,
    /// How often.
    pub count: u64,
    /// Cluster, by name.
    pub cluster: String,
    /// `object`, `condition`, `event` or `log`.
    pub source: String,
    /// Program or reporting component; the kind for objects.
    pub component: String,
    /// What it is about: `Pod shop/web-1`.
    pub object: Option<String>,
    /// `info`, `warning` or `error`.
    pub level: String,
    /// What happened, redacted and with control characters escaped.
    pub text: String,
    /// Which input proves it.
    pub input: Option<u32>,
    /// File and line, as `mig-analyze cat` takes it.
    pub place: Option<String>,
}
