use clap::Args;

use super::case::CaseArgs;
use super::{Common, Exit, Failure};
use crate::{output, views};

/// Shows what was gathered, and what was not.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze coverage must-gather.tar.gz
  mig-analyze coverage must-gather.tar.gz inspect-shop.tar.gz -v
  mig-analyze coverage must-gather.tar.gz --format json")]
pub struct CoverageArgs {
    /// Inputs.
    #[command(flatten)]
    pub case: CaseArgs,
}

impl CoverageArgs {
    /// Analyzes the inputs and prints what there is.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let case = self.case.open(common)?;
        let analysis = case.analyze()?;
        let view = views::coverage(&analysis.graph, &analysis.report);
        case.print(|format, options, out| output::coverage(&view, format, options, out))
    }
}
