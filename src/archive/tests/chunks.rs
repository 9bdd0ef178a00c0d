//! Where streamed files are cut.

use super::*;

fn chunks_of<'s>(seen: &'s Seen, path: &str) -> Vec<&'s (Part, Vec<u8>)> {
    seen.parts.iter().filter(|(part, _)| &*part.path == path).collect()
}

/// Everything that says where a file was cut, without where it lies in its batch.
fn borders(seen: &Seen, path: &str) -> Vec<(u32, u64, usize, usize, usize, Vec<u8>)> {
    let parts = chunks_of(seen, path);
    parts.iter().map(|(p, b)| (p.index, p.offset, p.range.len(), p.lead, p.trail, b.clone())).collect()
}

#[test]
fn a_large_log_is_cut_at_line_ends_and_carries_its_context() {
    let text = log("velero", 3 * CHUNK + 12345);
    let seen = see(Tar::new().file("a", "x\n").file("v.log", &text).file("z", "y\n").gzip());
    assert_eq!(seen.files["v.log"], text);
    let parts = chunks_of(&seen, "v.log");
    assert_eq!(parts.len(), 4);
    for (n, (part, bytes)) in parts.iter().enumerate() {
        assert_eq!((part.first, part.last, part.index as usize), (n == 0, n == 3, n));
        let from = usize::try_from(part.offset).unwrap();
        let to = from + part.range.len();
        assert_eq!(bytes.as_slice(), &text[from - part.lead..to + part.trail]);
        assert!(part.range.len() <= CHUNK && text[to - 1] == b'\n');
        let lines = |bytes: &[u8]| memchr::memchr_iter(b'\n', bytes).count();
        assert_eq!(lines(&text[from - part.lead..from]), if n == 0 { 0 } else { 2 });
        assert_eq!(lines(&text[to..to + part.trail]), if n == 3 { 0 } else { 2 });
    }
}

#[test]
fn borders_do_not_depend_on_the_order_of_members() {
    let big: Vec<_> = ["m1", "m2", "m3"].iter().map(|name| (*name, log(name, CHUNK + 70_000))).collect();
    let small: Vec<_> = (0..40).map(|n| (format!("s{n}"), log("small", n * 1500))).collect();
    let mut forward = Tar::new();
    let mut backward = Tar::new();
    for (name, text) in &small {
        forward = forward.file(name, text);
    }
    for (name, text) in &big {
        forward = forward.file(name, text);
    }
    for (name, text) in big.iter().rev() {
        backward = backward.file(name, text);
    }
    for (name, text) in small.iter().rev() {
        backward = backward.file(name, text);
    }
    let (forward, backward) = (see(forward.gzip()), see(backward.finish()));
    for (name, _) in &big {
        assert_eq!(borders(&forward, name), borders(&backward, name));
        assert_eq!(chunks_of(&forward, name).len(), 2);
    }
    assert_eq!(forward.files, backward.files);
}

#[test]
fn a_file_of_unknown_size_is_cut_like_one_of_known_size() {
    let text = log("velero", 2 * CHUNK + 99);
    let plain = see(Tar::new().file("a", &text).gzip());
    let packed = see(Tar::new().file("before", "x").file("a", gzip(&text)).gzip());
    assert_eq!(borders(&plain, "a"), borders(&packed, "a"));
}

#[test]
fn files_around_the_size_of_a_chunk_lose_nothing() {
    for size in [CHUNK - 1, CHUNK, CHUNK + 1, CHUNK + CONTEXT - 1, CHUNK + CONTEXT, CHUNK + CONTEXT + 1] {
        let text = log("edge", size)[..size].to_vec();
        let seen = see(Tar::new().file("a", &text).gzip());
        assert_eq!(seen.files["a"], text, "{size}");
        let parts = chunks_of(&seen, "a");
        assert_eq!(parts.len(), if size > CHUNK { 2 } else { 1 }, "{size}");
        assert!(parts.last().unwrap().0.last);
    }
}

#[test]
fn a_line_longer_than_a_chunk_is_a_chunk_of_its_own() {
    let line = [vec![b'L'; CHUNK + 5], b"\n".to_vec()].concat();
    let text = [b"before\n".as_slice(), &line, b"after\nlast"].concat();
    let seen = see(Tar::new().file("a", &text).gzip());
    assert_eq!(seen.files["a"], text);
    let parts = chunks_of(&seen, "a");
    assert_eq!(parts.iter().map(|(part, _)| part.range.len()).collect::<Vec<_>>(), [7, line.len(), 10]);
    assert_eq!(parts[1].0.lead, 7);
    assert_eq!(parts[1].0.trail, "after\nlast".len());
    assert_eq!(seen.gaps, []);
}

#[test]
fn a_line_beyond_the_limit_keeps_its_head_and_tail() {
    let mib = 1 << 20;
    for length in [mib - 1, mib, mib + 1, 5 * mib + 7] {
        let mut line: Vec<u8> = (0..length).map(|n| b'a' + u8::try_from(n % 23).unwrap()).collect();
        line[length - 1] = b'\n';
        let text = [b"before\n".as_slice(), &line, b"after\n"].concat();
        let seen = see(Tar::new().file("a", &text).gzip());
        let parts = chunks_of(&seen, "a");
        assert_eq!(parts.len(), 3, "{length}");
        assert_eq!(parts[2].0.offset, 7 + length as u64);
        assert_eq!(seen.walked.bytes, text.len() as u64);
        let (part, bytes) = parts[1];
        let own = &bytes[part.lead..bytes.len() - part.trail];
        if length <= mib {
            assert_eq!(own, line);
            assert_eq!(seen.gaps, []);
            continue;
        }
        let cut = length - mib;
        assert_eq!(part.cut, cut as u64);
        let mark = format!(" [... {cut} bytes cut ...] ");
        let expected = [&line[..mib / 2], mark.as_bytes(), &line[length - mib / 2..]].concat();
        assert!(own == expected, "{length}");
        assert_eq!(seen.gap_kinds(), [GapKind::LongLine]);
        assert_eq!(seen.gaps[0].offset, Some(7));
        assert!(seen.walked.complete);
    }
}

#[test]
fn a_line_without_end_takes_no_memory() {
    let text = vec![b'z'; 40 << 20];
    let source = Source::bytes("x", Tar::new().file("a", &text).gzip());
    let limits = Limits { ratio: u64::MAX, ..Limits::default() };
    let mut largest = 0;
    let mut deliver = |batch: Batch| {
        largest = largest.max(batch.bytes.capacity());
        Some(batch.bytes)
    };
    walk(&source, &limits, &|_| Want::Stream, &mut deliver, &mut |_| {}).unwrap();
    assert!(largest <= 8 << 20, "{largest}");
}

#[test]
fn a_whole_file_is_never_cut() {
    let text = log("list", 2 * CHUNK);
    let source = Source::bytes("x", Tar::new().file("a", "1").file("l.yaml", &text).file("b", "2").gzip());
    let seen = see_with(&source, &Limits::default(), &|_| Want::Whole);
    assert_eq!(seen.files["l.yaml"], text);
    assert_eq!(seen.parts.len(), 3);
}
