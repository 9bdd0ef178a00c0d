//! What a view is about: a migration, a plan, or anything by name.

use std::collections::BTreeMap;

use clap::Args;

use super::Failure;
use super::prefix::{Candidate, choose};
use crate::graph::{Graph, ObjectId};
use crate::mtc;
use crate::views::Subject;

/// The thing to look at.
#[derive(Debug, Args)]
pub struct SubjectArgs {
    /// This migration: the start of its name or UID [default: the newest that went wrong]
    #[arg(long, value_name = "PREFIX")]
    pub migration: Option<String>,
    /// This plan with all its migrations
    #[arg(long, value_name = "PREFIX", conflicts_with = "migration")]
    pub plan: Option<String>,
    /// Any object: a backup, a restore, a pod, …
    #[arg(long, value_name = "PREFIX", conflicts_with_all = ["migration", "plan"])]
    pub name: Option<String>,
}

impl SubjectArgs {
    /// Finds it in the graph.
    pub(super) fn find(&self, graph: &Graph) -> Result<Subject, Failure> {
        if let Some(prefix) = &self.migration {
            return of_kind(graph, "migration", "MigMigration", prefix);
        }
        if let Some(prefix) = &self.plan {
            return of_kind(graph, "plan", "MigPlan", prefix);
        }
        if let Some(prefix) = &self.name {
            let ids: Vec<ObjectId> = graph.ids().filter(|&id| !graph.object(id).is_derived_kind).collect();
            return among(graph, "object", &ids, prefix);
        }
        let id = newest(graph)
            .ok_or_else(|| Failure::Usage { what: "these inputs hold no migration".into(), help: Some("say what to look for with --name".into()) })?;
        Ok(subject(graph, vec![id]))
    }
}

/// The newest run that went wrong and was not made good; else the newest.
fn newest(graph: &Graph) -> Option<ObjectId> {
    let runs = mtc::migrations(graph);
    let bad = runs.iter().find(|run| !run.verdict.is_green() && run.verdict != mtc::Verdict::Canceled && run.superseded_by.is_none());
    bad.or_else(|| runs.first()).map(|run| run.id)
}

fn of_kind(graph: &Graph, what: &str, kind: &str, prefix: &str) -> Result<Subject, Failure> {
    among(graph, what, &graph.of_kind(kind).collect::<Vec<_>>(), prefix)
}

/// Objects of one kind and name are one thing to a reader, on whatever cluster they are: a backup is synced to the other side.
fn among(graph: &Graph, what: &str, ids: &[ObjectId], prefix: &str) -> Result<Subject, Failure> {
    let mut things: BTreeMap<String, Vec<ObjectId>> = BTreeMap::new();
    for &id in ids {
        things.entry(graph.object(id).reference().to_string()).or_default().push(id);
    }
    let plain = |id: ObjectId| graph.object(id);
    let candidates = things.iter().map(|(shown, ids)| {
        let uid = ids.iter().find_map(|&id| plain(id).uid.as_ref().filter(|uid| uid.as_str().starts_with(prefix)));
        let name = ids.first().map_or("", |&id| &*plain(id).name);
        Candidate { name, uid: uid.map(crate::model::Uid::as_str), shown: shown.clone(), it: ids.clone() }
    });
    Ok(subject(graph, choose(what, prefix, candidates.collect())?))
}

fn subject(graph: &Graph, roots: Vec<ObjectId>) -> Subject {
    Subject { title: roots.first().map(|&id| graph.object(id).reference().to_string()).unwrap_or_default(), roots }
}

/// A cluster by its name, by the start of it, or by its role.
pub(super) fn cluster(graph: &Graph, name: &str) -> Result<crate::model::ClusterId, Failure> {
    let by_role: Vec<_> = graph.cluster_ids().filter(|&id| graph.cluster(id).roles.iter().any(|role| role.as_str() == name)).collect();
    let named = graph.cluster_ids().any(|id| &*graph.cluster(id).name == name);
    if let (false, [only]) = (named, by_role.as_slice()) {
        return Ok(*only);
    }
    let all = graph.cluster_ids().map(|id| {
        let cluster = graph.cluster(id);
        Candidate { name: &cluster.name, uid: cluster.mig_cluster.as_deref(), shown: cluster.name.to_string(), it: id }
    });
    choose("cluster", name, all.collect())
}
