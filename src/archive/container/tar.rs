//! tar: a walk over blocks.
//!
//! Done by hand because the `tar` crate's iterator costs ten times as much per member, which shows at 40,000 of them.

use super::buffered::Buffered;
use super::bytes::{Break, Bytes, Member};
use super::sparse::{Filler, Map};
use super::tar_header::{BLOCK, Extension, Head, Kind};
use crate::archive::gap::{ArchiveGap, GapKind};
use crate::archive::path;
use crate::archive::walker::{Meta, Walker};

/// The largest long-name or PAX member that is read; real ones have a few hundred bytes.
const LARGEST_RECORD: u64 = 1 << 20;

/// Walks the members of a tar stream. `prefix` is what their paths begin with: empty, or the path of the archive with `!/`.
pub(in crate::archive) fn walk(walker: &mut Walker<'_>, prefix: &str, bytes: &mut dyn Bytes, depth: u8) {
    let mut tar = Tar { prefix, path: prefix.to_owned(), last: String::new(), extension: Extension::default(), global: Extension::default() };
    let mut name = Vec::new();
    let mut closed = false;
    let mut lost = false;
    while !walker.stopped() {
        let at = bytes.position();
        let block = bytes.peek(BLOCK);
        let Some(block) = block.get(..BLOCK) else {
            let rest = !block.is_empty();
            return tar.end(walker, bytes, closed, rest);
        };
        if block.iter().all(|b| *b == 0) {
            closed = true;
            bytes.consume(BLOCK);
            continue;
        }
        let Some(head) = Head::parse(block, std::mem::take(&mut name)) else {
            if closed {
                // Garbage behind the end is nobody's loss, but the rest tells whether the compressed stream is whole.
                bytes.skip(u64::MAX);
                return tar.end(walker, bytes, true, false);
            }
            if !lost {
                tar.gap(walker, at, Break::new(GapKind::Corrupt, "has a damaged header; skipped to the next one"));
            }
            lost = true;
            bytes.consume(BLOCK);
            continue;
        };
        (closed, lost) = (false, false);
        bytes.consume(BLOCK);
        if !walker.next_entry() {
            return;
        }
        bytes.mark();
        if !tar.member(walker, bytes, &head, depth) {
            return;
        }
        name = head.name;
    }
}

struct Tar<'p> {
    prefix: &'p str,
    /// Prefix and path of the current member, in one buffer for all.
    path: String,
    last: String,
    extension: Extension,
    global: Extension,
}

impl Tar<'_> {
    /// Handles one header and what follows it; returns whether the stream goes on.
    fn member(&mut self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, head: &Head, depth: u8) -> bool {
        match head.kind {
            Kind::LongName | Kind::Pax | Kind::PaxGlobal => return self.extend(walker, bytes, head),
            Kind::LongLink => return self.pass(walker, bytes, head.size),
            Kind::File | Kind::Directory | Kind::Other | Kind::Sparse => {}
        }
        let extension = std::mem::take(&mut self.extension);
        let size = match head.kind {
            Kind::File | Kind::Sparse => extension.size.or(self.global.size).unwrap_or(head.size),
            Kind::Directory => 0,
            _ => head.size,
        };
        let mut map = if head.kind == Kind::Sparse { head.map.clone() } else { extension.map };
        let mut more = head.extended;
        while more {
            // Further maps of an old GNU sparse member; the last one says that it is the last.
            let Some(block) = bytes.peek(BLOCK).get(..BLOCK) else { break };
            more = block[504] != 0;
            map.read_pairs(&block[..504]);
            bytes.consume(BLOCK);
        }
        let name = extension.path.as_deref().or(self.global.path.as_deref()).unwrap_or(&head.name);
        self.path.truncate(self.prefix.len());
        match head.kind {
            Kind::Directory => walker.count_directory(),
            // Before ustar, a directory was a file whose name ends in a slash. Only the full name may say so: a long one
            // is cut in the header, perhaps right behind a slash.
            Kind::File if name.ends_with(b"/") => walker.count_directory(),
            Kind::File | Kind::Sparse => {
                if let Err(why) = path::normalise(name, &mut self.path) {
                    let shown: String = String::from_utf8_lossy(name).chars().take(200).collect();
                    walker.gap(ArchiveGap::new(GapKind::Refused, self.archive(), format!("member `{shown}` was left out: {why}")));
                    return self.pass(walker, bytes, size);
                }
                let mtime = extension.mtime.or(head.mtime);
                let mut member = Member::new(bytes, size);
                if head.kind == Kind::Sparse || extension.sparse {
                    self.sparse(walker, &mut member, (map, extension.front), mtime, depth);
                } else {
                    walker.member(&self.path, Meta { size: Some(size), mtime }, &mut member, depth);
                }
                let left = size - member.position();
                self.last.clear();
                self.last.push_str(&self.path[self.prefix.len()..]);
                return walker.stopped() || self.finish(walker, bytes, size, left);
            }
            _ => walker.count_ignored(),
        }
        self.pass(walker, bytes, size)
    }

    /// Hands out a member that was stored without its holes; `front` tells that the map stands before the content.
    fn sparse(&self, walker: &mut Walker<'_>, member: &mut Member<'_>, (mut map, front): (Map, bool), mtime: Option<i64>, depth: u8) {
        if front && !map.read_front(member) || !map.is_sound(member.left()) {
            // Without a map nobody knows where the content belongs. The archive itself may have ended in it.
            let cut = if member.peek(1).is_empty() { member.broken() } else { None };
            let broken = cut.unwrap_or_else(|| Break::new(GapKind::Corrupt, "is stored as a sparse file whose map is damaged"));
            walker.gap(ArchiveGap::new(broken.kind, &self.path, broken.detail));
            return;
        }
        let zeros = map.shorten();
        if zeros > 0 {
            // Nothing that was ever written is missing, but places behind the hole are not those of the file.
            let detail = format!("is a sparse file; {zeros} zeros of its holes were left out");
            walker.gap(ArchiveGap::new(GapKind::LongLine, &self.path, detail));
        }
        let meta = Meta { size: Some(map.size), mtime };
        walker.member(&self.path, meta, &mut Buffered::new(Filler::new(member, map, walker.budget())), depth);
    }

    /// Reads a member that describes the next one.
    fn extend(&mut self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, head: &Head) -> bool {
        if head.size > LARGEST_RECORD {
            let at = bytes.position();
            self.gap(walker, at, Break::new(GapKind::Corrupt, "has a header record of more than 1 MiB"));
            return self.pass(walker, bytes, head.size);
        }
        let mut data = vec![0; usize::try_from(head.size).unwrap_or(0)];
        let mut read = 0;
        while read < data.len() {
            let n = bytes.read(&mut data[read..]);
            if n == 0 {
                break;
            }
            read += n;
        }
        data.truncate(read);
        let sound = match head.kind {
            Kind::LongName => {
                let end = data.iter().position(|b| *b == 0).unwrap_or(data.len());
                data.truncate(end);
                self.extension.path = Some(data);
                true
            }
            Kind::PaxGlobal => self.global.read_pax(&data),
            _ => self.extension.read_pax(&data),
        };
        let left = head.size - read as u64;
        if !sound && left == 0 {
            let at = bytes.position();
            self.gap(walker, at, Break::new(GapKind::Corrupt, "has a damaged extended header"));
        }
        self.finish(walker, bytes, head.size, left)
    }

    /// Skips a member of this size.
    fn pass(&mut self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, size: u64) -> bool {
        self.finish(walker, bytes, size, size)
    }

    /// Skips what is left of a member and its padding; the end of the stream in here is a gap.
    fn finish(&mut self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, size: u64, left: u64) -> bool {
        let block = BLOCK as u64;
        let padding = (block - size % block) % block;
        if bytes.skip(left) == left && bytes.skip(padding) == padding {
            return true;
        }
        let at = bytes.position();
        self.gap(walker, at, bytes.broken().unwrap_or_else(Break::truncated));
        false
    }

    fn end(&self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, closed: bool, rest: bool) {
        let broken = match bytes.broken() {
            Some(broken) => broken,
            None if rest => Break::truncated(),
            // A compressed stream that ends properly proves that nothing is missing; a bare one proves nothing.
            None if !closed && !bytes.ends_surely() => Break::new(GapKind::Truncated, "ends without the empty blocks that close a tar archive"),
            None => return,
        };
        self.gap(walker, bytes.position(), broken);
    }

    fn archive(&self) -> &str {
        self.prefix.strip_suffix("!/").unwrap_or(self.prefix)
    }

    fn gap(&self, walker: &mut Walker<'_>, at: u64, broken: Break) {
        let after = (!self.last.is_empty()).then(|| self.last.clone());
        walker.gap(ArchiveGap { kind: broken.kind, path: self.archive().to_owned(), offset: Some(at), after, detail: broken.detail });
    }
}
