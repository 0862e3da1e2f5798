//! The coalitions of a walk's lowest players, for a fixed choice of the players above.
//!
//! Few players move a unit of the first layer little, so most units are on, or off, in every
//! coalition of a block: on IBM Telco four of five. A unit that is on all the time is a linear
//! function of the members, and all of those are one linear function of what comes after the first
//! layer; one that is off is nothing. Only the others are evaluated coalition by coalition. This
//! leaves out no value: the walk is as exact as one that evaluates all units.

use std::ops::Range;

use wide::f32x4;

use super::super::lanes::{LANES, relu, splat};
use super::super::layer::{PackedLayer, add_products};
use super::super::{Network, Scratch};

/// Most players of a block: its 256 values stay in the first cache.
pub const BLOCK_PLAYERS: usize = 8;

/// What the players of a block add to the first layer, by unit; and memory.
pub(super) struct Block {
    players: usize,
    /// Vectors of four coalitions.
    quads: usize,
    /// `[units, quads]`: what the members of a coalition add.
    subsets: Vec<f32x4>,
    /// `[players, stride]`: what each adds.
    differences: Vec<f32x4>,
    /// `[stride]`: the least and the most that a coalition adds.
    bounds: Vec<(f32x4, f32x4)>,
    /// `[stride]`: 1 for units that are on in every coalition, 0 for others.
    on: Vec<f32x4>,
    /// Units that the members decide, with their sums above the block.
    open: Vec<(usize, f32)>,
    /// `[1 + players, outputs]`: of all units that are on, the sum that no player moves, and what
    /// each adds.
    linear: Vec<f32>,
    /// `[quads, outputs]`: the linear part of each coalition.
    bases: Vec<f32x4>,
    /// Weights after the open units, `[open, outputs]`.
    weights: Vec<f32>,
    /// By eight outputs, the open units among their inputs.
    reads: Vec<Range<usize>>,
}

impl Block {
    /// `differences` is `[players of the game, stride]`, of which a block has the first `players`.
    pub(super) fn new(network: &Network, differences: &[f32x4], players: usize) -> Block {
        let stride = network.stride;
        let differences = differences[..players * stride].to_vec();
        let quads = (1usize << players).div_ceil(LANES);
        let mut subsets = vec![f32x4::ZERO; stride * LANES * quads];
        for (unit, sums) in subsets.chunks_exact_mut(quads).enumerate() {
            let of = |player: usize| {
                let vector = differences.get(player * stride + unit / LANES);
                vector.map_or(0.0, |vector| vector.as_array()[unit % LANES])
            };
            sums[0] = lanes(of(0), of(1));
            for player in 2..players {
                let (known, others) = sums.split_at_mut(1 << (player - 2));
                let difference = splat(of(player));
                others.iter_mut().zip(known).for_each(|(sum, known)| *sum = *known + difference);
            }
        }
        let mut bounds = vec![(f32x4::ZERO, f32x4::ZERO); stride];
        for row in differences.chunks_exact(stride.max(1)) {
            for ((least, most), difference) in bounds.iter_mut().zip(row) {
                *most += relu(*difference);
                *least += difference.fast_min(f32x4::ZERO);
            }
        }
        let on = vec![f32x4::ZERO; stride];
        let open = Vec::with_capacity(stride * LANES);
        let (linear, bases, weights, reads) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
        Block { players, quads, subsets, differences, bounds, on, open, linear, bases, weights, reads }
    }

    /// The values of all coalitions, `sums` being the first layer's above the block.
    pub(super) fn values(&mut self, network: &Network, sums: &[f32x4], scratch: &mut Scratch, values: &mut [f32]) {
        if values.len() < LANES {
            let mut quad = [0.0; LANES];
            self.values(network, sums, scratch, &mut quad);
            return values.copy_from_slice(&quad[..values.len()]);
        }
        let quads = values.as_chunks_mut::<LANES>().0;
        self.decide(sums);
        match network.layers.first() {
            None => self.flat(network, sums, quads),
            Some(layer) => self.deep(network, layer, sums, scratch, quads),
        }
    }

    /// Sorts the units into those that are on, those that are open, and others.
    fn decide(&mut self, sums: &[f32x4]) {
        self.open.clear();
        for (vector, (sum, (least, most))) in sums.iter().zip(&self.bounds).enumerate() {
            let off = (*sum + *least).simd_lt(f32x4::ZERO);
            self.on[vector] = f32x4::ONE & !off;
            let mut open = ((*sum + *most).simd_gt(f32x4::ZERO) & off).to_bitmask();
            while open != 0 {
                let lane = open.trailing_zeros() as usize;
                self.open.push((vector * LANES + lane, sum.as_array()[lane]));
                open &= open - 1;
            }
        }
    }

    /// Values of a network with one hidden layer: the linear part, and the open units, one after
    /// another.
    fn flat(&mut self, network: &Network, sums: &[f32x4], values: &mut [[f32; LANES]]) {
        for (on, weights) in self.on.iter_mut().zip(network.output.as_chunks::<LANES>().0) {
            *on *= f32x4::new(*weights);
        }
        // Along the weights of the units that are on.
        let along = |row: &[f32x4]| {
            let products = row.iter().zip(&self.on).fold(f32x4::ZERO, |sum, (row, weight)| sum + *row * *weight);
            let [a, b, c, d] = products.to_array();
            (a + b) + (c + d)
        };
        let mut slopes = [0.0; BLOCK_PLAYERS];
        for (slope, row) in slopes.iter_mut().zip(self.differences.chunks_exact(sums.len().max(1))) {
            *slope = along(row);
        }
        let base = splat(along(sums) + network.parts.output_bias);
        values[0] = (lanes(slopes[0], slopes[1]) + base).to_array();
        for (bit, &slope) in slopes[..self.players].iter().skip(2).enumerate() {
            let (known, others) = values.split_at_mut(1 << bit);
            for (value, known) in others.iter_mut().zip(known) {
                *value = (f32x4::new(*known) + splat(slope)).to_array();
            }
        }
        for &(unit, sum) in &self.open {
            let (sum, weight) = (splat(sum), splat(network.output[unit]));
            let subsets = &self.subsets[unit * self.quads..(unit + 1) * self.quads];
            let add = |value: &mut [f32; LANES], subset: f32x4| {
                *value = (f32x4::new(*value) + relu(subset + sum) * weight).to_array();
            };
            let (tiles, rest) = values.as_chunks_mut::<4>();
            let (subset_tiles, subset_rest) = subsets.as_chunks::<4>();
            for (values, subsets) in tiles.iter_mut().zip(subset_tiles) {
                unroll!(N in 4 { add(&mut values[N], subsets[N]); });
            }
            rest.iter_mut().zip(subset_rest).for_each(|(value, subset)| add(value, *subset));
        }
    }

    /// Of a network with further layers, the linear part of what `layer` adds up.
    fn add_linear(&mut self, layer: &PackedLayer, sums: &[f32x4]) {
        let outputs = layer.outputs;
        self.linear.clear();
        self.linear.extend_from_slice(&layer.bias);
        self.linear.resize((1 + self.players) * outputs, 0.0);
        for (unit, weights) in layer.weight.chunks_exact(outputs).enumerate() {
            let at = |vectors: &[f32x4]| vectors[unit / LANES].as_array()[unit % LANES];
            if at(&self.on) != 0.0 {
                let rows = std::iter::once(sums).chain(self.differences.chunks_exact(sums.len()));
                for (row, sum) in rows.zip(self.linear.chunks_exact_mut(outputs)) {
                    add_scaled(weights, at(row), sum);
                }
            }
        }
        self.bases.resize(self.quads * outputs, f32x4::ZERO);
        let at = |row: usize, output: usize| self.linear.get(row * outputs + output).copied().unwrap_or(0.0);
        for (output, base) in self.bases[..outputs].iter_mut().enumerate() {
            *base = lanes(at(1, output), at(2, output)) + splat(at(0, output));
        }
        for (bit, row) in self.linear.chunks_exact(outputs).skip(3).enumerate() {
            let (known, others) = self.bases.split_at_mut(outputs << bit);
            for (bases, known) in others.chunks_exact_mut(outputs).zip(known.chunks_exact(outputs)) {
                for ((base, known), &add) in bases.iter_mut().zip(known).zip(row) {
                    *base = *known + splat(add);
                }
            }
        }
    }

    /// Values of a network with further layers, of which `layer` is the first.
    fn deep(
        &mut self,
        network: &Network,
        layer: &PackedLayer,
        sums: &[f32x4],
        scratch: &mut Scratch,
        values: &mut [[f32; LANES]],
    ) {
        self.add_linear(layer, sums);
        let outputs = layer.outputs;
        self.weights.clear();
        for &(unit, _) in &self.open {
            self.weights.extend_from_slice(&layer.weight[unit * outputs..(unit + 1) * outputs]);
        }
        // Of the open units, those that each eight outputs weigh.
        let before = |end: usize| self.open.partition_point(|&(unit, _)| unit < end);
        self.reads.clear();
        self.reads.extend(layer.reads.iter().map(|reads| before(reads.start)..before(reads.end)));
        for (quad, value) in values.iter_mut().enumerate() {
            let Scratch { first, hidden, .. } = scratch;
            hidden[..outputs].copy_from_slice(&self.bases[quad * outputs..(quad + 1) * outputs]);
            for (first, &(unit, sum)) in first.iter_mut().zip(&self.open) {
                *first = self.subsets[unit * self.quads + quad] + splat(sum);
            }
            let open = &first[..self.open.len()];
            add_products(open, &self.weights, &self.reads, &mut hidden[..outputs]);
            *value = network.last_part(scratch).to_array();
        }
    }
}

/// `sums += row · factor`, of whole vectors.
fn add_scaled(row: &[f32], factor: f32, sums: &mut [f32]) {
    for (sums, row) in sums.as_chunks_mut::<LANES>().0.iter_mut().zip(row.as_chunks().0) {
        *sums = (f32x4::new(*sums) + f32x4::new(*row) * splat(factor)).to_array();
    }
}

/// What two players add in the four lanes.
fn lanes(first: f32, second: f32) -> f32x4 {
    f32x4::new([0.0, first, second, first + second])
}
