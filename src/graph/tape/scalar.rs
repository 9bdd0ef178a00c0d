//! Scalars: from the bytes in the file to text, and from text to a type.
//!
//! A tape keeps scalars as they were written and decodes them when someone asks, because most are never looked at.
//! Types follow what Kubernetes prints, not what YAML would allow: an API server sends JSON, `sigs.k8s.io/yaml` quotes
//! every string that another reader could take for something else, so a plain scalar is a string unless it is clearly
//! a bool, a number or null. The rules where parsers differ:
//!
//! - `yes`, `no`, `on`, `off`, `=`, `<<` and dates are strings (YAML 1.1 readers disagree);
//! - `0123` is a string (1.1 says octal); `0x1F`, `0o17` and `0b1` are integers;
//! - `41892e848` is a string, since it overflows a float; so are digits too long for 64 bits.

use std::borrow::Cow;

/// A plain or quoted scalar with its Kubernetes type.
#[derive(Debug, Clone, PartialEq)]
pub enum Scalar<'t> {
    /// `null`, `~` or nothing at all.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// A number that fits a signed 64-bit integer.
    Int(i64),
    /// A number that fits an unsigned 64-bit integer only.
    UInt(u64),
    /// Any other finite number, and `.inf`, `-.inf`, `.nan`.
    Float(f64),
    /// Everything else.
    Text(Cow<'t, str>),
}

/// Decides the type of a plain (unquoted) scalar.
pub fn resolve_plain(text: Cow<'_, str>) -> Scalar<'_> {
    let first = text.as_bytes().first().copied();
    // Most plain scalars are words; only these first bytes can begin anything else.
    let interesting = matches!(first, None | Some(b'0'..=b'9' | b'+' | b'-' | b'.' | b'~' | b't' | b'T' | b'f' | b'F' | b'n' | b'N'));
    if !interesting {
        return Scalar::Text(text);
    }
    match text.as_ref() {
        "" | "~" | "null" | "Null" | "NULL" => return Scalar::Null,
        "true" | "True" | "TRUE" => return Scalar::Bool(true),
        "false" | "False" | "FALSE" => return Scalar::Bool(false),
        _ => {}
    }
    number(&text).unwrap_or(Scalar::Text(text))
}

fn number(text: &str) -> Option<Scalar<'static>> {
    let (negative, magnitude) = match text.as_bytes().first()? {
        b'-' => (true, text.get(1..)?),
        b'+' => (false, text.get(1..)?),
        _ => (false, text),
    };
    match magnitude {
        ".inf" | ".Inf" | ".INF" if negative => return Some(Scalar::Float(f64::NEG_INFINITY)),
        ".inf" | ".Inf" | ".INF" => return Some(Scalar::Float(f64::INFINITY)),
        _ => {}
    }
    if matches!(text, ".nan" | ".NaN" | ".NAN") {
        return Some(Scalar::Float(f64::NAN));
    }
    let bytes = magnitude.as_bytes();
    if !bytes.first().is_some_and(|b| b.is_ascii_digit() || *b == b'.') {
        return None;
    }
    let (digits, radix) = match bytes {
        [b'0', b'x', ..] => (magnitude.get(2..)?, 16),
        [b'0', b'o', ..] => (magnitude.get(2..)?, 8),
        [b'0', b'b', ..] => (magnitude.get(2..)?, 2),
        _ => (magnitude, 10),
    };
    if digits.bytes().all(|b| b.is_ascii_digit()) && radix == 10 {
        if digits.len() > 1 && digits.starts_with('0') {
            return None;
        }
        return integer(digits, 10, negative);
    }
    if radix != 10 {
        if digits.starts_with(['+', '-']) {
            return None;
        }
        return integer(digits, radix, negative);
    }
    let value = magnitude.parse::<f64>().ok().filter(|value| value.is_finite())?;
    Some(Scalar::Float(if negative { -value } else { value }))
}

fn integer(digits: &str, radix: u32, negative: bool) -> Option<Scalar<'static>> {
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0_i64.checked_sub_unsigned(value).map(Scalar::Int);
    }
    Some(i64::try_from(value).map_or(Scalar::UInt(value), Scalar::Int))
}

/// Folds the lines of a plain or single-quoted scalar: one break becomes a space, n+1 breaks become n.
pub(super) fn fold(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    let mut lines = raw.split('\n').peekable();
    let mut first = true;
    let mut blank = 0_usize;
    while let Some(line) = lines.next() {
        let last = lines.peek().is_none();
        let mut part = line;
        if !first {
            part = part.trim_start_matches([' ', '\t']);
        }
        if !last {
            part = part.trim_end_matches([' ', '\t']);
        }
        if first {
            out.push_str(part);
            first = false;
            continue;
        }
        if part.is_empty() && !last {
            blank += 1;
            continue;
        }
        push_breaks(&mut out, blank);
        blank = 0;
        out.push_str(part);
    }
    out
}

fn push_breaks(out: &mut String, blank: usize) {
    if blank == 0 {
        out.push(' ');
    } else {
        out.extend(std::iter::repeat_n('\n', blank));
    }
}

/// Decodes the inside of a single-quoted scalar.
pub(super) fn single(raw: &str) -> String {
    let text = if raw.contains('\n') { fold(raw) } else { raw.to_owned() };
    text.replace("''", "'")
}

/// Decodes the inside of a double-quoted scalar. The readers have checked the escapes; an unknown one is kept as it stands.
pub(super) fn double(raw: &str) -> String {
    let mut out = String::with_capacity(raw.len());
    // White space that was written with an escape must survive the folding of the line it ends.
    let mut keep = 0;
    let mut rest = raw;
    while let Some(at) = memchr::memchr2(b'\\', b'\n', rest.as_bytes()) {
        let (plain, tail) = rest.split_at(at);
        out.push_str(plain);
        if let Some(after) = tail.strip_prefix('\n') {
            let trimmed = out.trim_end_matches([' ', '\t']).len().max(keep);
            out.truncate(trimmed);
            let (blank, next) = skip_breaks(after);
            push_breaks(&mut out, blank);
            rest = next;
        } else {
            rest = escape(&tail[1..], &mut out);
        }
        keep = out.len();
    }
    out.push_str(rest);
    out
}

/// Skips blank lines and the indentation of the next line; returns how many lines were blank.
fn skip_breaks(mut text: &str) -> (usize, &str) {
    let mut blank = 0;
    loop {
        let trimmed = text.trim_start_matches([' ', '\t']);
        let Some(next) = trimmed.strip_prefix('\n') else {
            return (blank, trimmed);
        };
        blank += 1;
        text = next;
    }
}

fn escape<'t>(text: &'t str, out: &mut String) -> &'t str {
    let mut chars = text.chars();
    let Some(kind) = chars.next() else {
        return text;
    };
    let rest = chars.as_str();
    if kind == '\n' {
        let (blank, next) = skip_breaks(rest);
        out.extend(std::iter::repeat_n('\n', blank));
        return next;
    }
    let simple = match kind {
        '0' => '\0',
        'a' => '\u{7}',
        'b' => '\u{8}',
        't' | '\t' => '\t',
        'n' => '\n',
        'v' => '\u{b}',
        'f' => '\u{c}',
        'r' => '\r',
        'e' => '\u{1b}',
        'N' => '\u{85}',
        '_' => '\u{a0}',
        'L' => '\u{2028}',
        'P' => '\u{2029}',
        'x' | 'u' | 'U' => {
            let width = hex_width(kind);
            let code = rest.get(..width).and_then(|hex| u32::from_str_radix(hex, 16).ok());
            let Some(decoded) = code.and_then(char::from_u32) else {
                out.push(char::REPLACEMENT_CHARACTER);
                return rest;
            };
            out.push(decoded);
            return rest.get(width..).unwrap_or_default();
        }
        other => other,
    };
    out.push(simple);
    rest
}

/// How many hexadecimal digits follow `\x`, `\u` or `\U`.
pub(crate) fn hex_width(kind: char) -> usize {
    match kind {
        'x' => 2,
        'u' => 4,
        _ => 8,
    }
}

/// What happens to the line breaks at the end of a literal block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Chomp {
    Clip,
    Strip,
    Keep,
}

/// Decodes a literal block. `raw` starts at the line after the header; its first line with content gives the indentation.
pub(super) fn literal(raw: &str, chomp: Chomp) -> String {
    let indent = raw.split('\n').find(|line| line.bytes().any(|b| b != b' ')).map_or(0, |line| line.len() - line.trim_start_matches(' ').len());
    let mut out = String::with_capacity(raw.len());
    for line in raw.split_inclusive('\n') {
        let (body, end) = line.strip_suffix('\n').map_or((line, ""), |body| (body, "\n"));
        out.push_str(body.get(indent..).unwrap_or_default());
        out.push_str(end);
    }
    if chomp == Chomp::Keep {
        return out;
    }
    let content = out.trim_end_matches('\n').len();
    let kept = if chomp == Chomp::Clip && content > 0 { (content + 1).min(out.len()) } else { content };
    out.truncate(kept);
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn plain(text: &str) -> Scalar<'_> {
        resolve_plain(Cow::Borrowed(text))
    }

    #[test]
    fn words_that_yaml_1_1_guesses_about_stay_text() {
        for word in [
            "yes",
            "no",
            "on",
            "off",
            "=",
            "<<",
            "41892e848",
            "0123",
            "1_000",
            "2022-08-15",
            "12:30:45",
            "nan",
            "inf",
            "infinity",
            "-",
            "+",
            ".",
            "1.2.3",
            "0x",
            "0xg",
            "00",
            "-01",
            "99999999999999999999999",
            "--1",
            "+-1",
            "e3",
        ] {
            assert_eq!(plain(word), Scalar::Text(Cow::Borrowed(word)), "{word}");
        }
    }

    #[test]
    fn numbers_bools_and_null_are_typed() {
        assert_eq!(plain(""), Scalar::Null);
        assert_eq!(plain("~"), Scalar::Null);
        assert_eq!(plain("true"), Scalar::Bool(true));
        assert_eq!(plain("-0"), Scalar::Int(0));
        assert_eq!(plain("0x1F"), Scalar::Int(31));
        assert_eq!(plain("0o17"), Scalar::Int(15));
        assert_eq!(plain("-9223372036854775808"), Scalar::Int(i64::MIN));
        assert_eq!(plain("18446744073709551615"), Scalar::UInt(u64::MAX));
        assert_eq!(plain("1.5"), Scalar::Float(1.5));
        assert_eq!(plain("+.5e3"), Scalar::Float(500.0));
        assert_eq!(plain("1e3"), Scalar::Float(1000.0));
        assert_eq!(plain("-.inf"), Scalar::Float(f64::NEG_INFINITY));
    }

    #[test]
    fn folded_lines_join_with_a_space_and_blank_lines_stay() {
        assert_eq!(fold("a b\n    c  \n  d"), "a b c d");
        assert_eq!(fold("a\n\n  b\n\n\n c"), "a\nb\n\nc");
        assert_eq!(single("it''s\n  here"), "it's here");
        assert_eq!(double(" a \n  \\ b\\n\\\n   c \\u00e9\\x41"), " a  b\nc \u{e9}A");
        assert_eq!(double("a\\ \n  b"), "a  b");
    }

    #[test]
    fn literal_blocks_follow_their_chomping() {
        let raw = "    a\n\n      b\n    \n";
        assert_eq!(literal(raw, Chomp::Clip), "a\n\n  b\n");
        assert_eq!(literal(raw, Chomp::Strip), "a\n\n  b");
        assert_eq!(literal(raw, Chomp::Keep), "a\n\n  b\n\n");
        assert_eq!(literal("\n\n", Chomp::Clip), "");
    }
}
