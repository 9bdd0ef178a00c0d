use std::collections::BTreeMap;

use regex::Regex;

use super::PatternSet;
use super::group::{Ends, Group, Groups, Key};
use super::lane::Lane;
use super::line::{Line, clip, lossy, short};
use super::merge::{earlier, first_formats};
use super::pattern::{Pattern, PatternTarget};
use super::problem::Small;
use super::shape::Shapes;
use super::window::{LOGGERS, LastLine, first_time, last_of_loggers, last_time};
use crate::model::{Component, Excerpt, Fields, Hit, LogFormat, Timestamp};

/// What is searched at once: small enough to stay in the cache between the searches.
/// Tests use small blocks so that their short logs have borders.
const BLOCK: usize = if cfg!(test) { 1 << 10 } else { 64 << 10 };
/// Lines of context before and after a hit.
const CONTEXT: usize = 2;
/// Length of a line in an excerpt.
const LONGEST_EXCERPT: usize = 2 << 10;
/// Length of message and error that a hit keeps.
const LONGEST_KEPT: usize = 4 << 10;

/// All that is kept of one chunk. Lines count from 1 within the chunk until [`merge`](super::merge()) puts them in place.
#[derive(Debug, Clone)]
pub struct ChunkScan {
    /// Number of lines.
    pub lines: u64,
    /// Number of bytes.
    pub bytes: u64,
    /// Time of the first line that has one.
    pub first: Option<Timestamp>,
    /// Time of the last line that has one. Lines in between are not asked for their time, for this would cost more than the
    /// search; those that were looked at anyway widen the window of the log.
    pub last: Option<Timestamp>,
    /// For each of [`LOGGERS`] its last line here, where there is one, and the time of that line.
    pub(super) loggers: [Option<LastLine>; LOGGERS.len()],
    pub(super) seen_first: Option<Timestamp>,
    pub(super) seen_last: Option<Timestamp>,
    pub(super) formats: Vec<LogFormat>,
    pub(super) hits: BTreeMap<u32, Groups<Hit>>,
    pub(super) shapes: Shapes,
    pub(super) small: Small,
}

/// Scans chunks of logs; one per worker, used for any number of logs.
#[derive(Debug)]
pub struct Scanner<'p> {
    set: &'p PatternSet,
    lower: Vec<u8>,
    lines: Vec<(usize, usize)>,
    candidates: Vec<(u32, u32)>,
}

/// Where a hit stands in its chunk.
#[derive(Debug, Clone, Copy)]
struct Spot {
    line: u32,
    start: usize,
    end: usize,
}

impl<'p> Scanner<'p> {
    /// A scanner for these patterns.
    pub fn new(set: &'p PatternSet) -> Self {
        Self { set, lower: Vec::new(), lines: Vec::new(), candidates: Vec::new() }
    }

    /// Scans one chunk of one log. `body` are whole lines (the last may lack its line break); `lead` and `trail` are up to two
    /// whole lines before and after it, used as context of hits and for nothing else.
    pub fn chunk(&mut self, component: Component, lead: &[u8], body: &[u8], trail: &[u8]) -> ChunkScan {
        let set = self.set;
        let lane = set.lane(component);
        let mut job = Job {
            component,
            patterns: set.patterns(),
            lead,
            body,
            trail,
            hits: BTreeMap::new(),
            shapes: Shapes::default(),
            seen_first: None,
            seen_last: None,
        };
        let mut lines = 0;
        let mut at = 0;
        while at < body.len() {
            let end = block_end(body, at);
            lines += self.block(lane, &mut job, at, end, lines);
            at = end;
        }
        ChunkScan {
            lines: u64::from(lines),
            bytes: body.len() as u64,
            first: first_time(body, component),
            last: last_time(body, component),
            loggers: last_of_loggers(body, component),
            seen_first: job.seen_first,
            seen_last: job.seen_last,
            formats: first_formats(body, component),
            hits: std::mem::take(&mut job.hits).into_iter().map(|(pattern, groups)| (pattern, groups.map(|spot| job.hit(spot)))).collect(),
            shapes: job.shapes,
            small: Small::of(body),
        }
    }

    /// Scans whole lines from `start` to `end`, `before` lines into the chunk, and says how many they are.
    fn block(&mut self, lane: &Lane, job: &mut Job<'_>, start: usize, end: usize, before: u32) -> u32 {
        let block = &job.body[start..end];
        self.lines.clear();
        // Marks of errors stand behind a line break, which the first line of a block does not have.
        self.lines.push((0, memchr::memchr(b'\n', block).unwrap_or(block.len())));
        lane.lines(block, &mut self.lower, &mut self.lines);
        let (mut counted, mut breaks) = (0, 0);
        for &(from, to) in &self.lines {
            breaks += count_breaks(&block[counted..from]);
            counted = from;
            let raw = &block[from..to];
            lane.candidates(raw, &mut self.candidates);
            let spot = Spot { line: before.saturating_add(breaks).saturating_add(1), start: start + from, end: start + to };
            job.line(spot, lane.is_marked(raw), &self.candidates);
        }
        breaks += count_breaks(&block[counted..]);
        breaks + u32::from(!block.ends_with(b"\n"))
    }
}

/// The end of a block that begins at `at`: behind a line break, or the end of the body.
fn block_end(body: &[u8], at: usize) -> usize {
    let least = at + BLOCK;
    if least >= body.len() {
        return body.len();
    }
    memchr::memchr(b'\n', &body[least..]).map_or(body.len(), |more| least + more + 1)
}

fn count_breaks(bytes: &[u8]) -> u32 {
    u32::try_from(memchr::memchr_iter(b'\n', bytes).count()).unwrap_or(u32::MAX)
}

/// One chunk on its way.
struct Job<'a> {
    component: Component,
    patterns: &'a [Pattern],
    lead: &'a [u8],
    body: &'a [u8],
    trail: &'a [u8],
    hits: BTreeMap<u32, Groups<Spot>>,
    shapes: Shapes,
    seen_first: Option<Timestamp>,
    seen_last: Option<Timestamp>,
}

impl Job<'_> {
    /// Shows one line to the regexes whose literals it holds, and tallies it when it is an error.
    fn line(&mut self, spot: Spot, marked: bool, candidates: &[(u32, u32)]) {
        if !marked && candidates.is_empty() {
            return;
        }
        let text = lossy(without_return(&self.body[spot.start..spot.end]));
        let line = Line::parse(&text, self.component);
        if marked && line.is_error() {
            self.saw(line.time);
            self.shapes.seen(spot.line, &line, &text);
        }
        let (mut whole, mut error) = (None, None);
        let mut done = None;
        for &(pattern_at, regex_at) in candidates {
            if done == Some(pattern_at) {
                continue;
            }
            let Some(pattern) = self.patterns.get(pattern_at as usize) else {
                continue;
            };
            let Some((regex, _)) = pattern.regexes.get(regex_at as usize) else {
                continue;
            };
            let target: &str = match pattern.target {
                PatternTarget::Line => whole.get_or_insert_with(|| line.whole()),
                PatternTarget::Error => error.get_or_insert_with(|| line.error_text()),
            };
            let Some(captures) = captures(pattern, regex, target) else {
                continue;
            };
            // The first regex of a pattern that matches wins.
            done = Some(pattern_at);
            self.saw(line.time);
            self.group(pattern_at, pattern, captures, &line, spot);
        }
    }

    fn saw(&mut self, time: Option<Timestamp>) {
        self.seen_first = earlier(self.seen_first, time);
        self.seen_last = self.seen_last.max(time);
    }

    fn group(&mut self, pattern_at: u32, pattern: &Pattern, captures: Vec<Option<Box<str>>>, line: &Line<'_>, spot: Spot) {
        let values: Vec<Option<Box<str>>> = pattern.fields.iter().map(|(name, _)| line.field(name).map(Into::into)).collect();
        let of_key = |in_key: bool, value: &Option<Box<str>>| in_key.then(|| value.clone());
        let key = Key {
            captures: pattern.key_captures.iter().zip(&captures).filter_map(|(&in_key, value)| of_key(in_key, value)).collect(),
            fields: pattern.fields.iter().zip(&values).filter_map(|((_, in_key), value)| of_key(*in_key, value)).collect(),
        };
        let start = || Group {
            captures: pattern.captures.iter().cloned().zip(captures).collect(),
            fields: Fields(pattern.fields.iter().zip(values).filter_map(|((name, _), value)| Some((name.clone(), value?))).collect()),
            count: 0,
            first: None,
            last: None,
            samples: Ends::new(),
        };
        self.hits.entry(pattern_at).or_default().seen(key, line.time, spot, start);
    }

    /// The hit at a spot, with its neighbours. Made last, for most hits are only counted.
    fn hit(&self, spot: Spot) -> Hit {
        let text = lossy(without_return(&self.body[spot.start..spot.end]));
        let line = Line::parse(&text, self.component);
        let keep = |text: String| -> Box<str> { clip(&text, LONGEST_KEPT).into() };
        Hit {
            line: spot.line,
            time: line.time,
            message: keep(line.message()),
            error: line.error().map(keep),
            level: short(&line.level).into(),
            excerpt: Excerpt { text: clip(&text, LONGEST_EXCERPT).into_owned(), before: self.before(spot.start), after: self.after(spot.end) },
        }
    }

    fn before(&self, start: usize) -> Vec<String> {
        let mut found = Vec::new();
        for part in [&self.body[..start], self.lead] {
            let mut rest = part;
            while found.len() < CONTEXT && !rest.is_empty() {
                let inner = rest.strip_suffix(b"\n").unwrap_or(rest);
                let from = memchr::memrchr(b'\n', inner).map_or(0, |before| before + 1);
                found.push(excerpt_line(&inner[from..]));
                rest = &rest[..from];
            }
        }
        found.reverse();
        found
    }

    fn after(&self, end: usize) -> Vec<String> {
        let mut found = Vec::new();
        for part in [self.body.get(end + 1..).unwrap_or_default(), self.trail] {
            let mut rest = part;
            while found.len() < CONTEXT && !rest.is_empty() {
                let to = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
                found.push(excerpt_line(&rest[..to]));
                rest = rest.get(to + 1..).unwrap_or_default();
            }
        }
        found
    }
}

/// Named groups in the order of the pattern, where the regex matches.
fn captures(pattern: &Pattern, regex: &Regex, text: &str) -> Option<Vec<Option<Box<str>>>> {
    let found = regex.captures(text)?;
    Some(pattern.captures.iter().map(|name| found.name(name).map(|group| short(group.as_str()).into())).collect())
}

fn without_return(line: &[u8]) -> &[u8] {
    line.strip_suffix(b"\r").unwrap_or(line)
}

fn excerpt_line(line: &[u8]) -> String {
    // Only the ends of a long line are decoded: context lines may be huge.
    let line = without_return(line);
    if line.len() <= LONGEST_EXCERPT {
        return lossy(line).into_owned();
    }
    let half = LONGEST_EXCERPT / 2;
    format!("{} … {}", lossy(&line[..half]), lossy(&line[line.len() - half..]))
}

#[cfg(test)]
mod tests {
    use super::super::{PatternSpec, scan_lines};
    use super::*;
    use crate::model::HitGroup;

    fn spec(regex: &str) -> PatternSpec {
        PatternSpec { regexes: vec![regex.into()], components: vec![Component::Velero], target: PatternTarget::Line, by: None, fields: Vec::new() }
    }

    fn hits(specs: &[PatternSpec], text: &str) -> Vec<HitGroup> {
        scan_lines(&PatternSet::compile(specs).unwrap(), Component::Velero, text).hits
    }

    fn capture(group: &HitGroup, name: &str) -> Option<String> {
        group.captures.iter().find(|(key, _)| **key == *name).and_then(|(_, value)| value.as_deref().map(str::to_owned))
    }

    #[test]
    fn the_newest_line_of_a_logger_is_found_across_chunks() {
        let line = |secs: u32, logger: &str| format!("{{\"level\":\"info\",\"ts\":{secs}.5,\"logger\":\"{logger}\",\"msg\":\"x\"}}\n");
        let (head, tail) = (line(1_634_041_422, "migration"), line(1_633_969_800, "discovery"));
        let set = PatternSet::compile(&[]).unwrap();
        let mut scanner = Scanner::new(&set);
        let mut chunk = |body: &str| scanner.chunk(Component::MigController, &[], body.as_bytes(), &[]);
        let whole = crate::scan::merge(vec![chunk(&format!("{head}{tail}"))]);
        let parts = crate::scan::merge(vec![chunk(&head), chunk(&tail)]);
        assert_eq!((parts.first, parts.last), (whole.first, whole.last));
    }

    #[test]
    fn the_last_line_of_a_merged_log_is_not_always_the_newest() {
        let line = |secs: u32, logger: &str| format!("{{\"level\":\"info\",\"ts\":{secs}.5,\"logger\":\"{logger}\",\"msg\":\"x\"}}\n");
        let text = format!("{}{}{}", line(1_633_969_000, "entrypoint"), line(1_634_041_422, "migration"), line(1_633_969_800, "discovery"));
        let set = PatternSet::compile(&[]).unwrap();
        let last = |component| scan_lines(&set, component, &text).last.unwrap().to_string();
        assert_eq!(last(Component::MigController), "2021-10-12T12:23:42Z");
        assert_eq!(last(Component::Discovery), "2021-10-11T16:30:00Z");
    }

    #[test]
    fn the_regex_sees_unescaped_text_of_one_line_and_the_hit_keeps_its_neighbours() {
        let text = "one\ntwo\r\n\
            time=\"2021-07-09T23:28:01Z\" level=error msg=\"No\" error=\"gone: \\\"x\\\".\\nIs there a repository\" backup=ns/b\r\n\
            three\nfour\nfive\n";
        let groups = hits(&[spec(r#"gone: "(?P<what>[^"]+)"\. Is there a repository"#)], text);
        assert_eq!(groups.len(), 1);
        let group = &groups[0];
        assert_eq!((group.count, capture(group, "what").as_deref(), group.fields.get("backup")), (1, Some("x"), Some("ns/b")));
        let hit = &group.samples[0];
        assert_eq!((hit.line, &*hit.message, hit.error.as_deref(), &*hit.level), (3, "No", Some("gone: \"x\". Is there a repository"), "error"));
        assert_eq!(
            (hit.excerpt.before.as_slice(), hit.excerpt.after.as_slice()),
            (&["one".into(), "two".into()][..], &["three".into(), "four".into()][..])
        );
        assert!(hit.excerpt.text.ends_with("backup=ns/b"));
    }

    #[test]
    fn an_error_pattern_does_not_look_at_the_message_of_a_line_that_has_an_error() {
        let error = PatternSpec { target: PatternTarget::Error, ..spec("timed out waiting") };
        let with = r#"time="2021-07-09T23:28:01Z" level=error msg="timed out waiting" error="other""#;
        let without = r#"time="2021-07-09T23:28:01Z" level=info msg="timed out waiting for pods""#;
        assert_eq!(hits(std::slice::from_ref(&error), with).len(), 0);
        assert_eq!(hits(&[error], without).len(), 1);
    }

    #[test]
    fn the_key_is_what_by_says() {
        let line = |backup: &str, n: u32| format!("time=\"2021-07-09T23:28:0{n}Z\" level=info msg=\"failed item {n}\" backup={backup} location=l\n");
        let text = line("ns/a", 1) + &line("ns/a", 2) + &line("ns/b", 3);
        let regex = r"failed item (?P<n>\d+)";
        let by = |names: &[&str]| Some(names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>());
        let counts = |by| hits(&[PatternSpec { by, ..spec(regex) }], &text).iter().map(|group| group.count).collect::<Vec<_>>();
        assert_eq!(counts(None), [1, 1, 1]);
        assert_eq!(counts(by(&[])), [3]);
        assert_eq!(counts(by(&["backup"])), [2, 1]);
        assert_eq!(counts(by(&["backupLocation"])), [3]);
        let all = hits(&[PatternSpec { by: by(&[]), ..spec(regex) }], &text);
        assert_eq!((capture(&all[0], "n").as_deref(), all[0].fields.get("backup")), (Some("1"), Some("ns/a")), "what is left out is sampled");
        assert_eq!(all[0].last.unwrap().since(all[0].first.unwrap()).secs(), 2);
    }

    #[test]
    fn fields_that_only_a_rule_reads_are_kept_outside_the_key() {
        let text = "time=\"2021-07-09T23:28:01Z\" level=info msg=\"failed item\" phase=A\ntime=\"2021-07-09T23:28:01Z\" level=info msg=\"failed item\" phase=B\n";
        let groups = hits(&[PatternSpec { fields: vec!["phase".into()], ..spec("failed item") }], text);
        assert_eq!((groups.len(), groups[0].count, groups[0].fields.get("phase")), (1, 2, Some("A")));
    }

    #[test]
    fn literals_that_overlap_all_count() {
        let specs = [spec("waiting for all"), spec("out waiting for"), spec("waiting for all volumes"), spec("(?i:TIMED OUT)")];
        let found: Vec<u32> = hits(&specs, "timed out waiting for all volumes\n").iter().map(|group| group.pattern).collect();
        assert_eq!(found, [0, 1, 2, 3]);
    }

    #[test]
    fn the_first_regex_that_matches_wins() {
        let both = PatternSpec { regexes: vec!["cannot (?P<a>open)".into(), "(?P<b>cannot) open".into()], ..spec("") };
        let groups = hits(std::slice::from_ref(&both), "cannot open\n");
        assert_eq!(groups.len(), 1);
        assert_eq!((capture(&groups[0], "a").as_deref(), capture(&groups[0], "b")), (Some("open"), None));
        let set = PatternSet::compile(&[both]).unwrap();
        assert_eq!(set.capture_names(0).iter().map(|name| &**name).collect::<Vec<_>>(), ["a", "b"]);
    }

    #[test]
    fn patterns_of_other_components_are_silent() {
        let set = PatternSet::compile(&[spec("cannot open")]).unwrap();
        assert!(scan_lines(&set, Component::Registry, "cannot open\n").hits.is_empty());
    }

    #[test]
    fn too_many_keys_end_in_one_group_without_samples() {
        let text = (0..1_000).fold(String::new(), |text, n| text + &format!("failed item {n:04}\nfailed item {n:04}\n"));
        let groups = hits(&[spec(r"failed item (?P<n>\d+)")], &text);
        assert_eq!(groups.len(), 257);
        let over = &groups[256];
        assert_eq!((over.count, over.captures.len(), over.samples.len()), (2 * (1_000 - 256), 0, 0));
    }

    #[test]
    fn a_group_keeps_its_first_and_last_lines() {
        let text = "failed item\n".repeat(100);
        let groups = hits(&[spec("failed item")], &text);
        let lines: Vec<u32> = groups[0].samples.iter().map(|hit| hit.line).collect();
        assert_eq!((groups[0].count, lines), (100, (1..=8).chain(93..=100).collect()));
    }

    #[test]
    fn errors_are_tallied_by_shape() {
        let text = "time=\"2021-07-09T23:28:01Z\" level=error msg=\"no pod a-1\"\ntime=\"2021-07-09T23:28:05Z\" level=error msg=\"no pod a-2\"\n\
            {\"level\":\"error\",\"ts\":1,\"msg\":\"x\"}\nE0707 16:40:11.123456       1 a.go:6] k\npanic: p\nan error: no\n\
            2021-07-09T23:28:01.5Z error: q\nlevel=info msg=\"level=error\"\n";
        let scan = scan_lines(&PatternSet::compile(&[]).unwrap(), Component::Velero, text);
        let shapes: Vec<(&str, u64, u32)> = scan.shapes.iter().map(|shape| (&*shape.shape, shape.count, shape.line)).collect();
        assert_eq!(shapes, [("no pod a-<n>", 2, 1), ("x", 1, 3), ("k", 1, 4), ("panic: p", 1, 5), ("error: q", 1, 7)]);
    }

    #[test]
    fn the_window_and_the_format_come_from_the_lines() {
        let text = "noise\ntime=\"2021-07-09T23:28:01Z\" level=info msg=a\ntime=\"2021-07-09T23:29:01Z\" level=info msg=b\nnoise";
        let scan = scan_lines(&PatternSet::compile(&[]).unwrap(), Component::Velero, text);
        let times = (scan.first.unwrap().to_string(), scan.last.unwrap().to_string());
        assert_eq!(times, ("2021-07-09T23:28:01Z".into(), "2021-07-09T23:29:01Z".into()));
        assert_eq!((scan.lines, scan.bytes, scan.format), (4, text.len() as u64, LogFormat::Logrus));
    }

    #[test]
    fn a_bad_pattern_is_named_by_its_position() {
        let error = PatternSet::compile(&[spec("fine text"), spec(r"\d+ x")]).unwrap_err();
        assert_eq!(error.spec(), Some(1));
        assert!(error.to_string().contains("has no fixed text of at least 5 characters"), "{error}");
    }

    #[test]
    fn a_huge_line_is_matched_at_both_ends() {
        let filler = "x".repeat(3 << 20);
        let text = format!("{{\"level\":\"error\",\"msg\":\"cannot open {filler} failed item\"\nok\n");
        let found: Vec<u32> =
            hits(&[spec("cannot open"), spec("failed item"), spec("absent text")], &text).iter().map(|group| group.pattern).collect();
        assert_eq!(found, [0, 1]);
    }
}
