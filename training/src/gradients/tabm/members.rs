//! The members of a TabM network as plain numbers: each with its adapters folded into its own
//! weights.

use burn::module::Param;
use burn::tensor::Tensor;
use ndarray::Array2;

use tenure::network::burn::tabm::{AdaptedLayer, TabmNetwork};

use crate::folded::{FoldedLayer, FoldedNetwork, values};
use crate::gradients::passes::{Head, LinearLayer, matrix};

/// All parameters of a network, copied out of burn.
#[derive(Debug)]
pub struct Members {
    pub(super) layers: Vec<SharedLayer>,
    /// `[members][width]`.
    output: Vec<f32>,
    output_bias: Vec<f32>,
    pub(super) dropout: f64,
}

/// A layer with the adapters of all members.
#[derive(Debug)]
pub(super) struct SharedLayer {
    /// `[inputs, outputs]`.
    pub(super) weight: Array2<f32>,
    /// `[members][inputs]`.
    pub(super) input_adapter: Option<Vec<f32>>,
    /// `[members][outputs]`.
    pub(super) output_adapter: Option<Vec<f32>>,
    /// `[members][outputs]`, or `[outputs]` where it is shared.
    pub(super) bias: Vec<f32>,
}

/// One member: an ordinary network of its own.
#[derive(Debug)]
pub struct Member {
    /// The hidden layers, ReLU to follow; their weights are `diag(r) W diag(s)`.
    pub(super) layers: Vec<LinearLayer>,
    pub(super) output: Head,
}

impl From<&TabmNetwork> for Members {
    /// The network's members, as their parameters are now.
    fn from(network: &TabmNetwork) -> Members {
        let layers = network.layers.iter().map(SharedLayer::of).collect();
        let (output, output_bias) = (values(&network.output.val()), values(&network.output_bias.val()));
        Members { layers, output, output_bias, dropout: network.dropout }
    }
}

impl SharedLayer {
    fn of(layer: &AdaptedLayer) -> SharedLayer {
        let shape = layer.weight.dims();
        let adapter = |adapter: &Param<Tensor<2>>| values(&adapter.val());
        SharedLayer {
            weight: Array2::from_shape_vec(shape, values(&layer.weight.val())).expect("a weight of its own shape"),
            input_adapter: layer.input_adapter.as_ref().map(adapter),
            output_adapter: layer.output_adapter.as_ref().map(adapter),
            bias: values(&layer.bias.val()),
        }
    }

    fn member(&self, member: usize) -> LinearLayer {
        let (inputs, outputs) = self.weight.dim();
        let mut weight = self.weight.clone();
        let mut rows = weight.as_slice_mut().expect("weights lie row by row").chunks_exact_mut(outputs);
        match (&self.input_adapter, &self.output_adapter) {
            (None, None) => {}
            (r, s) => {
                let r = r.as_ref().map(|r| of_member(r, member, inputs));
                let s = s.as_ref().map(|s| of_member(s, member, outputs));
                for input in 0..inputs {
                    let row = rows.next().expect("a row for each input");
                    let r = r.map_or(1.0, |r| r[input]);
                    match s {
                        Some(s) => row.iter_mut().zip(s).for_each(|(weight, s)| *weight *= r * s),
                        None => row.iter_mut().for_each(|weight| *weight *= r),
                    }
                }
            }
        }
        LinearLayer { weight, bias: of_member(&self.bias, member, outputs).to_vec() }
    }
}

/// A member's part of values that lie member after member, or all of them where they are shared.
pub(super) fn of_member(values: &[f32], member: usize, size: usize) -> &[f32] {
    if values.len() == size { values } else { &values[member * size..(member + 1) * size] }
}

impl Members {
    /// How many there are.
    pub fn count(&self) -> usize {
        self.output_bias.len()
    }

    /// One of them, from 0.
    pub fn member(&self, member: usize) -> Member {
        let width = self.output.len() / self.count();
        Member {
            layers: self.layers.iter().map(|layer| layer.member(member)).collect(),
            output: Head { weight: of_member(&self.output, member, width).to_vec(), bias: self.output_bias[member] },
        }
    }
}

impl From<&Member> for FoldedNetwork {
    /// The member as plain vectors.
    fn from(member: &Member) -> FoldedNetwork {
        let doubles = |values: &[f32]| values.iter().copied().map(f64::from).collect();
        let layer = |layer: &LinearLayer| {
            let (inputs, outputs) = layer.weight.dim();
            let weight = layer.weight.iter().copied().map(f64::from).collect();
            FoldedLayer { inputs, outputs, weight, bias: doubles(&layer.bias) }
        };
        let layers: Vec<FoldedLayer> = member.layers.iter().map(layer).collect();
        FoldedNetwork {
            direct: vec![0.0; layers.first().map_or(0, |layer| layer.inputs)],
            layers,
            output: doubles(&member.output.weight),
            output_bias: member.output.bias.into(),
        }
    }
}

impl Member {
    /// Logits of `rows` feature vectors that lie one after another.
    pub fn logits(&self, features: &[f32], rows: usize) -> Vec<f32> {
        let mut units: Option<Array2<f32>> = None;
        for layer in &self.layers {
            let mut next = match &units {
                Some(units) => layer.sums(units.view()),
                None => layer.sums(matrix(features, rows)),
            };
            next.mapv_inplace(|sum| sum.max(0.0));
            units = Some(next);
        }
        self.output.logits(units.expect("a network has at least one layer").view())
    }
}

/// The logit of the mean of the members' probabilities, from the members' logits.
pub fn ensemble_logit(logits: impl Iterator<Item = f32> + Clone) -> f64 {
    // ln of Σp over Σ(1 - p): each sum keeps its digits where the other is near the number of
    // members.
    let sum = |sign: f64| logits.clone().map(|logit| 1.0 / (1.0 + libm::exp(sign * f64::from(logit)))).sum::<f64>();
    libm::log(sum(-1.0) / sum(1.0))
}
