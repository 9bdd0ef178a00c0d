use std::collections::BTreeMap;

use serde_json::Value as Json;

use super::Native;
use crate::graph::tape::Value;
use crate::graph::{Graph, Object};
use crate::rules::binding::{Binding, Fact};
use crate::rules::cel::Val;
use crate::rules::outcome::Lack;

/// What a plan chose for a volume differs between two copies of the plan: another one in the archive, or what was last applied.
///
/// Fields: `claim`, `was`, `is`, and `copy` (`earlier` or `last-applied`). Without a second copy there is no row: nothing can be said.
pub(super) const NATIVE: Native =
    Native { name: "volume-settings-changed", takes: &["plan"], reads: &[APPLIED], fields: &["claim", "was", "is", "copy"], run: changed };

const APPLIED: &str = "kubectl.kubernetes.io/last-applied-configuration";

/// Choices of `spec.persistentVolumes[].selection` that a user makes.
const CHOICES: &[&str] = &["action", "copyMethod", "storageClass", "accessMode", "verify"];

type Settings<'a> = BTreeMap<String, (String, Option<Value<'a>>)>;

#[expect(clippy::unnecessary_wraps, reason = "the shape of every native")]
fn changed<'a>(graph: &'a Graph, bound: &[Binding<'a>]) -> Result<Vec<Fact<'a>>, Lack> {
    let mut rows = Vec::new();
    for id in bound.iter().flat_map(Binding::objects) {
        let plan = graph.object(id);
        if plan.kind() != "MigPlan" {
            continue;
        }
        let now = plan.field("spec.persistentVolumes").map(of_tape).unwrap_or_default();
        let copies = plan.earlier.iter().filter_map(|copy| copy.body.as_ref()?.root().path("spec.persistentVolumes"));
        let copies = copies.map(|list| ("earlier", words(of_tape(list)))).chain(applied(plan).map(|settings| ("last-applied", settings)));
        for (copy, before) in copies {
            for (claim, was) in before {
                let Some((is, value)) = now.get(&claim).filter(|(is, _)| *is != was) else { continue };
                let fields = vec![("claim", Val::text(claim)), ("was", Val::text(was)), ("is", Val::text(is.clone())), ("copy", Val::text(copy))];
                rows.push(Fact { object: Some(id), cluster: plan.cluster, fields, value: *value });
            }
        }
    }
    Ok(rows)
}

fn words(settings: Settings<'_>) -> BTreeMap<String, String> {
    settings.into_iter().map(|(claim, (words, _))| (claim, words)).collect()
}

fn of_tape(list: Value<'_>) -> Settings<'_> {
    let text = |item: Value<'_>, path: &str| item.path(path).and_then(Value::text).unwrap_or_default().into_owned();
    let one = |item| {
        let claim = format!("{}/{}", text(item, "pvc.namespace"), text(item, "pvc.name"));
        let chosen: Vec<String> = CHOICES.iter().map(|key| text(item, &format!("selection.{key}"))).collect();
        (claim, (join(&chosen), item.get("selection")))
    };
    list.items().map(one).collect()
}

/// Empty choices count for nothing: the controller fills defaults in.
fn join(chosen: &[String]) -> String {
    chosen.iter().filter(|choice| !choice.is_empty() && *choice != "false").map(String::as_str).collect::<Vec<_>>().join(" ")
}

fn applied(plan: &Object) -> Option<BTreeMap<String, String>> {
    let text = plan.field("metadata.annotations")?.get(APPLIED)?.text()?;
    let json: Json = serde_json::from_str(&text).ok()?;
    let word = |item: &Json, pointer: &str| match item.pointer(pointer) {
        Some(Json::String(text)) => text.clone(),
        Some(Json::Bool(set)) => set.to_string(),
        _ => String::new(),
    };
    let list = json.pointer("/spec/persistentVolumes")?.as_array()?;
    let one = |item: &Json| {
        let chosen: Vec<String> = CHOICES.iter().map(|key| word(item, &format!("/selection/{key}"))).collect();
        (format!("{}/{}", word(item, "/pvc/namespace"), word(item, "/pvc/name")), join(&chosen))
    };
    // What was applied without a choice was left to the controller, and is no choice that could be lost.
    Some(list.iter().map(one).filter(|(_, words)| !words.is_empty()).collect())
}
