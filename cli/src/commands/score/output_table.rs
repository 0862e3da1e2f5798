//! The table that is written: the input's columns as they are, then the scores. Batches are encoded side by side and
//! written one after another.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use arrow_array::{ArrayRef, Float32Array, RecordBatch, StringArray};
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use parquet::arrow::ArrowWriter;
use parquet::basic::{Compression, ZstdLevel};
use parquet::file::properties::WriterProperties;
use tempfile::NamedTempFile;
use tenure::artifact::Document;
use tenure::customer::Value;
use tenure_table::{BATCH_ROWS, Batch, Source};

use super::input::{self, Rows};
use super::row_scorer::Scored;
use crate::failure::Failure;

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

/// The columns of the output.
pub(super) struct OutputTable {
    format: Format,
    keeps_types: bool,
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
        let from_parquet = source.format() == tenure_table::Format::Parquet;
        if from_parquet && format != Format::Parquet && !source.refused().is_empty() {
            let columns =
                source.refused().iter().map(|column| format!("\n  `{}` of type {}", column.name, column.kind));
            let columns: String = columns.collect();
            let message = "these columns cannot be written as text; write .parquet, or drop them";
            return Err(Failure::usage(format!("{}: {message}:{columns}", path.display())));
        }
        let keeps_types = from_parquet && format == Format::Parquet;
        let mut fields: Vec<Field> = if keeps_types {
            input::parquet(path)?.schema().fields().iter().map(|field| field.as_ref().clone()).collect()
        } else {
            source.columns().iter().map(|name| Field::new(name, DataType::Utf8, false)).collect()
        };
        let kind = |index| if index < 2 { DataType::Float32 } else { DataType::Utf8 };
        fields.extend(added.iter().enumerate().map(|(index, name)| Field::new(name, kind(index), true)));
        Ok(OutputTable {
            format,
            keeps_types,
            names: source.columns().iter().cloned().chain(added).collect(),
            carried: source.columns().len(),
            tiers: document.policy.tiers.iter().map(|tier| tier.name.clone()).collect(),
            reasons,
            schema: Arc::new(Schema::new(fields)),
        })
    }

    /// Whether the input's columns go from Parquet to Parquet, whatever their types are.
    pub(super) fn keeps_types(&self) -> bool {
        self.keeps_types
    }

    /// The tier's name; none for a row that is not scored.
    fn tier(&self, scored: &Scored, row: usize) -> Option<&str> {
        scored.tiers[row].map(|tier| self.tiers[tier as usize].as_str())
    }

    /// Encodes a batch with its scores.
    pub(super) fn encode(&self, rows: &Rows, scored: &Scored) -> Result<Encoded, Failure> {
        // Neither fails: the memory is a Vec, and lengths and types are those of the schema.
        match self.format {
            Format::Text { delimiter } => {
                self.text(&rows.batch, scored, delimiter).map(Encoded::Text).map_err(Failure::data)
            }
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
                let close = |writer: &mut ArrowWriter<_>| {
                    if writer.in_progress_size() > GROUP_BYTES { writer.flush() } else { Ok(()) }
                };
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
