use std::io::{self, Write};

use super::fit::{columns, counted, folded};
use super::paint::Paint;
use crate::finding::see;
use crate::finding::view::{LogLine, LogView};
use crate::output::Options;

/// Writes the lines, one each, so that other programs of the shell can work on them.
pub(in crate::output) fn render(view: &LogView, raw: bool, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if raw {
        return view.lines.iter().try_for_each(|line| writeln!(out, "{}", line.text));
    }
    let paint = Paint { colour: options.colour };
    writeln!(out, "{}", paint.strong(&format!("{}: {}", view.about, counted(view.lines.len() as u64, "line"))))?;
    if view.cut > 0 {
        writeln!(
            out,
            "{}",
            paint.warn(&format!("{} left out; narrow with --from, --level or --grep, or raise --limit", counted(view.cut, "earlier line")))
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
        let lead = columns(time) + 1 + width + 9;
        let text = if options.fold { folded(&line.message, lead, options.width) } else { line.message.clone() };
        write!(out, "{} {origin}{padding} {level} {text}", paint.faint(time))?;
        if options.verbose {
            let input = view.inputs.get(line.input as usize).filter(|_| view.inputs.len() > 1);
            let place = format!("{}:{}{}", line.path, line.line, input.map(|input| format!(" in {input}")).unwrap_or_default());
            if options.fold { write!(out, "\n{:lead$}{}", "", paint.faint(&place))? } else { write!(out, "  {}", paint.faint(&place))? }
        }
        writeln!(out)?;
    }
    if let Some(line) = view.lines.iter().find(|line| line.level.as_deref() == Some("error")).or(view.lines.first()) {
        let place = format!("{}:{}", line.path, line.line);
        let command = see::in_archive(&place, view.inputs.get(line.input as usize).map_or("INPUT", String::as_str));
        writeln!(out, "{}", paint.faint(&format!("-v adds the place of each line; to see one: {command}")))?;
    }
    if view.repeated > 0 {
        writeln!(out, "{}", paint.faint(&format!("{} left out that another file holds too", counted(view.repeated, "line"))))?;
    }
    if view.noise > 0 {
        writeln!(out, "{}", paint.faint(&format!("{} left out that mean nothing by themselves; --all shows them", counted(view.noise, "line"))))?;
    }
    let searched = format!("searched {} for {}; times are UTC", counted(view.logs, "log"), counted(view.objects, "object"));
    writeln!(out, "{}", paint.faint(&searched))?;
    view.notes.iter().try_for_each(|note| super::timeline::aside(note, options, paint, out))
}

fn origin(line: &LogLine) -> String {
    format!("{}/{}", line.cluster, line.component)
}
