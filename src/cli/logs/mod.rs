//! `logs`: what the lines of all programs say about one thing. A second pass over the inputs, in bounded memory.

mod filter;
mod merge;
mod pass;

use clap::Args;

pub use self::filter::Level;

pub(super) use self::filter::Filter;
pub(super) use self::pass::run;
use super::case::CaseArgs;
use super::moment::{moment, window};
use super::subject::SubjectArgs;
use super::{Common, Exit, Failure};
use crate::finding::redact::clean;
use crate::graph::{Cluster, Graph, Input, Log};
use crate::model::Component;
use crate::{output, views};

/// What a second reading has to know of the first.
#[derive(Debug, Clone, Copy)]
pub(super) struct Known<'g> {
    logs: &'g [Log],
    clusters: &'g [Cluster],
    inputs: &'g [Input],
}

impl<'g> From<&'g Graph> for Known<'g> {
    fn from(graph: &'g Graph) -> Self {
        Self { logs: &graph.logs, clusters: &graph.clusters, inputs: &graph.inputs }
    }
}

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
    /// Only lines of this program: controller, velero, restic or node-agent, rsync, stunnel, registry, hook, …
    #[arg(long, value_name = "NAME")]
    pub component: Vec<String>,
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
        let case = self.case.open(common)?;
        let graph = case.read()?;
        let subject = self.subject.find(&graph)?;
        let now = subject.roots.first().and_then(|&id| graph.cluster(graph.object(id).cluster).now);
        let cluster = self.cluster.as_deref().map(|name| super::subject::cluster(&graph, name)).transpose()?;
        let read = |text: &Option<String>| text.as_deref().map(|text| moment(text, now)).transpose();
        let (from, to) = window(read(&self.from)?, read(&self.to)?)?;
        let filter = Filter {
            grep: self.grep.as_deref().map(filter::regex).transpose()?,
            level: self.level,
            components: self.component.iter().map(|word| components(word)).collect::<Result<Vec<_>, _>>()?.concat(),
            cluster,
            from,
            to,
            all: self.all,
        };
        let mut search = views::search(&graph, &subject, self.all || !self.component.is_empty());
        search.notes.extend(silent(&graph, &filter));
        let (logs, clusters, inputs) = without_objects(graph);
        let known = Known { logs: &logs, clusters: &clusters, inputs: &inputs };
        let view = run(known, &case.sources, &search, &filter, self.limit, &case.options())?;
        case.print(|format, options, out| output::render_logs(&view, format, self.raw, options, out))
    }
}

/// What was asked for and cannot be found, because nobody gathered it: no line is no proof that nothing was said.
fn silent(graph: &Graph, filter: &Filter) -> Vec<String> {
    let here = |log: &&Log| log.lines > 0 && filter.cluster.is_none_or(|cluster| cluster == log.cluster);
    let place = filter.cluster.map_or_else(String::new, |cluster| format!(" of cluster {}", clean(&graph.cluster(cluster).name)));
    let missing = |component: &&Component| !graph.logs.iter().filter(here).any(|log| log.component == **component);
    let mut notes: Vec<String> =
        filter.components.iter().filter(missing).map(|component| format!("no {component} log{place} was gathered")).collect();
    let window = match (filter.from, filter.to) {
        (Some(from), Some(to)) => Some(format!("from {from} to {to}")),
        (Some(from), None) => Some(format!("from {from} on")),
        (None, Some(to)) => Some(format!("up to {to}")),
        (None, None) => None,
    };
    notes.extend(window.map(|window| format!("only lines {window}")));
    notes
}

/// Lets go of the objects, so that the lines have their room.
fn without_objects(graph: Graph) -> (Vec<Log>, Vec<Cluster>, Vec<Input>) {
    (graph.logs, graph.clusters, graph.inputs)
}

/// The programs that a word means; `rsync` has two ends.
fn components(word: &str) -> Result<Vec<Component>, Failure> {
    match word {
        "rsync" => return Ok(vec![Component::RsyncClient, Component::RsyncServer]),
        "restic" => return Ok(vec![Component::NodeAgent]),
        "controller" => return Ok(vec![Component::MigController]),
        _ => {}
    }
    let unknown = || {
        let all: Vec<&str> = Component::ALL.iter().map(|component| component.as_str()).collect();
        Failure::Usage { what: format!("there is no program `{word}`"), help: Some(format!("one of rsync, {}", all.join(", "))) }
    };
    Component::parse(word).map(|component| vec![component]).ok_or_else(unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn programs_are_called_as_people_call_them() {
        assert_eq!(components("restic").unwrap(), [Component::NodeAgent]);
        assert_eq!(components("rsync").unwrap().len(), 2);
        assert_eq!(components("stunnel").unwrap(), [Component::Stunnel]);
        assert!(components("kubelet").is_err());
    }
}
