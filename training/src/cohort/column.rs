//! The cells of one field, one after another.

use tenure::customer::{Cell, Problem, check_value};
use tenure::schema::Field;
use tenure_table::Batch;

/// Codes are u16 with this one for missing; a schema's categories stay far below it.
pub const MISSING_CODE: u16 = u16::MAX;

/// The cells of one field.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// NaN is missing.
    Numbers(Vec<f64>),
    /// [`MISSING_CODE`] is missing, the field's number of categories is OTHER.
    Codes(Vec<u16>),
}

impl Column {
    pub(super) fn new(field: &Field) -> Column {
        if field.is_number() { Column::Numbers(Vec::new()) } else { Column::Codes(Vec::new()) }
    }

    /// Checks a field's cells of a batch and appends them; a cell with an error counts as missing
    /// until its row goes.
    pub(super) fn append(&mut self, batch: &Batch, field: &Field, place: usize) -> Vec<(usize, Problem)> {
        let mut problems = Vec::new();
        for row in 0..batch.rows() {
            let (cell, warning) = check_value(field, batch.value(row, place));
            problems.extend(warning.map(|problem| (row, problem)));
            let cell = cell.unwrap_or_else(|problem| {
                problems.push((row, problem));
                Cell::Missing
            });
            self.push(cell);
        }
        problems
    }

    fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Column::Numbers(numbers), Cell::Number(number)) => numbers.push(number),
            (Column::Numbers(numbers), _) => numbers.push(f64::NAN),
            (Column::Codes(codes), Cell::Category(code)) => codes.push(code as u16),
            (Column::Codes(codes), _) => codes.push(MISSING_CODE),
        }
    }

    /// Of the last rows, keeps those that are sound.
    pub(super) fn keep(&mut self, sound: &[bool]) {
        fn keep<T: Copy>(cells: &mut Vec<T>, sound: &[bool]) {
            let start = cells.len() - sound.len();
            let mut end = start;
            for (row, _) in sound.iter().enumerate().filter(|(_, sound)| **sound) {
                cells[end] = cells[start + row];
                end += 1;
            }
            cells.truncate(end);
        }
        match self {
            Column::Numbers(numbers) => keep(numbers, sound),
            Column::Codes(codes) => keep(codes, sound),
        }
    }

    /// One cell.
    pub fn cell(&self, row: usize) -> Cell {
        match self {
            Column::Numbers(numbers) if numbers[row].is_nan() => Cell::Missing,
            Column::Numbers(numbers) => Cell::Number(numbers[row]),
            Column::Codes(codes) if codes[row] == MISSING_CODE => Cell::Missing,
            Column::Codes(codes) => Cell::Category(codes[row].into()),
        }
    }

    pub(super) fn is_all_missing(&self) -> bool {
        match self {
            Column::Numbers(numbers) => numbers.iter().all(|number| number.is_nan()),
            Column::Codes(codes) => codes.iter().all(|&code| code == MISSING_CODE),
        }
    }
}
