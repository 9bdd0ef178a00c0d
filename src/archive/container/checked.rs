//! A stream whose checksum is taken on the way.

use flate2::Crc;

use super::bytes::{Break, Bytes};

/// The bytes of another stream, with the CRC-32 of those that went through.
pub(super) struct Checked<'a> {
    inner: &'a mut dyn Bytes,
    crc: Crc,
    /// Something was passed over unread.
    passed: bool,
}

impl<'a> Checked<'a> {
    pub(super) fn new(inner: &'a mut dyn Bytes) -> Self {
        Self { inner, crc: Crc::new(), passed: false }
    }

    /// The checksum; `None` unless the stream was read to a true end.
    pub(super) fn checksum(&mut self) -> Option<u32> {
        // Asking a stream for its end may cost the work of reading it, which nobody wanted.
        let whole = !self.passed && self.inner.peek(1).is_empty() && self.inner.broken().is_none();
        whole.then(|| self.crc.sum())
    }
}

impl Bytes for Checked<'_> {
    fn peek(&mut self, want: usize) -> &[u8] {
        self.inner.peek(want)
    }

    fn consume(&mut self, n: usize) {
        // What is consumed was shown by a peek before, so it lies in the buffer below.
        let mut left = n;
        while left > 0 {
            let seen = self.inner.peek(1);
            let part = seen.len().min(left);
            if part == 0 {
                return;
            }
            self.crc.update(&seen[..part]);
            self.inner.consume(part);
            left -= part;
        }
    }

    fn read(&mut self, dst: &mut [u8]) -> usize {
        let n = self.inner.read(dst);
        if let Some(read) = dst.get(..n) {
            self.crc.update(read);
        }
        n
    }

    fn broken(&self) -> Option<Break> {
        self.inner.broken()
    }

    fn position(&self) -> u64 {
        self.inner.position()
    }

    fn mark(&mut self) {
        self.inner.mark();
    }

    fn ends_surely(&self) -> bool {
        self.inner.ends_surely()
    }

    fn pass(&mut self) -> u64 {
        self.passed = true;
        self.inner.pass()
    }
}
