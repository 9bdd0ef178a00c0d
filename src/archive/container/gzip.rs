//! Deflate: as gzip, any number of members in a row, garbage behind the last one tolerated.

use flate2::{Decompress, FlushDecompress, Status};

use super::budget::{Budget, Flow};
use super::bytes::{Break, Bytes, copy};
use crate::archive::gap::GapKind;

/// Output that is not written straight to its place waits here; zlib copies its 32 KiB window once per fill.
const BUFFER: usize = 256 * 1024;
/// From this size on it pays to unpack straight to where the bytes are wanted.
const DIRECT: usize = 64 * 1024;

/// The unpacked bytes of a gzip stream.
pub(in crate::archive) struct Gzip<'a> {
    inflater: Inflater<'a>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    position: u64,
}

impl<'a> Gzip<'a> {
    pub(in crate::archive) fn new(inner: &'a mut dyn Bytes, budget: &'a Budget) -> Self {
        Self::of(inner, budget, gzip_state(), true)
    }

    /// Bare deflate, as a member of a zip file has it. Takes no byte beyond its end.
    pub(in crate::archive) fn raw(inner: &'a mut dyn Bytes, budget: &'a Budget) -> Self {
        Self::of(inner, budget, Decompress::new(false), false)
    }

    fn of(inner: &'a mut dyn Bytes, budget: &'a Budget, state: Decompress, members: bool) -> Self {
        let inflater = Inflater { inner, budget, state, members, finished: false, broken: None, flow: Flow::default() };
        Self { inflater, buffer: vec![0; BUFFER], start: 0, end: 0, position: 0 }
    }
}

impl Bytes for Gzip<'_> {
    fn peek(&mut self, want: usize) -> &[u8] {
        while self.end - self.start < want {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let n = self.inflater.unpack(&mut self.buffer[self.end..]);
            if n == 0 {
                break;
            }
            self.end += n;
        }
        &self.buffer[self.start..self.end]
    }

    fn consume(&mut self, n: usize) {
        let n = n.min(self.end - self.start);
        self.start += n;
        self.position += n as u64;
    }

    fn read(&mut self, dst: &mut [u8]) -> usize {
        if self.start == self.end && dst.len() >= DIRECT {
            let n = self.inflater.unpack(dst);
            self.position += n as u64;
            return n;
        }
        let n = copy(self.peek(1), dst);
        self.consume(n);
        n
    }

    fn broken(&self) -> Option<Break> {
        self.inflater.broken.clone()
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn ends_surely(&self) -> bool {
        self.inflater.finished
    }

    fn pass(&mut self) -> u64 {
        0
    }

    fn mark(&mut self) {
        self.inflater.flow.mark();
    }
}

struct Inflater<'a> {
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

impl Inflater<'_> {
    /// Unpacks into `dst` until it has something; 0 is the end.
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
