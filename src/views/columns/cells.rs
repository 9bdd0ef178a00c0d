//! Cells that no single field holds.

use crate::graph::Object;
use crate::graph::tape::Value;
use crate::views::state;

fn statuses(object: &Object) -> impl Iterator<Item = Value<'_>> {
    items(object, "status.containerStatuses")
}

fn items<'o>(object: &'o Object, path: &str) -> impl Iterator<Item = Value<'o>> + use<'o> {
    object.field(path).into_iter().flat_map(Value::items)
}

/// Texts of one key of all entries of a list.
fn each(object: &Object, list: &str, key: &str) -> String {
    joined(items(object, list).filter_map(|item| item.get(key)?.text().map(std::borrow::Cow::into_owned)))
}

fn joined(texts: impl Iterator<Item = String>) -> String {
    texts.collect::<Vec<_>>().join(",")
}

/// `a=b,c=d`; the word that `oc` prints when there is none.
fn pairs(object: &Object, path: &str) -> String {
    let map = object.field(path).into_iter().flat_map(Value::entries);
    let text = joined(map.filter_map(|(key, value)| Some(format!("{key}={}", value.text()?))));
    if text.is_empty() { "<none>".to_owned() } else { text }
}

pub(super) fn ready(object: &Object) -> String {
    let ready = statuses(object).filter(|status| status.get("ready").and_then(Value::as_bool) == Some(true)).count();
    let all = object.field("spec.containers").map_or_else(|| statuses(object).count(), Value::len);
    format!("{ready}/{all}")
}

pub(super) fn pod_status(object: &Object) -> String {
    state::pod_word(object, &object.text("status.phase").unwrap_or_default())
}

pub(super) fn restarts(object: &Object) -> String {
    let counts = statuses(object).filter_map(|status| status.get("restartCount").and_then(Value::as_i64));
    counts.fold(0_i64, i64::saturating_add).to_string()
}

pub(super) fn replicas(object: &Object) -> String {
    let number = |path: &str| object.field(path).and_then(Value::as_i64).unwrap_or(0);
    format!("{}/{}", number("status.readyReplicas"), number("spec.replicas"))
}

pub(super) fn access(object: &Object) -> String {
    let modes = object.field("status.accessModes").or_else(|| object.field("spec.accessModes"));
    let short = |mode: Value<'_>| {
        mode.text().map(|text| match &*text {
            "ReadWriteOnce" => "RWO".to_owned(),
            "ReadOnlyMany" => "ROX".to_owned(),
            "ReadWriteMany" => "RWX".to_owned(),
            "ReadWriteOncePod" => "RWOP".to_owned(),
            other => other.to_owned(),
        })
    };
    joined(modes.into_iter().flat_map(Value::items).filter_map(short))
}

pub(super) fn claim(object: &Object) -> String {
    match (object.text("spec.claimRef.namespace"), object.text("spec.claimRef.name")) {
        (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
        _ => String::new(),
    }
}

/// The pod whose volume a job copies, with its namespace.
pub(super) fn worked_pod(object: &Object) -> String {
    match (object.text("spec.pod.namespace"), object.text("spec.pod.name")) {
        (Some(namespace), Some(name)) => format!("{namespace}/{name}"),
        _ => String::new(),
    }
}

pub(super) fn roles(object: &Object) -> String {
    joined(object.labels.iter().filter_map(|(key, _)| key.strip_prefix("node-role.kubernetes.io/")).map(str::to_owned))
}

pub(super) fn internal_ip(object: &Object) -> String {
    let internal = |item: &Value<'_>| item.get("type").and_then(Value::text).as_deref() == Some("InternalIP");
    let found = items(object, "status.addresses").find(internal);
    found.and_then(|item| item.get("address")?.text()).map_or_else(String::new, std::borrow::Cow::into_owned)
}

pub(super) fn containers(object: &Object) -> String {
    each(object, "spec.template.spec.containers", "name")
}

pub(super) fn images(object: &Object) -> String {
    each(object, "spec.template.spec.containers", "image")
}

pub(super) fn match_labels(object: &Object) -> String {
    pairs(object, "spec.selector.matchLabels")
}

pub(super) fn service_selector(object: &Object) -> String {
    pairs(object, "spec.selector")
}

pub(super) fn pod_selector(object: &Object) -> String {
    pairs(object, "spec.podSelector.matchLabels")
}

pub(super) fn node_selector(object: &Object) -> String {
    pairs(object, "spec.template.spec.nodeSelector")
}

pub(super) fn external_ip(object: &Object) -> String {
    if object.text("spec.type").as_deref() == Some("ExternalName") {
        return object.text("spec.externalName").unwrap_or_default().into_owned();
    }
    let ingress = items(object, "status.loadBalancer.ingress").filter_map(|item| item.get("ip").or_else(|| item.get("hostname"))?.text());
    let text = joined(ingress.map(std::borrow::Cow::into_owned));
    if text.is_empty() { "<none>".to_owned() } else { text }
}

pub(super) fn ports(object: &Object) -> String {
    joined(items(object, "spec.ports").filter_map(|port| {
        let node = port.get("nodePort").and_then(Value::text).map(|node| format!(":{node}")).unwrap_or_default();
        let protocol = port.get("protocol").and_then(Value::text).unwrap_or_else(|| "TCP".into());
        Some(format!("{}{node}/{protocol}", port.get("port")?.text()?))
    }))
}

/// The first three addresses, as `oc` shows them.
pub(super) fn endpoints(object: &Object) -> String {
    let mut all = Vec::new();
    for subset in items(object, "subsets") {
        for address in subset.get("addresses").into_iter().flat_map(Value::items).filter_map(|item| item.get("ip")?.text()) {
            for port in subset.get("ports").into_iter().flat_map(Value::items).filter_map(|item| item.get("port")?.text()) {
                all.push(format!("{address}:{port}"));
            }
        }
    }
    match all.len() {
        0 => "<none>".to_owned(),
        1..=3 => all.join(","),
        more => format!("{} + {} more...", all[..3].join(","), more - 3),
    }
}

pub(super) fn quota(object: &Object) -> String {
    let hard = object.field("status.hard").into_iter().flat_map(Value::entries);
    let used = object.field("status.used");
    let line = |(key, limit): (std::borrow::Cow<'_, str>, Value<'_>)| {
        let used = used.and_then(|used| used.get(&key)?.text()).unwrap_or_else(|| "0".into());
        Some(format!("{key}: {used}/{}", limit.text()?))
    };
    hard.filter_map(line).collect::<Vec<_>>().join(", ")
}

pub(super) fn completions(object: &Object) -> String {
    let done = object.field("status.succeeded").and_then(Value::as_i64).unwrap_or(0);
    format!("{done}/{}", object.field("spec.completions").and_then(Value::as_i64).unwrap_or(1))
}

pub(super) fn duration(object: &Object) -> String {
    let ended = object.time("status.completionTime").zip(object.time("status.startTime"));
    ended.map(|(to, from)| to.since(from).to_string()).unwrap_or_default()
}

pub(super) fn scaled(object: &Object) -> String {
    let word = |path: &str| object.text(path).unwrap_or_default();
    format!("{}/{}", word("spec.scaleTargetRef.kind"), word("spec.scaleTargetRef.name"))
}

pub(super) fn tags(object: &Object) -> String {
    each(object, "status.tags", "tag")
}

pub(super) fn plan_namespaces(object: &Object) -> String {
    joined(items(object, "spec.namespaces").filter_map(Value::text).map(std::borrow::Cow::into_owned))
}

pub(super) fn progressing(object: &Object) -> String {
    message(object, "Progressing")
}

pub(super) fn degraded(object: &Object) -> String {
    if object.true_condition("Degraded").is_some() { message(object, "Degraded") } else { String::new() }
}

fn message(object: &Object, condition: &str) -> String {
    object.condition(condition).and_then(|item| item.get("message")?.text()).map_or_else(String::new, std::borrow::Cow::into_owned)
}

pub(super) fn operator_version(object: &Object) -> String {
    let own = |item: &Value<'_>| item.get("name").and_then(Value::text).as_deref() == Some("operator");
    let found = items(object, "status.versions").find(own);
    found.and_then(|item| item.get("version")?.text()).map_or_else(String::new, std::borrow::Cow::into_owned)
}
