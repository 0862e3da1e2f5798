//! How far the probabilities are from what happened: log-loss, Brier score, expected calibration error.

use super::ranking::Tally;

const CALIBRATION_BINS: usize = 10;

/// -ln of the probability given to what happened, clipped to [ε, 1 - ε] as scikit-learn clips doubles, so that one
/// certain and wrong row costs 36 and not infinity.
pub fn row_log_loss(probability: f64, label: bool) -> f64 {
    let given = if label { probability } else { 1.0 - probability };
    -given.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// Which of the equal-width bins a probability falls into.
pub(super) fn calibration_bin(probability: f64) -> usize {
    ((probability * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1)
}

impl Tally<'_> {
    pub fn log_loss(&self) -> f64 {
        let losses = self.levels.iter().zip(self.counts);
        let sum: f64 = losses
            .map(|(level, &[negatives, positives])| {
                f64::from(negatives) * level.losses[0] + f64::from(positives) * level.losses[1]
            })
            .sum();
        sum / self.rows()
    }

    pub fn brier(&self) -> f64 {
        let levels = self.levels.iter().zip(self.counts);
        let sum: f64 = levels
            .map(|(level, &[negatives, positives])| {
                let (below, above) = (level.probability, 1.0 - level.probability);
                f64::from(negatives) * below * below + f64::from(positives) * above * above
            })
            .sum();
        sum / self.rows()
    }

    /// |mean probability - positive rate| × share is |Σ probability - positives| / rows.
    pub fn expected_calibration_error(&self) -> f64 {
        let mut surplus = [0.0; CALIBRATION_BINS];
        for (level, &[negatives, positives]) in self.levels.iter().zip(self.counts) {
            let rows = f64::from(negatives) + f64::from(positives);
            surplus[level.bin] += rows * level.probability - f64::from(positives);
        }
        surplus.iter().map(|bin| bin.abs()).sum::<f64>() / self.rows()
    }

    /// The error that outcomes drawn from these very probabilities would have, in the mean. The surplus of a bin then has
    /// the variance Σ p (1 - p), and as a sum of many rows is about normal: its mean size is √(2/π) of its deviation.
    pub fn calibration_error_by_chance(&self) -> f64 {
        let mut variances = [0.0; CALIBRATION_BINS];
        for (level, &[negatives, positives]) in self.levels.iter().zip(self.counts) {
            let rows = f64::from(negatives) + f64::from(positives);
            variances[level.bin] += rows * level.probability * (1.0 - level.probability);
        }
        let deviations: f64 = variances.iter().map(|variance: &f64| variance.sqrt()).sum();
        std::f64::consts::FRAC_2_PI.sqrt() * deviations / self.rows()
    }
}

#[cfg(test)]
mod tests {
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;
    use crate::metrics::Metrics;

    #[test]
    fn bins_are_closed_below_and_the_last_one_holds_one() {
        let bins = [0.0, 0.0999, 0.1, 0.3, 0.7, 0.89999, 0.9, 1.0].map(calibration_bin);
        assert_eq!(bins, [0, 0, 1, 3, 7, 8, 9, 9]);
    }

    #[test]
    fn the_error_by_chance_is_the_mean_of_outcomes_drawn_from_the_probabilities() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let probabilities: Vec<f64> = (0..1400).map(|_| random.random::<f64>().powi(2)).collect();
        let mut drawn = || {
            let labels: Vec<bool> = probabilities.iter().map(|&probability| random.random_bool(probability)).collect();
            Metrics::measure(&probabilities, &labels, 0.5).unwrap()
        };
        let draws: Vec<Metrics> = (0..2000).map(|_| drawn()).collect();
        let mean = draws.iter().map(|metrics| metrics.ece).sum::<f64>() / draws.len() as f64;
        assert!((mean / draws[0].ece_by_chance - 1.0).abs() < 0.02, "{mean} {}", draws[0].ece_by_chance);
        assert_eq!(Metrics::measure(&[0.0, 1.0], &[false, true], 0.5).unwrap().ece_by_chance, 0.0);
    }

    #[test]
    fn certain_rows_cost_a_finite_loss() {
        assert!((row_log_loss(0.0, true) - 36.04365338911715).abs() < 1e-12);
        assert_eq!(row_log_loss(1.0, false), row_log_loss(0.0, true));
        assert!(row_log_loss(1.0, true) > 0.0 && row_log_loss(1.0, true) < 1e-15);
    }
}
