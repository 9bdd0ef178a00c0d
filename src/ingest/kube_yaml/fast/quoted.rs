//! Finds where quoted scalars and literal blocks end, and declines those whose meaning is in doubt.

use super::Cursor;
use crate::graph::tape::{Kind, hex_width};
use memchr::{memchr, memchr2, memchr3};

/// The end of a quoted scalar: the offset of its closing quote.
pub(super) struct Closed {
    pub(super) end: usize,
    pub(super) kind: Kind,
    pub(super) lines: u32,
}

/// Scans a double-quoted scalar whose first byte after the quote is at `start`.
pub(super) fn double(text: &[u8], start: usize, parent: usize) -> Option<Closed> {
    let mut at = start;
    let mut lines = 0;
    let mut escaped = false;
    loop {
        at += memchr3(b'"', b'\\', b'\n', text.get(at..)?)?;
        match text[at] {
            b'"' => {
                let kind = if escaped || lines > 0 { Kind::Double } else { Kind::Text };
                return Some(Closed { end: at, kind, lines });
            }
            b'\\' => {
                escaped = true;
                let next = *text.get(at + 1)?;
                at += 2;
                match next {
                    b'\n' => {
                        lines += 1;
                        continues(text, at, parent)?;
                    }
                    b'x' | b'u' | b'U' => {
                        let digits = text.get(at..at + hex_width(char::from(next)))?;
                        let valid = digits.iter().all(u8::is_ascii_hexdigit);
                        let code = u32::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok()?;
                        char::from_u32(code).filter(|_| valid)?;
                    }
                    b'0' | b'a' | b'b' | b't' | b'n' | b'v' | b'f' | b'r' | b'e' | b' ' | b'"' | b'/' | b'\\' | b'N' | b'_' | b'L' | b'P' => {}
                    _ => return None,
                }
            }
            _ => {
                at += 1;
                lines += 1;
                continues(text, at, parent)?;
            }
        }
    }
}

/// Scans a single-quoted scalar whose first byte after the quote is at `start`.
pub(super) fn single(text: &[u8], start: usize, parent: usize) -> Option<Closed> {
    let mut at = start;
    let mut lines = 0;
    let mut escaped = false;
    loop {
        at += memchr2(b'\'', b'\n', text.get(at..)?)?;
        if text[at] == b'\n' {
            at += 1;
            lines += 1;
            continues(text, at, parent)?;
        } else if text.get(at + 1) == Some(&b'\'') {
            escaped = true;
            at += 2;
        } else {
            let kind = if escaped || lines > 0 { Kind::Single } else { Kind::Text };
            return Some(Closed { end: at, kind, lines });
        }
    }
}

/// A quoted scalar may only go on, on the line at `start`, deeper than the map or list it belongs to.
fn continues(text: &[u8], start: usize, parent: usize) -> Option<()> {
    let spaces = spaces_at(text, start);
    match *text.get(start + spaces)? {
        b'\n' => Some(()),
        b'\t' => None,
        _ if spaces > parent => Some(()),
        _ => None,
    }
}

/// The body of a literal block: everything from `start` to where the indentation ends.
pub(super) fn literal(text: &[u8], header: usize, parent: usize) -> Option<(Kind, Cursor, Cursor)> {
    let (kind, after) = match text.get(header + 1)? {
        b'\n' => (Kind::Literal, header + 2),
        b'-' if text.get(header + 2) == Some(&b'\n') => (Kind::LiteralStrip, header + 3),
        b'+' if text.get(header + 2) == Some(&b'\n') => (Kind::LiteralKeep, header + 3),
        // Indentation digits, comments and the end of the file are for the general parser.
        _ => return None,
    };
    let start = Cursor { pos: after, lines: 1 };
    let mut cursor = start;
    let mut widest = 0;
    let indent = loop {
        let spaces = spaces_at(text, cursor.pos);
        match *text.get(cursor.pos + spaces)? {
            b'\n' => {
                widest = widest.max(spaces);
                cursor.pos += spaces + 1;
                cursor.lines += 1;
            }
            b'\t' => return None,
            _ => break spaces,
        }
    };
    if indent <= parent || widest > indent {
        return None;
    }
    while cursor.pos < text.len() {
        let spaces = spaces_at(text, cursor.pos);
        let end = match text.get(cursor.pos + spaces) {
            Some(b'\n') => cursor.pos + spaces + 1,
            Some(_) if spaces >= indent => cursor.pos + spaces + memchr(b'\n', text.get(cursor.pos + spaces..)?)? + 1,
            // White space of the wrong kind, or the file ends here: what that means differs between parsers.
            Some(b'\t') | None => return None,
            Some(_) => break,
        };
        cursor.pos = end;
        cursor.lines += 1;
    }
    Some((kind, start, cursor))
}

pub(super) fn spaces_at(text: &[u8], start: usize) -> usize {
    let rest = text.get(start..).unwrap_or_default();
    rest.iter().position(|byte| *byte != b' ').unwrap_or(rest.len())
}
