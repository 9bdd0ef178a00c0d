use std::path::PathBuf;

use clap::Args;

use super::progress::Line;
use super::{Common, Exit, Failure, screen, tree};
use crate::output::{self, Format};
use crate::views::{self, Ask};
use crate::{Options, analyze};

/// Shows everything that is known of one object.
#[derive(Debug, Args)]
#[command(after_help = "\
State, conditions, relations both ways, events, log lines, findings, and every file that holds it.

Examples:
  mig-analyze describe pod stage-shop-mysql-1 -n shop -i must-gather.tar.gz
  mig-analyze describe pvr shop-stage -i must-gather.tar.gz --format json")]
pub struct DescribeArgs {
    /// Kind, plural or short name
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Start of a name or UID
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Must-gathers of one case
    #[arg(short = 'i', long = "input", value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    /// Only in this namespace
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Only on this cluster, by the name that the report uses
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
    /// How it is written
    #[arg(long, value_name = "FORMAT", default_value = "terminal")]
    pub format: Format,
}

impl DescribeArgs {
    /// Analyzes the inputs and describes the object.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let line = Line::new();
        // Conditions of any kind may be asked for, so its body is kept, by the word that is its name when it is one.
        let options = Options { keep: vec![self.kind.clone()], whole: true, ..tree::options(common) };
        let analysis = analyze(&self.inputs, &options, &line)?;
        drop(line);
        let ask = Ask {
            kind: self.kind.clone(),
            name: Some(self.name.clone()),
            namespace: self.namespace.clone(),
            cluster: self.cluster.clone(),
            ..Ask::default()
        };
        let found = views::describe(&analysis.graph, &analysis.report, &ask)?;
        screen::print(|out| output::describe(&found, self.format, &screen::verbose(common), out))
    }
}
