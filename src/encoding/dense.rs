//! Features spread out as the dense columns that training multiplies: the piecewise-linear bins and one standardised
//! value of every number, and one column for every category, OTHER and missing.
//!
//! Scoring never uses it. It exists so that burn trains an ordinary dense layer, and so that the packer can fold
//! that layer into table rows: what a row expands to, times the weights, is the row's share.

use super::{Encoder, Features, Input, Scale};

/// Columns of one encoder.
#[derive(Clone, Debug)]
pub struct DenseLayout {
    /// First column of each input, and one past the last.
    offsets: Vec<usize>,
    /// Mean and deviation that standardise a number, from its knots; (0, 0) for a category.
    standards: Vec<(f32, f32)>,
}

impl DenseLayout {
    pub fn new(encoder: &Encoder) -> DenseLayout {
        let mut offsets = vec![0];
        let mut standards = Vec::new();
        for input in &encoder.inputs {
            // A number of n knots has n - 1 bins, one standardised value and one column for missing.
            let (width, standard) = match &input.scale {
                Scale::Number { knots } => (knots.len() + 1, standard(knots)),
                Scale::Category { count } => (*count as usize + 2, (0.0, 0.0)),
            };
            offsets.push(offsets[offsets.len() - 1] + width);
            standards.push(standard);
        }
        DenseLayout { offsets, standards }
    }

    /// Number of columns.
    pub fn size(&self) -> usize {
        self.offsets[self.offsets.len() - 1]
    }

    /// Number of columns of each input.
    pub fn widths(&self) -> Vec<usize> {
        self.offsets.windows(2).map(|pair| pair[1] - pair[0]).collect()
    }

    /// Writes the columns of one customer.
    pub fn expand(&self, encoder: &Encoder, features: &Features, customer: usize, out: &mut [f32]) {
        out.fill(0.0);
        for (index, input) in encoder.inputs.iter().enumerate() {
            let (row, fraction) = features.get(index, customer);
            self.expand_input(index, input, row, fraction, &mut out[self.offsets[index]..self.offsets[index + 1]]);
        }
    }

    /// Columns of an input, and what each of its table rows expands to, row by row.
    pub fn input_rows(&self, encoder: &Encoder, index: usize) -> (std::ops::Range<usize>, Vec<Vec<f32>>) {
        let columns = self.offsets[index]..self.offsets[index + 1];
        let input = &encoder.inputs[index];
        let expand = |row: usize| {
            let mut out = vec![0.0; columns.len()];
            self.expand_input(index, input, input.first_row + row as u32, 0.0, &mut out);
            out
        };
        let rows = (0..input.row_count()).map(expand).collect();
        (columns, rows)
    }

    /// Writes the columns of one input into zeros.
    fn expand_input(&self, index: usize, input: &Input, row: u32, fraction: f32, out: &mut [f32]) {
        let row = (row - input.first_row) as usize;
        let knots = match &input.scale {
            Scale::Number { knots } => knots,
            Scale::Category { count } => {
                out[row] = one_hot(*count);
                return;
            }
        };
        let bins = knots.len() - 1;
        if row > bins {
            out[bins + 1] = 1.0;
            return;
        }
        out[..row].fill(1.0);
        let mut value = knots[row];
        if row < bins {
            out[row] = fraction;
            value += fraction * (knots[row + 1] - value);
        }
        let (mean, deviation) = self.standards[index];
        out[bins] = (value - mean) / deviation;
    }
}

/// The value of a category's column: 1, and √(2 / c) where there are more than two categories. A smaller input learns
/// slower and is shrunk harder, which fields of many rare categories need (51 states of 100 customers each).
fn one_hot(count: u32) -> f32 {
    libm::sqrtf(2.0 / count.max(2) as f32)
}

/// Mean and deviation of values spread evenly over the bins, each bin as likely as the next.
fn standard(knots: &[f32]) -> (f32, f32) {
    let bins = knots.len() - 1;
    if bins == 0 {
        return (knots[0], 1.0);
    }
    let (mut mean, mut square) = (0.0, 0.0);
    for pair in knots.windows(2) {
        let (low, high) = (f64::from(pair[0]), f64::from(pair[1]));
        mean += (low + high) / 2.0 / bins as f64;
        square += (low * low + low * high + high * high) / 3.0 / bins as f64;
    }
    let deviation = libm::sqrt((square - mean * mean).max(0.0));
    (mean as f32, if deviation > 0.0 { deviation as f32 } else { 1.0 })
}

#[cfg(test)]
mod tests {
    use super::super::tests::{customer, small_encoder};
    use super::*;
    use crate::customer::Cell;

    #[test]
    fn columns_of_a_customer() {
        let encoder = small_encoder();
        let layout = DenseLayout::new(&encoder);
        let mut features = Features::new(5, 1);
        let cells = [Cell::Number(15.0), Cell::Missing, Cell::Category(1), Cell::Category(0)];
        encoder.encode(&customer(cells), 0, &mut features);
        let mut out = vec![9.0; layout.size()];
        layout.expand(&encoder, &features, 0, &mut out);
        assert_eq!(out[..3], [1.0, 0.5, 0.0]);
        assert_eq!(out[4], 0.0);
        // charges: one bin, standardised value, missing; contract: Month, Year, OTHER, missing.
        assert_eq!(out[5..8], [0.0, 0.0, 1.0]);
        assert_eq!(out[8..12], [0.0, 1.0, 0.0, 0.0]);
        // The standardised value of tenure, from its knots 0, 10, 20, 60.
        let mean: f32 = (5.0 + 15.0 + 40.0) / 3.0;
        assert!((out[3] * (15.0 - mean) > 0.0) && out[3].abs() < 1.0);
    }

    #[test]
    fn a_fraction_lies_between_its_rows() {
        let encoder = small_encoder();
        let layout = DenseLayout::new(&encoder);
        let (columns, rows) = layout.input_rows(&encoder, 0);
        assert_eq!((columns, rows.len()), (0..5, 5));
        let mut out = vec![0.0; 5];
        layout.expand_input(0, &encoder.inputs[0], 2, 0.25, &mut out);
        for (column, value) in out.iter().enumerate() {
            let expected = 0.75 * rows[2][column] + 0.25 * rows[3][column];
            assert!((value - expected).abs() < 1e-6, "column {column}");
        }
    }
}
