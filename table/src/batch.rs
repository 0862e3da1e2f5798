//! Some rows of a table, as they were read: texts, numbers, booleans and gaps, unchecked.

use std::borrow::Cow;

use tenure::customer::Value;

/// Up to [`super::BATCH_ROWS`] rows. The texts lie one after another in one allocation.
#[derive(Debug, Default)]
pub struct Batch {
    columns: usize,
    lines: Vec<u64>,
    cells: Vec<Content>,
    text: String,
}

#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Content {
    /// The column's type is refused; see [`super::Source::refused`].
    Refused,
    Missing,
    Number(f64),
    Flag(bool),
    /// Bytes of the batch's text.
    Text {
        start: u32,
        end: u32,
    },
}

impl Batch {
    pub(super) fn new(columns: usize) -> Batch {
        Batch { columns, ..Batch::default() }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        self.lines.len()
    }

    /// Where a row stands: the line of a text file on which it begins, or the row of a Parquet file; both from 1.
    pub fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// One cell. A text is not trimmed, and the empty text is a text.
    pub fn value(&self, row: usize, column: usize) -> Value<'_> {
        match self.cells[row * self.columns + column] {
            Content::Refused => Value::Absent,
            Content::Missing => Value::Missing,
            Content::Number(number) => Value::Number(number),
            Content::Flag(flag) => Value::Flag(flag),
            Content::Text { start, end } => Value::Text(&self.text[start as usize..end as usize]),
        }
    }

    /// One cell as a trimmed text; empty where it is missing. Numbers and booleans are written as Rust writes them.
    pub fn text(&self, row: usize, column: usize) -> Cow<'_, str> {
        match self.value(row, column) {
            Value::Absent | Value::Missing => "".into(),
            Value::Number(number) => number.to_string().into(),
            Value::Flag(flag) => if flag { "true" } else { "false" }.into(),
            Value::Text(text) => text.trim().into(),
        }
    }

    /// Bytes of text held; the reader closes a batch before they reach 4 GiB.
    pub(super) fn text_bytes(&self) -> usize {
        self.text.len()
    }

    pub(super) fn push_row(&mut self, line: u64) {
        self.lines.push(line);
    }

    pub(super) fn push_text(&mut self, text: &str) {
        let content = self.add_text(text);
        self.cells.push(content);
    }

    pub(super) fn add_text(&mut self, text: &str) -> Content {
        let start = self.text.len() as u32;
        self.text.push_str(text);
        Content::Text { start, end: self.text.len() as u32 }
    }

    /// Makes room for rows that are filled column by column; every cell is `Refused` until it is set.
    pub(super) fn reserve_rows(&mut self, first_line: u64, rows: usize) {
        self.lines.extend(first_line..first_line + rows as u64);
        self.cells.resize(self.lines.len() * self.columns, Content::Refused);
    }

    pub(super) fn set(&mut self, row: usize, column: usize, content: Content) {
        self.cells[row * self.columns + column] = content;
    }
}
