//! Some rows of a table as they were read, unchecked.

use std::borrow::Cow;

use tenure::customer::Value;

#[cfg(feature = "parquet")]
use super::arrow::{self, ArrowCells};
use super::text_cells::TextCells;

/// Rows in a batch, at most.
pub const BATCH_ROWS: usize = 4096;

/// Up to [`BATCH_ROWS`] rows of a table, unchecked.
#[derive(Clone, Debug)]
pub struct Batch {
    pub(super) cells: Cells,
}

#[derive(Clone, Debug)]
pub(super) enum Cells {
    Text(TextCells),
    #[cfg(feature = "parquet")]
    Arrow(ArrowCells),
}

impl Batch {
    /// Number of rows.
    pub fn rows(&self) -> usize {
        match &self.cells {
            Cells::Text(cells) => cells.rows(),
            #[cfg(feature = "parquet")]
            Cells::Arrow(cells) => cells.record.num_rows(),
        }
    }

    /// Where a row stands in the table, from 1: the line of a text file on which it begins, or the
    /// row of a Parquet file.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn line(&self, row: usize) -> u64 {
        match &self.cells {
            Cells::Text(cells) => cells.line(row),
            #[cfg(feature = "parquet")]
            Cells::Arrow(cells) => cells.first_row + row as u64,
        }
    }

    /// The problem of a row whose line is broken. Its cells hold no values: they read as empty
    /// texts and as [`Value::Absent`]. Only [`BrokenLines::Keep`] makes such rows.
    ///
    /// [`BrokenLines::Keep`]: super::BrokenLines::Keep
    pub fn broken(&self, row: usize) -> Option<&str> {
        match &self.cells {
            Cells::Text(cells) => cells.broken(row),
            #[cfg(feature = "parquet")]
            Cells::Arrow(_) => None,
        }
    }

    /// One cell as a trimmed text; empty where it is missing. Numbers and booleans are written as
    /// Rust writes them.
    ///
    /// # Panics
    ///
    /// If there is no such row or column.
    pub fn text(&self, row: usize, column: usize) -> Cow<'_, str> {
        match &self.cells {
            Cells::Text(cells) if cells.broken(row).is_some() => "".into(),
            Cells::Text(cells) => cells.cell(row, column).trim().into(),
            #[cfg(feature = "parquet")]
            Cells::Arrow(cells) => match cells.array(column) {
                None => "".into(),
                Some(array) => match arrow::text_at(array, row) {
                    Some(text) => text.trim().into(),
                    None => {
                        let mut text = String::new();
                        arrow::for_each_value(array, row..row + 1, &mut |value| push_text(value, &mut text));
                        if text.trim().len() == text.len() { text.into() } else { text.trim().to_owned().into() }
                    }
                },
            },
        }
    }

    /// Calls `visit` with each cell of a column, from the first row to the last. A text is not
    /// trimmed, and the empty text is a text; a column that cannot be read has [`Value::Absent`] in
    /// each row.
    ///
    /// # Panics
    ///
    /// If there is no such column.
    pub fn for_each_value(&self, column: usize, mut visit: impl FnMut(Value)) {
        match &self.cells {
            Cells::Text(cells) if cells.has_broken() => (0..cells.rows()).for_each(|row| match cells.broken(row) {
                Some(_) => visit(Value::Absent),
                None => visit(Value::Text(cells.cell(row, column))),
            }),
            Cells::Text(cells) => (0..cells.rows()).for_each(|row| visit(Value::Text(cells.cell(row, column)))),
            #[cfg(feature = "parquet")]
            Cells::Arrow(cells) => match cells.array(column) {
                Some(array) => arrow::for_each_value(array, 0..array.len(), &mut visit),
                None => (0..self.rows()).for_each(|_| visit(Value::Absent)),
            },
        }
    }
}

#[cfg(feature = "parquet")]
impl Batch {
    /// The key of each row of a column that is a dictionary array, and its values.
    pub(super) fn dictionary(&self, column: usize) -> Option<(Vec<Option<usize>>, &dyn arrow_array::Array)> {
        match &self.cells {
            Cells::Text(_) => None,
            Cells::Arrow(cells) => arrow::dictionary(cells.array(column)?, 0..self.rows()),
        }
    }
}

/// Appends a cell as a text file has it.
#[cfg(feature = "parquet")]
pub(super) fn push_text(value: Value, text: &mut String) {
    use std::fmt::Write;

    // Writing to a String does not fail.
    let _ = match value {
        Value::Absent | Value::Missing | Value::Unfit(_) => Ok(()),
        Value::Number(number) => write!(text, "{number}"),
        Value::Flag(flag) => write!(text, "{flag}"),
        Value::Text(cell) => text.write_str(cell),
    };
}
