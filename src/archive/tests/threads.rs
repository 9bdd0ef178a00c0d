//! The threaded driver, and the second pass.

use std::ops::ControlFlow;

use super::*;

/// Content by path, put together from parts that arrived in any order.
type Pieces = BTreeMap<(String, u32), Vec<u8>>;

fn archive() -> Vec<u8> {
    let mut tar = Tar::new();
    for n in 0..30 {
        tar = tar.file(&format!("small-{n}"), log("small", n * 900)).file(&format!("large-{n}"), log("large", 200_000 + n * 40_000));
    }
    tar.gzip()
}

fn collect(pieces: &mut Pieces, batch: &Batch) {
    for part in &batch.parts {
        pieces.insert((part.path.to_string(), part.index), part.with_context(batch).to_vec());
    }
}

#[test]
fn any_number_of_workers_gives_the_same_parts() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("case.tar.gz");
    std::fs::write(&path, archive()).unwrap();
    let mut results = Vec::new();
    for workers in [0, 1, 3] {
        let run = run(&Source::from(&path), &Limits::default(), &|_| Want::Stream, workers, Pieces::new, collect).unwrap();
        assert_eq!(run.states.len(), workers + 1);
        assert_eq!(run.gaps, []);
        assert!(run.walked.sha256.is_some());
        let merged: Pieces = run.states.into_iter().flatten().collect();
        results.push((merged, run.walked));
    }
    assert_eq!(results[0], results[1]);
    assert_eq!(results[0], results[2]);
}

#[test]
fn a_panic_in_a_worker_is_an_error() {
    for workers in [0, 1, 2] {
        let source = Source::bytes("x", archive());
        let result = run(
            &source,
            &Limits::default(),
            &|_| Want::Stream,
            workers,
            || (),
            |(), batch| {
                assert!(batch.parts.iter().all(|part| &*part.path != "large-7"), "cannot stand this one");
            },
        );
        let Err(ArchiveError::Worker { message }) = result else { panic!("{workers} workers hid the panic") };
        assert_eq!(message, "cannot stand this one");
    }
}

#[test]
fn a_slow_worker_is_helped_by_the_decoder() {
    let source = Source::bytes("x", archive());
    let slow = |seen: &mut u64, batch: &Batch| {
        std::thread::sleep(std::time::Duration::from_millis(2));
        *seen += batch.parts.len() as u64;
    };
    let run = run(&source, &Limits::default(), &|_| Want::Stream, 1, || 0, slow).unwrap();
    assert!(run.states.iter().sum::<u64>() > 60);
}

fn nested() -> Source {
    let inner = Tar::new().file("must-gather/a.log", "old\n").file("must-gather/a.log", "one\ntwo\nthree").gzip();
    Source::bytes("x", Tar::new().file("g/must-gather.tar.gz", inner).file("g/b.log", "b").file("h/b.log", "c").gzip())
}

#[test]
fn an_entry_is_found_by_its_path_or_an_end_of_it() {
    let limits = Limits::default();
    let full = "g/must-gather.tar.gz!/must-gather/a.log";
    for path in [full, "must-gather/a.log", "a.log"] {
        assert_eq!(read_entry(&nested(), &limits, path).unwrap(), b"one\ntwo\nthree", "the later duplicate wins");
    }
    assert_eq!(read_entry(&nested(), &limits, "h/b.log").unwrap(), b"c");
    assert!(matches!(read_entry(&nested(), &limits, "b.log"), Err(ArchiveError::Ambiguous { .. })));
    assert!(matches!(read_entry(&nested(), &limits, "x/a.log"), Err(ArchiveError::NoEntry { help: Some(_), .. })));
    assert!(matches!(read_entry(&nested(), &limits, "must-gather.tar.gz"), Err(ArchiveError::NoEntry { help: Some(_), .. })));
    assert!(matches!(read_entry(&nested(), &limits, ".log"), Err(ArchiveError::NoEntry { help: None, .. })));
}

#[test]
fn lines_come_with_their_numbers_until_enough() {
    let text = log("big", 3 * CHUNK);
    let source = Source::bytes("x", Tar::new().file("a", "").file("big.log", &text).file("z", "").gzip());
    let expected: Vec<&[u8]> = text.split(|b| *b == b'\n').collect();
    let mut seen = 0;
    each_line(&source, &Limits::default(), "big.log", &mut |number, line| {
        seen = number;
        assert_eq!(line, expected[usize::try_from(number).unwrap() - 1]);
        ControlFlow::Continue(())
    })
    .unwrap();
    assert_eq!(usize::try_from(seen).unwrap(), expected.len() - 1);
    each_line(&source, &Limits::default(), "big.log", &mut |number, _| {
        seen = number;
        if number == 5 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })
    .unwrap();
    assert_eq!(seen, 5);
}
