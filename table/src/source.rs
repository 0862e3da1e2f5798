//! An open table: its format, its columns, and its rows as a stream of batches.

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use super::batch::Batch;
use super::error::{TableError, TableRule};
use super::file_bytes::FileBytes;
use super::foreign;
use super::header::RefusedColumn;
use super::layout::Layout;
use super::options::ReadOptions;
#[cfg(feature = "parquet")]
use super::record_batches::RecordBatches;
use super::text::TextReader;
use super::text_bytes::TextBytes;
#[cfg(feature = "spreadsheet")]
use super::workbook::SheetReader;

/// Bytes looked at to tell the format.
const SIGNATURE: u64 = 16;

/// An open table; iterate for its batches. After an error the stream ends.
pub struct Source {
    path: PathBuf,
    reader: Reader,
    options: ReadOptions,
    bytes: u64,
    rows: u64,
    ended: bool,
}

enum Reader {
    Text(Box<TextReader>),
    #[cfg(feature = "spreadsheet")]
    Sheet(Box<SheetReader>),
    #[cfg(feature = "parquet")]
    Arrow {
        format: Format,
        batches: Box<RecordBatches>,
    },
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// Delimited text, such as CSV.
    Text {
        /// Between two cells of a row.
        delimiter: char,
    },
    /// A Parquet file.
    Parquet,
    /// A sheet of a workbook (.xlsx).
    Sheet,
    /// Record batches in memory.
    Arrow,
}

impl Source {
    /// Opens a file and reads its column names.
    pub fn open(path: impl AsRef<Path>) -> Result<Source, TableError> {
        Source::open_with(path, &ReadOptions::default())
    }

    /// As [`Source::open`], with choices.
    pub fn open_with(path: impl AsRef<Path>, options: &ReadOptions) -> Result<Source, TableError> {
        let path = path.as_ref();
        let io = |error: std::io::Error| TableError::io(path, &error);
        let mut file = File::open(path).map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        let mut signature = Vec::new();
        file.by_ref().take(SIGNATURE).read_to_end(&mut signature).map_err(io)?;
        file.rewind().map_err(io)?;
        #[cfg(feature = "parquet")]
        if is_parquet(&signature) {
            refuse_sheet(path, options)?;
            return Ok(Source::arrow(path, Format::Parquet, RecordBatches::open(path, file)?));
        }
        #[cfg(feature = "spreadsheet")]
        if is_zip(&signature) {
            return Ok(Source::sheet(path, SheetReader::open(path, file, options.sheet.as_deref())?, options));
        }
        Source::text(path, bytes, FileBytes::stream(Box::new(file)), options)
    }

    /// Reads the column names of a file whose bytes are in memory. `name` stands for the file in
    /// errors.
    pub fn from_bytes(name: impl AsRef<Path>, bytes: Vec<u8>) -> Result<Source, TableError> {
        Source::from_bytes_with(name, bytes, &ReadOptions::default())
    }

    /// As [`Source::from_bytes`], with choices.
    pub fn from_bytes_with(
        name: impl AsRef<Path>,
        bytes: Vec<u8>,
        options: &ReadOptions,
    ) -> Result<Source, TableError> {
        let name = name.as_ref();
        #[cfg(feature = "parquet")]
        if is_parquet(&bytes) {
            refuse_sheet(name, options)?;
            return Ok(Source::arrow(name, Format::Parquet, RecordBatches::in_memory(name, bytes.into())?));
        }
        #[cfg(feature = "spreadsheet")]
        if is_zip(&bytes) {
            return Ok(Source::sheet(name, SheetReader::in_memory(name, bytes, options.sheet.as_deref())?, options));
        }
        Source::text(name, bytes.len() as u64, FileBytes::in_memory(bytes), options)
    }

    /// The table of a reader of record batches. Nulls are missing values; `name` stands for a file
    /// in errors.
    #[cfg(feature = "parquet")]
    pub fn from_arrow(
        name: impl AsRef<Path>,
        reader: Box<dyn arrow_array::RecordBatchReader + Send>,
    ) -> Result<Source, TableError> {
        Ok(Source::arrow(name.as_ref(), Format::Arrow, RecordBatches::stream(name.as_ref(), reader)?))
    }

    fn text(path: &Path, bytes: u64, file: FileBytes, options: &ReadOptions) -> Result<Source, TableError> {
        let text = TextBytes::open(path, file)?;
        let (sample, is_whole) = text.sample();
        foreign::refuse(path, sample, text.packed_by())?;
        refuse_sheet(path, options)?;
        let layout = Layout::detect(path, sample, is_whole);
        let reader = Reader::Text(Box::new(TextReader::open(path, text, layout, options.broken_lines)?));
        Ok(Source { path: path.into(), reader, options: options.clone(), bytes, rows: 0, ended: false })
    }

    #[cfg(feature = "spreadsheet")]
    fn sheet(path: &Path, reader: SheetReader, options: &ReadOptions) -> Source {
        let reader = Reader::Sheet(Box::new(reader));
        Source { path: path.into(), reader, options: options.clone(), bytes: 0, rows: 0, ended: false }
    }

    #[cfg(feature = "parquet")]
    fn arrow(path: &Path, format: Format, batches: RecordBatches) -> Source {
        let reader = Reader::Arrow { format, batches: Box::new(batches) };
        Source { path: path.into(), reader, options: ReadOptions::default(), bytes: 0, rows: 0, ended: false }
    }

    /// The file, or the name given in its place.
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The choices with which it was opened.
    pub fn options(&self) -> &ReadOptions {
        &self.options
    }

    /// How the table is written.
    pub fn format(&self) -> Format {
        match self.reader {
            Reader::Text(ref reader) => Format::Text { delimiter: reader.delimiter().into() },
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(_) => Format::Sheet,
            #[cfg(feature = "parquet")]
            Reader::Arrow { format, .. } => format,
        }
    }

    /// What [`Batch::line`] counts: "line" or "row".
    pub fn line_word(&self) -> &'static str {
        if let Format::Text { .. } = self.format() { "line" } else { "row" }
    }

    /// Names of the columns, all different.
    pub fn columns(&self) -> &[String] {
        match &self.reader {
            Reader::Text(reader) => &reader.columns,
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(reader) => &reader.columns,
            #[cfg(feature = "parquet")]
            Reader::Arrow { batches, .. } => &batches.columns,
        }
    }

    /// Columns whose values cannot be read.
    pub fn refused(&self) -> &[RefusedColumn] {
        match &self.reader {
            Reader::Text(_) => &[],
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(_) => &[],
            #[cfg(feature = "parquet")]
            Reader::Arrow { batches, .. } => &batches.refused,
        }
    }

    /// Reads only these columns of a Parquet file. Refused columns may be among them: their cells
    /// stay [`Value::Absent`], but [`OutputTable`] can copy them. By default all columns are read
    /// that are not refused. A call after the first batch does nothing, nor does one for text or
    /// record batches, which have all their columns.
    ///
    /// [`Value::Absent`]: tenure::customer::Value::Absent
    /// [`OutputTable`]: super::OutputTable
    #[cfg_attr(not(feature = "parquet"), expect(unused_variables))]
    pub fn select(&mut self, columns: &[usize]) {
        match &mut self.reader {
            Reader::Text(_) => {}
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(_) => {}
            #[cfg(feature = "parquet")]
            Reader::Arrow { batches, .. } => batches.select(columns),
        }
    }

    /// The types of the columns, where the table has types.
    #[cfg(feature = "parquet")]
    pub(super) fn arrow_schema(&self) -> Option<&arrow_schema::SchemaRef> {
        match &self.reader {
            Reader::Text(_) => None,
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(_) => None,
            Reader::Arrow { batches, .. } => Some(batches.schema()),
        }
    }

    /// The columns of a Parquet file that hold few distinct values, where it is known.
    #[cfg(feature = "parquet")]
    pub(super) fn repeating(&self) -> Option<&[parquet::schema::types::ColumnPath]> {
        match &self.reader {
            Reader::Arrow { batches, .. } => batches.repeating(),
            _ => None,
        }
    }

    /// How much was read, of how much: bytes of a text file, rows of a Parquet file or a sheet. Nobody knows
    /// how many rows of record batches are to come, so there both are the rows that were read.
    pub fn progress(&self) -> (u64, u64) {
        match &self.reader {
            Reader::Text(reader) => (reader.consumed(), self.bytes),
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(reader) => reader.progress(),
            #[cfg(feature = "parquet")]
            Reader::Arrow { batches, .. } => batches.progress(),
        }
    }

    /// What a person should know about how the table is read, one sentence each: a guess, or
    /// something that was passed over. More may come as more of the table is read; what was there
    /// stays in its place.
    pub fn notices(&self) -> Vec<String> {
        match &self.reader {
            Reader::Text(reader) => reader.notices.clone(),
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(reader) => reader.notices.clone(),
            #[cfg(feature = "parquet")]
            Reader::Arrow { .. } => Vec::new(),
        }
    }

    /// Names of the sheets that a workbook shows; none for other tables.
    pub fn sheets(&self) -> &[String] {
        match &self.reader {
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(reader) => &reader.sheets,
            _ => &[],
        }
    }

    /// SHA-256 of the file's bytes in hexadecimal; `None` for record batches, which have no bytes
    /// of a file. It ends the stream, and is free for a text file that was read to its end.
    pub fn sha256(&mut self) -> Result<Option<String>, TableError> {
        self.ended = true;
        match &mut self.reader {
            Reader::Text(reader) => reader.sha256().map(Some),
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(reader) => reader.sha256(),
            #[cfg(feature = "parquet")]
            Reader::Arrow { batches, .. } => batches.sha256(),
        }
    }
}

impl Iterator for Source {
    type Item = Result<Batch, TableError>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.ended {
            return None;
        }
        let batch = match &mut self.reader {
            Reader::Text(reader) => reader.next_batch(),
            #[cfg(feature = "spreadsheet")]
            Reader::Sheet(reader) => Ok(reader.next_batch()),
            #[cfg(feature = "parquet")]
            Reader::Arrow { batches, .. } => batches.next_batch(),
        };
        match batch {
            Ok(Some(batch)) => {
                self.rows += batch.rows() as u64;
                Some(Ok(batch))
            }
            Ok(None) if self.rows == 0 => {
                self.ended = true;
                Some(Err(TableError::new(&self.path, TableRule::Rows, "the table has columns, but no rows")))
            }
            Ok(None) => {
                self.ended = true;
                None
            }
            Err(error) => {
                self.ended = true;
                Some(Err(error))
            }
        }
    }
}

#[cfg(feature = "parquet")]
fn is_parquet(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PAR1")
}

#[cfg(feature = "spreadsheet")]
fn is_zip(bytes: &[u8]) -> bool {
    bytes.starts_with(b"PK\x03\x04")
}

/// Refuses to read a sheet of a file that has none.
fn refuse_sheet(path: &Path, options: &ReadOptions) -> Result<(), TableError> {
    let Some(sheet) = &options.sheet else { return Ok(()) };
    let message = format!("this is no workbook (.xlsx), so it has no sheet {sheet:?}");
    Err(TableError::new(path, TableRule::Sheet, message))
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

    use super::super::BATCH_ROWS;
    use super::super::fixtures::file;
    use super::*;

    #[test]
    fn many_batches_in_order_and_the_hash_of_the_bytes() {
        let rows: String = (0..10_000).map(|row| format!("{row},x\n")).collect();
        let text = format!("n,t\n{rows}");
        let file = file(&text);
        let mut source = Source::open(file.path()).unwrap();
        let mut expected = 0;
        for batch in source.by_ref() {
            let batch = batch.unwrap();
            assert!(batch.rows() <= BATCH_ROWS);
            for row in 0..batch.rows() {
                assert_eq!((batch.line(row), &*batch.text(row, 0)), (expected + 2, expected.to_string().as_str()));
                expected += 1;
            }
        }
        assert_eq!(expected, 10_000);
        assert_eq!(source.progress(), (text.len() as u64, text.len() as u64));
        let hash = hex::encode(Sha256::digest(&text));
        assert_eq!(source.sha256().unwrap().as_ref(), Some(&hash));
        assert_eq!(Source::open(file.path()).unwrap().sha256().unwrap(), Some(hash));
    }
}
