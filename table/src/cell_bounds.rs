//! What the columns of a Parquet file take in memory, from the headers of its pages and before any is
//! decoded. A page can claim or unpack to gigabytes, a dictionary repeats a long cell at the cost of a
//! bit, and a list can have a thousand million elements in a few bytes. What is held at once is
//! bounded by the size of the file, and the longer the cells, the fewer rows are decoded together.

use std::fmt;
use std::io::Read;
use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use flate2::read::MultiGzDecoder;
use parquet::basic::{Compression, Type};
use parquet::column::page::{Page, PageReader};
use parquet::errors::ParquetError;
use parquet::file::metadata::{ColumnChunkMetaData, ParquetMetaData};
use parquet::file::reader::ChunkReader;
use parquet::file::serialized_reader::SerializedPageReader;

use super::batch::BATCH_ROWS;
use super::delta;
use super::records::MAXIMUM_RECORD;
use super::thrift::{self, PageHeader, PageKind};
use super::unpacked;

/// The most bytes of cells that are decoded together.
const MAXIMUM_BATCH: u64 = 64 << 20;
/// Bytes of pages that may be held of a file of any size.
const HELD: u64 = 64 << 20;
/// Rows that a file of any size may have, and that each of its bytes adds.
const ROWS: u64 = 1 << 24;
const ROWS_PER_BYTE: u64 = 1 << 10;
/// Groups of columns within each other.
const DEPTH: usize = 64;
/// Bytes of a cell that is no text, with its levels.
const CELL: u64 = 16;
/// Dictionaries of at most this many bytes are not looked into: their cells are short enough.
const SHORT: u64 = 256;

/// Bytes that a byte by gzip can unpack to.
const GZIP_RATIO: u64 = 1032;

/// Encodings, by their numbers in the format.
const DELTA_LENGTH_BYTE_ARRAY: i64 = 6;
const DELTA_BYTE_ARRAY: i64 = 7;
const DICTIONARY: [i64; 2] = [2, 8];

/// A file that is refused because of what it would take.
#[derive(Debug)]
pub(super) struct TooLarge(pub(super) String);

impl fmt::Display for TooLarge {
    fn fmt(&self, f: &mut fmt::Formatter) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for TooLarge {}

fn too_large(message: String) -> ParquetError {
    ParquetError::External(Box::new(TooLarge(message)))
}

fn damaged(message: impl ToString) -> ParquetError {
    ParquetError::General(message.to_string())
}

/// Refuses a footer whose schema is deeper than what the library can follow, or claims more columns
/// than it lists. What else is wrong with a footer is left to the library.
pub(super) fn check_schema<R: ChunkReader>(chunks: &R) -> Result<(), ParquetError> {
    let Some(end) = chunks.len().checked_sub(8) else { return Ok(()) };
    let tail = chunks.get_bytes(end, 8)?;
    let length = u32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    let Some(start) = end.checked_sub(length.into()).filter(|_| tail.ends_with(b"PAR1")) else { return Ok(()) };
    let depth = thrift::schema_depth(&chunks.get_bytes(start, length as usize)?).map_err(damaged)?;
    if depth > DEPTH {
        return Err(too_large(format!("the columns are groups of {depth} levels, and at most {DEPTH} are read")));
    }
    Ok(())
}

/// Refuses more rows than the file can have, and columns that lie at no place of a file.
pub(super) fn check_rows(metadata: &ParquetMetaData, file: u64) -> Result<(), ParquetError> {
    let groups = metadata.row_groups();
    let claimed = metadata.file_metadata().num_rows();
    let rows = groups.iter().try_fold(0u64, |rows, group| rows.checked_add(u64::try_from(group.num_rows()).ok()?));
    let Some(rows) = rows.filter(|rows| i64::try_from(*rows) == Ok(claimed)) else {
        return Err(damaged(format!("the file claims {claimed} rows, and its row groups claim another number")));
    };
    let most = ROWS.max(file.saturating_mul(ROWS_PER_BYTE));
    if rows > most {
        return Err(too_large(format!(
            "it claims {rows} rows, and at most {most} are allowed for a file of {file} bytes"
        )));
    }
    let chunks = || groups.iter().flat_map(|group| group.columns());
    for chunk in chunks() {
        let start = chunk.dictionary_page_offset().unwrap_or(chunk.data_page_offset());
        let length = chunk.compressed_size();
        // The library panics where it reads such a chunk.
        if start < 0 || length < 0 {
            let column = chunk.column_path().string();
            return Err(damaged(format!("column `{column}` claims {length} bytes from byte {start} on")));
        }
    }
    // Honest chunks lie beside each other.
    let packed = chunks().fold(0u64, |sum, chunk| sum.saturating_add(chunk.compressed_size() as u64));
    if packed > file {
        return Err(damaged(format!("its columns claim {packed} bytes, and the file has {file}")));
    }
    Ok(())
}

/// The most rows to decode together of the columns that `is_selected` names by their position in the
/// table. Columns that take too much are an error.
pub(super) fn batch_rows<R: ChunkReader + 'static>(
    chunks: &Arc<R>,
    metadata: &ParquetMetaData,
    schema: &Schema,
    is_selected: &dyn Fn(usize) -> bool,
) -> Result<usize, ParquetError> {
    let columns = metadata.file_metadata().schema_descr();
    let selected: Vec<usize> =
        (0..columns.num_columns()).filter(|&leaf| is_selected(columns.get_column_root_idx(leaf))).collect();
    let most = unpacked::limit(chunks.len(), HELD);
    let texts = selected.iter().filter(|&&leaf| columns.column(leaf).physical_type() == Type::BYTE_ARRAY).count();
    // Texts that lie in pages side by side share what a batch may hold.
    let window = MAXIMUM_BATCH / texts.max(1) as u64;
    let fixed = schema.fields().iter().enumerate().filter(|(column, _)| is_selected(*column));
    let mut row = fixed.fold(0u64, |sum, (_, field)| sum.saturating_add(width(field.data_type())));
    let (mut held, mut rows) = (0u64, BATCH_ROWS);
    for &leaf in &selected {
        let (mut longest, mut largest) = (0, 0);
        for (number, group) in metadata.row_groups().iter().enumerate() {
            let chunk = group.column(leaf);
            let pages = Pages::read(chunks, chunk, most)?;
            let claimed = group.num_rows();
            let is_flat = columns.column(leaf).max_rep_level() == 0;
            if is_flat && i64::try_from(pages.values) != Ok(claimed) {
                let column = chunk.column_path().string();
                return Err(damaged(format!(
                    "row group {} claims {claimed} rows, and column `{column}` has {} in its pages",
                    number + 1,
                    pages.values
                )));
            }
            longest = longest.max(pages.longest);
            // A row may hold all elements of its lists.
            let elements = if is_flat { 0 } else { pages.elements() };
            largest = largest.max(pages.held.saturating_add(elements));
            while rows > 1 && pages.window(rows as u64) > window.saturating_add(2 * pages.largest) {
                rows /= 2;
            }
        }
        if longest > MAXIMUM_RECORD as u64 {
            let column = metadata.file_metadata().schema_descr().column(leaf).path().string();
            return Err(too_large(format!(
                "a cell of column `{column}` has {longest} bytes, at most {MAXIMUM_RECORD} are read"
            )));
        }
        row = row.saturating_add(longest);
        held = held.saturating_add(largest);
    }
    if held > most {
        return Err(too_large(format!(
            "its pages take {held} bytes at a time, and at most {most} are allowed for a file of this size"
        )));
    }
    if row > MAXIMUM_BATCH {
        return Err(too_large(format!("a row takes up to {row} bytes, and at most {MAXIMUM_BATCH} are read")));
    }
    Ok(rows.min((MAXIMUM_BATCH / row.max(1)) as usize).max(1))
}

/// Bytes that a row takes in an array of this type, without texts.
fn width(kind: &DataType) -> u64 {
    match kind {
        DataType::FixedSizeBinary(length) => u64::from(length.unsigned_abs()),
        DataType::FixedSizeList(element, length) => {
            width(element.data_type()).saturating_mul(length.unsigned_abs().into())
        }
        DataType::List(element) | DataType::LargeList(element) | DataType::Map(element, _) => {
            CELL.saturating_add(width(element.data_type()))
        }
        DataType::Struct(fields) => fields.iter().fold(CELL, |sum, field| sum.saturating_add(width(field.data_type()))),
        _ => CELL,
    }
}

/// What the pages of a column take, in one row group.
#[derive(Default)]
struct Pages {
    /// Values in all data pages.
    values: u64,
    /// Bytes of the dictionary and the largest page, with the lengths of its texts.
    held: u64,
    /// Bytes of the largest data page.
    largest: u64,
    /// Bytes of the longest cell that the dictionary, or a cell before it, can repeat.
    longest: u64,
    /// Values and bytes of each data page that has texts of its own.
    texts: Vec<(u64, u64)>,
}

impl Pages {
    fn read<R: ChunkReader + 'static>(
        chunks: &Arc<R>,
        chunk: &ColumnChunkMetaData,
        most: u64,
    ) -> Result<Pages, ParquetError> {
        let (mut at, mut left) = chunk.byte_range();
        let column = chunk.column_path().string();
        let is_text = chunk.column_type() == Type::BYTE_ARRAY;
        let mut bodies = SerializedPageReader::new(chunks.clone(), chunk, 0, None)?;
        let (mut pages, mut dictionary) = (Pages::default(), 0);
        while left > 0 {
            let page = thrift::page_header(chunks.get_read(at)?.take(left)).map_err(damaged)?;
            let length = page.length.saturating_add(page.packed);
            if length > left {
                return Err(damaged(format!("a page of column `{column}` has {length} bytes, and {left} are left")));
            }
            let PageHeader { packed, values, kind, encoding, .. } = page;
            // A page that is not compressed is as long as it is.
            let unpacked = page.unpacked.max(packed);
            let has_lengths = matches!(encoding, DELTA_LENGTH_BYTE_ARRAY | DELTA_BYTE_ARRAY);
            let lengths = if has_lengths { values.saturating_mul(8) } else { 0 };
            let takes = unpacked.saturating_add(lengths);
            if takes > most {
                return Err(too_large(format!(
                    "a page of column `{column}` takes {takes} bytes, and at most {most} are allowed for a file of {} bytes",
                    chunks.len()
                )));
            }
            match kind {
                PageKind::Dictionary => {
                    // The library makes room for all entries that are claimed.
                    let entry = entry_width(chunk);
                    if values.saturating_mul(entry) > unpacked {
                        return Err(too_large(format!(
                            "the dictionary of column `{column}` claims {values} entries of {entry} bytes or more, in {unpacked} bytes"
                        )));
                    }
                    dictionary = dictionary.max(unpacked);
                    check_gzip(chunks, chunk, &page, at + page.length, most)?;
                    if !is_text || unpacked <= SHORT {
                        pages.longest = pages.longest.max(if is_text { unpacked } else { 0 });
                        bodies.skip_next_page()?;
                    } else if let Some(Page::DictionaryPage { buf, .. }) = bodies.get_next_page()? {
                        pages.longest = pages.longest.max(longest_entry(&buf));
                    }
                }
                PageKind::Data | PageKind::DataV2 => {
                    pages.values = pages.values.saturating_add(values);
                    pages.largest = pages.largest.max(unpacked);
                    pages.held = pages.held.max(takes);
                    if is_text && !DICTIONARY.contains(&encoding) {
                        pages.texts.push((values, unpacked));
                    }
                    check_gzip(chunks, chunk, &page, at + page.length, most)?;
                    if has_lengths {
                        let body = bodies.get_next_page()?;
                        let longest = body.as_ref().and_then(|body| longest_text(body, &page, chunk));
                        let longest = longest.ok_or_else(|| {
                            damaged(format!(
                                "a page of column `{column}` claims more texts than the {values} that its header has"
                            ))
                        })?;
                        pages.longest = pages.longest.max(longest);
                    } else {
                        bodies.skip_next_page()?;
                    }
                }
                // The reader of pages passes over it as well.
                PageKind::Other => bodies.skip_next_page()?,
            }
            at += length;
            left -= length;
        }
        pages.held = pages.held.saturating_add(dictionary);
        Ok(pages)
    }

    /// Bytes of all values, decoded.
    fn elements(&self) -> u64 {
        let texts = self.texts.iter().map(|(_, bytes)| bytes).sum();
        self.values.saturating_mul(CELL.saturating_add(self.longest)).saturating_add(texts)
    }

    /// The most bytes of the pages that `rows` rows in a row touch.
    fn window(&self, rows: u64) -> u64 {
        // Rows and bytes of the pages from the first to the last that are touched.
        let (mut first, mut count, mut bytes, mut most) = (0, 0, 0, 0);
        for (last, &(values, length)) in self.texts.iter().enumerate() {
            count += values;
            bytes += length;
            // Those between need all rows but one in the first page and one in the last.
            while first < last && count - self.texts[first].0 - values > rows.saturating_sub(2) {
                count -= self.texts[first].0;
                bytes -= self.texts[first].1;
                first += 1;
            }
            most = most.max(bytes);
        }
        most
    }
}

/// Refuses a page by gzip that unpacks to more than it claims: the library would unpack all of it.
fn check_gzip<R: ChunkReader>(
    chunks: &Arc<R>,
    chunk: &ColumnChunkMetaData,
    page: &PageHeader,
    start: u64,
    most: u64,
) -> Result<(), ParquetError> {
    let is_gzip = matches!(chunk.compression(), Compression::GZIP(_));
    if !is_gzip || page.packed.saturating_mul(GZIP_RATIO) <= most {
        return Ok(());
    }
    let packed = chunks.get_bytes(start, page.packed as usize)?;
    let packed = packed.get(page.levels as usize..).unwrap_or_default();
    let mut decoder = MultiGzDecoder::new(packed).take(page.unpacked + 1);
    // Damage is found when the page is read.
    let unpacked = std::io::copy(&mut decoder, &mut std::io::sink()).unwrap_or_default();
    if unpacked > page.unpacked {
        let (column, claimed) = (chunk.column_path().string(), page.unpacked);
        return Err(damaged(format!("a page of column `{column}` unpacks to more than the {claimed} bytes it claims")));
    }
    Ok(())
}

/// The fewest bytes of an entry of a dictionary.
fn entry_width(chunk: &ColumnChunkMetaData) -> u64 {
    match chunk.column_type() {
        Type::BOOLEAN => 0,
        Type::INT32 | Type::FLOAT | Type::BYTE_ARRAY => 4,
        Type::INT64 | Type::DOUBLE => 8,
        Type::INT96 => 12,
        Type::FIXED_LEN_BYTE_ARRAY => chunk.column_descr().type_length().max(0) as u64,
    }
}

/// Bytes of the longest text of a dictionary.
fn longest_entry(dictionary: &[u8]) -> u64 {
    let (mut rest, mut longest) = (dictionary, 0);
    // Each entry is its length in four bytes, and its bytes.
    while let Some((length, after)) = rest.split_first_chunk::<4>() {
        let length = u32::from_le_bytes(*length) as usize;
        longest = longest.max(length as u64);
        rest = after.get(length..).unwrap_or_default();
    }
    longest
}

/// Bytes of the longest text that a page of lengths repeats, 0 where it repeats none; none where the
/// page claims more texts than its header.
fn longest_text(body: &Page, page: &PageHeader, chunk: &ColumnChunkMetaData) -> Option<u64> {
    let column = chunk.column_descr();
    let bytes: &[u8] = body.buffer();
    let mut start = usize::try_from(page.levels).ok()?;
    if page.kind == PageKind::Data {
        // Each kind of level is its length in four bytes, and its bytes.
        for _ in [column.max_rep_level(), column.max_def_level()].iter().filter(|&&level| level > 0) {
            let length = bytes.get(start..)?.first_chunk::<4>()?;
            start = start.checked_add(4)?.checked_add(u32::from_le_bytes(*length) as usize)?;
        }
    }
    let bytes = bytes.get(start..)?;
    if page.encoding == DELTA_LENGTH_BYTE_ARRAY {
        delta::count(bytes).filter(|count| *count <= page.values).map(|_| 0)
    } else {
        delta::longest(bytes, page.values)
    }
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
        assert_eq!(sizes(long), [63, 63, 34]);
        let error = Source::from_bytes("t", repeated((1 << 20) + 1, 80)).unwrap().next().unwrap().unwrap_err();
        let text = error.to_string();
        assert!(text.contains("a cell of column `text` has 1048577 bytes, at most 1048576 are read"), "{text}");
    }
}
