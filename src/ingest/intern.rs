//! One allocation for each word that comes again and again: kinds, namespaces, labels.

use std::sync::Arc;

use rustc_hash::{FxHashMap, FxHashSet};

use crate::model::Gvk;

/// A hostile archive may hold any number of words; from then on each is kept by itself.
const MOST: usize = 1 << 16;
/// Longer words rarely come twice.
const LONGEST: usize = 128;

/// Words met so far, by one worker.
#[derive(Debug, Default)]
pub(super) struct Interner {
    words: FxHashSet<Arc<str>>,
    kinds: FxHashMap<Arc<str>, Vec<(Arc<str>, Gvk)>>,
}

impl Interner {
    pub(super) fn word(&mut self, word: &str) -> Arc<str> {
        if let Some(known) = self.words.get(word) {
            return known.clone();
        }
        let new: Arc<str> = Arc::from(word);
        if word.len() <= LONGEST && self.words.len() < MOST {
            self.words.insert(new.clone());
        }
        new
    }

    pub(super) fn kind(&mut self, api_version: &str, kind: &str) -> Gvk {
        let versions = self.kinds.get(kind).map_or(&[][..], Vec::as_slice);
        if let Some((_, known)) = versions.iter().find(|(version, _)| **version == *api_version) {
            return known.clone();
        }
        let new = Gvk::new(api_version, kind);
        if self.kinds.len() < MOST && versions.len() < 64 && kind.len() <= LONGEST && api_version.len() <= LONGEST {
            self.kinds.entry(new.kind.clone()).or_default().push((Arc::from(api_version), new.clone()));
        }
        new
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_word_is_allocated_once() {
        let mut interner = Interner::default();
        assert!(Arc::ptr_eq(&interner.word("app"), &interner.word("app")));
        let (first, second) = (interner.kind("v1", "Pod"), interner.kind("v1", "Pod"));
        assert!(Arc::ptr_eq(&first.kind, &second.kind));
        assert_eq!(interner.kind("apps/v1", "Pod").group.as_ref(), "apps");
        assert_eq!(interner.kind("v1", "Pod").group.as_ref(), "");
    }
}
