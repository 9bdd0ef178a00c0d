use clap::Args;

use super::case::CaseArgs;
use super::{Common, Exit, Failure};
use crate::output;
use crate::views::{self, Scope};

/// Shows what belongs to a plan or a migration.
#[derive(Debug, Args)]
#[command(after_help = "\
Findings of the report (F1, F2, …) stand on the objects they are about. Ages count back from the end of the gather.

Examples:
  mig-analyze tree must-gather.tar.gz
  mig-analyze tree must-gather.tar.gz --migration shop-stage --unhealthy
  mig-analyze tree must-gather.tar.gz --plan shop --format json")]
pub struct TreeArgs {
    /// Inputs.
    #[command(flatten)]
    pub case: CaseArgs,
    /// Only this migration: the start of its name or UID
    #[arg(long, value_name = "PREFIX", conflicts_with = "plan")]
    pub migration: Option<String>,
    /// Only this plan: the start of its name or UID
    #[arg(long, value_name = "PREFIX")]
    pub plan: Option<String>,
    /// Only the paths to what is wrong
    #[arg(long)]
    pub unhealthy: bool,
}

impl TreeArgs {
    /// Analyzes the inputs and prints the tree.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let case = self.case.open(common)?;
        let analysis = case.analyze()?;
        let scope = match (&self.plan, &self.migration) {
            (Some(plan), _) => Scope::Plan(plan),
            (_, Some(migration)) => Scope::Migration(migration),
            _ => Scope::All,
        };
        let tree = views::tree(&analysis.graph, &analysis.report, scope, self.unhealthy)?;
        case.print(|format, options, out| output::tree(&tree, format, options, out))
    }
}
