//! `migration`: one run in full.

use clap::Args;
use regex::Regex;

use super::case::CaseArgs;
use super::logs::{self, Filter};
use super::subject::SubjectArgs;
use super::{Common, Exit, Failure};
use crate::model::{Component, Span, Timestamp};
use crate::scan::line::Line;
use crate::views::{self, PhaseSpan};
use crate::{Analysis, output};

/// More phases than any run has, cleaning up and rolling back included.
const MOST_PHASES: usize = 500;

/// Shows one migration in full: its steps and phases with their times, its volumes, its warnings, and why it stands so.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze migration must-gather.tar.gz                          the newest that went wrong
  mig-analyze migration must-gather.tar.gz --migration shop-stage
  mig-analyze migration must-gather.tar.gz --migration 732f66 --format json")]
pub struct MigrationArgs {
    /// Inputs.
    #[command(flatten)]
    pub case: CaseArgs,
    /// This migration: the start of its name or UID [default: the newest that went wrong]
    #[arg(long, value_name = "PREFIX")]
    pub migration: Option<String>,
}

impl MigrationArgs {
    /// Analyzes the inputs and prints the view.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let Analysis { report, graph, .. } = self.case.analyze(common)?;
        let wanted = SubjectArgs { migration: self.migration.clone(), plan: None, name: None };
        let subject = wanted.find(&graph)?;
        let id = *subject.roots.first().ok_or_else(|| nothing(&subject.title))?;
        // Each phase ends with a line of its own in the controller's log, which the graph does not keep.
        let search = views::search(&graph, &views::Subject { title: subject.title.clone(), roots: vec![id] }, false);
        let ends = Filter { grep: Regex::new("Phase completed").ok(), components: vec![Component::MigController], ..Filter::default() };
        let lines = logs::run(&graph, &self.case.sources(), &search, &ends, MOST_PHASES, &self.case.options(common))?;
        let name = &graph.object(id).name;
        let spans: Vec<PhaseSpan> = lines.lines.iter().filter_map(|line| span(&line.text, name)).collect();
        let view = views::migration(&graph, &report, id, &spans).ok_or_else(|| nothing(&subject.title))?;
        self.case.print(common, |format, options, out| output::render_migration(&view, format, options, out))?;
        Ok(Exit::Done)
    }
}

fn nothing(title: &str) -> Failure {
    Failure::Usage { what: format!("nothing is known about {title}"), help: None }
}

/// Reads the line that ends a phase, if it is of that run: its volume migration goes through phases of its own.
fn span(text: &str, run: &str) -> Option<PhaseSpan> {
    let line = Line::parse(text, Component::MigController);
    if line.field("migration").as_deref() != Some(run) {
        return None;
    }
    let ended: Timestamp = line.time?;
    let elapsed = line.field("phaseElapsed").and_then(|seconds| Span::parse(&format!("{seconds}s")));
    Some(PhaseSpan { phase: line.field("phase").unwrap_or_default(), ended, elapsed })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_phase_tells_how_long_it_took() {
        let text = r#"{"level":"info","ts":1620718805.137,"logger":"migration","msg":"Phase completed","migMigration":"m","phase":"Started","phaseElapsed":2.6}"#;
        let found = span(text, "m").unwrap();
        assert_eq!((found.phase.as_str(), found.elapsed), ("Started", Some(Span::from_nanos(2_600_000_000))));
        assert_eq!(span(text, "other"), None);
    }
}
