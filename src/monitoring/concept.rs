//! What customers did against what the model said: measured performance, and whether the relation
//! between records and leaving has changed (concept drift).
//!
//! The test compares residuals (left − probability) of labelled rows with those of the reference:
//! their mean, and their mean weighted by the score. The first moves when all leave more often than
//! predicted, the second when the ranking gets worse. Both together are a chi-square variable of two
//! degrees of freedom if nothing moved (the score test of Cox's recalibration, for two samples). It is
//! used in place of ADWIN (Bifet & Gavaldà 2007), which watches the error rate of a stream and has to
//! learn first what is usual: it does not see a change that leaves the error rate as it is, and its
//! bound holds for any distribution, so it needs many times the labels.

use super::chance::chi_square_tail;
use super::compare::{estimate, number};
use super::expected::Estimate;
use super::reference::Reference;
use crate::json::{decimal, object};

/// The chance of an alarm if nothing moved.
pub const CONCEPT_SIGNIFICANCE: f64 = 0.01;

const MILLIONTH: f64 = 1e-6;

/// A row that was scored, and what the customer did.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct LabelledScore {
    /// The logit of the score.
    pub logit: f32,
    /// The probability.
    pub probability: f64,
    /// Whether the customer left.
    pub left: bool,
}

/// Labelled rows against the reference.
#[derive(Clone, Debug, PartialEq)]
pub struct Concept {
    /// Rows with a label.
    pub rows: u64,
    /// Share of those who left.
    pub rate: f64,
    /// The mean probability.
    pub mean_probability: f64,
    /// Measured area under the ROC curve; `None` unless some left and some stayed.
    pub roc_auc: Option<Estimate>,
    /// What the probabilities promise for these rows.
    pub expected_roc_auc: Option<f64>,
    /// Mean log-loss.
    pub log_loss: f64,
    /// Share of those at or above the threshold who left; `None` where there is nobody.
    pub precision: Option<f64>,
    /// Share of those who left that are at or above the threshold.
    pub recall: Option<f64>,
    /// The statistic of the test.
    pub statistic: f64,
    /// The chance of a statistic as large if nothing moved.
    pub p_value: f64,
    /// Whether the concept has moved.
    pub drifted: bool,
    /// Where the change is largest: the rows before it, in the order that they came in.
    pub since: Option<usize>,
}

impl Concept {
    /// Tests rows in the order of their time; `None` without a row, or where the reference has no
    /// outcomes because too few customers left.
    pub fn of(reference: &Reference, rows: &[LabelledScore]) -> Option<Concept> {
        let outcomes = &reference.outcomes;
        if rows.is_empty() || outcomes.ends.is_empty() {
            return None;
        }
        let n = rows.len() as f64;
        let weights = weights(reference);
        let group = |logit: f32| {
            let bin = reference.score_edges.partition_point(|&edge| edge <= logit) as u32;
            outcomes.ends.partition_point(|&end| end <= bin).min(outcomes.ends.len() - 1)
        };
        // Mean and weighted mean of the residuals, and their covariance.
        let mut current = Moments::default();
        let mut residuals = Vec::with_capacity(rows.len());
        for row in rows {
            let weight = weights[group(row.logit)];
            let residual = f64::from(u8::from(row.left)) - row.probability;
            residuals.push((residual, weight));
            current.add(weight, 1.0, residual, row.probability * (1.0 - row.probability));
        }
        let mut before = Moments::default();
        for (at, &weight) in weights.iter().enumerate() {
            let [sum, square] = [outcomes.sums[at], outcomes.squares[at]].map(|sum| sum as f64 * MILLIONTH);
            before.add(weight, outcomes.rows[at] as f64, outcomes.left[at] as f64 - sum, (sum - square).max(0.0));
        }
        let ([a, b], [v, c, w]) = current.minus(&before);
        let determinant = v * w - c * c;
        // Where the scores do not differ, only the mean can be compared.
        let (direction, degrees) = match determinant > 1e-12 * v * w {
            true => ([(w * a - c * b) / determinant, (v * b - c * a) / determinant], 2.0),
            false => ([if v > 0.0 { a / v } else { 0.0 }, 0.0], 1.0),
        };
        let statistic = direction[0] * a + direction[1] * b;
        let p_value = chi_square_tail(degrees, statistic);
        let drifted = p_value < CONCEPT_SIGNIFICANCE;
        let (rate, mean_probability) = (
            rows.iter().filter(|row| row.left).count() as f64 / n,
            rows.iter().map(|row| row.probability).sum::<f64>() / n,
        );
        let log_loss = |row: &LabelledScore| {
            let given = if row.left { row.probability } else { 1.0 - row.probability };
            -libm::log(given.clamp(f64::EPSILON, 1.0))
        };
        let above = rows.iter().filter(|row| row.probability >= reference.threshold);
        let (predicted, found) =
            above.fold((0.0, 0.0), |(rows, left), row| (rows + 1.0, left + f64::from(u8::from(row.left))));
        let areas = areas(rows);
        Some(Concept {
            rows: rows.len() as u64,
            rate,
            mean_probability,
            roc_auc: areas.measured.map(|(area, variance)| Estimate::of(area, variance, [0.0, 1.0])),
            expected_roc_auc: areas.expected,
            log_loss: rows.iter().map(log_loss).sum::<f64>() / n,
            precision: (predicted > 0.0).then(|| found / predicted),
            recall: (rate > 0.0).then(|| found / (rate * n)),
            statistic,
            p_value,
            drifted,
            since: drifted.then(|| change(&residuals, direction)),
        })
    }
}

impl Concept {
    /// The figures as JSON, as the npm package and `tenure monitor` give them.
    pub fn json(&self) -> String {
        object(&[
            ("rows", &self.rows.to_string()),
            ("rate", &decimal::text(self.rate)),
            ("meanProbability", &decimal::text(self.mean_probability)),
            ("rocAuc", &estimate(self.roc_auc)),
            ("expectedRocAuc", &number(self.expected_roc_auc)),
            ("logLoss", &decimal::text(self.log_loss)),
            ("precision", &number(self.precision)),
            ("recall", &number(self.recall)),
            ("statistic", &decimal::text(self.statistic)),
            ("pValue", &decimal::text(self.p_value)),
            ("drifted", if self.drifted { "true" } else { "false" }),
            ("since", &number(self.since.map(|rows| rows as f64))),
        ])
    }
}

/// By group: the log-odds of its mean probability, about 0 on average. Those of its leavers would do
/// as well if they were not part of the residuals that they weigh.
fn weights(reference: &Reference) -> Vec<f64> {
    let outcomes = &reference.outcomes;
    let logit = |(sum, rows): (&u64, &u64)| {
        let mean = (*sum as f64 * MILLIONTH / *rows as f64).clamp(1e-4, 1.0 - 1e-4);
        libm::log(mean / (1.0 - mean))
    };
    let logits: Vec<f64> = outcomes.sums.iter().zip(&outcomes.rows).map(logit).collect();
    let all: f64 = outcomes.rows.iter().map(|rows| *rows as f64).sum();
    let mean = logits.iter().zip(&outcomes.rows).map(|(logit, rows)| logit * *rows as f64).sum::<f64>() / all;
    logits.into_iter().map(|logit| logit - mean).collect()
}

/// Sums of residuals, plain and weighted, with what their squares are expected to be.
#[derive(Default)]
struct Moments {
    rows: f64,
    sums: [f64; 2],
    variances: [f64; 3],
}

impl Moments {
    fn add(&mut self, weight: f64, rows: f64, residual: f64, variance: f64) {
        self.rows += rows;
        self.sums[0] += residual;
        self.sums[1] += weight * residual;
        for (sum, factor) in self.variances.iter_mut().zip([1.0, weight, weight * weight]) {
            *sum += factor * variance;
        }
    }

    /// The difference of the means, and its covariance.
    fn minus(&self, other: &Moments) -> ([f64; 2], [f64; 3]) {
        let of = |at: usize| self.sums[at] / self.rows - other.sums[at] / other.rows;
        let both =
            |at: usize| self.variances[at] / (self.rows * self.rows) + other.variances[at] / (other.rows * other.rows);
        ([of(0), of(1)], [both(0), both(1), both(2)])
    }
}

/// The rows before the point where the sum of the residuals, in the direction of the change, is
/// farthest from a straight line.
fn change(residuals: &[(f64, f64)], direction: [f64; 2]) -> usize {
    let part = |(residual, weight): &(f64, f64)| residual * (direction[0] + direction[1] * weight);
    let mean = residuals.iter().map(part).sum::<f64>() / residuals.len() as f64;
    let (mut sum, mut farthest, mut place) = (0.0, 0.0, 0);
    for (at, residual) in residuals.iter().enumerate() {
        sum += part(residual) - mean;
        if f64::abs(sum) > farthest {
            (farthest, place) = (f64::abs(sum), at + 1);
        }
    }
    // At the end of the rows nothing follows: the change is older than the rows.
    if place == residuals.len() { 0 } else { place }
}

struct Areas {
    /// With its variance (DeLong et al. 1988).
    measured: Option<(f64, f64)>,
    expected: Option<f64>,
}

fn areas(rows: &[LabelledScore]) -> Areas {
    let mut ranked: Vec<&LabelledScore> = rows.iter().collect();
    ranked.sort_by(|a, b| a.logit.total_cmp(&b.logit));
    let left = rows.iter().filter(|row| row.left).count() as f64;
    let stayed = rows.len() as f64 - left;
    let promised: f64 = rows.iter().map(|row| row.probability).sum();
    let (mut wins, mut expected) = (0.0, 0.0);
    let mut places = Vec::new();
    // Of those below: who left, who stayed, and the expected number of the latter.
    let (mut left_below, mut stayed_below, mut stays_below) = (0.0, 0.0, 0.0);
    for ties in ranked.chunk_by(|a, b| a.logit == b.logit) {
        let leavers = ties.iter().filter(|row| row.left).count() as f64;
        let stayers = ties.len() as f64 - leavers;
        let sum: f64 = ties.iter().map(|row| row.probability).sum();
        wins += leavers * (stayed_below + stayers / 2.0);
        expected += sum * (stays_below + (ties.len() as f64 - sum) / 2.0);
        places.push([leavers, stayed_below + stayers / 2.0, stayers, left - left_below - leavers / 2.0]);
        left_below += leavers;
        stayed_below += stayers;
        stays_below += ties.len() as f64 - sum;
    }
    let stay = rows.len() as f64 - promised;
    let measured = (left > 0.0 && stayed > 0.0).then(|| {
        let area = wins / (left * stayed);
        let spread = |weight: usize, all: f64, others: f64| {
            let deviation = |place: &[f64; 4]| place[weight] * (place[weight + 1] / others - area).powi(2);
            places.iter().map(deviation).sum::<f64>() / (all * all)
        };
        (area, spread(0, left, stayed) + spread(2, stayed, left))
    });
    Areas { measured, expected: (promised > 0.0 && stay > 0.0).then(|| expected / (promised * stay)) }
}
