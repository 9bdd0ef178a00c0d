//! Bits flipped and ends cut off, anywhere: whatever is left is told, and nothing panics.

use mig_analyze::archive::Source;
use mig_analyze::archive::pack::{Tar, gzip};
use mig_analyze::output::{self, Format};
use mig_analyze::rules::Pack;
use mig_analyze::scan::PatternSet;
use mig_analyze::{Options, Quiet, analyze_compiled};

use super::gather::{Random, base, cr, log, migration};

struct Analyzer {
    pack: Pack,
    patterns: PatternSet,
    options: Options,
}

impl Analyzer {
    fn new() -> Self {
        let pack = Pack::built_in().unwrap();
        let patterns = PatternSet::compile(&pack.patterns()).unwrap();
        Self { pack, patterns, options: Options { workers: Some(0), ..Options::default() } }
    }

    /// Analyzes and prints; says whether a report was made and whether it says that something is missing.
    fn survives(&self, bytes: Vec<u8>) -> Option<bool> {
        let sources = [("input".to_owned(), Source::bytes("input", bytes))];
        let analysis = analyze_compiled(&sources, &self.pack, &self.patterns, &self.options, &Quiet).ok()?;
        let mut out = Vec::new();
        for format in Format::ALL {
            output::render(&analysis.report, *format, &output::Options::default(), &mut out).unwrap();
        }
        Some(!analysis.report.gaps.is_empty() || analysis.report.inputs.iter().any(|input| !input.complete))
    }
}

fn sample() -> Tar {
    let line = "time=\"2021-05-12T08:00:00Z\" level=error msg=\"Error backing up item\" backup=openshift-migration/b error=\"timed out\"\n";
    let migrations =
        (0..4).fold(base(), |tar, n| tar.file(&cr("migmigrations.migration.openshift.io", &format!("m{n}")), migration(&format!("m{n}"), "p", "")));
    migrations.file(&log("velero-1"), line.repeat(40))
}

#[test]
fn flipped_bits_anywhere_never_panic() {
    let analyzer = Analyzer::new();
    let tar = sample().finish();
    let nested = gzip(&Tar::new().file("must-gather.tar.gz", gzip(&tar)).finish());
    let mut random = Random(20_261_120);
    let mut reports = 0;
    for whole in [&tar, &gzip(&tar), &nested] {
        for _ in 0..150 {
            let mut bytes = whole.clone();
            for _ in 0..=random.below(4) {
                let at = random.below(bytes.len());
                bytes[at] ^= 1 << random.below(8);
            }
            reports += u32::from(analyzer.survives(bytes).is_some());
        }
    }
    assert!(reports > 100, "only {reports} of 450 damaged archives gave a report");
}

#[test]
fn an_archive_that_is_cut_anywhere_gives_what_is_left_and_says_so() {
    let analyzer = Analyzer::new();
    let tar = sample().finish();
    // The blocks that close a tar prove that it is whole; all of them may go unnoticed but the first.
    let closing = 1024;
    for (whole, end) in [(tar.clone(), tar.len() - closing), (gzip(&tar), gzip(&tar).len())] {
        let mut told = 0;
        for n in 0..150 {
            let at = end * n / 150;
            let mut bytes = whole.clone();
            bytes.truncate(at);
            match analyzer.survives(bytes) {
                None => {}
                Some(true) => told += 1,
                Some(false) => panic!("cut at byte {at} of {end}, and the report claims to be whole"),
            }
        }
        assert!(told > 100, "only {told} of 150 cuts left anything to report");
    }
}

#[test]
fn zeros_and_noise_in_the_middle_never_panic() {
    let analyzer = Analyzer::new();
    let tar = sample().finish();
    let mut random = Random(7);
    for whole in [&tar, &gzip(&tar)] {
        for n in 0..60 {
            let mut bytes = whole.clone();
            let at = random.below(bytes.len());
            let end = (at + 1 + random.below(2_000)).min(bytes.len());
            for byte in &mut bytes[at..end] {
                *byte = if n % 2 == 0 { 0 } else { u8::try_from(random.next() & 0xff).unwrap() };
            }
            analyzer.survives(bytes);
        }
    }
}
