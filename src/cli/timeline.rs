//! `timeline`: what happened when.

use clap::Args;

use super::case::CaseArgs;
use super::logs::Level;
use super::moment::{moment, window};
use super::subject::{self, SubjectArgs};
use super::{Common, Exit, Failure};
use crate::finding::Report;
use crate::model::{Span, Timestamp};
use crate::views::{self, Part, Weight};
use crate::{Analysis, output};

/// Shows in one order what objects, events and telling log lines of all clusters say happened.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze timeline must-gather.tar.gz --migration shop-stage
  mig-analyze timeline must-gather.tar.gz --around F3
  mig-analyze timeline must-gather.tar.gz --around 08:10 --within 5m --level warning --cluster host")]
pub struct TimelineArgs {
    /// Inputs.
    #[command(flatten)]
    pub case: CaseArgs,
    /// What it is about.
    #[command(flatten)]
    pub subject: SubjectArgs,
    /// Only around this finding of the report, or this time
    #[arg(long, value_name = "F3|TIME", conflicts_with_all = ["from", "to"], allow_hyphen_values = true)]
    pub around: Option<String>,
    /// How far around
    #[arg(long, value_name = "DURATION", default_value = "10m")]
    pub within: String,
    /// Only from this time on: 2021-05-12T08:10:00Z, 08:10, -2h
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub from: Option<String>,
    /// Only up to this time
    #[arg(long, value_name = "TIME", allow_hyphen_values = true)]
    pub to: Option<String>,
    /// Only what is so bad or worse
    #[arg(long, value_name = "LEVEL")]
    pub level: Option<Level>,
    /// Only this cluster
    #[arg(long, value_name = "NAME")]
    pub cluster: Option<String>,
}

impl TimelineArgs {
    /// Analyzes the inputs and prints the view.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let case = self.case.open(common)?;
        let Analysis { report, graph, .. } = case.analyze()?;
        let now = graph.clusters.iter().filter_map(|cluster| cluster.now).max();
        let named = self.subject.migration.is_some() || self.subject.plan.is_some() || self.subject.name.is_some();
        let free = self.around.is_some() || self.from.is_some() || self.to.is_some() || self.cluster.is_some();
        let (from, to) = self.window(&report, now)?;
        let part = Part {
            // Who names a time or a cluster wants all that happened then and there.
            subject: if named || !free { Some(self.subject.find(&graph)?) } else { None },
            from,
            to,
            least: self.level.map(|level| match level {
                Level::Debug | Level::Info => Weight::Info,
                Level::Warning => Weight::Warning,
                Level::Error => Weight::Error,
            }),
            cluster: self.cluster.as_deref().map(|name| subject::cluster(&graph, name)).transpose()?,
        };
        let view = views::timeline(&graph, &part);
        case.print(|format, options, out| output::render_timeline(&view, format, options, out))
    }

    fn window(&self, report: &Report, now: Option<Timestamp>) -> Result<(Option<Timestamp>, Option<Timestamp>), Failure> {
        let read = |text: &Option<String>| text.as_deref().map(|text| moment(text, now)).transpose();
        let Some(around) = &self.around else { return window(read(&self.from)?, read(&self.to)?) };
        let within = Span::parse(&self.within)
            .ok_or_else(|| Failure::Usage { what: format!("`{}` is no duration", self.within), help: Some("write 90s, 10m or 1h30m".into()) })?;
        let back = Span::from_nanos(-within.nanos());
        let Some(finding) = report.findings.iter().find(|finding| finding.id.eq_ignore_ascii_case(around)) else {
            if around.starts_with(['F', 'f']) {
                let last = report.findings.last().map_or("none", |finding| &finding.id);
                let help = format!("the findings are F1 to {last}");
                return Err(Failure::Usage { what: format!("there is no finding {around}"), help: Some(help) });
            }
            let time = moment(around, now)?;
            return Ok((Some(time.plus(back)), Some(time.plus(within))));
        };
        let time = |text: &Option<String>| text.as_deref().and_then(Timestamp::parse);
        let Some(first) = time(&finding.first).or_else(|| finding.evidence.iter().find_map(|evidence| time(&evidence.time))) else {
            let help = Some("give a time instead: --around 08:10".to_owned());
            return Err(Failure::Usage { what: format!("the evidence of {} carries no time", finding.id), help });
        };
        Ok((Some(first.plus(back)), Some(time(&finding.last).unwrap_or(first).plus(within))))
    }
}
