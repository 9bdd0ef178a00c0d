//! placeholder
pub mod graph;
pub mod ingest;
