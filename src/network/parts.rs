//! A network as the artifact stores it, and its checks.

use std::ops::Range;

/// A network as the artifact stores it: row-major, not padded.
#[derive(Clone, Debug, PartialEq, Default)]
pub struct NetworkParts {
    /// Units of the first layer; 0 if the logit is only direct shares.
    pub units: usize,
    /// First layer, `[rows, units]`.
    pub table: Vec<f32>,
    /// Direct share of the logit, `[rows]`.
    pub direct: Vec<f32>,
    /// `[units]`
    pub bias: Vec<f32>,
    /// Further hidden layers.
    pub layers: Vec<Layer>,
    /// `[units of the last hidden layer]`
    pub output: Vec<f32>,
    /// The bias of the logit.
    pub output_bias: f32,
}

/// A dense layer, `weight` as `[inputs, outputs]`.
#[derive(Clone, Debug, PartialEq)]
pub struct Layer {
    /// Units of the layer.
    pub outputs: usize,
    /// `[inputs, outputs]`
    pub weight: Vec<f32>,
    /// `[outputs]`
    pub bias: Vec<f32>,
}

impl Layer {
    /// The inputs, from the first to the last, that some of these outputs weigh. Several networks
    /// side by side, as the members of an ensemble, have a block of inputs each.
    pub fn reads(&self, outputs: Range<usize>) -> Range<usize> {
        let mut rows = self.weight.chunks_exact(self.outputs);
        let weighs = |weights: &[f32]| weights[outputs.clone()].iter().any(|&weight| weight != 0.0);
        let end = rows.clone().rposition(weighs).map_or(0, |last| last + 1);
        rows.position(weighs).unwrap_or(0)..end
    }
}

/// Why tensors do not form a network.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum NetworkError {
    /// A tensor has another number of values.
    #[error("tensor `{tensor}` has {found} values, the network needs {expected}")]
    Shape {
        /// The tensor.
        tensor: String,
        /// Values that the network needs.
        expected: usize,
        /// Values of the tensor.
        found: usize,
    },
    /// A weight is not finite, or too large.
    #[error("tensor `{tensor}` has a weight that is not finite or beyond ±{limit}", limit = MAXIMUM_WEIGHT as u32)]
    Weight {
        /// The tensor.
        tensor: String,
    },
    /// A sum of products could leave what f32 holds.
    #[error("sums of the weights can exceed 1e30, so a logit could be no number")]
    Overflow,
    /// The network is too large.
    #[error("the network has {found} {what}, at most {maximum} are allowed")]
    Size {
        /// What there is too much of.
        what: &'static str,
        /// How many are allowed.
        maximum: usize,
        /// How many there are.
        found: usize,
    },
}

/// The most units of a layer.
pub const MAXIMUM_UNITS: usize = 1024;
/// The most hidden layers.
pub const MAXIMUM_LAYERS: usize = 8;
const MAXIMUM_WEIGHT: f32 = 1e6;
/// Sums up to this, and differences of them, are finite in f32.
const MAXIMUM_SUM: f64 = 1e30;

/// The largest absolute value.
fn magnitude(values: &[f32]) -> f64 {
    values.iter().fold(0.0, |largest, value| value.abs().max(largest)).into()
}

/// A bound of the sums of a first layer with this bias: for each input its largest row.
fn largest_sum(table: &[f32], bias: &[f32], inputs: &[Range<usize>]) -> f64 {
    let width = bias.len();
    let of_input = |rows: &Range<usize>| magnitude(&table[rows.start * width..rows.end * width]);
    inputs.iter().map(of_input).sum::<f64>() + magnitude(bias)
}

impl NetworkParts {
    /// Refuses weights of which a customer could make a sum that is not finite. `inputs` are the table
    /// rows of each input, of which a customer has one, or a point between two.
    pub(crate) fn check_sums(&self, inputs: &[Range<usize>]) -> Result<(), NetworkError> {
        // The largest sum of a layer bounds those of the next. The bound is loose, and a network that
        // was trained is far below it all the same.
        let mut largest = largest_sum(&self.table, &self.bias, inputs);
        let mut most = largest;
        for Layer { outputs, weight, bias } in &self.layers {
            let inputs = weight.len() / outputs;
            largest = largest * inputs as f64 * magnitude(weight) + magnitude(bias);
            most = most.max(largest);
        }
        let logit = largest * self.output.len() as f64 * magnitude(&self.output)
            + largest_sum(&self.direct, &[self.output_bias], inputs);
        if most.max(logit) <= MAXIMUM_SUM { Ok(()) } else { Err(NetworkError::Overflow) }
    }

    /// Refuses tensors that are no network whose first layer has `rows` table rows.
    pub(super) fn check(&self, rows: usize) -> Result<(), NetworkError> {
        let size = |what, maximum, found| {
            if found > maximum { Err(NetworkError::Size { what, maximum, found }) } else { Ok(()) }
        };
        size("hidden layers", MAXIMUM_LAYERS, self.layers.len() + 1)?;
        size("units in a layer", MAXIMUM_UNITS, self.units)?;
        let tensor = |name: String, expected: usize, values: &[f32]| {
            if values.len() != expected {
                return Err(NetworkError::Shape { tensor: name, expected, found: values.len() });
            }
            let sound = values.iter().all(|value| value.abs() <= MAXIMUM_WEIGHT);
            if sound { Ok(()) } else { Err(NetworkError::Weight { tensor: name }) }
        };
        tensor("table".into(), rows * self.units, &self.table)?;
        tensor("direct".into(), rows, &self.direct)?;
        tensor("bias".into(), self.units, &self.bias)?;
        let mut units = self.units;
        for (index, layer) in self.layers.iter().enumerate() {
            size("units in a layer", MAXIMUM_UNITS, layer.outputs)?;
            if layer.outputs == 0 || units == 0 {
                return Err(NetworkError::Shape { tensor: format!("layers.{index}.bias"), expected: 1, found: 0 });
            }
            tensor(format!("layers.{index}.weight"), units * layer.outputs, &layer.weight)?;
            tensor(format!("layers.{index}.bias"), layer.outputs, &layer.bias)?;
            units = layer.outputs;
        }
        tensor("output".into(), units, &self.output)?;
        tensor("output_bias".into(), 1, &[self.output_bias])
    }
}
