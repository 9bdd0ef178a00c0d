//! Label and field selectors, as `oc get -l` takes them.

use crate::graph::Object;

/// One condition on a label.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Requirement {
    /// The label is there.
    Exists(String),
    /// The label is not there.
    Missing(String),
    /// Its value is one of these.
    In(String, Vec<String>),
    /// Its value is none of these; an object without the label fits.
    NotIn(String, Vec<String>),
}

impl Requirement {
    /// Whether an object fits.
    pub fn fits(&self, object: &Object) -> bool {
        match self {
            Self::Exists(key) => object.label(key).is_some(),
            Self::Missing(key) => object.label(key).is_none(),
            Self::In(key, values) => object.label(key).is_some_and(|is| values.iter().any(|value| value == is)),
            Self::NotIn(key, values) => object.label(key).is_none_or(|is| values.iter().all(|value| value != is)),
        }
    }
}

/// Reads `app=web,tier!=db,!canary,env in (a,b),env notin (c)`.
pub fn labels(text: &str) -> Result<Vec<Requirement>, String> {
    split(text)?.into_iter().map(label).collect()
}

/// Pieces between the commas that stand outside of parentheses.
fn split(text: &str) -> Result<Vec<&str>, String> {
    let (mut pieces, mut start, mut depth) = (Vec::new(), 0, 0_i32);
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'(' => depth += 1,
            b')' => depth -= 1,
            b',' if depth == 0 => {
                pieces.push(text[start..at].trim());
                start = at + 1;
            }
            _ => {}
        }
    }
    pieces.push(text[start..].trim());
    if depth != 0 || pieces.iter().any(|piece| piece.is_empty()) {
        return Err("write key=value, key!=value, key, !key, or 'key in (a,b)'".into());
    }
    Ok(pieces)
}

fn label(piece: &str) -> Result<Requirement, String> {
    if let Some(list) = piece.strip_suffix(')') {
        let (head, list) = list.split_once('(').ok_or("a parenthesis is missing")?;
        if list.trim().is_empty() {
            return Err(format!("`{piece}` names no value"));
        }
        let values = list.split(',').map(|value| value.trim().to_owned()).collect();
        return match head.trim().rsplit_once(' ') {
            Some((word, "in")) => Ok(Requirement::In(key(word)?, values)),
            Some((word, "notin")) => Ok(Requirement::NotIn(key(word)?, values)),
            _ => Err(format!("`{piece}` is no condition: write 'key in (a,b)' or 'key notin (a,b)'")),
        };
    }
    if let Some((word, value)) = piece.split_once("!=") {
        return Ok(Requirement::NotIn(key(word)?, vec![value.trim().to_owned()]));
    }
    if let Some((word, value)) = piece.split_once('=') {
        return Ok(Requirement::In(key(word)?, vec![value.strip_prefix('=').unwrap_or(value).trim().to_owned()]));
    }
    Ok(match piece.strip_prefix('!') {
        Some(word) => Requirement::Missing(key(word)?),
        None => Requirement::Exists(key(piece)?),
    })
}

/// A label's key. A condition that no object can fulfil is a typing error, and an empty list would hide it.
fn key(word: &str) -> Result<String, String> {
    let word = word.trim();
    let good = |c: char| c.is_ascii_alphanumeric() || "-_./".contains(c);
    if word.is_empty() || !word.chars().all(good) {
        return Err(format!("`{word}` is no key of a label: write key=value, key!=value, key, !key, or 'key in (a,b)'"));
    }
    Ok(word.to_owned())
}

/// One condition on a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FieldIs {
    /// Dotted path of plain keys.
    pub path: String,
    /// Text of the value.
    pub value: String,
    /// True for `=`.
    pub equal: bool,
}

impl FieldIs {
    /// Reads `status.phase=Failed` or `status.phase!=Completed`.
    pub fn parse(text: &str) -> Result<Self, String> {
        let equal = !text.contains("!=");
        let pair = if equal { text.split_once('=') } else { text.split_once("!=") };
        let (path, value) = pair.filter(|(path, _)| !path.is_empty()).ok_or("write PATH=VALUE, such as status.phase=Failed")?;
        let value = if equal { value.trim_start_matches('=') } else { value };
        Ok(Self { path: path.trim_start_matches('.').to_owned(), value: value.to_owned(), equal })
    }

    /// Whether an object fits; one without the field has the empty text there.
    pub fn fits(&self, object: &Object) -> bool {
        let text = match self.path.as_str() {
            "metadata.name" => Some((*object.name).into()),
            "metadata.namespace" => object.namespace.as_deref().map(Into::into),
            path => object.text(path),
        };
        (text.unwrap_or_default() == *self.value) == self.equal
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn selectors_are_read_as_oc_reads_them() {
        let values = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            labels("app=web, tier==db,x!=y,!gone,there,env in (a, b),env notin (c)").unwrap(),
            [
                Requirement::In("app".into(), values(&["web"])),
                Requirement::In("tier".into(), values(&["db"])),
                Requirement::NotIn("x".into(), values(&["y"])),
                Requirement::Missing("gone".into()),
                Requirement::Exists("there".into()),
                Requirement::In("env".into(), values(&["a", "b"])),
                Requirement::NotIn("env".into(), values(&["c"])),
            ]
        );
        for wrong in ["", "a,,b", "env in (a", "env like (a)", "a)"] {
            assert!(labels(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_field_has_a_path_and_a_value() {
        let field = FieldIs::parse(".status.phase!=Completed").unwrap();
        assert_eq!(field, FieldIs { path: "status.phase".into(), value: "Completed".into(), equal: false });
        assert_eq!(FieldIs::parse("a==b").unwrap(), FieldIs { path: "a".into(), value: "b".into(), equal: true });
        assert!(FieldIs::parse("status.phase").is_err() && FieldIs::parse("=x").is_err());
    }
}
