//! Batches back to a table: the columns that were read as they are, then appended columns. Batches
//! can be encoded side by side; they are written one after another.

mod appended;
#[cfg(feature = "parquet")]
mod parquet;
mod text;

use std::io::Write;
use std::path::PathBuf;

pub use appended::{Appended, AppendedColumn, AppendedKind};

use crate::batch::Batch;
use crate::header::RefusedColumn;
use crate::source::{Format, Source};

/// Why a table cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum WriteError {
    /// The table has columns with the names of appended columns.
    #[error("{}: the table already has columns named `{}`; rename or drop them", file.display(), names.join("`, `"))]
    NamesTaken {
        /// The table that is read.
        file: PathBuf,
        /// The names.
        names: Vec<String>,
    },
    /// The table has columns that no text can hold.
    #[error(
        "{}: these columns cannot be written as text; write .parquet, or drop them:{}",
        file.display(),
        columns.iter().map(|column| format!("\n  `{}` of type {}", column.name, column.kind)).collect::<String>()
    )]
    NotText {
        /// The table that is read.
        file: PathBuf,
        /// The columns.
        columns: Vec<RefusedColumn>,
    },
    /// This format cannot be written: record batches in memory, or Parquet in a build without it.
    #[error("the table can be written as delimited text{}", if cfg!(feature = "parquet") { " or Parquet" } else { "" })]
    Format,
    /// The bytes cannot be written.
    #[error(transparent)]
    Io(#[from] std::io::Error),
    /// The rows cannot be encoded.
    #[cfg(feature = "parquet")]
    #[error(transparent)]
    Parquet(::parquet::errors::ParquetError),
}

#[cfg(feature = "parquet")]
impl From<::parquet::errors::ParquetError> for WriteError {
    fn from(error: ::parquet::errors::ParquetError) -> WriteError {
        use ::parquet::errors::ParquetError::External;
        // The library wraps what the file says.
        match error {
            External(source) => match source.downcast::<std::io::Error>() {
                Ok(source) => WriteError::Io(*source),
                Err(source) => WriteError::Parquet(External(source)),
            },
            error => WriteError::Parquet(error),
        }
    }
}

/// The columns of a table to write.
#[derive(Clone, Debug)]
pub struct OutputTable {
    names: Vec<String>,
    /// Columns that come from the source.
    columns: usize,
    encoding: Encoding,
}

#[derive(Clone, Debug)]
enum Encoding {
    Text {
        delimiter: u8,
        /// Whether the table's own texts are made safe for spreadsheets as well.
        all_safe: bool,
    },
    #[cfg(feature = "parquet")]
    Parquet(parquet::ParquetOutput),
}

/// Rows of the table to write, encoded.
#[derive(Clone, Debug)]
pub enum EncodedRows {
    /// Lines.
    Text(Vec<u8>),
    /// Arrays.
    #[cfg(feature = "parquet")]
    Arrow(arrow_array::RecordBatch),
}

impl OutputTable {
    /// The table of a source's columns and the appended ones. The source reads all its columns from
    /// here on, so this comes before its first batch. From Parquet to Parquet columns keep their
    /// types, whatever these are.
    pub fn new(source: &mut Source, format: Format, appended: &[AppendedColumn]) -> Result<OutputTable, WriteError> {
        let file = || source.path().to_owned();
        let appended_names = || appended.iter().map(|column| &column.name);
        let names: Vec<String> = appended_names().filter(|name| source.columns().contains(name)).cloned().collect();
        if !names.is_empty() {
            return Err(WriteError::NamesTaken { file: file(), names });
        }
        let encoding = match format {
            Format::Text { .. } if !source.refused().is_empty() => {
                return Err(WriteError::NotText { file: file(), columns: source.refused().to_vec() });
            }
            Format::Text { delimiter } => Encoding::Text { delimiter: delimiter as u8, all_safe: false },
            #[cfg(feature = "parquet")]
            Format::Parquet => Encoding::Parquet(parquet::ParquetOutput::new(source, appended)),
            _ => return Err(WriteError::Format),
        };
        let names = source.columns().iter().chain(appended_names()).cloned().collect();
        let columns = source.columns().len();
        source.select(&(0..columns).collect::<Vec<_>>());
        Ok(OutputTable { names, columns, encoding })
    }

    /// Makes the table's own cells safe for spreadsheets, as the appended ones are: in delimited text,
    /// one that begins with `=`, `+`, `-`, `@`, a tab or a carriage return, and is no number, gets an
    /// apostrophe before it.
    pub fn make_safe_for_spreadsheets(&mut self) {
        match &mut self.encoding {
            Encoding::Text { all_safe, .. } => *all_safe = true,
            #[cfg(feature = "parquet")]
            Encoding::Parquet(_) => {}
        }
    }

    /// Encodes a batch of the source with the cells of the appended columns, in their order.
    ///
    /// # Panics
    ///
    /// If an appended column has fewer rows than the batch.
    pub fn encode(&self, batch: &Batch, appended: &[Appended]) -> Result<EncodedRows, WriteError> {
        match &self.encoding {
            Encoding::Text { delimiter, all_safe } => {
                Ok(EncodedRows::Text(text::encode(batch, self.columns, appended, *delimiter, *all_safe)))
            }
            #[cfg(feature = "parquet")]
            Encoding::Parquet(output) => {
                let rows = parquet::encode(batch, self.columns, appended, &output.schema);
                Ok(EncodedRows::Arrow(rows.map_err(::parquet::errors::ParquetError::from)?))
            }
        }
    }

    /// The types of the columns, where it is written as Parquet: those of encoded rows, but for texts
    /// that these may hold as dictionaries.
    #[cfg(feature = "parquet")]
    pub fn arrow_schema(&self) -> Option<arrow_schema::SchemaRef> {
        match &self.encoding {
            Encoding::Text { .. } => None,
            Encoding::Parquet(output) => Some(output.schema.clone()),
        }
    }

    /// Begins the table.
    pub fn writer<W: Write + Send>(&self, mut out: W) -> Result<TableWriter<W>, WriteError> {
        match &self.encoding {
            Encoding::Text { delimiter, .. } => {
                out.write_all(&text::header(self.names.iter().map(String::as_str), *delimiter))?;
                Ok(TableWriter { kind: WriterKind::Text(out) })
            }
            #[cfg(feature = "parquet")]
            Encoding::Parquet(output) => {
                Ok(TableWriter { kind: WriterKind::Parquet(Box::new(parquet::writer(out, output)?)) })
            }
        }
    }
}

/// A table under way.
pub struct TableWriter<W: Write + Send> {
    kind: WriterKind<W>,
}

enum WriterKind<W: Write + Send> {
    Text(W),
    #[cfg(feature = "parquet")]
    Parquet(Box<::parquet::arrow::ArrowWriter<W>>),
}

impl<W: Write + Send> TableWriter<W> {
    /// Writes rows.
    ///
    /// # Panics
    ///
    /// If an [`OutputTable`] of another format encoded them.
    pub fn write(&mut self, rows: &EncodedRows) -> Result<(), WriteError> {
        match (&mut self.kind, rows) {
            (WriterKind::Text(out), EncodedRows::Text(lines)) => out.write_all(lines)?,
            #[cfg(feature = "parquet")]
            (WriterKind::Parquet(writer), EncodedRows::Arrow(rows)) => parquet::write(writer, rows)?,
            #[cfg(feature = "parquet")]
            _ => panic!("rows are written in the format that they were encoded in"),
        }
        Ok(())
    }

    /// Ends the table, and returns what it was written to.
    pub fn finish(self) -> Result<W, WriteError> {
        match self.kind {
            WriterKind::Text(out) => Ok(out),
            #[cfg(feature = "parquet")]
            WriterKind::Parquet(writer) => Ok(writer.into_inner()?),
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::options::{BrokenLines, ReadOptions};

    fn appended() -> [AppendedColumn; 2] {
        let column = |name: &str, kind| AppendedColumn { name: name.into(), kind };
        [column("p", AppendedKind::Number), column("why", AppendedKind::Text)]
    }

    /// Writes a table with a number and a text beside each row.
    fn write(source: &mut Source, format: Format) -> Vec<u8> {
        let output = OutputTable::new(source, format, &appended()).unwrap();
        let mut writer = output.writer(Vec::new()).unwrap();
        for batch in source {
            let batch = batch.unwrap();
            let numbers: Vec<f32> =
                (0..batch.rows()).map(|row| if row == 1 { f32::NAN } else { row as f32 / 4.0 }).collect();
            let texts = (0..batch.rows()).map(|row| ["", "a,\"b\""][row % 2]).collect();
            writer
                .write(&output.encode(&batch, &[Appended::Numbers(&numbers), Appended::Texts(texts)]).unwrap())
                .unwrap();
        }
        writer.finish().unwrap()
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        /// Whatever stands in a table is written as the csv crate writes it, whether it was quoted
        /// or not.
        #[test]
        fn text_is_written_as_the_csv_crate_writes_it(
            table in proptest::collection::vec(proptest::collection::vec("[a\\n\\r\", ;é]{0,4}", 2), 1..20),
            always in any::<bool>(),
            semicolon in any::<bool>(),
        ) {
            // The reader passes over rows without any value.
            let has_value = |row: &Vec<String>| row.iter().any(|cell| !cell.trim_ascii().is_empty());
            let table: Vec<_> = table.into_iter().filter(has_value).collect();
            prop_assume!(!table.is_empty());
            let quotes = if always { csv::QuoteStyle::Always } else { csv::QuoteStyle::Necessary };
            let mut input = csv::WriterBuilder::new().quote_style(quotes).from_writer(Vec::new());
            input.write_record(["n", "t"]).unwrap();
            table.iter().for_each(|row| input.write_record(row).unwrap());
            let delimiter = if semicolon { ';' } else { ',' };
            let mut source = Source::from_bytes("t.csv", input.into_inner().unwrap()).unwrap();
            prop_assume!(source.columns() == ["n", "t"]);
            let found = write(&mut source, Format::Text { delimiter });

            let mut expected = csv::WriterBuilder::new().delimiter(delimiter as u8).from_writer(Vec::new());
            expected.write_record(["n", "t", "p", "why"]).unwrap();
            for (row, cells) in table.iter().enumerate() {
                let number = if row == 1 { String::new() } else { (row as f32 / 4.0).to_string() };
                expected.write_record([&cells[0], &cells[1], &number, ["", "a,\"b\""][row % 2]]).unwrap();
            }
            prop_assert_eq!(String::from_utf8(found).unwrap(), String::from_utf8(expected.into_inner().unwrap()).unwrap());
        }
    }

    #[test]
    fn cells_that_a_spreadsheet_would_run_begin_with_an_apostrophe() {
        for (all_safe, own) in [(false, "=1+1,-5"), (true, "'=1+1,-5")] {
            let mut source = Source::from_bytes("t.csv", b"a,b\n=1+1,-5\n".to_vec()).unwrap();
            let column = AppendedColumn { name: "why".into(), kind: AppendedKind::Text };
            let mut output = OutputTable::new(&mut source, Format::Text { delimiter: ',' }, &[column]).unwrap();
            if all_safe {
                output.make_safe_for_spreadsheets();
            }
            let batch = source.next().unwrap().unwrap();
            for (text, written) in [("@SUM(A1)", "'@SUM(A1)"), ("-x", "'-x"), ("\rx", "\"'\rx\""), ("-1", "-1")] {
                let Ok(EncodedRows::Text(lines)) = output.encode(&batch, &[Appended::Texts(vec![text])]) else {
                    panic!("text is written as text")
                };
                assert_eq!(String::from_utf8(lines).unwrap(), format!("{own},{written}\n"));
            }
        }
    }

    #[test]
    fn names_that_are_taken_and_formats_that_do_not_fit_are_refused() {
        let mut source = Source::from_bytes("t.csv", b"why,b\n1,2\n".to_vec()).unwrap();
        let error = OutputTable::new(&mut source, Format::Text { delimiter: ',' }, &appended()).unwrap_err();
        assert_eq!(error.to_string(), "t.csv: the table already has columns named `why`; rename or drop them");
        let error = OutputTable::new(&mut source, Format::Arrow, &[]).unwrap_err();
        assert!(matches!(error, WriteError::Format), "{error}");
    }

    #[test]
    fn the_cells_of_broken_lines_are_written() {
        let text = b"n,t\n1,a\n2\n3,\"x,y\",z\n4,\n5,b\n6,c\n7,d\n";
        let options = ReadOptions { broken_lines: BrokenLines::Keep, ..ReadOptions::default() };
        let mut formats = vec![Format::Text { delimiter: ',' }];
        if cfg!(feature = "parquet") {
            formats.push(Format::Parquet);
        }
        for format in formats {
            let mut source = Source::from_bytes_with("t.csv", text.to_vec(), &options).unwrap();
            let output = OutputTable::new(&mut source, format, &[]).unwrap();
            let mut writer = output.writer(Vec::new()).unwrap();
            for batch in source {
                writer.write(&output.encode(&batch.unwrap(), &[]).unwrap()).unwrap();
            }
            let mut written = Source::from_bytes("t", writer.finish().unwrap()).unwrap();
            let batch = written.next().unwrap().unwrap();
            let rows: Vec<_> = (0..4).map(|row| [batch.text(row, 0), batch.text(row, 1)]).collect();
            assert_eq!(rows, [["1", "a"], ["2", ""], ["3", "x,y"], ["4", ""]]);
            assert_eq!(batch.rows(), 7);
        }
    }

    #[cfg(feature = "parquet")]
    #[test]
    fn from_text_to_parquet_and_back() {
        let mut source = Source::from_bytes("t.csv", b"n,t\n1, a\n,\"x\ny\"\n".to_vec()).unwrap();
        let parquet = write(&mut source, Format::Parquet);
        let mut source = Source::from_bytes("t.parquet", parquet.clone()).unwrap();
        assert_eq!(source.columns(), ["n", "t", "p", "why"]);
        let batch = source.next().unwrap().unwrap();
        let mut cells = Vec::new();
        (0..4).for_each(|column| batch.for_each_value(column, |value| cells.push(format!("{value:?}"))));
        let texts = ["Text(\"1\")", "Text(\"\")", "Text(\" a\")", "Text(\"x\\ny\")"];
        assert_eq!(cells[..4], texts);
        assert_eq!(cells[4..], ["Number(0.0)", "Missing", "Missing", "Text(\"a,\\\"b\\\"\")"]);

        let mut source = Source::from_bytes("t.parquet", parquet).unwrap();
        let output = OutputTable::new(&mut source, Format::Text { delimiter: '\t' }, &[]).unwrap();
        let mut writer = output.writer(Vec::new()).unwrap();
        for batch in source {
            writer.write(&output.encode(&batch.unwrap(), &[]).unwrap()).unwrap();
        }
        let text = String::from_utf8(writer.finish().unwrap()).unwrap();
        assert_eq!(text, "n\tt\tp\twhy\n1\t a\t0\t\n\t\"x\ny\"\t\t\"a,\"\"b\"\"\"\n");
    }
}
