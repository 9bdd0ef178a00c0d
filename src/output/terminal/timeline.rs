use std::fmt::Write as _;
use std::io::{self, Write};

use super::fit::{clip, columns, grouped};
use super::paint::Paint;
use crate::finding::view::{Moment, Timeline};
use crate::output::Options;

/// Writes one line for each moment.
pub(in crate::output) fn render(view: &Timeline, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let paint = Paint { colour: options.colour };
    let about = view.about.as_deref().unwrap_or("The whole case");
    writeln!(out, "{}", paint.strong(&format!("{about}: {} moments, times are UTC", grouped(view.moments.len() as u64))))?;
    view.notes.iter().try_for_each(|note| writeln!(out, "{}", paint.faint(&format!("note: {note}"))))?;
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
        writeln!(out, "{} {mark} {origin}{padding} {}", paint.faint(clock.trim_end_matches('Z')), text(moment))?;
        if let (true, Some(place)) = (options.verbose, &moment.place) {
            writeln!(out, "           {}", paint.faint(place))?;
        }
    }
    Ok(())
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
