//! What a view is about: a migration, a plan, or anything by name.

use clap::Args;

use super::Failure;
use crate::graph::{Graph, ObjectId};
use crate::mtc;
use crate::views::{self, Scope, Subject};

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
        if let Some(subject) = views::subject(graph, self.scope())? {
            return Ok(subject);
        }
        if let Some(prefix) = &self.name {
            let ids: Vec<ObjectId> = graph.ids().filter(|&id| !graph.object(id).is_derived_kind).collect();
            return Ok(Subject::of(graph, views::thing(graph, "object", prefix, &ids)?));
        }
        let id = newest(graph)
            .ok_or_else(|| Failure::Usage { what: "these inputs hold no migration".into(), help: Some("say what to look for with --name".into()) })?;
        Ok(Subject::of(graph, vec![id]))
    }

    /// The plan or migration that was named.
    fn scope(&self) -> Scope<'_> {
        match (&self.migration, &self.plan) {
            (Some(migration), _) => Scope::Migration(migration),
            (_, Some(plan)) => Scope::Plan(plan),
            _ => Scope::All,
        }
    }
}

/// The newest run that went wrong and was not made good; else the newest.
pub(super) fn newest(graph: &Graph) -> Option<ObjectId> {
    let runs = mtc::migrations(graph);
    let bad = runs.iter().find(|run| !run.verdict.is_green() && run.verdict != mtc::Verdict::Canceled && run.superseded_by.is_none());
    bad.or_else(|| runs.first()).map(|run| run.id)
}

/// A cluster by its name, by the start of it, or by its role.
pub(super) fn cluster(graph: &Graph, name: &str) -> Result<crate::model::ClusterId, Failure> {
    Ok(views::cluster(graph, name)?)
}
