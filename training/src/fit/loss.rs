//! The log-loss of logits.

use super::rows::DenseRows;
use crate::logistic::{self, loss_and_probability, softplus};

/// The mean log-loss of logits, in f64, with positive rows weighted.
pub(crate) fn log_loss(logits: impl Iterator<Item = f64>, labels: &[bool], positive_weight: f64) -> f64 {
    let loss =
        |(logit, &label): (f64, &bool)| logistic::log_loss(logit, label) * if label { positive_weight } else { 1.0 };
    logits.zip(labels).map(loss).sum::<f64>() / labels.len() as f64
}

/// The mean Kullback-Leibler divergence of the logits' probabilities from the targets of the rows:
/// what the logits would lose in log-loss if the targets were the truth.
pub(super) fn divergence(logits: &[f32], rows: &dyn DenseRows) -> f64 {
    let entropy = |target: f32| {
        let part = |share: f32| if share > 0.0 { -share * share.ln() } else { 0.0 };
        part(target) + part(1.0 - target)
    };
    let of = |(row, &logit): (usize, &f32)| {
        let target = rows.target(row);
        f64::from(loss_and_probability(logit, target).0 - entropy(target))
    };
    logits.iter().enumerate().map(of).sum::<f64>() / logits.len() as f64
}

/// The weight of a row whose log-loss then has the gradient of the focal loss: with p =
/// sigmoid(`logit`) given to what happened, the slope of `-(1 - p)^gamma ln p` is the slope of `-ln
/// p` times `(1 - p)^gamma (1 - gamma p ln p / (1 - p))`. The network's probabilities are taken
/// without dropout.
pub(super) fn focal_weight(logit: f32, gamma: f32) -> f32 {
    let (logit, gamma) = (f64::from(logit), f64::from(gamma));
    let log_p = -softplus(-logit);
    let (p, other) = (log_p.exp(), (-softplus(logit)).exp());
    // Where p is 1 to the last bit, the second part is 0 times infinity, and the weight is 0.
    (other.powf(gamma) - gamma * p * log_p * other.powf(gamma - 1.0)).max(0.0) as f32
}
