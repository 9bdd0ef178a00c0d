//! xz, zstd and bzip2: a decoder of somebody else's between two streams of ours.

use std::cell::{Cell, RefCell};
use std::io::{Error, ErrorKind, Read};
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::rc::Rc;

use bzip2::read::MultiBzDecoder;
use lzma_rust2::XzReader;

use super::budget::{Budget, Flow};
use super::bytes::{Break, Bytes, copy};
use super::gzip::Gzip;
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
        Packing::Gzip => Box::new(Gzip::new(inner, budget)),
        Packing::Xz => Box::new(Unpacked::new(inner, budget, |feed| Box::new(XzReader::new_mem_limit(feed, true, DICTIONARY_KIB)))),
        Packing::Zstd => Box::new(Unpacked::new(inner, budget, |feed| Box::new(Frames::new(feed)))),
        Packing::Bzip2 => Box::new(Unpacked::new(inner, budget, |feed| Box::new(MultiBzDecoder::new(feed)))),
    }
}

/// The largest dictionary that an xz file may ask for; `xz -9` asks for half of it.
const DICTIONARY_KIB: u32 = 128 << 10;
const BUFFER: usize = 64 * 1024;
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

/// A decoder that is read as a stream.
struct Unpacked<'a> {
    decoder: Box<dyn Read + 'a>,
    fed: Rc<Fed>,
    /// Bytes of the feed that were accounted for.
    seen: u64,
    budget: &'a Budget,
    flow: Flow,
    finished: bool,
    broken: Option<Break>,
    buffer: Vec<u8>,
    start: usize,
    end: usize,
    position: u64,
}

impl<'a> Unpacked<'a> {
    fn new(inner: &'a mut dyn Bytes, budget: &'a Budget, make: impl FnOnce(Feed<'a>) -> Box<dyn Read + 'a>) -> Self {
        let fed = Rc::new(Fed::default());
        let decoder = make(Feed { inner, fed: Rc::clone(&fed) });
        Self {
            decoder,
            fed,
            seen: 0,
            budget,
            flow: Flow::default(),
            finished: false,
            broken: None,
            buffer: vec![0; BUFFER],
            start: 0,
            end: 0,
            position: 0,
        }
    }

    /// Unpacks one piece into the buffer; 0 is the end.
    fn unpack(&mut self) -> usize {
        if !self.finished && self.broken.is_none() {
            self.broken = self.budget.spent();
        }
        while !self.finished && self.broken.is_none() {
            let room = &mut self.buffer[self.end..];
            let most = room.len().min(PIECE);
            // The decoders are not ours and the bytes are anybody's: a panic in them is damage like any other.
            match catch_unwind(AssertUnwindSafe(|| self.decoder.read(&mut room[..most]))) {
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

impl Bytes for Unpacked<'_> {
    fn peek(&mut self, want: usize) -> &[u8] {
        while self.end - self.start < want {
            if self.start > 0 {
                self.buffer.copy_within(self.start..self.end, 0);
                self.end -= self.start;
                self.start = 0;
            }
            let n = self.unpack();
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

    fn ends_surely(&self) -> bool {
        self.finished
    }

    fn pass(&mut self) -> u64 {
        0
    }

    fn mark(&mut self) {
        self.flow.mark();
    }
}
