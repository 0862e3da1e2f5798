//! A batch norm in a training step (Ioffe and Szegedy 2015): the statistics are those of the batch.

use burn::nn::BatchNorm;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::Array2;

use crate::folded::values;
use crate::gradients::passes::{column_sums, dot, register};

/// What a batch norm made of a batch: `normalised ∘ scale + shift`.
pub(super) struct Normed {
    /// `[rows, columns]`: each column less its mean, over its deviation.
    pub(super) normalised: Array2<f32>,
    inverse_deviation: Vec<f32>,
    /// γ.
    scale: Vec<f32>,
    /// β.
    shift: Vec<f32>,
}

/// Gradients of scale and shift.
pub(super) struct NormGradients {
    scale: Vec<f32>,
    shift: Vec<f32>,
}

impl Normed {
    /// Normalises the columns of a batch, and moves the running statistics towards the batch's own.
    pub(super) fn new(norm: &BatchNorm, mut columns: Array2<f32>) -> Normed {
        let (rows, width) = columns.dim();
        let mut mean = column_sums(&columns);
        mean.iter_mut().for_each(|sum| *sum /= rows as f32);
        let mut variance = vec![0.0f32; width];
        let values_of_rows = columns.as_slice_mut().expect("columns lie row by row");
        for row in values_of_rows.chunks_exact_mut(width) {
            for ((value, mean), sum) in row.iter_mut().zip(&mean).zip(&mut variance) {
                *value -= mean;
                *sum += *value * *value;
            }
        }
        variance.iter_mut().for_each(|sum| *sum /= rows as f32);
        let inverse_deviation: Vec<f32> =
            variance.iter().map(|variance| 1.0 / (variance + norm.epsilon as f32).sqrt()).collect();
        for row in values_of_rows.chunks_exact_mut(width) {
            row.iter_mut().zip(&inverse_deviation).for_each(|(value, inverse)| *value *= inverse);
        }
        let momentum = norm.momentum as f32;
        for (running, batch) in [(&norm.running_mean, mean), (&norm.running_var, variance)] {
            let device = running.value_sync().device();
            let mut moved = values(&running.value_sync());
            moved.iter_mut().zip(batch).for_each(|(old, new)| *old = (1.0 - momentum) * *old + momentum * new);
            running.update(Tensor::from_data(TensorData::new(moved, [width]), &device));
        }
        let [scale, shift] = [&norm.gamma, &norm.beta].map(|parameter| values(&parameter.val()));
        Normed { normalised: columns, inverse_deviation, scale, shift }
    }

    pub(super) fn output(&self) -> Array2<f32> {
        let width = self.scale.len();
        let mut output = self.normalised.clone();
        for row in output.as_slice_mut().expect("values lie row by row").chunks_exact_mut(width) {
            for ((value, scale), shift) in row.iter_mut().zip(&self.scale).zip(&self.shift) {
                *value = *value * scale + shift;
            }
        }
        output
    }

    /// Takes slopes of the output back to the columns that came in.
    pub(super) fn backward(&self, slopes: &mut Array2<f32>) -> NormGradients {
        let (rows, width) = slopes.dim();
        let mut gradients = NormGradients::zeros(width);
        let normalised = self.normalised.as_slice().expect("values lie row by row").chunks_exact(width);
        let slopes = slopes.as_slice_mut().expect("slopes lie row by row");
        for (slopes, values) in slopes.chunks_exact(width).zip(normalised.clone()) {
            let sums = gradients.scale.iter_mut().zip(&mut gradients.shift);
            for ((slope, value), (scale, shift)) in slopes.iter().zip(values).zip(sums) {
                *scale += slope * value;
                *shift += slope;
            }
        }
        // Mean and deviation depend on every row, which takes from each slope what all of them
        // agree on.
        let share = 1.0 / rows as f32;
        let shared: Vec<[f32; 3]> = (0..width)
            .map(|at| {
                let factor = self.scale[at] * self.inverse_deviation[at];
                [factor, factor * share * gradients.shift[at], factor * share * gradients.scale[at]]
            })
            .collect();
        for (slopes, values) in slopes.chunks_exact_mut(width).zip(normalised) {
            for ((slope, value), [factor, constant, along]) in slopes.iter_mut().zip(values).zip(&shared) {
                *slope = factor * *slope - constant - along * value;
            }
        }
        gradients
    }

    /// From the weights and biases that read the output to those that read the normalised columns.
    pub(super) fn fold(&self, weight: &mut [f32], bias: &mut [f32]) {
        let rows = weight.chunks_exact_mut(bias.len());
        for ((row, scale), shift) in rows.zip(&self.scale).zip(&self.shift) {
            for (weight, bias) in row.iter_mut().zip(&mut *bias) {
                *bias += shift * *weight;
                *weight *= scale;
            }
        }
    }

    /// From the gradients of folded weights and biases to those of `weight`, in place, and of this
    /// norm, added up.
    pub(super) fn unfold(&self, weight: &[f32], of_weight: &mut [f32], of_bias: &[f32], of_norm: &mut NormGradients) {
        let outputs = of_bias.len();
        let rows = weight.chunks_exact(outputs).zip(of_weight.chunks_exact_mut(outputs));
        for (at, (weight, of_weight)) in rows.enumerate() {
            of_norm.scale[at] += dot(weight, of_weight);
            of_norm.shift[at] += dot(weight, of_bias);
            for (gradient, of_bias) in of_weight.iter_mut().zip(of_bias) {
                *gradient = self.scale[at] * *gradient + self.shift[at] * of_bias;
            }
        }
    }
}

impl NormGradients {
    pub(super) fn zeros(width: usize) -> NormGradients {
        NormGradients { scale: vec![0.0; width], shift: vec![0.0; width] }
    }

    pub(super) fn register(self, norm: &BatchNorm, gradients: &mut GradientsParams, device: &Device) {
        register(gradients, &norm.gamma, self.scale, device);
        register(gradients, &norm.beta, self.shift, device);
    }
}
