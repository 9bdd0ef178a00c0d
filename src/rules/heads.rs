//! The heads of clauses: what each takes, and which fields it gives to the names it binds.

use super::compile::{Compiler, Exposed};
use super::families;
use super::file::{BodyFile, Layer, OneOrMany};
use super::native::NATIVE;
use super::path::Path;
use super::rule::Head;
use super::vocabulary as words;
use super::words::closest;
use crate::model::Component;
use crate::scan::{LazyRegex, PatternSpec, PatternTarget, ScanError, mandatory_literals};

/// Limits of one clause.
const MOST_REGEXES: usize = 8;
const LONGEST_REGEX: usize = 500;
const MOST_CAPTURES: usize = 8;

impl Compiler<'_> {
    pub(super) fn head(&mut self, anchor: &str, body: &BodyFile, visible: &[String]) -> Option<(Head, Exposed)> {
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
            self.fail(
                format!("a clause needs exactly one of kind, event, condition, log, error, each, native; this one has {}", given.len()),
                "match",
                anchor,
                None,
            );
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
                let mut components: Vec<Component> = families.iter().flat_map(|family| families::components(family)).copied().collect();
                components.sort_unstable();
                components.dedup();
                let spec = pattern(body, components, PatternTarget::Error);
                let head = Head::Error {
                    families,
                    about: of,
                    regexes,
                    layer: body.layer.unwrap_or(Layer::Inner),
                    by: body.by.clone(),
                    pattern: u32::MAX,
                    spec,
                };
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
            _ => self.native(anchor, body, visible)?,
        })
    }

    fn native(&mut self, anchor: &str, body: &BodyFile, visible: &[String]) -> Option<(Head, Exposed)> {
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
        let fields = Some(fields.into_iter().map(str::to_owned).collect());
        Some((Head::Native { native, with }, Exposed { kinds: Vec::new(), fields, partial: Vec::new() }))
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
            if let Some(component) = Component::parse(word) {
                found.push(component);
                continue;
            }
            let known: Vec<&str> = Component::ALL.iter().map(|component| component.as_str()).collect();
            let help = closest(word, &known).map_or_else(|| format!("one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.fail(format!("unknown component `{word}`"), anchor, word, Some(help));
        }
        found
    }

    fn families(&mut self, anchor: &str, list: &[String]) -> Vec<String> {
        let known = families::families();
        for word in list.iter().filter(|word| !known.contains(&word.as_str())) {
            let help = closest(word, known).map_or_else(|| format!("one of {}", known.join(", ")), |near| format!("did you mean `{near}`?"));
            self.fail(format!("unknown error family `{word}`"), anchor, word, Some(help));
        }
        list.to_vec()
    }

    fn regexes(&mut self, anchor: &str, list: Option<&OneOrMany>, scanned: bool) -> Vec<LazyRegex> {
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
            match LazyRegex::new(text, (!self.source.built_in).then_some(4 << 20)) {
                Err(ScanError::BadRegex { reason, .. }) => self.fail(format!("not a regex: {reason}"), anchor, &needle, None),
                Err(error) => self.fail(error.to_string(), anchor, &needle, None),
                Ok(regex) => {
                    if scanned && let Err(error) = mandatory_literals(text) {
                        self.fail(
                            error.to_string(),
                            anchor,
                            &needle,
                            Some("logs are searched for fixed text first: write out some words of the message".to_owned()),
                        );
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
}

fn pattern(body: &BodyFile, components: Vec<Component>, target: PatternTarget) -> PatternSpec {
    PatternSpec { regexes: body.regex.clone().unwrap_or_default().0, components, target, by: body.by.clone(), fields: Vec::new() }
}

/// All named groups of a clause, and those that not every regex has.
fn captures(regexes: &[LazyRegex]) -> (Vec<String>, Vec<String>) {
    let mut all: Vec<String> = Vec::new();
    for name in regexes.iter().flat_map(LazyRegex::names) {
        if !all.iter().any(|known| **known == **name) {
            all.push(name.to_string());
        }
    }
    let everywhere = |name: &String| regexes.iter().all(|regex| regex.names().iter().any(|other| **other == **name));
    let partial = all.iter().filter(|name| !everywhere(name)).cloned().collect();
    (all, partial)
}

pub(super) fn outline(name: &str, body: &BodyFile) -> String {
    let list = |list: &Option<OneOrMany>| list.as_ref().map(|list| list.0.join("|"));
    let head = [
        ("kind", list(&body.kind)),
        ("event", list(&body.event)),
        ("condition", list(&body.condition)),
        ("log", list(&body.log)),
        ("error", list(&body.error)),
        ("each", list(&body.each)),
        ("native", body.native.clone()),
    ];
    let head = head.into_iter().find_map(|(word, value)| value.map(|value| format!("{word} {value}"))).unwrap_or_default();
    let from = body.from.as_deref().map(|from| format!(" from {from} via {}", list(&body.via).unwrap_or_default())).unwrap_or_default();
    let name = if name.is_empty() { String::new() } else { format!("{name}: ") };
    format!("{name}{head}{from}{}", if body.optional { " (optional)" } else { "" })
}
