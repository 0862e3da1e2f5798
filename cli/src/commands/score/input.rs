//! The rows of the input: unchecked cells to score, and from Parquet to Parquet the columns as they are.

use std::fs::File;
use std::path::Path;

use arrow_array::RecordBatch;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use tenure_table::{BATCH_ROWS, Batch, Source, TableError};

use super::progress::Progress;
use crate::failure::Failure;

/// Rows of the input: unchecked cells, and from Parquet to Parquet the arrays they came in, which keep every type.
pub(super) struct Rows {
    pub batch: Batch,
    pub arrays: Option<RecordBatch>,
}

/// The batches of the input.
pub(super) struct InputRows {
    source: Source,
    arrays: Option<ParquetRecordBatchReader>,
}

impl InputRows {
    /// The batches of a table, with arrays where `keeps_types`.
    pub(super) fn new(source: Source, keeps_types: bool) -> Result<InputRows, Failure> {
        let arrays = if keeps_types { Some(arrays(source.path())?) } else { None };
        Ok(InputRows { source, arrays })
    }

    /// All batches; tells how far the reading has come.
    pub(super) fn batches(mut self, progress: &Progress) -> impl Iterator<Item = Result<Rows, Failure>> {
        let mut rows = 0;
        std::iter::from_fn(move || {
            let next = self.next()?;
            rows += next.as_ref().map_or(0, |next| next.batch.rows() as u64);
            progress.expect(rows, self.source.progress());
            Some(next)
        })
    }

    fn next(&mut self) -> Option<Result<Rows, Failure>> {
        let batch = match self.source.next()? {
            Ok(batch) => batch,
            Err(error) => return Some(Err(error.into())),
        };
        let Some(reader) = &mut self.arrays else { return Some(Ok(Rows { batch, arrays: None })) };
        let path = self.source.path();
        Some(match reader.next() {
            Some(Ok(arrays)) if arrays.num_rows() == batch.rows() => Ok(Rows { batch, arrays: Some(arrays) }),
            Some(Err(error)) => Err(damaged(path, &error)),
            _ => Err(damaged(path, &"its columns are not of one length")),
        })
    }
}

fn damaged(path: &Path, error: &dyn std::fmt::Display) -> Failure {
    Failure::data(format!("{}: {error}", path.display()))
}

/// The columns of a Parquet file as Arrow has them.
pub(super) fn parquet(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, Failure> {
    let file = File::open(path).map_err(|error| Failure::from(TableError::io(path, &error)))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, &error))
}

fn arrays(path: &Path) -> Result<ParquetRecordBatchReader, Failure> {
    // Batches of the same rows as the source's.
    parquet(path)?.with_batch_size(BATCH_ROWS).build().map_err(|error| damaged(path, &error))
}
