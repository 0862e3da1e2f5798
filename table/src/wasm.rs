//! The wasm-bindgen surface for a page: a table as blocks of rows. A column of a block is codes
//! into the column's distinct texts, and a text crosses once.

use wasm_bindgen::prelude::*;

use super::batch::{Batch, Cells};
use super::dictionary::Dictionary;
use super::error::TableError;
use super::options::{BrokenLines, ReadOptions};
use super::source::{Format, Source};
use super::text_cells::TextCells;

/// An open table. Call [`TableReader::next_block`] until it returns 0; the other methods tell of
/// the block that was read last.
#[wasm_bindgen]
pub struct TableReader {
    source: Source,
    batch: Option<Batch>,
    dictionaries: Vec<Dictionary>,
    bytes: usize,
}

/// Why a table cannot be read.
#[wasm_bindgen(getter_with_clone)]
pub struct TableRefusal {
    /// The rule that is broken.
    pub rule: String,
    /// The line of a text file, or the row of a sheet, counted from 1.
    pub line: Option<u32>,
    /// The rule in words, with what to do.
    pub message: String,
}

#[wasm_bindgen]
impl TableReader {
    /// Opens the bytes of a file and reads the names of its columns. `name` stands for the file in
    /// errors; `sheet` names a sheet of a workbook, by default the first.
    #[wasm_bindgen(constructor)]
    pub fn new(bytes: Vec<u8>, name: &str, sheet: Option<String>) -> Result<TableReader, TableRefusal> {
        let options = ReadOptions { sheet, broken_lines: BrokenLines::Keep };
        let source = Source::from_bytes_with(name, bytes, &options)?;
        let dictionaries = source.columns().iter().map(|_| Dictionary::default()).collect();
        Ok(TableReader { source, batch: None, dictionaries, bytes: 0 })
    }

    /// Names of the columns, all different.
    #[wasm_bindgen(getter)]
    pub fn columns(&self) -> Vec<String> {
        self.source.columns().to_vec()
    }

    /// What stands between two cells of a text file; nothing for a sheet.
    #[wasm_bindgen(getter)]
    pub fn delimiter(&self) -> Option<char> {
        match self.source.format() {
            Format::Text { delimiter } => Some(delimiter),
            _ => None,
        }
    }

    /// What a person should know about how the table is read, so far.
    #[wasm_bindgen(getter)]
    pub fn notices(&self) -> Vec<String> {
        self.source.notices()
    }

    /// Names of the sheets that a workbook shows; none for text.
    #[wasm_bindgen(getter)]
    pub fn sheets(&self) -> Vec<String> {
        self.source.sheets().to_vec()
    }

    /// Bytes of text in the rows so far, without compression.
    #[wasm_bindgen(getter)]
    pub fn bytes(&self) -> usize {
        self.bytes
    }

    /// Share of the file that is read, 0 to 1.
    #[wasm_bindgen(getter)]
    pub fn share(&self) -> f64 {
        let (read, all) = self.source.progress();
        read as f64 / all.max(1) as f64
    }

    /// Reads the next rows and returns their number; 0 at the end.
    pub fn next_block(&mut self) -> Result<usize, TableRefusal> {
        self.batch = self.source.next().transpose()?;
        self.bytes += text_cells(&self.batch).map_or(0, TextCells::bytes);
        Ok(self.batch.as_ref().map_or(0, Batch::rows))
    }

    /// The line or the row of the file on which each row begins, counted from 1.
    pub fn lines(&self) -> Vec<u32> {
        let line = |batch: &Batch, row| u32::try_from(batch.line(row)).unwrap_or(u32::MAX);
        self.batch.iter().flat_map(|batch| (0..batch.rows()).map(move |row| line(batch, row))).collect()
    }

    /// The code of each cell of a column: its place among the column's distinct texts. The texts
    /// stand as in the file; those of a broken row may stand in other columns.
    pub fn codes(&mut self, column: usize) -> Vec<u32> {
        let Some(cells) = text_cells(&self.batch) else { return Vec::new() };
        let dictionary = &mut self.dictionaries[column];
        (0..cells.rows()).map(|row| dictionary.code(cells.cell(row, column))).collect()
    }

    /// The texts of a column that have a code since the last call, in the order of their codes.
    pub fn new_texts(&mut self, column: usize) -> NewTexts {
        let (text, ends) = self.dictionaries[column].take_new();
        NewTexts { text: text.into(), ends }
    }

    /// The rows that are broken, counted from 0 in the block.
    pub fn broken_rows(&self) -> Vec<u32> {
        self.broken().map(|(row, _)| row).collect()
    }

    /// What is wrong with each of the broken rows.
    pub fn broken_problems(&self) -> Vec<String> {
        self.broken().map(|(_, problem)| problem.into()).collect()
    }
}

impl TableReader {
    fn broken(&self) -> impl Iterator<Item = (u32, &str)> {
        let batch = self.batch.iter();
        batch.flat_map(|batch| (0..batch.rows()).filter_map(|row| Some((row as u32, batch.broken(row)?))))
    }
}

/// The cells of a batch that was read from text or a sheet.
fn text_cells(batch: &Option<Batch>) -> Option<&TextCells> {
    match &batch.as_ref()?.cells {
        Cells::Text(cells) => Some(cells),
        #[cfg(feature = "parquet")]
        Cells::Arrow(_) => None,
    }
}

/// Texts side by side.
#[wasm_bindgen(getter_with_clone)]
pub struct NewTexts {
    /// The texts.
    pub text: String,
    /// Where each ends, in UTF-16 units.
    pub ends: Vec<u32>,
}

impl From<TableError> for TableRefusal {
    fn from(error: TableError) -> TableRefusal {
        let line = error.line.map(|line| u32::try_from(line).unwrap_or(u32::MAX));
        TableRefusal { rule: error.rule.name().into(), line, message: error.message }
    }
}
