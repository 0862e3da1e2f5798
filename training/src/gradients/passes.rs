//! The parts that the training steps of the dense network and of TabM are made of: the loss of a
//! batch, linear layers, heads, and their gradients.

use burn::module::Param;
use burn::optim::GradientsParams;
use burn::tensor::{Device, Tensor, TensorData};
use ndarray::{Array2, ArrayView2};

use super::product::product;
use crate::logistic::loss_and_probability;

/// The rows of one step.
#[derive(Clone, Copy, Debug)]
pub struct BatchView<'a> {
    /// Feature vectors, one after another.
    pub features: &'a [f32],
    /// One for each row: 0 or 1, or a probability in between.
    pub targets: &'a [f32],
    /// One for each row; 1 where there are none.
    pub weights: Option<&'a [f32]>,
}

impl<'a> BatchView<'a> {
    pub(super) fn rows(&self) -> usize {
        self.targets.len()
    }

    /// `[rows, columns]`.
    pub(super) fn features(&self) -> ArrayView2<'a, f32> {
        matrix(self.features, self.rows())
    }

    /// The sum of the rows' losses (binary cross-entropy); each logit becomes `share` times the
    /// loss's slope at it.
    pub(super) fn slopes(&self, logits: &mut [f32], share: f32) -> f64 {
        let mut loss = 0.0;
        for (row, slope) in logits.iter_mut().enumerate() {
            let target = self.targets[row];
            let weight = self.weights.map_or(1.0, |weights| weights[row]);
            let (own, probability) = loss_and_probability(*slope, target);
            loss += f64::from(weight * own);
            *slope = weight * (probability - target) * share;
        }
        loss
    }
}

/// A linear layer of many outputs.
#[derive(Debug)]
pub(super) struct LinearLayer {
    /// `[inputs, outputs]`.
    pub(super) weight: Array2<f32>,
    /// `[outputs]`.
    pub(super) bias: Vec<f32>,
}

impl LinearLayer {
    /// `x W + b`.
    pub(super) fn sums(&self, units: ArrayView2<f32>) -> Array2<f32> {
        let (rows, outputs) = (units.nrows(), self.bias.len());
        let mut sums = Array2::from_shape_vec((rows, outputs), self.bias.repeat(rows)).expect("a bias a row");
        product(units, self.weight.view(), &mut sums, true);
        sums
    }

    /// The gradients of weights and bias, from the layer's inputs and the slopes of its sums.
    pub(super) fn gradients(units: ArrayView2<f32>, slopes: &Array2<f32>) -> LinearLayer {
        let mut weight = Array2::zeros((units.ncols(), slopes.ncols()));
        product(units.t(), slopes.view(), &mut weight, false);
        LinearLayer { weight, bias: column_sums(slopes) }
    }

    /// From the slopes of the sums to those of the layer's inputs.
    pub(super) fn slopes_below(&self, slopes: &Array2<f32>) -> Array2<f32> {
        let mut below = Array2::zeros((slopes.nrows(), self.weight.nrows()));
        product(slopes.view(), self.weight.t(), &mut below, false);
        below
    }
}

/// A linear layer of one output: a logit, or a share of it.
#[derive(Debug)]
pub(super) struct Head {
    /// `[inputs]`.
    pub(super) weight: Vec<f32>,
    pub(super) bias: f32,
}

impl Head {
    /// One for each row of `units`.
    pub(super) fn logits(&self, units: ArrayView2<f32>) -> Vec<f32> {
        rows_of(&units).map(|row| dot(row, &self.weight) + self.bias).collect()
    }

    /// The gradients of weights and bias, from the head's inputs and the slopes of its logits.
    pub(super) fn gradients(units: ArrayView2<f32>, slopes: &[f32]) -> Head {
        let mut weight = vec![0.0; units.ncols()];
        for (row, &slope) in rows_of(&units).zip(slopes) {
            weight.iter_mut().zip(row).for_each(|(sum, unit)| *sum += slope * unit);
        }
        Head { weight, bias: slopes.iter().sum() }
    }

    /// From the slopes of the logits to those of the head's inputs.
    pub(super) fn slopes_below(&self, slopes: &[f32]) -> Array2<f32> {
        let mut below = Vec::with_capacity(slopes.len() * self.weight.len());
        slopes.iter().for_each(|slope| below.extend(self.weight.iter().map(|weight| slope * weight)));
        Array2::from_shape_vec((slopes.len(), self.weight.len()), below).expect("a slope for each input")
    }
}

/// Takes slopes back through dropout and ReLU; `scale` is that of the masks. A unit is above 0
/// where both let it pass.
pub(super) fn through_relu(slopes: &mut Array2<f32>, units: &Array2<f32>, scale: f32) {
    let units = units.as_slice().expect("units lie row by row");
    let slopes = slopes.as_slice_mut().expect("slopes lie row by row");
    slopes.iter_mut().zip(units).for_each(|(slope, unit)| *slope *= if *unit > 0.0 { scale } else { 0.0 });
}

/// The sum of every column.
pub(super) fn column_sums(matrix: &Array2<f32>) -> Vec<f32> {
    let mut sums = vec![0.0; matrix.ncols()];
    rows_of(&matrix.view()).for_each(|row| sums.iter_mut().zip(row).for_each(|(sum, value)| *sum += value));
    sums
}

/// Rows that lie one after another, as a matrix.
pub(super) fn matrix(values: &[f32], rows: usize) -> ArrayView2<'_, f32> {
    let columns = values.len() / rows.max(1);
    ArrayView2::from_shape((rows, columns), values).expect("whole rows")
}

fn rows_of<'a>(matrix: &'a ArrayView2<f32>) -> impl Iterator<Item = &'a [f32]> {
    matrix.as_slice().expect("values lie row by row").chunks_exact(matrix.ncols())
}

/// In eight running sums, which the compiler keeps in vector registers.
pub(super) fn dot(a: &[f32], b: &[f32]) -> f32 {
    let mut sums = [0.0f32; 8];
    let (a_blocks, b_blocks) = (a.chunks_exact(8), b.chunks_exact(8));
    let rest: f32 = a_blocks.remainder().iter().zip(b_blocks.remainder()).map(|(a, b)| a * b).sum();
    for (a, b) in a_blocks.zip(b_blocks) {
        sums.iter_mut().zip(a.iter().zip(b)).for_each(|(sum, (a, b))| *sum += a * b);
    }
    sums.iter().sum::<f32>() + rest
}

/// Hands burn the gradient of one parameter.
pub(super) fn register<const D: usize>(
    gradients: &mut GradientsParams,
    parameter: &Param<Tensor<D>>,
    values: Vec<f32>,
    device: &Device,
) {
    gradients.register::<D>(parameter.id, Tensor::from_data(TensorData::new(values, parameter.dims()), device));
}
