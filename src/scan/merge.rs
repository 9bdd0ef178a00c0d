use std::collections::BTreeMap;

use super::group::Groups;
use super::problem::{LogProblem, Small};
use super::scanner::{ChunkScan, Scanner};
use super::shape::Shapes;
use super::{PatternSet, line};
use crate::model::{Component, Hit, HitGroup, LogFormat, Shape, Timestamp};

/// All that is kept of one log.
#[derive(Debug, Clone)]
pub struct LogScan {
    /// Number of lines.
    pub lines: u64,
    /// Number of bytes.
    pub bytes: u64,
    /// Begin of the window: earliest of the first line that has a time and of all lines looked at.
    pub first: Option<Timestamp>,
    /// End of the window, likewise.
    pub last: Option<Timestamp>,
    /// Format of most of the first lines.
    pub format: LogFormat,
    /// Groups by pattern and first line. [`HitGroup::log`] is 0 until the log has its number. A group without samples sums up
    /// the keys that were too many.
    pub hits: Vec<HitGroup>,
    /// Shapes of the error lines by first line; [`Shape::log`] is 0 as well.
    pub shapes: Vec<Shape>,
    /// Set when the file holds the complaint of a client instead of a log.
    pub problem: Option<LogProblem>,
}

/// Puts the chunks of one log together as they come, in order.
#[derive(Debug, Default)]
pub struct Merger {
    lines: u64,
    bytes: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    seen_first: Option<Timestamp>,
    seen_last: Option<Timestamp>,
    formats: Vec<LogFormat>,
    hits: BTreeMap<u32, Groups<Hit>>,
    shapes: Shapes,
    small: Small,
}

/// The first lines decide on the format.
pub(super) const VOTES: usize = 64;

impl Merger {
    /// For a log of which nothing was seen yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds the next chunk.
    pub fn push(&mut self, chunk: ChunkScan) {
        let base = u32::try_from(self.lines).unwrap_or(u32::MAX);
        self.lines += chunk.lines;
        self.bytes += chunk.bytes;
        self.first = self.first.or(chunk.first);
        self.last = chunk.last.or(self.last);
        self.seen_first = earlier(self.seen_first, chunk.seen_first);
        self.seen_last = self.seen_last.max(chunk.seen_last);
        let missing = VOTES - self.formats.len();
        self.formats.extend(chunk.formats.into_iter().take(missing));
        for (pattern, groups) in chunk.hits {
            let rebased = groups.map(|hit| Hit { line: hit.line.saturating_add(base), ..hit });
            self.hits.entry(pattern).or_default().absorb(rebased);
        }
        self.shapes.absorb(chunk.shapes, base);
        self.small.absorb(chunk.small);
    }

    /// The log as a whole.
    pub fn finish(self) -> LogScan {
        LogScan {
            lines: self.lines,
            bytes: self.bytes,
            first: earlier(earlier(self.first, self.last), self.seen_first),
            last: self.first.max(self.last).max(self.seen_last),
            format: majority(&self.formats),
            hits: self.hits.into_iter().flat_map(|(pattern, groups)| groups.finish(pattern)).collect(),
            shapes: self.shapes.finish(),
            problem: self.small.problem(),
        }
    }
}

/// Puts the chunks of one log together, in order. Gives what a scan of the whole log in one chunk gives.
pub fn merge(chunks: Vec<ChunkScan>) -> LogScan {
    let mut merger = Merger::new();
    for chunk in chunks {
        merger.push(chunk);
    }
    merger.finish()
}

/// Scans a whole log at once: for tests of rules and for short texts.
pub fn scan_lines(set: &PatternSet, component: Component, text: &str) -> LogScan {
    merge(vec![Scanner::new(set).chunk(component, &[], text.as_bytes(), &[])])
}

/// The earlier of two times, either of which may be missing.
pub(super) fn earlier(one: Option<Timestamp>, other: Option<Timestamp>) -> Option<Timestamp> {
    match (one, other) {
        (Some(one), Some(other)) => Some(one.min(other)),
        (one, other) => one.or(other),
    }
}

fn majority(formats: &[LogFormat]) -> LogFormat {
    let votes = |format: LogFormat| formats.iter().filter(|vote| **vote == format).count();
    let ranked = [LogFormat::Plain, LogFormat::Klog, LogFormat::Json, LogFormat::Logrus];
    ranked.into_iter().max_by_key(|format| votes(*format)).filter(|_| !formats.is_empty()).unwrap_or(LogFormat::Plain)
}

/// Formats of the first lines of a chunk that are not blank.
pub(super) fn first_formats(body: &[u8], component: Component) -> Vec<LogFormat> {
    let mut formats = Vec::new();
    let mut rest = body;
    while !rest.is_empty() && formats.len() < VOTES {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        formats.extend(line::format_of(&rest[..end], component));
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    formats
}
