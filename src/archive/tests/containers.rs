//! Containers beside tar and gzip, as their own tools write them and as they break.

use std::io::Write as _;

use super::*;

/// `line\n` as `xz`, `zstd`, `bzip2`, `zip a.zip a.log` and `zip -` write it.
const XZ: &str = "fd377a585a000004e6d6b4460200210116000000742fe5a30100046c696e650a00000000cfea6cfeaeb31e8c00011d05b82d80af1fb6f37d010000000004595a";
const ZSTD: &str = "28b52ffd04582900006c696e650ac9d5a782";
const BZIP2: &str = "425a68393141592653595c5a44cd000001c10000100225200030cd00c1a40c71772453850905c5a44cd0";
const ZIP: &str = "504b03040a00000000007677745d0e45d866050000000500000005000000612e6c6f676c696e650a504b01021e030a00000000007677745d0e45d86605000000\
                   05000000050000000000000001000000a48100000000612e6c6f67504b0506000000000100010033000000280000000000";
const PIPED: &str = "504b03042d00080008007677745d00000000ffffffffffffffff010014002d0100100000000000000000000000000000000000cbc9cc4be50200504b0708\
                     0e45d86607000000000000000500000000000000504b01021e032d00080008007677745d0e45d86607000000050000000100000000000000010000008011\
                     000000002d504b050600000000010001002f000000520000000000";

fn hex(text: &str) -> Vec<u8> {
    (0..text.len() / 2).map(|at| u8::from_str_radix(&text[2 * at..2 * at + 2], 16).unwrap()).collect()
}

fn xz(bytes: &[u8]) -> Vec<u8> {
    let mut writer = lzma_rust2::XzWriter::new(Vec::new(), lzma_rust2::XzOptions::with_preset(1)).unwrap();
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

fn zstd(bytes: &[u8]) -> Vec<u8> {
    ruzstd::encoding::compress_to_vec(bytes, ruzstd::encoding::CompressionLevel::Fastest)
}

fn bzip2(bytes: &[u8]) -> Vec<u8> {
    let mut writer = ::bzip2::write::BzEncoder::new(Vec::new(), ::bzip2::Compression::fast());
    writer.write_all(bytes).unwrap();
    writer.finish().unwrap()
}

type Packer = fn(&[u8]) -> Vec<u8>;
const PACKERS: [(&str, Packer); 3] = [("xz", xz), ("zst", zstd), ("bz2", bzip2)];

/// A zip file with these members, deflated.
fn zip(members: &[(&str, &[u8])]) -> Vec<u8> {
    let mut out = Vec::new();
    for (name, content) in members {
        let mut encoder = flate2::write::DeflateEncoder::new(Vec::new(), flate2::Compression::default());
        encoder.write_all(content).unwrap();
        member(&mut out, name, 0, 8, &encoder.finish().unwrap(), content);
    }
    [out, b"PK\x05\x06".to_vec(), vec![0; 18]].concat()
}

fn member(out: &mut Vec<u8>, name: &str, flags: u16, method: u16, packed: &[u8], content: &[u8]) {
    out.extend_from_slice(b"PK\x03\x04\x14\0");
    out.extend_from_slice(&flags.to_le_bytes());
    out.extend_from_slice(&method.to_le_bytes());
    out.extend_from_slice(&[0; 4]);
    out.extend_from_slice(&crc(content).to_le_bytes());
    for size in [packed.len(), content.len()] {
        out.extend_from_slice(&u32::try_from(size).unwrap().to_le_bytes());
    }
    out.extend_from_slice(&u16::try_from(name.len()).unwrap().to_le_bytes());
    out.extend_from_slice(&[0; 2]);
    out.extend_from_slice(name.as_bytes());
    out.extend_from_slice(packed);
}

fn crc(bytes: &[u8]) -> u32 {
    let mut crc = flate2::Crc::new();
    crc.update(bytes);
    crc.sum()
}

#[test]
fn a_member_of_a_zip_with_a_wrong_checksum_is_given_and_told() {
    let text = log("a", 300_000);
    let whole = zip(&[("a.log", &text), ("b.log", b"b\n")]);
    assert_eq!(see(whole.clone()).gaps, []);
    let mut wrong = whole.clone();
    wrong[14] ^= 1;
    let seen = see(wrong.clone());
    assert_eq!(seen.gaps.iter().map(|gap| (gap.kind, gap.path.as_str())).collect::<Vec<_>>(), [(GapKind::Corrupt, "a.log")]);
    assert!(seen.files["a.log"] == text && seen.files["b.log"] == b"b\n" && !seen.walked.complete);
    // What nobody wanted to read is not read for its checksum.
    let unread = see_with(&Source::bytes("x.zip", wrong), &Limits::default(), &|_| Want::Skip);
    assert_eq!(unread.gaps, []);
    // A stored member, whose damage no decoder notices.
    let mut stored = Vec::new();
    member(&mut stored, "s.log", 0, 0, b"one line\n", b"one line\n");
    let at = stored.len() - 3;
    stored[at] ^= 1;
    let stored = [stored, b"PK\x05\x06".to_vec(), vec![0; 18]].concat();
    assert_eq!(see(stored.clone()).gap_kinds(), [GapKind::Corrupt]);
    assert_eq!(see_with(&Source::bytes("x.zip", stored), &Limits::default(), &|_| Want::Skip).gaps, []);
    // A member written to a pipe has it behind its content.
    let mut piped = hex(PIPED);
    assert_eq!(see(piped.clone()).gaps, []);
    let descriptor = piped.windows(4).position(|four| four == b"PK\x07\x08").unwrap();
    piped[descriptor + 4] ^= 1;
    assert_eq!(see(piped).gap_kinds(), [GapKind::Corrupt]);
}

#[test]
fn what_the_tools_write_is_read() {
    for (bytes, path) in [(XZ, "case.tar.gz"), (ZSTD, "case.tar.gz"), (BZIP2, "case.tar.gz"), (ZIP, "a.log"), (PIPED, "-")] {
        let seen = see(hex(bytes));
        assert_eq!(seen.files.iter().map(|(path, content)| (path.as_str(), content.as_slice())).collect::<Vec<_>>(), [(path, &b"line\n"[..])]);
        assert_eq!(seen.gaps, [], "{path}");
        assert!(seen.walked.complete);
    }
}

#[test]
fn every_compression_holds_a_tar_at_any_depth() {
    let text = log("a", 3 << 20);
    for (word, pack) in PACKERS {
        let tar = Tar::new().file("big.log", &text).file("b.yaml", "kind: Pod\n").finish();
        let seen = see(pack(&tar));
        assert!(seen.files["big.log"] == text && seen.files["b.yaml"] == b"kind: Pod\n", "{word}");
        assert_eq!(seen.walked.containers[0].format, format!("tar.{word}"));
        let seen = see(Tar::new().file("inner", pack(&tar)).file("plain", pack(b"x\n")).gzip());
        assert!(seen.files["inner!/big.log"] == text, "{word}");
        assert_eq!(seen.files["plain"], b"x\n");
        assert_eq!(seen.gaps, [], "{word}");
    }
}

#[test]
fn streams_in_a_row_are_one() {
    for (word, pack) in PACKERS {
        assert_eq!(see([pack(b"one\n"), pack(b"two\n")].concat()).files["case.tar.gz"], b"one\ntwo\n", "{word}");
    }
    let skippable = [&[0x53, 0x2a, 0x4d, 0x18, 3, 0, 0, 0][..], b"abc", &zstd(b"x")].concat();
    assert_eq!(see([zstd(b"1"), skippable].concat()).files["case.tar.gz"], b"1x");
}

#[test]
fn a_stream_that_is_cut_gives_a_gap_wherever_the_cut_is() {
    let tar = Tar::new().file("a.log", log("a", 40_000)).file("b.log", log("b", 40_000)).finish();
    for (word, pack) in PACKERS {
        let whole = pack(&tar);
        for cut in (16..whole.len()).step_by(997) {
            let source = Source::bytes("x", whole[..cut].to_vec());
            let mut gaps = Vec::new();
            let walked = walk(&source, &Limits::default(), &|_| Want::Stream, &mut |_| None, &mut |gap| gaps.push(gap)).unwrap();
            assert!(!walked.complete && gaps.iter().all(|gap| gap.kind == GapKind::Truncated), "{word} at {cut}: {gaps:?}");
        }
    }
}

#[test]
fn flipped_bits_never_stop_the_walk() {
    let tar = Tar::new().file("a.log", log("a", 20_000)).finish();
    let mut all: Vec<Vec<u8>> = PACKERS.iter().map(|(_, pack)| pack(&tar)).collect();
    all.push(zip(&[("a.log", &log("a", 20_000)), ("b.log", b"b\n")]));
    for whole in all {
        for at in (0..whole.len()).step_by(whole.len() / 150 + 1) {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            // A flip in the first bytes makes it a file of another kind, which may be refused.
            let _ = walk(&Source::bytes("x", bytes), &Limits::default(), &|_| Want::Stream, &mut |_| None, &mut |_| {});
        }
    }
}

#[test]
fn a_zip_of_archives_is_followed() {
    let inner = Tar::new().file("must-gather/x.yaml", "kind: Pod\n").gzip();
    let bytes = zip(&[("case/", b""), ("case\\must-gather.tar.gz", &inner), ("case/a.log", &log("a", 300_000)), ("../up", b"x")]);
    let seen = see(Tar::new().file("0010-must-gather.zip", bytes.clone()).gzip());
    assert_eq!(seen.files["0010-must-gather.zip!/case/must-gather.tar.gz!/must-gather/x.yaml"], b"kind: Pod\n");
    assert_eq!(seen.files["0010-must-gather.zip!/case/a.log"], log("a", 300_000));
    assert_eq!(seen.gap_kinds(), [GapKind::Refused]);
    assert_eq!((seen.walked.files, seen.walked.directories), (2, 1));
    let formats: Vec<_> = see(bytes).walked.containers.into_iter().map(|container| container.format).collect();
    assert_eq!(formats, ["zip", "tar.gz"]);
}

#[test]
fn a_zip_that_is_cut_gives_what_came_before() {
    let whole = zip(&[("a", b"one\n"), ("b.log", &log("b", 50_000)), ("c", b"three\n")]);
    let seen = see(whole[..whole.len() / 2].to_vec());
    assert_eq!(seen.files["a"], b"one\n");
    assert!(!seen.walked.complete && seen.gap_kinds().iter().all(|kind| *kind == GapKind::Truncated), "{:?}", seen.gaps);
    let seen = see(whole[..whole.len() - 22].to_vec());
    assert_eq!(seen.files["c"], b"three\n");
    assert_eq!(seen.gap_kinds(), [GapKind::Truncated], "without its table nobody knows whether more followed");
}

#[test]
fn members_of_a_zip_that_cannot_be_read_are_named() {
    let mut bytes = Vec::new();
    member(&mut bytes, "secret", 1, 8, b"????", b"nine byte");
    member(&mut bytes, "odd", 0, 9, b"????", b"nine byte");
    member(&mut bytes, "plain", 0, 0, b"here\n", b"here\n");
    member(&mut bytes, "x.xz", 0, 95, &xz(b"and here\n"), b"and here\n");
    let seen = see([bytes, b"PK\x05\x06".to_vec(), vec![0; 18]].concat());
    assert_eq!(seen.gap_kinds(), [GapKind::Unsupported, GapKind::Unsupported]);
    assert!(seen.gaps[0].detail.contains("encrypted") && seen.gaps[1].detail.contains("method 9"), "{:?}", seen.gaps);
    assert_eq!((seen.files["plain"].as_slice(), seen.files["x.xz"].as_slice()), (&b"here\n"[..], &b"and here\n"[..]));
}

#[test]
fn bombs_of_every_kind_end_with_a_gap() {
    let lines = vec![b'\n'; 64 << 20];
    let limits = Limits { ratio: 500, ..Limits::default() };
    let mut all: Vec<(&str, Vec<u8>)> = PACKERS.iter().map(|(word, pack)| (*word, pack(&lines))).collect();
    all.push(("zip", zip(&[("bomb", &lines)])));
    for (word, bytes) in all {
        let tar = Tar::new().file("bomb", bytes).file("z", "2").gzip();
        let seen = see_with(&Source::bytes("x", tar), &limits, &|_| Want::Stream);
        assert_eq!(seen.files["z"], b"2", "{word}");
        assert!(seen.gap_kinds().contains(&GapKind::Limit) && seen.walked.bytes < 20 << 20, "{word}: {:?}", seen.gaps);
    }
}

#[test]
fn nesting_counts_every_kind_of_container() {
    let bytes = zip(&[("a", &xz(&zip(&[("b", &bzip2(&zip(&[("c", b"deep\n")])))])))]);
    let limits = Limits { nesting: 4, ..Limits::default() };
    let seen = see_with(&Source::bytes("x", bytes.clone()), &limits, &|_| Want::Stream);
    assert_eq!(seen.gap_kinds(), [GapKind::Limit]);
    assert_eq!(see(bytes).files["a!/b!/c"], b"deep\n");
}

#[test]
fn an_xz_that_asks_for_too_much_memory_is_a_limit() {
    let mut bytes = hex(XZ);
    // The size of the dictionary, 4 GiB, and the checksum of the block's header made anew.
    bytes[16] = 40;
    let crc = {
        let mut crc = flate2::Crc::new();
        crc.update(&bytes[12..20]);
        crc.sum().to_le_bytes()
    };
    bytes[20..24].copy_from_slice(&crc);
    let seen = see(bytes);
    assert_eq!(seen.gap_kinds(), [GapKind::Limit], "{:?}", seen.gaps);
}
