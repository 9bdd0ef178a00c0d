//! Lines that do not fit into a chunk, and those that do not fit at all.

use memchr::memchr;

use super::batcher::Batcher;
use super::chunk::{CHUNK, CONTEXT};
use super::container::Bytes;

/// How much is read at a time while looking for the end of the line.
const STEP: usize = 64 * 1024;

/// A line that is a chunk of its own.
pub(super) struct LongLine {
    /// Where it ends in the batch.
    pub(super) end: usize,
    /// Its length in the file.
    pub(super) length: u64,
    /// Bytes left out of its middle.
    pub(super) cut: u64,
    /// Whether the source has ended.
    pub(super) ended: bool,
}

impl Batcher<'_> {
    /// Reads on to the end of the line that starts at `own` and has no end within a chunk.
    ///
    /// Beyond the line limit the first and the last half of the limit are kept; between them stands
    /// ` [... N bytes cut ...] `. The middle passes through a window, so a line without end costs no memory.
    pub(super) fn long_line(&mut self, source: &mut dyn Bytes, own: usize, mut ended: bool) -> LongLine {
        let half = self.line / 2;
        let middle = own + half;
        let mut dropped = 0;
        let mut scanned = own + CHUNK;
        let mut end = loop {
            if let Some(newline) = memchr(b'\n', &self.bytes[scanned..self.used]) {
                break scanned + newline + 1;
            }
            scanned = self.used;
            if ended {
                break self.used;
            }
            // The window is let run full before its older part goes, so each byte moves about once.
            if self.used - middle > 2 * self.line {
                let drop = self.used - middle - half;
                self.bytes.copy_within(middle + drop..self.used, middle);
                self.used -= drop;
                scanned -= drop;
                dropped += drop as u64;
            }
            ended = self.fill(source, self.used + STEP);
        };
        let length = (end - own) as u64 + dropped;
        if length > self.line as u64 {
            let excess = end - middle - half;
            dropped += excess as u64;
            let mark = format!(" [... {dropped} bytes cut ...] ");
            self.bytes.splice(middle..middle + excess, mark.bytes());
            self.used = self.used - excess + mark.len();
            end = end - excess + mark.len();
        }
        let ended = self.fill(source, end + CONTEXT);
        LongLine { end, length, cut: dropped, ended }
    }
}
