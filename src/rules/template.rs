//! Texts with the names of the case in them: messages, remedies, and the `name` and `namespace` of clauses.

use std::borrow::Cow;

use thiserror::Error;

use super::cel::Val;
use super::path::Path;
use crate::finding::redact::clean;
use crate::graph::tape::Shape;
use crate::model::Timestamp;

/// Longest message in characters.
pub(crate) const LONGEST: usize = 300;

/// How many values `{a.b*}` lists.
const LISTED: usize = 3;

/// Values that a remedy shows below each other.
const LINES: usize = 20;

/// A parsed template.
#[derive(Debug, Clone)]
pub(crate) struct Template {
    parts: Vec<Part>,
}

#[derive(Debug, Clone)]
enum Part {
    Text(String),
    Field(Vec<Choice>),
}

/// One of the `|` separated choices of a field.
#[derive(Debug, Clone)]
enum Choice {
    Literal(String),
    /// `{a.b}`, with a format.
    Value(Path, Option<Format>),
    /// `{a.b*}`: distinct values over the finding.
    Values(Path, Option<Format>),
    /// `{#a}`: how many distinct.
    Count(Path),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Bytes,
    Ago,
    Short,
    /// Each value on a line of its own; in a remedy alone, since a message is one line.
    Lines,
}

/// A template that cannot be read.
#[derive(Debug, Error, PartialEq, Eq)]
#[error("`{{{0}}}` is not a template field")]
pub(crate) struct TemplateError(pub(crate) String);

/// What a template may ask.
pub(crate) trait Source<'a> {
    /// Value of a path in the first row.
    fn value(&self, path: &Path) -> Val<'a>;
    /// Values of a path in all rows, in order, one for each element of a `many` name.
    fn values(&self, path: &Path) -> Vec<Val<'a>>;
    /// How many distinct things a name stands for in all rows.
    fn count(&self, path: &Path) -> usize;
    /// End of the gather.
    fn now(&self) -> Option<Timestamp>;
}

impl Template {
    /// Reads a message: every brace must be a field.
    pub(crate) fn parse(text: &str) -> Result<Self, TemplateError> {
        Self::read(text, true)
    }

    /// Reads a longer text that may hold braces of its own, such as JSON for a patch: what is no field stays as it is.
    pub(crate) fn parse_prose(text: &str) -> Self {
        Self::read(text, false).unwrap_or(Self { parts: vec![Part::Text(text.to_owned())] })
    }

    fn read(text: &str, strict: bool) -> Result<Self, TemplateError> {
        let mut parts = Vec::new();
        let mut plain = String::new();
        let mut rest = text;
        while let Some(open) = rest.find('{') {
            let (before, after) = rest.split_at(open);
            plain.push_str(before);
            let end = field_end(&after[1..]);
            match end.and_then(|end| Some((choices(&after[1..=end])?, end))) {
                Some((choices, end)) => {
                    parts.push(Part::Text(std::mem::take(&mut plain)));
                    parts.push(Part::Field(choices));
                    rest = &after[end + 2..];
                }
                None if strict => return Err(TemplateError(after[1..end.map_or(after.len(), |end| end + 1)].to_owned())),
                None => {
                    plain.push('{');
                    rest = &after[1..];
                }
            }
        }
        plain.push_str(rest);
        parts.push(Part::Text(plain));
        Ok(Self { parts })
    }

    /// Paths it reads, and whether a fallback stands behind each.
    pub(crate) fn paths(&self) -> Vec<(&Path, bool)> {
        let mut all = Vec::new();
        for part in &self.parts {
            let Part::Field(choices) = part else { continue };
            for (index, choice) in choices.iter().enumerate() {
                match choice {
                    Choice::Value(path, _) | Choice::Values(path, _) | Choice::Count(path) => all.push((path, index + 1 < choices.len())),
                    Choice::Literal(_) => {}
                }
            }
        }
        all
    }

    /// The text for a finding; values are shortened, longest first, until it fits.
    pub(crate) fn message(&self, source: &dyn Source<'_>) -> String {
        let filled: Vec<(bool, String)> = self
            .parts
            .iter()
            .map(|part| match part {
                Part::Text(text) => (false, text.clone()),
                Part::Field(choices) => (true, one_line(&fill(choices, source).unwrap_or_else(|| "?".to_owned()))),
            })
            .collect();
        let mut cap = LONGEST;
        loop {
            let text: String = filled.iter().map(|(is_value, text)| if *is_value { cut(text, cap) } else { Cow::Borrowed(text.as_str()) }).collect();
            let text = clean(&text);
            if text.chars().count() <= LONGEST || cap <= 8 {
                return cut(&text, LONGEST).into_owned();
            }
            cap = cap.saturating_sub(cap / 8 + 1).max(8);
        }
    }

    /// A longer text, not cut.
    pub(crate) fn prose(&self, source: &dyn Source<'_>) -> String {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Field(choices) => {
                    let below = lines(choices, source, &text);
                    text.push_str(
                        &below.unwrap_or_else(|| cut(&one_line(&fill(choices, source).unwrap_or_else(|| "?".to_owned())), 200).into_owned()),
                    );
                }
            }
        }
        // Line breaks are the author's; everything else that is not text is made visible.
        text.lines().map(clean).collect::<Vec<_>>().join("\n")
    }

    /// The text for an exact comparison: nothing when a field of it is empty.
    pub(crate) fn exact(&self, source: &dyn Source<'_>) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            match part {
                Part::Text(plain) => text.push_str(plain),
                Part::Field(choices) => text.push_str(&fill(choices, source)?),
            }
        }
        Some(text).filter(|text| !text.is_empty())
    }
}

/// Offset of the closing brace; quotes hide braces.
fn field_end(text: &str) -> Option<usize> {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '}' if !quoted => return Some(at),
            '\n' => return None,
            _ => {}
        }
    }
    None
}

fn choices(field: &str) -> Option<Vec<Choice>> {
    let mut all = Vec::new();
    let mut rest = field;
    loop {
        let end = choice_end(rest);
        all.push(choice(rest[..end].trim())?);
        match rest.get(end + 1..) {
            Some(tail) => rest = tail,
            None => return Some(all),
        }
    }
}

fn choice_end(text: &str) -> usize {
    let mut quoted = false;
    for (at, c) in text.char_indices() {
        match c {
            '\'' => quoted = !quoted,
            '|' if !quoted => return at,
            _ => {}
        }
    }
    text.len()
}

fn choice(text: &str) -> Option<Choice> {
    if let Some(inner) = text.strip_prefix('\'') {
        return inner.strip_suffix('\'').map(|literal| Choice::Literal(literal.to_owned()));
    }
    if let Some(path) = text.strip_prefix('#') {
        return Path::parse(path).map(Choice::Count);
    }
    let (text, format) = match text.rsplit_once(':') {
        Some((text, "bytes")) => (text, Some(Format::Bytes)),
        Some((text, "ago")) => (text, Some(Format::Ago)),
        Some((text, "short")) => (text, Some(Format::Short)),
        Some((text, "lines")) => (text, Some(Format::Lines)),
        _ => (text, None),
    };
    match text.strip_suffix('*') {
        Some(path) => Path::parse(path).map(|path| Choice::Values(path, format)),
        None => Path::parse(text).map(|path| Choice::Value(path, format)),
    }
}

fn fill(choices: &[Choice], source: &dyn Source<'_>) -> Option<String> {
    choices.iter().find_map(|choice| match choice {
        Choice::Literal(text) => Some(text.clone()),
        Choice::Value(path, format) => show(&source.value(path), *format, source.now()),
        Choice::Values(path, format) => list(&source.values(path), *format, source.now()),
        Choice::Count(path) => Some(source.count(path).to_string()),
    })
}

/// Values below each other, indented like the line that the field stands on; nothing when the field asks for no lines or has none.
fn lines(choices: &[Choice], source: &dyn Source<'_>, before: &str) -> Option<String> {
    let Some(Choice::Values(path, Some(Format::Lines))) = choices.first() else { return None };
    let indent: String = before.rsplit('\n').next().unwrap_or_default().chars().take_while(|c| *c == ' ').collect();
    let mut distinct: Vec<String> = Vec::new();
    for text in source.values(path).iter().filter_map(|value| show(value, None, None)) {
        let text = cut(&one_line(&text), 200).into_owned();
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    let more = distinct.len().saturating_sub(LINES);
    distinct.truncate(LINES);
    if more > 0 {
        distinct.push(format!("# and {more} more"));
    }
    (!distinct.is_empty()).then(|| distinct.join(&format!("\n{indent}")))
}

fn list(values: &[Val<'_>], format: Option<Format>, now: Option<Timestamp>) -> Option<String> {
    let mut distinct: Vec<String> = Vec::new();
    for text in values.iter().filter_map(|value| show(value, format, now)) {
        if !distinct.contains(&text) {
            distinct.push(text);
        }
    }
    if distinct.is_empty() {
        return None;
    }
    let more = distinct.len().saturating_sub(LISTED);
    let shown = distinct[..distinct.len().min(LISTED)].join(", ");
    Some(if more > 0 { format!("{shown} and {more} more") } else { shown })
}

fn show(value: &Val<'_>, format: Option<Format>, now: Option<Timestamp>) -> Option<String> {
    let text = match value {
        Val::List(_) => list(&value.items()?, format, now)?,
        Val::Tree(tree) | Val::Facts(tree) if tree.shape() == Shape::Seq => list(&value.items()?, format, now)?,
        Val::Tree(tree) | Val::Facts(tree) if !tree.is_empty() => tree.to_json().to_string(),
        other => other.to_text()?.into_owned(),
    };
    if text.trim().is_empty() {
        return None;
    }
    Some(match format {
        None | Some(Format::Lines) => text,
        Some(Format::Bytes) => text.parse::<u64>().map_or(text, bytes),
        Some(Format::Ago) => match (Timestamp::parse(&text), now) {
            (Some(time), Some(now)) => format!("{} ago", now.since(time)),
            _ => text,
        },
        Some(Format::Short) => short(&text),
    })
}

/// Durations as people write them, UIDs and digests by their first characters.
fn short(text: &str) -> String {
    if let Some(span) = crate::model::Span::parse(text) {
        return span.to_string();
    }
    if text.len() > 12 && text.chars().all(|c| c.is_ascii_hexdigit() || c == '-') { text[..8].to_owned() } else { text.to_owned() }
}

fn bytes(bytes: u64) -> String {
    const UNITS: &[&str] = &["B", "KiB", "MiB", "GiB", "TiB", "PiB"];
    let mut unit = 0;
    let mut scale = 1_u64;
    while unit + 1 < UNITS.len() && bytes / scale >= 1024 {
        scale *= 1024;
        unit += 1;
    }
    let tenths = u128::from(bytes) * 10 / u128::from(scale);
    if unit == 0 || tenths % 10 == 0 {
        format!("{} {}", tenths / 10, UNITS[unit])
    } else {
        format!("{}.{} {}", tenths / 10, tenths % 10, UNITS[unit])
    }
}

fn one_line(text: &str) -> String {
    if text.contains(['\n', '\r', '\t']) { text.split_whitespace().collect::<Vec<_>>().join(" ") } else { text.to_owned() }
}

fn cut(text: &str, most: usize) -> Cow<'_, str> {
    match text.char_indices().nth(most) {
        None => Cow::Borrowed(text),
        Some(_) => Cow::Owned(text.chars().take(most.saturating_sub(1)).chain(std::iter::once('…')).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::tape::Tape;

    struct Body<'a>(&'a Tape);

    impl<'a> Source<'a> for Body<'a> {
        fn value(&self, path: &Path) -> Val<'a> {
            path.follow(self.0.root().get(&path.root).map_or(Val::Null, Val::tree))
        }

        fn values(&self, path: &Path) -> Vec<Val<'a>> {
            self.value(path).items().unwrap_or_default()
        }

        fn count(&self, path: &Path) -> usize {
            self.values(path).len()
        }

        fn now(&self) -> Option<Timestamp> {
            Timestamp::parse("2026-01-01T10:10:00Z")
        }
    }

    fn tape() -> Tape {
        Tape::from_json(&serde_json::json!({
            "pod": {"name": "web", "empty": "", "list": ["a", "b", "a", "c", "d"], "bytes": 1_610_612_736_u64,
                    "since": "2026-01-01T10:00:00Z", "notes": {"a.b/c": "note"}, "long": "x".repeat(400), "token": "token=abcdefgh12345678",
                    "age": "3725s", "uid": "0123456789abcdef"}
        }))
    }

    #[test]
    fn fields_fall_back_list_count_and_format() {
        let tape = tape();
        for (template, expected) in [
            ("pod {pod.name} on {pod.node|pod.empty|'a node'}", "pod web on a node"),
            ("{pod.list*}; {#pod.list}", "a, b, c and 1 more; 5"),
            ("{pod.bytes:bytes} {pod.since:ago} {pod.age:short} {pod.uid:short}", "1.5 GiB 10m ago 1h02m 01234567"),
            ("{pod.notes[a.b/c]} {pod.none}", "note ?"),
            ("{pod.name|'{braces}'}", "web"),
        ] {
            assert_eq!(Template::parse(template).unwrap().message(&Body(&tape)), expected);
        }
    }

    #[test]
    fn a_long_value_is_cut_and_a_secret_masked() {
        let tape = tape();
        let message = Template::parse("{pod.name} says {pod.long}, then {pod.token}").unwrap().message(&Body(&tape));
        assert!(message.chars().count() <= LONGEST, "{}", message.len());
        assert!(message.starts_with("web says xxx") && message.contains("…, then "), "{message}");
        assert!(!message.contains("abcdefgh12345678"), "{message}");
    }

    #[test]
    fn braces_of_a_patch_stay_in_a_remedy_and_are_refused_in_a_message() {
        let tape = tape();
        let text = "oc patch {pod.name} -p '{\"spec\":{\"a\":1}}' -o jsonpath='{.status}'";
        assert_eq!(Template::parse_prose(text).prose(&Body(&tape)), text.replace("{pod.name}", "web"));
        assert_eq!(Template::parse("{Pod.name}").unwrap_err(), TemplateError("Pod.name".into()));
        assert!(Template::parse("{pod.name").is_err());
    }

    #[test]
    fn a_remedy_may_hold_one_line_for_each_value() {
        let tape = tape();
        let text = "Run:\n     {pod.list*:lines}\nand {pod.none*:lines|'nothing'}";
        assert_eq!(Template::parse_prose(text).prose(&Body(&tape)), "Run:\n     a\n     b\n     c\n     d\nand nothing");
    }

    #[test]
    fn an_exact_text_needs_all_its_fields() {
        let tape = tape();
        assert_eq!(Template::parse("{pod.name}-x").unwrap().exact(&Body(&tape)).as_deref(), Some("web-x"));
        assert_eq!(Template::parse("{pod.none}-x").unwrap().exact(&Body(&tape)), None);
    }
}
