//! The packed network: encoding and first layer are one lookup, the rest is small and dense.
//!
//! The first layer is a sum over inputs of rows of one table: a category adds its row, a number
//! adds the point on the line between two neighbouring rows. A second, one-column table gives every
//! input's direct share of the logit ("wide and deep"), which skips the hidden part. Scoring one
//! customer, scoring a batch and walking coalitions ([`walk`]) are three loops over this one
//! structure. The network does not know what a customer is.
//!
//! All arithmetic is f32, multiply then add, in one order on every target, so native and wasm agree
//! bit for bit.

/// Repeats a block with the constants 0, 1, … for its index. The wasm build is optimised for size:
/// without this, a loop of constant length stays a loop, and the array that it indexes stays in
/// memory instead of registers.
macro_rules! unroll {
    ($index:ident in 4 $body:block) => { unroll!($index [0 1 2 3] $body) };
    ($index:ident in 8 $body:block) => { unroll!($index [0 1 2 3 4 5 6 7] $body) };
    ($index:ident [$($value:literal)*] $body:block) => { $({ const $index: usize = $value; $body })* };
}

#[cfg(feature = "burn")]
pub mod burn;
mod first_layer;
mod lanes;
mod layer;
mod parts;
#[cfg(test)]
pub(crate) mod tests;
pub mod walk;

pub use first_layer::LookupTable;
pub use lanes::LANES;
pub use parts::{Layer, MAXIMUM_LAYERS, MAXIMUM_UNITS, NetworkError, NetworkParts};

use wide::f32x4;

use crate::encoding::{Features, Input, Lookups, Places};

use first_layer::{ByInput, ByLookup, Encoded, Tables, VECTORS};
use lanes::{relu, splat};
use layer::PackedLayer;

/// The packed network, padded to SIMD lanes.
#[derive(Clone, Debug)]
pub struct Network {
    parts: NetworkParts,
    rows: usize,
    /// Vectors of four units that one table row takes, a multiple of [`VECTORS`].
    stride: usize,
    /// `[rows + 1, stride]`: the row after the last is zero, so that every row has a next one.
    table: Vec<f32x4>,
    direct: Vec<f32>,
    bias: Vec<f32x4>,
    layers: Vec<PackedLayer>,
    output: Vec<f32>,
    /// For each input, whether it shares a lookup with the one before it. Inputs beyond do not.
    joined: Vec<bool>,
}

/// Memory for one evaluation, made once and used again.
#[derive(Clone, Debug)]
pub struct Scratch {
    first: Vec<f32x4>,
    hidden: Vec<f32x4>,
    next: Vec<f32x4>,
}

impl Network {
    /// Checks and packs a network whose first layer has `rows` table rows.
    pub fn new(rows: usize, parts: NetworkParts) -> Result<Network, NetworkError> {
        parts.check(rows)?;
        let stride = parts.units.div_ceil(VECTORS * LANES) * VECTORS;
        let mut table = Vec::with_capacity((rows + 1) * stride);
        for row in 0..rows {
            pack(&parts.table[row * parts.units..(row + 1) * parts.units], stride, &mut table);
        }
        table.resize((rows + 1) * stride, f32x4::ZERO);
        let mut direct = parts.direct.clone();
        direct.push(0.0);
        let mut bias = Vec::new();
        pack(&parts.bias, stride, &mut bias);
        let mut width = stride * LANES;
        let mut layers = Vec::new();
        for layer in &parts.layers {
            let packed = PackedLayer::new(layer, width);
            width = packed.outputs;
            layers.push(packed);
        }
        let mut output = parts.output.clone();
        output.resize(width, 0.0);
        Ok(Network { parts, rows, stride, table, direct, bias, layers, output, joined: Vec::new() })
    }

    /// Sets which inputs share a lookup with the one before them, by input. This is the order in which
    /// rows are added up.
    pub(crate) fn join(&mut self, joined: Vec<bool>) {
        self.joined = joined;
    }

    /// The network as the artifact stores it.
    pub fn parts(&self) -> &NetworkParts {
        &self.parts
    }

    /// Table rows of the first layer.
    pub fn row_count(&self) -> usize {
        self.rows
    }

    /// Units of the hidden layers, first to last.
    pub fn hidden(&self) -> Vec<usize> {
        let further = self.parts.layers.iter().map(|layer| layer.outputs);
        let first = Some(self.parts.units).filter(|&units| units > 0);
        first.into_iter().chain(further).collect()
    }

    /// Multiplications of one customer's score: two rows an input, the direct share, and the hidden
    /// part.
    pub fn multiply_adds(&self, inputs: usize) -> usize {
        let products = |layer: &Layer| (0..layer.outputs).map(|unit| layer.reads(unit..unit + 1).len()).sum::<usize>();
        let layers: usize = self.parts.layers.iter().map(products).sum();
        inputs * (self.parts.units + 1) + layers + self.parts.output.len()
    }

    /// Memory for [`Network::logits`].
    pub fn scratch(&self) -> Scratch {
        let widest = self.layers.iter().map(|layer| layer.outputs).max().unwrap_or(0);
        Scratch {
            first: vec![f32x4::ZERO; self.stride * LANES],
            hidden: vec![f32x4::ZERO; widest],
            next: vec![f32x4::ZERO; widest],
        }
    }

    /// Logits of the first `count` customers of `features`.
    pub fn logits(&self, features: &Features, count: usize, scratch: &mut Scratch, logits: &mut [f32]) {
        self.logits_of(&ByInput { tables: self.tables(), features }, count, scratch, logits);
    }

    /// Logits of the first `count` customers of `places`: the bits of [`Network::logits`], from a
    /// table in which neighbouring categories are added up.
    pub fn logits_by_lookup(
        &self,
        table: &LookupTable,
        places: &Places,
        count: usize,
        scratch: &mut Scratch,
        logits: &mut [f32],
    ) {
        self.logits_of(&ByLookup { tables: self.tables(), table, places }, count, scratch, logits);
    }

    #[inline(always)]
    fn logits_of(&self, customers: &impl Encoded, count: usize, scratch: &mut Scratch, logits: &mut [f32]) {
        if self.layers.is_empty() {
            for (customer, logit) in logits[..count].iter_mut().enumerate() {
                *logit = self.flat(customers, customer) + customers.direct(customer);
            }
            return;
        }
        for first in (0..count).step_by(LANES) {
            let lanes = (count - first).min(LANES);
            let mut direct = [0.0; LANES];
            for (lane, direct) in direct.iter_mut().enumerate().take(lanes) {
                *direct = customers.direct(first + lane);
            }
            self.first_layer(customers, first, lanes, scratch);
            let sums = (self.hidden_part(scratch) + f32x4::new(direct)).to_array();
            logits[first..first + lanes].copy_from_slice(&sums[..lanes]);
        }
    }

    /// The logit of customer 0 of `features`.
    pub fn logit(&self, features: &Features, scratch: &mut Scratch) -> f32 {
        let mut logit = [0.0];
        self.logits(features, 1, scratch, &mut logit);
        logit[0]
    }

    /// The direct share of one input.
    #[inline(always)]
    pub fn direct_at(&self, position: (u32, f32)) -> f32 {
        self.tables().direct_at(position)
    }

    #[inline(always)]
    fn tables(&self) -> Tables<'_> {
        let Network { stride, bias, table, direct, joined, .. } = self;
        Tables { stride: *stride, bias, table, direct, joined }
    }

    /// The first layer as batches read it. `inputs` and `lookups` are those of the encoder.
    pub fn lookup_table(&self, inputs: &[Input], lookups: &Lookups) -> LookupTable {
        LookupTable::new(self.tables(), inputs, lookups)
    }

    /// What one input adds to the first layer's sums, by unit.
    pub fn first_layer_at(&self, position: (u32, f32)) -> Vec<f32> {
        let mut sums = vec![f32x4::ZERO; self.stride];
        self.add_row(position, 1.0, &mut sums);
        let mut units: Vec<f32> = sums.iter().flat_map(|sum| sum.to_array()).collect();
        units.truncate(self.parts.units);
        units
    }

    /// The hidden part of a network with at most one hidden layer. The lanes hold units, and each
    /// adds up what a lane of [`dot_relu`] does.
    #[inline(always)]
    fn flat(&self, customers: &impl Encoded, customer: usize) -> f32 {
        let mut dot = f32x4::ZERO;
        for (vector, weights) in (0..self.stride).step_by(VECTORS).zip(self.output.chunks_exact(VECTORS * LANES)) {
            let sums = customers.sums(customer, vector);
            let weights = weights.as_chunks().0;
            unroll!(I in 4 { dot += relu(sums[I]) * f32x4::new(weights[I]); });
        }
        let [a, b, c, d] = dot.to_array();
        self.parts.output_bias + ((a + b) + (c + d))
    }

    /// First-layer sums of up to four customers, each in a lane of the scratch.
    #[inline(always)]
    fn first_layer(&self, customers: &impl Encoded, first: usize, lanes: usize, scratch: &mut Scratch) {
        for (vector, units) in (0..).step_by(VECTORS).zip(scratch.first.chunks_exact_mut(VECTORS * LANES)) {
            let mut sums = [[f32x4::ZERO; VECTORS]; LANES];
            for (lane, sums) in sums.iter_mut().enumerate().take(lanes) {
                *sums = customers.sums(first + lane, vector);
            }
            for (n, units) in units.chunks_exact_mut(LANES).enumerate() {
                units.copy_from_slice(&f32x4::transpose([sums[0][n], sums[1][n], sums[2][n], sums[3][n]]));
            }
        }
    }

    /// Everything after the first layer's sums, for four lanes: the sums are in `scratch.first`, by
    /// unit.
    #[inline]
    fn hidden_part(&self, scratch: &mut Scratch) -> f32x4 {
        let Some(layer) = self.layers.first() else {
            return splat(self.parts.output_bias) + dot_relu(&scratch.first, &self.output);
        };
        layer.forward(&scratch.first, &mut scratch.hidden);
        self.last_part(scratch)
    }

    /// Everything after the second layer's sums, which are in `scratch.hidden`.
    fn last_part(&self, scratch: &mut Scratch) -> f32x4 {
        let Scratch { hidden, next, .. } = scratch;
        for layer in &self.layers[1..] {
            layer.forward(hidden, next);
            std::mem::swap(hidden, next);
        }
        splat(self.parts.output_bias) + dot_relu(hidden, &self.output)
    }
}

/// `relu(values) · weights`, in four sums so that additions do not wait for each other.
#[inline(always)]
fn dot_relu(values: &[f32x4], weights: &[f32]) -> f32x4 {
    let mut sums = [f32x4::ZERO; 4];
    for (values, weights) in values.chunks_exact(4).zip(weights.chunks_exact(4)) {
        unroll!(N in 4 { sums[N] += relu(values[N]) * splat(weights[N]); });
    }
    (sums[0] + sums[1]) + (sums[2] + sums[3])
}

/// Appends values as `vectors` vectors, padded with zeros.
fn pack(values: &[f32], vectors: usize, out: &mut Vec<f32x4>) {
    let end = out.len() + vectors;
    out.extend(values.chunks(LANES).map(|chunk| {
        let mut lanes = [0.0; LANES];
        lanes[..chunk.len()].copy_from_slice(chunk);
        f32x4::new(lanes)
    }));
    out.resize(end, f32x4::ZERO);
}
