use std::borrow::Cow;

use miette::{Diagnostic, NamedSource, SourceSpan};
use thiserror::Error;

use super::file::{CLAUSE_KEYS, RULE_KEYS};
use super::words::closest;

/// A mistake in a rule file, shown with the place in the file.
#[derive(Debug, Error, Diagnostic)]
#[error("rule {rule}: {text}")]
#[diagnostic(code(rule::invalid))]
pub struct RuleError {
    /// Id of the rule.
    pub rule: String,
    /// What is wrong.
    pub text: String,
    /// Where to look.
    #[label("here")]
    pub at: Option<SourceSpan>,
    /// How to put it right.
    #[help]
    pub help: Option<String>,
    /// The file.
    #[source_code]
    pub source_code: NamedSource<String>,
}

/// Everything that is wrong with a pack.
#[derive(Debug, Error, Diagnostic)]
#[error("{} of the rules cannot be used", .rules.len())]
pub struct PackErrors {
    /// One by one.
    #[related]
    pub rules: Vec<RuleError>,
}

/// The text of one rule file.
#[derive(Debug, Clone)]
pub(crate) struct Source {
    pub(crate) id: String,
    pub(crate) file: String,
    pub(crate) text: Cow<'static, str>,
    /// A rule of this program, whose tests have run before it was built.
    pub(crate) built_in: bool,
}

impl Source {
    /// An error with a label at the first place of `needle`, at or after the text `after`.
    pub(crate) fn error(&self, text: impl Into<String>, after: &str, needle: &str, help: Option<String>) -> RuleError {
        self.at(text, self.find(after, needle), help)
    }

    fn at(&self, text: impl Into<String>, at: Option<SourceSpan>, help: Option<String>) -> RuleError {
        let source_code = NamedSource::new(&self.file, self.text.clone().into_owned()).with_language("yaml");
        RuleError { rule: self.id.clone(), text: text.into(), at, help, source_code }
    }

    fn find(&self, after: &str, needle: &str) -> Option<SourceSpan> {
        if needle.is_empty() {
            return None;
        }
        let start = if after.is_empty() { 0 } else { self.text.find(after).unwrap_or(0) };
        let found = self.text[start..].find(needle).map(|at| at + start).or_else(|| self.text.find(needle))?;
        Some((found, needle.len()).into())
    }

    /// An error of the YAML reader, at its line and column; the word at fault is underlined and a near one is suggested.
    pub(crate) fn yaml_error(&self, error: &serde_yaml::Error) -> RuleError {
        let text = error.to_string();
        let word = text.split('`').nth(1).map(str::to_owned);
        let line_start = |line: usize| self.text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum::<usize>();
        let at = error.location().map(|place| {
            let start = (line_start(place.line()) + place.column().saturating_sub(1)).min(self.text.len());
            // The reader points at the map that holds the key, so look for the word from there on.
            let found = word.as_deref().and_then(|word| self.text.get(start..)?.find(word).map(|at| (start + at, word.len())));
            found.unwrap_or((start, 1)).into()
        });
        let is_key = text.contains("unknown field");
        let expected: Vec<&str> = text.split_once("expected").map(|(_, rest)| rest.split('`').skip(1).step_by(2).collect()).unwrap_or_default();
        let help = word.and_then(|word| {
            let near = closest(&word, &expected);
            let near = near.or_else(|| if is_key { closest(&word, CLAUSE_KEYS).or_else(|| closest(&word, RULE_KEYS)) } else { None });
            near.map(|near| format!("did you mean `{near}`?"))
        });
        let short = text.split(", expected one of").next().unwrap_or(&text).to_owned();
        let short = short.split(" at line ").next().unwrap_or(&short).to_owned();
        self.at(short, at, help)
    }
}
