//! What is allowed in a rule and is most likely a slip.

use super::rule::{Clause, Head, Named, Rule};

/// Kinds that every namespace has. A gather of MTC brings those of its own namespace, and seldom more.
const EVERYWHERE: &[&str] = &[
    "Pod",
    "Deployment",
    "DaemonSet",
    "StatefulSet",
    "DeploymentConfig",
    "ReplicaSet",
    "Job",
    "CronJob",
    "ConfigMap",
    "Secret",
    "Service",
    "Route",
    "PersistentVolumeClaim",
];

impl Rule {
    /// Sentences about clauses that will be unknown in nearly every archive, for the author of the rule.
    pub fn doubts(&self) -> Vec<String> {
        let mut found = Vec::new();
        self.all_clauses(&mut |clause| {
            if let Clause::Named(named) = clause {
                found.extend(asks_everywhere(named));
            }
        });
        found
    }
}

/// Nothing that passes proves absence in one namespace only when that namespace is named.
fn asks_everywhere(named: &Named) -> Option<String> {
    let Head::Kind { kinds, namespace: None, .. } = &named.head else { return None };
    if named.from.is_some() || named.optional {
        return None;
    }
    let kind = kinds.iter().find(|kind| EVERYWHERE.contains(&kind.as_str()))?;
    let name = if named.name.is_empty() { "`absent`".to_owned() } else { format!("`{}`", named.name) };
    Some(format!(
        "clause {name} looks for {kind} objects in all namespaces: where none passes it is unknown, since no archive holds them all; \
         add `namespace: openshift-migration`, reach them by `from`, or write `namespace: '*'` if that is meant"
    ))
}

#[cfg(test)]
mod tests {
    use crate::rules::{Pack, RuleText};

    fn doubts(clause: &str) -> Vec<String> {
        let text = format!(
            "title: A rule\nseverity: note\nrole: outcome\nconfidence: high\nmatch:\n  - m: {{kind: MigMigration}}\n  - {clause}\nsubject: m\nmessage: x\nremediation: Do it.\n\
             tests:\n  - {{name: fires, given: [{{kind: MigMigration, metadata: {{name: a}}}}], expect: [{{on: MigMigration openshift-migration/a}}]}}\n  - {{name: silent, expect: nothing}}\n"
        );
        let rule = RuleText { id: "a/b".to_owned(), file: "a/b.yaml".to_owned(), text: text.into() };
        let pack = Pack::from_layers(vec![vec![rule]]).map_err(|errors| errors.rules[0].to_string()).unwrap();
        pack.rules[0].doubts()
    }

    #[test]
    fn a_kind_of_every_namespace_needs_a_namespace_or_a_way_to_it() {
        let found = doubts("pod: {kind: [MigPlan, Pod]}");
        assert!(found.len() == 1 && found[0].starts_with("clause `pod` looks for Pod objects in all namespaces"), "{found:?}");
        assert!(doubts("absent: {kind: ConfigMap, name: x}")[0].starts_with("clause `absent` looks for ConfigMap objects"));
        for fine in [
            "pod: {kind: Pod, namespace: openshift-migration}",
            "pod: {kind: Pod, namespace: '*'}",
            "pod: {kind: Pod, optional: true}",
            "pod: {kind: Pod, from: m, via: controller}",
            "plan: {kind: MigPlan}",
        ] {
            assert_eq!(doubts(fine), Vec::<String>::new(), "{fine}");
        }
    }

    #[test]
    fn no_rule_of_the_program_is_in_doubt() {
        let pack = Pack::built_in().map_err(|errors| errors.rules[0].to_string()).unwrap();
        let doubtful: Vec<_> = pack.rules.iter().flat_map(|rule| rule.doubts().into_iter().map(move |doubt| (&rule.id, doubt))).collect();
        assert!(doubtful.is_empty(), "{doubtful:#?}");
    }
}
