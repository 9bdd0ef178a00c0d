use std::sync::Arc;

use crate::model::{ClusterId, Component, EntryPath, LogFormat, Timestamp};

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

/// Time span that the logs of one component of one cluster cover.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogWindow {
    /// First line.
    pub first: Option<Timestamp>,
    /// Last line.
    pub last: Option<Timestamp>,
}
