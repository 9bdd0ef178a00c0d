//! Entries that nobody reads are stepped over by their indentation, without looking into them.

/// Which entries of an object are stepped over, by the key they stand under and their own.
#[derive(Debug, Clone)]
pub struct Skips {
    /// Lengths that a skipped key can have, by its first byte: one look tells for nearly every key that it stays.
    lengths: [u64; 256],
    pairs: Vec<(&'static str, &'static str)>,
    root: RootSkips,
}

/// What is stepped over at the top of an object.
#[derive(Debug, Clone, Default)]
enum RootSkips {
    /// Nothing.
    #[default]
    Nothing,
    /// What an object is for, unless its kind is one of these, and the data of ConfigMaps and Secrets if both are not.
    AllBut(Vec<String>),
}

/// Bookkeeping of the API server, which often takes more room than the object. It is never read.
const ALWAYS: &[(&str, &str)] = &[("metadata", "managedFields")];

impl Default for Skips {
    fn default() -> Self {
        Self::new(Vec::new())
    }
}

impl Skips {
    /// Steps over these entries, each as the key it stands under and its own, and over managed fields.
    pub fn new(pairs: Vec<(&'static str, &'static str)>) -> Self {
        let pairs: Vec<(&'static str, &'static str)> = ALWAYS.iter().copied().chain(pairs).collect();
        let mut skips = Self { lengths: [0; 256], pairs, root: RootSkips::Nothing };
        let keys: Vec<&'static str> = skips.pairs.iter().map(|(_, key)| *key).collect();
        for key in keys {
            skips.expect(key);
        }
        skips
    }

    /// Also steps over the bodies of all but these kinds; their metadata and status are still read.
    #[must_use]
    pub fn but_bodies_of(mut self, kinds: Vec<String>) -> Self {
        for key in ["spec", "data", "binaryData", "stringData"] {
            self.expect(key);
        }
        self.root = RootSkips::AllBut(kinds);
        self
    }

    fn expect(&mut self, key: &str) {
        if let Some(first) = key.bytes().next() {
            self.lengths[usize::from(first)] |= 1 << key.len().min(63);
        }
    }

    /// False for nearly every key that stays.
    #[inline]
    pub(super) fn may(&self, key: &[u8]) -> bool {
        key.first().is_some_and(|first| self.lengths[usize::from(*first)] & (1 << key.len().min(63)) != 0)
    }

    pub(super) fn drops(&self, parent: &[u8], key: &[u8]) -> bool {
        self.pairs.iter().any(|(above, own)| own.as_bytes() == key && above.as_bytes() == parent)
    }

    /// At the top of an object whose kind, if it was met yet, is `kind`. Only ConfigMaps and Secrets hold data, which stands in front.
    pub(super) fn drops_of_root(&self, key: &[u8], kind: Option<&[u8]>) -> bool {
        let RootSkips::AllBut(kinds) = &self.root else { return false };
        let kept = |kind: &[u8]| kinds.iter().any(|other| other.as_bytes() == kind);
        match key {
            b"spec" => kind.is_some_and(|kind| kind != b"List" && !kept(kind)),
            b"data" | b"binaryData" | b"stringData" => !kept(b"ConfigMap") && !kept(b"Secret"),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_goes_by_its_parent_and_its_key() {
        let skips = Skips::new(vec![("containers", "env")]);
        assert!(skips.may(b"env") && skips.may(b"eny") && !skips.may(b"envFrom") && !skips.may(b"name"));
        assert!(skips.drops(b"containers", b"env"));
        assert!(!skips.drops(b"labels", b"env"));
        assert!(skips.drops(b"metadata", b"managedFields"));
    }

    #[test]
    fn the_body_of_a_kind_that_is_kept_stays() {
        let skips = Skips::default().but_bodies_of(vec!["Pod".to_owned()]);
        assert!(!skips.drops_of_root(b"spec", Some(b"Pod")));
        assert!(skips.drops_of_root(b"spec", Some(b"ClusterServiceVersion")));
        assert!(!skips.drops_of_root(b"spec", None));
        assert!(skips.drops_of_root(b"data", None));
        assert!(!Skips::default().drops_of_root(b"data", None));
        assert!(!Skips::default().but_bodies_of(vec!["ConfigMap".to_owned()]).drops_of_root(b"data", None));
    }
}
