//! Builds small graphs by hand for the tests of this room.

use std::sync::Arc;

use serde_json::Value as Json;

use crate::graph::tape::Tape;
use crate::graph::{Builder, Claim, Cluster, Graph, Identity, Kinds, Namespaces, NowFrom, Object, ObjectId, Owner};
use crate::model::{ClusterId, Gvk, Place, Timestamp, Uid};

/// The end of every test gather.
pub(super) const NOW: &str = "2026-02-03T12:00:00Z";

/// A case under construction; cluster 0 is called `host`.
pub(super) struct Case {
    pub(super) builder: Builder,
}

impl Case {
    pub(super) fn new(clusters: usize) -> Self {
        let mut builder = Builder::default();
        for index in 0..clusters {
            builder.clusters.push(Cluster {
                name: if index == 0 { "host".into() } else { format!("remote-{index}").into() },
                mig_cluster: Some(format!("cluster-{index}").into()),
                roles: Vec::new(),
                input: 0,
                identity: Identity::default(),
                suspect: false,
                gathered: true,
                login_error: None,
                now: Timestamp::parse(NOW),
                now_from: NowFrom::Data,
                client_ahead: None,
                kubernetes: None,
                mtc: None,
            });
        }
        Self { builder }
    }

    /// Adds an object to a cluster.
    #[expect(clippy::needless_pass_by_value, reason = "tests read better without a reference before every `json!`")]
    pub(super) fn add(&mut self, cluster: u32, json: Json) -> &mut Self {
        self.builder.objects.push(object(cluster, &json));
        self
    }

    /// Says that everything of a cluster was gathered.
    pub(super) fn covered(&mut self, cluster: u32) -> &mut Self {
        self.builder.coverage.claims.push(Claim { cluster: ClusterId(cluster), kinds: Kinds::All, namespaces: Namespaces::All });
        self
    }

    /// Freezes the graph with the roles that its objects tell.
    pub(super) fn freeze(self) -> Graph {
        let mut graph = self.builder.freeze();
        for (cluster, roles) in super::roles(&graph).into_iter().enumerate() {
            graph.clusters[cluster].roles = roles;
        }
        graph
    }
}

/// The only object of that kind and name.
pub(super) fn find(graph: &Graph, kind: &str, name: &str) -> ObjectId {
    graph.of_kind(kind).find(|&id| &*graph.object(id).name == name).unwrap()
}

fn text(json: &Json, pointer: &str) -> Option<Arc<str>> {
    json.pointer(pointer)?.as_str().map(Into::into)
}

/// An object as ingest would make it.
pub(super) fn object(cluster: u32, json: &Json) -> Object {
    let kind = text(json, "/kind").unwrap();
    let api = text(json, "/apiVersion").unwrap_or_else(|| "v1".into());
    let name = text(json, "/metadata/name").unwrap();
    let owners = json.pointer("/metadata/ownerReferences").and_then(Json::as_array).cloned().unwrap_or_default();
    let labels = json.pointer("/metadata/labels").and_then(Json::as_object).cloned().unwrap_or_default();
    Object {
        cluster: ClusterId(cluster),
        gvk: Gvk::new(&api, &kind),
        namespace: text(json, "/metadata/namespace"),
        uid: text(json, "/metadata/uid").map(Uid),
        resource_version: 0,
        created: text(json, "/metadata/creationTimestamp").and_then(|time| Timestamp::parse(&time)),
        deleted: text(json, "/metadata/deletionTimestamp").and_then(|time| Timestamp::parse(&time)),
        labels: labels.iter().map(|(key, value)| (key.as_str().into(), value.as_str().unwrap().into())).collect(),
        owners: owners
            .iter()
            .map(|owner| Owner { kind: text(owner, "/kind").unwrap(), name: text(owner, "/name").unwrap(), uid: text(owner, "/uid").map(Uid) })
            .collect(),
        places: vec![Place { input: 0, path: format!("c{cluster}/{kind}/{name}.yaml").as_str().into(), line: 1 }],
        body: Some(Tape::from_json(json)),
        derived: None,
        is_derived_kind: false,
        earlier: Vec::new(),
        name,
    }
}
