use super::Collected;
use super::traits::Traits;
use crate::layout::summary;
use crate::model::{EntryPath, Gap, GapReason};

/// Takes from the summaries of OADP gathers what their data do not tell: the whole id of the cluster, and what could not be fetched.
pub(super) fn learn(all: &Collected, traits: &mut [Traits]) -> Vec<Gap> {
    let mut gaps = Vec::new();
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
