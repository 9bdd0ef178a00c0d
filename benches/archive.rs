//! How much the walk adds to a bare decompression of the same bytes.
//!
//! `inflate` is the floor. `skip` adds the walk over headers and the digest, `stream` the packing and cutting, `run` does
//! the same with a worker beside the decoder. Set `MIG_ANALYZE_BENCH` to a `.tar.gz` to measure on that.

#![expect(clippy::expect_used, reason = "a benchmark that cannot run may stop")]

use std::fmt::Write as _;
use std::fs::File;
use std::hint::black_box;
use std::io::Read;
use std::path::PathBuf;
use std::sync::OnceLock;

use divan::Bencher;
use divan::counter::BytesCount;
use mig_analyze::archive::pack::Tar;
use mig_analyze::archive::{Batch, Limits, Source, Want, run, walk};

fn main() {
    divan::main();
}

struct Sample {
    path: PathBuf,
    unpacked: u64,
}

/// The archive to measure on, written to the build directory once.
fn sample() -> &'static Sample {
    static SAMPLE: OnceLock<Sample> = OnceLock::new();
    SAMPLE.get_or_init(|| {
        let path = std::env::var_os("MIG_ANALYZE_BENCH").map_or_else(generated, PathBuf::from);
        let mut unpacked = 0;
        bare(&path, |n| unpacked += n as u64);
        Sample { path, unpacked }
    })
}

/// Some 100 MiB in 2,000 manifests and 40 logs; each eighth word is random, which compresses about as real ones do.
fn generated() -> PathBuf {
    let mut state = 1u32;
    let mut random = move || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        state >> 8
    };
    let mut tar = Tar::new();
    for n in 0..2_000 {
        let mut text = String::from("apiVersion: v1\nkind: Pod\nmetadata:\n");
        for m in 0..300 {
            writeln!(text, "    key-{m}: some usual value {:x}", random() % 4096).ok();
        }
        tar = tar.file(&format!("must-gather/clusters/host/namespaces/openshift-migration/crs/pods/pod-{n}.yaml"), text);
        if n % 50 == 0 {
            let mut log = String::new();
            while log.len() < 2 << 20 {
                writeln!(
                    log,
                    "2024-01-01T00:00:00.{:06}Z time=\"2024-01-01T00:00:00Z\" level=info msg=\"Backing up item\" name={:x}",
                    random() % 1_000_000,
                    random()
                )
                .ok();
            }
            tar = tar.file(&format!("must-gather/clusters/host/logs/velero-{n}/current.log"), log);
        }
    }
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("bench.tar.gz");
    std::fs::write(&path, tar.gzip()).expect("the build directory is writable");
    path
}

fn bare(path: &PathBuf, mut sink: impl FnMut(usize)) {
    let file = std::io::BufReader::with_capacity(128 * 1024, File::open(path).expect("the sample exists"));
    let mut decoder = flate2::bufread::MultiGzDecoder::new(file);
    let mut buffer = vec![0; 256 * 1024];
    loop {
        match decoder.read(&mut buffer).expect("the sample is sound") {
            0 => return,
            n => sink(n),
        }
    }
}

#[divan::bench]
fn inflate(bencher: Bencher<'_, '_>) {
    let sample = sample();
    bencher.counter(BytesCount::new(sample.unpacked)).bench(|| {
        bare(&sample.path, |n| {
            black_box(n);
        });
    });
}

fn walked(bencher: Bencher<'_, '_>, want: Want) {
    let sample = sample();
    let source = Source::from(&sample.path);
    bencher.counter(BytesCount::new(sample.unpacked)).bench(|| {
        let mut deliver = |batch: Batch| Some(black_box(batch).bytes);
        walk(&source, &Limits::default(), &|_| want, &mut deliver, &mut |_| {}).expect("the sample is sound")
    });
}

#[divan::bench]
fn skip(bencher: Bencher<'_, '_>) {
    walked(bencher, Want::Skip);
}

#[divan::bench]
fn stream(bencher: Bencher<'_, '_>) {
    walked(bencher, Want::Stream);
}

#[divan::bench]
fn whole(bencher: Bencher<'_, '_>) {
    walked(bencher, Want::Whole);
}

/// The worker does nothing, so this is the cost of decoding, handing over and hashing beside it.
#[divan::bench(args = [0, 1])]
fn driven(bencher: Bencher<'_, '_>, workers: usize) {
    let sample = sample();
    let source = Source::from(&sample.path);
    bencher.counter(BytesCount::new(sample.unpacked)).bench(|| {
        let work = |bytes: &mut usize, batch: &Batch| *bytes += batch.bytes.len();
        run(&source, &Limits::default(), &|_| Want::Stream, workers, || 0, work).expect("the sample is sound")
    });
}
