//! Paths: what each says about a file, and what gathers all of them together form.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mig_analyze::layout::{home, log_path, manifest_path, shape};

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data);
    let paths: Vec<&str> = text.lines().filter(|line| !line.is_empty()).take(2_000).collect();
    for path in &paths {
        let _ = (shape(path), log_path(path), manifest_path(path));
    }
    let gathers = home(paths.iter().copied());
    let mut backwards = paths.clone();
    backwards.reverse();
    assert_eq!(gathers, home(backwards), "the order of the paths decides");
    for gather in &gathers {
        for cluster in &gather.clusters {
            let holds = paths.iter().any(|path| path.starts_with(cluster.dir.as_str()));
            assert!(holds, "a cluster in `{}`, where nothing is", cluster.dir);
        }
    }
});
