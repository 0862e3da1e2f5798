//! Scoring many customers at once from columns: numbers as f64, categories as codes.

use wide::u16x8;

use super::score::{FirstLayer, Scorer};
use crate::customer::{Cell, Customer, MISSING_CODE};
#[cfg(all(feature = "wasm", feature = "webgpu"))]
use crate::encoding::Features;
use crate::encoding::{Lookups, NO_CODE, OTHER, Places, ROW, Scale, Source, place_numbers};
use crate::network::Scratch;

/// Rows encoded and scored together: their places fit the first cache.
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
    places: Places,
    scratch: Scratch,
    /// How many of the rows that were scored last have each row of the lookups, if the block is watched.
    #[cfg(feature = "decide")]
    pub(super) seen: Option<Vec<u32>>,
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
            places: scorer.first_layer().lookups.places(TILE),
            scratch: scorer.artifact.network.scratch(),
            #[cfg(feature = "decide")]
            seen: None,
        }
    }

    /// Counts from the next scores on what [`Scorer::observe`] then need not count again.
    #[cfg(feature = "decide")]
    pub fn watch(&mut self, scorer: &Scorer) {
        self.seen = Some(vec![0; scorer.first_layer().lookups.row_count]);
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
            numbers + missing_codes(&codes[..rows.min(codes.len())])
        };
        columns.map(|column| count(column) as u64).collect()
    }

    /// One cell as it stands in the columns.
    pub(crate) fn cell(&self, field: usize, row: usize) -> Cell {
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
        let FirstLayer { lookups, table } = scorer.first_layer();
        self.flag_unread(scorer, rows);
        #[cfg(feature = "decide")]
        if let Some(seen) = &mut self.seen {
            seen.fill(0);
        }
        for start in (0..rows).step_by(TILE) {
            let count = (rows - start).min(TILE);
            self.encode(scorer, lookups, start, count);
            #[cfg(feature = "decide")]
            if let Some(seen) = &mut self.seen {
                let places = self.places.rows.iter().take(count * lookups.list.len());
                places.for_each(|&row| seen[row as usize] += 1);
            }
            let logits = &mut self.logits[start..start + count];
            scorer.artifact.network.logits_by_lookup(table, &self.places, count, &mut self.scratch, logits);
        }
        self.finish(scorer, rows)
    }

    /// Checks and encodes the first `rows` rows into `features` from place `first` on; returns how
    /// many have errors. The features of these mean nothing.
    #[cfg(all(feature = "wasm", feature = "webgpu"))]
    pub(crate) fn stage(&mut self, scorer: &Scorer, rows: usize, features: &mut Features, first: usize) -> usize {
        self.flag_bounds(scorer, rows);
        self.flag_unread(scorer, rows);
        for start in (0..rows).step_by(TILE) {
            self.encode(scorer, &scorer.first_layer().lookups, start, (rows - start).min(TILE));
        }
        let encoder = &scorer.artifact.encoder;
        for (index, input) in encoder.inputs().iter().enumerate() {
            match input.source {
                Source::Field(field) if !self.codes[field].is_empty() => {
                    encoder.encode_codes(index, &self.codes[field][..rows], MISSING_CODE, features, first);
                }
                Source::Field(field) => {
                    encoder.encode_numbers(index, &self.numbers[field][..rows], features, first);
                }
                Source::Derived(_) => {
                    encoder.encode_cells(index, rows, &|field, row| self.cell(field, row), features, first);
                }
            }
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

    /// Flags codes that are OTHER or none, of categories that no lookup reads.
    fn flag_unread(&mut self, scorer: &Scorer, rows: usize) {
        let ColumnBlock { codes, flags, .. } = self;
        for (field, codes) in scorer.artifact.document.schema.fields.iter().zip(codes) {
            // The column is empty where the field is a number.
            if !field.only_derived || codes.is_empty() {
                continue;
            }
            let other = field.category_count() as u16;
            for (flag, &code) in flags.iter_mut().zip(&codes[..rows]) {
                match code {
                    MISSING_CODE => {}
                    code if code == other => raise(flag, Flag::Warning),
                    code if code > other => raise(flag, Flag::Error),
                    _ => {}
                }
            }
        }
    }

    /// Encodes a tile of rows into the places, and flags codes that are OTHER or none, and numbers
    /// outside the fitted quantiles.
    fn encode(&mut self, scorer: &Scorer, lookups: &Lookups, start: usize, count: usize) {
        // Taken out so that the columns can be read while it is written.
        let mut places = std::mem::take(&mut self.places);
        let mut flags = std::mem::take(&mut self.flags);
        let inputs = scorer.artifact.encoder.inputs();
        let (width, fractions) = (lookups.list.len(), lookups.fractions);
        let mut fraction = 0;
        for (index, lookup) in lookups.list.iter().enumerate() {
            let first_row = lookup.first_row;
            let flags = &mut flags[start..start + count];
            if !lookup.members.is_empty() {
                let mut joint = [first_row; TILE];
                for member in &lookup.members {
                    member.add(&self.codes[member.field][start..start + count], &mut joint);
                }
                let rows = places.rows[index..].iter_mut().step_by(width);
                for ((row, flag), joint) in rows.zip(flags).zip(joint) {
                    *row = joint & ROW;
                    if joint >= OTHER {
                        raise(flag, if joint >= NO_CODE { Flag::Error } else { Flag::Warning });
                    }
                }
                continue;
            }
            let input = &inputs[lookup.first_input];
            let mut set = |at: usize, row: u32, fraction_of_way: f32| {
                places.rows[at * width + index] = first_row + row;
                places.fractions[at * fractions + fraction] = fraction_of_way;
            };
            match (input.source, &input.scale) {
                (Source::Field(field), Scale::Number { knots }) => {
                    let numbers = &self.numbers[field][start..start + count];
                    place_numbers(knots, numbers, |at, (row, fraction, is_clipped)| {
                        set(at, row, fraction);
                        if is_clipped {
                            raise(&mut flags[at], Flag::Warning);
                        }
                    });
                }
                _ => {
                    for at in 0..count {
                        let cell = |field| self.cell(field, start + at);
                        let (row, fraction) = scorer.artifact.encoder.encode_input(input, &cell);
                        set(at, row - input.first_row, fraction);
                    }
                }
            }
            fraction += 1;
        }
        (self.places, self.flags) = (places, flags);
    }
}

/// Counts the missing values, eight at a time.
fn missing_codes(codes: &[u16]) -> usize {
    let (eights, rest) = codes.as_chunks();
    let missing = u16x8::new([MISSING_CODE; 8]);
    // A lane counts up to 65,535.
    let counted = eights.chunks(usize::from(u16::MAX)).map(|eights| {
        // A lane of a comparison that holds is the greatest number, which is -1.
        let counts = eights.iter().fold(u16x8::ZERO, |counts, &codes| counts - u16x8::new(codes).simd_eq(missing));
        counts.to_array().into_iter().map(usize::from).sum::<usize>()
    });
    counted.sum::<usize>() + rest.iter().filter(|&&code| code == MISSING_CODE).count()
}

fn raise(seen: &mut u8, flag: Flag) {
    *seen = (*seen).max(flag as u8);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn missing_codes_are_counted_in_long_columns() {
        // More than a lane counts, and a rest of fewer than eight.
        let codes: Vec<u16> = (0..8 * 70_003 + 5).map(|row| if row % 3 == 0 { 7 } else { MISSING_CODE }).collect();
        assert_eq!(missing_codes(&codes), codes.iter().filter(|&&code| code == MISSING_CODE).count());
        assert_eq!(missing_codes(&[]), 0);
    }
}
