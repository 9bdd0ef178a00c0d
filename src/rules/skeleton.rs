//! A first draft of a rule, made from a line that no rule explains yet. Its tests pass as they stand.

use std::fmt::Write as _;

use crate::finding::redact::Redactor;
use crate::model::Component;
use crate::mtc::layers;
use crate::scan::line::Line;
use crate::scan::mandatory_literals;

/// The line to begin with.
#[derive(Debug, Clone)]
pub struct Seed {
    /// The program that wrote it.
    pub component: Component,
    /// The line as written.
    pub line: String,
}

/// A line for authors who begin without one.
const EXAMPLE: &str = "time=\"2026-01-01T10:00:00Z\" level=error msg=\"replace this line with the one that tells what is wrong\"";

/// Words that a pattern is made of; more would tie it to one archive.
const MOST_WORDS: usize = 12;

/// The text of the rule file. `on` is whom the finding of its first case is about: a line may name objects of its own, and only the
/// engine can tell which of them counts.
pub fn skeleton(id: &str, seed: Option<&Seed>, on: Option<&str>) -> String {
    let component = seed.map_or(Component::Velero, |seed| seed.component);
    let written = seed.map_or(EXAMPLE, |seed| seed.line.trim());
    // The file goes to other people, so secrets and control characters stay out of it.
    let line = Redactor::line(written).0.into_owned();
    let regex = pattern(&line, component);
    let mut text = format!(
        "title: Say in a few words what is wrong\n\
         severity: warning\n\
         # outcome, symptom, cause, config, state, gap or noise; a cause has to lead to an outcome by `explains`.\n\
         role: symptom\n\
         confidence: low\n\n\
         match:\n  - line: {{log: {component}, regex: {}}}\n",
        quoted(&regex)
    );
    text.push_str("# Harmless cases that look the same, each a list of clauses:\n# not:\n#   - - where: 'line.count < 2'\n\n");
    text.push_str("subject: line\nmessage: \"{line.count} times on {line.cluster}: {line.msg|line.text}\"\nevidence: [line]\nexplains: []\n\n");
    text.push_str("remediation: |\n  1. On {line.cluster} say what to look at, and what to do.\n");
    text.push_str("docs: |\n  ## What it means\n\n  ## Why it happens\n\n  ## How to tell it from its neighbours\n");
    text.push_str("links: []\n\ntests:\n");
    let _ = writeln!(text, "  # {id}: the first case is the line itself; shorten it, and invent the names in it.");
    let _ = write!(
        text,
        "  - name: fires on the line\n    given:\n      - log: {component}\n        pod: {}\n        lines: [{}]\n",
        pod(component),
        quoted(&line)
    );
    let on = on.map_or_else(|| format!("Pod openshift-migration/{}", pod(component)), str::to_owned);
    let _ = writeln!(text, "    expect: [{{on: {}}}]", quoted(&on));
    let _ = write!(
        text,
        "  - name: stays silent on another line\n    given:\n      - log: {component}\n        lines: ['nothing of interest']\n    expect: nothing\n"
    );
    // The gather's own output is there exactly when it wrote some.
    if component != Component::Gather {
        let _ =
            writeln!(text, "  - name: is skipped when there is no such log\n    given:\n      - {{not-gathered: {component}}}\n    expect: skipped");
    }
    text
}

/// Name of a pod in the test.
fn pod(component: Component) -> &'static str {
    match component {
        Component::Velero => "velero-1",
        Component::NodeAgent => "node-agent-1",
        Component::MigController => "migration-controller-1",
        _ => "pod-1",
    }
}

/// A text in single quotes, as YAML reads it back.
fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// A pattern for the innermost part of what the line says: names and numbers stand for any.
fn pattern(line: &str, component: Component) -> String {
    let parsed = Line::parse(line, component);
    let error = parsed.error_text();
    let inner = layers(&error).last().map_or(error.as_str(), |inner| *inner).to_owned();
    [inner, error.clone(), parsed.whole()]
        .iter()
        .map(|text| words(text))
        .find(|regex| mandatory_literals(regex).is_ok())
        .unwrap_or_else(|| "replace this pattern".to_owned())
}

fn words(text: &str) -> String {
    let mut parts: Vec<String> = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() && parts.len() < MOST_WORDS {
        if let Some(inside) = rest.strip_prefix('"')
            && let Some(end) = inside.find('"')
        {
            parts.push("\"[^\"]+\"".to_owned());
            rest = inside[end + 1..].trim_start();
            continue;
        }
        let end = rest.find(' ').unwrap_or(rest.len());
        let (word, after) = rest.split_at(end);
        let is_name = word.bytes().any(|byte| byte.is_ascii_digit()) || word.contains('/') || word.contains('"') || !word.is_ascii();
        parts.push(if is_name { "\\S+".to_owned() } else { regex::escape(word) });
        rest = after.trim_start();
    }
    // A pattern ends with something that is fixed.
    while parts.last().is_some_and(|part| part == "\\S+") {
        parts.pop();
    }
    parts.join(" ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::{Expect, Pack, RuleText};

    const LINES: &[(Component, &str)] = &[
        (
            Component::Velero,
            "time=\"2026-02-03T10:00:00Z\" level=error msg=\"Error backing up item\" backup=openshift-migration/b error=\"error executing custom action (groupResource=pods): rpc error: code = Unknown desc = it's gone: volume pv-17 is on fire in zone b\" name=web-0",
        ),
        (Component::NodeAgent, "E0203 10:00:00.000000       1 agent.go:10] cannot open \"/host_pods/1/volumes\": permission denied for everyone"),
        (Component::Gather, "error: the gather of shop ran into a wall"),
        (
            Component::MigController,
            "{\"level\":\"error\",\"ts\":1612346400.1,\"logger\":\"migration\",\"msg\":\"quiesce went wrong badly\",\"error\":\"pods \\\"a-1\\\" refuse to stop\"}",
        ),
    ];

    #[test]
    fn a_draft_can_be_loaded_and_its_pattern_finds_its_line() {
        for (component, line) in LINES {
            let text = skeleton("my/draft", Some(&Seed { component: *component, line: (*line).to_owned() }), None);
            let pack = Pack::from_layers(vec![vec![RuleText { id: "my/draft".into(), file: "my/draft.yaml".into(), text: text.clone() }]]);
            let pack = pack.map_err(|errors| errors.rules.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
            assert!(pack.rules[0].tests().iter().any(|case| matches!(case.expect, Expect::Findings(_))), "{text}");
            let regex = regex::Regex::new(&pattern(line, *component)).unwrap();
            assert!(regex.is_match(&Line::parse(line, *component).whole()), "{regex} on {line}");
        }
    }

    #[test]
    fn names_and_numbers_stand_for_any() {
        assert_eq!(words("volume pv-17 is on fire"), "volume \\S+ is on fire");
        assert_eq!(words("pods \"a b\" refuse (to) stop 17"), "pods \"[^\"]+\" refuse \\(to\\) stop");
    }

    #[test]
    fn secrets_of_the_line_stay_out_of_the_draft() {
        let line = "level=error msg=\"cannot fetch https://s3/b?X-Amz-Signature=deadbeef00deadbeef from the bucket\"".to_owned();
        assert!(!skeleton("my/draft", Some(&Seed { component: Component::Velero, line }), None).contains("deadbeef00"));
    }
}
