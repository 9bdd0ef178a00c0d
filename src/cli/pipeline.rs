//! Joins the command line to the library: arguments in, a report out.

use std::fmt::Write as _;
use std::io::Write as _;

use super::progress::Line;
use super::{AnalyzeArgs, Common, Exit, Failure};
use crate::finding::redact::clean;
use crate::{Analysis, Figures, Options, Progress, analyze};

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
        let options = Options {
            workers,
            rules: self.rules.clone(),
            ignore: self.ignore.clone(),
            ignore_file: self.ignore_file.clone(),
            today: self.today,
            ..Options::default()
        };
        let line = Line::new();
        let Analysis { report, graph, figures, notes } = analyze(&self.inputs, &options, &line)?;
        // The program ends after this, and the system takes a large graph back faster than its destructors.
        std::mem::forget(graph);
        drop(line);
        let exit = self.publish(&report, common.verbose);
        let mut text = String::new();
        for note in &notes {
            // Writing into memory cannot fail.
            let _ = writeln!(text, "note: {}", clean(note));
        }
        if self.profile_rules {
            text.push_str(&profile(&figures));
        }
        // What is told here is beside the report; a closed standard error must not make it a failure.
        let _ = anstream::stderr().write_all(text.as_bytes());
        exit
    }
}

/// Rules by the time they took, the slowest first. Rules run beside each other, so their sum is more than the time that passed.
fn profile(figures: &Figures) -> String {
    let mut all: Vec<&(String, std::time::Duration)> = figures.each_rule.iter().collect();
    all.sort_by(|a, b| b.1.cmp(&a.1).then_with(|| a.0.cmp(&b.0)));
    let sum: std::time::Duration = all.iter().map(|(_, took)| *took).sum();
    let mut text = String::new();
    for (id, took) in &all {
        let share = if sum.is_zero() { 0.0 } else { took.as_secs_f64() * 100.0 / sum.as_secs_f64() };
        let _ = writeln!(text, "{:>10.3} ms {share:>5.1} %  {id}", took.as_secs_f64() * 1e3);
    }
    let _ = writeln!(
        text,
        "{:>10.3} ms          {} rules, {:.3} ms by the clock; the scan of the logs for their patterns is part of reading ({:.3} ms)",
        sum.as_secs_f64() * 1e3,
        all.len(),
        figures.rules.as_secs_f64() * 1e3,
        figures.reading.as_secs_f64() * 1e3
    );
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_slowest_rule_stands_first() {
        let ms = std::time::Duration::from_millis;
        let figures = Figures { each_rule: vec![("a/fast".into(), ms(1)), ("a/slow".into(), ms(3))], rules: ms(2), ..Figures::default() };
        let text = profile(&figures);
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines[0], "     3.000 ms  75.0 %  a/slow");
        assert!(lines[2].starts_with("     4.000 ms          2 rules, 2.000 ms by the clock"), "{text}");
    }
}
