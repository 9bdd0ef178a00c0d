//! Finds why an OpenShift migration failed, in the must-gather archive of the case, offline.
//!
//! # The way of a byte
//!
//! ```text
//!  inputs ─ archive ─► parts of files ─► ingest ─► graph::Builder ─ freeze ─► &Graph ─► engine::run ─► engine::report ─► output
//!              │ limits, nesting      layout: shape?    layout: home?            ▲            │
//!  rules/**/*.yaml ─ rules::Pack ─ patterns ─► scan ─────────────────────────────┘   mtc: what it means
//! ```
//!
//! An archive is decoded once, in order, on one thread; workers read what comes out of it. A manifest is asked for its identity, and
//! for its body where somebody will read that; a log is searched once for all patterns of the rule pack and then forgotten but for
//! its hits. Nothing is unpacked to disk, and nothing depends on the order in which files arrive: numbering, merging and identity
//! happen when all paths are known (`ingest::freeze`), sorted by content.
//!
//! The frozen [`graph::Graph`] holds every object by cluster, kind and name and by UID, joined by one table of named relations.
//! Rules run over it in parallel and answer with three values: a rule fired, it is clear, or what it needed was not gathered. The
//! engine then asks which run each finding belongs to, and walks from the outcome of a run down to the head of the chain.
//!
//! # The rooms
//!
//! Imports only go down; `tests/layering.rs` holds the table and fails with a sentence when one climbs.
//!
//! | room | what lives there |
//! |---|---|
//! | [`model`] | nouns without I/O: times, places, references, gaps |
//! | [`finding`] | what a report is made of; secrets are masked here, where evidence is built |
//! | [`archive`] | bytes in: containers by magic, nesting, limits |
//! | [`layout`] | what paths mean: one file for each flavour of gather |
//! | [`scan`] | log lines: formats, patterns, hits |
//! | [`graph`] | the frozen graph, its relations and its coverage |
//! | [`ingest`] | from files to a graph; the fast reader for Kubernetes YAML |
//! | [`mtc`] | what MTC data mean: phases, outcomes, roles of clusters |
//! | [`rules`] | the rule language |
//! | [`engine`] | running rules, attribution, causes, the report |
//! | [`output`] | a report in the forms that people and programs read |
//! | [`cli`] | the command line |
//!
//! To add a rule, write one YAML file below `rules/` (`rules/README.md`). To add an output format, write one file in `src/output/` and
//! an arm of [`output::Format`]. To add a layout, write one file in `src/layout/` and a line in [`layout::LAYOUTS`].
//!
//! # Three channels for what goes wrong
//!
//! An *error* ([`Error`]) means that nothing can be analyzed, and says what to do. A *gap* is a piece of the archive that could not be
//! read: it is part of the report, and everything else is analyzed all the same. A *finding* is about the migration, never about us.

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

pub use pipeline::{Analysis, Error, Figures, Options, Progress, Quiet, analyze, analyze_compiled, analyze_sources, load_pack, named, read_case};
