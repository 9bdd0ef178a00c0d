//! The derived kind `PlanVolume`: what a plan chose for a volume, and what a run did with it.

use std::collections::BTreeMap;

use serde_json::{Value as Json, json};

use super::planned::Sides;
use super::{MOST, Origin, object};
use crate::graph::tape::Value;
use crate::graph::{Graph, Object, ObjectId};
use crate::mtc::facts::pair;
use crate::mtc::run::RunKind;
use crate::mtc::volumes::{Volume, VolumeState, own};
use crate::mtc::{Answer, Run};

type Key = (String, String);

/// One entry of `spec.persistentVolumes`.
#[derive(Debug, Clone)]
struct Chosen<'g> {
    item: Value<'g>,
    target_namespace: String,
    target_claim: String,
}

/// What all rows of one plan share.
struct Planned<'g> {
    plan: &'g Object,
    sides: Sides,
    chosen: BTreeMap<Key, Chosen<'g>>,
}

fn word(item: Value<'_>, path: &str) -> Option<String> {
    item.path(path).and_then(Value::text).filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned)
}

impl<'g> Planned<'g> {
    fn of(graph: &'g Graph, id: ObjectId) -> Self {
        let plan = graph.object(id);
        let namespaces: BTreeMap<String, String> =
            plan.field("spec.namespaces").into_iter().flat_map(Value::items).filter_map(Value::text).map(|text| pair(&text)).collect();
        let items = plan.field("spec.persistentVolumes").into_iter().flat_map(Value::items);
        let chosen = items.filter_map(|item| {
            let (claim, target_claim) = pair(&word(item, "pvc.name")?);
            let (namespace, renamed) = pair(&word(item, "pvc.namespace")?);
            let target_namespace = if renamed == namespace { namespaces.get(&namespace).cloned().unwrap_or(renamed) } else { renamed };
            Some(((namespace, claim), Chosen { item, target_namespace, target_claim }))
        });
        Self { plan, sides: Sides::of(graph, id), chosen: chosen.collect() }
    }

    fn fields(&self, key: &Key) -> serde_json::Map<String, Json> {
        let chosen = self.chosen.get(key);
        let of = |path: &str| chosen.and_then(|chosen| word(chosen.item, path));
        let flag = |path: &str| {
            let set = chosen.and_then(|chosen| chosen.item.path(path)).and_then(Value::as_bool);
            chosen.map(|_| Answer::of(set == Some(true)).as_str())
        };
        let fields = json!({
            "plan": &*self.plan.name,
            "plan_namespace": self.plan.namespace.as_deref(),
            "source_namespace": key.0,
            "claim": key.1,
            "target_namespace": chosen.map(|chosen| &chosen.target_namespace),
            "target_claim": chosen.map(|chosen| &chosen.target_claim),
            "source_cluster": self.sides.source.1,
            "target_cluster": self.sides.target.1,
            "action": of("selection.action"),
            "method": of("selection.copyMethod"),
            "verify": flag("selection.verify"),
            "volume": of("name"),
            "capacity": of("capacity"),
            "source_class": of("storageClass"),
            "target_class": of("selection.storageClass"),
            "access_mode": of("selection.accessMode"),
            "mounted": flag("pvc.hasReference"),
        });
        let Json::Object(fields) = fields else { return serde_json::Map::new() };
        fields
    }

    fn origin(&self, key: &Key) -> Origin<'g> {
        Origin::Field(self.plan, self.chosen.get(key).map(|chosen| chosen.item))
    }

    fn name(&self, key: &Key) -> String {
        format!("{}/{}/{}", self.plan.name, key.0, key.1)
    }
}

/// One object for each volume of each plan; `run` is null in them.
pub(super) fn of_plans(graph: &Graph) -> Vec<Object> {
    let mut made = Vec::new();
    for id in graph.of_kind("MigPlan") {
        let planned = Planned::of(graph, id);
        for key in planned.chosen.keys().take(MOST - made.len()) {
            made.push(object("PlanVolume", planned.plan.cluster, &planned.name(key), Json::Object(planned.fields(key)), &planned.origin(key)));
        }
    }
    made
}

/// One object for each volume of each run.
pub(super) fn of_runs(graph: &Graph, runs: &[Run]) -> Vec<Object> {
    let mut made: Vec<Object> = Vec::new();
    for run in runs {
        let Some(&plan) = graph.related(run.id, "plan").targets.first() else { continue };
        let planned = Planned::of(graph, plan);
        let mut rows: BTreeMap<Key, Option<&Volume>> =
            run.volumes.iter().map(|row| ((row.namespace.clone(), row.claim.clone()), Some(row))).collect();
        // Only the plan as it is now was gathered, so what an older run left out may not have been in it then.
        if run.latest {
            for key in planned.chosen.keys() {
                rows.entry(key.clone()).or_default();
            }
        }
        let reach = Reach::of(graph, run, &planned);
        for (key, row) in rows {
            if made.len() >= MOST {
                return made;
            }
            made.push(of_run(graph, run, &planned, &reach, &key, row));
        }
    }
    made
}

fn of_run(graph: &Graph, run: &Run, planned: &Planned<'_>, reach: &Reach, key: &Key, row: Option<&Volume>) -> Object {
    let mut fields = planned.fields(key);
    let job = row.and_then(|row| row.object).map(|id| graph.object(id));
    let mut set = |name: &str, value: Json| fields.insert(name.to_owned(), value);
    set("run", json!(&*run.name));
    set("run_namespace", json!(&*run.namespace));
    set("run_uid", json!(run.uid.as_str()));
    set("carried_by", json!(reach.carrier(graph, planned, key, row)));
    set("state", json!(row.map_or(VolumeState::Unknown, |row| row.state).as_str()));
    set("error", json!(job.and_then(error)));
    set("bytes", json!(row.and_then(|row| row.bytes)));
    set("total", json!(row.and_then(|row| row.total)));
    if let Some(row) = row.filter(|_| !planned.chosen.contains_key(key)) {
        set("target_claim", json!(row.target));
        set("action", json!(if row.state == VolumeState::Skipped { "skip" } else { "copy" }));
    }
    let origin = planned.origin(key);
    let name = format!("{}/{}/{}", run.name, key.0, key.1);
    object("PlanVolume", graph.object(run.id).cluster, &name, Json::Object(fields), &origin)
}

fn error(job: &Object) -> Option<String> {
    let paths = ["status.message", "status.logMessage"];
    paths.iter().find_map(|path| job.text(path)).filter(|text| !text.is_empty()).map(std::borrow::Cow::into_owned)
}

/// How far one can say that nothing carried a volume.
struct Reach {
    /// Everything that could carry one was gathered, and the run is green and the last of its plan.
    sure: bool,
    direct: bool,
    snapshots: bool,
    /// Namespaces with a volume job of which nobody knows the claim: it may be any.
    unclear: Vec<String>,
}

impl Reach {
    fn of(graph: &Graph, run: &Run, planned: &Planned<'_>) -> Self {
        let backups = own(graph, run.id, "backups");
        let source = planned.sides.source.0;
        let covered = |cluster: Option<crate::model::ClusterId>, kind: &str| {
            cluster.is_some_and(|id| {
                let at = graph.cluster(id);
                at.gathered && !at.suspect && graph.coverage.objects(id, kind, graph.mtc_namespace(id).as_deref()).is_full()
            })
        };
        let seen = if run.direct_volumes {
            covered(Some(graph.object(run.id).cluster), "DirectVolumeMigration") && !graph.related(run.id, "volume-migration").targets.is_empty()
        } else {
            covered(source, "PodVolumeBackup") && covered(source, "Backup") && !backups.is_empty()
        };
        let moves_data = !matches!(run.kind, RunKind::Rollback);
        let attempted = |id: &ObjectId| graph.object(*id).field("status.volumeSnapshotsAttempted").and_then(Value::as_i64).unwrap_or(0) > 0;
        let strangers = run.volumes.iter().filter(|row| !planned.chosen.contains_key(&(row.namespace.clone(), row.claim.clone())));
        Self {
            sure: seen && moves_data && run.latest && run.verdict.is_green(),
            direct: run.direct_volumes,
            snapshots: backups.iter().any(attempted),
            unclear: strangers.map(|row| row.namespace.clone()).collect(),
        }
    }

    fn carrier(&self, graph: &Graph, planned: &Planned<'_>, key: &Key, row: Option<&Volume>) -> &'static str {
        if let Some(id) = row.and_then(|row| row.object) {
            let kind = graph.object(id).kind();
            return if matches!(kind, "PodVolumeBackup" | "PodVolumeRestore") { "backup" } else { "dvm" };
        }
        let chosen = planned.chosen.get(key);
        let method = chosen.and_then(|chosen| word(chosen.item, "selection.copyMethod")).unwrap_or_default();
        if method == "snapshot" {
            return if self.snapshots { "snapshot" } else { "unknown" };
        }
        let direct_only = !self.direct || matches!(&*method, "filesystem" | "block");
        if self.sure && direct_only && !self.unclear.contains(&key.0) { "none" } else { "unknown" }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mtc::run::migrations;
    use crate::mtc::testing::Case;

    fn case(covered: bool) -> Case {
        let mut case = Case::new(2);
        if covered {
            case.covered(0).covered(1);
        }
        case.add(
            0,
            json!({"kind": "MigCluster", "metadata": {"name": "cluster-0", "namespace": "openshift-migration"}, "spec": {"isHostCluster": true}}),
        );
        case.add(
            0,
            json!({"kind": "MigPlan", "metadata": {"name": "p", "namespace": "openshift-migration"},
            "spec": {"namespaces": ["app:neu"], "indirectVolumeMigration": true,
                "srcMigClusterRef": {"name": "cluster-1"}, "destMigClusterRef": {"name": "cluster-0"},
                "persistentVolumes": [
                    {"name": "pv-1", "pvc": {"namespace": "app", "name": "data"}, "selection": {"action": "copy", "copyMethod": "filesystem"}},
                    {"name": "pv-2", "pvc": {"namespace": "app", "name": "logs:logs-new"}, "selection": {"action": "copy", "copyMethod": "filesystem"}}]}}),
        );
        case.add(
            0,
            json!({"kind": "MigMigration", "metadata": {"name": "m", "namespace": "openshift-migration", "uid": "m1"},
            "spec": {"migPlanRef": {"name": "p", "namespace": "openshift-migration"}},
            "status": {"conditions": [{"type": "Succeeded", "status": "True"}]}}),
        );
        case.add(
            1,
            json!({"kind": "Backup", "metadata": {"name": "m-stage-abcde", "namespace": "openshift-migration", "uid": "b1",
                "labels": {"migmigration": "m1"}}}),
        );
        case
    }

    fn backup_of(case: &mut Case, volume: &str) {
        case.add(
            1,
            json!({"kind": "PodVolumeBackup", "metadata": {"name": format!("b-{volume}"), "namespace": "openshift-migration",
                "labels": {"velero.io/backup-uid": "b1"}},
            "spec": {"pod": {"name": "web", "namespace": "app"}, "volume": volume}, "status": {"phase": "Completed", "message": "one file changed"}}),
        );
    }

    fn carriers(case: Case) -> Vec<(String, String)> {
        let graph = case.freeze();
        let made = of_runs(&graph, &migrations(&graph));
        made.iter().map(|one| (one.text("claim").unwrap().into_owned(), one.text("carried_by").unwrap().into_owned())).collect()
    }

    #[test]
    fn a_volume_that_nothing_carried_is_told_apart() {
        let mut case = case(true);
        backup_of(&mut case, "data");
        assert_eq!(carriers(case), [("data".into(), "backup".into()), ("logs".into(), "none".into())]);
    }

    #[test]
    fn without_coverage_nobody_knows_what_carried_it() {
        let mut case = case(false);
        backup_of(&mut case, "data");
        assert_eq!(carriers(case)[1].1, "unknown");
    }

    #[test]
    fn a_job_whose_claim_is_not_told_may_have_carried_any_volume() {
        let mut case = case(true);
        backup_of(&mut case, "vol-1");
        backup_of(&mut case, "vol-2");
        backup_of(&mut case, "vol-3");
        assert!(carriers(case).iter().all(|(_, carrier)| carrier != "none"));
    }

    #[test]
    fn plans_give_their_rows_names_on_both_sides() {
        let graph = case(true).freeze();
        let made = of_plans(&graph);
        let logs = made.iter().find(|one| one.text("claim").as_deref() == Some("logs")).unwrap();
        for (field, value) in
            [("target_claim", "logs-new"), ("target_namespace", "neu"), ("volume", "pv-2"), ("action", "copy"), ("source_cluster", "remote-1")]
        {
            assert_eq!(logs.text(field).as_deref(), Some(value), "{field}");
        }
        assert!(logs.field("run").is_none());
    }
}
