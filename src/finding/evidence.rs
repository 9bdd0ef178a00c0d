use serde::Serialize;

use super::redact::{Redactor, escape_control};
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
        let clean = |line: &String| shorten(&escape_control(&Redactor::line(line).0)).0;
        let (text, truncated) = shorten(&escape_control(&Redactor::line(&excerpt.text).0));
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
            path: escape_control(place.path.as_str()),
            line: place.line,
            text,
            before: excerpt.before.iter().map(clean).collect(),
            after: excerpt.after.iter().map(clean).collect(),
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
