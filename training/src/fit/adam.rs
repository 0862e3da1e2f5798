//! Adam (Kingma and Ba 2015) with an L2 penalty or a decoupled one, in one pass over the numbers of
//! a parameter. burn's own take a dozen tensor operations for each parameter, which a small network
//! feels; the tests hold this one against them.

use burn::optim::{AdaptiveMomentumState, LearningRate, Optimizer};
use burn::tensor::{Device, Tensor, TensorData};

use super::subnormal::flushed;

const BETA_1: f32 = 0.9;
const BETA_2: f32 = 0.999;
/// burn's default, 1e-5, is of the size of the gradients of rare columns.
const EPSILON: f32 = 1e-8;

#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Adam {
    /// Times the weight, it is added to the gradient.
    pub(super) penalty: f32,
    /// Every step takes `learning rate × decay` of a weight (AdamW).
    pub(super) decay: f32,
}

impl Optimizer for Adam {
    type State<const D: usize> = AdaptiveMomentumState<D>;

    fn step<const D: usize>(
        &self,
        rate: LearningRate,
        weights: Tensor<D>,
        gradients: Tensor<D>,
        state: Option<AdaptiveMomentumState<D>>,
    ) -> (Tensor<D>, Option<AdaptiveMomentumState<D>>) {
        let device = weights.device();
        let (time, first, second) = match state {
            Some(state) => (state.time + 1, state.moment_1, state.moment_2),
            None => (1, gradients.zeros_like(), gradients.zeros_like()),
        };
        let [mut weights, gradients, mut first, mut second] =
            [weights, gradients, first, second].map(Tensor::into_data);
        // The moments start at 0; what they lack of the mean is made up for.
        let correction = (1.0 - BETA_2.powi(time as i32)).sqrt();
        let (factor, epsilon) = (correction / (1.0 - BETA_1.powi(time as i32)), EPSILON * correction);
        let (keep, rate) = ((1.0 - rate * f64::from(self.decay)) as f32, rate as f32);
        let moments = numbers(&mut first).iter_mut().zip(numbers(&mut second));
        let gradients = gradients.as_slice::<f32>().expect("gradients are f32");
        for ((weight, gradient), (first, second)) in numbers(&mut weights).iter_mut().zip(gradients).zip(moments) {
            let gradient = self.penalty * *weight + gradient;
            *first = flushed(BETA_1 * *first + (1.0 - BETA_1) * gradient);
            *second = flushed(BETA_2 * *second + (1.0 - BETA_2) * (gradient * gradient));
            let step = *first * factor / (second.sqrt() + epsilon);
            *weight = flushed(keep * *weight - rate * step);
        }
        let [weights, first, second] = [weights, first, second].map(|data| Tensor::from_data(data, &device));
        (weights, Some(AdaptiveMomentumState::new(time, first, second)))
    }

    fn to_device<const D: usize>(state: AdaptiveMomentumState<D>, device: &Device) -> AdaptiveMomentumState<D> {
        state.to_device(device)
    }
}

fn numbers(data: &mut TensorData) -> &mut [f32] {
    data.as_mut_slice().expect("parameters are f32")
}

#[cfg(test)]
mod tests {
    use super::*;
    use burn::optim::decay::WeightDecayConfig;
    use burn::optim::{AdamConfig, AdamWConfig};

    /// Some weights after each of 20 steps along gradients that change, at two rates.
    fn path<O: Optimizer>(optimizer: &O) -> Vec<f32> {
        let device = Device::flex();
        let mut weights = Tensor::<2>::from_data([[0.5, -2.0, 0.0], [1e-3, 7.0, -0.1]], &device);
        let mut state = None;
        let mut path = Vec::new();
        for step in 0..20 {
            let gradients: Vec<f32> = (0..6).map(|at| ((step * 7 + at * 3) as f32).sin() * 10f32.powi(-at)).collect();
            let gradients = Tensor::from_data(TensorData::new(gradients, [2, 3]), &device);
            let rate = if step < 10 { 0.05 } else { 0.004 };
            (weights, state) = optimizer.step(rate, weights, gradients, state);
            path.extend(weights.to_data().as_slice::<f32>().unwrap());
        }
        path
    }

    #[test]
    fn weights_go_where_burn_takes_them() {
        let adam = || AdamConfig::new().with_epsilon(EPSILON);
        let decoupled = AdamWConfig::new().with_epsilon(EPSILON).with_weight_decay(0.3).build();
        for (about, own, burn) in [
            ("plain", Adam::default(), path(&adam().build())),
            (
                "L2",
                Adam { penalty: 0.2, ..Adam::default() },
                path(&adam().with_weight_decay(Some(WeightDecayConfig::new(0.2))).build()),
            ),
            ("decoupled", Adam { decay: 0.3, ..Adam::default() }, path(&decoupled)),
        ] {
            for (at, (own, burn)) in path(&own).iter().zip(&burn).enumerate() {
                assert!((own - burn).abs() < 1e-6 * burn.abs().max(1.0), "{about} {at}: {own} instead of {burn}");
            }
        }
    }

    #[test]
    fn without_gradients_nothing_becomes_subnormal() {
        let device = Device::flex();
        let mut weights = Tensor::<1>::from_data([1e-30, -0.5], &device);
        let mut state = None;
        for step in 0..2000 {
            let gradients = Tensor::from_data(if step == 0 { [1e-3, 0.2] } else { [0.0, 0.0] }, &device);
            (weights, state) = Adam { decay: 1.0, ..Adam::default() }.step(0.1, weights, gradients, state);
        }
        let state = state.unwrap();
        for numbers in [weights, state.moment_1, state.moment_2].map(Tensor::into_data) {
            let numbers = numbers.as_slice::<f32>().unwrap();
            assert!(numbers.iter().all(|number| !number.is_subnormal()), "{numbers:?}");
        }
    }
}
