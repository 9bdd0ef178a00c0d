use std::io::{self, Write};

use super::fit::{columns, minute, wrap};
use super::paint::Paint;
use super::table::grid;
use crate::finding::view::{MigrationView, VolumeView, bytes};
use crate::output::Options;

/// Writes a run in full.
pub(in crate::output) fn render(view: &MigrationView, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Sheet { paint: Paint { colour: options.colour }, width: options.width.clamp(40, 240), out };
    head(view, &mut page)?;
    steps(view, &mut page)?;
    volumes(view, &mut page)?;
    images(view, &mut page)?;
    page.list("Hooks", &view.hooks)?;
    page.list("Errors", &view.errors)?;
    page.list("Warnings", &view.warnings)?;
    page.list("Why", &view.because)?;
    page.list("Root", &view.roots)?;
    page.commands("See for yourself", &view.see)?;
    page.commands("To settle what is open", &view.collect)?;
    page.list("What is missing", &view.notes)
}

/// The itinerary. A time that nobody wrote down is marked.
fn steps(view: &MigrationView, page: &mut Sheet<'_>) -> io::Result<()> {
    page.heading("Itinerary")?;
    if view.steps.is_empty() {
        return page.aside("no pipeline, and no line of the controller's log about it");
    }
    let began = |time: Option<&str>, from: &str| format!("{}{}", if from == "inferred" { "~" } else { "" }, time_of(time));
    let mut rows = vec![["STEP", "STATE", "BEGAN", "TOOK"].map(str::to_owned).to_vec()];
    for step in &view.steps {
        let name = if step.step.is_empty() { "unknown step" } else { &step.step };
        rows.push(vec![name.to_owned(), step.state.clone(), began(step.started.as_deref(), &step.from), step.duration.clone().unwrap_or_default()]);
        for phase in &step.phases {
            let took = phase.duration.clone().unwrap_or_default();
            rows.push(vec![format!("  {}", phase.phase), phase.state.clone(), began(phase.started.as_deref(), &phase.from), took]);
        }
    }
    page.table(&rows)?;
    let phases = || view.steps.iter().flat_map(|step| &step.phases);
    if phases().any(|phase| phase.from == "log") {
        page.aside("Times of phases are those of the controller's log, those of steps are the pipeline's.")?;
    }
    if phases().any(|phase| phase.from == "inferred") || view.steps.iter().any(|step| step.from == "inferred") {
        page.aside("~ inferred: no line and no condition tells this time; it follows from what came before and after.")?;
    }
    Ok(())
}

fn volumes(view: &MigrationView, page: &mut Sheet<'_>) -> io::Result<()> {
    page.heading("Volumes")?;
    if view.volumes.is_empty() {
        return page.aside("none");
    }
    let mut rows = vec![["CLAIM", "PLAN", "STATE", "DATA", "RATE", "TRIES", "EXIT", "TARGET"].map(str::to_owned).to_vec()];
    rows.extend(view.volumes.iter().map(volume));
    page.table(&told(&rows))?;
    for volume in &view.volumes {
        let state = volume.object_state.as_ref().map(|state| format!(" {state}")).unwrap_or_default();
        let message = volume.message.as_ref().map(|message| format!(": {message}")).unwrap_or_default();
        if let Some(object) = &volume.object {
            page.item(&format!("{}/{} by {object}{state}{message}", volume.namespace, volume.pvc))?;
        }
    }
    Ok(())
}

fn images(view: &MigrationView, page: &mut Sheet<'_>) -> io::Result<()> {
    if view.images.is_empty() {
        return Ok(());
    }
    page.heading("Image streams")?;
    let mut rows = vec![["IMAGE STREAM", "TO NAMESPACE", "STATE", "PHASE", "ERRORS"].map(str::to_owned).to_vec()];
    for image in &view.images {
        let phase = image.phase.clone().unwrap_or_else(|| "-".to_owned());
        rows.push(vec![
            format!("{}/{}", image.namespace, image.name),
            image.target.clone(),
            image.state.clone(),
            phase,
            image.errors.len().to_string(),
        ]);
    }
    page.table(&rows)?;
    for image in &view.images {
        for error in &image.errors {
            page.item(&format!("{}/{}: {error}", image.namespace, image.name))?;
        }
    }
    Ok(())
}

fn head(view: &MigrationView, page: &mut Sheet<'_>) -> io::Result<()> {
    let itinerary = view.itinerary.as_deref().map(|itinerary| format!(", itinerary {itinerary}")).unwrap_or_default();
    page.field("Migration", &format!("{}/{} on {}, {}{itinerary}", view.namespace, view.name, view.cluster, view.kind))?;
    page.field("Plan", view.plan.as_deref().unwrap_or("unknown"))?;
    let again = view.superseded_by.as_deref().map(|run| format!("; {run} succeeded later")).unwrap_or_default();
    page.field("Outcome", &format!("{}{again}", view.outcome.as_str().replace('-', " ")))?;
    let time = |time: &Option<String>| time.as_deref().map_or_else(|| "unknown".to_owned(), minute);
    let ended = if view.ended.is_some() { format!("ended {}", time(&view.ended)) } else { "not over".to_owned() };
    let took = view.duration.as_deref().map(|duration| format!(", {duration}")).unwrap_or_default();
    page.field("Time", &format!("began {}, {ended}{took}", time(&view.started)))?;
    if let Some(path) = &view.volume_path {
        page.field("Volumes", if path == "direct" { "copied by rsync, from cluster to cluster" } else { "copied by Velero, through the bucket" })?;
    }
    if let Some(phase) = &view.phase {
        let since = view.phase_since.as_deref().map(|since| format!(" since {}", minute(since))).unwrap_or_default();
        let limit = view.phase_limit.as_deref().map(|limit| format!("; such a phase takes {limit} at most, unless data moves")).unwrap_or_default();
        page.field("Phase", &format!("{phase}{since}{limit}"))?;
    }
    if let Some(waits) = &view.waits_for {
        page.field("Waits for", waits)?;
    }
    if let Some(object) = &view.look_at {
        let name = object.namespace.as_ref().map_or_else(|| object.name.clone(), |namespace| format!("{namespace}/{}", object.name));
        let cluster = view.clusters.iter().find(|cluster| cluster.id == object.cluster).map_or("another cluster", |cluster| &cluster.name);
        page.field("Look at", &format!("{} {name} on {cluster}", object.kind))?;
    }
    if view.source_down {
        page.field("Downtime", "the application is stopped on the source")?;
    }
    Ok(())
}

fn time_of(time: Option<&str>) -> String {
    time.map_or_else(|| "-".to_owned(), |time| time.replace('T', " ").trim_end_matches('Z').to_owned())
}

fn volume(volume: &VolumeView) -> Vec<String> {
    let or_dash = |text: Option<String>| text.unwrap_or_else(|| "-".to_owned());
    let data = match (volume.bytes, volume.total, &volume.percent) {
        (Some(done), Some(total), _) if done == total && volume.state == "completed" => bytes(done),
        (Some(done), Some(total), _) => format!("{} of {}", bytes(done), bytes(total)),
        (Some(done), None, _) => bytes(done),
        (None, Some(total), _) => format!("? of {}", bytes(total)),
        (None, None, percent) => or_dash(percent.clone()),
    };
    let plan = match (&volume.action, &volume.copy_method) {
        // How a volume is copied says that it is copied.
        (Some(action), Some(method)) if action == "copy" => method.clone(),
        (Some(action), _) => action.clone(),
        _ => volume.method.clone(),
    };
    let target = volume.target_state.as_deref().unwrap_or("not gathered");
    vec![
        format!("{}/{}", volume.namespace, volume.pvc),
        plan,
        volume.state.clone(),
        data,
        or_dash(volume.rate.clone()),
        or_dash(volume.attempts.map(|attempts| attempts.to_string())),
        or_dash(volume.exit_code.map(|code| code.to_string())),
        if volume.target == volume.pvc { target.to_owned() } else { format!("{} {target}", volume.target) },
    ]
}

/// Without the columns in which no row tells anything.
fn told(rows: &[Vec<String>]) -> Vec<Vec<String>> {
    let tells = |at: &usize| rows.iter().skip(1).any(|row| row[*at] != "-");
    let shown: Vec<usize> = (0..rows.first().map_or(0, Vec::len)).filter(tells).collect();
    rows.iter().map(|row| shown.iter().map(|&at| row[at].clone()).collect()).collect()
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
        wrap(text, self.width).iter().try_for_each(|line| writeln!(self.out, "{}", self.paint.faint(line)))
    }

    fn list(&mut self, title: &str, items: &[String]) -> io::Result<()> {
        if items.is_empty() {
            return Ok(());
        }
        self.heading(title)?;
        items.iter().try_for_each(|item| self.item(item))
    }

    fn item(&mut self, item: &str) -> io::Result<()> {
        let mut first = "- ";
        for line in wrap(item, self.width.saturating_sub(2)) {
            writeln!(self.out, "{first}{line}")?;
            first = "  ";
        }
        Ok(())
    }

    /// Commands are never wrapped, so that they can be pasted.
    fn commands(&mut self, title: &str, commands: &[String]) -> io::Result<()> {
        if commands.is_empty() {
            return Ok(());
        }
        self.heading(title)?;
        commands.iter().try_for_each(|command| writeln!(self.out, "  {}", self.paint.command(command)))
    }

    fn table(&mut self, rows: &[Vec<String>]) -> io::Result<()> {
        for (number, line) in grid(rows, self.width).into_iter().enumerate() {
            if number == 0 { writeln!(self.out, "{}", self.paint.faint(&line))? } else { writeln!(self.out, "{line}")? }
        }
        Ok(())
    }
}
