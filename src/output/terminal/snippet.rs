//! Evidence as a labelled excerpt, drawn by miette with the line numbers of the file in the archive.

use std::fmt;

use miette::{
    Diagnostic, GraphicalReportHandler, GraphicalTheme, LabeledSpan, MietteError, MietteSpanContents, Severity, SourceCode, SourceSpan, SpanContents,
};

use super::fit::{clip, columns, one_line};
use super::page::Page;
use crate::finding::Evidence;

/// Columns that the excerpt is indented.
const INDENT: usize = 4;
/// A mark longer than this would underline half the screen; its start is marked instead.
const LONGEST_MARK: usize = 60;

/// Draws one piece of evidence. The input is named when it is not `usual`, the one of the finding's first proof.
pub(super) fn write(page: &mut Page<'_>, evidence: &Evidence, usual: Option<u32>) {
    let digits = (u64::from(evidence.line) + evidence.after.len() as u64).to_string().len();
    let room = page.width().saturating_sub(INDENT + digits + 4).max(20);
    let exhibit = Exhibit { caption: clip(&caption(page, evidence, usual), room), source: Cut::new(evidence, room) };
    let theme = match (page.paint.colour, page.options.unicode) {
        (true, true) => GraphicalTheme::unicode(),
        (true, false) => GraphicalTheme::ascii(),
        (false, true) => GraphicalTheme::unicode_nocolor(),
        (false, false) => GraphicalTheme::none(),
    };
    let mut drawn = String::new();
    let handler = GraphicalReportHandler::new_themed(theme).with_links(false).without_primary_span_start().with_wrap_lines(false);
    if handler.with_context_lines(2).render_report(&mut drawn, &exhibit).is_err() {
        // Drawing into memory cannot fail; should it ever, the line itself is what counts.
        drawn.clone_from(&evidence.text);
    }
    for line in drawn.lines().filter(|line| !line.trim().is_empty()) {
        page.line(&format!("{}{line}", " ".repeat(INDENT)));
    }
}

/// What the excerpt speaks of and when.
fn caption(page: &Page<'_>, evidence: &Evidence, usual: Option<u32>) -> String {
    let mut parts = Vec::new();
    parts.extend(evidence.about.as_ref().map(|target| page.object(target)));
    parts.extend(evidence.time.clone());
    if usual != Some(evidence.input) {
        parts.push(format!("in {}", page.input(evidence.input)));
    }
    if parts.is_empty() { "as gathered".into() } else { one_line(&parts.join(", ")) }
}

/// A piece of evidence in the form that miette takes.
#[derive(Debug)]
struct Exhibit {
    caption: String,
    source: Cut,
}

impl fmt::Display for Exhibit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.caption)
    }
}

impl std::error::Error for Exhibit {}

impl Diagnostic for Exhibit {
    fn severity(&self) -> Option<Severity> {
        Some(Severity::Advice)
    }

    fn source_code(&self) -> Option<&dyn SourceCode> {
        Some(&self.source)
    }

    fn labels(&self) -> Option<Box<dyn Iterator<Item = LabeledSpan> + '_>> {
        Some(Box::new(std::iter::once(LabeledSpan::new_with_span(None, self.source.mark))))
    }
}

/// Some lines of a file, which know where in the file they stand.
#[derive(Debug)]
struct Cut {
    name: String,
    /// The lines, each cut to the page, joined with line feeds.
    text: String,
    /// Line number of the first of them, from 0.
    first: usize,
    lines: usize,
    mark: SourceSpan,
}

impl Cut {
    fn new(evidence: &Evidence, room: usize) -> Self {
        let fit = |line: &String| clip(&line.replace(['\t', '\n', '\r'], " "), room);
        let (line, start, end) = window(&evidence.text.replace(['\t', '\n', '\r'], " "), evidence.span, room);
        let mut lines: Vec<String> = evidence.before.iter().map(fit).collect();
        let above: usize = lines.iter().map(|line| line.len() + 1).sum();
        let first = (evidence.line as usize).saturating_sub(1 + lines.len());
        lines.push(line);
        lines.extend(evidence.after.iter().map(fit));
        let mark = SourceSpan::new((above + start).into(), end - start);
        Self { name: evidence.place(), text: lines.join("\n") + "\n", first, lines: lines.len(), mark }
    }
}

impl SourceCode for Cut {
    /// Always gives the whole cut: it was made to be shown.
    fn read_span<'a>(&'a self, _span: &SourceSpan, _before: usize, _after: usize) -> Result<Box<dyn SpanContents<'a> + 'a>, MietteError> {
        let whole = SourceSpan::new(0.into(), self.text.len());
        Ok(Box::new(MietteSpanContents::new_named(self.name.clone(), self.text.as_bytes(), whole, self.first, 0, self.lines)))
    }
}

/// The part of a long line that holds the mark, and where the mark stands in it, in bytes.
fn window(text: &str, span: [usize; 2], room: usize) -> (String, usize, usize) {
    let before = columns(text.get(..span[0]).unwrap_or(""));
    let marked = columns(text.get(span[0]..span[1]).unwrap_or(""));
    let total = columns(text);
    // The mark keeps a few words of lead, unless the line fits or the mark is near its start.
    let lead = room / 4;
    let skip = if total <= room || before + marked < room { 0 } else { before.saturating_sub(lead).min(total - room) };
    let mut out = String::new();
    let (mut start, mut end) = (0, 0);
    for (at, c) in text.chars().skip(skip).take(room).enumerate() {
        if skip + at == before {
            start = out.len();
        }
        let cut_front = at == 0 && skip > 0;
        let cut_back = at + 1 == room && skip + room < total;
        out.push(if cut_front || cut_back { '…' } else { c });
        if skip + at < before + marked {
            end = out.len();
        }
    }
    let start = start.min(out.len());
    if marked > LONGEST_MARK { (out, start, start) } else { (out, start, end.max(start)) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_long_line_is_cut_around_its_mark() {
        let text = format!("{}NEEDLE{}", "a".repeat(300), "b".repeat(300));
        let (cut, start, end) = window(&text, [300, 306], 60);
        assert_eq!(columns(&cut), 60);
        assert_eq!(&cut[start..end], "NEEDLE");
        assert!(cut.starts_with('…') && cut.ends_with('…'));
    }

    #[test]
    fn a_short_line_stays_whole() {
        assert_eq!(window("  nodeName: worker-1", [12, 20], 60), ("  nodeName: worker-1".to_owned(), 12, 20));
    }

    #[test]
    fn a_span_that_does_not_fit_the_text_harms_nothing() {
        for span in [[0, 999], [999, 0], [2, 1], [1, 2]] {
            let (cut, start, end) = window("ä line", span, 60);
            assert!(cut.get(start..end).is_some(), "{span:?}");
        }
    }
}
