//! Deflate: as gzip, any number of members in a row, garbage behind the last one tolerated.

use flate2::{Decompress, FlushDecompress, Status};

use super::budget::{Budget, Flow};
use super::buffered::{Buffered, Unpack};
use super::bytes::{Break, Bytes};
use crate::archive::gap::GapKind;

/// The unpacked bytes of a gzip stream: any number of members.
pub(super) fn gzip<'a>(inner: &'a mut dyn Bytes, budget: &'a Budget) -> Buffered<Inflater<'a>> {
    Buffered::new(Inflater::new(inner, budget, gzip_state(), true))
}

/// Bare deflate, as a member of a zip file has it. Takes no byte beyond its end.
pub(super) fn deflate<'a>(inner: &'a mut dyn Bytes, budget: &'a Budget) -> Buffered<Inflater<'a>> {
    Buffered::new(Inflater::new(inner, budget, Decompress::new(false), false))
}

/// Deflate between two streams.
pub(super) struct Inflater<'a> {
    inner: &'a mut dyn Bytes,
    budget: &'a Budget,
    state: Decompress,
    /// Another gzip member may follow the first.
    members: bool,
    finished: bool,
    broken: Option<Break>,
    flow: Flow,
}

fn gzip_state() -> Decompress {
    Decompress::new_gzip(15)
}

impl Unpack for Inflater<'_> {
    /// zlib copies its window of 32 KiB once per fill.
    const BUFFER: usize = 256 * 1024;
    const DIRECT: usize = 64 * 1024;

    fn unpack(&mut self, dst: &mut [u8]) -> usize {
        if !self.finished && self.broken.is_none() {
            self.broken = self.budget.spent();
        }
        while !self.finished && self.broken.is_none() && !dst.is_empty() {
            let input = self.inner.peek(1);
            let starved = input.is_empty();
            let before = (self.state.total_in(), self.state.total_out());
            let result = self.state.decompress(input, dst, FlushDecompress::None);
            let taken = self.state.total_in() - before.0;
            let made = self.state.total_out() - before.1;
            self.inner.consume(usize::try_from(taken).unwrap_or(usize::MAX));
            // A stream that broke by itself keeps that reason: it is the truer one.
            let beyond = self.budget.account(&mut self.flow, taken, made);
            match result {
                Ok(Status::StreamEnd) => self.next_member(),
                // Without input the state may still hold output, so the end is only sure when none came.
                Ok(_) if starved && made == 0 => {
                    self.broken = Some(self.inner.broken().unwrap_or_else(Break::truncated));
                }
                Ok(_) if taken == 0 && made == 0 => self.corrupt("makes no progress"),
                Ok(_) => {}
                Err(error) => self.corrupt(error.message().unwrap_or("cannot be unpacked")),
            }
            if self.broken.is_none() {
                self.broken = beyond;
            }
            if made > 0 {
                return usize::try_from(made).unwrap_or(usize::MAX).min(dst.len());
            }
        }
        0
    }

    fn broken(&self) -> Option<Break> {
        self.broken.clone()
    }

    fn ends_surely(&self) -> bool {
        self.finished
    }

    fn mark(&mut self) {
        self.flow.mark();
    }
}

impl<'a> Inflater<'a> {
    fn new(inner: &'a mut dyn Bytes, budget: &'a Budget, state: Decompress, members: bool) -> Self {
        Self { inner, budget, state, members, finished: false, broken: None, flow: Flow::default() }
    }

    fn next_member(&mut self) {
        if self.members && self.inner.peek(3).starts_with(&[0x1f, 0x8b, 8]) {
            self.state = gzip_state();
        } else {
            self.finished = true;
        }
    }

    fn corrupt(&mut self, why: &str) {
        self.broken = Some(Break::new(GapKind::Corrupt, format!("the compressed data is damaged ({why})")));
    }
}
