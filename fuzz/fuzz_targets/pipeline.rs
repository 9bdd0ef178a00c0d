//! The whole way from bytes to the printed report and the views, in memory.
//!
//! An input is either an archive as it is, or a text of files, each behind a line `%%% PATH`, from which a tar archive is built:
//! so that the fuzzer plays with contents and paths instead of with checksums.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mig_analyze::archive::pack::Tar;
use mig_analyze::archive::{Limits, Source};
use mig_analyze::output::{self, Format};
use mig_analyze::rules::Pack;
use mig_analyze::scan::PatternSet;
use mig_analyze::views::{self, Ask, Part, Scope, Subject, Told};
use mig_analyze::{Analysis, Options, Quiet, analyze_compiled};

const BORDER: &[u8] = b"%%% ";

struct Ready {
    pack: Pack,
    patterns: PatternSet,
    options: Options,
}

static READY: LazyLock<Ready> = LazyLock::new(|| {
    let pack = Pack::built_in().expect("built-in rules");
    let patterns = PatternSet::compile(&pack.patterns()).expect("built-in patterns");
    let limits = Limits { entries: 5_000, unpacked: 32 << 20, ..Limits::default() };
    Ready { pack, patterns, options: Options { limits, workers: Some(0), ..Options::default() } }
});

fuzz_target!(|data: &[u8]| {
    let bytes = if data.starts_with(BORDER) { tar_of(data) } else { data.to_vec() };
    let sources = [("input.tar".to_owned(), Source::bytes("input.tar", bytes))];
    let Ok(analysis) = analyze_compiled(&sources, &READY.pack, &READY.patterns, &READY.options, &Quiet) else { return };
    print(&analysis);
});

/// Prints everything; terminal output must be free of control characters, whatever stood in the input.
fn print(analysis: &Analysis) {
    let Analysis { report, graph, .. } = analysis;
    let plain = output::Options { verbose: true, ..output::Options::default() };
    let mut out = Vec::new();
    for format in Format::ALL {
        output::render(report, *format, &plain, &mut out).expect("memory");
    }
    if let Ok(tree) = views::tree(graph, report, Scope::All, false) {
        output::tree(&tree, Format::Terminal, &plain, &mut out).expect("memory");
    }
    output::coverage(&views::coverage(graph, report), Format::Terminal, &plain, &mut out).expect("memory");
    let timeline = views::timeline(graph, &Part::default());
    output::render_timeline(&timeline, Format::Terminal, &plain, &mut out).expect("memory");
    for id in graph.of_kind("MigMigration").take(3) {
        let subject = Subject { title: graph.object(id).reference().to_string(), roots: vec![id] };
        let part = Part { subject: Some(subject), ..Part::default() };
        output::render_timeline(&views::timeline(graph, &part), Format::Terminal, &plain, &mut out).expect("memory");
        if let Some(view) = views::migration(graph, report, id, &[]) {
            output::render_migration(&view, Format::Terminal, &plain, &mut out).expect("memory");
        }
    }
    for id in graph.ids().take(20) {
        let object = graph.object(id);
        let ask = Ask { kind: object.kind().to_owned(), name: Some(object.name.to_string()), ..Ask::default() };
        let found = views::describe(graph, report, &[id], &Told::default());
        output::describe(&found, Format::Terminal, &plain, &mut out).expect("memory");
        if let Ok(table) = views::table(graph, &ask) {
            output::table(&table, true, &plain, &mut out).expect("memory");
        }
    }
    let text = String::from_utf8(out).expect("outputs are UTF-8");
    let control = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(control, None, "a control character reached an output");
}

/// Builds the archive that a text of files describes.
fn tar_of(data: &[u8]) -> Vec<u8> {
    let mut files: Vec<(&[u8], Vec<u8>)> = Vec::new();
    for line in data.split_inclusive(|byte| *byte == b'\n') {
        if let Some(path) = line.strip_prefix(BORDER) {
            files.push((path.trim_ascii(), Vec::new()));
        } else if let Some((_, content)) = files.last_mut() {
            content.extend_from_slice(line);
        }
    }
    let tar = files.iter().take(2_000).fold(Tar::new(), |tar, (path, content)| tar.member(b'0', path, content));
    tar.finish()
}
