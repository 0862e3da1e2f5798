use burn::module::{Module, ModuleMapper, ModuleVisitor, Param};
use burn::tensor::{Device, Tensor, TensorData, activation};

use tenure::network::burn::NetworkConfig;

use super::*;
use crate::gradients::test_numbers::uniform;

const INPUTS: usize = 7;
const ROWS: usize = 45;

/// Moves every number of a network, so that none is the 0 or 1 that it starts with.
struct Stir<F>(F);

impl<F: FnMut() -> f32> ModuleMapper for Stir<F> {
    fn map_float<const D: usize>(&mut self, parameter: Param<Tensor<D>>) -> Param<Tensor<D>> {
        parameter.map(|values| {
            let moves: Vec<f32> = (0..values.dims().iter().product()).map(|_| (self.0)() - 0.5).collect();
            let moves = Tensor::from_data(TensorData::new(moves, values.dims()), &values.device());
            values + moves
        })
    }
}

/// Every call makes the same network. (A clone would share the running statistics.)
fn network(config: &NetworkConfig) -> DenseNetwork {
    let mut draw = uniform(1);
    let network = config.init(-0.7, &mut draw, &Device::flex());
    network.map(&mut Stir(draw)).train()
}

/// The numbers of every parameter and running statistic, or their gradients, where they have any.
struct Numbers<'a> {
    gradients: Option<&'a GradientsParams>,
    all: Vec<Option<Vec<f32>>>,
}

impl ModuleVisitor for Numbers<'_> {
    fn visit_float<const D: usize>(&mut self, parameter: &Param<Tensor<D>>) {
        self.all.push(match self.gradients {
            Some(gradients) => gradients.get::<D>(parameter.id).map(|gradient| values(&gradient)),
            None => Some(values(&parameter.val())),
        });
    }
}

fn numbers(network: &DenseNetwork, gradients: Option<&GradientsParams>) -> Vec<Option<Vec<f32>>> {
    let mut numbers = Numbers { gradients, all: Vec::new() };
    network.visit(&mut numbers);
    numbers.all
}

fn device(network: &DenseNetwork) -> Device {
    network.bias.val().device()
}

/// Logits in burn's operations, under the dropout masks that `seed` decides.
fn forward_training(network: &DenseNetwork, features: Tensor<2>, seed: u64) -> Tensor<1> {
    let mut masks = Masks::new(network.dropout, seed);
    network.forward_with(features, |units| {
        let shape = units.dims();
        let mut mask = vec![1.0; shape[0] * shape[1]];
        masks.relu_and_drop(&mut mask);
        let mask = Tensor::from_data(TensorData::new(mask, shape), &units.device());
        units * mask
    })
}

/// The loss in burn's operations, differentiated by burn.
fn by_autodiff(network: &DenseNetwork, batch: BatchView, seed: u64) -> (f64, GradientsParams) {
    let tensor = |values: &[f32]| Tensor::<1>::from_data(TensorData::new(values.to_vec(), [ROWS]), &device(network));
    let features = TensorData::new(batch.features.to_vec(), [ROWS, INPUTS]);
    let logits = forward_training(network, Tensor::from_data(features, &device(network)), seed);
    // t z - softplus(z), with softplus(z) = -ln(sigmoid(-z)).
    let mut losses = tensor(batch.targets) * logits.clone() + activation::log_sigmoid(-logits);
    if let Some(weights) = batch.weights {
        losses = losses * tensor(weights);
    }
    let loss = losses.mean().neg();
    let value: f32 = loss.clone().into_scalar();
    (value.into(), GradientsParams::from_grads(loss.backward(), network))
}

/// Every shape: hidden layers, batch norms between them and on the input, the direct share,
/// dropout.
fn shapes() -> Vec<NetworkConfig> {
    let mut shapes = Vec::new();
    for (hidden, direct) in [(&[5, 3][..], true), (&[5, 3], false), (&[6], true), (&[], true)] {
        for norms in 0..4 {
            for dropout in [0.0, 0.4] {
                let (batch_norm, input_batch_norm) = (norms % 2 == 1, norms > 1);
                let hidden = hidden.to_vec();
                shapes.push(NetworkConfig { inputs: INPUTS, hidden, dropout, batch_norm, input_batch_norm, direct });
            }
        }
    }
    shapes
}

#[test]
fn loss_gradients_and_running_statistics_are_those_of_burn() {
    let mut draw = uniform(2);
    let mut draws = |count: usize| (0..count).map(|_| draw()).collect::<Vec<f32>>();
    let features: Vec<f32> = draws(ROWS * INPUTS).into_iter().map(|value| 4.0 * value - 1.0).collect();
    let (targets, weights) = (draws(ROWS), draws(ROWS));
    for shape in shapes() {
        for weights in [None, Some(&weights[..])] {
            let batch = BatchView { features: &features, targets: &targets, weights };
            let [own, burn] = [network(&shape), network(&shape)];
            let about = format!("{shape:?}, weighted: {}", weights.is_some());
            // Two steps, since the running statistics move from where the first one left them.
            for seed in 0..2 {
                let (loss, own_gradients) = gradients(&own, batch, seed);
                let (expected, burn_gradients) = by_autodiff(&burn, batch, seed);
                assert!((loss - expected).abs() < 1e-6, "{about}: loss {loss} instead of {expected}");
                assert_eq!(own_gradients.len(), burn_gradients.len(), "{about}");
                let own = numbers(&own, Some(&own_gradients));
                let burn = numbers(&burn, Some(&burn_gradients));
                // One of them alone may be nothing: a shift that the norm above subtracts again has
                // no slope.
                assert!(burn.iter().flatten().flatten().any(|slope| slope.abs() > 1e-2), "{about}: no slopes at all");
                for (at, (own, burn)) in own.iter().zip(&burn).enumerate() {
                    assert_close(&format!("{about}: gradient {at}"), own.as_deref(), burn.as_deref());
                }
            }
            let [own, burn] = [own, burn].map(|network| numbers(&network.valid(), None));
            assert_eq!(own.len(), burn.len());
            for (at, (own, burn)) in own.iter().zip(&burn).enumerate() {
                assert_close(&format!("{about}: numbers {at}"), own.as_deref(), burn.as_deref());
            }
        }
    }
}

fn assert_close(about: &str, own: Option<&[f32]>, burn: Option<&[f32]>) {
    let (Some(own), Some(burn)) = (own, burn) else {
        return assert_eq!(own, burn, "{about}");
    };
    assert_eq!(own.len(), burn.len(), "{about}");
    let size = burn.iter().fold(0.0f32, |size, value| size.max(value.abs()));
    for (own, burn) in own.iter().zip(burn) {
        assert!((own - burn).abs() < 1e-5 * size.max(0.01), "{about}: {own} instead of {burn}");
    }
}
