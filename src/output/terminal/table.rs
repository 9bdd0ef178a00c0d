use super::fit::{columns, one_line};
use super::paint::Paint;
use super::tree::middle;
use crate::finding::view::Table;
use crate::output::Options;

/// Columns that a cell keeps, however narrow the page is.
const LEAST: usize = 12;
/// Between two columns.
const GAP: usize = 2;

/// The table for people. `wide` shows every column and cuts none.
pub(in crate::output) fn text(table: &Table, wide: bool, options: &Options) -> String {
    let shown: Vec<usize> = (0..table.columns.len()).filter(|&at| wide || !table.columns[at].wide).collect();
    let mut lines = vec![shown.iter().map(|&at| table.columns[at].name.clone()).collect::<Vec<_>>()];
    for row in &table.rows {
        lines.push(shown.iter().map(|&at| row.cells.get(at).map(|cell| one_line(cell)).unwrap_or_default()).collect());
    }
    let limit = if wide { usize::MAX } else { options.width };
    let paint = Paint { colour: options.colour };
    let mut out = String::new();
    for (number, text) in grid(&lines, limit).into_iter().enumerate() {
        out.push_str(&if number == 0 { paint.strong(&text) } else { text });
        out.push('\n');
    }
    for note in &table.notes {
        out.push_str(&paint.faint(&one_line(&format!("note: {note}"))));
        out.push('\n');
    }
    out
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

/// Width of each column: what its longest cell takes. When the page is too narrow the widest column gives way first: of names as
/// long as there is one, since a generated name can be told by its ends, and words cannot.
fn widths(rows: &[Vec<String>], limit: usize) -> Vec<usize> {
    let count = rows.first().map_or(0, Vec::len);
    let mut widths: Vec<usize> = (0..count).map(|at| rows.iter().map(|row| columns(&row[at])).max().unwrap_or(0)).collect();
    let words: Vec<bool> = (0..count).map(|at| rows.iter().skip(1).any(|row| row[at].contains(' '))).collect();
    let mut total = widths.iter().sum::<usize>() + GAP * count.saturating_sub(1);
    while total > limit {
        let widest = |of_words: bool| {
            let wide = (0..count).filter(|&at| words[at] == of_words && widths[at] > LEAST);
            wide.max_by_key(|&at| (widths[at], at))
        };
        let Some(widest) = widest(false).or_else(|| widest(true)) else { break };
        let others = (0..count).filter(|&at| words[at] == words[widest]).map(|at| widths[at]);
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

    fn line(cells: &[&str]) -> Vec<String> {
        cells.iter().map(|cell| (*cell).to_owned()).collect()
    }

    #[test]
    fn the_widest_column_gives_way_first() {
        let long = "x".repeat(40);
        let lines = [line(&["NAME", "AGE"]), line(&[&long, "3d"])];
        assert_eq!(widths(&lines, 100), [40, 3]);
        assert_eq!(widths(&lines, 30), [25, 3]);
    }

    #[test]
    fn names_give_way_before_words() {
        let long = "x".repeat(30);
        let rows = [line(&["NAME", "OUTCOME"]), line(&[&long, "stage failed in StageRestoreCreated"])];
        assert_eq!(widths(&rows, 50), [13, 35]);
    }

    #[test]
    fn no_column_vanishes_on_a_narrow_page() {
        let long = "x".repeat(40);
        let lines = [line(&["A", "B", "C"]), line(&[&long, &long, "ok"])];
        assert_eq!(widths(&lines, 5), [LEAST, LEAST, 2]);
    }
}
