use regex_syntax::hir::{Class, Hir, HirKind};

use super::ScanError;

/// Shorter text is in too many lines to pay for itself.
const LEAST: usize = 5;
/// More alternatives than this cost more than a shorter text that is always there.
const MOST_ALTERNATIVES: usize = 32;
/// Bounds the products that concatenated alternatives give.
const MOST_EXACT: usize = 16;
/// Longer text gains nothing.
const LONG: usize = 24;

/// Text of which every match of a regex contains one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Literal {
    /// The text, in lower case when `fold` is set.
    pub(super) text: String,
    /// Whether it has to be compared without regard to case.
    pub(super) fold: bool,
}

/// Texts of which every match of `regex` contains at least one, as they stand in a *raw* line: the regex itself is matched
/// against unescaped text with white space collapsed, so no text holds a quote, a backslash, an angle bracket or an ampersand
/// (which JSON may escape), nor a place where a line break is likely. Texts of `(?i)` parts are in lower case.
pub fn mandatory_literals(regex: &str) -> Result<Vec<String>, ScanError> {
    Ok(literals(regex)?.into_iter().map(|literal| literal.text).collect())
}

pub(super) fn literals(regex: &str) -> Result<Vec<Literal>, ScanError> {
    let hir = regex_syntax::parse(regex).map_err(|error| ScanError::BadRegex {
        spec: None,
        regex: regex.to_owned(),
        reason: one_line(&error.to_string()),
    })?;
    let best = best_of(&analyse(&hir)).unwrap_or_default();
    let shortest = best.iter().min_by_key(|text| text.bytes.len());
    if shortest.is_none_or(|text| text.bytes.len() < LEAST) {
        let longest = shortest.map(|text| text.as_literal().text).unwrap_or_default();
        return Err(ScanError::NoLiteral { spec: None, regex: regex.to_owned(), longest, least: LEAST });
    }
    let mut found: Vec<Literal> = best.iter().map(Text::as_literal).collect();
    found.sort();
    found.dedup();
    Ok(found)
}

fn one_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().trim_start_matches("error: ").to_owned()
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Text {
    bytes: Vec<u8>,
    fold: bool,
}

impl Text {
    fn join(&self, tail: &Self) -> Self {
        let mut bytes = self.bytes.clone();
        bytes.extend_from_slice(&tail.bytes);
        Self { bytes, fold: self.fold || tail.fold }
    }

    fn as_literal(&self) -> Literal {
        let mut text = String::from_utf8_lossy(&self.bytes).into_owned();
        if self.fold {
            text.make_ascii_lowercase();
        }
        Literal { text, fold: self.fold }
    }
}

/// What is known of one node of a regex.
#[derive(Debug, Default)]
struct Known {
    /// All texts the node can match, where they are few.
    exact: Option<Vec<Text>>,
    /// The best set of which every match holds one.
    needed: Option<Vec<Text>>,
}

fn analyse(hir: &Hir) -> Known {
    match hir.kind() {
        HirKind::Empty | HirKind::Look(_) => Known { exact: Some(vec![Text::default()]), needed: None },
        HirKind::Literal(literal) => Known { exact: Some(vec![Text { bytes: literal.0.to_vec(), fold: false }]), needed: None },
        HirKind::Class(class) => Known { exact: letters(class), needed: None },
        HirKind::Capture(capture) => analyse(&capture.sub),
        HirKind::Repetition(repetition) => {
            let inner = analyse(&repetition.sub);
            if repetition.min > 0 {
                return Known { needed: best_of(&inner), exact: None };
            }
            let optional = inner.exact.filter(|set| repetition.max == Some(1) && set.len() < MOST_EXACT);
            Known {
                exact: optional.map(|mut set| {
                    set.push(Text::default());
                    set
                }),
                needed: None,
            }
        }
        HirKind::Concat(parts) => concat(parts),
        HirKind::Alternation(parts) => alternation(parts),
    }
}

fn concat(parts: &[Hir]) -> Known {
    let mut best: Option<Vec<Text>> = None;
    let mut run = vec![Text::default()];
    let mut whole = true;
    for part in parts {
        let known = analyse(part);
        best = better(best, known.needed);
        let Some(exact) = known.exact else {
            best = better(best, safe(&run));
            run = vec![Text::default()];
            whole = false;
            continue;
        };
        if exact.len() > 1 {
            // One text that is always there may beat several longer ones.
            best = better(best, safe(&run));
        }
        best = better(best, safe(&exact));
        if run.len() * exact.len() > MOST_EXACT {
            run = exact;
            whole = false;
            continue;
        }
        run = run.iter().flat_map(|head| exact.iter().map(|tail| head.join(tail))).collect();
    }
    best = better(best, safe(&run));
    Known { exact: whole.then_some(run), needed: best }
}

fn alternation(parts: &[Hir]) -> Known {
    let branches: Vec<Known> = parts.iter().map(analyse).collect();
    let needed = branches.iter().map(best_of).collect::<Option<Vec<_>>>().map(|sets| sets.concat());
    let exact = branches.into_iter().map(|branch| branch.exact).collect::<Option<Vec<_>>>().map(|sets| sets.concat());
    Known { exact: exact.filter(|set| set.len() <= MOST_EXACT), needed: needed.filter(|set| set.len() <= MOST_ALTERNATIVES) }
}

fn best_of(known: &Known) -> Option<Vec<Text>> {
    better(known.needed.clone(), known.exact.as_deref().and_then(safe))
}

fn better(one: Option<Vec<Text>>, other: Option<Vec<Text>>) -> Option<Vec<Text>> {
    match (one, other) {
        (Some(one), Some(other)) => Some(if score(&other) > score(&one) { other } else { one }),
        (one, other) => one.or(other),
    }
}

/// Long text is rare text; each further alternative makes the search slower.
fn score(set: &[Text]) -> isize {
    let shortest = set.iter().map(|text| text.bytes.len()).min().unwrap_or(0);
    let alternatives = isize::try_from(set.len()).unwrap_or(isize::MAX);
    let length = isize::try_from(shortest.min(LONG)).unwrap_or(0);
    if shortest < LEAST { length - 1_000 } else { length - 2 * (alternatives - 1) }
}

/// The few characters a class can be. Both cases of a letter count as one, to be compared without regard to case.
fn letters(class: &Class) -> Option<Vec<Text>> {
    let Class::Unicode(class) = class else {
        return None;
    };
    let mut chars: Vec<char> = Vec::new();
    for range in class.ranges() {
        for found in range.start()..=range.end() {
            // Unicode folds these two into k and s; no log spells a word with them.
            if matches!(found, '\u{212a}' | '\u{17f}') {
                continue;
            }
            if chars.len() == 8 {
                return None;
            }
            chars.push(found);
        }
    }
    let both_cases = |c: char| c.is_ascii_alphabetic() && chars.contains(&c.to_ascii_lowercase()) && chars.contains(&c.to_ascii_uppercase());
    let mut found: Vec<Text> = Vec::new();
    for &letter in &chars {
        let fold = both_cases(letter);
        let kept = if fold { letter.to_ascii_lowercase() } else { letter };
        let text = Text { bytes: kept.to_string().into_bytes(), fold };
        if !found.contains(&text) {
            found.push(text);
        }
    }
    (!found.is_empty()).then_some(found)
}

/// The longest part of each text that stands in a raw line just as in the unescaped one.
fn safe(set: &[Text]) -> Option<Vec<Text>> {
    let parts: Vec<Text> = set.iter().map(|text| Text { bytes: longest_safe(&text.bytes).to_vec(), fold: text.fold }).collect();
    parts.iter().all(|text| !text.bytes.is_empty()).then_some(parts)
}

fn longest_safe(bytes: &[u8]) -> &[u8] {
    let mut best: &[u8] = &[];
    let mut start = 0;
    for at in 0..=bytes.len() {
        let cut = bytes.get(at).is_none_or(|&byte| !(byte == b' ' || byte.is_ascii_graphic()) || matches!(byte, b'"' | b'\\' | b'<' | b'>' | b'&'))
            // Where a phrase ends, the raw text may break the line or indent: only a space between two words is certain.
            || (bytes[at] == b' ' && !at.checked_sub(1).is_some_and(|before| bytes[before].is_ascii_alphanumeric()));
        if cut {
            let part = bytes[start..at].trim_ascii();
            if part.len() > best.len() {
                best = part;
            }
            start = at + 1;
        }
    }
    best
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_longest_certain_text_is_chosen() {
        for (regex, expected) in [
            ("timed out waiting for all PodVolumeBackups to complete", vec!["timed out waiting for all PodVolumeBackups to complete"]),
            (r"(?P<n>\d+) files at (?P<p>\S+) could not be transferred", vec!["could not be transferred"]),
            (r"Velero (?:restic daemonset|node agent) not found", vec!["Velero node agent not found", "Velero restic daemonset not found"]),
            ("(?:AccessDenied|SignatureDoesNotMatch)", vec!["AccessDenied", "SignatureDoesNotMatch"]),
            ("(?i:certificate signed by)", vec!["certificate signed by"]),
            ("(?i)X509: Unknown", vec!["unknown"]),
            (r#"pods "(?P<p>[^"]+)" is forbidden"#, vec!["is forbidden"]),
            (r"does not exist\. Is there a repository", vec!["Is there a repository"]),
            ("<Code>NoSuchKey</Code>", vec!["NoSuchKey"]),
            ("(?:retrying )+", vec!["retrying"]),
            ("x?abcdefg", vec!["abcdefg"]),
            ("gr[ae]ylisted", vec!["graylisted", "greylisted"]),
        ] {
            assert_eq!(mandatory_literals(regex).unwrap(), expected, "{regex}");
        }
    }

    #[test]
    fn text_that_may_be_missing_is_never_mandatory() {
        for regex in [r"\d+", ".*", "(?:abcdef)?", "abcdef|x", "abcd", r"(?:abcdefg){0,3}", "[a-z]{20}", "", r#""a" \\ "b""#] {
            let error = mandatory_literals(regex).unwrap_err();
            assert!(matches!(error, ScanError::NoLiteral { .. }), "{regex}: {error}");
        }
    }

    #[test]
    fn a_bad_regex_is_told_with_its_reason() {
        let error = mandatory_literals("abcdef(").unwrap_err();
        assert_eq!(error.to_string(), "`abcdef(` is not a usable regex: unclosed group");
    }

    #[test]
    fn case_folding_is_known_per_text() {
        let found = literals("(?i:abcdefgh)").unwrap();
        assert!(found.iter().all(|literal| literal.fold));
        assert!(literals("abcdefgh").unwrap().iter().all(|literal| !literal.fold));
    }
}
