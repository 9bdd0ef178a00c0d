//! Finds why an OpenShift migration failed, in the must-gather archive of the case, offline.

pub mod engine;
pub mod finding;
pub mod graph;
pub mod model;
pub mod mtc;
pub mod rules;
pub mod scan;
