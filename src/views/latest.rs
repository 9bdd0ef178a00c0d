//! Keeps the newest of many things in bounded memory.

use std::collections::BTreeMap;

/// The greatest keys of all that were offered, as many as fit into a number of items and a number of bytes.
///
/// What is kept depends on what was offered alone, never on the order: once an item was dropped, nothing below
/// it is taken any more.
#[derive(Debug)]
pub struct Latest<K, V> {
    items: BTreeMap<K, (usize, V)>,
    bytes: usize,
    most_items: usize,
    most_bytes: usize,
    floor: Option<K>,
    dropped: u64,
}

impl<K: Ord + Clone, V> Latest<K, V> {
    /// Room for so many items and bytes.
    pub fn new(most_items: usize, most_bytes: usize) -> Self {
        Self { items: BTreeMap::new(), bytes: 0, most_items, most_bytes, floor: None, dropped: 0 }
    }

    /// Offers an item of so many bytes.
    pub fn offer(&mut self, key: K, bytes: usize, make: impl FnOnce() -> V) {
        if self.floor.as_ref().is_some_and(|floor| key <= *floor) {
            self.dropped += 1;
            return;
        }
        if let Some((before, _)) = self.items.insert(key, (bytes, make())) {
            self.bytes -= before;
        }
        self.bytes += bytes;
        self.shrink();
    }

    /// How many were dropped.
    pub fn dropped(&self) -> u64 {
        self.dropped
    }

    /// Bytes that are kept.
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// What was kept, the smallest key first.
    pub fn into_items(self) -> impl Iterator<Item = (K, V)> {
        self.items.into_iter().map(|(key, (_, value))| (key, value))
    }

    fn shrink(&mut self) {
        while self.items.len() > self.most_items || self.bytes > self.most_bytes {
            let Some((key, (bytes, _))) = self.items.pop_first() else { return };
            self.bytes -= bytes;
            self.dropped += 1;
            self.floor = Some(key);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_million_lines_take_no_more_room_than_a_hundred() {
        let mut latest = Latest::new(1_000, 64 << 10);
        for number in 0..1_000_000_u64 {
            latest.offer(number, 640, || number);
            assert!(latest.bytes() <= 64 << 10);
        }
        let dropped = latest.dropped();
        let kept: Vec<u64> = latest.into_items().map(|(key, _)| key).collect();
        assert_eq!((kept.len(), kept[0], dropped), (102, 999_898, 999_898));
    }

    #[test]
    fn what_is_kept_does_not_depend_on_who_came_first() {
        let sizes = |key: u64| usize::try_from(key * 7919 % 90).unwrap() + 10;
        let room = || Latest::new(50, 1_000);
        let (mut whole, mut backwards, mut mixed) = (room(), room(), room());
        for key in 0..500_u64 {
            whole.offer(key, sizes(key), || ());
            backwards.offer(499 - key, sizes(499 - key), || ());
            // 37 and 500 have no common divisor, so that each key comes once.
            mixed.offer(key * 37 % 500, sizes(key * 37 % 500), || ());
        }
        let keys = |latest: Latest<u64, ()>| (latest.dropped(), latest.into_items().map(|(key, ())| key).collect::<Vec<_>>());
        let expected = keys(whole);
        assert!(expected.1.len() > 5 && expected.1.last() == Some(&499));
        assert_eq!(keys(backwards), expected);
        assert_eq!(keys(mixed), expected);
    }
}
