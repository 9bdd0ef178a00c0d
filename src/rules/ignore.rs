//! Findings that somebody decided to live with, each with a reason and, best, with a day on which that ends.

use std::path::Path;

use miette::Diagnostic;
use serde::Deserialize;
use thiserror::Error;

use super::Pack;
use crate::model::Timestamp;

/// Largest file that is read.
const LARGEST: u64 = 256 << 10;

/// One entry of an ignore file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Ignored {
    /// Id of the rule.
    pub rule: String,
    /// What its finding is about, as tests of rules write it: `Kind namespace/name`, `Kind name` or `Cluster name`. Without it, all.
    pub on: Option<String>,
    /// Why it is left out.
    pub reason: String,
    /// The last day on which it is, as `2026-12-31`.
    pub expires: Option<String>,
}

impl Ignored {
    /// An entry for all findings of a rule.
    pub fn rule(id: &str, reason: &str) -> Self {
        Self { rule: id.to_owned(), on: None, reason: reason.to_owned(), expires: None }
    }

    /// Whether its last day is over. Without a day to compare with nothing has expired.
    pub fn has_expired(&self, today: Option<Timestamp>) -> bool {
        let last = self.expires.as_deref().and_then(end_of);
        matches!((last, today), (Some(last), Some(today)) if last < today)
    }
}

/// The end of a day.
fn end_of(day: &str) -> Option<Timestamp> {
    let shape = day.len() == 10 && day.bytes().enumerate().all(|(at, byte)| if at == 4 || at == 7 { byte == b'-' } else { byte.is_ascii_digit() });
    Timestamp::parse(&format!("{day}T23:59:59Z")).filter(|_| shape)
}

/// Why an ignore file cannot be used.
#[derive(Debug, Error, Diagnostic)]
#[error("ignore file {path}: {text}")]
#[diagnostic(code(mig_analyze::ignore_file), help("{help}"))]
pub struct IgnoreError {
    /// The file.
    pub path: String,
    /// What is wrong.
    pub text: String,
    /// What to write instead.
    pub help: String,
}

/// Reads a file with a list of entries and checks them against the pack.
pub fn read_ignored(path: &Path, pack: &Pack) -> Result<Vec<Ignored>, IgnoreError> {
    let shown = path.display().to_string();
    let broken = |text: String, help: &str| IgnoreError { path: shown.clone(), text, help: help.to_owned() };
    let unreadable = |error: std::io::Error| broken(format!("cannot be read: {error}"), "give a YAML file");
    if std::fs::metadata(path).map_err(unreadable)?.len() > LARGEST {
        return Err(broken(format!("is larger than {LARGEST} bytes"), "give a YAML list of `rule`, `reason`, `on` and `expires`"));
    }
    let text = std::fs::read_to_string(path).map_err(unreadable)?;
    check(&text, pack).map_err(|(text, help)| broken(text, &help))
}

fn check(text: &str, pack: &Pack) -> Result<Vec<Ignored>, (String, String)> {
    let all: Option<Vec<Ignored>> = serde_yaml::from_str(text)
        .map_err(|error| (error.to_string(), "an entry looks like `- {rule: area/name, reason: known, expires: 2026-12-31}`".to_owned()))?;
    let all = all.unwrap_or_default();
    for (number, one) in (1..).zip(&all) {
        if pack.find(&one.rule).is_none() {
            let help =
                pack.nearest(&one.rule).map_or_else(|| "`mig-analyze rules list` shows all".to_owned(), |near| format!("did you mean {near}?"));
            return Err((format!("entry {number}: there is no rule {}", one.rule), help));
        }
        if one.reason.trim().is_empty() {
            return Err((format!("entry {number}: the reason is empty"), "say why, for whoever finds the entry in a year".to_owned()));
        }
        if let Some(day) = one.expires.as_deref().filter(|day| end_of(day).is_none()) {
            return Err((format!("entry {number}: `{day}` is no day"), "write it as 2026-12-31".to_owned()));
        }
    }
    Ok(all)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pack() -> Pack {
        Pack::built_in().unwrap()
    }

    #[test]
    fn an_entry_ends_with_its_last_day() {
        let one = Ignored { expires: Some("2026-12-31".to_owned()), ..Ignored::rule("a/b", "known") };
        let at = |time: &str| Timestamp::parse(time);
        assert!(!one.has_expired(at("2026-12-31T23:00:00Z")));
        assert!(one.has_expired(at("2027-01-01T00:00:00Z")));
        assert!(!one.has_expired(None), "without a day nothing is over");
        assert!(!Ignored::rule("a/b", "known").has_expired(at("2099-01-01T00:00:00Z")));
    }

    #[test]
    fn mistakes_are_told_with_what_to_write() {
        let wrong = |text: &str| check(text, &pack()).unwrap_err();
        assert_eq!(wrong("- {rule: storage/multi-atach, reason: x}").1, "did you mean storage/multi-attach?");
        assert_eq!(wrong("- {rule: storage/multi-attach, reason: ' '}").0, "entry 1: the reason is empty");
        assert_eq!(wrong("- {rule: storage/multi-attach, reason: x, expires: soon}").0, "entry 1: `soon` is no day");
        assert!(wrong("- {rule: storage/multi-attach}").0.contains("reason"));
        assert!(wrong("- {rule: storage/multi-attach, reason: x, until: 2026-12-31}").0.contains("until"));
    }

    #[test]
    fn an_empty_file_leaves_nothing_out() {
        assert_eq!(check("# none\n", &pack()), Ok(Vec::new()));
        let one = check("- {rule: storage/multi-attach, on: Pod app/web-0, reason: known, expires: 2026-12-31}\n", &pack()).unwrap();
        assert_eq!(one[0].on.as_deref(), Some("Pod app/web-0"));
    }
}
