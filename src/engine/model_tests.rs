//! Rules over what exists in our model only, and over native matchers.

use super::tests::one;
use crate::finding::RuleState;

const PLAN: &str = "  - {roles: {source: s, target: host}}
  - {kind: MigPlan, metadata: {name: p}, spec: {namespaces: ['app:neu'], srcMigClusterRef: {name: s}, destMigClusterRef: {name: host}, persistentVolumes: [{name: pv-1, pvc: {namespace: app, name: data}, selection: {action: copy, copyMethod: filesystem}}]}}
";

#[test]
fn a_plan_leads_to_its_namespaces_and_volumes_on_both_sides() {
    let rule = "
match:
  - plan: {kind: MigPlan}
  - pn: {kind: PlanNamespace, from: plan, via: plan-namespaces}
  - src: {kind: Namespace, from: pn, via: source-namespace}
  - dst: {kind: Namespace, from: pn, via: target-namespace}
  - vol: {kind: PlanVolume, from: pn, via: volumes}
  - claim: {kind: PersistentVolumeClaim, from: vol, via: target-claim}
subject: pn
message: \"{src.cluster}/{src.name} to {dst.cluster}/{dst.name} with {claim.namespace}/{claim.name} by {vol.method}\"
";
    let target = "  - {kind: Namespace, metadata: {name: neu}}\n  - {kind: PersistentVolumeClaim, metadata: {name: data, namespace: neu}}\n";
    let result = one(rule, &format!("{PLAN}{target}  - {{kind: Namespace, cluster: s, metadata: {{name: app}}}}\n"));
    assert_eq!(result.matches[0].message, "s/app to host/neu with neu/data by filesystem");
    assert!(matches!(result.matches[0].subject, crate::rules::Subject::Object(_)), "the plan stands for what was made of it");
    let unknown = one(rule, &format!("{PLAN}{target}  - {{not-gathered: Namespace, cluster: s}}\n"));
    assert_eq!(unknown.state, RuleState::Skipped);
    assert_eq!(one(rule, &format!("{PLAN}{target}")).state, RuleState::Clear);
}

#[test]
fn a_counterpart_follows_the_names_that_a_plan_gives() {
    let rule = "
match:
  - claim: {kind: PersistentVolumeClaim, cluster: source}
  - twin: {kind: PersistentVolumeClaim, from: claim, via: counterpart}
subject: claim
message: \"{twin.cluster} {twin.namespace}/{twin.name}\"
";
    let claim =
        |more: &str, namespace: &str| format!("  - {{kind: PersistentVolumeClaim, {more}metadata: {{name: data, namespace: {namespace}}}}}\n");
    let given = format!("{PLAN}{}{}", claim("cluster: s, ", "app"), claim("", "neu"));
    assert_eq!(one(rule, &given).matches[0].message, "host neu/data");
}

#[test]
fn a_written_window_joins_its_run_by_name() {
    let rule = "
match:
  - win: {kind: LogWindow, where: 'win.missing == \"head\"'}
  - run: {kind: MigMigration, from: win, via: run}
subject: run
message: \"{win.component} on {win.cluster}\"
";
    let given = "  - {kind: MigMigration, metadata: {name: m}}\n  - {kind: LogWindow, run: m, component: velero, cluster: t, missing: head}\n";
    assert_eq!(one(rule, given).matches[0].message, "velero on t");
}

const ZONES: &str = "
match:
  - pod: {kind: Pod}
  - far: {native: zones-disjoint, with: {pod: pod}}
subject: pod
message: \"{far.volume} of {far.claim} wants {far.wants}, {far.nodes} nodes\"
";

fn zonal(zones: &[&str], nodes: &[&str]) -> String {
    let volumes: Vec<String> = (0..zones.len()).map(|n| format!("{{name: v{n}, persistentVolumeClaim: {{claimName: c{n}}}}}")).collect();
    let pod = format!(
        "  - {{kind: Pod, metadata: {{name: p, namespace: app}}, spec: {{nodeSelector: {{disk: ssd}}, volumes: [{}]}}}}\n",
        volumes.join(", ")
    );
    let volume = |(n, zone): (usize, &&str)| {
        format!(
            "  - {{kind: PersistentVolumeClaim, metadata: {{name: c{n}, namespace: app}}, spec: {{volumeName: v{n}}}}}\n  - {{kind: PersistentVolume, metadata: {{name: v{n}}}, spec: {{nodeAffinity: {{required: {{nodeSelectorTerms: [{{matchExpressions: [{{key: zone, operator: In, values: [{zone}]}}]}}]}}}}}}}}\n"
        )
    };
    let node = |(n, zone): (usize, &&str)| format!("  - {{kind: Node, metadata: {{name: n{n}, labels: {{zone: {zone}, disk: ssd}}}}}}\n");
    std::iter::once(pod).chain(zones.iter().enumerate().map(volume)).chain(nodes.iter().enumerate().map(node)).collect()
}

#[test]
fn volumes_out_of_reach_of_all_nodes_are_told() {
    let message = |zones: &[&str], nodes: &[&str]| one(ZONES, &zonal(zones, nodes)).matches.first().map(|found| found.message.clone());
    assert_eq!(message(&["b"], &["a", "a"]).as_deref(), Some("v0 of c0 wants zone=b, 2 nodes"));
    assert_eq!(message(&["a", "b"], &["a", "b"]).as_deref(), Some("v0 and v1 of c0 and c1 wants zone=a and also zone=b, 2 nodes"));
    assert_eq!(message(&["a"], &["a", "b"]), None);
    assert_eq!(message(&["a"], &[]), None, "a pod that no node takes is another story");
    assert_eq!(one(ZONES, &format!("{}  - {{not-gathered: Node}}\n", zonal(&["b"], &["a"]))).state, RuleState::Skipped);
}

#[test]
fn choices_that_differ_from_what_was_applied_are_told() {
    let rule = "
match:
  - plan: {kind: MigPlan}
  - lost: {native: volume-settings-changed, with: {plan: plan}}
subject: plan
message: \"{lost.claim}: {lost.was} became {lost.is} ({lost.copy})\"
";
    let plan = |class: &str| {
        format!(
            "  - kind: MigPlan
    metadata:
      name: p
      annotations:
        kubectl.kubernetes.io/last-applied-configuration: '{{\"spec\": {{\"persistentVolumes\": [{{\"pvc\": {{\"namespace\": \"app\", \"name\": \"data\"}}, \"selection\": {{\"action\": \"copy\", \"storageClass\": \"fast\"}}}}]}}}}'
    spec: {{persistentVolumes: [{{pvc: {{namespace: app, name: data}}, selection: {{action: copy, storageClass: {class}}}}}]}}
"
        )
    };
    assert_eq!(one(rule, &plan("slow")).matches[0].message, "app/data: copy fast became copy slow (last-applied)");
    assert_eq!(one(rule, &plan("fast")).state, RuleState::Clear);
}

#[test]
fn a_variant_may_explain_less_than_its_rule() {
    let found = |phase: &str| {
        let rule = "
match:
  - pod: {kind: Pod}
subject: pod
variants:
  - {when: 'pod.status.phase == \"Running\"', explains: []}
explains: [a/b2]
message: x
";
        let pack = super::tests::pack(&[("a/b", rule), ("a/b2", "match:\n  - pod: {kind: Pod}\nsubject: pod\nmessage: y\n")]);
        let pack = pack.unwrap();
        let graph = super::tests::graph(&pack, &format!("  - {{kind: Pod, metadata: {{name: p}}, status: {{phase: {phase}}}}}\n"));
        crate::engine::run(&graph, &pack)[0].matches[0].explains.clone()
    };
    assert_eq!(found("Running"), Vec::<String>::new());
    assert_eq!(found("Failed"), ["a/b2"]);
}

#[test]
fn what_a_description_tells_belongs_to_the_run_it_describes() {
    let rule = "
match:
  - err: {error: restore-item, layer: any, regex: 'no matches for kind \"(?P<api>[^\"]+)\"'}
  - rs:  {kind: Restore, from: err, via: names}
  - text: {kind: Description, from: rs, via: description}
subject: err
message: \"{err.api} missing for {rs.name}, {#text} text, {err.place}\"
";
    let given = "  - {kind: Restore, metadata: {name: r}}
  - {kind: Restore, metadata: {name: other}}
  - {kind: Description, of: Restore, name: r, namespace: openshift-migration, errors: [{scope: namespace, namespace: shop, text: 'error restoring foos.example.com/shop/a: no matches for kind \"Foo\" in version \"example.com/v1\"'}]}
";
    let result = one(rule, given);
    assert_eq!(result.matches[0].message, "Foo missing for r, 1 text, collected");
    assert_eq!(result.matches.len(), 1);
}

#[test]
fn a_missing_description_proves_nothing() {
    let rule = "
match:
  - rs: {kind: Restore}
  - text: {kind: Description, from: rs, via: description}
subject: rs
message: x
";
    assert_ne!(one(rule, "  - {kind: Restore, metadata: {name: r}}\n").state, RuleState::Fired);
}
