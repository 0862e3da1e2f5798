//! The one door for tables: CSV, TSV, Parquet, Arrow record batches and sheets of workbooks become
//! checked columns, and rows become tables again.
//!
//! A [`Source`] is an open table. It yields [`Batch`]es in constant memory; a batch is unchecked.
//! [`Columns::find`] says which columns are a schema's fields, and [`Batch::check`] checks those
//! cells once, into the columns that the scorer reads. [`OutputTable`] writes what was read with
//! columns appended. The functions of this crate start no threads: batches, and the fields of a
//! batch, can be checked side by side.
//!
//! The first bytes decide the format, not the file's name: text (UTF-8, UTF-16 or
//! Windows-1252; comma, semicolon, tab or bar between the cells; as it is, or compressed by gzip or
//! Zstandard), Parquet, and workbooks (.xlsx). What was guessed or passed over is a sentence of
//! [`Source::notices`]. The features `parquet` (with Arrow), `spreadsheet` and `zstd` are on by
//! default; text and gzip need none. `wasm` is the surface of the module that the page reads with.
//!
//! Memory: at most one record of [`MAXIMUM_RECORD`] bytes and one batch, 16 MiB of text and 4 bytes
//! a cell; for Parquet one page per column and one batch. A sheet is held as a whole, 8 bytes and
//! the text of each cell. What a Parquet file or a workbook may unpack to is bounded by its size
//! ([`TableRule::Size`]).
//!
//! ```
//! use tenure_table::{Columns, Source};
//! # const SCHEMA: &str = r#"
//! # schema_version = 1
//! # name = "small"
//! # target = { field = "Churn", positive = "Yes" }
//! # fields = [
//! #     { name = "tenure", kind = "number", minimum = 0 },
//! #     { name = "plan", kind = "category", categories = ["A", "B"] },
//! # ]
//! # "#;
//! # let schema: tenure::schema::Schema = toml::from_str(SCHEMA)?;
//!
//! // `tenure` is a number of at least 0, `plan` is A or B.
//! let table = b"id,plan,tenure\n7,A,12\n8,,-1\n9,C,3\n";
//! let source = Source::from_bytes("customers.csv", table.to_vec())?;
//! let places = Columns::find(&source, &schema, false)?.fields;
//! for batch in source {
//!     let batch = batch?;
//!     let checked = batch.check(&schema, &places);
//!     assert_eq!(checked.columns.len(), 2);
//!     for (row, problem) in &checked.problems {
//!         println!("line {}: {problem}", batch.line(*row));
//!     }
//!     // Line 3 has an error, and line 4 a warning: its plan counts as OTHER.
//!     let lines: Vec<u64> = checked.problems.iter().map(|(row, _)| batch.line(*row)).collect();
//!     assert_eq!(lines, [3, 4]);
//! }
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

#![warn(missing_docs)]

#[cfg(feature = "parquet")]
mod arrow;
mod batch;
#[cfg(feature = "parquet")]
mod cell_bounds;
mod charset;
mod check;
mod column;
mod columns;
#[cfg(feature = "parquet")]
mod delta;
#[cfg(any(feature = "wasm", test))]
mod dictionary;
mod error;
mod file_bytes;
#[cfg(test)]
mod fixtures;
mod foreign;
#[cfg(any(feature = "parquet", feature = "spreadsheet"))]
mod guarded;
mod header;
mod layout;
mod options;
#[cfg(any(feature = "parquet", feature = "spreadsheet"))]
mod origin;
mod packed;
mod peeked;
#[cfg(feature = "parquet")]
mod record_batches;
mod records;
mod source;
mod text;
mod text_bytes;
mod text_cells;
#[cfg(feature = "parquet")]
mod thrift;
#[cfg(any(feature = "parquet", feature = "spreadsheet"))]
mod unpacked;
#[cfg(feature = "wasm")]
pub mod wasm;
#[cfg(feature = "spreadsheet")]
mod workbook;
mod write;

pub use batch::{BATCH_ROWS, Batch};
pub use check::{CheckedBatch, CheckedColumn};
pub use column::Column;
pub use columns::{AbsentColumn, Columns, ColumnsError, listed, nearest};
pub use error::{TableError, TableRule, unreadable};
#[cfg(any(feature = "parquet", feature = "spreadsheet"))]
pub use guarded::is_guarded;
pub use header::RefusedColumn;
pub use options::{BrokenLines, ReadOptions};
pub use records::MAXIMUM_RECORD;
pub use source::{Format, Source};
pub use tenure::customer::MISSING_CODE;
pub use write::{Appended, AppendedColumn, AppendedKind, EncodedRows, OutputTable, TableWriter, WriteError};
