//! The JSON of the views against its documentation: nothing undocumented is written, and nothing is documented that nobody writes.

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use serde_json::Value;

use super::golden::print;

/// A story, its inputs, and what is asked of it.
type Field = (&'static str, &'static [&'static str], &'static str);

/// Views with the stories that fill their fields.
const VIEWS: &[(&str, &[Field])] = &[
    (
        "tree",
        &[
            ("multi-attach", &["must-gather", "inspect"], "tree"),
            ("unschedulable-rsync", &["must-gather", "inspect"], "tree"),
            ("multi-attach-no-app-namespace", &["must-gather"], "tree"),
        ],
    ),
    (
        "migration",
        &[
            ("multi-attach", &["must-gather", "inspect"], "migration"),
            ("success-hides-failed-copy", &["must-gather"], "migration"),
            ("login-failed", &["must-gather"], "migration"),
            ("two-failures", &["must-gather", "inspect"], "migration"),
            ("unschedulable-rsync", &["must-gather", "inspect"], "migration"),
        ],
    ),
    ("timeline", &[("multi-attach", &["must-gather", "inspect"], "timeline")]),
    ("logs", &[("multi-attach", &["must-gather", "inspect"], "logs"), ("unschedulable-rsync", &["must-gather", "inspect"], "logs")]),
    ("get", &[("multi-attach", &["must-gather", "inspect"], "get pvc"), ("multi-attach", &["must-gather", "inspect"], "get backups")]),
    (
        "describe",
        &[
            ("multi-attach", &["must-gather", "inspect"], "describe pod stage-shop-mysql"),
            ("multi-attach", &["must-gather", "inspect"], "describe restore shop-stage"),
            ("multi-attach", &["must-gather", "inspect"], "describe pvr shop-stage-stage-ztkwf-k"),
        ],
    ),
    (
        "coverage",
        &[
            ("multi-attach", &["must-gather", "inspect"], "coverage"),
            ("login-failed", &["must-gather"], "coverage"),
            ("agent-out-of-memory", &["must-gather"], "coverage"),
        ],
    ),
];

type Types = BTreeMap<String, BTreeSet<&'static str>>;

/// Types by path. Lists whose items are shaped like those around them keep the path of these.
fn walk(value: &Value, path: &str, found: &mut Types) {
    let kind = match value {
        Value::Null => "null",
        Value::Bool(_) => "bool",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "list",
        Value::Object(_) => "object",
    };
    found.entry(path.to_owned()).or_default().insert(kind);
    match value {
        Value::Object(entries) => {
            for (key, value) in entries {
                let below = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                match value {
                    Value::Array(items) if matches!(key.as_str(), "children" | "entries") => {
                        found.entry(below).or_default().insert("list");
                        for item in items {
                            walk(item, path, found);
                        }
                    }
                    value => walk(value, &below, found),
                }
            }
        }
        Value::Array(items) => items.iter().for_each(|item| walk(item, &format!("{path}[]"), found)),
        _ => {}
    }
}

/// `path: types  words` by view. A `?` behind the path: not every gather fills it.
fn documented() -> BTreeMap<String, BTreeMap<String, (BTreeSet<String>, bool)>> {
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/finding/view/FIELDS.md")).unwrap();
    let mut views = BTreeMap::new();
    let mut view = String::new();
    for line in text.lines() {
        if let Some(name) = line.strip_prefix("## ") {
            name.trim_matches('`').clone_into(&mut view);
        } else if let Some((path, rest)) = line.split_once(": ").filter(|(path, _)| !view.is_empty() && !path.contains(' ')) {
            let (path, rare) = path.strip_suffix('?').map_or((path, false), |path| (path, true));
            let types = rest.split("  ").next().unwrap_or_default().split(' ').map(str::to_owned).collect();
            views.entry(view.clone()).or_insert_with(BTreeMap::new).insert(path.to_owned(), (types, rare));
        }
    }
    views
}

#[test]
fn every_field_of_a_view_is_documented_and_every_documented_field_is_written() {
    let documented = documented();
    let mut problems = Vec::new();
    for (view, stories) in VIEWS {
        let mut written = Types::new();
        for (story, inputs, words) in *stories {
            let value: Value = serde_json::from_str(&print(story, inputs, &format!("{words} --format json"))).unwrap();
            walk(&value, "", &mut written);
        }
        let told = documented.get(*view).cloned().unwrap_or_default();
        for (path, types) in written.iter().filter(|(path, _)| !matches!(path.as_str(), "" | "[]")) {
            let known = told.get(path).map(|(known, _)| known.clone()).unwrap_or_default();
            if let Some(kind) = types.iter().find(|kind| !known.contains(**kind)) {
                problems.push(format!("{view}: {path}: {kind} is written and not documented"));
            }
        }
        let unwritten = told.iter().filter(|(path, (_, rare))| !rare && !written.contains_key(*path));
        problems.extend(unwritten.map(|(path, _)| format!("{view}: {path} is documented, and no story writes it: mark it with ? if it is rare")));
    }
    assert!(problems.is_empty(), "src/finding/view/FIELDS.md:\n{}", problems.join("\n"));
}
