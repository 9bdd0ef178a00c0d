use std::io::{self, Write};

use clap::Args;
use owo_colors::OwoColorize;

use crate::cli::Exit;

/// Runs the tests that stand in the rule files.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze rules test
  mig-analyze rules test storage/multi-attach
  mig-analyze rules test ./my-rules
  mig-analyze rules test ./my-rules/app/out-of-disk.yaml")]
pub struct TestArgs {
    /// Only rules whose id holds this; or a directory of rules, or one rule file, to test beside the built-in ones
    pub id: Option<String>,
}

/// One test case and how it went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tested {
    /// The rule.
    pub rule: String,
    /// Name of the case.
    pub case: String,
    /// What differs from what the case expects; none when it passed.
    pub problem: Option<String>,
}

impl Tested {
    /// Writes what is in doubt, what failed, and a line that sums up; all cases when `verbose`.
    pub fn write(cases: &[Self], doubts: &[String], verbose: bool, out: &mut dyn Write) -> io::Result<Exit> {
        for doubt in doubts {
            writeln!(out, "{} {doubt}", "WARN".yellow().bold())?;
        }
        for case in cases {
            match &case.problem {
                Some(problem) => {
                    writeln!(out, "{} {}: {}", "FAIL".red().bold(), case.rule, case.case)?;
                    problem.lines().try_for_each(|line| writeln!(out, "     {line}"))?;
                }
                None if verbose => writeln!(out, "{}   {}: {}", "ok".green(), case.rule, case.case)?,
                None => {}
            }
        }
        let failed = cases.iter().filter(|case| case.problem.is_some()).count();
        writeln!(out, "{} cases passed, {failed} failed", cases.len() - failed)?;
        Ok(if failed == 0 { Exit::Done } else { Exit::Met })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failing_case_is_shown_and_decides_the_exit_status() {
        let case = |problem: Option<&str>| Tested { rule: "a/b".into(), case: "fires".into(), problem: problem.map(str::to_owned) };
        let mut out = Vec::new();
        assert_eq!(Tested::write(&[case(None)], &[], false, &mut out).unwrap(), Exit::Done);
        assert_eq!(
            Tested::write(&[case(None), case(Some("expected one finding\nfound none"))], &["a/b: hm".into()], false, &mut out).unwrap(),
            Exit::Met
        );
        let text = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        assert_eq!(
            text,
            "1 cases passed, 0 failed\nWARN a/b: hm\nFAIL a/b: fires\n     expected one finding\n     found none\n1 cases passed, 1 failed\n"
        );
    }
}
