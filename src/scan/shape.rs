use std::collections::BTreeMap;

use super::line::{Line, clip, head};
use super::merge::earlier;
use crate::model::{Shape, Timestamp};

/// Shapes per log.
const MOST_SHAPES: usize = 256;
/// Length of a shape: the beginning of an error tells what it is.
const LONGEST_SHAPE: usize = 240;
/// Length of the sample.
const LONGEST_SAMPLE: usize = 2 << 10;

/// Error lines of one log by shape. Keeps the smallest shapes, for the reason given at [`Groups`](super::group::Groups).
#[derive(Debug, Clone, Default)]
pub(super) struct Shapes(BTreeMap<Box<str>, Tally>);

#[derive(Debug, Clone)]
struct Tally {
    count: u64,
    first: Option<Timestamp>,
    last: Option<Timestamp>,
    line: u32,
    text: Box<str>,
}

impl Shapes {
    pub(super) fn seen(&mut self, line_no: u32, line: &Line<'_>, raw: &str) {
        let shape = shape_of(&line.message(), line.error().as_deref());
        if let Some(tally) = self.0.get_mut(shape.as_str()) {
            tally.count += 1;
            tally.first = earlier(tally.first, line.time);
            tally.last = tally.last.max(line.time);
            return;
        }
        if self.0.len() >= MOST_SHAPES && self.0.last_key_value().is_some_and(|(last, _)| *shape > **last) {
            return;
        }
        let text = clip(raw, LONGEST_SAMPLE).into();
        self.0.insert(shape.into(), Tally { count: 1, first: line.time, last: line.time, line: line_no, text });
        self.trim();
    }

    fn trim(&mut self) {
        while self.0.len() > MOST_SHAPES {
            self.0.pop_last();
        }
    }

    pub(super) fn absorb(&mut self, later: Self, base: u32) {
        for (shape, mut tally) in later.0 {
            tally.line = tally.line.saturating_add(base);
            match self.0.get_mut(&shape) {
                Some(known) => {
                    known.count += tally.count;
                    known.first = earlier(known.first, tally.first);
                    known.last = known.last.max(tally.last);
                }
                None => {
                    self.0.insert(shape, tally);
                }
            }
        }
        self.trim();
    }

    pub(super) fn finish(self) -> Vec<Shape> {
        let mut shapes: Vec<Shape> = self
            .0
            .into_iter()
            .map(|(shape, tally)| Shape {
                log: 0,
                shape,
                count: tally.count,
                first: tally.first,
                last: tally.last,
                line: tally.line,
                text: tally.text,
            })
            .collect();
        shapes.sort_by_key(|shape| shape.line);
        shapes
    }
}

/// The shape of an error line, from its unescaped message and error value: names, numbers and ids folded. The same function
/// gives the shape of a [`Hit`](crate::model::Hit), so that shapes which some rule explains can be told from the rest.
pub fn shape_of(message: &str, error: Option<&str>) -> String {
    let mut shape = fold(message);
    if let Some(error) = error.filter(|error| *error != message) {
        shape.push_str(": ");
        shape.push_str(&fold(error));
    }
    shape.truncate(head(&shape, LONGEST_SHAPE).len());
    shape
}

/// Replaces what differs between two reports of the same error.
fn fold(text: &str) -> String {
    let mut folded = String::new();
    let mut rest = head(text, 4 * LONGEST_SHAPE);
    while let Some(first) = rest.chars().next() {
        let taken = match first {
            '"' | '\'' | '`' => quoted(rest, first, &mut folded),
            c if is_word(c) => {
                let end = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
                word(&rest[..end], &mut folded);
                end
            }
            c => {
                folded.push(c);
                c.len_utf8()
            }
        };
        rest = &rest[taken..];
    }
    folded
}

fn is_word(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '/' | ':' | '@' | '%' | '?' | '=' | '&' | '+' | '~')
}

/// A quoted value names something; an apostrophe within a word quotes nothing.
fn quoted(text: &str, quote: char, folded: &mut String) -> usize {
    let after_letter = quote == '\'' && folded.ends_with(char::is_alphanumeric);
    let Some(length) = text[1..].find(quote).filter(|_| !after_letter) else {
        folded.push(quote);
        return 1;
    };
    folded.push_str("<name>");
    length + 2
}

fn word(word: &str, folded: &mut String) {
    let core = word.trim_end_matches(['.', ':', '?', '-']);
    let slashes = core.bytes().filter(|&byte| byte == b'/').count();
    if let Some((scheme, _)) = core.split_once("://") {
        folded.push_str(scheme);
        folded.push_str("://<url>");
    } else if core.starts_with('/') && core.len() > 1 {
        folded.push_str("<path>");
    } else if slashes == 1 && core.bytes().any(|byte| byte == b'-' || byte.is_ascii_digit()) {
        folded.push_str("<name>");
    } else {
        folded.push_str(&name(core));
    }
    folded.push_str(&word[core.len()..]);
}

/// A word with its random and counted parts folded.
fn name(word: &str) -> String {
    let mut folded = String::new();
    let mut rest = word;
    while let Some(at) = (0..rest.len()).find(|&at| is_uuid(&rest.as_bytes()[at..])) {
        folded.push_str(&pieces(&rest[..at]));
        folded.push_str("<id>");
        rest = &rest[at + UUID..];
    }
    folded + &pieces(rest)
}

const UUID: usize = 36;

fn is_uuid(bytes: &[u8]) -> bool {
    bytes.len() >= UUID
        && bytes[..UUID].iter().enumerate().all(|(at, byte)| if matches!(at, 8 | 13 | 18 | 23) { *byte == b'-' } else { byte.is_ascii_hexdigit() })
}

fn pieces(word: &str) -> String {
    let mut folded = String::new();
    for (position, piece) in word.split('-').enumerate() {
        if position > 0 {
            folded.push('-');
        }
        token(piece, position > 0, &mut folded);
    }
    // Ids and numbers joined by dashes become one: their count differs between names of one kind.
    for pair in ["<id>-<id>", "<id>-<n>", "<n>-<id>", "<n>-<n>"] {
        while folded.contains(pair) {
            folded = folded.replace(pair, "<id>");
        }
    }
    folded
}

/// One piece of a name. Kubernetes draws random parts of names from letters that spell no words.
fn token(piece: &str, inside_name: bool, folded: &mut String) {
    let digits = piece.bytes().filter(u8::is_ascii_digit).count();
    let is_hex = piece.len() >= 6 && digits > 0 && piece.bytes().all(|byte| byte.is_ascii_hexdigit());
    let random = |byte: u8| b"bcdfghjklmnpqrstvwxz2456789".contains(&byte);
    if is_hex && digits < piece.len() || (inside_name && piece.len() >= 4 && piece.bytes().all(random)) {
        folded.push_str("<id>");
        return;
    }
    if digits == 0 {
        folded.push_str(piece);
        return;
    }
    let mut in_number = false;
    for c in piece.chars() {
        // Dots and colons within a number belong to it: versions, addresses, times.
        let number = c.is_ascii_digit() || (in_number && matches!(c, '.' | ':'));
        if !number {
            folded.push(c);
        } else if !in_number {
            folded.push_str("<n>");
        }
        in_number = number;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_of_the_same_error_have_one_shape() {
        for (one, other) in [
            ("pod stage-a-x7k2p not found", "pod stage-a-bbq9d not found"),
            (r#"pods "a" is forbidden"#, r#"pods "bb" is forbidden"#),
            ("dial tcp 10.0.0.1:443: refused", "dial tcp 10.128.2.17:6443: refused"),
            ("uid 8f14e45f-ceea-4671-8b5f-0a1b2c3d4e5f gone", "uid c9f0f895-fb98-4b91-99fa-1234567890ab gone"),
            ("after 3 attempts", "after 17 attempts"),
            ("open /var/lib/a/1: denied", "open /var/lib/b/2: denied"),
            ("Get https://a.b/c?d=e failed", "Get https://x.y/z failed"),
            ("restoring app-1/web: no", "restoring app-2/db: no"),
        ] {
            assert_eq!(fold(one), fold(other));
        }
        assert_ne!(fold("connection refused"), fold("connection reset"));
        assert_eq!(fold("can't open pod's log"), "can't open pod's log");
        assert_eq!(shape_of("Error backing up item", Some("exit status 1")), "Error backing up item: exit status <n>");
    }
}
