//! Turns the bytes of a file into text that both readers can take: no byte order mark, no NUL tail, UTF-8, LF.

use super::Problem;
use std::borrow::Cow;

/// The text of a file, and whether it holds characters that YAML 1.1 and 1.2 treat differently.
pub(super) struct Prepared<'a> {
    pub(super) text: Cow<'a, str>,
    /// Control characters, or the Unicode line breaks: the fast reader then checks each item before it takes it.
    pub(super) odd: bool,
    /// The file ended inside a character.
    pub(super) cut: bool,
}

pub(super) fn prepare<'a>(source: &'a [u8], on_problem: &mut dyn FnMut(Problem)) -> Prepared<'a> {
    let source = source.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(source);
    // A sparse or preallocated file that was cut keeps its length as NUL bytes.
    let end = source.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let (mut bytes, nul) = source.split_at(end);
    if !nul.is_empty() && !bytes.is_empty() {
        on_problem(Problem::NulTail { line: line_at(bytes, bytes.len()), bytes: nul.len() });
    }
    let mut cut = false;
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => {
            if error.error_len().is_none() {
                cut = true;
                bytes = &bytes[..error.valid_up_to()];
            } else {
                let line = line_at(bytes, error.valid_up_to());
                on_problem(Problem::NotUtf8 { line });
            }
            String::from_utf8_lossy(bytes)
        }
    };
    let text = if memchr::memmem::find(text.as_bytes(), b"\r\n").is_some() { Cow::Owned(text.replace("\r\n", "\n")) } else { text };
    let odd = is_odd(&text);
    Prepared { text, odd, cut }
}

/// Looks for characters on which YAML readers disagree: C0 and C1 controls, DEL, NEL, LS, PS and a mark inside the text.
pub(super) fn is_odd(text: &str) -> bool {
    let bytes = text.as_bytes();
    // Without an early exit inside a chunk the compiler turns this into vector code.
    let control = bytes.chunks(4096).any(|chunk| {
        let mut found = false;
        for byte in chunk {
            found |= (*byte < b' ' && *byte != b'\n' && *byte != b'\t') || *byte == 0x7F;
        }
        found
    });
    if control {
        return true;
    }
    !bytes.is_ascii() && text.chars().any(|c| matches!(c, '\u{80}'..='\u{9F}' | '\u{2028}' | '\u{2029}' | '\u{FEFF}' | '\u{FFFE}' | '\u{FFFF}'))
}

/// The line, from 1, that holds the byte at `offset`.
fn line_at(bytes: &[u8], offset: usize) -> u32 {
    let breaks = memchr::memchr_iter(b'\n', &bytes[..offset.min(bytes.len())]).count();
    u32::try_from(breaks).map_or(u32::MAX, |breaks| breaks.saturating_add(1))
}
