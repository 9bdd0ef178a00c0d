//! The report for people: ten lines to paste into a case, then everything behind them, most important first.
//!
//! Read [`head`] first. Colours are decided in [`paint`], columns in [`fit`], and nothing here knows a terminal.

mod coverage;
mod describe;
mod findings;
mod fit;
mod head;
pub(super) mod logs;
pub(super) mod migration;
mod page;
mod paint;
mod runs;
mod snippet;
mod table;
mod tail;
pub(super) mod timeline;
mod tree;

use std::io::{self, Write};

use page::Page;

pub(super) use coverage::text as coverage;
pub(super) use describe::text as describe;
pub(super) use table::text as table;
pub(super) use tree::text as tree;

use super::Options;
use crate::finding::Report;

/// Writes the whole report.
pub(super) fn render(report: &Report, options: &Options, out: &mut dyn Write) -> io::Result<()> {
    let mut page = Page::new(report, options);
    head::write(&mut page);
    tail::checked(&mut page);
    findings::write(&mut page);
    runs::undecided(&mut page);
    runs::others(&mut page);
    tail::unexplained(&mut page);
    tail::skipped(&mut page);
    tail::gaps(&mut page);
    tail::coverage(&mut page);
    out.write_all(page.into_text().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::sample;

    fn written(options: &Options) -> String {
        let mut out = Vec::new();
        render(&sample(), options, &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn the_whole_report() {
        let text = written(&Options::default());
        assert!(text.lines().count() < 200, "{} lines: nobody reviews that", text.lines().count());
        insta::assert_snapshot!("report", text);
    }

    #[test]
    fn prose_fits_the_page_and_only_what_is_copied_may_be_longer() {
        for width in [60, 80, 100, 140] {
            let text = written(&Options { width, ..Options::default() });
            for line in text.lines().filter(|line| fit::columns(line) > width) {
                let copied = ["mig-analyze cat", "https://", ",-[", "oc "].iter().any(|mark| line.contains(mark));
                assert!(copied || !line.trim().contains(' '), "{} columns on {width}: {line}", fit::columns(line));
            }
        }
    }

    #[test]
    fn colour_changes_no_word() {
        let plain = written(&Options::default());
        let coloured = written(&Options { colour: true, ..Options::default() });
        assert!(coloured.contains("\u{1b}["));
        let stripped = anstream::adapter::strip_str(&coloured).to_string();
        // Only the rules below headings differ: colour underlines them instead.
        let words = |text: &str| text.lines().filter(|line| line.is_empty() || line.contains(|c| c != '-')).map(str::to_owned).collect::<Vec<_>>();
        assert_eq!(words(&stripped), words(&plain));
    }

    #[test]
    fn verbose_draws_every_proof() {
        let proofs = |text: &str| text.matches(",-[").count();
        let all: usize = sample().findings.iter().filter(|finding| finding.id != "F9").map(|finding| finding.evidence.len()).sum();
        assert!(proofs(&written(&Options::default())) < all);
        assert_eq!(proofs(&written(&Options { verbose: true, ..Options::default() })), all);
    }
}
