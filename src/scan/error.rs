use miette::Diagnostic;
use thiserror::Error;

/// Why a pattern of the pack cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, Error, Diagnostic)]
pub enum ScanError {
    /// The text is not a regex, or a monstrous one.
    #[error("`{regex}` is not a usable regex: {reason}")]
    #[diagnostic(help("write RE2 syntax: no look-around, no back-references, named groups as (?P<name>…)"))]
    BadRegex {
        /// Position of the pattern among those compiled; `None` when one regex was checked alone.
        spec: Option<usize>,
        /// The regex as written.
        regex: String,
        /// What the parser says.
        reason: String,
    },
    /// No text of five bytes or more is part of every match.
    #[error("`{regex}` has no fixed text of at least {least} characters that every match contains (longest: `{longest}`)")]
    #[diagnostic(help(
        "logs are searched for fixed text first: write out some words of the message. Text at quotes, backslashes and angle \
         brackets is split, since logs escape these; each branch of an alternation needs fixed text of its own"
    ))]
    NoLiteral {
        /// Position of the pattern among those compiled; `None` when one regex was checked alone.
        spec: Option<usize>,
        /// The regex as written.
        regex: String,
        /// The best text found.
        longest: String,
        /// How long it has to be.
        least: usize,
    },
}

impl ScanError {
    /// The same error, with the position of its pattern.
    #[must_use]
    pub(super) fn at(mut self, position: usize) -> Self {
        match &mut self {
            Self::BadRegex { spec, .. } | Self::NoLiteral { spec, .. } => *spec = Some(position),
        }
        self
    }

    /// Position of the pattern among those given to [`PatternSet::compile`](super::PatternSet::compile).
    pub fn spec(&self) -> Option<usize> {
        match self {
            Self::BadRegex { spec, .. } | Self::NoLiteral { spec, .. } => *spec,
        }
    }
}
