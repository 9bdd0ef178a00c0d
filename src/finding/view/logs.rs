use serde::Serialize;

/// Log lines that concern one thing, of all clusters and programs, in the order of time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogView {
    /// Version of this format.
    pub schema: u32,
    /// What the lines are about: `MigMigration openshift-migration/shop-stage`.
    pub about: String,
    /// Objects whose names and UIDs were looked for.
    pub objects: u64,
    /// Logs that were searched.
    pub logs: u64,
    /// Lines that fit, before the limit and without noise.
    pub matched: u64,
    /// Lines left out because they mean nothing by themselves.
    pub noise: u64,
    /// Lines left out because another file of the same program holds them too.
    pub repeated: u64,
    /// Earlier lines left out because there were too many.
    pub cut: u64,
    /// What the reader should know about the data.
    pub notes: Vec<String>,
    /// Inputs by name; lines refer to them by number.
    pub inputs: Vec<String>,
    /// The lines, oldest first.
    pub lines: Vec<LogLine>,
}

/// One line, redacted and with control characters escaped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct LogLine {
    /// Its time; where it has none, that of the line before it.
    pub time: Option<String>,
    /// Cluster, by name.
    pub cluster: String,
    /// Program.
    pub component: String,
    /// Pod.
    pub pod: Option<String>,
    /// Level, where the line has one.
    pub level: Option<String>,
    /// What it says, with its error.
    pub message: String,
    /// The line as written.
    pub text: String,
    /// Which input.
    pub input: u32,
    /// File inside the input.
    pub path: String,
    /// Line in that file, from 1.
    pub line: u64,
}
