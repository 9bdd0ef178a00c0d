//! From files to a graph: manifests become objects and events, logs become nodes with hits, damage becomes gaps.
//!
//! Workers ([`Worker`]) see files in any order and on any thread; [`freeze`] puts everything in its place once all paths are
//! known. Nothing that depends on arrival reaches the graph. May import `archive`, `layout`, `scan`, `graph` and `model`.

mod copies;
mod described;
mod event;
mod freeze;
mod intern;
mod keep;
pub mod kube_yaml;
mod lines;
mod object;
mod worker;

pub use copies::Copies;
pub use freeze::{Frozen, InputRead, freeze, notes};
pub use keep::Keep;
pub use worker::{Harvest, Worker};
