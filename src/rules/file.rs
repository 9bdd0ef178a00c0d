//! The shape of a rule file. Unknown keys are errors, because a slip must never become a rule that stays silent.

use std::fmt;
use std::marker::PhantomData;

use serde::de::value::MapAccessDeserializer;
use serde::de::{Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde::{Deserialize, Serialize};

use crate::finding::{Confidence, RuleRole, Severity};

/// A rule as its author wrote it.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RuleFile {
    pub(crate) title: String,
    pub(crate) severity: Severity,
    pub(crate) role: RuleRole,
    pub(crate) confidence: Confidence,
    /// A layer may replace a rule of the layer below only when it says so.
    #[serde(default, rename = "override")]
    pub(crate) overrides: bool,
    /// A cause that reaches no outcome on purpose: a green run with lost data.
    #[serde(default)]
    pub(crate) stands_alone: bool,
    #[serde(rename = "match")]
    pub(crate) clauses: Vec<ClauseFile>,
    #[serde(default, rename = "not")]
    pub(crate) traps: Vec<Vec<ClauseFile>>,
    pub(crate) subject: OneOrMany,
    #[serde(default)]
    pub(crate) group_by: Option<Vec<String>>,
    #[serde(default)]
    pub(crate) variants: Vec<VariantFile>,
    pub(crate) message: String,
    #[serde(default)]
    pub(crate) evidence: Vec<String>,
    #[serde(default)]
    pub(crate) explains: Vec<String>,
    pub(crate) remediation: String,
    #[serde(default)]
    pub(crate) docs: String,
    #[serde(default)]
    pub(crate) links: Vec<String>,
    pub(crate) tests: Vec<Case>,
}

/// Keys of a rule, for suggestions.
pub(crate) const RULE_KEYS: &[&str] = &[
    "title",
    "severity",
    "role",
    "confidence",
    "override",
    "stands_alone",
    "match",
    "not",
    "subject",
    "group_by",
    "variants",
    "message",
    "evidence",
    "explains",
    "remediation",
    "docs",
    "links",
    "tests",
];

/// Keys of a clause, for suggestions.
pub(crate) const CLAUSE_KEYS: &[&str] = &[
    "kind",
    "event",
    "condition",
    "log",
    "error",
    "each",
    "native",
    "name",
    "namespace",
    "of",
    "about",
    "status",
    "reason",
    "regex",
    "by",
    "layer",
    "with",
    "from",
    "via",
    "where",
    "cluster",
    "after",
    "before",
    "optional",
    "many",
    "having",
];

/// What changes when an expression holds.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VariantFile {
    pub(crate) when: String,
    pub(crate) severity: Option<Severity>,
    pub(crate) role: Option<RuleRole>,
    pub(crate) confidence: Option<Confidence>,
    pub(crate) message: Option<String>,
    pub(crate) explains: Option<Vec<String>>,
}

/// An inline test of a rule.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// What it shows, as a sentence.
    pub name: String,
    /// What the archive holds.
    #[serde(default)]
    pub given: Vec<serde_json::Value>,
    /// What the rule must say.
    pub expect: Expect,
}

/// What a rule must say about its `given`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Expect {
    /// These findings and no others.
    Findings(Vec<Expected>),
    /// Evaluated with coverage, and silent.
    Nothing,
    /// Not decidable.
    Skipped,
}

/// One expected finding; what is left out is not compared.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, Serialize)]
#[serde(deny_unknown_fields)]
pub struct Expected {
    /// `Kind namespace/name`, `Kind name`, or `Cluster name`.
    pub on: String,
    /// Whole message.
    pub message: Option<String>,
    /// Severity.
    pub severity: Option<Severity>,
    /// Confidence.
    pub confidence: Option<Confidence>,
    /// Role.
    pub role: Option<RuleRole>,
}

/// A text or a list of texts.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub(crate) struct OneOrMany(pub(crate) Vec<String>);

/// An entry of `match`, of `not` or of an alternative.
#[derive(Debug, Clone)]
pub(crate) enum ClauseFile {
    Named(String, Box<BodyFile>),
    Where(String),
    Any(Vec<Vec<ClauseFile>>),
    Absent(Vec<ClauseFile>),
}

/// Head and modifiers.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct BodyFile {
    pub(crate) kind: Option<OneOrMany>,
    pub(crate) event: Option<OneOrMany>,
    pub(crate) condition: Option<OneOrMany>,
    pub(crate) log: Option<OneOrMany>,
    pub(crate) error: Option<OneOrMany>,
    pub(crate) each: Option<OneOrMany>,
    pub(crate) native: Option<String>,
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    pub(crate) of: Option<String>,
    pub(crate) about: Option<String>,
    pub(crate) status: Option<String>,
    pub(crate) reason: Option<OneOrMany>,
    pub(crate) regex: Option<OneOrMany>,
    pub(crate) by: Option<Vec<String>>,
    pub(crate) layer: Option<Layer>,
    pub(crate) with: Option<std::collections::BTreeMap<String, String>>,
    pub(crate) from: Option<String>,
    pub(crate) via: Option<OneOrMany>,
    #[serde(rename = "where")]
    pub(crate) test: Option<String>,
    pub(crate) cluster: Option<WhichCluster>,
    pub(crate) after: Option<String>,
    pub(crate) before: Option<String>,
    #[serde(default)]
    pub(crate) optional: bool,
    #[serde(default)]
    pub(crate) many: bool,
    pub(crate) having: Option<String>,
}

/// Which layer of a wrapped error text must match.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum Layer {
    Inner,
    Any,
}

/// Where a clause looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub(crate) enum WhichCluster {
    Same,
    Any,
    Host,
    Source,
    Target,
}

impl<'de> Deserialize<'de> for OneOrMany {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Texts;
        impl<'de> Visitor<'de> for Texts {
            type Value = OneOrMany;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a text or a list of texts")
            }

            fn visit_str<E>(self, text: &str) -> Result<OneOrMany, E> {
                Ok(OneOrMany(vec![text.to_owned()]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<OneOrMany, A::Error> {
                let mut all = Vec::new();
                while let Some(text) = seq.next_element()? {
                    all.push(text);
                }
                Ok(OneOrMany(all))
            }
        }
        deserializer.deserialize_any(Texts)
    }
}

impl<'de> Deserialize<'de> for ClauseFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Entry;
        impl<'de> Visitor<'de> for Entry {
            type Value = ClauseFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("a clause: `NAME: {kind: …}`, `where: …`, `any: […]` or `absent: {…}`")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ClauseFile, A::Error> {
                let Some(key) = map.next_key::<String>()? else { return Err(A::Error::custom("empty clause")) };
                let clause = match key.as_str() {
                    "where" => ClauseFile::Where(map.next_value()?),
                    "any" => ClauseFile::Any(map.next_value()?),
                    "absent" => ClauseFile::Absent(map.next_value::<AbsentFile>()?.0),
                    _ => ClauseFile::Named(key, map.next_value()?),
                };
                match map.next_key::<String>()? {
                    None => Ok(clause),
                    Some(second) => Err(A::Error::custom(format!("a clause has one name; `{second}` needs a dash of its own"))),
                }
            }
        }
        deserializer.deserialize_map(Entry)
    }
}

struct AbsentFile(Vec<ClauseFile>);

impl<'de> Deserialize<'de> for AbsentFile {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Inner(PhantomData<()>);
        impl<'de> Visitor<'de> for Inner {
            type Value = AbsentFile;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("one clause without a name, or a list of clauses")
            }

            fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<AbsentFile, A::Error> {
                let body = BodyFile::deserialize(MapAccessDeserializer::new(map))?;
                Ok(AbsentFile(vec![ClauseFile::Named(String::new(), Box::new(body))]))
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<AbsentFile, A::Error> {
                let mut clauses = Vec::new();
                while let Some(clause) = seq.next_element()? {
                    clauses.push(clause);
                }
                Ok(AbsentFile(clauses))
            }
        }
        deserializer.deserialize_any(Inner(PhantomData))
    }
}

impl<'de> Deserialize<'de> for Expect {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Words;
        impl<'de> Visitor<'de> for Words {
            type Value = Expect;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("`nothing`, `skipped` or a list of findings")
            }

            fn visit_str<E: serde::de::Error>(self, word: &str) -> Result<Expect, E> {
                match word {
                    "nothing" => Ok(Expect::Nothing),
                    "skipped" => Ok(Expect::Skipped),
                    _ => Err(E::unknown_variant(word, &["nothing", "skipped"])),
                }
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Expect, A::Error> {
                let mut all = Vec::new();
                while let Some(finding) = seq.next_element()? {
                    all.push(finding);
                }
                Ok(Expect::Findings(all))
            }
        }
        deserializer.deserialize_any(Words)
    }
}
