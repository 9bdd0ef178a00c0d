//! Sparse members: a tar that left out the holes of a file, and wrote down where they were.
//!
//! GNU tar has written the map of what is there in four ways: in the header and blocks behind it, in PAX records (twice), and in front
//! of the content. They all end as one list here.

use super::budget::{Budget, Flow};
use super::buffered::Unpack;
use super::bytes::{Break, Bytes};

/// Pieces that one file may have; a log that was cut while it was written has one.
const PIECES: usize = 1 << 16;
/// Holes of one file that are filled as they were. A process that goes on writing to a log which was cut leaves one of any size.
const HOLES: u64 = 8 << 20;
/// What remains of a hole beyond that.
const SHORT: u64 = 512;

/// Where a sparse file has content: offset and length of each piece, in order, and the size of the whole.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub(super) struct Map {
    pub(super) pieces: Vec<(u64, u64)>,
    pub(super) size: u64,
}

impl Map {
    /// Whether the pieces follow one another inside the file, take as many bytes as were stored, and are no more than anybody writes.
    pub(super) fn is_sound(&self, stored: u64) -> bool {
        let (mut end, mut content) = (0, 0u64);
        let ordered = self.pieces.iter().all(|&(offset, length)| {
            let follows = offset >= end;
            end = offset.saturating_add(length);
            content = content.saturating_add(length);
            follows && end <= self.size
        });
        ordered && content == stored && self.pieces.len() <= PIECES
    }

    /// Shortens the holes of a sound map that would cost more than they can tell; returns how many zeros that leaves out.
    pub(super) fn shorten(&mut self) -> u64 {
        let (mut filled, mut removed, mut end) = (0, 0, 0);
        let mut keep = |hole: u64| {
            if filled + hole <= HOLES {
                filled += hole;
                return hole;
            }
            removed += hole - hole.min(SHORT);
            hole.min(SHORT)
        };
        let mut at = 0;
        for (offset, length) in &mut self.pieces {
            let hole = *offset - end;
            end = *offset + *length;
            *offset = at + keep(hole);
            at = *offset + *length;
        }
        self.size = at + keep(self.size - end);
        removed
    }

    /// Takes over pairs of numbers, twelve bytes each, as headers have them; an empty one ends the list.
    pub(super) fn read_pairs(&mut self, pairs: &[u8]) {
        for pair in pairs.chunks_exact(24) {
            let (offset, length) = pair.split_at(12);
            if self.pieces.len() > PIECES || length[0] == 0 {
                return;
            }
            // A number that is none makes the map unsound, since no piece can end there.
            self.pieces.push((number(offset).unwrap_or(u64::MAX), number(length).unwrap_or(u64::MAX)));
        }
    }

    /// Takes over `offset,length,offset,length,…`.
    pub(super) fn read_list(&mut self, list: &str) -> bool {
        if list.is_empty() {
            return true;
        }
        let numbers: Option<Vec<u64>> = list.split(',').take(2 * PIECES + 2).map(|number| number.parse().ok()).collect();
        let Some(numbers) = numbers else { return false };
        self.pieces = numbers.chunks_exact(2).map(|pair| (pair[0], pair[1])).collect();
        numbers.len().is_multiple_of(2)
    }

    /// Reads the map that stands in front of the content, in lines of decimal numbers: how many pieces, then offset and length of each.
    /// The rest of its last block belongs to it.
    pub(super) fn read_front(&mut self, bytes: &mut dyn Bytes) -> bool {
        let begin = bytes.position();
        let Some(count) = line(bytes).filter(|count| *count <= PIECES as u64) else { return false };
        self.pieces.clear();
        for _ in 0..count {
            let (Some(offset), Some(length)) = (line(bytes), line(bytes)) else { return false };
            self.pieces.push((offset, length));
        }
        let taken = bytes.position() - begin;
        let padding = taken.next_multiple_of(512) - taken;
        bytes.skip(padding) == padding
    }
}

/// A number of a header: octal, or with the first bit set the bytes of one that does not fit; `None` for a field that holds none.
pub(super) fn number(field: &[u8]) -> Option<u64> {
    if field.first().is_some_and(|byte| byte & 0x80 != 0) {
        let (head, tail) = field.split_at_checked(field.len().checked_sub(8)?)?;
        let fits = matches!(head, [0x80, rest @ ..] if rest.iter().all(|byte| *byte == 0));
        return if fits { Some(u64::from_be_bytes(tail.try_into().ok()?)) } else { None };
    }
    let text = std::str::from_utf8(field).ok()?.trim_matches(['\0', ' ']);
    if text.is_empty() { Some(0) } else { u64::from_str_radix(text, 8).ok() }
}

fn line(bytes: &mut dyn Bytes) -> Option<u64> {
    let seen = bytes.peek(24);
    let end = seen.iter().take(24).position(|byte| *byte == b'\n')?;
    let number = std::str::from_utf8(&seen[..end]).ok()?.parse().ok()?;
    bytes.consume(end + 1);
    Some(number)
}

/// The file as it was, its holes filled with zeros.
pub(super) struct Filler<'a> {
    inner: &'a mut dyn Bytes,
    map: Map,
    /// The piece that is next or under way.
    piece: usize,
    made: u64,
    /// Zeros cost a sender nothing, so that they count like what a decompressor makes.
    budget: &'a Budget,
    flow: Flow,
    broken: Option<Break>,
}

impl<'a> Filler<'a> {
    /// Fills the holes of a sound map; `inner` is the content.
    pub(super) fn new(inner: &'a mut dyn Bytes, map: Map, budget: &'a Budget) -> Self {
        Self { inner, map, piece: 0, made: 0, budget, flow: Flow::default(), broken: None }
    }
}

impl Unpack for Filler<'_> {
    const BUFFER: usize = 64 * 1024;
    const DIRECT: usize = 64 * 1024;

    fn unpack(&mut self, dst: &mut [u8]) -> usize {
        if self.broken.is_some() || self.made >= self.map.size {
            return 0;
        }
        let ends_before = |&(offset, length): &(u64, u64)| self.made >= offset + length;
        while self.map.pieces.get(self.piece).is_some_and(ends_before) {
            self.piece += 1;
        }
        let (from, to) = self.map.pieces.get(self.piece).map_or((self.map.size, self.map.size), |&(offset, length)| (offset, offset + length));
        let in_hole = self.made < from;
        let left = if in_hole { from - self.made } else { to - self.made };
        let step = usize::try_from(left).unwrap_or(usize::MAX).min(dst.len());
        let dst = &mut dst[..step];
        let n = if in_hole {
            dst.fill(0);
            step
        } else {
            self.inner.read(dst)
        };
        self.made += n as u64;
        self.broken = if n == 0 {
            Some(self.inner.broken().unwrap_or_else(Break::truncated))
        } else {
            self.budget.account(&mut self.flow, if in_hole { 0 } else { n as u64 }, n as u64)
        };
        n
    }

    fn broken(&self) -> Option<Break> {
        self.broken.clone()
    }

    fn ends_surely(&self) -> bool {
        self.made >= self.map.size
    }

    fn mark(&mut self) {
        self.inner.mark();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(pieces: &[(u64, u64)], size: u64) -> Map {
        Map { pieces: pieces.to_vec(), size }
    }

    #[test]
    fn maps_that_no_tool_writes_are_unsound() {
        assert!(map(&[], 0).is_sound(0) && map(&[], 1 << 50).is_sound(0));
        assert!(map(&[(0, 5), (10, 5), (20, 0)], 20).is_sound(10));
        assert!(!map(&[(0, 5)], 20).is_sound(6), "a byte that belongs nowhere");
        assert!(!map(&[(0, 5), (4, 5)], 20).is_sound(10), "pieces that overlap");
        assert!(!map(&[(0, 21)], 20).is_sound(21), "content behind the end");
        assert!(!map(&[(u64::MAX, 5)], u64::MAX - 1).is_sound(5));
        assert!(!map(&vec![(0, 0); PIECES + 1], 0).is_sound(0));
    }

    #[test]
    fn only_holes_that_cost_too_much_are_shortened() {
        let mut small = map(&[(100, 5), (HOLES, 5)], HOLES + 6);
        let before = small.clone();
        assert_eq!((small.shorten(), small), (0, before));
        // A log that was cut at 5 TB while a process went on writing: the text is what counts.
        let mut huge = map(&[(5 << 40, 7), ((5 << 40) + 20, 1)], 9 << 40);
        let removed = huge.shorten();
        assert_eq!(huge, map(&[(SHORT, 7), (SHORT + 20, 1)], SHORT + 21 + SHORT));
        assert_eq!(removed, (9 << 40) - huge.size);
        let mut all = map(&[], u64::MAX);
        all.shorten();
        assert_eq!(all.size, SHORT);
    }

    #[test]
    fn numbers_are_octal_or_binary() {
        assert_eq!(number(b"00000000017\0"), Some(15));
        assert_eq!(number(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 0]), Some(256));
        assert_eq!(number(&[0xff; 12]), None, "a negative one");
        assert_eq!((number(b"\0\0\0\0"), number(b"9")), (Some(0), None));
    }
}
