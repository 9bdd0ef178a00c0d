use std::io::{self, Write};

use serde::Serialize;

use crate::finding::Report;

/// The report as a documented JSON document. Field order is that of the structs, so the same report gives the same bytes.
pub(super) fn render(report: &Report, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, report)?;
    out.write_all(b"\n")
}

/// A view as a JSON document; its fields are those of the struct.
pub(super) fn view(view: &impl Serialize, out: &mut dyn Write) -> io::Result<()> {
    serde_json::to_writer_pretty(&mut *out, view)?;
    out.write_all(b"\n")
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use crate::finding::sample;
    use crate::output::{Format, Options, render};

    /// Where a field is and what it may hold. `[]` steps into every item of a list; the words after the colon are the types that
    /// readers may count on. This is the public contract: a line may be added, none may change.
    const FIELDS: &str = "
        schema: number
        tool.name: string
        tool.version: string
        tool.pack: string
        inputs[].name: string
        inputs[].sha256: string
        inputs[].bytes: number
        inputs[].layouts[]: string
        inputs[].complete: bool
        clusters[].id: string
        clusters[].name: string
        clusters[].mig_cluster: string null
        clusters[].roles[]: string
        clusters[].input: number
        clusters[].identity.cluster_id: string null
        clusters[].identity.infrastructure: string null
        clusters[].identity.api: string null
        clusters[].identity.by[]: string
        clusters[].suspect: bool
        clusters[].kubernetes: string null
        clusters[].mtc: string null
        clusters[].gathered: bool
        clusters[].now: string null
        clusters[].now_from: string
        coverage.files: number
        coverage.objects: number
        coverage.events: number
        coverage.logs: number
        coverage.log_lines: number
        coverage.relations: number
        coverage.from: string null
        coverage.to: string null
        coverage.redactions: number
        coverage.suppressed[].finding: string
        coverage.suppressed[].reason: string
        coverage.suppressed[].expires: string null
        coverage.unexplained[].shape: string
        coverage.unexplained[].component: string
        coverage.unexplained[].count: number
        coverage.unexplained[].first: string null
        coverage.unexplained[].last: string null
        coverage.unexplained[].sample.input: number
        coverage.unexplained[].sample.path: string
        coverage.unexplained[].sample.line: number
        coverage.unexplained[].sample.text: string
        coverage.noise: number
        rules[].id: string
        rules[].digest: string
        rules[].title: string
        rules[].severity: string
        rules[].role: string
        rules[].state: string
        rules[].findings: number
        rules[].reason: string null
        checked[].what: string
        checked[].state: string
        checked[].detail: string
        migrations[].id: string
        migrations[].name: string
        migrations[].namespace: string
        migrations[].plan: string null
        migrations[].cluster: string
        migrations[].type: string
        migrations[].volume_path: string null
        migrations[].outcome: string
        migrations[].contradicted: bool
        migrations[].superseded_by: string null
        migrations[].source_down: bool
        migrations[].phase: string null
        migrations[].step: string null
        migrations[].phase_since: string null
        migrations[].started: string null
        migrations[].ended: string null
        migrations[].pipeline[].step: string
        migrations[].pipeline[].phase: string null
        migrations[].pipeline[].started: string null
        migrations[].pipeline[].ended: string null
        migrations[].pipeline[].state: string
        migrations[].volumes[].namespace: string
        migrations[].volumes[].pvc: string
        migrations[].volumes[].target: string
        migrations[].volumes[].method: string
        migrations[].volumes[].bytes: number
        migrations[].volumes[].total: number
        migrations[].volumes[].state: string
        migrations[].volumes[].object: object null
        migrations[].look_at: object null
        migrations[].root_causes[]: string
        migrations[].findings[]: string
        migrations[].chain[]: object
        migrations[].collect[]: string
        findings[].id: string
        findings[].fingerprint: string
        findings[].signature: string
        findings[].rule: string
        findings[].rule_digest: string
        findings[].role: string
        findings[].severity: string
        findings[].confidence: string
        findings[].title: string
        findings[].message: string
        findings[].root_cause: bool
        findings[].explains[]: string
        findings[].migrations[].id: string
        findings[].migrations[].name: string
        findings[].migrations[].relation: string
        findings[].plan: string null
        findings[].subject.cluster: string
        findings[].subject.kind: string
        findings[].subject.namespace: string null
        findings[].subject.name: string
        findings[].look_at: object null
        findings[].count: number
        findings[].instances[]: object
        findings[].first: string null
        findings[].last: string null
        findings[].evidence[].input: number
        findings[].evidence[].path: string
        findings[].evidence[].line: number
        findings[].evidence[].text: string
        findings[].evidence[].before[]: string
        findings[].evidence[].after[]: string
        findings[].evidence[].span[]: number
        findings[].evidence[].truncated: bool
        findings[].evidence[].time: string null
        findings[].evidence[].about: object null
        findings[].remediation: string
        findings[].links[]: string
        gaps[].input: number
        gaps[].path: string
        gaps[].reason: string
        gaps[].detail: string";

    fn type_of(value: &Value) -> &'static str {
        match value {
            Value::Null => "null",
            Value::Bool(_) => "bool",
            Value::Number(_) => "number",
            Value::String(_) => "string",
            Value::Array(_) => "list",
            Value::Object(_) => "object",
        }
    }

    /// All values at a path; a missing key is `None`.
    fn values<'a>(root: &'a Value, path: &str) -> Vec<Option<&'a Value>> {
        let mut at = vec![Some(root)];
        for step in path.split('.') {
            let (key, list) = step.strip_suffix("[]").map_or((step, false), |key| (key, true));
            at = at.into_iter().map(|value| value.and_then(|value| value.get(key))).collect();
            if list {
                let items = |value: Option<&'a Value>| match value.and_then(Value::as_array) {
                    Some(items) => items.iter().map(Some).collect(),
                    None => vec![None],
                };
                at = at.into_iter().flat_map(items).collect();
            }
        }
        at
    }

    fn written() -> String {
        let mut out = Vec::new();
        render(&sample(), Format::Json, &Options::default(), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn every_documented_field_is_there_with_its_type() {
        let root: Value = serde_json::from_str(&written()).unwrap();
        for line in FIELDS.lines().map(str::trim).filter(|line| !line.is_empty()) {
            let (path, types) = line.split_once(": ").unwrap();
            let found = values(&root, path);
            assert!(!found.is_empty(), "the sample has no {path}: give it one, so that its type is checked");
            for value in found {
                let value = value.unwrap_or_else(|| panic!("{path} is missing"));
                assert!(types.split(' ').any(|word| word == type_of(value)), "{path} is {}, not {types}", type_of(value));
            }
        }
    }

    #[test]
    fn closed_lists_keep_their_words() {
        let root: Value = serde_json::from_str(&written()).unwrap();
        for (path, words) in [
            ("findings[].severity", "error warning note"),
            ("findings[].confidence", "high medium low"),
            ("findings[].migrations[].relation", "root symptom related"),
            ("rules[].state", "fired clear skipped errored"),
            ("migrations[].type", "stage final rollback state conversion"),
            ("migrations[].outcome", "succeeded succeeded-with-warnings failed canceled running stuck blocked unknown"),
            ("clusters[].now_from", "data timestamp"),
            ("gaps[].reason", "truncated unparsable stderr empty unreadable limit login suspect not-read obfuscated"),
        ] {
            for value in values(&root, path) {
                let word = value.and_then(Value::as_str).unwrap();
                assert!(words.split(' ').any(|known| known == word), "{path} says {word}");
            }
        }
    }

    #[test]
    fn a_link_of_the_chain_is_a_finding_or_an_unknown_rule() {
        let root: Value = serde_json::from_str(&written()).unwrap();
        let links = values(&root, "migrations[].chain[]");
        assert!(links.iter().flatten().any(|link| link["finding"].is_string()));
        assert!(links.iter().flatten().any(|link| link["rule"].is_string() && link["state"] == "unknown"));
    }

    #[test]
    fn the_document_ends_with_one_newline() {
        assert!(written().ends_with("}\n"));
    }
}
