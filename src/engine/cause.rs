//! From what fired to why: the chain from an outcome down to its root, or to where the evidence ends.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::attribute::{Relation, Surroundings};
use crate::finding::{Confidence, RuleRole};
use crate::graph::relations::RELATIONS;
use crate::graph::{Graph, ObjectId};
use crate::model::{ClusterId, Component, ObjectRef};
use crate::mtc::PhaseInfo;
use crate::rules::{Lack, Match, Pack, RuleResult, Subject};

/// A link of an explanation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Node {
    /// A finding, by index.
    Found(usize),
    /// A rule that could not be judged for this run.
    Unknown(usize),
}

/// Why a run stands as it does.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// Root findings, best first, with the confidence of the explanation.
    pub(super) roots: Vec<(usize, Confidence)>,
    /// From the outcome down to the root, or to where evidence ends.
    pub(super) chain: Vec<Node>,
    /// What explains what among the findings of the run.
    pub(super) explains: BTreeSet<(usize, usize)>,
    /// What would have to be collected, when there is no root.
    pub(super) lacks: Vec<Lack>,
}

/// Everything that is needed to explain one run.
pub(super) struct Case<'c> {
    pub(super) pack: &'c Pack,
    pub(super) results: &'c [RuleResult],
    pub(super) found: &'c [(usize, Match)],
    pub(super) around: &'c Surroundings,
    pub(super) phase: Option<&'c PhaseInfo>,
    pub(super) related: &'c BTreeMap<usize, Relation>,
    pub(super) keys: &'c [Keys],
}

/// What a finding touches, and what is one relation away from that: two findings are connected where these meet.
#[derive(Debug, Default)]
pub(super) struct Keys {
    touched: BTreeSet<Key>,
    near: BTreeSet<Key>,
}

type Key = (ClusterId, String, Option<String>, String);

/// Relations that join everything with everything and therefore connect nothing.
const HUBS: &[&str] = &["namespace", "settings", "siblings", "agent-set", "controller", "class"];

fn key_of(reference: &ObjectRef) -> Key {
    (reference.cluster, reference.kind.to_string(), reference.namespace.as_deref().map(str::to_owned), reference.name.to_string())
}

impl Keys {
    pub(super) fn of(graph: &Graph, found: &Match) -> Self {
        let mut keys = Self::default();
        for &id in &found.touched {
            keys.touched.insert(key_of(&graph.object(id).reference()));
            keys.add_neighbours(graph, id);
        }
        keys.touched.extend(found.named.iter().map(key_of));
        if let Subject::Named(reference) = &found.subject {
            keys.touched.insert(key_of(reference));
        }
        keys
    }

    fn add_neighbours(&mut self, graph: &Graph, id: ObjectId) {
        for edge in graph.steps(id) {
            if !HUBS.contains(&RELATIONS[edge.relation as usize].name) {
                self.near.insert(key_of(&graph.object(edge.to).reference()));
            }
        }
        for name in ["pod", "claim", "mounts", "agent", "node", "location", "storage"] {
            for missing in graph.related(id, name).missing {
                let cluster = missing.cluster.unwrap_or(graph.object(id).cluster);
                self.near.insert((cluster, missing.kind.to_string(), missing.namespace.as_deref().map(str::to_owned), missing.name.to_string()));
            }
        }
    }

    /// Whether everything that the other touches is touched here or one relation away.
    pub(super) fn surrounds(&self, other: &Self) -> bool {
        other.touched.iter().all(|key| self.touched.contains(key) || self.near.contains(key))
    }

    fn meets(&self, other: &Self) -> bool {
        !self.touched.is_disjoint(&other.touched) || !self.near.is_disjoint(&other.touched) || !self.touched.is_disjoint(&other.near)
    }
}

impl Case<'_> {
    /// Explains the run.
    pub(super) fn explain(&self) -> Verdict {
        let mut verdict = Verdict::default();
        let outcomes: Vec<usize> = self.own().filter(|&index| self.found[index].1.role == RuleRole::Outcome).collect();
        let Some(&outcome) = outcomes.iter().max_by_key(|&&index| (self.found[index].1.severity, std::cmp::Reverse(index))) else {
            return verdict;
        };
        let below = self.descend(outcome);
        for (&node, &(above, _)) in &below.parents {
            if let (Node::Found(one), Some(Node::Found(other))) = (node, above) {
                verdict.explains.insert((one, other));
            }
        }
        for &index in self.related.keys() {
            for &other in self.related.keys() {
                if self.explains_directly(Node::Found(index), Node::Found(other)) {
                    verdict.explains.insert((index, other));
                }
            }
        }
        verdict.roots = self.roots(&below);
        let end = match verdict.roots.first() {
            Some(&(root, _)) => Some(Node::Found(root)),
            None => Some(Self::deepest(&below, outcome)),
        };
        if let Some(end) = end {
            verdict.chain = self.longest_chain(Node::Found(outcome), end, &below);
        }
        if verdict.roots.is_empty() {
            verdict.lacks = self.lacks(&mut verdict.chain);
        }
        verdict
    }

    /// Findings that may take part in an explanation of the run.
    fn own(&self) -> impl Iterator<Item = usize> + '_ {
        self.related.iter().filter(|(_, relation)| **relation != Relation::Near).map(|(&index, _)| index)
    }

    /// Breadth first from the outcome along `explained by`; a rule that was evaluated and did not hold cuts the path, an unknown one
    /// bridges it.
    fn descend(&self, outcome: usize) -> Below {
        let mut below = Below { parents: BTreeMap::from([(Node::Found(outcome), (None, 0))]) };
        let mut queue = VecDeque::from([Node::Found(outcome)]);
        while let Some(node) = queue.pop_front() {
            let bridges = below.parents[&node].1;
            for next in self.explainers(node) {
                let cost = bridges + usize::from(matches!(next, Node::Unknown(_)));
                let better = below.parents.get(&next).is_none_or(|(_, known)| cost < *known);
                if better && !below.is_above(next, node) {
                    below.parents.insert(next, (Some(node), cost));
                    queue.push_back(next);
                }
            }
        }
        below
    }

    fn rule_of(&self, node: Node) -> usize {
        match node {
            Node::Found(index) => self.found[index].0,
            Node::Unknown(rule) => rule,
        }
    }

    fn explainers(&self, node: Node) -> Vec<Node> {
        let effect = self.rule_of(node);
        let mut next = Vec::new();
        let mut unknown = Vec::new();
        for (rule, info) in self.pack.rules.iter().enumerate() {
            if !info.explains.iter().any(|id| *id == self.pack.rules[effect].id) {
                continue;
            }
            let fired: Vec<usize> = self.own().filter(|&index| self.found[index].0 == rule).collect();
            let says_so = |index: &usize| self.found[*index].1.explains.contains(&self.pack.rules[effect].id);
            next.extend(fired.iter().copied().filter(says_so).map(Node::Found).filter(|&cause| self.connected(cause, node)));
            if fired.is_empty() && self.is_unknown(rule) {
                unknown.push((!self.begins_with_the_run(rule), Node::Unknown(rule)));
            }
        }
        // A rule that got as far as an object of this run before it lacked something tells more than one that never began.
        unknown.sort();
        next.extend(unknown.into_iter().map(|(_, node)| node));
        next
    }

    fn begins_with_the_run(&self, rule: usize) -> bool {
        self.results[rule].pending.iter().any(|row| row.touched.iter().any(|id| self.around.own.contains(id)))
    }

    fn explains_directly(&self, cause: Node, effect: Node) -> bool {
        let effect_id = &self.pack.rules[self.rule_of(effect)].id;
        let explains = match cause {
            Node::Found(index) => &self.found[index].1.explains,
            Node::Unknown(rule) => &self.pack.rules[rule].explains,
        };
        cause != effect && explains.contains(effect_id) && self.connected(cause, effect)
    }

    /// Across an unknown rule nothing can be checked: the objects that would join the two were not gathered.
    fn connected(&self, a: Node, b: Node) -> bool {
        match (a, b) {
            (Node::Found(a), Node::Found(b)) => self.keys[a].meets(&self.keys[b]),
            _ => true,
        }
    }

    /// Whether a rule could not be judged for this run: it has a row stuck on an object of the run, or could not even begin on one of
    /// the run's clusters.
    fn is_unknown(&self, rule: usize) -> bool {
        self.stuck_rows(rule).next().is_some()
    }

    fn stuck_rows(&self, rule: usize) -> impl Iterator<Item = &Lack> + '_ {
        let here = |lack: &Lack| lack.cluster.is_none_or(|cluster| self.around.clusters.contains(&cluster)) && concerns(self.phase, &lack.kind);
        self.results[rule]
            .pending
            .iter()
            .filter(move |row| if row.touched.is_empty() { here(&row.lack) } else { row.touched.iter().any(|id| self.around.own.contains(id)) })
            .map(|row| &row.lack)
    }

    /// Candidates at the head of a path: nothing that fired explains them. Confidence falls a step for each bridge.
    fn roots(&self, below: &Below) -> Vec<(usize, Confidence)> {
        let is_candidate = |index: usize| match self.found[index].1.role {
            RuleRole::Cause | RuleRole::Config => true,
            // What a run leaves behind may stop a later one, never itself.
            RuleRole::State => !self.found[index].1.touched.iter().any(|id| self.around.made.contains(id)),
            _ => false,
        };
        // Beside a way that evidence alone makes, one across rules that could not be judged is a guess.
        let is_certain =
            |(node, (_, bridges)): (&Node, &(Option<Node>, usize))| matches!(node, Node::Found(index) if is_candidate(*index) && *bridges == 0);
        let certain = below.parents.iter().any(is_certain);
        let mut roots: Vec<(usize, Confidence)> = Vec::new();
        for (&node, &(_, bridges)) in &below.parents {
            let Node::Found(index) = node else { continue };
            if !is_candidate(index) || (certain && bridges > 0) {
                continue;
            }
            let explained = self
                .own()
                .any(|other| other != index && is_candidate(other) && below.parents.contains_key(&Node::Found(other)) && self.reaches(other, index));
            if explained {
                continue;
            }
            let found = &self.found[index].1;
            let mut confidence = found.confidence;
            if self.related.get(&index) == Some(&Relation::Used) {
                confidence = confidence.min(Confidence::Medium);
            }
            for _ in 0..bridges {
                confidence = confidence.lower();
            }
            roots.push((index, confidence));
        }
        let rank = |(index, confidence): &(usize, Confidence)| {
            let (rule, found) = &self.found[*index];
            let own = self.related.get(index) == Some(&Relation::Own);
            (!own, !found.still_holds, std::cmp::Reverse(*confidence), std::cmp::Reverse(found.severity), self.pack.rules[*rule].id.clone(), *index)
        };
        roots.sort_by_key(rank);
        self.drop_weaker(&mut roots);
        roots
    }

    /// A root that reaches the outcome only across unknown rules does not stand beside one that is joined by evidence.
    fn drop_weaker(&self, roots: &mut Vec<(usize, Confidence)>) {
        let certain = roots.iter().any(|(index, _)| self.related.get(index) == Some(&Relation::Own));
        if certain {
            roots.retain(|(index, confidence)| self.related.get(index) == Some(&Relation::Own) || *confidence > Confidence::Low);
        }
    }

    /// Whether one finding explains another, in any number of steps.
    fn reaches(&self, cause: usize, effect: usize) -> bool {
        let mut seen = BTreeSet::from([effect]);
        let mut queue = vec![Node::Found(effect)];
        while let Some(node) = queue.pop() {
            for next in self.explainers(node) {
                let Node::Found(index) = next else { continue };
                if index == cause {
                    return true;
                }
                if seen.insert(index) {
                    queue.push(next);
                }
            }
        }
        false
    }

    /// The longest way from the outcome down to `end` with the fewest unknown rules on it: every symptom in between is worth a line.
    fn longest_chain(&self, outcome: Node, end: Node, below: &Below) -> Vec<Node> {
        let mut best = below.chain_to(end);
        let bridges = |chain: &[Node]| chain.iter().filter(|node| matches!(node, Node::Unknown(_))).count();
        let mut fewest = (bridges(&best), std::cmp::Reverse(best.len()));
        let mut path = vec![outcome];
        let mut budget = 10_000_u32;
        self.extend_chain(&mut path, end, &mut budget, &mut |chain| {
            let rank = (bridges(chain), std::cmp::Reverse(chain.len()));
            if rank < fewest {
                fewest = rank;
                best = chain.to_vec();
            }
        });
        best
    }

    fn extend_chain(&self, path: &mut Vec<Node>, end: Node, budget: &mut u32, see: &mut dyn FnMut(&[Node])) {
        let Some(&at) = path.last() else { return };
        if at == end {
            see(path);
            return;
        }
        for next in self.explainers(at) {
            if *budget == 0 {
                return;
            }
            *budget -= 1;
            if path.contains(&next) {
                continue;
            }
            path.push(next);
            self.extend_chain(path, end, budget, see);
            path.pop();
        }
    }

    /// The symptom farthest from the outcome that evidence alone reaches.
    fn deepest(below: &Below, outcome: usize) -> Node {
        let certain = below.parents.iter().filter(|(node, (_, bridges))| matches!(node, Node::Found(_)) && *bridges == 0);
        certain.map(|(&node, _)| (below.depth(node), std::cmp::Reverse(node), node)).max().map_or(Node::Found(outcome), |(_, _, node)| node)
    }

    /// What the unknown rules lack from which the end of the chain could be explained. The first of them is printed as a link.
    fn lacks(&self, chain: &mut Vec<Node>) -> Vec<Lack> {
        let Some(&end) = chain.last() else { return Vec::new() };
        let mut unknown: Vec<usize> = Vec::new();
        let mut queue = VecDeque::from([end]);
        let mut seen = BTreeSet::from([end]);
        while let Some(node) = queue.pop_front() {
            for next in self.explainers(node) {
                if !seen.insert(next) {
                    continue;
                }
                if let Node::Unknown(rule) = next {
                    unknown.push(rule);
                }
                queue.push_back(next);
            }
        }
        if let Some(&first) = unknown.first() {
            chain.push(Node::Unknown(first));
        }
        let mut lacks: Vec<Lack> = unknown.iter().flat_map(|&rule| self.stuck_rows(rule).cloned()).collect();
        lacks.sort();
        lacks.dedup();
        lacks
    }
}

/// Whether a kind, or the log of a component, can tell anything about the phase that failed or waits.
fn concerns(phase: Option<&PhaseInfo>, kind: &str) -> bool {
    let Some(phase) = phase else { return true };
    if let Some(component) = Component::parse(kind) {
        return phase.components.contains(&component);
    }
    let waits = |wanted: &str| phase.waits_for.iter().any(|(kind, _)| *kind == wanted);
    match kind {
        "Event" | "Node" | "DaemonSet" | "PersistentVolume" | "PersistentVolumeClaim" | "Container" => waits("Pod") || waits("DirectVolumeMigration"),
        "PodVolumeBackup" => waits("Backup"),
        "PodVolumeRestore" => waits("Restore"),
        _ => waits(kind) || phase.waits_for.is_empty() && matches!(kind, "MigMigration" | "MigPlan"),
    }
}

/// The part of the rule graph below an outcome: for each node the one above it and how many unknown rules lie between.
#[derive(Debug)]
struct Below {
    parents: BTreeMap<Node, (Option<Node>, usize)>,
}

impl Below {
    fn chain_to(&self, end: Node) -> Vec<Node> {
        let mut chain = vec![end];
        let mut at = end;
        while let Some((Some(above), _)) = self.parents.get(&at) {
            if chain.len() > self.parents.len() {
                break;
            }
            chain.push(*above);
            at = *above;
        }
        chain.reverse();
        chain
    }

    fn depth(&self, node: Node) -> usize {
        self.chain_to(node).len()
    }

    /// Whether `node` lies between the outcome and `at`, so that going there again would be a circle.
    fn is_above(&self, node: Node, at: Node) -> bool {
        self.chain_to(at).contains(&node)
    }
}
