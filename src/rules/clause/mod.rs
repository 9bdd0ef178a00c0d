//! Matching: clauses from top to bottom, depth first, one row at a time.
//!
//! A clause is true, false or unknown. True extends the row by each of its candidates, false ends it, unknown leaves it
//! *pending*: what comes later is still tried as far as it does not need the missing name, so that a row which would have been
//! refuted anyway is not reported as undecided. Memory is bounded by depth, since a candidate is finished before the next.

mod cover;
mod evidence;
mod finding;
mod hits;
mod names;
mod objects;
mod parts;
mod row;
mod shared;
mod trace;

use std::rc::Rc;

pub(crate) use shared::Shared;
pub use trace::{ClauseTrace, Trace};

use self::row::{Blocked, Row, RowScope, Slot};
use super::binding::{Binding, What};
use super::cel::{Program, Val};
use super::outcome::{Lack, RuleResult};
use super::rule::{Clause, Head, Named, Rule};
use crate::graph::Graph;
use crate::model::ClusterId;

/// Rows one rule may complete, and candidates it may bind on the way to them. Thousands of volumes are ordinary; a product of
/// thousands and thousands is a rule that forgot to join its clauses.
const MOST_ROWS: usize = 10_000;
const MOST_BOUND: usize = 500_000;
/// Candidates it may look at for that, the ones that do not fit included.
const MOST_SEEN: usize = 2_000_000;

/// Whether to go on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Flow {
    On,
    Stop,
}

/// The clauses still to do: those of this list, then those of the lists around it.
struct Frame<'f, 'a> {
    clauses: &'a [Clause],
    next: Option<&'f Frame<'f, 'a>>,
}

/// Candidates of one clause for one row.
#[derive(Debug, Default)]
struct Found<'a> {
    passed: Vec<Binding<'a>>,
    /// What may hide more of them.
    lacks: Vec<Lack>,
    /// The reference to follow is empty, so nothing was to be expected.
    empty: bool,
}

/// Truth of clauses that bind nothing for later.
#[derive(Debug, PartialEq, Eq)]
enum Truth {
    Holds,
    Fails,
    Unknown(Lack),
}

type Sink<'s, 'a> = &'s mut dyn FnMut(&mut Matcher<'a>, &mut Row<'a>) -> Flow;

/// Runs one rule over the graph.
pub(crate) struct Matcher<'a> {
    graph: &'a Graph,
    shared: &'a Shared<'a>,
    rule: &'a Rule,
    trace: Trace,
    /// Whether nearest candidates are wanted.
    explain: bool,
    bound: usize,
    seen: usize,
    /// A clause of `absent` followed an empty reference.
    empty_seen: bool,
    too_broad: Option<usize>,
}

impl<'a> Matcher<'a> {
    pub(crate) fn new(graph: &'a Graph, shared: &'a Shared<'a>, rule: &'a Rule, explain: bool) -> Self {
        let clauses = rule.outline.iter().map(|clause| ClauseTrace { clause: clause.clone(), ..ClauseTrace::default() }).collect();
        Self { graph, shared, rule, trace: Trace { clauses }, explain, bound: 0, seen: 0, empty_seen: false, too_broad: None }
    }

    /// Runs the rule to its end.
    pub(crate) fn run(mut self, index: usize) -> (RuleResult, Trace) {
        let mut complete = Vec::new();
        let mut pending = Vec::new();
        let mut row = Row::new(self.rule.names.len());
        let frame = Frame { clauses: &self.rule.clauses, next: None };
        let mut sink = |matcher: &mut Self, row: &mut Row<'a>| {
            if row.pending.is_empty() {
                if let Some(kept) = matcher.traps(row) {
                    complete.push(kept);
                }
                if complete.len() >= MOST_ROWS {
                    matcher.too_broad.get_or_insert(0);
                    return Flow::Stop;
                }
            } else if pending.len() < MOST_ROWS {
                pending.push(row.clone());
            }
            Flow::On
        };
        self.walk(&frame, &mut row, &mut sink);
        self.result(index, complete, pending)
    }

    fn walk(&mut self, frame: &Frame<'_, 'a>, row: &mut Row<'a>, sink: Sink<'_, 'a>) -> Flow {
        if self.too_broad.is_some() {
            return Flow::Stop;
        }
        let Some((clause, rest)) = frame.clauses.split_first() else {
            return match frame.next {
                Some(next) => self.walk(next, row, sink),
                None => sink(self, row),
            };
        };
        let rest = Frame { clauses: rest, next: frame.next };
        match clause {
            Clause::Where { number, test } => self.test_row(*number, test, &rest, row, sink),
            Clause::Any { number, alternatives } => {
                self.trace.clauses[*number].tried += 1;
                for (index, alternative) in alternatives.iter().enumerate() {
                    let mark = row.mark();
                    row.alternatives.push(index);
                    let flow = self.walk(&Frame { clauses: alternative, next: Some(&rest) }, row, sink);
                    row.restore(&mark);
                    if flow == Flow::Stop {
                        return Flow::Stop;
                    }
                }
                Flow::On
            }
            Clause::Absent { number, clauses, uses } => self.absent(*number, clauses, uses, &rest, row, sink),
            Clause::Named(named) => self.named(named, &rest, row, sink),
        }
    }

    fn test_row(&mut self, number: usize, test: &'a Program, rest: &Frame<'_, 'a>, row: &mut Row<'a>, sink: Sink<'_, 'a>) -> Flow {
        self.trace.clauses[number].tried += 1;
        match self.holds(number, test, row, None, row.here()) {
            Truth::Holds => {
                self.trace.clauses[number].passed += 1;
                self.walk(rest, row, sink)
            }
            Truth::Fails => {
                self.trace.clauses[number].failed += 1;
                Flow::On
            }
            Truth::Unknown(lack) => {
                let mark = row.mark();
                self.note_unknown(number, &lack);
                row.pending.push(lack);
                let flow = self.walk(rest, row, sink);
                row.restore(&mark);
                flow
            }
        }
    }

    fn absent(&mut self, number: usize, clauses: &'a [Clause], uses: &[usize], rest: &Frame<'_, 'a>, row: &mut Row<'a>, sink: Sink<'_, 'a>) -> Flow {
        self.trace.clauses[number].tried += 1;
        if uses.iter().any(|&slot| row.is_missing(slot)) {
            return self.walk(rest, row, sink);
        }
        let (truth, empty) = self.probe(clauses, row);
        let mark = row.mark();
        match truth {
            Truth::Holds => {
                self.trace.clauses[number].failed += 1;
                return Flow::On;
            }
            // An unscheduled pod never proves a missing agent: its reference is empty, not dangling.
            Truth::Fails if empty => {
                self.trace.clauses[number].failed += 1;
                return Flow::On;
            }
            Truth::Fails => {
                self.trace.clauses[number].passed += 1;
                row.state = true;
            }
            Truth::Unknown(lack) => {
                self.note_unknown(number, &lack);
                row.pending.push(lack);
            }
        }
        let flow = self.walk(rest, row, sink);
        row.restore(&mark);
        flow
    }

    /// Whether clauses have a row below this one; also whether one of them followed an empty reference.
    fn probe(&mut self, clauses: &'a [Clause], row: &mut Row<'a>) -> (Truth, bool) {
        let before = row.pending.len();
        let outer_empty = std::mem::take(&mut self.empty_seen);
        let mut found = false;
        let mut unknown = None;
        let mut sink = |_: &mut Self, row: &mut Row<'a>| match row.pending.get(before) {
            None => {
                found = true;
                Flow::Stop
            }
            Some(lack) => {
                unknown.get_or_insert_with(|| lack.clone());
                Flow::On
            }
        };
        let mark = row.mark();
        self.walk(&Frame { clauses, next: None }, row, &mut sink);
        row.restore(&mark);
        let empty = std::mem::replace(&mut self.empty_seen, outer_empty);
        let truth = match (found, unknown) {
            (true, _) => Truth::Holds,
            (false, Some(lack)) => Truth::Unknown(lack),
            (false, None) => Truth::Fails,
        };
        (truth, empty)
    }

    /// A completed row against the traps: gone, or kept with what could not be ruled out.
    fn traps(&mut self, row: &mut Row<'a>) -> Option<Row<'a>> {
        let mut untested = Vec::new();
        for trap in &self.rule.traps {
            match self.probe(trap, row).0 {
                Truth::Holds => return None,
                Truth::Fails => {}
                Truth::Unknown(lack) => untested.push(lack.reason),
            }
        }
        let mut kept = row.clone();
        untested.sort();
        untested.dedup();
        kept.untested = untested;
        Some(kept)
    }

    fn named(&mut self, named: &'a Named, rest: &Frame<'_, 'a>, row: &mut Row<'a>, sink: Sink<'_, 'a>) -> Flow {
        if named.uses.iter().any(|&slot| row.is_missing(slot)) {
            let mark = row.mark();
            row.set(named.slot, Slot::Missing);
            let flow = self.walk(rest, row, sink);
            row.restore(&mark);
            return flow;
        }
        let follows = named.from.is_some() || named.head.anchor().is_some();
        if row.here().is_some() || follows || named.cluster != super::file::WhichCluster::Same {
            return self.extend(named, rest, row, sink);
        }
        // The first clause: each cluster is a world of its own.
        for cluster in self.graph.cluster_ids() {
            row.cluster = Some(cluster);
            let flow = self.extend(named, rest, row, sink);
            row.cluster = None;
            if flow == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::On
    }

    fn extend(&mut self, named: &'a Named, rest: &Frame<'_, 'a>, row: &mut Row<'a>, sink: Sink<'_, 'a>) -> Flow {
        let found = self.candidates(named, row);
        self.empty_seen |= found.empty && found.passed.is_empty();
        let mark = row.mark();
        let present = named.from.is_none() || named.test.is_some();
        let is_state = matches!(named.head, Head::Kind { .. } | Head::Condition { .. } | Head::Each { .. } | Head::Native { .. });
        if named.many {
            return self.bind_list(named, found, rest, row, sink);
        }
        if found.passed.is_empty() {
            return self.bind_nothing(named, found.lacks, rest, row, sink);
        }
        for candidate in found.passed {
            self.bound += 1;
            if self.bound > MOST_BOUND {
                self.too_broad.get_or_insert(named.number);
                return Flow::Stop;
            }
            row.state |= present && (is_state || holds_still(&candidate)) && !named.optional;
            row.set(named.slot, Slot::Bound(candidate));
            let flow = self.walk(rest, row, sink);
            row.restore(&mark);
            if flow == Flow::Stop {
                return Flow::Stop;
            }
        }
        Flow::On
    }

    fn bind_list(&mut self, named: &'a Named, found: Found<'a>, rest: &Frame<'_, 'a>, row: &mut Row<'a>, sink: Sink<'_, 'a>) -> Flow {
        if found.passed.is_empty() {
            return self.bind_nothing(named, found.lacks, rest, row, sink);
        }
        let list = Binding { graph: self.graph, what: What::Many(Rc::new(found.passed)) };
        if let Some(having) = &named.having {
            let val = list.clone().plain();
            match self.holds(named.number, having, row, Some((&named.name, val)), row.here()) {
                Truth::Holds => {}
                Truth::Fails => return self.bind_nothing(named, found.lacks, rest, row, sink),
                Truth::Unknown(lack) => return self.bind_nothing(named, vec![lack], rest, row, sink),
            }
        }
        let mark = row.mark();
        row.incomplete |= !found.lacks.is_empty();
        row.state |= named.from.is_none() || named.test.is_some();
        row.set(named.slot, Slot::Bound(list));
        let flow = self.walk(rest, row, sink);
        row.restore(&mark);
        flow
    }

    fn bind_nothing(&mut self, named: &'a Named, lacks: Vec<Lack>, rest: &Frame<'_, 'a>, row: &mut Row<'a>, sink: Sink<'_, 'a>) -> Flow {
        let mark = row.mark();
        match (lacks.into_iter().next(), named.optional) {
            (None, false) => return Flow::On,
            (None, true) => row.set(named.slot, Slot::Null),
            (Some(lack), true) => row.set(named.slot, Slot::Undecided(lack)),
            (Some(lack), false) => {
                self.note_unknown(named.number, &lack);
                row.pending.push(lack);
                row.set(named.slot, Slot::Missing);
            }
        }
        let flow = self.walk(rest, row, sink);
        row.restore(&mark);
        flow
    }

    fn candidates(&mut self, named: &'a Named, row: &Row<'a>) -> Found<'a> {
        match &named.head {
            Head::Kind { kinds, name, namespace } => self.objects(named, row, kinds, name.as_ref(), namespace.as_ref()),
            Head::Event { reasons, of, regexes, by } => self.events(named, row, reasons, *of, regexes, by.as_deref()),
            Head::Condition { types, of, status, reasons, regexes } => {
                self.conditions(named, row, *of, |value| parts::condition(value, types, status.as_deref(), reasons, regexes))
            }
            Head::Log { components, about, pattern, .. } => self.logs(named, row, components, *about, *pattern),
            Head::Error { .. } => self.errors(named, row),
            Head::Each { paths } => self.elements(named, row, paths),
            Head::Native { native, with } => self.native(named, row, native, with),
        }
    }

    /// Counts what a clause is about to look at; false once a rule has looked at more than any case needs.
    fn may_see(&mut self, number: usize, count: usize) -> bool {
        self.seen = self.seen.saturating_add(count);
        if self.seen > MOST_SEEN {
            self.too_broad.get_or_insert(number);
        }
        self.too_broad.is_none()
    }

    /// Keeps the candidates that pass `where`; an undecided one becomes a lack.
    fn filter(&mut self, named: &'a Named, row: &Row<'a>, candidates: Vec<Binding<'a>>, found: &mut Found<'a>) {
        if !self.may_see(named.number, candidates.len()) {
            return;
        }
        let trace = &mut self.trace.clauses[named.number];
        trace.tried += candidates.len() as u64;
        let Some(test) = &named.test else {
            trace.passed += candidates.len() as u64;
            found.passed.extend(candidates);
            return;
        };
        for candidate in candidates {
            let cluster = candidate.cluster();
            let val = Val::Thing(candidate.clone());
            match self.holds(named.number, test, row, Some((&named.name, val)), cluster) {
                Truth::Holds => {
                    self.trace.clauses[named.number].passed += 1;
                    found.passed.push(candidate);
                }
                Truth::Fails => self.trace.clauses[named.number].failed += 1,
                Truth::Unknown(lack) => found.lacks.push(lack),
            }
        }
    }

    fn holds(&mut self, number: usize, test: &Program, row: &Row<'a>, candidate: Option<(&str, Val<'a>)>, cluster: Option<ClusterId>) -> Truth {
        let scope = RowScope { graph: self.graph, names: &self.rule.names, row, candidate, cluster };
        match scope.blocked(test) {
            Blocked::Undecided(lack) => return Truth::Unknown(lack),
            // The row is pending already because of that name.
            Blocked::Pending => return Truth::Holds,
            Blocked::No => {}
        }
        let trace = &mut self.trace.clauses[number];
        trace.evaluated += 1;
        let truth = match test.holds(&scope) {
            Ok(true) => return Truth::Holds,
            Ok(false) => Truth::Fails,
            Err(error) => {
                trace.mistaken += u64::from(!error.null);
                trace.error(&error.text);
                Truth::Fails
            }
        };
        if self.explain && trace.nearest.len() < trace::KEPT {
            let who = scope.candidate.as_ref().map(|(_, val)| evidence::describe(val)).unwrap_or_default();
            let why = test.culprit(&scope).unwrap_or_default();
            trace.nearest.push(if who.is_empty() { why } else { format!("{who}: {why}") });
        }
        truth
    }

    fn note_unknown(&mut self, number: usize, lack: &Lack) {
        let trace = &mut self.trace.clauses[number];
        trace.unknown += 1;
        trace.reason(&lack.reason);
    }
}

/// A condition tells what is so now: a text that stands in one is a state, while a line of a log is over.
fn holds_still(candidate: &Binding<'_>) -> bool {
    matches!(&candidate.what, What::Error(error) if error.place == "condition")
}

impl Head {
    /// The name a clause takes its cluster from.
    fn anchor(&self) -> Option<usize> {
        match self {
            Self::Event { of, .. } => *of,
            Self::Log { about, .. } | Self::Error { about, .. } => *about,
            Self::Condition { of, .. } => Some(*of),
            Self::Each { paths } => paths.first().map(|(slot, _)| *slot),
            Self::Native { with, .. } => with.first().map(|(_, slot)| *slot),
            Self::Kind { .. } => None,
        }
    }
}
