use serde::Serialize;

/// What `velero describe --details` prints of a backup or a restore, rebuilt from what was gathered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VeleroSheet {
    /// Sections in the order in which Velero prints them.
    pub sections: Vec<VeleroSection>,
    /// Texts of the velero client that the gather fetched.
    pub collected: Vec<CollectedText>,
    /// What could not be rebuilt, and why.
    pub notes: Vec<String>,
}

/// One section, or an entry of one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct VeleroSection {
    /// Name before the colon; empty for an entry of a list.
    pub name: String,
    /// Value behind it.
    pub value: Option<String>,
    /// What tells it: `object`, `volumes`, `log` or `text`. Entries are told by what tells their section.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Entries below it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub entries: Vec<VeleroSection>,
}

/// One fetched text.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CollectedText {
    /// Which input.
    pub input: u32,
    /// File inside the input.
    pub path: String,
    /// False: it holds only the failure of the client.
    pub usable: bool,
    /// That failure.
    pub says: Option<String>,
}

impl VeleroSection {
    /// A section with a value.
    pub fn of(name: &str, value: impl Into<String>) -> Self {
        Self { name: name.to_owned(), value: Some(value.into()), from: None, entries: Vec::new() }
    }

    /// A section with entries.
    pub fn with(name: &str, entries: Vec<Self>) -> Self {
        Self { name: name.to_owned(), value: None, from: None, entries }
    }

    /// The same, told by something.
    #[must_use]
    pub fn told_by(mut self, from: &str) -> Self {
        self.from = Some(from.to_owned());
        self
    }
}
