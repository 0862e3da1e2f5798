//! Boosted trees on bins: they find thresholds, and conditions that must hold together.

use super::learner::Fitted;
use super::sample::{BINS, Sample};

const ROUNDS: usize = 40;
const DEPTH: usize = 3;
const LEARNING_RATE: f64 = 0.3;
const PENALTY: f64 = 1.0;
/// Below it a leaf has too few rows.
const LEAST_CURVATURE: f64 = 0.3;

/// Sums of the loss's first and second derivatives.
type Sums = [f64; 2];

/// A split of a node: at and above the bin, rows go right.
#[derive(Clone, Copy, Default)]
struct Split {
    at: usize,
    bin: u8,
    gain: f64,
}

/// Fits Newton steps on the log-loss (Chen & Guestrin 2016, XGBoost).
pub(super) fn fit(sample: &Sample, set: &[usize], fold: usize, train: &[u32], test: &[u32]) -> Fitted {
    let bins: Vec<&[u8]> = set.iter().map(|&field| &sample.fields[field].of(fold).bins[..]).collect();
    let label = |row: u32| f64::from(u8::from(sample.labels[row as usize]));
    let rate = train.iter().map(|&row| label(row)).sum::<f64>() / train.len() as f64;
    let mut logits = vec![(rate / (1.0 - rate)).ln(); sample.labels.len()];
    let mut importance = vec![0.0; set.len()];
    let both: Vec<u32> = train.iter().chain(test).copied().collect();
    let mut sums = vec![[0.0; 2]; sample.labels.len()];
    let mut node = vec![0usize; sample.labels.len()];
    for _ in 0..ROUNDS {
        for &row in train {
            let probability = 1.0 / (1.0 + (-logits[row as usize]).exp());
            sums[row as usize] = [label(row) - probability, probability * (1.0 - probability)];
        }
        both.iter().for_each(|&row| node[row as usize] = 0);
        for depth in 0..DEPTH {
            let splits = splits(&bins, &sums, &node, train, 1 << depth);
            splits.iter().for_each(|split| importance[split.at] += split.gain);
            for &row in &both {
                let Split { at, bin, gain } = splits[node[row as usize]];
                let right = gain > 0.0 && bins[at][row as usize] >= bin;
                node[row as usize] = 2 * node[row as usize] + usize::from(right);
            }
        }
        let mut leaves = [[0.0; 2]; 1 << DEPTH];
        train.iter().for_each(|&row| add(&mut leaves[node[row as usize]], sums[row as usize]));
        for &row in &both {
            let [slope, curvature] = leaves[node[row as usize]];
            logits[row as usize] += LEARNING_RATE * slope / (curvature + PENALTY);
        }
    }
    Fitted { logits: test.iter().map(|&row| logits[row as usize]).collect(), importance }
}

/// The best split of each node; one without gain leaves the node whole.
fn splits(bins: &[&[u8]], sums: &[Sums], node: &[usize], train: &[u32], nodes: usize) -> Vec<Split> {
    let mut best = vec![Split::default(); nodes];
    let mut histogram = vec![[0.0; 2]; nodes * BINS];
    let score = |[slope, curvature]: Sums| slope * slope / (curvature + PENALTY);
    for (at, bins) in bins.iter().enumerate() {
        histogram.fill([0.0; 2]);
        for &row in train {
            let row = row as usize;
            add(&mut histogram[node[row] * BINS + usize::from(bins[row])], sums[row]);
        }
        for (best, histogram) in best.iter_mut().zip(histogram.chunks(BINS)) {
            let mut whole = [0.0; 2];
            histogram.iter().for_each(|sums| add(&mut whole, *sums));
            let mut left = [0.0; 2];
            for bin in 1..BINS {
                add(&mut left, histogram[bin - 1]);
                let right = [whole[0] - left[0], whole[1] - left[1]];
                if left[1].min(right[1]) < LEAST_CURVATURE {
                    continue;
                }
                let gain = score(left) + score(right) - score(whole);
                if gain > best.gain.max(1e-9) {
                    *best = Split { at, bin: bin as u8, gain };
                }
            }
        }
    }
    best
}

fn add(sums: &mut Sums, more: Sums) {
    sums[0] += more[0];
    sums[1] += more[1];
}
