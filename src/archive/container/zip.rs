//! zip: a walk over local headers.
//!
//! The table at the end of a zip file is not used: a member of another archive and standard input cannot be read backwards, and
//! a zip that was cut has no table at all.

use super::bytes::{Break, Bytes, Member};
use super::checked::Checked;
use super::gzip::deflate;
use super::unpack::unpack;
use super::zip_header::{Head, Next, SIGNATURE, pass_descriptor};
use crate::archive::gap::{ArchiveGap, GapKind};
use crate::archive::path;
use crate::archive::walker::{Meta, Walker};

/// Walks the members of a zip stream. `prefix` is what their paths begin with: empty, or the path of the archive with `!/`.
pub(in crate::archive) fn walk(walker: &mut Walker<'_>, prefix: &str, bytes: &mut dyn Bytes, depth: u8) {
    let mut zip = Zip { prefix, path: prefix.to_owned(), last: String::new() };
    while !walker.stopped() {
        match Next::of(bytes.peek(SIGNATURE)) {
            Next::Member => {}
            Next::Marker => {
                bytes.consume(SIGNATURE);
                continue;
            }
            Next::Table => {
                bytes.skip(u64::MAX);
                if let Some(broken) = bytes.broken() {
                    zip.gap(walker, bytes.position(), broken);
                }
                return;
            }
            Next::End => return zip.gap(walker, bytes.position(), bytes.broken().unwrap_or_else(Break::truncated)),
            Next::Garbage => {
                let why = "has no header where the next member should begin; the rest was left out";
                return zip.gap(walker, bytes.position(), Break::new(GapKind::Corrupt, why));
            }
        }
        let Some(head) = Head::read(bytes) else {
            return zip.gap(walker, bytes.position(), bytes.broken().unwrap_or_else(Break::truncated));
        };
        if !walker.next_entry() {
            return;
        }
        bytes.mark();
        if let Err(broken) = zip.member(walker, bytes, &head, depth) {
            return zip.gap(walker, bytes.position(), broken);
        }
    }
}

struct Zip<'p> {
    prefix: &'p str,
    /// Prefix and path of the current member, in one buffer for all.
    path: String,
    last: String,
}

impl Zip<'_> {
    /// Handles one member; an error ends the walk.
    fn member(&mut self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, head: &Head, depth: u8) -> Result<(), Break> {
        if head.is_directory() {
            walker.count_directory();
            return pass(bytes, head);
        }
        self.path.truncate(self.prefix.len());
        if let Err(why) = path::normalise(&head.name, &mut self.path) {
            let shown: String = String::from_utf8_lossy(&head.name).chars().take(200).collect();
            walker.gap(ArchiveGap::new(GapKind::Refused, self.archive(), format!("member `{shown}` was left out: {why}")));
            return pass(bytes, head);
        }
        if let Some(why) = head.unreadable() {
            walker.gap(ArchiveGap::new(GapKind::Unsupported, &self.path, why));
            return pass(bytes, head);
        }
        let meta = Meta { size: head.unpacked, mtime: head.mtime };
        let done =
            if head.streamed && head.method == 8 { self.streamed(walker, bytes, meta, depth) } else { self.sized(walker, bytes, head, meta, depth) };
        self.last.clear();
        self.last.push_str(&self.path[self.prefix.len()..]);
        if walker.stopped() { Ok(()) } else { done }
    }

    /// A member whose packed size is known beforehand.
    fn sized(&self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, head: &Head, meta: Meta, depth: u8) -> Result<(), Break> {
        let mut member = Member::new(bytes, head.packed);
        let budget = walker.budget();
        let found = match head.packing() {
            None if head.method == 0 => self.content(walker, meta, &mut member, depth),
            None => self.content(walker, meta, &mut deflate(&mut member, budget), depth),
            Some(packing) => self.content(walker, meta, &mut *unpack(packing, &mut member, budget), depth),
        };
        self.compare(walker, found, head.crc);
        let left = head.packed - member.position();
        if bytes.skip(left) == left { Ok(()) } else { Err(bytes.broken().unwrap_or_else(Break::truncated)) }
    }

    /// A member written to a pipe: only its end tells how long it is.
    fn streamed(&self, walker: &mut Walker<'_>, bytes: &mut dyn Bytes, meta: Meta, depth: u8) -> Result<(), Break> {
        let begin = bytes.position();
        let mut plain = deflate(bytes, walker.budget());
        let found = self.content(walker, meta, &mut plain, depth);
        plain.skip(u64::MAX);
        if let Some(broken) = plain.broken() {
            return Err(broken);
        }
        let packed = bytes.position() - begin;
        let crc = pass_descriptor(bytes, packed)?;
        self.compare(walker, found, crc);
        Ok(())
    }

    /// Hands a member out, and returns its checksum when all of it was read.
    fn content(&self, walker: &mut Walker<'_>, meta: Meta, plain: &mut dyn Bytes, depth: u8) -> Option<u32> {
        let mut checked = Checked::new(plain);
        walker.member(&self.path, meta, &mut checked, depth);
        checked.checksum()
    }

    /// A member that was read whole must have the checksum that was written down for it.
    fn compare(&self, walker: &mut Walker<'_>, found: Option<u32>, written: u32) {
        if found.is_some_and(|found| found != written) {
            walker.gap(ArchiveGap::new(
                GapKind::Corrupt,
                &self.path,
                "was read whole and its checksum is wrong: some of it is not as it was written",
            ));
        }
    }

    fn archive(&self) -> &str {
        self.prefix.strip_suffix("!/").unwrap_or(self.prefix)
    }

    fn gap(&self, walker: &mut Walker<'_>, at: u64, broken: Break) {
        let after = (!self.last.is_empty()).then(|| self.last.clone());
        walker.gap(ArchiveGap { kind: broken.kind, path: self.archive().to_owned(), offset: Some(at), after, detail: broken.detail });
    }
}

/// Skips the content of a member.
fn pass(bytes: &mut dyn Bytes, head: &Head) -> Result<(), Break> {
    if head.streamed && head.packed == 0 && !head.is_directory() {
        return Err(Break::new(GapKind::Unsupported, "holds a member whose end cannot be found; the rest was left out"));
    }
    if bytes.skip(head.packed) == head.packed { Ok(()) } else { Err(bytes.broken().unwrap_or_else(Break::truncated)) }
}
