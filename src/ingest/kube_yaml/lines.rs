//! Walking over lines by offset.

/// The start of a line: its offset and its number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Place {
    pub(super) pos: usize,
    pub(super) line: u32,
}

/// The line at `place`, without its break, and the start of the next one.
pub(super) fn line_at(text: &str, place: Place) -> (&str, Place) {
    let rest = text.get(place.pos..).unwrap_or_default();
    let end = memchr::memchr(b'\n', rest.as_bytes());
    let body = end.map_or(rest, |end| &rest[..end]);
    let pos = place.pos + end.map_or(rest.len(), |end| end + 1);
    (body, Place { pos, line: place.line.saturating_add(1) })
}

/// How many spaces a line begins with, or nothing when it is blank.
pub(super) fn indent_of(line: &str) -> Option<usize> {
    line.bytes().position(|byte| byte != b' ').filter(|at| !line[*at..].trim().is_empty())
}

/// `---` alone, or with a comment.
pub(super) fn is_separator(line: &str) -> bool {
    line.strip_prefix("---").is_some_and(|rest| {
        let content = rest.trim_start();
        content.is_empty() || (content.starts_with('#') && rest.len() > content.len())
    })
}

/// A line on which a document cannot go on: `---`, `--- x`, `...`.
pub(super) fn ends_document(line: &str) -> bool {
    [line.strip_prefix("---"), line.strip_prefix("...")].into_iter().flatten().any(|rest| rest.is_empty() || rest.starts_with([' ', '\t']))
}

/// The end of the list item that begins at `place` with its dash at column `indent`.
pub(super) fn item_end(text: &str, place: Place, indent: usize) -> Place {
    let (_, mut next) = line_at(text, place);
    while next.pos < text.len() {
        let (line, after) = line_at(text, next);
        if indent_of(line).is_some_and(|own| own <= indent) {
            break;
        }
        next = after;
    }
    next
}
