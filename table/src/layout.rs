//! How a text file is laid out, judged by its beginning: the delimiter, the lines before the
//! header, and the empty cells behind the last column.

use std::path::Path;

use super::charset;
use super::records::{BYTE_ORDER_MARK, Records};

/// The delimiters that are tried; the first of those that split the rows equally well is taken.
const DELIMITERS: [u8; 4] = [b',', b';', b'\t', b'|'];
/// Rows looked at.
const ROWS: usize = 1000;
/// Lines before the header, at most.
const TITLES: usize = 8;

/// Where the cells of a text file are.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Layout {
    pub(super) delimiter: u8,
    /// Records before the header: a line `sep=;`, and titles.
    pub(super) before_header: usize,
    /// Lines and texts of the titles.
    pub(super) titles: Vec<(u64, String)>,
    /// Columns of the table; 0 where there is no header.
    pub(super) columns: usize,
    /// Cells of the header. Columns behind the last name are no columns of the table if they are
    /// empty.
    pub(super) header_cells: usize,
    /// Cells of nearly every row; more than `columns` if rows end in delimiters, behind which
    /// nothing stands.
    pub(super) row_cells: usize,
}

impl Layout {
    /// The layout in which the first rows fit their header best. `sample` is the beginning of the
    /// file, `is_whole` whether it is all of it.
    pub(super) fn detect(path: &Path, sample: &[u8], is_whole: bool) -> Layout {
        let separator = separator(sample);
        let mut best = Candidate::default();
        best.layout.delimiter = separator.unwrap_or(DELIMITERS[0]);
        best.layout.before_header = usize::from(separator.is_some());
        // What the line `sep=;` says holds, unless it splits nothing.
        for delimiters in [separator.as_slice(), &DELIMITERS] {
            for &delimiter in delimiters {
                let rows = Row::read(path, sample, is_whole, delimiter);
                if let Some(candidate) = Candidate::new(&rows, delimiter, usize::from(separator.is_some()))
                    && candidate.rank() > best.rank()
                {
                    best = candidate;
                }
            }
            if best.layout.columns > 0 {
                break;
            }
        }
        best.layout
    }

    /// Whether rows end in more delimiters than they have columns.
    pub(super) fn has_trailing_delimiters(&self) -> bool {
        self.row_cells > self.columns
    }

    /// Cells that a row may have, if those behind the last column are empty.
    pub(super) fn maximum_cells(&self) -> usize {
        self.row_cells.max(self.header_cells)
    }

    fn fits(&self, row: &Row) -> bool {
        (self.columns..=self.maximum_cells()).contains(&row.cells) && row.used <= self.columns
    }
}

/// The delimiter of a first line such as `sep=;`, which Excel reads.
fn separator(sample: &[u8]) -> Option<u8> {
    let text = sample.strip_prefix(BYTE_ORDER_MARK).unwrap_or(sample);
    let line = text.split(|&byte| byte == b'\n').next()?;
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    let line = line.strip_prefix(b"\"").and_then(|line| line.strip_suffix(b"\"")).unwrap_or(line);
    match line {
        [b's' | b'S', b'e' | b'E', b'p' | b'P', b'=', delimiter]
            if delimiter.is_ascii() && !delimiter.is_ascii_alphanumeric() && *delimiter != b'"' =>
        {
            Some(*delimiter)
        }
        _ => None,
    }
}

/// A layout, and how well the rows fit it.
#[derive(Default)]
struct Candidate {
    layout: Layout,
    /// Share of the rows, the header among them, that fit.
    share: f64,
}

impl Candidate {
    /// The layout with this delimiter; none where it does not split the header.
    fn new(rows: &[Row], delimiter: u8, skipped: usize) -> Option<Candidate> {
        let rows = rows.get(skipped..)?;
        let titles = titles(rows);
        let (header, body) = rows[titles..].split_first().filter(|(header, _)| header.cells > 1)?;
        let title = |row: &Row| (row.line, row.first_cells[0].clone());
        let layout = Layout {
            delimiter,
            before_header: skipped + titles,
            titles: rows[..titles].iter().map(title).collect(),
            ..columns(header, body)
        };
        let fit = body.iter().filter(|row| layout.fits(row)).count();
        Some(Candidate { share: (fit + 1) as f64 / (body.len() + 1) as f64, layout })
    }

    /// Larger is better. A file without titles is likelier than one with.
    fn rank(&self) -> (f64, bool, usize) {
        (self.share, self.layout.titles.is_empty(), self.layout.header_cells)
    }
}

/// The columns of the table under a header, and the empty cells behind them.
fn columns(header: &Row, body: &[Row]) -> Layout {
    let cells = header.cells;
    let layout = |columns, row_cells| Layout { columns, header_cells: cells, row_cells, ..Layout::default() };
    let mut lengths: Vec<usize> = body.iter().map(|row| row.cells).collect();
    lengths.sort_unstable();
    // The median is the length of nearly all rows, if there is one.
    let length = lengths.get(lengths.len() / 2).copied().unwrap_or(cells);
    if (1..cells).contains(&header.used) && body.iter().all(|row| row.used <= header.used) {
        return layout(header.used, length);
    }
    // One cell too many in some rows is an error of theirs; in nearly all rows, and empty, it is a
    // habit of the program that wrote them.
    let trailing = body.iter().filter(|row| row.cells == length && row.used <= cells).count();
    if length > cells && header.used == cells && trailing * 10 >= body.len() * 9 {
        return layout(cells, length);
    }
    layout(cells, cells)
}

/// How many rows before the header are titles: one text, over a header of several names, over rows
/// that fit it.
fn titles(rows: &[Row]) -> usize {
    let is_title = |row: &&Row| row.filled == 1 && !row.first_cells.is_empty() && !row.first_cells[0].is_empty();
    let titles = rows.iter().take(TITLES + 1).take_while(is_title).count();
    if titles == 0 {
        return 0;
    }
    let Some((header, body)) = rows.get(titles..).and_then(<[Row]>::split_first) else { return 0 };
    let names = &header.first_cells[..header.used];
    let is_name = |name: &String| !name.is_empty() && name.parse::<f64>().is_err();
    let mut different: Vec<&String> = names.iter().collect();
    different.sort_unstable();
    different.dedup();
    // A table program pads a title to the width of the table.
    let is_padded = rows[..titles].iter().any(|row| row.cells > 1);
    let lengths_agree = rows[..titles].iter().all(|row| row.cells <= header.cells);
    let are_names =
        names.len() >= if is_padded { 3 } else { 2 } && names.iter().all(is_name) && different.len() == names.len();
    let layout = columns(header, body);
    let misfits = body.iter().filter(|row| !layout.fits(row)).count();
    if lengths_agree && are_names && !body.is_empty() && misfits * 10 <= body.len() { titles } else { 0 }
}

/// What the layout depends on of a record.
struct Row {
    line: u64,
    cells: usize,
    /// Cells up to the last one that is not empty.
    used: usize,
    /// Cells that are not empty.
    filled: usize,
    /// The trimmed texts of the cells, for rows that may stand before the first row of the body.
    first_cells: Vec<String>,
}

impl Row {
    fn read(path: &Path, sample: &[u8], is_whole: bool, delimiter: u8) -> Vec<Row> {
        let mut records = Records::new(path, sample, delimiter);
        let mut rows: Vec<Row> = Vec::new();
        while rows.len() < ROWS && matches!(records.advance(), Ok(true)) {
            let cells = records.ends().len();
            let is_filled = |index: &usize| !records.field(*index).trim_ascii().is_empty();
            let text = |index| charset::text(records.field(index)).0.trim().to_owned();
            rows.push(Row {
                line: records.record_line(),
                cells,
                used: (0..cells).rfind(is_filled).map_or(0, |last| last + 1),
                filled: (0..cells).filter(is_filled).count(),
                first_cells: if rows.len() <= TITLES + 1 { (0..cells).map(text).collect() } else { Vec::new() },
            });
        }
        // The sample may cut its last row.
        if !is_whole && rows.len() > 1 && rows.len() < ROWS {
            rows.pop();
        }
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixtures::{refusal, rows};
    use super::super::{Format, Source, TableRule};

    type Row = (u64, Vec<String>);

    /// Delimiter, columns, rows and notices of a table.
    fn read(text: &str) -> (char, Vec<String>, Vec<Row>, Vec<String>) {
        let mut source = Source::from_bytes("t.csv", text.as_bytes().to_vec()).unwrap();
        let rows = rows(&mut source).unwrap();
        let Format::Text { delimiter } = source.format() else { panic!() };
        (delimiter, source.columns().to_vec(), rows, source.notices())
    }

    fn row(line: u64, cells: &[&str]) -> Row {
        (line, cells.iter().map(|&cell| cell.into()).collect())
    }

    #[test]
    fn a_separator_line_is_no_header() {
        for (line, delimiter) in [
            ("sep=;\r\n", ';'),
            ("\u{feff}SEP=,\n", ','),
            ("\"sep=|\"\n", '|'),
            ("sep=\t\n", '\t'),
            ("sep=^\n\n", '^'),
            ("sep=:\n", ':'),
        ] {
            let text = format!("{line}{}", "a,b c\n1_5,2\n3,\"x y\"\n".replace(',', &delimiter.to_string()));
            let (found, columns, rows, notices) = read(&text);
            assert_eq!((found, columns.len(), notices.len()), (delimiter, 2, 0), "{text}");
            assert_eq!(columns, ["a", "b c"]);
            let lines = 2 + line.matches('\n').count() as u64 - 1;
            assert_eq!(rows[1], row(lines + 2, &["3", "x y"]), "{text}");
        }
        // The line is wrong: nothing is split by it.
        assert_eq!(read("sep=;\na,b\n1,2\n").1, ["a", "b"]);
        // A column of this name.
        assert_eq!(read("sep=x,b\n1,2\n").1, ["sep=x", "b"]);
        assert_eq!(refusal("sep=;\n").rule, TableRule::NotEmpty);
    }

    #[test]
    fn titles_are_passed_over_and_named() {
        let (_, columns, rows, notices) = read("Customers, all of them\n\nname;left\nA;Yes\nB;No\n");
        assert_eq!(columns, ["name", "left"]);
        assert_eq!(rows, [row(4, &["A", "Yes"]), row(5, &["B", "No"])]);
        let title = "line 1 is a title, not the names of the columns, and is passed over: \"Customers, all of them\"";
        assert_eq!(notices, [title]);
        // Several, padded to the width of the table, over rows of which one is broken.
        let body = "1,a,Yes\n".repeat(30);
        let (_, columns, rows, notices) = read(&format!("\"Report\n2024\",,\n2024-01-31,,\nid,plan,left\n{body}"));
        assert_eq!((columns.join(" ").as_str(), rows.len(), notices.len()), ("id plan left", 30, 2));
        assert_eq!(rows[0], row(5, &["1", "a", "Yes"]));
        assert!(notices[1].contains("line 3") && notices[1].contains("\"2024-01-31\""), "{notices:?}");
    }

    #[test]
    fn what_is_no_title_is_not_passed_over() {
        for (text, names) in [
            // The index of a table program, names of empty columns, one column.
            (",a\n0,1\n1,2\n", "column 1,a"),
            ("id,,\n1,a,b\n2,c,d\n", "id,column 2,column 3"),
            ("id,\n1,a\nx,b\n", "id,column 2"),
            ("only\n1\n2\n", "only"),
            ("only\n\"a,b\"\n\"c,d\"\n", "only"),
        ] {
            let (_, columns, _, notices) = read(text);
            assert_eq!((columns.join(",").as_str(), notices.len()), (names, 0), "{text}");
        }
        // Decimal commas under one name, and rows that do not agree.
        assert_eq!(refusal("price\n1,5\n2,5\n").rule, TableRule::Delimiter);
        assert_eq!(refusal("words\na,b\nc\nd,e,f\n").rule, TableRule::Delimiter);
    }

    #[test]
    fn trailing_delimiters_are_forgiven() {
        let body = "1,a,\n,b,\n2,\" \",\n";
        for header in ["n,t", "n,t,"] {
            let (_, columns, rows, notices) = read(&format!("{header}\n{body}"));
            assert_eq!((columns.join(",").as_str(), notices.len()), ("n,t", 0));
            assert_eq!(rows, [row(2, &["1", "a"]), row(3, &["", "b"]), row(4, &["2", ""])]);
        }
        // Names of empty columns, with and without cells under them.
        assert_eq!(read("n;t;;;\n1;a;;;\n2;b;;;\n").1, ["n", "t"]);
        assert_eq!(read("n;t;;\n1;a\n2;b\n").2, [row(2, &["1", "a"]), row(3, &["2", "b"])]);
        assert_eq!(read("n,t\n1,a,,,\n2,b,,,\n").2[1], row(3, &["2", "b"]));
        // A column without a name that has values is a column.
        assert_eq!(read("n,t,\n1,a,x\n2,b,\n").1, ["n", "t", "column 3"]);
    }

    #[test]
    fn a_cell_too_many_in_few_rows_is_not_forgiven() {
        // An unquoted comma moves the cells of its row.
        let error = refusal(format!("n,t,u\n{}1,x,y,\n", "1,a,b\n".repeat(20)));
        assert_eq!((error.rule, error.line), (TableRule::EvenRows, Some(22)));
        // Nor is a value, or a missing cell, where all rows end in a delimiter.
        for (line, broken) in [("1,a,x\n", true), ("1,\n", true), ("1,a\n", false)] {
            let text = format!("n,t\n{}{line}", "1,a,\n".repeat(20));
            let source = Source::from_bytes("t.csv", text.into_bytes()).unwrap();
            assert_eq!(rows(source).is_err(), broken, "{line}");
        }
    }

    #[test]
    fn values_behind_the_last_named_column_are_noticed() {
        let text = format!("n,t,\n{}2,b,a note\n", "1,a,\n".repeat(40_000));
        let (_, columns, rows, notices) = read(&text);
        assert_eq!((columns.len(), rows.len(), &rows[40_000].1), (2, 40_001, &vec!["2".to_owned(), "b".to_owned()]));
        assert_eq!(notices, ["values behind the last named column are passed over, first in line 40002"]);
    }
}
