use std::fmt::Write as _;
use std::io::{self, Write};

use super::fit::{clip, columns, counted, folded, wrap};
use super::paint::Paint;
use crate::finding::see;
use crate::finding::view::{Moment, Timeline};
use crate::output::Options;

/// Writes one line for each moment.
pub(in crate::output) fn render(view: &Timeline, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { colour: options.colour };
    let about = view.about.as_deref().unwrap_or("The whole case");
    writeln!(out, "{}", paint.strong(&format!("{about}: {}, times are UTC", counted(view.moments.len() as u64, "moment"))))?;
    view.notes.iter().try_for_each(|note| aside(note, options, paint, out))?;
    let origins: Vec<String> = view.moments.iter().map(|moment| format!("{}/{}", moment.cluster, moment.component)).collect();
    let width = origins.iter().map(|origin| columns(origin)).max().unwrap_or(0).min(40);
    let mut day = "";
    for (moment, origin) in view.moments.iter().zip(&origins) {
        let (date, clock) = moment.time.split_once('T').unwrap_or(("", &moment.time));
        if date != day {
            writeln!(out, "{}", paint.strong(date))?;
            day = date;
        }
        let mark = match moment.level.as_str() {
            "error" => paint.bad("E"),
            "warning" => paint.warn("W"),
            _ => " ".to_owned(),
        };
        let origin = clip(origin, width);
        let padding = " ".repeat(width.saturating_sub(columns(&origin)));
        let text = text(moment);
        let text = if options.fold { folded(&text, 12 + width, options.width) } else { text };
        writeln!(out, "{} {mark} {origin}{padding} {text}", paint.faint(clock.trim_end_matches('Z')))?;
        if let (true, Some(command)) = (options.verbose, command(view, moment)) {
            writeln!(out, "           {}", paint.command(&command))?;
        }
    }
    let proof = |moment: &&Moment| moment.level == "error" && moment.place.is_some();
    if let Some(command) = view.moments.iter().find(proof).or(view.moments.first()).and_then(|moment| command(view, moment)) {
        writeln!(out, "{}", paint.faint(&format!("-v adds the proof of each moment; to see one: {command}")))?;
    }
    Ok(())
}

/// A note, folded where there is a page.
pub(super) fn aside(note: &str, options: &Options, paint: Paint, out: &mut dyn Write) -> io::Result<()> {
    let width = if options.fold { options.width.saturating_sub(2).max(30) } else { usize::MAX };
    for (at, line) in wrap(&format!("note: {note}"), width).into_iter().enumerate() {
        writeln!(out, "{}", paint.faint(&format!("{}{line}", if at == 0 { "" } else { "  " })))?;
    }
    Ok(())
}

fn command(view: &Timeline, moment: &Moment) -> Option<String> {
    let input = view.inputs.get(moment.input? as usize).map_or("INPUT", String::as_str);
    Some(see::in_archive(moment.place.as_ref()?, input))
}

fn text(moment: &Moment) -> String {
    // The component of an object is its kind already.
    let object = moment.object.as_deref().map(|object| object.strip_prefix(&format!("{} ", moment.component)).unwrap_or(object));
    let mut text = match object {
        Some(object) => format!("{object} {}", moment.text),
        None => moment.text.clone(),
    };
    if moment.count > 1 {
        let _ = write!(text, " [{} times", moment.count);
        if let Some(until) = &moment.until {
            let clock = until.split_once('T').map_or(until.as_str(), |(_, clock)| clock);
            let _ = write!(text, " until {}", clock.trim_end_matches('Z'));
        }
        text.push(']');
    }
    text
}
