use crate::model::{Component, Timestamp};

/// Takes off what the gather, the node or the log reader put in front of a line, and gives the time found there.
pub(super) fn strip(line: &str, component: Component) -> (Option<Timestamp>, &str) {
    let (time, rest) = strip_time(line);
    if component != Component::LogReader {
        return (time, rest);
    }
    let origin = skip_words(rest, 3);
    let (inner, rest) = strip_time(origin.unwrap_or(rest));
    (inner.or(time), rest)
}

fn strip_time(line: &str) -> (Option<Timestamp>, &str) {
    let bytes = line.as_bytes();
    // The date and time must be joined by a T: other programs write their own times with a space.
    if !bytes.first().is_some_and(u8::is_ascii_digit) || bytes.get(10) != Some(&b'T') {
        return (None, line);
    }
    let Some((time, taken)) = Timestamp::parse_prefix(bytes) else {
        return (None, line);
    };
    let Some(rest) = line.get(taken..) else {
        return (None, line);
    };
    if rest.is_empty() {
        return (Some(time), rest);
    }
    let Some(rest) = rest.strip_prefix(' ') else {
        return (None, line);
    };
    let node = ["stdout F ", "stderr F ", "stdout P ", "stderr P "].iter().find_map(|mark| rest.strip_prefix(mark));
    (Some(time), node.unwrap_or(rest))
}

/// Leaves out `<namespace> <pod> <container> `, which may be coloured.
fn skip_words(line: &str, words: usize) -> Option<&str> {
    let mut rest = line;
    for _ in 0..words {
        let (word, tail) = rest.split_once(' ')?;
        // A name of Kubernetes, perhaps between escape sequences; anything else is a line of the reader itself.
        if word.is_empty() || !word.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'\x1b' | b'[' | b';')) {
            return None;
        }
        rest = tail;
    }
    Some(rest.strip_prefix("\u{1b}[0m").unwrap_or(rest))
}
