//! Delimited text as batches: `csv_core` splits the records; this file keeps lines, limits and encodings in view,
//! so that every refusal names its line.

use std::fs::File;
use std::io::{ErrorKind, Read};
use std::path::{Path, PathBuf};

use csv_core::ReadRecordResult;
use sha2::{Digest, Sha256};

use super::error::{TableError, TableRule};
use super::{BATCH_ROWS, Batch, MAXIMUM_RECORD};

/// Bytes asked of the file at once.
const BLOCK: usize = 128 * 1024;
/// A batch is closed early at this many bytes of text, so that memory stays bounded with rows of any length.
const BATCH_TEXT: usize = 16 * 1024 * 1024;

const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Splits bytes into records, keeping one record in memory at a time.
pub(super) struct Records<R> {
    file: PathBuf,
    source: R,
    hash: Sha256,
    core: csv_core::Reader,
    delimiter: u8,
    buffer: Vec<u8>,
    /// Where the bytes not yet read begin in the buffer.
    at: usize,
    delivered: u64,
    ended: bool,
    /// Line on which the next unread byte stands.
    line: u64,
    /// The record's line, unquoted bytes, and where each of its fields ends.
    record_line: u64,
    record: Vec<u8>,
    ends: Vec<usize>,
    field_count: usize,
}

impl<R: Read> Records<R> {
    pub(super) fn new(file: &Path, source: R, delimiter: u8) -> Records<R> {
        Records {
            file: file.into(),
            source,
            hash: Sha256::new(),
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            buffer: Vec::new(),
            at: 0,
            delivered: 0,
            ended: false,
            line: 1,
            record_line: 1,
            record: vec![0; 4096],
            ends: vec![0; 64],
            field_count: 0,
        }
    }

    /// Drops the first `drop` bytes of the buffer and appends the next block. False at the end of the file.
    fn fill(&mut self, drop: usize) -> Result<bool, TableError> {
        self.buffer.drain(..drop);
        self.at -= drop;
        if self.ended {
            return Ok(false);
        }
        let held = self.buffer.len();
        self.buffer.resize(held + BLOCK, 0);
        let read = loop {
            match self.source.read(&mut self.buffer[held..]) {
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                result => break result.map_err(|error| TableError::io(&self.file, &error))?,
            }
        };
        self.buffer.truncate(held + read);
        self.hash.update(&self.buffer[held..]);
        self.delivered += read as u64;
        self.ended = read == 0;
        Ok(read > 0)
    }

    /// Moves to the next record; false at the end. Empty lines are passed over.
    pub(super) fn advance(&mut self) -> Result<bool, TableError> {
        if self.delivered == 0 && self.fill(0)? && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len();
        }
        // csv_core would skip the ends of lines too, but then the record's first line would not be known.
        loop {
            match self.buffer.get(self.at).copied() {
                Some(b'\n') => self.line += 1,
                Some(b'\r') => {}
                Some(_) => break,
                None if self.fill(self.at)? => continue,
                None => return Ok(false),
            }
            self.at += 1;
        }
        self.record_line = self.line;
        let (mut start, mut length) = (self.at, 0);
        self.field_count = 0;
        loop {
            let input = &self.buffer[self.at..];
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.record[length..], &mut self.ends[self.field_count..]);
            self.line += input[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.at += read;
            length += written;
            self.field_count += ended;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::OutputFull => self.record.resize(self.record.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.ends.resize(self.ends.len() * 2, 0),
                ReadRecordResult::InputEmpty => {
                    if self.at - start > MAXIMUM_RECORD {
                        let message = format!("a row of more than {} KiB", MAXIMUM_RECORD / 1024);
                        return Err(self.open_quote(start).unwrap_or_else(|| {
                            TableError::new(&self.file, TableRule::RecordLength, message).at_line(self.record_line)
                        }));
                    }
                    let more = self.fill(start)?;
                    start = 0;
                    // At the end of the file csv_core takes an open quote for closed, and so loses every row after it.
                    if !more && let Some(error) = self.open_quote(start) {
                        return Err(error);
                    }
                }
            }
        }
        // An open quote that a later one happens to close swallows the rows between: text follows the second.
        if self.line_count() > 1 && self.quoting(start, self.at).2 {
            let message = format!("a quote is open for {} lines and text follows it; close it", self.line_count());
            return Err(TableError::new(&self.file, TableRule::ClosedQuotes, message).at_line(self.record_line));
        }
        Ok(true)
    }

    /// The error for a quote that is open at the end of the buffer, if one is.
    fn open_quote(&self, start: usize) -> Option<TableError> {
        let (state, opened, _) = self.quoting(start, self.buffer.len());
        let message = "a quote opens here and is never closed; a quote inside a quoted text is written twice";
        let error = || TableError::new(&self.file, TableRule::ClosedQuotes, message).at_line(opened);
        (state == Quoting::Open).then(error)
    }

    /// How the quotes stand after these bytes of the record, the line of the last one that opened, and whether text
    /// follows one that closed.
    fn quoting(&self, start: usize, end: usize) -> (Quoting, u64, bool) {
        let (mut line, mut opened, mut state) = (self.record_line, self.record_line, Quoting::FieldStart);
        let mut stray = false;
        for &byte in &self.buffer[start..end] {
            let ends_field = byte == self.delimiter || byte == b'\n' || byte == b'\r';
            state = match (state, byte) {
                (Quoting::FieldStart, b'"') => {
                    opened = line;
                    Quoting::Open
                }
                (Quoting::Open, b'"') => Quoting::Closed,
                // A doubled quote inside quotes is a quote.
                (Quoting::Closed, b'"') | (Quoting::Open, _) => Quoting::Open,
                _ if ends_field => Quoting::FieldStart,
                (before, _) => {
                    stray |= before == Quoting::Closed;
                    Quoting::Plain
                }
            };
            line += u64::from(byte == b'\n');
        }
        (state, opened, stray)
    }

    pub(super) fn line(&self) -> u64 {
        self.record_line
    }

    /// Number of fields in the record.
    pub(super) fn len(&self) -> usize {
        self.field_count
    }

    /// The bytes of one field.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] };
        &self.record[start..self.ends[index]]
    }

    /// Lines on which the record stands.
    fn line_count(&self) -> u64 {
        let line_feed = self.at > 0 && self.buffer[self.at - 1] == b'\n';
        self.line + u64::from(!line_feed) - self.record_line
    }

    /// SHA-256 of the whole file; reads what is left of it.
    fn sha256(&mut self) -> Result<String, TableError> {
        while self.fill(self.at)? {
            self.at = self.buffer.len();
        }
        Ok(super::hexadecimal(&self.hash.clone().finalize()))
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Quoting {
    FieldStart,
    Plain,
    Open,
    Closed,
}

/// A delimited text file behind its header.
pub(super) struct TextReader {
    file: PathBuf,
    records: Records<File>,
    pub(super) columns: Vec<String>,
}

impl TextReader {
    /// Reads the header.
    pub(super) fn open(path: &Path, file: File, delimiter: u8) -> Result<TextReader, TableError> {
        let mut records = Records::new(path, file, delimiter);
        if !records.advance()? {
            return Err(TableError::new(path, TableRule::NotEmpty, "the file has only empty lines"));
        }
        let mut names = Vec::new();
        for index in 0..records.len() {
            names.push(decode(path, &records, index, None)?.trim().to_owned());
        }
        let columns = super::header::check(path, records.line(), names)?;
        Ok(TextReader { file: path.into(), records, columns })
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, TableError> {
        let mut batch = Batch::new(self.columns.len());
        while batch.rows() < BATCH_ROWS && batch.text_bytes() < BATCH_TEXT && self.records.advance()? {
            let (expected, found) = (self.columns.len(), self.records.len());
            if found != expected {
                let mut message = format!("cells: {found}, but the header has {expected}");
                if self.records.line_count() > 1 {
                    message += &format!("; the row goes on for {} lines: is a quote open?", self.records.line_count());
                }
                let error = TableError::new(&self.file, TableRule::EvenRows, message);
                return Err(error.at_line(self.records.line()));
            }
            batch.push_row(self.records.line());
            for (index, column) in self.columns.iter().enumerate() {
                batch.push_text(decode(&self.file, &self.records, index, Some(column))?);
            }
        }
        Ok(Some(batch).filter(|batch| batch.rows() > 0))
    }

    /// Bytes of the file read so far.
    pub(super) fn delivered(&self) -> u64 {
        self.records.delivered
    }

    pub(super) fn sha256(&mut self) -> Result<String, TableError> {
        self.records.sha256()
    }
}

fn decode<'a>(
    file: &Path,
    records: &'a Records<File>,
    index: usize,
    column: Option<&str>,
) -> Result<&'a str, TableError> {
    std::str::from_utf8(records.field(index)).map_err(|_| {
        let message =
            format!("{:?} is not UTF-8; save the file as UTF-8", String::from_utf8_lossy(records.field(index)));
        let error = TableError::new(file, TableRule::Utf8, message).at_line(records.line());
        column.map_or(error.clone(), |column| error.in_column(column))
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{file, refusal, rows};
    use super::super::{Format, Source};
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
            (&b"a,b\n1,2\n3\n"[..], TableRule::EvenRows, 3, "cells: 1, but the header has 2"),
            (b"a,b\r\n1,2\r\n3,4,5\r\n", TableRule::EvenRows, 3, "cells: 3"),
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
