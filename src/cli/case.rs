//! The inputs of a view and how it is written: arguments that `logs`, `timeline` and `migration` share.

use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use clap::Args;

use super::progress::Line;
use super::{Common, Failure, screen};
use crate::archive::Source;
use crate::graph::Graph;
use crate::output::{self, Format};
use crate::{Analysis, Options, analyze, load_pack, named, read_case};

/// Inputs of one case, and the form of what is printed.
#[derive(Debug, Args)]
pub struct CaseArgs {
    /// Must-gathers of one case
    #[arg(value_name = "INPUT", required_unless_present = "more")]
    pub inputs: Vec<PathBuf>,
    /// The same, by name
    #[arg(short = 'i', long = "input", value_name = "INPUT")]
    pub more: Vec<PathBuf>,
    /// How it is written: `terminal` or `json`
    #[arg(long, value_name = "FORMAT", default_value = "terminal", value_parser = ["terminal", "json"], hide_possible_values = true)]
    pub format: String,
    /// Directory with rules of your own, beside the built-in ones
    #[arg(long, value_name = "DIR")]
    pub rules: Vec<PathBuf>,
}

impl CaseArgs {
    /// The inputs with the names that views use.
    pub(super) fn sources(&self) -> Vec<(String, Source)> {
        named(&self.paths())
    }

    /// Reads the inputs without judging them.
    pub(super) fn read(&self, sources: &[(String, Source)], common: &Common) -> Result<Graph, Failure> {
        let options = self.options(common);
        let line = Line::new();
        let pack = load_pack(&options)?;
        Ok(read_case(sources, &pack, &options, &line)?.0)
    }

    /// Reads and judges the inputs.
    pub(super) fn analyze(&self, common: &Common) -> Result<Analysis, Failure> {
        let line = Line::new();
        Ok(analyze(&self.paths(), &self.options(common), &line)?)
    }

    /// Writes a view to standard output.
    pub(super) fn print(
        &self,
        common: &Common,
        write: impl FnOnce(Format, &output::Options, &mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Failure> {
        let format = if self.format == Format::Json.as_str() { Format::Json } else { Format::Terminal };
        let options = output::Options { verbose: common.verbose, ..screen::options() };
        let mut out = BufWriter::new(anstream::stdout().lock());
        write(format, &options, &mut out).and_then(|()| out.flush()).map_err(Failure::stdout)
    }

    /// Options of the pipeline.
    pub(super) fn options(&self, common: &Common) -> Options {
        Options { workers: common.threads.map(std::num::NonZeroUsize::get), rules: self.rules.clone(), ..Options::default() }
    }

    fn paths(&self) -> Vec<PathBuf> {
        self.inputs.iter().chain(&self.more).cloned().collect()
    }
}
