//! How well a model does where nobody knows yet who left: if its probabilities are still right, they
//! say what to expect. This is the confidence-based performance estimation of NannyML, computed from
//! a histogram of the scores instead of from the rows.
//!
//! An interval covers, in 95 of 100 cases, what is measured on the same rows later. It holds if the
//! probabilities are right: a change of what makes customers leave (concept drift) does not show
//! here.

use super::profile::{Count, Scores};
use super::reference::Reference;

/// Half the width of a 95% interval, in standard errors.
const WIDTH: f64 = 1.959963984540054;
const MILLIONTH: f64 = 1e-6;

/// An expected figure with a 95% interval.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Estimate {
    /// The expected figure.
    pub value: f64,
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

impl Estimate {
    pub(super) fn of(value: f64, variance: f64, [least, most]: [f64; 2]) -> Estimate {
        let width = WIDTH * variance.max(0.0).sqrt();
        Estimate { value, low: (value - width).max(least), high: (value + width).min(most) }
    }
}

/// What a campaign brings that contacts everyone at or above the threshold, as
/// [`Campaign`](crate::decision::profit::Campaign) has it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Stakes {
    /// What a customer who stays is worth.
    pub value: f64,
    /// Cost of the offer for a customer who takes it.
    pub incentive: f64,
    /// Cost of contacting a customer.
    pub contact: f64,
    /// Share of those who would leave that the offer keeps.
    pub effect: f64,
}

impl Default for Stakes {
    /// The defaults of the expected maximum profit of R's EMP and of empulse; the effect is the mean
    /// of their beta distribution.
    fn default() -> Stakes {
        Stakes { value: 200.0, incentive: 10.0, contact: 1.0, effect: 0.3 }
    }
}

/// Expected figures of scored rows. A figure is `None` where there is nothing to compute it from.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Expected {
    /// Rows that have a score.
    pub rows: u64,
    /// Share of customers who leave.
    pub rate: Option<Estimate>,
    /// Area under the ROC curve.
    pub roc_auc: Option<Estimate>,
    /// Share of those at or above the threshold who leave.
    pub precision: Option<Estimate>,
    /// Share of those who leave that are at or above the threshold.
    pub recall: Option<Estimate>,
    /// Mean log-loss.
    pub log_loss: Option<Estimate>,
    /// Profit per customer of contacting everyone at or above the threshold.
    pub profit: Option<Estimate>,
}

/// A bin: rows, sum of the probabilities, sum of their squares.
pub(super) type Bin = [f64; 3];

/// The bins of a histogram of which some are left out. The rows that these hold together are divided
/// among them as in the reference, and so are the sums.
pub(super) fn bins(scores: &Scores, scored: u64, reference: &Scores) -> Option<Vec<Bin>> {
    let [sum, square] = scores.total;
    let all = [scored as f64, sum? as f64 * MILLIONTH, square? as f64 * MILLIONTH];
    let mut bins: Vec<Option<Bin>> = Vec::with_capacity(scores.rows.len());
    for ((rows, sum), square) in scores.rows.iter().zip(&scores.sums).zip(&scores.squares) {
        bins.push(
            rows.zip(*sum)
                .zip(*square)
                .map(|((rows, sum), square)| [rows as f64, sum as f64 * MILLIONTH, square as f64 * MILLIONTH]),
        );
    }
    let rest: Bin =
        std::array::from_fn(|at| (all[at] - bins.iter().flatten().map(|bin| bin[at]).sum::<f64>()).max(0.0));
    let hidden: Vec<usize> = (0..bins.len()).filter(|&at| bins[at].is_none()).collect();
    if hidden.is_empty() {
        return Some(bins.into_iter().flatten().collect());
    }
    let reference = reference.coarsened(bins.len())?;
    // A bin that is left out of the reference, too, counts as a customer in the middle.
    let known = |list: &[Count], at: usize, otherwise: f64| list[at].map_or(otherwise, |number| number as f64);
    let parts: Vec<Bin> = hidden
        .iter()
        .map(|&at| {
            let middle = (at as f64 + 0.5) / bins.len() as f64 / MILLIONTH;
            [known(&reference.rows, at, 1.0), known(&reference.sums, at, middle), known(&reference.squares, at, middle)]
        })
        .collect();
    let sums: Bin = std::array::from_fn(|at| parts.iter().map(|part| part[at]).sum());
    for (&at, part) in hidden.iter().zip(&parts) {
        let [rows, sum, square] =
            std::array::from_fn(|kind| if sums[kind] > 0.0 { rest[kind] * part[kind] / sums[kind] } else { 0.0 });
        let sum = f64::min(sum, rows);
        bins[at] = Some([rows, sum, f64::min(square, sum)]);
    }
    Some(bins.into_iter().flatten().collect())
}

impl Expected {
    /// The expected figures of the scores of a profile.
    pub fn of(scores: &Scores, scored: u64, reference: &Reference, stakes: &Stakes) -> Expected {
        let none = Expected {
            rows: scored,
            rate: None,
            roc_auc: None,
            precision: None,
            recall: None,
            log_loss: None,
            profit: None,
        };
        let Some(bins) = bins(scores, scored, &reference.profile.scores).filter(|_| scored > 0) else {
            return none;
        };
        let rows = scored as f64;
        let leaving: f64 = bins.iter().map(|bin| bin[1]).sum();
        // The variance of the number who leave: each row is an independent draw.
        let variance = |[_, sum, square]: Bin| (sum - square).max(0.0);
        let leaving_variance: f64 = bins.iter().map(|&bin| variance(bin)).sum();
        let unit = [0.0, 1.0];
        let positive = scores.positive.map(|number| number.map(|number| number as f64));
        let positive = match positive {
            [Some(rows), Some(sum), Some(square)] => Some([rows, sum * MILLIONTH, square * MILLIONTH]),
            _ => None,
        };
        let precision = positive
            .filter(|[rows, ..]| *rows > 0.0)
            .map(|part| Estimate::of(part[1] / part[0], variance(part) / (part[0] * part[0]), unit));
        let recall = positive.filter(|_| leaving > 0.0).map(|part| {
            let recall = part[1] / leaving;
            let found = variance(part);
            let others = (leaving_variance - found).max(0.0);
            let variance = ((1.0 - recall).powi(2) * found + recall * recall * others) / (leaving * leaving);
            Estimate::of(recall, variance, unit)
        });
        let profit = positive.map(|part| {
            let Stakes { value, incentive, contact, effect } = *stakes;
            let (leaves, stays) = (effect * (value - incentive) - contact, -(incentive + contact));
            let profit = leaves * part[1] + stays * (part[0] - part[1]);
            let variance = (leaves - stays).powi(2) * variance(part);
            Estimate::of(profit / rows, variance / (rows * rows), [f64::NEG_INFINITY, f64::INFINITY])
        });
        let (mut loss, mut loss_variance) = (0.0, 0.0);
        for [rows, sum, square] in bins.iter().filter(|bin| bin[0] > 0.0) {
            let mean = (sum / rows).clamp(1e-6, 1.0 - 1e-6);
            let spread = (square / rows - (sum / rows) * (sum / rows)).max(0.0);
            let entropy = -mean * libm::log(mean) - (1.0 - mean) * libm::log(1.0 - mean);
            // The second term of the entropy's series around the mean.
            let curvature = -1.0 / (mean * (1.0 - mean));
            loss += rows * (entropy + curvature * spread / 2.0).max(0.0);
            let logit = libm::log(mean / (1.0 - mean));
            loss_variance += rows * mean * (1.0 - mean) * logit * logit;
        }
        Expected {
            rows: scored,
            rate: Some(Estimate::of(leaving / rows, leaving_variance / (rows * rows), unit)),
            roc_auc: roc_auc(&bins).map(|(area, variance)| Estimate::of(area, variance, unit)),
            precision,
            recall,
            log_loss: Some(Estimate::of(loss / rows, loss_variance / (rows * rows), [0.0, f64::INFINITY])),
            profit,
        }
    }
}

/// The expected ROC-AUC of bins with ascending scores, and its variance (DeLong et al. 1988, with
/// expected numbers in place of counts).
pub(super) fn roc_auc(bins: &[Bin]) -> Option<(f64, f64)> {
    let leave: f64 = bins.iter().map(|bin| bin[1]).sum();
    let stay: f64 = bins.iter().map(|bin| bin[0] - bin[1]).sum();
    if leave <= 0.0 || stay <= 0.0 {
        return None;
    }
    let mut below = 0.0;
    let mut wins = 0.0;
    // By bin: those who leave and the share of those who stay below them; those who stay and the share of
    // those who leave above them.
    let (mut leavers, mut stayers) = (Vec::with_capacity(bins.len()), Vec::with_capacity(bins.len()));
    let mut passed = 0.0;
    for &[rows, sum, square] in bins.iter().filter(|bin| bin[0] > 0.0) {
        let others = rows - sum;
        // Within a bin the rows are ranked too. For probabilities that are uniform around their mean,
        // the mean distance of two is 2 / √3 of their standard deviation.
        let deviation = (square / rows - (sum / rows) * (sum / rows)).max(0.0).sqrt();
        let ranked = rows * rows * deviation / (2.0 * 3f64.sqrt());
        let within = (sum * others / 2.0 + ranked).min(sum * others);
        wins += sum * below + within;
        let share = if sum * others > 0.0 { within / (sum * others) } else { 0.5 };
        leavers.push((sum, (below + share * others) / stay));
        stayers.push((others, (leave - passed - sum + share * sum) / leave));
        below += others;
        passed += sum;
    }
    let area = wins / (leave * stay);
    let spread = |places: &[(f64, f64)], all: f64| {
        places.iter().map(|(weight, place)| weight * (place - area) * (place - area)).sum::<f64>() / (all * all)
    };
    Some((area, spread(&leavers, leave) + spread(&stayers, stay)))
}
