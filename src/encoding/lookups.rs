//! The lookups of a batch: neighbouring categories share one.
//!
//! Three flags have 64 combinations with OTHER and missing. A table with a row for each of them is
//! read once, where three tables are read three times. The rows of a lookup are added up in the
//! order of its inputs, and the lookups after that, so every loop over a network has the same bits.

use super::encoder::Encoder;
use super::input::{Input, Scale, Source};
use crate::customer::Cell;

/// The most rows of one lookup.
const MAXIMUM_COMBINATIONS: usize = 128;
/// Numbers that the rows of one lookup may hold: 16 KB, half of a first cache.
const MAXIMUM_VALUES: usize = 4096;

/// Marks a code that is none, in what [`Member::add`] adds up. The bits above count such codes.
pub(crate) const NO_CODE: u32 = 1 << 28;
/// Marks the code of OTHER. The bits up to [`NO_CODE`] count such codes.
pub(crate) const OTHER: u32 = 1 << 24;
/// The row in what was added up.
pub(crate) const ROW: u32 = OTHER - 1;

/// How a batch reads the inputs of a network.
#[derive(Clone, Debug)]
pub struct Lookups {
    /// In the order of the inputs.
    pub list: Vec<Lookup>,
    /// Rows of all lookups together.
    pub row_count: usize,
    /// Number of lookups with a fraction.
    pub fractions: usize,
}

/// What one lookup reads.
#[derive(Clone, Debug)]
pub struct Lookup {
    /// First of its inputs.
    pub first_input: usize,
    /// First of its rows.
    pub first_row: u32,
    /// Number of its rows: all combinations of the rows of its inputs.
    pub row_count: usize,
    /// The categories; empty for a number, which is a lookup of its own.
    pub members: Vec<Member>,
}

/// A category of a lookup.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its position in the schema's fields.
    pub field: usize,
    /// What it adds to the row: first for missing, then for each code, OTHER last.
    rows: Vec<u32>,
}

/// Encoded customers as a batch reads them, customer after customer.
#[derive(Clone, Debug, Default)]
pub struct Places {
    /// `[customers, lookups]`
    pub rows: Vec<u32>,
    /// Fractions of the way to the next row, `[customers, lookups with a fraction]`.
    pub fractions: Vec<f32>,
}

impl Lookups {
    /// The lookups of an encoder whose network has `units` in its first layer.
    pub fn new(encoder: &Encoder, units: usize) -> Lookups {
        let mut lookups = Lookups { list: Vec::new(), row_count: 0, fractions: 0 };
        let mut joined = joined(encoder.inputs(), units).into_iter();
        for (first_input, input) in encoder.inputs().iter().enumerate() {
            let is_joined = joined.next() == Some(true);
            let begin = |row_count| Lookup { first_input, first_row: 0, row_count, members: Vec::new() };
            match (input.source, &input.scale) {
                (Source::Field(field), Scale::Category { count }) => {
                    if !is_joined {
                        lookups.list.push(begin(1));
                    }
                    if let Some(lookup) = lookups.list.last_mut() {
                        lookup.push(field, *count);
                    }
                }
                _ => {
                    lookups.list.push(begin(input.row_count()));
                    lookups.fractions += 1;
                }
            }
        }
        for lookup in &mut lookups.list {
            lookup.first_row = lookups.row_count as u32;
            lookups.row_count += lookup.row_count;
        }
        lookups
    }

    /// Encodes a customer's cells, by field, into place `at`.
    pub fn encode(&self, encoder: &Encoder, cells: &[Cell], at: usize, places: &mut Places) {
        let mut fractions = places.fractions[at * self.fractions..].iter_mut();
        for (lookup, place) in self.list.iter().zip(&mut places.rows[at * self.list.len()..]) {
            let (mut combined, mut way) = (0, 0.0);
            for input in &encoder.inputs()[lookup.first_input..][..lookup.members.len().max(1)] {
                let (row, fraction) = encoder.encode_input(input, &|field| cells[field]);
                combined = combined * input.row_count() as u32 + row - input.first_row;
                way = fraction;
            }
            *place = lookup.first_row + combined;
            if lookup.members.is_empty()
                && let Some(fraction) = fractions.next()
            {
                *fraction = way;
            }
        }
    }

    /// Room for `customers`.
    pub fn places(&self, customers: usize) -> Places {
        Places { rows: vec![0; customers * self.list.len()], fractions: vec![0.0; customers * self.fractions] }
    }
}

/// For each input, whether it shares a lookup with the one before it, in a network with `units` in
/// its first layer.
pub(crate) fn joined(inputs: &[Input], units: usize) -> Vec<bool> {
    let most = MAXIMUM_COMBINATIONS.min(MAXIMUM_VALUES / units.max(1));
    let mut combinations = usize::MAX;
    let is_joined = |input: &Input| {
        let rows = match input.scale {
            Scale::Category { .. } => input.row_count(),
            Scale::Number { .. } => usize::MAX,
        };
        let together = combinations.saturating_mul(rows);
        combinations = if together <= most { together } else { rows };
        together <= most
    };
    inputs.iter().map(is_joined).collect()
}

impl Lookup {
    fn push(&mut self, field: usize, count: u32) {
        let own = count + 2;
        self.row_count *= own as usize;
        for member in &mut self.members {
            member.rows.iter_mut().for_each(|row| *row = ((*row & ROW) * own) | (*row & !ROW));
        }
        // The rows of an input: its categories, OTHER, missing.
        let codes = (0..count).chain([count | OTHER]);
        self.members.push(Member { field, rows: [count + 1].into_iter().chain(codes).collect() });
    }
}

impl Member {
    /// Adds what the codes of a column stand for to the rows of a lookup. `missing`, the greatest
    /// number of its type, is the code of a missing value.
    #[inline]
    pub(crate) fn add(&self, codes: &[u16], rows: &mut [u32]) {
        for (row, code) in rows.iter_mut().zip(codes) {
            // The missing code wraps round to 0.
            *row += self.rows.get(usize::from(code.wrapping_add(1))).unwrap_or(&NO_CODE);
        }
    }
}
