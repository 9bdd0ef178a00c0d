//! Brings the lines of all programs into one order, and leaves out what stands there twice or means nothing.

use std::hash::BuildHasher as _;

use rustc_hash::{FxBuildHasher, FxHashMap};

use super::Known;
use super::filter::Filter;
use super::pass::{Kept, Key, Worker};
use crate::finding::redact::clean;
use crate::finding::view::{LogLine, LogView};
use crate::graph::Log;
use crate::model::{Component, Timestamp};
use crate::mtc::{self, Noise};
use crate::scan::line::Line;
use crate::views::Search;

/// The view of the lines that were kept.
pub(super) fn view(known: Known<'_>, search: &Search, filter: &Filter, searched: u64, kept: Kept, worker: &Worker) -> LogView {
    let mut newest: FxHashMap<u32, u32> = FxHashMap::default();
    for &(log, member, _) in worker.chunks.keys() {
        newest.insert(log, member);
    }
    let mut starts: FxHashMap<(u32, u32, u32), u64> = FxHashMap::default();
    let mut before = (u32::MAX, u32::MAX, 0_u64);
    for (&(log, member, index), lines) in &worker.chunks {
        if (before.0, before.1) != (log, member) {
            before = (log, member, 0);
        }
        starts.insert((log, member, index), before.2);
        before.2 += lines;
    }
    let cut = kept.dropped();
    let kept: Vec<(Key, Box<str>)> = kept.into_items().filter(|(key, _)| newest.get(&key.1) == Some(&key.2)).collect();
    let normal = normal(known, &kept);
    let mut noise = worker.noise;
    let mut lines = Vec::with_capacity(kept.len());
    let mut twins = Twins::default();
    for (key, text) in kept {
        let log = &known.logs[key.1 as usize];
        if !filter.all && mtc::noise(log.component, &text).is_some_and(|row| normal.get(&(key.1, row.why)).is_some_and(|few| *few)) {
            noise += 1;
            continue;
        }
        if twins.repeats(known, &key, &text) {
            continue;
        }
        let start = starts.get(&(key.1, key.2, key.3)).copied().unwrap_or(0);
        lines.push(line(known, log, key.0, &text, start + u64::from(key.4) + 1));
    }
    LogView {
        schema: 1,
        about: search.title.clone(),
        objects: search.objects,
        logs: searched,
        matched: worker.matched,
        noise,
        repeated: twins.repeated,
        cut,
        notes: search.notes.clone(),
        inputs: known.inputs.iter().map(|input| clean(&input.name)).collect(),
        lines,
    }
}

/// Lines that two files hold: a run log that the gather fetched repeats what the server wrote.
#[derive(Default)]
struct Twins {
    seen: FxHashMap<u64, u32>,
    repeated: u64,
}

impl Twins {
    /// Whether another file of the same program and pod, or of no known pod, holds the line too.
    fn repeats(&mut self, known: Known<'_>, key: &Key, text: &str) -> bool {
        let log = &known.logs[key.1 as usize];
        let whole = Line::parse(text, log.component).whole();
        let hash = FxBuildHasher.hash_one((key.0, log.cluster, log.component, whole));
        let first = *self.seen.entry(hash).or_insert(key.1);
        let other = &known.logs[first as usize];
        let again = first != key.1 && (other.pod == log.pod || other.pod.is_none() || log.pod.is_none());
        self.repeated += u64::from(again);
        again
    }
}

/// For rows of the noise list that allow a few lines: whether a log has no more of them than that.
fn normal(known: Known<'_>, kept: &[(Key, Box<str>)]) -> FxHashMap<(u32, &'static str), bool> {
    let mut counts: FxHashMap<(u32, &'static str), (u32, &'static Noise)> = FxHashMap::default();
    for (key, text) in kept {
        if let Some(row) = mtc::noise(known.logs[key.1 as usize].component, text) {
            counts.entry((key.1, row.why)).or_insert((0, row)).0 += 1;
        }
    }
    counts.into_iter().map(|(key, (count, row))| (key, row.normal.is_none_or(|normal| count <= normal))).collect()
}

fn line(known: Known<'_>, log: &Log, time: Option<Timestamp>, text: &str, number: u64) -> LogLine {
    let parsed = Line::parse(text, log.component);
    let mut message = parsed.message();
    if let Some(error) = parsed.error().filter(|error| !message.contains(error.as_str())) {
        message = if message.is_empty() { error } else { format!("{message}: {error}") };
    }
    if let Some(phase) = parsed.field("phase").filter(|phase| !message.contains(phase.as_str())) {
        message = format!("{message} (phase {phase})");
    }
    if let Some(item) = item(&parsed, log.component).filter(|item| !message.contains(item.rsplit('/').next().unwrap_or(item))) {
        message = format!("{message} ({item})");
    }
    LogLine {
        time: time.map(|time| time.to_string()),
        cluster: clean(&known.clusters[log.cluster.index()].name),
        component: log.component.as_str().to_owned(),
        pod: log.pod.as_deref().map(clean),
        level: Some(parsed.level.to_string()).filter(|level| !level.is_empty()).map(|level| clean(&level)),
        message: clean(&message),
        text: clean(text),
        input: log.input,
        path: clean(log.path.as_str()),
        line: number,
    }
}

/// What a line of Velero is about: `Backing up item` says so in its fields alone.
fn item(line: &Line<'_>, component: Component) -> Option<String> {
    if !matches!(component, Component::Velero | Component::NodeAgent) {
        return None;
    }
    let resource = line.field("resource").or_else(|| line.field("groupResource"));
    let Some(name) = line.field("name") else { return resource.or_else(|| line.field("group")) };
    let name = line.field("namespace").map_or_else(|| name.clone(), |namespace| format!("{namespace}/{name}"));
    Some(resource.map_or_else(|| name.clone(), |resource| format!("{resource} {name}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_that_names_its_item_in_fields_shows_it() {
        let item = |text: &str| item(&Line::parse(text, Component::Velero), Component::Velero).unwrap_or_default();
        let line = |rest: &str| format!("time=\"2021-05-12T08:06:48Z\" level=info msg=\"Backing up item\" backup=om/b {rest}");
        assert_eq!(item(&line("name=web namespace=shop resource=pods")), "pods shop/web");
        assert_eq!(item(&line("name=shop namespace=\"\" resource=namespaces")), "namespaces shop");
        assert_eq!(item(&line("group=apps/v1")), "apps/v1");
        assert_eq!(item(&line("")), "");
    }
}
