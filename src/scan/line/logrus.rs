use std::borrow::Cow;

use super::Line;
use crate::model::{LogFormat, Timestamp};

pub(super) fn looks_like(text: &str) -> bool {
    text.starts_with("time=") || text.starts_with("level=")
}

/// `time="…" level=… msg="…" key=value key="Go quoted value"`.
pub(super) fn parse(text: &str) -> Line<'_> {
    let mut line = Line::bare(LogFormat::Logrus, text);
    pairs(text, |key, value| match key {
        "time" => line.time = line.time.or_else(|| Timestamp::parse_prefix(value.as_bytes()).map(|(time, _)| time)),
        "level" => line.level = Cow::Borrowed(value),
        "msg" => line.message = Some(Cow::Borrowed(value)),
        "error" | "error.message" => line.error = Some(Cow::Borrowed(value)),
        _ => line.keep(Cow::Borrowed(key), Cow::Borrowed(value)),
    });
    line
}

/// Calls `each` with every key and value, quotes off, escapes left.
pub(super) fn pairs<'a>(text: &'a str, mut each: impl FnMut(&'a str, &'a str)) {
    let mut rest = text;
    // Keys may hold spaces (`worker count=3`), so a key runs up to its equals sign.
    while let Some(equals) = memchr::memchr(b'=', rest.as_bytes()) {
        let key = rest[..equals].trim().trim_matches('"');
        rest = &rest[equals + 1..];
        let value;
        (value, rest) = value_of(rest);
        each(key, value);
    }
}

/// Splits a value from what follows it.
pub(super) fn value_of(text: &str) -> (&str, &str) {
    let Some(quoted) = text.strip_prefix('"') else {
        return text.split_once(' ').unwrap_or((text, ""));
    };
    let mut from = 0;
    while let Some(at) = memchr::memchr2(b'"', b'\\', &quoted.as_bytes()[from..]) {
        if quoted.as_bytes()[from + at] == b'"' {
            return (&quoted[..from + at], &quoted[from + at + 1..]);
        }
        from = (from + at + 2).min(quoted.len());
    }
    // A line cut off within a value.
    (quoted, "")
}
