//! Record batches as batches: from a Parquet file, or from any reader of Arrow's. Columns whose
//! type holds more than one value in a row are refused by name.

use std::error::Error;
use std::fs::File;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{DataType, Schema, SchemaRef};
use bytes::Bytes;
use parquet::arrow::ProjectionMask;
use parquet::arrow::arrow_reader::{ArrowReaderMetadata, ArrowReaderOptions, ParquetRecordBatchReaderBuilder};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::ChunkReader;
use parquet::schema::types::ColumnPath;

use super::arrow::{ArrowCells, holds_one_value};
use super::batch::{BATCH_ROWS, Batch, Cells};
use super::cell_bounds::{TooLarge, batch_rows, check_rows, check_schema};
use super::error::{TableError, TableRule};
use super::guarded::guarded;
use super::header::{self, RefusedColumn};
use super::origin::Origin;

type Reader = Box<dyn RecordBatchReader + Send>;
/// Begins to read columns, which are given in ascending order.
type Start = Box<dyn FnOnce(&[usize]) -> Result<Reader, ParquetError> + Send>;

/// A Parquet file behind its footer, or a stream of record batches. Memory: one page per column and
/// one batch.
pub(super) struct RecordBatches {
    file: PathBuf,
    schema: SchemaRef,
    pub(super) columns: Vec<String>,
    pub(super) refused: Vec<RefusedColumn>,
    /// Column of the records for each column of the table that is read.
    places: Arc<[Option<usize>]>,
    stage: Stage,
    /// The rest of a record batch that is longer than a batch.
    rest: Option<RecordBatch>,
    bytes: Origin,
    row_count: Option<u64>,
    rows_read: u64,
    /// Columns that hold few distinct values, encoded by a dictionary; a stream does not know.
    repeating: Option<Vec<ColumnPath>>,
}

/// The rows of a Parquet file begin when it is known which columns are read.
enum Stage {
    Opened(Start),
    Reading(Reader),
}

/// Runs a step of the Parquet library; its panic is an error.
fn guard<T, E: From<ParquetError>>(step: impl FnOnce() -> Result<T, E>) -> Result<T, E> {
    guarded(step).unwrap_or_else(|panic| Err(ParquetError::General(panic).into()))
}

/// The error for record batches that take too much, or cannot be decoded.
fn refused(file: &Path, error: &(dyn Error + 'static)) -> TableError {
    if let Some(ParquetError::External(cause)) = error.downcast_ref()
        && let Some(TooLarge(message)) = cause.downcast_ref()
    {
        let message = format!("the table is refused for its size: {message}; export it again, or as CSV");
        return TableError::new(file, TableRule::Size, message);
    }
    let error = error.to_string();
    let error = match error.trim_start_matches("Parquet error: ") {
        error if error.contains("Corrupt footer") => "the list of its columns is missing at the end of the file",
        error => error,
    };
    let message = format!("the table is damaged or cut off: {error}; copy or export it again");
    TableError::new(file, TableRule::Undamaged, message)
}

impl RecordBatches {
    pub(super) fn open(path: &Path, file: File) -> Result<RecordBatches, TableError> {
        let again = file.try_clone().map_err(|error| TableError::io(path, &error))?;
        RecordBatches::parquet(path, [file, again], Origin::File(path.into()))
    }

    pub(super) fn in_memory(name: &Path, bytes: Bytes) -> Result<RecordBatches, TableError> {
        RecordBatches::parquet(name, [bytes.clone(), bytes.clone()], Origin::Memory(Box::new(bytes)))
    }

    /// The rows of a file that is given twice, to be read in two ways.
    fn parquet<R: ChunkReader + 'static>(
        path: &Path,
        [chunks, again]: [R; 2],
        bytes: Origin,
    ) -> Result<RecordBatches, TableError> {
        let open = || -> Result<_, ParquetError> {
            check_schema(&chunks)?;
            let length = chunks.len();
            let footer = ArrowReaderMetadata::load(&chunks, ArrowReaderOptions::new())?;
            let (schema, metadata) = (footer.schema().clone(), footer.metadata().clone());
            check_rows(&metadata, length)?;
            let repeating = repeating(&metadata);
            let options = ArrowReaderOptions::new().with_schema(with_dictionaries(&schema, &repeating));
            let footer = ArrowReaderMetadata::try_new(metadata.clone(), options)?;
            let builder = ParquetRecordBatchReaderBuilder::new_with_metadata(chunks, footer);
            Ok((schema, metadata, repeating, builder))
        };
        let (schema, metadata, repeating, builder) = guard(open).map_err(|error| refused(path, &error))?;
        let (again, sizes, types) = (Arc::new(again), metadata.clone(), schema.clone());
        let start = move |selected: &[usize]| -> Result<Reader, ParquetError> {
            let rows = batch_rows(&again, &sizes, &types, &|column| selected.contains(&column))?;
            let mask = ProjectionMask::roots(builder.parquet_schema(), selected.iter().copied());
            Ok(Box::new(builder.with_batch_size(rows).with_projection(mask).build()?))
        };
        let mut batches = RecordBatches::new(path, schema, Stage::Opened(Box::new(start)), bytes)?;
        batches.repeating = Some(repeating);
        batches.row_count = Some(metadata.file_metadata().num_rows().max(0) as u64);
        let holds_one = |column: &usize| holds_one_value(batches.schema.field(*column).data_type());
        batches.select(&(0..batches.columns.len()).filter(holds_one).collect::<Vec<_>>());
        Ok(batches)
    }

    /// The batches of any reader of record batches.
    pub(super) fn stream(name: &Path, reader: Reader) -> Result<RecordBatches, TableError> {
        RecordBatches::new(name, reader.schema(), Stage::Reading(reader), Origin::Stream)
    }

    fn new(path: &Path, schema: SchemaRef, stage: Stage, bytes: Origin) -> Result<RecordBatches, TableError> {
        let columns: Vec<String> = schema.fields().iter().map(|field| field.name().clone()).collect();
        header::unique(path, &columns)?;
        let refused = schema.fields().iter().filter(|field| !holds_one_value(field.data_type()));
        let refused =
            refused.map(|field| RefusedColumn { name: field.name().clone(), kind: field.data_type().to_string() });
        Ok(RecordBatches {
            file: path.into(),
            refused: refused.collect(),
            places: (0..columns.len()).map(Some).collect(),
            columns,
            schema,
            stage,
            rest: None,
            bytes,
            row_count: None,
            rows_read: 0,
            repeating: None,
        })
    }

    /// Reads only these columns of a Parquet file; what a stream holds is in memory already.
    pub(super) fn select(&mut self, columns: &[usize]) {
        if let Stage::Opened(_) = self.stage {
            let mut places = 0..;
            let place = |column| if columns.contains(&column) { places.next() } else { None };
            self.places = (0..self.columns.len()).map(place).collect();
        }
    }

    pub(super) fn schema(&self) -> &SchemaRef {
        &self.schema
    }

    /// Columns that hold few distinct values, where it is known.
    pub(super) fn repeating(&self) -> Option<&[ColumnPath]> {
        self.repeating.as_deref()
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Result<Option<Batch>, TableError> {
        let Some(mut record) = self.rest.take().map_or_else(|| self.next_record(), |rest| Ok(Some(rest)))? else {
            return Ok(None);
        };
        if record.num_rows() > BATCH_ROWS {
            self.rest = Some(record.slice(BATCH_ROWS, record.num_rows() - BATCH_ROWS));
            record = record.slice(0, BATCH_ROWS);
        }
        let first_row = self.rows_read + 1;
        self.rows_read += record.num_rows() as u64;
        Ok(Some(Batch { cells: Cells::Arrow(ArrowCells { first_row, record, places: self.places.clone() }) }))
    }

    /// The next record batch that has rows.
    fn next_record(&mut self) -> Result<Option<RecordBatch>, TableError> {
        let (file, line) = (&self.file, self.rows_read + 1);
        loop {
            match &mut self.stage {
                Stage::Reading(reader) => {
                    match guard(|| reader.next().transpose()).map_err(|error| refused(file, &error).at_line(line))? {
                        Some(record) if record.num_rows() == 0 => {}
                        record => return Ok(record),
                    }
                }
                Stage::Opened(start) => {
                    let start = std::mem::replace(start, Box::new(|_| Err(ParquetError::General(String::new()))));
                    let selected = self.places.iter().enumerate().filter(|(_, place)| place.is_some());
                    let selected: Vec<usize> = selected.map(|(column, _)| column).collect();
                    self.stage = Stage::Reading(guard(|| start(&selected)).map_err(|error| refused(file, &error))?);
                }
            }
        }
    }

    /// Rows read, of how many; a stream does not know.
    pub(super) fn progress(&self) -> (u64, u64) {
        (self.rows_read, self.row_count.unwrap_or(self.rows_read))
    }

    /// SHA-256 of the bytes. Parquet is read from its end, column by column, so this takes a pass
    /// of its own.
    pub(super) fn sha256(&self) -> Result<Option<String>, TableError> {
        self.bytes.sha256(&self.file)
    }
}

/// Columns whose values the first row group encodes by a dictionary, in so few bytes a value that
/// the dictionary has few entries and holds all of them.
fn repeating(metadata: &ParquetMetaData) -> Vec<ColumnPath> {
    let is_repeating = |chunk: &&ColumnChunkMetaData| {
        chunk.dictionary_page_offset().is_some() && chunk.uncompressed_size() < 3 * chunk.num_values()
    };
    let group = metadata.row_groups().first();
    let chunks = group.into_iter().flat_map(|group| group.columns()).filter(is_repeating);
    chunks.map(|chunk| chunk.column_path().clone()).collect()
}

/// The schema with repeating texts as dictionaries: each of their values is read, and checked, once
/// a batch.
fn with_dictionaries(schema: &SchemaRef, repeating: &[ColumnPath]) -> SchemaRef {
    let fields = schema.fields().iter().map(|field| {
        let is_text = matches!(field.data_type(), DataType::Utf8 | DataType::LargeUtf8);
        if !is_text || !repeating.contains(&ColumnPath::from(field.name().as_str())) {
            return field.clone();
        }
        let kind = DataType::Dictionary(Box::new(DataType::Int32), Box::new(field.data_type().clone()));
        Arc::new(field.as_ref().clone().with_data_type(kind))
    });
    Arc::new(Schema::new_with_metadata(fields.collect::<Vec<_>>(), schema.metadata().clone()))
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use arrow_array::types::Int32Type;
    use arrow_array::{
        ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, DurationMillisecondArray,
        DurationNanosecondArray, Float32Array, Float64Array, Int64Array, LargeStringArray, ListArray, NullArray,
        RecordBatchIterator, StringArray, StringViewArray, Time32MillisecondArray, Time32SecondArray,
        Time64MicrosecondArray, Time64NanosecondArray, TimestampMicrosecondArray, TimestampMillisecondArray,
        TimestampNanosecondArray, UInt64Array,
    };
    use parquet::arrow::ArrowWriter;
    use tenure::customer::Value;

    use super::super::fixtures::{refusal, rows};
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

    /// A cell with its type.
    fn cell_text(value: Value) -> String {
        format!("{value:?}")
    }

    fn cell(batch: &Batch, row: usize, column: usize) -> String {
        let mut cells = Vec::new();
        batch.for_each_value(column, |value| cells.push(cell_text(value)));
        assert_eq!(cells.len(), batch.rows());
        cells.swap_remove(row)
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
        let row = |row| -> Vec<String> { (0..12).map(|column| cell(&batch, row, column)).collect() };
        let missing = cell_text(Value::Missing);
        let (text, number) = (|text| cell_text(Value::Text(text)), |number| cell_text(Value::Number(number)));
        let first =
            [text("a"), text(""), text("v"), cell_text(Value::Flag(true)), number(-3.0), number(1.0), number(0.5)];
        assert_eq!(row(0)[..7], first);
        assert_eq!(row(0)[7..], [text("NaN"), text("-10.05"), text("Month"), missing.clone(), missing.clone()]);
        let second = [missing.clone(), text("é"), text("a longer text than a view holds inline"), missing.clone()];
        assert_eq!(row(1)[..4], second);
        assert_eq!(row(1)[4..7], [text("9007199254740993"), text("18446744073709551615"), number(f64::INFINITY)]);
        assert_eq!(row(1)[7..], [missing.clone(), text("0.29"), missing.clone(), missing.clone(), missing]);
        assert_eq!((batch.line(0), batch.line(1)), (1, 2));
        assert!(source.next().is_none());
        assert_eq!(source.progress(), (2, 2));
        assert_eq!(source.sha256().unwrap().unwrap().len(), 64);
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
            [cell(&batch, 1, 0), cell(&batch, 1, 1), cell(&batch, 1, 2)],
            [Value::Text("1970-01-03"), Value::Number(8.0), Value::Absent].map(cell_text)
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
    fn times_and_durations_of_every_unit() {
        // 16:21:37, and 88 hours and 3 minutes.
        let (time, span) = (58_897i64, 316_980i64);
        let columns: Vec<(&str, ArrayRef)> = vec![
            ("s", Arc::new(Time32SecondArray::from(vec![58_897, 0]))),
            ("ms", Arc::new(Time32MillisecondArray::from(vec![58_897_000, 250]))),
            ("us", Arc::new(Time64MicrosecondArray::from(vec![Some(time * 1_000_000), None]))),
            ("ns", Arc::new(Time64NanosecondArray::from(vec![time * 1_000_000_000, 1]))),
            ("span", Arc::new(DurationMillisecondArray::from(vec![span * 1000, -5_400_000]))),
            ("long", Arc::new(DurationNanosecondArray::from(vec![span * 1_000_000_000, -1]))),
        ];
        let rows = rows(Source::open(write(columns).path()).unwrap()).unwrap();
        assert_eq!(rows[0].1[..4], ["16:21:37"; 4]);
        assert_eq!(rows[0].1[4..], ["88:03:00"; 2]);
        assert_eq!(rows[1].1[..5], ["00:00:00", "00:00:00.25", "", "00:00:00.000000001", "-01:30:00"]);
        let format = tenure::schema::NumberFormat { time: true, ..Default::default() };
        assert_eq!([&rows[0].1[4], &rows[1].1[4]].map(|text| format.read(text)), [Some(88.05), Some(-1.5)]);
        assert!(format.read(&rows[1].1[5]).is_some(), "{}", rows[1].1[5]);
    }

    #[test]
    fn damage_at_any_length_is_an_error() {
        let file = write(vec![("n", Arc::new(Int64Array::from_iter_values(0..100)))]);
        let bytes = std::fs::read(file.path()).unwrap();
        assert_eq!(rows(Source::open(file.path()).unwrap()).unwrap().len(), 100);
        for length in 4..bytes.len() {
            assert_eq!(refusal(&bytes[..length]).rule, TableRule::Undamaged, "{length}");
        }
    }

    #[test]
    fn a_changed_byte_is_an_error_or_another_table_and_never_a_panic() {
        let texts =
            StringArray::from_iter((0..200).map(|n| (n % 7 > 0).then(|| ["Month", "Year", "Two years"][n % 3])));
        let columns: Vec<(&str, ArrayRef)> =
            vec![("n", Arc::new(Int64Array::from_iter_values(0..200))), ("t", Arc::new(texts))];
        let bytes = std::fs::read(write(columns).path()).unwrap();
        for at in 0..bytes.len() {
            let mut changed = bytes.clone();
            changed[at] ^= 0x55;
            // Either is well; a panic is not.
            if let Ok(source) = Source::from_bytes("t.parquet", changed) {
                let _ = rows(source);
            }
        }
    }

    #[test]
    fn streams_of_record_batches_are_cut_into_batches_and_columns_selected() {
        let batch = |rows: std::ops::Range<i64>| {
            let numbers: ArrayRef = Arc::new(Int64Array::from_iter_values(rows.clone()));
            let texts: ArrayRef = Arc::new(StringArray::from_iter_values(rows.map(|row| format!("t{row}"))));
            RecordBatch::try_from_iter([("n", numbers), ("t", texts)]).unwrap()
        };
        let (first, second) = (batch(0..5000), batch(5000..5010));
        let schema = first.schema();
        let empty = RecordBatch::new_empty(schema.clone());
        let reader = RecordBatchIterator::new([first, empty, second].map(Ok), schema);
        let mut source = Source::from_arrow("stream", Box::new(reader)).unwrap();
        assert_eq!((source.format(), source.line_word()), (Format::Arrow, "row"));
        let batches: Vec<_> = source.by_ref().map(Result::unwrap).collect();
        assert_eq!(source.sha256().unwrap(), None);
        assert_eq!(batches.iter().map(Batch::rows).collect::<Vec<_>>(), [4096, 904, 10]);
        assert_eq!((batches[1].line(0), &*batches[1].text(0, 1)), (4097, "t4096"));
        assert_eq!(batches[2].text(9, 0), "5009");

        let columns: Vec<(&str, ArrayRef)> = vec![
            ("a", Arc::new(Int64Array::from(vec![1]))),
            ("b", Arc::new(Int64Array::from(vec![2]))),
            ("c", Arc::new(Int64Array::from(vec![3]))),
        ];
        let mut source = Source::open(write(columns).path()).unwrap();
        source.select(&[2, 0]);
        let batch = source.next().unwrap().unwrap();
        assert_eq!([0, 1, 2].map(|column| batch.text(0, column).into_owned()), ["1", "", "3"]);
    }
}
