//! What the tests of several files need.

use std::borrow::BorrowMut;
use std::io::Write;

use super::error::TableError;
use super::source::Source;

/// A file with these bytes, deleted when dropped.
pub(super) fn file(bytes: impl AsRef<[u8]>) -> tempfile::NamedTempFile {
    let mut file = tempfile::NamedTempFile::new().unwrap();
    file.write_all(bytes.as_ref()).unwrap();
    file
}

/// Every row as (line, trimmed texts).
pub(super) fn rows<S: BorrowMut<Source>>(mut source: S) -> Result<Vec<(u64, Vec<String>)>, TableError> {
    let source = source.borrow_mut();
    let columns = source.columns().len();
    let mut rows = Vec::new();
    for batch in source {
        let batch = batch?;
        let texts = |row| (0..columns).map(|column| batch.text(row, column).into_owned()).collect();
        rows.extend((0..batch.rows()).map(|row| (batch.line(row), texts(row))));
    }
    Ok(rows)
}

/// The error of these bytes, which must be the same for a file and in memory.
pub(super) fn refusal(bytes: impl AsRef<[u8]>) -> TableError {
    let file = file(&bytes);
    let refusal =
        |source: Result<Source, TableError>| source.and_then(rows::<Source>).map(|rows| rows.len()).unwrap_err();
    let error = refusal(Source::open(file.path()));
    assert_eq!(refusal(Source::from_bytes(file.path(), bytes.as_ref().to_vec())), error);
    error
}
