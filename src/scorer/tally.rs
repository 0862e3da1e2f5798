//! Counts the problems of many rows while they are scored, block by block.

use super::columns::{ColumnBlock, Flag};
use super::score::Scorer;
use crate::artifact::{Artifact, Document};
use crate::customer::{
    Cell, Problem, Rule, Shift, Spellings, Value, ValueSummary, cell_fits, check_number, check_value_spelled, clipped,
    shifts,
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
    /// cells that broke a rule and do not say what their value is: the caller hands it to
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
            let complete = |values: &[ValueSummary], is_replaced| {
                ValueSummary::complete(values, &field.name, |rule| match is_replaced {
                    true => !rule.is_error(),
                    false => rule == Rule::Bounds,
                })
            };
            let mut entries = [false, true].map(|is_replaced| complete(&self.values, is_replaced));
            for &row in &flagged {
                let cell = block.cell(index, row);
                let is_replaced = match (cell, knots) {
                    (Cell::Category(code), _) => code as usize == field.category_count(),
                    // The numbers of a row that is not scored do not count as others.
                    (Cell::Number(number), Some(knots)) => {
                        block.flags[row] != Flag::Error as u8 && is_clipped(knots, number)
                    }
                    _ => false,
                };
                let number = match cell {
                    _ if !is_replaced && cell_fits(field, cell) => continue,
                    Cell::Number(number) if number.is_finite() => Some(number),
                    _ => None,
                };
                let entry = &mut entries[usize::from(is_replaced)];
                match (*entry, number, knots) {
                    (Some(at), ..) if is_replaced || number.is_some() => self.values[at].rows += 1,
                    (_, Some(number), knots) => {
                        let knots = knots.filter(|_| is_replaced);
                        let problem = match knots {
                            Some(knots) => Some(clipped(field, number, knots[0], knots[knots.len() - 1])),
                            None => check_number(field, number).err(),
                        };
                        if let Some(problem) = problem {
                            ValueSummary::add(&mut self.values, problem, 1);
                        }
                        *entry = complete(&self.values, is_replaced);
                    }
                    _ => cells.push((index, row)),
                }
            }
        }
        cells
    }

    /// Counts the value of a cell that [`Tally::block`] returned, which `rows` rows have.
    pub fn value(&mut self, scorer: &Scorer, spellings: &[Spellings], field: usize, value: Value, rows: u64) {
        let schema = &scorer.document().schema.fields[field];
        let (cell, warning) = check_value_spelled(schema, &spellings[field], value);
        if let Some(problem) = cell.err().or(warning) {
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

impl Scorer {
    /// All problems of a customer's cells, by field, as the row buffer or a [`ColumnBlock`] has them.
    /// `ask` returns the problems of a cell that does not say what its value is.
    pub fn problems(
        &self,
        cell: &dyn Fn(usize) -> Cell,
        ask: &mut dyn FnMut(usize) -> [Option<Problem>; 2],
    ) -> Vec<Problem> {
        let Artifact { document: Document { schema, .. }, encoder, .. } = self.artifact();
        let (mut problems, mut replaced) = (Vec::new(), Vec::new());
        for (index, field) in schema.fields.iter().enumerate() {
            match cell(index) {
                Cell::Number(number) if field.is_number() && number.is_finite() => {
                    problems.extend(check_number(field, number).err());
                    let knots = encoder.knots(index).filter(|knots| is_clipped(knots, number));
                    replaced.extend(knots.map(|knots| clipped(field, number, knots[0], knots[knots.len() - 1])));
                }
                Cell::Category(code) if code as usize == field.category_count() => {
                    problems.extend(ask(index).into_iter().flatten());
                }
                cell if cell_fits(field, cell) => {}
                _ => problems.extend(ask(index).into_iter().flatten()),
            }
        }
        // The numbers of a row that is not scored do not count as others.
        if !problems.iter().any(|problem| problem.rule.is_error()) {
            problems.append(&mut replaced);
        }
        problems
    }
}
