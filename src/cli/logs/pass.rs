//! The second pass: streams the logs once more and keeps the lines that fit, the latest of them when there are too many.

use std::collections::BTreeMap;
use std::sync::{Mutex, PoisonError};

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memchr_iter, memrchr};
use rustc_hash::FxHashMap;

use super::Known;
use super::filter::Filter;
use super::merge;
use crate::Options;
use crate::archive::{self, Batch, Part, Source, Want};
use crate::cli::Failure;
use crate::finding::view::LogView;
use crate::graph::Log;
use crate::layout::{self, Shape};
use crate::model::Timestamp;
use crate::mtc;
use crate::scan::line::Line;
use crate::views::{Latest, Search};

/// Bytes of lines that are kept in all, however many threads find them. A line takes two to three times its bytes when it is printed.
const MOST_BYTES: usize = 32 << 20;
/// Bytes of one line that are kept.
const LONGEST: usize = 8 << 10;
/// Lines to go back for the time of a line that has none.
const BACK: usize = 20;
/// Fields whose value names what a line is about.
const NAMING: &[&str] = &[
    "migration",
    "plan",
    "backup",
    "restore",
    "name",
    "pod",
    "podvolumebackup",
    "podvolumerestore",
    "dvm",
    "dvmp",
    "dim",
    "dism",
    "hook",
    "resource",
];

/// Order of lines: time, then log, then place in it. Chunks stand for lines until all of them were counted.
pub(super) type Key = (Option<Timestamp>, u32, u32, u32, u32);

/// The lines of all threads.
pub(super) type Kept = Latest<Key, Box<str>>;

/// What the workers share.
struct Shared<'s> {
    known: Known<'s>,
    search: &'s Search,
    filter: &'s Filter,
    finder: Option<AhoCorasick>,
    /// Logs of one input, by path.
    logs: FxHashMap<&'s str, (u32, bool)>,
    /// One store for all of them, so that what is kept does not grow with their number.
    kept: &'s Mutex<Kept>,
}

/// What one worker found.
#[derive(Default)]
pub(super) struct Worker {
    /// Lines of the batch at hand.
    fresh: Vec<(Key, Box<str>)>,
    /// Lines of each chunk, by log, member and number.
    pub(super) chunks: BTreeMap<(u32, u32, u32), u64>,
    pub(super) matched: u64,
    pub(super) noise: u64,
}

impl Worker {
    fn absorb(&mut self, other: Self) {
        self.chunks.extend(other.chunks);
        self.matched += other.matched;
        self.noise += other.noise;
    }
}

/// Reads the logs of all inputs again and makes the view.
pub(in crate::cli) fn run(
    known: Known<'_>,
    sources: &[(String, Source)],
    search: &Search,
    filter: &Filter,
    limit: usize,
    options: &Options,
) -> Result<LogView, Failure> {
    let kept = Mutex::new(Latest::new(limit, MOST_BYTES));
    let mut whole = Worker::default();
    let mut searched = 0;
    for (input, (_, source)) in (0_u32..).zip(sources) {
        let in_input = |&&(index, _): &&(u32, bool)| {
            let log = &known.logs[index as usize];
            log.input == input && filter.takes_log(log)
        };
        let logs: FxHashMap<&str, (u32, bool)> =
            search.logs.iter().filter(in_input).map(|&(index, own)| (known.logs[index as usize].path.as_str(), (index, own))).collect();
        if logs.is_empty() {
            continue;
        }
        searched += logs.len() as u64;
        let shared = Shared { known, search, filter, finder: finder(search)?, logs, kept: &kept };
        let want = |path: &str| match layout::shape(path) {
            Shape::Closed => Want::Closed,
            _ if shared.logs.contains_key(path) => Want::Stream,
            _ => Want::Skip,
        };
        let workers = options.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |cores| cores.get() - 1));
        let run = archive::run(source, &options.limits, &want, workers, Worker::default, |worker, batch| shared.batch(worker, batch))?;
        for state in run.states {
            whole.absorb(state);
        }
    }
    let kept = kept.into_inner().unwrap_or_else(PoisonError::into_inner);
    Ok(merge::view(known, search, filter, searched, kept, &whole))
}

fn finder(search: &Search) -> Result<Option<AhoCorasick>, Failure> {
    if search.needles.is_empty() {
        return Ok(None);
    }
    let built = AhoCorasick::builder().match_kind(MatchKind::LeftmostLongest).build(search.needles.iter().map(|needle| &needle.text));
    built.map(Some).map_err(|why| Failure::Usage { what: "too many names to look for".into(), help: Some(why.to_string()) })
}

impl Shared<'_> {
    fn batch(&self, worker: &mut Worker, batch: &Batch) {
        for part in &batch.parts {
            let Some(&(log, own)) = self.logs.get(&*part.path) else { continue };
            let around = part.with_context(batch);
            let bytes = around.get(..part.lead + part.range.len()).unwrap_or(around);
            let lines = memchr_iter(b'\n', part.own(batch)).count() as u64;
            let open = u64::from(part.own(batch).last().is_some_and(|byte| *byte != b'\n'));
            worker.chunks.insert((log, part.member, part.index), lines + open);
            let piece = Piece { shared: self, log, part, bytes, lead: part.lead };
            if own { piece.every(worker) } else { piece.named(worker) }
        }
        if worker.fresh.is_empty() {
            return;
        }
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        for (key, text) in worker.fresh.drain(..) {
            kept.offer(key, text.len() + size_of::<Key>(), || text);
        }
    }
}

/// One chunk of one log. `bytes` begins with a few lines of the chunk before it.
struct Piece<'p> {
    shared: &'p Shared<'p>,
    log: u32,
    part: &'p Part,
    bytes: &'p [u8],
    lead: usize,
}

impl Piece<'_> {
    fn of(&self) -> &Log {
        &self.shared.known.logs[self.log as usize]
    }

    /// All lines.
    fn every(&self, worker: &mut Worker) {
        let mut start = self.lead;
        let mut number = 0;
        while start < self.bytes.len() {
            let end = memchr(b'\n', &self.bytes[start..]).map_or(self.bytes.len(), |at| start + at);
            self.line(worker, start, end, number, None);
            start = end + 1;
            number += 1;
        }
    }

    /// Lines with a needle in them.
    fn named(&self, worker: &mut Worker) {
        let Some(finder) = &self.shared.finder else { return };
        let (mut at, mut counted, mut number) = (self.lead, self.lead, 0_u32);
        while let Some(found) = self.bytes.get(at..).and_then(|rest| finder.find(rest)) {
            let (from, to) = (at + found.start(), at + found.end());
            at = to;
            if !is_word(self.bytes, from, to) {
                // Another needle may begin inside the one that was no whole word.
                at = from + 1;
                continue;
            }
            let start = memrchr(b'\n', &self.bytes[self.lead..from]).map_or(self.lead, |newline| self.lead + newline + 1);
            let end = memchr(b'\n', &self.bytes[to..]).map_or(self.bytes.len(), |newline| to + newline);
            number += u32::try_from(memchr_iter(b'\n', &self.bytes[counted..start]).count()).unwrap_or(u32::MAX);
            counted = start;
            let needle = &self.shared.search.needles[found.pattern().as_usize()];
            if self.line(worker, start, end, number, needle.fields_only.then_some(needle.text.as_str())) {
                at = end;
            }
        }
    }

    /// Looks at one line and keeps it if it is wanted; false when it does not concern the subject.
    fn line(&self, worker: &mut Worker, start: usize, end: usize, number: u32, field: Option<&str>) -> bool {
        let raw = String::from_utf8_lossy(&self.bytes[start..end]);
        let text = clip(raw.trim_end_matches('\r'));
        if text.trim().is_empty() {
            return true;
        }
        let line = Line::parse(text, self.of().component);
        if field.is_some_and(|name| !names(&line, name)) {
            return false;
        }
        let time = line.time.or_else(|| self.time_before(start)).or(self.of().first);
        if !self.shared.filter.takes(&raw, &line, time) {
            return true;
        }
        worker.matched += 1;
        if !self.shared.filter.all && mtc::noise(self.of().component, text).is_some_and(|noise| noise.normal.is_none()) {
            worker.noise += 1;
            return true;
        }
        let key = (time, self.log, self.part.member, self.part.index, number);
        worker.fresh.push((key, text.into()));
        true
    }

    /// The time of the nearest line before this one, since the lines of a stack trace have none.
    fn time_before(&self, start: usize) -> Option<Timestamp> {
        let mut end = start.checked_sub(1)?;
        for _ in 0..BACK {
            let from = memrchr(b'\n', &self.bytes[..end]).map_or(0, |newline| newline + 1);
            let text = String::from_utf8_lossy(&self.bytes[from..end]);
            if let Some(time) = Line::parse(clip(&text), self.of().component).time {
                return Some(time);
            }
            end = from.checked_sub(1)?;
        }
        None
    }
}

/// Whether a field of the line has that name as its value, with or without a namespace.
fn names(line: &Line<'_>, name: &str) -> bool {
    NAMING.iter().filter_map(|field| line.field(field)).any(|value| value.rsplit('/').next() == Some(name))
}

/// Names are made of letters, digits and dashes, so those may not stand beside one.
fn is_word(bytes: &[u8], from: usize, to: usize) -> bool {
    let inside = |byte: Option<&u8>| byte.is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'-');
    !inside(from.checked_sub(1).and_then(|at| bytes.get(at))) && !inside(bytes.get(to))
}

fn clip(text: &str) -> &str {
    let mut end = text.len().min(LONGEST);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_counts_as_a_whole_word_only() {
        let word = |text: &str| {
            let at = text.find("shop-stage").unwrap();
            is_word(text.as_bytes(), at, at + 10)
        };
        assert!(word("restore=ns/shop-stage") && word("\"shop-stage\"") && word("shop-stage.") && word("shop-stage:"));
        assert!(!word("shop-stage-2") && !word("my-shop-stage") && !word("shop-stages"));
    }

    #[test]
    fn an_ordinary_word_counts_as_the_value_of_a_field() {
        let line = |text: &'static str| Line::parse(text, crate::model::Component::Velero);
        assert!(names(&line(r#"time="2021-05-12T08:10:14Z" level=info msg="x" restore=openshift-migration/final"#), "final"));
        assert!(!names(&line(r#"time="2021-05-12T08:10:14Z" level=info msg="the final step""#), "final"));
    }
}
