use std::borrow::Cow;

use super::LONGEST_TEXT;

/// Errors are quoted when they pass from program to program; deeper nesting than this is no error text.
const ROUNDS: usize = 4;

/// Bytes of a log as text; what is not UTF-8 becomes the replacement character.
pub(crate) fn lossy(bytes: &[u8]) -> Cow<'_, str> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    String::from_utf8_lossy(bytes)
}

/// Text as regexes see it: escapes undone until none is left, runs of white space as one space. Long text keeps head and tail.
pub(super) fn clean(text: &str) -> String {
    let clipped = clip(text, LONGEST_TEXT);
    let mut text = clipped;
    for _ in 0..ROUNDS {
        match unescape(&text) {
            Some(plain) => text = Cow::Owned(plain),
            None => break,
        }
    }
    collapse(&text)
}

/// Head and tail of a text that is longer than `limit` bytes.
pub(crate) fn clip(text: &str, limit: usize) -> Cow<'_, str> {
    if text.len() <= limit {
        return Cow::Borrowed(text);
    }
    let head = head(text, limit / 2);
    let half = text.len() - limit / 2;
    let tail = (half..half + 4).find_map(|at| text.get(at..)).unwrap_or_default();
    Cow::Owned(format!("{head} … {tail}"))
}

/// The beginning of a text, at most `limit` bytes, cut between characters.
pub(crate) fn head(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    (0..4).find_map(|back| text.get(..limit.saturating_sub(back))).unwrap_or_default()
}

/// One round; `None` where there is nothing to undo.
fn unescape(text: &str) -> Option<String> {
    let first = memchr::memchr(b'\\', text.as_bytes())?;
    let mut plain = String::with_capacity(text.len());
    let (head, mut rest) = text.split_at(first);
    plain.push_str(head);
    let mut changed = false;
    while let Some(at) = memchr::memchr(b'\\', rest.as_bytes()) {
        plain.push_str(&rest[..at]);
        rest = &rest[at..];
        let (replacement, taken) = match rest.as_bytes().get(1) {
            Some(b'n' | b't' | b'r' | b'f' | b'v') => (' ', 2),
            Some(&quoted @ (b'"' | b'\\' | b'/' | b'\'')) => (char::from(quoted), 2),
            Some(b'u') => hex(rest, 4).map_or(('\\', 1), |code| (code, 6)),
            Some(b'x') => hex(rest, 2).map_or(('\\', 1), |code| (if code.is_ascii() { code } else { char::REPLACEMENT_CHARACTER }, 4)),
            _ => ('\\', 1),
        };
        changed |= taken > 1;
        plain.push(replacement);
        rest = &rest[taken..];
    }
    plain.push_str(rest);
    changed.then_some(plain)
}

fn hex(escape: &str, digits: usize) -> Option<char> {
    let code = escape.get(2..2 + digits).filter(|code| code.bytes().all(|byte| byte.is_ascii_hexdigit()))?;
    let code = u32::from_str_radix(code, 16).ok()?;
    Some(char::from_u32(code).unwrap_or(char::REPLACEMENT_CHARACTER))
}

fn collapse(text: &str) -> String {
    let mut collapsed = String::with_capacity(text.len());
    for word in text.split(|c: char| c.is_whitespace() || c == '\0').filter(|word| !word.is_empty()) {
        if !collapsed.is_empty() {
            collapsed.push(' ');
        }
        collapsed.push_str(word);
    }
    collapsed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_undone_to_the_bottom() {
        for (written, plain) in [
            (r#"a \"b\" c"#, r#"a "b" c"#),
            (r#"a \\\"b\\\" c"#, r#"a "b" c"#),
            (r"a\n\tb", "a b"),
            (r"a\\n  b", "a b"),
            (r"\u003cCode\u003e", "<Code>"),
            (r"\x41\xff", "A\u{fffd}"),
            (r"\d+ \ud800 \u12", "\\d+ \u{fffd} \\u12"),
            ("a\0\0b\r", "a b"),
            ("ends in \\", "ends in \\"),
        ] {
            assert_eq!(clean(written), plain, "{written}");
        }
    }

    #[test]
    fn long_text_keeps_head_and_tail() {
        let text = format!("head {} tail", "ä".repeat(LONGEST_TEXT));
        let cleaned = clean(&text);
        assert!(cleaned.starts_with("head ") && cleaned.ends_with(" tail") && cleaned.len() < LONGEST_TEXT + 16);
    }
}
