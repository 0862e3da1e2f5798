//! The first layer: its sums are lookups in a table.
//!
//! A single customer is read input by input. A batch has a table in which neighbouring categories
//! are already added up. Both add the rows of a lookup first, in the order of its inputs, and then
//! the lookups, so their bits agree.

use wide::f32x4;

use super::lanes::splat;
use crate::encoding::{Features, Input, Lookups, Places};

/// Vectors of the first layer that are added up together, in registers.
pub(super) const VECTORS: usize = 4;

/// What the first layer of a network reads.
#[derive(Clone, Copy)]
pub(super) struct Tables<'a> {
    /// Vectors of four units that one table row takes, a multiple of [`VECTORS`].
    pub(super) stride: usize,
    /// `[stride]`
    pub(super) bias: &'a [f32x4],
    /// `[rows + 1, stride]`
    pub(super) table: &'a [f32x4],
    /// `[rows + 1]`
    pub(super) direct: &'a [f32],
    /// For each input, whether it shares a lookup with the one before it. Inputs beyond do not.
    pub(super) joined: &'a [bool],
}

impl Tables<'_> {
    /// The direct share of one input.
    #[inline(always)]
    pub(super) fn direct_at(&self, (row, fraction): (u32, f32)) -> f32 {
        let share = self.direct[row as usize];
        if fraction == 0.0 { share } else { share + (self.direct[row as usize + 1] - share) * fraction }
    }
}

/// Encoded customers, from which the sums of the first layer are made.
pub(super) trait Encoded {
    /// [`VECTORS`] vectors of sums of one customer, from `vector` on.
    fn sums(&self, customer: usize, vector: usize) -> Sums;

    /// The direct shares of the logit of one customer, added up.
    fn direct(&self, customer: usize) -> f32;
}

type Sums = [f32x4; VECTORS];

/// The vectors of a table from `at` on.
#[inline(always)]
fn row(table: &[f32x4], at: usize) -> &Sums {
    // A slice of this length is such an array.
    table[at..at + VECTORS].as_array().unwrap_or(&[f32x4::ZERO; VECTORS])
}

#[inline(always)]
fn add(sums: &mut Sums, row: &Sums) {
    unroll!(I in 4 { sums[I] += row[I]; });
}

/// Adds the point between two rows.
#[inline(always)]
fn add_between(sums: &mut Sums, row: &Sums, next: &Sums, fraction: f32) {
    let fraction = splat(fraction);
    unroll!(I in 4 { sums[I] += row[I] + (next[I] - row[I]) * fraction; });
}

/// Customers input by input.
pub(super) struct ByInput<'a> {
    pub(super) tables: Tables<'a>,
    pub(super) features: &'a Features,
}

impl ByInput<'_> {
    /// Row, fraction, and whether the input begins a lookup.
    #[inline(always)]
    fn positions(&self, customer: usize) -> impl Iterator<Item = (u32, f32, bool)> {
        let Features { rows, fractions, .. } = self.features;
        let rows = rows[customer..].iter().step_by(self.features.capacity());
        let fractions = fractions[customer..].iter().step_by(self.features.capacity());
        let joined = self.tables.joined.iter().copied().chain(std::iter::repeat(false));
        rows.zip(fractions).zip(joined).map(|((&row, &fraction), joined)| (row, fraction, !joined))
    }
}

impl Encoded for ByInput<'_> {
    fn sums(&self, customer: usize, vector: usize) -> Sums {
        let Tables { table, stride, bias, .. } = self.tables;
        let mut sums = *row(bias, vector);
        let mut lookup = [f32x4::ZERO; VECTORS];
        for (place, fraction, begins) in self.positions(customer) {
            if begins {
                add(&mut sums, &lookup);
                lookup = [f32x4::ZERO; VECTORS];
            }
            let at = place as usize * stride + vector;
            if fraction == 0.0 {
                add(&mut lookup, row(table, at));
            } else {
                add_between(&mut lookup, row(table, at), row(table, at + stride), fraction);
            }
        }
        add(&mut sums, &lookup);
        sums
    }

    fn direct(&self, customer: usize) -> f32 {
        let (mut sum, mut lookup) = (0.0, 0.0);
        for (row, fraction, begins) in self.positions(customer) {
            let share = self.tables.direct_at((row, fraction));
            if begins {
                sum += lookup;
                lookup = share;
            } else {
                lookup += share;
            }
        }
        sum + lookup
    }
}

/// The first layer as a batch reads it: one row for each lookup of a customer.
#[derive(Clone, Debug)]
pub struct LookupTable {
    /// `[rows + 1, stride]`
    table: Vec<f32x4>,
    /// `[rows + 1]`
    direct: Vec<f32>,
    /// For each lookup, whether it has a fraction.
    has_fraction: Vec<bool>,
    /// Lookups with a fraction.
    fractions: usize,
}

impl LookupTable {
    /// The table of a network. `inputs` are those of its encoder.
    pub(super) fn new(tables: Tables, inputs: &[Input], lookups: &Lookups) -> LookupTable {
        let stride = tables.stride;
        let (mut table, mut direct) = (Vec::new(), Vec::new());
        for lookup in &lookups.list {
            let inputs = &inputs[lookup.first_input..][..lookup.members.len().max(1)];
            for row in 0..lookup.row_count {
                let (at, mut share, mut rest, mut combinations) = (table.len(), 0.0, row, lookup.row_count);
                table.resize(at + stride, f32x4::ZERO);
                // The first input's row changes slowest.
                for input in inputs {
                    combinations /= input.row_count();
                    let own = input.first_row as usize + rest / combinations;
                    rest %= combinations;
                    share += tables.direct[own];
                    table[at..].iter_mut().zip(&tables.table[own * stride..]).for_each(|(sum, vector)| *sum += *vector);
                }
                direct.push(share);
            }
        }
        // Every row has a next one.
        table.resize((lookups.row_count + 1) * stride, f32x4::ZERO);
        direct.push(0.0);
        let has_fraction = lookups.list.iter().map(|lookup| lookup.members.is_empty()).collect();
        LookupTable { table, direct, has_fraction, fractions: lookups.fractions }
    }
}

/// Customers lookup by lookup.
pub(super) struct ByLookup<'a> {
    pub(super) tables: Tables<'a>,
    pub(super) table: &'a LookupTable,
    pub(super) places: &'a Places,
}

impl ByLookup<'_> {
    /// Row, and the fraction where there is one.
    #[inline(always)]
    fn positions(&self, customer: usize) -> impl Iterator<Item = (usize, Option<f32>)> {
        let LookupTable { has_fraction, fractions, .. } = self.table;
        let rows = &self.places.rows[customer * has_fraction.len()..][..has_fraction.len()];
        let mut fractions = self.places.fractions[customer * fractions..].iter();
        let fraction = move |&has: &bool| if has { fractions.next().copied() } else { None };
        rows.iter().zip(has_fraction.iter().map(fraction)).map(|(&row, fraction)| (row as usize, fraction))
    }
}

impl Encoded for ByLookup<'_> {
    // A copy for each loop over it would be downloaded by everyone.
    #[inline(never)]
    fn sums(&self, customer: usize, vector: usize) -> Sums {
        let (stride, table) = (self.tables.stride, &self.table.table);
        let mut sums = *row(self.tables.bias, vector);
        for (place, fraction) in self.positions(customer) {
            let at = place * stride + vector;
            match fraction {
                None => add(&mut sums, row(table, at)),
                Some(fraction) => add_between(&mut sums, row(table, at), row(table, at + stride), fraction),
            }
        }
        sums
    }

    #[inline(always)]
    fn direct(&self, customer: usize) -> f32 {
        let direct = &self.table.direct;
        let share = |(row, fraction): (usize, Option<f32>)| {
            let share = direct[row];
            fraction.map_or(share, |fraction| share + (direct[row + 1] - share) * fraction)
        };
        self.positions(customer).map(share).fold(0.0, |sum, share| sum + share)
    }
}
