//! What decompressors may produce.

use std::cell::Cell;

use super::bytes::Break;
use crate::archive::gap::GapKind;
use crate::archive::limits::Limits;

/// What all decompressors of one walk may still produce, together.
#[derive(Debug)]
pub(in crate::archive) struct Budget {
    left: Cell<u64>,
    ratio: u64,
    ratio_floor: u64,
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
        Self { left: Cell::new(limits.unpacked), ratio: limits.ratio, ratio_floor: limits.ratio_floor }
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
        let (packed, unpacked) = (flow.taken - flow.mark.0, flow.made - flow.mark.1);
        let bomb = unpacked > self.ratio_floor && unpacked / self.ratio.max(1) > packed;
        bomb.then(|| Break::new(GapKind::Limit, "grows beyond the limit for the compression ratio"))
    }
}
