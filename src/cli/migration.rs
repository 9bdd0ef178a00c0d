//! `migration`: one run in full.

use clap::Args;
use regex::Regex;

use super::case::CaseArgs;
use super::logs::{self, Filter};
use super::subject::SubjectArgs;
use super::{Common, Exit, Failure};
use crate::model::{Component, Span, Timestamp};
use crate::scan::line::Line;
use crate::views::{self, Mark, PhaseMark};
use crate::{Analysis, output};

/// Lines about phases that are kept, the latest: the controller says at every look which phase it works on.
const MOST_LINES: usize = 20_000;

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
        let case = self.case.open(common)?;
        let Analysis { report, graph, .. } = case.analyze()?;
        let wanted = SubjectArgs { migration: self.migration.clone(), plan: None, name: None };
        let subject = wanted.find(&graph)?;
        let id = *subject.roots.first().ok_or_else(|| nothing(&subject.title))?;
        // The controller's log tells which phase it works on and when one is over; the graph does not keep those lines.
        let search = views::search(&graph, &views::Subject { title: subject.title.clone(), roots: vec![id] }, false);
        let ends =
            Filter { grep: Regex::new(r"Phase completed|\[RUN\]").ok(), all: true, components: vec![Component::MigController], ..Filter::default() };
        let lines = logs::run((&graph).into(), &case.sources, &search, &ends, MOST_LINES, &case.options())?;
        let name = &graph.object(id).name;
        let marks: Vec<PhaseMark> = lines.lines.iter().filter_map(|line| mark(&line.text, name)).collect();
        let view = views::migration(&graph, &report, id, &marks).ok_or_else(|| nothing(&subject.title))?;
        case.print(|format, options, out| output::render_migration(&view, format, options, out))
    }
}

fn nothing(title: &str) -> Failure {
    Failure::Usage { what: format!("nothing is known about {title}"), help: None }
}

/// Reads a line about a phase, if it is of that run: its volume migration goes through phases of its own.
fn mark(text: &str, run: &str) -> Option<PhaseMark> {
    let line = Line::parse(text, Component::MigController);
    let inner = ["dvm", "dim", "dism"].iter().any(|field| line.field(field).is_some());
    if inner || line.field("migration").as_deref() != Some(run) {
        return None;
    }
    let at: Timestamp = line.time?;
    let elapsed = || line.field("phaseElapsed").and_then(|seconds| Span::parse(&format!("{seconds}s")));
    let mark = if line.message().contains("[RUN]") { Mark::Runs } else { Mark::Ended(elapsed()) };
    Some(PhaseMark { phase: line.field("phase").unwrap_or_default(), at, mark })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_end_of_a_phase_tells_how_long_it_took() {
        let text = r#"{"level":"info","ts":1620718805.137,"logger":"migration","msg":"Phase completed","migMigration":"m","phase":"Started","phaseElapsed":2.6}"#;
        let found = mark(text, "m").unwrap();
        assert_eq!((found.phase.as_str(), found.mark), ("Started", Mark::Ended(Some(Span::from_nanos(2_600_000_000)))));
        assert_eq!(mark(text, "other"), None);
    }

    #[test]
    fn a_phase_that_runs_says_so() {
        let text =
            r#"{"level":"info","ts":1620718802.1,"logger":"migration","msg":"[RUN] (Step 1/37) Migration created.","migMigration":"m","phase":""}"#;
        assert_eq!(mark(text, "m").unwrap().mark, Mark::Runs);
        let inner = text.replace("\"migMigration\"", "\"dvm\":\"m-x\",\"migMigration\"");
        assert_eq!(mark(&inner, "m"), None);
    }
}
