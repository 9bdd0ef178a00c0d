//! Packs files into batches and cuts large ones into chunks.

use std::sync::Arc;

use super::batch::{Batch, Part};
use super::chunk::{self, CHUNK, CONTEXT};
use super::container::{Break, Bytes};
use super::gap::GapKind;
use super::limits::Limits;

/// Space for a batch that is nearly full and a whole chunk behind it.
const STORAGE: usize = 2 * CHUNK;
/// A buffer that a large file has blown up is not kept: dozens of them are under way.
const KEEP: usize = STORAGE;
/// Empty files take no bytes, so the number of parts is bounded too.
const PARTS: usize = 4096;
/// What a file of unknown size is taken for when deciding whether it still fits.
const GUESS: u64 = 64 * 1024;

/// The file to take.
pub(super) struct Entry {
    pub(super) path: Arc<str>,
    pub(super) member: u32,
    pub(super) mtime: Option<i64>,
    /// The size that the container claims; only a hint.
    pub(super) size: Option<u64>,
}

/// What became of a file.
#[derive(Debug, Default)]
pub(super) struct Taken {
    pub(super) bytes: u64,
    pub(super) broken: Option<Break>,
    /// How many lines lost their middle, and where the first of them starts.
    pub(super) long_lines: u64,
    pub(super) first_long_line: u64,
}

/// The batch under construction.
pub(super) struct Batcher<'d> {
    deliver: &'d mut dyn FnMut(Batch) -> Option<Vec<u8>>,
    /// Storage; the first `used` bytes count. Kept initialised so that reads can go straight into it.
    pub(super) bytes: Vec<u8>,
    pub(super) used: usize,
    parts: Vec<Part>,
    carry: Vec<u8>,
    whole: usize,
    pub(super) line: usize,
}

impl<'d> Batcher<'d> {
    pub(super) fn new(limits: &Limits, deliver: &'d mut dyn FnMut(Batch) -> Option<Vec<u8>>) -> Self {
        Self { deliver, bytes: Vec::new(), used: 0, parts: Vec::new(), carry: Vec::new(), whole: limits.whole, line: limits.line.max(CHUNK) }
    }

    /// Hands out what has been gathered.
    pub(super) fn flush(&mut self) {
        if self.parts.is_empty() {
            return;
        }
        let mut bytes = std::mem::take(&mut self.bytes);
        bytes.truncate(self.used);
        self.used = 0;
        let parts = std::mem::take(&mut self.parts);
        let recycled = (self.deliver)(Batch { bytes, parts });
        self.bytes = recycled.filter(|b| b.capacity() <= KEEP).unwrap_or_default();
    }

    /// Takes a file in one piece, up to the limit for whole files.
    pub(super) fn whole(&mut self, entry: &Entry, source: &mut dyn Bytes) -> Taken {
        self.make_room(entry);
        let from = self.used;
        let ended = self.fill_expecting(source, entry.size, from.saturating_add(self.whole));
        let mut broken = source.broken();
        if !ended && !source.peek(1).is_empty() {
            let mib = self.whole >> 20;
            broken = Some(Break::new(GapKind::Limit, format!("is longer than {mib} MiB; the rest was left out")));
        }
        let bytes = (self.used - from) as u64;
        self.parts.push(Part {
            path: Arc::clone(&entry.path),
            member: entry.member,
            range: from..self.used,
            lead: 0,
            trail: 0,
            index: 0,
            first: true,
            last: true,
            offset: 0,
            truncated: broken.is_some(),
            whole: true,
            cut: 0,
            mtime: entry.mtime,
        });
        self.flush_if_full();
        Taken { bytes, broken, ..Taken::default() }
    }

    /// Takes a file in chunks.
    pub(super) fn stream(&mut self, entry: &Entry, source: &mut dyn Bytes) -> Taken {
        self.make_room(entry);
        let mut taken = Taken::default();
        let mut base = self.used;
        let mut own = base;
        let mut index = 0;
        loop {
            let left = entry.size.map(|size| size.saturating_sub(taken.bytes + (self.used - own) as u64));
            let mut ended = self.fill_expecting(source, left, own + CHUNK + CONTEXT);
            let mut end = self.used;
            let mut length = (end - own) as u64;
            let mut cut = 0;
            if !ended || end - own > CHUNK {
                if let Some(n) = chunk::length(&self.bytes[own..own + CHUNK]) {
                    end = own + n;
                    length = n as u64;
                } else {
                    let line = self.long_line(source, own, ended);
                    (end, length, cut, ended) = (line.end, line.length, line.cut, line.ended);
                }
            }
            if cut > 0 {
                if taken.long_lines == 0 {
                    taken.first_long_line = taken.bytes;
                }
                taken.long_lines += 1;
            }
            let last = ended && end == self.used;
            if last {
                taken.broken = source.broken();
            }
            self.parts.push(Part {
                path: Arc::clone(&entry.path),
                member: entry.member,
                range: own..end,
                lead: own - base,
                trail: chunk::trail(&self.bytes[end..self.used], ended),
                index,
                first: index == 0,
                last,
                offset: taken.bytes,
                truncated: last && taken.broken.is_some(),
                whole: false,
                cut,
                mtime: entry.mtime,
            });
            taken.bytes += length;
            if last {
                self.flush_if_full();
                return taken;
            }
            let lead = chunk::lead(&self.bytes[base..end]);
            self.turn_page(end - lead);
            (base, own, index) = (0, lead, index + 1);
        }
    }

    /// Like [`Self::fill`] for a source that claims to have `left` more bytes: room is made for these and no more.
    fn fill_expecting(&mut self, source: &mut dyn Bytes, left: Option<u64>, until: usize) -> bool {
        let claimed = left.and_then(|n| usize::try_from(n).ok()).and_then(|n| self.used.checked_add(n)?.checked_add(1));
        // One byte more than claimed shows whether the claim was true.
        claimed.is_some_and(|claimed| claimed < until && self.fill(source, claimed)) || self.fill(source, until)
    }

    /// Reads until `used` reaches `until`; returns whether the source ended before.
    ///
    /// Storage grows with the bytes that really arrive, never by a size that a header claims.
    pub(super) fn fill(&mut self, source: &mut dyn Bytes, until: usize) -> bool {
        while self.used < until {
            let need = until.min(self.used + CHUNK);
            if self.bytes.len() < need {
                // Storage that is there already is cleared piece by piece: clearing all of it for each batch would show.
                let grown = if need <= self.bytes.capacity() { need } else { (self.bytes.len() * 2).max(STORAGE) };
                self.bytes.resize(grown, 0);
            }
            let to = until.min(self.bytes.len());
            let n = source.read(&mut self.bytes[self.used..to]);
            if n == 0 {
                return true;
            }
            self.used += n;
        }
        false
    }

    /// Delivers, and starts the next batch with the bytes from `keep` on.
    fn turn_page(&mut self, keep: usize) {
        let mut carry = std::mem::take(&mut self.carry);
        carry.clear();
        carry.extend_from_slice(&self.bytes[keep..self.used]);
        // The context behind the chunk stays in the old batch as well, so nothing is cut off there.
        self.flush();
        if self.bytes.capacity() < carry.len() {
            self.bytes = vec![0; carry.len().max(STORAGE)];
        } else if self.bytes.len() < carry.len() {
            self.bytes.resize(carry.len(), 0);
        }
        self.bytes[..carry.len()].copy_from_slice(&carry);
        self.used = carry.len();
        self.carry = carry;
    }

    fn make_room(&mut self, entry: &Entry) {
        let expected = entry.size.unwrap_or(GUESS);
        if self.used > 0 && expected.saturating_add(self.used as u64) > CHUNK as u64 {
            self.flush();
        }
    }

    fn flush_if_full(&mut self) {
        if self.used >= CHUNK || self.parts.len() >= PARTS {
            self.flush();
        }
    }
}
