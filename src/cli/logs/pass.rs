//! The second pass: streams the logs once more and keeps the lines that fit, the latest of them when there are too many.

use std::collections::BTreeMap;
use std::hash::BuildHasher as _;

use aho_corasick::{AhoCorasick, MatchKind};
use memchr::{memchr, memchr_iter, memrchr};
use rustc_hash::{FxBuildHasher, FxHashMap};

use super::filter::Filter;
use crate::Options;
use crate::archive::{self, Batch, Part, Source, Want};
use crate::cli::Failure;
use crate::finding::redact::clean;
use crate::finding::view::{LogLine, LogView};
use crate::graph::{Graph, Log};
use crate::layout::{self, Shape};
use crate::model::Timestamp;
use crate::mtc::{self, Noise};
use crate::scan::line::Line;
use crate::views::{Latest, Search};

/// Bytes of lines that are kept in all.
const MOST_BYTES: usize = 48 << 20;
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
type Key = (Option<Timestamp>, u32, u32, u32, u32);

/// What the workers share.
struct Shared<'s> {
    graph: &'s Graph,
    search: &'s Search,
    filter: &'s Filter,
    finder: Option<AhoCorasick>,
    /// Logs of one input, by path.
    logs: FxHashMap<&'s str, (u32, bool)>,
    limit: usize,
}

/// What one worker found.
struct Worker {
    latest: Latest<Key, Box<str>>,
    /// Lines of each chunk, by log, member and number.
    chunks: BTreeMap<(u32, u32, u32), u64>,
    matched: u64,
    noise: u64,
}

impl Worker {
    fn new(limit: usize) -> Self {
        Self { latest: Latest::new(limit, MOST_BYTES), chunks: BTreeMap::new(), matched: 0, noise: 0 }
    }

    fn absorb(&mut self, other: Self) {
        self.latest.absorb(other.latest);
        self.chunks.extend(other.chunks);
        self.matched += other.matched;
        self.noise += other.noise;
    }
}

/// Reads the logs of all inputs again and makes the view.
pub(in crate::cli) fn run(
    graph: &Graph,
    sources: &[(String, Source)],
    search: &Search,
    filter: &Filter,
    limit: usize,
    options: &Options,
) -> Result<LogView, Failure> {
    let mut whole = Worker::new(limit);
    let mut searched = 0;
    for (input, (_, source)) in (0_u32..).zip(sources) {
        let in_input = |&&(index, _): &&(u32, bool)| {
            let log = &graph.logs[index as usize];
            log.input == input && filter.takes_log(log)
        };
        let logs: FxHashMap<&str, (u32, bool)> =
            search.logs.iter().filter(in_input).map(|&(index, own)| (graph.logs[index as usize].path.as_str(), (index, own))).collect();
        if logs.is_empty() {
            continue;
        }
        searched += logs.len() as u64;
        let shared = Shared { graph, search, filter, finder: finder(search)?, logs, limit };
        let want = |path: &str| match layout::shape(path) {
            Shape::Closed => Want::Closed,
            _ if shared.logs.contains_key(path) => Want::Stream,
            _ => Want::Skip,
        };
        let workers = options.workers.unwrap_or_else(|| std::thread::available_parallelism().map_or(1, |cores| cores.get() - 1));
        let run = archive::run(source, &options.limits, &want, workers, || Worker::new(shared.limit), |worker, batch| shared.batch(worker, batch))?;
        for state in run.states {
            whole.absorb(state);
        }
    }
    Ok(view(graph, search, filter, searched, whole))
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
        &self.shared.graph.logs[self.log as usize]
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
        worker.latest.offer(key, text.len() + size_of::<Key>(), || text.into());
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

fn view(graph: &Graph, search: &Search, filter: &Filter, searched: u64, worker: Worker) -> LogView {
    let mut newest: FxHashMap<u32, u32> = FxHashMap::default();
    for &(log, member, _) in worker.chunks.keys() {
        newest.insert(log, member);
    }
    let mut starts: FxHashMap<(u32, u32, u32), u64> = FxHashMap::default();
    let mut before = (u32::MAX, u32::MAX, 0_u64);
    for (&(log, member, index), lines) in &worker.chunks {
        if (before.0, before.1) != (log, member) {
            before = (log, member, 0);
        }
        starts.insert((log, member, index), before.2);
        before.2 += lines;
    }
    let cut = worker.latest.dropped();
    let kept: Vec<(Key, Box<str>)> = worker.latest.into_items().filter(|(key, _)| newest.get(&key.1) == Some(&key.2)).collect();
    let normal = normal(graph, &kept);
    let mut noise = worker.noise;
    let mut lines = Vec::with_capacity(kept.len());
    let mut twins = Twins::default();
    for (key, text) in kept {
        let log = &graph.logs[key.1 as usize];
        if !filter.all && mtc::noise(log.component, &text).is_some_and(|row| normal.get(&(key.1, row.why)).is_some_and(|few| *few)) {
            noise += 1;
            continue;
        }
        if twins.repeats(graph, &key, &text) {
            continue;
        }
        let start = starts.get(&(key.1, key.2, key.3)).copied().unwrap_or(0);
        lines.push(line(graph, log, key.0, &text, start + u64::from(key.4) + 1));
    }
    LogView {
        schema: 1,
        about: search.title.clone(),
        objects: search.objects,
        logs: searched,
        matched: worker.matched,
        noise,
        repeated: twins.repeated,
        cut,
        notes: search.notes.clone(),
        inputs: graph.inputs.iter().map(|input| clean(&input.name)).collect(),
        lines,
    }
}

/// Lines that two files hold: a run log that the gather fetched repeats what the server wrote.
#[derive(Default)]
struct Twins {
    seen: FxHashMap<u64, u32>,
    repeated: u64,
}

impl Twins {
    /// Whether another file of the same program and pod, or of no known pod, holds the line too.
    fn repeats(&mut self, graph: &Graph, key: &Key, text: &str) -> bool {
        let log = &graph.logs[key.1 as usize];
        let whole = Line::parse(text, log.component).whole();
        let hash = FxBuildHasher.hash_one((key.0, log.cluster, log.component, whole));
        let first = *self.seen.entry(hash).or_insert(key.1);
        let other = &graph.logs[first as usize];
        let again = first != key.1 && (other.pod == log.pod || other.pod.is_none() || log.pod.is_none());
        self.repeated += u64::from(again);
        again
    }
}

/// For rows of the noise list that allow a few lines: whether a log has no more of them than that.
fn normal(graph: &Graph, kept: &[(Key, Box<str>)]) -> FxHashMap<(u32, &'static str), bool> {
    let mut counts: FxHashMap<(u32, &'static str), (u32, &'static Noise)> = FxHashMap::default();
    for (key, text) in kept {
        if let Some(row) = mtc::noise(graph.logs[key.1 as usize].component, text) {
            counts.entry((key.1, row.why)).or_insert((0, row)).0 += 1;
        }
    }
    counts.into_iter().map(|(key, (count, row))| (key, row.normal.is_none_or(|normal| count <= normal))).collect()
}

fn line(graph: &Graph, log: &Log, time: Option<Timestamp>, text: &str, number: u64) -> LogLine {
    let parsed = Line::parse(text, log.component);
    let mut message = parsed.message();
    if let Some(error) = parsed.error().filter(|error| !message.contains(error.as_str())) {
        message = if message.is_empty() { error } else { format!("{message}: {error}") };
    }
    if let Some(phase) = parsed.field("phase").filter(|phase| !message.contains(phase.as_str())) {
        message = format!("{message} (phase {phase})");
    }
    LogLine {
        time: time.map(|time| time.to_string()),
        cluster: clean(&graph.cluster(log.cluster).name),
        component: log.component.as_str().to_owned(),
        pod: log.pod.as_deref().map(clean),
        level: Some(parsed.level.to_string()).filter(|level| !level.is_empty()).map(|level| clean(&level)),
        message: clean(&message),
        text: clean(text),
        input: log.input,
        path: clean(log.path.as_str()),
        line: number,
    }
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
