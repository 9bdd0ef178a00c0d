use std::sync::Arc;

use crate::model::{ClusterId, Place, Timestamp, Uid};

/// A Kubernetes event as columns. Bodies of events are never kept.
#[derive(Debug, Clone)]
pub struct Event {
    /// The cluster it was seen on.
    pub cluster: ClusterId,
    /// Namespace of the event.
    pub namespace: Arc<str>,
    /// `reason`.
    pub reason: Arc<str>,
    /// `Normal` or `Warning`.
    pub kind: Arc<str>,
    /// `message`.
    pub message: Arc<str>,
    /// Kind of the involved object.
    pub object_kind: Arc<str>,
    /// Namespace of the involved object.
    pub object_namespace: Option<Arc<str>>,
    /// Name of the involved object.
    pub object_name: Arc<str>,
    /// UID of the involved object.
    pub object_uid: Option<Uid>,
    /// Reporting component.
    pub source: Arc<str>,
    /// How often it was seen.
    pub count: u32,
    /// First time.
    pub first: Option<Timestamp>,
    /// Last time.
    pub last: Option<Timestamp>,
    /// UID of the event itself, by which copies are merged.
    pub uid: Option<Uid>,
    /// Where the event stands; the line is that of its message where there is one.
    pub place: Place,
    /// Text of the line at that place, as written.
    pub line: Arc<str>,
}
