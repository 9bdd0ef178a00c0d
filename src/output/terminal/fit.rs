//! Makes text fit a number of columns.

use crate::finding::redact::escape_control;

/// Columns that a text takes. A character counts as one column: names and log lines of clusters are ASCII but for rare names.
pub(super) fn columns(text: &str) -> usize {
    text.chars().count()
}

/// One line without control characters and double spaces, whatever the text held.
pub(super) fn one_line(text: &str) -> String {
    escape_control(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// Cuts the end off, and says so with `…`.
pub(super) fn clip(text: &str, width: usize) -> String {
    if columns(text) <= width {
        return text.to_owned();
    }
    let kept: String = text.chars().take(width.saturating_sub(1)).collect();
    format!("{}…", kept.trim_end())
}

/// Shortens a path from the front: the file and its line say the most.
pub(super) fn clip_path(path: &str, width: usize) -> String {
    if columns(path) <= width {
        return path.to_owned();
    }
    let fitting = path.match_indices('/').map(|(at, _)| &path[at..]).find(|tail| columns(tail) < width);
    if let Some(tail) = fitting {
        return format!("…{tail}");
    }
    let drop = columns(path) - width.saturating_sub(1).min(columns(path));
    format!("…{}", path.chars().skip(drop).collect::<String>())
}

/// Breaks at spaces. A word longer than a line stays whole, so that paths and commands can be copied.
pub(super) fn wrap(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split_whitespace() {
        let Some(line) = lines.last_mut() else { break };
        if line.is_empty() {
            line.push_str(word);
        } else if columns(line) + 1 + columns(word) <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}

/// A text behind a lead of so many columns, its further lines indented as far. On a narrow page the indent gives way.
pub(super) fn folded(text: &str, lead: usize, width: usize) -> String {
    let indent = if lead + 30 > width { 4 } else { lead };
    let mut lines = wrap(text, width.saturating_sub(lead).max(30)).into_iter();
    let mut out = lines.next().unwrap_or_default();
    // The first line stands behind the lead; where the rest has more room, it uses it.
    let rest = lines.collect::<Vec<_>>().join(" ");
    if !rest.is_empty() {
        for line in wrap(&rest, width.saturating_sub(indent).max(30)) {
            out.push('\n');
            out.push_str(&" ".repeat(indent));
            out.push_str(&line);
        }
    }
    out
}

/// Time as people write it, to the minute: `2021-05-12 08:10 UTC`.
pub(super) fn minute(time: &str) -> String {
    match (time.get(..10), time.get(11..16)) {
        (Some(day), Some(clock)) if time.ends_with('Z') => format!("{day} {clock} UTC"),
        _ => one_line(time),
    }
}

/// From and to: the day once when it is the same.
pub(super) fn period(from: &str, to: &str) -> String {
    let (from, to) = (minute(from), minute(to));
    match (from.split_once(' '), to.split_once(' ')) {
        _ if from == to => from,
        (Some((day, clock)), Some((same, end))) if day == same => format!("{day} {} to {end}", clock.trim_end_matches(" UTC")),
        _ => format!("{} to {to}", from.trim_end_matches(" UTC")),
    }
}

/// A number in groups: `18,220`.
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::new();
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// `1 line`, `1,234 lines`.
pub(super) fn counted(number: u64, thing: &str) -> String {
    format!("{} {thing}{}", grouped(number), if number == 1 { "" } else { "s" })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_cut_to_its_columns() {
        assert_eq!(clip("abcdef", 6), "abcdef");
        assert_eq!(clip("abcdef", 4), "abc…");
        assert_eq!(clip_path("must-gather/clusters/host/events.yaml:41", 20), "…/events.yaml:41");
        assert_eq!(clip_path("a-very-long-file-name.yaml:41", 10), "…e.yaml:41");
        assert_eq!(wrap("one two three", 7), ["one two", "three"]);
        assert_eq!(wrap("", 7), [""]);
    }

    #[test]
    fn a_long_text_is_folded_under_itself_where_there_is_room() {
        let text = "one two three four five six seven eight nine ten eleven twelve";
        assert_eq!(folded(text, 10, 45), "one two three four five six seven\n          eight nine ten eleven twelve");
        assert_eq!(folded(text, 30, 40), "one two three four five six\n    seven eight nine ten eleven twelve");
        assert_eq!(folded("short", 10, 40), "short");
    }

    #[test]
    fn numbers_and_times_read_well() {
        assert_eq!(grouped(0), "0");
        assert_eq!((counted(1, "line").as_str(), counted(2_000, "line").as_str()), ("1 line", "2,000 lines"));
        assert_eq!(grouped(1_234_567), "1,234,567");
        assert_eq!(minute("2021-05-12T08:10:23Z"), "2021-05-12 08:10 UTC");
        assert_eq!(minute("yesterday"), "yesterday");
        assert_eq!(period("2021-05-12T08:10:23Z", "2021-05-12T09:11:00Z"), "2021-05-12 08:10 to 09:11 UTC");
        assert_eq!(period("2021-05-12T08:10:23Z", "2021-05-12T08:10:59Z"), "2021-05-12 08:10 UTC");
        assert_eq!(period("2021-05-11T08:10:23Z", "2021-05-12T09:11:00Z"), "2021-05-11 08:10 to 2021-05-12 09:11 UTC");
    }
}
