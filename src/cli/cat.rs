use std::borrow::Cow;
use std::io::{self, BufWriter, IsTerminal, Write};
use std::ops::ControlFlow;
use std::path::PathBuf;

use clap::Args;
use owo_colors::OwoColorize;

use super::{Exit, Failure, screen};
use crate::archive::{ArchiveError, Limits, Source, each_line, join_parts, read_entry};
use crate::finding::redact::{self, escape_control};

/// Lines of the longest private key that anybody prints.
const LONGEST_KEY: u64 = 200;

/// Prints a file of an input, or some of its lines.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze cat namespaces/shop/core/events.yaml:41 -i inspect-shop.tar.gz
  mig-analyze cat 'gather.tar.gz!/clusters/host/timestamp' -i must-gather.tar
  mig-analyze cat logs/velero-6f9/current.log -i must-gather.tar.gz | grep error")]
pub struct CatArgs {
    /// File inside the input, or an end of its path that only one file has; with `:LINE`, that line and its neighbours
    #[arg(value_name = "PATH[:LINE]")]
    pub place: String,
    /// Must-gather to look in; of several, the first that holds the file counts
    #[arg(short, long = "input", value_name = "INPUT", required = true)]
    pub inputs: Vec<PathBuf>,
    /// Lines to show on either side of the line
    #[arg(short = 'C', long, value_name = "N", default_value_t = 5)]
    pub context: u64,
}

impl CatArgs {
    /// Finds the file and prints it.
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        let (path, line) = parse(&self.place);
        let mut missing = None;
        for (_, source) in join_parts(&self.inputs) {
            if source.is_once() {
                let help = "save it to a file and give that with -i".to_owned();
                return Err(Failure::Usage {
                    what: "cat reads its input twice, and standard input or a pipe can be read only once".into(),
                    help: Some(help),
                });
            }
            let tried = match line {
                Some(line) => self.lines(&source, path, line),
                None => Self::whole(&source, path),
            };
            match tried {
                Err(Failure::Archive(error @ ArchiveError::NoEntry { .. })) => missing = Some(error),
                decided => return decided,
            }
        }
        Err(missing.map_or_else(|| Failure::Usage { what: "no input to look in".into(), help: None }, Failure::Archive))
    }

    fn lines(&self, source: &Source, path: &str, wanted: u64) -> Result<Exit, Failure> {
        let (first, last) = (wanted.saturating_sub(self.context).max(1), wanted.saturating_add(self.context));
        // Whether a line belongs to a Secret can stand far from it, so a manifest is looked at whole.
        let inside = if is_manifest(path) && !redact::is_revealed() { secret_lines(source, path)? } else { Vec::new() };
        let mut masks = redact::Lines::default();
        let mut lines = Vec::new();
        let mut total = 0;
        each_line(source, &Limits::default(), path, &mut |number, text| {
            total = number;
            // A key that began further up than that is no key any more.
            if number + LONGEST_KEY < first {
                return ControlFlow::Continue(());
            }
            let text = String::from_utf8_lossy(text);
            let is_secret = usize::try_from(number - 1).is_ok_and(|at| inside.get(at) == Some(&true));
            let masked = mask(&mut masks, &text, is_secret);
            if number >= first {
                lines.push((number, masked.into_owned()));
            }
            if number >= last { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
        })?;
        if total < wanted {
            let help = format!("its last line is {total}");
            return Err(Failure::Usage { what: format!("`{path}` has no line {wanted}"), help: Some(help) });
        }
        screen::print(|out| write_lines(out, &lines, wanted))
    }

    /// Prints a whole file, line by line, with control characters escaped. Without masking a pipe gets it byte for byte.
    fn whole(source: &Source, path: &str) -> Result<Exit, Failure> {
        let content = read_entry(source, &Limits::default(), path)?;
        if redact::is_revealed() && !io::stdout().is_terminal() {
            let mut out = BufWriter::new(io::stdout().lock());
            out.write_all(&content).and_then(|()| out.flush()).map_err(Failure::stdout)?;
            return Ok(Exit::Done);
        }
        let text = String::from_utf8_lossy(&content);
        screen::print(|out| write_masked(out, &text, path))
    }
}

fn write_masked(out: &mut dyn Write, text: &str, path: &str) -> io::Result<()> {
    let inside = if is_manifest(path) { redact::secrets_of_manifest(text) } else { Vec::new() };
    let mut masks = redact::Lines::default();
    for (at, line) in text.lines().enumerate() {
        writeln!(out, "{}", escape_control(&mask(&mut masks, line, inside.get(at) == Some(&true))))?;
    }
    Ok(())
}

/// Masks a line in its place among the lines before it.
fn mask<'l>(masks: &mut redact::Lines, line: &'l str, is_secret: bool) -> Cow<'l, str> {
    let (masked, _) = masks.line(line);
    if is_secret { Cow::Owned(redact::mask_secret_values(&masked).into_owned()) } else { masked }
}

fn is_manifest(path: &str) -> bool {
    [".yaml", ".yml", ".json"].iter().any(|ending| path.to_ascii_lowercase().ends_with(ending))
}

/// Which lines of a manifest are the content of a Secret.
fn secret_lines(source: &Source, path: &str) -> Result<Vec<bool>, Failure> {
    let content = read_entry(source, &Limits::default(), path)?;
    Ok(redact::secrets_of_manifest(&String::from_utf8_lossy(&content)))
}

/// Splits `PATH:LINE`; a colon without a number behind it belongs to the path.
fn parse(place: &str) -> (&str, Option<u64>) {
    match place.rsplit_once(':') {
        Some((path, line)) if !path.is_empty() => match line.parse() {
            Ok(line) if line > 0 => (path, Some(line)),
            _ => (place, None),
        },
        _ => (place, None),
    }
}

/// Writes numbered lines; the one that was asked for is marked, in colour where there is colour.
pub fn write_lines(out: &mut dyn Write, lines: &[(u64, String)], wanted: u64) -> io::Result<()> {
    let digits = lines.last().map_or(1, |(number, _)| number.to_string().len());
    for (number, text) in lines {
        let text = escape_control(text.trim_end_matches('\r'));
        if *number == wanted {
            writeln!(out, "{} {}", format!("> {number:>digits$} |").yellow().bold(), text.bold())?;
        } else {
            writeln!(out, "{} {text}", format!("  {number:>digits$} |").dimmed())?;
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_is_what_follows_the_last_colon_when_it_is_a_number() {
        assert_eq!(parse("a/b.yaml:41"), ("a/b.yaml", Some(41)));
        assert_eq!(parse("a/b.yaml"), ("a/b.yaml", None));
        assert_eq!(parse("pods/a:b.yaml"), ("pods/a:b.yaml", None));
        assert_eq!(parse("a.yaml:0"), ("a.yaml:0", None));
        assert_eq!(parse(":7"), (":7", None));
    }

    #[test]
    fn the_line_asked_for_is_marked_and_nothing_acts_on_the_terminal() {
        let lines = [(9, "before".to_owned()), (10, "the \u{1b}[2Jline\r".to_owned())];
        let mut out = Vec::new();
        write_lines(&mut out, &lines, 10).unwrap();
        let plain = anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string();
        assert_eq!(plain, "   9 | before\n> 10 | the \\u{1b}[2Jline\n");
    }
}
