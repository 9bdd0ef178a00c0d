//! Builds archives in memory, the same bytes every time.
//!
//! Fixture folders become the `tar.gz` that a story analyses, and tests build the odd archives that real senders
//! produce. Members have no owner, and time 0 unless one is set.

use std::io::Write;
use std::path::Path;

use flate2::{Compression, GzBuilder};
use tar::{EntryType, Header};
use walkdir::WalkDir;

/// A tar archive under construction. Members keep the order in which they are added.
#[derive(Debug, Default, Clone)]
pub struct Tar {
    bytes: Vec<u8>,
    mtime: u64,
}

impl Tar {
    /// An empty archive.
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the time of the members that follow, in Unix seconds.
    #[must_use]
    pub fn mtime(mut self, seconds: u64) -> Self {
        self.mtime = seconds;
        self
    }

    /// Adds a file; a name of more than 100 bytes becomes a GNU long name.
    #[must_use]
    pub fn file(self, path: &str, content: impl AsRef<[u8]>) -> Self {
        self.member(b'0', path.as_bytes(), content.as_ref())
    }

    /// Adds a directory.
    #[must_use]
    pub fn directory(self, path: &str) -> Self {
        self.member(b'5', format!("{}/", path.trim_end_matches('/')).as_bytes(), b"")
    }

    /// Adds a symbolic link.
    #[must_use]
    pub fn link(mut self, path: &str, target: &str) -> Self {
        let mut header = self.header(b'2', path.as_bytes(), 0);
        put(&mut header.as_old_mut().linkname, target.as_bytes());
        header.set_cksum();
        self.bytes.extend_from_slice(header.as_bytes());
        self
    }

    /// Adds PAX records that apply to the next member.
    #[must_use]
    pub fn pax(self, records: &[(&str, &str)]) -> Self {
        let body: String = records.iter().map(|(key, value)| record(key, value)).collect();
        self.member(b'x', b"PaxHeaders/0", body.as_bytes())
    }

    /// Adds a member of any type with any name, which need not be UTF-8.
    #[must_use]
    pub fn member(mut self, kind: u8, name: &[u8], content: &[u8]) -> Self {
        if name.len() > 100 {
            let long = [name, b"\0"].concat();
            self = self.member(b'L', b"././@LongLink", &long);
        }
        let header = self.header(kind, name, content.len() as u64);
        self.bytes.extend_from_slice(header.as_bytes());
        self.bytes.extend_from_slice(content);
        self.bytes.resize(self.bytes.len().next_multiple_of(512), 0);
        self
    }

    /// Adds bytes as they are, for archives that no tool would write.
    #[must_use]
    pub fn raw(mut self, bytes: &[u8]) -> Self {
        self.bytes.extend_from_slice(bytes);
        self
    }

    /// The archive without the blocks that close it.
    pub fn unclosed(self) -> Vec<u8> {
        self.bytes
    }

    /// The archive.
    pub fn finish(mut self) -> Vec<u8> {
        self.bytes.extend_from_slice(&[0; 1024]);
        self.bytes
    }

    /// The archive, compressed.
    pub fn gzip(self) -> Vec<u8> {
        gzip(&self.finish())
    }

    fn header(&self, kind: u8, name: &[u8], size: u64) -> Header {
        let mut header = Header::new_gnu();
        put(&mut header.as_old_mut().name, name);
        header.set_entry_type(EntryType::new(kind));
        header.set_size(size);
        header.set_mtime(self.mtime);
        header.set_mode(0o644);
        header.set_uid(0);
        header.set_gid(0);
        header.set_cksum();
        header
    }
}

/// Copies as much of `from` as fits.
fn put(to: &mut [u8], from: &[u8]) {
    for (to, from) in to.iter_mut().zip(from) {
        *to = *from;
    }
}

/// A PAX record, whose length counts its own digits.
fn record(key: &str, value: &str) -> String {
    let rest = key.len() + value.len() + 3;
    let mut length = rest + 1;
    while length.to_string().len() + rest != length {
        length += 1;
    }
    format!("{length} {key}={value}\n")
}

/// Compresses bytes as a single gzip member with time 0.
pub fn gzip(bytes: &[u8]) -> Vec<u8> {
    let mut encoder = GzBuilder::new().mtime(0).operating_system(255).write(Vec::new(), Compression::default());
    // Writing to memory cannot fail; an empty result would show at once if it ever did.
    encoder.write_all(bytes).and_then(|()| encoder.finish()).unwrap_or_default()
}

/// Packs the files below a folder as `tar.gz`, in the order in which [`super::walk`] visits the folder itself.
///
/// Links are left out, as they are when the folder is read.
pub fn folder(root: &Path) -> std::io::Result<Vec<u8>> {
    let mut tar = Tar::new();
    for entry in WalkDir::new(root).follow_links(false).min_depth(1).sort_by_file_name() {
        let entry = entry?;
        if !entry.file_type().is_file() {
            continue;
        }
        let path = entry.path().strip_prefix(root).unwrap_or(entry.path()).to_string_lossy().replace('\\', "/");
        tar = tar.file(&path, std::fs::read(entry.path())?);
    }
    Ok(tar.gzip())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_length_of_a_record_counts_itself() {
        for n in 1..200 {
            let record = record("path", &"x".repeat(n));
            let (length, _) = record.split_once(' ').unwrap();
            assert_eq!(length.parse::<usize>().unwrap(), record.len());
        }
    }

    #[test]
    fn packing_twice_gives_the_same_bytes() {
        let once = || Tar::new().file("a", b"1").directory("d").link("l", "a").gzip();
        assert_eq!(once(), once());
    }
}
