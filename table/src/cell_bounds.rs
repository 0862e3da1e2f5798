//! How many rows of a Parquet file are decoded together. A dictionary repeats a long cell at the cost
//! of a bit, so a file of kilobytes could take gigabytes: the longer its cells, the fewer rows.

use std::sync::Arc;

use parquet::basic::{Encoding, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;

use super::batch::BATCH_ROWS;
use super::records::MAXIMUM_RECORD;

/// The most bytes of a column's cells that are decoded together.
const MAXIMUM_BATCH: usize = 64 << 20;

/// The most rows to decode together of the columns that `is_selected` names by their position in the
/// table. A cell of more than [`MAXIMUM_RECORD`] bytes is an error.
pub(super) fn batch_rows<R: ChunkReader + 'static>(
    chunks: &Arc<R>,
    metadata: &ParquetMetaData,
    is_selected: &dyn Fn(usize) -> bool,
) -> Result<usize, ParquetError> {
    let columns = metadata.file_metadata().schema_descr();
    let mut rows = BATCH_ROWS;
    for group in metadata.row_groups() {
        let count = usize::try_from(group.num_rows()).unwrap_or_default();
        for (leaf, chunk) in group.columns().iter().enumerate() {
            if !is_selected(columns.get_column_root_idx(leaf)) || chunk.column_type() != Type::BYTE_ARRAY {
                continue;
            }
            // No cell is longer than all of them together.
            let all = usize::try_from(chunk.uncompressed_size()).unwrap_or(usize::MAX);
            if all.saturating_mul(count.min(BATCH_ROWS)) <= MAXIMUM_BATCH {
                continue;
            }
            let longest = if chunk.encodings().any(|encoding| encoding == Encoding::DELTA_BYTE_ARRAY) {
                // A cell can repeat the one before at the cost of a number.
                all.min(MAXIMUM_RECORD)
            } else {
                longest_entry(chunks, chunk, count)?
            };
            if longest > MAXIMUM_RECORD {
                let column = chunk.column_path().string();
                return Err(ParquetError::General(format!(
                    "a cell of column `{column}` has {longest} bytes, at most {MAXIMUM_RECORD} are read"
                )));
            }
            rows = rows.min(MAXIMUM_BATCH / longest.max(1)).max(1);
        }
    }
    Ok(rows)
}

/// Bytes of the longest entry of a chunk's dictionary; 0 without one.
fn longest_entry<R: ChunkReader + 'static>(
    chunks: &Arc<R>,
    chunk: &ColumnChunkMetaData,
    rows: usize,
) -> Result<usize, ParquetError> {
    if chunk.dictionary_page_offset().is_none() {
        return Ok(0);
    }
    let mut pages = SerializedPageReader::new(chunks.clone(), chunk, rows, None)?;
    let Some(Page::DictionaryPage { buf, .. }) = pages.get_next_page()? else { return Ok(0) };
    let (mut rest, mut longest) = (&buf[..], 0);
    // Each entry is its length in four bytes, and its bytes.
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        longest = longest.max(length);
        rest = after.get(length..).unwrap_or_default();
    }
    Ok(longest)
}

#[cfg(test)]
mod tests {
    use arrow_array::{ArrayRef, RecordBatch, StringArray};
    use parquet::arrow::ArrowWriter;
    use parquet::file::properties::{EnabledStatistics, WriterProperties};

    use super::super::{Batch, Source};

    /// A file of `rows` rows whose cells are one text of this length.
    fn repeated(length: usize, rows: usize) -> Vec<u8> {
        let text = "a".repeat(length);
        let mut bytes = Vec::new();
        let part: ArrayRef = std::sync::Arc::new(StringArray::from(vec![text.as_str(); 16]));
        let batch = RecordBatch::try_from_iter([("text", part)]).unwrap();
        let properties = WriterProperties::builder()
            .set_dictionary_page_size_limit(8 << 20)
            .set_statistics_enabled(EnabledStatistics::None)
            .build();
        let mut writer = ArrowWriter::try_new(&mut bytes, batch.schema(), Some(properties)).unwrap();
        (0..rows / 16).for_each(|_| writer.write(&batch).unwrap());
        writer.close().unwrap();
        bytes
    }

    #[test]
    fn long_cells_come_in_small_batches_and_longer_ones_are_refused() {
        let sizes = |bytes: Vec<u8>| -> Vec<usize> {
            Source::from_bytes("t", bytes).unwrap().map(|batch| Batch::rows(&batch.unwrap())).collect()
        };
        assert_eq!(sizes(repeated(100, 5008)), [4096, 912]);
        let long = repeated(1 << 20, 160);
        assert!(long.len() < 2 << 20, "{}", long.len());
        assert_eq!(sizes(long), [64, 64, 32]);
        let error = Source::from_bytes("t", repeated((1 << 20) + 1, 80)).unwrap().next().unwrap().unwrap_err();
        let text = error.to_string();
        assert!(text.contains("a cell of column `text` has 1048577 bytes, at most 1048576 are read"), "{text}");
    }
}
