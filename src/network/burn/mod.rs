//! The network as a burn Module over the dense feature vector, which training fits and then packs
//! into tables. This is the definition: configuration, initialisation, forward pass. Training adds
//! gradients.
//!
//! Input → batch norm → hidden layers (linear, batch norm, ReLU, dropout) → one logit, and beside
//! the hidden layers a direct linear share of the logit ("wide and deep", Cheng et al. 2016). Each
//! part can be left out.
//!
//! burn draws its random numbers from one generator for the whole process, so folds fitted side by
//! side would disturb each other. Initial weights are therefore drawn from numbers that the caller
//! hands in.

pub mod packed;
pub mod tabm;

use burn::module::{Module, Param};
use burn::nn::{BatchNorm, BatchNormConfig, Linear};
use burn::tensor::{Device, Tensor, TensorData, activation};

/// The shape of a network.
#[derive(Clone, Debug, PartialEq)]
pub struct NetworkConfig {
    /// Columns of the dense feature vector.
    pub inputs: usize,
    /// Units of each hidden layer; none at all leaves the direct share alone.
    pub hidden: Vec<usize>,
    /// The probability with which training zeroes a hidden unit, in `[0, 1)`; it acts in steps of
    /// 1/65536.
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

    /// A network on `device` whose hidden weights are uniform in `±1/√inputs` of their layer, drawn
    /// from `uniform` (numbers in `[0, 1)`). The direct share starts at zero and the logit at
    /// `logit`, so that training starts from the base rate.
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
            // A batch norm subtracts any bias before it.
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

/// A linear layer whose weights and biases are uniform in `±1/√inputs`, as burn's own
/// `LinearConfig` has them.
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
    /// On the feature vector, `[inputs]`.
    pub input_norm: Option<BatchNorm>,
    /// The hidden layers, first to last.
    pub layers: Vec<HiddenLayer>,
    /// From the last hidden layer to the logit, `[units, 1]`, without a bias; `None` where there is
    /// no hidden layer.
    pub output: Option<Linear>,
    /// From the (normed) feature vector to the logit, `[inputs, 1]`, without a bias.
    pub direct: Option<Linear>,
    /// The bias of the logit, `[1]`.
    pub bias: Param<Tensor<1>>,
    /// The probability with which training zeroes a hidden unit.
    pub dropout: f64,
}

/// A linear layer with its batch norm; a ReLU follows.
#[derive(Module, Debug)]
pub struct HiddenLayer {
    /// `[inputs, outputs]`; without a bias where there is a batch norm.
    pub linear: Linear,
    /// Between the linear layer and the ReLU, `[outputs]`.
    pub norm: Option<BatchNorm>,
}

impl DenseNetwork {
    /// Logits `[rows]` of the feature vectors `[rows, inputs]`, without dropout. Batch norms use
    /// their running statistics on a plain device and the batch's own on one with autodiff.
    pub fn forward(&self, features: Tensor<2>) -> Tensor<1> {
        self.forward_with(features, |units| units)
    }

    /// As [`DenseNetwork::forward`]; `drop` maps the units `[rows, units]` of each hidden layer
    /// after its ReLU, which is where dropout acts in training.
    pub fn forward_with(&self, features: Tensor<2>, mut drop: impl FnMut(Tensor<2>) -> Tensor<2>) -> Tensor<1> {
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
    use super::*;
    use crate::explanation::Random;

    const INPUTS: usize = 7;

    pub(super) fn uniform(seed: u64) -> impl FnMut() -> f32 {
        let mut random = Random::new(seed);
        move || random.fraction() as f32
    }

    pub(super) fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
        tensor.to_data().try_into_vec().expect("parameters are f32")
    }

    fn config(hidden: &[usize], batch_norm: bool, input_batch_norm: bool, direct: bool) -> NetworkConfig {
        NetworkConfig { inputs: INPUTS, hidden: hidden.to_vec(), dropout: 0.1, batch_norm, input_batch_norm, direct }
    }

    #[test]
    fn a_fresh_network_without_hidden_layers_gives_the_base_logit() {
        let network = config(&[], false, false, true).init(-1.25, &mut uniform(3), &Device::flex());
        let logits = values(&network.forward(Tensor::ones([2, INPUTS], &Device::flex())));
        assert_eq!(logits, [-1.25, -1.25]);
    }

    #[test]
    fn the_handed_in_numbers_decide_the_weights() {
        let run = |seed| {
            let network = config(&[5], false, false, true).init(0.0, &mut uniform(seed), &Device::flex());
            values(&network.forward(Tensor::ones([1, INPUTS], &Device::flex())))
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
