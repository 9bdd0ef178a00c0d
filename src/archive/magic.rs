//! What a file is, told by its first bytes.

use super::container::{Packing, tar_header};

/// Enough bytes to tell every format: one tar block.
pub(super) const SNIFF: usize = 512;

/// What the first bytes of a file say.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Magic {
    Packed(Packing),
    Tar,
    Zip,
    /// A container that is recognised but not read.
    Foreign(Foreign),
    Plain,
}

/// Containers without a reader.
///
/// A reader is added in `container/` (one file per format), its variant moves from here to [`Magic`], and
/// `Walker::member` gets one more arm.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Foreign {
    SevenZip,
    Rar,
}

impl Foreign {
    /// The name and the command that turns such a file into one that is read.
    pub(super) fn describe(self) -> (&'static str, &'static str) {
        match self {
            Self::SevenZip => ("a 7z file", "7z x -oDIR"),
            Self::Rar => ("a rar file", "unrar x"),
        }
    }
}

/// Tells a format by its first bytes; give it [`SNIFF`] of them when there are as many.
pub(super) fn sniff(bytes: &[u8]) -> Magic {
    match bytes {
        // The third byte is the method; deflate is the only one there is.
        [0x1f, 0x8b, 8, ..] => Magic::Packed(Packing::Gzip),
        [0xfd, b'7', b'z', b'X', b'Z', 0, ..] => Magic::Packed(Packing::Xz),
        [0x28, 0xb5, 0x2f, 0xfd, ..] => Magic::Packed(Packing::Zstd),
        [b'B', b'Z', b'h', b'1'..=b'9', 0x31, 0x41, 0x59, 0x26, ..] => Magic::Packed(Packing::Bzip2),
        [b'P', b'K', 3, 4, ..] | [b'P', b'K', 5, 6, ..] => Magic::Zip,
        [b'7', b'z', 0xbc, 0xaf, 0x27, 0x1c, ..] => Magic::Foreign(Foreign::SevenZip),
        [b'R', b'a', b'r', b'!', 0x1a, 7, ..] => Magic::Foreign(Foreign::Rar),
        _ if tar_header::looks_like_tar(bytes) => Magic::Tar,
        _ => Magic::Plain,
    }
}

/// What a file that is no archive looks like, for the error that refuses it.
pub(super) fn looks_like(bytes: &[u8]) -> &'static str {
    let text = bytes.trim_ascii_start();
    let starts = |prefix: &[u8]| text.get(..prefix.len()).is_some_and(|head| head.eq_ignore_ascii_case(prefix));
    if starts(b"<!doctype html") || starts(b"<html") {
        return "an HTML page, perhaps a login page saved in place of the download";
    }
    if starts(b"<?xml") {
        return "an XML document, perhaps the error of an object store saved in place of the download";
    }
    if starts(b"%PDF") {
        return "a PDF document";
    }
    if bytes.starts_with(b"\x89PNG") || bytes.starts_with(b"\xff\xd8\xff") {
        return "a picture";
    }
    if bytes.starts_with(b"\x7fELF") {
        return "a program";
    }
    if bytes.contains(&0) {
        return "binary data of an unknown kind";
    }
    if starts(b"{") || starts(b"[{") {
        return "a JSON document";
    }
    if starts(b"apiVersion:") || starts(b"kind:") || starts(b"---") {
        return "a YAML document";
    }
    // A character cut at the end of the sample is still text.
    match std::str::from_utf8(bytes) {
        Ok(_) => "plain text",
        Err(error) if error.error_len().is_none() => "plain text",
        Err(_) => "binary data of an unknown kind",
    }
}

/// The ending that a name should have for content of this head: that of a manifest or of a log. `None` for anything else.
pub(super) fn ending(head: &[u8]) -> Option<&'static str> {
    let head = String::from_utf8_lossy(head);
    let head = head.trim_start_matches('\u{feff}');
    let line = head.lines().map(str::trim_end).find(|line| !line.is_empty() && *line != "---" && !line.starts_with('#'))?;
    let is_manifest = ["apiVersion:", "kind:", "items:"].iter().any(|key| line.starts_with(key))
        || (line.starts_with('{') && head.contains("\"apiVersion\"") && head.contains("\"kind\""));
    if is_manifest {
        return Some(".yaml");
    }
    let shape: String = line.chars().take(19).map(|c| if c.is_ascii_digit() { '0' } else { c }).collect();
    let klog = shape.starts_with(['I', 'W', 'E', 'F']) && shape[1..].starts_with("0000 00:00:00");
    let is_log = shape == "0000-00-00T00:00:00" || klog || ["time=\"", "{\"level\":", "{\"ts\":"].iter().any(|start| line.starts_with(start));
    is_log.then_some(".log")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn formats_are_told_by_their_first_bytes() {
        assert_eq!(sniff(b"\x1f\x8b\x08\x00"), Magic::Packed(Packing::Gzip));
        assert_eq!(sniff(b"\x1f\x8b\x07\x00"), Magic::Plain, "an unknown method is no gzip");
        assert_eq!(sniff(b"\xfd7zXZ\0\0"), Magic::Packed(Packing::Xz));
        assert_eq!(sniff(b"\x28\xb5\x2f\xfd"), Magic::Packed(Packing::Zstd));
        assert_eq!(sniff(b"BZh91AY&SY"), Magic::Packed(Packing::Bzip2));
        assert_eq!(sniff(b"BZh9 is how this log line begins"), Magic::Plain);
        assert_eq!(sniff(b"PK\x03\x04"), Magic::Zip);
        assert_eq!(sniff(b"Rar!\x1a\x07\x01\0"), Magic::Foreign(Foreign::Rar));
        assert_eq!(sniff(b"7z\xbc\xaf\x27\x1c"), Magic::Foreign(Foreign::SevenZip));
        assert_eq!(sniff(b""), Magic::Plain);
    }

    #[test]
    fn manifests_and_logs_are_told_by_their_first_line() {
        for yaml in [
            "---\napiVersion: v1\nkind: Pod\n",
            "\u{feff}kind: Pod\n",
            "# saved by hand\nkind: Pod",
            "{\n \"apiVersion\": \"v1\", \"kind\": \"Pod\"}",
        ] {
            assert_eq!(ending(yaml.as_bytes()), Some(".yaml"), "{yaml}");
        }
        for log in ["2024-01-01T00:00:00.5Z x", "time=\"2024\" level=info", "I0815 12:34:56.789012 1 a.go:1] x", "{\"level\":\"info\",\"ts\":1}"] {
            assert_eq!(ending(log.as_bytes()), Some(".log"), "{log}");
        }
        for other in ["", "{\"kind\":\"Event\"}", "kindly", "20240101", "\0\0\0", "I am no log", "É0815 12:34:56"] {
            assert_eq!(ending(other.as_bytes()), None, "{other}");
        }
    }

    #[test]
    fn what_is_no_archive_is_called_by_its_name() {
        assert!(looks_like(b"\n<!DOCTYPE html><title>Log in").starts_with("an HTML page"));
        assert_eq!(looks_like(b"apiVersion: v1\n"), "a YAML document");
        assert_eq!(looks_like("caf\u{e9}".as_bytes().get(..4).unwrap()), "plain text");
        assert_eq!(looks_like(b"\0\x01"), "binary data of an unknown kind");
    }
}
