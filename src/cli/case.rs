//! The inputs of a view and how it is written: arguments that all views share.

use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;

use super::progress::Line;
use super::spool::Spool;
use super::{Common, Exit, Failure, screen};
use crate::archive::Source;
use crate::graph::Graph;
use crate::output::{self, Format};
use crate::rules::Pack;
use crate::{Analysis, Options, analyze_sources, named, read_case};

/// Inputs of one case, for commands without other words.
#[derive(Debug, Args)]
pub struct CaseArgs {
    /// Must-gathers of one case
    #[arg(value_name = "INPUT", required_unless_present = "more")]
    pub inputs: Vec<PathBuf>,
    /// Another input, as every command takes it
    #[arg(short = 'i', long = "input", value_name = "INPUT")]
    pub more: Vec<PathBuf>,
    /// How.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// Inputs of one case, for commands that take a kind or a name in front.
#[derive(Debug, Args)]
pub struct NamedArgs {
    /// Must-gathers of one case
    #[arg(short = 'i', long = "input", value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    /// How.
    #[command(flatten)]
    pub view: ViewArgs,
}

/// How a view is made and written.
#[derive(Debug, Args)]
pub struct ViewArgs {
    /// How it is written: `terminal` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "terminal", value_parser = ["terminal", "json"], hide_possible_values = true)]
    pub format: String,
    /// Directory with rules of your own, beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
}

/// A case that can be read more than once.
#[derive(Debug)]
pub(super) struct Case<'a> {
    /// Its inputs with the names that views use.
    pub(super) sources: Vec<(String, Source)>,
    view: &'a ViewArgs,
    common: &'a Common,
    /// Standard input and pipes as files, until the command ends.
    _spools: Vec<Spool>,
}

impl CaseArgs {
    /// The case.
    pub(super) fn open<'a>(&'a self, common: &'a Common) -> Result<Case<'a>, Failure> {
        let paths: Vec<PathBuf> = self.inputs.iter().chain(&self.more).cloned().collect();
        Case::open(&paths, &self.view, common)
    }
}

impl NamedArgs {
    /// The case.
    pub(super) fn open<'a>(&'a self, common: &'a Common) -> Result<Case<'a>, Failure> {
        Case::open(&self.inputs, &self.view, common)
    }
}

impl<'a> Case<'a> {
    /// Standard input and pipes can be read once only, so they are kept in private files for those who read twice.
    fn open(paths: &[PathBuf], view: &'a ViewArgs, common: &'a Common) -> Result<Self, Failure> {
        let mut sources = named(paths);
        let mut spools = Vec::new();
        for (_, source) in sources.iter_mut().filter(|(_, source)| source.is_once()) {
            let kept = Spool::of_source(source)?;
            *source = Source::from(kept.path().to_owned());
            spools.push(kept);
        }
        Ok(Self { sources, view, common, _spools: spools })
    }

    /// Reads the inputs without judging them: no rule is run, no log is searched, and of objects only that
    /// is kept which tells what belongs to a run.
    pub(super) fn read(&self) -> Result<Graph, Failure> {
        let line = Line::new();
        Ok(read_case(&self.sources, &Pack::default(), &Options { references: true, ..self.options() }, &line)?.0)
    }

    /// Reads and judges the inputs.
    pub(super) fn analyze(&self) -> Result<Analysis, Failure> {
        let line = Line::new();
        Ok(analyze_sources(&self.sources, &self.options(), &line)?)
    }

    /// The same with whole bodies, those of some more kinds among them, for views that show objects.
    pub(super) fn analyze_whole(&self, keep: &[String]) -> Result<Analysis, Failure> {
        let line = Line::new();
        Ok(analyze_sources(&self.sources, &Options { keep: keep.to_vec(), whole: true, ..self.options() }, &line)?)
    }

    /// Writes a view to standard output.
    pub(super) fn print(&self, write: impl FnOnce(Format, &output::Options, &mut dyn Write) -> io::Result<()>) -> Result<Exit, Failure> {
        let options = screen::verbose(self.common);
        screen::print(|out| write(self.format(), &options, out))
    }

    /// The form that was asked for.
    pub(super) fn format(&self) -> Format {
        if self.view.format == Format::Json.as_str() { Format::Json } else { Format::Terminal }
    }

    /// Options of the pipeline.
    pub(super) fn options(&self) -> Options {
        Options { workers: self.common.threads.map(std::num::NonZeroUsize::get), rules: self.view.rules.clone(), ..Options::default() }
    }
}
