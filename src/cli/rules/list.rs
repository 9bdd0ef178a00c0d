use std::io::{self, Write};

use clap::{Args, ValueEnum};
use owo_colors::OwoColorize;
use serde::Serialize;

use crate::finding::{Confidence, RuleRole, Severity};

/// Lists all rules.
#[derive(Debug, Args)]
#[command(after_help = "\
Examples:
  mig-analyze rules list storage
  mig-analyze rules list --format json | jq -r '.[].id'")]
pub struct ListArgs {
    /// Only rules whose id or title holds this
    pub word: Option<String>,
    /// Only rules of this severity
    #[arg(long, value_name = "SEVERITY")]
    pub severity: Option<Severity>,
    /// Only rules of this role: outcome, symptom, cause, config, state, gap or noise
    #[arg(long, value_name = "ROLE", value_parser = role)]
    pub role: Option<RuleRole>,
    /// Only rules that account for this one
    #[arg(long, value_name = "ID")]
    pub explains: Option<String>,
    /// How the list is written
    #[arg(long, visible_alias = "format", value_name = "STYLE", default_value = "table")]
    pub style: Style,
}

/// The role of that name, in the words of rule files.
fn role(word: &str) -> Result<RuleRole, String> {
    serde_json::from_value(serde_json::Value::String(word.to_owned()))
        .map_err(|_| "one of outcome, symptom, cause, config, state, gap, noise".to_owned())
}

/// How a list is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Style {
    /// Columns for people.
    Table,
    /// For programs.
    Json,
}

/// A rule in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// Its path in the pack.
    pub id: String,
    /// Severity.
    pub severity: Severity,
    /// Role.
    pub role: RuleRole,
    /// Confidence.
    pub confidence: Confidence,
    /// Title.
    pub title: String,
    /// Rules whose findings it explains.
    pub explains: Vec<String>,
}

impl ListArgs {
    /// Writes those of the rules that were asked for, in the order given.
    pub fn write(&self, rules: &[Listed], out: &mut dyn Write) -> io::Result<()> {
        let word = self.word.as_deref().unwrap_or("").to_lowercase();
        let fits = |rule: &&Listed| {
            (rule.id.contains(&word) || rule.title.to_lowercase().contains(&word))
                && self.severity.is_none_or(|severity| rule.severity == severity)
                && self.role.is_none_or(|role| rule.role == role)
                && self.explains.as_ref().is_none_or(|id| rule.explains.contains(id))
        };
        let shown: Vec<&Listed> = rules.iter().filter(fits).collect();
        match self.style {
            Style::Table => table(&shown, rules.len(), out),
            Style::Json => {
                serde_json::to_writer_pretty(&mut *out, &shown)?;
                writeln!(out)
            }
        }
    }
}

fn table(rules: &[&Listed], total: usize, out: &mut dyn Write) -> io::Result<()> {
    let id = rules.iter().map(|rule| rule.id.len()).max().unwrap_or(0);
    for rule in rules {
        let severity = format!("{:<7}", rule.severity.as_str());
        let severity = match rule.severity {
            Severity::Error => severity.red().to_string(),
            Severity::Warning => severity.yellow().to_string(),
            Severity::Note => severity.cyan().to_string(),
        };
        writeln!(out, "{:<id$}  {severity}  {:<7}  {}", rule.id, rule.role.as_str(), rule.title)?;
    }
    if rules.len() == total {
        writeln!(out, "{}", format!("{total} rules").dimmed())
    } else {
        writeln!(out, "{}", format!("{} of {total} rules", rules.len()).dimmed())
    }
}

#[cfg(test)]
pub(super) fn listed() -> Vec<Listed> {
    let rule = |id: &str, severity, role, title: &str, explains: &[&str]| Listed {
        id: id.into(),
        severity,
        role,
        confidence: Confidence::High,
        title: title.into(),
        explains: explains.iter().map(|&id| id.to_owned()).collect(),
    };
    vec![
        rule("mtc/stage-pod-stuck", Severity::Warning, RuleRole::Symptom, "Stage pod never becomes ready", &[]),
        rule("storage/multi-attach", Severity::Error, RuleRole::Cause, "Volume is still attached to a pod on another node", &["mtc/stage-pod-stuck"]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(word: Option<&str>, style: Style) -> String {
        let mut out = Vec::new();
        ListArgs { word: word.map(str::to_owned), severity: None, role: None, explains: None, style }.write(&listed(), &mut out).unwrap();
        anstream::adapter::strip_str(std::str::from_utf8(&out).unwrap()).to_string()
    }

    #[test]
    fn the_table_has_one_line_for_each_rule() {
        let text = written(None, Style::Table);
        assert!(text.contains("storage/multi-attach  error    cause    Volume is still attached"), "{text}");
        assert!(text.ends_with("2 rules\n"));
    }

    #[test]
    fn a_word_narrows_the_list_by_id_and_by_title() {
        assert!(written(Some("storage"), Style::Table).ends_with("1 of 2 rules\n"));
        assert!(written(Some("Attached"), Style::Table).ends_with("1 of 2 rules\n"));
    }

    #[test]
    fn filters_narrow_the_list_together() {
        let ids = |severity, role: Option<&str>, explains: Option<&str>| {
            let args = ListArgs {
                word: None,
                severity,
                role: role.map(|word| super::role(word).unwrap()),
                explains: explains.map(str::to_owned),
                style: Style::Json,
            };
            let mut out = Vec::new();
            args.write(&listed(), &mut out).unwrap();
            let value: serde_json::Value = serde_json::from_slice(&out).unwrap();
            value.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
        };
        assert_eq!(ids(Some(Severity::Error), None, None), ["storage/multi-attach"]);
        assert_eq!(ids(None, Some("symptom"), None), ["mtc/stage-pod-stuck"]);
        assert_eq!(ids(None, None, Some("mtc/stage-pod-stuck")), ["storage/multi-attach"]);
        assert!(ids(Some(Severity::Error), Some("symptom"), None).is_empty());
        assert!(super::role("reason").is_err());
    }

    #[test]
    fn programs_get_a_list_of_objects() {
        let value: serde_json::Value = serde_json::from_str(&written(None, Style::Json)).unwrap();
        assert_eq!(value[1]["id"], "storage/multi-attach");
        assert_eq!(value[1]["explains"][0], "mtc/stage-pod-stuck");
    }
}
