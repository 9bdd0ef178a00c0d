use std::collections::BTreeMap;

use aho_corasick::{AhoCorasick, Input, MatchKind, packed};

use super::pattern::Pattern;
use crate::model::Component;

/// Marks of lines that are errors. A line break stands for the start of the line, and a `Z` for the end of the time that the
/// gather puts in front of it.
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
    "Z E0",
    "Z E1",
    "Z F0",
    "Z F1",
    "\nerror:",
    "\nError:",
    "\nfatal:",
    "\npanic:",
    "Z error:",
    "Z Error:",
    "Z fatal:",
    "Z panic:",
    "rsync error: ",
    " LOG3[",
];

/// What is searched for the marks: each mark holds one of these. They begin with what is rare, since the search looks at the
/// first bytes, and `level` is in every line.
const ERROR_SOUGHT: &[&str] =
    &["=error", "=fatal", "=panic", ":\"error\"", ":\"fatal\"", "panic\"", "rror:", "fatal:", "panic:", "LOG3[", "Z E0", "Z E1", "Z F0", "Z F1"];

/// Marks that are searched by themselves: the search compares as many bytes as its shortest text has, and more bytes make it faster.
const SHORT_SOUGHT: &[&str] = &["\nE0", "\nE1", "\nF0", "\nF1"];

/// What logs are full of. A literal is searched from where it looks least like this.
const COMMON: &str = r#"time="2021-07-09T23:28:01Z" level=info msg="Backed up 12 items out of an estimated total of 40 (estimate will change)"
 backup=openshift-migration/mig-initial controller=backup error.file="/remote-source/velero/app/pkg/restore/restore.go:427"
 logSource="pkg/backup/backup.go:427" restore=openshift-migration/mig-final name=pod namespace=app resource=pods
 level=warning msg="Error: unable to get the volume, timed out waiting for pod to be ready" cmd=/velero pluginName=velero-plugin
 I0707 16:40:11.123456       1 request.go:655] Waited for client-side throttling, not priority and fairness, request: GET:https://
 {"level":"info","ts":1625676000.123,"logger":"migration","msg":"[RUN] (Step 27/48) Waiting for stage backup to complete.",
 "migMigration":"mig","phase":"StageBackupCreated","backupProgress":"12/40","backupErrors":0,"migPlan":"plan","migCluster":"host"}
 level=info msg="Running command=restic backup --repo=s3:https://store/bucket --tag=pod= --host=velero --json ." parent-snapshot
 msg="Looking for path matching glob" path="/host_pods/5ebb7c3e-2dd4/volumes/*/pvc-9f1c/mount" pod=web-0 namespace=openshift-migration
 Reconciling failed to list the object from the server, not found, connection could not be created for cluster persistent
 msg="Attempting to restore PersistentVolumeClaim: data" msg="Executing custom action" msg="Processing item" progress= msg="[common-restore]
 Entering common restore plugin" resource=rolebindings.rbac.authorization.k8s.io resource=serviceaccounts resource=replicasets.apps
 resource=endpointslices.discovery.k8s.io resource=secrets msg="Skipping persistentvolumeclaims because it's already been restored."
 [1] >f+++++++++ www/static/js/part.ibd 457,105 100%  43.43MB/s  0:00:15 (xfr#3, to-chk=89997/90000) cd+++++++++ uploads/ /mnt/namespace/pvc/"#;

/// Length of the parts that are sought: shorter ones would find too many lines, longer ones have fewer texts in common.
const PART: usize = 6;

/// What the vectorised search takes at once; more texts than this switch it off.
const MOST_TEXTS: usize = 64;

/// Finds the lines of one component that are worth a look.
#[derive(Debug)]
pub(super) struct Lane {
    /// Any of these finds a line.
    searches: Vec<Search>,
    /// And this one in the same text in lower case.
    folded: Option<Search>,
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
        let mut folds: Vec<bool> = Vec::new();
        for (pattern_at, pattern) in (0_u32..).zip(patterns) {
            if !pattern.components.contains(&component) {
                continue;
            }
            for (regex_at, (_, literals)) in (0_u32..).zip(&pattern.regexes) {
                for literal in literals {
                    let at = texts.iter().position(|text| *text == literal.text).unwrap_or_else(|| {
                        texts.push(literal.text.clone());
                        owners.push(Vec::new());
                        folds.push(false);
                        texts.len() - 1
                    });
                    owners[at].push((pattern_at, regex_at));
                    folds[at] |= literal.fold;
                }
            }
        }
        let of = |fold: bool| texts.iter().zip(&folds).filter(move |(_, folds)| **folds == fold).map(|(text, _)| text);
        let mut sought = cover(&of(false).map(String::as_str).collect::<Vec<_>>());
        sought.extend(ERROR_SOUGHT.iter().map(|mark| mark.as_bytes().to_vec()));
        sought.sort();
        sought.dedup();
        let parts = sought.len().div_ceil(MOST_TEXTS).max(1);
        let short: Vec<Vec<u8>> = SHORT_SOUGHT.iter().map(|mark| mark.as_bytes().to_vec()).collect();
        let searches = sought.chunks(sought.len().div_ceil(parts).max(1)).chain([short.as_slice()]).filter_map(Search::new).collect();
        let lower: Vec<String> = of(true).map(|text| text.to_ascii_lowercase()).collect();
        let folded: Vec<Vec<u8>> = lower.iter().map(|text| rare_part(text).as_bytes().to_vec()).collect();
        let folded = if folded.is_empty() { None } else { Search::new(&folded) };
        // Case is ignored here whatever the regex says: a literal too many costs one regex, one too few costs a hit.
        let all = (!texts.is_empty())
            .then(|| AhoCorasick::builder().match_kind(MatchKind::Standard).ascii_case_insensitive(true).build(&texts).ok())
            .flatten();
        let marks = AhoCorasick::new(ERROR_MARKS.iter().filter(|mark| !mark.starts_with('\n'))).ok();
        Self { searches, folded, all, marks, owners }
    }

    /// Whether a line bears the mark of an error. Lines are looked at for other reasons too (a literal, the first of a block),
    /// and whether one is tallied must not depend on that.
    pub(super) fn is_marked(&self, line: &[u8]) -> bool {
        ERROR_MARKS.iter().filter_map(|mark| mark.strip_prefix('\n')).any(|mark| line.starts_with(mark.as_bytes()))
            || self.marks.as_ref().is_some_and(|marks| marks.is_match(line))
    }

    /// Lines of `hay`, as (start, end) without line break, that hold anything sought; sorted, each once. A mark at the start of
    /// a line needs the line break before it, so the caller adds the first line whatever it holds.
    pub(super) fn lines(&self, hay: &[u8], lower: &mut Vec<u8>, found: &mut Vec<(usize, usize)>) {
        for search in &self.searches {
            search.lines(hay, found);
        }
        if let Some(search) = &self.folded {
            lower.clear();
            lower.extend_from_slice(hay);
            lower.make_ascii_lowercase();
            search.lines(lower, found);
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

/// Parts of texts so that each text holds at least one. A part that several texts hold is taken for all of them, because every 64 parts
/// cost one more walk over the log.
fn cover(texts: &[&str]) -> Vec<Vec<u8>> {
    let mut holders: BTreeMap<&[u8], Vec<usize>> = BTreeMap::new();
    for (at, text) in texts.iter().enumerate() {
        for window in text.as_bytes().windows(PART).filter(|window| rarity(window).0 == 0) {
            let of_window = holders.entry(window).or_default();
            if of_window.last() != Some(&at) {
                of_window.push(at);
            }
        }
    }
    holders.retain(|_, texts| texts.len() > 1);
    let mut open: Vec<bool> = texts.iter().map(|_| true).collect();
    let mut parts = Vec::new();
    loop {
        let still_open = |holders: &[usize]| holders.iter().filter(|&&at| open[at]).count();
        // Of equal windows the first by its letters, so that nothing depends on the order of rules.
        let best = holders.iter().map(|(window, holders)| (still_open(holders), std::cmp::Reverse(*window))).max();
        let Some((2.., std::cmp::Reverse(window))) = best else { break };
        for &at in &holders[window] {
            open[at] = false;
        }
        parts.push(window.to_vec());
    }
    parts.extend(texts.iter().zip(&open).filter(|(_, open)| **open).map(|(text, _)| rare_part(text).as_bytes().to_vec()));
    parts
}

/// How often the first four bytes are met in common lines, as they stand and in pairs.
fn rarity(part: &[u8]) -> (usize, usize) {
    let common = COMMON.as_bytes();
    let start = &part[..part.len().min(4)];
    let whole = memchr::memmem::find_iter(common, start).count();
    let pairs = start.windows(2).map(|pair| memchr::memmem::find_iter(common, pair).count()).sum();
    (whole, pairs)
}

/// The part of a literal from its rarest four bytes on. The search compares first bytes, and looks closer wherever they agree.
fn rare_part(text: &str) -> &str {
    let bytes = text.as_bytes();
    let last = bytes.len().saturating_sub(PART);
    let start = (0..=last).filter(|&at| at + 4 <= bytes.len()).min_by_key(|&at| rarity(&bytes[at..])).unwrap_or(0);
    text.get(start..).unwrap_or(text)
}

impl Search {
    fn new(texts: &[Vec<u8>]) -> Option<Self> {
        let packed = packed::Config::new().match_kind(packed::MatchKind::LeftmostFirst).builder().extend(texts).build();
        match packed {
            Some(searcher) => Some(Self::Packed(searcher)),
            // A processor without the instructions.
            None => AhoCorasick::builder().match_kind(MatchKind::LeftmostFirst).build(texts).ok().map(Self::Automaton),
        }
    }

    fn lines(&self, hay: &[u8], found: &mut Vec<(usize, usize)>) {
        let mut at = 0;
        while let Some(hit) = self.find(hay, at) {
            let inside = if hay[hit] == b'\n' { hit + 1 } else { hit };
            let start = memchr::memrchr(b'\n', &hay[..inside]).map_or(0, |before| before + 1);
            let end = memchr::memchr(b'\n', &hay[inside..]).map_or(hay.len(), |after| inside + after);
            found.push((start, end));
            // The line break stays in front of the search: it may be the first byte of a mark.
            at = end.max(hit + 1);
        }
    }

    fn find(&self, hay: &[u8], from: usize) -> Option<usize> {
        match self {
            Self::Packed(searcher) => searcher.find_in(hay, aho_corasick::Span { start: from, end: hay.len() }).map(|hit| hit.start()),
            Self::Automaton(automaton) => automaton.find(Input::new(hay).range(from..)).map(|hit| hit.start()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_mark_is_sought() {
        for mark in ERROR_MARKS {
            assert!(ERROR_SOUGHT.iter().chain(SHORT_SOUGHT).any(|sought| mark.contains(sought)), "{mark}");
        }
    }

    #[test]
    fn a_literal_is_sought_from_its_rare_part_on() {
        for text in ["backup repository is not ready", "timed out waiting for all PodVolumeBackups", "Error listing backups", "volume is gone"] {
            let part = rare_part(text);
            assert!(text.ends_with(part) && part.len() >= PART, "{text}: {part}");
            assert!(!COMMON.contains(&part[..4]), "{text}: {part}");
        }
        assert_eq!(rare_part("level"), "level");
    }

    #[test]
    fn every_text_holds_a_part_that_is_sought_and_what_texts_share_is_sought_once() {
        let texts = ["certificate is not valid", "certificate has expired", "unknown certificate", "quota exceeded", "gone"];
        let parts = cover(&texts);
        for text in texts {
            assert!(parts.iter().any(|part| memchr::memmem::find(text.as_bytes(), part).is_some()), "{text}");
        }
        assert_eq!(parts.len(), 3, "{parts:?}");
    }
}
