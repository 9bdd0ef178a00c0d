//! Entries of an archive become objects, logs and gaps.

pub mod kube_yaml;
