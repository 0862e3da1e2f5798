//! The gradients of TabM's training loss, written by hand: the mean over members and rows of the
//! binary cross-entropy of each member's own logit. (The members are averaged when they score, not
//! when they learn; section 3 of the paper.)
//!
//! A member's gradients depend on no other member's, so the caller may compute them side by side;
//! [`Members::gradients`] adds them up in the members' order, whatever order they came in.
//!
//! `((x ∘ r) W) ∘ s` is `x (diag(r) W diag(s))`. [`Members`] multiplies with that matrix, one
//! member after another, so that no adapter ever touches the activations and a member's activations
//! stay in the cache. The tests compare logits and gradients with [`TabmNetwork::forward`] and
//! burn's autodiff.

mod members;

use burn::optim::GradientsParams;
use ndarray::{Array2, ArrayView2};

use tenure::network::burn::tabm::{AdaptedLayer, TabmNetwork};

use super::masks::Masks;
use super::passes::{BatchView, Head, LinearLayer, dot, register, through_relu};
use members::{Member, SharedLayer, of_member};

pub use members::{Members, ensemble_logit};

/// What one member's share of the loss says about the parameters.
#[derive(Debug)]
pub struct MemberGradients {
    /// The member's mean loss over the rows.
    loss: f64,
    layers: Vec<LayerGradients>,
    output: Head,
}

#[derive(Debug)]
struct LayerGradients {
    weight: Array2<f32>,
    input_adapter: Vec<f32>,
    output_adapter: Vec<f32>,
    bias: Vec<f32>,
}

impl Members {
    /// The gradients of one member's share of the loss. `seed` decides the dropout masks; members
    /// need different ones.
    pub fn member_gradients(&self, index: usize, batch: BatchView, seed: u64) -> MemberGradients {
        let member = self.member(index);
        let rows = batch.rows();
        let features = batch.features();
        let mut masks = Masks::new(self.dropout, seed);
        let mut units: Vec<Array2<f32>> = Vec::with_capacity(member.layers.len());
        for layer in &member.layers {
            let mut next = layer.sums(units.last().map_or(features, |units| units.view()));
            masks.relu_and_drop(next.as_slice_mut().expect("sums lie row by row"));
            units.push(next);
        }

        let last = units[units.len() - 1].view();
        let mut slopes = member.output.logits(last);
        let loss = batch.slopes(&mut slopes, 1.0 / (rows * self.count()) as f32);
        let output = Head::gradients(last, &slopes);
        let layers =
            self.backward(index, &member, features, &units, member.output.slopes_below(&slopes), masks.scale());
        MemberGradients { loss: loss / rows as f64, layers, output }
    }

    /// From the slopes of the last layer's units down to every layer's parameters.
    fn backward(
        &self,
        index: usize,
        member: &Member,
        features: ArrayView2<f32>,
        units: &[Array2<f32>],
        mut slope: Array2<f32>,
        scale: f32,
    ) -> Vec<LayerGradients> {
        let mut gradients = Vec::with_capacity(units.len());
        for (at, layer) in member.layers.iter().enumerate().rev() {
            through_relu(&mut slope, &units[at], scale);
            let below = if at == 0 { features } else { units[at - 1].view() };
            gradients.push(self.layers[at].unfolded(index, LinearLayer::gradients(below, &slope)));
            if at > 0 {
                slope = layer.slopes_below(&slope);
            }
        }
        gradients.reverse();
        gradients
    }

    /// The mean loss, and the gradients of the network that these members were copied from, from
    /// one [`MemberGradients`] for each member in order.
    ///
    /// # Panics
    ///
    /// Panics if there is not one for each member, or if `network` has another shape.
    pub fn gradients(&self, network: &TabmNetwork, members: Vec<MemberGradients>) -> (f64, GradientsParams) {
        assert_eq!(members.len(), self.count(), "gradients of every member");
        let device = network.output.device().without_autodiff();
        let mut gradients = GradientsParams::new();
        let loss = members.iter().map(|member| member.loss).sum::<f64>() / members.len() as f64;
        for (at, layer) in network.layers.iter().enumerate() {
            let parts = || members.iter().map(|member| &member.layers[at]);
            let mut weight = Array2::<f32>::zeros(layer.weight.dims());
            parts().for_each(|part| weight += &part.weight);
            register(&mut gradients, &layer.weight, weight.into_raw_vec_and_offset().0, &device);
            let AdaptedLayer { input_adapter, output_adapter, bias, .. } = layer;
            if let Some(adapter) = input_adapter {
                let parts = parts().flat_map(|part| &part.input_adapter).copied();
                register(&mut gradients, adapter, parts.collect(), &device);
            }
            if let Some(adapter) = output_adapter {
                let parts = parts().flat_map(|part| &part.output_adapter).copied();
                register(&mut gradients, adapter, parts.collect(), &device);
            }
            let biases = if bias.dims()[0] == 1 {
                let mut sum = vec![0.0; bias.dims()[1]];
                parts().for_each(|part| sum.iter_mut().zip(&part.bias).for_each(|(sum, bias)| *sum += bias));
                sum
            } else {
                parts().flat_map(|part| &part.bias).copied().collect()
            };
            register(&mut gradients, bias, biases, &device);
        }
        let output = members.iter().flat_map(|member| &member.output.weight).copied().collect();
        register(&mut gradients, &network.output, output, &device);
        let output_bias = members.iter().map(|member| member.output.bias).collect();
        register(&mut gradients, &network.output_bias, output_bias, &device);
        (loss, gradients)
    }
}

impl SharedLayer {
    /// From the gradient of a member's folded weights `diag(r) W diag(s)` to those of `W`, `r` and
    /// `s`.
    fn unfolded(&self, member: usize, folded: LinearLayer) -> LayerGradients {
        let LinearLayer { mut weight, bias } = folded;
        let (inputs, outputs) = self.weight.dim();
        let ones;
        let s = match &self.output_adapter {
            Some(adapter) => of_member(adapter, member, outputs),
            None => {
                ones = vec![1.0; outputs];
                &ones
            }
        };
        let r = self.input_adapter.as_ref().map(|adapter| of_member(adapter, member, inputs));
        let mut input_adapter = Vec::with_capacity(inputs);
        let mut output_adapter = vec![0.0; outputs];
        let gradients = weight.as_slice_mut().expect("weights lie row by row").chunks_exact_mut(outputs);
        let weights = self.weight.as_slice().expect("weights lie row by row").chunks_exact(outputs);
        for (input, (gradients, weights)) in gradients.zip(weights).enumerate() {
            let r = r.map_or(1.0, |r| r[input]);
            for ((gradient, weight), sum) in gradients.iter().zip(weights).zip(&mut output_adapter) {
                *sum += r * gradient * weight;
            }
            gradients.iter_mut().zip(s).for_each(|(gradient, s)| *gradient *= s);
            input_adapter.push(dot(gradients, weights));
            gradients.iter_mut().for_each(|gradient| *gradient *= r);
        }
        LayerGradients { weight, input_adapter, output_adapter, bias }
    }
}

#[cfg(test)]
mod tests;
