//! What a Secret holds, wherever a manifest shows it: told by its kind, not by how the values look.

use std::borrow::Cow;

use super::{MASK, is_revealed};

const FIELDS: &[&str] = &["data", "stringData"];

/// Which lines of a manifest are the content of a Secret. Works on YAML and on JSON with a field on each line, by indentation.
pub fn secrets_of_manifest(text: &str) -> Vec<bool> {
    let lines: Vec<&str> = text.lines().collect();
    let mut inside = vec![false; lines.len()];
    if is_revealed() || !text.contains("Secret") {
        return inside;
    }
    // Indentation at which a Secret's fields stand and the lines of that object, found from its `kind`.
    for (at, line) in lines.iter().enumerate() {
        let Some((column, key, value)) = field(line) else { continue };
        if key != "kind" || value.trim_end_matches(',').trim_matches(['"', '\'']) != "Secret" {
            continue;
        }
        let first = if begins_item(line) { at } else { start_of(&lines, at, column) };
        let end = (at + 1..lines.len()).find(|&next| ends_object(lines[next], column)).unwrap_or(lines.len());
        mark(&lines, first, end, column, &mut inside);
    }
    inside
}

/// The first line of the object whose fields stand at `column`, going up from one of them.
fn start_of(lines: &[&str], at: usize, column: usize) -> usize {
    let mut first = at;
    while first > 0 {
        let above = lines[first - 1];
        if ends_object(above, column) && !begins_at(above, column) {
            break;
        }
        first -= 1;
        if begins_at(above, column) {
            break;
        }
    }
    first
}

fn mark(lines: &[&str], first: usize, end: usize, column: usize, inside: &mut [bool]) {
    let mut content = false;
    for at in first..end {
        let line = lines[at];
        let Some(text) = line.get(column.min(line.len())..).filter(|text| !text.trim().is_empty()) else {
            continue;
        };
        let at_column = !text.starts_with([' ', '\t']) && !text.starts_with('}');
        if at_column || begins_at(line, column) {
            content = field(line).is_some_and(|(_, key, _)| FIELDS.contains(&key));
            // A map on the same line is content of this line; a bare key is not.
            let (_, _, value) = field(line).unwrap_or_default();
            inside[at] = content && value.len() > 1;
            continue;
        }
        inside[at] = content && !text.trim_start().starts_with(['}', ']']);
    }
}

/// A separator, or a line that stands further left, or the dash of the next item.
fn ends_object(line: &str, column: usize) -> bool {
    let trimmed = line.trim_start();
    let indent = line.len() - trimmed.len();
    !trimmed.is_empty() && (line.starts_with("---") || indent < column)
}

/// Whether a list item begins on this line whose fields stand at `column`.
fn begins_at(line: &str, column: usize) -> bool {
    begins_item(line) && field(line).is_some_and(|(own, ..)| own == column)
}

fn begins_item(line: &str) -> bool {
    line.trim_start().starts_with("- ")
}

/// Column, key and value of a line that begins with a key, behind the dash of a list item.
fn field(line: &str) -> Option<(usize, &str, &str)> {
    let mut rest = line.trim_start();
    while let Some(item) = rest.strip_prefix("- ") {
        rest = item.trim_start();
    }
    let column = line.len() - rest.len();
    let (key, value) = rest.split_once(':')?;
    Some((column, key.trim().trim_matches(['"', '\'']), value.trim()))
}

/// Masks the value of a line that [`secrets_of_manifest`] marked; a line without a key is masked whole.
pub fn mask_secret_values(line: &str) -> Cow<'_, str> {
    if is_revealed() {
        return Cow::Borrowed(line);
    }
    let indent = line.len() - line.trim_start().len();
    match line.split_once(':') {
        Some((key, value)) if key.trim().chars().all(|c| c.is_ascii_alphanumeric() || "-_.\"' ".contains(c)) => {
            if matches!(value.trim(), "" | "|" | "|-" | ">" | ">-" | "{" | "{}") { Cow::Borrowed(line) } else { Cow::Owned(format!("{key}: {MASK}")) }
        }
        _ => Cow::Owned(format!("{}{MASK}", &line[..indent])),
    }
}

/// A Secret on one line, as the annotation with the last applied configuration has it: all values of its content are masked.
pub(super) fn one_line(text: &str) -> Option<String> {
    let kind = text.find("Secret").filter(|_| text.contains("ata"))?;
    let before = text.get(..kind)?.trim_end_matches(['"', '\\', ' ', ':']);
    if !before.ends_with("kind") {
        // Another word may come first.
        let again = text.get(kind + 6..)?;
        if !again.contains("kind") {
            return None;
        }
    }
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    let mut found = false;
    while let Some((at, length)) = next_map(rest) {
        let (head, map) = rest.split_at(at + length);
        out.push_str(head);
        let end = map_end(map);
        out.push_str(&masked_map(&map[..end]));
        found |= end > 0;
        rest = &map[end..];
    }
    out.push_str(rest);
    (found && out != text).then_some(out)
}

/// Where the next `"data":{` or `"stringData":{` begins, and how long that is.
fn next_map(text: &str) -> Option<(usize, usize)> {
    let mut from = 0;
    while let Some(found) = text.get(from..)?.find("ata") {
        let after = from + found + 3;
        let rest = text.get(after..)?;
        let trimmed = rest.trim_start_matches(['\\', '"', ' ', ':']);
        let word = text.get(..after)?;
        let is_field = word.ends_with("data") && !word.ends_with("metadata") || word.ends_with("stringData");
        if is_field && trimmed.starts_with('{') && rest.len() > trimmed.len() {
            let start = from + found;
            return Some((start, after - start + rest.len() - trimmed.len() + 1));
        }
        from = after;
    }
    None
}

/// The brace that closes a map whose opening brace is behind us; the end of a text that was cut.
fn map_end(text: &str) -> usize {
    let mut depth = 1;
    for (at, c) in text.char_indices() {
        match c {
            '{' => depth += 1,
            '}' => depth -= 1,
            _ => {}
        }
        if depth == 0 {
            return at;
        }
    }
    text.len()
}

/// `"a":"x","b":"y"` with each value masked; keys stay.
fn masked_map(map: &str) -> String {
    let pairs = map.split(',').filter(|pair| !pair.trim().is_empty()).map(|pair| match pair.split_once(':') {
        Some((key, value)) => {
            let quote: &str = if value.contains("\\\"") { "\\\"" } else { "\"" };
            format!("{key}:{quote}{MASK}{quote}")
        }
        None => MASK.to_owned(),
    });
    pairs.collect::<Vec<_>>().join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shown(text: &str) -> String {
        let inside = secrets_of_manifest(text);
        let lines = text.lines().zip(inside).map(|(line, inside)| if inside { mask_secret_values(line) } else { Cow::Borrowed(line) });
        lines.collect::<Vec<_>>().join("\n")
    }

    #[test]
    fn the_content_of_a_secret_is_masked_and_that_of_a_config_map_is_not() {
        let text = "apiVersion: v1\nitems:\n- apiVersion: v1\n  data:\n    a: aGk=\n    b: |\n      two\n      lines\n  kind: Secret\n  metadata:\n    name: s\n- apiVersion: v1\n  data:\n    c: open\n  kind: ConfigMap\n- kind: Secret\n  stringData:\n    d: word: x\nkind: List";
        let shown = shown(text);
        for kept in ["a: [redacted]", "name: s", "c: open", "kind: List", "d: [redacted]"] {
            assert!(shown.contains(kept), "no {kept} in {shown}");
        }
        for gone in ["aGk=", "two", "lines", "word"] {
            assert!(!shown.contains(gone), "{gone} in {shown}");
        }
    }

    #[test]
    fn json_with_a_field_on_each_line_is_masked_too() {
        let shown = shown(
            "{\n    \"data\": {\n        \"a\": \"aGk=\"\n    },\n    \"kind\": \"Secret\",\n    \"metadata\": {\n        \"name\": \"s\"\n    }\n}",
        );
        assert!(!shown.contains("aGk=") && shown.contains("\"name\": \"s\""), "{shown}");
    }

    #[test]
    fn a_secret_on_one_line_loses_its_values_whatever_quotes_it() {
        for text in [
            r#"{"apiVersion":"v1","data":{"a":"aGk=","b":"aG8="},"kind":"Secret","metadata":{"name":"s"}}"#,
            r#"x: "{\"data\":{\"a\":\"aGk=\",\"b\":\"aG8=\"},\"kind\":\"Secret\",\"metadata\":{\"name\":\"s\"}}""#,
            r#"{"kind":"Secret","metadata":{"name":"s"},"stringData":{"a":"aGk=","b":"aG8"#,
        ] {
            let masked = one_line(text).unwrap();
            assert!(!masked.contains("aGk") && !masked.contains("aG8"), "{masked}");
            assert!(masked.contains("name"), "{masked}");
        }
        assert_eq!(one_line(r#"{"kind":"ConfigMap","data":{"a":"b"}}"#), None);
    }
}
