//! Delimited text as batches: the header, the cells of every row, and their encoding.

use std::path::{Path, PathBuf};

use super::batch::{BATCH_ROWS, Batch, Cells};
use super::charset;
use super::error::{TableError, TableRule};
use super::layout::Layout;
use super::options::BrokenLines;
use super::records::Records;
use super::text_bytes::TextBytes;
use super::text_cells::TextCells;

/// A batch is closed early at this many bytes of text, so that memory stays bounded with rows of
/// any length.
pub(super) const BATCH_TEXT: usize = 16 * 1024 * 1024;

/// Broken lines that an error lists.
const SHOWN_LINES: usize = 5;
/// Characters of a cell that a notice shows.
const SHOWN_TEXT: usize = 40;

/// A delimited text file behind its header.
pub(super) struct TextReader {
    file: PathBuf,
    layout: Layout,
    records: Records<TextBytes>,
    pub(super) columns: Vec<String>,
    header_line: u64,
    broken_lines: BrokenLines,
    broken: BrokenCount,
    is_first_batch: bool,
    /// What a person should know about how the text was read so far.
    pub(super) notices: Vec<String>,
    /// Whether a cell was not UTF-8.
    has_windows_1252: bool,
    /// Whether there was a value behind the last column.
    has_beyond: bool,
    blank: BlankRows,
}

/// Rows without a value, which are passed over: table programs write them below a table and between
/// its parts.
#[derive(Default)]
pub(super) struct BlankRows {
    count: u64,
    first: u64,
}

impl BlankRows {
    pub(super) fn add(&mut self, rows: u64, first: u64) {
        if self.count == 0 {
            self.first = first;
        }
        self.count += rows;
    }

    /// What is said of them; `line` is the word for a place in the file.
    pub(super) fn notice(&self, line: &str) -> Option<String> {
        match self.count {
            0 => None,
            1 => Some(format!("a row without any value is passed over, {line} {}", self.first)),
            count => Some(format!("{count} rows without any value are passed over, first {line} {}", self.first)),
        }
    }
}

/// Lines that are no rows.
#[derive(Default)]
struct BrokenCount {
    count: u64,
    /// The first of them, with their problems.
    first: Vec<(u64, String)>,
}

impl BrokenCount {
    fn add(&mut self, line: u64, problem: String) {
        self.count += 1;
        if self.first.len() < SHOWN_LINES {
            self.first.push((line, problem));
        }
    }

    /// The first lines, each on a line of its own.
    fn list(&self) -> String {
        let mut list: String = self.first.iter().map(|(line, problem)| format!("\n  line {line}: {problem}")).collect();
        if self.count as usize > self.first.len() {
            list += "\n  …";
        }
        list
    }
}

impl TextReader {
    /// Reads the header.
    pub(super) fn open(
        path: &Path,
        bytes: TextBytes,
        layout: Layout,
        broken_lines: BrokenLines,
    ) -> Result<TextReader, TableError> {
        let title = |(line, text): &(u64, String)| {
            format!("line {line} is a title, not the names of the columns, and is passed over: {:?}", shown(text))
        };
        let mut reader = TextReader {
            file: path.into(),
            records: Records::new(path, bytes, layout.delimiter),
            notices: layout.titles.iter().map(title).collect(),
            layout,
            columns: Vec::new(),
            header_line: 0,
            broken_lines,
            broken: BrokenCount::default(),
            is_first_batch: true,
            has_windows_1252: false,
            has_beyond: false,
            blank: BlankRows::default(),
        };
        for _ in 0..reader.layout.before_header {
            reader.records.advance()?;
        }
        if !reader.records.advance()? {
            return Err(TableError::new(path, TableRule::NotEmpty, "the file has only empty lines"));
        }
        if reader.records.has_stray_text() {
            let message = "a quote in the header is open over several lines and text follows it; close it";
            let error = TableError::new(path, TableRule::ClosedQuotes, message);
            return Err(error.at_line(reader.records.record_line()));
        }
        let cells = reader.records.ends().len();
        let mut names = Vec::new();
        for index in 0..if reader.layout.columns == 0 { cells } else { reader.layout.columns } {
            let mut name = String::new();
            reader.push_field(index, &mut name);
            names.push(name.trim().to_owned());
        }
        reader.header_line = reader.records.record_line();
        reader.columns = super::header::check(path, reader.header_line, names)?;
        Ok(reader)
    }

    pub(super) fn delimiter(&self) -> u8 {
        self.layout.delimiter
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, TableError> {
        loop {
            let mut cells = TextCells::new(self.columns.len(), self.layout.delimiter);
            let (before, mut rows) = (self.broken.count, 0);
            while rows < BATCH_ROWS && cells.bytes() < BATCH_TEXT && self.records.advance()? {
                if self.is_blank() {
                    self.blank.add(1, self.records.record_line());
                    continue;
                }
                if self.has_every_cell() {
                    self.push_record(&mut cells);
                } else {
                    self.push_broken(&mut cells);
                }
                rows += 1;
            }
            let broken = (self.broken.count - before) as usize;
            if std::mem::take(&mut self.is_first_batch) && broken * 10 > rows && (broken > 10 || broken * 2 > rows) {
                return Err(self.wrong_layout(broken, rows));
            }
            if rows == 0 {
                return self.end().map(|()| None);
            }
            // A batch of broken lines alone, none of which is kept, is not the end.
            if cells.rows() > 0 {
                return Ok(Some(Batch { cells: Cells::Text(cells) }));
            }
        }
    }

    /// The error for a file most of whose first lines do not fit the header.
    fn wrong_layout(&self, broken: usize, rows: usize) -> TableError {
        let message = format!(
            "{broken} of the first {rows} lines do not have the {} cells of the header:{}\nis the delimiter {:?} right, and does line {} name the columns?",
            self.columns.len(),
            self.broken.list(),
            char::from(self.layout.delimiter),
            self.header_line
        );
        TableError::new(&self.file, TableRule::Delimiter, message)
    }

    /// Refuses broken lines if they are refused, and notes what is known at the end of the text.
    fn end(&mut self) -> Result<(), TableError> {
        if self.records.source().is_damaged() {
            self.notices.push("some of the text is no UTF-16 and is read as \u{fffd}; save the file as UTF-8".into());
        }
        self.notices.extend(self.blank.notice("line"));
        let BrokenCount { count, first } = &self.broken;
        match (self.broken_lines, first.as_slice()) {
            (BrokenLines::Skip, [(line, problem), ..]) => {
                self.notices.push(match count {
                    1 => format!("a broken line is left out, line {line}: {problem}"),
                    _ => format!("{count} broken lines are left out, first line {line}: {problem}"),
                });
                Ok(())
            }
            (BrokenLines::Refuse, [(line, problem)]) => {
                let message = format!("{problem}; correct the line, or skip broken lines");
                Err(TableError::new(&self.file, TableRule::EvenRows, message).at_line(*line))
            }
            (BrokenLines::Refuse, [_, ..]) => {
                let list = self.broken.list();
                let message = format!("{count} lines are broken; correct them, or skip broken lines:{list}");
                Err(TableError::new(&self.file, TableRule::EvenRows, message))
            }
            _ => Ok(()),
        }
    }

    /// Counts the record as broken, and keeps its cells where they are wanted: those that it has in
    /// the columns of the table.
    fn push_broken(&mut self, cells: &mut TextCells) {
        let (line, columns, found) = (self.records.record_line(), self.columns.len(), self.records.ends().len());
        let mut problem = String::new();
        if self.swallows_lines() {
            self.records.cut_to_first_line();
            problem.push_str("a quote opens here and is closed on another line, behind other rows");
        } else if self.records.has_stray_text() {
            let lines = self.records.line_count();
            problem = format!("a quote is open for {lines} lines and text follows it");
        } else {
            problem = format!("the number of cells is {found}, but the header has {columns}");
            let beyond = if found > columns { charset::text(self.records.field(columns)).0 } else { "".into() };
            if !beyond.trim().is_empty() {
                problem += &format!(" (beyond the last column: {:?})", shown(&beyond));
            }
            if self.records.line_count() > 1 {
                problem += &format!("; the row goes on for {} lines: is a quote open?", self.records.line_count());
            }
        }
        if self.broken_lines == BrokenLines::Keep {
            self.push_cells(cells, false);
            cells.break_last(problem.clone());
        }
        self.broken.add(line, problem);
    }

    /// Whether a quote of the record is open over other rows: a later line is a row by itself.
    fn swallows_lines(&self) -> bool {
        let cells = self.columns.len()..=self.layout.maximum_cells().max(self.columns.len());
        let is_row = |line: &[u8]| {
            let mut own = Records::new(&self.file, line, self.layout.delimiter);
            matches!(own.advance(), Ok(true)) && cells.contains(&own.ends().len())
        };
        self.records.line_count() > 1 && self.records.later_lines().any(is_row)
    }

    /// Whether no cell of the record has a value. The first cell of most records shows that it has.
    fn is_blank(&self) -> bool {
        (0..self.records.ends().len()).all(|cell| self.records.field(cell).trim_ascii().is_empty())
    }

    /// Whether the record has a cell in each column, and nothing behind the last one.
    fn has_every_cell(&mut self) -> bool {
        let (columns, found) = (self.columns.len(), self.records.ends().len());
        if self.records.has_stray_text() {
            return false;
        }
        let is_empty = |index| self.records.field(index).trim_ascii().is_empty();
        if found == columns {
            // Where rows end in a delimiter, an empty last cell is none.
            return !(self.layout.has_trailing_delimiters() && is_empty(columns - 1));
        }
        if found < columns || found > self.layout.maximum_cells() {
            return false;
        }
        let beyond = (columns..found).find(|&index| !is_empty(index));
        let is_sound = beyond.is_none_or(|index| index < self.layout.header_cells);
        if beyond.is_some() && is_sound && !std::mem::replace(&mut self.has_beyond, true) {
            let line = self.records.record_line();
            self.notices.push(format!("values behind the last named column are passed over, first in line {line}"));
        }
        is_sound
    }

    fn push_record(&mut self, cells: &mut TextCells) {
        let (line, is_plain) = (self.records.record_line(), self.records.is_plain());
        let ends = &self.records.ends()[..self.columns.len()];
        if let Ok(text) = std::str::from_utf8(&self.records.record()[..ends[ends.len() - 1]]) {
            cells.push(line, text, ends, is_plain);
            return;
        }
        self.push_cells(cells, is_plain);
    }

    /// Decodes the cells of the record one by one. A cell that it lacks is empty.
    fn push_cells(&mut self, cells: &mut TextCells, is_plain: bool) {
        let (mut joined, mut ends) = (String::new(), Vec::new());
        for index in 0..self.columns.len() {
            if index > 0 {
                joined.push(self.layout.delimiter.into());
            }
            if index < self.records.ends().len() {
                self.push_field(index, &mut joined);
            }
            ends.push(joined.len());
        }
        cells.push(self.records.record_line(), &joined, &ends, is_plain);
    }

    /// Appends the text of a field of the record.
    fn push_field(&mut self, index: usize, joined: &mut String) {
        let (text, is_windows_1252) = charset::text(self.records.field(index));
        joined.push_str(&text);
        if is_windows_1252 && !std::mem::replace(&mut self.has_windows_1252, true) {
            let line = self.records.record_line();
            self.notices.push(format!(
                "the text is not UTF-8 and is read as Windows-1252, first in line {line}: {:?}; if letters are wrong, save the file as UTF-8",
                shown(&text)
            ));
        }
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
pub(super) fn shown(text: &str) -> String {
    text.trim().chars().take(SHOWN_TEXT).collect()
}

#[cfg(test)]
mod tests {
    use sha2::{Digest, Sha256};
    use tenure::customer::Value;

    use super::super::fixtures::{file, refusal, rows};
    use super::super::{Format, MAXIMUM_RECORD, ReadOptions, Source};
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
            (b"a,b\r\n1,2\r\n3,4,5\r\n", TableRule::EvenRows, 3, "has 2 (beyond the last column: \"5\")"),
            (b"a,b\n1,2\n3,\"4\n5,6\n7\",8\n", TableRule::EvenRows, 3, "a quote opens here and is closed on another"),
            (b"a,b\n1,2\n3,\"4\n5,6\n7,\"8\"\n", TableRule::EvenRows, 3, "a quote opens here and is closed on another"),
            (b"a,b,c\n1,2,3\n4,\"two\nlines\"\n", TableRule::EvenRows, 3, "goes on for 2 lines: is a quote open?"),
            (b"a,b,c\n1,2,3\n4,\"two\nlines\"x,5\n", TableRule::EvenRows, 3, "open for 2 lines and text follows"),
            (b"\"a\nb\"c,d\n1,2\n", TableRule::ClosedQuotes, 1, "in the header"),
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

    fn read_as(broken_lines: BrokenLines, text: &str) -> Result<(Vec<Batch>, Vec<String>), TableError> {
        let options = ReadOptions { broken_lines, ..ReadOptions::default() };
        let mut source = Source::from_bytes_with("t.csv", text.as_bytes().to_vec(), &options)?;
        let batches = source.by_ref().collect::<Result<_, _>>()?;
        Ok((batches, source.notices()))
    }

    #[test]
    fn broken_lines_keep_their_place_are_left_out_or_refused() {
        // Too many cells, too few, and a quote that swallows two rows.
        let rows = "1,a\n".repeat(20);
        let text = format!("n,t\n{rows}2,b,c\n3\n4,\"d\n5,e\n6,\"f\"\n7,é\n{rows}");
        let (batches, notices) = read_as(BrokenLines::Keep, &text).unwrap();
        let [batch] = &batches[..] else { panic!() };
        assert_eq!((batch.rows(), notices.len()), (46, 0));
        let broken: Vec<_> = (0..46).filter_map(|row| Some((batch.line(row), batch.broken(row)?))).collect();
        let quote = "a quote opens here and is closed on another line, behind other rows";
        let beyond = "the number of cells is 3, but the header has 2 (beyond the last column: \"c\")";
        assert_eq!(broken, [(22, beyond), (23, "the number of cells is 1, but the header has 2"), (24, quote)]);
        let texts = |row| [batch.text(row, 0), batch.text(row, 1)];
        assert_eq!([texts(20), texts(21), texts(22)], [["", ""]; 3]);
        assert_eq!([texts(23), texts(24), texts(25)], [["5", "e"], ["6", "f"], ["7", "é"]]);
        let mut absent = Vec::new();
        batch.for_each_value(1, |value| absent.push(value == Value::Absent));
        assert!((0..46).all(|row| absent[row] == batch.broken(row).is_some()));

        let (batches, notices) = read_as(BrokenLines::Skip, &text).unwrap();
        let lines: Vec<_> = (0..43).map(|row| batches[0].line(row)).collect();
        assert!(batches[0].rows() == 43 && lines[19..22] == [21, 25, 26], "{lines:?}");
        assert_eq!(notices, [format!("3 broken lines are left out, first line 22: {beyond}")]);

        let error = read_as(BrokenLines::Refuse, &text).unwrap_err();
        assert_eq!((error.rule, error.line), (TableRule::EvenRows, None));
        let lines: Vec<_> = error.message.lines().collect();
        assert_eq!((lines.len(), lines[0]), (4, "3 lines are broken; correct them, or skip broken lines:"));
        assert_eq!(lines[3], format!("  line 24: {quote}"));
    }

    #[test]
    fn broken_lines_are_counted_over_all_batches() {
        let text = format!("n,t\n{}{}1,a\n", "1,a\n".repeat(5000), "broken\n".repeat(9000));
        let (batches, _) = read_as(BrokenLines::Keep, &text).unwrap();
        assert_eq!(batches.iter().map(Batch::rows).sum::<usize>(), 14_001);
        let (batches, notices) = read_as(BrokenLines::Skip, &text).unwrap();
        assert_eq!(batches.iter().map(Batch::rows).sum::<usize>(), 5001);
        assert!(notices[0].starts_with("9000 broken lines are left out, first line 5002: "), "{notices:?}");
        let error = read_as(BrokenLines::Refuse, &text).unwrap_err();
        assert!(error.message.starts_with("9000 lines are broken; ") && error.message.ends_with("\n  …"), "{error}");
    }

    #[test]
    fn many_broken_lines_at_the_beginning_are_a_wrong_delimiter() {
        for lines in [BrokenLines::Keep, BrokenLines::Skip, BrokenLines::Refuse] {
            let error = read_as(lines, "title, of two cells\na,b,c\n1,2,3\n").unwrap_err();
            assert_eq!(error.rule, TableRule::Delimiter);
            for part in ["2 of the first 2 lines", "the 2 cells of", "line 2: ", "',' right", "does line 1 name"] {
                assert!(error.message.contains(part), "{error}");
            }
            let text = format!("a,b\n{}{}", "1,2\n".repeat(80), "1\n".repeat(11));
            assert_eq!(read_as(lines, &text).unwrap_err().rule, TableRule::Delimiter);
        }
        // Few broken lines in a short table are lines that are broken.
        let text = format!("a,b\n{}{}", "1,2\n".repeat(6), "1\n".repeat(6));
        assert!(read_as(BrokenLines::Keep, &text).is_ok());
    }

    /// The rows, and the notices after the last of them.
    fn read_with_notices(bytes: impl AsRef<[u8]>) -> (Vec<(u64, Vec<String>)>, Vec<String>) {
        let mut source = Source::from_bytes("t.csv", bytes.as_ref().to_vec()).unwrap();
        let rows = rows(&mut source).unwrap();
        (rows, source.notices())
    }

    #[test]
    fn rows_without_any_value_are_passed_over_with_a_notice() {
        let (rows, notices) = read_with_notices("a,b\n1,2\n,\n \t,\"\"\n,,,\n3,\n,4\n,\n");
        assert_eq!(rows, [row(2, &["1", "2"]), row(6, &["3", ""]), row(7, &["", "4"])]);
        assert_eq!(notices, ["4 rows without any value are passed over, first line 3"]);
        let (rows, notices) = read_with_notices("a\tb\n1\t2\n\t\n3\t4\n");
        assert_eq!(rows, [row(2, &["1", "2"]), row(4, &["3", "4"])]);
        assert_eq!(notices, ["a row without any value is passed over, line 3"]);
        assert_eq!(read_as(BrokenLines::Keep, "a,b\n,\n,\n").unwrap_err().rule, TableRule::Rows);
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
