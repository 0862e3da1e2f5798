//! Curves over the ranking, with pointwise bootstrap bands: ROC, precision over recall, gain, lift,
//! profit.
//!
//! Every curve is read at the same grid of 101 points, so that a band is the percentiles of the
//! resamples at a point.

use serde::Serialize;
use tenure::card::Interval;

use super::bootstrap::Bootstrap;
use super::confusion::Confusion;
use super::error::MetricsError;
use super::ranking::{Ranking, Tally};

/// Points of the grid: 0, .01, …, 1.
const POINTS: usize = 101;

/// What a retention offer costs and brings, for one customer, in one currency.
///
/// A customer who would have left accepts with `success` and then brings `value` less `cost`; one
/// who would have stayed takes the offer and costs `cost`; each who is contacted costs `contact`
/// (Neslin et al. 2006, "Defection Detection", equation 1, with every loyal customer accepting).
/// The defaults are those of Verbraken, Verbeke & Baesens 2013 ("A Novel Profit Maximizing
/// Metric…", section 5): value 200, cost 10, contact 1, and .3, the mean of their Beta(6, 14).
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Offer {
    pub value: f64,
    pub cost: f64,
    pub contact: f64,
    pub success: f64,
}

impl Default for Offer {
    fn default() -> Offer {
        Offer { value: 200.0, cost: 10.0, contact: 1.0, success: 0.3 }
    }
}

impl Offer {
    /// Profit of contacting one customer who would leave, and one who would stay.
    pub fn profits(&self) -> [f64; 2] {
        [self.success * (self.value - self.cost) - self.contact, -self.cost - self.contact]
    }

    /// The probability from which on a contact pays, if probabilities are calibrated; above 1 where
    /// none does.
    pub fn threshold(&self) -> f64 {
        let [left, stayed] = self.profits();
        -stayed / (left - stayed)
    }
}

/// A curve with a pointwise band.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Band {
    pub value: Vec<f64>,
    pub low: Vec<f64>,
    pub high: Vec<f64>,
}

/// Curves at the points of `grid`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Curves {
    pub grid: Vec<f64>,
    /// True-positive rate at a false-positive rate; levels of equal probability are straight lines.
    pub roc: Band,
    /// Precision at the highest threshold that reaches a recall; the first point, recall 0, repeats
    /// the second.
    pub precision: Band,
    /// Share of the customers who left among the share of customers with the highest probabilities.
    pub gain: Band,
    /// [`Curves::gain`] over that share; the first point repeats the second.
    pub lift: Band,
    /// Profit per customer of the table of making the offer to that share.
    pub profit: Band,
    /// The share with the highest profit.
    pub best_share: f64,
    /// The interval of the highest profit over the resamples, each with its own best share.
    pub best_profit: Interval,
}

/// One sample's curves, one after another.
struct Sample([Vec<f64>; 5]);

impl Curves {
    /// Measures the curves and their bands.
    pub fn measure(
        probabilities: &[f64],
        labels: &[bool],
        offer: &Offer,
        bootstrap: &Bootstrap,
    ) -> Result<Curves, MetricsError> {
        bootstrap.check()?;
        let ranking = Ranking::new(probabilities, labels)?;
        let counts = ranking.counts();
        let Sample(values) = sample(&ranking.tally(&counts)?, offer);
        let drawn = bootstrap.draw(&ranking, &|tally| Ok(sample(tally, offer)))?;
        let band = |curve: usize| {
            let at = |point: usize| {
                let mut seen: Vec<f64> = drawn.iter().map(|Sample(curves)| curves[curve][point]).collect();
                bootstrap.percentiles(&mut seen)
            };
            let intervals: Vec<Interval> = (0..POINTS).map(at).collect();
            Band {
                value: values[curve].clone(),
                low: intervals.iter().map(|interval| interval.low).collect(),
                high: intervals.iter().map(|interval| interval.high).collect(),
            }
        };
        let highest = |curve: &[f64]| curve.iter().copied().fold(f64::MIN, f64::max);
        let best = values[4].iter().position(|profit| *profit == highest(&values[4])).unwrap_or(0);
        let mut best_profits: Vec<f64> = drawn.iter().map(|Sample(curves)| highest(&curves[4])).collect();
        Ok(Curves {
            grid: grid().collect(),
            roc: band(0),
            precision: band(1),
            gain: band(2),
            lift: band(3),
            profit: band(4),
            best_share: best as f64 / (POINTS - 1) as f64,
            best_profit: bootstrap.percentiles(&mut best_profits),
        })
    }
}

fn grid() -> impl Iterator<Item = f64> {
    (0..POINTS).map(|point| point as f64 / (POINTS - 1) as f64)
}

fn sample(tally: &Tally, offer: &Offer) -> Sample {
    let rows = tally.rows();
    let positives = tally.positives as f64;
    let by_negatives = reach(tally, &|counts| f64::from(counts[0]));
    let by_rows = reach(tally, &|counts| f64::from(counts[0]) + f64::from(counts[1]));
    let roc = by_negatives.iter().map(|[_, found]| found / positives).collect();
    let gain: Vec<f64> = by_rows.iter().map(|[_, found]| found / positives).collect();
    let mut lift: Vec<f64> = gain.iter().zip(grid()).map(|(gain, share)| gain / share).collect();
    lift[0] = lift[1];
    let [left, stayed] = offer.profits();
    let profit = by_rows.iter().map(|[passed, found]| (left * found + stayed * passed) / rows).collect();
    Sample([roc, precision(tally), gain, lift, profit])
}

/// Where the grid's share of what `weight` counts is reached going down the ranking: negatives
/// passed and positives found, linear within a level. A level that adds no weight is passed for
/// nothing.
fn reach(tally: &Tally, weight: &dyn Fn(&[u32; 2]) -> f64) -> Vec<[f64; 2]> {
    let total: f64 = tally.counts.iter().map(weight).sum();
    let mut levels = tally.counts.iter().peekable();
    let (mut sum, mut passed, mut found) = (0.0, 0.0, 0.0);
    let mut points = Vec::with_capacity(POINTS);
    for target in grid().map(|share| share * total) {
        // A little slack: a share times a total may round below the whole number that it is.
        while let Some(level) = levels.next_if(|level| sum + weight(level) <= target + 1e-9 * total) {
            sum += weight(level);
            passed += f64::from(level[0]);
            found += f64::from(level[1]);
        }
        let part = levels.peek().map_or([0.0, 0.0], |level| {
            let part = (target - sum).max(0.0) / weight(level);
            [part * f64::from(level[0]), part * f64::from(level[1])]
        });
        points.push([passed + part[0], found + part[1]]);
    }
    points
}

fn precision(tally: &Tally) -> Vec<f64> {
    let positives = tally.positives as f64;
    let mut levels = tally.counts.iter();
    let (mut passed, mut found) = (0.0, 0.0);
    let mut curve: Vec<f64> = grid()
        .map(|recall| {
            while found < recall * positives - 1e-9 * positives || found == 0.0 {
                let Some(level) = levels.next() else { break };
                passed += f64::from(level[0]);
                found += f64::from(level[1]);
            }
            found / (found + passed)
        })
        .collect();
    curve[0] = curve[1];
    curve
}

/// The four cells at each threshold.
pub fn confusions(probabilities: &[f64], labels: &[bool], thresholds: &[f64]) -> Result<Vec<Confusion>, MetricsError> {
    let ranking = Ranking::new(probabilities, labels)?;
    let counts = ranking.counts();
    let tally = ranking.tally(&counts)?;
    Ok(thresholds.iter().map(|threshold| tally.confusion(*threshold)).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::metrics::{reliability, roc_auc, roc_auc_variance};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    fn rows(count: usize, seed: u64) -> (Vec<f64>, Vec<bool>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let probabilities: Vec<f64> = (0..count).map(|_| random.random_range(0..50) as f64 / 50.0).collect();
        let labels = probabilities.iter().map(|p| random.random_bool(*p)).collect();
        (probabilities, labels)
    }

    #[test]
    fn curves_by_hand() {
        // Ranking: left, then a tie of one each, then stayed twice and left.
        let (probabilities, labels) = ([0.9, 0.5, 0.5, 0.3, 0.2, 0.1], [true, true, false, false, false, true]);
        let offer = Offer { value: 100.0, cost: 10.0, contact: 2.0, success: 0.5 };
        let bootstrap = Bootstrap { resamples: 20, ..Bootstrap::default() };
        let curves = Curves::measure(&probabilities, &labels, &offer, &bootstrap).unwrap();
        let at = |band: &Band, point: usize| band.value[point];
        // 3 of each class. At no negative: the first positive alone, then half of the tie at 1/6 of
        // the negatives.
        assert!((at(&curves.roc, 0) - 1.0 / 3.0).abs() < 1e-12);
        assert!((at(&curves.roc, 33) - (1.0 + 0.99) / 3.0).abs() < 1e-12);
        assert_eq!((at(&curves.roc, 66), at(&curves.roc, 100)), (2.0 / 3.0, 1.0));
        assert_eq!((at(&curves.precision, 33), at(&curves.precision, 60)), (1.0, 2.0 / 3.0));
        assert_eq!(at(&curves.precision, 100), 0.5);
        assert!((at(&curves.gain, 50) - 2.0 / 3.0).abs() < 1e-12);
        assert!((at(&curves.lift, 50) - 4.0 / 3.0).abs() < 1e-12);
        // Contacting half: two leavers at .5 * 90 - 2 = 43 each, one stayer at -12.
        assert!((at(&curves.profit, 50) - (2.0 * 43.0 - 12.0) / 6.0).abs() < 1e-12);
        assert_eq!(curves.profit.value[0], 0.0);
        assert!((offer.threshold() - 12.0 / 55.0).abs() < 1e-12);
    }

    #[test]
    fn the_area_below_the_curve_is_roc_auc_and_the_bands_hold_it() {
        let (probabilities, labels) = rows(4000, 1);
        let curves = Curves::measure(
            &probabilities,
            &labels,
            &Offer::default(),
            &Bootstrap { resamples: 200, ..Bootstrap::default() },
        )
        .unwrap();
        let area: f64 = curves.roc.value.windows(2).map(|pair| (pair[0] + pair[1]) / 200.0).sum();
        assert!((area - roc_auc(&probabilities, &labels).unwrap()).abs() < 2e-3, "{area}");
        for band in [&curves.roc, &curves.precision, &curves.gain, &curves.lift, &curves.profit] {
            for point in 0..POINTS {
                assert!(band.low[point] <= band.high[point]);
                let slack = 0.05 * band.value[point].abs() + 1e-9;
                assert!(band.low[point] - slack <= band.value[point] && band.value[point] <= band.high[point] + slack);
            }
        }
        let best = curves.profit.value.iter().copied().fold(f64::MIN, f64::max);
        assert_eq!(curves.profit.value[(curves.best_share * 100.0).round() as usize], best);
    }

    /// The bootstrap knows nothing of DeLong's formula.
    #[test]
    fn delongs_variance_is_that_of_the_bootstrap() {
        let (probabilities, labels) = rows(1500, 2);
        let interval = Bootstrap::default().intervals(&probabilities, &labels, 0.5).unwrap().roc_auc;
        let (area, variance) = roc_auc_variance(&probabilities, &labels).unwrap();
        assert_eq!(area, roc_auc(&probabilities, &labels).unwrap());
        assert!(((interval.high - interval.low) / (2.0 * 1.96 * variance.sqrt()) - 1.0).abs() < 0.1, "{variance}");
    }

    #[test]
    fn calibrated_probabilities_lie_on_the_diagonal() {
        let (probabilities, labels) = rows(20_000, 3);
        let bins = reliability(&probabilities, &labels, 10).unwrap();
        assert_eq!(bins.iter().map(|bin| bin.rows).sum::<usize>(), 20_000);
        assert!((8..=10).contains(&bins.len()));
        for bin in &bins {
            assert!((bin.mean_probability - bin.rate).abs() < 0.04, "{bin:?}");
            assert!(bin.interval.low <= bin.rate && bin.rate <= bin.interval.high);
        }
    }
}
