use super::fit::{columns, minute, one_line, wrap};
use super::paint::Paint;
use crate::finding::view::{Description, Health, VeleroSection, VeleroSheet};
use crate::finding::{Target, see};
use crate::model::Span;
use crate::output::Options;

/// Lines of one section before the rest is only counted.
const SHOWN: usize = 15;
/// Where the text of a labelled line starts.
const LABEL: usize = 12;

/// Descriptions for people, one after the other.
pub(in crate::output) fn text(all: &[Description], options: &Options) -> String {
    let sheets: Vec<String> =
        all.iter().map(|one| Sheet { one, options, paint: Paint { colour: options.colour }, out: String::new() }.write()).collect();
    sheets.join("\n")
}

struct Sheet<'a> {
    one: &'a Description,
    options: &'a Options,
    paint: Paint,
    out: String,
}

impl Sheet<'_> {
    fn write(mut self) -> String {
        let one = self.one;
        let name = self.object(&one.object);
        let name = self.paint.strong(&name);
        self.raw(&name);
        if let Some(state) = &one.state {
            let progress = one.progress.as_ref().map_or_else(String::new, |progress| format!(", {progress}"));
            let text = one_line(&format!("{state}{progress}"));
            let painted = match one.health {
                Health::Good => self.paint.good(&text),
                Health::Bad => self.paint.bad(&text),
                Health::Pending => self.paint.warn(&text),
                Health::Unknown => text,
            };
            self.raw(&format!("  {:LABEL$}{painted}", "state"));
        }
        self.field("version", &one.api_version);
        if let Some(uid) = &one.object.uid {
            self.field("uid", uid);
        }
        if let Some(created) = &one.created {
            let age = one.age_seconds.map_or_else(String::new, |age| format!(", {} before the gather ended", Span::from_secs(age)));
            self.field("created", &format!("{}{age}", minute(created)));
        }
        if let Some(deleted) = &one.deleted {
            self.field("deleted", &minute(deleted));
        }
        if !one.owners.is_empty() {
            self.field("owners", &one.owners.join(", "));
        }
        // The sheet of Velero begins with the labels.
        for (at, (key, value)) in one.labels.iter().filter(|_| one.velero.is_none()).enumerate() {
            self.field(if at == 0 { "labels" } else { "" }, &format!("{key}={value}"));
        }
        if let Some(sheet) = &one.velero {
            self.velero(sheet);
        }
        self.section("Findings", one.findings.iter().map(|line| format!("{} {}: {} ({})", line.finding, line.severity, line.message, line.rule)));
        self.section(
            "Conditions",
            one.conditions.iter().map(|line| {
                let reason = line.reason.as_ref().map_or_else(String::new, |reason| format!(", {reason}"));
                let since = line.since.as_ref().map_or_else(String::new, |since| format!(", since {}", minute(since)));
                let message = line.message.as_ref().map_or_else(String::new, |message| format!(": {message}"));
                format!("{} {}{reason}{since}{message}", line.kind, line.status)
            }),
        );
        let relations: Vec<String> = one
            .relations
            .iter()
            .map(|line| {
                let state = line.state.as_ref().map_or_else(String::new, |state| format!(", {state}"));
                let lost = if line.found { "" } else { ", not in the archive" };
                format!("{}: {}{state}{lost}", line.relation, self.object(&line.object))
            })
            .collect();
        self.section("Relations", relations.into_iter());
        self.section(
            "Events",
            one.events.iter().map(|line| {
                let last = line.last.as_deref().map(minute).unwrap_or_default();
                format!("{last} {} {} x{}: {} [{}]", line.kind, line.reason, line.count, line.message, line.place)
            }),
        );
        self.log_lines();
        // The first file is where the current copy stands; commands are never wrapped, so that they can be pasted.
        self.heading("Found in");
        for line in &one.places {
            self.command(&self.in_archive(&line.place, line.input));
        }
        if !one.see.is_empty() {
            self.heading(&format!("See for yourself on {}", self.cluster(&one.object.cluster)));
            for command in &one.see {
                self.command(command);
            }
        }
        self.out
    }

    fn command(&mut self, command: &str) {
        let command = self.paint.command(&one_line(command));
        self.raw(&format!("  {command}"));
    }

    fn in_archive(&self, place: &str, input: u32) -> String {
        see::in_archive(place, self.one.inputs.get(input as usize).map_or("INPUT", String::as_str))
    }

    fn velero(&mut self, sheet: &VeleroSheet) {
        self.heading(&format!("As velero {} describe --details prints it", self.one.object.kind.to_ascii_lowercase()));
        for note in &sheet.notes {
            self.wrapped(2, &format!("note: {note}"));
        }
        for text in &sheet.collected {
            let says = text.says.as_ref().map_or_else(|| "a description".to_owned(), |says| format!("only: {says}"));
            self.wrapped(2, &format!("the gather fetched {says}"));
            self.command(&self.in_archive(&text.path, text.input));
        }
        let wide = sheet.sections.iter().filter(|section| section.entries.is_empty()).map(|section| columns(&section.name)).max().unwrap_or(0);
        for section in &sheet.sections {
            self.section_of_velero(section, 2, wide.min(32));
        }
    }

    fn section_of_velero(&mut self, section: &VeleroSection, indent: usize, label: usize) {
        let from = match section.from.as_deref() {
            Some("log") => self.paint.faint("  (from the log)"),
            Some("text") => self.paint.faint("  (from the fetched text)"),
            _ => String::new(),
        };
        let value = section.value.as_deref().map(one_line).unwrap_or_default();
        let name = if section.name.is_empty() { String::new() } else { format!("{}:", one_line(&section.name)) };
        let lead = if name.is_empty() {
            format!("{:indent$}- ", "")
        } else {
            let padding = " ".repeat((label + 3).saturating_sub(columns(&name)).max(1));
            format!("{:indent$}{name}{}", "", if value.is_empty() { "" } else { &padding })
        };
        let room = self.width().saturating_sub(columns(&lead)).max(20);
        let mut lines = wrap(&value, room).into_iter();
        let first = lines.next().unwrap_or_default();
        self.raw(&format!("{}{from}", format!("{lead}{first}").trim_end()));
        for line in lines {
            self.raw(&format!("{}{line}", " ".repeat(columns(&lead))));
        }
        let shown = if self.options.verbose { section.entries.len() } else { SHOWN };
        let label = section.entries.iter().filter(|entry| entry.value.is_some()).map(|entry| columns(&entry.name)).max().unwrap_or(0);
        for entry in section.entries.iter().take(shown) {
            self.section_of_velero(entry, indent + 2, label);
        }
        if section.entries.len() > shown {
            self.raw(&format!("{:indent$}  and {} more (-v)", "", section.entries.len() - shown));
        }
    }

    /// The newest lines, so that the end of the story is seen.
    fn log_lines(&mut self) {
        let lines = &self.one.lines;
        if lines.is_empty() {
            return;
        }
        self.heading("Log lines that name it");
        let skipped = if self.options.verbose { 0 } else { lines.len().saturating_sub(SHOWN) };
        if skipped > 0 {
            self.raw(&format!("  {skipped} earlier ones left out (-v)"));
        }
        for line in &lines[skipped..] {
            let time = line.time.as_deref().unwrap_or("-");
            let level = line.level.as_deref().map(|level| format!(" {level}")).unwrap_or_default();
            let again = match &line.until {
                Some(until) if line.count > 1 => format!(" [{} times until {until}]", line.count),
                _ if line.count > 1 => format!(" [{} times]", line.count),
                _ => String::new(),
            };
            self.wrapped(2, &format!("{time} {}/{}{level} {}{again}", self.cluster(&line.cluster), line.component, line.text));
            if self.options.verbose {
                self.command(&format!("  {}", self.in_archive(&line.place, line.input)));
            }
        }
    }

    fn wrapped(&mut self, indent: usize, text: &str) {
        for (at, line) in wrap(&one_line(text), self.width().saturating_sub(indent + 2)).into_iter().enumerate() {
            self.raw(&format!("{:width$}{line}", "", width = if at == 0 { indent } else { indent + 2 }));
        }
    }

    fn raw(&mut self, line: &str) {
        self.out.push_str(line);
        self.out.push('\n');
    }

    fn width(&self) -> usize {
        self.options.width.clamp(40, 240)
    }

    fn field(&mut self, label: &str, text: &str) {
        let label = format!("  {label:LABEL$}");
        for (at, line) in wrap(&one_line(text), self.width() - LABEL - 2).into_iter().enumerate() {
            let lead = if at == 0 { label.clone() } else { " ".repeat(LABEL + 2) };
            self.raw(format!("{lead}{line}").trim_end());
        }
    }

    fn heading(&mut self, text: &str) {
        let heading = self.paint.heading(text);
        self.raw("");
        self.raw(&heading);
    }

    fn section(&mut self, heading: &str, lines: impl ExactSizeIterator<Item = String>) {
        let total = lines.len();
        if total == 0 {
            return;
        }
        self.heading(heading);
        let limit = if self.options.verbose { total } else { SHOWN };
        for line in lines.take(limit) {
            for (at, part) in wrap(&one_line(&line), self.width() - 4).into_iter().enumerate() {
                self.raw(&format!("{}{part}", if at == 0 { "  " } else { "    " }));
            }
        }
        if total > limit {
            self.raw(&format!("  and {} more (-v)", total - limit));
        }
    }

    fn cluster(&self, id: &str) -> &str {
        self.one.clusters.iter().find(|cluster| cluster.id == id).map_or("another cluster", |cluster| &cluster.name)
    }

    fn object(&self, target: &Target) -> String {
        let cluster = self.cluster(&target.cluster);
        let namespace = target.namespace.as_ref().map_or_else(String::new, |namespace| format!("{namespace}/"));
        one_line(&format!("{} {namespace}{} on {cluster}", target.kind, target.name))
    }
}
