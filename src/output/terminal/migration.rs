use std::io::{self, Write};

use super::fit::{columns, minute, wrap};
use super::paint::Paint;
use crate::finding::view::{MigrationView, VolumeView};
use crate::output::Options;

/// Writes a run in full.
pub(in crate::output) fn render(view: &MigrationView, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Sheet { paint: Paint { colour: options.colour }, width: options.width.clamp(40, 240), out };
    head(view, &mut page)?;
    page.heading("Steps")?;
    let rows: Vec<[String; 4]> = view
        .steps
        .iter()
        .flat_map(|step| {
            let first = [step.step.clone(), step.state.clone(), time(step.started.as_deref()), step.duration.clone().unwrap_or_default()];
            let inner = step.phases.iter().map(|phase| {
                [format!("  {}", phase.phase), phase.state.clone(), time(phase.started.as_deref()), phase.duration.clone().unwrap_or_default()]
            });
            [first].into_iter().chain(inner).collect::<Vec<_>>()
        })
        .collect();
    page.table(&["STEP", "STATE", "BEGAN", "TOOK"].map(str::to_owned), &rows)?;
    if view.steps.iter().any(|step| step.phases.iter().any(|phase| phase.from == "log")) {
        page.aside("Times of completed phases are those of the controller's log.")?;
    }
    page.heading("Volumes")?;
    if view.volumes.is_empty() {
        page.aside("none")?;
    } else {
        let rows: Vec<[String; 7]> = view.volumes.iter().map(volume).collect();
        page.table(&["CLAIM", "METHOD", "STATE", "BYTES", "ATTEMPTS", "EXIT", "TARGET CLAIM"].map(str::to_owned), &rows)?;
    }
    page.list("Errors", &view.errors)?;
    page.list("Warnings", &view.warnings)?;
    page.list("Hooks", &view.hooks)?;
    page.list("Why", &view.because)?;
    page.list("Root", &view.roots)?;
    page.list("To settle what is open", &view.collect)
}

fn head(view: &MigrationView, page: &mut Sheet<'_>) -> io::Result<()> {
    let itinerary = view.itinerary.as_deref().map(|itinerary| format!(", itinerary {itinerary}")).unwrap_or_default();
    page.field("Migration", &format!("{}/{} on {}, {}{itinerary}", view.namespace, view.name, view.cluster, view.kind))?;
    page.field("Plan", view.plan.as_deref().unwrap_or("unknown"))?;
    let again = view.superseded_by.as_deref().map(|run| format!("; {run} succeeded later")).unwrap_or_default();
    page.field("Outcome", &format!("{}{again}", view.outcome))?;
    let time = |time: &Option<String>| time.as_deref().map_or_else(|| "unknown".to_owned(), minute);
    let ended = if view.ended.is_some() { format!("ended {}", time(&view.ended)) } else { "not over".to_owned() };
    let took = view.duration.as_deref().map(|duration| format!(", {duration}")).unwrap_or_default();
    page.field("Time", &format!("began {}, {ended}{took}", time(&view.started)))?;
    if let Some(path) = &view.volume_path {
        page.field("Volumes", if path == "direct" { "copied by rsync, from cluster to cluster" } else { "copied by Velero, through the bucket" })?;
    }
    if let Some(phase) = &view.phase {
        let since = view.phase_since.as_deref().map(|since| format!(" since {}", minute(since))).unwrap_or_default();
        let limit = view.phase_limit.as_deref().map(|limit| format!("; {limit} is usual at most unless data moves")).unwrap_or_default();
        page.field("Phase", &format!("{phase}{since}{limit}"))?;
    }
    if let Some(waits) = &view.waits_for {
        page.field("Waits for", waits)?;
    }
    if let Some(object) = &view.look_at {
        let name = object.namespace.as_ref().map_or_else(|| object.name.clone(), |namespace| format!("{namespace}/{}", object.name));
        page.field("Look at", &format!("{} {name}", object.kind))?;
    }
    if view.source_down {
        page.field("Downtime", "the application is stopped on the source")?;
    }
    Ok(())
}

fn time(time: Option<&str>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.replace('T', " ").trim_end_matches('Z').to_owned())
}

fn volume(volume: &VolumeView) -> [String; 7] {
    let number = |number: Option<String>| number.unwrap_or_else(|| "-".to_owned());
    let bytes = match (volume.bytes, volume.total) {
        (Some(done), Some(total)) => format!("{done}/{total}"),
        (Some(done), None) => done.to_string(),
        _ => "-".to_owned(),
    };
    let target = volume.target_state.as_deref().unwrap_or("not gathered");
    [
        format!("{}/{}", volume.namespace, volume.pvc),
        volume.method.clone(),
        volume.state.clone(),
        bytes,
        number(volume.attempts.map(|attempts| attempts.to_string())),
        number(volume.exit_code.map(|code| code.to_string())),
        if volume.target == volume.pvc { target.to_owned() } else { format!("{} {target}", volume.target) },
    ]
}

struct Sheet<'o> {
    paint: Paint,
    width: usize,
    out: &'o mut dyn Write,
}

/// Where the text of a labelled line starts.
const LABEL: usize = 12;

impl Sheet<'_> {
    fn field(&mut self, label: &str, text: &str) -> io::Result<()> {
        let padding = " ".repeat(LABEL.saturating_sub(columns(label) + 1));
        let mut first = format!("{}{padding}", self.paint.strong(&format!("{label}:")));
        for line in wrap(text, self.width.saturating_sub(LABEL)) {
            writeln!(self.out, "{first}{line}")?;
            first = " ".repeat(LABEL);
        }
        Ok(())
    }

    fn heading(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "\n{}", self.paint.heading(text))
    }

    fn aside(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.out, "{}", self.paint.faint(text))
    }

    fn list(&mut self, title: &str, items: &[String]) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        self.heading(title)?;
        for item in items {
            let mut first = "- ";
            for line in wrap(item, self.width.saturating_sub(2)) {
                writeln!(self.out, "{first}{line}")?;
                first = "  ";
            }
        }
        Ok(())
    }

    fn table<const N: usize>(&mut self, head: &[String; N], rows: &[[String; N]]) -> io::Result<()> {
        let widths: Vec<usize> = (0..N).map(|at| rows.iter().chain([head]).map(|row| columns(&row[at])).max().unwrap_or(0)).collect();
        for (number, row) in [head].into_iter().chain(rows).enumerate() {
            let cells = row.iter().zip(&widths).map(|(cell, width)| format!("{cell}{}", " ".repeat(width - columns(cell))));
            let line = cells.collect::<Vec<_>>().join("  ");
            let line = line.trim_end();
            if number == 0 { writeln!(self.out, "{}", self.paint.faint(line))? } else { writeln!(self.out, "{line}")? }
        }
        Ok(())
    }
}
