//! A gather writes most objects twice: alone, and in the list of their kind. Of equal copies only one needs its body.

use std::sync::{Arc, Mutex, PoisonError};

use rustc_hash::FxHashMap;

use crate::graph::Object;
use crate::model::Uid;

/// The copies that the workers of one input have met. The copy that stands first by path and line always keeps its body, whatever the
/// order of arrival, because that is the one which the merge makes the current one.
#[derive(Debug, Default)]
pub struct Copies {
    first: Option<Mutex<First>>,
}

/// Path and line of the first copy.
type First = FxHashMap<Key, (Arc<str>, u32)>;

/// Directory of the gather, UID and version: nothing else gives two objects the same body.
type Key = (Box<str>, Uid, u64);

impl Copies {
    /// Lets go of the bodies of later copies.
    pub fn once() -> Self {
        Self { first: Some(Mutex::default()) }
    }

    /// Every copy keeps its body: for archives in which a member replaces an earlier one of the same path, so that a copy which was
    /// thought to be first may turn out not to be there.
    pub fn all() -> Self {
        Self::default()
    }

    /// Whether the body of this copy may be the one that counts.
    pub(super) fn may_count(&self, object: &Object) -> bool {
        let Some(first) = &self.first else { return true };
        let (Some(uid), Some(place)) = (&object.uid, object.places.first()) else { return true };
        let Some(gather) = gather_of(place.path.as_str()).filter(|_| object.resource_version > 0) else { return true };
        let mut first = first.lock().unwrap_or_else(PoisonError::into_inner);
        let known = first.entry((gather.into(), uid.clone(), object.resource_version)).or_insert_with(|| (place.path.0.clone(), place.line));
        let mine = (&*place.path.0, place.line);
        if (&*known.0, known.1) < mine {
            return false;
        }
        *known = (place.path.0.clone(), place.line);
        true
    }
}

/// The directory above the namespaces or cluster-scoped resources that a file belongs to. Two files with the same one are of one cluster.
fn gather_of(path: &str) -> Option<&str> {
    let cut = |part: &str| {
        let mut found = path.rmatch_indices(part).map(|(at, _)| at);
        found.find(|&at| at == 0 || path.as_bytes().get(at - 1) == Some(&b'/')).map(|at| &path[..at])
    };
    cut("namespaces/").or_else(|| cut("cluster-scoped-resources/"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_of_one_cluster_have_one_gather() {
        let list = gather_of("must-gather/clusters/host/namespaces/shop/core/pods.yaml");
        assert_eq!(list, Some("must-gather/clusters/host/"));
        assert_eq!(list, gather_of("must-gather/clusters/host/namespaces/shop/pods/web/web.yaml"));
        assert_ne!(list, gather_of("must-gather/clusters/target/namespaces/shop/core/pods.yaml"));
        assert_eq!(gather_of("cluster-scoped-resources/core/nodes/a.yaml"), Some(""));
        assert_eq!(gather_of("mynamespaces/x.yaml"), None);
        assert_eq!(gather_of("a/namespaces/x/in.tar.gz!/b/namespaces/y/core/pods.yaml"), Some("a/namespaces/x/in.tar.gz!/b/"));
    }
}
