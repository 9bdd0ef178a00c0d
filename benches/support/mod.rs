//! What benchmarks share: an archive like those of real cases, of any size.

mod logs;
mod manifests;
mod pods;
mod random;
pub mod synthetic;
mod world;
