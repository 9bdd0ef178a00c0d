use super::fit::{columns, one_line, wrap};
use super::paint::Paint;
use crate::finding::{Report, Target};
use crate::output::Options;

/// The report on its way to paper: text so far, and how wide and colourful it may be.
pub(super) struct Page<'a> {
    pub(super) report: &'a Report,
    pub(super) options: &'a Options,
    pub(super) paint: Paint,
    out: String,
}

/// Where the text of a labelled line starts, counted from its indent.
const LABEL: usize = 10;

impl<'a> Page<'a> {
    pub(super) fn new(report: &'a Report, options: &'a Options) -> Self {
        Self { report, options, paint: Paint { colour: options.colour }, out: String::new() }
    }

    pub(super) fn into_text(self) -> String {
        self.out
    }

    /// Columns of the page; never so few that nothing fits.
    pub(super) fn width(&self) -> usize {
        self.options.width.clamp(40, 240)
    }

    /// A finished line, colours and all.
    pub(super) fn line(&mut self, text: &str) {
        self.out.push_str(text.trim_end());
        self.out.push('\n');
    }

    /// An empty line; never two.
    pub(super) fn blank(&mut self) {
        if !self.out.is_empty() && !self.out.ends_with("\n\n") {
            self.out.push('\n');
        }
    }

    /// Starts a section.
    pub(super) fn heading(&mut self, text: &str) {
        self.blank();
        let text = self.paint.heading(text);
        self.line(&text);
        if !self.paint.colour {
            // Without colour the heading must still stand out in a pasted text.
            let rule = "-".repeat(columns(&text));
            self.line(&rule);
        }
    }

    /// Wrapped text. `first` begins the first line, the others are indented as far.
    pub(super) fn hanging(&mut self, first: &str, first_columns: usize, text: &str) {
        self.styled(first, first_columns, text, |_, line| line.to_owned());
    }

    /// Like [`Self::hanging`], with a style for the text of every line: colour must not reach over an indent.
    pub(super) fn styled(&mut self, first: &str, first_columns: usize, text: &str, style: fn(Paint, &str) -> String) {
        let mut first = first.to_owned();
        for line in wrap(&one_line(text), self.width().saturating_sub(first_columns)) {
            let line = format!("{first}{}", style(self.paint, &line));
            self.line(&line);
            first = " ".repeat(first_columns);
        }
    }

    /// A paragraph.
    pub(super) fn paragraph(&mut self, indent: usize, text: &str) {
        self.hanging(&" ".repeat(indent), indent, text);
    }

    /// A paragraph that may be skipped.
    pub(super) fn aside(&mut self, indent: usize, text: &str) {
        self.styled(&" ".repeat(indent), indent, text, Paint::faint);
    }

    /// `label     text`, wrapped under the text.
    pub(super) fn field(&mut self, indent: usize, label: &str, text: &str) {
        let first = self.label(indent, label);
        self.hanging(&first, indent + LABEL, text);
    }

    /// A labelled command, never wrapped, so that it can be pasted.
    pub(super) fn command(&mut self, indent: usize, label: &str, command: &str) {
        let line = format!("{}{}", self.label(indent, label), self.paint.command(&one_line(command)));
        self.line(&line);
    }

    fn label(&self, indent: usize, label: &str) -> String {
        let padding = " ".repeat(LABEL.saturating_sub(columns(label)));
        format!("{}{}{padding}", " ".repeat(indent), self.paint.faint(label))
    }

    /// Arrow between two links of a chain.
    pub(super) fn arrow(&self) -> &'static str {
        if self.options.unicode { "→" } else { "->" }
    }

    /// `Pod shop/web-1 on host`.
    pub(super) fn object(&self, target: &Target) -> String {
        let name = match &target.namespace {
            Some(namespace) => format!("{} {namespace}/{}", target.kind, target.name),
            None => format!("{} {}", target.kind, target.name),
        };
        one_line(&format!("{name} on {}", self.cluster(&target.cluster)))
    }

    /// Name of a cluster by its id.
    pub(super) fn cluster(&self, id: &str) -> &'a str {
        self.report.clusters.iter().find(|cluster| cluster.id == id).map_or("another cluster", |cluster| &cluster.name)
    }

    /// Name of an input by its number.
    pub(super) fn input(&self, index: u32) -> &'a str {
        self.report.inputs.get(index as usize).map_or("INPUT", |input| &input.name)
    }
}
