//! Percentile bootstrap intervals of the figures (Efron & Tibshirani 1993, "An Introduction to the
//! Bootstrap", 13.3).
//!
//! Rows are drawn as they are, not within each class: the share of positives is as random as
//! everything else, and holding it fixed makes the intervals of log-loss, Brier and accuracy too
//! narrow. A resample without both classes, which happens to few rows only, is drawn again. The
//! threshold is part of the model and stays.
//!
//! The calibration error is a sum of absolute values, so noise only adds to it, and a resample has
//! the noise of its drawing on top: its interval lies too high, and can lie above the figure of a
//! well calibrated model.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rayon::prelude::*;
use tenure::card::{Interval, Intervals, Metrics};

use super::error::MetricsError;
use super::measure::measure_tally;
use super::ranking::{Counts, Ranking, Tally, count};

/// How to draw.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Bootstrap {
    pub resamples: usize,
    /// The share of resamples within the interval.
    pub level: f64,
    pub seed: u64,
}

impl Default for Bootstrap {
    fn default() -> Bootstrap {
        Bootstrap { resamples: 1000, level: 0.95, seed: 0 }
    }
}

impl Bootstrap {
    /// Draws, measures and takes percentiles. Resample i has the random stream i of the seed, so
    /// the result does not depend on the number of threads. Memory: at most 40 bytes a row, and 8
    /// more for each thread.
    pub fn intervals(&self, probabilities: &[f64], labels: &[bool], threshold: f64) -> Result<Intervals, MetricsError> {
        self.check()?;
        let ranking = Ranking::new(probabilities, labels)?;
        // Refuses one class before the drawing, which would never end.
        measure_tally(&ranking.tally(&ranking.counts())?, threshold)?;
        let drawn = self.draw(&ranking, &|tally| measure_tally(tally, threshold))?;

        let interval = |figure: fn(&Metrics) -> f64| {
            let mut values: Vec<f64> = drawn.iter().map(figure).collect();
            self.percentiles(&mut values)
        };
        Ok(Intervals {
            level: self.level,
            resamples: self.resamples,
            seed: self.seed,
            roc_auc: interval(|metrics| metrics.roc_auc),
            pr_auc: interval(|metrics| metrics.pr_auc),
            log_loss: interval(|metrics| metrics.log_loss),
            brier: interval(|metrics| metrics.brier),
            ece: interval(|metrics| metrics.ece),
            f1: interval(|metrics| metrics.f1),
            lift10: interval(|metrics| metrics.lift10),
            accuracy: interval(|metrics| metrics.accuracy),
            precision: interval(|metrics| metrics.precision),
            recall: interval(|metrics| metrics.recall),
        })
    }

    pub(super) fn check(&self) -> Result<(), MetricsError> {
        if self.resamples == 0 {
            return Err(MetricsError::Resamples(self.resamples));
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return Err(MetricsError::Level(self.level));
        }
        Ok(())
    }

    /// Measures every resample. The rows of the ranking have both classes.
    pub(super) fn draw<T: Send>(
        &self,
        ranking: &Ranking,
        measure: &(dyn Fn(&Tally) -> Result<T, MetricsError> + Sync),
    ) -> Result<Vec<T>, MetricsError> {
        let one = |counts: &mut Vec<Counts>, resample| {
            self.resample(&[ranking], counts, resample, &|tallies| measure(&tallies[0]))
        };
        (0..self.resamples as u64).into_par_iter().map_init(|| vec![ranking.counts()], one).collect()
    }

    /// Measures one resample of the same rows under each of several rankings; `counts` is room to
    /// work in.
    pub(super) fn resample<T>(
        &self,
        rankings: &[&Ranking],
        counts: &mut [Counts],
        resample: u64,
        measure: &dyn Fn(&[Tally]) -> Result<T, MetricsError>,
    ) -> Result<T, MetricsError> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        random.set_stream(resample);
        let rows = rankings[0].slots.len() as u32;
        loop {
            counts.iter_mut().for_each(|counts| counts.fill([0; 2]));
            for _ in 0..rows {
                let row = random.random_range(0..rows) as usize;
                rankings.iter().zip(&mut *counts).for_each(|(ranking, counts)| count(counts, ranking.slots[row]));
            }
            let tallies = rankings.iter().zip(&*counts).map(|(ranking, counts)| ranking.tally(counts));
            match tallies.collect::<Result<Vec<_>, _>>() {
                Ok(tallies) => return measure(&tallies),
                Err(MetricsError::OneClass { .. }) => continue,
                Err(other) => return Err(other),
            }
        }
    }

    /// The percentiles that leave out equal tails; sorts the values.
    pub(super) fn percentiles(&self, values: &mut [f64]) -> Interval {
        values.sort_unstable_by(f64::total_cmp);
        let tail = (1.0 - self.level) / 2.0;
        Interval { low: quantile(values, tail), high: quantile(values, 1.0 - tail) }
    }
}

/// Linear between the two nearest order statistics of a sorted sample, as numpy's default; `share`
/// from 0 to 1.
pub fn quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share * (sorted.len() - 1) as f64;
    let (below, above) = (position.floor() as usize, position.ceil() as usize);
    sorted[below] + (position - position.floor()) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Probabilities uniform on 0..1 and labels drawn from them.
    fn rows(rows: usize, seed: u64) -> (Vec<f64>, Vec<bool>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let probabilities: Vec<f64> = (0..rows).map(|_| random.random()).collect();
        let labels = probabilities.iter().map(|p| random.random_bool(*p)).collect();
        (probabilities, labels)
    }

    #[test]
    fn the_number_of_threads_does_not_matter() {
        let (probabilities, labels) = rows(300, 1);
        let bootstrap = Bootstrap { resamples: 64, ..Bootstrap::default() };
        let with_threads = |threads| {
            let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
            pool.install(|| bootstrap.intervals(&probabilities, &labels, 0.5)).unwrap()
        };
        assert_eq!(with_threads(1), with_threads(5));
        let other = Bootstrap { seed: 1, ..bootstrap }.intervals(&probabilities, &labels, 0.5).unwrap();
        assert_ne!(with_threads(1).brier, other.brier);
    }

    /// Brier and accuracy are means over the rows, so the normal interval of a mean is what must
    /// come out.
    #[test]
    fn intervals_of_means_have_the_width_of_the_theory() {
        let (probabilities, labels) = rows(2000, 2);
        let seen = Bootstrap::default().intervals(&probabilities, &labels, 0.5).unwrap();
        let outcomes = || probabilities.iter().zip(&labels).map(|(p, label)| (*p, f64::from(u8::from(*label))));
        let squares: Vec<f64> = outcomes().map(|(p, outcome)| (p - outcome).powi(2)).collect();
        let right: Vec<f64> =
            outcomes().map(|(p, outcome)| f64::from(u8::from((p >= 0.5) == (outcome == 1.0)))).collect();
        for (values, interval) in [(squares, seen.brier), (right, seen.accuracy)] {
            let count = values.len() as f64;
            let mean = values.iter().sum::<f64>() / count;
            let variance = values.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / count;
            let half = 1.96 * (variance / count).sqrt();
            assert!(((interval.high - interval.low) / (2.0 * half) - 1.0).abs() < 0.1, "{interval:?}, half {half}");
            assert!(((interval.high + interval.low) / 2.0 - mean).abs() < 0.1 * half, "{interval:?}, mean {mean}");
        }
    }

    #[test]
    fn two_rows_are_enough() {
        let seen = Bootstrap::default().intervals(&[0.2, 0.7], &[false, true], 0.5).unwrap();
        assert_eq!(seen.roc_auc, Interval { low: 1.0, high: 1.0 });
    }

    #[test]
    fn what_cannot_be_drawn_is_refused() {
        let (probabilities, labels) = ([0.2, 0.7], [false, true]);
        let refusal = |bootstrap: Bootstrap| bootstrap.intervals(&probabilities, &labels, 0.5).unwrap_err();
        let default = Bootstrap::default();
        assert_eq!(refusal(Bootstrap { resamples: 0, ..default }), MetricsError::Resamples(0));
        assert_eq!(refusal(Bootstrap { level: 1.0, ..default }), MetricsError::Level(1.0));
        assert!(matches!(default.intervals(&[0.2, 0.7], &[true, true], 0.5), Err(MetricsError::OneClass { .. })));
    }

    #[test]
    fn quantiles_are_linear_between_order_statistics() {
        let seen = [0.0, 0.25, 0.5, 0.9, 1.0].map(|share| quantile(&[1.0, 2.0, 4.0], share));
        for (seen, expected) in seen.into_iter().zip([1.0, 1.5, 2.0, 3.6, 4.0]) {
            assert!((seen - expected).abs() < 1e-12);
        }
    }
}
