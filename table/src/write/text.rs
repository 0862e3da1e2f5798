//! Batches as delimited text.

use std::io::Write;

use super::appended::Appended;
use crate::batch::{Batch, Cells};

/// The rows of a batch with the appended columns, as lines. A row that needs no quotes is copied as
/// it stood in the file.
///
/// Appended texts are safe for spreadsheets, those of the table if `all_safe`: one that a spreadsheet
/// would run as a formula begins with an apostrophe.
pub(super) fn encode(batch: &Batch, columns: usize, appended: &[Appended], delimiter: u8, all_safe: bool) -> Vec<u8> {
    let mut lines = Vec::with_capacity(1 << 20);
    #[cfg(feature = "parquet")]
    let texts: Vec<ColumnTexts> = match &batch.cells {
        Cells::Text(_) => Vec::new(),
        Cells::Arrow(_) => (0..columns).map(|column| ColumnTexts::new(batch, column)).collect(),
    };
    let push = |lines: &mut Vec<u8>, cell: &str| match all_safe {
        true => push_safe(lines, cell, delimiter),
        false => push_cell(lines, cell, delimiter),
    };
    for row in 0..batch.rows() {
        match &batch.cells {
            Cells::Text(cells) => match cells.plain_row(row, delimiter).filter(|_| !all_safe) {
                Some(plain) => {
                    lines.extend_from_slice(plain.as_bytes());
                    lines.push(delimiter);
                }
                None => (0..columns).for_each(|column| push(&mut lines, cells.cell(row, column))),
            },
            #[cfg(feature = "parquet")]
            Cells::Arrow(_) => texts.iter().for_each(|column| push(&mut lines, column.cell(row))),
        }
        for column in appended {
            match column {
                Appended::Numbers(numbers) => {
                    if !numbers[row].is_nan() {
                        // Writing to a Vec does not fail.
                        let _ = write!(lines, "{}", numbers[row]);
                    }
                    lines.push(delimiter);
                }
                Appended::Texts(texts) => push_safe(&mut lines, texts[row], delimiter),
            }
        }
        end_line(&mut lines, columns + appended.len());
    }
    lines
}

/// Names of columns as the first line.
pub(super) fn header<'a>(names: impl Iterator<Item = &'a str>, delimiter: u8) -> Vec<u8> {
    let mut line = Vec::new();
    let mut count = 0;
    for name in names {
        push_cell(&mut line, name, delimiter);
        count += 1;
    }
    end_line(&mut line, count);
    line
}

/// Adds a cell that no spreadsheet runs as a formula, and a delimiter. A number stays a number.
fn push_safe(line: &mut Vec<u8>, cell: &str, delimiter: u8) {
    let is_formula = cell.starts_with(['=', '+', '-', '@', '\t', '\r']) && cell.trim().parse::<f64>().is_err();
    if is_formula {
        push_cell(line, &["'", cell].concat(), delimiter);
    } else {
        push_cell(line, cell, delimiter);
    }
}

/// Adds a cell and a delimiter. A cell is quoted where it would not be read back otherwise.
fn push_cell(line: &mut Vec<u8>, cell: &str, delimiter: u8) {
    if cell.bytes().any(|byte| byte == delimiter || matches!(byte, b'"' | b'\n' | b'\r')) {
        line.push(b'"');
        for byte in cell.bytes() {
            if byte == b'"' {
                line.push(b'"');
            }
            line.push(byte);
        }
        line.push(b'"');
    } else {
        line.extend_from_slice(cell.as_bytes());
    }
    line.push(delimiter);
}

/// Replaces the last delimiter by the end of the line. A line of one empty cell has quotes: an
/// empty line is no row.
fn end_line(lines: &mut Vec<u8>, cells: usize) {
    lines.pop();
    if cells == 1 && lines.last().is_none_or(|&byte| byte == b'\n') {
        lines.extend_from_slice(b"\"\"");
    }
    lines.push(b'\n');
}

/// The cells of a column of record batches as texts.
#[cfg(feature = "parquet")]
struct ColumnTexts {
    text: String,
    ends: Vec<usize>,
}

#[cfg(feature = "parquet")]
impl ColumnTexts {
    fn new(batch: &Batch, column: usize) -> ColumnTexts {
        let mut texts = ColumnTexts { text: String::new(), ends: Vec::with_capacity(batch.rows()) };
        batch.for_each_value(column, |value| {
            crate::batch::push_text(value, &mut texts.text);
            texts.ends.push(texts.text.len());
        });
        texts
    }

    fn cell(&self, row: usize) -> &str {
        let start = if row == 0 { 0 } else { self.ends[row - 1] };
        &self.text[start..self.ends[row]]
    }
}
