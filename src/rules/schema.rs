//! The JSON Schema of a rule file, for editors.
//!
//! It says what stands where, and lists the words that are closed. What needs more than one place of a file, such as names that must be
//! bound before they are used, only `mig-analyze rules test` can check.

use serde_json::{Value as Json, json};

use super::families;
use super::file::{CLAUSE_KEYS, RULE_KEYS};
use super::native::NATIVE;
use super::vocabulary as words;
use crate::model::Component;

/// Heads of clauses; a clause has exactly one of them.
const HEADS: &[&str] = &["kind", "event", "condition", "log", "error", "each", "native"];

/// The schema.
pub fn schema() -> Json {
    let components: Vec<&str> = Component::ALL.iter().map(|component| component.as_str()).collect();
    let natives: Vec<&str> = NATIVE.iter().map(|native| native.name).collect();
    let severity = json!({"enum": ["error", "warning", "note"]});
    let confidence = json!({"enum": ["high", "medium", "low"]});
    let role = json!({"enum": ["outcome", "symptom", "cause", "config", "state", "gap", "noise"]});
    let texts = json!({"type": "array", "items": {"type": "string"}});
    let clauses = json!({"type": "array", "minItems": 1, "items": {"$ref": "#/$defs/clause"}});
    let one_or_many = |item: Json| json!({"anyOf": [item, {"type": "array", "minItems": 1, "items": item}]});
    let text = json!({"type": "string"});
    let body = json!({
        "kind": one_or_many(json!({"type": "string", "examples": words::kinds().collect::<Vec<_>>()})),
        "event": one_or_many(text.clone()),
        "condition": one_or_many(text.clone()),
        "log": one_or_many(json!({"enum": components})),
        "error": one_or_many(json!({"enum": families::families()})),
        "each": one_or_many(text.clone()),
        "native": {"enum": natives},
        "name": text, "namespace": text, "of": text, "about": text, "status": text,
        "reason": one_or_many(text.clone()),
        "regex": one_or_many(text.clone()),
        "by": texts,
        "layer": {"enum": ["inner", "any"]},
        "with": {"type": "object", "additionalProperties": {"type": "string"}},
        "from": text,
        "via": one_or_many(json!({"enum": words::relations()})),
        "where": text,
        "cluster": {"enum": ["same", "any", "host", "source", "target"]},
        "after": text, "before": text,
        "optional": {"type": "boolean"},
        "many": {"type": "boolean"},
        "having": text,
    });
    debug_assert!(CLAUSE_KEYS.iter().all(|key| body.get(key).is_some()), "every key of a clause is described");
    let one_head: Vec<Json> = HEADS.iter().map(|head| json!({"required": [head]})).collect();
    let schema = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": "Rule of mig-analyze",
        "type": "object",
        "additionalProperties": false,
        "required": ["title", "severity", "role", "confidence", "match", "subject", "message", "remediation", "tests"],
        "properties": {
            "title": {"type": "string", "maxLength": 72},
            "severity": severity, "role": role, "confidence": confidence,
            "override": {"type": "boolean"},
            "stands_alone": {"type": "boolean"},
            "match": clauses,
            "not": {"type": "array", "items": clauses},
            "subject": one_or_many(json!({"type": "string"})),
            "group_by": texts,
            "variants": {"type": "array", "items": {
                "type": "object", "additionalProperties": false, "required": ["when"],
                "properties": {
                    "when": {"type": "string"}, "severity": severity, "role": role, "confidence": confidence,
                    "message": {"type": "string"}, "explains": texts,
                },
            }},
            "message": {"type": "string"},
            "evidence": texts, "explains": texts,
            "remediation": {"type": "string"},
            "docs": {"type": "string"},
            "links": texts,
            "tests": {"type": "array", "minItems": 2, "items": {"$ref": "#/$defs/test"}},
        },
        "$defs": {
            "clause": {"type": "object", "minProperties": 1, "maxProperties": 1, "properties": {
                "where": {"type": "string"},
                "any": {"type": "array", "items": clauses},
                "absent": {"anyOf": [{"$ref": "#/$defs/body"}, clauses]},
            }, "additionalProperties": {"$ref": "#/$defs/body"}},
            "body": {"type": "object", "additionalProperties": false, "oneOf": one_head, "properties": body},
            "test": {
                "type": "object", "additionalProperties": false, "required": ["name", "expect"],
                "properties": {
                    "name": {"type": "string"},
                    "given": {"type": "array", "items": {"type": "object"}},
                    "expect": {"anyOf": [{"enum": ["nothing", "skipped"]}, {"type": "array", "items": {
                        "type": "object", "additionalProperties": false, "required": ["on"],
                        "properties": {"on": {"type": "string"}, "message": {"type": "string"}, "severity": severity, "confidence": confidence, "role": role},
                    }}]},
                },
            },
        },
    });
    debug_assert!(RULE_KEYS.iter().all(|key| schema["properties"].get(key).is_some()), "every key of a rule is described");
    schema
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::Pack;

    /// The part of JSON Schema that [`schema`] uses. A word that it does not know is a mistake, so that nothing is checked by accident.
    fn problems(root: &Json, schema: &Json, value: &Json, at: &str, found: &mut Vec<String>) {
        let valid = |part: &Json, value: &Json| {
            let mut inner = Vec::new();
            problems(root, part, value, at, &mut inner);
            inner.is_empty()
        };
        for (word, rule) in schema.as_object().unwrap() {
            let size = |of: usize| {
                rule.as_u64() == Some(of as u64)
                    || rule.as_u64().is_some_and(|limit| if word.starts_with("min") { of as u64 > limit } else { (of as u64) < limit })
            };
            let ok = match word.as_str() {
                "$schema" | "title" | "$defs" | "examples" => true,
                "$ref" => {
                    let name = rule.as_str().unwrap().strip_prefix("#/$defs/").unwrap();
                    problems(root, &root["$defs"][name], value, at, found);
                    continue;
                }
                "type" => match rule.as_str().unwrap() {
                    "object" => value.is_object(),
                    "array" => value.is_array(),
                    "string" => value.is_string(),
                    "boolean" => value.is_boolean(),
                    other => panic!("unknown type {other}"),
                },
                "enum" => rule.as_array().unwrap().contains(value),
                "anyOf" => rule.as_array().unwrap().iter().any(|part| valid(part, value)),
                "oneOf" => rule.as_array().unwrap().iter().filter(|part| valid(part, value)).count() == 1,
                "required" => rule.as_array().unwrap().iter().all(|key| value.get(key.as_str().unwrap()).is_some()),
                "minItems" => value.as_array().is_none_or(|items| size(items.len())),
                "minProperties" | "maxProperties" => value.as_object().is_none_or(|map| size(map.len())),
                "maxLength" => value.as_str().is_none_or(|text| size(text.chars().count())),
                "items" => {
                    for (index, item) in value.as_array().into_iter().flatten().enumerate() {
                        problems(root, rule, item, &format!("{at}/{index}"), found);
                    }
                    continue;
                }
                "properties" => {
                    for (key, part) in rule.as_object().unwrap() {
                        if let Some(item) = value.get(key) {
                            problems(root, part, item, &format!("{at}/{key}"), found);
                        }
                    }
                    continue;
                }
                "additionalProperties" => {
                    let known = schema.get("properties").and_then(Json::as_object);
                    let extra = value.as_object().into_iter().flatten().filter(|(key, _)| known.is_none_or(|known| !known.contains_key(*key)));
                    for (key, item) in extra {
                        match rule {
                            Json::Bool(false) => found.push(format!("{at}: unknown key {key}")),
                            part => problems(root, part, item, &format!("{at}/{key}"), found),
                        }
                    }
                    continue;
                }
                other => panic!("the schema uses `{other}`, which this check does not know"),
            };
            if !ok {
                found.push(format!("{at}: {word} {rule}"));
            }
        }
    }

    fn check(text: &str) -> Vec<String> {
        let schema = schema();
        let mut found = Vec::new();
        problems(&schema, &schema, &serde_yaml::from_str(text).unwrap(), "", &mut found);
        found
    }

    #[test]
    fn every_rule_of_this_program_fits_the_schema() {
        for rule in Pack::built_in().unwrap().rules {
            assert_eq!(check(&rule.source), Vec::<String>::new(), "{}", rule.id);
        }
    }

    #[test]
    fn slips_do_not_fit_the_schema() {
        let good = Pack::built_in().unwrap().rules.into_iter().find(|rule| rule.id == "mtc/stage-no-op").unwrap().source;
        assert!(check(&good).is_empty());
        for (right, wrong) in [
            ("severity: note", "severity: fatal"),
            ("confidence: high", "confidense: high"),
            ("condition: StageNoOp", "condition: StageNoOp, kind: Pod"),
            ("via: settings", "via: setings"),
            ("optional: true", "optional: maybe"),
            ("expect: nothing", "expect: none"),
            ("title: Stage run", "titel: Stage run"),
        ] {
            let slip = good.replacen(right, wrong, 1);
            assert_ne!(slip, good, "{right}");
            assert!(!check(&slip).is_empty(), "{wrong}");
        }
    }
}
