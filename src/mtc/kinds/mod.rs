//! Kinds that exist in our model only: what a plan means for each namespace and volume, what the gather holds of each cluster, and
//! how far the logs of a run reach. Rules match them like any object.

mod gathered;
mod names;
mod planned;
mod volumes;
mod windows;

use rayon::prelude::*;
use serde_json::{Map, Value as Json};

pub use names::{CONTROL_KINDS, VELERO_GROUND, VELERO_JOBS, is_run_kind};

use super::Run;
use crate::graph::tape::{TapeBuilder, Value};
use crate::graph::{Graph, Object, SourceLines};
use crate::model::{ClusterId, Gvk, Place};

/// A forged archive must not buy more objects than this of one kind.
const MOST: usize = 20_000;

/// All of them.
pub(super) fn kinds(graph: &Graph, runs: &[Run]) -> Vec<Object> {
    let makers: [&(dyn Fn() -> Vec<Object> + Sync); 7] = [
        &|| gathered::clusters(graph),
        &|| gathered::logs(graph),
        &|| planned::namespaces(graph),
        &|| volumes::of_plans(graph),
        &|| volumes::of_runs(graph, runs),
        &|| windows::phases(graph, runs),
        &|| windows::windows(graph, runs),
    ];
    makers.par_iter().flat_map_iter(|make| make()).collect()
}

/// Where a derived object comes from, so that evidence can point at a line that really stands in a file.
#[derive(Debug, Clone)]
enum Origin<'g> {
    /// A field of an object.
    Field(&'g Object, Option<Value<'g>>),
    /// A file as a whole.
    File(Place),
    Nowhere,
}

/// Makes an object of a derived kind. Fields that are null are left out: both read as null.
fn object(kind: &str, cluster: ClusterId, name: &str, fields: Json, origin: &Origin<'_>) -> Object {
    let mut place = match origin {
        Origin::Field(maker, value) => value.and_then(|value| maker.place_of(value)).or_else(|| maker.place().cloned()),
        Origin::File(place) => Some(place.clone()),
        Origin::Nowhere => None,
    };
    let line = place.as_ref().map_or(0, |place| place.line);
    let source = match origin {
        Origin::Field(maker, _) => maker.body.as_ref().map(|body| body.excerpt_at(line).text).unwrap_or_default(),
        _ => String::new(),
    };
    let given: Map<String, Json> = match fields {
        Json::Object(fields) => fields.into_iter().filter(|(_, value)| !value.is_null()).collect(),
        _ => Map::new(),
    };
    let mut body = TapeBuilder::default();
    body.json(&Json::Object(given), line);
    Object {
        cluster,
        gvk: Gvk::new("", kind),
        namespace: None,
        name: name.into(),
        uid: None,
        resource_version: 0,
        created: None,
        deleted: None,
        labels: Box::default(),
        owners: Box::default(),
        places: place.take().into_iter().collect(),
        body: Some(body.finish().with_source(SourceLines::new(source.into(), line, Box::default()))),
        derived: None,
        is_derived_kind: true,
        earlier: Vec::new(),
    }
}
