//! Errors of a table: the file, the line, the column, the rule that is broken, and what to do about
//! it.

use std::fmt;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

/// Why a table cannot be read.
#[derive(Clone, Debug, PartialEq)]
pub struct TableError {
    /// The table.
    pub file: PathBuf,
    /// Line of a text file, counted from 1, or row of a Parquet file.
    pub line: Option<u64>,
    /// The rule that is broken.
    pub rule: TableRule,
    /// The rule in words, with what to do.
    pub message: String,
}

/// The rules a table can break.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TableRule {
    /// The file cannot be opened or read.
    Readable,
    /// The file has bytes.
    NotEmpty,
    /// The file is delimited text, Parquet or a workbook.
    Format,
    /// Line 1 names the columns.
    Header,
    /// No two columns have the same name.
    UniqueColumns,
    /// There is at least one row.
    Rows,
    /// Every row has as many cells as the header.
    EvenRows,
    /// Most of the first rows have as many cells as the header.
    Delimiter,
    /// Text is UTF-8, UTF-16 or Windows-1252.
    Encoding,
    /// A quote that opens is closed.
    ClosedQuotes,
    /// A row is at most [`MAXIMUM_RECORD`](crate::MAXIMUM_RECORD) bytes long.
    RecordLength,
    /// What a Parquet file or a workbook holds is not far larger than its bytes.
    Size,
    /// The sheet that was asked for is there.
    Sheet,
    /// The schema's columns are there, with types that hold one value.
    Columns,
    /// The bytes of a Parquet file, a workbook or an archive are not damaged.
    Undamaged,
}

impl TableRule {
    /// A stable code for programs.
    pub fn code(self) -> &'static str {
        match self {
            TableRule::Readable => "table_readable",
            TableRule::NotEmpty => "table_not_empty",
            TableRule::Format => "table_format",
            TableRule::Header => "table_header",
            TableRule::UniqueColumns => "table_unique_columns",
            TableRule::Rows => "table_rows",
            TableRule::EvenRows => "table_even_rows",
            TableRule::Delimiter => "table_delimiter",
            TableRule::Encoding => "table_encoding",
            TableRule::ClosedQuotes => "table_closed_quotes",
            TableRule::RecordLength => "table_record_length",
            TableRule::Size => "table_size",
            TableRule::Sheet => "table_sheet",
            TableRule::Columns => "table_columns",
            TableRule::Undamaged => "table_undamaged",
        }
    }

    /// The code without `table_`.
    pub fn name(self) -> &'static str {
        self.code().split_at("table_".len()).1
    }
}

impl TableError {
    pub(crate) fn new(file: &Path, rule: TableRule, message: impl Into<String>) -> TableError {
        TableError { file: file.into(), line: None, rule, message: message.into() }
    }

    /// A file that cannot be opened or read, or whose bytes make no sense.
    pub fn io(file: &Path, error: &std::io::Error) -> TableError {
        let is_damaged = error.kind() == std::io::ErrorKind::InvalidData;
        TableError::new(file, if is_damaged { TableRule::Undamaged } else { TableRule::Readable }, unreadable(error))
    }

    pub(crate) fn at_line(mut self, line: u64) -> TableError {
        self.line = Some(line);
        self
    }
}

/// Why a file cannot be read, in words, with what to do about it.
pub fn unreadable(error: &std::io::Error) -> String {
    match error.kind() {
        ErrorKind::NotFound => "there is no such file; check the name and the folder".into(),
        ErrorKind::IsADirectory => "this is a folder; name a file in it".into(),
        ErrorKind::PermissionDenied => "you have no permission to read this file; ask its owner, or copy it".into(),
        _ => error.to_string(),
    }
}

impl fmt::Display for TableError {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        write!(f, "{}", self.file.display())?;
        if let Some(line) = self.line {
            write!(f, ", line {line}")?;
        }
        write!(f, ": {}", self.message)
    }
}

impl std::error::Error for TableError {}
