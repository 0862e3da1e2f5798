//! The weights of a blend: how much each model counts in a weighted mean of their logits.
//!
//! A logarithmic opinion pool (Genest and Zidek 1986): the weights are at least 0 and sum to 1, so
//! `n` models have `n - 1` degrees of freedom, and a pull towards equal weights takes most of those
//! where the models are about as good as each other.

use crate::logistic::{log_loss, softplus};

/// The pull of a weight towards its equal share, as rows: `PULL / 2` times the sum of the squared
/// distances is added to the sum of the rows' log-losses. A model that is worse by a hundredth of
/// log-loss on a thousand rows loses its weight all the same.
const PULL: f64 = 8.0;

/// A model with less weight is left out: asking it costs as much as asking any other.
const LEAST: f64 = 0.04;

/// Sweeps over the pairs of models; a dozen are enough.
const SWEEPS: usize = 100;

/// The weights of models by their logits on rows with known labels: those with the lowest log-loss
/// of the weighted mean, with the pull. Weights below [`LEAST`] are 0.
pub(super) fn weights(logits: &[&[f64]], labels: &[bool]) -> Vec<f64> {
    let mut kept: Vec<usize> = (0..logits.len()).collect();
    loop {
        let of_kept: Vec<&[f64]> = kept.iter().map(|&model| logits[model]).collect();
        let found = optimum(&of_kept, labels);
        let smallest = (0..found.len()).min_by(|&a, &b| found[a].total_cmp(&found[b])).expect("a model");
        if found.len() > 1 && found[smallest] < LEAST {
            kept.remove(smallest);
            continue;
        }
        let mut weights = vec![0.0; logits.len()];
        kept.iter().zip(found).for_each(|(&model, weight)| weights[model] = weight);
        return weights;
    }
}

/// The weighted mean of each row.
pub(super) fn blended(logits: &[&[f64]], weights: &[f64]) -> Vec<f64> {
    let mut mean = vec![0.0; logits.first().map_or(0, |logits| logits.len())];
    for (logits, weight) in logits.iter().zip(weights).filter(|(_, weight)| **weight > 0.0) {
        mean.iter_mut().zip(*logits).for_each(|(sum, logit)| *sum += weight * logit);
    }
    mean
}

/// What [`optimum`] minimises.
fn objective(logits: &[f64], labels: &[bool], weights: &[f64]) -> f64 {
    let share = 1.0 / weights.len() as f64;
    let losses = logits.iter().zip(labels).map(|(&logit, &label)| log_loss(logit, label));
    losses.sum::<f64>() + PULL / 2.0 * weights.iter().map(|weight| (weight - share).powi(2)).sum::<f64>()
}

/// Moves weight between two models at a time, by Newton steps, until no pair gains (sequential
/// minimal optimisation; the objective is convex).
fn optimum(logits: &[&[f64]], labels: &[bool]) -> Vec<f64> {
    let models = logits.len();
    let share = 1.0 / models as f64;
    let mut weights = vec![share; models];
    let mut mean = blended(logits, &weights);
    let mut value = objective(&mean, labels, &weights);
    for _ in 0..SWEEPS {
        let mut moved = 0.0f64;
        for to in 1..models {
            for from in 0..to {
                // Along the difference of the two models: slope and curvature at 0.
                let (mut slope, mut curvature) = (PULL * (weights[to] - weights[from]), 2.0 * PULL);
                for (row, &label) in labels.iter().enumerate() {
                    let difference = logits[to][row] - logits[from][row];
                    let probability = (-softplus(-mean[row])).exp();
                    slope += difference * (probability - f64::from(u8::from(label)));
                    curvature += difference * difference * probability * (1.0 - probability);
                }
                let mut step = (-slope / curvature).clamp(-weights[to], weights[from]);
                // A Newton step may overshoot where the loss bends less further on.
                while step.abs() > 1e-6 {
                    let mut tried = weights.clone();
                    tried[to] += step;
                    tried[from] -= step;
                    let mut at: Vec<f64> = mean.clone();
                    at.iter_mut()
                        .enumerate()
                        .for_each(|(row, mean)| *mean += step * (logits[to][row] - logits[from][row]));
                    let reached = objective(&at, labels, &tried);
                    if reached <= value {
                        moved = moved.max(step.abs());
                        (weights, mean, value) = (tried, at, reached);
                        break;
                    }
                    step /= 2.0;
                }
            }
        }
        if moved < 1e-4 {
            break;
        }
    }
    weights.iter_mut().for_each(|weight| *weight = weight.max(0.0));
    weights
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    /// Labels, and the logits of three models that know them through noise of these widths.
    fn models(rows: usize, noise: [f64; 3], seed: u64) -> (Vec<bool>, [Vec<f64>; 3]) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut logits = [const { Vec::new() }; 3];
        let mut labels = Vec::new();
        for _ in 0..rows {
            let truth = 4.0 * random.random::<f64>() - 2.5;
            labels.push(random.random::<f64>() < 1.0 / (1.0 + (-truth).exp()));
            for (logits, width) in logits.iter_mut().zip(noise) {
                let normal: f64 = (0..12).map(|_| random.random::<f64>() - 0.5).sum();
                logits.push(truth + width * normal);
            }
        }
        (labels, logits)
    }

    #[test]
    fn no_point_of_a_grid_is_better() {
        for (seed, noise) in
            [[0.5, 0.5, 0.5], [0.3, 0.8, 1.5], [2.0, 0.2, 3.0], [0.0, 1.0, 1.0]].into_iter().enumerate()
        {
            let (labels, logits) = models(600, noise, seed as u64);
            let logits: Vec<&[f64]> = logits.iter().map(|logits| &logits[..]).collect();
            let value = |weights: &[f64]| objective(&blended(&logits, weights), &labels, weights);
            let found = optimum(&logits, &labels);
            assert!(found.iter().all(|weight| *weight >= 0.0) && (found.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            let steps = 50;
            let points = (0..=steps).flat_map(|first| (0..=steps - first).map(move |second| (first, second)));
            let grid = points.map(|(first, second)| {
                [first, second, steps - first - second].map(|count| count as f64 / f64::from(steps))
            });
            let best = grid.min_by(|a, b| value(a).total_cmp(&value(b))).unwrap();
            assert!(value(&found) <= value(&best) + 1e-6, "{found:?} has {}, {best:?} {}", value(&found), value(&best));
            assert!(found.iter().zip(best).all(|(own, grid)| (own - grid).abs() < 0.03), "{found:?} {best:?}");
        }
    }

    #[test]
    fn equal_models_share_and_a_useless_one_is_left_out() {
        let (labels, [good, ..]) = models(800, [0.1, 0.0, 0.0], 9);
        let opposite: Vec<f64> = good.iter().map(|logit| -logit).collect();
        let found = weights(&[&good, &opposite, &good], &labels);
        assert_eq!(found[1], 0.0);
        assert!((found[0] - 0.5).abs() < 1e-6 && (found[2] - 0.5).abs() < 1e-6, "{found:?}");
        assert_eq!(weights(&[&opposite], &labels), [1.0]);
        assert_eq!(blended(&[&good, &opposite], &[0.5, 0.5]), vec![0.0; 800]);
    }
}
