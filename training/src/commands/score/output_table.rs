//! The table that is written: the input's columns as they are, then the scores. Batches are encoded side by side and
//! written one after another.

use std::fs::File;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::arrow::arrow_reader::{ParquetRecordBatchReader, ParquetRecordBatchReaderBuilder};
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;
use tenure::artifact::Document;
use tenure::customer::Value;

use super::progress::Progress;
use super::rows::Scored;
use crate::failure::Failure;
use crate::table::{BATCH_ROWS, Batch, Source, TableError};

/// Rows of a row group of Parquet; the group is held in memory, encoded, until it is whole.
const GROUP_ROWS: usize = 32 * BATCH_ROWS;
/// A row group is closed early at this many bytes.
const GROUP_BYTES: usize = 32 << 20;

/// How the output is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Format {
    Text { delimiter: u8 },
    Parquet,
}

impl Format {
    /// The format that the extension names.
    pub(super) fn of(path: &Path) -> Result<Format, Failure> {
        let extension = path.extension().unwrap_or_default().to_string_lossy().to_lowercase();
        match extension.as_str() {
            "csv" => Ok(Format::Text { delimiter: b',' }),
            "tsv" => Ok(Format::Text { delimiter: b'\t' }),
            "parquet" => Ok(Format::Parquet),
            _ => Err(Failure::usage(format!("--out must end in .csv, .tsv or .parquet (got {})", path.display()))),
        }
    }
}

/// Rows of the input: unchecked cells, and from Parquet to Parquet the arrays they came in, which keep every type.
pub(super) struct Rows {
    pub batch: Batch,
    arrays: Option<RecordBatch>,
}

/// The batches of the input.
pub(super) struct InputRows {
    source: Source,
    arrays: Option<ParquetRecordBatchReader>,
}

impl InputRows {
    pub(super) fn new(source: Source, format: Format) -> Result<InputRows, Failure> {
        let keeps_types = source.format() == crate::table::Format::Parquet && format == Format::Parquet;
        let arrays = if keeps_types { Some(arrays(source.path())?) } else { None };
        Ok(InputRows { source, arrays })
    }

    /// All batches; tells how far the reading has come.
    pub(super) fn inspect_progress(mut self, progress: &Progress) -> impl Iterator<Item = Result<Rows, Failure>> {
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

fn parquet(path: &Path) -> Result<ParquetRecordBatchReaderBuilder<File>, Failure> {
    let file = File::open(path).map_err(|error| Failure::from(TableError::io(path, &error)))?;
    ParquetRecordBatchReaderBuilder::try_new(file).map_err(|error| damaged(path, &error))
}

fn arrays(path: &Path) -> Result<ParquetRecordBatchReader, Failure> {
    // Batches of the same rows as the source's.
    parquet(path)?.with_batch_size(BATCH_ROWS).build().map_err(|error| damaged(path, &error))
}

/// The columns of the output.
pub(super) struct OutputTable {
    format: Format,
    names: Vec<String>,
    /// Columns that come from the input.
    carried: usize,
    tiers: Vec<String>,
    /// Columns of reasons.
    reasons: usize,
    schema: SchemaRef,
}

/// A batch of the output, ready to be written.
pub(super) enum Encoded {
    Text(Vec<u8>),
    Arrays(RecordBatch),
}

impl OutputTable {
    pub(super) fn new(
        source: &Source,
        format: Format,
        document: &Document,
        reasons: usize,
    ) -> Result<OutputTable, Failure> {
        let path = source.path();
        let mut added: Vec<String> = ["probability", "logit", "tier", "problems"].map(Into::into).into();
        added.extend((1..=reasons).map(|number| format!("reason_{number}")));
        let taken: Vec<_> = added.iter().filter(|name| source.columns().contains(name)).map(String::as_str).collect();
        if !taken.is_empty() {
            let message = "the table has columns with the names of scores, rename or drop them";
            return Err(Failure::data(format!("{}: {message}: `{}`", path.display(), taken.join("`, `"))));
        }
        let from_parquet = source.format() == crate::table::Format::Parquet;
        if from_parquet && format != Format::Parquet && !source.refused().is_empty() {
            let columns = source.refused().iter().map(|column| format!("\n  `{}` of type {}", column.name, column.kind));
            let columns: String = columns.collect();
            let message = "these columns cannot be written as text; write .parquet, or drop them";
            return Err(Failure::usage(format!("{}: {message}:{columns}", path.display())));
        }
        let mut fields: Vec<Field> = if from_parquet && format == Format::Parquet {
            parquet(path)?.schema().fields().iter().map(|field| field.as_ref().clone()).collect()
        } else {
            source.columns().iter().map(|name| Field::new(name, DataType::Utf8, false)).collect()
        };
        let kind = |index| if index < 2 { DataType::Float32 } else { DataType::Utf8 };
        fields.extend(added.iter().enumerate().map(|(index, name)| Field::new(name, kind(index), true)));
        Ok(OutputTable {
            format,
            names: source.columns().iter().cloned().chain(added).collect(),
            carried: source.columns().len(),
            tiers: document.policy.tiers.iter().map(|tier| tier.name.clone()).collect(),
            reasons,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    /// The tier's name; none for a row that is not scored.
    fn tier(&self, scored: &Scored, row: usize) -> Option<&str> {
        scored.tiers[row].map(|tier| self.tiers[tier as usize].as_str())
    }

    /// Encodes a batch with its scores.
    pub(super) fn encode(&self, rows: &Rows, scored: &Scored) -> Result<Encoded, Failure> {
        // Neither fails: the memory is a Vec, and lengths and types are those of the schema.
        match self.format {
            Format::Text { delimiter } => self.text(&rows.batch, scored, delimiter).map(Encoded::Text).map_err(Failure::data),
            Format::Parquet => self.arrays(rows, scored).map(Encoded::Arrays).map_err(Failure::data),
        }
    }

    fn text(&self, batch: &Batch, scored: &Scored, delimiter: u8) -> csv::Result<Vec<u8>> {
        let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(Vec::with_capacity(1 << 20));
        let mut number = Vec::with_capacity(32);
        for row in 0..batch.rows() {
            for column in 0..self.carried {
                match batch.value(row, column) {
                    Value::Text(text) => writer.write_field(text)?,
                    _ => writer.write_field(batch.text(row, column).as_bytes())?,
                }
            }
            for value in [scored.probabilities[row], scored.logits[row]] {
                number.clear();
                if !value.is_nan() {
                    write!(number, "{value}")?;
                }
                writer.write_field(&number)?;
            }
            writer.write_field(self.tier(scored, row).unwrap_or_default())?;
            writer.write_field(&scored.problems[row])?;
            for reason in 0..self.reasons {
                writer.write_field(scored.reasons[row].get(reason).map_or("", String::as_str))?;
            }
            writer.write_record(None::<&[u8]>)?;
        }
        writer.into_inner().map_err(|error| error.into_error().into())
    }

    fn arrays(&self, rows: &Rows, scored: &Scored) -> Result<RecordBatch, arrow_schema::ArrowError> {
        let batch = &rows.batch;
        let count = batch.rows();
        let mut columns: Vec<ArrayRef> = match &rows.arrays {
            Some(arrays) => arrays.columns().to_vec(),
            None => {
                let text = |row, column| match batch.value(row, column) {
                    Value::Text(text) => text,
                    // Text files have nothing else.
                    _ => "",
                };
                let column = |column| StringArray::from_iter_values((0..count).map(|row| text(row, column)));
                (0..self.carried).map(|index| Arc::new(column(index)) as ArrayRef).collect()
            }
        };
        let numbers = |values: &[f32]| -> ArrayRef {
            Arc::new(Float32Array::from_iter(values.iter().map(|value| Some(*value).filter(|value| !value.is_nan()))))
        };
        columns.push(numbers(&scored.probabilities));
        columns.push(numbers(&scored.logits));
        columns.push(Arc::new(StringArray::from_iter((0..count).map(|row| self.tier(scored, row)))));
        let problems = scored.problems.iter().map(|text| Some(text.as_str()).filter(|text| !text.is_empty()));
        columns.push(Arc::new(StringArray::from_iter(problems)));
        for reason in 0..self.reasons {
            let texts = scored.reasons.iter().map(|reasons| reasons.get(reason).map(String::as_str));
            columns.push(Arc::new(StringArray::from_iter(texts)));
        }
        RecordBatch::try_new(self.schema.clone(), columns)
    }

    /// Begins the file that becomes `out`.
    pub(super) fn writer(&self, file: NamedTempFile, out: &Path) -> Result<OutputWriter, Failure> {
        let out = out.to_owned();
        let kind = match self.format {
            Format::Text { delimiter } => {
                let mut file = file;
                let mut header = csv::WriterBuilder::new().delimiter(delimiter).from_writer(&mut file);
                header.write_record(&self.names).map_err(|error| Failure::file(&out, error))?;
                header.flush().map_err(|error| Failure::file(&out, error))?;
                drop(header);
                WriterKind::Text(file)
            }
            Format::Parquet => {
                let properties = WriterProperties::builder()
                    .set_compression(Compression::ZSTD(ZstdLevel::default()))
                    .set_max_row_group_row_count(Some(GROUP_ROWS))
                    .build();
                let writer = ArrowWriter::try_new(file, self.schema.clone(), Some(properties));
                WriterKind::Parquet(Box::new(writer.map_err(|error| Failure::file(&out, error))?))
            }
        };
        Ok(OutputWriter { out, kind })
    }
}

/// The output under way, in a temporary file.
pub(super) struct OutputWriter {
    out: PathBuf,
    kind: WriterKind,
}

enum WriterKind {
    Text(NamedTempFile),
    Parquet(Box<ArrowWriter<NamedTempFile>>),
}

impl OutputWriter {
    pub(super) fn write(&mut self, encoded: Encoded) -> Result<(), Failure> {
        match (&mut self.kind, encoded) {
            (WriterKind::Text(file), Encoded::Text(bytes)) => {
                file.write_all(&bytes).map_err(|error| Failure::file(&self.out, error))
            }
            (WriterKind::Parquet(writer), Encoded::Arrays(arrays)) => {
                let close = |writer: &mut ArrowWriter<_>| if writer.in_progress_size() > GROUP_BYTES { writer.flush() } else { Ok(()) };
                let written = writer.write(&arrays).and_then(|()| close(writer));
                written.map_err(|error| Failure::file(&self.out, error))
            }
            _ => unreachable!("one table encodes and writes one format"),
        }
    }

    /// Ends the file, which still has its temporary name.
    pub(super) fn finish(self) -> Result<NamedTempFile, Failure> {
        match self.kind {
            WriterKind::Text(file) => Ok(file),
            WriterKind::Parquet(writer) => writer.into_inner().map_err(|error| Failure::file(&self.out, error)),
        }
    }
}
