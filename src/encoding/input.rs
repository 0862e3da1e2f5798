//! One input of the network: where its value comes from, and which row of the table a value is.

use wide::f32x4;

use crate::customer::Cell;

/// The most knots that are counted instead of searched.
const MAXIMUM_COUNTED: usize = 64;

/// One input of the network.
#[derive(Clone, Debug, PartialEq)]
pub struct Input {
    /// The field or derived feature.
    pub name: String,
    /// Where its value comes from.
    pub source: Source,
    /// What its rows stand for.
    pub scale: Scale,
    /// First of its rows in the table.
    pub first_row: u32,
}

/// Where an input's value comes from: an index into the schema's fields or derived features.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Source {
    /// A position in [`Schema::fields`](crate::schema::Schema::fields).
    Field(usize),
    /// A position in [`Schema::derived`](crate::schema::Schema::derived).
    Derived(usize),
}

/// What the table rows of an input stand for.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// One row for each knot, and one for missing.
    Number {
        /// Ascending; values outside count as the nearer end.
        knots: Vec<f32>,
    },
    /// One row for each category, one for OTHER, and one for missing.
    Category {
        /// Categories, without OTHER and missing.
        count: u32,
    },
}

impl Input {
    /// Rows of the table: knots or categories (with OTHER), and one for missing.
    pub fn row_count(&self) -> usize {
        match &self.scale {
            Scale::Number { knots } => knots.len() + 1,
            Scale::Category { count } => *count as usize + 2,
        }
    }

    /// The row of a missing value.
    pub fn missing_row(&self) -> u32 {
        self.first_row + self.row_count() as u32 - 1
    }

    pub(super) fn encode(&self, cell: Cell) -> (u32, f32) {
        match (&self.scale, cell) {
            (Scale::Number { knots }, Cell::Number(number)) => {
                let (knot, fraction) = locate(knots, number as f32);
                (self.first_row + knot, fraction)
            }
            (Scale::Category { count }, Cell::Category(code)) => (self.first_row + code.min(*count), 0.0),
            _ => (self.missing_row(), 0.0),
        }
    }
}

/// The knot at or below a value and the fraction of the way to the next; values outside count as
/// the nearer end.
pub(crate) fn locate(knots: &[f32], value: f32) -> (u32, f32) {
    let last = knots.len() - 1;
    let value = value.max(knots[0]).min(knots[last]);
    let knot = knots[1..].partition_point(|&knot| value >= knot) as u32;
    (knot, fraction(knots, knot as usize, value))
}

/// How far a value is on the way from a knot to the next one.
#[inline(always)]
fn fraction(knots: &[f32], knot: usize, value: f32) -> f32 {
    let low = knots[knot];
    if knot + 1 < knots.len() { (value - low) / (knots[knot + 1] - low) } else { 0.0 }
}

/// Row within its input, fraction of the way to the next row, and whether the number is outside the
/// knots. NaN is missing.
pub(crate) fn place_number(knots: &[f32], number: f64) -> (u32, f32, bool) {
    let value = number as f32;
    if value.is_nan() {
        return (knots.len() as u32, 0.0, false);
    }
    let (knot, fraction) = locate(knots, value);
    (knot, fraction, value < knots[0] || value > knots[knots.len() - 1])
}

/// What [`place_number`] returns for each number of a column, in turn.
#[inline(always)]
pub(crate) fn place_numbers(knots: &[f32], numbers: &[f64], mut place: impl FnMut(usize, (u32, f32, bool))) {
    // The knots at or below a value are counted, four values at a time. A search takes fewer steps,
    // but each has to wait for the one before.
    let counted = if knots.len() > MAXIMUM_COUNTED { &[] } else { &knots[1..] };
    let (low, high) = (knots[0], knots[knots.len() - 1]);
    for first in (0..numbers.len()).step_by(4) {
        // The last four are padded with the last number.
        let value = |lane: usize| numbers[(first + lane).min(numbers.len() - 1)] as f32;
        let values = [value(0), value(1), value(2), value(3)];
        let lanes = f32x4::new(values);
        let mut counts = f32x4::ZERO;
        for &knot in counted {
            // Spelled out: in wasm, which is optimised for size, `splat` is a loop.
            counts += lanes.simd_ge(f32x4::new([knot, knot, knot, knot])) & f32x4::ONE;
        }
        let counts = counts.to_array();
        for lane in 0..4.min(numbers.len() - first) {
            let (value, knot) = (values[lane], counts[lane] as u32);
            let placed = if value.is_nan() || knots.len() > MAXIMUM_COUNTED {
                place_number(knots, numbers[first + lane])
            } else {
                (knot, fraction(knots, knot as usize, value.max(low).min(high)), value < low || value > high)
            };
            place(first + lane, placed);
        }
    }
}

/// Whether a number lies outside its knots.
#[inline(always)]
pub(crate) fn is_clipped(knots: &[f32], number: f64) -> bool {
    (number as f32) < knots[0] || (number as f32) > knots[knots.len() - 1]
}
