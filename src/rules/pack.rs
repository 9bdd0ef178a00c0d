//! The pack: built-in rules, layers on top of them, and the checks that need all rules at once.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::path::Path;

use rayon::prelude::*;
use sha2::{Digest as _, Sha256};

use super::compile::compile;
use super::error::{PackErrors, RuleError, Source};
use super::rule::{Clause, Head, Rule};
use super::vocabulary::DERIVED_KINDS;
use super::words::closest;
use crate::finding::RuleRole;
use crate::mtc;
use crate::scan::PatternSpec;

/// Rules of this program, by id.
const BUILT_IN: &[(&str, &str)] = include!(concat!(env!("OUT_DIR"), "/rules.rs"));

/// Largest rule file that is read.
const LARGEST: u64 = 256 << 10;

/// All rules of a run, by id.
#[derive(Debug, Default)]
pub struct Pack {
    /// Sorted by id; results name a rule by its position here.
    pub rules: Vec<Rule>,
    /// First twelve hex digits of the SHA-256 over all rules.
    pub digest: String,
}

/// One rule file before it is read.
#[derive(Debug, Clone)]
pub struct RuleText {
    /// Path below the root of its layer, without the ending.
    pub id: String,
    /// Where it stands, for messages.
    pub file: String,
    /// Its text.
    pub text: Cow<'static, str>,
}

impl Pack {
    /// The rules of this program.
    pub fn built_in() -> Result<Self, PackErrors> {
        Self::load(&[])
    }

    /// The rules of this program with the layers of some directories on top, in that order.
    pub fn load(layers: &[&Path]) -> Result<Self, PackErrors> {
        let built_in =
            BUILT_IN.iter().map(|(id, text)| RuleText { id: (*id).to_owned(), file: format!("rules/{id}.yaml"), text: Cow::Borrowed(text) });
        let mut all = vec![built_in.collect()];
        let mut errors = Vec::new();
        for layer in layers {
            match read_layer(layer) {
                Ok(texts) => all.push(texts),
                Err(error) => errors.push(*error),
            }
        }
        if errors.is_empty() { Self::assemble(all, true) } else { Err(PackErrors { rules: errors }) }
    }

    /// The rules of this program, of some layers, and of a directory under test, with the ids of the last. A rule under test that has
    /// the id of a built-in one and does not override it is that rule in a newer form, and takes its place.
    pub fn load_for_test(layers: &[&Path], under_test: &Path) -> Result<(Self, Vec<String>), PackErrors> {
        let failed = |error: Box<RuleError>| PackErrors { rules: vec![*error] };
        let tested = read_layer(under_test).map_err(failed)?;
        let ids: Vec<String> = tested.iter().map(|text| text.id.clone()).collect();
        let overrides = |text: &RuleText| text.text.lines().any(|line| line.trim_end() == "override: true");
        let newer = |id: &str| tested.iter().any(|text| text.id == id && !overrides(text));
        let built_in = BUILT_IN.iter().filter(|(id, _)| !newer(id));
        let built_in = built_in.map(|(id, text)| RuleText { id: (*id).to_owned(), file: format!("rules/{id}.yaml"), text: Cow::Borrowed(text) });
        let mut all = vec![built_in.collect()];
        for layer in layers {
            all.push(read_layer(layer).map_err(failed)?);
        }
        all.push(tested);
        Ok((Self::assemble(all, true)?, ids))
    }

    /// Builds a pack from texts; a later layer may replace a rule of an earlier one when the rule says so.
    pub fn from_layers(layers: Vec<Vec<RuleText>>) -> Result<Self, PackErrors> {
        Self::assemble(layers, false)
    }

    /// `begins_built_in` says that the first layer are the rules of this program.
    fn assemble(layers: Vec<Vec<RuleText>>, begins_built_in: bool) -> Result<Self, PackErrors> {
        let mut errors: Vec<RuleError> = Vec::new();
        let mut rules: BTreeMap<String, (Source, Rule)> = BTreeMap::new();
        for (position, layer) in layers.into_iter().enumerate() {
            let built_in = begins_built_in && position == 0;
            // Rules know nothing of each other before all are there, and there are many.
            let compiled: Vec<_> = layer
                .into_par_iter()
                .map(|text| {
                    let source = Source { id: text.id, file: text.file, text: text.text, built_in };
                    let digest = short_digest(source.text.as_bytes());
                    let rule = compile(&source, digest);
                    (source, rule)
                })
                .collect();
            for (source, rule) in compiled {
                match rule {
                    Err(found) => errors.extend(found),
                    Ok(rule) => {
                        match (rules.contains_key(&source.id), rule.overrides) {
                            (true, false) => {
                                let help = Some("write `override: true` to replace it, or give the file another name".to_owned());
                                errors.push(source.error("a rule of that id exists already", "", "title", help));
                            }
                            (false, true) => errors.push(source.error("there is no rule of that id to override", "", "override", None)),
                            _ => {}
                        }
                        rules.insert(source.id.clone(), (source, rule));
                    }
                }
            }
        }
        check_together(&rules, &mut errors);
        if !errors.is_empty() {
            errors.sort_by(|a, b| (&a.rule, a.at.map(|at| at.offset())).cmp(&(&b.rule, b.at.map(|at| at.offset()))));
            return Err(PackErrors { rules: errors });
        }
        let mut rules: Vec<Rule> = rules.into_values().map(|(_, rule)| rule).collect();
        number_patterns(&mut rules);
        let all = rules.iter().fold(String::new(), |mut text, rule| {
            let _ = writeln!(text, "{} {}", rule.id, rule.digest);
            text
        });
        Ok(Self { rules, digest: short_digest(all.as_bytes()) })
    }

    /// Position of a rule.
    pub fn find(&self, id: &str) -> Option<usize> {
        self.rules.binary_search_by(|rule| rule.id.as_str().cmp(id)).ok()
    }

    /// The nearest id to one that does not exist.
    pub fn nearest(&self, id: &str) -> Option<&str> {
        closest(id, self.rules.iter().map(|rule| &rule.id))
    }

    /// Every pattern that logs are scanned for; the position is the number that hits carry.
    pub fn patterns(&self) -> Vec<PatternSpec> {
        let mut all = Vec::new();
        for rule in &self.rules {
            rule.all_clauses(&mut |clause| {
                if let Clause::Named(named) = clause
                    && let Head::Log { spec, .. } | Head::Error { spec, .. } = &named.head
                {
                    all.push(spec.clone());
                }
            });
        }
        all
    }

    /// Kinds whose bodies rules read: ingest keeps these.
    pub fn kinds(&self) -> BTreeSet<&str> {
        let mut all: BTreeSet<&str> = BTreeSet::new();
        for rule in &self.rules {
            rule.all_clauses(&mut |clause| {
                let Clause::Named(named) = clause else { return };
                match &named.head {
                    Head::Kind { kinds, .. } => all.extend(kinds.iter().map(String::as_str)),
                    Head::Error { families, .. } => all.extend(families.iter().flat_map(|family| mtc::error_kinds(family))),
                    Head::Native { .. } => all.extend(["Node", "Pod"]),
                    _ => {}
                }
            });
        }
        // Containers are made of pods, and everything planned is made of plans.
        all.extend(["Pod", "MigPlan"]);
        all.retain(|kind| *kind != "*" && !DERIVED_KINDS.contains(kind));
        all
    }
}

/// Patterns are numbered in the order of rules and clauses, so that the same pack gives the same numbers.
fn number_patterns(rules: &mut [Rule]) {
    let mut next = 0;
    for rule in rules {
        for clause in rule.clauses.iter_mut().chain(rule.traps.iter_mut().flatten()) {
            clause.heads_mut(&mut |head| {
                if let Head::Log { pattern, .. } | Head::Error { pattern, .. } = head {
                    *pattern = next;
                    next += 1;
                }
            });
        }
    }
}

fn check_together(rules: &BTreeMap<String, (Source, Rule)>, errors: &mut Vec<RuleError>) {
    for (source, rule) in rules.values() {
        for target in rule.explains.iter().filter(|target| !rules.contains_key(*target)) {
            let help = closest(target, rules.keys()).map(|near| format!("did you mean `{near}`?"));
            errors.push(source.error(format!("explains `{target}`, which does not exist"), "explains", target, help));
        }
        if let Some(path) = cycle(rules, &rule.id) {
            errors.push(source.error(format!("explains itself: {}", path.join(" → ")), "explains", "explains", None));
        }
        let known = rule.explains.iter().all(|target| rules.contains_key(target));
        if rule.role == RuleRole::Cause && known && !rule.stands_alone && !reaches_outcome(rules, &rule.id) {
            let help = Some("name what it leads to under `explains`, or write `stands_alone: true` when a green run hides it".to_owned());
            errors.push(source.error("a cause that explains no outcome, on no path", "", "explains", help));
        }
    }
}

fn next<'r>(rules: &'r BTreeMap<String, (Source, Rule)>, id: &str) -> &'r [String] {
    rules.get(id).map_or(&[], |(_, rule)| &rule.explains)
}

/// The shortest way from a rule back to itself.
fn cycle(rules: &BTreeMap<String, (Source, Rule)>, start: &str) -> Option<Vec<String>> {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut frontier: Vec<Vec<&str>> = next(rules, start).iter().map(|id| vec![id.as_str()]).collect();
    while let Some(path) = frontier.pop() {
        let Some(&last) = path.last() else { continue };
        if last == start {
            return Some(std::iter::once(start).chain(path).map(str::to_owned).collect());
        }
        if seen.insert(last) {
            frontier.extend(next(rules, last).iter().map(|id| path.iter().copied().chain([id.as_str()]).collect()));
        }
    }
    None
}

fn reaches_outcome(rules: &BTreeMap<String, (Source, Rule)>, start: &str) -> bool {
    let mut seen: BTreeSet<&str> = BTreeSet::new();
    let mut frontier: Vec<&str> = next(rules, start).iter().map(String::as_str).collect();
    while let Some(id) = frontier.pop() {
        if !seen.insert(id) {
            continue;
        }
        match rules.get(id) {
            Some((_, rule)) if rule.role == RuleRole::Outcome => return true,
            Some((_, rule)) => frontier.extend(rule.explains.iter().map(String::as_str)),
            None => {}
        }
    }
    false
}

fn read_layer(root: &Path) -> Result<Vec<RuleText>, Box<RuleError>> {
    let broken = |path: &Path, text: String| {
        let file = path.display().to_string();
        let source = Source { id: file.clone(), file, text: Cow::Borrowed(""), built_in: false };
        Box::new(source.error(text, "", "", None))
    };
    let mut texts = Vec::new();
    for entry in walkdir::WalkDir::new(root).sort_by_file_name().max_depth(8) {
        let entry = entry.map_err(|error| broken(root, format!("cannot be read: {error}")))?;
        let path = entry.path();
        if !entry.file_type().is_file() || path.extension().is_none_or(|ending| ending != "yaml") {
            continue;
        }
        if entry.metadata().is_ok_and(|metadata| metadata.len() > LARGEST) {
            return Err(broken(path, format!("is larger than {LARGEST} bytes")));
        }
        let text = std::fs::read_to_string(path).map_err(|error| broken(path, format!("cannot be read: {error}")))?;
        let id = path.strip_prefix(root).unwrap_or(path).with_extension("").to_string_lossy().replace('\\', "/");
        texts.push(RuleText { id, file: path.display().to_string(), text: text.into() });
    }
    Ok(texts)
}

fn short_digest(bytes: &[u8]) -> String {
    let digest = Sha256::digest(bytes);
    digest.iter().take(6).fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn built_in_rules_pass_the_checks_that_are_left_out_for_them() {
        let texts = BUILT_IN.iter().map(|(id, text)| RuleText { id: (*id).to_owned(), file: (*id).to_owned(), text: Cow::Borrowed(text) });
        Pack::from_layers(vec![texts.collect()]).unwrap();
    }
}
