//! The walk: one input, once, in order.

use std::fs::File;
use std::io::{Cursor, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use super::batch::{Batch, Want};
use super::batcher::{Batcher, Entry};
use super::container::{Budget, Bytes, Input, Packing, tar, unpack, zip};
use super::error::ArchiveError;
use super::gap::{ArchiveGap, GapKind};
use super::limits::Limits;
use super::magic::{Magic, SNIFF, ending, sniff};
use super::parts::{self, Parts};
use super::{directory, error, path};

/// Gaps beyond this number are counted and not kept: a hostile archive can have millions.
const GAPS: u64 = 1000;
/// Likewise for containers.
const CONTAINERS: usize = 1000;

/// An input.
#[derive(Debug, Clone)]
pub enum Source {
    /// A file or a directory.
    Path(PathBuf),
    /// Standard input, which can be read once.
    Stdin,
    /// A file in pieces.
    Parts(Parts),
    /// Bytes in memory, with a name for messages and for a single compressed file.
    Bytes {
        /// What to call it.
        name: String,
        /// Its content.
        bytes: Arc<[u8]>,
    },
}

impl Source {
    /// Bytes in memory.
    pub fn bytes(name: impl Into<String>, bytes: impl Into<Arc<[u8]>>) -> Self {
        Self::Bytes { name: name.into(), bytes: bytes.into() }
    }

    /// Whether it can be read once only: standard input, and a pipe or device that bears a name, as a shell makes for `<(…)`.
    pub fn is_once(&self) -> bool {
        match self {
            Self::Stdin => true,
            Self::Path(path) => std::fs::metadata(path).is_ok_and(|metadata| !metadata.is_file() && !metadata.is_dir()),
            Self::Parts(_) | Self::Bytes { .. } => false,
        }
    }
}

/// A path; `-` is standard input, as everywhere.
impl<P: Into<PathBuf>> From<P> for Source {
    fn from(path: P) -> Self {
        let path = path.into();
        if path.as_os_str() == "-" { Self::Stdin } else { Self::Path(path) }
    }
}

/// A container that was opened.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Container {
    /// Its path in the input; empty for the input itself.
    pub path: String,
    /// `tar`, `tar.gz`, `gz` (likewise for `xz`, `zst` and `bz2`), `zip` or `directory`.
    pub format: &'static str,
}

/// What a walk saw.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Walked {
    /// Files seen, including those that were skipped.
    pub files: u64,
    /// Files that were skipped because they were not wanted.
    pub skipped: u64,
    /// Directories seen.
    pub directories: u64,
    /// Links, devices and fifos, which are never followed or opened.
    pub ignored: u64,
    /// Bytes of the files, unpacked.
    pub bytes: u64,
    /// Bytes of the input as delivered.
    pub input_bytes: u64,
    /// SHA-256 of the input file; `None` for a directory, and when the walk was stopped early.
    pub sha256: Option<[u8; 32]>,
    /// Whether the input was read to its end without a loss.
    pub complete: bool,
    /// Containers that were opened, in order; the first thousand.
    pub containers: Vec<Container>,
    /// Gaps that were counted and not reported.
    pub gaps_dropped: u64,
}

/// Walks an input once, in order, and hands out the wanted files as parts in batches.
///
/// `want` is asked once for each member, with its normalised path, also for those that turn out to be containers (a
/// file compressed alone keeps its path; when that is not wanted, and the content is a manifest or a log, it is asked once more
/// with `.yaml` or `.log` behind it). `deliver` takes a batch and may give back a buffer for reuse.
///
/// Small files share a batch. A streamed file of more than [`super::CHUNK`] bytes is cut at line ends, see
/// [`super::CHUNK`]. A line beyond [`Limits::line`] is a part of its own with the first and last half of the limit,
/// joined by ` [... N bytes cut ...] `; [`super::Part::cut`] has the number, and each such file is one gap.
pub fn walk(
    source: &Source,
    limits: &Limits,
    want: &dyn Fn(&str) -> Want,
    deliver: &mut dyn FnMut(Batch) -> Option<Vec<u8>>,
    gaps: &mut dyn FnMut(ArchiveGap),
) -> Result<Walked, ArchiveError> {
    walk_until(source, limits, want, deliver, gaps, &Controls { hash: true, stop: &|| false })
}

/// What the callers inside this room may also decide.
pub(super) struct Controls<'c> {
    /// Hash the input while reading it.
    pub(super) hash: bool,
    /// Asked before each member.
    pub(super) stop: &'c dyn Fn() -> bool,
}

pub(super) fn walk_until(
    source: &Source,
    limits: &Limits,
    want: &dyn Fn(&str) -> Want,
    deliver: &mut dyn FnMut(Batch) -> Option<Vec<u8>>,
    gaps: &mut dyn FnMut(ArchiveGap),
    controls: &Controls<'_>,
) -> Result<Walked, ArchiveError> {
    let read = |walker: &mut Walker<'_>| match source {
        Source::Bytes { name, bytes } => walker.file(name, Cursor::new(bytes)),
        Source::Stdin => walker.file("standard input", std::io::stdin().lock()),
        Source::Parts(parts) => walker.file(&parts.whole.to_string_lossy(), parts.open()?),
        Source::Path(path) => {
            let metadata = std::fs::metadata(path).map_err(|e| error::opening(path, &e))?;
            if !metadata.is_dir() {
                let file = File::open(path).map_err(|e| error::opening(path, &e))?;
                return walker.file(&path.to_string_lossy(), file);
            }
            std::fs::read_dir(path).map_err(|e| error::opening(path, &e))?;
            walker.opened("", "directory");
            directory::walk(walker, path);
            Ok(())
        }
    };
    walk_with(limits, want, deliver, gaps, controls, read)
}

/// A walk over whatever `read` gives to the walker.
pub(super) fn walk_with(
    limits: &Limits,
    want: &dyn Fn(&str) -> Want,
    deliver: &mut dyn FnMut(Batch) -> Option<Vec<u8>>,
    gaps: &mut dyn FnMut(ArchiveGap),
    controls: &Controls<'_>,
    read: impl FnOnce(&mut Walker<'_>) -> Result<(), ArchiveError>,
) -> Result<Walked, ArchiveError> {
    let budget = Budget::new(limits);
    let mut walker = Walker {
        limits,
        want,
        gaps,
        controls,
        budget: &budget,
        batcher: Batcher::new(limits, deliver),
        walked: Walked { complete: true, ..Walked::default() },
        gap_count: 0,
        member: 0,
        entries: 0,
        names: 0,
        over: false,
    };
    read(&mut walker)?;
    walker.batcher.flush();
    Ok(walker.walked)
}

/// What a container says about a member.
#[derive(Debug, Clone, Copy)]
pub(super) struct Meta {
    pub(super) size: Option<u64>,
    pub(super) mtime: Option<i64>,
}

/// The state of one walk.
pub(super) struct Walker<'w> {
    limits: &'w Limits,
    want: &'w dyn Fn(&str) -> Want,
    gaps: &'w mut dyn FnMut(ArchiveGap),
    controls: &'w Controls<'w>,
    budget: &'w Budget,
    batcher: Batcher<'w>,
    walked: Walked,
    gap_count: u64,
    /// Ordinal of the next file.
    member: u32,
    entries: u64,
    /// Bytes of the paths so far.
    names: u64,
    /// Set when the limit for entries or for their names was reached.
    over: bool,
}

impl<'w> Walker<'w> {
    /// A file as the input: it must be a container.
    pub(super) fn file<R: Read>(&mut self, name: &str, reader: R) -> Result<(), ArchiveError> {
        let budget = self.budget;
        let mut input = Input::new(budget.counted(reader), Vec::new(), self.controls.hash);
        let head = input.peek(SNIFF);
        if head.is_empty() {
            return Err(match input.broken() {
                Some(broken) => {
                    let why = broken.detail.trim_start_matches("cannot be read: ").to_owned();
                    ArchiveError::Unreadable { path: name.to_owned(), why }
                }
                None => ArchiveError::Empty { path: name.to_owned() },
            });
        }
        match sniff(head) {
            Magic::Plain => return Err(parts::without_first(Path::new(name), head).unwrap_or_else(|| error::not_an_archive(name, head))),
            Magic::Foreign(foreign) => return Err(error::foreign(name, foreign)),
            Magic::Tar => {
                self.opened("", "tar");
                tar::walk(self, "", &mut input, 1);
            }
            Magic::Zip => {
                self.opened("", "zip");
                zip::walk(self, "", &mut input, 1);
            }
            Magic::Packed(packing) => {
                let mut own = String::new();
                let last = name.rsplit(['/', '\\']).next().unwrap_or(name);
                if path::normalise(last.as_bytes(), &mut own).is_err() {
                    own.push_str("input");
                }
                let meta = Meta { size: None, mtime: None };
                let mut plain = unpack(packing, &mut input, budget);
                let (alone, with_tar) = packing.words();
                if sniff(plain.peek(SNIFF)) == Magic::Tar {
                    self.opened("", with_tar);
                    tar::walk(self, "", &mut *plain, 1);
                } else {
                    self.opened("", alone);
                    let want = (self.want)(&own);
                    self.alone(&own, meta, &mut *plain, 1, want);
                }
            }
        }
        if self.stopped() {
            self.walked.input_bytes = input.position();
            return Ok(());
        }
        let (sha256, length) = input.finish();
        self.walked.sha256 = sha256;
        self.walked.input_bytes = length;
        Ok(())
    }

    /// A member of a container that lies `depth` containers deep: opened if it is a container, else handed out.
    pub(super) fn member(&mut self, path: &str, meta: Meta, bytes: &mut dyn Bytes, depth: u8) {
        self.names += path.len() as u64;
        if self.names > self.limits.names {
            if !self.over {
                self.over = true;
                let detail = format!("has names of more than {} MiB; the rest was left out", self.limits.names >> 20);
                self.gap(ArchiveGap::new(GapKind::Limit, "", detail));
            }
            return;
        }
        let want = (self.want)(path);
        self.inner(path, meta, bytes, depth, want);
    }

    fn inner(&mut self, path: &str, meta: Meta, bytes: &mut dyn Bytes, depth: u8, want: Want) {
        let magic = if want == Want::Closed { Magic::Plain } else { sniff(bytes.peek(SNIFF)) };
        match magic {
            Magic::Plain => self.plain(path, meta, bytes, want),
            Magic::Foreign(foreign) => {
                self.walked.files += 1;
                let (name, command) = foreign.describe();
                let detail = format!("is {name}, which is not read; unpack it with `{command}` and add it as an input");
                self.gap(ArchiveGap::new(GapKind::Unsupported, path, detail));
            }
            Magic::Packed(_) | Magic::Tar | Magic::Zip if depth >= self.limits.nesting => {
                self.walked.files += 1;
                let detail = format!("lies more than {} containers deep and was not opened", self.limits.nesting);
                self.gap(ArchiveGap::new(GapKind::Limit, path, detail));
            }
            Magic::Tar => {
                self.opened(path, "tar");
                tar::walk(self, &format!("{path}!/"), bytes, depth + 1);
            }
            Magic::Zip => {
                self.opened(path, "zip");
                zip::walk(self, &format!("{path}!/"), bytes, depth + 1);
            }
            Magic::Packed(packing) => self.packed(path, meta, bytes, depth, want, packing),
        }
    }

    fn packed(&mut self, path: &str, meta: Meta, bytes: &mut dyn Bytes, depth: u8, want: Want, packing: Packing) {
        let budget = self.budget;
        let mut plain = unpack(packing, bytes, budget);
        let (alone, with_tar) = packing.words();
        if sniff(plain.peek(SNIFF)) == Magic::Tar {
            self.opened(path, with_tar);
            tar::walk(self, &format!("{path}!/"), &mut *plain, depth + 1);
        } else {
            self.opened(path, alone);
            let meta = Meta { size: None, ..meta };
            self.alone(path, meta, &mut *plain, depth + 1, want);
        }
    }

    /// What one compressed file holds. Where its name says nothing, as of `attachment.gz`, the content gives it a name that does.
    fn alone(&mut self, path: &str, meta: Meta, bytes: &mut dyn Bytes, depth: u8, want: Want) {
        let ending = if want == Want::Skip { ending(bytes.peek(SNIFF)) } else { None };
        let Some(ending) = ending else { return self.inner(path, meta, bytes, depth, want) };
        let named = format!("{path}{ending}");
        match (self.want)(&named) {
            // Not wanted under that name either, as among files that are no part of a gather.
            Want::Skip | Want::Closed => self.inner(path, meta, bytes, depth, want),
            want => self.inner(&named, meta, bytes, depth, want),
        }
    }

    fn plain(&mut self, path: &str, meta: Meta, bytes: &mut dyn Bytes, want: Want) {
        self.walked.files += 1;
        let member = self.member;
        self.member = self.member.saturating_add(1);
        let stream = match want {
            Want::Skip | Want::Closed => {
                self.walked.skipped += 1;
                // A file compressed alone that breaks at once would go unnoticed: no archive around it misses bytes.
                if meta.size.is_none()
                    && bytes.peek(1).is_empty()
                    && let Some(broken) = bytes.broken()
                {
                    self.gap(ArchiveGap::new(broken.kind, path, broken.detail));
                }
                self.walked.bytes += bytes.pass();
                return;
            }
            Want::Stream => true,
            Want::Whole => false,
        };
        let entry = Entry { path: Arc::from(path), member, mtime: meta.mtime, size: meta.size };
        let taken = if stream { self.batcher.stream(&entry, bytes) } else { self.batcher.whole(&entry, bytes) };
        self.walked.bytes += taken.bytes;
        if let Some(broken) = taken.broken {
            let offset = Some(taken.bytes);
            self.gap(ArchiveGap { offset, ..ArchiveGap::new(broken.kind, path, broken.detail) });
        }
        if taken.long_lines > 0 {
            let (lines, limit) = (taken.long_lines, self.limits.line);
            let detail = format!("{lines} line(s) of more than {limit} bytes lost their middle, the first one");
            let offset = Some(taken.first_long_line);
            self.gap(ArchiveGap { offset, ..ArchiveGap::new(GapKind::LongLine, path, detail) });
        }
    }

    /// Counts the entry that is about to be read; returns whether it may be.
    pub(super) fn next_entry(&mut self) -> bool {
        self.entries += 1;
        if self.entries > self.limits.entries && !self.over {
            self.over = true;
            let detail = format!("has more than {} entries; the rest was left out", self.limits.entries);
            self.gap(ArchiveGap::new(GapKind::Limit, "", detail));
        }
        !self.stopped()
    }

    /// Whether the walk is to end here.
    pub(super) fn stopped(&self) -> bool {
        self.over || (self.controls.stop)()
    }

    /// Reports a gap, up to a number of them.
    pub(super) fn gap(&mut self, gap: ArchiveGap) {
        if gap.kind.is_loss() {
            self.walked.complete = false;
        }
        self.gap_count += 1;
        if self.gap_count > GAPS {
            self.walked.gaps_dropped += 1;
            return;
        }
        (self.gaps)(gap);
    }

    /// What decompressors may still produce.
    pub(super) fn budget(&self) -> &'w Budget {
        self.budget
    }

    pub(super) fn count_directory(&mut self) {
        self.walked.directories += 1;
    }

    pub(super) fn count_ignored(&mut self) {
        self.walked.ignored += 1;
    }

    pub(super) fn add_input_bytes(&mut self, n: u64) {
        self.walked.input_bytes += n;
    }

    fn opened(&mut self, path: &str, format: &'static str) {
        if self.walked.containers.len() < CONTAINERS {
            self.walked.containers.push(Container { path: path.to_owned(), format });
        }
    }
}
