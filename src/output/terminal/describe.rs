use super::fit::{minute, one_line, quoted, wrap};
use super::paint::Paint;
use crate::finding::Target;
use crate::finding::view::{Description, Health};
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
        for (at, (key, value)) in one.labels.iter().enumerate() {
            self.field(if at == 0 { "labels" } else { "" }, &format!("{key}={value}"));
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
        self.section("Log lines that name it", one.lines.iter().map(|line| format!("{} [{}] {}", line.component, line.place, line.text)));
        // The first file is where the current copy stands; commands are never wrapped, so that they can be pasted.
        self.heading("Found in");
        for line in &one.places {
            let command = self.paint.command(&format!("mig-analyze cat {}", quoted(&line.place)));
            self.raw(&format!("  {command}"));
        }
        self.out
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

    fn object(&self, target: &Target) -> String {
        let cluster = self.one.clusters.iter().find(|cluster| cluster.id == target.cluster).map_or("another cluster", |cluster| &cluster.name);
        let namespace = target.namespace.as_ref().map_or_else(String::new, |namespace| format!("{namespace}/"));
        one_line(&format!("{} {namespace}{} on {cluster}", target.kind, target.name))
    }
}
