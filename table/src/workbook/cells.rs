//! The cells of a sheet, as texts in compact memory.

use std::io::{Read, Seek};
use std::path::Path;

use calamine::{Xlsx, XlsxError};

use super::refusal::{damaged, too_large};
use super::text::push_text;
use crate::error::{TableError, TableRule};
use crate::records::MAXIMUM_RECORD;
use crate::unpacked;

/// Rows before the header, at most.
const TITLES: usize = 8;
/// Cells of a sheet; more are a sign of a hostile file.
const MAXIMUM_CELLS: usize = 100_000_000;
/// Bytes that all cells may have in a file of any size. A cell repeats a shared text of any length at
/// the cost of a number.
const TEXT: u64 = 32 << 20;

/// The cells of a sheet that are not blank, row by row.
#[derive(Default)]
pub(super) struct SheetCells {
    pub(super) rows: Vec<SheetRow>,
    pub(super) cells: Vec<SheetCell>,
    text: String,
}

pub(super) struct SheetRow {
    /// As a table program counts, from 1.
    pub(super) number: u32,
    /// Where its cells end.
    end: u32,
}

pub(super) struct SheetCell {
    pub(super) column: u16,
    /// Where its text ends.
    end: u32,
}

impl SheetCells {
    /// Reads the cells of a workbook of `length` bytes.
    pub(super) fn read<R: Read + Seek>(
        path: &Path,
        workbook: &mut Xlsx<R>,
        name: &str,
        length: u64,
    ) -> Result<SheetCells, TableError> {
        let damaged = |error: XlsxError| damaged(path, error.to_string());
        let is_1904 = workbook.has_1904_epoch();
        let most = unpacked::limit(length, TEXT).min(u32::MAX.into());
        // Where the text of the row begins.
        let mut row_start = 0;
        let mut sheet = SheetCells::default();
        let mut cells = workbook.worksheet_cells_reader(name).map_err(&damaged)?;
        while let Some((cell, style)) = cells.next_cell_with_style_id().map_err(&damaged)? {
            let start = sheet.text.len();
            push_text(cell.get_value(), cells.styles().get(style), is_1904, &mut sheet.text);
            if sheet.text[start..].trim().is_empty() {
                sheet.text.truncate(start);
                continue;
            }
            let (row, column) = cell.get_position();
            let line = u64::from(row) + 1;
            let refuse = |message: String| Err(too_large(path, message).at_line(line));
            let (end, text) = (sheet.text.len() as u32, sheet.text.len() as u64);
            if text > most {
                return refuse(format!(
                    "its cells have more than the {most} bytes that are allowed for a file of {length} bytes"
                ));
            }
            let Ok(column) = u16::try_from(column) else {
                return refuse(format!(
                    "a cell lies in column {}, and at most {} are read",
                    u64::from(column) + 1,
                    1 << 16
                ));
            };
            if sheet.cells.len() == MAXIMUM_CELLS {
                return refuse(format!("the sheet has more than {MAXIMUM_CELLS} cells"));
            }
            if sheet.rows.last().is_none_or(|last| last.number != row + 1) {
                row_start = start;
            }
            if sheet.text.len() - row_start > MAXIMUM_RECORD {
                let message = format!("a row of more than {} KiB; shorten its longest cells", MAXIMUM_RECORD / 1024);
                return Err(TableError::new(path, TableRule::RecordLength, message).at_line(line));
            }
            let in_order = match sheet.rows.last() {
                Some(last) if last.number == row + 1 => sheet.cells.last().is_none_or(|cell| cell.column < column),
                Some(last) => last.number < row + 1,
                None => true,
            };
            if !in_order {
                return Err(damaged(XlsxError::Unexpected("cells are not in their order")));
            }
            sheet.cells.push(SheetCell { column, end });
            let cells = sheet.cells.len() as u32;
            match sheet.rows.last_mut() {
                Some(last) if last.number == row + 1 => last.end = cells,
                _ => sheet.rows.push(SheetRow { number: row + 1, end: cells }),
            }
        }
        Ok(sheet)
    }

    pub(super) fn first_cell(&self, row: usize) -> usize {
        if row == 0 { 0 } else { self.rows[row - 1].end as usize }
    }

    /// Column and text of a cell.
    pub(super) fn cell(&self, index: usize) -> (u16, &str) {
        let start = if index == 0 { 0 } else { self.cells[index - 1].end as usize };
        (self.cells[index].column, &self.text[start..self.cells[index].end as usize])
    }

    pub(super) fn row(&self, row: usize) -> impl Iterator<Item = (u16, &str)> {
        (self.first_cell(row)..self.rows[row].end as usize).map(|index| self.cell(index))
    }

    /// How many rows before the header are titles: one text, over a row of several different names,
    /// over rows of several cells.
    pub(super) fn titles(&self) -> usize {
        let cells = |row: usize| self.row(row).count();
        let titles = (0..self.rows.len()).take(TITLES + 1).take_while(|&row| cells(row) == 1).count();
        if titles == 0 || titles > TITLES || titles + 1 >= self.rows.len() {
            return 0;
        }
        let mut names: Vec<&str> = self.row(titles).map(|(_, text)| text.trim()).collect();
        let count = names.len();
        let are_names = names.iter().all(|name| name.parse::<f64>().is_err());
        names.sort_unstable();
        names.dedup();
        if are_names && names.len() == count && cells(titles + 1) > 1 { titles } else { 0 }
    }
}
