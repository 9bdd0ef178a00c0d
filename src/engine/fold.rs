//! One fault is told several times: by the object that failed and by the log lines of whoever waited for it. Where one rule found
//! both, the telling that is closest to the fault stays and takes the other's proof along.

use super::cause::Keys;
use crate::rules::{Match, Subject};

/// Merges findings of one rule that are about an object and about what waited for that object.
pub(super) fn fold(found: Vec<(usize, Match)>, keys: &[Keys]) -> Vec<(usize, Match)> {
    let mut into: Vec<Option<usize>> = vec![None; found.len()];
    for (index, (rule, one)) in found.iter().enumerate() {
        let closer = |other: usize| {
            let (other_rule, nearer) = &found[other];
            other != index
                && other_rule == rule
                && into[other].is_none()
                && matches!((&one.subject, &nearer.subject), (Subject::Object(a), Subject::Object(b)) if a != b)
                && nearer.touched.len() > one.touched.len()
                && keys[other].surrounds(&keys[index])
        };
        into[index] = (0..found.len()).find(|&other| closer(other));
    }
    let mut kept: Vec<Option<(usize, Match)>> = found.into_iter().map(Some).collect();
    for (index, target) in into.into_iter().enumerate() {
        let Some(target) = target else { continue };
        let Some((_, told)) = kept[index].take() else { continue };
        if let Some((_, nearer)) = &mut kept[target] {
            absorb(nearer, told);
        }
    }
    kept.into_iter().flatten().collect()
}

fn absorb(nearer: &mut Match, told: Match) {
    const MOST: usize = 8;
    for evidence in told.evidence {
        let known = nearer.evidence.iter().any(|other| (other.input, &other.path, other.line) == (evidence.input, &evidence.path, evidence.line));
        if !known && nearer.evidence.len() < MOST {
            nearer.evidence.push(evidence);
        }
    }
    nearer.touched.extend(told.touched);
    nearer.touched.sort_unstable();
    nearer.touched.dedup();
    nearer.first = [nearer.first, told.first].into_iter().flatten().min();
    nearer.last = nearer.last.max(told.last);
}
