use std::fmt::Write as _;
use std::io::{self, IsTerminal, Write as _};

use miette::{Diagnostic, GraphicalReportHandler, GraphicalTheme};
use thiserror::Error;

use super::Exit;
use crate::archive::ArchiveError;
use crate::finding::redact::escape_control;

/// Why a command ended without its result.
#[derive(Debug, Error, Diagnostic)]
pub enum Failure {
    /// The user's: an input or a path in it.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Archive(#[from] ArchiveError),
    /// The user's or a rule author's: nothing could be analyzed.
    #[error(transparent)]
    #[diagnostic(transparent)]
    Analysis(#[from] crate::Error),
    /// The user's: arguments that only the data can refute.
    #[error("{what}")]
    Usage {
        /// What is wrong.
        what: String,
        /// What to write instead.
        #[help]
        help: Option<String>,
    },
    /// The machine's: the result cannot be written.
    #[error("cannot write {path}")]
    #[diagnostic(help("check that the directory exists, is writable and has room"))]
    Output {
        /// Where to.
        path: String,
        /// What the operating system said.
        #[source]
        why: io::Error,
    },
}

impl Failure {
    /// A failure to write to standard output.
    pub(super) fn stdout(why: io::Error) -> Self {
        Self::Output { path: "to standard output".into(), why }
    }

    /// True when the reader went away, as `head` does after ten lines. That is no failure of ours.
    fn is_closed_pipe(&self) -> bool {
        matches!(self, Self::Output { why, .. } if why.kind() == io::ErrorKind::BrokenPipe)
    }

    /// Says what went wrong on standard error, and gives the number for the shell.
    pub(super) fn report(&self) -> Exit {
        if self.is_closed_pipe() {
            return Exit::Done;
        }
        let mut stream = anstream::stderr();
        // No colours: what an archive or a command line said may stand in here, and must not be taken for them.
        let theme = if io::stderr().is_terminal() { GraphicalTheme::unicode_nocolor() } else { GraphicalTheme::none() };
        let mut text = String::new();
        if GraphicalReportHandler::new_themed(theme).with_links(false).with_wrap_lines(false).render_report(&mut text, self).is_err() {
            // Drawing into memory cannot fail; should it ever, the plain sentence is enough.
            text.clear();
            let _ = writeln!(text, "error: {self}");
        }
        let text: String = text.split_inclusive('\n').map(|line| escape_control(line.trim_end_matches('\n')) + "\n").collect();
        // Nobody is left to tell when standard error is closed too.
        let _ = stream.write_all(text.as_bytes());
        Exit::Unusable
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reader_that_went_away_is_no_failure() {
        assert_eq!(Failure::stdout(io::ErrorKind::BrokenPipe.into()).report(), Exit::Done);
        assert_eq!(Failure::stdout(io::ErrorKind::StorageFull.into()).report(), Exit::Unusable);
        assert_eq!(Failure::Usage { what: "no".into(), help: None }.report(), Exit::Unusable);
    }
}
