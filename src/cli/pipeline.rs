//! Joins the command line to the library: arguments in, a report out.

use super::progress::Line;
use super::{AnalyzeArgs, Common, Exit, Failure};
use crate::{Analysis, Options, Progress, analyze};

impl Progress for Line {
    fn stage(&self, what: &str) {
        Line::stage(self, what);
    }

    fn file(&self) {
        Line::file(self);
    }
}

impl AnalyzeArgs {
    /// Analyzes the inputs and publishes the report.
    pub(super) fn run(&self, common: &Common) -> Result<Exit, Failure> {
        let workers = common.threads.map(std::num::NonZeroUsize::get);
        let options = Options { workers, rules: self.rules.clone(), ignore: self.ignore.clone(), ..Options::default() };
        let line = Line::new();
        let Analysis { report, graph, .. } = analyze(&self.inputs, &options, &line)?;
        // The program ends after this, and the system takes a large graph back faster than its destructors.
        std::mem::forget(graph);
        drop(line);
        self.publish(&report, common.verbose)
    }
}
