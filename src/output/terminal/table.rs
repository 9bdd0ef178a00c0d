use super::fit::{columns, one_line};
use super::paint::Paint;
use super::tree::middle;
use crate::finding::view::Table;
use crate::output::Options;

/// Columns that a cell keeps, however narrow the page is.
const LEAST: usize = 8;
/// Between two columns.
const GAP: usize = 3;

/// The table for people. `wide` shows every column and cuts none.
pub(in crate::output) fn text(table: &Table, wide: bool, options: &Options) -> String {
    let shown: Vec<usize> = (0..table.columns.len()).filter(|&at| wide || !table.columns[at].wide).collect();
    let mut lines = vec![shown.iter().map(|&at| table.columns[at].name.clone()).collect::<Vec<_>>()];
    for row in &table.rows {
        lines.push(shown.iter().map(|&at| row.cells.get(at).map(|cell| one_line(cell)).unwrap_or_default()).collect());
    }
    let limit = if wide { usize::MAX } else { options.width };
    let widths = widths(&lines, limit);
    let paint = Paint { colour: options.colour };
    let mut out = String::new();
    for (number, line) in lines.iter().enumerate() {
        let mut text = String::new();
        for (cell, &width) in line.iter().zip(&widths) {
            let cell = middle(cell, width);
            text.push_str(&cell);
            text.push_str(&" ".repeat(width.saturating_sub(columns(&cell)) + GAP));
        }
        let text = text.trim_end();
        out.push_str(&if number == 0 { paint.strong(text) } else { text.to_owned() });
        out.push('\n');
    }
    out
}

/// Width of each column: what its longest cell takes, and when the page is too narrow, the widest column gives way first.
fn widths(lines: &[Vec<String>], limit: usize) -> Vec<usize> {
    let count = lines.first().map_or(0, Vec::len);
    let mut widths: Vec<usize> = (0..count).map(|at| lines.iter().map(|line| columns(&line[at])).max().unwrap_or(0)).collect();
    let mut total = widths.iter().sum::<usize>() + GAP * count.saturating_sub(1);
    while total > limit {
        let Some(widest) = (0..count).max_by_key(|&at| (widths[at], at)).filter(|&at| widths[at] > LEAST) else { break };
        let next = widths.iter().copied().filter(|&width| width < widths[widest]).max().unwrap_or(LEAST).max(LEAST);
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
        assert_eq!(widths(&lines, 30), [24, 3]);
    }

    #[test]
    fn no_column_vanishes_on_a_narrow_page() {
        let long = "x".repeat(40);
        let lines = [line(&["A", "B", "C"]), line(&[&long, &long, "ok"])];
        assert_eq!(widths(&lines, 5), [LEAST, LEAST, 2]);
    }
}
