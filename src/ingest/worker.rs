use std::sync::Arc;

use super::intern::Interner;
use super::kube_yaml::{Item, Limits, Problem, Reader, Stats};
use super::lines::Lines;
use super::{Copies, Keep, described, event, object};
use crate::archive::{Batch, Part};
use crate::graph::{Event, Object};
use crate::layout::{self, Shape};
use crate::model::{Component, EntryPath, Timestamp};
use crate::scan::{ChunkScan, PatternSet, Scanner};

/// What one worker read of one input. Order means nothing; [`super::freeze`] sorts.
#[derive(Debug, Default)]
pub struct Harvest {
    pub(super) objects: Vec<Seen<Object>>,
    pub(super) events: Vec<Seen<Event>>,
    pub(super) chunks: Vec<Chunk>,
    pub(super) texts: Vec<(Arc<str>, u32, String)>,
    pub(super) problems: Vec<(Arc<str>, u32, Problem)>,
    pub(super) broken: Vec<(Arc<str>, u32)>,
    pub(super) stats: Stats,
}

/// Something with the member it came from; of two members with one path the later is the newer.
#[derive(Debug)]
pub(super) struct Seen<T> {
    pub(super) member: u32,
    pub(super) latest: Option<Timestamp>,
    /// The cluster directory that holds the file, once all directories are known.
    pub(super) root: Option<usize>,
    pub(super) it: T,
}

/// One piece of a log.
#[derive(Debug)]
pub(super) struct Chunk {
    pub(super) path: Arc<str>,
    pub(super) member: u32,
    pub(super) index: u32,
    pub(super) component: Component,
    pub(super) scan: ChunkScan,
}

/// The longest text file of which anything is kept.
const TEXT: usize = 64 << 10;

/// Problems of one file that are told one by one; a list of a million numbers has a million.
const MOST_PROBLEMS: usize = 100;

/// The first problems of one file, and how many more there were.
#[derive(Debug, Default)]
struct Bounded {
    kept: Vec<Problem>,
    more: u64,
    line: u32,
}

impl Bounded {
    fn push(&mut self, problem: Problem) {
        if self.kept.len() < MOST_PROBLEMS {
            self.line = problem.line();
            self.kept.push(problem);
        } else if !problem.is_benign() {
            self.more += 1;
        }
    }

    fn finish(self) -> impl Iterator<Item = Problem> {
        let reason = format!("and {} more of the kind behind it", self.more);
        let rest = (self.more > 0).then_some(Problem::Unparsable { line: self.line, reason, text: String::new() });
        self.kept.into_iter().chain(rest)
    }
}

/// Reads batches of one input on one thread.
#[derive(Debug)]
pub struct Worker<'p> {
    input: u32,
    keep: &'p Keep,
    copies: &'p Copies,
    words: Interner,
    reader: Reader,
    scanner: Scanner<'p>,
    limits: Limits,
    harvest: Harvest,
}

impl<'p> Worker<'p> {
    /// A worker for one input.
    pub fn new(input: u32, patterns: &'p PatternSet, keep: &'p Keep, copies: &'p Copies) -> Self {
        Self {
            input,
            keep,
            copies,
            words: Interner::default(),
            reader: Reader::skipping(keep.skips().clone()),
            scanner: Scanner::new(patterns),
            limits: Limits::default(),
            harvest: Harvest::default(),
        }
    }

    /// Reads one batch.
    pub fn batch(&mut self, batch: &Batch) {
        for part in &batch.parts {
            let own = part.own(batch);
            match layout::shape(&part.path) {
                Shape::Manifest => self.manifest(part, own),
                Shape::Log(component) => {
                    self.log(part, batch, component);
                    // The log of the client names the cluster that it spoke to.
                    if part.first && component == Component::Gather {
                        self.text(part, own);
                    }
                }
                Shape::Description if part.first => self.description(part, own),
                Shape::Text if part.first => self.text(part, own),
                Shape::Text | Shape::Description | Shape::Ignore | Shape::Closed => {}
            }
            if part.truncated {
                self.harvest.broken.push((part.path.clone(), part.member));
            }
        }
    }

    fn text(&mut self, part: &Part, own: &[u8]) {
        let text = String::from_utf8_lossy(&own[..own.len().min(TEXT)]).into_owned();
        self.harvest.texts.push((part.path.clone(), part.member, text));
    }

    /// What was read.
    pub fn finish(mut self) -> Harvest {
        self.harvest.stats = self.reader.stats();
        self.harvest
    }

    fn log(&mut self, part: &Part, batch: &Batch, component: Component) {
        let around = part.with_context(batch);
        let (lead, rest) = around.split_at(part.lead.min(around.len()));
        let (body, trail) = rest.split_at(part.range.len().min(rest.len()));
        let scan = self.scanner.chunk(component, lead, body, trail);
        self.harvest.chunks.push(Chunk { path: part.path.clone(), member: part.member, index: part.index, component, scan });
    }

    fn description(&mut self, part: &Part, own: &[u8]) {
        let text = String::from_utf8_lossy(&own[..own.len().min(described::LONGEST)]);
        let read = described::read(self.input, &part.path, &text);
        self.harvest.objects.extend(read.object.map(|it| Seen { member: part.member, latest: None, root: None, it }));
        self.harvest.problems.extend(read.problem.map(|problem| (part.path.clone(), part.member, problem)));
    }

    fn manifest(&mut self, part: &Part, source: &[u8]) {
        let Self { input, keep, copies, words, reader, limits, harvest, .. } = self;
        let path = EntryPath(part.path.clone());
        let Harvest { objects, events, problems, .. } = harvest;
        let mut lines: Option<Lines> = None;
        let mut newest_event: Option<Seen<Event>> = None;
        let mut nameless = Bounded::default();
        let mut on_item = |item: Item<'_>| {
            let root = item.draft.root();
            if event::is_event(root) {
                let line_of = |value| match item.draft.line_of(value) {
                    Some(line) => line.trim_end_matches('\r').into(),
                    None => lines.get_or_insert_with(|| Lines::of(source)).text(source, value.line()),
                };
                let Some(event) = event::read(root, *input, &path, item.line, words, line_of) else { return };
                let seen = Seen { member: part.member, latest: event.last, root: None, it: event };
                if !keep.only_names() {
                    events.push(seen);
                } else if newest_event.as_ref().is_none_or(|newest| newest.latest < seen.latest) {
                    newest_event = Some(seen);
                }
                return;
            }
            let Some((mut object, latest)) = object::read(root, *input, &path, item.line, words) else {
                if object::is_nameless(root) {
                    // The object was there, so its kind cannot count as collected whole.
                    let reason = "an object without a kind or a name".to_owned();
                    nameless.push(Problem::Unparsable { line: item.line, reason, text: String::new() });
                }
                return;
            };
            if keep.keeps(object.kind()) {
                let counts = copies.may_count(&object);
                if !counts && keep.only_names() {
                    return;
                }
                object.body = counts.then(|| {
                    keep.part_of(object.kind(), root).or_else(|| item.draft.own()).unwrap_or_else(|| {
                        let lines = lines.get_or_insert_with(|| Lines::of(source));
                        object::decoded(item.draft.to_tape(), source, lines, item.line)
                    })
                });
            }
            objects.push(Seen { member: part.member, latest, root: None, it: object });
        };
        let mut told = Bounded::default();
        reader.read(source, limits, &mut on_item, &mut |problem| told.push(problem));
        nameless.finish().for_each(|problem| told.push(problem));
        events.extend(newest_event);
        problems.extend(told.finish().map(|problem| (part.path.clone(), part.member, problem)));
    }
}
