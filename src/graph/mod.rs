//! The frozen graph: every object, event, log and hit of the case, with the relations between them.
//!
//! Built once by [`Builder`], read by many: rules, views and the engine only ever see `&Graph`. May import `model` alone.
//! Read [`Graph`] first, then [`relations`], the one table that says how objects are joined.

mod builder;
mod cluster;
mod coverage;
mod event;
mod log;
mod object;
mod query;
pub mod relations;
mod source;
pub mod tape;

use std::sync::Arc;

use rustc_hash::FxHashMap;

pub use builder::Builder;
pub use cluster::{Cluster, Dataset, Identity, Input, NowFrom, Role};
pub use coverage::{Claim, Cover, Coverage, Hole, Kinds, Namespaces};
pub use event::Event;
pub use log::{Log, LogWindow, Stream};
pub use object::{Earlier, Object, ObjectId, Owner};
pub use relations::{Edge, Missing, Related, Relation};
pub use source::SourceLines;

use crate::model::{Gap, HitGroup, Shape, Uid};

/// Everything that was read, indexed. Immutable once frozen, so rules run over it in parallel.
#[derive(Debug, Default)]
pub struct Graph {
    /// Inputs in the order given.
    pub inputs: Vec<Input>,
    /// Gathers found in them.
    pub datasets: Vec<Dataset>,
    /// Clusters of the case; `ClusterId` indexes this.
    pub clusters: Vec<Cluster>,
    /// Objects sorted by (cluster, group, kind, namespace, name, uid), derived ones at the end; `ObjectId` indexes this.
    pub objects: Vec<Object>,
    /// Events sorted by (cluster, first, object, reason).
    pub events: Vec<Event>,
    /// Logs sorted by (input, path).
    pub logs: Vec<Log>,
    /// Log hits sorted by (log, pattern, first line).
    pub hits: Vec<HitGroup>,
    /// Error lines of the logs, folded by shape.
    pub shapes: Vec<Shape>,
    /// What could not be read.
    pub gaps: Vec<Gap>,
    /// What was gathered at all.
    pub coverage: Coverage,
    by_kind: FxHashMap<Arc<str>, Vec<ObjectId>>,
    /// By hash of the name: who looks up compares, and nobody has to make a key that owns its text.
    by_name: FxHashMap<u64, Vec<ObjectId>>,
    by_key: FxHashMap<u64, Vec<ObjectId>>,
    mtc_namespaces: Vec<Option<Arc<str>>>,
    by_uid: FxHashMap<Uid, Vec<ObjectId>>,
    events_by_reason: FxHashMap<Arc<str>, Vec<u32>>,
    hits_by_pattern: FxHashMap<u32, Vec<u32>>,
    edges: relations::Edges,
}
