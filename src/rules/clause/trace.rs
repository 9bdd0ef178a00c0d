use std::collections::BTreeMap;

/// What happened at one clause.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ClauseTrace {
    /// The clause in a few words.
    pub clause: String,
    /// How many candidates or rows came here.
    pub tried: u64,
    /// How many went on.
    pub passed: u64,
    /// How many ended here.
    pub failed: u64,
    /// How many could not be decided.
    pub unknown: u64,
    /// Why not, in words, with how often.
    pub reasons: BTreeMap<String, u64>,
    /// Expressions without a value, with how often.
    pub errors: BTreeMap<String, u64>,
    /// Up to three candidates that failed, with the part that was false.
    pub nearest: Vec<String>,
    /// Evaluations.
    pub(crate) evaluated: u64,
    /// Evaluations that ended in a mistake of the rule, not in a hole of the evidence.
    pub(crate) mistaken: u64,
}

/// What happened at every clause, in the order of the file.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trace {
    /// Clauses, those of traps last.
    pub clauses: Vec<ClauseTrace>,
}

/// Candidates and texts kept for a clause.
pub(super) const KEPT: usize = 3;

impl ClauseTrace {
    pub(super) fn reason(&mut self, text: &str) {
        count(&mut self.reasons, text);
    }

    pub(super) fn error(&mut self, text: &str) {
        count(&mut self.errors, text);
    }
}

/// Texts come from the data, so only a few are kept.
fn count(map: &mut BTreeMap<String, u64>, text: &str) {
    if let Some(known) = map.get_mut(text) {
        *known += 1;
    } else if map.len() < 16 {
        map.insert(text.to_owned(), 1);
    }
}
