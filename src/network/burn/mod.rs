//! The network as a burn Module over the dense feature vector: what training fits, before it is packed into tables.
//!
//! Input → batch norm → hidden layers (linear, batch norm, ReLU, dropout) → one logit, and beside the hidden layers a
//! direct linear share of the logit ("wide and deep", Cheng et al. 2016). Each part can be left out.
//! [`DenseNetwork::folded`] gives the same function as plain vectors with every batch norm folded into its neighbours.
//!
//! burn draws its random numbers from one generator for the whole process, so folds fitted side by side would disturb
//! each other. Initial weights and dropout masks are therefore drawn from numbers and seeds that the caller hands in.

mod folded;
mod gradients;
mod masks;
mod passes;
pub mod tabm;

use burn::module::{Module, Param, ParamId};
use burn::nn::{BatchNorm, BatchNormConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData, activation};

pub use folded::{FoldedLayer, FoldedNetwork};
use masks::Masks;
pub use passes::BatchView;

/// The shape of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkConfig {
    /// Columns of the dense feature vector.
    pub inputs: usize,
    /// Units of each hidden layer; none at all leaves the direct share alone.
    pub hidden: Vec<usize>,
    /// The probability with which training zeroes a hidden unit, in `[0, 1)`; it acts in steps of 1/65536.
    pub dropout: f64,
    /// A batch norm between each hidden layer and its ReLU.
    pub batch_norm: bool,
    /// A batch norm on the dense feature vector.
    pub input_batch_norm: bool,
    /// A linear share of the logit straight from the (normed) feature vector.
    pub direct: bool,
}

impl NetworkConfig {
    /// Every reason why no network can have this shape.
    pub fn problems(&self) -> Vec<String> {
        let mut problems = Vec::new();
        if self.inputs == 0 {
            problems.push("inputs must be at least 1, is 0".to_owned());
        }
        if let Some(layer) = self.hidden.iter().position(|&units| units == 0) {
            problems.push(format!("hidden layer {layer} must have at least 1 unit, has 0"));
        }
        if self.hidden.is_empty() && !self.direct {
            problems.push("a network without hidden layers must have the direct share".to_owned());
        }
        if !(0.0..1.0).contains(&self.dropout) {
            problems.push(format!("dropout must be at least 0 and below 1, is {}", self.dropout));
        }
        problems
    }

    /// A network on `device` whose hidden weights are uniform in `±1/√inputs` of their layer, drawn from `uniform`
    /// (numbers in `[0, 1)`). The direct share starts at zero and the logit at `logit`, so that training starts from
    /// the base rate.
    ///
    /// # Panics
    ///
    /// Panics if [`NetworkConfig::problems`] is not empty.
    pub fn init(&self, logit: f32, uniform: &mut dyn FnMut() -> f32, device: &Device) -> DenseNetwork {
        let problems = self.problems();
        assert!(problems.is_empty(), "{}", problems.join("; "));
        let norm = |units| BatchNormConfig::new(units).init(device);
        let mut width = self.inputs;
        let mut layers = Vec::with_capacity(self.hidden.len());
        for &units in &self.hidden {
            // A batch norm subtracts any bias that stands before it.
            let linear = linear(width, units, !self.batch_norm, uniform, device);
            layers.push(HiddenLayer { linear, norm: self.batch_norm.then(|| norm(units)) });
            width = units;
        }
        DenseNetwork {
            input_norm: self.input_batch_norm.then(|| norm(self.inputs)),
            direct: self.direct.then(|| linear(self.inputs, 1, false, &mut || 0.5, device)),
            output: (!layers.is_empty()).then(|| linear(width, 1, false, uniform, device)),
            layers,
            bias: Param::from_data(TensorData::from([logit]), device),
            dropout: self.dropout,
        }
    }
}

/// A linear layer whose weights and biases are uniform in `±1/√inputs`, as burn's own `LinearConfig` has them.
fn linear(inputs: usize, outputs: usize, bias: bool, uniform: &mut dyn FnMut() -> f32, device: &Device) -> Linear {
    let bound = 1.0 / (inputs as f32).sqrt();
    let mut draw = |count: usize| -> Vec<f32> { (0..count).map(|_| (2.0 * uniform() - 1.0) * bound).collect() };
    let weight = TensorData::new(draw(inputs * outputs), [inputs, outputs]);
    let bias = bias.then(|| TensorData::new(draw(outputs), [outputs]));
    Linear { weight: Param::from_data(weight, device), bias: bias.map(|bias| Param::from_data(bias, device)) }
}

/// The network as training sees it.
#[derive(Module, Debug)]
pub struct DenseNetwork {
    input_norm: Option<BatchNorm>,
    layers: Vec<HiddenLayer>,
    output: Option<Linear>,
    direct: Option<Linear>,
    bias: Param<Tensor<1>>,
    dropout: f64,
}

#[derive(Module, Debug)]
struct HiddenLayer {
    linear: Linear,
    norm: Option<BatchNorm>,
}

impl DenseNetwork {
    /// Logits `[rows]` of the feature vectors `[rows, inputs]`, without dropout. Batch norms use their running
    /// statistics on a plain device and the batch's own on one with autodiff.
    pub fn forward(&self, features: Tensor<2>) -> Tensor<1> {
        self.logits(features, |units| units)
    }

    /// Logits `[rows]` in training: as [`DenseNetwork::forward`], with the dropout masks that `seed` decides.
    /// [`DenseNetwork::gradients`] has the gradients of their loss faster than burn's autodiff.
    pub fn forward_training(&self, features: Tensor<2>, seed: u64) -> Tensor<1> {
        if self.dropout == 0.0 {
            return self.forward(features);
        }
        let mut masks = Masks::new(self.dropout, seed);
        self.logits(features, |units| {
            let shape = units.dims();
            let mut mask = vec![1.0; shape[0] * shape[1]];
            masks.relu_and_drop(&mut mask);
            let mask = Tensor::from_data(TensorData::new(mask, shape), &units.device());
            units * mask
        })
    }

    fn logits(&self, features: Tensor<2>, mut drop: impl FnMut(Tensor<2>) -> Tensor<2>) -> Tensor<1> {
        let features = match &self.input_norm {
            Some(norm) => norm.forward(features),
            None => features,
        };
        let direct = self.direct.as_ref().map(|direct| direct.forward(features.clone()));
        let hidden = self.output.as_ref().map(|output| {
            let units = self.layers.iter().fold(features, |units, layer| drop(layer.forward(units)));
            output.forward(units)
        });
        let share = match (direct, hidden) {
            (Some(direct), Some(hidden)) => direct + hidden,
            (Some(share), None) | (None, Some(share)) => share,
            (None, None) => unreachable!("NetworkConfig::init refuses a network without any share"),
        };
        (share + self.bias.val().unsqueeze::<2>()).squeeze_dim(1)
    }

    /// Where the parameters are, autodiff included.
    pub fn device(&self) -> Device {
        self.bias.val().device()
    }

    /// The same network with every logit moved by `by`.
    pub fn shifted(mut self, by: f32) -> DenseNetwork {
        self.bias = self.bias.map(|bias| bias.add_scalar(by));
        self
    }

    /// The parameters that a penalty on large weights leaves alone: biases, and scales and shifts of batch norms.
    pub fn unpenalised(&self) -> Vec<ParamId> {
        let norms = self.input_norm.iter().chain(self.layers.iter().filter_map(|layer| layer.norm.as_ref()));
        let biases = self.layers.iter().filter_map(|layer| layer.linear.bias.as_ref()).chain([&self.bias]);
        norms.flat_map(|norm| [norm.gamma.id, norm.beta.id]).chain(biases.map(|bias| bias.id)).collect()
    }
}

impl HiddenLayer {
    fn forward(&self, units: Tensor<2>) -> Tensor<2> {
        let units = self.linear.forward(units);
        activation::relu(match &self.norm {
            Some(norm) => norm.forward(units),
            None => units,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::folded::values;
    use super::*;
    use burn::optim::{AdamWConfig, GradientsParams};

    const INPUTS: usize = 7;
    const ROWS: usize = 64;

    /// SplitMix64 (Steele et al. 2014): enough randomness for a test, and no dependency.
    pub(in crate::network::burn) fn uniform(seed: u64) -> impl FnMut() -> f32 {
        let mut state = seed;
        move || {
            state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
            let mut z = state;
            z = (z ^ (z >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
            z = (z ^ (z >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
            ((z ^ (z >> 31)) >> 40) as f32 / (1u64 << 24) as f32
        }
    }

    fn config(hidden: &[usize], batch_norm: bool, input_batch_norm: bool, direct: bool) -> NetworkConfig {
        NetworkConfig { inputs: INPUTS, hidden: hidden.to_vec(), dropout: 0.1, batch_norm, input_batch_norm, direct }
    }

    /// A network after a few steps on random rows, so that weights, running means and variances are all its own.
    fn trained(config: &NetworkConfig) -> DenseNetwork {
        let device = Device::flex().autodiff();
        let mut draw = uniform(1);
        let mut network = config.init(-1.0, &mut draw, &device);
        let mut optimizer = AdamWConfig::new().init();
        for step in 0..8 {
            let features: Vec<f32> = (0..ROWS * INPUTS).map(|i| 3.0 * draw() + (i % INPUTS) as f32).collect();
            let target: Vec<f32> = features.chunks(INPUTS).map(|row| row[0] * row[1] - row[2]).collect();
            let features = Tensor::from_data(TensorData::new(features, [ROWS, INPUTS]), &device);
            let target = Tensor::<1>::from_data(TensorData::new(target, [ROWS]), &device);
            let loss = (network.forward_training(features, step) - target).powi_scalar(2).mean();
            let gradients = GradientsParams::from_grads(loss.backward(), &network);
            network = optimizer.step(0.05, network, gradients);
        }
        network.valid()
    }

    #[test]
    fn folding_keeps_the_logit() {
        for (hidden, batch_norm, input_batch_norm, direct) in [
            (&[5, 3][..], true, true, true),
            (&[5, 3], true, true, false),
            (&[5, 3], true, false, true),
            (&[6], false, true, true),
            (&[6], false, false, false),
            (&[], false, true, true),
            (&[], false, false, true),
        ] {
            let network = trained(&config(hidden, batch_norm, input_batch_norm, direct));
            let folded = network.folded();
            let mut draw = uniform(2);
            let features: Vec<f32> = (0..ROWS * INPUTS).map(|_| 6.0 * draw()).collect();
            let tensor = Tensor::from_data(TensorData::new(features.clone(), [ROWS, INPUTS]), &Device::flex());
            let logits = values(&network.forward(tensor));
            assert_eq!(logits.len(), ROWS);
            for (row, logit) in features.chunks(INPUTS).zip(logits) {
                let difference = (folded.logit(row) - f64::from(logit)).abs();
                assert!(difference < 1e-5, "{hidden:?} {batch_norm} {input_batch_norm} {direct}: off by {difference}");
            }
        }
    }

    #[test]
    fn the_mean_of_networks_is_one_network() {
        for shapes in [[&[5, 3][..], &[4, 2], &[6, 6]], [&[5], &[4], &[1]], [&[], &[], &[]]] {
            let members = shapes.map(|hidden| trained(&config(hidden, true, true, true)).folded());
            let mean = FoldedNetwork::mean(members.to_vec());
            let mut draw = uniform(6);
            for _ in 0..ROWS {
                let row: Vec<f32> = (0..INPUTS).map(|_| 6.0 * draw()).collect();
                let expected = members.iter().map(|member| member.logit(&row)).sum::<f64>() / 3.0;
                assert!((mean.logit(&row) - expected).abs() < 1e-9, "{shapes:?}");
            }
        }
    }

    #[test]
    fn a_fresh_network_without_hidden_layers_gives_the_base_logit() {
        let network = config(&[], false, false, true).init(-1.25, &mut uniform(3), &Device::flex());
        let logits = values(&network.forward(Tensor::ones([2, INPUTS], &Device::flex())));
        assert_eq!(logits, [-1.25, -1.25]);
    }

    #[test]
    fn the_handed_in_numbers_decide_weights_and_masks() {
        let run = |seed| {
            let mut draw = uniform(seed);
            let network = config(&[5], false, false, true).init(0.0, &mut draw, &Device::flex());
            values(&network.forward_training(Tensor::ones([ROWS, INPUTS], &Device::flex()), seed))
        };
        assert_eq!(run(4), run(4));
        assert_ne!(run(4), run(5));
    }

    #[test]
    fn every_problem_of_a_shape_is_told_at_once() {
        let shape = NetworkConfig { inputs: 0, dropout: f64::NAN, ..config(&[3, 0], true, true, true) };
        assert_eq!(shape.problems().len(), 3);
        assert_eq!(config(&[], true, true, false).problems().len(), 1);
        assert!(config(&[4], true, true, false).problems().is_empty());
    }
}
