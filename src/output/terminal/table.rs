use std::fmt::Write as _;

use super::fit::{columns, one_line, wrap};
use super::paint::Paint;
use super::tree::middle;
use crate::finding::view::Table;
use crate::output::Options;

/// Columns that a cell keeps, however narrow the page is.
const LEAST: usize = 12;
/// Before a sentence that stands below its row.
const INDENT: usize = 4;
/// Between two columns.
const GAP: usize = 2;

/// The table for people. `wide` shows every column and cuts none; nor is anything cut where no page has an edge.
pub(in crate::output) fn text(table: &Table, wide: bool, options: &Options) -> String {
    let paint = Paint { colour: options.colour };
    let limit = if wide || !options.fold { usize::MAX } else { options.width };
    let mut shown: Vec<usize> = (0..table.columns.len()).filter(|&at| wide || !table.columns[at].wide).collect();
    let mut out = String::new();
    // Where the page is too narrow, what all rows have in common is said once, and what none of them tells is left out.
    let mut common = Vec::new();
    for (name, word) in [("NAMESPACE", "in namespace"), ("CLUSTER", "on cluster")] {
        let Some(at) = shown.iter().copied().find(|&at| table.columns[at].name == name) else { continue };
        let first = table.rows.first().and_then(|row| row.cells.get(at)).filter(|cell| !cell.is_empty());
        let Some(cell) = first.filter(|cell| table.rows.iter().all(|row| row.cells.get(at) == Some(cell))) else { continue };
        if total(&lines(table, &shown)) > limit {
            shown.retain(|&other| other != at);
            common.push(format!("{word} {}", one_line(cell)));
        }
    }
    if total(&lines(table, &shown)) > limit {
        shown.retain(|&at| table.rows.iter().any(|row| row.cells.get(at).is_some_and(|cell| !cell.is_empty())));
    }
    if !common.is_empty() {
        out.push_str(&paint.faint(&format!("all {}", common.join(" "))));
        out.push('\n');
    }
    // A sentence is of no use when it is cut: where it has no room beside the row it stands below.
    let sentence = shown.iter().copied().find(|&at| table.columns[at].name == "MESSAGE").filter(|_| total(&lines(table, &shown)) > limit);
    shown.retain(|&at| Some(at) != sentence);
    for (number, text) in grid(&lines(table, &shown), limit).into_iter().enumerate() {
        out.push_str(&if number == 0 { paint.strong(&text) } else { text });
        out.push('\n');
        let row = number.checked_sub(1).and_then(|at| table.rows.get(at));
        let below = sentence.and_then(|at| row?.cells.get(at)).map(|cell| one_line(cell)).unwrap_or_default();
        for line in wrap(&below, limit.saturating_sub(INDENT)).into_iter().filter(|line| !line.is_empty()) {
            let _ = writeln!(out, "{:INDENT$}{line}", "");
        }
    }
    for note in &table.notes {
        for (at, line) in wrap(&one_line(&format!("note: {note}")), if options.fold { options.width } else { usize::MAX }).into_iter().enumerate() {
            out.push_str(&paint.faint(&format!("{}{line}", if at == 0 { "" } else { "  " })));
            out.push('\n');
        }
    }
    see(table, options, paint, &mut out);
    out
}

/// Commands that show the rows: each with `-v`, and for who looks at a terminal how such a command reads.
fn see(table: &Table, options: &Options, paint: Paint, out: &mut String) {
    if options.verbose {
        let _ = writeln!(out, "\n{}", paint.heading("See for yourself"));
        for command in table.rows.iter().flat_map(|row| &row.see) {
            let _ = writeln!(out, "  {}", paint.command(&one_line(command)));
        }
        return;
    }
    let Some(row) = table.rows.first().filter(|row| options.fold && !row.see.is_empty()) else { return };
    let _ = writeln!(out, "{}", paint.faint("-v adds the commands that show each of them; to see the first:"));
    for command in &row.see {
        let _ = writeln!(out, "  {}", paint.command(&one_line(command)));
    }
}

fn lines(table: &Table, shown: &[usize]) -> Vec<Vec<String>> {
    let mut lines = vec![shown.iter().map(|&at| table.columns[at].name.clone()).collect::<Vec<_>>()];
    for row in &table.rows {
        lines.push(shown.iter().map(|&at| row.cells.get(at).map(|cell| one_line(cell)).unwrap_or_default()).collect());
    }
    lines
}

/// Columns that the rows take when nothing is cut.
fn total(rows: &[Vec<String>]) -> usize {
    let count = rows.first().map_or(0, Vec::len);
    let widest = |at: usize| rows.iter().map(|row| columns(&row[at])).max().unwrap_or(0);
    (0..count).map(widest).sum::<usize>() + GAP * count.saturating_sub(1)
}

/// Rows of cells as lines with straight columns, no wider than the limit where that is possible.
pub(super) fn grid(rows: &[Vec<String>], limit: usize) -> Vec<String> {
    let widths = widths(rows, limit);
    let line = |row: &Vec<String>| {
        let mut text = String::new();
        for (cell, &width) in row.iter().zip(&widths) {
            let cell = middle(cell, width);
            text.push_str(&cell);
            text.push_str(&" ".repeat(width.saturating_sub(columns(&cell)) + GAP));
        }
        text.trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// Width of each column: what its longest cell takes. When the page is too narrow, columns give way in the order in which a reader can
/// spare them: the namespace first, then names as long as there is one, since a generated name can be told by its ends, then words.
/// The name of the object itself is what a reader copies, so it stays whole as long as it can.
fn widths(rows: &[Vec<String>], limit: usize) -> Vec<usize> {
    let count = rows.first().map_or(0, Vec::len);
    let mut widths: Vec<usize> = (0..count).map(|at| rows.iter().map(|row| columns(&row[at])).max().unwrap_or(0)).collect();
    let rank = |at: usize| match rows.first().map_or("", |head| head[at].as_str()) {
        "NAMESPACE" => 0,
        "NAME" | "CLAIM" | "STEP" | "IMAGE STREAM" | "LAST SEEN" | "REASON" => 3,
        _ if rows.iter().skip(1).any(|row| row[at].contains(' ')) => 2,
        _ => 1,
    };
    let ranks: Vec<u8> = (0..count).map(rank).collect();
    let mut total = widths.iter().sum::<usize>() + GAP * count.saturating_sub(1);
    while total > limit {
        let widest = |wanted: u8| (0..count).filter(|&at| ranks[at] == wanted && widths[at] > LEAST).max_by_key(|&at| (widths[at], at));
        let Some(widest) = (0..4).find_map(widest) else { break };
        let others = (0..count).filter(|&at| ranks[at] == ranks[widest]).map(|at| widths[at]);
        let next = others.filter(|&width| width < widths[widest]).max().unwrap_or(LEAST).max(LEAST);
        let step = (widths[widest] - next).clamp(1, total - limit);
        widths[widest] -= step;
        total -= step;
    }
    widths
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::finding::Target;
    use crate::finding::view::{Column, Row};

    fn line(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn the_widest_column_gives_way_first() {
        let long = "x".repeat(40);
        let lines = [line(&["NAME", "AGE"]), line(&[&long, "3d"])];
        assert_eq!(widths(&lines, 100), [40, 3]);
        assert_eq!(widths(&lines, 30), [25, 3]);
        let lines = [line(&["NAMESPACE", "NAME", "POD"]), line(&["openshift-migration", &long, &long])];
        assert_eq!(widths(&lines, 98), [14, 40, 40], "the namespace goes first");
        assert_eq!(widths(&lines, 70), [12, 40, 14], "then other names");
        assert_eq!(widths(&lines, 60), [12, 32, 12], "and the name of the object last");
    }

    #[test]
    fn names_give_way_before_words() {
        let long = "x".repeat(30);
        let rows = [line(&["PLAN", "OUTCOME"]), line(&[&long, "stage failed in StageRestoreCreated"])];
        assert_eq!(widths(&rows, 50), [13, 35]);
    }

    #[test]
    fn a_sentence_without_room_stands_whole_below_its_row() {
        let column = |name: &str| Column { name: name.to_owned(), wide: false };
        let object = Target { cluster: "c".into(), kind: "Pod".into(), namespace: None, name: "stage-web-1".into(), uid: None };
        let sentence = "Unable to attach or mount volumes: unmounted volumes=[data], timed out waiting for the condition";
        let cells = ["2021-05-12T08:10:23Z", "FailedMount", "pod/stage-web-1", sentence].map(str::to_owned).into();
        let table = Table {
            schema: 1,
            clusters: Vec::new(),
            inputs: Vec::new(),
            kind: "Event".into(),
            columns: ["LAST SEEN", "REASON", "OBJECT", "MESSAGE"].map(column).into(),
            rows: vec![Row { object, cells, see: Vec::new() }],
            notes: Vec::new(),
        };
        let narrow = text(&table, false, &Options { width: 60, fold: true, ..Options::default() });
        let expected = "LAST SEEN             REASON       OBJECT\n2021-05-12T08:10:23Z  FailedMount  pod/stage-web-1\n    \
            Unable to attach or mount volumes: unmounted\n    volumes=[data], timed out waiting for the condition\n";
        assert_eq!(narrow, expected);
        assert_eq!(text(&table, false, &Options { width: 200, fold: true, ..Options::default() }).lines().count(), 2);
    }

    #[test]
    fn no_column_vanishes_on_a_narrow_page() {
        let long = "x".repeat(40);
        let lines = [line(&["A", "B", "C"]), line(&[&long, &long, "ok"])];
        assert_eq!(widths(&lines, 5), [LEAST, LEAST, 2]);
    }
}
