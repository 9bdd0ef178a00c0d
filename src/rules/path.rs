//! Paths in templates, evidence, `each` and `group_by`: `claim.spec.volumeName`, `ns.metadata.annotations[a/b]`.

use super::cel::Val;

/// A name and the steps below it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Path {
    /// Name that a clause bound.
    pub(crate) root: String,
    /// Keys, in order.
    pub(crate) steps: Vec<String>,
}

impl Path {
    /// Reads a path; `None` when the text is none.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let root_end = text.find(['.', '[']).unwrap_or(text.len());
        let (root, mut rest) = text.split_at(root_end);
        if !is_name(root) {
            return None;
        }
        let mut steps = Vec::new();
        while !rest.is_empty() {
            if let Some(inner) = rest.strip_prefix('[') {
                let (key, tail) = inner.split_once(']')?;
                steps.push(key.to_owned());
                rest = tail;
                continue;
            }
            let inner = rest.strip_prefix('.')?;
            let end = inner.find(['.', '[']).unwrap_or(inner.len());
            let (key, tail) = inner.split_at(end);
            if key.is_empty() || !key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-')) {
                return None;
            }
            steps.push(key.to_owned());
            rest = tail;
        }
        Some(Self { root: root.to_owned(), steps })
    }

    /// Follows the steps from the value of the name.
    pub(crate) fn follow<'a>(&self, root: Val<'a>) -> Val<'a> {
        self.steps.iter().fold(root, |at, step| step_into(&at, step)).plain()
    }
}

/// A list that is stepped into gives its first element with that field.
fn step_into<'a>(at: &Val<'a>, step: &str) -> Val<'a> {
    let direct = at.member(step);
    if !direct.is_null() {
        return direct;
    }
    match at.clone().plain() {
        list @ Val::List(_) => {
            list.items().unwrap_or_default().iter().map(|item| step_into(item, step)).find(|val| !val.is_null()).unwrap_or(Val::Null)
        }
        _ => Val::Null,
    }
}

/// Names are what CEL takes as an identifier, in lower case.
pub(crate) fn is_name(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_lowercase()) && text.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
}

impl std::fmt::Display for Path {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.root)?;
        for step in &self.steps {
            if step.contains(['.', '/']) { write!(f, "[{step}]")? } else { write!(f, ".{step}")? }
        }
        Ok(())
    }
}
