//! Runs the program on an input and watches it.

use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use serde_json::Value;
use tempfile::TempDir;

/// What the design allows with default limits. Where the system tells it, the time of the processors counts: this is a debug build,
/// and whoever else is at work on the machine is not to blame on it.
const LONGEST: Duration = Duration::from_secs(60);
const LONGEST_WAIT: Duration = Duration::from_secs(400);
const MOST_KIB: u64 = 1 << 20;

/// A folder with the input in it, and what the program may not touch beside it.
pub struct Stage {
    folder: TempDir,
    pub input: PathBuf,
}

/// What one run gave.
#[derive(Debug)]
pub struct Ran {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Stage {
    pub fn new(name: &str, bytes: &[u8]) -> Self {
        let stage = Self::empty(name);
        std::fs::write(&stage.input, bytes).unwrap();
        stage
    }

    /// The input is still to be made.
    pub fn empty(name: &str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        for inner in ["in", "cwd", "tmp", "home", "out"] {
            std::fs::create_dir(folder.path().join(inner)).unwrap();
        }
        let input = folder.path().join("in").join(name);
        Self { folder, input }
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// Runs the program; fails when it takes too long or too much, panics, or leaves anything behind.
    pub fn run(&self, args: &[&str]) -> Ran {
        let root = self.folder.path();
        let before = files(&root.join("in"));
        let (stdout, stderr) = (root.join("out/stdout"), root.join("out/stderr"));
        let mut child = Command::new(env!("CARGO_BIN_EXE_mig-analyze"))
            .args(args)
            .current_dir(root.join("cwd"))
            .env("TMPDIR", root.join("tmp"))
            .env("HOME", root.join("home"))
            .env_remove("RUST_BACKTRACE")
            .stdin(Stdio::null())
            .stdout(std::fs::File::create(&stdout).unwrap())
            .stderr(std::fs::File::create(&stderr).unwrap())
            .spawn()
            .unwrap();
        let watched = watch(&mut child);
        let text = |path: &Path| String::from_utf8(std::fs::read(path).unwrap()).expect("what is printed is UTF-8");
        let (stdout, stderr) = (text(&stdout), text(&stderr));
        let Watched { code, took, worked, peak } = match watched {
            Ok(watched) => watched,
            Err(problem) => panic!("{args:?}: {problem}\n{stderr}"),
        };
        let case = std::thread::current().name().unwrap_or_default().to_owned();
        let what = args.iter().map(|arg| arg.rsplit('/').next().unwrap_or(arg)).take(3).collect::<Vec<_>>().join(" ");
        eprintln!("{:>7.2} s, worked {:>7.2} s, {:>6} MiB  {case}: {what}", took.as_secs_f64(), worked.as_secs_f64(), peak >> 10);
        assert!(!stderr.contains("panicked"), "{args:?}: {stderr}");
        assert!(matches!(code, 0 | 2), "{args:?}: exit {code}\n{stderr}");
        for inner in ["cwd", "tmp", "home"] {
            assert_eq!(files(&root.join(inner)), Vec::<PathBuf>::new(), "{args:?} wrote into {inner}");
        }
        assert_eq!(files(&root.join("in")), before, "{args:?} wrote beside the input");
        Ran { code, stdout, stderr }
    }

    /// The report as JSON, after the terminal report was made as well.
    pub fn report(&self) -> Value {
        let input = self.input.to_str().unwrap();
        let shown = self.run(&[input, "-v"]);
        assert_eq!(shown.code, 0, "{}", shown.stderr);
        assert_printable(&shown.stdout);
        assert_printable(&shown.stderr);
        let json = self.run(&[input, "--format", "json"]);
        serde_json::from_str(&json.stdout).expect("a report")
    }
}

/// The gaps of a report as `reason path: detail`.
pub fn gaps(report: &Value) -> Vec<String> {
    let word = |gap: &Value, key: &str| gap[key].as_str().unwrap_or_default().to_owned();
    let gaps = report["gaps"].as_array().expect("gaps");
    gaps.iter().map(|gap| format!("{} {}: {}", word(gap, "reason"), word(gap, "path"), word(gap, "detail"))).collect()
}

/// Fails unless one gap says all of these.
pub fn assert_gap(report: &Value, words: &[&str]) {
    let gaps = gaps(report);
    let said = gaps.iter().any(|gap| words.iter().all(|word| gap.contains(word)));
    assert!(said, "no gap says {words:?}; there are {} gaps, first {:#?}", gaps.len(), gaps.iter().take(5).collect::<Vec<_>>());
}

/// Fails on anything that a terminal would act upon.
pub fn assert_printable(text: &str) {
    let bad = text.char_indices().find(|(_, c)| c.is_control() && !matches!(c, '\n' | '\t') || is_override(*c));
    let around = bad.map(|(at, _)| text[..at].lines().last().unwrap_or_default());
    assert_eq!(bad, None, "behind {around:?}");
}

/// Turns the direction of what follows, so that a reader sees another text than is there.
fn is_override(c: char) -> bool {
    matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn files(root: &Path) -> Vec<PathBuf> {
    let walk = walkdir::WalkDir::new(root).min_depth(1).sort_by_file_name();
    walk.into_iter().map(|entry| entry.unwrap().into_path()).collect()
}

/// What a run that ended cost.
struct Watched {
    code: i32,
    took: Duration,
    /// By all threads, as far as it was seen.
    worked: Duration,
    /// In KiB.
    peak: u64,
}

/// Waits for the end; kills what goes beyond the bounds.
fn watch(child: &mut Child) -> Result<Watched, String> {
    let start = Instant::now();
    let (mut peak, mut seen) = (0, Duration::ZERO);
    let problem = loop {
        // The high-water mark never sinks, so looking now and then is enough.
        peak = peak.max(high_water_kib(child.id()));
        if let Some(status) = child.try_wait().unwrap() {
            let watched = |code| Watched { code, took: start.elapsed(), worked: seen, peak };
            return status.code().map(watched).ok_or_else(|| format!("ended by {status}"));
        }
        let worked = processor_time(child.id());
        seen = worked.unwrap_or(seen);
        if worked.unwrap_or_else(|| start.elapsed()) > LONGEST || start.elapsed() > LONGEST_WAIT {
            break format!("still at work after {worked:?} of work in {:?}, with {} MiB", start.elapsed(), peak >> 10);
        }
        if peak > MOST_KIB {
            break format!("takes {} MiB after {:?}", peak >> 10, start.elapsed());
        }
        std::thread::sleep(Duration::from_millis(10));
    };
    child.kill().unwrap();
    child.wait().unwrap();
    Err(problem)
}

/// Only Linux tells this of a running process; elsewhere time alone is watched.
fn high_water_kib(pid: u32) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{pid}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap_or_default();
    line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
}

/// What all threads of a running process have worked, on Linux: fields 14 and 15, in hundredths of a second.
fn processor_time(pid: u32) -> Option<Duration> {
    let stat = std::fs::read_to_string(format!("/proc/{pid}/stat")).ok()?;
    // The name of the program stands in brackets and may hold anything.
    let fields: Vec<&str> = stat.rsplit_once(')')?.1.split_whitespace().collect();
    let ticks: u64 = fields.get(11)?.parse::<u64>().ok()? + fields.get(12)?.parse::<u64>().ok()?;
    Some(Duration::from_millis(ticks * 10))
}
