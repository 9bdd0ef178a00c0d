use std::fs;
use std::path::PathBuf;

use clap::{Args, CommandFactory as _};

use super::{Cli, Exit, Failure};

/// Writes manual pages: `mig-analyze.1` and one for each command.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze man ~/.local/share/man/man1        then: man mig-analyze-tree
  mig-analyze man .                               then: man ./mig-analyze.1")]
pub struct ManArgs {
    /// Directory to write to; made where it is missing
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
}

impl ManArgs {
    /// Writes the pages: `mig-analyze-rules-list.1` is that of `rules list`.
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let failed = |why| Failure::Output { path: self.directory.display().to_string(), why };
        fs::create_dir_all(&self.directory).map_err(failed)?;
        clap_mangen::generate_to(Cli::command(), &self.directory).map_err(failed)?;
        Ok(Exit::Done)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_command_has_a_page_with_its_examples() {
        let folder = tempfile::tempdir().unwrap();
        ManArgs { directory: folder.path().join("man1") }.run().unwrap();
        let page = |name: &str| fs::read_to_string(folder.path().join("man1").join(name)).unwrap();
        for (name, example) in [
            ("mig-analyze.1", "report.json"),
            ("mig-analyze-tree.1", "unhealthy"),
            ("mig-analyze-rules-run.1", "explain"),
            ("mig-analyze-man.1", "man1"),
        ] {
            assert!(page(name).contains("Examples:") && page(name).contains(example), "{name}");
        }
        assert!(!folder.path().join("man1/mig-analyze-help.1").exists());
    }
}
