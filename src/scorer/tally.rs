//! Counts the problems of many rows while they are scored, block by block.

use super::columns::{ColumnBlock, Flag};
use super::score::Scorer;
use crate::artifact::Document;
use crate::customer::{
    Cell, Problem, Rule, Shift, Spellings, Value, ValueSummary, cell_fits, check_value_spelled, clipped, shifts,
};
use crate::encoding::is_clipped;

/// What was seen in the rows of a table so far.
#[derive(Clone, Debug, Default)]
pub struct Tally {
    rows: u64,
    /// Rows without a value, by field.
    missing: Vec<u64>,
    values: Vec<ValueSummary>,
}

impl Tally {
    /// Counts the first `rows` rows of a block that was scored. Returns the field and the row of
    /// cells that broke a rule, if their value must be seen: the caller hands it to
    /// [`Tally::value`].
    pub fn block(&mut self, scorer: &Scorer, block: &ColumnBlock, rows: usize) -> Vec<(usize, usize)> {
        self.rows += rows as u64;
        let mut missing = block.missing(rows);
        missing.iter_mut().zip(&self.missing).for_each(|(sum, before)| *sum += before);
        self.missing = missing;
        let mut cells = Vec::new();
        let flagged: Vec<usize> = (0..rows).filter(|&row| block.flags[row] != Flag::Clean as u8).collect();
        for (index, field) in scorer.document().schema.fields.iter().enumerate() {
            let knots = scorer.artifact().encoder.knots(index);
            // With enough examples the values of these rules, each of which a cell shows, need not be
            // looked at.
            let replaced = ValueSummary::complete(&self.values, &field.name, |rule| !rule.is_error());
            let out_of_bounds = ValueSummary::complete(&self.values, &field.name, |rule| rule == Rule::Bounds);
            for &row in &flagged {
                let flag = block.flags[row];
                let cell = block.cell(index, row);
                let is_replaced = match (cell, knots) {
                    (Cell::Category(code), _) => code as usize == field.category_count(),
                    // The numbers of a row that is not scored do not count as others.
                    (Cell::Number(number), Some(knots)) => flag != Flag::Error as u8 && is_clipped(knots, number),
                    _ => false,
                };
                let complete = match cell {
                    _ if is_replaced => replaced,
                    _ if cell_fits(field, cell) => continue,
                    Cell::Number(number) if number.is_finite() => out_of_bounds,
                    _ => None,
                };
                match complete {
                    Some(at) => self.values[at].rows += 1,
                    None => cells.push((index, row)),
                }
            }
        }
        cells
    }

    /// Counts the value of a cell that [`Tally::block`] returned, which `rows` rows have.
    pub fn value(&mut self, scorer: &Scorer, spellings: &[Spellings], field: usize, value: Value, rows: u64) {
        let knots = scorer.artifact().encoder.knots(field);
        let schema = &scorer.document().schema.fields[field];
        let (cell, warning) = check_value_spelled(schema, &spellings[field], value);
        let problem = match cell {
            Err(problem) => Some(problem),
            Ok(Cell::Number(number)) => knots.map(|knots| clipped(schema, number, knots[0], knots[knots.len() - 1])),
            Ok(_) => warning,
        };
        if let Some(problem) = problem {
            ValueSummary::add(&mut self.values, problem, rows);
        }
    }

    /// Counts a row that is no record, given what it is, as in "null".
    pub fn no_record(&mut self, what: &str) {
        let (field, value, message) = ("record".into(), what.into(), "must be a plain object".into());
        ValueSummary::add(&mut self.values, Problem { field, rule: Rule::Type, value, message }, 1);
    }

    /// What was counted: the number of rows, their problems, and the fields that are not as they were
    /// in training ([`shifts`]).
    pub fn finish(self, scorer: &Scorer, training: &[[f64; 2]]) -> (u64, Vec<ValueSummary>, Vec<Shift>) {
        let Document { schema, .. } = scorer.document();
        let shifts = shifts(schema, self.rows, &self.missing, &self.values, training);
        (self.rows, self.values, shifts)
    }
}
