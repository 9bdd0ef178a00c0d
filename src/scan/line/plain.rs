use std::borrow::Cow;

use super::Line;
use super::logrus::{pairs, value_of};
use crate::model::{LogFormat, Timestamp};

/// `I0815 10:00:00.000000`.
pub(super) fn is_klog(text: &[u8]) -> bool {
    text.len() > 14
        && matches!(text[0], b'I' | b'W' | b'E' | b'F' | b'D')
        && text[1..5].iter().all(u8::is_ascii_digit)
        && text[5] == b' '
        && text[6..8].iter().all(u8::is_ascii_digit)
        && text[8] == b':'
        && text[11] == b':'
}

/// `E0815 10:00:00.000000   1 file.go:7] message`, or its structured form `"message" err="…" pod="…"`. A klog time lacks the
/// year, so such a line has only the time that stands in front of it, if any.
pub(super) fn klog(text: &str) -> Line<'_> {
    let mut line = Line::bare(LogFormat::Klog, text);
    line.level = Cow::Borrowed(match text.as_bytes().first() {
        Some(b'E') => "error",
        Some(b'W') => "warning",
        Some(b'F') => "fatal",
        Some(b'D') => "debug",
        _ => "info",
    });
    let Some((_, message)) = text.split_once("] ") else {
        return line;
    };
    if !message.starts_with('"') {
        line.message = Some(Cow::Borrowed(message));
        return line;
    }
    let (message, rest) = value_of(message);
    line.message = Some(Cow::Borrowed(message));
    pairs(rest, |key, value| {
        if key == "err" {
            line.error = Some(Cow::Borrowed(value));
        } else {
            line.keep(Cow::Borrowed(key), Cow::Borrowed(value));
        }
    });
    line
}

/// rsync, stunnel, Go's own logger, and everything without a form.
pub(super) fn parse(text: &str) -> Line<'_> {
    let mut line = Line::bare(LogFormat::Plain, text);
    let Some((time, taken)) = time_of(text) else {
        return line;
    };
    line.time = Some(time);
    let rest = text[taken..].trim_start_matches([']', ' ']);
    if let Some(stunnel) = rest.strip_prefix("LOG")
        && let Some((head, message)) = stunnel.split_once("]: ")
        && head.len() < 32
    {
        line.level = Cow::Borrowed(match head.as_bytes().first() {
            Some(b'0'..=b'3') => "error",
            Some(b'4') => "warning",
            Some(b'5' | b'6') => "info",
            _ => "debug",
        });
        line.message = Some(Cow::Borrowed(message));
        return line;
    }
    let message =
        rest.strip_prefix('[').and_then(|bracket| bracket.split_once("] ")).filter(|(pid, _)| pid.bytes().all(|byte| byte.is_ascii_digit()));
    line.message = Some(Cow::Borrowed(message.map_or(rest, |(_, message)| message)));
    line
}

/// `2021/07/07 16:40:12`, `2021.07.07 16:40:12`, `[2021-07-07 16:40:12+00:00]`: the time and where it ends. Containers live in
/// UTC, so a time without a zone is taken as such.
pub(super) fn time_of(text: &str) -> Option<(Timestamp, usize)> {
    let start = usize::from(text.starts_with('['));
    let bytes = &text.as_bytes()[start..];
    let fixed: &[u8; 19] = bytes.get(..19)?.try_into().ok()?;
    if fixed[4] == b'-' {
        let (time, taken) = Timestamp::parse_prefix(bytes)?;
        return text.is_char_boundary(start + taken).then_some((time, start + taken));
    }
    if !matches!(fixed[4], b'/' | b'.') || fixed[7] != fixed[4] || fixed[10] != b' ' {
        return None;
    }
    let mut iso = [b'Z'; 20];
    iso[..19].copy_from_slice(fixed);
    iso[4] = b'-';
    iso[7] = b'-';
    let (time, _) = Timestamp::parse_prefix(&iso)?;
    text.is_char_boundary(start + 19).then_some((time, start + 19))
}

/// The words with which programs without levels begin an error.
pub(super) fn starts_as_error(text: &str) -> bool {
    ["error:", "Error:", "fatal:", "panic:", "rsync error:"].iter().any(|word| text.starts_with(word))
}
