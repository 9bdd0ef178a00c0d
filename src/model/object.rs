use std::fmt;
use std::sync::Arc;

/// A cluster of the case, by its place in [`Graph::clusters`](crate::graph::Graph::clusters).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ClusterId(pub u32);

impl ClusterId {
    /// The id as the report writes it: `c1` for the first.
    pub fn label(self) -> String {
        format!("c{}", self.0 + 1)
    }

    /// Position in a list of clusters.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// UID that an API server gave to an object.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Uid(pub Arc<str>);

impl Uid {
    /// The text of the UID.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Uid {
    fn from(text: &str) -> Self {
        Self(text.into())
    }
}

impl fmt::Display for Uid {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Names one object of one cluster, whether it was gathered or not.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectRef {
    /// The cluster it lives on.
    pub cluster: ClusterId,
    /// Its kind, without the group.
    pub kind: Arc<str>,
    /// Its namespace; `None` for a cluster-scoped object.
    pub namespace: Option<Arc<str>>,
    /// Its name.
    pub name: Arc<str>,
    /// Its UID where known.
    pub uid: Option<Uid>,
}

impl fmt::Display for ObjectRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.namespace {
            Some(namespace) => write!(f, "{} {namespace}/{}", self.kind, self.name),
            None => write!(f, "{} {}", self.kind, self.name),
        }
    }
}
