//! Sheets of workbooks (.xlsx) as rows of text, in the words that a text file would have: dates and
//! times as ISO 8601 writes them, TRUE and FALSE, and nothing where a formula failed.
//!
//! The cells of a sheet are held in memory, 8 bytes and the text each. What they may take is bounded by
//! the size of the file (`parts.rs`).

mod cells;
mod parts;
mod refusal;
mod text;

use std::fs::File;
use std::io::{BufReader, Cursor, Read, Seek};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use calamine::{Reader, Sheet, SheetType, SheetVisible, Xlsx};
use cells::SheetCells;
use refusal::damaged;
use sha2::{Digest, Sha256};

use super::batch::{BATCH_ROWS, Batch, Cells};
use super::error::{TableError, TableRule};
use super::guarded::guarded;
use super::header;
use super::origin::Origin;
use super::text::{BATCH_TEXT, BlankRows, shown};
use super::text_cells::TextCells;

/// Bytes looked at on either side of a file that is no workbook.
const SIDE: u64 = 64 * 1024;

/// A sheet behind its header.
pub(super) struct SheetReader {
    file: PathBuf,
    pub(super) columns: Vec<String>,
    pub(super) notices: Vec<String>,
    /// Names of the sheets that the workbook shows.
    pub(super) sheets: Vec<String>,
    sheet: SheetCells,
    /// Column of the sheet for each column of the table, ascending.
    places: Vec<u16>,
    /// The row to be read next.
    next: usize,
    /// Rows above the first one of the table.
    before: usize,
    origin: Origin,
    /// The sheet's name, where the workbook has others.
    one_of_several: Option<String>,
}

impl SheetReader {
    pub(super) fn open(path: &Path, file: File, sheet: Option<&str>) -> Result<SheetReader, TableError> {
        SheetReader::guarded(path, BufReader::new(file), Origin::File(path.into()), sheet)
    }

    pub(super) fn in_memory(name: &Path, bytes: Vec<u8>, sheet: Option<&str>) -> Result<SheetReader, TableError> {
        let bytes: Arc<[u8]> = bytes.into();
        SheetReader::guarded(name, Cursor::new(bytes.clone()), Origin::Memory(Box::new(bytes)), sheet)
    }

    /// As [`SheetReader::new`]; a panic of the library is an error.
    fn guarded(
        path: &Path,
        bytes: impl Read + Seek,
        origin: Origin,
        sheet: Option<&str>,
    ) -> Result<SheetReader, TableError> {
        guarded(|| SheetReader::new(path, bytes, origin, sheet)).unwrap_or_else(|panic| Err(damaged(path, panic)))
    }

    fn new(
        path: &Path,
        mut bytes: impl Read + Seek,
        origin: Origin,
        sheet: Option<&str>,
    ) -> Result<SheetReader, TableError> {
        let length = parts::check(path, &mut bytes)?;
        let opened = Xlsx::new(&mut bytes).map_err(|error| error.to_string());
        let mut workbook = match opened {
            Ok(workbook) => workbook,
            Err(error) => return Err(no_workbook(path, &mut bytes, error)),
        };
        let (name, mut notices) = choose(path, &workbook, sheet)?;
        let sheets = visible(&workbook).map(|sheet| sheet.name.clone()).collect();
        let sheet = SheetCells::read(path, &mut workbook, &name, length)?;
        let titles = sheet.titles();
        let shown_title = |row: usize| {
            format!(
                "row {} is a title, not the names of the columns, and is passed over: {:?}",
                sheet.rows[row].number,
                shown(sheet.cell(sheet.first_cell(row)).1)
            )
        };
        notices.extend((0..titles).map(shown_title));
        if sheet.rows.len() <= titles {
            return Err(TableError::new(path, TableRule::NotEmpty, format!("the sheet {name:?} is empty")));
        }
        let used = sheet.cells[sheet.first_cell(titles)..].iter().map(|cell| cell.column);
        let mut places: Vec<u16> = used.collect();
        places.sort_unstable();
        places.dedup();
        let mut names = vec![String::new(); places.len()];
        for (column, text) in sheet.row(titles) {
            names[places.partition_point(|&place| place < column)] = text.trim().to_owned();
        }
        let columns = header::check(path, sheet.rows[titles].number.into(), names)?;
        let mut blank = BlankRows::default();
        for rows in sheet.rows[titles..].windows(2) {
            let (before, next) = (u64::from(rows[0].number), u64::from(rows[1].number));
            if next > before + 1 {
                blank.add(next - before - 1, before + 1);
            }
        }
        notices.extend(blank.notice("row"));
        let (file, before) = (path.into(), titles + 1);
        let one_of_several = (workbook.sheets_metadata().len() > 1).then_some(name);
        Ok(SheetReader { file, columns, notices, sheets, sheet, places, next: before, before, origin, one_of_several })
    }

    /// The next rows; `None` at the end.
    pub(super) fn next_batch(&mut self) -> Option<Batch> {
        let mut cells = TextCells::new(self.columns.len(), b',');
        let (mut joined, mut ends) = (String::new(), Vec::new());
        while self.next < self.sheet.rows.len() && cells.rows() < BATCH_ROWS && cells.bytes() < BATCH_TEXT {
            joined.clear();
            ends.clear();
            let mut row = self.sheet.row(self.next).peekable();
            for place in &self.places {
                if !ends.is_empty() {
                    joined.push(',');
                }
                if let Some((_, text)) = row.next_if(|(column, _)| column == place) {
                    joined.push_str(text);
                }
                ends.push(joined.len());
            }
            cells.push(self.sheet.rows[self.next].number.into(), &joined, &ends, false);
            self.next += 1;
        }
        (cells.rows() > 0).then_some(Batch { cells: Cells::Text(cells) })
    }

    /// Rows read, of how many.
    pub(super) fn progress(&self) -> (u64, u64) {
        ((self.next - self.before) as u64, (self.sheet.rows.len() - self.before) as u64)
    }

    pub(super) fn sha256(&self) -> Result<Option<String>, TableError> {
        let hash = self.origin.sha256(&self.file)?;
        // Two sheets of a workbook are two tables.
        let of_sheet = |hash: String| match &self.one_of_several {
            Some(name) => hex::encode(Sha256::digest(format!("{hash} {name}"))),
            None => hash,
        };
        Ok(hash.map(of_sheet))
    }
}

fn worksheets<R: Read + Seek>(workbook: &Xlsx<R>) -> impl Iterator<Item = &Sheet> {
    workbook.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet)
}

fn visible<R: Read + Seek>(workbook: &Xlsx<R>) -> impl Iterator<Item = &Sheet> {
    worksheets(workbook).filter(|sheet| sheet.visible == SheetVisible::Visible)
}

/// The name of the sheet to read, and a notice where others might be meant.
fn choose<R: Read + Seek>(
    path: &Path,
    workbook: &Xlsx<R>,
    wanted: Option<&str>,
) -> Result<(String, Vec<String>), TableError> {
    let sheets: Vec<_> = worksheets(workbook).collect();
    let list =
        |names: &mut dyn Iterator<Item = &str>| names.map(|name| format!("{name:?}")).collect::<Vec<_>>().join(", ");
    let Some(wanted) = wanted else {
        let visible: Vec<_> = visible(workbook).collect();
        let first = visible.first().or(sheets.first());
        let first = first.ok_or_else(|| TableError::new(path, TableRule::NotEmpty, "the workbook has no sheet"))?;
        let mut notices = Vec::new();
        if visible.len() > 1 {
            let names = list(&mut visible.iter().map(|sheet| sheet.name.as_str()));
            notices.push(format!("the sheet {:?} is read, the first of {} ({names})", first.name, visible.len()));
        }
        return Ok((first.name.clone(), notices));
    };
    let named = sheets.iter().find(|sheet| sheet.name == wanted);
    let folded = || sheets.iter().find(|sheet| sheet.name.trim().to_lowercase() == wanted.trim().to_lowercase());
    let numbered = || wanted.parse::<usize>().ok().and_then(|number| sheets.get(number.checked_sub(1)?));
    match named.or_else(folded).or_else(numbered) {
        Some(sheet) => Ok((sheet.name.clone(), Vec::new())),
        None => {
            let names = list(&mut sheets.iter().map(|sheet| sheet.name.as_str()));
            Err(TableError::new(path, TableRule::Sheet, format!("no sheet {wanted:?}; the sheets are {names}")))
        }
    }
}

/// The error for a zip archive that cannot be opened as a workbook.
fn no_workbook(path: &Path, bytes: &mut (impl Read + Seek), error: String) -> TableError {
    let mut sides = Vec::new();
    // What cannot be read here could not be read before.
    let _ = bytes.rewind().and_then(|()| bytes.by_ref().take(SIDE).read_to_end(&mut sides));
    let _ = bytes.seek(std::io::SeekFrom::End(0)).and_then(|length| {
        bytes.seek(std::io::SeekFrom::Start(length.saturating_sub(SIDE)))?;
        bytes.read_to_end(&mut sides)
    });
    let has = |name: &[u8]| memchr::memmem::find(&sides, name).is_some();
    let format = |message: &str| TableError::new(path, TableRule::Format, message);
    if has(b"opendocument.spreadsheet") {
        format("this is an OpenDocument spreadsheet (.ods); save it as .xlsx or CSV")
    } else if has(b"xl/workbook.bin") {
        format("this is a binary workbook (.xlsb); save it as .xlsx or CSV")
    } else if has(b"xl/workbook.xml") || path.extension().is_some_and(|end| end.eq_ignore_ascii_case("xlsx")) {
        damaged(path, error)
    } else {
        format("this is a zip archive, but no workbook (.xlsx); unpack it, and name the table within")
    }
}

#[cfg(test)]
mod tests;
