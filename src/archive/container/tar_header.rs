//! One tar header, and the records that extend it.

use tar::Header;

use super::sparse::{Map, number};

/// Size of a block.
pub(in crate::archive) const BLOCK: usize = 512;

/// Whether the checksum in a block is that of the block, which makes it a header.
fn checksum_holds(block: &[u8]) -> bool {
    let Some(field) = block.get(148..156) else { return false };
    let digits = field.trim_ascii_start();
    let end = digits.iter().position(|b| !(b'0'..=b'7').contains(b)).unwrap_or(digits.len());
    if end == 0 || !digits[end..].iter().all(|b| matches!(b, 0 | b' ')) {
        return false;
    }
    let stored = digits[..end].iter().fold(0u32, |sum, b| sum * 8 + u32::from(b - b'0'));
    // The field itself counts as eight blanks. Some old writers summed signed bytes.
    let blanks = 8 * 32;
    let unsigned = |bytes: &[u8]| bytes.iter().map(|b| u32::from(*b)).sum::<u32>();
    if unsigned(block) - unsigned(field) + blanks == stored {
        return true;
    }
    let signed = |bytes: &[u8]| bytes.iter().map(|b| i32::from(b.cast_signed())).sum::<i32>();
    i64::from(signed(block) - signed(field)) + i64::from(blanks) == i64::from(stored)
}

/// Whether these first bytes are those of a tar archive: `ustar` in its place, or an old header with a true checksum.
pub(in crate::archive) fn looks_like_tar(bytes: &[u8]) -> bool {
    if bytes.get(257..262) == Some(b"ustar") {
        return true;
    }
    let Some(block) = bytes.get(..BLOCK) else { return false };
    block[0] != 0 && checksum_holds(block)
}

/// What a member is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    File,
    Directory,
    /// Links, devices, fifos and whatever else has no content of its own.
    Other,
    Sparse,
    LongName,
    LongLink,
    Pax,
    PaxGlobal,
}

/// The facts of one header.
#[derive(Debug)]
pub(super) struct Head {
    pub(super) kind: Kind,
    /// Bytes that follow.
    pub(super) size: u64,
    pub(super) mtime: Option<i64>,
    pub(super) name: Vec<u8>,
    /// Where an old GNU sparse member has content, as far as one header tells.
    pub(super) map: Map,
    /// Further blocks with the rest of the map follow before the content.
    pub(super) extended: bool,
}

impl Head {
    /// Reads a header; `None` when the block is none. `name` is a buffer for reuse.
    pub(super) fn parse(block: &[u8], mut name: Vec<u8>) -> Option<Self> {
        if block.len() != BLOCK || !checksum_holds(block) {
            return None;
        }
        let header = Header::from_byte_slice(block);
        // Old writers leave the field empty for members without content.
        let unset = header.as_old().size.iter().all(|b| matches!(b, 0 | b' '));
        let size = if unset { 0 } else { header.entry_size().ok()? };
        name.clear();
        name.extend_from_slice(&header.path_bytes());
        let kind = match header.as_bytes()[156] {
            0 | b'0' | b'7' => Kind::File,
            b'5' => Kind::Directory,
            b'L' => Kind::LongName,
            b'K' => Kind::LongLink,
            b'x' | b'X' => Kind::Pax,
            b'g' => Kind::PaxGlobal,
            b'S' => Kind::Sparse,
            _ => Kind::Other,
        };
        // These have no content, whatever the field says: some writers record the size of a link's target.
        let size = if matches!(header.as_bytes()[156], b'2'..=b'6') { 0 } else { size };
        let mtime = header.mtime().ok().and_then(|t| i64::try_from(t).ok());
        let extended = kind == Kind::Sparse && header.as_bytes()[482] != 0;
        let mut map = Map::default();
        if kind == Kind::Sparse {
            map.read_pairs(&block[386..482]);
            map.size = number(&block[483..495]).unwrap_or(0);
        }
        Some(Self { kind, size, mtime, name, map, extended })
    }
}

/// What long-name members and PAX records say about the member that follows.
#[derive(Debug, Default)]
pub(super) struct Extension {
    pub(super) path: Option<Vec<u8>>,
    pub(super) size: Option<u64>,
    pub(super) mtime: Option<i64>,
    /// Something was said about holes.
    pub(super) sparse: bool,
    /// Where a sparse member has content.
    pub(super) map: Map,
    /// The map stands in front of the content.
    pub(super) front: bool,
    /// Offset of a piece whose length comes with the next record.
    offset: u64,
    /// The name of a sparse member; what stands in `path` is for readers that know of no holes.
    named: bool,
}

impl Extension {
    /// Takes over the records of a PAX header; returns whether all of it could be read.
    pub(super) fn read_pax(&mut self, mut records: &[u8]) -> bool {
        // Each record is `LENGTH KEY=VALUE\n`, and the length counts itself; a value may hold line ends.
        while !records.is_empty() && records[0] != 0 {
            let Some((record, rest)) = split_record(records) else { return false };
            records = rest;
            let Some(equals) = record.iter().position(|b| *b == b'=') else { return false };
            let (key, value) = (&record[..equals], &record[equals + 1..]);
            match key {
                b"GNU.sparse.name" => (self.path, self.named, self.sparse) = (Some(value.to_vec()), true, true),
                b"path" if self.named => {}
                b"path" => self.path = Some(value.to_vec()),
                b"size" => match text(value).and_then(|v| v.parse().ok()) {
                    Some(size) => self.size = Some(size),
                    None => return false,
                },
                // Fractions are dropped; seconds are all that anyone compares.
                b"mtime" => {
                    self.mtime = text(value).and_then(|v| v.split('.').next()).and_then(|v| v.parse().ok());
                }
                _ => {
                    if let Some(key) = key.strip_prefix(b"GNU.sparse.")
                        && !self.read_sparse(key, text(value).unwrap_or_default())
                    {
                        return false;
                    }
                }
            }
        }
        true
    }

    /// One record about a sparse member; returns whether its value can be one.
    fn read_sparse(&mut self, key: &[u8], value: &str) -> bool {
        self.sparse = true;
        let number = value.parse::<u64>();
        match key {
            b"map" => self.map.read_list(value),
            b"major" => number.map(|major| self.front = major > 0).is_ok(),
            b"realsize" | b"size" => number.map(|size| self.map.size = size).is_ok(),
            b"offset" => number.map(|offset| self.offset = offset).is_ok(),
            b"numbytes" => number.map(|length| self.map.pieces.push((self.offset, length))).is_ok(),
            _ => true,
        }
    }
}

fn text(bytes: &[u8]) -> Option<&str> {
    std::str::from_utf8(bytes).ok()
}

fn split_record(records: &[u8]) -> Option<(&[u8], &[u8])> {
    let blank = records.iter().take(20).position(|b| *b == b' ')?;
    let length: usize = text(&records[..blank])?.parse().ok()?;
    if length <= blank + 1 || length > records.len() || records[length - 1] != b'\n' {
        return None;
    }
    Some((&records[blank + 1..length - 1], &records[length..]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pax_value_may_hold_line_ends_and_equals_signs() {
        let mut extension = Extension::default();
        assert!(extension.read_pax(b"14 path=a\nb=c\n13 size=1234\n23 mtime=1700000000.75\n"));
        assert_eq!(extension.path.as_deref(), Some(b"a\nb=c".as_slice()));
        assert_eq!(extension.size, Some(1234));
        assert_eq!(extension.mtime, Some(1_700_000_000));
    }

    #[test]
    fn damaged_pax_records_are_refused() {
        for bad in [b"99 path=a\n".as_slice(), b"x", b"5 a=b", b"0 \n", b"8 size=x\n", b"18446744073709551616 a=b\n"] {
            assert!(!Extension::default().read_pax(bad));
        }
    }

    #[test]
    fn an_old_header_counts_only_with_its_checksum() {
        let mut header = Header::new_old();
        header.as_old_mut().name[..5].copy_from_slice(b"a.log");
        header.set_size(5);
        header.set_cksum();
        assert!(looks_like_tar(header.as_bytes()));
        let mut broken = *header.as_bytes();
        broken[0] = b'b';
        assert!(!looks_like_tar(&broken));
        assert!(!looks_like_tar(&[0; BLOCK]));
    }
}
