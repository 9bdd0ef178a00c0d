//! Checks of the parts of a rule that are no clauses.

use super::compile::Compiler;
use super::file::{Expect, RuleFile};
use super::path::Path;
use super::template::Template;
use super::words::closest;
use crate::finding::{RuleRole, Severity};

/// Longest title in characters: one line of a report.
const TITLE: usize = 72;

impl Compiler<'_> {
    /// Checks what needs no names.
    pub(super) fn head_checks(&mut self, file: &RuleFile) {
        if file.title.chars().count() > TITLE {
            self.fail(format!("title is longer than {TITLE} characters"), "", "title", None);
        }
        if file.title.ends_with('.') {
            self.fail("a title has no full stop", "", "title", None);
        }
        if file.remediation.trim().is_empty() {
            self.fail("remediation is empty", "", "remediation", None);
        }
        if file.role == RuleRole::Noise && (!file.explains.is_empty() || file.severity != Severity::Note) {
            self.fail("noise is a note and explains nothing", "", "role", None);
        }
        let narrowed = file.variants.iter().flat_map(|variant| variant.explains.iter().flatten());
        for extra in narrowed.filter(|id| !file.explains.contains(id)) {
            let help = Some("a variant may explain less than its rule, never more".to_owned());
            self.fail(format!("a variant explains `{extra}`, which the rule does not name"), "variants", extra, help);
        }
        let fires = file.tests.iter().any(|case| matches!(case.expect, Expect::Findings(_)));
        let silent = file.tests.iter().any(|case| !matches!(case.expect, Expect::Findings(_)));
        if !self.source.built_in && (!fires || !silent) {
            let help = Some("a rule that never was seen to be silent fires on everything".to_owned());
            self.fail("tests need a case that fires and one that does not", "", "tests", help);
        }
    }

    /// Reads a message template and checks its names.
    pub(super) fn template(&mut self, text: &str, anchor: &str) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => {
                self.check_template(&template, anchor, true);
                Some(template)
            }
            Err(error) => {
                self.fail(error.to_string(), anchor, &error.0, None);
                None
            }
        }
    }

    /// Every name must be bound; a capture that not every regex has needs a fallback where `strict`.
    pub(super) fn check_template(&mut self, template: &Template, anchor: &str, strict: bool) {
        for (path, has_fallback) in template.paths() {
            self.check_path(path, anchor);
            if strict && !has_fallback && self.is_partial(path) {
                let help = Some(format!("write `{{{path}|'…'}}`"));
                self.fail(format!("`{path}` is not in every regex of its clause and needs a fallback"), anchor, &path.to_string(), help);
            }
        }
    }

    fn check_path(&mut self, path: &Path, anchor: &str) {
        let text = path.to_string();
        if self.slot(&path.root).is_none() {
            let help = closest(&path.root, &self.names).map(|near| format!("did you mean `{near}`?"));
            return self.fail(format!("`{}` is not bound by any clause", path.root), anchor, &text, help);
        }
        if let Some(first) = path.steps.first() {
            self.check_field(&path.root, first, anchor);
        }
    }

    /// Reads a path of `evidence` or `group_by`.
    pub(super) fn path(&mut self, text: &str, anchor: &str) -> Option<Path> {
        let Some(path) = Path::parse(text) else {
            self.fail(format!("`{text}` is not a path"), anchor, text, None);
            return None;
        };
        self.check_path(&path, anchor);
        Some(path)
    }
}
