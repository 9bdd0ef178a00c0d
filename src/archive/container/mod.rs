//! Readers of containers, one file per format.
//!
//! Compressed streams (`gzip`, and those in `unpack`) are [`Bytes`] over other [`Bytes`] by way of `buffered`, so they stack to any depth without
//! a buffer between them that grows with the content. Archives (`tar`, `zip`) walk such a stream and hand each member to the walker.

mod budget;
mod buffered;
mod bytes;
mod checked;
mod gzip;
mod sparse;
pub(super) mod tar;
pub(super) mod tar_header;
mod unpack;
pub(super) mod zip;
mod zip_header;
mod zstd;

pub(super) use budget::Budget;
pub(super) use bytes::{Break, Bytes, Input};
pub(super) use unpack::{Packing, unpack};
