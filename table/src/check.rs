//! From a batch to checked columns: every cell is checked once, column by column, against its
//! field.

use hashbrown::HashMap;
use tenure::customer::{Cell, Problem, Value, check_value};
use tenure::schema::{Field, Schema};
use tenure::scorer::{ColumnBlock, Flag, Scorer};

use super::batch::Batch;
use super::column::Column;

/// The checked cells of one field in a batch.
#[derive(Clone, Debug, PartialEq)]
pub struct CheckedColumn {
    /// One cell per row of the batch; a cell with an error is missing here.
    pub column: Column,
    /// The errors and warnings, each with its row in the batch, in the order of the rows.
    pub problems: Vec<(usize, Problem)>,
}

/// The checked cells of a batch.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct CheckedBatch {
    /// One column per field, in schema order. A cell with an error is missing here.
    pub columns: Vec<Column>,
    /// The errors and warnings, each with its row in the batch: ordered by row, and within a row by
    /// field.
    pub problems: Vec<(usize, Problem)>,
}

impl Batch {
    /// Checks the fields of a schema; `places` has the column of each ([`super::Columns::fields`]).
    pub fn check(&self, schema: &Schema, places: &[usize]) -> CheckedBatch {
        schema.fields.iter().zip(places).map(|(field, &place)| self.check_column(field, place)).collect()
    }

    /// Checks one field, whose cells are in column `place`. [`CheckedBatch`] collects what it
    /// returns, so a caller with threads can check several fields at once.
    pub fn check_column(&self, field: &Field, place: usize) -> CheckedColumn {
        let column = Column::with_capacity(field, self.rows());
        let mut checker = Checker { field, column, problems: Vec::new(), known: Known::default() };
        self.for_each_value(place, |value| checker.push(value));
        CheckedColumn { column: checker.column, problems: checker.problems }
    }
}

/// Checks the cells of one field in turn.
struct Checker<'a> {
    field: &'a Field,
    column: Column,
    problems: Vec<(usize, Problem)>,
    known: Known,
}

/// Values of a category that broke no rule, and their cells: a batch has the same few again and
/// again. What a value becomes depends on nothing but the field.
#[derive(Default)]
struct Known {
    texts: HashMap<Box<str>, Cell>,
    numbers: HashMap<u64, Cell>,
}

impl Known {
    fn cell(&self, value: Value) -> Option<Cell> {
        match value {
            Value::Text(text) => self.texts.get(text).copied(),
            Value::Number(number) => self.numbers.get(&number.to_bits()).copied(),
            _ => None,
        }
    }

    fn insert(&mut self, value: Value, cell: Cell) {
        match value {
            Value::Text(text) => drop(self.texts.insert(text.into(), cell)),
            Value::Number(number) => drop(self.numbers.insert(number.to_bits(), cell)),
            _ => {}
        }
    }
}

impl Checker<'_> {
    fn push(&mut self, value: Value) {
        let is_category = !self.field.is_number();
        if is_category && let Some(cell) = self.known.cell(value) {
            return self.column.push(cell);
        }
        let row = self.column.rows();
        match check_value(self.field, value) {
            (Ok(cell), None) => {
                if is_category {
                    self.known.insert(value, cell);
                }
                self.column.push(cell);
            }
            (cell, warning) => {
                self.problems.extend(warning.map(|problem| (row, problem)));
                let cell = cell.map_err(|problem| self.problems.push((row, problem)));
                self.column.push(cell.unwrap_or(Cell::Missing));
            }
        }
    }
}

impl CheckedBatch {
    /// Moves the columns into a block for [`ColumnBlock::score_checked`], with the rows that have
    /// an error flagged, and returns the problems beside it. The batch must have been checked
    /// against the scorer's schema.
    pub fn into_block(self, scorer: &Scorer) -> (ColumnBlock, Vec<(usize, Problem)>) {
        let rows = self.columns.first().map_or(0, Column::rows);
        let columns = self.columns.into_iter().map(|column| match column {
            Column::Numbers(numbers) => (numbers, Vec::new()),
            Column::Codes(codes) => (Vec::new(), codes),
        });
        let (numbers, codes) = columns.unzip();
        let mut block = ColumnBlock::from_columns(scorer, rows, numbers, codes);
        for (row, _) in self.problems.iter().filter(|(_, problem)| problem.rule.is_error()) {
            block.flags[*row] = Flag::Error as u8;
        }
        (block, self.problems)
    }
}

/// Collects the checked fields of one batch, in schema order.
impl FromIterator<CheckedColumn> for CheckedBatch {
    fn from_iter<I: IntoIterator<Item = CheckedColumn>>(checked: I) -> CheckedBatch {
        let mut batch = CheckedBatch::default();
        for CheckedColumn { column, problems } in checked {
            batch.columns.push(column);
            batch.problems.extend(problems);
        }
        // The sort is stable: fields stay in their order.
        batch.problems.sort_by_key(|(row, _)| *row);
        batch
    }
}
