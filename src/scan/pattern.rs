use std::sync::{Arc, OnceLock};

use super::ScanError;
use super::lane::Lane;
use super::lazy::LazyRegex;
use super::line::{IDENTITY, normal_name};
use super::literal::{Literal, literals};
use crate::model::Component;

/// What a regex is matched against. Both are unescaped with white space collapsed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum PatternTarget {
    /// The whole line.
    Line,
    /// The error that the line tells: its error value, else its message, else the whole line.
    Error,
}

/// One `log` or `error` clause of the pack.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PatternSpec {
    /// The first that matches wins. Their size was checked when the rule was read.
    pub regexes: Vec<String>,
    /// Logs of these components only.
    pub components: Vec<Component>,
    /// What the regexes run on.
    pub target: PatternTarget,
    /// Captures and fields that make the grouping key; `None` takes all captures and all identity fields.
    pub by: Option<Vec<String>>,
    /// Further fields of the line that the rule reads.
    pub fields: Vec<String>,
}

/// One compiled clause.
#[derive(Debug)]
pub(super) struct Pattern {
    pub(super) regexes: Vec<(LazyRegex, Vec<Literal>)>,
    pub(super) components: Vec<Component>,
    pub(super) target: PatternTarget,
    pub(super) captures: Vec<Arc<str>>,
    /// For each capture whether it is part of the key.
    pub(super) key_captures: Vec<bool>,
    /// Fields kept, sorted by name, and whether each is part of the key.
    pub(super) fields: Vec<(Arc<str>, bool)>,
}

/// All patterns of the pack, ready to scan with. Immutable and shared by the workers.
#[derive(Debug)]
pub struct PatternSet {
    patterns: Vec<Pattern>,
    lanes: Vec<OnceLock<Lane>>,
}

impl PatternSet {
    /// Compiles the patterns; their order gives [`HitGroup::pattern`](crate::model::HitGroup::pattern).
    pub fn compile(specs: &[PatternSpec]) -> Result<Self, ScanError> {
        let patterns =
            specs.iter().enumerate().map(|(position, spec)| pattern(spec).map_err(|error| error.at(position))).collect::<Result<_, _>>()?;
        Ok(Self { patterns, lanes: Component::ALL.iter().map(|_| OnceLock::new()).collect() })
    }

    /// How many patterns.
    pub fn len(&self) -> usize {
        self.patterns.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.patterns.is_empty()
    }

    /// Named groups of a pattern, over all its regexes, in order of first appearance. Empty for a pattern that does not exist.
    pub fn capture_names(&self, pattern: usize) -> &[Arc<str>] {
        self.patterns.get(pattern).map_or(&[], |pattern| &pattern.captures)
    }

    pub(super) fn patterns(&self) -> &[Pattern] {
        &self.patterns
    }

    /// The search of one component, built when its first log arrives.
    pub(super) fn lane(&self, component: Component) -> &Lane {
        let position = Component::ALL.iter().position(|known| *known == component).unwrap_or(0);
        self.lanes[position].get_or_init(|| Lane::new(&self.patterns, component))
    }
}

fn pattern(spec: &PatternSpec) -> Result<Pattern, ScanError> {
    let mut regexes = Vec::new();
    let mut captures: Vec<Arc<str>> = Vec::new();
    for text in &spec.regexes {
        let literals = literals(text)?;
        let regex = LazyRegex::new(text, None)?;
        for name in regex.names() {
            if !captures.contains(name) {
                captures.push(name.clone());
            }
        }
        regexes.push((regex, literals));
    }
    let in_key = |name: &str| spec.by.as_ref().is_none_or(|by| by.iter().any(|entry| entry == name));
    let key_captures = captures.iter().map(|name| in_key(name)).collect();
    let mut fields: Vec<(Arc<str>, bool)> = IDENTITY.iter().map(|&name| (name.into(), spec.by.is_none())).collect();
    for name in &spec.fields {
        keep(&mut fields, normal_name(name), false);
    }
    for name in spec.by.iter().flatten().filter(|name| !captures.iter().any(|known| **known == ***name)) {
        keep(&mut fields, normal_name(name), true);
    }
    fields.sort();
    Ok(Pattern { regexes, components: spec.components.clone(), target: spec.target, captures, key_captures, fields })
}

fn keep(fields: &mut Vec<(Arc<str>, bool)>, name: &str, key: bool) {
    match fields.iter_mut().find(|(known, _)| **known == *name) {
        Some((_, known_key)) => *known_key |= key,
        None => fields.push((name.into(), key)),
    }
}
