//! Inputs → logit → probability.

use tenure::artifact::Artifact;
use tenure::calibration::Calibration;
use tenure::encoding::{Input, Scale};

use super::graph::{Builder, Type};

/// The logit, `[batch]`. `values` are the numbers and codes of the inputs.
pub(super) fn logit(builder: &mut Builder, artifact: &Artifact, values: &[String]) -> String {
    let parts = artifact.network.parts();
    let units = parts.units;
    // The direct share is a unit before the others.
    let start: Vec<f32> = std::iter::once(parts.output_bias).chain(parts.bias.iter().copied()).collect();
    let mut sums = builder.weights(&start, &[1, units + 1]);
    for (input, value) in artifact.encoder.inputs().iter().zip(values) {
        let rows = input.first_row as usize..input.first_row as usize + input.row_count();
        let row = |row: usize| std::iter::once(&parts.direct[row]).chain(&parts.table[row * units..(row + 1) * units]);
        let table: Vec<f32> = rows.clone().flat_map(row).copied().collect();
        let share = share(builder, input, value, &table, units + 1);
        sums = builder.op("Add", &[&sums, &share]);
    }
    let flat = builder.wholes(&[-1], &[1]);
    if units == 0 {
        return builder.op("Reshape", &[&sums, &flat]);
    }
    let [zero, one, end, axis] = [0, 1, units as i64 + 1, 1].map(|number| builder.wholes(&[number], &[1]));
    let direct = builder.op("Slice", &[&sums, &zero, &one, &axis]);
    let mut hidden = builder.op("Slice", &[&sums, &one, &end, &axis]);
    hidden = builder.op("Relu", &[&hidden]);
    let mut width = units;
    for layer in &parts.layers {
        let weight = builder.weights(&layer.weight, &[width, layer.outputs]);
        let bias = builder.weights(&layer.bias, &[1, layer.outputs]);
        let product = builder.op("MatMul", &[&hidden, &weight]);
        let sum = builder.op("Add", &[&product, &bias]);
        hidden = builder.op("Relu", &[&sum]);
        width = layer.outputs;
    }
    let output = builder.weights(&parts.output, &[width, 1]);
    let product = builder.op("MatMul", &[&hidden, &output]);
    let logit = builder.op("Add", &[&direct, &product]);
    builder.op("Reshape", &[&logit, &flat])
}

/// What an input adds to the sums, `[batch, units]`.
fn share(builder: &mut Builder, input: &Input, value: &str, table: &[f32], units: usize) -> String {
    let rows = table.len() / units;
    let weights = builder.weights(table, &[rows, units]);
    let Scale::Number { knots } = &input.scale else { return builder.op("Gather", &[&weights, value]) };
    let last = knots.len() - 1;
    let is_missing = builder.op("IsNaN", &[value]);
    // As the scorer: in singles, clipped to the knots.
    let single = builder.cast(value, Type::Float);
    let (low, high) = (builder.floats(&knots[..1], &[]), builder.floats(&knots[last..], &[]));
    let known = builder.op("Where", &[&is_missing, &low, &single]);
    let clipped = builder.op("Clip", &[&known, &low, &high]);
    let bounds = builder.floats(&knots[1..], &[last]);
    let knot = builder.count_at_or_below(&clipped, &bounds);
    let gaps: Vec<f32> = knots.windows(2).map(|pair| pair[1] - pair[0]).chain([1.0]).collect();
    let (knots, gaps) = (builder.floats(knots, &[last + 1]), builder.floats(&gaps, &[last + 1]));
    let (from, gap) = (builder.op("Gather", &[&knots, &knot]), builder.op("Gather", &[&gaps, &knot]));
    let past = builder.op("Sub", &[&clipped, &from]);
    let way = builder.op("Div", &[&past, &gap]);
    let way = builder.cast(&way, Type::Double);
    let (missing, axis) = (builder.whole(last as i64 + 1), builder.wholes(&[1], &[1]));
    let row = builder.op("Where", &[&is_missing, &missing, &knot]);
    let way = builder.op("Unsqueeze", &[&way, &axis]);
    let mut steps: Vec<f32> = (0..last * units).map(|at| table[at + units] - table[at]).collect();
    steps.resize(table.len(), 0.0);
    let steps = builder.weights(&steps, &[rows, units]);
    let (at, step) = (builder.op("Gather", &[&weights, &row]), builder.op("Gather", &[&steps, &row]));
    let between = builder.op("Mul", &[&step, &way]);
    builder.op("Add", &[&at, &between])
}

/// The probability of a logit.
pub(super) fn probability(builder: &mut Builder, calibration: &Calibration, logit: &str) -> String {
    match calibration {
        Calibration::Temperature { temperature } => {
            let temperature = builder.number(*temperature);
            let scaled = builder.op("Div", &[logit, &temperature]);
            builder.op("Sigmoid", &[&scaled])
        }
        Calibration::Isotonic { logits, probabilities } => {
            // A line for each piece: before the first knot, between two, after the last.
            let (mut from, mut slope, mut start) = (vec![0.0], vec![0.0], vec![probabilities[0]]);
            for (at, pair) in logits.windows(2).enumerate() {
                from.push(pair[0]);
                slope.push((probabilities[at + 1] - probabilities[at]) / (pair[1] - pair[0]));
                start.push(probabilities[at]);
            }
            from.push(0.0);
            slope.push(0.0);
            start.push(probabilities[probabilities.len() - 1]);
            let bounds = builder.doubles(logits);
            let piece = builder.count_at_or_below(logit, &bounds);
            let [from, slope, start] = [from, slope, start].map(|list| {
                let list = builder.doubles(&list);
                builder.op("Gather", &[&list, &piece])
            });
            let past = builder.op("Sub", &[logit, &from]);
            let rise = builder.op("Mul", &[&past, &slope]);
            builder.op("Add", &[&start, &rise])
        }
    }
}
