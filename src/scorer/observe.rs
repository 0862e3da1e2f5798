//! Observing what is scored: blocks of columns and single customers into the counts of a profile.

use super::columns::{ColumnBlock, Flag};
use super::score::{Score, Scorer};
use crate::customer::{Cell, Customer, cell_fits};
use crate::monitoring::{Observed, Reference};

impl Scorer {
    /// What the model saw on the held-out rows of its training; `None` where it was trained by a
    /// Tenure that did not keep it.
    pub fn reference(&self) -> Option<&Reference> {
        self.artifact.reference.as_ref()
    }

    /// Counts of nothing yet; `None` where the model has no reference.
    pub fn observed(&self) -> Option<Observed> {
        let offers = self.document().policy.offers.len();
        self.reference().map(|Reference { cells, score_edges, threshold, .. }| {
            Observed::new(cells, score_edges, *threshold, offers)
        })
    }

    /// Counts the first `rows` rows of a block that was scored.
    pub fn observe(&self, observed: &mut Observed, block: &ColumnBlock, rows: usize) {
        let rows = rows.min(block.capacity());
        observed.add_rows(rows);
        for field in 0..self.document().schema.fields.len() {
            match block.numbers[field].get(..rows) {
                Some(numbers) if !numbers.is_empty() => observed.numbers(field, numbers),
                _ => observed.codes(field, block.codes[field].get(..rows).unwrap_or_default()),
            }
        }
        for row in 0..rows {
            if block.flags[row] == Flag::Error as u8 {
                for (field, rules) in self.document().schema.fields.iter().enumerate() {
                    let cell = block.cell(field, row);
                    if !cell_fits(rules, cell) {
                        observed.unread(field, cell);
                    }
                }
            } else {
                observed.score(block.logits[row], block.probabilities[row]);
            }
        }
    }

    /// Counts one customer that was scored.
    pub fn observe_customer(&self, observed: &mut Observed, customer: &Customer, score: &Score) {
        observed.add_rows(1);
        customer.cells().iter().enumerate().for_each(|(field, &cell)| observed.cell(field, cell));
        observed.score(score.logit as f32, score.probability as f32);
    }

    /// Counts a record that cannot be scored, given the cells that can be read.
    pub fn observe_refused(&self, observed: &mut Observed, cells: impl Iterator<Item = Option<Cell>>) {
        observed.add_rows(1);
        for (field, cell) in cells.enumerate() {
            observed.cell(field, cell.unwrap_or(Cell::Missing));
            if cell.is_none() {
                observed.unread(field, Cell::Missing);
            }
        }
    }
}
