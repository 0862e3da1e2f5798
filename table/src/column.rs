//! The checked cells of one field.

use tenure::customer::Cell;
use tenure::customer::MISSING_CODE;
use tenure::schema::Field;

/// The checked cells of one field, one per row: what the scorer's columns hold.
#[derive(Clone, Debug, PartialEq)]
pub enum Column {
    /// Numbers and days; NaN is missing.
    Numbers(Vec<f64>),
    /// Codes of categories and flags. [`MISSING_CODE`] is missing, the field's number of categories
    /// is OTHER.
    Codes(Vec<u16>),
}

impl Column {
    /// A column of the field's kind without rows.
    pub fn new(field: &Field) -> Column {
        Column::with_capacity(field, 0)
    }

    /// A column of the field's kind without rows, with room for `rows`.
    pub fn with_capacity(field: &Field, rows: usize) -> Column {
        if field.is_number() {
            Column::Numbers(Vec::with_capacity(rows))
        } else {
            Column::Codes(Vec::with_capacity(rows))
        }
    }

    /// Number of rows.
    pub fn rows(&self) -> usize {
        match self {
            Column::Numbers(numbers) => numbers.len(),
            Column::Codes(codes) => codes.len(),
        }
    }

    /// One cell.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn cell(&self, row: usize) -> Cell {
        match self {
            Column::Numbers(numbers) if numbers[row].is_nan() => Cell::Missing,
            Column::Numbers(numbers) => Cell::Number(numbers[row]),
            Column::Codes(codes) if codes[row] == MISSING_CODE => Cell::Missing,
            Column::Codes(codes) => Cell::Category(codes[row].into()),
        }
    }

    /// Whether no row has a value.
    pub fn is_all_missing(&self) -> bool {
        match self {
            Column::Numbers(numbers) => numbers.iter().all(|number| number.is_nan()),
            Column::Codes(codes) => codes.iter().all(|&code| code == MISSING_CODE),
        }
    }

    /// Appends a cell; one that is not of the column's kind counts as missing.
    pub fn push(&mut self, cell: Cell) {
        match (self, cell) {
            (Column::Numbers(numbers), Cell::Number(number)) => numbers.push(number),
            (Column::Numbers(numbers), _) => numbers.push(f64::NAN),
            (Column::Codes(codes), Cell::Category(code)) => codes.push(code as u16),
            (Column::Codes(codes), _) => codes.push(MISSING_CODE),
        }
    }

    /// Appends the rows of another column for which `keep` is true.
    ///
    /// # Panics
    ///
    /// If one column holds numbers and the other codes.
    pub fn append(&mut self, other: &Column, keep: &[bool]) {
        fn append<T: Copy>(cells: &mut Vec<T>, other: &[T], keep: &[bool]) {
            cells.extend(other.iter().zip(keep).filter(|(_, keep)| **keep).map(|(cell, _)| *cell));
        }
        match (self, other) {
            (Column::Numbers(numbers), Column::Numbers(other)) => append(numbers, other, keep),
            (Column::Codes(codes), Column::Codes(other)) => append(codes, other, keep),
            _ => panic!("a column of numbers and a column of codes do not go together"),
        }
    }

    /// Makes room for this number of further rows.
    pub fn reserve(&mut self, rows: usize) {
        match self {
            Column::Numbers(numbers) => numbers.reserve(rows),
            Column::Codes(codes) => codes.reserve(rows),
        }
    }

    /// The cells of these rows, in this order.
    ///
    /// # Panics
    ///
    /// If there is no such row.
    pub fn take(&self, rows: &[u32]) -> Column {
        match self {
            Column::Numbers(numbers) => Column::Numbers(rows.iter().map(|&row| numbers[row as usize]).collect()),
            Column::Codes(codes) => Column::Codes(rows.iter().map(|&row| codes[row as usize]).collect()),
        }
    }
}
