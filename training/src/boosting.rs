//! Boosted symmetric trees on bins: every node of a level asks the same question, so a tree is a
//! handful of questions and a table of leaves (as in CatBoost; Prokhorenkova et al. 2018). Each tree
//! is a Newton step of the log-loss (Chen and Guestrin 2016) on rows that are weighted at random
//! (Bayesian bootstrap; Rubin 1981).
//!
//! Sums run in the order of the rows on one thread, so the same seed gives the same bits on any
//! number of threads.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use serde_json::{Value, json};

use crate::logistic::{log_loss, softplus};

/// The bin of a missing value; other values have that of how many edges they reach, plus 1.
const MISSING: u8 = 0;
/// Bins of a number beside that for missing.
const BINS: usize = 64;

/// How trees are boosted.
#[derive(Clone, Debug, PartialEq)]
pub struct TreeParams {
    /// Trees at most.
    pub rounds: usize,
    /// Questions of a tree.
    pub depth: usize,
    pub learning_rate: f64,
    /// L2 penalty on the leaves.
    pub penalty: f64,
    /// Boosting ends when the validation loss has not fallen for this number of trees.
    pub patience: usize,
    /// Fits from different seeds, averaged.
    pub seeds: usize,
}

impl Default for TreeParams {
    fn default() -> TreeParams {
        TreeParams { rounds: 1000, depth: 5, learning_rate: 0.05, penalty: 3.0, patience: 50, seeds: 2 }
    }
}

impl TreeParams {
    /// The form in an identity; see `FitConfig`.
    pub(crate) fn canonical(&self) -> Value {
        let TreeParams { rounds, depth, learning_rate, penalty, patience, seeds } = self;
        json!({
            "rounds": rounds, "depth": depth, "learning_rate": learning_rate, "penalty": penalty, "patience": patience,
            "seeds": seeds,
        })
    }
}

/// Rows by input: `values[input][row]`, NaN where a value is missing.
pub struct Columns<'a> {
    pub values: &'a [Vec<f32>],
    pub labels: &'a [bool],
}

/// The losses after a tree.
pub struct Round {
    /// From 1.
    pub trees: usize,
    pub train_loss: f64,
    pub validation_loss: f64,
    pub best: usize,
    pub best_loss: f64,
}

/// Trees whose leaves are added up.
#[derive(Debug)]
pub struct Boosted {
    /// By input, ascending.
    edges: Vec<Vec<f32>>,
    base: f64,
    trees: Vec<Tree>,
}

#[derive(Debug)]
struct Tree {
    /// Input and bin; at and above the bin the answer is yes.
    questions: Vec<(usize, u8)>,
    /// By the answers as bits, the first question's highest.
    leaves: Vec<f32>,
}

/// Sums of the loss's first and second derivatives.
type Sums = [f64; 2];

impl Boosted {
    /// Fits trees to `train` until `validation` gains no more; `None` if `go_on` says no after a
    /// tree. Both classes must occur in `train`.
    pub fn fit(
        params: &TreeParams,
        seed: u64,
        train: &Columns,
        validation: &Columns,
        go_on: &mut dyn FnMut(&Round) -> bool,
    ) -> Option<Boosted> {
        let edges: Vec<Vec<f32>> = train.values.iter().map(|values| edges(values)).collect();
        let bins = binned(&edges, train.values);
        let of_validation = binned(&edges, validation.values);
        let rate = train.labels.iter().filter(|label| **label).count() as f64 / train.labels.len() as f64;
        let base = (rate / (1.0 - rate)).ln();
        let mut boosted = Boosted { edges, base, trees: Vec::new() };
        let mut grower = Grower::new(params, &bins, &boosted.edges, train.labels);
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut logits = vec![base; train.labels.len()];
        let mut judged = vec![base; validation.labels.len()];
        let (mut best, mut best_loss) = (0, mean_loss(&judged, validation.labels));
        while boosted.trees.len() < params.rounds.min(best + params.patience) {
            let tree = grower.tree(&logits, &mut random);
            tree.add(&bins, &mut logits);
            tree.add(&of_validation, &mut judged);
            boosted.trees.push(tree);
            let (trees, validation_loss) = (boosted.trees.len(), mean_loss(&judged, validation.labels));
            if validation_loss < best_loss {
                (best, best_loss) = (trees, validation_loss);
            }
            let train_loss = mean_loss(&logits, train.labels);
            if !go_on(&Round { trees, train_loss, validation_loss, best, best_loss }) {
                return None;
            }
        }
        boosted.trees.truncate(best);
        Some(boosted)
    }

    /// One logit for each row of `values`, by input.
    pub fn logits(&self, values: &[Vec<f32>]) -> Vec<f64> {
        let mut logits = vec![self.base; values.first().map_or(0, Vec::len)];
        let bins = binned(&self.edges, values);
        self.trees.iter().for_each(|tree| tree.add(&bins, &mut logits));
        logits
    }
}

impl Tree {
    /// Adds each row's leaf to its logit.
    fn add(&self, bins: &[Vec<u8>], logits: &mut [f64]) {
        let columns: Vec<(&[u8], u8)> = self.questions.iter().map(|&(input, bin)| (&bins[input][..], bin)).collect();
        for (row, logit) in logits.iter_mut().enumerate() {
            let leaf = columns.iter().fold(0, |leaf, (column, bin)| 2 * leaf + usize::from(column[row] >= *bin));
            *logit += f64::from(self.leaves[leaf]);
        }
    }
}

fn mean_loss(logits: &[f64], labels: &[bool]) -> f64 {
    logits.iter().zip(labels).map(|(&logit, &label)| log_loss(logit, label)).sum::<f64>() / labels.len() as f64
}

/// Between all values where they are few, else at quantiles.
fn edges(values: &[f32]) -> Vec<f32> {
    let mut sorted: Vec<f32> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f32::total_cmp);
    let mut distinct = sorted.clone();
    distinct.dedup();
    if distinct.len() <= BINS {
        return distinct.windows(2).map(|pair| pair[0] + (pair[1] - pair[0]) / 2.0).collect();
    }
    let mut edges: Vec<f32> = (1..BINS).map(|at| sorted[at * sorted.len() / BINS]).collect();
    edges.dedup();
    edges
}

fn binned(edges: &[Vec<f32>], values: &[Vec<f32>]) -> Vec<Vec<u8>> {
    let bin = |edges: &[f32], value: f32| {
        if value.is_nan() { MISSING } else { 1 + edges.partition_point(|edge| *edge <= value) as u8 }
    };
    edges.iter().zip(values).map(|(edges, values)| values.iter().map(|&value| bin(edges, value)).collect()).collect()
}

/// Grows trees on the same rows; its buffers are allocated once.
struct Grower<'a> {
    params: &'a TreeParams,
    bins: &'a [Vec<u8>],
    /// Bins of each input, that for missing included.
    counts: Vec<usize>,
    labels: &'a [bool],
    slopes: Vec<[f32; 2]>,
    node: Vec<u8>,
    histogram: Vec<[f32; 2]>,
}

impl<'a> Grower<'a> {
    fn new(params: &'a TreeParams, bins: &'a [Vec<u8>], edges: &[Vec<f32>], labels: &'a [bool]) -> Grower<'a> {
        let counts: Vec<usize> = edges.iter().map(|edges| edges.len() + 2).collect();
        let largest = counts.iter().max().copied().unwrap_or(0) << params.depth.saturating_sub(1);
        let (slopes, node) = (vec![[0.0; 2]; labels.len()], vec![0; labels.len()]);
        Grower { params, bins, counts, labels, slopes, node, histogram: vec![[0.0; 2]; largest] }
    }

    fn tree(&mut self, logits: &[f64], random: &mut ChaCha8Rng) -> Tree {
        for ((slopes, &label), &logit) in self.slopes.iter_mut().zip(self.labels).zip(logits) {
            let weight = -f64::ln(1.0 - random.random::<f64>());
            let probability = (-softplus(-logit)).exp();
            let slope = f64::from(u8::from(label)) - probability;
            *slopes = [(weight * slope) as f32, (weight * probability * (1.0 - probability)) as f32];
        }
        self.node.fill(0);
        let mut questions = Vec::with_capacity(self.params.depth);
        for depth in 0..self.params.depth {
            let Some((input, bin)) = self.question(1 << depth) else { break };
            let column = &self.bins[input];
            self.node.iter_mut().zip(column).for_each(|(node, own)| *node = 2 * *node + u8::from(*own >= bin));
            questions.push((input, bin));
        }
        let leaves = self.sums(1 << questions.len());
        let step = |[slope, curvature]: Sums| self.params.learning_rate * slope / (curvature + self.params.penalty);
        Tree { questions, leaves: leaves.into_iter().map(|sums| step(sums) as f32).collect() }
    }

    fn sums(&self, nodes: usize) -> Vec<Sums> {
        let mut sums = vec![[0.0; 2]; nodes];
        for (&node, &[slope, curvature]) in self.node.iter().zip(&self.slopes) {
            let sums = &mut sums[usize::from(node)];
            sums[0] += f64::from(slope);
            sums[1] += f64::from(curvature);
        }
        sums
    }

    /// The question that lowers the loss most, summed over the nodes of a level; the first of equal
    /// ones.
    fn question(&mut self, nodes: usize) -> Option<(usize, u8)> {
        let penalty = self.params.penalty;
        let score = |[slope, curvature]: Sums| slope * slope / (curvature + penalty);
        let whole = self.sums(nodes);
        let before: f64 = whole.iter().map(|&sums| score(sums)).sum();
        let mut best = None;
        // Less is rounding.
        let mut most = before + 1e-9;
        let mut below = vec![[0.0; 2]; nodes];
        for (input, &count) in self.counts.iter().enumerate() {
            let histogram = &mut self.histogram[..nodes * count];
            histogram.fill([0.0; 2]);
            for ((&node, &bin), &[slope, curvature]) in self.node.iter().zip(&self.bins[input]).zip(&self.slopes) {
                let sums = &mut histogram[usize::from(node) * count + usize::from(bin)];
                sums[0] += slope;
                sums[1] += curvature;
            }
            below.fill([0.0; 2]);
            for bin in 1..count {
                let mut after = 0.0;
                for (node, (below, whole)) in below.iter_mut().zip(&whole).enumerate() {
                    let [slope, curvature] = histogram[node * count + bin - 1];
                    *below = [below[0] + f64::from(slope), below[1] + f64::from(curvature)];
                    after += score(*below) + score([whole[0] - below[0], (whole[1] - below[1]).max(0.0)]);
                }
                if after > most {
                    (best, most) = (Some((input, bin as u8)), after);
                }
            }
        }
        best
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Rows of three inputs in which a customer leaves if exactly one of the first two is high;
    /// a sixth of the third is missing, and says nothing.
    fn rows(count: usize, seed: u64) -> (Vec<Vec<f32>>, Vec<bool>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let mut values = vec![Vec::new(); 3];
        let mut labels = Vec::new();
        for row in 0..count {
            let drawn: [f32; 3] = std::array::from_fn(|_| random.random());
            let leaves = (drawn[0] > 0.7) != (drawn[1] > 0.4);
            labels.push(random.random::<f32>() < if leaves { 0.9 } else { 0.1 });
            values.iter_mut().zip(drawn).for_each(|(values, drawn)| values.push(drawn));
            if row.is_multiple_of(6) {
                values[2][row] = f32::NAN;
            }
        }
        (values, labels)
    }

    fn fit(seed: u64) -> Boosted {
        let ((values, labels), (others, other_labels)) = (rows(2000, 1), rows(500, 2));
        let (train, validation) =
            (Columns { values: &values, labels: &labels }, Columns { values: &others, labels: &other_labels });
        Boosted::fit(&TreeParams::default(), seed, &train, &validation, &mut |_| true).unwrap()
    }

    #[test]
    fn an_exclusive_or_is_learned() {
        let boosted = fit(0);
        let (values, labels) = rows(2000, 3);
        let loss = mean_loss(&boosted.logits(&values), &labels);
        // The entropy of .1 is .3251.
        assert!(loss < 0.345, "{loss} with {} trees", boosted.trees.len());
        // Far values have the bins of the ends, and a missing value has one of its own.
        let far = [vec![9.0, -9.0], vec![-9.0, -9.0], vec![f32::NAN, 0.5]];
        let logits = boosted.logits(&far);
        assert!(logits[0] > 1.0 && logits[1] < -1.0, "{logits:?}");
    }

    #[test]
    fn the_same_seed_gives_the_same_bits_on_any_number_of_threads() {
        let bits =
            |boosted: &Boosted| -> Vec<u64> { boosted.logits(&rows(300, 4).0).into_iter().map(f64::to_bits).collect() };
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap();
        assert_eq!(bits(&fit(5)), alone.install(|| bits(&fit(5))));
        assert_ne!(bits(&fit(5)), bits(&fit(6)));
    }

    #[test]
    fn boosting_ends_where_nothing_is_to_learn_and_when_it_is_told_to() {
        let (values, _) = rows(400, 1);
        let labels: Vec<bool> = (0..400).map(|row| row % 3 == 0).collect();
        let columns = Columns { values: &values, labels: &labels };
        let mut last = 0;
        let params = TreeParams { patience: 5, ..TreeParams::default() };
        // The validation rows contradict the others.
        let opposite: Vec<bool> = labels.iter().map(|label| !label).collect();
        let others = Columns { values: &values, labels: &opposite };
        let none = Boosted::fit(&params, 0, &columns, &others, &mut |round| {
            last = round.trees;
            true
        });
        assert_eq!((none.unwrap().trees.len(), last), (0, 5));
        assert!(Boosted::fit(&params, 0, &columns, &columns, &mut |round| round.trees < 3).is_none());
    }

    #[test]
    fn values_lie_between_the_edges_of_their_bins() {
        assert_eq!(edges(&[3.0, 1.0, f32::NAN, 3.0, 2.0]), [1.5, 2.5]);
        assert_eq!(edges(&[f32::NAN]), [0.0; 0]);
        let many: Vec<f32> = (0..1000).map(|value| value as f32).collect();
        let of_many = edges(&many);
        assert_eq!(of_many.len(), BINS - 1);
        let bins = binned(&[of_many, vec![1.5]], &[vec![f32::NAN, -5.0, 999.0], vec![1.5, 1.0, f32::NAN]]);
        assert_eq!(bins, [[0, 1, BINS as u8], [2, 1, 0]]);
    }
}
