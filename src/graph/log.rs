use std::sync::Arc;

use crate::model::{ClusterId, Component, EntryPath, Excerpt, Timestamp};

/// Which of a container's streams a log is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Stream {
    /// The running container.
    Current,
    /// The container instance before it.
    Previous,
    /// A rotated file.
    Rotated,
    /// A run log or text that the gather fetched by a client, such as `velero backup logs`.
    Collected,
}

/// How the lines of a log are written; decided by most of its first lines.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum LogFormat {
    /// `time="…" level=… msg="…"`.
    Logrus,
    /// One JSON object a line (zap or logrus).
    Json,
    /// `I0815 10:00:00.000000 …`.
    Klog,
    /// Anything else.
    Plain,
}

/// One stream of one container, or a collected text. A node of the graph without its bytes.
#[derive(Debug, Clone)]
pub struct Log {
    /// The cluster it was taken from.
    pub cluster: ClusterId,
    /// Namespace of the pod.
    pub namespace: Option<Arc<str>>,
    /// Pod; `None` for a collected text.
    pub pod: Option<Arc<str>>,
    /// Container, where the path tells it.
    pub container: Option<Arc<str>>,
    /// Which stream.
    pub stream: Stream,
    /// The program that wrote it.
    pub component: Component,
    /// Input it stands in.
    pub input: u32,
    /// File it stands in.
    pub path: EntryPath,
    /// Number of lines.
    pub lines: u64,
    /// Number of bytes.
    pub bytes: u64,
    /// Time of the first line that has one.
    pub first: Option<Timestamp>,
    /// Time of the last line that has one.
    pub last: Option<Timestamp>,
    /// Format of its lines.
    pub format: LogFormat,
    /// False for a second copy of lines that another file holds; such a copy feeds no counts.
    pub canonical: bool,
}

/// Identity fields of a log line: what the program says the line is about.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Fields(pub Box<[(Arc<str>, Box<str>)]>);

impl Fields {
    /// Value of a field.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0.iter().find(|(key, _)| &**key == name).map(|(_, value)| &**value)
    }
}

/// One line that a pattern matched, with its neighbours.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hit {
    /// Line in the file, from 1.
    pub line: u32,
    /// Time of the line.
    pub time: Option<Timestamp>,
    /// The line as written, with neighbours.
    pub excerpt: Excerpt,
    /// Message of the line, unescaped.
    pub message: Box<str>,
    /// Error value of the line, unescaped, where it has one.
    pub error: Option<Box<str>>,
    /// Level as written; levels lie.
    pub level: Box<str>,
}

/// Lines of one log that one pattern matched with the same captured values and identity fields.
#[derive(Debug, Clone)]
pub struct HitGroup {
    /// Index into [`Graph::logs`](super::Graph::logs).
    pub log: u32,
    /// The pattern of the pack.
    pub pattern: u32,
    /// Named groups in the order of the pattern; `None` where the group did not take part.
    pub captures: Box<[(Arc<str>, Option<Box<str>>)]>,
    /// Identity fields shared by the group's lines.
    pub fields: Fields,
    /// How many lines.
    pub count: u64,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
    /// First and last lines of the group, by line.
    pub samples: Vec<Hit>,
}

/// Time span that the logs of one component of one cluster cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogWindow {
    /// First line.
    pub first: Option<Timestamp>,
    /// Last line.
    pub last: Option<Timestamp>,
}

/// Error lines of one log with names and numbers folded: what no rule may explain.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Index into [`Graph::logs`](super::Graph::logs).
    pub log: u32,
    /// The folded text.
    pub shape: Box<str>,
    /// How many lines.
    pub count: u64,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
    /// Line of the sample.
    pub line: u32,
    /// The sample as written.
    pub text: Box<str>,
}
