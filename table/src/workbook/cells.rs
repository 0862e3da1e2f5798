//! The cells of a sheet, as texts in compact memory.

use std::io::{Read, Seek};
use std::path::Path;

use calamine::{Xlsx, XlsxError};

use super::text::push_text;
use crate::error::{TableError, TableRule};

/// Rows before the header, at most.
const TITLES: usize = 8;
/// Cells of a sheet; more are a sign of a hostile file.
const MAXIMUM_CELLS: usize = 100_000_000;

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
    pub(super) fn read<R: Read + Seek>(
        path: &Path,
        workbook: &mut Xlsx<R>,
        name: &str,
        damaged: impl Fn(XlsxError) -> TableError,
    ) -> Result<SheetCells, TableError> {
        let is_1904 = workbook.has_1904_epoch();
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
            let too_large = || {
                let message = "the sheet is too large; save it as CSV";
                TableError::new(path, TableRule::RecordLength, message).at_line(u64::from(row) + 1)
            };
            let end = u32::try_from(sheet.text.len()).map_err(|_| too_large())?;
            let column = u16::try_from(column).map_err(|_| too_large())?;
            if sheet.cells.len() == MAXIMUM_CELLS {
                return Err(too_large());
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
