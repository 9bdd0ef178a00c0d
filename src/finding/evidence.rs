use std::borrow::Cow;

use serde::Serialize;

use super::redact::{Lines, Redactor, escape_control, mask_secret_values};
use super::report::Target;
use crate::model::{Excerpt, Place, Timestamp};

/// An excerpt that proves a finding. It is redacted when it is built, so no output can leak what the archive held.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Evidence {
    /// Which input.
    pub input: u32,
    /// File inside the input, nested archives joined with `!/`.
    pub path: String,
    /// Line in that file, from 1; 0 when the whole file is meant, or the input where `path` is empty.
    pub line: u32,
    /// The line, redacted and with control characters escaped.
    pub text: String,
    /// Up to two lines before it.
    pub before: Vec<String>,
    /// Up to two lines after it.
    pub after: Vec<String>,
    /// Byte range of what matters inside `text`.
    pub span: [usize; 2],
    /// True when `text` was shortened.
    pub truncated: bool,
    /// Time of the line or object state.
    pub time: Option<String>,
    /// The object it speaks of.
    pub about: Option<Target>,
}

const LONGEST: usize = 2_000;

impl Evidence {
    /// Builds evidence from a place and what stands there. `mark` is the part to underline; it is looked up after redaction.
    pub fn new(place: &Place, excerpt: &Excerpt, mark: &str, time: Option<Timestamp>, about: Option<Target>) -> Self {
        // A key or a password may take several lines, so they are masked in their order.
        let mut lines = Lines::default();
        let is_secret = about.as_ref().is_some_and(|target| target.kind == "Secret");
        let mut clean = |line: &str| {
            let (masked, _) = lines.line(line);
            let masked = if is_secret { hide_content(&masked) } else { masked };
            shorten(&escape_control(&masked))
        };
        let before: Vec<String> = excerpt.before.iter().map(|line| clean(line).0).collect();
        let (text, truncated) = clean(&excerpt.text);
        let after: Vec<String> = excerpt.after.iter().map(|line| clean(line).0).collect();
        let mark = escape_control(&Redactor::line(mark).0);
        let mark = mark.trim();
        let span = text.find(mark).filter(|_| !mark.is_empty()).map_or_else(
            || {
                let start = text.len() - text.trim_start().len();
                [start, text.trim_end().len().max(start)]
            },
            |start| [start, start + mark.len()],
        );
        Self {
            input: place.input,
            path: super::redact::clean(place.path.as_str()),
            line: place.line,
            text,
            before,
            after,
            span,
            truncated,
            time: time.map(|time| time.to_string()),
            about,
        }
    }

    /// Where it stands, as `mig-analyze cat` takes it: `path:line`, or the path alone for damage that has no line.
    pub fn place(&self) -> String {
        if self.line == 0 { self.path.clone() } else { format!("{}:{}", self.path, self.line) }
    }
}

/// Leaves of a line of a Secret what tells which one it is. Which lines are its content cannot be seen in so few of them.
fn hide_content(line: &str) -> Cow<'_, str> {
    const OPEN: &[&str] = &["apiVersion", "kind", "metadata", "name", "namespace", "uid", "type", "creationTimestamp", "resourceVersion", "labels"];
    let key = line.split(':').next().unwrap_or_default().trim().trim_start_matches("- ").trim_matches(['"', '\'']);
    if OPEN.contains(&key) { Cow::Borrowed(line) } else { Cow::Owned(mask_secret_values(line).into_owned()) }
}

/// Cuts a line at a character border.
fn shorten(text: &str) -> (String, bool) {
    if text.len() <= LONGEST {
        return (text.to_owned(), false);
    }
    let mut end = LONGEST;
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    (format!("{}…", &text[..end]), true)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_never_survives_into_evidence() {
        let place = Place { input: 0, path: "a.log".into(), line: 7 };
        let excerpt =
            Excerpt { text: "Authorization: Bearer abcdefghijklmnopqrstuvwxyz012345".into(), before: vec![], after: vec!["\u{1b}[31mred".into()] };
        let evidence = Evidence::new(&place, &excerpt, "Authorization", None, None);
        assert!(!evidence.text.contains("abcdefghij"), "{}", evidence.text);
        assert_eq!(evidence.after[0], "\\u{1b}[31mred");
        assert_eq!(evidence.span, [0, 13]);
    }
}
