//! Finds why an OpenShift migration failed, in the must-gather archive of the case, offline.

pub mod archive;
pub mod cli;
pub mod engine;
pub mod finding;
pub mod graph;
pub mod ingest;
pub mod layout;
pub mod model;
pub mod mtc;
pub mod output;
mod pipeline;
pub mod rules;
pub mod scan;
pub mod views;

pub use pipeline::{Analysis, Error, Figures, Options, Progress, Quiet, analyze, analyze_sources, load_pack, named, read_case};
