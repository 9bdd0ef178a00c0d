use std::collections::BTreeMap;

use super::group::Groups;
use super::problem::{LogProblem, Small};
use super::scanner::{ChunkScan, Scanner};
use super::shape::Shapes;
use super::window::{LOGGERS, LastLine};
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
    loggers: [Option<LastLine>; LOGGERS.len()],
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
        for (known, newer) in self.loggers.iter_mut().zip(chunk.loggers) {
            *known = newer.or(*known);
        }
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
        let last = self.loggers.iter().fold(self.last, |last, logger| last.max(logger.and_then(|line| line.0)));
        LogScan {
            lines: self.lines,
            bytes: self.bytes,
            first: earlier(earlier(self.first, last), self.seen_first),
            last: self.first.max(last).max(self.seen_last),
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

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{PatternSpec, PatternTarget};
    use super::*;

    fn set() -> PatternSet {
        let spec = |regex: &str, target, by: Option<&[&str]>| PatternSpec {
            regexes: vec![regex.into()],
            components: vec![Component::Velero],
            target,
            by: by.map(|by| by.iter().map(|&name| name.to_owned()).collect()),
            fields: vec!["phase".into()],
        };
        PatternSet::compile(&[
            spec(r"failed item (?P<n>\d+)", PatternTarget::Line, None),
            spec(r"failed item \d*0\b", PatternTarget::Error, Some(&[])),
            spec("(?i:cannot open)", PatternTarget::Line, Some(&["backup"])),
        ])
        .unwrap()
    }

    /// Lines with up to two lines of context, cut as told.
    fn chunked(set: &PatternSet, text: &[u8], cuts: &[usize]) -> LogScan {
        let mut starts: Vec<usize> = std::iter::once(0).chain(memchr::memchr_iter(b'\n', text).map(|at| at + 1)).collect();
        starts.dedup_by_key(|start| *start);
        let mut borders: Vec<usize> = cuts.iter().map(|cut| starts[cut % starts.len()]).chain([0, text.len()]).collect();
        borders.sort_unstable();
        borders.dedup();
        let mut scanner = Scanner::new(set);
        let chunks = borders.windows(2).map(|border| {
            let (from, to) = (border[0], border[1]);
            let lead = starts.iter().rev().filter(|start| **start < from).nth(1).copied().unwrap_or(0);
            let trail = starts.iter().filter(|start| **start > to).nth(1).copied().unwrap_or(text.len());
            scanner.chunk(Component::Velero, &text[lead..from], &text[from..to], &text[to..trail])
        });
        merge(chunks.collect())
    }

    fn line() -> impl Strategy<Value = Vec<u8>> {
        prop_oneof![
            (0..400_u32, 0..3_u32, 0..60_u32).prop_map(|(n, backup, second)| format!(
                "time=\"2021-07-09T23:28:{second:02}Z\" level=error msg=\"failed item {n}\" backup=ns/b{backup} phase=p{n}"
            )
            .into_bytes()),
            (0..400_u32).prop_map(|n| format!("2021-07-09T23:28:01.123Z failed item {n}").into_bytes()),
            (0..60_u32).prop_map(|n| format!("{{\"level\":\"error\",\"ts\":16256760{n:02}.5,\"msg\":\"Cannot  Open {n}\",\"backup\":\"a/b\"}}").into_bytes()),
            (0..60_u32).prop_map(|n| format!("E0707 16:40:{n:02}.123456       1 a.go:6] cannot open \\\"x\\\"\r").into_bytes()),
            Just(b"error: no".to_vec()),
            Just(b"2021.07.07 16:40:12 LOG3[0]: bad".to_vec()),
            Just(Vec::new()),
            proptest::collection::vec(any::<u8>().prop_filter("lines", |byte| *byte != b'\n'), 0..40),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn chunks_give_what_the_whole_gives(
            lines in proptest::collection::vec(line(), 0..600),
            cuts in proptest::collection::vec(any::<usize>(), 0..6),
            ends in any::<bool>(),
        ) {
            let set = set();
            let mut text = lines.join(&b'\n');
            if ends {
                text.push(b'\n');
            }
            let whole = chunked(&set, &text, &[]);
            let parts = chunked(&set, &text, &cuts);
            prop_assert_eq!(format!("{whole:#?}"), format!("{parts:#?}"));
            let counted: u64 = whole.hits.iter().filter(|group| group.pattern == 0).map(|group| group.count).sum();
            let expected = lines.iter().filter(|line| memchr::memmem::find(line, b"failed item ").is_some()).count();
            prop_assert_eq!(counted, expected as u64);
        }

        #[test]
        fn any_bytes_are_survived(text in proptest::collection::vec(prop_oneof![any::<u8>(), Just(b'\n'), Just(b'"'), Just(b'\\'), Just(b'{')], 0..2_000)) {
            let scan = chunked(&set(), &text, &[3, 7]);
            prop_assert_eq!(scan.bytes, text.len() as u64);
        }
    }
}
