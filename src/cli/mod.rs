//! The command line: what may be asked, and what the shell is told.
//!
//! May import any room. One file for each subcommand; read [`Cli`] first, then [`run`].

mod analyze;
mod case;
mod cat;
mod completions;
mod coverage;
mod describe;
mod exit;
mod failure;
mod get;
mod logs;
mod man;
mod migration;
mod moment;
mod pager;
mod pipeline;
mod prefix;
mod progress;
pub mod rules;
mod screen;
mod spool;
mod subject;
mod timeline;
mod tree;
mod velero;

use std::io::Write as _;

use clap::{Parser, Subcommand};

use crate::finding::redact;
pub use analyze::AnalyzeArgs;
pub use cat::{CatArgs, write_lines};
pub use completions::CompletionsArgs;
pub use coverage::CoverageArgs;
pub use describe::DescribeArgs;
pub use exit::Exit;
pub use failure::Failure;
pub use get::{Form, GetArgs};
pub use logs::{Level, LogsArgs};
pub use man::ManArgs;
pub use migration::MigrationArgs;
pub use timeline::TimelineArgs;
pub use tree::TreeArgs;

/// The whole command line.
#[derive(Debug, Parser)]
#[command(
    name = "mig-analyze",
    version,
    about = "Finds the root cause of a failed OpenShift migration in a must-gather, offline",
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    subcommand_value_name = "COMMAND",
    max_term_width = 100,
    after_help = "\
Examples:
  mig-analyze must-gather.tar.gz                        which migration failed, why, and what to do
  mig-analyze must-gather.tar.gz inspect-shop.tar.gz    several gathers of one case, joined
  mig-analyze must-gather.tar.gz --format json -o report.json --fail-on error

Nothing is unpacked, nothing is sent anywhere. An input named like a command: ./cat

Exit status: 0 a report was made; 1 --fail-on was met; 2 nothing could be analyzed, or wrong usage"
)]
pub struct Cli {
    /// What to do; without a command, the inputs are analyzed.
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Arguments of the analysis.
    #[command(flatten)]
    pub analyze: Option<AnalyzeArgs>,
    /// Arguments of every command.
    #[command(flatten)]
    pub common: Common,
}

/// What every command takes.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "General")]
#[expect(clippy::struct_excessive_bools, reason = "switches of a command line are independent of each other")]
pub struct Common {
    /// Leave nothing out for brevity
    #[arg(short, long, global = true)]
    pub verbose: bool,
    /// No colours.
    #[arg(long, global = true, help = "No colours; NO_COLOR in the environment does the same")]
    pub no_color: bool,
    /// No pager.
    #[arg(long, global = true, help = "No pager for long output on a terminal; PAGER names another one, NO_PAGER or PAGER=cat none")]
    pub no_pager: bool,
    /// Show secrets as they stand, for trusted eyes only
    #[arg(long, global = true)]
    pub no_redact: bool,
    /// Worker threads; by default one for each core
    #[arg(long, value_name = "N", global = true)]
    pub threads: Option<std::num::NonZeroUsize>,
}

/// The commands beside the analysis.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Print a file of an input, or the lines around one that evidence names
    Cat(CatArgs),
    /// List, explain, test and try rules
    Rules(rules::RulesArgs),
    /// Print a completion script for a shell
    Completions(CompletionsArgs),
    /// Write manual pages, one for each command
    Man(ManArgs),
    /// Print the log lines that concern one migration or plan, of all clusters
    Logs(LogsArgs),
    /// Show what happened when, by objects, events and telling log lines
    Timeline(TimelineArgs),
    /// Show one migration in full: steps, phases, volumes, and why it stands so
    Migration(MigrationArgs),
    /// Show what belongs to a plan or a migration, and how each piece stands
    Tree(TreeArgs),
    /// List objects of one kind, as `oc get` does
    Get(GetArgs),
    /// Show everything that is known of one object
    Describe(DescribeArgs),
    /// Show what was gathered, what was not, and how to collect it
    Coverage(CoverageArgs),
}

/// Runs the command and says how it went; what went wrong is already on standard error.
pub fn run(cli: &Cli) -> Exit {
    if cli.common.no_color {
        screen::without_colour();
    }
    if cli.common.no_pager {
        pager::refuse();
    }
    if cli.common.no_redact {
        redact::reveal();
        // Whoever pastes this into a case must know; nobody is left to tell when standard error is closed.
        let _ = writeln!(std::io::stderr(), "mig-analyze: --no-redact: secrets are shown as they stand, do not pass this output on");
    }
    dispatch(cli).unwrap_or_else(|failure| failure.report())
}

fn dispatch(cli: &Cli) -> Result<Exit, Failure> {
    match (&cli.command, &cli.analyze) {
        (Some(Command::Cat(args)), _) => args.run(),
        (Some(Command::Rules(args)), _) => args.run(&cli.common),
        (Some(Command::Completions(args)), _) => args.run(),
        (Some(Command::Man(args)), _) => args.run(),
        (Some(Command::Logs(args)), _) => args.run(&cli.common),
        (Some(Command::Timeline(args)), _) => args.run(&cli.common),
        (Some(Command::Migration(args)), _) => args.run(&cli.common),
        (Some(Command::Tree(args)), _) => args.run(&cli.common),
        (Some(Command::Get(args)), _) => args.run(&cli.common),
        (Some(Command::Describe(args)), _) => args.run(&cli.common),
        (Some(Command::Coverage(args)), _) => args.run(&cli.common),
        (None, Some(args)) => args.run(&cli.common),
        (None, None) => Err(Failure::Usage { what: "no input given".into(), help: Some("try mig-analyze must-gather.tar.gz".into()) }),
    }
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory as _;

    use super::*;

    #[test]
    fn the_definition_is_sound() {
        Cli::command().debug_assert();
    }

    #[test]
    fn an_input_needs_no_command_and_a_command_no_input() {
        let cli = Cli::try_parse_from(["mig-analyze", "a.tar.gz", "b.tar.gz", "--fail-on", "error", "-v"]).unwrap();
        assert_eq!(cli.analyze.unwrap().inputs.len(), 2);
        let cli = Cli::try_parse_from(["mig-analyze", "cat", "a.yaml:3", "-i", "a.tar.gz", "--no-color"]).unwrap();
        assert!(matches!(cli.command, Some(Command::Cat(_))) && cli.common.no_color);
        let cli = Cli::try_parse_from(["mig-analyze", "./cat"]).unwrap();
        assert_eq!(cli.analyze.unwrap().inputs, [std::path::PathBuf::from("./cat")]);
    }

    #[test]
    fn wrong_usage_is_exit_2() {
        for args in [&["mig-analyze"][..], &["mig-analyze", "a", "--format", "no"], &["mig-analyze", "cat", "a"], &["mig-analyze", "a", "--nope"]] {
            let error = Cli::try_parse_from(args).unwrap_err();
            assert_eq!(u8::try_from(error.exit_code()).unwrap(), Exit::Unusable.code(), "{args:?}");
        }
    }

    #[test]
    fn every_command_shows_by_example_how_it_is_used() {
        fn check(command: &clap::Command, words: &str) {
            for below in command.get_subcommands().filter(|below| below.get_name() != "help" && !below.is_hide_set()) {
                let words = format!("{words} {}", below.get_name());
                if below.has_subcommands() {
                    check(below, &words);
                    continue;
                }
                let help = below.clone().render_long_help().to_string();
                assert!(help.contains("Examples:") && help.contains(&format!("  {words}")), "{words} has no example:\n{help}");
            }
        }
        check(&Cli::command(), "mig-analyze");
    }

    #[test]
    fn help_shows_what_can_be_done() {
        insta::assert_snapshot!("help", Cli::command().term_width(100).render_help());
        insta::assert_snapshot!("help_cat", Cli::command().find_subcommand_mut("cat").unwrap().clone().term_width(100).render_help());
    }
}
