use std::io::{self, Write};

use super::fit::{columns, grouped};
use super::paint::Paint;
use crate::finding::view::{LogLine, LogView};
use crate::output::Options;

/// Writes the lines, one each, so that other programs of the shell can work on them.
pub(in crate::output) fn render(view: &LogView, raw: bool, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if raw {
        return view.lines.iter().try_for_each(|line| writeln!(out, "{}", line.text));
    }
    let paint = Paint { colour: options.colour };
    writeln!(out, "{}", paint.strong(&format!("{}: {} lines", view.about, grouped(view.lines.len() as u64))))?;
    if view.cut > 0 {
        writeln!(
            out,
            "{}",
            paint.warn(&format!("{} earlier lines left out; narrow with --from, --level or --grep, or raise --limit", grouped(view.cut)))
        )?;
    }
    let origins: Vec<String> = view.lines.iter().map(origin).collect();
    let width = origins.iter().map(|origin| columns(origin)).max().unwrap_or(0);
    for (line, origin) in view.lines.iter().zip(&origins) {
        let padding = " ".repeat(width - columns(origin));
        let level = line.level.as_deref().unwrap_or("-");
        let level = match level.to_ascii_lowercase().as_str() {
            "error" | "fatal" | "panic" => paint.bad(&format!("{level:<7}")),
            "warning" | "warn" => paint.warn(&format!("{level:<7}")),
            _ => paint.faint(&format!("{level:<7}")),
        };
        let time = line.time.as_deref().unwrap_or("                   -");
        write!(out, "{} {origin}{padding} {level} {}", paint.faint(time), line.message)?;
        if options.verbose {
            write!(out, "  {}", paint.faint(&format!("{}:{}", line.path, line.line)))?;
        }
        writeln!(out)?;
    }
    if view.noise > 0 {
        writeln!(out, "{}", paint.faint(&format!("{} lines that mean nothing by themselves left out; --all shows them", grouped(view.noise))))?;
    }
    let searched =
        format!("searched {} logs for {} objects; times are UTC; -v adds the place of each line", grouped(view.logs), grouped(view.objects));
    writeln!(out, "{}", paint.faint(&searched))?;
    view.notes.iter().try_for_each(|note| writeln!(out, "{}", paint.faint(&format!("note: {note}"))))
}

fn origin(line: &LogLine) -> String {
    format!("{}/{}", line.cluster, line.component)
}
