//! `mig-analyze`: parse the command line, run it, tell the shell.

use std::process::ExitCode;

use clap::Parser as _;
use mig_analyze::cli::{Cli, run};

fn main() -> ExitCode {
    run(&Cli::parse()).into()
}
