//! Which entries of objects a pack looks at, told conservatively from the words of its rules.

use super::pack::Pack;
use super::rule::{Clause, Head};

/// Parts of a rule file that are prose or test data.
const PROSE: &[&str] = &["docs:", "links:", "tests:", "title:"];

/// What the clauses and templates of a pack say, without prose and tests.
#[derive(Debug)]
pub struct Words(String);

impl Pack {
    /// What its clauses and templates say.
    pub fn words(&self) -> Words {
        let mut text = String::new();
        for rule in &self.rules {
            let mut prose = false;
            for line in rule.source.lines() {
                if !line.starts_with([' ', '-', '#']) && !line.is_empty() {
                    prose = PROSE.iter().any(|part| line.starts_with(part));
                }
                if !prose {
                    text.push_str(line);
                    text.push('\n');
                }
            }
            rule.all_clauses(&mut |clause| {
                if let Clause::Named(named) = clause
                    && let Head::Native { native, .. } = &named.head
                {
                    for key in native.reads {
                        text.push('"');
                        text.push_str(key);
                        text.push_str(
                            "\"
",
                        );
                    }
                }
            });
        }
        Words(text)
    }
}

impl Words {
    /// Whether any rule may read an entry of that name: it stands behind a dot or in quotes.
    pub fn name(&self, key: &str) -> bool {
        let bytes = self.0.as_bytes();
        memchr::memmem::find_iter(bytes, key).any(|at| {
            let before = at.checked_sub(1).and_then(|before| bytes.get(before));
            let after = self.0[at + key.len()..].chars().next();
            matches!(before, Some(b'.' | b'"' | b'\'')) && !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
        })
    }
}

#[cfg(test)]
mod tests {
    use super::Words;

    #[test]
    fn a_word_of_prose_is_no_entry() {
        let names = |text: &str, key: &str| Words(text.to_owned()).name(key);
        assert!(names("  where: c.env.exists(e, e.name == 'A')", "env"));
        assert!(names("  - p: {where: \"a.annotations['x/y'] == ''\"}", "x/y"));
        assert!(!names("  where: c.envFrom == null", "env"));
        assert!(!names("  1. Look at the env of the pod.", "env"));
    }
}
