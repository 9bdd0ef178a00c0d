//! From a rule file to a rule, with every check that needs one rule alone.

use std::collections::BTreeMap;

use regex::Regex;

use super::cel::{self, Program};
use super::error::{RuleError, Source};
use super::file::{BodyFile, ClauseFile, Layer, OneOrMany, RuleFile, VariantFile, WhichCluster};
use super::native::NATIVE;
use super::path::{Path, is_name};
use super::rule::{Clause, GroupKey, Head, Named, Rule, SubjectSpec, Variant};
use super::template::Template;
use super::vocabulary as words;
use super::words::closest;
use crate::model::Component;
use crate::scan::{PatternSpec, PatternTarget, mandatory_literals};

/// Limits of one rule.
const MOST_CLAUSES: usize = 24;
const MOST_ALTERNATIVES: usize = 8;
const DEEPEST: usize = 3;
const MOST_REGEXES: usize = 8;
const LONGEST_REGEX: usize = 500;
const MOST_CAPTURES: usize = 8;

/// Names that would hide something else.
const RESERVED: &[&str] = &["metadata", "spec", "status", "data", "mtc", "now", "any", "absent", "where", "in", "true", "false", "null", "namespace", "cluster", "subject"];

/// What a name exposes, for checks.
#[derive(Debug, Clone)]
pub(super) struct Exposed {
    /// Kinds of the object it is or belongs to; empty for any.
    kinds: Vec<String>,
    /// Closed list of fields, when it has one.
    fields: Option<Vec<String>>,
    /// Captures that some of its regexes do not have.
    partial: Vec<String>,
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
    let file: RuleFile = serde_yaml::from_str(&source.text).map_err(|error| vec![source.yaml_error(&error)])?;
    let mut compiler =
        Compiler { source, errors: Vec::new(), names: Vec::new(), exposed: BTreeMap::new(), outline: Vec::new(), clauses: 0 };
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
        let variants = file.variants.into_iter().filter_map(|variant| self.variant(variant)).collect();
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
            tests: file.tests,
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
                        Clause::Where { test, .. } => uses.extend(test.names.iter().filter_map(|name| self.names.iter().position(|known| known == name))),
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

    fn use_name(&mut self, name: &str, visible: &[String], anchor: &str) -> Option<usize> {
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

    fn head(&mut self, anchor: &str, body: &BodyFile, visible: &[String]) -> Option<(Head, Exposed)> {
        let heads = [
            ("kind", body.kind.is_some()),
            ("event", body.event.is_some()),
            ("condition", body.condition.is_some()),
            ("log", body.log.is_some()),
            ("error", body.error.is_some()),
            ("each", body.each.is_some()),
            ("native", body.native.is_some()),
        ];
        let given: Vec<&str> = heads.iter().filter(|(_, given)| *given).map(|(head, _)| *head).collect();
        let [head] = given.as_slice() else {
            self.fail(format!("a clause needs exactly one of kind, event, condition, log, error, each, native; this one has {}", given.len()), "match", anchor, None);
            return None;
        };
        self.check_modifiers(anchor, head, body);
        let regexes = self.regexes(anchor, body.regex.as_ref(), matches!(*head, "log" | "error"));
        let of = body.of.as_deref().or(body.about.as_deref()).and_then(|of| self.use_name(of, visible, anchor));
        let (captures, partial) = captures(&regexes);
        let closed = |fields: &[&str]| Some(fields.iter().map(|field| (*field).to_owned()).chain(captures.iter().cloned()).collect::<Vec<_>>());
        let texts = |list: &Option<OneOrMany>| list.as_ref().map(|list| list.0.clone()).unwrap_or_default();
        let kinds_of = |compiler: &Self, name: &Option<String>| {
            name.as_ref().and_then(|name| compiler.exposed.get(name)).map(|exposed| exposed.kinds.clone()).unwrap_or_default()
        };
        let exposed = |kinds: Vec<String>, fields: Option<Vec<String>>| Exposed { kinds, fields, partial };
        Some(match *head {
            "kind" => {
                let kinds = texts(&body.kind);
                self.check_kinds(anchor, &kinds);
                let name = body.name.as_deref().and_then(|text| self.exact(text, visible, anchor));
                let namespace = body.namespace.as_deref().and_then(|text| self.exact(text, visible, anchor));
                let known = if kinds.iter().any(|kind| kind == "*") { Vec::new() } else { kinds.clone() };
                (Head::Kind { kinds, name, namespace }, exposed(known, None))
            }
            "event" => {
                self.check_captures(anchor, &captures, words::EVENT_FIELDS);
                (Head::Event { reasons: texts(&body.event), of, regexes, by: body.by.clone() }, exposed(Vec::new(), closed(words::EVENT_FIELDS)))
            }
            "condition" => {
                self.check_captures(anchor, &captures, words::CONDITION_FIELDS);
                let kinds = kinds_of(self, &body.of);
                let Some(of) = of else {
                    if body.of.is_none() {
                        self.fail("`condition` needs `of`, the object that has it", anchor, "condition", None);
                    }
                    return None;
                };
                let status = match body.status.as_deref() {
                    None => Some("True".to_owned()),
                    Some("any") => None,
                    Some(status) => Some(status.to_owned()),
                };
                let head = Head::Condition { types: texts(&body.condition), of, status, reasons: texts(&body.reason), regexes };
                (head, exposed(kinds, closed(words::CONDITION_FIELDS)))
            }
            "log" => {
                self.check_captures(anchor, &captures, words::LOG_FIELDS);
                let components = self.components(anchor, &texts(&body.log));
                let spec = pattern(body, components.clone(), PatternTarget::Line);
                (Head::Log { components, about: of, pattern: u32::MAX, spec }, exposed(Vec::new(), closed(words::LOG_FIELDS)))
            }
            "error" => {
                self.check_captures(anchor, &captures, words::ERROR_FIELDS);
                let families = self.families(anchor, &texts(&body.error));
                let mut components: Vec<Component> = families.iter().flat_map(|family| super::families::components(family)).copied().collect();
                components.sort_unstable();
                components.dedup();
                let spec = pattern(body, components, PatternTarget::Error);
                let head =
                    Head::Error { families, about: of, regexes, layer: body.layer.unwrap_or(Layer::Inner), by: body.by.clone(), pattern: u32::MAX, spec };
                (head, exposed(Vec::new(), closed(words::ERROR_FIELDS)))
            }
            "each" => {
                let mut paths = Vec::new();
                for text in texts(&body.each) {
                    let Some(path) = Path::parse(&text).filter(|path| !path.steps.is_empty()) else {
                        self.fail(format!("`{text}` is not a path below a name"), anchor, &text, None);
                        continue;
                    };
                    if let Some(slot) = self.use_name(&path.root, visible, anchor) {
                        paths.push((slot, path));
                    }
                }
                let kinds = paths.first().map(|(_, path)| kinds_of(self, &Some(path.root.clone()))).unwrap_or_default();
                (Head::Each { paths }, exposed(kinds, None))
            }
            _ => {
                let name = body.native.as_deref().unwrap_or_default();
                let Some(native) = NATIVE.iter().find(|native| native.name == name) else {
                    let known: Vec<&str> = NATIVE.iter().map(|native| native.name).collect();
                    let help = closest(name, &known).map(|near| format!("did you mean `{near}`?"));
                    self.fail(format!("unknown native `{name}`"), anchor, name, help);
                    return None;
                };
                let given = body.with.clone().unwrap_or_default();
                let mut with = Vec::new();
                for take in native.takes {
                    match given.get(*take) {
                        Some(from) => with.extend(self.use_name(from, visible, anchor).map(|slot| ((*take).to_owned(), slot))),
                        None => self.fail(format!("native `{name}` needs `with: {{{take}: …}}`"), anchor, "native", None),
                    }
                }
                for extra in given.keys().filter(|key| !native.takes.contains(&key.as_str())) {
                    self.fail(format!("native `{name}` takes no `{extra}`"), anchor, extra, None);
                }
                let fields: Vec<&str> = native.fields.iter().copied().chain(["cluster"]).collect();
                (Head::Native { native, with }, exposed(Vec::new(), closed(&fields)))
            }
        })
    }

    fn check_modifiers(&mut self, anchor: &str, head: &str, body: &BodyFile) {
        let allowed: &[(&str, bool, &[&str])] = &[
            ("name", body.name.is_some(), &["kind"]),
            ("namespace", body.namespace.is_some(), &["kind"]),
            ("of", body.of.is_some(), &["event", "condition"]),
            ("about", body.about.is_some(), &["log", "error"]),
            ("status", body.status.is_some(), &["condition"]),
            ("reason", body.reason.is_some(), &["condition"]),
            ("regex", body.regex.is_some(), &["event", "condition", "log", "error"]),
            ("by", body.by.is_some(), &["event", "log", "error"]),
            ("layer", body.layer.is_some(), &["error"]),
            ("with", body.with.is_some(), &["native"]),
            ("from", body.from.is_some(), &["kind"]),
            ("via", body.via.is_some(), &["kind"]),
            ("after", body.after.is_some(), &["event", "log", "error", "kind"]),
            ("before", body.before.is_some(), &["event", "log", "error", "kind"]),
        ];
        for (key, given, heads) in allowed {
            if *given && !heads.contains(&head) {
                self.fail(format!("`{key}` has no meaning on `{head}`"), anchor, &format!("{key}:"), None);
            }
        }
        if matches!(head, "log" | "error") && body.regex.is_none() {
            self.fail(format!("`{head}` needs `regex`"), anchor, head, None);
        }
    }

    fn check_kinds(&mut self, anchor: &str, kinds: &[String]) {
        for kind in kinds.iter().filter(|kind| *kind != "*") {
            if words::kinds().any(|known| known == kind) {
                continue;
            }
            if let Some(near) = closest(kind, words::kinds().copied()) {
                self.fail(format!("unknown kind `{kind}`"), anchor, kind, Some(format!("did you mean `{near}`?")));
            }
        }
    }

    fn components(&mut self, anchor: &str, list: &[String]) -> Vec<Component> {
        let mut found = Vec::new();
        for word in list {
            match Component::parse(word) {
                Some(component) => found.push(component),
                None => {
                    let known: Vec<&str> = Component::ALL.iter().map(|component| component.as_str()).collect();
                    let help = closest(word, &known).map_or_else(|| format!("one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
                    self.fail(format!("unknown component `{word}`"), anchor, word, Some(help));
                }
            }
        }
        found
    }

    fn families(&mut self, anchor: &str, list: &[String]) -> Vec<String> {
        let known = super::families::families();
        for word in list.iter().filter(|word| !known.contains(&word.as_str())) {
            let help = closest(word, known).map_or_else(|| format!("one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.fail(format!("unknown error family `{word}`"), anchor, word, Some(help));
        }
        list.to_vec()
    }

    fn regexes(&mut self, anchor: &str, list: Option<&OneOrMany>, scanned: bool) -> Vec<Regex> {
        let Some(list) = list else { return Vec::new() };
        if list.0.len() > MOST_REGEXES {
            self.fail(format!("more than {MOST_REGEXES} regexes"), anchor, "regex", None);
        }
        let mut all = Vec::new();
        for text in &list.0 {
            // The file may hold the text with doubled quotes, so the beginning is enough to find it.
            let needle: String = text.chars().take_while(|c| !matches!(c, '\'' | '"' | '\\')).take(40).collect();
            if text.chars().count() > LONGEST_REGEX {
                self.fail(format!("regex is longer than {LONGEST_REGEX} characters"), anchor, &needle, None);
                continue;
            }
            match regex::RegexBuilder::new(text).size_limit(4 << 20).build() {
                Err(error) => self.fail(format!("not a regex: {}", error.to_string().lines().last().unwrap_or_default()), anchor, &needle, None),
                Ok(regex) => {
                    if scanned && let Err(error) = mandatory_literals(text) {
                        self.fail(error.to_string(), anchor, &needle, Some("logs are searched for fixed text first: write out some words of the message".to_owned()));
                    }
                    all.push(regex);
                }
            }
        }
        all
    }

    fn check_captures(&mut self, anchor: &str, captures: &[String], fields: &[&str]) {
        if captures.len() > MOST_CAPTURES {
            self.fail(format!("more than {MOST_CAPTURES} captures"), anchor, "regex", None);
        }
        for capture in captures.iter().filter(|capture| fields.contains(&capture.as_str())) {
            self.fail(format!("capture `{capture}` hides a built-in field"), anchor, &format!("<{capture}>"), None);
        }
    }

    fn exact(&mut self, text: &str, visible: &[String], anchor: &str) -> Option<Template> {
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
        let program = match cel::compile(text) {
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

    fn variant(&mut self, file: VariantFile) -> Option<Variant> {
        let visible = self.names.clone();
        let when = self.program(&file.when, &visible, None)?;
        let message = file.message.as_deref().and_then(|text| self.template(text, "variants"));
        Some(Variant { when, severity: file.severity, role: file.role, confidence: file.confidence, message })
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

fn pattern(body: &BodyFile, components: Vec<Component>, target: PatternTarget) -> PatternSpec {
    PatternSpec { regexes: body.regex.clone().unwrap_or_default().0, components, target, by: body.by.clone(), fields: Vec::new() }
}

/// All named groups of a clause, and those that not every regex has.
fn captures(regexes: &[Regex]) -> (Vec<String>, Vec<String>) {
    let mut all: Vec<String> = Vec::new();
    for name in regexes.iter().flat_map(|regex| regex.capture_names().flatten()) {
        if !all.iter().any(|known| known == name) {
            all.push(name.to_owned());
        }
    }
    let everywhere = |name: &String| regexes.iter().all(|regex| regex.capture_names().flatten().any(|other| other == name));
    let partial = all.iter().filter(|name| !everywhere(name)).cloned().collect();
    (all, partial)
}

fn outline(name: &str, body: &BodyFile) -> String {
    let list = |list: &Option<OneOrMany>| list.as_ref().map(|list| list.0.join("|"));
    let head = [("kind", list(&body.kind)), ("event", list(&body.event)), ("condition", list(&body.condition)), ("log", list(&body.log)), ("error", list(&body.error)), ("each", list(&body.each)), ("native", body.native.clone())];
    let head = head.into_iter().find_map(|(word, value)| value.map(|value| format!("{word} {value}"))).unwrap_or_default();
    let from = body.from.as_deref().map(|from| format!(" from {from} via {}", list(&body.via).unwrap_or_default())).unwrap_or_default();
    let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
    format!("{name}{head}{from}{}", if body.optional { " (optional)" } else { "" })
}
