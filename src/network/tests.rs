use super::*;

/// Weights that look random and are the same everywhere.
pub(crate) fn weights(count: usize, seed: u32) -> Vec<f32> {
    let mut state = seed.wrapping_mul(2_654_435_769).wrapping_add(12_345);
    let mut next = || {
        state = state.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
        (state >> 8) as f32 / (1 << 23) as f32 - 1.0
    };
    (0..count).map(|_| next()).collect()
}

pub(crate) fn parts(rows: usize, hidden: &[usize]) -> NetworkParts {
    let units = hidden.first().copied().unwrap_or(0);
    let layer =
        |pair: &[usize]| Layer { outputs: pair[1], weight: weights(pair[0] * pair[1], 7), bias: weights(pair[1], 8) };
    NetworkParts {
        units,
        table: weights(rows * units, 1),
        direct: weights(rows, 2),
        bias: weights(units, 3),
        layers: hidden.windows(2).map(layer).collect(),
        output: weights(hidden.last().copied().unwrap_or(0), 4),
        output_bias: 0.25,
    }
}

/// The definition, in f64, without padding or lanes.
fn reference(parts: &NetworkParts, features: &Features, customer: usize) -> f64 {
    let inputs = features.rows.len() / features.capacity();
    let at = |values: &[f32], row: usize, column: usize, width: usize, fraction: f32| {
        let here = f64::from(values[row * width + column]);
        let next = values.get((row + 1) * width + column).map_or(0.0, |&next| f64::from(next));
        here + if fraction == 0.0 { 0.0 } else { (next - here) * f64::from(fraction) }
    };
    let sum = |values: &[f32], column, width| -> f64 {
        (0..inputs)
            .map(|input| {
                let (row, fraction) = features.get(input, customer);
                at(values, row as usize, column, width, fraction)
            })
            .sum()
    };
    let mut hidden: Vec<f64> =
        (0..parts.units).map(|unit| f64::from(parts.bias[unit]) + sum(&parts.table, unit, parts.units)).collect();
    for layer in &parts.layers {
        hidden = (0..layer.outputs)
            .map(|output| {
                let products = hidden.iter().enumerate();
                let products = products
                    .map(|(input, value)| value.max(0.0) * f64::from(layer.weight[input * layer.outputs + output]));
                f64::from(layer.bias[output]) + products.sum::<f64>()
            })
            .collect();
    }
    let products = hidden.iter().zip(&parts.output).map(|(value, &weight)| value.max(0.0) * f64::from(weight));
    f64::from(parts.output_bias) + products.sum::<f64>() + sum(&parts.direct, 0, 1)
}

pub(crate) fn features(inputs: usize, rows: usize, customers: usize) -> Features {
    let mut features = Features::new(inputs, customers);
    for (at, value) in weights(inputs * customers, 5).into_iter().enumerate() {
        features.rows[at] = ((value + 1.0) * 0.49 * rows as f32) as u32;
        features.fractions[at] = if at % 3 == 0 { (value + 1.0) / 2.0 } else { 0.0 };
    }
    features
}

#[test]
fn every_shape_matches_the_definition() {
    for hidden in [&[][..], &[1], &[3], &[16], &[64], &[16, 8], &[20, 9], &[7, 5, 3]] {
        let parts = parts(30, hidden);
        let network = Network::new(30, parts.clone()).unwrap();
        let features = features(6, 30, 11);
        let mut logits = [0.0; 11];
        network.logits(&features, 11, &mut network.scratch(), &mut logits);
        for (customer, &logit) in logits.iter().enumerate() {
            let expected = reference(&parts, &features, customer);
            assert!(
                (f64::from(logit) - expected).abs() < 1e-5 * (1.0 + expected.abs()),
                "{hidden:?}: {logit} {expected}"
            );
        }
    }
}

/// Networks side by side: every layer's weights are zero but for a block of inputs for each.
#[test]
fn blocks_of_weights_match_the_definition() {
    for (hidden, blocks) in [(&[16, 16][..], 2), (&[24, 24, 24], 3), (&[10, 15, 5], 5), (&[12, 9], 3)] {
        let mut parts = parts(30, hidden);
        let mut inputs = parts.units;
        for layer in &mut parts.layers {
            for (at, weight) in layer.weight.iter_mut().enumerate() {
                let (input, output) = (at / layer.outputs, at % layer.outputs);
                if input / (inputs / blocks) != output / (layer.outputs / blocks) {
                    *weight = 0.0;
                }
            }
            inputs = layer.outputs;
        }
        let network = Network::new(30, parts.clone()).unwrap();
        let products: usize = hidden.windows(2).map(|pair| pair[0] * pair[1] / blocks).sum();
        assert_eq!(network.multiply_adds(6), 6 * (hidden[0] + 1) + products + hidden[hidden.len() - 1]);
        let features = features(6, 30, 11);
        let mut logits = [0.0; 11];
        network.logits(&features, 11, &mut network.scratch(), &mut logits);
        for (customer, &logit) in logits.iter().enumerate() {
            let expected = reference(&parts, &features, customer);
            let error = (f64::from(logit) - expected).abs();
            assert!(error < 1e-5 * (1.0 + expected.abs()), "{hidden:?}: {logit} {expected}");
        }
    }
}

#[test]
fn one_customer_and_a_batch_agree_bit_for_bit() {
    let network = Network::new(30, parts(30, &[16, 8])).unwrap();
    let batch = features(6, 30, 11);
    let mut logits = [0.0; 11];
    network.logits(&batch, 11, &mut network.scratch(), &mut logits);
    for (customer, logit) in logits.iter().enumerate() {
        let mut one = Features::new(6, 1);
        for input in 0..6 {
            (one.rows[input], one.fractions[input]) = batch.get(input, customer);
        }
        assert_eq!(network.logit(&one, &mut network.scratch()).to_bits(), logit.to_bits());
    }
}

#[test]
fn broken_parts_are_refused() {
    let refuse = |change: fn(&mut NetworkParts)| {
        let mut parts = parts(30, &[16, 8]);
        change(&mut parts);
        Network::new(30, parts).unwrap_err().to_string()
    };
    assert!(refuse(|parts| parts.table.truncate(479)).contains("`table` has 479 values, the network needs 480"));
    assert!(refuse(|parts| parts.direct[3] = f32::NAN).contains("`direct`"));
    assert!(refuse(|parts| parts.layers[0].weight[1] = f32::INFINITY).contains("`layers.0.weight`"));
    assert!(refuse(|parts| parts.output_bias = 1e9).contains("`output_bias`"));
    assert!(refuse(|parts| parts.output.push(0.0)).contains("`output`"));
    assert!(refuse(|parts| parts.units = 2000).contains("2000 units"));
    assert!(refuse(|parts| parts.layers = vec![parts.layers[0].clone(); 9]).contains("hidden layers"));
}
