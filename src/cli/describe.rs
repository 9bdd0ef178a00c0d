use clap::Args;

use super::case::NamedArgs;
use super::get::MOST_READINGS;
use super::{Common, Exit, Failure, velero};
use crate::output;
use crate::views::{self, Ask};

/// Shows everything that is known of one object.
#[derive(Debug, Args)]
#[command(after_help = "\
State, conditions, relations both ways, events, log lines, findings, and every file that holds it. For a Backup or a Restore also what \
`velero describe --details` prints, rebuilt from objects and logs where the gather could not fetch it.

Examples:
  mig-analyze describe pod stage-shop-mysql-1 -n shop -i must-gather.tar.gz
  mig-analyze describe restore shop-stage -i must-gather.tar.gz -v
  mig-analyze describe pvr shop-stage-stage-ztkwf-8 -i must-gather.tar.gz --format json")]
pub struct DescribeArgs {
    /// Kind, plural or short name
    #[arg(value_name = "KIND")]
    pub kind: String,
    /// Start of a name or UID
    #[arg(value_name = "NAME")]
    pub name: String,
    /// Inputs.
    #[command(flatten)]
    pub case: NamedArgs,
    /// Only in this namespace
    #[arg(short, long, value_name = "NAMESPACE")]
    pub namespace: Option<String>,
    /// Only on this cluster: its name, the start of it, or its role
    #[arg(long, value_name = "CLUSTER")]
    pub cluster: Option<String>,
}

impl DescribeArgs {
    /// Analyzes the inputs and describes the object.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let case = self.case.open(common)?;
        // Conditions of any kind may be asked for, so its body is kept, under its name where that is built in.
        let mut keep = vec![views::guess(&self.kind).unwrap_or(&self.kind).to_owned()];
        let mut analysis = case.analyze_whole(&keep)?;
        // Only the archive's own definitions tell which kind a short name or a plural stands for, and they are read on the way.
        for _ in 1..MOST_READINGS {
            let known = keep.len();
            keep.extend(views::lacks(&analysis.graph, &self.kind));
            keep.sort_unstable();
            keep.dedup();
            if keep.len() == known {
                break;
            }
            analysis = case.analyze_whole(&keep)?;
        }
        let ask = Ask {
            kind: self.kind.clone(),
            name: Some(self.name.clone()),
            namespace: self.namespace.clone(),
            cluster: self.cluster.clone(),
            ..Ask::default()
        };
        let ids = views::objects(&analysis.graph, &ask)?;
        if ids.is_empty() {
            return Err(Failure::Usage { what: format!("no {} fits", self.kind), help: Some("mig-analyze coverage tells what was gathered".into()) });
        }
        // Who names a cluster wants what stands there.
        let ids = if self.cluster.is_none() { views::originals(&analysis.graph, &ids) } else { ids };
        let told = ids.first().map(|&id| velero::told(&case, &analysis.graph, id)).transpose()?.unwrap_or_default();
        let found = views::describe(&analysis.graph, &analysis.report, &ids, &told);
        case.print(|format, options, out| output::describe(&found, format, options, out))
    }
}
