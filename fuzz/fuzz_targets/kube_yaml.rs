//! The fast reader for Kubernetes YAML against the general one: what the fast one takes must be the same, down to the lines.

#![no_main]

use libfuzzer_sys::fuzz_target;
use mig_analyze::graph::tape::{Shape, Value};
use mig_analyze::ingest::kube_yaml::{Limits, Problem, Reader};

#[derive(Debug, PartialEq)]
struct Seen {
    json: serde_json::Value,
    line: u32,
    from_list: bool,
    lines: Vec<u32>,
}

fuzz_target!(|data: &[u8]| {
    let (usual, usual_damaged) = read(Reader::default(), data);
    let (general, damaged) = read(Reader::general_only(), data);
    // What is damaged has no one right reading: the readers see the damage at different places, and each keeps what stood in front.
    if damaged {
        return;
    }
    assert!(!usual_damaged, "the usual reader met damage where the general one met none");
    assert_eq!(usual, general, "fast and general differ");
});

/// The objects, and whether anything stood in the way of reading all of them whole.
fn read(mut reader: Reader, source: &[u8]) -> (Vec<Seen>, bool) {
    let (mut seen, mut damaged) = (Vec::new(), false);
    let limits = Limits::default();
    reader.read(
        source,
        &limits,
        &mut |item| {
            let root = item.draft.root();
            let json = root.to_json();
            assert_eq!(item.draft.to_tape().root().to_json(), json, "a tape holds what its draft held");
            let mut lines = Vec::new();
            collect(root, &mut lines);
            // Of an object that breaks off, one may read more than the other; what is whole must be the same.
            if item.truncated {
                return;
            }
            seen.push(Seen { json, line: item.line, from_list: item.from_list, lines });
        },
        &mut |problem| damaged |= !matches!(problem, Problem::StderrLine { .. } | Problem::Empty),
    );
    (seen, damaged)
}

fn collect(value: Value<'_>, out: &mut Vec<u32>) {
    out.push(value.line());
    match value.shape() {
        Shape::Map => value.entries().for_each(|(_, value)| collect(value, out)),
        Shape::Seq => value.items().for_each(|value| collect(value, out)),
        Shape::Scalar => {}
    }
}
