//! Finds why an OpenShift migration failed, in the must-gather archive of the case, offline.

pub mod archive;
pub mod cli;
pub mod finding;
pub mod graph;
pub mod ingest;
pub mod layout;
pub mod model;
pub mod output;
pub mod rules;
pub mod scan;
