//! Truncated and corrupt input: a prefix and a gap, never a panic.

use proptest::prelude::*;

use super::*;

/// A wrapper with a log, a nested archive and a compressed log; incompressible enough that cuts fall everywhere.
fn sample() -> (Vec<u8>, BTreeMap<String, Vec<u8>>) {
    let noise = |seed: u32, n: usize| -> Vec<u8> {
        let mut state = seed;
        let next = move |_| {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            if state >> 26 == 0 { b'\n' } else { b'!' + u8::try_from((state >> 24) % 90).unwrap() }
        };
        (0..n).map(next).collect()
    };
    let inner = Tar::new().file("must-gather/a.yaml", noise(1, 9000)).file("must-gather/b.log", noise(2, 40_000)).gzip();
    let tar = Tar::new()
        .file("first.log", noise(3, 30_000))
        .file("must-gather.tar.gz", inner)
        .file("rotated.gz", gzip(&noise(4, 20_000)))
        .file("last.log", noise(5, 30_000));
    let bytes = tar.gzip();
    let files = see(bytes.clone()).files;
    (bytes, files)
}

fn assert_prefix(seen: &Seen, whole: &BTreeMap<String, Vec<u8>>) {
    for (path, bytes) in &seen.files {
        let full = &whole[path];
        assert!(full.starts_with(bytes), "{path} is no prefix");
        let truncated = seen.parts.iter().any(|(part, _)| *part.path == **path && part.truncated);
        assert_eq!(truncated, bytes.len() < full.len(), "{path}");
    }
}

#[test]
fn every_cut_of_an_archive_gives_a_prefix_and_says_so() {
    let (bytes, whole) = sample();
    let mut most = 0;
    for percent in 1..100 {
        let cut = bytes.len() * percent / 100;
        let seen = see(bytes[..cut].to_vec());
        assert_prefix(&seen, &whole);
        assert!(!seen.walked.complete, "{percent} %");
        assert!(seen.gaps.iter().any(|gap| gap.kind == GapKind::Truncated && gap.path.is_empty()), "{percent} %");
        let got: usize = seen.files.values().map(Vec::len).sum();
        assert!(got >= most, "a longer prefix gives no less");
        most = got;
    }
    assert!(most > 100_000);
}

#[test]
fn a_cut_names_the_last_member() {
    let (bytes, _) = sample();
    let seen = see(bytes[..bytes.len() - 200].to_vec());
    let gap = seen.gaps.last().unwrap();
    assert_eq!(gap.after.as_deref(), Some("last.log"));
    assert!(gap.offset.unwrap() > 60_000);
}

#[test]
fn a_plain_tar_that_was_never_closed_is_incomplete() {
    let seen = see(Tar::new().file("a", "1").unclosed());
    assert_eq!(seen.gap_kinds(), [GapKind::Truncated]);
    assert_eq!(seen.files["a"], b"1");
    let compressed = see(gzip(&Tar::new().file("a", "1").unclosed()));
    assert_eq!(compressed.gaps, [], "the checksum of the compressed stream proves that nothing is missing");
}

#[test]
fn garbage_behind_the_end_is_tolerated() {
    let (bytes, whole) = sample();
    let seen = see([bytes.as_slice(), b"\0\0\0 trailing garbage"].concat());
    assert_eq!(seen.gaps, []);
    assert_eq!(seen.files, whole);
    assert_eq!(see(Tar::new().file("a", "1").raw(&[0; 1024]).raw(&[7; 700]).gzip()).gaps, []);
}

/// A file on a disk that fails at some place.
struct Failing<'b> {
    left: &'b [u8],
    told: usize,
}

impl std::io::Read for Failing<'_> {
    fn read(&mut self, dst: &mut [u8]) -> std::io::Result<usize> {
        if self.told == 0 {
            // A signal is no failure.
            self.told = 1;
            return Err(std::io::ErrorKind::Interrupted.into());
        }
        if self.left.is_empty() {
            return Err(std::io::Error::other("Input/output error"));
        }
        let n = dst.len().min(self.left.len()).min(5000);
        dst[..n].copy_from_slice(&self.left[..n]);
        self.left = &self.left[n..];
        Ok(n)
    }
}

fn see_failing(bytes: &[u8]) -> Result<(Walked, Vec<ArchiveGap>, usize), ArchiveError> {
    let (mut gaps, mut read) = (Vec::new(), 0);
    let mut deliver = |batch: Batch| {
        read += batch.parts.iter().map(|part| part.range.len()).sum::<usize>();
        Some(batch.bytes)
    };
    let controls = walker::Controls { hash: true, stop: &|| false };
    let reader = Failing { left: bytes, told: 0 };
    let open = |walker: &mut walker::Walker<'_>| walker.file("case.tar.gz", reader);
    let walked = walker::walk_with(&Limits::default(), &|_| Want::Stream, &mut deliver, &mut |gap| gaps.push(gap), &controls, open)?;
    Ok((walked, gaps, read))
}

#[test]
fn an_error_while_reading_ends_the_input_with_a_gap_that_says_so() {
    let (packed, _) = sample();
    let bare = Tar::new().file("a", log("a", 40_000)).file("b.gz", gzip(&log("b", 90_000))).finish();
    for (name, bytes) in [("packed", packed), ("bare", bare)] {
        let mut most = 0;
        for percent in (1..100).step_by(7) {
            let cut = (bytes.len() * percent / 100).max(600);
            let (walked, gaps, read) = see_failing(&bytes[..cut]).unwrap();
            assert!(!walked.complete, "{name} {percent} %");
            let said = gaps.iter().any(|gap| gap.kind == GapKind::Unreadable && gap.detail.contains("Input/output error"));
            assert!(said, "{name} {percent} %: {gaps:?}");
            assert!(read >= most, "{name} {percent} %: what came before the error is read");
            most = read;
        }
        assert!(most > 30_000, "{name}");
    }
}

#[test]
fn an_error_before_the_first_byte_is_an_error() {
    let error = see_failing(b"").unwrap_err();
    assert!(matches!(&error, ArchiveError::Unreadable { why, .. } if why.contains("Input/output error")), "{error}");
}

#[test]
fn several_gzip_members_are_one_stream() {
    let tar = Tar::new().file("a", log("a", 3000)).file("b", log("b", 3000)).finish();
    let (left, right) = tar.split_at(1777);
    let seen = see([gzip(left), gzip(right)].concat());
    assert_eq!(seen.gaps, []);
    assert_eq!(seen.files["b"], log("b", 3000));
}

#[test]
fn a_damaged_header_is_skipped_to_the_next() {
    let mut bytes = Tar::new().file("a", "1").file("b", "2").file("c", "3").finish();
    bytes[1024 + 150] ^= 0x55;
    let seen = see(bytes);
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["a", "c"]);
    assert_eq!(seen.gap_kinds(), [GapKind::Corrupt]);
    assert_eq!((seen.gaps[0].offset, seen.gaps[0].after.as_deref()), (Some(1024), Some("a")));
}

#[test]
fn a_corrupt_stream_gives_what_came_before() {
    let (mut bytes, whole) = sample();
    let middle = bytes.len() / 2;
    bytes[middle..middle + 64].fill(0xff);
    let seen = see(bytes);
    assert!(!seen.walked.complete);
    assert!(seen.files["first.log"] == whole["first.log"]);
}

#[test]
fn a_header_that_claims_too_much_is_no_allocation() {
    let mut bytes = Tar::new().file("a", "1").finish();
    bytes[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff]);
    bytes[148..156].fill(b' ');
    let sum: u32 = bytes[..512].iter().map(|b| u32::from(*b)).sum();
    bytes[148..156].copy_from_slice(format!("{sum:06o}\0 ").as_bytes());
    for want in [Want::Whole, Want::Stream, Want::Skip] {
        let seen = see_with(&Source::bytes("x", bytes.clone()), &Limits::default(), &|_| want);
        assert!(seen.gap_kinds().contains(&GapKind::Truncated));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn flipped_bits_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), 0u8..8), 1..6)) {
        let (mut bytes, _) = SAMPLE.with(Clone::clone);
        for (at, bit) in flips {
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
        }
        tolerate(&bytes);
    }

    #[test]
    fn flipped_bits_in_a_bare_tar_never_panic(flips in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..9)) {
        let mut bytes = Tar::new()
            .pax(&[("path", "p/long"), ("size", "700")]).file("a", "x".repeat(700))
            .file(&"long/".repeat(40), "2").member(b'S', b"s", b"3").file("b", "4").finish();
        for (at, value) in flips {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        tolerate(&bytes);
    }

    #[test]
    fn arbitrary_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..2000)) {
        tolerate(&bytes);
        tolerate(&[&[0x1f, 0x8b, 8, 0], bytes.as_slice()].concat());
        tolerate(&gzip(&Tar::new().file("x", bytes).finish()));
    }
}

thread_local! {
    static SAMPLE: (Vec<u8>, BTreeMap<String, Vec<u8>>) = sample();
}

fn tolerate(bytes: &[u8]) {
    for want in [Want::Whole, Want::Stream, Want::Skip] {
        let source = Source::bytes("x", bytes);
        walk(&source, &Limits::default(), &|_| want, &mut |b| Some(b.bytes), &mut |_| {}).ok();
    }
}
