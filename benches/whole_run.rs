//! What a whole analysis costs beside decompressing the same archive and nothing else.
//!
//! ```text
//! cargo bench --bench whole_run
//! MIG_BENCH_MIB=512 MIG_BENCH_RUNS=9 cargo bench --bench whole_run
//! MIG_BENCH_ARCHIVE=must-gather.tar.gz cargo bench --bench whole_run
//! cargo bench --bench whole_run -- --write big.tar.gz --mib 2048
//! ```

#![allow(missing_docs, unreachable_pub, clippy::print_stdout, reason = "a benchmark is a program of its own and prints its figures")]

mod support;

use std::error::Error;
use std::ffi::OsStr;
use std::fs::{self, File};
use std::io::{BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use flate2::bufread::MultiGzDecoder;
use mig_analyze::engine;
use mig_analyze::graph::Graph;
use mig_analyze::rules::Pack;
use mig_analyze::{Figures, Options, Quiet};
use support::synthetic;

type Outcome<T> = Result<T, Box<dyn Error>>;

const SEED: u64 = 1;

/// How this program calls itself for the side of the comparison that only decompresses.
const DECODE: &str = "--decode-only";

/// How this program calls itself to time the stages of one analysis.
const STAGES: &str = "--stages";

fn main() -> Outcome<()> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let value = |name: &str| arguments.iter().position(|argument| argument == name).and_then(|at| arguments.get(at + 1));
    if let Some(path) = value(DECODE) {
        println!("{}", decode(Path::new(path))?);
        return Ok(());
    }
    if let Some(path) = value(STAGES) {
        return stages(Path::new(path));
    }
    if let Some(path) = value("--write") {
        let mib = value("--mib").map_or(Ok(64), |mib| mib.parse())?;
        return write(Path::new(path), mib);
    }
    if !arguments.iter().any(|argument| argument == "--bench") {
        // `cargo test --benches` starts benchmarks too, unoptimized: there is nothing to learn from that.
        println!("whole_run: run me with `cargo bench`");
        return Ok(());
    }
    let temporary = tempfile::tempdir()?;
    let archive = if let Some(given) = std::env::var_os("MIG_BENCH_ARCHIVE") {
        PathBuf::from(given)
    } else {
        let path = temporary.path().join("must-gather.tar.gz");
        write(&path, setting("MIG_BENCH_MIB", 64)?)?;
        path
    };
    compare(&archive, temporary.path(), setting("MIG_BENCH_RUNS", 7)?)
}

fn setting(name: &str, default: u64) -> Outcome<u64> {
    std::env::var(name).map_or(Ok(default), |text| text.parse().map_err(|error| format!("{name}={text}: {error}").into()))
}

fn write(path: &Path, mib: u64) -> Outcome<()> {
    let begin = Instant::now();
    let written = synthetic::write(path, mib, SEED)?;
    let ratio = |part: u64, whole: u64| f64::from(u32::try_from(part * 10_000 / whole.max(1)).unwrap_or(u32::MAX)) / 10_000.0;
    println!(
        "{}: {} files, {} MiB unpacked ({:.0} % manifests), {} MiB packed (1:{:.1}), written in {:.2} s",
        path.display(),
        written.files,
        written.unpacked >> 20,
        100.0 * ratio(written.manifests, written.manifests + written.logs),
        written.packed >> 20,
        ratio(written.unpacked, written.packed),
        begin.elapsed().as_secs_f64()
    );
    Ok(())
}

/// Where the time of one analysis goes, in a process of its own so that nothing is warm that would be cold for a user.
fn stages(path: &Path) -> Outcome<()> {
    let done = mig_analyze::analyze(&[path.to_path_buf()], &Options::default(), &Quiet)?;
    let Figures { reading, freezing, rules, reporting, yaml_fast, yaml_general, copies, .. } = done.figures;
    let whole = (reading + freezing + rules + reporting).as_secs_f64();
    for (stage, took) in [("reading", reading), ("joining", freezing), ("rules", rules), ("report", reporting)] {
        let took = took.as_secs_f64();
        println!("{stage:<16} {took:.3}   {:.1} %", 100.0 * took / whole);
    }
    slowest_rules(&done.graph)?;
    println!("objects          {copies} copies; YAML {} MiB by the fast reader, {} KiB by the general one", yaml_fast >> 20, yaml_general >> 10);
    Ok(())
}

/// The rules that take longest, each on one thread.
fn slowest_rules(graph: &Graph) -> Outcome<()> {
    let pack = Pack::built_in()?;
    let mut took: Vec<(Duration, &str)> =
        engine::run_timed(graph, &pack).into_iter().zip(&pack.rules).map(|(timed, rule)| (timed.took, rule.id.as_str())).collect();
    took.sort_by(|a, b| b.cmp(a));
    for (took, id) in took.iter().take(8) {
        println!("  {id:<40} {:.1} ms", took.as_secs_f64() * 1000.0);
    }
    Ok(())
}

/// Decompresses in blocks of 1 MiB and returns how many bytes came out.
fn decode(path: &Path) -> Outcome<u64> {
    let mut decoder = MultiGzDecoder::new(BufReader::with_capacity(1 << 20, File::open(path)?));
    let mut block = vec![0; 1 << 20];
    let mut unpacked = 0;
    loop {
        match decoder.read(&mut block)? {
            0 => return Ok(unpacked),
            read => unpacked += read as u64,
        }
    }
}

/// Seconds and, where the system tells, the most memory at any moment in KiB.
#[derive(Clone, Copy)]
struct Cost {
    seconds: f64,
    peak: Option<u64>,
}

/// Runs both sides in turn, so that a slow minute of the machine hits both.
fn compare(archive: &Path, temporary: &Path, rounds: u64) -> Outcome<()> {
    let unpacked = decode(archive)?;
    let report = temporary.join("report.json");
    let analyze = |errors: &Path| {
        let arguments = [OsStr::new("--format"), OsStr::new("json"), OsStr::new("-o"), report.as_os_str(), archive.as_os_str()];
        // 1 only says that something was found.
        measure(Command::new(env!("CARGO_BIN_EXE_mig-analyze")).args(arguments), errors, &[0, 1])
    };
    let itself = std::env::current_exe()?;
    let inflate = |errors: &Path| measure(Command::new(&itself).arg(DECODE).arg(archive), errors, &[0]);

    let errors = temporary.join("stderr");
    let (mut whole, mut bare) = (Vec::new(), Vec::new());
    for round in 0..=rounds.max(1) {
        let pair = (analyze(&errors)?, inflate(&errors)?);
        // The first round only warms the file cache.
        if round > 0 {
            whole.push(pair.0);
            bare.push(pair.1);
        }
    }
    println!("{} MiB unpacked, {} rounds; seconds as minimum, median, maximum", unpacked >> 20, whole.len());
    print("whole run", &whole, unpacked);
    print("decode only", &bare, unpacked);
    let seconds = |costs: &[Cost]| spread(costs.iter().map(|cost| cost.seconds).collect());
    let pairs = spread(whole.iter().zip(&bare).map(|(whole, bare)| whole.seconds / bare.seconds).collect());
    println!("ratio of medians {:.3}", seconds(&whole)[1] / seconds(&bare)[1]);
    println!("ratio by round   {:.3} {:.3} {:.3}", pairs[0], pairs[1], pairs[2]);
    println!("report           {} KiB", fs::metadata(&report)?.len() >> 10);
    println!("stages of one more run, in seconds");
    let stages = Command::new(&itself).arg(STAGES).arg(archive).output()?;
    print!("{}", String::from_utf8_lossy(&stages.stdout));
    Ok(())
}

fn print(name: &str, costs: &[Cost], unpacked: u64) {
    let [minimum, median, maximum] = spread(costs.iter().map(|cost| cost.seconds).collect());
    let memory = costs.iter().filter_map(|cost| cost.peak).max().map_or_else(
        || "memory unknown".to_owned(),
        |kib| format!("{} MiB at most, {}.{} % of unpacked", kib >> 10, kib * 102_400 / unpacked.max(1), kib * 1_024_000 / unpacked.max(1) % 10),
    );
    println!("{name:<16} {minimum:.3} {median:.3} {maximum:.3}   {memory}");
}

/// Minimum, median and maximum.
fn spread(mut values: Vec<f64>) -> [f64; 3] {
    values.sort_by(f64::total_cmp);
    let middle = values.len() / 2;
    let median = if values.len().is_multiple_of(2) { f64::midpoint(values[middle - 1], values[middle]) } else { values[middle] };
    [values[0], median, values[values.len() - 1]]
}

/// Runs a command to its end; what it writes to stderr goes to a file, so that no pipe can fill up.
fn measure(command: &mut Command, errors: &Path, accepted: &[i32]) -> Outcome<Cost> {
    let begin = Instant::now();
    let mut child = command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(File::create(errors)?).spawn()?;
    let (status, seconds, peak) = watched(&mut child, begin)?;
    if !status.code().is_some_and(|code| accepted.contains(&code)) {
        return Err(format!("{command:?} ended with {status}: {}", fs::read_to_string(errors)?).into());
    }
    Ok(Cost { seconds, peak })
}

/// Waits for a child while another thread reads its high-water mark, which is gone with the child.
fn watched(child: &mut Child, begin: Instant) -> Outcome<(std::process::ExitStatus, f64, Option<u64>)> {
    let status_file = PathBuf::from(format!("/proc/{}/status", child.id()));
    let ended = AtomicBool::new(false);
    thread::scope(|scope| {
        let watcher = scope.spawn(|| {
            let mut peak = None;
            while !ended.load(Ordering::Relaxed) {
                peak = high_water(&status_file).max(peak);
                thread::sleep(Duration::from_millis(2));
            }
            peak
        });
        let status = child.wait();
        let seconds = begin.elapsed().as_secs_f64();
        ended.store(true, Ordering::Relaxed);
        let peak = watcher.join().unwrap_or_default();
        Ok((status?, seconds, peak))
    })
}

fn high_water(status: &Path) -> Option<u64> {
    let text = fs::read_to_string(status).ok()?;
    text.lines().find_map(|line| line.strip_prefix("VmHWM:"))?.trim().strip_suffix(" kB")?.trim().parse().ok()
}
