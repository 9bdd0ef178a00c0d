use std::ops::Deref;
use std::sync::{Arc, LazyLock, OnceLock};

use regex::{Regex, RegexBuilder};
use regex_syntax::hir::{Hir, HirKind};

use super::ScanError;

/// A regex that is checked at once and built when it is first used.
///
/// A pack holds hundreds of them and a case needs a few dozen, while building one takes longer than most rules take to run.
#[derive(Debug)]
pub struct LazyRegex {
    text: Box<str>,
    captures: Box<[Arc<str>]>,
    built: OnceLock<Regex>,
}

/// Classes of Unicode letters and digits are what makes a regex large. So few of them fit any limit.
const FEW_CLASSES: usize = 8;
const CLASSES: [&str; 8] = [r"\w", r"\W", r"\d", r"\D", r"\s", r"\S", r"\p", r"\P"];

/// Stands for a regex that cannot be built; [`LazyRegex::new`] lets none through.
static NEVER: LazyLock<Regex> = LazyLock::new(|| {
    #[expect(clippy::expect_used, reason = "a constant pattern")]
    Regex::new(r"[^\s\S]").expect("a class without members is a regex")
});

impl LazyRegex {
    /// Checks the syntax, and the size as well where it could exceed a limit. Without one the size was checked before.
    pub fn new(text: &str, limit: Option<usize>) -> Result<Self, ScanError> {
        let bad = |reason: String| ScanError::BadRegex { spec: None, regex: text.to_owned(), reason };
        let hir = regex_syntax::parse(text).map_err(|error| bad(last_line(&error.to_string())))?;
        let mut captures = Vec::new();
        names(&hir, &mut captures);
        let regex = Self { text: text.into(), captures: captures.into(), built: OnceLock::new() };
        let classes: usize = CLASSES.iter().map(|class| text.matches(class).count()).sum();
        // A counted repetition multiplies what stands in front of it.
        let may_be_large = text.contains('{') || classes > FEW_CLASSES;
        if let Some(limit) = limit.filter(|_| may_be_large) {
            let built = RegexBuilder::new(text).size_limit(limit).build().map_err(|error| bad(last_line(&error.to_string())))?;
            regex.built.get_or_init(|| built);
        }
        Ok(regex)
    }

    /// Names of its groups, in order.
    pub fn names(&self) -> &[Arc<str>] {
        &self.captures
    }

    /// As it was written.
    pub fn text(&self) -> &str {
        &self.text
    }
}

impl Deref for LazyRegex {
    type Target = Regex;

    fn deref(&self) -> &Regex {
        self.built.get_or_init(|| Regex::new(&self.text).unwrap_or_else(|_| NEVER.clone()))
    }
}

fn names(hir: &Hir, found: &mut Vec<Arc<str>>) {
    match hir.kind() {
        HirKind::Capture(capture) => {
            found.extend(capture.name.as_deref().map(Arc::from));
            names(&capture.sub, found);
        }
        HirKind::Repetition(repetition) => names(&repetition.sub, found),
        HirKind::Concat(parts) | HirKind::Alternation(parts) => parts.iter().for_each(|part| names(part, found)),
        HirKind::Empty | HirKind::Literal(_) | HirKind::Class(_) | HirKind::Look(_) => {}
    }
}

fn last_line(text: &str) -> String {
    text.lines().last().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_says_what_the_built_regex_says() {
        for text in [r"(?P<a>x)(?<b>y(?P<c>z)?)|(?P<d>w)", "plain", r"(?i)claim (?P<pvc>\S+)"] {
            let lazy = LazyRegex::new(text, Some(1 << 20)).unwrap();
            let built: Vec<&str> = lazy.capture_names().flatten().collect();
            assert_eq!(lazy.names().iter().map(|name| &**name).collect::<Vec<_>>(), built, "{text}");
            assert_eq!(lazy.text(), text);
        }
        assert!(LazyRegex::new("claim (?P<pvc>[a-z-]+)", None).unwrap().is_match("claim data-0"));
    }

    #[test]
    fn what_cannot_be_built_is_told_at_once() {
        assert!(LazyRegex::new("a(b", None).is_err());
        assert!(LazyRegex::new(r"\w{900}", Some(1 << 10)).is_err());
        assert!(LazyRegex::new(&r"\w".repeat(50), Some(1 << 10)).is_err());
    }
}
