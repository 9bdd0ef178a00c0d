//! The part of JSONPath that printer columns of definitions use.

use std::borrow::Cow;

use crate::graph::tape::Value;

/// One step of a path.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Step {
    Key(String),
    Index(usize),
    Every,
    /// `[?(@.type=="Ready")]`.
    Where(String, String),
}

/// Steps that a path may have; more is no column but an attack.
const LONGEST: usize = 32;

/// The texts that a path leads to, joined by commas as `oc` prints them; `None` when it leads nowhere or is not understood.
pub(super) fn text(root: Value<'_>, path: &str) -> Option<String> {
    let mut at = vec![root];
    for step in steps(path)? {
        at = at.into_iter().flat_map(|value| follow(value, &step)).collect();
    }
    let texts: Vec<String> = at.into_iter().map(|value| value.text().map_or_else(|| value.to_json().to_string(), Cow::into_owned)).collect();
    (!texts.is_empty()).then(|| texts.join(","))
}

fn follow<'t>(value: Value<'t>, step: &Step) -> Vec<Value<'t>> {
    match step {
        Step::Key(key) => value.get(key).into_iter().collect(),
        Step::Index(index) => value.at(*index).into_iter().collect(),
        Step::Every => value.items().collect(),
        Step::Where(key, wanted) => value.items().filter(|item| item.path(key).and_then(Value::text).as_deref() == Some(wanted)).collect(),
    }
}

fn steps(path: &str) -> Option<Vec<Step>> {
    let mut rest = path.trim().trim_start_matches('{').trim_end_matches('}').trim_start_matches('$');
    let mut steps = Vec::new();
    while !rest.is_empty() {
        if steps.len() == LONGEST {
            return None;
        }
        if let Some(inside) = rest.strip_prefix('[') {
            let end = close(inside)?;
            steps.push(bracket(inside[..end].trim())?);
            rest = &inside[end + 1..];
            continue;
        }
        rest = rest.strip_prefix('.').unwrap_or(rest);
        let (key, end) = key(rest);
        if key.is_empty() {
            return None;
        }
        steps.push(if key == "*" { Step::Every } else { Step::Key(key) });
        rest = &rest[end..];
    }
    Some(steps)
}

/// Where the bracket ends that is open; brackets inside quotes do not count.
fn close(text: &str) -> Option<usize> {
    let mut quote = None;
    for (at, c) in text.char_indices() {
        match (quote, c) {
            (None, ']') => return Some(at),
            (None, '\'' | '"') => quote = Some(c),
            (Some(open), c) if c == open => quote = None,
            _ => {}
        }
    }
    None
}

/// A key up to the next dot or bracket; `\.` is a dot of the key.
fn key(text: &str) -> (String, usize) {
    let mut key = String::new();
    let mut chars = text.char_indices();
    while let Some((at, c)) = chars.next() {
        match c {
            '\\' => key.extend(chars.next().map(|(_, c)| c)),
            '.' | '[' => return (key, at),
            c => key.push(c),
        }
    }
    (key, text.len())
}

fn bracket(text: &str) -> Option<Step> {
    let quoted = |text: &str| {
        let text = text.trim();
        let inner = text.strip_prefix('\'').and_then(|text| text.strip_suffix('\''));
        inner.or_else(|| text.strip_prefix('"').and_then(|text| text.strip_suffix('"'))).map(|text| text.replace("\\.", "."))
    };
    if text == "*" {
        return Some(Step::Every);
    }
    if let Some(condition) = text.strip_prefix("?(").and_then(|text| text.strip_suffix(')')) {
        let (left, right) = condition.split_once("==")?;
        return Some(Step::Where(left.trim().strip_prefix("@.")?.to_owned(), quoted(right)?));
    }
    quoted(text).map(Step::Key).or_else(|| text.parse().ok().map(Step::Index))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::graph::tape::Tape;

    #[test]
    fn columns_of_definitions_find_their_values() {
        let tape = Tape::from_json(&json!({
            "metadata": {"labels": {"app.kubernetes.io/name": "web"}},
            "spec": {"replicas": 3, "hosts": [{"name": "a"}, {"name": "b"}]},
            "status": {"conditions": [{"type": "Ready", "status": "True"}, {"type": "Done", "status": "False"}]},
        }));
        for (path, expected) in [
            (".spec.replicas", Some("3")),
            ("{.spec.replicas}", Some("3")),
            (".spec.hosts[*].name", Some("a,b")),
            (".spec.hosts[1].name", Some("b")),
            (".status.conditions[?(@.type==\"Done\")].status", Some("False")),
            (".status.conditions[?(@.type=='Ready')].status", Some("True")),
            (r".metadata.labels.app\.kubernetes\.io/name", Some("web")),
            (".metadata.labels['app.kubernetes.io/name']", Some("web")),
            (".spec.none", None),
            (".spec.hosts[?(@.a>1)]", None),
            (".spec.hosts[", None),
            ("..", None),
        ] {
            assert_eq!(text(tape.root(), path).as_deref(), expected, "{path}");
        }
    }

    #[test]
    fn a_path_without_end_is_refused() {
        assert_eq!(steps(&".a".repeat(10_000)), None);
    }
}
