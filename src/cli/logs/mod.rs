//! `logs`: what the lines of all programs say about one thing. A second pass over the inputs, in bounded memory.

mod filter;
mod pass;

use clap::Args;

pub use self::filter::Level;

pub(super) use self::filter::Filter;
pub(super) use self::pass::run;
use super::case::CaseArgs;
use super::moment::moment;
use super::subject::SubjectArgs;
use super::{Common, Exit, Failure};
use crate::model::Component;
use crate::{output, views};

/// Prints the log lines that concern one migration, plan, backup, restore or pod.
///
/// Lines count that name anything in its tree by name or UID, and all lines of its own pods. Each line is printed once, however often
/// the gather collected it.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze logs must-gather.tar.gz                                     the newest migration that went wrong
  mig-analyze logs must-gather.tar.gz --migration shop-stage --level warning
  mig-analyze logs must-gather.tar.gz --plan shop --component velero --from 08:00 --to 09:30
  mig-analyze logs must-gather.tar.gz --name shop-stage-stage-ztkwf --grep 'timed out' --raw")]
pub struct LogsArgs {
    /// Inputs.
    #[command(flatten)]
    pub case: CaseArgs,
    /// What it is about.
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// Also lines that mean nothing by themselves
    #[arg(long)]
    pub all: bool,
    /// Only lines that this expression matches
    #[arg(long, value_name = "REGEX")]
    pub grep: Option<String>,
    /// Only lines of this level or worse
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// Only lines of this program: mig-controller, velero, node-agent, rsync-client, …
    #[arg(long, value_name = "NAME", value_parser = component)]
    pub component: Vec<Component>,
    /// Only lines of this cluster
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
    /// Only lines from this time on: 2021-05-12T08:10:00Z, 08:10, -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Only lines up to this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// The lines as the programs wrote them, without anything of ours
    #[arg(long)]
    pub raw: bool,
    /// Lines to print at most; the latest are kept
    #[arg(long, value_name = "N", default_value_t = 50_000)]
    pub limit: usize,
}

impl LogsArgs {
    /// Reads the inputs, then reads their logs again.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let sources = self.case.sources();
        let graph = self.case.read(&sources, common)?;
        let subject = self.subject.find(&graph)?;
        let now = subject.roots.first().and_then(|&id| graph.cluster(graph.object(id).cluster).now);
        let cluster = self.cluster.as_deref().map(|name| super::subject::cluster(&graph, name)).transpose()?;
        let filter = Filter {
            grep: self.grep.as_deref().map(filter::regex).transpose()?,
            level: self.level,
            components: self.component.clone(),
            cluster,
            from: self.from.as_deref().map(|text| moment(text, now)).transpose()?,
            to: self.to.as_deref().map(|text| moment(text, now)).transpose()?,
            all: self.all,
        };
        let search = views::search(&graph, &subject, self.all || !self.component.is_empty());
        let view = run(&graph, &sources, &search, &filter, self.limit, &self.case.options(common))?;
        self.case.print(common, |format, options, out| output::render_logs(&view, format, self.raw, options, out))?;
        Ok(Exit::Done)
    }
}

fn component(word: &str) -> Result<Component, String> {
    Component::parse(word).ok_or_else(|| {
        let all: Vec<&str> = Component::ALL.iter().map(|component| component.as_str()).collect();
        format!("one of {}", all.join(", "))
    })
}
