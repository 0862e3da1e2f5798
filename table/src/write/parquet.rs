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
use parquet::schema::types::ColumnPath;

use super::appended::{Appended, AppendedColumn, AppendedKind};
use crate::batch::{BATCH_ROWS, Batch, Cells};
use crate::source::Source;

/// Rows of a row group; the group is held in memory, encoded, until it is whole.
const GROUP_ROWS: usize = 32 * BATCH_ROWS;
/// A row group is closed early at this many bytes.
const GROUP_BYTES: usize = 32 << 20;

/// What is written: the columns of a source, and the appended columns.
#[derive(Clone, Debug)]
pub(super) struct ParquetOutput {
    pub(super) schema: SchemaRef,
    /// Columns without a dictionary.
    plain: Vec<ColumnPath>,
}

impl ParquetOutput {
    pub(super) fn new(source: &Source, appended: &[AppendedColumn]) -> ParquetOutput {
        let schema = schema(source, appended);
        let numbers = appended.iter().filter(|column| column.kind == AppendedKind::Number);
        let mut plain: Vec<ColumnPath> = numbers.map(|column| ColumnPath::from(column.name.as_str())).collect();
        if let Some(repeating) = source.repeating() {
            let own = schema.fields()[..source.columns().len()].iter();
            let own =
                own.filter(|field| !field.data_type().is_nested()).map(|field| ColumnPath::from(field.name().as_str()));
            plain.extend(own.filter(|column| !repeating.contains(column)));
        }
        ParquetOutput { schema, plain }
    }
}

fn schema(source: &Source, appended: &[AppendedColumn]) -> SchemaRef {
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
    // Texts may be read as dictionaries; the writer takes these for texts.
    let fields = schema.fields().iter().zip(&arrays);
    let fields = fields.map(|(field, array)| field.as_ref().clone().with_data_type(array.data_type().clone()));
    RecordBatch::try_new(Arc::new(Schema::new(fields.collect::<Vec<_>>())), arrays)
}

/// A Parquet file under way. Columns that do not repeat their values are written without a
/// dictionary: the writer would build one, find it too large, and drop it.
pub(super) fn writer<W: Write + Send>(out: W, output: &ParquetOutput) -> Result<ArrowWriter<W>, ParquetError> {
    let mut properties = WriterProperties::builder()
        .set_compression(Compression::ZSTD(ZstdLevel::default()))
        .set_max_row_group_row_count(Some(GROUP_ROWS));
    for column in &output.plain {
        properties = properties.set_column_dictionary_enabled(column.clone(), false);
    }
    ArrowWriter::try_new(out, output.schema.clone(), Some(properties.build()))
}

/// Adds rows, and closes the row group where it is large.
pub(super) fn write<W: Write + Send>(writer: &mut ArrowWriter<W>, rows: &RecordBatch) -> Result<(), ParquetError> {
    writer.write(rows)?;
    if writer.in_progress_size() > GROUP_BYTES { writer.flush() } else { Ok(()) }
}
