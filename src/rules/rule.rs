//! A rule ready to run.

use std::borrow::Cow;

use super::cel::Program;
use super::file::{Case, Layer, WhichCluster};
use super::native::Native;
use super::path::Path;
use super::template::Template;
use crate::finding::{Confidence, RuleRole, Severity};
use crate::model::Component;
use crate::scan::{LazyRegex, PatternSpec};

/// One rule of the pack.
#[derive(Debug)]
pub struct Rule {
    /// Path of its file below `rules/`, without the ending.
    pub id: String,
    /// First twelve hex digits of the SHA-256 of its file.
    pub digest: String,
    /// What it finds, in at most 72 characters.
    pub title: String,
    /// Severity before variants.
    pub severity: Severity,
    /// Role before variants.
    pub role: RuleRole,
    /// Confidence before variants.
    pub confidence: Confidence,
    /// A cause that reaches no outcome on purpose.
    pub stands_alone: bool,
    /// Rules whose findings it explains.
    pub explains: Vec<String>,
    /// What to do, as written.
    pub remedy: String,
    /// What it means, in Markdown.
    pub docs: String,
    /// Further reading.
    pub links: Vec<String>,
    /// Its tests, where they were read with it.
    pub(crate) cases: Option<Vec<Case>>,
    /// The whole file.
    pub source: String,
    pub(crate) overrides: bool,
    pub(crate) clauses: Vec<Clause>,
    pub(crate) traps: Vec<Vec<Clause>>,
    pub(crate) subject: Vec<SubjectSpec>,
    pub(crate) group_by: Vec<GroupKey>,
    pub(crate) variants: Vec<Variant>,
    pub(crate) message: Template,
    pub(crate) remediation: Template,
    pub(crate) evidence: Vec<Path>,
    /// Names, by slot of a row.
    pub(crate) names: Vec<String>,
    /// Every clause in a few words, by number; for explanations.
    pub(crate) outline: Vec<String>,
}

impl Rule {
    /// Its tests.
    pub fn tests(&self) -> Cow<'_, [Case]> {
        match &self.cases {
            Some(cases) => Cow::Borrowed(cases),
            // Read before this program was built, as the test of all rules makes sure.
            None => tests_at(&self.source).and_then(|at| serde_yaml::from_str(self.source[at..].strip_prefix(TESTS)?).ok()).unwrap_or_default(),
        }
    }
}

/// The key under which a rule has its tests.
const TESTS: &str = "tests:\n";

/// Where the tests of a rule begin, when nothing else stands behind them.
pub(super) fn tests_at(text: &str) -> Option<usize> {
    let at = text.rfind("\ntests:\n")? + 1;
    let is_inside = |line: &str| line.is_empty() || line.starts_with([' ', '-', '#']);
    text[at + TESTS.len()..].lines().all(is_inside).then_some(at)
}

/// What a finding may be about; the first bound wins.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum SubjectSpec {
    Cluster,
    Name(usize),
}

/// Part of the key that joins rows into one finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum GroupKey {
    Subject,
    Cluster,
    Path(Path),
}

/// What changes when an expression holds.
#[derive(Debug)]
pub(crate) struct Variant {
    pub(crate) when: Program,
    pub(crate) severity: Option<Severity>,
    pub(crate) role: Option<RuleRole>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) message: Option<Template>,
    /// What the finding explains instead of all that the rule names.
    pub(crate) explains: Option<Vec<String>>,
}

/// One entry of `match`.
#[derive(Debug)]
pub(crate) enum Clause {
    Named(Box<Named>),
    Where { number: usize, test: Program },
    Any { number: usize, alternatives: Vec<Vec<Clause>> },
    Absent { number: usize, clauses: Vec<Clause>, uses: Vec<usize> },
}

/// A clause with a head.
#[derive(Debug)]
pub(crate) struct Named {
    pub(crate) number: usize,
    /// `None` for the nameless clause inside `absent`.
    pub(crate) slot: Option<usize>,
    pub(crate) name: String,
    pub(crate) head: Head,
    pub(crate) from: Option<usize>,
    pub(crate) via: Vec<String>,
    pub(crate) test: Option<Program>,
    pub(crate) cluster: WhichCluster,
    pub(crate) after: Option<Program>,
    pub(crate) before: Option<Program>,
    pub(crate) optional: bool,
    pub(crate) many: bool,
    pub(crate) having: Option<Program>,
    /// Slots it reads, its own left out.
    pub(crate) uses: Vec<usize>,
}

#[derive(Debug)]
pub(crate) enum Head {
    Kind {
        kinds: Vec<String>,
        name: Option<Template>,
        namespace: Option<Template>,
    },
    Event {
        reasons: Vec<String>,
        of: Option<usize>,
        regexes: Vec<LazyRegex>,
        by: Option<Vec<String>>,
    },
    Condition {
        types: Vec<String>,
        of: usize,
        status: Option<String>,
        reasons: Vec<String>,
        regexes: Vec<LazyRegex>,
    },
    Log {
        components: Vec<Component>,
        about: Option<usize>,
        pattern: u32,
        spec: PatternSpec,
    },
    Error {
        families: Vec<String>,
        about: Option<usize>,
        regexes: Vec<LazyRegex>,
        layer: Layer,
        by: Option<Vec<String>>,
        pattern: u32,
        spec: PatternSpec,
    },
    Each {
        paths: Vec<(usize, Path)>,
    },
    Native {
        native: &'static Native,
        with: Vec<(String, usize)>,
    },
}

impl Clause {
    /// Visits this clause and those inside it.
    pub(crate) fn visit<'c>(&'c self, see: &mut dyn FnMut(&'c Clause)) {
        see(self);
        match self {
            Self::Named(_) | Self::Where { .. } => {}
            Self::Any { alternatives, .. } => alternatives.iter().flatten().for_each(|clause| clause.visit(see)),
            Self::Absent { clauses, .. } => clauses.iter().for_each(|clause| clause.visit(see)),
        }
    }

    /// Visits the heads of this clause and of those inside it, to number their patterns.
    pub(crate) fn heads_mut(&mut self, see: &mut dyn FnMut(&mut Head)) {
        match self {
            Self::Named(named) => see(&mut named.head),
            Self::Where { .. } => {}
            Self::Any { alternatives, .. } => alternatives.iter_mut().flatten().for_each(|clause| clause.heads_mut(see)),
            Self::Absent { clauses, .. } => clauses.iter_mut().for_each(|clause| clause.heads_mut(see)),
        }
    }
}

impl Rule {
    /// All clauses, those of traps included.
    /// What its clauses look for in logs.
    pub(crate) fn patterns(&self) -> Vec<&PatternSpec> {
        let mut all = Vec::new();
        self.all_clauses(&mut |clause| {
            if let Clause::Named(named) = clause
                && let Head::Log { spec, .. } | Head::Error { spec, .. } = &named.head
            {
                all.push(spec);
            }
        });
        all
    }

    /// By number of a clause, whether a row ends there when nothing passes: not so in a trap, where that is the wish, nor in one
    /// alternative of several.
    pub fn must_pass(&self) -> Vec<bool> {
        let mut must = vec![false; self.outline.len()];
        for clause in &self.clauses {
            let number = match clause {
                Clause::Named(named) => named.number,
                Clause::Where { number, .. } | Clause::Any { number, .. } | Clause::Absent { number, .. } => *number,
            };
            if let Some(entry) = must.get_mut(number) {
                *entry = true;
            }
        }
        must
    }

    pub(crate) fn all_clauses<'c>(&'c self, see: &mut dyn FnMut(&'c Clause)) {
        self.clauses.iter().chain(self.traps.iter().flatten()).for_each(|clause| clause.visit(see));
    }
}
