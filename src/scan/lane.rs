use aho_corasick::{AhoCorasick, Input, MatchKind, packed};

use super::pattern::Pattern;
use crate::model::Component;

/// Marks of lines that are errors. Where a mark has to stand at the start of a line, it takes what stands before that: the line
/// break, or the end of the time that the gather puts before each line.
const ERROR_MARKS: &[&str] = &[
    "level=error",
    "level=fatal",
    "level=panic",
    "\"level\":\"error\"",
    "\"level\":\"fatal\"",
    "\"level\":\"panic\"",
    "\"level\":\"dpanic\"",
    "\nE0",
    "\nE1",
    "\nF0",
    "\nF1",
    "\nerror:",
    "\nError:",
    "\nfatal:",
    "\npanic:",
    "Z E0",
    "Z E1",
    "Z F0",
    "Z F1",
    "Z error:",
    "Z Error:",
    "Z fatal:",
    "Z panic:",
    " LOG3[",
    "rsync error: ",
];

/// What the vectorised search takes at once; more texts than this switch it off.
const MOST_TEXTS: usize = 60;

/// Finds the lines of one component that are worth a look.
#[derive(Debug)]
pub(super) struct Lane {
    /// Any of these finds a line.
    searches: Vec<Search>,
    /// Whether they want their text in lower case.
    pub(super) fold: bool,
    /// Finds every literal of one line, overlapping ones included.
    all: Option<AhoCorasick>,
    /// Finds the marks that may stand anywhere.
    marks: Option<AhoCorasick>,
    /// Regexes by literal.
    owners: Vec<Vec<(u32, u32)>>,
}

#[derive(Debug)]
enum Search {
    Packed(packed::Searcher),
    Automaton(AhoCorasick),
}

impl Lane {
    pub(super) fn new(patterns: &[Pattern], component: Component) -> Self {
        let mut texts: Vec<String> = Vec::new();
        let mut owners: Vec<Vec<(u32, u32)>> = Vec::new();
        let mut fold = false;
        for (pattern_at, pattern) in (0_u32..).zip(patterns) {
            if !pattern.components.contains(&component) {
                continue;
            }
            for (regex_at, (_, literals)) in (0_u32..).zip(&pattern.regexes) {
                for literal in literals {
                    fold |= literal.fold;
                    let at = texts.iter().position(|text| *text == literal.text).unwrap_or_else(|| {
                        texts.push(literal.text.clone());
                        owners.push(Vec::new());
                        texts.len() - 1
                    });
                    owners[at].push((pattern_at, regex_at));
                }
            }
        }
        let mut sought: Vec<String> = texts.iter().cloned().chain(ERROR_MARKS.iter().map(|&mark| mark.to_owned())).collect();
        if fold {
            sought.iter_mut().for_each(|text| text.make_ascii_lowercase());
        }
        sought.sort();
        sought.dedup();
        let parts = sought.len().div_ceil(MOST_TEXTS).max(1);
        let searches = sought.chunks(sought.len().div_ceil(parts).max(1)).filter_map(Search::new).collect();
        // Case is ignored here whatever the regex says: a literal too many costs one regex, one too few costs a hit.
        let all = (!texts.is_empty())
            .then(|| AhoCorasick::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(&texts).ok())
            .flatten();
        let marks = AhoCorasick::new(ERROR_MARKS.iter().filter(|mark| !mark.starts_with('\n'))).ok();
        Self { searches, fold, all, marks, owners }
    }

    /// Whether a line bears the mark of an error. Lines are looked at for other reasons too (a literal, the first of a block),
    /// and whether one is tallied must not depend on that.
    pub(super) fn is_marked(&self, line: &[u8]) -> bool {
        ERROR_MARKS.iter().filter_map(|mark| mark.strip_prefix('\n')).any(|mark| line.starts_with(mark.as_bytes()))
            || self.marks.as_ref().is_some_and(|marks| marks.is_match(line))
    }

    /// Lines of `hay`, as (start, end) without line break, that hold anything sought; sorted, each once. A mark at the start of
    /// a line needs the line break before it, so the caller adds the first line whatever it holds.
    pub(super) fn lines(&self, hay: &[u8], found: &mut Vec<(usize, usize)>) {
        for search in &self.searches {
            let mut at = 0;
            while let Some(hit) = search.find(hay, at) {
                let inside = if hay[hit] == b'\n' { hit + 1 } else { hit };
                let start = memchr::memrchr(b'\n', &hay[..inside]).map_or(0, |before| before + 1);
                let end = memchr::memchr(b'\n', &hay[inside..]).map_or(hay.len(), |after| inside + after);
                found.push((start, end));
                // The line break stays in front of the search: it may be the first byte of a mark.
                at = end.max(hit + 1);
            }
        }
        found.sort_unstable();
        found.dedup();
    }

    /// Regexes that may match in `line`: (pattern, regex), sorted.
    pub(super) fn candidates(&self, line: &[u8], found: &mut Vec<(u32, u32)>) {
        found.clear();
        let Some(all) = &self.all else {
            return;
        };
        for hit in all.find_overlapping_iter(line) {
            found.extend_from_slice(&self.owners[hit.pattern().as_usize()]);
            if found.len() > 4_096 {
                found.sort_unstable();
                found.dedup();
            }
        }
        found.sort_unstable();
        found.dedup();
    }
}

impl Search {
    fn new(texts: &[String]) -> Option<Self> {
        let packed = packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(texts).build();
        match packed {
            Some(searcher) => Some(Self::Packed(searcher)),
            // A processor without the instructions.
            None => AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts).ok().map(Self::Automaton),
        }
    }

    fn find(&self, hay: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Packed(searcher) => searcher.find_in(hay, aho_corasick::Span { start: from, end: hay.len() }).map(|hit| hit.start()),
            Self::Automaton(automaton) => automaton.find(Input::new(hay).range(from..)).map(|hit| hit.start()),
        }
    }
}
