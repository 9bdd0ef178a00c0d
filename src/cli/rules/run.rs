use std::io::{self, Write};
use std::path::PathBuf;

use clap::Args;
use owo_colors::OwoColorize;

/// Runs one rule on an input.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze rules run storage/multi-attach must-gather.tar.gz --explain
  mig-analyze rules run my/new-rule --rules ./my-rules -i must-gather.tar.gz --explain")]
pub struct RunArgs {
    /// Id of the rule
    pub id: String,
    /// Must-gathers of one case
    #[arg(value_name = "INPUT", required_unless_present = "inputs")]
    pub given: Vec<PathBuf>,
    /// The same, as other commands take them
    #[arg(short, long = "input", value_name = "INPUT")]
    pub inputs: Vec<PathBuf>,
    /// Show clause by clause how many candidates passed, and where it ran dry
    #[arg(long)]
    pub explain: bool,
}

/// What one clause let through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Passed {
    /// The clause as written.
    pub clause: String,
    /// Candidates that were looked at.
    pub candidates: u64,
    /// Rows that went on to the next clause.
    pub rows: u64,
    /// Nothing can be found when nothing passes here.
    pub must_pass: bool,
    /// Why rows could not be judged, what failed, and which candidates came nearest.
    pub notes: Vec<String>,
}

impl Passed {
    /// Writes the way through the clauses; the first that lets nothing through is marked.
    pub fn write(clauses: &[Self], out: &mut dyn Write) -> io::Result<()> {
        let mut dry = false;
        for (at, clause) in (1..).zip(clauses) {
            let here = !dry && clause.must_pass && clause.rows == 0;
            dry |= here;
            let count = format!("{:>6} of {:<6}", clause.rows, clause.candidates);
            let count = if here { count.red().bold().to_string() } else { count };
            writeln!(out, "{at:>3}. {count} {}{}", clause.clause, if here { "   <- ran dry here" } else { "" })?;
            for note in &clause.notes {
                writeln!(out, "     {}", note.yellow())?;
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clause_where_it_ran_dry_is_marked_once() {
        let clause = |clause: &str, candidates, rows| Passed { clause: clause.into(), candidates, rows, must_pass: true, notes: vec![] };
        let mut out = Vec::new();
        let clauses = [clause("ev: event FailedAttachVolume", 4, 2), clause("pod: via involved", 2, 0), clause("claim: via mounts", 0, 0)];
        Passed::write(&clauses, &mut out).unwrap();
        let text = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        assert_eq!(text.matches("ran dry").count(), 1);
        assert!(text.lines().nth(1).unwrap().ends_with("pod: via involved   <- ran dry here"), "{text}");
    }

    #[test]
    fn a_trap_that_catches_nothing_is_not_where_it_ran_dry() {
        let clause = |clause: &str, rows, must_pass| Passed { clause: clause.into(), candidates: 1, rows, must_pass, notes: vec![] };
        let mut out = Vec::new();
        Passed::write(&[clause("ev: event Failed", 1, true), clause("ok: event Done", 0, false)], &mut out).unwrap();
        assert!(!String::from_utf8(out).unwrap().contains("ran dry"));
    }
}
