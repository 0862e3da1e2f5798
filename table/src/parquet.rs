//! Parquet as batches: columns that hold one text, number, boolean, date or timestamp each; other types are refused by
//! name. Dates and timestamps become the ISO 8601 texts that a text file would have.

use std::fs::File;
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Date32Type, Date64Type, Decimal32Type, Decimal64Type, Decimal128Type, Decimal256Type,
    DecimalType, Float16Type, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType, TimestampSecondType, UInt8Type,
    UInt16Type, UInt32Type, UInt64Type,
};
use arrow_array::{Array, ArrayAccessor, RecordBatch};
use arrow_schema::{DataType, TimeUnit};
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use tenure::schema::date;

use super::batch::Content;
use super::error::{TableError, TableRule};
use super::{BATCH_ROWS, Batch, RefusedColumn};

/// The largest integer up to which every integer is an f64.
const EXACT_INTEGER: i128 = 1 << 53;

/// A Parquet file behind its footer. Memory: one page per column and one batch.
pub(super) struct ParquetReader {
    file: PathBuf,
    batches: ParquetRecordBatchReader,
    pub(super) columns: Vec<String>,
    pub(super) refused: Vec<RefusedColumn>,
    /// Column of each column that is read.
    read: Vec<usize>,
    pub(super) row_count: u64,
    pub(super) rows_read: u64,
}

impl ParquetReader {
    pub(super) fn open(path: &Path, file: File) -> Result<ParquetReader, TableError> {
        let damaged = |error: &dyn std::fmt::Display| TableError::new(path, TableRule::Undamaged, error.to_string());
        let builder = ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(&error))?;
        let columns: Vec<String> = builder.schema().fields().iter().map(|field| field.name().clone()).collect();
        super::header::unique(path, &columns)?;
        let (mut read, mut refused) = (Vec::new(), Vec::new());
        for (index, field) in builder.schema().fields().iter().enumerate() {
            if holds_one_value(field.data_type()) {
                read.push(index);
            } else {
                refused.push(RefusedColumn { name: field.name().clone(), kind: field.data_type().to_string() });
            }
        }
        let row_count = builder.metadata().file_metadata().num_rows().max(0) as u64;
        let mask = ProjectionMask::roots(builder.parquet_schema(), read.iter().copied());
        let batches = builder.with_batch_size(BATCH_ROWS).with_projection(mask).build();
        let batches = batches.map_err(|error| damaged(&error))?;
        Ok(ParquetReader { file: path.into(), batches, columns, refused, read, row_count, rows_read: 0 })
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, TableError> {
        let error = |error: &dyn std::fmt::Display| {
            TableError::new(&self.file, TableRule::Undamaged, error.to_string()).at_line(self.rows_read + 1)
        };
        let Some(rows) = self.batches.next().transpose().map_err(|cause| error(&cause))? else { return Ok(None) };
        let batch = self.batch(&rows);
        self.rows_read += rows.num_rows() as u64;
        Ok(Some(batch))
    }

    fn batch(&self, rows: &RecordBatch) -> Batch {
        let mut batch = Batch::new(self.columns.len());
        batch.reserve_rows(self.rows_read + 1, rows.num_rows());
        for (&column, array) in self.read.iter().zip(rows.columns()) {
            for (row, content) in contents(array, &mut batch).into_iter().enumerate() {
                batch.set(row, column, content);
            }
        }
        batch
    }
}

/// Whether a column of this type holds one text, number or boolean a row.
fn holds_one_value(kind: &DataType) -> bool {
    match kind {
        DataType::Dictionary(_, values) => !matches!(**values, DataType::Dictionary(..)) && holds_one_value(values),
        DataType::Null | DataType::Boolean | DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => true,
        DataType::Decimal32(..) | DataType::Decimal64(..) | DataType::Decimal128(..) | DataType::Decimal256(..) => true,
        DataType::Date32 | DataType::Date64 | DataType::Timestamp(..) => true,
        kind => kind.is_integer() || kind.is_floating(),
    }
}

/// The cells of a column; texts go to the batch.
fn contents(array: &dyn Array, batch: &mut Batch) -> Vec<Content> {
    match array.data_type() {
        DataType::Boolean => cells(array.as_boolean(), Content::Flag),
        DataType::Utf8 => cells(array.as_string::<i32>(), |text| batch.add_text(text)),
        DataType::LargeUtf8 => cells(array.as_string::<i64>(), |text| batch.add_text(text)),
        DataType::Utf8View => cells(array.as_string_view(), |text| batch.add_text(text)),
        DataType::Int8 => integers::<Int8Type>(array, batch),
        DataType::Int16 => integers::<Int16Type>(array, batch),
        DataType::Int32 => integers::<Int32Type>(array, batch),
        DataType::Int64 => integers::<Int64Type>(array, batch),
        DataType::UInt8 => integers::<UInt8Type>(array, batch),
        DataType::UInt16 => integers::<UInt16Type>(array, batch),
        DataType::UInt32 => integers::<UInt32Type>(array, batch),
        DataType::UInt64 => integers::<UInt64Type>(array, batch),
        DataType::Float16 => cells(array.as_primitive::<Float16Type>(), |number| float(number.to_f64(), batch)),
        DataType::Float32 => cells(array.as_primitive::<Float32Type>(), |number| float(number.into(), batch)),
        DataType::Float64 => cells(array.as_primitive::<Float64Type>(), |number| float(number, batch)),
        DataType::Date32 => moments::<Date32Type>(array, 1, batch),
        DataType::Date64 => moments::<Date64Type>(array, 86_400_000, batch),
        DataType::Timestamp(TimeUnit::Second, _) => moments::<TimestampSecondType>(array, 86_400, batch),
        DataType::Timestamp(TimeUnit::Millisecond, _) => moments::<TimestampMillisecondType>(array, 86_400_000, batch),
        DataType::Timestamp(TimeUnit::Microsecond, _) => {
            moments::<TimestampMicrosecondType>(array, 86_400_000_000, batch)
        }
        DataType::Timestamp(TimeUnit::Nanosecond, _) => {
            moments::<TimestampNanosecondType>(array, 86_400_000_000_000, batch)
        }
        DataType::Decimal32(..) => decimals::<Decimal32Type>(array),
        DataType::Decimal64(..) => decimals::<Decimal64Type>(array),
        DataType::Decimal128(..) => decimals::<Decimal128Type>(array),
        DataType::Decimal256(..) => decimals::<Decimal256Type>(array),
        DataType::Dictionary(..) => {
            let dictionary = array.as_any_dictionary();
            let values = contents(dictionary.values(), batch);
            if values.is_empty() {
                return vec![Content::Missing; array.len()];
            }
            let keys = dictionary.normalized_keys();
            let cell = |(row, key): (usize, usize)| if array.is_null(row) { Content::Missing } else { values[key] };
            keys.into_iter().enumerate().map(cell).collect()
        }
        // The type Null; every other type was refused when the file was opened.
        _ => vec![Content::Missing; array.len()],
    }
}

fn cells<A: ArrayAccessor>(array: A, mut content: impl FnMut(A::Item) -> Content) -> Vec<Content> {
    let cell = |row| if array.is_null(row) { Content::Missing } else { content(array.value(row)) };
    (0..array.len()).map(cell).collect()
}

/// Integers that an f64 cannot hold are texts, so that long identifiers stay apart.
fn integers<T: ArrowPrimitiveType<Native: Into<i128>>>(array: &dyn Array, batch: &mut Batch) -> Vec<Content> {
    cells(array.as_primitive::<T>(), |number| {
        let number: i128 = number.into();
        if number.abs() <= EXACT_INTEGER { Content::Number(number as f64) } else { batch.add_text(&number.to_string()) }
    })
}

/// Days or moments since 1970-01-01 UTC, `a_day` of them a day, to the second. The time of day is left out where it is
/// midnight.
fn moments<T: ArrowPrimitiveType<Native: Into<i64>>>(array: &dyn Array, a_day: i64, batch: &mut Batch) -> Vec<Content> {
    cells(array.as_primitive::<T>(), |moment| {
        let moment: i64 = moment.into();
        let (day, seconds) =
            (moment.div_euclid(a_day), (i128::from(moment.rem_euclid(a_day)) * 86_400 / i128::from(a_day)));
        let mut text = date::text(day as f64);
        if seconds > 0 {
            text += &format!("T{:02}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
        }
        batch.add_text(&text)
    })
}

/// NaN is a text, so that a schema can declare it a missing token for text files and Parquet alike.
fn float(number: f64, batch: &mut Batch) -> Content {
    if number.is_nan() { batch.add_text("NaN") } else { Content::Number(number) }
}

/// The f64 nearest to the decimal, as if it had been read from text.
fn decimals<T: DecimalType>(array: &dyn Array) -> Vec<Content> {
    let array = array.as_primitive::<T>();
    let number = |row| array.value_as_string(row).parse().unwrap_or(f64::NAN);
    let cell = |row| if array.is_null(row) { Content::Missing } else { Content::Number(number(row)) };
    (0..array.len()).map(cell).collect()
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array, Float64Array, Int64Array,
        LargeStringArray, ListArray, NullArray, StringArray, StringViewArray, TimestampMicrosecondArray,
        TimestampMillisecondArray, TimestampNanosecondArray, UInt64Array,
    };
    use parquet::arrow::ArrowWriter;
    use tenure::customer::Value;

    use super::super::tests::rows;
    use super::super::{Format, Source};
    use super::*;

    fn write(columns: Vec<(&str, ArrayRef)>) -> tempfile::NamedTempFile {
        let file = tempfile::NamedTempFile::new().unwrap();
        let batch =
            RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)));
        let batch = batch.unwrap();
        let mut writer = ArrowWriter::try_new(file.reopen().unwrap(), batch.schema(), None).unwrap();
        writer.write(&batch).unwrap();
        writer.close().unwrap();
        file
    }

    #[test]
    fn every_type_that_holds_one_value() {
        let decimal = Decimal128Array::from(vec![Some(-1005), Some(29)]).with_precision_and_scale(9, 2).unwrap();
        let dictionary: DictionaryArray<Int32Type> = vec![Some("Month"), None].into_iter().collect();
        let empty: DictionaryArray<Int32Type> = vec![None::<&str>, None].into_iter().collect();
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("text", Arc::new(StringArray::from(vec![Some("a"), None]))),
            ("large", Arc::new(LargeStringArray::from(vec!["", "é"]))),
            ("view", Arc::new(StringViewArray::from(vec!["v", "a longer text than a view holds inline"]))),
            ("flag", Arc::new(BooleanArray::from(vec![Some(true), None]))),
            ("integer", Arc::new(Int64Array::from(vec![Some(-3), Some(9_007_199_254_740_993)]))),
            ("unsigned", Arc::new(UInt64Array::from(vec![1, u64::MAX]))),
            ("single", Arc::new(Float32Array::from(vec![0.5, f32::INFINITY]))),
            ("double", Arc::new(Float64Array::from(vec![Some(f64::NAN), None]))),
            ("decimal", Arc::new(decimal)),
            ("category", Arc::new(dictionary)),
            ("empty", Arc::new(empty)),
            ("null", Arc::new(NullArray::new(2))),
        ];
        let file = write(columns);
        let mut source = Source::open(file.path()).unwrap();
        assert_eq!((source.format(), source.refused().len()), (Format::Parquet, 0));
        let batch = source.next().unwrap().unwrap();
        let row = |row| -> Vec<Value> { (0..12).map(|column| batch.value(row, column)).collect() };
        let missing = Value::Missing;
        let (text, number) = (Value::Text, Value::Number);
        let first = [text("a"), text(""), text("v"), Value::Flag(true), number(-3.0), number(1.0), number(0.5)];
        assert_eq!(row(0)[..7], first);
        assert_eq!(row(0)[7..], [text("NaN"), number(-10.05), text("Month"), missing, missing]);
        let second = [missing, text("é"), text("a longer text than a view holds inline"), missing];
        assert_eq!(row(1)[..4], second);
        assert_eq!(row(1)[4..7], [text("9007199254740993"), text("18446744073709551615"), number(f64::INFINITY)]);
        assert_eq!(row(1)[7..], [missing, number(0.29), missing, missing, missing]);
        assert_eq!((batch.line(0), batch.line(1)), (1, 2));
        assert!(source.next().is_none());
        assert_eq!(source.progress(), (2, 2));
        assert_eq!(source.sha256().unwrap().len(), 64);
    }

    #[test]
    fn dates_are_texts_and_lists_are_refused_by_name_and_type() {
        let list = ListArray::from_iter_primitive::<Int32Type, _, _>(vec![Some(vec![Some(1)]), None]);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("since", Arc::new(Date32Array::from(vec![1, 2]))),
            ("n", Arc::new(Int64Array::from(vec![7, 8]))),
            ("calls", Arc::new(list)),
        ];
        let file = write(columns);
        let mut source = Source::open(file.path()).unwrap();
        let refused: Vec<_> = source.refused().iter().map(|column| (column.name.as_str(), &*column.kind)).collect();
        assert_eq!((refused[0].0, refused.len()), ("calls", 1));
        let batch = source.next().unwrap().unwrap();
        assert_eq!(
            [batch.value(1, 0), batch.value(1, 1), batch.value(1, 2)],
            [Value::Text("1970-01-03"), Value::Number(8.0), Value::Absent]
        );
    }

    #[test]
    fn timestamps_of_every_unit() {
        // 2024-01-31T10:00:05Z.
        let second = 1_706_695_205i64;
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("ms", Arc::new(TimestampMillisecondArray::from(vec![second * 1000 + 999, 0]))),
            ("us", Arc::new(TimestampMicrosecondArray::from(vec![second * 1_000_000, -1]).with_timezone("UTC"))),
            ("ns", Arc::new(TimestampNanosecondArray::from(vec![Some(second * 1_000_000_000), None]))),
        ];
        let rows = rows(Source::open(write(columns).path()).unwrap()).unwrap();
        assert_eq!(rows[0].1, ["2024-01-31T10:00:05"; 3]);
        assert_eq!(rows[1].1, ["1970-01-01", "1969-12-31T23:59:59", ""]);
    }

    #[test]
    fn damage_at_any_length_is_an_error() {
        let file = write(vec![("n", Arc::new(Int64Array::from_iter_values(0..100)))]);
        let bytes = std::fs::read(file.path()).unwrap();
        assert_eq!(rows(Source::open(file.path()).unwrap()).unwrap().len(), 100);
        for length in 4..bytes.len() {
            assert_eq!(super::super::tests::refusal(&bytes[..length]).rule, TableRule::Undamaged, "{length}");
        }
    }
}
