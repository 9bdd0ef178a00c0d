//! From a rule file to a rule, with every check that needs one rule alone.

use std::borrow::Cow;
use std::collections::BTreeMap;

use super::cel::{self, Program};
use super::error::{RuleError, Source};
use super::file::{BodyFile, ClauseFile, OneOrMany, RuleFile, VariantFile, WhichCluster};
use super::heads::outline;
use super::path::{Path, is_name};
use super::rule::{Clause, GroupKey, Head, Named, Rule, SubjectSpec, Variant, tests_at};
use super::template::Template;
use super::vocabulary as words;
use super::words::closest;

/// Limits of one rule.
const MOST_CLAUSES: usize = 24;
const MOST_ALTERNATIVES: usize = 8;
const DEEPEST: usize = 3;

/// Names that would hide something else.
const RESERVED: &[&str] =
    &["metadata", "spec", "status", "data", "mtc", "now", "any", "absent", "where", "in", "true", "false", "null", "namespace", "cluster", "subject"];

/// What a name exposes, for checks.
#[derive(Debug, Clone)]
pub(super) struct Exposed {
    /// Kinds of the object it is or belongs to; empty for any.
    pub(super) kinds: Vec<String>,
    /// Closed list of fields, when it has one.
    pub(super) fields: Option<Vec<String>>,
    /// Captures that some of its regexes do not have.
    pub(super) partial: Vec<String>,
}

pub(super) struct Compiler<'s> {
    pub(super) source: &'s Source,
    pub(super) errors: Vec<RuleError>,
    pub(super) names: Vec<String>,
    pub(super) exposed: BTreeMap<String, Exposed>,
    outline: Vec<String>,
    clauses: usize,
}

/// Compiles one rule, or says everything that is wrong with it.
pub(crate) fn compile(source: &Source, digest: String) -> Result<Rule, Vec<RuleError>> {
    // Half of a rule are its tests. Those of built-in rules have run before, so that they are read when somebody asks for them.
    let later = if source.built_in { tests_at(&source.text) } else { None };
    let text = later.map_or(Cow::Borrowed(&*source.text), |at| Cow::Owned(format!("{}tests: []\n", &source.text[..at])));
    let file: RuleFile = serde_yaml::from_str(&text).map_err(|error| vec![source.yaml_error(&error)])?;
    let mut compiler = Compiler { source, errors: Vec::new(), names: Vec::new(), exposed: BTreeMap::new(), outline: Vec::new(), clauses: 0 };
    let rule = compiler.rule(file, digest);
    match rule {
        Some(rule) if compiler.errors.is_empty() => Ok(rule),
        _ => Err(compiler.errors),
    }
}

impl Compiler<'_> {
    pub(super) fn fail(&mut self, text: impl Into<String>, after: &str, needle: &str, help: Option<String>) {
        self.errors.push(self.source.error(text, after, needle, help));
    }

    pub(super) fn slot(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|known| known == name)
    }

    fn rule(&mut self, file: RuleFile, digest: String) -> Option<Rule> {
        self.head_checks(&file);
        let mut visible = Vec::new();
        let clauses = self.list(file.clauses, &mut visible, 0);
        if matches!(clauses.first(), Some(Clause::Absent { .. } | Clause::Where { .. }) | None) {
            self.fail("the first clause must bind something", "match", "match", None);
        }
        let mut traps = Vec::new();
        for trap in file.traps {
            let mut inside = visible.clone();
            traps.push(self.list(trap, &mut inside, 0));
        }
        if self.clauses > MOST_CLAUSES {
            self.fail(format!("more than {MOST_CLAUSES} clauses"), "", "match", None);
        }
        let subject = self.subject(&file.subject);
        let group_by = self.group_by(file.group_by.as_deref(), &subject);
        let variants = file.variants.iter().filter_map(|variant| self.variant(variant)).collect();
        let message = self.template(&file.message, "message")?;
        let remediation = Template::parse_prose(&file.remediation);
        self.check_template(&remediation, "remediation", false);
        let evidence = file.evidence.iter().filter_map(|text| self.path(text, "evidence")).collect();
        Some(Rule {
            id: self.source.id.clone(),
            digest,
            title: file.title,
            severity: file.severity,
            role: file.role,
            confidence: file.confidence,
            stands_alone: file.stands_alone,
            explains: file.explains,
            remedy: file.remediation,
            docs: file.docs,
            links: file.links,
            cases: (!self.source.built_in || !file.tests.is_empty()).then_some(file.tests),
            source: self.source.text.clone(),
            overrides: file.overrides,
            clauses,
            traps,
            subject,
            group_by,
            variants,
            message,
            remediation,
            evidence,
            names: std::mem::take(&mut self.names),
            outline: std::mem::take(&mut self.outline),
        })
    }

    /// Clauses in order; the names they bind become visible one after the other.
    fn list(&mut self, clauses: Vec<ClauseFile>, visible: &mut Vec<String>, depth: usize) -> Vec<Clause> {
        if depth > DEEPEST {
            self.fail(format!("clauses nest deeper than {DEEPEST}"), "match", "any", None);
            return Vec::new();
        }
        clauses.into_iter().filter_map(|clause| self.clause(clause, visible, depth)).collect()
    }

    fn number(&mut self, words: String) -> usize {
        self.clauses += 1;
        self.outline.push(words);
        self.outline.len() - 1
    }

    fn clause(&mut self, clause: ClauseFile, visible: &mut Vec<String>, depth: usize) -> Option<Clause> {
        match clause {
            ClauseFile::Where(text) => {
                let number = self.number(format!("where: {text}"));
                self.program(&text, visible, None).map(|test| Clause::Where { number, test })
            }
            ClauseFile::Any(alternatives) => {
                let number = self.number(format!("any of {}", alternatives.len()));
                if alternatives.len() > MOST_ALTERNATIVES {
                    self.fail(format!("more than {MOST_ALTERNATIVES} alternatives"), "", "any:", None);
                }
                let before = visible.clone();
                let mut all = Vec::new();
                for alternative in alternatives {
                    let mut inside = before.clone();
                    all.push(self.list(alternative, &mut inside, depth + 1));
                    for name in inside {
                        if !visible.contains(&name) {
                            visible.push(name);
                        }
                    }
                }
                Some(Clause::Any { number, alternatives: all })
            }
            ClauseFile::Absent(clauses) => {
                let number = self.number("absent".to_owned());
                let mut inside = visible.clone();
                let clauses = self.list(clauses, &mut inside, depth + 1);
                let mut uses = Vec::new();
                for clause in &clauses {
                    clause.visit(&mut |clause| match clause {
                        Clause::Named(named) => uses.extend(&named.uses),
                        Clause::Where { test, .. } => {
                            uses.extend(test.names.iter().filter_map(|name| self.names.iter().position(|known| known == name)));
                        }
                        Clause::Any { .. } | Clause::Absent { .. } => {}
                    });
                }
                uses.retain(|&slot| visible.iter().any(|name| *name == self.names[slot]));
                Some(Clause::Absent { number, clauses, uses })
            }
            ClauseFile::Named(name, body) => self.named(name, *body, visible).map(|named| Clause::Named(Box::new(named))),
        }
    }

    fn named(&mut self, name: String, body: BodyFile, visible: &mut Vec<String>) -> Option<Named> {
        let anchor = if name.is_empty() { "absent:".to_owned() } else { format!("{name}:") };
        let slot = if name.is_empty() { None } else { self.bind(&name, visible) };
        let number = self.number(outline(&name, &body));
        let (head, exposed) = self.head(&anchor, &body, visible)?;
        let via = body.via.map(|via| via.0).unwrap_or_default();
        let from = body.from.as_deref().and_then(|from| self.use_name(from, visible, &anchor));
        match (&body.from, via.is_empty()) {
            (Some(_), true) => self.fail("`from` needs `via`, the relation to follow", &anchor, "from", None),
            (None, false) => self.fail("`via` needs `from`, the name to start at", &anchor, "via", None),
            _ => {}
        }
        if let (Some(from), Head::Kind { kinds, .. }) = (&body.from, &head) {
            self.check_relations(&anchor, from, &via, kinds);
        }
        if let Head::Kind { kinds, .. } = &head
            && kinds.iter().any(|kind| kind == "*")
            && body.from.is_none()
        {
            self.fail("`*` is a kind only after `from`", &anchor, "*", None);
        }
        if body.having.is_some() && !body.many {
            self.fail("`having` tests the list of `many: true`", &anchor, "having", None);
        }
        self.expose(&name, exposed);
        let own = if name.is_empty() { None } else { Some(name.as_str()) };
        let bare = matches!(head, Head::Kind { .. });
        let mut inside = visible.clone();
        inside.extend(own.map(str::to_owned));
        let test = body.test.as_deref().and_then(|text| self.program(text, &inside, bare.then_some(&anchor)));
        let having = body.having.as_deref().and_then(|text| self.program(text, &inside, None));
        let after = body.after.as_deref().and_then(|text| self.program(text, visible, None));
        let before = body.before.as_deref().and_then(|text| self.program(text, visible, None));
        let mut uses: Vec<usize> = from.into_iter().collect();
        uses.extend(head_uses(&head, &self.names));
        for program in [&test, &having, &after, &before].into_iter().flatten() {
            uses.extend(program.names.iter().filter(|used| Some(used.as_str()) != own).filter_map(|used| self.slot(used)));
        }
        uses.sort_unstable();
        uses.dedup();
        visible.extend(own.map(str::to_owned));
        Some(Named {
            number,
            slot,
            name,
            head,
            from,
            via,
            test,
            cluster: body.cluster.unwrap_or(WhichCluster::Same),
            after,
            before,
            optional: body.optional,
            many: body.many,
            having,
            uses,
        })
    }

    /// A name may be bound in several alternatives by different heads: it then has the fields of all.
    fn expose(&mut self, name: &str, new: Exposed) {
        let Some(known) = self.exposed.get_mut(name).filter(|_| !name.is_empty()) else {
            self.exposed.insert(name.to_owned(), new);
            return;
        };
        if known.kinds.is_empty() || new.kinds.is_empty() {
            known.kinds.clear();
        } else {
            known.kinds.extend(new.kinds);
        }
        known.fields = match (known.fields.take(), new.fields) {
            (Some(all), Some(more)) => Some(all.into_iter().chain(more).collect()),
            _ => None,
        };
        known.partial.extend(new.partial);
    }

    fn bind(&mut self, name: &str, visible: &[String]) -> Option<usize> {
        if !is_name(name) {
            self.fail(format!("`{name}` is not a name: lower-case letters, digits and `_`"), "", name, None);
        }
        if RESERVED.contains(&name) {
            self.fail(format!("`{name}` means something else and cannot be a name"), "match", &format!("{name}:"), None);
        }
        if visible.iter().any(|known| known == name) {
            self.fail(format!("`{name}` is bound twice"), "match", &format!("{name}:"), None);
        }
        if self.slot(name).is_none() {
            self.names.push(name.to_owned());
        }
        self.slot(name)
    }

    pub(super) fn use_name(&mut self, name: &str, visible: &[String], anchor: &str) -> Option<usize> {
        if visible.iter().any(|known| known == name) {
            return self.slot(name);
        }
        let help = closest(name, visible).map(|near| format!("did you mean `{near}`?"));
        self.fail(format!("`{name}` is not bound above"), anchor, name, help);
        None
    }

    fn check_relations(&mut self, anchor: &str, from: &str, via: &[String], kinds: &[String]) {
        let mut at = self.exposed.get(from).map(|exposed| exposed.kinds.clone()).unwrap_or_default();
        for relation in via {
            let known = words::relations();
            if !known.contains(&relation.as_str()) {
                let help = closest(relation, &known).map(|near| format!("did you mean `{near}`?"));
                return self.fail(format!("unknown relation `{relation}`"), anchor, relation, help);
            }
            let Some(next) = words::targets(relation, &at) else {
                return self.fail(format!("relation `{relation}` does not start at {}", at.join(" or ")), anchor, relation, None);
            };
            at = next;
        }
        let fits = at.is_empty() || kinds.iter().any(|kind| kind == "*" || at.contains(kind));
        if !fits {
            let text = format!("relation `{}` leads to {}, not to {}", via.join(", "), at.join(" or "), kinds.join(" or "));
            self.fail(text, anchor, via.last().map_or("", String::as_str), None);
        }
    }

    pub(super) fn exact(&mut self, text: &str, visible: &[String], anchor: &str) -> Option<Template> {
        match Template::parse(text) {
            Ok(template) => {
                let roots: Vec<String> = template.paths().iter().map(|(path, _)| path.root.clone()).collect();
                for root in roots {
                    self.use_name(&root, visible, anchor);
                }
                Some(template)
            }
            Err(error) => {
                self.fail(error.to_string(), anchor, text, None);
                None
            }
        }
    }

    /// Compiles an expression and checks its names. `bare` allows `spec`, `status` and so on, which mean the candidate.
    pub(super) fn program(&mut self, text: &str, visible: &[String], bare: Option<&str>) -> Option<Program> {
        let needle: String = text.chars().take_while(|c| *c != '\'').take(60).collect();
        let program = match cel::compile(text, self.source.built_in) {
            Ok(program) => program,
            Err(error) => {
                let word = error.word.clone().unwrap_or_else(|| needle.clone());
                self.fail(error.text, &needle, &word, error.help);
                return None;
            }
        };
        for name in program.names.iter().chain(&program.asks) {
            if !visible.contains(name) {
                let help = closest(name, visible).map(|near| format!("did you mean `{near}`?"));
                self.fail(format!("`{name}` is not bound above"), &needle, name, help);
            }
        }
        if program.bare && bare.is_none() {
            self.fail("spec, status, metadata, data and mtc need the name of an object here", "", &needle, None);
        }
        for (root, steps) in &program.paths {
            if let Some(first) = steps.first() {
                self.check_field(root, first, &needle);
            }
        }
        Some(program)
    }

    pub(super) fn check_field(&mut self, root: &str, field: &str, needle: &str) {
        let Some(fields) = self.exposed.get(root).and_then(|exposed| exposed.fields.clone()) else { return };
        if !fields.iter().any(|known| known == field) {
            let help = closest(field, &fields).map_or_else(|| format!("it has {}", fields.join(", ")), |near| format!("did you mean `{near}`?"));
            self.fail(format!("`{root}` has no field `{field}`"), needle, &format!("{root}.{field}"), Some(help));
        }
    }

    pub(super) fn is_partial(&self, path: &Path) -> bool {
        let Some(exposed) = self.exposed.get(&path.root) else { return false };
        path.steps.first().is_some_and(|field| exposed.partial.contains(field))
    }

    fn variant(&mut self, file: &VariantFile) -> Option<Variant> {
        let visible = self.names.clone();
        let when = self.program(&file.when, &visible, None)?;
        let message = file.message.as_deref().and_then(|text| self.template(text, "variants"));
        Some(Variant { when, severity: file.severity, role: file.role, confidence: file.confidence, message, explains: file.explains.clone() })
    }

    fn subject(&mut self, list: &OneOrMany) -> Vec<SubjectSpec> {
        let mut all = Vec::new();
        for name in &list.0 {
            if name == "cluster" {
                all.push(SubjectSpec::Cluster);
            } else if let Some(slot) = self.slot(name) {
                all.push(SubjectSpec::Name(slot));
            } else {
                let help = closest(name, &self.names).map(|near| format!("did you mean `{near}`?"));
                self.fail(format!("`{name}` is not bound by any clause"), "subject:", name, help);
            }
        }
        all
    }

    fn group_by(&mut self, list: Option<&[String]>, subject: &[SubjectSpec]) -> Vec<GroupKey> {
        let Some(list) = list else { return vec![GroupKey::Subject] };
        let mut all = Vec::new();
        for text in list {
            match text.as_str() {
                "subject" => all.push(GroupKey::Subject),
                "cluster" => all.push(GroupKey::Cluster),
                _ => all.extend(self.path(text, "group_by").map(GroupKey::Path)),
            }
        }
        if !all.contains(&GroupKey::Subject) && *subject != [SubjectSpec::Cluster] {
            self.fail("`group_by` must hold `subject`, unless the subject is `cluster`", "", "group_by", None);
        }
        all
    }
}

fn head_uses(head: &Head, names: &[String]) -> Vec<usize> {
    let template = |template: &Option<Template>| -> Vec<usize> {
        let paths = template.iter().flat_map(Template::paths).map(|(path, _)| path.root.clone()).collect::<Vec<_>>();
        paths.iter().filter_map(|root| names.iter().position(|known| known == root)).collect()
    };
    match head {
        Head::Kind { name, namespace, .. } => [template(name), template(namespace)].concat(),
        Head::Event { of, .. } => of.iter().copied().collect(),
        Head::Condition { of, .. } => vec![*of],
        Head::Log { about, .. } | Head::Error { about, .. } => about.iter().copied().collect(),
        Head::Each { paths } => paths.iter().map(|(slot, _)| *slot).collect(),
        Head::Native { with, .. } => with.iter().map(|(_, slot)| *slot).collect(),
    }
}
