//! A fitted network as plain vectors, with every batch norm folded into the linear layers beside
//! it.

use burn::nn::BatchNorm;
use burn::tensor::Tensor;
use tenure::network::burn::{DenseNetwork, HiddenLayer};

/// A fitted network as plain vectors: `logit = output_bias + direct · x + output · relu(… relu(x W₁
/// + b₁) …)`.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedNetwork {
    /// One weight for each input; zeros where the network has no direct share.
    pub direct: Vec<f64>,
    pub layers: Vec<FoldedLayer>,
    /// One weight for each unit of the last layer; empty where there are no hidden layers.
    pub output: Vec<f64>,
    pub output_bias: f64,
}

/// One hidden layer, ReLU to follow.
#[derive(Clone, Debug, PartialEq)]
pub struct FoldedLayer {
    pub inputs: usize,
    pub outputs: usize,
    /// `[inputs][outputs]`, row after row.
    pub weight: Vec<f64>,
    /// `[outputs]`.
    pub bias: Vec<f64>,
}

impl FoldedNetwork {
    /// The logit of one dense feature vector, in f64: every faster form is tested against it.
    pub fn logit(&self, features: &[f32]) -> f64 {
        self.logit_of(features.iter().copied().map(f64::from).collect())
    }

    /// As [`FoldedNetwork::logit`], of features in f64.
    pub fn logit_of(&self, features: Vec<f64>) -> f64 {
        let mut units = features;
        let direct: f64 = self.direct.iter().zip(&units).map(|(weight, x)| weight * x).sum();
        for layer in &self.layers {
            let mut next = layer.bias.clone();
            for (row, x) in layer.weight.chunks_exact(layer.outputs).zip(&units) {
                next.iter_mut().zip(row).for_each(|(sum, weight)| *sum += weight * x);
            }
            next.iter_mut().for_each(|sum| *sum = sum.max(0.0));
            units = next;
        }
        let hidden: f64 = self.output.iter().zip(&units).map(|(weight, x)| weight * x).sum();
        self.output_bias + direct + hidden
    }

    /// One network whose logit is the mean of those of `members`: their units side by side, every
    /// layer after the first block-diagonal.
    ///
    /// # Panics
    ///
    /// Panics where there are no members, or they differ in their inputs or number of layers.
    pub fn mean(members: Vec<FoldedNetwork>) -> FoldedNetwork {
        let share = 1.0 / members.len() as f64;
        let mut members = members.into_iter();
        let mut mean = members.next().expect("there is a member");
        for member in members {
            assert!(mean.direct.len() == member.direct.len() && mean.layers.len() == member.layers.len());
            mean.direct.iter_mut().zip(member.direct).for_each(|(sum, weight)| *sum += weight);
            mean.layers = mean.layers.into_iter().zip(member.layers).enumerate().map(FoldedLayer::beside).collect();
            mean.output.extend(member.output);
            mean.output_bias += member.output_bias;
        }
        mean.direct.iter_mut().chain(&mut mean.output).for_each(|weight| *weight *= share);
        mean.output_bias *= share;
        mean
    }
}

impl FoldedLayer {
    /// Two layers as one. The first layers of two networks read the same inputs, later ones each
    /// those of their own.
    fn beside((position, (left, right)): (usize, (FoldedLayer, FoldedLayer))) -> FoldedLayer {
        let outputs = left.outputs + right.outputs;
        let mut bias = left.bias;
        bias.extend(right.bias);
        let (above, below) = (left.weight.chunks_exact(left.outputs), right.weight.chunks_exact(right.outputs));
        let (padding_left, padding_right) = (vec![0.0; left.outputs], vec![0.0; right.outputs]);
        if position == 0 {
            let weight = above.zip(below).flat_map(|(left, right)| [left, right].concat()).collect();
            return FoldedLayer { inputs: left.inputs, outputs, weight, bias };
        }
        let above = above.flat_map(|row| [row, &padding_right].concat());
        let weight = above.chain(below.flat_map(|row| [&padding_left, row].concat())).collect();
        FoldedLayer { inputs: left.inputs + right.inputs, outputs, weight, bias }
    }
}

impl From<&DenseNetwork> for FoldedNetwork {
    /// The same function as plain vectors. The network must be in evaluation mode (`valid()`),
    /// whose running statistics are settled.
    fn from(network: &DenseNetwork) -> FoldedNetwork {
        let input = network.input_norm.as_ref().map(Affine::of);
        let mut output_bias = f64::from(values(&network.bias.val())[0]);

        let mut layers: Vec<FoldedLayer> = network.layers.iter().map(FoldedLayer::from).collect();
        if let (Some(input), Some(first)) = (&input, layers.first_mut()) {
            for (unit, bias) in first.bias.iter_mut().enumerate() {
                *bias += input
                    .shift
                    .iter()
                    .enumerate()
                    .map(|(i, t)| t * first.weight[i * first.outputs + unit])
                    .sum::<f64>();
            }
            for (row, scale) in first.weight.chunks_exact_mut(first.outputs).zip(&input.scale) {
                row.iter_mut().for_each(|weight| *weight *= scale);
            }
        }

        let direct = match (&network.direct, &input) {
            (None, _) => vec![0.0; inputs(network)],
            (Some(direct), None) => doubles(&direct.weight.val()),
            (Some(direct), Some(input)) => {
                let weight = doubles(&direct.weight.val());
                output_bias += weight.iter().zip(&input.shift).map(|(weight, shift)| weight * shift).sum::<f64>();
                weight.iter().zip(&input.scale).map(|(weight, scale)| weight * scale).collect()
            }
        };
        let output = network.output.as_ref().map(|output| doubles(&output.weight.val())).unwrap_or_default();
        FoldedNetwork { direct, layers, output, output_bias }
    }
}

fn inputs(network: &DenseNetwork) -> usize {
    let first = network.layers.first().map(|layer| &layer.linear).or(network.direct.as_ref());
    first.map_or(0, |linear| linear.weight.dims()[0])
}

impl From<&HiddenLayer> for FoldedLayer {
    fn from(layer: &HiddenLayer) -> FoldedLayer {
        let [inputs, outputs] = layer.linear.weight.dims();
        let mut weight = doubles(&layer.linear.weight.val());
        let mut bias = layer.linear.bias.as_ref().map_or_else(|| vec![0.0; outputs], |bias| doubles(&bias.val()));
        if let Some(norm) = layer.norm.as_ref().map(Affine::of) {
            for row in weight.chunks_exact_mut(outputs) {
                row.iter_mut().zip(&norm.scale).for_each(|(weight, scale)| *weight *= scale);
            }
            for (unit, bias) in bias.iter_mut().enumerate() {
                *bias = *bias * norm.scale[unit] + norm.shift[unit];
            }
        }
        FoldedLayer { inputs, outputs, weight, bias }
    }
}

/// What a batch norm does in evaluation mode: `scale · x + shift` for each column.
struct Affine {
    scale: Vec<f64>,
    shift: Vec<f64>,
}

impl Affine {
    fn of(norm: &BatchNorm) -> Affine {
        let [gamma, beta] = [&norm.gamma, &norm.beta].map(|parameter| doubles(&parameter.val()));
        let [mean, variance] = [&norm.running_mean, &norm.running_var].map(|state| doubles(&state.value_sync()));
        let scale: Vec<f64> = gamma.iter().zip(&variance).map(|(g, v)| g / (v + norm.epsilon).sqrt()).collect();
        let shift = beta.iter().zip(&mean).zip(&scale).map(|((beta, mean), scale)| beta - mean * scale).collect();
        Affine { scale, shift }
    }
}

pub(crate) fn values<const D: usize>(tensor: &Tensor<D>) -> Vec<f32> {
    tensor.to_data().try_into_vec().expect("parameters are f32")
}

fn doubles<const D: usize>(tensor: &Tensor<D>) -> Vec<f64> {
    values(tensor).into_iter().map(f64::from).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::module::Module;
    use burn::optim::{AdamWConfig, GradientsParams};
    use burn::tensor::{Device, TensorData};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use tenure::network::burn::NetworkConfig;

    const INPUTS: usize = 7;
    const ROWS: usize = 64;

    fn uniform(seed: u64) -> impl FnMut() -> f32 {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        move || random.random()
    }

    fn config(hidden: &[usize], batch_norm: bool, input_batch_norm: bool, direct: bool) -> NetworkConfig {
        NetworkConfig { inputs: INPUTS, hidden: hidden.to_vec(), dropout: 0.1, batch_norm, input_batch_norm, direct }
    }

    /// A network after a few steps on random rows, so that weights, running means and variances are
    /// all its own.
    fn trained(config: &NetworkConfig) -> DenseNetwork {
        let device = Device::flex().autodiff();
        let mut draw = uniform(1);
        let mut network = config.init(-1.0, &mut draw, &device);
        let mut optimizer = AdamWConfig::new().init();
        for _ in 0..8 {
            let features: Vec<f32> = (0..ROWS * INPUTS).map(|i| 3.0 * draw() + (i % INPUTS) as f32).collect();
            let target: Vec<f32> = features.chunks(INPUTS).map(|row| row[0] * row[1] - row[2]).collect();
            let features = Tensor::from_data(TensorData::new(features, [ROWS, INPUTS]), &device);
            let target = Tensor::<1>::from_data(TensorData::new(target, [ROWS]), &device);
            let loss = (network.forward(features) - target).powi_scalar(2).mean();
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
            let folded = FoldedNetwork::from(&network);
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
            let members = shapes.map(|hidden| FoldedNetwork::from(&trained(&config(hidden, true, true, true))));
            let mean = FoldedNetwork::mean(members.to_vec());
            let mut draw = uniform(6);
            for _ in 0..ROWS {
                let row: Vec<f32> = (0..INPUTS).map(|_| 6.0 * draw()).collect();
                let expected = members.iter().map(|member| member.logit(&row)).sum::<f64>() / 3.0;
                assert!((mean.logit(&row) - expected).abs() < 1e-9, "{shapes:?}");
            }
        }
    }
}
