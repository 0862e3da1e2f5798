//! The packed network: encoding and first layer are one lookup, the rest is small and dense.
//!
//! The first layer is a sum over inputs of rows of one table: a category adds its row, a number adds the point on
//! the line between two neighbouring rows. A second, one-column table gives every input's direct share of the logit
//! ("wide and deep"), which skips the hidden part. Scoring one customer, scoring a batch and walking coalitions
//! ([`walk`]) are three loops over this one structure. The network does not know what a customer is.
//!
//! All arithmetic is f32, multiply then add, in one order on every target, so native and wasm agree bit for bit.

/// Repeats a block with the constants 0, 1, … for its index. What ships is optimised for size, and then a loop of constant
/// length stays a loop, and an array that it indexes lives in memory instead of in registers.
macro_rules! unroll {
    ($index:ident in 4 $body:block) => { unroll!($index [0 1 2 3] $body) };
    ($index:ident in 8 $body:block) => { unroll!($index [0 1 2 3 4 5 6 7] $body) };
    ($index:ident [$($value:literal)*] $body:block) => { $({ const $index: usize = $value; $body })* };
}

#[cfg(feature = "burn")]
pub mod burn;
pub mod walk;

use wide::f32x4;

use crate::encoding::Features;

/// A network as the artifact stores it: row-major, not padded.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct NetworkParts {
    /// Units of the first layer; 0 when the logit is the direct shares alone.
    pub units: usize,
    /// First layer, `[rows, units]`.
    pub table: Vec<f32>,
    /// Direct share of the logit, `[rows]`.
    pub direct: Vec<f32>,
    /// `[units]`
    pub bias: Vec<f32>,
    /// Further hidden layers.
    pub layers: Vec<Layer>,
    /// `[units of the last hidden layer]`
    pub output: Vec<f32>,
    pub output_bias: f32,
}

/// A dense layer, `weight` as `[inputs, outputs]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    pub outputs: usize,
    pub weight: Vec<f32>,
    pub bias: Vec<f32>,
}

/// The packed network, padded to SIMD lanes.
#[derive(Clone, Debug)]
pub struct Network {
    parts: NetworkParts,
    rows: usize,
    /// Vectors of four units that one table row takes.
    stride: usize,
    /// `[rows + 1, stride]`: the row after the last is zero, so that every row has a next one.
    table: Vec<f32x4>,
    direct: Vec<f32>,
    bias: Vec<f32x4>,
    layers: Vec<PackedLayer>,
    output: Vec<f32>,
}

/// A dense layer padded to eight outputs.
#[derive(Clone, Debug)]
struct PackedLayer {
    inputs: usize,
    outputs: usize,
    weight: Vec<f32>,
    bias: Vec<f32>,
}

/// Memory for one evaluation, made once and used again.
#[derive(Clone, Debug)]
pub struct Scratch {
    first: Vec<f32x4>,
    hidden: Vec<f32x4>,
    next: Vec<f32x4>,
}

#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    #[error("tensor `{tensor}` has {found} values, the network needs {expected}")]
    Shape { tensor: String, expected: usize, found: usize },
    #[error("tensor `{tensor}` has a weight that is not finite or beyond ±{limit}", limit = MAXIMUM_WEIGHT as u32)]
    Weight { tensor: String },
    #[error("the network has {found} {what}, at most {maximum} are allowed")]
    Size { what: &'static str, maximum: usize, found: usize },
}

pub const MAXIMUM_UNITS: usize = 1024;
pub const MAXIMUM_LAYERS: usize = 8;
/// Sums of products of such weights stay finite in f32.
const MAXIMUM_WEIGHT: f32 = 1e6;
/// Units, layers and lanes: four customers or coalitions are evaluated at once.
pub const LANES: usize = 4;

impl Network {
    /// Checks and packs a network whose first layer has `rows` table rows.
    pub fn new(rows: usize, parts: NetworkParts) -> Result<Network, NetworkError> {
        check(rows, &parts)?;
        let stride = parts.units.div_ceil(LANES);
        let mut table = Vec::with_capacity((rows + 1) * stride);
        for row in 0..rows {
            pack(&parts.table[row * parts.units..(row + 1) * parts.units], &mut table);
        }
        table.resize((rows + 1) * stride, f32x4::ZERO);
        let mut direct = parts.direct.clone();
        direct.push(0.0);
        let mut bias = Vec::new();
        pack(&parts.bias, &mut bias);
        let mut width = stride * LANES;
        let mut units = parts.units;
        let mut layers = Vec::new();
        for layer in &parts.layers {
            let outputs = layer.outputs.next_multiple_of(8);
            let mut packed =
                PackedLayer { inputs: width, outputs, weight: vec![0.0; width * outputs], bias: vec![0.0; outputs] };
            packed.bias[..layer.outputs].copy_from_slice(&layer.bias);
            for (input, weights) in layer.weight.chunks_exact(layer.outputs).enumerate() {
                packed.weight[input * outputs..input * outputs + layer.outputs].copy_from_slice(weights);
            }
            debug_assert_eq!(layer.weight.len(), units * layer.outputs);
            (width, units) = (outputs, layer.outputs);
            layers.push(packed);
        }
        let mut output = parts.output.clone();
        output.resize(width, 0.0);
        Ok(Network { parts, rows, stride, table, direct, bias, layers, output })
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

    /// Multiplications of one customer's score: two rows an input, the direct share, and the hidden part.
    pub fn multiply_adds(&self, inputs: usize) -> usize {
        let layers: usize = self.parts.layers.iter().map(|layer| layer.weight.len()).sum();
        inputs * (self.parts.units + 1) + layers + self.parts.output.len()
    }

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
        for first in (0..count).step_by(LANES) {
            let lanes = (count - first).min(LANES);
            let mut direct = [0.0; LANES];
            for (lane, direct) in direct.iter_mut().enumerate().take(lanes) {
                *direct = self.direct_share(features, first + lane);
                self.first_layer(features, first + lane, lane, scratch);
            }
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

    /// The direct shares of the logit of one customer, added up.
    fn direct_share(&self, features: &Features, customer: usize) -> f32 {
        let rows = features.rows[customer..].iter().step_by(features.capacity());
        let fractions = features.fractions[customer..].iter().step_by(features.capacity());
        rows.zip(fractions).map(|(&row, &fraction)| self.direct_at((row, fraction))).sum()
    }

    /// The direct share of one input.
    #[inline(always)]
    pub fn direct_at(&self, (row, fraction): (u32, f32)) -> f32 {
        let share = self.direct[row as usize];
        if fraction == 0.0 { share } else { share + (self.direct[row as usize + 1] - share) * fraction }
    }

    /// What one input adds to the first layer's sums, by unit.
    pub fn first_layer_at(&self, position: (u32, f32)) -> Vec<f32> {
        let mut sums = vec![f32x4::ZERO; self.stride];
        self.add_row(position, 1.0, &mut sums);
        let mut units: Vec<f32> = sums.iter().flat_map(|sum| sum.to_array()).collect();
        units.truncate(self.parts.units);
        units
    }

    /// First-layer sums of one customer, written into one lane of the scratch.
    fn first_layer(&self, features: &Features, customer: usize, lane: usize, scratch: &mut Scratch) {
        let mut vector = 0;
        // Four vectors at a time stay in registers.
        while vector + 4 <= self.stride {
            self.first_layer_vectors::<4>(features, customer, lane, vector, scratch);
            vector += 4;
        }
        while vector < self.stride {
            self.first_layer_vectors::<1>(features, customer, lane, vector, scratch);
            vector += 1;
        }
    }

    #[inline(always)]
    fn first_layer_vectors<const N: usize>(
        &self,
        features: &Features,
        customer: usize,
        lane: usize,
        vector: usize,
        scratch: &mut Scratch,
    ) {
        const { assert!(N <= 4) };
        let mut sums = [f32x4::ZERO; N];
        sums.copy_from_slice(&self.bias[vector..vector + N]);
        let rows = features.rows[customer..].iter().step_by(features.capacity());
        let fractions = features.fractions[customer..].iter().step_by(features.capacity());
        for (&row, &fraction) in rows.zip(fractions) {
            let at = row as usize * self.stride + vector;
            let here = &self.table[at..at + N];
            if fraction == 0.0 {
                unroll!(I in 4 {
                    if I < N {
                        sums[I] += here[I];
                    }
                });
            } else {
                let next = &self.table[at + self.stride..at + self.stride + N];
                let fraction = splat(fraction);
                unroll!(I in 4 {
                    if I < N {
                        sums[I] += here[I] + (next[I] - here[I]) * fraction;
                    }
                });
            }
        }
        for (n, sum) in sums.into_iter().enumerate() {
            for (unit, value) in sum.to_array().into_iter().enumerate() {
                scratch.first[(vector + n) * LANES + unit].as_mut_array()[lane] = value;
            }
        }
    }

    /// Everything after the first layer's sums, for four lanes: the sums are in `scratch.first`, by unit.
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

impl PackedLayer {
    /// `output = relu(input) · weight + bias`, in lanes.
    fn forward(&self, input: &[f32x4], output: &mut [f32x4]) {
        let output = &mut output[..self.outputs];
        output.iter_mut().zip(&self.bias).for_each(|(output, &bias)| *output = splat(bias));
        add_products(&input[..self.inputs], &self.weight, output);
    }
}

/// `sums += relu(input) · weight`, in lanes; `weight` is `[inputs, sums]`, and the sums are a multiple of eight.
fn add_products(input: &[f32x4], weight: &[f32], sums: &mut [f32x4]) {
    let outputs = sums.len();
    for (first, out) in (0..).step_by(8).zip(sums.as_chunks_mut::<8>().0) {
        let mut sums = *out;
        for (value, weights) in input.iter().zip(weight.chunks_exact(outputs)) {
            let value = relu(*value);
            let weights = &weights[first..first + 8];
            unroll!(N in 8 { sums[N] += value * splat(weights[N]); });
        }
        *out = sums;
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

/// One number in all lanes. Spelled out, because `f32x4::splat` repeats it in a loop that stays a loop (see `unroll`).
#[inline(always)]
fn splat(value: f32) -> f32x4 {
    f32x4::new([value, value, value, value])
}

#[inline(always)]
fn relu(value: f32x4) -> f32x4 {
    value.fast_max(f32x4::ZERO)
}

/// Appends values as vectors, the last one padded with zeros.
fn pack(values: &[f32], out: &mut Vec<f32x4>) {
    out.extend(values.chunks(LANES).map(|chunk| {
        let mut lanes = [0.0; LANES];
        lanes[..chunk.len()].copy_from_slice(chunk);
        f32x4::new(lanes)
    }));
}

fn check(rows: usize, parts: &NetworkParts) -> Result<(), NetworkError> {
    let size =
        |what, maximum, found| if found > maximum { Err(NetworkError::Size { what, maximum, found }) } else { Ok(()) };
    size("hidden layers", MAXIMUM_LAYERS, parts.layers.len() + 1)?;
    size("units in a layer", MAXIMUM_UNITS, parts.units)?;
    let tensor = |name: String, expected: usize, values: &[f32]| {
        if values.len() != expected {
            return Err(NetworkError::Shape { tensor: name, expected, found: values.len() });
        }
        let sound = values.iter().all(|value| value.abs() <= MAXIMUM_WEIGHT);
        if sound { Ok(()) } else { Err(NetworkError::Weight { tensor: name }) }
    };
    tensor("table".into(), rows * parts.units, &parts.table)?;
    tensor("direct".into(), rows, &parts.direct)?;
    tensor("bias".into(), parts.units, &parts.bias)?;
    let mut units = parts.units;
    for (index, layer) in parts.layers.iter().enumerate() {
        size("units in a layer", MAXIMUM_UNITS, layer.outputs)?;
        if layer.outputs == 0 || units == 0 {
            return Err(NetworkError::Shape { tensor: format!("layers.{index}.bias"), expected: 1, found: 0 });
        }
        tensor(format!("layers.{index}.weight"), units * layer.outputs, &layer.weight)?;
        tensor(format!("layers.{index}.bias"), layer.outputs, &layer.bias)?;
        units = layer.outputs;
    }
    tensor("output".into(), units, &parts.output)?;
    tensor("output_bias".into(), 1, &[parts.output_bias])
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;

    /// Weights that look random and are the same everywhere.
    pub(crate) fn weights(count: usize, seed: u32) -> Vec<f32> {
        let mut state = seed.wrapping_mul(2_654_435_769).wrapping_add(12_345);
        let mut next = || {
            state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            (state >> 8) as f32 / (1 << 23) as f32 - 1.0
        };
        (0..count).map(|_| next()).collect()
    }

    pub(crate) fn parts(rows: usize, hidden: &[usize]) -> NetworkParts {
        let units = hidden.first().copied().unwrap_or(0);
        let layer = |pair: &[usize]| Layer {
            outputs: pair[1],
            weight: weights(pair[0] * pair[1], 7),
            bias: weights(pair[1], 8),
        };
        NetworkParts {
            units,
            table: weights(rows * units, 1),
            direct: weights(rows, 2),
            bias: weights(units, 3),
            layers: hidden.windows(2).map(layer).collect(),
            output: weights(hidden.last().copied().unwrap_or(0), 4),
            output_bias: 0.25,
        }
    }

    /// The definition, in f64, without padding or lanes.
    fn reference(parts: &NetworkParts, features: &Features, customer: usize) -> f64 {
        let inputs = features.rows.len() / features.capacity();
        let at = |values: &[f32], row: usize, column: usize, width: usize, fraction: f32| {
            let here = f64::from(values[row * width + column]);
            let next = values.get((row + 1) * width + column).map_or(0.0, |&next| f64::from(next));
            here + if fraction == 0.0 { 0.0 } else { (next - here) * f64::from(fraction) }
        };
        let sum = |values: &[f32], column, width| -> f64 {
            (0..inputs)
                .map(|input| {
                    let (row, fraction) = features.get(input, customer);
                    at(values, row as usize, column, width, fraction)
                })
                .sum()
        };
        let mut hidden: Vec<f64> =
            (0..parts.units).map(|unit| f64::from(parts.bias[unit]) + sum(&parts.table, unit, parts.units)).collect();
        for layer in &parts.layers {
            hidden = (0..layer.outputs)
                .map(|output| {
                    let products = hidden.iter().enumerate();
                    let products = products
                        .map(|(input, value)| value.max(0.0) * f64::from(layer.weight[input * layer.outputs + output]));
                    f64::from(layer.bias[output]) + products.sum::<f64>()
                })
                .collect();
        }
        let products = hidden.iter().zip(&parts.output).map(|(value, &weight)| value.max(0.0) * f64::from(weight));
        f64::from(parts.output_bias) + products.sum::<f64>() + sum(&parts.direct, 0, 1)
    }

    pub(crate) fn features(inputs: usize, rows: usize, customers: usize) -> Features {
        let mut features = Features::new(inputs, customers);
        for (at, value) in weights(inputs * customers, 5).into_iter().enumerate() {
            features.rows[at] = ((value + 1.0) * 0.49 * rows as f32) as u32;
            features.fractions[at] = if at % 3 == 0 { (value + 1.0) / 2.0 } else { 0.0 };
        }
        features
    }

    #[test]
    fn every_shape_matches_the_definition() {
        for hidden in [&[][..], &[1], &[3], &[16], &[64], &[16, 8], &[20, 9], &[7, 5, 3]] {
            let parts = parts(30, hidden);
            let network = Network::new(30, parts.clone()).unwrap();
            let features = features(6, 30, 11);
            let mut logits = [0.0; 11];
            network.logits(&features, 11, &mut network.scratch(), &mut logits);
            for (customer, &logit) in logits.iter().enumerate() {
                let expected = reference(&parts, &features, customer);
                assert!(
                    (f64::from(logit) - expected).abs() < 1e-5 * (1.0 + expected.abs()),
                    "{hidden:?}: {logit} {expected}"
                );
            }
        }
    }

    #[test]
    fn one_customer_and_a_batch_agree_bit_for_bit() {
        let network = Network::new(30, parts(30, &[16, 8])).unwrap();
        let batch = features(6, 30, 11);
        let mut logits = [0.0; 11];
        network.logits(&batch, 11, &mut network.scratch(), &mut logits);
        for (customer, logit) in logits.iter().enumerate() {
            let mut one = Features::new(6, 1);
            for input in 0..6 {
                (one.rows[input], one.fractions[input]) = batch.get(input, customer);
            }
            assert_eq!(network.logit(&one, &mut network.scratch()).to_bits(), logit.to_bits());
        }
    }

    #[test]
    fn broken_parts_are_refused() {
        let refuse = |change: fn(&mut NetworkParts)| {
            let mut parts = parts(30, &[16, 8]);
            change(&mut parts);
            Network::new(30, parts).unwrap_err().to_string()
        };
        assert!(refuse(|parts| parts.table.truncate(479)).contains("`table` has 479 values, the network needs 480"));
        assert!(refuse(|parts| parts.direct[3] = f32::NAN).contains("`direct`"));
        assert!(refuse(|parts| parts.layers[0].weight[1] = f32::INFINITY).contains("`layers.0.weight`"));
        assert!(refuse(|parts| parts.output_bias = 1e9).contains("`output_bias`"));
        assert!(refuse(|parts| parts.output.push(0.0)).contains("`output`"));
        assert!(refuse(|parts| parts.units = 2000).contains("2000 units"));
        assert!(refuse(|parts| parts.layers = vec![parts.layers[0].clone(); 9]).contains("hidden layers"));
    }
}
