//! The blocks of errors and warnings.

use super::{LONGEST, MOST};

/// Where an error or warning belongs.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Velero itself.
    Velero,
    /// Cluster-scoped objects.
    Cluster,
    /// A namespace.
    Namespace(String),
}

/// One error or warning.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Told {
    /// Where it belongs.
    pub scope: Scope,
    /// What it says, its line breaks turned into spaces.
    pub text: String,
    /// The line it begins on.
    pub line: u32,
}

/// A block under way. Messages of one scope stand below each other in one column; a message with line breaks of its own goes on in
/// another column, or at the left border.
#[derive(Debug, Default)]
pub(super) struct Results {
    scope: Option<Scope>,
    in_namespaces: bool,
    /// Column of the values of the scope.
    column: usize,
    /// Whether the last message is still open.
    open: bool,
}

impl Results {
    pub(super) fn line(&mut self, number: u32, line: &str, told: &mut Vec<Told>) {
        let trimmed = line.trim();
        if trimmed.is_empty() {
            return;
        }
        let indent = line.len() - line.trim_start().len();
        if let Some((scope, value)) = self.head(indent, trimmed) {
            self.column = line.len() - value.len();
            self.open = false;
            let empty = value.is_empty() || value == "<none>";
            self.scope = scope;
            if !empty {
                self.push(number, value, told);
            }
            return;
        }
        if indent == self.column && indent > 0 {
            self.push(number, trimmed, told);
            return;
        }
        // The rest of a message that holds line breaks.
        if self.open
            && let Some(last) = told.last_mut()
            && last.text.len() + trimmed.len() < LONGEST
        {
            last.text.push(' ');
            last.text.push_str(trimmed);
        }
    }

    /// A line that opens a scope, with the value on it.
    fn head<'l>(&mut self, indent: usize, trimmed: &'l str) -> Option<(Option<Scope>, &'l str)> {
        let (key, value) = trimmed.split_once(':')?;
        let value = value.trim_start();
        if indent == 2 {
            let scope = match key {
                "Velero" => Some(Scope::Velero),
                "Cluster" => Some(Scope::Cluster),
                "Namespaces" => None,
                _ => return None,
            };
            self.in_namespaces = scope.is_none();
            return Some((scope, value));
        }
        let is_name =
            !key.is_empty() && key.len() <= 63 && key.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-');
        (self.in_namespaces && indent == 4 && is_name).then(|| (Some(Scope::Namespace(key.to_owned())), value))
    }

    fn push(&mut self, number: u32, text: &str, told: &mut Vec<Told>) {
        self.open = false;
        let Some(scope) = &self.scope else { return };
        if told.len() < MOST {
            told.push(Told { scope: scope.clone(), text: super::cut(text), line: number });
            self.open = true;
        }
    }
}
