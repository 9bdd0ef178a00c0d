//! What the reader's terminal can show. The only place that asks.

use std::io::{self, BufWriter, IsTerminal, Write};

use anstream::{AutoStream, ColorChoice};

use super::pager::Screen;
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
    let terminal = stdout.is_terminal();
    Options { width, colour, unicode: terminal, fold: terminal, ..Options::default() }
}

/// How a report looks in a file.
pub(super) fn paper() -> Options {
    Options { width: PAPER, ..Options::default() }
}

/// How a view looks on standard output.
pub(super) fn verbose(common: &Common) -> Options {
    Options { verbose: common.verbose, ..options() }
}

/// Writes to standard output, through a pager when it is longer than the terminal.
pub(super) fn print(write: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> Result<Exit, Failure> {
    let choice = AutoStream::choice(&io::stdout());
    let mut screen = Screen::open();
    let raw: &mut (dyn Write + 'static) = &mut screen;
    let mut out = BufWriter::new(AutoStream::new(raw, choice));
    let written = write(&mut out).and_then(|()| out.flush());
    drop(out);
    // The reader may still be reading when the writing failed, so the pager is waited for in any case.
    let closed = screen.close();
    written.and(closed).map_err(Failure::stdout)?;
    Ok(Exit::Done)
}
