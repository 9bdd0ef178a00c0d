//! Limits end with a gap.

use super::*;

fn limited(bytes: Vec<u8>, limits: &Limits) -> Seen {
    see_with(&Source::bytes("x", bytes), limits, &|_| Want::Stream)
}

#[test]
fn a_bomb_ends_with_a_gap() {
    let lines = vec![b'\n'; 64 << 20];
    let limits = Limits { ratio: 500, ..Limits::default() };
    let seen = limited(Tar::new().file("a", "1").file("bomb", &lines).file("z", "2").gzip(), &limits);
    assert_eq!(seen.files["a"], b"1");
    assert!(seen.files["bomb"].len() < 20 << 20);
    assert!(seen.gap_kinds().iter().all(|kind| *kind == GapKind::Limit));
    assert!(!seen.walked.complete);

    // The same as a file compressed alone inside an archive: only that file ends.
    let seen = limited(Tar::new().file("bomb.gz", gzip(&lines)).file("z", "2").gzip(), &limits);
    assert_eq!(seen.files["z"], b"2");
    assert_eq!(seen.gap_kinds(), [GapKind::Limit]);
}

#[test]
fn a_small_repetitive_log_is_no_bomb() {
    let seen = limited(Tar::new().file("a", vec![b'\n'; 8 << 20]).gzip(), &Limits::default());
    assert_eq!(seen.gaps, []);
}

#[test]
fn the_total_of_unpacked_bytes_is_bounded() {
    let limits = Limits { unpacked: 1 << 20, ..Limits::default() };
    let seen = limited(Tar::new().file("a", log("a", 3 << 20)).gzip(), &limits);
    assert!(seen.gap_kinds().contains(&GapKind::Limit));
    assert!(seen.files["a"].len() <= 2 << 20);
}

#[test]
fn many_members_that_grow_are_bounded_together() {
    let limits = Limits { total_ratio: 100, total_floor: 8 << 20, ..Limits::default() };
    let bomb = gzip(&vec![b'\n'; 1 << 20]);
    let pack = |members: usize| (0..members).fold(Tar::new(), |tar, n| tar.file(&format!("{n}.gz"), &bomb)).file("z", "2").finish();
    assert_eq!(limited(pack(4), &limits).gaps, []);
    let seen = limited(pack(400), &limits);
    assert_eq!(seen.files["z"], b"2", "what is not compressed is no bomb");
    assert!(seen.gaps.iter().any(|gap| gap.kind == GapKind::Limit && gap.detail.contains("together")), "{:?}", seen.gaps.first());
    let read: usize = seen.files.values().map(Vec::len).sum();
    assert!(read < 128 << 20, "{read} bytes came out of members that hold 400 MiB");
}

#[test]
fn nesting_is_bounded() {
    let mut bytes = Tar::new().file("deep.log", "x").gzip();
    for _ in 0..5 {
        bytes = Tar::new().file("t", bytes).gzip();
    }
    let seen = limited(bytes.clone(), &Limits::default());
    assert_eq!(seen.gap_kinds(), [GapKind::Limit]);
    assert_eq!(seen.gaps[0].path, "t!/t!/t!/t!/t");
    let seen = limited(bytes, &Limits { nesting: 6, ..Limits::default() });
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["t!/t!/t!/t!/t!/deep.log"]);

    let mut onion = b"core".to_vec();
    for _ in 0..40 {
        onion = gzip(&onion);
    }
    assert_eq!(limited(onion, &Limits::default()).gap_kinds(), [GapKind::Limit]);
}

#[test]
fn entries_are_bounded() {
    let mut tar = Tar::new();
    for n in 0..50 {
        tar = tar.file(&format!("f{n}"), "");
    }
    let seen = limited(tar.gzip(), &Limits { entries: 20, ..Limits::default() });
    assert_eq!(seen.walked.files, 20);
    assert_eq!(seen.gap_kinds(), [GapKind::Limit]);
}

#[test]
fn a_whole_file_beyond_the_limit_gives_its_head() {
    let limits = Limits { whole: 2 << 20, ..Limits::default() };
    let text = log("list", 3 << 20);
    let source = Source::bytes("x", Tar::new().file("list", &text).file("z", "1").gzip());
    let seen = see_with(&source, &limits, &|_| Want::Whole);
    assert_eq!(seen.files["list"], text[..2 << 20]);
    assert!(seen.parts[0].0.truncated);
    assert_eq!(seen.files["z"], b"1");
    assert_eq!(seen.gap_kinds(), [GapKind::Limit]);
}

#[test]
fn gaps_are_bounded_and_counted() {
    let mut tar = Tar::new();
    for n in 0..1500 {
        tar = tar.file(&format!("../{n}"), "");
    }
    let seen = limited(tar.gzip(), &Limits::default());
    assert_eq!((seen.gaps.len(), seen.walked.gaps_dropped), (1000, 500));
}
