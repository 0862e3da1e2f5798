//! Batches as Parquet: the columns of record batches keep their types, those of text files stay
//! texts.

use std::io::Write;
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};
use arrow_schema::{ArrowError, DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::errors::ParquetError;
use parquet::file::properties::WriterProperties;

use super::appended::{Appended, AppendedColumn, AppendedKind};
use crate::batch::{BATCH_ROWS, Batch, Cells};
use crate::source::Source;

/// Rows of a row group; the group is held in memory, encoded, until it is whole.
const GROUP_ROWS: usize = 32 * BATCH_ROWS;
/// A row group is closed early at this many bytes.
const GROUP_BYTES: usize = 32 << 20;

/// The columns of a source, and the appended columns.
pub(super) fn schema(source: &Source, appended: &[AppendedColumn]) -> SchemaRef {
    let mut fields: Vec<Field> = match source.arrow_schema() {
        Some(schema) => schema.fields().iter().map(|field| field.as_ref().clone()).collect(),
        None => source.columns().iter().map(|name| Field::new(name, DataType::Utf8, false)).collect(),
    };
    fields.extend(appended.iter().map(|AppendedColumn { name, kind }| {
        let kind = if *kind == AppendedKind::Number { DataType::Float32 } else { DataType::Utf8 };
        Field::new(name, kind, true)
    }));
    Arc::new(Schema::new(fields))
}

/// The rows of a batch with the appended columns.
pub(super) fn encode(
    batch: &Batch,
    columns: usize,
    appended: &[Appended],
    schema: &SchemaRef,
) -> Result<RecordBatch, ArrowError> {
    let mut arrays: Vec<ArrayRef> = match &batch.cells {
        Cells::Arrow(cells) => cells.record.columns().to_vec(),
        Cells::Text(cells) => {
            let column = |column| StringArray::from_iter_values((0..cells.rows()).map(|row| cells.cell(row, column)));
            (0..columns).map(|index| Arc::new(column(index)) as ArrayRef).collect()
        }
    };
    arrays.extend(appended.iter().map(|column| -> ArrayRef {
        match column {
            Appended::Numbers(numbers) => {
                let numbers = numbers.iter().map(|number| Some(*number).filter(|number| !number.is_nan()));
                Arc::new(Float32Array::from_iter(numbers))
            }
            Appended::Texts(texts) => {
                let texts = texts.iter().map(|text| Some(*text).filter(|text| !text.is_empty()));
                Arc::new(StringArray::from_iter(texts))
            }
        }
    }));
    RecordBatch::try_new(schema.clone(), arrays)
}

/// A Parquet file under way.
pub(super) fn writer<W: Write + Send>(out: W, schema: &SchemaRef) -> Result<ArrowWriter<W>, ParquetError> {
    let properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS))
        .build();
    ArrowWriter::try_new(out, schema.clone(), Some(properties))
}

/// Adds rows, and closes the row group where it is large.
pub(super) fn write<W: Write + Send>(writer: &mut ArrowWriter<W>, rows: &RecordBatch) -> Result<(), ParquetError> {
    writer.write(rows)?;
    if writer.in_progress_size() > GROUP_BYTES { writer.flush() } else { Ok(()) }
}
