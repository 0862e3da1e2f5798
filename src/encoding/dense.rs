//! Features as the dense columns that training multiplies: the piecewise-linear bins and one
//! standardised value of every number, and one column for every category, OTHER and missing.
//!
//! Scoring never uses it. With it burn trains an ordinary dense layer, and the packer folds that
//! layer into table rows: the columns of a row, times the weights, are the row's share.

use super::{Encoder, Features, Input, Scale, locate};

/// Columns of one encoder.
#[derive(Clone, Debug)]
pub struct DenseLayout {
    /// First column of each input, and one past the last.
    offsets: Vec<usize>,
    spreads: Vec<Spread>,
}

/// How an input is spread out.
#[derive(Clone, Debug)]
enum Spread {
    /// One column for every category, OTHER and missing, of this value.
    OneHot(f32),
    Number(Number),
    /// A category in the columns of one number or more, and one column for missing.
    Valued(Vec<(Number, Vec<f32>)>),
}

/// The columns of a number: a bin between every two knots, one standardised value, one for missing.
#[derive(Clone, Debug)]
struct Number {
    knots: Vec<f32>,
    mean: f32,
    deviation: f32,
}

/// A number for each category of a field with many categories, such as its target encoding.
#[derive(Clone, Debug, PartialEq)]
pub struct CategoryValues {
    /// At least one, strictly ascending.
    pub knots: Vec<f32>,
    /// One for every category, and one for OTHER. Missing keeps a column of its own.
    pub values: Vec<f32>,
}

impl DenseLayout {
    /// The layout of an encoder's inputs.
    pub fn new(encoder: &Encoder) -> DenseLayout {
        DenseLayout::with_values(encoder, &vec![Vec::new(); encoder.inputs.len()])
    }

    /// Encodes the categories that have values, one entry for each input, in the columns of as many
    /// numbers.
    pub fn with_values(encoder: &Encoder, values: &[Vec<CategoryValues>]) -> DenseLayout {
        let mut offsets = vec![0];
        let mut spreads = Vec::new();
        for (input, values) in encoder.inputs.iter().zip(values) {
            let (width, spread) = match (&input.scale, &values[..]) {
                (Scale::Number { knots }, _) => (knots.len() + 1, Spread::Number(Number::new(knots))),
                (Scale::Category { count }, []) => (*count as usize + 2, Spread::OneHot(one_hot(*count))),
                (Scale::Category { .. }, values) => {
                    let width: usize = values.iter().map(|values| values.knots.len()).sum();
                    let number = |values: &CategoryValues| (Number::new(&values.knots), values.values.clone());
                    (width + 1, Spread::Valued(values.iter().map(number).collect()))
                }
            };
            offsets.push(offsets[offsets.len() - 1] + width);
            spreads.push(spread);
        }
        DenseLayout { offsets, spreads }
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
        match &self.spreads[index] {
            Spread::OneHot(value) => out[row] = *value,
            Spread::Number(number) => number.expand(row, fraction, out),
            Spread::Valued(numbers) => {
                let mut columns = &mut out[..];
                for (number, values) in numbers {
                    let Some(value) = values.get(row) else { break };
                    let (knot, fraction) = locate(&number.knots, *value);
                    number.expand(knot as usize, fraction, columns);
                    columns = &mut columns[number.knots.len()..];
                }
                // Missing has no value in any of them.
                if numbers.iter().all(|(_, values)| row >= values.len()) {
                    out[out.len() - 1] = 1.0;
                }
            }
        }
    }
}

impl Number {
    fn new(knots: &[f32]) -> Number {
        let (mean, deviation) = standard(knots);
        Number { knots: knots.to_vec(), mean, deviation }
    }

    /// Columns of a value `fraction` past knot `row`; the row past the last knot is missing.
    fn expand(&self, row: usize, fraction: f32, out: &mut [f32]) {
        let bins = self.knots.len() - 1;
        if row > bins {
            out[bins + 1] = 1.0;
            return;
        }
        out[..row].fill(1.0);
        let mut value = self.knots[row];
        if row < bins {
            out[row] = fraction;
            value += fraction * (self.knots[row + 1] - value);
        }
        out[bins] = (value - self.mean) / self.deviation;
    }
}

/// The value of a category's column: 1, and √(2 / c) where there are more than two categories. A
/// smaller input learns slower and is shrunk harder, which fields of many rare categories need (51
/// states of 100 customers each).
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
    fn a_category_with_values_is_spread_as_a_number() {
        let encoder = small_encoder();
        let plain = DenseLayout::new(&encoder);
        let mut values = vec![Vec::new(); encoder.inputs().len()];
        values[2] = vec![CategoryValues { knots: vec![-1.0, 0.0, 2.0], values: vec![-1.0, 1.0, 9.0] }];
        let layout = DenseLayout::with_values(&encoder, &values);
        let (columns, rows) = layout.input_rows(&encoder, 2);
        // Two bins, the standardised value, and missing.
        assert_eq!((columns.clone(), layout.size()), (8..12, plain.size()));
        assert_eq!(rows.len(), 4);
        assert_eq!([&rows[0][..2], &rows[1][..2], &rows[2][..2]], [[0.0, 0.0], [1.0, 0.5], [1.0, 1.0]]);
        assert!(rows[0][2] < rows[1][2] && rows[1][2] < rows[2][2] && rows[..3].iter().all(|row| row[3] == 0.0));
        assert_eq!(rows[3], [0.0, 0.0, 0.0, 1.0]);
        assert_eq!(layout.widths().len(), plain.widths().len());
        // A second number stands behind the first, before missing.
        values[2].push(CategoryValues { knots: vec![0.0, 1.0], values: vec![0.0, 1.0, 0.5] });
        let (_, both) = DenseLayout::with_values(&encoder, &values).input_rows(&encoder, 2);
        for (row, bin) in [(0, 0.0), (1, 1.0), (2, 0.5)] {
            assert_eq!((&both[row][..3], both[row][3], both[row][5]), (&rows[row][..3], bin, 0.0));
        }
        assert_eq!(both[3], [0.0, 0.0, 0.0, 0.0, 0.0, 1.0]);
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
