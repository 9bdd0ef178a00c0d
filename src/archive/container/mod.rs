//! Readers of containers, one file per format.
//!
//! Compressed streams (`gzip`) implement [`Bytes`] over other [`Bytes`], so they stack to any depth without a buffer
//! between them that grows with the content. Archives (`tar`) walk such a stream and hand each member to the walker.

mod bytes;
mod gzip;
pub(super) mod tar;
pub(super) mod tar_header;

pub(super) use bytes::{Break, Bytes, Input};
pub(super) use gzip::{Budget, Gzip};
