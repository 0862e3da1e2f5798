//! The dense network's training step, written by hand: the loss (binary cross-entropy), its
//! gradients, and the running statistics of the batch norms. The tests compare all three with
//! [`DenseNetwork::forward_with`] and burn's autodiff.

mod norm;

use burn::nn::Linear;
use burn::optim::GradientsParams;
use ndarray::{Array2, ArrayView2};

use tenure::network::burn::{DenseNetwork, HiddenLayer};

use super::masks::Masks;
use super::passes::{BatchView, Head, LinearLayer, register, through_relu};
use crate::folded::values;
use norm::{NormGradients, Normed};

/// The mean loss of a batch under the dropout masks that `seed` decides, and its gradients. Takes
/// the batch into the running statistics, as burn's own batch norm does in training.
pub fn gradients(network: &DenseNetwork, batch: BatchView, seed: u64) -> (f64, GradientsParams) {
    let rows = batch.rows();
    let norm = network.input_norm.as_ref().map(|norm| Normed::new(norm, batch.features().to_owned()));
    let input =
        Input { features: norm.as_ref().map_or(batch.features(), |norm| norm.normalised.view()), norm: norm.as_ref() };
    let mut masks = Masks::new(network.dropout, seed);
    let mut passes: Vec<LayerPass> = Vec::with_capacity(network.layers.len());
    for layer in &network.layers {
        passes.push(LayerPass::new(layer, passes.last().map(|below| &below.units), &input, &mut masks));
    }
    let mut logits = vec![values(&network.bias.val())[0]; rows];
    let mut add = |shares: Vec<f32>| logits.iter_mut().zip(shares).for_each(|(logit, share)| *logit += share);
    if let Some(direct) = &network.direct {
        let mut head = Head::of(direct);
        input.fold(&mut head.weight, std::slice::from_mut(&mut head.bias));
        add(head.logits(input.features));
    }
    if let (Some(output), Some(last)) = (&network.output, passes.last()) {
        add(Head::of(output).logits(last.units.view()));
    }
    let loss = batch.slopes(&mut logits, 1.0 / rows as f32) / rows as f64;
    (loss, backward(network, &input, &passes, &logits, masks.scale()))
}

/// From the slopes of the logits down to every parameter.
fn backward(
    network: &DenseNetwork,
    input: &Input,
    passes: &[LayerPass],
    slopes: &[f32],
    scale: f32,
) -> GradientsParams {
    let device = &network.bias.val().device().without_autodiff();
    let mut gradients = GradientsParams::new();
    let mut of_norm = NormGradients::zeros(input.features.ncols());
    register(&mut gradients, &network.bias, vec![slopes.iter().sum()], device);
    if let Some(direct) = &network.direct {
        let mut own = Head::gradients(input.features, slopes);
        input.unfold(&values(&direct.weight.val()), &mut own.weight, &[own.bias], &mut of_norm);
        register(&mut gradients, &direct.weight, own.weight, device);
    }
    if let (Some(output), Some(last)) = (&network.output, passes.last()) {
        let own = Head::gradients(last.units.view(), slopes);
        register(&mut gradients, &output.weight, own.weight, device);
        let mut slopes = Head::of(output).slopes_below(slopes);
        for (at, (layer, pass)) in network.layers.iter().zip(passes).enumerate().rev() {
            through_relu(&mut slopes, &pass.units, scale);
            if let (Some(norm), Some(normed)) = (&layer.norm, &pass.norm) {
                normed.backward(&mut slopes).register(norm, &mut gradients, device);
            }
            let below = at.checked_sub(1).map_or(input.features, |below| passes[below].units.view());
            let LinearLayer { weight, bias } = LinearLayer::gradients(below, &slopes);
            let mut weight = weight.into_raw_vec_and_offset().0;
            if at == 0 {
                input.unfold(&values(&layer.linear.weight.val()), &mut weight, &bias, &mut of_norm);
            } else {
                slopes = pass.linear.slopes_below(&slopes);
            }
            register(&mut gradients, &layer.linear.weight, weight, device);
            if let Some(parameter) = &layer.linear.bias {
                register(&mut gradients, parameter, bias, device);
            }
        }
    }
    if let Some(norm) = &network.input_norm {
        of_norm.register(norm, &mut gradients, device);
    }
    gradients
}

/// What the first layer and the direct share read. The scale γ and shift β of a batch norm are
/// folded into the weights that read its columns, `(x̂ ∘ γ + β) W = x̂ (diag(γ) W) + β W`, so that
/// one product, of x̂ and the slopes, has the gradients of W, γ and β, and no slope is taken down
/// to the features.
struct Input<'a> {
    /// `[rows, columns]`, normalised where there is a norm.
    features: ArrayView2<'a, f32>,
    norm: Option<&'a Normed>,
}

impl Input<'_> {
    /// From the weights and biases that read the normed columns to those that read the normalised
    /// ones.
    fn fold(&self, weight: &mut [f32], bias: &mut [f32]) {
        if let Some(norm) = self.norm {
            norm.fold(weight, bias);
        }
    }

    /// Back again, for gradients.
    fn unfold(&self, weight: &[f32], of_weight: &mut [f32], of_bias: &[f32], of_norm: &mut NormGradients) {
        if let Some(norm) = self.norm {
            norm.unfold(weight, of_weight, of_bias, of_norm);
        }
    }
}

/// What a hidden layer did to a batch.
struct LayerPass {
    linear: LinearLayer,
    norm: Option<Normed>,
    /// `[rows, outputs]`, after ReLU and dropout.
    units: Array2<f32>,
}

impl LayerPass {
    fn new(layer: &HiddenLayer, below: Option<&Array2<f32>>, input: &Input, masks: &mut Masks) -> LayerPass {
        let [inputs, outputs] = layer.linear.weight.dims();
        let mut weight = values(&layer.linear.weight.val());
        let mut bias = layer.linear.bias.as_ref().map_or_else(|| vec![0.0; outputs], |bias| values(&bias.val()));
        if below.is_none() {
            input.fold(&mut weight, &mut bias);
        }
        let weight = Array2::from_shape_vec((inputs, outputs), weight).expect("a weight of its own shape");
        let linear = LinearLayer { weight, bias };
        let sums = linear.sums(below.map_or(input.features, |below| below.view()));
        let (norm, mut units) = match &layer.norm {
            Some(norm) => {
                let normed = Normed::new(norm, sums);
                let units = normed.output();
                (Some(normed), units)
            }
            None => (None, sums),
        };
        masks.relu_and_drop(units.as_slice_mut().expect("units lie row by row"));
        LayerPass { linear, norm, units }
    }
}

impl Head {
    fn of(linear: &Linear) -> Head {
        Head { weight: values(&linear.weight.val()), bias: 0.0 }
    }
}

#[cfg(test)]
mod tests;
