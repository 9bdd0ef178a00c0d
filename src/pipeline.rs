use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use miette::Diagnostic;
use thiserror::Error;

use crate::archive::{self, ArchiveError, Limits, Source, Want};
use crate::engine;
use crate::finding::Report;
use crate::graph::Graph;
use crate::ingest::{self, Copies, InputRead, Keep, Worker};
use crate::layout::{self, Shape};
use crate::model::Timestamp;
use crate::mtc;
use crate::rules::{IgnoreError, Ignored, Pack, PackErrors, read_ignored};
use crate::scan::{PatternSet, ScanError};

/// What the caller may choose.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Limits of the archive walk.
    pub limits: Limits,
    /// Worker threads beside the one that decodes; `None` for one less than there are cores.
    pub workers: Option<usize>,
    /// Directory with rules that add to the built-in ones.
    pub rules: Vec<PathBuf>,
    /// Rules whose findings are left out.
    pub ignore: Vec<String>,
    /// File with findings that are left out, each with a reason and a last day.
    pub ignore_file: Option<PathBuf>,
    /// The day that those days are compared with; `None` for the newest time of the gathers, so that a report never depends on a clock.
    pub today: Option<Timestamp>,
    /// Kinds whose bodies are kept beside those that rules and views read.
    pub keep: Vec<String>,
    /// Whole bodies are kept, also the parts that no rule reads: for views that show objects.
    pub whole: bool,
    /// Only what tells what belongs to a run is kept: for views that read logs in little memory.
    pub references: bool,
}

/// Told how far the work is.
pub trait Progress: Sync {
    /// A new stage begins: `reading must-gather.tar.gz`.
    fn stage(&self, what: &str);
    /// A file was met.
    fn file(&self);
}

/// Says nothing.
#[derive(Debug, Clone, Copy, Default)]
pub struct Quiet;

impl Progress for Quiet {
    fn stage(&self, _: &str) {}
    fn file(&self) {}
}

/// A finished case.
#[derive(Debug)]
pub struct Analysis {
    /// The report.
    pub report: Report,
    /// The graph it was made from.
    pub graph: Graph,
    /// What it took.
    pub figures: Figures,
    /// What the caller should know about the call, and no reader of the report has to.
    pub notes: Vec<String>,
}

/// What the run took; never part of a report.
#[derive(Debug, Clone, Default)]
pub struct Figures {
    /// Reading the inputs.
    pub reading: Duration,
    /// Merging, identity and relations.
    pub freezing: Duration,
    /// Rules.
    pub rules: Duration,
    /// Attribution, causes and the report.
    pub reporting: Duration,
    /// YAML bytes by the fast reader.
    pub yaml_fast: u64,
    /// YAML bytes by the general one.
    pub yaml_general: u64,
    /// Objects before copies were merged, events among them.
    pub copies: u64,
    /// Time of each rule over the graph, by id; the scan of the logs for its patterns is part of reading.
    pub each_rule: Vec<(String, Duration)>,
}

/// Why nothing could be analyzed.
#[derive(Debug, Error, Diagnostic)]
pub enum Error {
    /// An input could not be opened; what the user gave is wrong.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Archive(#[from] ArchiveError),
    /// A rule is wrong; its author must mend it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Pack(#[from] PackErrors),
    /// A pattern of the pack is wrong; its author must mend it.
    #[error(transparent)]
    Scan(#[from] ScanError),
    /// A rule was named that does not exist; what the user gave is wrong.
    #[error("there is no rule {id}")]
    #[diagnostic(code(mig_analyze::no_rule), help("{help}"))]
    NoRule {
        /// The id.
        id: String,
        /// The nearest one.
        help: String,
    },
    /// The ignore file is wrong; what the user gave is.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Ignore(#[from] IgnoreError),
    /// The inputs were read and hold nothing of a gather.
    #[error("no must-gather in {inputs}")]
    #[diagnostic(code(mig_analyze::no_gather), help("{help}"))]
    NoGather {
        /// The inputs.
        inputs: String,
        /// What was found, and what to give instead.
        help: String,
    },
}

/// Analyzes the inputs as one case.
pub fn analyze(inputs: &[PathBuf], options: &Options, progress: &dyn Progress) -> Result<Analysis, Error> {
    analyze_sources(&named(inputs), options, progress)
}

/// Analyzes named sources as one case; tests give bytes in memory.
pub fn analyze_sources(sources: &[(String, Source)], options: &Options, progress: &dyn Progress) -> Result<Analysis, Error> {
    let pack = load_pack(options)?;
    let patterns = PatternSet::compile(&pack.patterns())?;
    analyze_compiled(sources, &pack, &patterns, options, progress)
}

/// Analyzes with a pack whose patterns are compiled already, for whoever analyzes many cases.
pub fn analyze_compiled(
    sources: &[(String, Source)],
    pack: &Pack,
    patterns: &PatternSet,
    options: &Options,
    progress: &dyn Progress,
) -> Result<Analysis, Error> {
    let asked = options.ignore_file.as_deref().map(|path| read_ignored(path, pack)).transpose()?.unwrap_or_default();
    let (graph, mut figures) = read_compiled(sources, pack, patterns, options, progress)?;
    let today = options.today.or_else(|| graph.clusters.iter().filter_map(|cluster| cluster.now).max());
    let (over, mut ignored): (Vec<Ignored>, Vec<Ignored>) = asked.into_iter().partition(|entry| entry.has_expired(today));
    let told = |entry: &Ignored| {
        format!("{} is no longer ignored, since {} is over: {}", entry.rule, entry.expires.as_deref().unwrap_or("its last day"), entry.reason)
    };
    let notes = over.iter().map(told).collect();
    ignored.extend(options.ignore.iter().map(|id| Ignored::rule(id, "--ignore")));

    progress.stage("running rules");
    let clock = Instant::now();
    let timed = engine::run_timed(&graph, pack);
    figures.rules = clock.elapsed();
    figures.each_rule = pack.rules.iter().zip(&timed).map(|(rule, timed)| (rule.id.clone(), timed.took)).collect();
    let results: Vec<_> = timed.into_iter().map(|timed| timed.result).collect();

    let clock = Instant::now();
    let report = engine::report(&graph, pack, &results, &ignored);
    figures.reporting = clock.elapsed();
    Ok(Analysis { report, graph, figures, notes })
}

/// Loads the built-in rules and the layers on top of them.
pub fn load_pack(options: &Options) -> Result<Pack, Error> {
    let layers: Vec<&Path> = options.rules.iter().map(PathBuf::as_path).collect();
    let pack = Pack::load(&layers)?;
    match options.ignore.iter().find(|id| pack.find(id).is_none()) {
        None => Ok(pack),
        Some(id) => {
            let help = pack.nearest(id).map_or_else(|| "see mig-analyze rules list".to_owned(), |near| format!("did you mean {near}?"));
            Err(Error::NoRule { id: id.clone(), help })
        }
    }
}

/// Reads the inputs into one graph, with everything derived that rules may ask for.
pub fn read_case(sources: &[(String, Source)], pack: &Pack, options: &Options, progress: &dyn Progress) -> Result<(Graph, Figures), Error> {
    let patterns = PatternSet::compile(&pack.patterns())?;
    read_compiled(sources, pack, &patterns, options, progress)
}

fn read_compiled(
    sources: &[(String, Source)],
    pack: &Pack,
    patterns: &PatternSet,
    options: &Options,
    progress: &dyn Progress,
) -> Result<(Graph, Figures), Error> {
    let mut figures = Figures::default();
    let kinds: Vec<String> = pack.kinds().into_iter().map(str::to_owned).chain(options.keep.iter().cloned()).collect();
    let keep = if options.references {
        Keep::what_refers()
    } else if options.whole {
        Keep::whole(kinds)
    } else {
        {
            let words = pack.words();
            Keep::what_rules_read(kinds, |key| words.name(key))
        }
    };

    let clock = Instant::now();
    let mut read = Vec::with_capacity(sources.len());
    for (index, (name, source)) in (0_u32..).zip(sources) {
        progress.stage(&format!("reading {name}"));
        read.push(read_input(index, name, source, options, &keep, patterns, progress)?);
    }
    figures.reading = clock.elapsed();
    require_a_gather(&read)?;

    progress.stage("joining objects");
    let clock = Instant::now();
    let frozen = ingest::freeze(read);
    let mut graph = frozen.graph;
    let roles = mtc::roles(&graph);
    for (cluster, roles) in graph.clusters.iter_mut().zip(roles) {
        cluster.roles = roles;
    }
    let derived = mtc::derive(&graph);
    graph.adopt(derived.facts, derived.kinds);
    figures.freezing = clock.elapsed();
    (figures.yaml_fast, figures.yaml_general, figures.copies) = (frozen.yaml.fast_bytes, frozen.yaml.general_bytes, frozen.copies);
    Ok((graph, figures))
}

/// The inputs of a command line with the names that reports use.
pub fn named(inputs: &[PathBuf]) -> Vec<(String, Source)> {
    archive::join_parts(inputs).into_iter().map(|(path, source)| (base_name(&path), source)).collect()
}

fn read_input(
    index: u32,
    name: &str,
    source: &Source,
    options: &Options,
    keep: &Keep,
    patterns: &PatternSet,
    progress: &dyn Progress,
) -> Result<InputRead, Error> {
    // What can be read once only must be kept at once, whatever it may hold.
    if source.is_once() {
        return walk(index, name, source, options, (keep, &Copies::all(), patterns), progress);
    }
    let read = walk(index, name, source, options, (keep, &Copies::once(), patterns), progress)?;
    if read.paths.windows(2).all(|pair| pair[0] != pair[1]) {
        return Ok(read);
    }
    drop(read);
    walk(index, name, source, options, (keep, &Copies::all(), patterns), progress)
}

/// Reads an input; its paths are sorted.
fn walk(
    index: u32,
    name: &str,
    source: &Source,
    options: &Options,
    (keep, copies, patterns): (&Keep, &Copies, &PatternSet),
    progress: &dyn Progress,
) -> Result<InputRead, Error> {
    let workers = options.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |cores| cores.get() - 1));
    let paths: Mutex<Vec<Arc<str>>> = Mutex::new(Vec::new());
    let want = |path: &str| {
        progress.file();
        paths.lock().unwrap_or_else(PoisonError::into_inner).push(path.into());
        match layout::shape(path) {
            Shape::Manifest | Shape::Text | Shape::Description => Want::Whole,
            Shape::Log(_) => Want::Stream,
            Shape::Ignore => Want::Skip,
            Shape::Closed => Want::Closed,
        }
    };
    let run = archive::run(source, &options.limits, &want, workers, || Worker::new(index, patterns, keep, copies), Worker::batch)?;
    let mut paths = paths.into_inner().unwrap_or_else(PoisonError::into_inner);
    paths.sort_unstable();
    Ok(InputRead {
        name: name.to_owned(),
        walked: run.walked,
        gathers: layout::home(paths.iter().map(|path| &**path)),
        paths,
        harvests: run.states.into_iter().map(Worker::finish).collect(),
        gaps: run.gaps,
    })
}

/// A report over nothing would read like a clean bill of health, so it is refused; what was recognised all the same is named.
fn require_a_gather(read: &[InputRead]) -> Result<(), Error> {
    if read.iter().any(|input| input.gathers.iter().any(|gather| !gather.clusters.is_empty())) {
        return Ok(());
    }
    let inputs: Vec<&str> = read.iter().map(|input| input.name.as_str()).collect();
    let mut seen: Vec<String> = Vec::new();
    for input in read {
        // What could not be read may well be the gather.
        for gap in input.gaps.iter().take(3) {
            seen.push(format!("{}: {gap}.", input.name));
        }
        for note in ingest::notes(input) {
            let what = if note.path.is_empty() { input.name.as_str() } else { note.path.as_str() };
            seen.push(format!("{what}: {}.", note.text));
        }
    }
    if seen.is_empty() {
        seen.push("It holds no files.".to_owned());
    }
    seen.truncate(5);
    let give = "Give the archive that `oc adm must-gather` or `oc adm inspect` wrote, or the directory it was unpacked to.";
    Err(Error::NoGather { inputs: inputs.join(", "), help: format!("{}\n{give}", seen.join("\n")) })
}

fn base_name(path: &std::path::Path) -> String {
    if path.as_os_str() == "-" {
        return "stdin".to_owned();
    }
    let name = path.file_name().or_else(|| path.components().next_back().map(std::path::Component::as_os_str));
    name.map_or_else(|| "input".to_owned(), |name| name.to_string_lossy().into_owned())
}
