use std::path::PathBuf;

use clap::Args;

use super::progress::Line;
use super::{Common, Exit, Failure, screen};
use crate::output::{self, Format};
use crate::views::{self, Scope, SelectError};
use crate::{Options, analyze};

/// Shows what belongs to a plan or a migration.
#[derive(Debug, Args)]
#[command(after_help = "\
Findings of the report (F1, F2, …) stand on the objects they are about. Ages count back from the end of the gather.

Examples:
  mig-analyze tree must-gather.tar.gz
  mig-analyze tree must-gather.tar.gz --migration shop-stage --unhealthy
  mig-analyze tree must-gather.tar.gz --plan shop --format json")]
pub struct TreeArgs {
    /// Must-gathers of one case
    #[arg(value_name = "INPUT", required_unless_present = "more")]
    pub inputs: Vec<PathBuf>,
    /// Another input, as every command takes it
    #[arg(short = 'i', long = "input", value_name = "INPUT")]
    pub more: Vec<PathBuf>,
    /// Only this migration: the start of its name or UID
    #[arg(long, value_name = "PREFIX", conflicts_with = "plan")]
    pub migration: Option<String>,
    /// Only this plan: the start of its name or UID
    #[arg(long, value_name = "PREFIX")]
    pub plan: Option<String>,
    /// Only the paths to what is wrong
    #[arg(long)]
    pub unhealthy: bool,
    /// How the tree is written
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: Format,
}

impl TreeArgs {
    /// Analyzes the inputs and prints the tree.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let inputs = [self.inputs.as_slice(), &self.more].concat();
        let line = Line::new();
        let analysis = analyze(&inputs, &options(common), &line)?;
        drop(line);
        let scope = match (&self.plan, &self.migration) {
            (Some(plan), _) => Scope::Plan(plan),
            (_, Some(migration)) => Scope::Migration(migration),
            _ => Scope::All,
        };
        let tree = views::tree(&analysis.graph, &analysis.report, scope, self.unhealthy)?;
        screen::print(|out| output::tree(&tree, self.format, &screen::verbose(common), out))
    }
}

/// What the arguments of every command mean for the analysis.
pub(super) fn options(common: &Common) -> Options {
    Options { workers: common.threads.map(std::num::NonZeroUsize::get), ..Options::default() }
}

impl From<SelectError> for Failure {
    fn from(error: SelectError) -> Self {
        Self::Usage { what: error.to_string(), help: Some(error.help()) }
    }
}
