//! From a batch to checked columns: every cell is checked once, column by column, against its field.

use tenure::customer::{Cell, Problem, check_value};
use tenure::schema::{Field, Schema};
use tenure::scorer::{ColumnBlock, Flag, Scorer};

use super::Batch;
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
    /// The errors and warnings, each with its row in the batch: ordered by row, and within a row by field.
    pub problems: Vec<(usize, Problem)>,
}

impl Batch {
    /// Checks the fields of a schema; `places` has the column of each ([`super::Columns::fields`]).
    pub fn check(&self, schema: &Schema, places: &[usize]) -> CheckedBatch {
        schema.fields.iter().zip(places).map(|(field, &place)| self.check_column(field, place)).collect()
    }

    /// Checks one field, whose cells are in column `place`. [`CheckedBatch`] collects what it returns, so a caller
    /// with threads can check several fields at once.
    pub fn check_column(&self, field: &Field, place: usize) -> CheckedColumn {
        let mut column = Column::with_capacity(field, self.rows());
        let mut problems = Vec::new();
        for row in 0..self.rows() {
            let (cell, warning) = check_value(field, self.value(row, place));
            problems.extend(warning.map(|problem| (row, problem)));
            column.push(cell.unwrap_or_else(|problem| {
                problems.push((row, problem));
                Cell::Missing
            }));
        }
        CheckedColumn { column, problems }
    }
}

impl CheckedBatch {
    /// Moves the columns into a block for [`ColumnBlock::score_checked`], with the rows that have an error flagged, and
    /// returns the problems beside it. The batch must have been checked against the scorer's schema.
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
