//! A logistic regression: it finds sums, differences and, on logarithms, ratios.

use super::learner::Fitted;
use super::sample::Sample;

/// More fields take too long.
const MAXIMUM_FIELDS: usize = 48;
/// Rows that are enough to fit on.
const ROWS: usize = 2000;
const ITERATIONS: usize = 12;
/// Classes that can be separated would have no finite fit.
const PENALTY: f64 = 0.01;

/// Fits by iteratively reweighted least squares. Each field is a number, its logarithm, and whether
/// it is missing.
pub(super) fn fit(sample: &Sample, set: &[usize], fold: usize, train: &[u32], test: &[u32]) -> Fitted {
    if set.len() > MAXIMUM_FIELDS {
        return Fitted { logits: vec![0.0; test.len()], importance: vec![0.0; set.len()] };
    }
    // Rows stand by class, so rows at equal distances have the classes in their proportion.
    let train: Vec<u32> = train.iter().copied().step_by(train.len().div_ceil(ROWS).max(1)).collect();
    let mut columns: Vec<(usize, Vec<f64>)> = Vec::new();
    for (at, &field) in set.iter().enumerate() {
        let values = &sample.fields[field].of(fold).values;
        let logarithm = |value: &f64| value.abs().ln_1p().copysign(*value);
        let is_missing = |value: &f64| f64::from(u8::from(value.is_nan()));
        for column in [values.clone(), values.iter().map(logarithm).collect(), values.iter().map(is_missing).collect()]
        {
            columns.extend(scaled(column, &train).map(|column| (at, column)));
        }
    }
    columns.push((usize::MAX, vec![1.0; sample.labels.len()]));
    let row = |row: u32| columns.iter().map(move |(_, column)| column[row as usize]).collect::<Vec<f64>>();
    let rows: Vec<Vec<f64>> = train.iter().map(|&at| row(at)).collect();
    let labels: Vec<f64> = train.iter().map(|&row| f64::from(u8::from(sample.labels[row as usize]))).collect();
    let weights = weights(&rows, &labels, columns.len());
    let mut importance = vec![0.0; set.len()];
    for ((at, _), weight) in columns.iter().zip(&weights).filter(|((at, _), _)| *at < set.len()) {
        importance[*at] += weight.abs();
    }
    Fitted { logits: test.iter().map(|&at| dot(&row(at), &weights)).collect(), importance }
}

/// The column with mean 0 and variance 1 on the training rows, 0 where it is missing; nothing for one
/// that is constant there.
fn scaled(mut column: Vec<f64>, train: &[u32]) -> Option<Vec<f64>> {
    let known: Vec<f64> = train.iter().map(|&row| column[row as usize]).filter(|value| !value.is_nan()).collect();
    let mean = known.iter().sum::<f64>() / known.len().max(1) as f64;
    let deviation = (known.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / known.len().max(1) as f64).sqrt();
    if !deviation.is_normal() {
        return None;
    }
    let scale = |value: f64| if value.is_nan() { 0.0 } else { (value - mean) / deviation };
    column.iter_mut().for_each(|value| *value = scale(*value));
    Some(column)
}

fn weights(rows: &[Vec<f64>], labels: &[f64], size: usize) -> Vec<f64> {
    let mut weights = vec![0.0; size];
    for _ in 0..ITERATIONS {
        let mut slope: Vec<f64> = weights.iter().map(|weight| -PENALTY * weight).collect();
        let mut curvature = vec![0.0; size * size];
        for (row, label) in rows.iter().zip(labels) {
            let probability = 1.0 / (1.0 + (-dot(row, &weights)).exp());
            let weight = (probability * (1.0 - probability)).max(1e-6);
            for (at, value) in row.iter().enumerate() {
                slope[at] += (label - probability) * value;
                let weighed = weight * value;
                for (sum, other) in curvature[at * size..].iter_mut().zip(&row[..=at]) {
                    *sum += weighed * other;
                }
            }
        }
        (0..size).for_each(|at| curvature[at * size + at] += PENALTY);
        let step = solve(curvature, slope, size);
        weights.iter_mut().zip(&step).for_each(|(weight, step)| *weight += step.clamp(-2.0, 2.0));
        if step.iter().all(|step| step.abs() < 1e-3) {
            break;
        }
    }
    weights
}

/// Solves a symmetric, positive definite system, of which the lower half is given, by Cholesky's
/// decomposition.
fn solve(mut matrix: Vec<f64>, mut right: Vec<f64>, size: usize) -> Vec<f64> {
    for row in 0..size {
        for column in 0..=row {
            let product: f64 = (0..column).map(|at| matrix[row * size + at] * matrix[column * size + at]).sum();
            let rest = matrix[row * size + column] - product;
            matrix[row * size + column] =
                if row == column { rest.max(1e-12).sqrt() } else { rest / matrix[column * size + column] };
        }
    }
    for row in 0..size {
        let product: f64 = (0..row).map(|at| matrix[row * size + at] * right[at]).sum();
        right[row] = (right[row] - product) / matrix[row * size + row];
    }
    for row in (0..size).rev() {
        let product: f64 = (row + 1..size).map(|at| matrix[at * size + row] * right[at]).sum();
        right[row] = (right[row] - product) / matrix[row * size + row];
    }
    right
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}
