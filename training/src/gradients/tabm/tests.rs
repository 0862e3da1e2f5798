use burn::module::Param;
use burn::tensor::{Device, Tensor, TensorData, activation};
use tenure::network::burn::tabm::TabmConfig;

use super::*;
use crate::folded::values;
use crate::gradients::test_numbers::uniform;

/// Columns of the inputs: numbers of several bins and a category.
const INPUTS: [usize; 3] = [3, 1, 2];
const COLUMNS: usize = 6;
const ROWS: usize = 37;

fn config(mini: bool) -> TabmConfig {
    TabmConfig { members: 3, width: 5, blocks: 2, dropout: 0.0, mini }
}

/// A network none of whose adapters is 1 any more.
fn network(config: &TabmConfig, device: &Device) -> TabmNetwork {
    let mut draw = uniform(1);
    let mut network = config.init(&INPUTS, -0.7, &mut draw, device);
    let mut stir = |parameter: Param<Tensor<2>>| {
        let moved = values(&parameter.val()).into_iter().map(|value| value + draw() - 0.5).collect();
        Param::from_data(TensorData::new::<f32, _>(moved, parameter.dims()), device)
    };
    for layer in &mut network.layers {
        layer.input_adapter = layer.input_adapter.take().map(&mut stir);
        layer.output_adapter = layer.output_adapter.take().map(&mut stir);
        layer.bias = stir(layer.bias.clone());
    }
    network
}

struct Rows {
    features: Vec<f32>,
    targets: Vec<f32>,
    weights: Vec<f32>,
}

fn rows() -> Rows {
    let mut draw = uniform(2);
    let mut draws = |count: usize| (0..count).map(|_| draw()).collect::<Vec<f32>>();
    let features = draws(ROWS * COLUMNS).into_iter().map(|value| 4.0 * value - 2.0).collect();
    Rows { features, targets: draws(ROWS), weights: draws(ROWS) }
}

fn tensor<const D: usize>(values: &[f32], shape: [usize; D], device: &Device) -> Tensor<D> {
    Tensor::from_data(TensorData::new(values.to_vec(), shape), device)
}

#[test]
fn members_have_the_logits_of_the_module() {
    let rows = rows();
    for mini in [false, true] {
        let network = network(&config(mini), &Device::flex());
        let expected = values(&network.forward(tensor(&rows.features, [ROWS, COLUMNS], &Device::flex())));
        let members = Members::from(&network);
        for member in 0..members.count() {
            let logits = members.member(member).logits(&rows.features, ROWS);
            for (row, logit) in logits.into_iter().enumerate() {
                let difference = (logit - expected[row * members.count() + member]).abs();
                assert!(difference < 1e-5, "mini {mini}, member {member}, row {row}: off by {difference}");
            }
        }
    }
}

/// The loss in burn's operations, differentiated by burn.
fn by_autodiff(network: &TabmNetwork, rows: &Rows, device: &Device) -> (f64, GradientsParams) {
    let logits = network.forward(tensor(&rows.features, [ROWS, COLUMNS], device));
    let target = tensor(&rows.targets, [ROWS, 1], device);
    let weight = tensor(&rows.weights, [ROWS, 1], device);
    // t z - softplus(z), with softplus(z) = -ln(sigmoid(-z)).
    let losses = target * logits.clone() + activation::log_sigmoid(-logits);
    let loss = (losses * weight).mean().neg();
    let value: f32 = loss.clone().into_scalar();
    (f64::from(value), GradientsParams::from_grads(loss.backward(), network))
}

fn assert_close<const D: usize>(
    name: &str,
    parameter: &Param<Tensor<D>>,
    own: &GradientsParams,
    burn: &GradientsParams,
) {
    let [own, burn] = [own, burn].map(|gradients| values(&gradients.get::<D>(parameter.id).expect(name)));
    let size = burn.iter().fold(0.0f32, |size, value| size.max(value.abs()));
    assert!(size > 1e-5, "{name}: no gradient to compare with");
    for (own, burn) in own.iter().zip(&burn) {
        assert!((own - burn).abs() < 1e-5 * size.max(0.01), "{name}: {own} instead of {burn}");
    }
}

#[test]
fn the_gradients_are_those_of_autodiff() {
    let device = Device::flex().autodiff();
    let rows = rows();
    let batch = BatchView { features: &rows.features, targets: &rows.targets, weights: Some(&rows.weights) };
    for mini in [false, true] {
        let network = network(&config(mini), &device);
        let (expected, burn) = by_autodiff(&network, &rows, &device);
        let members = Members::from(&network);
        let parts = (0..members.count()).map(|member| members.member_gradients(member, batch, 0)).collect();
        let (loss, own) = members.gradients(&network, parts);
        assert!((loss - expected).abs() < 1e-6, "{loss} instead of {expected}");
        assert_eq!(own.len(), burn.len());
        for (at, layer) in network.layers.iter().enumerate() {
            assert_close(&format!("weight {at}"), &layer.weight, &own, &burn);
            assert_close(&format!("bias {at}"), &layer.bias, &own, &burn);
            for adapter in layer.input_adapter.iter().chain(&layer.output_adapter) {
                assert_close(&format!("adapter {at}"), adapter, &own, &burn);
            }
        }
        assert_close("output", &network.output, &own, &burn);
        assert_close("output bias", &network.output_bias, &own, &burn);
    }
}

/// With dropout, the gradient is that of the loss under the very masks that the seed gives.
#[test]
fn the_gradients_under_dropout_are_slopes_of_the_loss() {
    let rows = rows();
    let batch = BatchView { features: &rows.features, targets: &rows.targets, weights: None };
    let network = network(&TabmConfig { dropout: 0.4, ..config(false) }, &Device::flex());
    let loss = |members: &Members| {
        let parts = (0..3).map(|member| members.member_gradients(member, batch, 50 + member as u64)).collect();
        members.gradients(&network, parts)
    };
    let (_, gradients) = loss(&Members::from(&network));
    let bias = values(&gradients.get::<2>(network.layers[0].bias.id).unwrap());
    let adapter = values(&gradients.get::<2>(network.layers[1].input_adapter.as_ref().unwrap().id).unwrap());
    let step = 1e-3;
    for at in 0..bias.len() {
        for (gradient, of_bias) in [(bias[at], true), (adapter[at], false)] {
            let moved = |by: f32| {
                let mut members = Members::from(&network);
                if of_bias {
                    members.layers[0].bias[at] += by;
                } else {
                    members.layers[1].input_adapter.as_mut().unwrap()[at] += by;
                }
                loss(&members).0
            };
            let slope = (moved(step) - moved(-step)) / f64::from(2.0 * step);
            // Central differences in f32 over a kinked function.
            assert!((slope - f64::from(gradient)).abs() < 4e-4, "{of_bias} {at}: {gradient}, slope {slope}");
        }
    }
}
