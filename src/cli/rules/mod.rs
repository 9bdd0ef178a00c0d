//! `mig-analyze rules …`: what the pack holds, and whether it does what it says.
//!
//! Each file holds the arguments of one command and the function that prints its result from plain data; `commands` carries them out.

mod commands;
mod list;
mod new;
mod run;
mod show;
mod test;

use std::path::PathBuf;

use clap::{Args, Subcommand};

pub use list::{ListArgs, Listed, Style};
pub use new::NewArgs;
pub use run::{Passed, RunArgs};
pub use show::{ShowArgs, Shown};
pub use test::{TestArgs, Tested};

/// Lists, explains, tests and tries rules.
#[derive(Debug, Args)]
pub struct RulesArgs {
    /// Which of them.
    #[command(subcommand)]
    pub command: RulesCommand,
    /// Directory with rules of your own, beside the built-in ones
    #[arg(long, value_name = "DIR", global = true)]
    pub rules: Vec<PathBuf>,
}

/// What can be done with rules.
#[derive(Debug, Subcommand)]
pub enum RulesCommand {
    /// List all rules
    List(ListArgs),
    /// Show what a rule looks for and why
    Show(ShowArgs),
    /// Run the tests that stand in the rule files
    Test(TestArgs),
    /// Write the draft of a rule, from a line that no rule explains
    New(NewArgs),
    /// Print the JSON Schema of a rule file, for editors
    #[command(after_help = "\
Examples:
  mig-analyze rules schema > rule.schema.json
  echo '# yaml-language-server: $schema=rule.schema.json' | cat - my-rules/app/out-of-disk.yaml")]
    Schema,
    /// Run one rule on an input and show, clause by clause, what passed
    Run(RunArgs),
}
