//! Delimited text as batches: the header, the cells of every row, and their encoding.

use std::path::{Path, PathBuf};

use super::batch::{BATCH_ROWS, Batch, Cells};
use super::charset;
use super::error::{TableError, TableRule};
use super::layout::Layout;
use super::records::Records;
use super::text_bytes::TextBytes;
use super::text_cells::TextCells;

/// A batch is closed early at this many bytes of text, so that memory stays bounded with rows of
/// any length.
const BATCH_TEXT: usize = 16 * 1024 * 1024;

/// Characters of a cell that a notice shows.
const SHOWN_TEXT: usize = 40;

/// A delimited text file behind its header.
pub(super) struct TextReader {
    file: PathBuf,
    layout: Layout,
    records: Records<TextBytes>,
    pub(super) columns: Vec<String>,
    windows_1252: Option<Windows1252>,
    /// Line of the first value behind the last column.
    beyond: Option<u64>,
}

/// The first cell that is not UTF-8.
struct Windows1252 {
    line: u64,
    text: String,
}

impl TextReader {
    /// Reads the header.
    pub(super) fn open(path: &Path, bytes: TextBytes, layout: Layout) -> Result<TextReader, TableError> {
        let records = Records::new(path, bytes, layout.delimiter);
        let (file, columns) = (path.into(), Vec::new());
        let mut reader = TextReader { file, layout, records, columns, windows_1252: None, beyond: None };
        for _ in 0..reader.layout.before_header {
            reader.records.advance()?;
        }
        if !reader.records.advance()? {
            return Err(TableError::new(path, TableRule::NotEmpty, "the file has only empty lines"));
        }
        let cells = reader.records.ends().len();
        let mut names = Vec::new();
        for index in 0..if reader.layout.columns == 0 { cells } else { reader.layout.columns } {
            let mut name = String::new();
            reader.push_field(index, &mut name);
            names.push(name.trim().to_owned());
        }
        reader.columns = super::header::check(path, reader.records.record_line(), names)?;
        Ok(reader)
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.layout.delimiter
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, TableError> {
        let mut cells = TextCells::new(self.columns.len(), self.layout.delimiter);
        while cells.rows() < BATCH_ROWS && cells.bytes() < BATCH_TEXT && self.records.advance()? {
            if !self.has_every_cell() {
                let (expected, found) = (self.columns.len(), self.records.ends().len());
                let mut message = format!("the number of cells is {found}, but the header has {expected}");
                if self.records.line_count() > 1 {
                    message += &format!("; the row goes on for {} lines: is a quote open?", self.records.line_count());
                }
                let error = TableError::new(&self.file, TableRule::EvenRows, message);
                return Err(error.at_line(self.records.record_line()));
            }
            self.push_record(&mut cells);
        }
        Ok((cells.rows() > 0).then_some(Batch { cells: Cells::Text(cells) }))
    }

    /// Whether the record has a cell in each column, and nothing behind the last one.
    fn has_every_cell(&mut self) -> bool {
        let (columns, found) = (self.columns.len(), self.records.ends().len());
        let is_empty = |index| self.records.field(index).trim_ascii().is_empty();
        if found == columns {
            // Where rows end in a delimiter, an empty last cell is none.
            return !(self.layout.has_trailing_delimiters() && is_empty(columns - 1));
        }
        if found < columns || found > self.layout.maximum_cells() {
            return false;
        }
        let beyond = (columns..found).find(|&index| !is_empty(index));
        if beyond.is_some_and(|index| index < self.layout.header_cells) {
            self.beyond.get_or_insert(self.records.record_line());
        }
        beyond.is_none_or(|index| index < self.layout.header_cells)
    }

    fn push_record(&mut self, cells: &mut TextCells) {
        let (line, is_plain) = (self.records.record_line(), self.records.is_plain());
        let ends = &self.records.ends()[..self.columns.len()];
        if let Ok(text) = std::str::from_utf8(&self.records.record()[..ends[ends.len() - 1]]) {
            cells.push(line, text, ends, is_plain);
            return;
        }
        let (mut joined, mut ends) = (String::new(), Vec::new());
        for index in 0..self.columns.len() {
            if index > 0 {
                joined.push(self.layout.delimiter.into());
            }
            self.push_field(index, &mut joined);
            ends.push(joined.len());
        }
        cells.push(line, &joined, &ends, is_plain);
    }

    /// Appends the text of a field of the record.
    fn push_field(&mut self, index: usize, joined: &mut String) {
        let (text, is_windows_1252) = charset::text(self.records.field(index));
        joined.push_str(&text);
        if is_windows_1252 && self.windows_1252.is_none() {
            self.windows_1252 = Some(Windows1252 { line: self.records.record_line(), text: text.into_owned() });
        }
    }

    /// What a person should know about how the text was read so far.
    pub(super) fn notices(&self) -> Vec<String> {
        let title = |(line, text): &(u64, String)| {
            format!("line {line} is a title, not the names of the columns, and is passed over: {:?}", shown(text))
        };
        let mut notices: Vec<String> = self.layout.titles.iter().map(title).collect();
        if let Some(Windows1252 { line, text }) = &self.windows_1252 {
            notices.push(format!(
                "the text is not UTF-8 and is read as Windows-1252, first in line {line}: {:?}; if letters are wrong, save the file as UTF-8",
                shown(text)
            ));
        }
        if let Some(line) = self.beyond {
            notices.push(format!("values behind the last named column are passed over, first in line {line}"));
        }
        if self.records.source().is_damaged() {
            notices.push("some of the text is no UTF-16 and is read as \u{fffd}; save the file as UTF-8".into());
        }
        notices
    }

    /// Bytes of the file split into rows so far.
    pub(super) fn consumed(&self) -> u64 {
        self.records.source().file_bytes(self.records.consumed())
    }

    pub(super) fn sha256(&mut self) -> Result<String, TableError> {
        self.records.source_mut().sha256().map_err(|error| TableError::io(&self.file, &error))
    }
}

/// The beginning of a text.
fn shown(text: &str) -> String {
    text.trim().chars().take(SHOWN_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};

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
            (b"a,b\n1,2\n3,\"open\n4,5\n", TableRule::ClosedQuotes, 3, "never closed"),
            (b"a,b\n1,2\n\"x\ny\",\"open", TableRule::ClosedQuotes, 4, "never closed"),
            (open.as_bytes(), TableRule::ClosedQuotes, 3, "never closed"),
        ] {
            let error = refusal(bytes);
            assert!(error.rule == rule && error.line == Some(line) && error.message.contains(part), "{error}");
        }
        // The quote is closed, but only beyond the limit.
        assert!(matches!(refusal(&long).rule, TableRule::ClosedQuotes | TableRule::RecordLength));
    }

    /// The rows, and the notices after the last of them.
    fn read_with_notices(bytes: impl AsRef<[u8]>) -> (Vec<(u64, Vec<String>)>, Vec<String>) {
        let mut source = Source::from_bytes("t.csv", bytes.as_ref().to_vec()).unwrap();
        let rows = rows(&mut source).unwrap();
        (rows, source.notices())
    }

    #[test]
    fn windows_1252_is_read_with_a_notice() {
        let (rows, notices) = read_with_notices(b"a,gr\xf6\xdfe\n1,\x80 5\n\xfc,\"\x93a\x94,b\"\n");
        assert_eq!(rows, [row(2, &["1", "€ 5"]), row(3, &["ü", "“a”,b"])]);
        assert_eq!(notices.len(), 1);
        let parts = ["not UTF-8 and is read as Windows-1252, first in line 1: \"größe\"", "save the file as UTF-8"];
        assert!(parts.iter().all(|part| notices[0].contains(part)), "{notices:?}");
        let source = Source::from_bytes("t.csv", b"a,gr\xf6\xdfe\n1,2\n".to_vec()).unwrap();
        assert_eq!(source.columns(), ["a", "größe"]);
        assert_eq!(source.notices().len(), 1);
        assert!(read_with_notices("a,größe\n1,é\n").1.is_empty());
    }

    #[test]
    fn each_cell_that_is_not_utf8_is_windows_1252() {
        // Behind 64 KB of UTF-8, and beside it.
        let mut bytes = b"a,b\n".to_vec();
        bytes.extend_from_slice("é,2\n".repeat(30_000).as_bytes());
        bytes.extend_from_slice(b"\xe9,\xc3\xa9\n");
        let (rows, notices) = read_with_notices(&bytes);
        assert_eq!(rows[29_999], row(30_001, &["é", "2"]));
        assert_eq!(rows[30_000], row(30_002, &["é", "é"]));
        assert!(notices[0].contains("first in line 30002: \"é\""), "{notices:?}");
        // The bytes of one UTF-8 character in two cells are two characters.
        assert_eq!(read_with_notices(b"a,b\n\xc3,\xa9\n").0, [row(2, &["Ã", "©"])]);
    }

    #[test]
    fn utf16_is_read_silently() {
        let text = "name,größe,€\r\n\"two\nlines\",𝄞,3\r\n".to_owned() + &"李,5,ß\r\n".repeat(50_000);
        let expected = read_with_notices(&text).0;
        assert_eq!((expected.len(), &expected[50_000]), (50_001, &row(50_003, &["李", "5", "ß"])));
        for mark in ["\u{feff}", ""] {
            for little_endian in [true, false] {
                let units = mark.encode_utf16().chain(text.encode_utf16());
                let bytes: Vec<u8> = units
                    .flat_map(|unit| if little_endian { unit.to_le_bytes() } else { unit.to_be_bytes() })
                    .collect();
                let mut source = Source::from_bytes("t.csv", bytes.clone()).unwrap();
                assert_eq!(source.columns(), ["name", "größe", "€"]);
                assert_eq!(&self::rows(&mut source).unwrap(), &expected);
                assert!(source.notices().is_empty());
                assert_eq!(source.progress(), (bytes.len() as u64, bytes.len() as u64));
                assert_eq!(source.sha256().unwrap(), Some(hex::encode(Sha256::digest(&bytes))));
            }
        }
    }

    #[test]
    fn damaged_utf16_is_noticed() {
        // Half a pair, and half a unit at the end.
        let units = "\u{feff}a,b\n1,2\n".encode_utf16().chain([0xd834]).chain(",4\n5,6".encode_utf16());
        let mut bytes: Vec<u8> = units.flat_map(u16::to_le_bytes).collect();
        bytes.push(b'7');
        let (rows, notices) = read_with_notices(&bytes);
        assert_eq!(rows[1..], [row(3, &["\u{fffd}", "4"]), row(4, &["5", "6\u{fffd}"])]);
        assert!(notices.len() == 1 && notices[0].contains("no UTF-16"), "{notices:?}");
    }
}
