//! xz, zstd and bzip2: a decoder of somebody else's between two streams of ours.

use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use bzip2::read::MultiBzDecoder;
use lzma_rust2::XzReader;

use super::budget::{Budget, Flow};
use super::buffered::{Buffered, Unpack};
use super::bytes::{Break, Bytes};
use super::gzip::gzip;
use super::zstd::Frames;
use crate::archive::gap::GapKind;

/// A format that compresses one stream.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::archive) enum Packing {
    Gzip,
    Xz,
    Zstd,
    Bzip2,
}

impl Packing {
    /// The word for a file compressed alone, and for a tar archive.
    pub(in crate::archive) fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Gzip => ("gz", "tar.gz"),
            Self::Xz => ("xz", "tar.xz"),
            Self::Zstd => ("zst", "tar.zst"),
            Self::Bzip2 => ("bz2", "tar.bz2"),
        }
    }
}

/// The unpacked bytes of a compressed stream.
pub(in crate::archive) fn unpack<'a>(packing: Packing, inner: &'a mut dyn Bytes, budget: &'a Budget) -> Box<dyn Bytes + 'a> {
    match packing {
        Packing::Gzip => Box::new(gzip(inner, budget)),
        Packing::Xz => Box::new(decoded(inner, budget, |feed| Box::new(XzReader::new_mem_limit(feed, true, DICTIONARY_KIB)))),
        Packing::Zstd => Box::new(decoded(inner, budget, |feed| Box::new(Frames::new(feed)))),
        Packing::Bzip2 => Box::new(decoded(inner, budget, |feed| Box::new(MultiBzDecoder::new(feed)))),
    }
}

/// The largest dictionary that an xz file may ask for; `xz -9` asks for half of it.
const DICTIONARY_KIB: u32 = 128 << 10;
/// What a decoder is asked for at once. It gives nothing of a piece in which the stream breaks, so pieces are small.
const PIECE: usize = 8 * 1024;

/// What went through a feed, shared with the stream above the decoder.
#[derive(Debug, Default)]
struct Fed {
    taken: Cell<u64>,
    ended: Cell<bool>,
    broken: RefCell<Option<Break>>,
}

/// The compressed bytes as decoders want them.
pub(super) struct Feed<'a> {
    inner: &'a mut dyn Bytes,
    fed: Rc<Fed>,
}

impl Feed<'_> {
    /// The next bytes, up to four, without taking them.
    pub(super) fn peek(&mut self) -> &[u8] {
        let seen = self.inner.peek(4);
        seen.get(..4).unwrap_or(seen)
    }
}

impl Read for Feed<'_> {
    fn read(&mut self, dst: &mut [u8]) -> std::io::Result<usize> {
        let n = self.inner.read(dst);
        self.fed.taken.set(self.fed.taken.get() + n as u64);
        if n == 0 && !dst.is_empty() {
            self.fed.ended.set(true);
            self.fed.broken.replace(self.inner.broken());
        }
        Ok(n)
    }
}

/// The bytes that a decoder gives.
fn decoded<'a>(inner: &'a mut dyn Bytes, budget: &'a Budget, make: impl FnOnce(Feed<'a>) -> Box<dyn Read + 'a>) -> Buffered<Decoded<'a>> {
    let fed = Rc::new(Fed::default());
    let decoder = make(Feed { inner, fed: Rc::clone(&fed) });
    Buffered::new(Decoded { decoder, fed, seen: 0, budget, flow: Flow::default(), finished: false, broken: None })
}

/// A decoder and what is known of its stream.
struct Decoded<'a> {
    decoder: Box<dyn Read + 'a>,
    fed: Rc<Fed>,
    /// Bytes of the feed that were accounted for.
    seen: u64,
    budget: &'a Budget,
    flow: Flow,
    finished: bool,
    broken: Option<Break>,
}

impl Unpack for Decoded<'_> {
    const BUFFER: usize = 64 * 1024;
    /// Pieces are small, so that they are gathered in the buffer always.
    const DIRECT: usize = usize::MAX;

    fn unpack(&mut self, dst: &mut [u8]) -> usize {
        if !self.finished && self.broken.is_none() {
            self.broken = self.budget.spent();
        }
        let most = dst.len().min(PIECE);
        while !self.finished && self.broken.is_none() {
            // The decoders are not ours and the bytes are anybody's: a panic in them is damage like any other.
            match catch_unwind(AssertUnwindSafe(|| self.decoder.read(&mut dst[..most]))) {
                Ok(Ok(0)) => self.finished = true,
                Ok(Ok(n)) => {
                    let taken = self.fed.taken.get() - self.seen;
                    self.seen += taken;
                    self.broken = self.budget.account(&mut self.flow, taken, n as u64);
                    return n.min(most);
                }
                Ok(Err(error)) if error.kind() == ErrorKind::Interrupted => {}
                Ok(Err(error)) => self.broken = Some(self.why(&error)),
                Err(_) => self.broken = Some(Break::new(GapKind::Corrupt, "the compressed data is damaged (its decoder failed)")),
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

impl Decoded<'_> {
    fn why(&self, error: &Error) -> Break {
        if error.kind() == ErrorKind::OutOfMemory {
            return Break::new(GapKind::Limit, "asks for more memory than the limit for decoders");
        }
        if self.fed.ended.get() {
            return self.fed.broken.borrow().clone().unwrap_or_else(Break::truncated);
        }
        Break::new(GapKind::Corrupt, format!("the compressed data is damaged ({error})"))
    }
}
