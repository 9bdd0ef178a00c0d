use std::path::PathBuf;

use clap::Args;

use super::progress::Line;
use super::{Common, Exit, Failure, screen, tree};
use crate::output::{self, Format};
use crate::{analyze, views};

/// Shows what was gathered, and what was not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze coverage must-gather.tar.gz
  mig-analyze coverage must-gather.tar.gz inspect-shop.tar.gz -v
  mig-analyze coverage must-gather.tar.gz --format json")]
pub struct CoverageArgs {
    /// Must-gathers of one case
    #[arg(value_name = "INPUT", required_unless_present = "more")]
    pub inputs: Vec<PathBuf>,
    /// Another input, as every command takes it
    #[arg(short = 'i', long = "input", value_name = "INPUT")]
    pub more: Vec<PathBuf>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: Format,
}

impl CoverageArgs {
    /// Analyzes the inputs and prints what there is.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let inputs = [self.inputs.as_slice(), &self.more].concat();
        let line = Line::new();
        let analysis = analyze(&inputs, &tree::options(common), &line)?;
        drop(line);
        let view = views::coverage(&analysis.graph, &analysis.report);
        screen::print(|out| output::coverage(&view, self.format, &screen::verbose(common), out))
    }
}
