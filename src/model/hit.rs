use std::sync::Arc;

use super::{Excerpt, Timestamp};

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

/// A named group of a pattern with the text it took; `None` where it took no part.
pub type Capture = (Arc<str>, Option<Box<str>>);

/// Lines of one log that one pattern matched with the same captured values and identity fields.
#[derive(Debug, Clone)]
pub struct HitGroup {
    /// Index into [`Graph::logs`](crate::graph::Graph::logs).
    pub log: u32,
    /// The pattern of the pack.
    pub pattern: u32,
    /// Named groups in the order of the pattern; `None` where the group did not take part.
    pub captures: Box<[Capture]>,
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

/// Error lines of one log with names and numbers folded: what no rule may explain.
#[derive(Debug, Clone)]
pub struct Shape {
    /// Index into [`Graph::logs`](crate::graph::Graph::logs).
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
