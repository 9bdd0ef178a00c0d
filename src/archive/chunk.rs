//! Where a streamed file is cut.
//!
//! The borders follow from the file's own bytes and nothing else: a chunk ends behind the last line end within
//! [`CHUNK`] bytes of its start, and a line longer than that is a chunk of its own. So the order of members, the
//! number of threads and the sizes of reads can never move a border.

use memchr::{memchr, memrchr};

/// The size that chunks and batches aim at.
pub const CHUNK: usize = 512 * 1024;

/// The most that the context lines on one side of a chunk may take; a line that does not fit is left out.
pub const CONTEXT: usize = 16 * 1024;

/// Complete lines of context on each side of a chunk.
const LINES: usize = 2;

/// The length of the chunk that begins with these [`CHUNK`] bytes; `None` when its first line is longer than that.
pub(super) fn length(head: &[u8]) -> Option<usize> {
    memrchr(b'\n', head).map(|newline| newline + 1)
}

/// How many of the last bytes hold the context for the next chunk. `before` begins and ends at line borders.
pub(super) fn lead(before: &[u8]) -> usize {
    let from = before.len().saturating_sub(CONTEXT);
    let window = &before[from..];
    let mut start = window.len();
    for _ in 0..LINES {
        let Some(end) = start.checked_sub(1) else { break };
        match memrchr(b'\n', &window[..end]) {
            Some(newline) => start = newline + 1,
            // The start of `before` is the start of a line; the start of a shortened window is not.
            None if from == 0 => start = 0,
            None => break,
        }
    }
    window.len() - start
}

/// How many of the first bytes hold the context of the previous chunk. `ended` tells that nothing follows `after`.
pub(super) fn trail(after: &[u8], ended: bool) -> usize {
    let window = &after[..after.len().min(CONTEXT)];
    let mut end = 0;
    for _ in 0..LINES {
        match memchr(b'\n', &window[end..]) {
            Some(newline) => end += newline + 1,
            None if ended && window.len() == after.len() => end = window.len(),
            None => break,
        }
    }
    end
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn context_is_two_whole_lines_or_what_there_is() {
        assert_eq!(lead(b"one\ntwo\nthree\n"), "two\nthree\n".len());
        assert_eq!(lead(b"one\n"), 4);
        assert_eq!(lead(b""), 0);
        assert_eq!(trail(b"one\ntwo\nthree\n", false), "one\ntwo\n".len());
        assert_eq!(trail(b"one\ntw", false), "one\n".len());
        assert_eq!(trail(b"one\ntw", true), "one\ntw".len());
    }

    #[test]
    fn a_line_longer_than_the_context_is_left_out() {
        let mut long = vec![b'x'; CONTEXT + 1];
        long.push(b'\n');
        assert_eq!(lead(&long), 0);
        assert_eq!(trail(&long, true), 0);
        let with_short = [long.as_slice(), b"short\n"].concat();
        assert_eq!(lead(&with_short), 6);
    }
}
