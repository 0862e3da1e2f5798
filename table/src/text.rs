//! Delimited text as batches: the header, the cells of every row, and their encoding.

use std::io::Read;
use std::path::{Path, PathBuf};

use super::batch::{BATCH_ROWS, Batch, Cells};
use super::error::{TableError, TableRule};
use super::records::Records;
use super::text_cells::TextCells;

/// A batch is closed early at this many bytes of text, so that memory stays bounded with rows of
/// any length.
const BATCH_TEXT: usize = 16 * 1024 * 1024;

type Bytes = Box<dyn Read + Send>;

/// A delimited text file behind its header.
pub(super) struct TextReader {
    file: PathBuf,
    delimiter: u8,
    records: Records<Bytes>,
    pub(super) columns: Vec<String>,
}

impl TextReader {
    /// Reads the header.
    pub(super) fn open(path: &Path, bytes: Bytes, delimiter: u8) -> Result<TextReader, TableError> {
        let mut records = Records::new(path, bytes, delimiter);
        if !records.advance()? {
            return Err(TableError::new(path, TableRule::NotEmpty, "the file has only empty lines"));
        }
        let mut names = Vec::new();
        for index in 0..records.ends().len() {
            let name = std::str::from_utf8(records.field(index)).map_err(|_| not_utf8(path, &records, index))?;
            names.push(name.trim().to_owned());
        }
        let columns = super::header::check(path, records.record_line(), names)?;
        Ok(TextReader { file: path.into(), delimiter, records, columns })
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, TableError> {
        let mut cells = TextCells::new(self.columns.len(), self.delimiter);
        while cells.rows() < BATCH_ROWS && cells.bytes() < BATCH_TEXT && self.records.advance()? {
            let (expected, found) = (self.columns.len(), self.records.ends().len());
            if found != expected {
                let mut message = format!("the number of cells is {found}, but the header has {expected}");
                if self.records.line_count() > 1 {
                    message += &format!("; the row goes on for {} lines: is a quote open?", self.records.line_count());
                }
                let error = TableError::new(&self.file, TableRule::EvenRows, message);
                return Err(error.at_line(self.records.record_line()));
            }
            self.push_record(&mut cells)?;
        }
        Ok((cells.rows() > 0).then_some(Batch { cells: Cells::Text(cells) }))
    }

    fn push_record(&self, cells: &mut TextCells) -> Result<(), TableError> {
        let (line, ends) = (self.records.record_line(), self.records.ends());
        let text = std::str::from_utf8(self.records.record());
        if text.is_ok_and(|text| cells.push(line, text, ends, self.records.is_plain())) {
            return Ok(());
        }
        let fields = 0..ends.len();
        let broken = fields.into_iter().find(|&index| std::str::from_utf8(self.records.field(index)).is_err());
        let index = broken.unwrap_or_default();
        Err(not_utf8(&self.file, &self.records, index).in_column(&self.columns[index]))
    }

    /// Bytes of the file split into rows so far.
    pub(super) fn consumed(&self) -> u64 {
        self.records.consumed()
    }

    pub(super) fn sha256(&mut self) -> Result<String, TableError> {
        self.records.sha256()
    }
}

fn not_utf8(file: &Path, records: &Records<Bytes>, index: usize) -> TableError {
    let text = String::from_utf8_lossy(records.field(index));
    let message = format!("{text:?} is not UTF-8; save the file as UTF-8");
    TableError::new(file, TableRule::Utf8, message).at_line(records.record_line())
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{file, refusal, rows};
    use super::super::{Format, MAXIMUM_RECORD, Source};
    use super::*;

    fn read(text: impl AsRef<[u8]>) -> Vec<(u64, Vec<String>)> {
        rows(Source::open(file(text).path()).unwrap()).unwrap()
    }

    fn row(line: u64, cells: &[&str]) -> (u64, Vec<String>) {
        (line, cells.iter().map(|&cell| cell.into()).collect())
    }

    #[test]
    fn quotes_line_ends_and_byte_order_marks() {
        let expected =
            [row(2, &["1", "a,b"]), row(3, &["2", "say \"hi\""]), row(5, &["3", "two\nlines"]), row(8, &["4", "é"])];
        let text = "n,t\n1,\"a,b\"\n2,\"say \"\"hi\"\"\"\n\n3,\"two\nlines\"\n\n4,é";
        assert_eq!(read(text), expected);
        assert_eq!(read(format!("\u{feff}{text}\n")), expected);
        let crlf = text.replace('\n', "\r\n");
        assert_eq!(read(&crlf)[3], expected[3]);
        assert_eq!(read(&crlf)[2], row(5, &["3", "two\r\nlines"]));
        let quoted_header = "\u{feff}\"n\",\"t\"\n1,2\n";
        assert_eq!(Source::open(file(quoted_header).path()).unwrap().columns(), ["n", "t"]);
    }

    #[test]
    fn every_delimiter() {
        for delimiter in [',', ';', '\t', '|'] {
            let text = "a,b,c\n1,\"x,;|\ty\",3\n4,5,6\n".replace(',', &delimiter.to_string());
            let text = text.replace(&format!("x{delimiter}"), "x,");
            let source = Source::open(file(text).path()).unwrap();
            assert_eq!(source.format(), Format::Text { delimiter });
            assert_eq!(source.columns(), ["a", "b", "c"]);
        }
        let decimal_commas = "a;b\n1,5;2,5\n1,0;2,0\n";
        assert_eq!(read(decimal_commas)[0], row(2, &["1,5", "2,5"]));
        assert_eq!(read("only\n1\n2\n").len(), 2);
    }

    #[test]
    fn refusals_name_the_line() {
        let long = format!("a,b\n1,2\n\"{}\",2\n", "x".repeat(2 * MAXIMUM_RECORD));
        let open = format!("a,b\n1,2\n3,\"open\n{}", "4,5\n".repeat(MAXIMUM_RECORD));
        for (bytes, rule, line, part) in [
            (&b"a,b\n1,2\n3\n"[..], TableRule::EvenRows, 3, "cells is 1, but the header has 2"),
            (b"a,b\r\n1,2\r\n3,4,5\r\n", TableRule::EvenRows, 3, "cells is 3"),
            (b"a,b\n1,2\n3,\"4\n5,6\n7\",8\n", TableRule::EvenRows, 3, "goes on for 3 lines"),
            (b"a,b\n1,2\n3,\"4\n5,6\n7,\"8\"\n", TableRule::ClosedQuotes, 3, "open for 3 lines and text follows"),
            (b"a,b\n1,\xe9t\xe9\n", TableRule::Utf8, 2, "UTF-8"),
            (b"a,\xe9\n1,2\n", TableRule::Utf8, 1, "UTF-8"),
            (b"a,b\n1,2\n3,\"open\n4,5\n", TableRule::ClosedQuotes, 3, "never closed"),
            (b"a,b\n1,2\n\"x\ny\",\"open", TableRule::ClosedQuotes, 4, "never closed"),
            (open.as_bytes(), TableRule::ClosedQuotes, 3, "never closed"),
        ] {
            let error = refusal(bytes);
            assert!(error.rule == rule && error.line == Some(line) && error.message.contains(part), "{error}");
        }
        // The quote is closed, but only beyond the limit.
        assert!(matches!(refusal(&long).rule, TableRule::ClosedQuotes | TableRule::RecordLength));
        assert_eq!(refusal(b"a,b\n1,\xe9t\xe9\n").column.as_deref(), Some("b"));
        // One character cut in two by a delimiter is no text, though its bytes side by side are.
        assert_eq!(refusal(b"a,b\n\xc3,\xa9\n").rule, TableRule::Utf8);
    }
}
