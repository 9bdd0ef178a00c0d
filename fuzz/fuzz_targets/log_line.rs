//! Log lines in all their formats, and logs cut into chunks: a cut must not change what is found.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use mig_analyze::model::Component;
use mig_analyze::rules::Pack;
use mig_analyze::scan::line::Line;
use mig_analyze::scan::{PatternSet, Scanner, merge, shape_of};

static PATTERNS: LazyLock<PatternSet> =
    LazyLock::new(|| PatternSet::compile(&Pack::built_in().expect("built-in rules").patterns()).expect("built-in patterns"));

fuzz_target!(|data: &[u8]| {
    let Some((&first, body)) = data.split_first() else { return };
    let component = Component::ALL[usize::from(first) % Component::ALL.len()];
    for line in String::from_utf8_lossy(body).lines().take(64) {
        let line = Line::parse(line, component);
        let parts = [Some(line.whole()), Some(line.message()), line.error(), Some(line.error_text()), line.field("migration"), line.field("name")];
        for part in parts.into_iter().flatten() {
            let _ = (shape_of(&part, None), shape_of("", Some(&part)));
        }
        let _ = (line.is_error(), line.time.map(|time| time.to_string()));
    }

    let mut scanner = Scanner::new(&PATTERNS);
    let whole = merge(vec![scanner.chunk(component, &[], body, &[])]);
    // Cut behind the first line end after the middle, with the lines around it as context, as the archive room does.
    let middle = body.len() / 2;
    let Some(cut) = body[middle..].iter().position(|byte| *byte == b'\n').map(|at| middle + at + 1) else { return };
    let (head, tail) = body.split_at(cut);
    let parts = merge(vec![scanner.chunk(component, &[], head, leading(tail)), scanner.chunk(component, trailing(head), tail, &[])]);
    assert_eq!(format!("{whole:#?}"), format!("{parts:#?}"), "cut at {cut}");
});

/// The first two lines.
fn leading(text: &[u8]) -> &[u8] {
    let length: usize = text.split_inclusive(|byte| *byte == b'\n').take(2).map(<[u8]>::len).sum();
    &text[..length]
}

/// The last two lines.
fn trailing(text: &[u8]) -> &[u8] {
    let length: usize = text.split_inclusive(|byte| *byte == b'\n').rev().take(2).map(<[u8]>::len).sum();
    &text[text.len() - length..]
}
