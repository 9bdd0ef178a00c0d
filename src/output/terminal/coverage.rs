use std::fmt::Write as _;

use super::fit::{counted, grouped, one_line, period, wrap};
use super::paint::Paint;
use crate::finding::view::{Coverage, CoveredCluster};
use crate::output::Options;

/// Kinds and namespaces shown before the rest is only counted.
const SHOWN: usize = 12;
/// Skipped rules and gaps shown before the rest is only counted.
const LISTED: usize = 20;

/// What was gathered, for people.
pub(in crate::output) fn text(view: &Coverage, options: &Options) -> String {
    let mut page = Sheet { options, paint: Paint { colour: options.colour }, out: String::new() };
    for (index, input) in (0_u32..).zip(&view.inputs) {
        let whole = if input.complete { "complete" } else { "incomplete" };
        page.item(0, &format!("{}: {} bytes, {whole}", input.name, grouped(input.bytes)));
        for dataset in view.datasets.iter().filter(|dataset| dataset.input == index) {
            let root = if dataset.root.is_empty() { "." } else { &dataset.root };
            page.item(2, &format!("{} gather in {root}", dataset.layout));
        }
    }
    for cluster in &view.clusters {
        page.cluster(cluster);
    }
    let gaps = view.gaps.iter().map(|gap| format!("{}: {} ({})", if gap.path.is_empty() { "the input" } else { &gap.path }, gap.detail, gap.reason));
    page.section("Could not be read", gaps);
    let name = |id: &str| view.clusters.iter().find(|cluster| cluster.id == id).map_or("another cluster", |cluster| cluster.name.as_str());
    let holes = view.holes.iter().map(|hole| {
        let at = hole.cluster.as_deref().map_or("all clusters", name);
        format!("{} on {at}: {}", hole.what, hole.reason)
    });
    page.section("Absence proves nothing for", holes);
    page.section("Logs that do not reach back", view.notes.iter().cloned());
    page.section("Rules that could not be judged", view.skipped.iter().map(|rule| format!("{}: {}", rule.rule, rule.reason)));
    page.commands(&view.collect);
    page.out
}

struct Sheet<'a> {
    options: &'a Options,
    paint: Paint,
    out: String,
}

impl Sheet<'_> {
    fn item(&mut self, indent: usize, text: &str) {
        let width = self.options.width.clamp(40, 240) - indent;
        for (at, line) in wrap(&one_line(text), width.saturating_sub(2)).into_iter().enumerate() {
            let hang = if at == 0 { indent } else { indent + 2 };
            let _ = writeln!(self.out, "{:hang$}{line}", "");
        }
    }

    fn heading(&mut self, text: &str) {
        let _ = writeln!(self.out, "\n{}", self.paint.heading(&one_line(text)));
    }

    fn cluster(&mut self, cluster: &CoveredCluster) {
        let roles = if cluster.roles.is_empty() { String::new() } else { format!(" ({})", cluster.roles.join(", ")) };
        self.heading(&format!("Cluster {}{roles}", cluster.name));
        if let Some(error) = &cluster.login_error {
            self.item(2, &format!("login failed: {error}"));
        }
        if !cluster.gathered {
            self.item(2, "not gathered: known by name only");
        }
        if cluster.suspect {
            self.item(2, "data of two clusters seem mixed here");
        }
        if let Some(now) = &cluster.now {
            self.item(2, &format!("gathered until {}", super::fit::minute(now)));
        }
        self.item(2, &format!("{}, {}", counted(cluster.objects, "object"), counted(cluster.events, "event")));
        let kinds = cluster.kinds.iter().map(|kind| (kind.kind.as_str(), kind.objects));
        self.counts("kind", kinds.collect());
        let namespaces = cluster.namespaces.iter().map(|namespace| (namespace.name.as_str(), namespace.objects));
        self.counts("namespace", namespaces.collect());
        for log in &cluster.logs {
            let window = match (&log.from, &log.to) {
                (Some(from), Some(to)) => period(from, to),
                _ => "no times".to_owned(),
            };
            self.item(2, &format!("{} log: {}, {}, {window}", log.component, counted(log.files, "file"), counted(log.lines, "line")));
        }
    }

    /// The largest first; names break ties, so the order is always the same.
    fn counts(&mut self, what: &str, mut counts: Vec<(&str, u64)>) {
        if counts.is_empty() {
            return;
        }
        counts.sort_by(|a, b| (b.1, a.0).cmp(&(a.1, b.0)));
        let limit = if self.options.verbose { counts.len() } else { SHOWN };
        let shown: Vec<String> = counts.iter().take(limit).map(|(name, count)| format!("{name} {}", grouped(*count))).collect();
        let rest = counts.len().saturating_sub(limit);
        let rest = if rest == 0 { String::new() } else { format!(", {rest} more (-v)") };
        self.item(2, &format!("{}: {}{rest}", counted(counts.len() as u64, what), shown.join(", ")));
    }

    fn section(&mut self, heading: &str, lines: impl ExactSizeIterator<Item = String>) {
        let total = lines.len();
        if total == 0 {
            return;
        }
        self.heading(heading);
        let limit = if self.options.verbose { total } else { LISTED };
        for line in lines.take(limit) {
            self.item(2, &line);
        }
        if total > limit {
            self.item(2, &format!("and {} more (-v)", total - limit));
        }
    }

    fn commands(&mut self, commands: &[String]) {
        if commands.is_empty() {
            return;
        }
        self.heading("To collect what is missing");
        for command in commands {
            // Never wrapped, so that it can be pasted.
            let _ = writeln!(self.out, "  {}", self.paint.command(&one_line(command)));
        }
    }
}
