//! TabM as a burn Module: k members of an ensemble that share one backbone (Gorishniy et al.,
//! "TabM: Advancing Tabular Deep Learning with Parameter-Efficient Ensembling", ICLR 2025, arXiv
//! 2410.24210).
//!
//! A layer of member m is `relu(((x ∘ r_m) W) ∘ s_m + b_m)`: the weights `W` are shared, the
//! adapters `r`, `s` and `b` are the member's own (BatchEnsemble, Wen et al. 2020), and so is the
//! head. TabM-mini keeps one adapter, on the input. Members differ at the start only by their first
//! adapter, which is drawn; all other adapters start at 1.
//!
//! This is the definition; training computes logits and gradients from it by hand.

use burn::module::{Module, Param};
use burn::tensor::{Device, Tensor, TensorData, activation};

/// The shape of a TabM network.
#[derive(Clone, Debug, PartialEq)]
pub struct TabmConfig {
    /// Members of the ensemble, `k` in the paper.
    pub members: usize,
    /// Units of every hidden layer.
    pub width: usize,
    /// Hidden layers.
    pub blocks: usize,
    /// The probability with which training zeroes a hidden unit, in `[0, 1)`; it acts in steps of
    /// 1/65536.
    pub dropout: f64,
    /// TabM-mini: one adapter, on the input.
    pub mini: bool,
}

impl Default for TabmConfig {
    /// The paper's shape for small tables.
    fn default() -> TabmConfig {
        TabmConfig { members: 16, width: 128, blocks: 2, dropout: 0.1, mini: false }
    }
}

impl TabmConfig {
    /// Every reason why no network can have this shape.
    pub fn problems(&self) -> Vec<String> {
        let counts = [("members", self.members), ("width", self.width), ("blocks", self.blocks)];
        let mut problems: Vec<String> = counts
            .iter()
            .filter(|(_, count)| *count == 0)
            .map(|(name, _)| format!("{name} must be at least 1, is 0"))
            .collect();
        if !(0.0..1.0).contains(&self.dropout) {
            problems.push(format!("dropout must be at least 0 and below 1, is {}", self.dropout));
        }
        problems
    }

    /// A network on `device` over inputs of the given numbers of columns. Shared weights, biases
    /// and heads are uniform in `±1/√inputs` of their layer, the same biases for every member; the
    /// first adapter is normal, one number for each member and input (the same for all columns of
    /// an input); all drawn from `uniform`, numbers in `[0, 1)`. The heads' biases start at
    /// `logit`, so that training starts from the base rate.
    ///
    /// # Panics
    ///
    /// Panics if [`TabmConfig::problems`] is not empty, or if there is no column.
    pub fn init(&self, inputs: &[usize], logit: f32, uniform: &mut dyn FnMut() -> f32, device: &Device) -> TabmNetwork {
        let problems = self.problems();
        assert!(problems.is_empty(), "{}", problems.join("; "));
        let mut columns: usize = inputs.iter().sum();
        assert!(columns > 0, "a network needs at least one column");
        let matrix = |values: Vec<f32>, rows: usize| {
            let columns = values.len() / rows;
            Param::from_data(TensorData::new(values, [rows, columns]), device)
        };
        let ones = |columns: usize| matrix(vec![1.0; self.members * columns], self.members);
        let layers = (0..self.blocks).map(|block| {
            let bound = 1.0 / (columns as f32).sqrt();
            let mut draw = |count: usize| (0..count).map(|_| (2.0 * uniform() - 1.0) * bound).collect::<Vec<f32>>();
            let (weight, bias) = (draw(columns * self.width), draw(self.width));
            let first = (block == 0).then(|| {
                let member = |_| {
                    let turns = inputs.iter().map(|&columns| (normal(uniform), columns));
                    turns.flat_map(|(turn, columns)| std::iter::repeat_n(turn, columns)).collect::<Vec<f32>>()
                };
                matrix((0..self.members).flat_map(member).collect(), self.members)
            });
            let layer = AdaptedLayer {
                weight: matrix(weight, columns),
                input_adapter: first.or_else(|| (!self.mini).then(|| ones(columns))),
                output_adapter: (!self.mini).then(|| ones(self.width)),
                bias: if self.mini { matrix(bias, 1) } else { matrix(bias.repeat(self.members), self.members) },
            };
            columns = self.width;
            layer
        });
        let layers = layers.collect();
        let bound = 1.0 / (self.width as f32).sqrt();
        let output = (0..self.members * self.width).map(|_| (2.0 * uniform() - 1.0) * bound).collect();
        TabmNetwork {
            layers,
            output: matrix(output, self.members),
            output_bias: Param::from_data(TensorData::new(vec![logit; self.members], [self.members]), device),
            dropout: self.dropout,
        }
    }
}

/// A standard normal number (Box and Muller 1958).
fn normal(uniform: &mut dyn FnMut() -> f32) -> f32 {
    // 1 - u is in (0, 1], so its logarithm is finite.
    let radius = (-2.0 * (1.0 - uniform()).ln()).sqrt();
    radius * (std::f32::consts::TAU * uniform()).cos()
}

/// The ensemble as training sees it.
#[derive(Module, Debug)]
pub struct TabmNetwork {
    /// The hidden layers, first to last.
    pub layers: Vec<AdaptedLayer>,
    /// One head for each member, `[members, width]`.
    pub output: Param<Tensor<2>>,
    /// The biases of the heads, `[members]`.
    pub output_bias: Param<Tensor<1>>,
    /// The probability with which training zeroes a hidden unit.
    pub dropout: f64,
}

/// A layer that the members share, with the adapters of each; a ReLU follows.
#[derive(Module, Debug)]
pub struct AdaptedLayer {
    /// `W`, `[inputs, outputs]`, shared by the members.
    pub weight: Param<Tensor<2>>,
    /// `r`, `[members, inputs]`.
    pub input_adapter: Option<Param<Tensor<2>>>,
    /// `s`, `[members, outputs]`.
    pub output_adapter: Option<Param<Tensor<2>>>,
    /// `b`, `[members, outputs]`, or `[1, outputs]` where it is shared.
    pub bias: Param<Tensor<2>>,
}

impl TabmNetwork {
    /// Logits `[rows, members]` of the feature vectors `[rows, inputs]`, without dropout, in burn's
    /// operations and therefore differentiable.
    pub fn forward(&self, features: Tensor<2>) -> Tensor<2> {
        // [rows, 1, inputs]; the members join with the first adapter.
        let mut units: Tensor<3> = features.unsqueeze_dim(1);
        for layer in &self.layers {
            if let Some(adapter) = &layer.input_adapter {
                units = units * adapter.val().unsqueeze::<3>();
            }
            units = units.matmul(layer.weight.val().unsqueeze::<3>());
            if let Some(adapter) = &layer.output_adapter {
                units = units * adapter.val().unsqueeze::<3>();
            }
            units = activation::relu(units + layer.bias.val().unsqueeze::<3>());
        }
        let heads = (units * self.output.val().unsqueeze::<3>()).sum_dim(2).squeeze_dim::<2>(2);
        heads + self.output_bias.val().unsqueeze::<2>()
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{uniform, values};
    use super::*;

    /// Columns of the inputs: numbers of several bins and a category.
    const INPUTS: [usize; 3] = [3, 1, 2];
    const COLUMNS: usize = 6;

    #[test]
    fn members_start_apart_and_at_the_base_rate() {
        let network = TabmConfig::default().init(&INPUTS, -1.5, &mut uniform(3), &Device::flex());
        let first = values(&network.layers[0].input_adapter.as_ref().unwrap().val());
        // The columns of an input have one number; inputs and members have different ones.
        assert!(first.chunks(COLUMNS).all(|r| r[0] == r[1] && r[1] == r[2] && r[4] == r[5] && r[2] != r[3]));
        assert_ne!(first[..COLUMNS], first[COLUMNS..2 * COLUMNS]);
        let mean = first.iter().sum::<f32>() / first.len() as f32;
        let spread = first.iter().map(|r| (r - mean).powi(2)).sum::<f32>() / first.len() as f32;
        assert!(mean.abs() < 0.5 && (0.5..2.0).contains(&spread), "mean {mean}, variance {spread}");
        assert!(values(&network.output_bias.val()).iter().all(|&bias| bias == -1.5));
    }

    #[test]
    fn every_problem_of_a_shape_is_told_at_once() {
        let shape = TabmConfig { members: 0, width: 0, blocks: 0, dropout: 1.0, mini: false };
        assert_eq!(shape.problems().len(), 4);
        assert!(TabmConfig::default().problems().is_empty());
    }
}
