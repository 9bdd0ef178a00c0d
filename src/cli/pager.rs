//! A pager for output that is longer than the terminal, as `git` has one.

use std::env;
use std::io::{self, IsTerminal, Write};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};

/// Set once by `--no-pager`, before anything is printed.
static REFUSED: AtomicBool = AtomicBool::new(false);

/// Prints straight to the terminal from here on.
pub(super) fn refuse() {
    REFUSED.store(true, Ordering::Relaxed);
}

/// The pager's words when one may be used: the reader sits at a terminal and has not declined.
fn wanted() -> Option<Vec<String>> {
    let declined = REFUSED.load(Ordering::Relaxed) || env::var_os("NO_PAGER").is_some_and(|value| !value.is_empty());
    if declined || !io::stdout().is_terminal() || env::var_os("TERM").is_some_and(|term| term == "dumb") {
        return None;
    }
    command(env::var("PAGER").ok().as_deref())
}

/// The words of a pager command. It is split at spaces and never given to a shell. An empty one, and `cat`, mean none.
fn command(pager: Option<&str>) -> Option<Vec<String>> {
    let words: Vec<String> = pager.unwrap_or("less").split_whitespace().map(str::to_owned).collect();
    (!words.is_empty() && words != ["cat"]).then_some(words)
}

/// Standard output that starts a pager once it holds more than one screen.
pub(super) enum Screen {
    /// Straight through.
    Plain(io::Stdout),
    /// Not decided yet.
    Waiting {
        /// What was written so far.
        held: Vec<u8>,
        /// Lines that the terminal shows.
        rows: usize,
        /// Columns that it shows.
        columns: usize,
        /// The pager's words.
        pager: Vec<String>,
    },
    /// The pager shows it.
    Paged(Child),
}

impl Screen {
    /// Standard output, paged where that helps the reader.
    pub(super) fn open() -> Self {
        let size = terminal_size::terminal_size_of(io::stdout());
        match (wanted(), size) {
            (Some(pager), Some((columns, rows))) => {
                Self::Waiting { held: Vec::new(), rows: usize::from(rows.0), columns: usize::from(columns.0), pager }
            }
            _ => Self::Plain(io::stdout()),
        }
    }

    /// Writes what is held and waits until the reader has left the pager.
    pub(super) fn close(mut self) -> io::Result<()> {
        match &mut self {
            Self::Plain(out) => out.flush(),
            Self::Waiting { held, .. } => {
                let mut out = io::stdout();
                out.write_all(held)?;
                out.flush()
            }
            Self::Paged(child) => {
                drop(child.stdin.take());
                child.wait().map(|_| ())
            }
        }
    }

    fn decide(&mut self) -> io::Result<()> {
        let Self::Waiting { held, rows, columns, pager } = self else { return Ok(()) };
        if height(held, *columns) < *rows {
            return Ok(());
        }
        let held = std::mem::take(held);
        let (program, words) = pager.split_first().map_or(("", &[][..]), |(program, words)| (program.as_str(), words));
        let mut command = Command::new(program);
        command.args(words).stdin(Stdio::piped());
        if env::var_os("LESS").is_none() {
            // Colours pass, a short text needs no key to leave, and the text stays on the screen.
            command.env("LESS", "FRX");
        }
        *self = match command.spawn() {
            Ok(child) => Self::Paged(child),
            // Without a pager the text itself is what counts.
            Err(_) => Self::Plain(io::stdout()),
        };
        self.write_all(&held)
    }
}

/// Lines that a text takes on so many columns; escape sequences count as text, so it may be a little less.
fn height(text: &[u8], columns: usize) -> usize {
    text.split(|byte| *byte == b'\n').map(|line| 1 + line.len().saturating_sub(1) / columns.max(1)).sum::<usize>().saturating_sub(1)
}

impl Write for Screen {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        match self {
            Self::Plain(out) => return out.write(bytes),
            Self::Paged(child) => return child.stdin.as_mut().map_or(Err(io::ErrorKind::BrokenPipe.into()), |stdin| stdin.write(bytes)),
            Self::Waiting { held, .. } => held.extend_from_slice(bytes),
        }
        self.decide()?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Plain(out) => out.flush(),
            Self::Waiting { .. } => Ok(()),
            Self::Paged(child) => child.stdin.as_mut().map_or(Ok(()), Write::flush),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pager_is_less_unless_the_reader_has_another_or_none() {
        assert_eq!(command(None).unwrap(), ["less"]);
        assert_eq!(command(Some("most -w")).unwrap(), ["most", "-w"]);
        assert_eq!([command(Some("")), command(Some(" ")), command(Some("cat"))], [None, None, None]);
    }

    #[test]
    fn a_long_line_takes_several_rows() {
        assert_eq!(height(b"a\nb\n", 10), 2);
        assert_eq!(height(b"aaaaaaaaaaaa\nb\n", 10), 3);
        assert_eq!(height(b"", 10), 0);
    }
}
