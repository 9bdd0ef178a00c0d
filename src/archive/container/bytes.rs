//! A stream of bytes that ends instead of failing.

use std::io::{ErrorKind, Read};

use sha2::{Digest, Sha256};

use crate::archive::gap::GapKind;

/// Why a stream ended before its time.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::archive) struct Break {
    pub(in crate::archive) kind: GapKind,
    pub(in crate::archive) detail: String,
}

impl Break {
    pub(in crate::archive) fn new(kind: GapKind, detail: impl Into<String>) -> Self {
        Self { kind, detail: detail.into() }
    }

    pub(in crate::archive) fn truncated() -> Self {
        Self::new(GapKind::Truncated, "ends in the middle")
    }
}

/// A stream of bytes to pull from.
///
/// Nothing here returns an error. A damaged stream simply ends, so that what came before is delivered by the same code
/// as an intact one; [`Bytes::broken`] tells afterwards whether the end was a true end.
pub(in crate::archive) trait Bytes {
    /// The next bytes: at least `want` of them unless the stream ends before. `want` is at most 4 KiB.
    fn peek(&mut self, want: usize) -> &[u8];

    /// Drops bytes that [`Bytes::peek`] has just shown.
    fn consume(&mut self, n: usize);

    /// Reads into `dst`; 0 means that the stream has ended (or that `dst` is empty).
    fn read(&mut self, dst: &mut [u8]) -> usize;

    /// Why the stream ended, if it ended too early. Meaningful once nothing is left.
    fn broken(&self) -> Option<Break>;

    /// Bytes consumed so far.
    fn position(&self) -> u64;

    /// A member begins here: the nearest decompressor measures its ratio anew.
    fn mark(&mut self) {}

    /// Whether the end of this stream is certified, as by the checksum that closes a compressed one.
    fn ends_surely(&self) -> bool {
        false
    }

    /// Gives up on the rest, and returns how many bytes that was as far as it is known without much work.
    fn pass(&mut self) -> u64 {
        self.skip(u64::MAX)
    }

    /// Drops up to `limit` bytes and returns how many there were.
    fn skip(&mut self, limit: u64) -> u64 {
        let mut left = limit;
        while left > 0 {
            let there = self.peek(1).len();
            if there == 0 {
                break;
            }
            let n = usize::try_from(left).unwrap_or(usize::MAX).min(there);
            self.consume(n);
            left -= n as u64;
        }
        limit - left
    }
}

/// Bytes of a file or of memory, through one buffer.
pub(in crate::archive) struct Input<R> {
    reader: R,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    position: u64,
    ended: bool,
    broken: Option<Break>,
    hash: Option<Sha256>,
    /// The length of a file that need not be read to its end.
    length: Option<u64>,
}

/// Large enough that system calls do not show, small enough to stay in the cache.
const INPUT_BUFFER: usize = 128 * 1024;

impl<R: Read> Input<R> {
    /// Reads from `reader` through `buffer`, which is made large enough here and can be reused for the next file.
    pub(in crate::archive) fn new(reader: R, mut buffer: Vec<u8>, hash: bool) -> Self {
        buffer.resize(INPUT_BUFFER, 0);
        let hash = hash.then(Sha256::new);
        Self { reader, buffer, start: 0, end: 0, position: 0, ended: false, broken: None, hash, length: None }
    }

    /// States the length, so that the rest can be passed over unread.
    pub(in crate::archive) fn with_length(self, length: u64) -> Self {
        Self { length: Some(length), ..self }
    }

    /// The buffer for reuse.
    pub(in crate::archive) fn into_buffer(self) -> Vec<u8> {
        self.buffer
    }

    /// Reads what is left, and returns the digest of everything and its length.
    pub(in crate::archive) fn finish(mut self) -> (Option<[u8; 32]>, u64) {
        self.skip(u64::MAX);
        (self.hash.map(|hash| hash.finalize().into()), self.position)
    }

    fn pull(reader: &mut R, hash: &mut Option<Sha256>, dst: &mut [u8]) -> Result<usize, Break> {
        loop {
            match reader.read(dst) {
                Ok(n) => {
                    if let (Some(hash), Some(read)) = (hash, dst.get(..n)) {
                        hash.update(read);
                    }
                    return Ok(n.min(dst.len()));
                }
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(error) => return Err(Break::new(GapKind::Unreadable, format!("cannot be read: {error}"))),
            }
        }
    }

    fn settle(&mut self, read: Result<usize, Break>) -> usize {
        match read {
            Ok(0) => self.ended = true,
            Ok(n) => return n,
            Err(broken) => {
                self.ended = true;
                self.broken = Some(broken);
            }
        }
        0
    }
}

impl<R: Read> Bytes for Input<R> {
    fn peek(&mut self, want: usize) -> &[u8] {
        while self.end - self.start < want && !self.ended {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let read = Self::pull(&mut self.reader, &mut self.hash, &mut self.buffer[self.end..]);
            self.end += self.settle(read);
        }
        &self.buffer[self.start..self.end]
    }

    fn consume(&mut self, n: usize) {
        let n = n.min(self.end - self.start);
        self.start += n;
        self.position += n as u64;
    }

    fn read(&mut self, dst: &mut [u8]) -> usize {
        // A large read with an empty buffer goes straight to its place.
        if self.start == self.end && dst.len() >= INPUT_BUFFER / 2 && !self.ended {
            let read = Self::pull(&mut self.reader, &mut self.hash, dst);
            let n = self.settle(read);
            self.position += n as u64;
            return n;
        }
        let n = copy(self.peek(1), dst);
        self.consume(n);
        n
    }

    fn broken(&self) -> Option<Break> {
        self.broken.clone()
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn pass(&mut self) -> u64 {
        match self.length {
            Some(length) => length.saturating_sub(self.position),
            None => self.skip(u64::MAX),
        }
    }
}

/// Copies as much as fits and returns how much that was.
pub(super) fn copy(from: &[u8], to: &mut [u8]) -> usize {
    let n = from.len().min(to.len());
    to[..n].copy_from_slice(&from[..n]);
    n
}

/// A member of an archive: the next `size` bytes of a stream.
pub(in crate::archive) struct Member<'a> {
    inner: &'a mut dyn Bytes,
    left: u64,
    position: u64,
}

impl<'a> Member<'a> {
    pub(in crate::archive) fn new(inner: &'a mut dyn Bytes, size: u64) -> Self {
        Self { inner, left: size, position: 0 }
    }

    /// Bytes that are still to come.
    pub(super) fn left(&self) -> u64 {
        self.left
    }

    fn clamp(&self, n: usize) -> usize {
        usize::try_from(self.left).unwrap_or(usize::MAX).min(n)
    }
}

impl Bytes for Member<'_> {
    fn peek(&mut self, want: usize) -> &[u8] {
        let want = self.clamp(want);
        if want == 0 {
            return &[];
        }
        let left = self.left;
        let seen = self.inner.peek(want);
        &seen[..usize::try_from(left).unwrap_or(usize::MAX).min(seen.len())]
    }

    fn consume(&mut self, n: usize) {
        let n = self.clamp(n);
        self.inner.consume(n);
        self.left -= n as u64;
        self.position += n as u64;
    }

    fn read(&mut self, dst: &mut [u8]) -> usize {
        let most = self.clamp(dst.len());
        if most == 0 {
            return 0;
        }
        let n = self.inner.read(&mut dst[..most]);
        self.left -= n as u64;
        self.position += n as u64;
        n
    }

    fn broken(&self) -> Option<Break> {
        if self.left == 0 {
            return None;
        }
        Some(self.inner.broken().unwrap_or_else(Break::truncated))
    }

    fn position(&self) -> u64 {
        self.position
    }

    fn mark(&mut self) {
        self.inner.mark();
    }
}
