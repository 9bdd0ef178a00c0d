use crate::engine::{CaseRunner, Verdict, explain, run};
use crate::finding::{Confidence, RuleState};
use crate::graph::Graph;
use crate::rules::{Pack, PackErrors, RuleResult, RuleText, Subject};

const TESTS: &str = "
tests:
  - {name: fires, given: [{kind: Pod, metadata: {name: a}}], expect: [{on: Pod openshift-migration/a}]}
  - {name: silent, expect: nothing}
";

pub(super) fn pack(rules: &[(&str, &str)]) -> Result<Pack, PackErrors> {
    let text = |(id, body): &(&str, &str)| {
        let head = "title: A rule\nseverity: error\nrole: outcome\nconfidence: high\nremediation: Do it.\n";
        let text = if body.contains("title:") { (*body).to_owned() } else { format!("{head}{body}{TESTS}") };
        RuleText { id: (*id).to_owned(), file: format!("{id}.yaml"), text }
    };
    Pack::from_layers(vec![rules.iter().map(text).collect()])
}

pub(super) fn graph(pack: &Pack, given: &str) -> Graph {
    let case = serde_yaml::from_str(&format!("name: x\nexpect: nothing\ngiven:\n{given}")).unwrap();
    CaseRunner::new(pack).unwrap().graph(&case).unwrap()
}

pub(super) fn one(body: &str, given: &str) -> RuleResult {
    let pack = pack(&[("a/b", body)]).map_err(|errors| errors.rules.iter().map(ToString::to_string).collect::<Vec<_>>()).unwrap();
    run(&graph(&pack, given), &pack).remove(0)
}

fn pods(count: usize) -> String {
    (0..count).fold(String::new(), |all, n| format!("{all}  - {{kind: Pod, metadata: {{name: p{n}}}, status: {{phase: Pending}}}}\n"))
}

const PENDING_POD: &str = "
match:
  - pod: {kind: Pod, where: 'status.phase == \"Pending\"'}
  - node: {kind: Node, from: pod, via: node, optional: true}
  - where: 'node == null || node.spec.unschedulable == true'
subject: pod
message: \"{pod.name} on {node.name|'no node'}\"
";

#[test]
fn an_optional_clause_that_could_not_be_decided_makes_its_where_unknown() {
    let pod = "  - {kind: Pod, metadata: {name: p, namespace: app}, spec: {nodeName: n1}, status: {phase: Pending}}\n";
    let gone = one(PENDING_POD, pod);
    assert_eq!((gone.state, gone.matches[0].message.as_str()), (RuleState::Fired, "p on no node"));
    let unknown = one(PENDING_POD, &format!("{pod}  - {{not-gathered: Node}}\n"));
    assert_eq!(unknown.state, RuleState::Skipped);
    assert_eq!(unknown.pending[0].lack.kind, "Node");
    assert_eq!(unknown.pending[0].touched.len(), 1);
    let there = one(PENDING_POD, &format!("{pod}  - {{kind: Node, metadata: {{name: n1}}}}\n"));
    assert_eq!(there.state, RuleState::Clear);
}

#[test]
fn absence_needs_coverage_and_an_empty_reference_proves_nothing() {
    let rule = "
match:
  - job: {kind: PodVolumeBackup}
  - absent: {kind: Pod, from: job, via: agent}
subject: job
message: no agent
";
    let job = |node: &str| format!("  - {{kind: PodVolumeBackup, metadata: {{name: b}}, spec: {{{node}}}}}\n");
    assert_eq!(one(rule, &job("node: n1")).state, RuleState::Fired);
    assert_eq!(one(rule, &job("")).state, RuleState::Clear);
    assert_eq!(one(rule, &format!("{}  - {{not-gathered: Pod}}\n", job("node: n1"))).state, RuleState::Skipped);
}

#[test]
fn a_suspect_or_missing_cluster_makes_absence_unknown() {
    let given = "  - {kind: Pod, metadata: {name: p}, status: {phase: Running}}\n  - {not-gathered: cluster, cluster: t}\n";
    let result = one(PENDING_POD, given);
    assert_eq!(result.state, RuleState::Skipped);
    assert_eq!(result.pending[0].lack.reason, "cluster t was not gathered");
}

#[test]
fn an_undecided_trap_keeps_the_row_and_costs_one_step_of_confidence() {
    let rule = "
match:
  - pod: {kind: Pod}
not:
  - - ok: {event: Scheduled, of: pod}
subject: pod
message: stuck
";
    let pod = "  - {kind: Pod, metadata: {name: p}}\n";
    assert_eq!(one(rule, pod).matches[0].confidence, Confidence::High);
    let doubtful = one(rule, &format!("{pod}  - {{not-gathered: Event}}\n"));
    assert_eq!(doubtful.matches[0].confidence, Confidence::Medium);
    assert_eq!(doubtful.matches[0].untested, ["Event objects were not collected"]);
    let refuted = one(rule, &format!("{pod}  - {{event: Scheduled, of: Pod openshift-migration/p}}\n"));
    assert_eq!(refuted.state, RuleState::Clear);
}

#[test]
fn a_later_false_clause_ends_a_pending_row_quietly() {
    let rule = "
match:
  - pod: {kind: Pod}
  - line: {log: velero, regex: 'no such thing'}
subject: line
message: x
";
    assert_eq!(one(rule, "  - {not-gathered: Pod}\n").state, RuleState::Clear);
    assert_eq!(one(rule, "  - {not-gathered: Pod}\n  - {log: velero, lines: ['this is no such thing']}\n").state, RuleState::Skipped);
}

#[test]
fn lists_are_tested_as_a_whole_and_count_in_messages() {
    let rule = "
match:
  - bk: {kind: Backup}
  - open: {kind: PodVolumeBackup, from: bk, via: volume-backups, many: true, having: 'open.size() > 1 && open.all(p, p.status.phase == \"New\")'}
subject: bk
message: '{#open} open: {open.name*}'
";
    let job = |name: &str, phase: &str| {
        format!("  - {{kind: PodVolumeBackup, metadata: {{name: {name}, labels: {{velero.io/backup-name: b}}}}, status: {{phase: {phase}}}}}\n")
    };
    let backup = "  - {kind: Backup, metadata: {name: b}}\n";
    let fired = one(rule, &format!("{backup}{}{}", job("x", "New"), job("y", "New")));
    assert_eq!(fired.matches[0].message, "2 open: x, y");
    assert_eq!(one(rule, &format!("{backup}{}{}", job("x", "New"), job("y", "Done"))).state, RuleState::Clear);
}

#[test]
fn grouping_by_cluster_makes_one_finding_of_many_objects() {
    let rule = "
match:
  - pod: {kind: Pod, where: 'status.phase == \"Pending\"'}
subject: cluster
group_by: [cluster]
message: '{#pod} pods wait: {pod.name*}'
";
    let given: String = pods(5);
    let found = one(rule, &given).matches.remove(0);
    assert_eq!(found.message, "5 pods wait: p0, p1, p2 and 2 more");
    assert!(matches!(found.subject, Subject::Cluster(_)));
    assert_eq!((found.instances.len(), found.touched.len(), found.count), (5, 5, 5));
}

#[test]
fn a_rule_that_is_too_broad_is_reported_and_does_not_run_away() {
    let rule = "
match:
  - a: {kind: Pod}
  - b: {kind: Pod}
  - c: {kind: Pod}
subject: a
message: x
";
    let given: String = pods(60);
    let result = one(rule, &given);
    assert!(result.errors.iter().any(|error| error.contains("too broad")), "{:?}", result.errors);
}

#[test]
fn a_rule_whose_expression_never_has_a_value_is_errored() {
    let rule = "
match:
  - pod: {kind: Pod, where: 'metadata.name > 3'}
subject: pod
message: x
";
    let result = one(rule, "  - {kind: Pod, metadata: {name: p}}\n");
    assert_eq!(result.state, RuleState::Errored);
    assert!(result.errors[0].contains("metadata.name (string) cannot be ordered against 3 (number)"), "{:?}", result.errors);
    let hole =
        one("\nmatch:\n  - pod: {kind: Pod, where: 'status.restarts > 3'}\nsubject: pod\nmessage: x\n", "  - {kind: Pod, metadata: {name: p}}\n");
    assert_eq!(hole.state, RuleState::Clear, "a hole in the evidence is no mistake of the rule");
}

#[test]
fn an_explanation_names_the_candidate_and_the_part_that_was_false() {
    let pack = pack(&[("a/b", PENDING_POD)]).unwrap();
    let graph = graph(&pack, "  - {kind: Pod, metadata: {name: p}, status: {phase: Running}}\n");
    let (_, trace) = explain(&graph, &pack, 0);
    assert_eq!((trace.clauses[0].tried, trace.clauses[0].passed, trace.clauses[0].failed), (1, 0, 1));
    assert_eq!(trace.clauses[0].nearest, ["Pod openshift-migration/p: status.phase == \"Pending\" is false"]);
}

#[test]
fn a_selector_that_no_node_meets_is_found_and_needs_the_nodes() {
    let rule = "
match:
  - pod: {kind: Pod}
  - nsel: {native: node-selector-unsatisfiable, with: {pod: pod}}
subject: pod
message: 'no node has {nsel.label} ({nsel.origin})'
";
    let pod = "  - {kind: Pod, metadata: {name: p}, spec: {nodeSelector: {disk: ssd, zone: a}}}\n";
    let node = |labels: &str| format!("  - {{kind: Node, metadata: {{name: n, labels: {{{labels}}}}}}}\n");
    assert_eq!(one(rule, &format!("{pod}{}", node("zone: a"))).matches[0].message, "no node has disk=ssd (nodeSelector)");
    assert_eq!(one(rule, &format!("{pod}{}", node("zone: a, disk: ssd"))).state, RuleState::Clear);
    assert_eq!(one(rule, &format!("{pod}  - {{not-gathered: Node}}\n")).state, RuleState::Skipped);
}

#[test]
fn mistakes_in_a_file_are_told_with_their_place_and_the_nearest_word() {
    let body = |clause: &str| format!("\nmatch:\n  - pod: {clause}\nsubject: pod\nmessage: '{{pod.name}}'\n");
    for (clause, says, help, marks) in [
        ("{kind: Pod, wher: 'true'}", "unknown field `wher`", "where", "wher"),
        ("{kind: Podd}", "unknown kind `Podd`", "Pod", "Podd"),
        ("{log: velerro, regex: 'some text'}", "unknown component `velerro`", "velero", "velerro"),
        ("{error: volume-dta, regex: 'some text'}", "unknown error family `volume-dta`", "volume-data", "volume-dta"),
        ("{kind: Pod, where: 'pood.name == \"a\"'}", "`pood` is not bound above", "pod", "pood"),
        ("{kind: Pod, where: 'strr(pod.name) == \"a\"'}", "unknown function `strr`", "str", "strr"),
    ] {
        let text = body(clause);
        let errors = pack(&[("a/b", &text)]).unwrap_err().rules;
        let error = &errors[0];
        assert!(error.text.contains(says), "{clause}: {}", error.text);
        assert_eq!(error.help.as_deref(), Some(format!("did you mean `{help}`?").as_str()), "{clause}");
        let at = error.at.unwrap();
        assert_eq!(&error.source_code.inner()[at.offset()..at.offset() + at.len()], marks, "{clause}");
    }
    for (clause, says) in [
        ("{kind: Pod, event: Failed}", "exactly one of"),
        ("{log: velero, regex: 'a.b'}", "fixed text"),
        ("{kind: Pod, of: pod}", "`of` has no meaning on `kind`"),
        ("{kind: Pod, namespace: '{pod.x}'}", "`pod` is not bound above"),
    ] {
        let errors = pack(&[("a/b", &body(clause))]).unwrap_err().rules;
        assert!(errors.iter().any(|error| error.text.contains(says)), "{clause}: {errors:?}");
    }
}

#[test]
fn explains_must_exist_end_in_an_outcome_and_never_turn_round() {
    let rule = |role: &str, explains: &str| {
        format!(
            "title: A rule\nseverity: error\nrole: {role}\nconfidence: high\nremediation: Do it.\nexplains: [{explains}]\nmatch:\n  - pod: {{kind: Pod}}\nsubject: pod\nmessage: x\n{TESTS}"
        )
    };
    let texts = |rules: &[(&str, &str)]| pack(rules).unwrap_err().rules.into_iter().map(|error| error.text).collect::<Vec<_>>();
    let (outcome, cause) = (rule("outcome", ""), rule("cause", "a/out"));
    assert!(pack(&[("a/out", &outcome), ("a/why", &cause)]).is_ok());
    assert_eq!(texts(&[("a/out", &outcome), ("a/why", &rule("cause", "a/owt"))])[0], "explains `a/owt`, which does not exist");
    assert_eq!(texts(&[("a/why", &rule("cause", ""))]), ["a cause that explains no outcome, on no path"]);
    assert!(texts(&[("a/x", &rule("symptom", "a/y")), ("a/y", &rule("symptom", "a/x"))])[0].starts_with("explains itself"));
}

#[test]
fn a_layer_replaces_a_rule_only_when_it_says_so() {
    let text = |extra: &str| RuleText {
        id: "a/b".to_owned(),
        file: "a/b.yaml".to_owned(),
        text: format!(
            "title: A rule\n{extra}severity: error\nrole: outcome\nconfidence: high\nremediation: Do it.\nmatch:\n  - pod: {{kind: Pod}}\nsubject: pod\nmessage: x\n{TESTS}"
        ),
    };
    assert!(Pack::from_layers(vec![vec![text("")], vec![text("override: true\n")]]).is_ok());
    assert!(Pack::from_layers(vec![vec![text("")], vec![text("")]]).is_err());
    assert!(Pack::from_layers(vec![vec![text("override: true\n")]]).is_err());
}

#[test]
fn the_pack_of_this_program_is_sound_and_its_order_is_fixed() {
    let pack = Pack::built_in().unwrap();
    assert!(pack.rules.is_sorted_by_key(|rule| rule.id.as_str()));
    assert_eq!(pack.find(&pack.rules[3].id), Some(3));
    assert_eq!(pack.digest.len(), 12);
    assert!(pack.kinds().contains("PodVolumeBackup") && !pack.kinds().contains("Gap"));
    assert_eq!(pack.digest, Pack::built_in().unwrap().digest);
}

#[test]
fn a_failing_case_tells_the_difference() {
    let pack = pack(&[("a/b", PENDING_POD)]).unwrap();
    let runner = CaseRunner::new(&pack).unwrap();
    let Verdict::Failed(text) = runner.run(0, &pack.rules[0].tests()[0]) else { panic!("the case expects what does not hold") };
    assert!(text.starts_with("expected a finding on Pod openshift-migration/a, got clear"), "{text}");
    assert!(text.contains("status.phase == \"Pending\" is false"), "{text}");
}
