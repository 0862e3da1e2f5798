//! Delimited text as records. A record without quotes is split where it lies; `csv_core` splits all
//! others. This file counts lines and checks limits and quotes, so that every error names its line.

use std::io::Read;
use std::ops::Range;
use std::path::{Path, PathBuf};

use csv_core::ReadRecordResult;
use memchr::{memchr_iter, memchr3};

use super::error::{TableError, TableRule};

/// Bytes in a row of text, at most. A longer row is a sign of an open quote, or of a file that is
/// no table.
pub const MAXIMUM_RECORD: usize = 1 << 20;

/// Bytes asked of the file at once.
const BLOCK: usize = 128 * 1024;

pub(super) const BYTE_ORDER_MARK: &[u8] = b"\xef\xbb\xbf";

/// Splits bytes into records, keeping one record in memory at a time.
pub(super) struct Records<R> {
    file: PathBuf,
    source: R,
    core: csv_core::Reader,
    delimiter: u8,
    buffer: Vec<u8>,
    /// Where the bytes not yet read begin in the buffer.
    at: usize,
    delivered: u64,
    ended: bool,
    /// Line on which the next unread byte stands.
    line: u64,
    /// Line on which the record begins.
    record_line: u64,
    /// Where the record begins in the buffer.
    start: usize,
    /// Where the record stands in the buffer, if it has no quotes.
    plain: Option<Range<usize>>,
    /// Whether text follows a quote that closes on another line than the one on which it opens.
    has_stray_text: bool,
    /// The fields that `csv_core` unquoted, side by side.
    unquoted: Vec<u8>,
    /// The same with a delimiter between two fields: the record, if it has quotes.
    joined: Vec<u8>,
    /// Where each field of the record ends in it.
    ends: Vec<usize>,
    /// Where each unquoted field ends.
    unquoted_ends: Vec<usize>,
}

impl<R: Read> Records<R> {
    pub(super) fn new(file: &Path, source: R, delimiter: u8) -> Records<R> {
        Records {
            file: file.into(),
            source,
            core: csv_core::ReaderBuilder::new().delimiter(delimiter).build(),
            delimiter,
            buffer: Vec::new(),
            at: 0,
            delivered: 0,
            ended: false,
            line: 1,
            record_line: 1,
            start: 0,
            plain: None,
            has_stray_text: false,
            unquoted: vec![0; 4096],
            joined: Vec::new(),
            ends: Vec::new(),
            unquoted_ends: vec![0; 64],
        }
    }

    /// Drops the first `drop` bytes of the buffer and appends the next block. False at the end of
    /// the file.
    fn fill(&mut self, drop: usize) -> Result<bool, TableError> {
        self.buffer.drain(..drop);
        self.at -= drop;
        if self.ended {
            return Ok(false);
        }
        let held = self.buffer.len();
        self.buffer.resize(held + BLOCK, 0);
        let read = self.source.read(&mut self.buffer[held..]).map_err(|error| TableError::io(&self.file, &error))?;
        self.buffer.truncate(held + read);
        self.delivered += read as u64;
        self.ended = read == 0;
        Ok(read > 0)
    }

    /// Moves to the next record; false at the end. Lines that are empty, or hold only blanks, are
    /// skipped.
    pub(super) fn advance(&mut self) -> Result<bool, TableError> {
        while self.split()? {
            let is_blank = self.ends.len() == 1 && self.buffer[self.start..self.at].trim_ascii().is_empty();
            if !is_blank {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Splits the next record; false at the end.
    fn split(&mut self) -> Result<bool, TableError> {
        if self.delivered == 0 && self.fill(0)? && self.buffer.starts_with(BYTE_ORDER_MARK) {
            self.at = BYTE_ORDER_MARK.len();
        }
        // csv_core would skip the ends of lines too, but then the record's first line would not be
        // known. A carriage return alone ends a line as well.
        let mut is_after_return = self.at > 0 && self.buffer[self.at - 1] == b'\r';
        loop {
            let byte = match self.buffer.get(self.at).copied() {
                Some(byte) => byte,
                None if self.fill(self.at)? => continue,
                None => return Ok(false),
            };
            self.line += u64::from(byte == b'\n' || is_after_return);
            if byte != b'\n' && byte != b'\r' {
                break;
            }
            is_after_return = byte == b'\r';
            self.at += 1;
        }
        self.record_line = self.line;
        Ok(self.split_plain() || self.split_quoted()?)
    }

    /// Splits a record that ends in the buffer and has no quotes; false where it is not like that.
    fn split_plain(&mut self) -> bool {
        let rest = &self.buffer[self.at..];
        let Some(length) = memchr3(b'\n', b'\r', b'"', rest).filter(|&at| rest[at] != b'"') else { return false };
        self.ends.clear();
        self.ends.extend(memchr_iter(self.delimiter, &rest[..length]));
        self.ends.push(length);
        self.line += u64::from(rest[length] == b'\n');
        self.start = self.at;
        self.plain = Some(self.at..self.at + length);
        self.has_stray_text = false;
        self.at += length + 1;
        true
    }

    /// Splits any record; false at the end of the file.
    fn split_quoted(&mut self) -> Result<bool, TableError> {
        self.plain = None;
        let (mut start, mut length, mut fields) = (self.at, 0, 0);
        loop {
            let input = &self.buffer[self.at..];
            let (result, read, written, ended) =
                self.core.read_record(input, &mut self.unquoted[length..], &mut self.unquoted_ends[fields..]);
            self.line += input[..read].iter().filter(|&&byte| byte == b'\n').count() as u64;
            self.at += read;
            length += written;
            fields += ended;
            match result {
                ReadRecordResult::Record => break,
                ReadRecordResult::End => return Ok(false),
                ReadRecordResult::OutputFull => self.unquoted.resize(self.unquoted.len() * 2, 0),
                ReadRecordResult::OutputEndsFull => self.unquoted_ends.resize(self.unquoted_ends.len() * 2, 0),
                ReadRecordResult::InputEmpty => {
                    if self.at - start > MAXIMUM_RECORD {
                        let message = format!("a row of more than {} KiB", MAXIMUM_RECORD / 1024);
                        return Err(self.open_quote(start).unwrap_or_else(|| {
                            TableError::new(&self.file, TableRule::RecordLength, message).at_line(self.record_line)
                        }));
                    }
                    let more = self.fill(start)?;
                    start = 0;
                    // At the end of the file csv_core takes an open quote for closed, and so loses
                    // every row after it.
                    if !more && let Some(error) = self.open_quote(start) {
                        return Err(error);
                    }
                }
            }
        }
        self.start = start;
        // An open quote that a later one happens to close swallows the rows between: text follows
        // the second.
        self.has_stray_text = self.line_count() > 1 && self.quoting(start, self.at).2;
        self.ends.clear();
        self.joined.clear();
        let mut field = 0;
        for &end in &self.unquoted_ends[..fields] {
            if !self.ends.is_empty() {
                self.joined.push(self.delimiter);
            }
            self.joined.extend_from_slice(&self.unquoted[field..end]);
            self.ends.push(self.joined.len());
            field = end;
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

    /// How the quotes stand after these bytes of the record, the line of the last one that opened,
    /// and whether text follows one that closed.
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

    /// Line on which the record begins.
    pub(super) fn record_line(&self) -> u64 {
        self.record_line
    }

    /// The fields of the record without their quotes, and a delimiter between two of them.
    pub(super) fn record(&self) -> &[u8] {
        self.plain.clone().map_or(&self.joined, |range| &self.buffer[range])
    }

    /// Where each field ends in the record.
    pub(super) fn ends(&self) -> &[usize] {
        &self.ends
    }

    /// Whether text follows a quote that closes on another line than the one on which it opens.
    pub(super) fn has_stray_text(&self) -> bool {
        self.has_stray_text
    }

    /// The lines of the record behind its first, as they stand in the file.
    pub(super) fn later_lines(&self) -> impl Iterator<Item = &[u8]> {
        self.buffer[self.start..self.at].split(|&byte| byte == b'\n').skip(1).filter(|line| !line.is_empty())
    }

    /// Makes a record of the first line alone, as if its quotes were plain text. The next record
    /// begins behind it.
    pub(super) fn cut_to_first_line(&mut self) {
        let record = &self.buffer[self.start..self.at];
        let length = record.iter().position(|&byte| byte == b'\n').unwrap_or(record.len());
        let line = record[..length].strip_suffix(b"\r").unwrap_or(&record[..length]);
        self.plain = None;
        self.joined.clear();
        self.joined.extend_from_slice(line);
        self.ends.clear();
        self.ends.extend(memchr_iter(self.delimiter, line));
        self.ends.push(line.len());
        self.at = (self.start + length + 1).min(self.at);
        self.line = self.record_line + 1;
        self.has_stray_text = false;
        self.core.reset();
    }

    /// Whether the record stood in the file as [`Records::record`] has it.
    pub(super) fn is_plain(&self) -> bool {
        self.plain.is_some()
    }

    /// The bytes of one field.
    pub(super) fn field(&self, index: usize) -> &[u8] {
        let start = if index == 0 { 0 } else { self.ends[index - 1] + 1 };
        &self.record()[start..self.ends[index]]
    }

    /// Bytes split into records so far.
    pub(super) fn consumed(&self) -> u64 {
        self.delivered - (self.buffer.len() - self.at) as u64
    }

    /// Lines on which the record stands.
    pub(super) fn line_count(&self) -> u64 {
        let line_feed = self.at > 0 && self.buffer[self.at - 1] == b'\n';
        self.line + u64::from(!line_feed) - self.record_line
    }

    pub(super) fn source(&self) -> &R {
        &self.source
    }

    pub(super) fn source_mut(&mut self) -> &mut R {
        &mut self.source
    }
}

#[derive(Clone, Copy, PartialEq)]
enum Quoting {
    FieldStart,
    Plain,
    Open,
    Closed,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// What the csv crate writes is read back cell by cell, each record with the line on which
        /// it begins, however the bytes arrive.
        #[test]
        fn written_records_come_back(
            rows in proptest::collection::vec(proptest::collection::vec("[a\\n\\r\", ;é]{0,5}", 2..4), 1..20),
            crlf in any::<bool>(),
            always in any::<bool>(),
            piece in 3..40usize,
        ) {
            let terminator = if crlf { csv::Terminator::CRLF } else { csv::Terminator::Any(b'\n') };
            let quotes = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let mut writer = csv::WriterBuilder::new().terminator(terminator).quote_style(quotes).flexible(true).from_writer(Vec::new());
            let mut lines = Vec::new();
            for row in &rows {
                writer.flush().unwrap();
                lines.push(1 + writer.get_ref().iter().filter(|&&byte| byte == b'\n').count() as u64);
                writer.write_record(row).unwrap();
            }
            let bytes = writer.into_inner().unwrap();
            let mut records = Records::new(Path::new("t.csv"), Pieces(&bytes, piece), b',');
            for (row, line) in rows.iter().zip(lines) {
                prop_assert!(records.advance().unwrap());
                prop_assert_eq!(records.ends().len(), row.len());
                prop_assert_eq!(records.record_line(), line);
                for (index, cell) in row.iter().enumerate() {
                    prop_assert_eq!(records.field(index), cell.as_bytes());
                }
            }
            prop_assert!(!records.advance().unwrap());
            prop_assert_eq!(records.consumed(), bytes.len() as u64);
        }
    }

    #[test]
    fn carriage_returns_end_lines() {
        for piece in 1..12 {
            let text = b"a,b\r\r1,\"2\"\r3,4\r\n\r\n5,6\n\r7,8\r";
            let mut records = Records::new(Path::new("t.csv"), Pieces(text, piece), b',');
            let mut found = Vec::new();
            while records.advance().unwrap() {
                found.push((records.record_line(), records.field(0)[0], records.line_count()));
            }
            assert_eq!(found, [(1, b'a', 1), (3, b'1', 1), (4, b'3', 1), (6, b'5', 1), (8, b'7', 1)], "{piece}");
        }
    }

    #[test]
    fn lines_of_blanks_are_skipped() {
        for piece in 1..12 {
            let text = b"  \na,b\n \t\r\n1,\n\n\" \"\n , \n\t";
            let mut records = Records::new(Path::new("t.csv"), Pieces(text, piece), b',');
            let mut found = Vec::new();
            while records.advance().unwrap() {
                found.push((records.record_line(), records.record().to_vec()));
            }
            assert_eq!(found, [(2, b"a,b".to_vec()), (4, b"1,".to_vec()), (6, b" ".to_vec()), (7, b" , ".to_vec())]);
        }
    }

    /// A source that gives a few bytes at a time.
    struct Pieces<'a>(&'a [u8], usize);

    impl Read for Pieces<'_> {
        fn read(&mut self, out: &mut [u8]) -> std::io::Result<usize> {
            let length = self.0.len().min(self.1).min(out.len());
            let (piece, rest) = self.0.split_at(length);
            out[..length].copy_from_slice(piece);
            self.0 = rest;
            Ok(length)
        }
    }
}
