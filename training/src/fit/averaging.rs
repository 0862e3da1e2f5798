//! An exponential moving average of the weights over the steps of training (Polyak averaging): what
//! ships is the average, whose validation loss is lower and far steadier than that of the weights
//! of any one step.

use std::vec::IntoIter;

use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Tensor, TensorData};

use super::subnormal::flushed;

/// The running average of a network in training.
pub(super) struct Averaging<N> {
    decay: f64,
    steps: usize,
    network: N,
}

impl<N: Module> Averaging<N> {
    pub(super) fn new(decay: f64, start: &N) -> Averaging<N> {
        Averaging { decay, steps: 0, network: start.valid() }
    }

    /// Takes in the weights (and the running statistics) after one more step.
    ///
    /// The decay grows towards its value over the first steps, as far as `(1 + steps) / (10 +
    /// steps)` allows, so that the random start is soon forgotten.
    pub(super) fn update(&mut self, network: &N) {
        self.steps += 1;
        let warm = (1 + self.steps) as f64 / (10 + self.steps) as f64;
        let keep = self.decay.min(warm) as f32;
        let latest = network.valid();
        self.network = if keep == 0.0 {
            latest
        } else {
            let mut weights = Weights(Vec::new());
            latest.visit(&mut weights);
            let average = std::mem::replace(&mut self.network, latest);
            average.map(&mut Blend { latest: weights.0.into_iter(), keep })
        };
    }

    /// The average and the steps it has taken in.
    pub(super) fn state(&self) -> (N, usize) {
        (self.network.clone(), self.steps)
    }

    pub(super) fn set_state(&mut self, network: N, steps: usize) {
        (self.network, self.steps) = (network, steps);
    }

    /// The average as a network of its own, in evaluation mode.
    pub(super) fn network(&self) -> N {
        // `valid`, not `clone`: clones of a burn module share the running statistics of its batch
        // norms.
        self.network.valid()
    }
}

/// Every float tensor of a module, flat, in the order of its fields.
struct Weights(Vec<TensorData>);

impl ModuleVisitor for Weights {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.0.push(parameter.val().into_data());
    }
}

/// Moves every float tensor of a module towards the latest ones, in one pass over its numbers.
struct Blend {
    latest: IntoIter<TensorData>,
    keep: f32,
}

impl ModuleMapper for Blend {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        let latest = self.latest.next().expect("both networks have the same parameters");
        parameter.map(|average| {
            let (device, mut data) = (average.device(), average.into_data());
            let averages = data.as_mut_slice::<f32>().expect("weights are f32");
            for (average, latest) in averages.iter_mut().zip(latest.as_slice::<f32>().expect("weights are f32")) {
                *average = flushed(*average * self.keep + latest * (1.0 - self.keep));
            }
            Tensor::from_data(data, &device)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::folded::FoldedNetwork;
    use burn::tensor::Device;
    use tenure::network::burn::{DenseNetwork, NetworkConfig};

    fn network(logit: f32) -> DenseNetwork {
        let shape = NetworkConfig {
            inputs: 2,
            hidden: vec![3],
            dropout: 0.0,
            batch_norm: true,
            input_batch_norm: true,
            direct: true,
        };
        shape.init(logit, &mut || 0.75, &Device::flex())
    }

    fn bias(network: &DenseNetwork) -> f64 {
        FoldedNetwork::from(network).output_bias
    }

    #[test]
    fn the_average_follows_slowly_once_warm_and_quickly_before() {
        let (start, target) = (network(0.0), network(1.0));
        let mut averaging = Averaging::new(0.9, &start);
        averaging.update(&target);
        let after_one = bias(&averaging.network());
        assert!((after_one - 9.0 / 11.0).abs() < 1e-6, "{after_one}");
        for _ in 0..200 {
            averaging.update(&start);
        }
        assert!(bias(&averaging.network()) < 1e-6);
        averaging.update(&target);
        let warm = bias(&averaging.network());
        assert!((warm - 0.1).abs() < 1e-6, "{warm}");
    }

    #[test]
    fn without_decay_the_average_is_the_latest() {
        let mut averaging = Averaging::new(0.0, &network(0.0));
        averaging.update(&network(0.5));
        assert_eq!(FoldedNetwork::from(&averaging.network()), FoldedNetwork::from(&network(0.5)));
    }

    #[test]
    fn a_network_handed_out_no_longer_changes() {
        let mut averaging = Averaging::new(0.5, &network(0.0));
        averaging.update(&network(1.0));
        let earlier = averaging.network();
        let before = FoldedNetwork::from(&earlier);
        averaging.update(&network(-3.0));
        assert_eq!(FoldedNetwork::from(&earlier), before);
    }

    #[test]
    fn an_average_of_nothing_ends_at_zero() {
        let (start, target) = (network(0.0), network(1.0));
        let mut averaging = Averaging::new(0.9, &target);
        for _ in 0..2000 {
            averaging.update(&start);
        }
        assert_eq!(bias(&averaging.network()), 0.0);
    }
}
