//! The derived kinds `Phase` and `LogWindow`: when a run was where, and whether the logs reach back to it.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::json;

use super::{MOST, Origin, object};
use crate::graph::tape::Value;
use crate::graph::{Graph, Log, Object, ObjectId, Role, Stream};
use crate::model::{ClusterId, Component, Place, Span, Timestamp};
use crate::mtc::derive::moment;
use crate::mtc::pods::statuses;
use crate::mtc::run::StepState;
use crate::mtc::volumes::own;
use crate::mtc::{Answer, PodRole, Run, pod_role};

/// Clocks and the first poll of a program differ by that much.
const SLACK: Span = Span::from_secs(60);

/// A program that writes all the time and is silent for so long had its log cut.
const SILENT: Span = Span::from_secs(600);

/// One object for each step of the pipeline of each run, under its last phase.
pub(super) fn phases(graph: &Graph, runs: &[Run]) -> Vec<Object> {
    let mut made = Vec::new();
    for run in runs {
        let holder = graph.object(run.id);
        let items = holder.field("status.pipeline").into_iter().flat_map(Value::items);
        for (step, item) in run.pipeline.iter().zip(items) {
            if made.len() >= MOST {
                return made;
            }
            if step.state == StepState::Pending {
                continue;
            }
            let fields = json!({
                "run": &*run.name,
                "run_namespace": &*run.namespace,
                "run_uid": run.uid.as_str(),
                "step": step.name,
                "name": step.phase,
                "from": moment(step.started),
                "to": moment(step.ended),
                "state": step.state.as_str(),
            });
            made.push(object("Phase", holder.cluster, &format!("{}/{}", run.name, step.name), fields, &Origin::Field(holder, Some(item))));
        }
    }
    made
}

/// What one program had to do for a run on one cluster, and when.
struct Need {
    component: Component,
    cluster: ClusterId,
    from: Timestamp,
    to: Option<Timestamp>,
}

/// One object for each program that a run needed on a cluster that was gathered.
pub(super) fn windows(graph: &Graph, runs: &[Run]) -> Vec<Object> {
    let mut made = Vec::new();
    let programs = Programs::of(graph);
    for run in runs {
        for need in needs(graph, run) {
            if made.len() >= MOST {
                return made;
            }
            if graph.cluster(need.cluster).gathered {
                made.push(window(graph, &programs, run, &need));
            }
        }
    }
    made
}

/// The controller for the whole run; Velero and its agents only from the time of their first object on that side, so that the log of
/// the target is not asked for before there was anything to restore.
fn needs(graph: &Graph, run: &Run) -> Vec<Need> {
    let mut all = Vec::new();
    let Some(started) = run.started else { return all };
    all.push(Need { component: Component::MigController, cluster: graph.object(run.id).cluster, from: started, to: run.ended });
    let (source, target) = graph.plan_clusters(run.id);
    for (side, parents, children) in [(source, "backups", "volume-backups"), (target, "restores", "volume-restores")] {
        let Some(cluster) = side else { continue };
        let mut parents = own(graph, run.id, parents);
        parents.retain(|&id| graph.object(id).cluster == cluster);
        let jobs: Vec<ObjectId> = parents.iter().flat_map(|&id| graph.related(id, children).targets).collect();
        for (component, objects) in [(Component::Velero, &parents), (Component::NodeAgent, &jobs)] {
            let begun = objects.iter().filter_map(|&id| began(graph.object(id))).min();
            let ends: Option<Vec<Timestamp>> = objects.iter().map(|&id| graph.object(id).time("status.completionTimestamp")).collect();
            let Some(from) = begun else { continue };
            all.push(Need { component, cluster, from, to: ends.and_then(|ends| ends.into_iter().max()).or(run.ended) });
        }
    }
    all
}

fn began(object: &Object) -> Option<Timestamp> {
    object.time("status.startTimestamp").or(object.created)
}

fn window(graph: &Graph, programs: &Programs<'_>, run: &Run, need: &Need) -> Object {
    let known = graph.coverage.windows.get(&(need.cluster, need.component));
    let (first, last) = known.map_or((None, None), |window| (window.first, window.last));
    let until = need.to.or(graph.cluster(need.cluster).now);
    let is_after = |time: Option<Timestamp>, limit: Option<Timestamp>| matches!((time, limit), (Some(time), Some(limit)) if time > limit);
    let missing = if known.is_none() || is_after(first, until) {
        "all"
    } else if is_after(first, Some(need.from.plus(SLACK))) {
        "head"
    } else if need.component != Component::NodeAgent && is_after(until, last.map(|last| last.plus(SILENT))) {
        "tail"
    } else {
        "none"
    };
    let fields = json!({
        "run": &*run.name,
        "run_namespace": &*run.namespace,
        "run_uid": run.uid.as_str(),
        "component": need.component.as_str(),
        "role": role(graph, run, need.cluster),
        "needed_from": moment(Some(need.from)),
        "needed_to": moment(until),
        "first": moment(first),
        "last": moment(last),
        "missing": missing,
        "previous_lost": programs.previous_lost(need).as_str(),
    });
    let log = programs.earliest.get(&(need.cluster, need.component));
    let file = log.map(|log| Place { input: log.input, path: log.path.clone(), line: 0 });
    let origin = file.map_or(Origin::Nowhere, Origin::File);
    object("LogWindow", need.cluster, &format!("{}/{}", run.name, need.component), fields, &origin)
}

fn role(graph: &Graph, run: &Run, cluster: ClusterId) -> &'static str {
    let (source, target) = graph.plan_clusters(run.id);
    match cluster {
        at if Some(at) == source => Role::Source.as_str(),
        at if Some(at) == target => Role::Target.as_str(),
        _ => Role::Host.as_str(),
    }
}

/// The programs of all clusters, looked up once: a case may hold hundreds of runs and thousands of pods and logs.
#[derive(Default)]
struct Programs<'g> {
    /// The canonical log that begins first.
    earliest: BTreeMap<(ClusterId, Component), &'g Log>,
    /// Deaths of containers of which no log was kept; an empty list for a program whose pods are here and did not die so.
    lost: BTreeMap<(ClusterId, Component), Vec<Timestamp>>,
}

impl<'g> Programs<'g> {
    fn of(graph: &'g Graph) -> Self {
        let mut programs = Self::default();
        for log in graph.logs.iter().filter(|log| log.canonical) {
            let first = programs.earliest.entry((log.cluster, log.component)).or_insert(log);
            if (log.first.is_none(), log.first) < (first.first.is_none(), first.first) {
                *first = log;
            }
        }
        let kept: BTreeSet<(ClusterId, &str, Option<&str>)> = graph
            .logs
            .iter()
            .filter(|log| log.stream == Stream::Previous)
            .filter_map(|log| Some((log.cluster, log.pod.as_deref()?, log.container.as_deref())))
            .collect();
        for pod in graph.of_kind("Pod").map(|id| graph.object(id)) {
            let component = match pod_role(pod) {
                PodRole::Controller => Component::MigController,
                PodRole::Velero => Component::Velero,
                PodRole::NodeAgent => Component::NodeAgent,
                _ => continue,
            };
            let lost = programs.lost.entry((pod.cluster, component)).or_default();
            for (_, status) in statuses(pod) {
                let restarted = status.get("restartCount").and_then(Value::as_i64).unwrap_or(0) > 0;
                let died = status.path("lastState.terminated.finishedAt").and_then(Value::text).and_then(|text| Timestamp::parse(&text));
                let name = status.get("name").and_then(Value::text);
                let is_kept = kept.contains(&(pod.cluster, &*pod.name, None)) || kept.contains(&(pod.cluster, &*pod.name, name.as_deref()));
                lost.extend(died.filter(|_| restarted && !is_kept));
            }
        }
        programs
    }

    /// Whether an earlier instance of the program worked for the run and left no log.
    fn previous_lost(&self, need: &Need) -> Answer {
        let Some(lost) = self.lost.get(&(need.cluster, need.component)) else { return Answer::Unknown };
        Answer::of(lost.iter().any(|&died| died >= need.from && need.to.is_none_or(|to| died <= to.plus(SILENT))))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::graph::LogWindow;
    use crate::mtc::run::migrations;
    use crate::mtc::testing::Case;

    fn case() -> Case {
        let mut case = Case::new(2);
        case.add(
            0,
            json!({"kind": "MigCluster", "metadata": {"name": "cluster-0", "namespace": "openshift-migration"}, "spec": {"isHostCluster": true}}),
        );
        case.add(
            0,
            json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": "openshift-migration"},
            "spec": {"srcMigClusterRef": {"name": "cluster-1"}, "destMigClusterRef": {"name": "cluster-0"}}}),
        );
        case.add(
            0,
            json!({"kind": "MigMigration", "metadata": {"name": "m", "namespace": "openshift-migration", "uid": "m1"},
            "spec": {"migPlanRef": {"name": "p", "namespace": "openshift-migration"}},
            "status": {"startTimestamp": "2026-02-03T10:00:00Z",
                "pipeline": [{"name": "Prepare", "phase": "StartRefresh", "started": "2026-02-03T10:00:00Z", "completed": "2026-02-03T10:01:00Z"},
                             {"name": "Backup"}],
                "conditions": [{"type": "Failed", "status": "True", "reason": "StageBackupCreated", "lastTransitionTime": "2026-02-03T11:00:00Z"}]}}),
        );
        case.add(
            1,
            json!({"kind": "Backup", "metadata": {"name": "m-stage-abcde", "namespace": "openshift-migration", "uid": "b1",
                "labels": {"migmigration": "m1"}, "creationTimestamp": "2026-02-03T10:30:00Z"}}),
        );
        case
    }

    fn cover(case: &mut Case, cluster: u32, component: Component, first: &str, last: &str) {
        let window = LogWindow { first: Timestamp::parse(first), last: Timestamp::parse(last) };
        case.builder.coverage.windows.insert((ClusterId(cluster), component), window);
    }

    fn missing(case: Case) -> Vec<(String, String)> {
        let graph = case.freeze();
        let made = windows(&graph, &migrations(&graph));
        made.iter().map(|one| (one.text("component").unwrap().into_owned(), one.text("missing").unwrap().into_owned())).collect()
    }

    #[test]
    fn a_log_is_needed_from_the_first_object_of_its_program() {
        let mut case = case();
        cover(&mut case, 0, Component::MigController, "2026-02-03T09:00:00Z", "2026-02-03T12:00:00Z");
        cover(&mut case, 1, Component::Velero, "2026-02-03T10:20:00Z", "2026-02-03T12:00:00Z");
        // Nothing was restored yet, so the log of the target is not asked for.
        assert_eq!(missing(case), [("mig-controller".into(), "none".into()), ("velero".into(), "none".into())]);
    }

    #[test]
    fn each_way_to_miss_a_part_has_its_word() {
        let mut case = case();
        cover(&mut case, 0, Component::MigController, "2026-02-03T10:10:00Z", "2026-02-03T12:00:00Z");
        cover(&mut case, 1, Component::Velero, "2026-02-03T10:20:00Z", "2026-02-03T10:40:00Z");
        assert_eq!(missing(case), [("mig-controller".into(), "head".into()), ("velero".into(), "tail".into())]);
        let mut case = self::case();
        cover(&mut case, 0, Component::MigController, "2026-02-03T11:30:00Z", "2026-02-03T12:00:00Z");
        assert_eq!(missing(case), [("mig-controller".into(), "all".into()), ("velero".into(), "all".into())]);
    }

    #[test]
    fn a_restart_without_its_log_is_told() {
        let mut case = case();
        case.add(
            1,
            json!({"kind": "Pod", "metadata": {"name": "velero-1-a", "namespace": "openshift-migration"}, "status": {"containerStatuses": [
                {"name": "velero", "restartCount": 1, "lastState": {"terminated": {"finishedAt": "2026-02-03T10:45:00Z"}}}]}}),
        );
        let graph = case.freeze();
        let made = windows(&graph, &migrations(&graph));
        assert_eq!(made[1].text("previous_lost").as_deref(), Some("yes"));
        assert_eq!(made[0].text("previous_lost").as_deref(), Some("unknown"), "no pod of the controller was gathered");
    }

    #[test]
    fn steps_that_began_are_phases() {
        let graph = case().freeze();
        let made = phases(&graph, &migrations(&graph));
        assert_eq!(made.len(), 1);
        assert_eq!((made[0].text("name").as_deref(), made[0].text("to").as_deref()), (Some("StartRefresh"), Some("2026-02-03T10:01:00Z")));
    }
}
