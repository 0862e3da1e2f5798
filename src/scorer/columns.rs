//! Scoring many customers at once from columns: numbers as f64, categories as codes.

use super::score::Scorer;
use crate::customer::{Cell, Customer, MISSING_CODE};
use crate::encoding::{Features, Scale, Source, is_clipped};
use crate::network::Scratch;

/// Rows encoded and scored together: their features fit the second cache.
const TILE: usize = 256;

/// What was noticed in a row, worst last.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
#[repr(u8)]
pub enum Flag {
    /// No problem.
    Clean = 0,
    /// An unseen category, or a number outside the fitted quantiles.
    Warning = 1,
    /// A number that is not finite or out of bounds, or a code that is none: the row is not scored.
    Error = 2,
}

/// Columns of up to `capacity` rows, and their scores.
#[derive(Clone, Debug)]
pub struct ColumnBlock {
    /// Per field; empty for a category.
    pub numbers: Vec<Vec<f64>>,
    /// Per field; empty for a number.
    pub codes: Vec<Vec<u16>>,
    /// [`Flag`] as a number.
    pub flags: Vec<u8>,
    /// NaN where the flag is an error.
    pub logits: Vec<f32>,
    /// NaN where the flag is an error.
    pub probabilities: Vec<f32>,
    /// Index into the policy's tiers, 255 where the flag is an error.
    pub tiers: Vec<u8>,
    features: Features,
    scratch: Scratch,
}

impl ColumnBlock {
    /// Buffers for `capacity` rows.
    pub fn new(scorer: &Scorer, capacity: usize) -> ColumnBlock {
        let fields = &scorer.artifact.document.schema.fields;
        let number = |is_number| if is_number { vec![0.0; capacity] } else { Vec::new() };
        let code = |is_number| if is_number { Vec::new() } else { vec![0; capacity] };
        let numbers = fields.iter().map(|field| number(field.is_number())).collect();
        let codes = fields.iter().map(|field| code(field.is_number())).collect();
        ColumnBlock::from_columns(scorer, capacity, numbers, codes)
    }

    /// A block of columns that exist: both lists have an entry per field, of `capacity` cells where
    /// the field is of that kind, else empty.
    pub fn from_columns(scorer: &Scorer, capacity: usize, numbers: Vec<Vec<f64>>, codes: Vec<Vec<u16>>) -> ColumnBlock {
        ColumnBlock {
            numbers,
            codes,
            flags: vec![0; capacity],
            logits: vec![0.0; capacity],
            probabilities: vec![0.0; capacity],
            tiers: vec![0; capacity],
            features: Features::new(scorer.artifact.encoder.inputs().len(), TILE),
            scratch: scorer.artifact.network.scratch(),
        }
    }

    /// Rows that there is room for.
    pub fn capacity(&self) -> usize {
        self.flags.len()
    }

    /// Takes the customer of a row out of the columns; whether it is one.
    pub fn take(&self, scorer: &Scorer, row: usize, customer: &mut Customer) -> bool {
        let schema = &scorer.artifact.document.schema;
        row < self.capacity()
            && customer.assign(schema, (0..schema.fields.len()).map(|field| self.cell(field, row))).is_ok()
    }

    /// The customer of a row; `None` if there is no such row, or a cell breaks a rule.
    pub fn customer(&self, scorer: &Scorer, row: usize) -> Option<Customer> {
        let schema = &scorer.artifact.document.schema;
        let cells = |row| (0..schema.fields.len()).map(|field| self.cell(field, row)).collect::<Vec<_>>();
        (row < self.capacity()).then(|| Customer::from_cells(schema, &cells(row)).ok())?
    }

    /// Number of rows without a value among the first `rows`, by field.
    pub fn missing(&self, rows: usize) -> Vec<u64> {
        let columns = self.numbers.iter().zip(&self.codes);
        let count = |(numbers, codes): (&Vec<f64>, &Vec<u16>)| {
            let numbers = numbers.iter().take(rows).filter(|number| number.is_nan()).count();
            numbers + codes.iter().take(rows).filter(|&&code| code == MISSING_CODE).count()
        };
        columns.map(|column| count(column) as u64).collect()
    }

    /// One cell as it stands in the columns.
    pub(super) fn cell(&self, field: usize, row: usize) -> Cell {
        match self.numbers[field].get(row) {
            Some(number) if number.is_nan() => Cell::Missing,
            Some(number) => Cell::Number(*number),
            None => match self.codes[field][row] {
                MISSING_CODE => Cell::Missing,
                code => Cell::Category(u32::from(code)),
            },
        }
    }

    /// Scores the first `rows` rows; returns how many had errors.
    pub fn score(&mut self, scorer: &Scorer, rows: usize) -> usize {
        let rows = rows.min(self.capacity());
        self.flag_bounds(scorer, rows);
        self.score_checked(scorer, rows)
    }

    /// As [`ColumnBlock::score`], for cells that were checked when they were read: their bounds are
    /// not checked again. A row whose flag is an error before the call is not scored; all other
    /// flags must be clean, as in a new block.
    pub fn score_checked(&mut self, scorer: &Scorer, rows: usize) -> usize {
        let rows = rows.min(self.capacity());
        self.flag_values(scorer, rows);
        for start in (0..rows).step_by(TILE) {
            let count = (rows - start).min(TILE);
            self.encode(scorer, start, count);
            let logits = &mut self.logits[start..start + count];
            scorer.artifact.network.logits(&self.features, count, &mut self.scratch, logits);
        }
        self.finish(scorer, rows)
    }

    /// Checks and encodes the first `rows` rows into `features` from place `first` on; returns how
    /// many have errors. The features of these mean nothing.
    #[cfg(all(feature = "wasm", feature = "webgpu"))]
    pub(crate) fn stage(&mut self, scorer: &Scorer, rows: usize, features: &mut Features, first: usize) -> usize {
        self.flag_bounds(scorer, rows);
        self.flag_values(scorer, rows);
        for start in (0..rows).step_by(TILE) {
            let count = (rows - start).min(TILE);
            self.encode(scorer, start, count);
            features.copy_from(first + start, &self.features, count);
        }
        self.flags[..rows].iter().filter(|&&flag| flag == Flag::Error as u8).count()
    }

    /// Probabilities and tiers of the first `rows` rows from their logits and flags; returns how
    /// many have errors.
    pub(crate) fn finish(&mut self, scorer: &Scorer, rows: usize) -> usize {
        let mut errors = 0;
        for row in 0..rows {
            if self.flags[row] == Flag::Error as u8 {
                (self.logits[row], self.probabilities[row], self.tiers[row]) = (f32::NAN, f32::NAN, u8::MAX);
                errors += 1;
            } else {
                let score = scorer.finish(self.logits[row]);
                (self.probabilities[row], self.tiers[row]) = (score.probability as f32, score.tier as u8);
            }
        }
        errors
    }

    /// Clears the flags and flags numbers out of bounds. Infinities are outside of all bounds, and
    /// missing (NaN) is not.
    fn flag_bounds(&mut self, scorer: &Scorer, rows: usize) {
        let flags = &mut self.flags[..rows];
        flags.fill(Flag::Clean as u8);
        for (field, numbers) in scorer.artifact.document.schema.fields.iter().zip(&self.numbers) {
            let Some((low, high)) = field.bounds() else { continue };
            for (seen, number) in flags.iter_mut().zip(&numbers[..rows]) {
                if *number < low || *number > high {
                    *seen = Flag::Error as u8;
                }
            }
        }
    }

    /// Flags codes that are OTHER or none, and numbers outside the fitted quantiles.
    fn flag_values(&mut self, scorer: &Scorer, rows: usize) {
        let ColumnBlock { numbers, codes, flags, .. } = self;
        let flags = &mut flags[..rows];
        let raise = |seen: &mut u8, flag: Flag| *seen = (*seen).max(flag as u8);
        for (field, codes) in scorer.artifact.document.schema.fields.iter().zip(codes) {
            // The column is empty where the field is a number.
            let other = field.category_count() as u16;
            for (seen, &code) in flags.iter_mut().zip(codes.iter()) {
                // One comparison for nearly every row: the missing code wraps round to 0.
                if code.wrapping_sub(MISSING_CODE) > other {
                    raise(seen, if code == other { Flag::Warning } else { Flag::Error });
                }
            }
        }
        for input in scorer.artifact.encoder.inputs() {
            if let (Source::Field(field), Scale::Number { knots }) = (input.source, &input.scale) {
                for (seen, &number) in flags.iter_mut().zip(&numbers[field][..rows]) {
                    if is_clipped(knots, number) {
                        raise(seen, Flag::Warning);
                    }
                }
            }
        }
    }

    fn encode(&mut self, scorer: &Scorer, start: usize, count: usize) {
        let encoder = &scorer.artifact.encoder;
        // Taken out so that the columns can be read while it is written.
        let mut features = std::mem::replace(&mut self.features, Features::new(0, TILE));
        for (index, input) in encoder.inputs().iter().enumerate() {
            match input.source {
                Source::Field(field) if !self.codes[field].is_empty() => {
                    encoder.encode_codes(index, &self.codes[field][start..start + count], MISSING_CODE, &mut features);
                }
                Source::Field(field) => {
                    encoder.encode_numbers(index, &self.numbers[field][start..start + count], &mut features);
                }
                Source::Derived(_) => {
                    encoder.encode_cells(index, count, &|field, row| self.cell(field, start + row), &mut features);
                }
            }
        }
        self.features = features;
    }
}
