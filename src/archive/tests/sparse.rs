//! Files that were stored without their holes.

use super::*;

/// Content of a file, and the pieces of it that are no holes.
struct Holey {
    whole: Vec<u8>,
    pieces: Vec<(u64, u64)>,
}

impl Holey {
    /// `count` lines, each behind a hole, and a hole at the end.
    fn new(count: u64) -> Self {
        let (mut whole, mut pieces) = (Vec::new(), Vec::new());
        for n in 0..count {
            whole.resize(whole.len() + 900 + usize::try_from(n % 100).unwrap() * 7, 0);
            let line = format!("line {n} of a log\n");
            pieces.push((whole.len() as u64, line.len() as u64));
            whole.extend_from_slice(line.as_bytes());
        }
        whole.resize(whole.len() + 333, 0);
        Self { whole, pieces }
    }

    fn stored(&self) -> Vec<u8> {
        let piece = |&(offset, length): &(u64, u64)| &self.whole[usize::try_from(offset).unwrap()..usize::try_from(offset + length).unwrap()];
        self.pieces.iter().flat_map(piece).copied().collect()
    }

    fn size(&self) -> u64 {
        self.whole.len() as u64
    }

    fn pairs(&self) -> Vec<(String, String)> {
        self.pieces.iter().map(|(offset, length)| (offset.to_string(), length.to_string())).collect()
    }
}

/// As old GNU tar has it: four pieces in the header, 21 in each block behind it.
fn gnu(name: &str, pieces: &[(u64, u64)], size: u64, stored: &[u8]) -> Vec<u8> {
    let octal = |value: u64| format!("{value:011o}\0").into_bytes();
    let pair = |&(offset, length): &(u64, u64)| [octal(offset), octal(length)].concat();
    let mut header = Tar::new().member(b'S', name.as_bytes(), stored).unclosed();
    let content = header.split_off(512);
    let (first, rest) = pieces.split_at(pieces.len().min(4));
    let first: Vec<u8> = first.iter().flat_map(pair).collect();
    header[386..386 + first.len()].copy_from_slice(&first);
    header[482] = u8::from(!rest.is_empty());
    header[483..495].copy_from_slice(&octal(size));
    fix_checksum(&mut header);
    let blocks: Vec<_> = rest.chunks(21).collect();
    for (n, pieces) in blocks.iter().enumerate() {
        let mut block: Vec<u8> = pieces.iter().flat_map(pair).collect();
        block.resize(512, 0);
        block[504] = u8::from(n + 1 < blocks.len());
        header.extend_from_slice(&block);
    }
    [header, content].concat()
}

/// PAX 0.0: a record for each number.
fn pax_records(tar: Tar, name: &str, file: &Holey) -> Tar {
    let (size, count, pairs) = (file.size().to_string(), file.pieces.len().to_string(), file.pairs());
    let mut records = vec![("GNU.sparse.size", size.as_str()), ("GNU.sparse.numblocks", &count)];
    for (offset, length) in &pairs {
        records.extend([("GNU.sparse.offset", offset.as_str()), ("GNU.sparse.numbytes", length)]);
    }
    tar.pax(&records).file(name, file.stored())
}

/// PAX 0.1: one record with all numbers, and a name of its own in the header.
fn pax_list(tar: Tar, name: &str, file: &Holey) -> Tar {
    let size = file.size().to_string();
    let list = file.pairs().iter().map(|(offset, length)| format!("{offset},{length}")).collect::<Vec<_>>().join(",");
    let records = [("GNU.sparse.name", name), ("GNU.sparse.size", &size), ("GNU.sparse.map", &list), ("path", "GNUSparseFile.7/long")];
    tar.pax(&records).file("GNUSparseFile.7/long", file.stored())
}

/// PAX 1.0: the numbers in front of the content.
fn pax_front(tar: Tar, name: &str, file: &Holey) -> Tar {
    let size = file.size().to_string();
    let records = [("GNU.sparse.major", "1"), ("GNU.sparse.minor", "0"), ("GNU.sparse.name", name), ("GNU.sparse.realsize", &size)];
    let mut content = format!("{}\n", file.pieces.len());
    for (offset, length) in file.pairs() {
        write!(content, "{offset}\n{length}\n").unwrap();
    }
    let mut content = content.into_bytes();
    content.resize(content.len().next_multiple_of(512), 0);
    content.extend_from_slice(&file.stored());
    tar.pax(&records).file("GNUSparseFile.7/x", content)
}

/// Every way of packing one file, with the next file behind it.
fn every_way(file: &Holey) -> Vec<u8> {
    let tar = Tar::new().raw(&gnu("old", &file.pieces, file.size(), &file.stored()));
    let tar = pax_front(pax_list(pax_records(tar, "records", file), "list", file), "front", file);
    tar.file("next", "1").finish()
}

#[test]
fn holes_are_filled_whoever_left_them_out() {
    // 1 fits a header, 5 needs a block behind it, 60 several, and 2000 numbers more than a look ahead shows.
    for count in [0, 1, 4, 5, 25, 60, 2000] {
        let file = Holey::new(count);
        let tar = every_way(&file);
        for want in [Want::Stream, Want::Whole] {
            let seen = see_with(&Source::bytes("x", gzip(&tar)), &Limits::default(), &|_| want);
            assert_eq!(seen.gaps, [], "{count} pieces");
            assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["front", "list", "next", "old", "records"]);
            for name in ["old", "records", "list", "front"] {
                assert!(seen.files[name] == file.whole, "{name} with {count} pieces has {} bytes", seen.files[name].len());
            }
        }
        let skipped = see_with(&Source::bytes("x", tar), &Limits::default(), &|_| Want::Skip);
        assert_eq!((skipped.gaps.len(), skipped.walked.files), (0, 5));
    }
}

#[test]
fn cat_finds_a_sparse_file() {
    let file = Holey::new(7);
    let source = Source::bytes("x", gzip(&every_way(&file)));
    for name in ["old", "records", "list", "front"] {
        assert!(read_entry(&source, &Limits::default(), name).unwrap() == file.whole, "{name}");
    }
}

#[test]
fn an_archive_that_was_stored_as_a_sparse_file_is_opened() {
    let mut inner = Tar::new().file("a.log", "1\n").raw(&[0; 4096]).file("b.log", "2\n").finish();
    inner.resize(20_480, 0);
    let content = 2 * 1024;
    let pieces = vec![(0, 1024), (1024 + 4096, 1024)];
    let file = Holey { whole: inner, pieces };
    assert_eq!(file.stored().len(), content);
    let seen = see(gzip(&every_way(&file)));
    for name in ["old", "records", "list", "front"] {
        assert_eq!(seen.files[&format!("{name}!/a.log")], b"1\n");
        assert_eq!(seen.files[&format!("{name}!/b.log")], b"2\n");
    }
    assert_eq!(seen.gaps, []);
}

#[test]
fn a_tebibyte_of_zeros_costs_nothing_and_the_text_behind_it_is_read() {
    let tib: u64 = 1 << 40;
    let size = (tib + 5).to_string();
    let list = format!("{tib},5");
    let only = [("GNU.sparse.name", "only"), ("GNU.sparse.size", "9000000000000000000"), ("GNU.sparse.map", "9000000000000000000,0")];
    let head = [("GNU.sparse.name", "head"), ("GNU.sparse.size", &size), ("GNU.sparse.map", &list)];
    let tar = Tar::new().pax(&only).file("x", "").pax(&head).file("y", "text\n").raw(&gnu("gnu", &[(7 << 30, 5)], (7 << 30) + 9, b"text\n"));
    let bytes = tar.file("next", "1").gzip();
    for want in [Want::Stream, Want::Whole] {
        let seen = see_with(&Source::bytes("x", bytes.clone()), &Limits::default(), &|_| want);
        assert_eq!(seen.gap_kinds(), [GapKind::LongLine; 3]);
        let detail = format!("head: is a sparse file; {} zeros of its holes were left out", tib - 512);
        assert_eq!(seen.gaps[1].to_string(), detail);
        assert!(seen.files["head"].ends_with(b"\0text\n") && seen.files["head"].len() < 1024);
        assert!(seen.files["gnu"].len() < 2048 && seen.files["gnu"].windows(5).any(|text| text == b"text\n"));
        assert_eq!(seen.files["next"], b"1");
        assert!(seen.walked.complete, "of what was written nothing is missing");
    }
}

#[test]
fn many_sparse_members_are_bounded_together() {
    // Each is filled by 8 MiB, which is no bomb; together they are one.
    let limits = Limits { total_floor: 64 << 20, ..Limits::default() };
    let size = (8u64 << 20).to_string();
    let list = format!("{size},0");
    let pack = |tar: Tar, n: usize| tar.pax(&[("GNU.sparse.size", &size), ("GNU.sparse.map", &list)]).file(&format!("{n}"), "");
    let bytes = (0..400).fold(Tar::new(), pack).file("z", "2").gzip();
    let seen = see_with(&Source::bytes("x", bytes), &limits, &|_| Want::Stream);
    assert!(seen.gap_kinds().contains(&GapKind::Limit));
    assert!(seen.walked.bytes < 256 << 20, "{} bytes came out", seen.walked.bytes);
}

#[test]
fn a_map_that_cannot_be_true_is_damage_and_the_next_file_is_read() {
    let overlap = [("GNU.sparse.size", "20"), ("GNU.sparse.map", "4,9,1,1")];
    let behind = [("GNU.sparse.size", "5"), ("GNU.sparse.map", "4,9,13,1")];
    let less = [("GNU.sparse.size", "50"), ("GNU.sparse.map", "4,9")];
    let no_number = [("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "5")];
    let many = [("GNU.sparse.major", "1"), ("GNU.sparse.realsize", "5")];
    let tar = [overlap, behind, less].iter().enumerate().fold(Tar::new(), |tar, (n, records)| tar.pax(records).file(&format!("{n}"), "ten bytes.\n"));
    let tar = tar.pax(&no_number).file("3", "no number\n").pax(&many).file("4", "99999999\n");
    let tar = tar.raw(&gnu("5", &[(9, 3), (1, 3)], 12, b"abcdef")).file("next", "1");
    let seen = see(tar.gzip());
    assert_eq!(seen.gap_kinds(), [GapKind::Corrupt; 6]);
    assert!(seen.gaps.iter().enumerate().all(|(n, gap)| gap.path == n.to_string()), "{:?}", seen.gaps);
    assert_eq!(seen.files.keys().collect::<Vec<_>>(), ["next"]);
}

#[test]
fn an_archive_that_ends_inside_a_sparse_file_gives_a_prefix() {
    let file = Holey::new(40);
    let tar = every_way(&file);
    for cut in 2..=(tar.len() - 1024) / 256 {
        let bytes = &tar[..cut * 256];
        let seen = see_with(&Source::bytes("x", bytes), &Limits::default(), &|_| Want::Stream);
        assert!(!seen.walked.complete, "{cut}");
        for (name, bytes) in seen.files.iter().filter(|(name, _)| *name != "next") {
            assert!(file.whole.starts_with(bytes), "{name}, cut at {cut}");
        }
    }
}
