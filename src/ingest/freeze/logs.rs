use std::collections::BTreeMap;
use std::sync::Arc;

use rustc_hash::FxHashMap;

use super::home::Home;
use crate::graph::{Builder, Log, LogWindow, Stream};
use crate::ingest::worker::Chunk;
use crate::layout;
use crate::model::{ClusterId, Component, EntryPath, Gap, GapReason, Timestamp};
use crate::scan::{self, LogScan, ProblemKind};

/// One log put together from its pieces.
#[derive(Debug)]
pub(super) struct Whole {
    pub(super) input: u32,
    pub(super) path: Arc<str>,
    pub(super) component: Component,
    pub(super) scan: LogScan,
}

#[derive(Debug)]
pub(super) struct Merged {
    pub(super) logs: Vec<Whole>,
    pub(super) gaps: Vec<Gap>,
}

/// Joins the chunks of each file. A file that holds a client's error instead of a log is a gap and no log.
pub(super) fn merge(chunks: Vec<(u32, Chunk)>) -> Merged {
    let mut files: BTreeMap<(u32, Arc<str>), Vec<Chunk>> = BTreeMap::new();
    for (input, chunk) in chunks {
        files.entry((input, chunk.path.clone())).or_default().push(chunk);
    }
    let mut merged = Merged { logs: Vec::with_capacity(files.len()), gaps: Vec::new() };
    for ((input, path), mut chunks) in files {
        let newest = chunks.iter().map(|chunk| chunk.member).max();
        chunks.retain(|chunk| Some(chunk.member) == newest);
        chunks.sort_by_key(|chunk| chunk.index);
        let Some(component) = chunks.first().map(|chunk| chunk.component) else { continue };
        let scan = scan::merge(chunks.into_iter().map(|chunk| chunk.scan).collect());
        if let Some(problem) =
            scan.problem.as_ref().filter(|problem| problem.kind != ProblemKind::Other || layout::log_path(&path).is_none_or(|log| log.pod.is_none()))
        {
            // A container without that log, and the faults that every run of the gather's scripts makes, are no news.
            if !matches!(problem.kind, ProblemKind::NoLog | ProblemKind::Script) {
                merged.gaps.push(Gap { input, path: EntryPath(path), reason: GapReason::Stderr, detail: problem.text.to_string() });
            }
            continue;
        }
        merged.logs.push(Whole { input, path, component, scan });
    }
    merged
}

/// Gives each log its cluster, decides which copy of the same lines counts, and hands hits and shapes of those to the builder.
pub(super) fn place(logs: Vec<Whole>, home: &Home, of_root: &[ClusterId], builder: &mut Builder) {
    let mut scans = Vec::with_capacity(logs.len());
    for whole in logs {
        let of_gather = whole.component == Component::Gather;
        let root = if of_gather { home.host_of(whole.input, &whole.path) } else { home.root_of(whole.input, &whole.path) };
        let Some(root) = root else { continue };
        let Some(identity) = layout::log_path(&whole.path) else { continue };
        if layout::is_loose_log(&whole.path) && !home.is_loose(root) {
            // A gather holds logs of programs that nobody here knows; only what somebody attached by hand was meant to be read.
            continue;
        }
        let stream = match identity.stream {
            "current" => Stream::Current,
            "previous" => Stream::Previous,
            "rotated" => Stream::Rotated,
            _ => Stream::Collected,
        };
        builder.logs.push(Log {
            cluster: of_root[root],
            namespace: identity.namespace.map(Arc::from),
            pod: identity.pod.map(Arc::from),
            container: identity.container.map(Arc::from),
            stream,
            component: whole.component,
            input: whole.input,
            path: EntryPath(whole.path),
            lines: whole.scan.lines,
            bytes: whole.scan.bytes,
            first: whole.scan.first,
            last: whole.scan.last,
            format: whole.scan.format,
            canonical: true,
        });
        scans.push((whole.scan.hits, whole.scan.shapes));
    }
    choose_canonical(&mut builder.logs);
    for (index, (hits, shapes)) in (0_u32..).zip(scans) {
        if !builder.logs[index as usize].canonical {
            continue;
        }
        // A line without a time in a run log that the gather fetched was written by its client: it tells of the collection.
        let fetched = builder.logs[index as usize].stream == Stream::Collected && builder.logs[index as usize].component == Component::Velero;
        builder.hits.extend(hits.into_iter().filter(|hit| !fetched || hit.first.is_some()).map(|mut hit| {
            hit.log = index;
            hit
        }));
        builder.shapes.extend(shapes.into_iter().map(|mut shape| {
            shape.log = index;
            shape
        }));
    }
}

/// The same line is collected up to three times. Per pod and stream, files that name their container win over the file of all
/// containers, and the longest of several copies of one container wins; the log reader repeats what others hold, and so do the
/// run logs that were fetched from the bucket when the server's own log is here.
fn choose_canonical(logs: &mut [Log]) {
    type ContainerKey = (PodKey, Option<Arc<str>>);
    type PodKey = (ClusterId, Option<Arc<str>>, Option<Arc<str>>, Stream);
    let mut with_container: FxHashMap<PodKey, bool> = FxHashMap::default();
    let mut longest: FxHashMap<ContainerKey, (u64, usize)> = FxHashMap::default();
    let key = |log: &Log| (log.cluster, log.namespace.clone(), log.pod.clone(), log.stream);
    for (index, log) in logs.iter().enumerate().filter(|(_, log)| log.pod.is_some() && log.stream != Stream::Rotated) {
        if log.container.is_some() && log.lines > 0 {
            with_container.insert(key(log), true);
        }
        let best = longest.entry((key(log), log.container.clone())).or_insert((log.lines, index));
        if log.lines > best.0 {
            *best = (log.lines, index);
        }
    }
    let mut others: FxHashMap<ClusterId, bool> = FxHashMap::default();
    for log in logs.iter().filter(|log| log.lines > 0 && matches!(log.component, Component::Velero | Component::MigController) && log.pod.is_some()) {
        others.insert(log.cluster, true);
    }
    let velero: Vec<(ClusterId, Option<Timestamp>, Option<Timestamp>)> = logs
        .iter()
        .filter(|log| log.component == Component::Velero && log.pod.is_some() && log.lines > 0)
        .map(|log| (log.cluster, log.first, log.last))
        .collect();
    let covered = |log: &Log| velero.iter().any(|(cluster, first, last)| *cluster == log.cluster && *first <= log.first && log.last <= *last);
    // OADP writes the runs of a namespace once for each DataProtectionApplication in it.
    let mut of_run: FxHashMap<(u32, String), (u64, usize)> = FxHashMap::default();
    for (index, log) in logs.iter().enumerate() {
        if let Some(run) = layout::without_application(log.path.as_str()) {
            let best = of_run.entry((log.input, run)).or_insert((log.lines, index));
            *best = if log.lines > best.0 { (log.lines, index) } else { *best };
        }
    }
    let again = |index: usize, log: &Log| {
        layout::without_application(log.path.as_str()).is_some_and(|run| of_run.get(&(log.input, run)).is_some_and(|(_, best)| *best != index))
    };
    for (index, log) in logs.iter_mut().enumerate() {
        log.canonical = match log.stream {
            Stream::Collected if again(index, log) => false,
            Stream::Rotated => true,
            Stream::Collected if log.component == Component::Gather => true,
            Stream::Collected if layout::is_loose_log(log.path.as_str()) => !covered(log),
            Stream::Collected => log.component != Component::NodeAgent && !covered(log),
            _ if log.component == Component::LogReader => !others.contains_key(&log.cluster),
            _ => {
                let all_containers = log.container.is_none();
                let shadowed = all_containers && with_container.contains_key(&key(log));
                !shadowed && longest.get(&(key(log), log.container.clone())).is_some_and(|(_, best)| *best == index)
            }
        };
    }
}

/// Windows of the canonical logs per cluster and component.
pub(super) fn windows(logs: &[Log]) -> FxHashMap<(ClusterId, Component), LogWindow> {
    let mut windows: FxHashMap<(ClusterId, Component), LogWindow> = FxHashMap::default();
    for log in logs.iter().filter(|log| log.canonical && log.lines > 0) {
        let window = windows.entry((log.cluster, log.component)).or_insert(LogWindow { first: log.first, last: log.last });
        window.first = earlier(window.first, log.first);
        window.last = window.last.max(log.last);
    }
    windows
}

fn earlier(a: Option<Timestamp>, b: Option<Timestamp>) -> Option<Timestamp> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}
