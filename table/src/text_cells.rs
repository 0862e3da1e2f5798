//! The cells of a text file, row by row, in one allocation.

/// Rows of text. Every row is its cells with a delimiter between two of them and one byte behind
/// the last.
#[derive(Clone, Debug)]
pub(super) struct TextCells {
    columns: usize,
    delimiter: u8,
    lines: Vec<u64>,
    /// Whether a row stood in the file like this, without quotes.
    plain: Vec<bool>,
    /// Broken rows in ascending order, each with its problem.
    broken: Vec<(usize, String)>,
    text: String,
    /// Where each cell ends in the text; one byte lies between two cells.
    ends: Vec<u32>,
}

impl TextCells {
    pub(super) fn new(columns: usize, delimiter: u8) -> TextCells {
        TextCells {
            columns,
            delimiter,
            lines: Vec::new(),
            plain: Vec::new(),
            broken: Vec::new(),
            text: String::new(),
            ends: Vec::new(),
        }
    }

    pub(super) fn rows(&self) -> usize {
        self.lines.len()
    }

    pub(super) fn line(&self, row: usize) -> u64 {
        self.lines[row]
    }

    /// Bytes of text; the reader closes a batch before they reach 4 GiB.
    pub(super) fn bytes(&self) -> usize {
        self.text.len()
    }

    /// Adds a row: its cells joined by the delimiter, and where each of them ends.
    pub(super) fn push(&mut self, line: u64, joined: &str, ends: &[usize], is_plain: bool) {
        let start = self.text.len();
        self.lines.push(line);
        self.plain.push(is_plain);
        self.text.push_str(joined);
        self.text.push('\n');
        self.ends.extend(ends.iter().map(|&end| (start + end) as u32));
    }

    /// Says that the last row is broken, so that its cells hold no values.
    pub(super) fn break_last(&mut self, problem: String) {
        self.broken.push((self.lines.len() - 1, problem));
    }

    /// The problem of a broken row.
    pub(super) fn broken(&self, row: usize) -> Option<&str> {
        let index = self.broken.binary_search_by_key(&row, |(row, _)| *row).ok()?;
        Some(&self.broken[index].1)
    }

    pub(super) fn has_broken(&self) -> bool {
        !self.broken.is_empty()
    }

    fn start(&self, index: usize) -> usize {
        if index == 0 { 0 } else { self.ends[index - 1] as usize + 1 }
    }

    /// The text of a cell, in a broken row too.
    pub(super) fn cell(&self, row: usize, column: usize) -> &str {
        let index = row * self.columns + column;
        &self.text[self.start(index)..self.ends[index] as usize]
    }

    /// The row as a line of a file with this delimiter, where it needs no quotes.
    pub(super) fn plain_row(&self, row: usize, delimiter: u8) -> Option<&str> {
        let first = row * self.columns;
        let end = self.ends[first + self.columns - 1] as usize;
        (self.plain[row] && delimiter == self.delimiter).then(|| &self.text[self.start(first)..end])
    }
}
