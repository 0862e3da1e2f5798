//! Tables in and out: Arrow's C stream interface, by which libraries of Python hand each other
//! columns without copying them (the Arrow PyCapsule interface), and files.

use std::path::PathBuf;
use std::sync::Arc;

use arrow_array::cast::AsArray;
use arrow_array::ffi_stream::{FFI_ArrowArrayStream, RecordBatchStreamReader};
use arrow_array::types::Float32Type;
use arrow_array::{RecordBatch, RecordBatchIterator};
use arrow_schema::{DataType, SchemaRef};
use pyo3::prelude::*;
use pyo3::types::{PyByteArray, PyCapsule, PyCapsuleMethods, PyList};
use tenure_table::{BrokenLines, ReadOptions, Source};

use crate::failure::Failure;

/// The name that the interface gives its capsules.
const STREAM: &std::ffi::CStr = c"arrow_array_stream";

/// Opens a table: a path, or an object with `__arrow_c_stream__`. `name` stands for the latter in
/// messages.
pub fn source(table: &Bound<PyAny>, name: &str) -> Result<Source, Failure> {
    if let Ok(path) = table.extract::<PathBuf>() {
        let options = ReadOptions { broken_lines: BrokenLines::Keep, ..ReadOptions::default() };
        return Ok(Source::open_with(path, &options)?);
    }
    if !table.hasattr("__arrow_c_stream__")? {
        let kind = table.get_type().name().map_or_else(|_| "?".into(), |name| name.to_string());
        return Err(Failure::new(
            "table_type",
            format!(
                "a table must be a path, or have `__arrow_c_stream__`, as tables of pyarrow, pandas, Polars and DuckDB have (got {kind})"
            ),
        ));
    }
    Ok(Source::from_arrow(name, Box::new(import(&table.call_method0("__arrow_c_stream__")?)?))?)
}

/// Takes the stream out of a capsule.
#[expect(
    unsafe_code,
    reason = "the C interface hands over a pointer; python/tests/test_tables.py reads streams of five libraries"
)]
fn import(capsule: &Bound<PyAny>) -> Result<RecordBatchStreamReader, Failure> {
    let wrong = |error: &dyn std::fmt::Display| Failure::new("table_type", format!("no stream of Arrow data: {error}"));
    let capsule = capsule.cast::<PyCapsule>().map_err(|error| wrong(&error))?;
    let pointer = capsule.pointer_checked(Some(STREAM)).map_err(|error| wrong(&error))?;
    // SAFETY: a capsule of this name holds a stream by the interface's rule. Its release callback is
    // null once somebody took the stream, which `try_new` refuses.
    let stream = unsafe { FFI_ArrowArrayStream::from_raw(pointer.cast().as_ptr()) };
    RecordBatchStreamReader::try_new(stream).map_err(|error| wrong(&error))
}

/// A table in memory that other libraries take by `__arrow_c_stream__`.
#[pyclass(frozen, module = "tenure._native")]
pub struct Table {
    pub schema: SchemaRef,
    pub batches: Vec<RecordBatch>,
}

impl Table {
    pub fn new(schema: SchemaRef, batches: Vec<RecordBatch>) -> Table {
        // Texts of a Parquet file may come as dictionaries, which the batches say.
        let schema = batches.first().map_or(schema, RecordBatch::schema);
        Table { schema, batches }
    }
}

#[pymethods]
impl Table {
    /// A capsule with all batches. Another schema that is asked for is ignored, as the interface
    /// allows.
    #[pyo3(signature = (requested_schema = None))]
    fn __arrow_c_stream__<'py>(
        &self,
        py: Python<'py>,
        requested_schema: Option<Bound<'py, PyAny>>,
    ) -> PyResult<Bound<'py, PyCapsule>> {
        drop(requested_schema);
        let batches = self.batches.clone().into_iter().map(Ok);
        let reader = RecordBatchIterator::new(batches, self.schema.clone());
        PyCapsule::new_with_value(py, FFI_ArrowArrayStream::new(Box::new(reader)), STREAM)
    }

    #[getter]
    fn num_rows(&self) -> usize {
        self.batches.iter().map(RecordBatch::num_rows).sum()
    }

    #[getter]
    fn column_names(&self) -> Vec<String> {
        self.schema.fields().iter().map(|field| field.name().clone()).collect()
    }

    /// A column of 32-bit numbers as their bytes, NaN where there is none; of texts as a list.
    fn column<'py>(&self, py: Python<'py>, name: &str) -> Result<Bound<'py, PyAny>, Failure> {
        let place = self.schema.index_of(name);
        let place = place.map_err(|_| Failure::new("option", format!("the table has no column `{name}`")))?;
        let columns = || self.batches.iter().map(|batch| batch.column(place));
        match self.schema.field(place).data_type() {
            DataType::Float32 => {
                let mut bytes = Vec::with_capacity(4 * self.num_rows());
                for column in columns() {
                    for number in column.as_primitive::<Float32Type>() {
                        bytes.extend(number.unwrap_or(f32::NAN).to_ne_bytes());
                    }
                }
                Ok(PyByteArray::new(py, &bytes).into_any())
            }
            DataType::Utf8 => {
                let texts = columns().flat_map(|column| column.as_string::<i32>());
                Ok(PyList::new(py, texts.collect::<Vec<_>>())?.into_any())
            }
            kind => Err(Failure::new(
                "option",
                format!("column `{name}` is of type {kind}: hand the table to pyarrow, pandas or Polars to read it"),
            )),
        }
    }
}

/// A table of one batch.
pub fn table(batch: RecordBatch) -> Table {
    Table { schema: Arc::clone(batch.schema_ref()), batches: vec![batch] }
}
