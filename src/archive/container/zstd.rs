//! zstd: any number of frames in a row, skippable ones passed over.

use std::io::{Error, Read, Result, copy, sink};

use ruzstd::decoding::{BlockDecodingStrategy, FrameDecoder};

use super::unpack::Feed;

/// The frames of a zstd stream, read as one.
///
/// A decoder holds back one window until a frame ends, so a frame that is cut loses up to that much of what came before the cut.
pub(super) struct Frames<'a> {
    feed: Feed<'a>,
    decoder: FrameDecoder,
    inside: bool,
}

impl<'a> Frames<'a> {
    pub(super) fn new(feed: Feed<'a>) -> Self {
        Self { feed, decoder: FrameDecoder::new(), inside: false }
    }

    /// Goes to the next frame with content; returns whether there is one.
    fn next_frame(&mut self) -> Result<bool> {
        loop {
            match *self.feed.peek() {
                [0x28, 0xb5, 0x2f, 0xfd] => {
                    self.decoder.init(&mut self.feed).map_err(Error::other)?;
                    self.inside = true;
                    return Ok(true);
                }
                [0x50..=0x5f, 0x2a, 0x4d, 0x18] => {
                    let mut head = [0; 8];
                    self.feed.read_exact(&mut head)?;
                    let length = u32::from_le_bytes([head[4], head[5], head[6], head[7]]);
                    copy(&mut self.feed.by_ref().take(u64::from(length)), &mut sink())?;
                }
                [] => {
                    // Reading once more notes whether the stream below ended as it should.
                    let more = self.feed.read(&mut [0; 1])?;
                    return Ok(more > 0);
                }
                // Garbage behind the last frame is nobody's loss.
                _ => return Ok(false),
            }
        }
    }

    fn check(&self) -> Result<()> {
        match (self.decoder.get_checksum_from_data(), self.decoder.get_calculated_checksum()) {
            (Some(written), Some(found)) if written != found => Err(Error::other("its checksum is wrong")),
            _ => Ok(()),
        }
    }
}

impl Read for Frames<'_> {
    fn read(&mut self, dst: &mut [u8]) -> Result<usize> {
        if dst.is_empty() {
            return Ok(0);
        }
        loop {
            if self.decoder.can_collect() > 0 {
                return self.decoder.read(dst);
            }
            if self.inside && !self.decoder.is_finished() {
                self.decoder.decode_blocks(&mut self.feed, BlockDecodingStrategy::UptoBlocks(1)).map_err(Error::other)?;
                continue;
            }
            if self.inside {
                self.inside = false;
                self.check()?;
            }
            if !self.next_frame()? {
                return Ok(0);
            }
        }
    }
}
