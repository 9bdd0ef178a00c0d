//! Names, sizes and kinds of tar members.

use super::*;

#[test]
fn long_names_and_pax_records_are_applied_to_the_next_member_only() {
    let long = format!("{}/x.yaml", "directory/".repeat(30));
    let path = format!("{}/y.yaml", "p".repeat(300));
    let tar = Tar::new()
        .file(&long, "1")
        .member(b'K', b"././@LongLink", b"target of a link that follows\0")
        .link("l", "target")
        .pax(&[("path", &path), ("mtime", "12.5")])
        .file("short-name", "22")
        .file("z", "333");
    let seen = see(tar.gzip());
    let normal = long.replace("//", "/");
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), [&normal, &path, "z"]);
    assert_eq!(seen.files[&path], b"22");
    assert_eq!(seen.parts[1].0.mtime, Some(12));
    assert_eq!(seen.walked.ignored, 1);
    assert_eq!(seen.gaps, []);
}

#[test]
fn a_pax_size_overrides_the_header() {
    // The header says 0, as it does for members of 8 GiB and more; the content follows all the same.
    let mut content = b"true size\n".to_vec();
    content.resize(512, 0);
    let tar = Tar::new().pax(&[("size", "10")]).file("big", "").raw(&content).file("next", "n");
    let seen = see(tar.gzip());
    assert_eq!(seen.files["big"], b"true size\n");
    assert_eq!(seen.files["next"], b"n");
}

#[test]
fn a_global_pax_header_applies_until_the_end() {
    let tar = Tar::new().member(b'g', b"pax_global_header", b"19 comment=abcdefg\n").file("a", "1").file("b", "2");
    let seen = see(tar.gzip());
    assert_eq!(seen.files.len(), 2);
    assert_eq!(seen.gaps, []);
}

#[test]
fn base_256_sizes_are_read() {
    let mut bytes = Tar::new().file("a", "12345").finish();
    bytes[124..136].copy_from_slice(&[0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
    fix_checksum(&mut bytes);
    assert_eq!(see(bytes).files["a"], b"12345");
}

#[test]
fn an_archive_from_before_ustar_is_read() {
    let mut bytes = Tar::new().file("a", "12345").finish();
    bytes[257..265].fill(0);
    fix_checksum(&mut bytes);
    assert_eq!(see(bytes).files["a"], b"12345");
}

#[test]
fn prefixes_go_and_climbing_names_are_refused() {
    let tar = Tar::new().file("./a", "1").file("/abs/b", "2").file(r"win\dows\c", "3").file("../../etc/passwd", "no").file("x/../../y", "no").member(
        b'0',
        b"caf\xe9.log",
        b"4",
    );
    let seen = see(tar.gzip());
    let paths: Vec<_> = seen.files.keys().map(String::as_str).collect();
    assert_eq!(paths, ["a", "abs/b", "caf\u{fffd}.log", "win/dows/c"]);
    assert_eq!(seen.gap_kinds(), [GapKind::Refused, GapKind::Refused]);
    assert!(seen.gaps[0].to_string().contains("../../etc/passwd"));
    assert!(seen.walked.complete, "nothing that a gather writes was lost");
}

#[test]
fn links_and_devices_are_counted_and_never_followed() {
    let tar = Tar::new().link("a", "/etc/passwd").member(b'1', b"hard", b"").member(b'3', b"chr", b"").member(b'6', b"fifo", b"").file("b", "1");
    let seen = see(tar.gzip());
    assert_eq!(seen.walked.ignored, 4);
    assert_eq!(seen.files.len(), 1);
    assert_eq!(seen.paths, ["b"]);
}

#[test]
fn duplicates_are_both_delivered_in_order() {
    let seen = see(Tar::new().file("a", "old").file("b", "").file("./a", "new").gzip());
    let of_a: Vec<_> = seen.parts.iter().filter(|(part, _)| &*part.path == "a").collect();
    assert_eq!((of_a[0].0.member, of_a[0].1.as_slice()), (0, b"old".as_slice()));
    assert_eq!((of_a[1].0.member, of_a[1].1.as_slice()), (2, b"new".as_slice()));
}

#[test]
fn only_what_is_wanted_is_delivered_but_every_path_is_asked_for() {
    let inner = Tar::new().file("i.yaml", "kind: Pod\n").gzip();
    let tar = Tar::new().file("a.bin", "0").file("b.yaml", "y").file("t.gz", inner.clone()).file("prom.gz", inner);
    let seen = see_with(&Source::bytes("x", tar.gzip()), &Limits::default(), &|path| match path {
        "prom.gz" => Want::Closed,
        "b.yaml" | "t.gz!/i.yaml" => Want::Whole,
        _ => Want::Skip,
    });
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["b.yaml", "t.gz!/i.yaml"]);
    assert!(seen.parts.iter().all(|(part, _)| part.whole && part.first && part.last));
    assert_eq!(seen.paths, ["a.bin", "b.yaml", "t.gz", "t.gz!/i.yaml", "prom.gz"]);
    assert_eq!((seen.walked.files, seen.walked.skipped), (4, 2));
    assert_eq!(seen.parts.iter().map(|(part, _)| part.member).collect::<Vec<_>>(), [1, 2]);
}

#[test]
fn foreign_containers_are_named() {
    let tar = Tar::new().file("a.txt", b"7z\xbc\xaf\x27\x1crest").file("b", b"Rar!\x1a\x07\x01\0rest").file("c", "1");
    let seen = see(tar.gzip());
    assert_eq!(seen.gap_kinds(), [GapKind::Unsupported, GapKind::Unsupported]);
    assert!(seen.gaps[0].to_string().starts_with("a.txt: is a 7z file"));
    assert_eq!(seen.files.len(), 1);
}

#[test]
fn a_hundred_thousand_empty_files_pass_quickly() {
    let mut tar = Tar::new();
    for n in 0..100_000 {
        tar = tar.file(&format!("d/{n}"), "");
    }
    let bytes = tar.gzip();
    let mut files = 0;
    let mut deliver = |batch: Batch| {
        files += batch.parts.len();
        Some(batch.bytes)
    };
    let source = Source::bytes("x", bytes);
    let start = std::time::Instant::now();
    walk(&source, &Limits::default(), &|_| Want::Whole, &mut deliver, &mut |_| {}).unwrap();
    assert_eq!(files, 100_000);
    // An unoptimised build on a busy machine; the point is that nothing is quadratic.
    assert!(start.elapsed().as_secs() < 20, "{:?}", start.elapsed());
}
