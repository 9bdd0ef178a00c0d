//! From when to when a chunk of a log reaches, without asking each line.

use super::line::time_of;
use crate::model::{Component, Timestamp};

/// The last line of a logger, by its time where it has one.
#[derive(Debug, Clone, Copy)]
pub(super) struct LastLine(pub(super) Option<Timestamp>);

/// Time of the first line that has one.
pub(super) fn first_time(body: &[u8], component: Component) -> Option<Timestamp> {
    let mut rest = body;
    while !rest.is_empty() {
        let end = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        if let Some(time) = time_of(&rest[..end], component) {
            return Some(time);
        }
        rest = rest.get(end + 1..).unwrap_or_default();
    }
    None
}

/// The loggers of the controller that runs migrations. A gather puts the containers of a pod one behind the other, and that one is not
/// the last of them.
pub(super) const LOGGERS: [&[u8]; 2] = [b"\"logger\":\"migration\"", b"\"logger\":\"directvolume\""];

/// The last line of each of [`LOGGERS`].
pub(super) fn last_of_loggers(body: &[u8], component: Component) -> [Option<LastLine>; LOGGERS.len()] {
    if component != Component::MigController {
        return Default::default();
    }
    LOGGERS.map(|logger| {
        let at = last_of(body, logger)?;
        let from = memchr::memrchr(b'\n', &body[..at]).map_or(0, |before| before + 1);
        let to = memchr::memchr(b'\n', &body[at..]).map_or(body.len(), |more| at + more);
        Some(LastLine(time_of(&body[from..to], component)))
    })
}

/// Where a text stands last. Searched forwards in pieces from the end, because only that direction is vectorised.
fn last_of(body: &[u8], text: &[u8]) -> Option<usize> {
    let finder = memchr::memmem::Finder::new(text);
    let mut end = body.len();
    while end > 0 {
        let start = end.saturating_sub(PIECE);
        // A text across the border begins in this piece.
        let piece = &body[start..body.len().min(end + text.len() - 1)];
        if let Some(at) = finder.find_iter(piece).last() {
            return Some(start + at);
        }
        end = start;
    }
    None
}

/// What is searched at once for the last line of a logger: it mostly is one of the last.
const PIECE: usize = if cfg!(test) { 64 } else { 16 << 10 };

/// Time of the last line that has one.
pub(super) fn last_time(body: &[u8], component: Component) -> Option<Timestamp> {
    let mut rest = body;
    while !rest.is_empty() {
        let inner = rest.strip_suffix(b"\n").unwrap_or(rest);
        let start = memchr::memrchr(b'\n', inner).map_or(0, |before| before + 1);
        if let Some(time) = time_of(&inner[start..], component) {
            return Some(time);
        }
        rest = &rest[..start];
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_place_of_a_text_is_found_across_the_border_of_two_pieces() {
        for gap in 0..200 {
            let body = [b"first text, ".as_slice(), &b".".repeat(50), b"text", &b"-".repeat(gap)].concat();
            assert_eq!(last_of(&body, b"text"), Some(62), "{gap}");
        }
        assert_eq!(last_of(b"tex", b"text"), None);
    }
}
