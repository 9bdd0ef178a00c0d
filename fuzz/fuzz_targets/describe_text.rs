//! Descriptions that the gather fetched with the velero client, taken apart for the description of a backup.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mig_analyze::archive::Source;
use mig_analyze::archive::pack::Tar;
use mig_analyze::output::{self, Format};
use mig_analyze::rules::Pack;
use mig_analyze::scan::describe::{self, DescribedKind};
use mig_analyze::views::{self, Fetched, RunLine, RunWord, Told};
use mig_analyze::{Analysis, Options, Quiet, analyze_compiled};

const BACKUP: &str = "apiVersion: velero.io/v1\nkind: Backup\nmetadata:\n  name: b\n  namespace: n\nspec:\n  ttl: 1h\nstatus:\n  phase: Failed\n";

static CASE: LazyLock<Analysis> = LazyLock::new(|| {
    let bytes = Tar::new().file("must-gather/clusters/host/namespaces/n/crs/backups.velero.io/b.yaml", BACKUP).finish();
    let sources = [("case.tar".to_owned(), Source::bytes("case.tar", bytes))];
    let pack = Pack::default();
    let patterns = mig_analyze::scan::PatternSet::compile(&pack.patterns()).expect("no patterns");
    let options = Options { workers: Some(0), whole: true, keep: vec!["Backup".into()], ..Options::default() };
    analyze_compiled(&sources, &pack, &patterns, &options, &Quiet).expect("a gather")
});

fuzz_target!(|data: &[u8]| {
    let text = String::from_utf8_lossy(data).into_owned();
    let lines = text.lines().take(50).map(|line| RunLine {
        what: if line.len() % 2 == 0 { RunWord::Error } else { RunWord::Item },
        namespace: line.split('/').nth(1).map(str::to_owned),
        resource: line.split('/').next().map(str::to_owned),
        name: Some(line.to_owned()),
        message: line.to_owned(),
    });
    let told = describe::parse(&text, Some(DescribedKind::Backup)).map(|found| found.errors).unwrap_or_default();
    let results =
        told.into_iter().map(|told| RunLine { what: RunWord::Error, namespace: None, resource: Some(String::new()), name: None, message: told.text });
    let fetched = Fetched { input: 0, path: "b.txt".into(), text: text.clone(), results: results.collect() };
    let told = Told { lines: lines.collect(), texts: vec![fetched], ..Told::default() };
    let ids: Vec<_> = CASE.graph.of_kind("Backup").collect();
    assert_eq!(ids.len(), 1, "the backup is there");
    let mut out = Vec::new();
    for format in Format::ALL {
        let found = views::describe(&CASE.graph, &CASE.report, &ids, &told);
        output::describe(&found, *format, &output::Options { verbose: true, ..output::Options::default() }, &mut out).expect("memory");
    }
    let text = String::from_utf8(out).expect("outputs are UTF-8");
    let control = text.chars().find(|c| c.is_control() && !matches!(c, '\n' | '\t'));
    assert_eq!(control, None, "a control character reached an output");
});
