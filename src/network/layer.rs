//! A dense layer of the packed network, in lanes.

use std::ops::Range;

use wide::f32x4;

use super::lanes::{relu, splat};
use super::parts::Layer;

/// A dense layer padded to eight outputs.
#[derive(Clone, Debug)]
pub(super) struct PackedLayer {
    pub(super) inputs: usize,
    pub(super) outputs: usize,
    pub(super) weight: Vec<f32>,
    pub(super) bias: Vec<f32>,
    /// For each eight outputs, the inputs with weights other than zero. All other inputs are
    /// skipped.
    pub(super) reads: Vec<Range<usize>>,
}

impl PackedLayer {
    /// Packs a layer after one that is padded to `inputs`.
    pub(super) fn new(layer: &Layer, inputs: usize) -> PackedLayer {
        let outputs = layer.outputs.next_multiple_of(8);
        let eights = (0..layer.outputs).step_by(8).map(|first| first..layer.outputs.min(first + 8));
        let reads = eights.map(|eight| layer.reads(eight)).collect();
        let (weight, bias) = (vec![0.0; inputs * outputs], vec![0.0; outputs]);
        let mut packed = PackedLayer { inputs, outputs, weight, bias, reads };
        packed.bias[..layer.outputs].copy_from_slice(&layer.bias);
        for (input, weights) in layer.weight.chunks_exact(layer.outputs).enumerate() {
            packed.weight[input * outputs..input * outputs + layer.outputs].copy_from_slice(weights);
        }
        packed
    }

    /// `output = relu(input) · weight + bias`, in lanes.
    pub(super) fn forward(&self, input: &[f32x4], output: &mut [f32x4]) {
        let output = &mut output[..self.outputs];
        output.iter_mut().zip(&self.bias).for_each(|(output, &bias)| *output = splat(bias));
        add_products(&input[..self.inputs], &self.weight, &self.reads, output);
    }
}

/// `sums += relu(input) · weight`, in lanes; `weight` is `[inputs, sums]`, and the sums are a
/// multiple of eight. `reads` says which inputs are in the sums of each eight.
pub(super) fn add_products(input: &[f32x4], weight: &[f32], reads: &[Range<usize>], sums: &mut [f32x4]) {
    let outputs = sums.len();
    for ((first, out), reads) in (0..).step_by(8).zip(sums.as_chunks_mut::<8>().0).zip(reads) {
        let mut sums = *out;
        let weight = &weight[reads.start * outputs..reads.end * outputs];
        for (value, weights) in input[reads.clone()].iter().zip(weight.chunks_exact(outputs)) {
            let value = relu(*value);
            let weights = &weights[first..first + 8];
            unroll!(N in 8 { sums[N] += value * splat(weights[N]); });
        }
        *out = sums;
    }
}
