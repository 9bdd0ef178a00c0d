//! What decompressors may produce.

use std::cell::Cell;
use std::io::Read;

use super::bytes::Break;
use crate::archive::gap::GapKind;
use crate::archive::limits::Limits;

/// What all decompressors of one walk may still produce, together.
#[derive(Debug)]
pub(in crate::archive) struct Budget {
    left: Cell<u64>,
    ratio: u64,
    ratio_floor: u64,
    total_ratio: u64,
    total_floor: u64,
    /// Bytes read of the input itself, and bytes made of them by all decompressors.
    read: Cell<u64>,
    made: Cell<u64>,
}

/// A reader of the input that tells the budget what it reads.
pub(in crate::archive) struct Counted<'b, R> {
    reader: R,
    read: &'b Cell<u64>,
}

impl<R: Read> Read for Counted<'_, R> {
    fn read(&mut self, dst: &mut [u8]) -> std::io::Result<usize> {
        let n = self.reader.read(dst)?;
        self.read.set(self.read.get().saturating_add(n as u64));
        Ok(n)
    }
}

/// What one decompressor has taken and made, in all and since the current member began.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Flow {
    taken: u64,
    made: u64,
    mark: (u64, u64),
}

impl Flow {
    pub(super) fn mark(&mut self) {
        self.mark = (self.taken, self.made);
    }
}

impl Budget {
    pub(in crate::archive) fn new(limits: &Limits) -> Self {
        Self {
            left: Cell::new(limits.unpacked),
            ratio: limits.ratio,
            ratio_floor: limits.ratio_floor,
            total_ratio: limits.total_ratio,
            total_floor: limits.total_floor,
            read: Cell::new(0),
            made: Cell::new(0),
        }
    }

    /// Counts what is read of the input through this reader.
    pub(in crate::archive) fn counted<R: Read>(&self, reader: R) -> Counted<'_, R> {
        Counted { reader, read: &self.read }
    }

    /// Counts what one step has taken and made; the break says which limit it went beyond.
    pub(super) fn account(&self, flow: &mut Flow, taken: u64, made: u64) -> Option<Break> {
        flow.taken += taken;
        flow.made += made;
        let Some(left) = self.left.get().checked_sub(made) else {
            self.left.set(0);
            return Some(Break::new(GapKind::Limit, "more bytes than the limit for unpacked data"));
        };
        self.left.set(left);
        self.made.set(self.made.get().saturating_add(made));
        if let Some(spent) = self.spent() {
            return Some(spent);
        }
        let (packed, unpacked) = (flow.taken - flow.mark.0, flow.made - flow.mark.1);
        let bomb = unpacked > self.ratio_floor && unpacked / self.ratio.max(1) > packed;
        bomb.then(|| Break::new(GapKind::Limit, "grows beyond the limit for the compression ratio"))
    }

    /// Why nothing more may be unpacked at all. Asked before each step too: a million members with one step each are a bomb.
    pub(super) fn spent(&self) -> Option<Break> {
        if self.left.get() == 0 {
            return Some(Break::new(GapKind::Limit, "more bytes than the limit for unpacked data"));
        }
        let grown = self.made.get() > self.total_floor && self.made.get() / self.total_ratio.max(1) > self.read.get();
        grown.then(|| Break::new(GapKind::Limit, "grows beyond the limit for the compression ratio of all members together"))
    }
}
