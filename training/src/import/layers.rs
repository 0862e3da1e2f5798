//! Layers by name → one network of hidden ReLU layers and a logit.

use tenure::network::{MAXIMUM_LAYERS, MAXIMUM_UNITS};

use super::description::Step;
use super::weights::Weights;
use crate::folded::{FoldedLayer, FoldedNetwork};

/// What can be imported, for messages.
const KNOWN: &str = "Linear, BatchNorm1d, ReLU, Dropout, Identity, and Sigmoid or Softmax at the end";

/// `x → x · weight + bias`, `weight` as `[inputs][outputs]`.
struct Affine {
    inputs: usize,
    outputs: usize,
    weight: Vec<f64>,
    bias: Vec<f64>,
}

/// What has been read since the last ReLU.
struct Since {
    /// A batch norm before the first linear layer: scale and shift of each value.
    norm: Option<(Vec<f64>, Vec<f64>)>,
    affine: Option<Affine>,
}

/// The network, or `None` with what is wrong in `problems`. `inputs` are the columns of the description.
pub(super) fn fold(
    steps: &[Step],
    weights: &Weights,
    inputs: usize,
    problems: &mut Vec<String>,
) -> Option<FoldedNetwork> {
    let before = problems.len();
    let folded = Folding { weights, width: inputs, since: Since { norm: None, affine: None }, layers: Vec::new() };
    let folded = folded.run(steps, inputs, problems);
    let belongs = |name: &str| {
        let of = |step: &Step| name.strip_prefix(&*step.name).and_then(|rest| rest.strip_prefix('.'));
        name.ends_with(".num_batches_tracked") || steps.iter().filter_map(of).any(|rest| !rest.contains('.'))
    };
    for name in weights.names().filter(|name| !belongs(name)) {
        problems
            .push(format!("tensor `{name}` belongs to no layer of the description; add its layer, or leave it out"));
    }
    folded.filter(|_| problems.len() == before)
}

struct Folding<'a> {
    weights: &'a Weights,
    /// Values between the last step and the next.
    width: usize,
    since: Since,
    layers: Vec<FoldedLayer>,
}

impl Folding<'_> {
    fn run(mut self, steps: &[Step], inputs: usize, problems: &mut Vec<String>) -> Option<FoldedNetwork> {
        for (at, step) in steps.iter().enumerate() {
            let is_last = at + 1 == steps.len();
            let Step { name, kind, .. } = step;
            let done = match kind.as_str() {
                _ if step.training => Err(format!(
                    "layer `{name}` ({kind}) works as in training, so the model has no one probability; call eval() \
                     before you describe it"
                )),
                "Linear" => self.linear(step),
                "BatchNorm1d" => self.norm(step),
                "ReLU" => self.relu(step),
                "Dropout" | "Identity" => Ok(()),
                "Sigmoid" if is_last && self.width == 1 => Ok(()),
                "Softmax" if is_last && self.width == 2 => Ok(()),
                "Sigmoid" | "Softmax" if is_last => Err(format!(
                    "layer `{name}` ({kind}) has {} values: Sigmoid takes 1 and Softmax 2, because only models of two \
                     classes can be imported",
                    self.width
                )),
                _ => Err(format!("layer `{name}` is {}: only {KNOWN} can be imported", named(kind))),
            };
            if let Err(problem) = done {
                problems.push(problem);
                // Later widths would be wrong too.
                let later = steps[at + 1..].iter();
                let unknown = |step: &&Step| {
                    let known = ["Linear", "BatchNorm1d", "ReLU", "Dropout", "Identity", "Sigmoid", "Softmax"];
                    !known.contains(&&*step.kind)
                };
                problems.extend(later.filter(unknown).map(|Step { name, kind, .. }| {
                    format!("layer `{name}` is {}: only {KNOWN} can be imported", named(kind))
                }));
                return None;
            }
        }
        let last = steps.iter().rfind(|step| step.kind == "Linear").map_or("", |step| &step.name);
        let Some(affine) = self.since.affine.take().filter(|_| self.width <= 2) else {
            problems.push(match self.width {
                width if width > 2 => format!(
                    "layer `{last}` has {width} outputs: only models of two classes, with one output or two, can be \
                     imported"
                ),
                _ => format!("the layers end without a Linear layer of one output; only {KNOWN} can be imported"),
            });
            return None;
        };
        if self.layers.len() > MAXIMUM_LAYERS {
            problems.push(format!("the model has {} hidden layers, at most {MAXIMUM_LAYERS}", self.layers.len()));
            return None;
        }
        // Of two outputs the second is that of customers who left.
        let (weight, bias) = match affine.outputs {
            1 => (affine.weight, affine.bias[0]),
            _ => {
                (affine.weight.chunks_exact(2).map(|pair| pair[1] - pair[0]).collect(), affine.bias[1] - affine.bias[0])
            }
        };
        let (direct, output) = if self.layers.is_empty() { (weight, Vec::new()) } else { (vec![0.0; inputs], weight) };
        Some(FoldedNetwork { direct, layers: self.layers, output, output_bias: bias })
    }

    fn linear(&mut self, Step { name, .. }: &Step) -> Result<(), String> {
        let tensor = format!("{name}.weight");
        let values = self.weights.values(&tensor)?;
        let shape = self.weights.shape(&tensor).unwrap_or_default();
        let &[outputs, inputs] = shape else {
            return Err(format!("tensor `{tensor}` must have two dimensions, [outputs, inputs] (got {shape:?})"));
        };
        if inputs != self.width {
            let what = if self.layers.is_empty() && self.since.affine.is_none() {
                "the inputs of the description are"
            } else {
                "the layers before it give"
            };
            return Err(format!("layer `{name}` takes {inputs} columns, {what} {}", self.width));
        }
        if outputs > MAXIMUM_UNITS || outputs == 0 {
            return Err(format!("layer `{name}` has {outputs} outputs, 1 to {MAXIMUM_UNITS} can be imported"));
        }
        let bias = self.vector(name, "bias", outputs, 0.0, true)?;
        // `[outputs][inputs]` becomes `[inputs][outputs]`.
        let mut weight: Vec<f64> =
            (0..inputs).flat_map(|input| (0..outputs).map(move |unit| values[unit * inputs + input])).collect();
        let mut own = bias;
        if let Some((scale, shift)) = self.since.norm.take() {
            for (row, (scale, shift)) in weight.chunks_exact_mut(outputs).zip(scale.iter().zip(&shift)) {
                own.iter_mut().zip(&*row).for_each(|(bias, weight)| *bias += shift * weight);
                row.iter_mut().for_each(|weight| *weight *= scale);
            }
        }
        let next = Affine { inputs, outputs, weight, bias: own };
        self.since.affine = Some(match self.since.affine.take() {
            None => next,
            Some(before) => before.then(&next),
        });
        self.width = outputs;
        Ok(())
    }

    fn norm(&mut self, Step { name, epsilon, .. }: &Step) -> Result<(), String> {
        let width = self.width;
        let gamma = self.vector(name, "weight", width, 1.0, true)?;
        let beta = self.vector(name, "bias", width, 0.0, true)?;
        let mean = self.vector(name, "running_mean", width, 0.0, false)?;
        let variance = self.vector(name, "running_var", width, 1.0, false)?;
        if variance.iter().any(|variance| *variance < 0.0 || variance + epsilon <= 0.0) {
            return Err(format!("tensor `{name}.running_var` has a variance that is not above 0"));
        }
        let scale: Vec<f64> = gamma.iter().zip(&variance).map(|(gamma, v)| gamma / (v + epsilon).sqrt()).collect();
        let shift: Vec<f64> =
            beta.iter().zip(&mean).zip(&scale).map(|((beta, mean), scale)| beta - mean * scale).collect();
        match (&mut self.since.affine, &mut self.since.norm) {
            (Some(affine), _) => {
                for row in affine.weight.chunks_exact_mut(affine.outputs) {
                    row.iter_mut().zip(&scale).for_each(|(weight, scale)| *weight *= scale);
                }
                affine.bias.iter_mut().zip(scale.iter().zip(&shift)).for_each(|(bias, (scale, shift))| {
                    *bias = *bias * scale + shift;
                });
            }
            (None, Some((first, offset))) => {
                first.iter_mut().zip(&scale).for_each(|(first, scale)| *first *= scale);
                offset.iter_mut().zip(scale.iter().zip(&shift)).for_each(|(offset, (scale, shift))| {
                    *offset = *offset * scale + shift;
                });
            }
            (None, empty) => *empty = Some((scale, shift)),
        }
        Ok(())
    }

    fn relu(&mut self, Step { name, .. }: &Step) -> Result<(), String> {
        match self.since.affine.take() {
            Some(Affine { inputs, outputs, weight, bias }) => {
                self.layers.push(FoldedLayer { inputs, outputs, weight, bias });
                Ok(())
            }
            // A second ReLU changes nothing.
            None if !self.layers.is_empty() && self.since.norm.is_none() => Ok(()),
            None => Err(format!("layer `{name}` is a ReLU without a Linear layer before it; put one there")),
        }
    }

    /// A vector of a layer; where it is absent and may be, `width` times the default.
    fn vector(&self, layer: &str, what: &str, width: usize, default: f64, may_miss: bool) -> Result<Vec<f64>, String> {
        let tensor = format!("{layer}.{what}");
        if may_miss && self.weights.shape(&tensor).is_none() {
            return Ok(vec![default; width]);
        }
        let values = self.weights.values(&tensor)?;
        let shape = self.weights.shape(&tensor).unwrap_or_default();
        if *shape != [width] {
            return Err(format!("tensor `{tensor}` must have the shape [{width}] (got {shape:?})"));
        }
        Ok(values.to_vec())
    }
}

impl Affine {
    /// This one and then another, as one.
    fn then(self, next: &Affine) -> Affine {
        let mut weight = vec![0.0; self.inputs * next.outputs];
        let mut bias = next.bias.clone();
        let add = |sums: &mut [f64], units: &[f64]| {
            for (unit, row) in units.iter().zip(next.weight.chunks_exact(next.outputs)) {
                sums.iter_mut().zip(row).for_each(|(sum, weight)| *sum += unit * weight);
            }
        };
        for (sums, units) in weight.chunks_exact_mut(next.outputs).zip(self.weight.chunks_exact(self.outputs)) {
            add(sums, units);
        }
        add(&mut bias, &self.bias);
        Affine { inputs: self.inputs, outputs: next.outputs, weight, bias }
    }
}

fn named(kind: &str) -> String {
    if kind.is_empty() { "of no kind".into() } else { kind.to_owned() }
}
