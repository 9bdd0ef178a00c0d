//! Which entries of objects a pack looks at, told conservatively from the words of its rules.

use super::pack::Pack;
use super::rule::Rule;

/// Parts of a rule file that are prose or test data.
const PROSE: &[&str] = &["docs:", "links:", "tests:", "title:"];

impl Pack {
    /// Whether any rule may read an entry of that name: it stands behind a dot or in quotes somewhere in a clause or a template.
    pub fn reads(&self, key: &str) -> bool {
        self.rules.iter().any(|rule| reads(rule, key))
    }
}

fn reads(rule: &Rule, key: &str) -> bool {
    let mut prose = false;
    rule.source.lines().any(|line| {
        if !line.starts_with([' ', '-', '#']) && !line.is_empty() {
            prose = PROSE.iter().any(|part| line.starts_with(part));
        }
        !prose && names(line, key)
    })
}

fn names(line: &str, key: &str) -> bool {
    line.match_indices(key).any(|(at, _)| {
        let before = line[..at].chars().next_back();
        let after = line[at + key.len()..].chars().next();
        matches!(before, Some('.' | '"' | '\'')) && !after.is_some_and(|next| next.is_alphanumeric() || next == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::names;

    #[test]
    fn a_word_of_prose_is_no_entry() {
        assert!(names("  where: c.env.exists(e, e.name == 'A')", "env"));
        assert!(names("  - p: {where: \"a.annotations['x/y'] == ''\"}", "x/y"));
        assert!(!names("  where: c.envFrom == null", "env"));
        assert!(!names("  1. Look at the env of the pod.", "env"));
    }
}
