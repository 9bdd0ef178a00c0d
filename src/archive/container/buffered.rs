//! Bytes that are made on demand, as a stream to look ahead in.

use super::bytes::{Break, Bytes, copy};

/// Something that makes bytes: a decompressor, or the filler of a sparse file.
pub(super) trait Unpack {
    /// Room for what is made and not wanted yet.
    const BUFFER: usize;
    /// From this size on, what is asked for is made where it is wanted and not in the buffer.
    const DIRECT: usize;

    /// Makes bytes at the start of `dst`, which is not empty, and returns how many; 0 is the end.
    fn unpack(&mut self, dst: &mut [u8]) -> usize;

    /// Why the end came too early, if it did.
    fn broken(&self) -> Option<Break>;

    /// See [`Bytes::ends_surely`].
    fn ends_surely(&self) -> bool;

    /// See [`Bytes::mark`].
    fn mark(&mut self);
}

/// The bytes that something makes.
///
/// Generic, so that each maker gets a copy of this in which its own work can be inlined: this is where most of the time goes.
pub(super) struct Buffered<U> {
    maker: U,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    position: u64,
}

impl<U: Unpack> Buffered<U> {
    pub(super) fn new(maker: U) -> Self {
        Self { maker, buffer: vec![0; U::BUFFER], start: 0, end: 0, position: 0 }
    }
}

impl<U: Unpack> Bytes for Buffered<U> {
    fn peek(&mut self, want: usize) -> &[u8] {
        while self.end - self.start < want {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let n = self.maker.unpack(&mut self.buffer[self.end..]);
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
        if self.start == self.end && dst.len() >= U::DIRECT {
            let n = self.maker.unpack(dst);
            self.position += n as u64;
            return n;
        }
        let n = copy(self.peek(1), dst);
        self.consume(n);
        n
    }

    fn broken(&self) -> Option<Break> {
        self.maker.broken()
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn ends_surely(&self) -> bool {
        self.maker.ends_surely()
    }

    /// How much is left is not known without making it, which nobody wants.
    fn pass(&mut self) -> u64 {
        0
    }

    fn mark(&mut self) {
        self.maker.mark();
    }
}
