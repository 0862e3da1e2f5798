//! The network's shape as the kernels are compiled for it, and its numbers in one buffer.

use super::error::GpuError;
use crate::network::{Network, NetworkParts};

/// Widest layer that the kernels take: a row's hidden units live in its invocation.
const MAXIMUM_UNITS: usize = 256;

/// Sizes and the places of the parts in the buffer of [`numbers`]; kernels are compiled once for
/// each.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct Shape {
    /// Units of the first layer; 0 if the logit is only direct shares.
    pub units: usize,
    /// Units of the widest layer, at least 1.
    pub widest: usize,
    /// Units of the last hidden layer.
    pub last: usize,
    /// `[rows]`, direct shares of the logit.
    pub direct: usize,
    /// `[units]`
    pub bias: usize,
    /// Hidden layers after the first.
    pub layers: Vec<LayerShape>,
    /// `[last]`, and the bias of the logit after it.
    pub output: usize,
}

/// A dense layer: `[inputs, outputs]` weights at `weight`, `[outputs]` at `bias`.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(super) struct LayerShape {
    pub inputs: usize,
    pub outputs: usize,
    pub weight: usize,
    pub bias: usize,
}

/// The shape of a network, and its numbers in the order that the shape says: the table
/// `[rows + 1, units]` first.
pub(super) fn numbers(network: &Network) -> Result<(Shape, Vec<f32>), GpuError> {
    let NetworkParts { units, table, direct, bias, layers, output, output_bias } = network.parts();
    let widest = network.hidden().into_iter().max().unwrap_or(0);
    if widest > MAXIMUM_UNITS {
        return Err(GpuError::Shape { what: "units in a layer", maximum: MAXIMUM_UNITS, found: widest });
    }
    let mut numbers = Vec::new();
    let mut place = |values: &[f32], more: usize| {
        let at = numbers.len();
        numbers.extend_from_slice(values);
        numbers.resize(numbers.len() + more, 0.0);
        at
    };
    // As on the CPU, a row of zeros after the last lets every row have a next one.
    place(table, *units);
    let (direct, bias) = (place(direct, 1), place(bias, 0));
    let mut inputs = *units;
    let layers = layers.iter().map(|layer| {
        let (weight, bias) = (place(&layer.weight, 0), place(&layer.bias, 0));
        LayerShape { inputs: std::mem::replace(&mut inputs, layer.outputs), outputs: layer.outputs, weight, bias }
    });
    let layers = layers.collect();
    let last = output.len();
    let output = place(output, 0);
    place(&[*output_bias], 0);
    Ok((Shape { units: *units, widest: widest.max(1), last, direct, bias, layers, output }, numbers))
}
