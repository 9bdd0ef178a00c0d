//! Families of texts that are easily taken for each other: exactly the right rules of the family fire.

use std::collections::BTreeSet;
use std::sync::Arc;

use libtest_mimic::{Failed, Trial};
use mig_analyze::engine::{CaseRunner, run};
use mig_analyze::finding::{RuleRole, RuleState};
use mig_analyze::rules::{Case, Expect, Pack};
use serde::Deserialize;

/// One text and the rules that may be taken for each other over it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Family {
    text: String,
    rules: Vec<String>,
    /// Only findings that are causes count: a symptom may stand beside its cause.
    #[serde(default)]
    causes: bool,
    cases: Vec<Sample>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Sample {
    name: String,
    given: Vec<serde_json::Value>,
    fires: Vec<String>,
}

/// A trial for each case of each family.
pub(crate) fn trials(pack: &Arc<Pack>) -> Vec<Trial> {
    let families: Vec<Family> = serde_yaml::from_str(include_str!("confusables.yaml")).expect("the families can be read");
    let mut trials = Vec::new();
    for family in families {
        let (rules, causes) = (Arc::new(family.rules), family.causes);
        for sample in family.cases {
            let (pack, rules) = (Arc::clone(pack), Arc::clone(&rules));
            let name = format!("confusable: {}: {}", family.text, sample.name);
            trials.push(Trial::test(name, move || check(&pack, &rules, causes, sample)));
        }
    }
    trials
}

fn check(pack: &Pack, rules: &[String], causes: bool, sample: Sample) -> Result<(), Failed> {
    if let Some(unknown) = rules.iter().chain(&sample.fires).find(|id| pack.find(id).is_none() || !rules.contains(id)) {
        return Err(format!("{unknown} is no rule of the family").into());
    }
    let runner = CaseRunner::new(pack).map_err(|error| Failed::from(error.to_string()))?;
    let case = Case { name: sample.name, given: sample.given, expect: Expect::Nothing };
    let graph = runner.graph(&case)?;
    let results = run(&graph, pack);
    let fired: BTreeSet<&str> = results
        .iter()
        .filter(|result| result.state == RuleState::Fired && (!causes || result.matches.iter().any(|found| found.role == RuleRole::Cause)))
        .map(|result| pack.rules[result.rule].id.as_str())
        .filter(|id| rules.iter().any(|rule| rule == id))
        .collect();
    let expected: BTreeSet<&str> = sample.fires.iter().map(String::as_str).collect();
    if fired == expected { Ok(()) } else { Err(format!("{fired:?} fired instead of {expected:?}").into()) }
}
