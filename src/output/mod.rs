//! Writes a [`Report`] in the formats that people and programs read.
//!
//! May import `finding` and `model`; never the graph, so that every format can be tested with [`sample`](crate::finding::sample)
//! alone. Adding a format is one new file and one arm of [`Format`]. Read [`render`] first.

mod json;
mod terminal;

use std::io::{self, Write};

use crate::finding::Report;
use crate::finding::view::{Coverage, Description, LogView, MigrationView, Table, Timeline, Tree};

/// A form that a report can take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// For people, top-down.
    Terminal,
    /// For programs: the documented report.
    Json,
}

impl Format {
    /// All formats, in the order of the help text.
    pub const ALL: &'static [Self] = &[Self::Terminal, Self::Json];

    /// The word on the command line.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Terminal => "terminal",
            Self::Json => "json",
        }
    }
}

/// What a format may depend on beside the report. None of it changes the facts that are shown.
#[derive(Debug, Clone)]
#[expect(clippy::struct_excessive_bools, reason = "what a terminal can show are independent answers")]
pub struct Options {
    /// Columns to fill.
    pub width: usize,
    /// Colours are welcome.
    pub colour: bool,
    /// Line-drawing characters are welcome.
    pub unicode: bool,
    /// A long line is folded under its text, for eyes; without it a line of the data stays one line, for the tools of the shell.
    pub fold: bool,
    /// Nothing is left out for brevity.
    pub verbose: bool,
    /// UID of the migration that the summary is about, instead of the newest that went wrong.
    pub migration: Option<String>,
}

impl Default for Options {
    fn default() -> Self {
        Self { width: 100, colour: false, unicode: false, fold: false, verbose: false, migration: None }
    }
}

/// Writes the report in one format.
pub fn render(report: &Report, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Terminal => terminal::render(report, options, out),
        Format::Json => json::render(report, out),
    }
}

/// Writes the log lines of one thing; `raw` as the programs wrote them.
pub fn render_logs(view: &LogView, format: Format, raw: bool, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if format == Format::Json { json::view(view, out) } else { terminal::logs::render(view, raw, options, out) }
}

/// Writes what happened when.
pub fn render_timeline(view: &Timeline, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if format == Format::Json { json::view(view, out) } else { terminal::timeline::render(view, options, out) }
}

/// Writes one migration in full.
pub fn render_migration(view: &MigrationView, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    if format == Format::Json { json::view(view, out) } else { terminal::migration::render(view, options, out) }
}

/// Writes what belongs to plans and migrations.
pub fn tree(tree: &Tree, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Terminal => out.write_all(terminal::tree(tree, options).as_bytes()),
        Format::Json => json::view(tree, out),
    }
}

/// Writes descriptions of objects; as JSON, a list of them.
pub fn describe(all: &[Description], format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Terminal => out.write_all(terminal::describe(all, options).as_bytes()),
        Format::Json => json::view(&all, out),
    }
}

/// Writes a table for people; `wide` with every column, uncut.
pub fn table(table: &Table, wide: bool, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    out.write_all(terminal::table(table, wide, options).as_bytes())
}

/// Writes a table for programs.
pub fn rows(table: &Table, out: &mut dyn Write) -> io::Result<()> {
    json::view(table, out)
}

/// Writes what was gathered.
pub fn coverage(coverage: &Coverage, format: Format, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    match format {
        Format::Terminal => out.write_all(terminal::coverage(coverage, options).as_bytes()),
        Format::Json => json::view(coverage, out),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::sample;

    #[test]
    fn every_format_writes_the_sample_twice_alike() {
        for &format in Format::ALL {
            let written = [(); 2].map(|()| {
                let mut out = Vec::new();
                render(&sample(), format, &Options::default(), &mut out).unwrap();
                String::from_utf8(out).unwrap()
            });
            assert_eq!(written[0], written[1], "{}", format.as_str());
            assert!(written[0].ends_with('\n') && !written[0].contains('\u{1b}'), "{}", format.as_str());
        }
    }
}
