use std::panic::{AssertUnwindSafe, catch_unwind};
use std::time::{Duration, Instant};

use rayon::prelude::*;

use crate::finding::RuleState;
use crate::graph::Graph;
use crate::rules::{Matcher, Pack, RuleResult, Shared, Trace};

/// A result with the time it took.
#[derive(Debug, Clone)]
pub struct Timed {
    /// What the rule gave.
    pub result: RuleResult,
    /// How long that took; for people who write rules, never part of a report.
    pub took: Duration,
}

/// Runs every rule. Results come in the order of the pack, whatever the number of threads.
pub fn run(graph: &Graph, pack: &Pack) -> Vec<RuleResult> {
    run_timed(graph, pack).into_iter().map(|timed| timed.result).collect()
}

/// Runs every rule and takes the time of each.
pub fn run_timed(graph: &Graph, pack: &Pack) -> Vec<Timed> {
    let shared = Shared::new(graph);
    let all = (0..pack.rules.len()).into_par_iter();
    all.map(|index| {
        let start = Instant::now();
        let (result, _) = one(graph, &shared, pack, index, false);
        Timed { result, took: start.elapsed() }
    })
    .collect()
}

/// Runs one rule and tells what happened at each of its clauses.
pub fn explain(graph: &Graph, pack: &Pack, rule: usize) -> (RuleResult, Trace) {
    one(graph, &Shared::new(graph), pack, rule, true)
}

/// A mistake of ours in one rule must not take the others with it, so a panic becomes the state of that rule.
fn one(graph: &Graph, shared: &Shared<'_>, pack: &Pack, index: usize, explain: bool) -> (RuleResult, Trace) {
    let Some(rule) = pack.rules.get(index) else { return (broken(index, "no such rule"), Trace::default()) };
    let ran = catch_unwind(AssertUnwindSafe(|| Matcher::new(graph, shared, rule, explain).run(index)));
    ran.unwrap_or_else(|_| (broken(index, "the rule stopped with an internal error"), Trace::default()))
}

fn broken(rule: usize, why: &str) -> RuleResult {
    RuleResult { rule, state: RuleState::Errored, matches: Vec::new(), pending: Vec::new(), errors: vec![why.to_owned()] }
}
