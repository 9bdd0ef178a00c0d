//! What the reader's terminal can show. The only place that asks.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::{Common, Exit, Failure};
use crate::output::Options;

/// Columns when nobody looks: what a support case shows without wrapping.
const PAPER: usize = 100;

/// Switches colour off for everything that is printed from here on.
pub(super) fn without_colour() {
    ColorChoice::Never.write_global();
}

/// How a report looks on standard output.
pub(super) fn options() -> Options {
    let stdout = io::stdout();
    let width = terminal_size::terminal_size_of(&stdout).map_or(PAPER, |(width, _)| usize::from(width.0));
    let colour = !matches!(AutoStream::choice(&stdout), ColorChoice::Never);
    Options { width, colour, unicode: stdout.is_terminal(), ..Options::default() }
}

/// How a report looks in a file.
pub(super) fn paper() -> Options {
    Options { width: PAPER, ..Options::default() }
}

/// How a view looks on standard output.
pub(super) fn verbose(common: &Common) -> Options {
    Options { verbose: common.verbose, ..options() }
}

/// Writes to standard output.
pub(super) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Exit, Failure> {
    let mut out = BufWriter::new(anstream::stdout().lock());
    write(&mut out).and_then(|()| out.flush()).map_err(Failure::stdout)?;
    Ok(Exit::Done)
}
