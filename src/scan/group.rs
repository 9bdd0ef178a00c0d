use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use super::merge::earlier;
use crate::model::{Fields, Hit, HitGroup, Timestamp};

/// Hits kept from the beginning and from the end of a group.
pub(super) const SAMPLES: usize = 8;
/// Keys per log and pattern.
pub(super) const MOST_KEYS: usize = 256;

/// What the lines of one group have in common.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) captures: Vec<Option<Box<str>>>,
    pub(super) fields: Vec<Option<Box<str>>>,
}

/// First and last items of a sequence, which may arrive in pieces.
#[derive(Debug, Clone)]
pub(super) struct Ends<T> {
    head: Vec<T>,
    tail: VecDeque<T>,
}

impl<T> Ends<T> {
    pub(super) fn new() -> Self {
        Self { head: Vec::new(), tail: VecDeque::new() }
    }

    pub(super) fn push(&mut self, item: T) {
        if self.head.len() < SAMPLES {
            self.head.push(item);
            return;
        }
        if self.tail.len() == SAMPLES {
            self.tail.pop_front();
        }
        self.tail.push_back(item);
    }

    /// Items in order. A later piece that dropped items kept at least as many as can still matter here.
    pub(super) fn into_items(self) -> impl Iterator<Item = T> {
        self.head.into_iter().chain(self.tail)
    }
}

/// Named groups with their values, in the order of the pattern.
type Captures = Box<[(Arc<str>, Option<Box<str>>)]>;

/// A group while its log is being scanned; `T` is a place in the chunk first, a hit later.
#[derive(Debug, Clone)]
pub(super) struct Group<T> {
    pub(super) captures: Captures,
    pub(super) fields: Fields,
    pub(super) count: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
    pub(super) samples: Ends<T>,
}

impl<T> Group<T> {
    pub(super) fn seen(&mut self, time: Option<Timestamp>, sample: T) {
        self.count += 1;
        self.first = earlier(self.first, time);
        self.last = self.last.max(time);
        self.samples.push(sample);
    }
}

/// Lines whose key did not fit: only their number and time.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Overflow {
    pub(super) count: u64,
    pub(super) first: Option<Timestamp>,
    pub(super) last: Option<Timestamp>,
}

impl Overflow {
    pub(super) fn add(&mut self, count: u64, first: Option<Timestamp>, last: Option<Timestamp>) {
        self.count += count;
        self.first = earlier(self.first, first);
        self.last = self.last.max(last);
    }
}

/// Groups of one pattern in one log.
///
/// When there are too many keys, the smallest are kept. Which ones are kept must not depend on where the log was cut: a key
/// that is among the smallest of the whole log is among the smallest of each of its pieces, so no piece ever drops a line of it.
/// The earliest keys, though nicer to have, do not have this property.
#[derive(Debug, Clone)]
pub(super) struct Groups<T> {
    pub(super) by_key: BTreeMap<Key, Group<T>>,
    pub(super) overflow: Overflow,
}

impl<T> Default for Groups<T> {
    fn default() -> Self {
        Self { by_key: BTreeMap::new(), overflow: Overflow::default() }
    }
}

impl<T> Groups<T> {
    /// Whether a group of this key would be dropped at once.
    fn is_beyond(&self, key: &Key) -> bool {
        self.by_key.len() >= MOST_KEYS && self.by_key.last_key_value().is_some_and(|(last, _)| key > last)
    }

    fn trim(&mut self) {
        while self.by_key.len() > MOST_KEYS {
            if let Some((_, dropped)) = self.by_key.pop_last() {
                self.overflow.add(dropped.count, dropped.first, dropped.last);
            }
        }
    }

    /// Counts one line; `start` makes the group of a key seen for the first time.
    pub(super) fn seen(&mut self, key: Key, time: Option<Timestamp>, sample: T, start: impl FnOnce() -> Group<T>) {
        if let Some(group) = self.by_key.get_mut(&key) {
            group.seen(time, sample);
            return;
        }
        if self.is_beyond(&key) {
            self.overflow.add(1, time, time);
            return;
        }
        let mut group = start();
        group.seen(time, sample);
        self.by_key.insert(key, group);
        self.trim();
    }

    /// The same groups with other samples.
    pub(super) fn map<U>(self, mut change: impl FnMut(T) -> U) -> Groups<U> {
        let by_key = self.by_key.into_iter().map(|(key, group)| {
            let samples = Ends {
                head: group.samples.head.into_iter().map(&mut change).collect(),
                tail: group.samples.tail.into_iter().map(&mut change).collect(),
            };
            (key, Group { captures: group.captures, fields: group.fields, count: group.count, first: group.first, last: group.last, samples })
        });
        Groups { by_key: by_key.collect(), overflow: self.overflow }
    }

    /// Adds the groups of a later piece of the same log.
    pub(super) fn absorb(&mut self, later: Self) {
        self.overflow.add(later.overflow.count, later.overflow.first, later.overflow.last);
        for (key, group) in later.by_key {
            match self.by_key.get_mut(&key) {
                Some(known) => {
                    known.count += group.count;
                    known.first = earlier(known.first, group.first);
                    known.last = known.last.max(group.last);
                    group.samples.into_items().for_each(|sample| known.samples.push(sample));
                }
                None => {
                    self.by_key.insert(key, group);
                }
            }
        }
        self.trim();
    }
}

impl Groups<Hit> {
    /// The groups by first line, the overflow last. An overflow group has no captures, no fields and no samples.
    pub(super) fn finish(self, pattern: u32) -> Vec<HitGroup> {
        let mut groups: Vec<HitGroup> = self
            .by_key
            .into_values()
            .map(|group| HitGroup {
                log: 0,
                pattern,
                captures: group.captures,
                fields: group.fields,
                count: group.count,
                first: group.first,
                last: group.last,
                samples: group.samples.into_items().collect(),
            })
            .collect();
        groups.sort_by_key(|group| group.samples.first().map(|hit| hit.line));
        if self.overflow.count > 0 {
            groups.push(HitGroup {
                log: 0,
                pattern,
                captures: Box::default(),
                fields: Fields::default(),
                count: self.overflow.count,
                first: self.overflow.first,
                last: self.overflow.last,
                samples: Vec::new(),
            });
        }
        groups
    }
}
