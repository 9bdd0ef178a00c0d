//! The header in front of each member of a zip file, and the descriptor behind those that were written to a pipe.

use super::bytes::{Break, Bytes};
use super::unpack::Packing;
use crate::archive::gap::GapKind;

/// Bytes that tell what comes next.
pub(super) const SIGNATURE: usize = 4;
const FIXED: usize = 30;

/// What stands at a place between members.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Next {
    Member,
    /// The mark of an archive that was written as if it had parts.
    Marker,
    /// The table that follows the last member.
    Table,
    End,
    Garbage,
}

impl Next {
    pub(super) fn of(seen: &[u8]) -> Self {
        match seen {
            [b'P', b'K', 3, 4, ..] => Self::Member,
            [b'P', b'K', 1, 2, ..] | [b'P', b'K', 5, 6, ..] | [b'P', b'K', 6, 6 | 8, ..] => Self::Table,
            [b'P', b'K', 7, 8, ..] | [b'P', b'K', b'0', b'0', ..] => Self::Marker,
            short if short.len() < SIGNATURE => Self::End,
            _ => Self::Garbage,
        }
    }
}

/// A local header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Head {
    pub(super) name: Vec<u8>,
    pub(super) method: u16,
    /// Checksum of the content; of a streamed member the descriptor has it.
    pub(super) crc: u32,
    encrypted: bool,
    /// Sizes follow the content in a descriptor.
    pub(super) streamed: bool,
    pub(super) packed: u64,
    /// `None` while only the end of the content tells.
    pub(super) unpacked: Option<u64>,
    pub(super) mtime: Option<i64>,
}

impl Head {
    /// Reads a header that [`Next::Member`] announced; `None` when the stream ends inside it.
    pub(super) fn read(bytes: &mut dyn Bytes) -> Option<Self> {
        let fixed: [u8; FIXED] = bytes.peek(FIXED).get(..FIXED)?.try_into().ok()?;
        let fixed = &fixed[..];
        bytes.consume(FIXED);
        let (flags, method) = (u16_at(fixed, 6)?, u16_at(fixed, 8)?);
        let crc = u32_at(fixed, 14)?;
        let (packed, unpacked) = (u32_at(fixed, 18)?, u32_at(fixed, 22)?);
        let name = take(bytes, usize::from(u16_at(fixed, 26)?))?;
        let extra = take(bytes, usize::from(u16_at(fixed, 28)?))?;
        let streamed = flags & 8 != 0;
        let mut head = Self {
            name,
            method,
            crc,
            encrypted: flags & 1 != 0,
            streamed,
            packed: u64::from(packed),
            unpacked: (!streamed).then_some(u64::from(unpacked)),
            mtime: None,
        };
        head.read_extra(&extra, packed, unpacked);
        Some(head)
    }

    /// Fields beyond the fixed ones: sizes of more than 32 bits, and the time in seconds.
    fn read_extra(&mut self, mut extra: &[u8], packed: u32, unpacked: u32) {
        while let (Some(id), Some(length)) = (u16_at(extra, 0), u16_at(extra, 2)) {
            let end = 4 + usize::from(length);
            let Some(field) = extra.get(4..end) else { return };
            extra = &extra[end..];
            match id {
                0x0001 => {
                    let mut at = 0;
                    if unpacked == u32::MAX {
                        self.unpacked = u64_at(field, at).filter(|_| !self.streamed);
                        at += 8;
                    }
                    if packed == u32::MAX {
                        self.packed = u64_at(field, at).unwrap_or(self.packed);
                    }
                }
                0x5455 if field.first().is_some_and(|flags| flags & 1 != 0) => {
                    self.mtime = u32_at(field, 1).map(i64::from);
                }
                _ => {}
            }
        }
    }

    pub(super) fn is_directory(&self) -> bool {
        self.name.ends_with(b"/") || self.name.ends_with(b"\\")
    }

    /// How the content is packed, where that is a format that also comes as a file.
    pub(super) fn packing(&self) -> Option<Packing> {
        match self.method {
            12 => Some(Packing::Bzip2),
            93 => Some(Packing::Zstd),
            95 => Some(Packing::Xz),
            _ => None,
        }
    }

    /// Why the content cannot be read, if it cannot.
    pub(super) fn unreadable(&self) -> Option<String> {
        if self.encrypted {
            return Some("is encrypted; unpack the archive with its password and add the files as an input".to_owned());
        }
        let known = matches!(self.method, 0 | 8) || self.packing().is_some();
        if !known {
            return Some(format!("is packed by method {}, which is not read; unpack the archive and add the files as an input", self.method));
        }
        let open = self.streamed && self.method != 8 && self.packed == 0;
        open.then(|| "was written to a pipe without a size; unpack the archive and add the files as an input".to_owned())
    }
}

/// Takes the descriptor behind a streamed member of so many packed bytes, and returns the checksum in it.
///
/// It may begin with a mark or not, and its sizes have 32 or 64 bits; only the size itself tells which.
pub(super) fn pass_descriptor(bytes: &mut dyn Bytes, packed: u64) -> Result<u32, Break> {
    let seen = bytes.peek(26);
    let crc = if seen.starts_with(b"PK\x07\x08") { 8 } else { 4 };
    let checksum = u32_at(seen, crc - 4).unwrap_or_default();
    let narrow = u32_at(seen, crc).is_some_and(|size| u64::from(size) == packed & u64::from(u32::MAX));
    let wide = u64_at(seen, crc) == Some(packed);
    // A small size reads alike in both widths; the 64 bit form is right when a signature follows it.
    let follows = |end: usize| seen.get(end..end + 2) == Some(b"PK");
    let length = match (narrow, wide) {
        (true, true) if follows(crc + 16) => crc + 16,
        (true, _) => crc + 8,
        (false, true) => crc + 16,
        (false, false) if seen.len() < 16 => return Err(bytes.broken().unwrap_or_else(Break::truncated)),
        (false, false) => return Err(Break::new(GapKind::Corrupt, "has a member whose sizes are wrong; the rest was left out")),
    };
    bytes.skip(length as u64);
    Ok(checksum)
}

fn take(bytes: &mut dyn Bytes, length: usize) -> Option<Vec<u8>> {
    let mut data = vec![0; length];
    let mut read = 0;
    while read < length {
        match bytes.read(&mut data[read..]) {
            0 => return None,
            n => read += n,
        }
    }
    Some(data)
}

fn u16_at(bytes: &[u8], at: usize) -> Option<u16> {
    Some(u16::from_le_bytes(bytes.get(at..at + 2)?.try_into().ok()?))
}

fn u32_at(bytes: &[u8], at: usize) -> Option<u32> {
    Some(u32::from_le_bytes(bytes.get(at..at + 4)?.try_into().ok()?))
}

fn u64_at(bytes: &[u8], at: usize) -> Option<u64> {
    Some(u64::from_le_bytes(bytes.get(at..at + 8)?.try_into().ok()?))
}
