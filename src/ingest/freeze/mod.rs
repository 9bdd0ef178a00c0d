//! Puts what was read in its place: which directory is which cluster, which copies are one, what was promised and what broke.

mod clusters;
mod coverage;
mod gaps;
mod home;
mod identity;
mod logs;
mod mig_clusters;
mod notes;
mod obfuscated;
mod summary;
mod timestamp;
mod traits;
mod unique;

use std::sync::Arc;

use rayon::prelude::*;

use super::kube_yaml::Stats;
use super::worker::{Harvest, Seen};
use crate::archive::{ArchiveGap, Walked};
use crate::graph::{Builder, Dataset, Event, Graph, Input, Object};
use crate::layout::Gather;
use crate::model::{EntryPath, Gap, Timestamp};
use home::Home;
pub use notes::notes;

/// Everything that was read of one input.
#[derive(Debug)]
pub struct InputRead {
    /// Base name as given.
    pub name: String,
    /// What the walk saw.
    pub walked: Walked,
    /// Every path seen, also of files that were not wanted.
    pub paths: Vec<Arc<str>>,
    /// The gathers that these paths form.
    pub gathers: Vec<Gather>,
    /// What the workers read.
    pub harvests: Vec<Harvest>,
    /// What the archive could not give.
    pub gaps: Vec<ArchiveGap>,
}

/// The graph with figures about its making.
#[derive(Debug)]
pub struct Frozen {
    /// The graph.
    pub graph: Graph,
    /// Bytes by YAML reader.
    pub yaml: Stats,
    /// Objects before copies were merged, events among them.
    pub copies: u64,
}

/// Merges the inputs of one case.
pub fn freeze(inputs: Vec<InputRead>) -> Frozen {
    let mut all = Collected::default();
    for (index, input) in (0_u32..).zip(inputs) {
        all.add(index, input);
    }
    all.freeze()
}

/// What the inputs hold together, sorted so that arrival leaves no trace.
#[derive(Debug, Default)]
struct Collected {
    inputs: Vec<Input>,
    home: Home,
    objects: Vec<Seen<Object>>,
    events: Vec<Seen<Event>>,
    chunks: Vec<(u32, super::worker::Chunk)>,
    texts: Vec<(u32, Arc<str>, String)>,
    gaps: Vec<Gap>,
    broken: Vec<(u32, Arc<str>)>,
    yaml: Stats,
}

impl Collected {
    fn add(&mut self, index: u32, input: InputRead) {
        let sha256 = input.walked.sha256.map(hex).unwrap_or_default();
        let repeats = self.inputs.iter().filter(|other| other.name.split('#').next() == Some(input.name.as_str())).count();
        let name = if repeats == 0 { input.name } else { format!("{}#{}", input.name, repeats + 1) };
        let same = !sha256.is_empty() && self.inputs.iter().any(|other| other.sha256 == sha256);
        let gathers = input.gathers;
        self.inputs.push(Input {
            name,
            sha256,
            bytes: input.walked.input_bytes,
            files: input.walked.files,
            layouts: Vec::new(),
            complete: input.walked.complete,
        });
        if same {
            // The same archive twice is one dataset: its second copy would only count everything twice.
            return;
        }
        self.gaps.extend(gaps::of_notes(index, notes::of(&input.paths, &input.walked, &input.gaps, &gathers)));
        self.home.add(index, gathers);
        self.gaps.extend(gaps::of_archive(index, &input.gaps));
        for harvest in input.harvests {
            self.yaml.fast_bytes += harvest.stats.fast_bytes;
            self.yaml.general_bytes += harvest.stats.general_bytes;
            join(&mut self.objects, harvest.objects);
            join(&mut self.events, harvest.events);
            self.chunks.extend(harvest.chunks.into_iter().map(|chunk| (index, chunk)));
            self.texts.extend(harvest.texts.into_iter().map(|(path, _, text)| (index, path, text)));
            self.gaps.extend(gaps::of_manifests(index, &harvest.problems));
            self.broken.extend(harvest.broken.into_iter().map(|(path, _)| (index, path)));
        }
        self.texts.sort();
        self.broken.sort();
    }

    fn freeze(mut self) -> Frozen {
        last_member_wins(&mut self.objects, |object| &object.places[0].path, |object| object.places[0].input);
        last_member_wins(&mut self.events, |event| &event.place.path, |event| event.place.input);
        let home = &self.home;
        self.objects.par_iter_mut().for_each(|seen| {
            let place = &seen.it.places[0];
            seen.root = home.root_of(place.input, place.path.as_str());
        });
        self.events.par_iter_mut().for_each(|seen| seen.root = home.root_of(seen.it.place.input, seen.it.place.path.as_str()));
        let copies = (self.objects.len() + self.events.len()) as u64;
        let chunks = std::mem::take(&mut self.chunks);
        self.home.learn(&self.texts);
        let (logs, traits) = rayon::join(|| logs::merge(chunks), || clusters::traits(&self));
        self.gaps.extend(logs.gaps);
        let clusters = clusters::find(&self, traits, &logs.logs);
        let mut builder = Builder { inputs: self.inputs.clone(), clusters: clusters.list, ..Builder::default() };
        builder.datasets =
            self.home.gathers().map(|(input, gather)| Dataset { input, root: gather.root.clone(), flavour: gather.flavour.to_owned() }).collect();
        for (index, input) in (0_u32..).zip(&mut builder.inputs) {
            let mut flavours: Vec<String> = self.home.gathers().filter(|(of, _)| *of == index).map(|(_, gather)| gather.flavour.to_owned()).collect();
            flavours.sort();
            flavours.dedup();
            input.layouts = flavours;
        }
        let of_root = |root: Option<usize>| root.and_then(|root| clusters.of_root.get(root).copied());
        // What lies in no gather at all belongs to nobody.
        let objects = self.objects.into_iter().filter_map(|seen| Some(Object { cluster: of_root(seen.root)?, ..seen.it }));
        builder.objects = objects.collect();
        let events = self.events.into_iter().filter_map(|seen| Some(Event { cluster: of_root(seen.root)?, ..seen.it }));
        builder.events = events.collect();
        logs::place(logs.logs, &self.home, &clusters.of_root, &mut builder);
        self.gaps.extend(clusters.gaps);
        // Workers hand them over in any order, and of several holes alike the first gives the reason.
        self.gaps.sort();
        builder.coverage.claims = coverage::claims(&self.home, &clusters.of_root, &builder.objects);
        builder.coverage.holes = coverage::holes(&self.inputs, &self.home, &clusters.of_root, &builder.clusters, &self.gaps);
        builder.coverage.windows = logs::windows(&builder.logs);
        builder.gaps = gaps::bounded(self.gaps);
        Frozen { graph: builder.freeze(), yaml: self.yaml, copies }
    }
}

/// Of two members with the same path the later one is the file; the earlier was overwritten when the archive was made.
fn last_member_wins<T>(seen: &mut Vec<Seen<T>>, path: impl Fn(&T) -> &EntryPath, input: impl Fn(&T) -> u32) {
    let mut newest: rustc_hash::FxHashMap<(u32, &str), u32> = rustc_hash::FxHashMap::default();
    let mut repeated = false;
    for one in seen.iter() {
        let member = newest.entry((input(&one.it), path(&one.it).as_str())).or_insert(one.member);
        repeated |= *member != one.member;
        *member = (*member).max(one.member);
    }
    if repeated {
        let keeps: Vec<bool> = seen.iter().map(|one| newest.get(&(input(&one.it), path(&one.it).as_str())) == Some(&one.member)).collect();
        let mut keeps = keeps.into_iter();
        seen.retain(|_| keeps.next() == Some(true));
    }
}

/// Appends the shorter list to the longer: the order means nothing yet, and the lists are large.
fn join<T>(all: &mut Vec<T>, mut more: Vec<T>) {
    if more.len() > all.len() {
        std::mem::swap(all, &mut more);
    }
    all.append(&mut more);
}

fn hex(bytes: [u8; 32]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::with_capacity(64), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}

/// The latest of some times.
fn latest(times: impl Iterator<Item = Timestamp>) -> Option<Timestamp> {
    times.max()
}
