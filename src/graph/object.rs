use std::sync::Arc;

use super::tape::{Tape, Value};
use crate::model::{ClusterId, Excerpt, Gvk, ObjectRef, Place, Timestamp, Uid};

/// An object of the graph, by its place in [`Graph::objects`](super::Graph::objects).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ObjectId(pub u32);

impl ObjectId {
    /// Position in the list of objects.
    pub fn index(self) -> usize {
        self.0 as usize
    }
}

/// One entry of `metadata.ownerReferences`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Owner {
    /// Kind of the owner.
    pub kind: Arc<str>,
    /// Name of the owner.
    pub name: Arc<str>,
    /// UID of the owner.
    pub uid: Option<Uid>,
}

/// An older copy of an object that was gathered more than once.
#[derive(Debug)]
pub struct Earlier {
    /// Its resourceVersion.
    pub resource_version: u64,
    /// Where it stands.
    pub place: Place,
    /// What it said.
    pub body: Option<Tape>,
}

/// One object of one cluster. Copies that the gather made of it are merged here.
#[derive(Debug)]
pub struct Object {
    /// The cluster it lives on.
    pub cluster: ClusterId,
    /// Group, version and kind as the object itself states them.
    pub gvk: Gvk,
    /// Namespace; `None` for cluster-scoped objects.
    pub namespace: Option<Arc<str>>,
    /// Name.
    pub name: Arc<str>,
    /// UID that the API server gave it.
    pub uid: Option<Uid>,
    /// Version of the current copy; 0 where the object has none.
    pub resource_version: u64,
    /// `metadata.creationTimestamp`.
    pub created: Option<Timestamp>,
    /// `metadata.deletionTimestamp`.
    pub deleted: Option<Timestamp>,
    /// Labels, sorted by key.
    pub labels: Box<[(Arc<str>, Arc<str>)]>,
    /// Owner references.
    pub owners: Box<[Owner]>,
    /// Every file it was found in, the current copy first.
    pub places: Vec<Place>,
    /// Body of the current copy, for kinds that somebody reads.
    pub body: Option<Tape>,
    /// Facts that the `mtc` room derived; rules see them as `.mtc`.
    pub derived: Option<Tape>,
    /// True for things that exist in our model only, such as a Container or a Gap.
    pub is_derived_kind: bool,
    /// Older copies with another content, oldest first.
    pub earlier: Vec<Earlier>,
}

impl Object {
    /// Kind without the group.
    pub fn kind(&self) -> &str {
        &self.gvk.kind
    }

    /// Value of a label.
    pub fn label(&self, key: &str) -> Option<&str> {
        self.labels.iter().find(|(name, _)| &**name == key).map(|(_, value)| &**value)
    }

    /// Field by dotted path of plain keys; a path that starts with `mtc.` reads the derived facts.
    pub fn field(&self, path: &str) -> Option<Value<'_>> {
        if let Some(rest) = path.strip_prefix("mtc.") {
            return self.derived.as_ref()?.root().path(rest);
        }
        self.body.as_ref()?.root().path(path)
    }

    /// Text of a scalar field.
    pub fn text(&self, path: &str) -> Option<std::borrow::Cow<'_, str>> {
        self.field(path)?.text()
    }

    /// Time held by a field.
    pub fn time(&self, path: &str) -> Option<Timestamp> {
        Timestamp::parse(&self.text(path)?)
    }

    /// Condition of that type, whatever its status.
    pub fn condition(&self, kind: &str) -> Option<Value<'_>> {
        self.field("status.conditions")?.items().find(|item| item.get("type").and_then(Value::text).as_deref() == Some(kind))
    }

    /// Condition of that type with status `True`.
    pub fn true_condition(&self, kind: &str) -> Option<Value<'_>> {
        self.condition(kind).filter(|item| item.get("status").and_then(Value::text).as_deref() == Some("True"))
    }

    /// The line of a field of the current body as it stands in the file, with its neighbours.
    pub fn excerpt(&self, value: Value<'_>) -> Excerpt {
        self.body.as_ref().map(|body| body.excerpt(value)).unwrap_or_default()
    }

    /// Place of a field of the current body.
    pub fn place_of(&self, value: Value<'_>) -> Option<Place> {
        Some(Place { line: value.line(), ..self.place()?.clone() })
    }

    /// Where the current copy stands.
    pub fn place(&self) -> Option<&Place> {
        self.places.first()
    }

    /// Its name for the outside world.
    pub fn reference(&self) -> ObjectRef {
        ObjectRef {
            cluster: self.cluster,
            kind: self.gvk.kind.clone(),
            namespace: self.namespace.clone(),
            name: self.name.clone(),
            uid: self.uid.clone(),
        }
    }
}
