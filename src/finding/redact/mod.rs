//! Takes secrets out of text, and control characters out of everything.
//!
//! [`Redactor`] knows how a secret looks on one line, [`Lines`] also those that take several: keys, passwords in blocks, the value
//! behind the name of an environment variable. [`secrets_of_manifest`] knows what a Secret holds, whatever it looks like.

mod base64;
mod forms;
mod lines;
mod manifest;

use std::borrow::Cow;
use std::sync::atomic::{AtomicBool, Ordering};

pub use lines::Lines;
pub use manifest::{mask_secret_values, secrets_of_manifest};

/// What stands where a secret stood.
pub const MASK: &str = "[redacted]";

/// Set once, before anything is read, by whoever may see everything.
static REVEALED: AtomicBool = AtomicBool::new(false);

/// Switches masking off for the whole process: the reader said that his eyes are trusted. Control characters stay escaped.
pub fn reveal() {
    REVEALED.store(true, Ordering::Relaxed);
}

/// Whether masking is off.
pub fn is_revealed() -> bool {
    REVEALED.load(Ordering::Relaxed)
}

/// Knows how secrets look.
#[derive(Debug)]
pub struct Redactor;

impl Redactor {
    /// Masks every secret of a line and says how many there were.
    pub fn line(text: &str) -> (Cow<'_, str>, u32) {
        if is_revealed() { (Cow::Borrowed(text), 0) } else { forms::mask(text) }
    }

    /// Whether a value with this name is a secret by its name.
    pub fn is_secret_name(name: &str) -> bool {
        !is_revealed() && forms::is_secret_name(name)
    }
}

/// Writes control characters, escape sequences and bidirectional overrides as visible text.
pub fn escape_control(text: &str) -> String {
    let harmless = |c: char| !(is_bidi(c) || c.is_control() && c != '\t');
    if text.chars().all(harmless) {
        return text.to_owned();
    }
    let mut out = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmless(c) {
            out.push(c);
        } else {
            out.extend(c.escape_unicode());
        }
    }
    out
}

/// Redacts and escapes text that goes into a message, title or remedy.
pub fn clean(text: &str) -> String {
    if !text.contains('\n') {
        return escape_control(&Redactor::line(text).0);
    }
    let mut lines = Lines::default();
    let masked: Vec<String> = text.split('\n').map(|line| lines.line(line).0.into_owned()).collect();
    escape_control(&masked.join("\n"))
}

fn is_bidi(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escape_sequences_become_visible() {
        assert_eq!(escape_control("a\u{1b}[2Jb\u{202e}c\r"), "a\\u{1b}[2Jb\\u{202e}c\\u{d}");
    }

    #[test]
    fn a_message_of_several_lines_is_masked_as_such() {
        let text = clean("could not load\n-----BEGIN EC PRIVATE KEY-----\nMHcCAQEEIBshort\n-----END EC PRIVATE KEY-----\nof the server");
        assert_eq!(text, "could not load\\u{a}-----BEGIN EC PRIVATE KEY-----\\u{a}[redacted]\\u{a}[redacted]\\u{a}of the server");
    }
}
