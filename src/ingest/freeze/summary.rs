use super::Collected;
use super::traits::Traits;
use crate::layout::summary;
use crate::model::{EntryPath, Gap, GapReason};

/// The id that the client prints when a gather ends: `ClusterID: 0a1b2c3d-…`. A file with two of them is the log of two runs, and says
/// nothing about which is here.
fn cluster_id(text: &str) -> Option<&str> {
    let mut ids = text.lines().filter_map(|line| line.split_once("ClusterID: ")).map(|(_, id)| id.trim()).filter(|id| summary::is_uuid(id));
    let first = ids.next()?;
    ids.all(|id| id == first).then_some(first)
}

/// Takes from texts beside the data what these do not tell: the id of the cluster, from the log of the client and from the summaries
/// of OADP gathers, and what the latter could not fetch.
pub(super) fn learn(all: &Collected, traits: &mut [Traits]) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for (input, path, text) in all.texts.iter().filter(|(_, path, _)| path.ends_with("must-gather.logs")) {
        let Some(id) = cluster_id(text) else { continue };
        let dir = path.strip_suffix("must-gather.logs").unwrap_or_default();
        for root in all.home.hosts_below(*input, dir) {
            traits[root].cluster_id.get_or_insert_with(|| id.into());
        }
    }
    for (input, path, text) in all.texts.iter().filter(|(_, path, _)| path.ends_with("/oadp-must-gather-summary.md")) {
        let Some(root) = all.home.root_of(*input, path) else { continue };
        let read = summary::read(text);
        let traits = &mut traits[root];
        traits.cluster_id = traits.cluster_id.take().or_else(|| read.cluster_id.as_deref().map(Into::into));
        let gap = |reason: GapReason, detail: String| Gap { input: *input, path: EntryPath(path.clone()), reason, detail };
        gaps.extend(read.missing_logs.into_iter().map(|missing| gap(GapReason::Stderr, format!("no log of {missing}"))));
        if read.no_operator {
            gaps.push(gap(GapReason::Empty, "no OADP operator was found on the cluster".to_owned()));
        }
    }
    gaps
}
