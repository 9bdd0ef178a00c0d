//! Nouns without I/O, shared by every room.
//!
//! This room imports nothing. Read [`ObjectRef`] first: it is how an object of a cluster is named everywhere else.

mod component;
mod gap;
mod hit;
mod kind;
mod object;
mod place;
mod time;

pub use component::Component;
pub use gap::{Gap, GapReason};
pub use hit::{Capture, Fields, Hit, HitGroup, LogFormat, Shape};
pub use kind::{Gvk, plural_of};
pub use object::{ClusterId, ObjectRef, Uid};
pub use place::{EntryPath, Excerpt, Place};
pub use time::{Span, Timestamp};
