//! Columns of numpy as a table: one copy of each column's bytes, none of a cell. The table room
//! decodes what comes of it like any other Arrow data.

use std::sync::Arc;

use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int64Type, TimestampMicrosecondType, UInt64Type,
};
use arrow_array::{ArrayRef, BooleanArray, PrimitiveArray, RecordBatch, RecordBatchOptions, StringArray};
use arrow_buffer::{Buffer, NullBuffer, ScalarBuffer};
use arrow_schema::{Field, Schema};
use pyo3::prelude::*;

use crate::arrow::{Table, table};
use crate::failure::Failure;

/// A column: its kind, its values, and a byte for each row that is 1 where there is no value.
///
/// Kinds are `f4`, `f8`, `i8`, `u8` (numbers of that many bytes), `b1` (bytes of 0 and 1), `us`
/// (microseconds since 1970-01-01) and `text` (a list of texts).
#[derive(FromPyObject)]
pub struct GivenColumn<'py>(String, Bound<'py, PyAny>, Option<Vec<u8>>);

/// A table of columns, all of `rows` rows.
#[pyfunction]
pub fn table_of_columns(names: Vec<String>, columns: Vec<GivenColumn>, rows: usize) -> Result<Table, Failure> {
    let mut arrays = Vec::with_capacity(columns.len());
    for (name, GivenColumn(kind, values, missing)) in names.iter().zip(columns) {
        let nulls = missing.map(|missing| NullBuffer::from_iter(missing.iter().map(|&byte| byte == 0)));
        let array: ArrayRef = match kind.as_str() {
            "f4" => numbers::<Float32Type>(&values, nulls)?,
            "f8" => numbers::<Float64Type>(&values, nulls)?,
            "i8" => numbers::<Int64Type>(&values, nulls)?,
            "u8" => numbers::<UInt64Type>(&values, nulls)?,
            "us" => numbers::<TimestampMicrosecondType>(&values, nulls)?,
            "b1" => {
                let flags: Vec<u8> = values.extract()?;
                Arc::new(BooleanArray::new(flags.iter().map(|&flag| flag != 0).collect(), nulls))
            }
            "text" => Arc::new(StringArray::from(values.extract::<Vec<Option<String>>>()?)),
            other => return Err(Failure::new("option", format!("`{other}` is no kind of a column"))),
        };
        if array.len() != rows {
            let message = format!("column `{name}` has {} rows, the table {rows}", array.len());
            return Err(Failure::new("table_rows", message));
        }
        arrays.push(array);
    }
    let fields = names.iter().zip(&arrays).map(|(name, array)| Field::new(name, array.data_type().clone(), true));
    let schema = Arc::new(Schema::new(fields.collect::<Vec<_>>()));
    let options = RecordBatchOptions::new().with_row_count(Some(rows));
    let batch = RecordBatch::try_new_with_options(schema, arrays, &options);
    Ok(table(batch.map_err(|error| Failure::new("table_rows", error))?))
}

fn numbers<T: ArrowPrimitiveType>(values: &Bound<PyAny>, nulls: Option<NullBuffer>) -> Result<ArrayRef, Failure> {
    let bytes: Vec<u8> = values.extract()?;
    let rows = bytes.len() / size_of::<T::Native>();
    // Aligned for numbers, which a Vec of bytes need not be.
    let buffer = Buffer::from_slice_ref(bytes.as_slice());
    Ok(Arc::new(PrimitiveArray::<T>::new(ScalarBuffer::new(buffer, 0, rows), nulls)))
}
