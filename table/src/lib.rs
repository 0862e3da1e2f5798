//! A table of customers as a stream of batches in constant memory. Text (comma, semicolon, tab or bar between the
//! cells) and Parquet are told apart by their first bytes, never by the file's name.
//!
//! Memory: at most one record of [`MAXIMUM_RECORD`] bytes and one batch, 16 MiB of text and 16 bytes a cell; for
//! Parquet one page per column and one batch.

mod batch;
mod check;
mod column;
mod columns;
mod error;
mod header;
mod parquet;
mod records;
mod text;

use std::fs::File;
use std::io::{Read, Seek};
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

pub use batch::Batch;
pub use check::{CheckedBatch, CheckedColumn};
pub use column::Column;
pub use columns::{AbsentColumn, Columns, ColumnsError, nearest};
pub use error::{TableError, TableRule};
pub use tenure::scorer::MISSING_CODE;

/// Rows in a batch, at most.
pub const BATCH_ROWS: usize = 4096;
/// Bytes in a row of text, at most. A longer one is the sign of an open quote or of a file that is no table.
pub const MAXIMUM_RECORD: usize = 1 << 20;
/// Bytes looked at to tell the format.
const SNIFFED_BYTES: u64 = 64 * 1024;

/// An open table; iterate for its batches. After an error the stream ends.
pub struct Source {
    path: PathBuf,
    reader: Reader,
    bytes: u64,
    rows: u64,
    ended: bool,
}

enum Reader {
    Text { delimiter: u8, reader: Box<text::TextReader> },
    Parquet(Box<parquet::ParquetReader>),
}

/// How a table is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    Text { delimiter: char },
    Parquet,
}

/// A column whose type holds more than one text, number or boolean a row; its cells read as [`Value::Absent`].
///
/// [`Value::Absent`]: tenure::customer::Value::Absent
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RefusedColumn {
    pub name: String,
    /// The type, as Arrow names it.
    pub kind: String,
}

impl Source {
    /// Opens a table and reads its column names.
    pub fn open(path: impl AsRef<Path>) -> Result<Source, TableError> {
        let path = path.as_ref();
        let io = |error: std::io::Error| TableError::io(path, &error);
        let mut file = File::open(path).map_err(io)?;
        let bytes = file.metadata().map_err(io)?.len();
        let mut sample = Vec::new();
        file.by_ref().take(SNIFFED_BYTES).read_to_end(&mut sample).map_err(io)?;
        file.rewind().map_err(io)?;
        let reader = if sample.starts_with(b"PAR1") {
            Reader::Parquet(Box::new(parquet::ParquetReader::open(path, file)?))
        } else {
            refuse_other_formats(path, &sample)?;
            let delimiter = header::delimiter(path, &sample, sample.len() as u64 == bytes);
            let reader = text::TextReader::open(path, file, delimiter)?;
            Reader::Text { delimiter, reader: Box::new(reader) }
        };
        Ok(Source { path: path.into(), reader, bytes, rows: 0, ended: false })
    }

    pub fn path(&self) -> &Path {
        &self.path
    }

    pub fn format(&self) -> Format {
        match self.reader {
            Reader::Text { delimiter, .. } => Format::Text { delimiter: delimiter.into() },
            Reader::Parquet(_) => Format::Parquet,
        }
    }

    /// What [`Batch::line`] counts: "line" or "row".
    pub fn line_word(&self) -> &'static str {
        if self.format() == Format::Parquet { "row" } else { "line" }
    }

    /// Names of the columns, each once.
    pub fn columns(&self) -> &[String] {
        match &self.reader {
            Reader::Text { reader, .. } => &reader.columns,
            Reader::Parquet(reader) => &reader.columns,
        }
    }

    /// Columns whose values cannot be read.
    pub fn refused(&self) -> &[RefusedColumn] {
        match &self.reader {
            Reader::Text { .. } => &[],
            Reader::Parquet(reader) => &reader.refused,
        }
    }

    /// How much was read, of how much: bytes of a text file, rows of a Parquet file.
    pub fn progress(&self) -> (u64, u64) {
        match &self.reader {
            Reader::Text { reader, .. } => (reader.consumed(), self.bytes),
            Reader::Parquet(reader) => (reader.rows_read, reader.row_count),
        }
    }

    /// SHA-256 of the file's bytes in hexadecimal. Free for a text file that was read to its end; what is left of it
    /// is lost to the stream.
    pub fn sha256(&mut self) -> Result<String, TableError> {
        self.ended = true;
        match &mut self.reader {
            Reader::Text { reader, .. } => reader.sha256(),
            // Parquet is read from its end, column by column, so it takes a pass of its own.
            Reader::Parquet(_) => {
                let mut hash = Sha256::new();
                let mut block = vec![0; 1 << 20];
                let io = |error: std::io::Error| TableError::io(&self.path, &error);
                let mut file = File::open(&self.path).map_err(io)?;
                loop {
                    match file.read(&mut block) {
                        Ok(0) => return Ok(hex::encode(hash.finalize())),
                        Ok(read) => hash.update(&block[..read]),
                        Err(error) if error.kind() == std::io::ErrorKind::Interrupted => {}
                        Err(error) => return Err(io(error)),
                    }
                }
            }
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
            Reader::Text { reader, .. } => reader.next_batch(),
            Reader::Parquet(reader) => reader.next_batch(),
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

/// Names the files that people mistake for a table.
fn refuse_other_formats(path: &Path, sample: &[u8]) -> Result<(), TableError> {
    let start = sample.trim_ascii_start();
    let format = match sample {
        [] => return Err(TableError::new(path, TableRule::NotEmpty, "the file is empty")),
        [0xff, 0xfe, ..] | [0xfe, 0xff, ..] => {
            return Err(TableError::new(path, TableRule::Utf8, "the text is UTF-16; save the file as UTF-8"));
        }
        [b'P', b'K', 3, 4, ..] => "a spreadsheet or a zip archive",
        [0x1f, 0x8b, ..] => "a gzip archive",
        [0x28, 0xb5, 0x2f, 0xfd, ..] => "a zstd archive",
        [0xd0, 0xcf, 0x11, 0xe0, ..] => "an old spreadsheet",
        _ if sample.starts_with(b"SQLite format 3") => "a SQLite database",
        _ if sample.starts_with(b"ARROW1") || sample.starts_with(b"FEA1") => "an Arrow or Feather file",
        _ if sample.contains(&0) => "a binary file",
        _ if start.starts_with(b"{") || start.starts_with(b"[") => "JSON",
        _ if start.starts_with(b"<") => "HTML or XML",
        _ => return Ok(()),
    };
    let message = format!("this is {format}; a table is delimited text (CSV, TSV) or Parquet");
    Err(TableError::new(path, TableRule::Format, message))
}

#[cfg(test)]
pub(crate) mod tests {
    use std::io::Write;

    use super::*;

    /// A file with these bytes, deleted when dropped.
    pub(crate) fn file(bytes: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
        let mut file = tempfile::NamedTempFile::new().unwrap();
        file.write_all(bytes.as_ref()).unwrap();
        file
    }

    /// Every row as (line, trimmed texts).
    pub(crate) fn rows(source: Source) -> Result<Vec<(u64, Vec<String>)>, TableError> {
        let columns = source.columns().len();
        let mut rows = Vec::new();
        for batch in source {
            let batch = batch?;
            let texts = |row| (0..columns).map(|column| batch.text(row, column).into_owned()).collect();
            rows.extend((0..batch.rows()).map(|row| (batch.line(row), texts(row))));
        }
        Ok(rows)
    }

    pub(crate) fn refusal(bytes: impl AsRef<[u8]>) -> TableError {
        let file = file(bytes);
        match Source::open(file.path()) {
            Ok(source) => rows(source).unwrap_err(),
            Err(error) => error,
        }
    }

    #[test]
    fn files_that_are_no_table_are_named() {
        for (bytes, rule, part) in [
            (&b""[..], TableRule::NotEmpty, "empty"),
            (b"\n\r\n\n", TableRule::NotEmpty, "only empty lines"),
            (b"a,b\n", TableRule::Rows, "no rows"),
            (b"PK\x03\x04rest", TableRule::Format, "spreadsheet"),
            (b"\x1f\x8b\x08", TableRule::Format, "gzip"),
            (b"\xff\xfea\0", TableRule::Utf8, "UTF-16"),
            (b"{\"a\": 1}", TableRule::Format, "JSON"),
            (b"<html>", TableRule::Format, "HTML"),
            (b"a,b\n1,\0\n", TableRule::Format, "binary"),
            (b"PAR1 and no footer", TableRule::Undamaged, ""),
        ] {
            let error = refusal(bytes);
            assert!(error.rule == rule && error.message.contains(part), "{error}");
        }
        let error = Source::open("no/such/table.csv").err().unwrap();
        assert_eq!((error.rule, error.exit_code()), (TableRule::Readable, 3));
        assert!(error.to_string().starts_with("no/such/table.csv: "), "{error}");
    }

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
        assert_eq!(source.sha256().unwrap(), hash);
        assert_eq!(Source::open(file.path()).unwrap().sha256().unwrap(), hash);
    }
}
