use std::io::{self, Write};

use clap::Args;
use owo_colors::OwoColorize;

use super::Listed;

/// Shows what a rule looks for and why.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze rules show storage/multi-attach
  mig-analyze rules show storage/multi-attach --source")]
pub struct ShowArgs {
    /// Id of the rule, or an end of it that only one rule has
    pub id: String,
    /// Print the rule file itself
    #[arg(long)]
    pub source: bool,
}

/// A rule with its documentation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// What the list says of it.
    pub listed: Listed,
    /// Rules that explain it.
    pub explained_by: Vec<String>,
    /// What it means, why it happens, how to tell it from its neighbours; Markdown.
    pub docs: String,
    /// What to do.
    pub remediation: String,
    /// Further reading.
    pub links: Vec<String>,
}

impl Shown {
    /// Writes the page of a rule. Rule files are wrapped by their authors, so nothing is wrapped here.
    pub fn write(&self, out: &mut dyn Write) -> io::Result<()> {
        let rule = &self.listed;
        writeln!(out, "{}", rule.title.bold())?;
        writeln!(out, "{}", format!("{}, {} {}, {} confidence", rule.id, rule.severity, rule.role, rule.confidence).dimmed())?;
        if !self.explained_by.is_empty() {
            writeln!(out, "explained by  {}", self.explained_by.join(", "))?;
        }
        if !rule.explains.is_empty() {
            writeln!(out, "explains      {}", rule.explains.join(", "))?;
        }
        writeln!(out)?;
        for line in self.docs.trim().lines() {
            match line.strip_prefix("## ") {
                Some(heading) => writeln!(out, "{}", heading.bold().underline())?,
                None => writeln!(out, "{line}")?,
            }
        }
        if !self.remediation.trim().is_empty() {
            writeln!(out, "\n{}\n{}", "What to do".bold().underline(), self.remediation.trim())?;
        }
        if !self.links.is_empty() {
            writeln!(out, "\n{}", "Links".bold().underline())?;
        }
        self.links.iter().try_for_each(|link| writeln!(out, "{link}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_says_what_why_and_what_to_do() {
        let shown = Shown {
            listed: super::super::list::listed().remove(1),
            explained_by: vec![],
            docs: "## What it means\nA volume is held.\n\n## Why it happens\nA pod was left.\n".into(),
            remediation: "1. Free the volume.\n".into(),
            links: vec!["https://example.com/x".into()],
        };
        let mut out = Vec::new();
        shown.write(&mut out).unwrap();
        insta::assert_snapshot!("rules_show", anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string());
    }
}
