use std::io::Write as _;

use clap::{Args, CommandFactory as _};
use clap_complete::Shell;

use super::{Cli, Exit, Failure};

/// Prints a completion script for a shell.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze completions bash > ~/.local/share/bash-completion/completions/mig-analyze
  mig-analyze completions zsh  > ~/.zfunc/_mig-analyze")]
pub struct CompletionsArgs {
    /// The shell
    pub shell: Shell,
}

impl CompletionsArgs {
    /// Prints the script.
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        // The generator panics when its writer fails, so it gets memory and a closed pipe stays an ordinary error.
        let mut script = Vec::new();
        clap_complete::generate(self.shell, &mut Cli::command(), "mig-analyze", &mut script);
        std::io::stdout().lock().write_all(&script).map_err(Failure::stdout)?;
        Ok(Exit::Done)
    }
}
