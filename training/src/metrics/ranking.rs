//! Rows sorted once by probability and grouped into levels of equal probability, and the figures of
//! the order.
//!
//! Every figure is a function of how many negatives and positives each level holds. So a bootstrap
//! resample is only another set of counts over the same levels, and nothing is sorted again.

use super::confusion::Confusion;
use super::error::MetricsError;
use super::loss::{CALIBRATION_BINS, calibration_bin, row_log_loss};

/// The distinct probabilities in descending order, and where each row belongs.
pub(super) struct Ranking {
    pub levels: Vec<Level>,
    /// Of each row: twice its level, plus 1 for a positive.
    pub slots: Vec<u32>,
}

/// What is the same for all rows of one probability.
pub(super) struct Level {
    pub probability: f64,
    pub bin: usize,
    /// Log-loss of a negative and of a positive row.
    pub losses: [f64; 2],
}

/// How many negatives and positives each level holds.
pub(super) type Counts = Vec<[u32; 2]>;

/// A ranking with counts in which both classes occur.
pub(super) struct Tally<'a> {
    pub levels: &'a [Level],
    pub counts: &'a [[u32; 2]],
    pub negatives: u64,
    pub positives: u64,
}

/// A slot needs one bit beside the level; twice the number of pairs then fits 64 bits as well.
const MAXIMUM_ROWS: usize = (u32::MAX / 2) as usize;

impl Ranking {
    /// Checks and sorts the rows.
    pub fn new(probabilities: &[f64], labels: &[bool]) -> Result<Ranking, MetricsError> {
        let rows = probabilities.len();
        if labels.len() != rows {
            return Err(MetricsError::Lengths { probabilities: rows, labels: labels.len() });
        }
        if rows == 0 || rows > MAXIMUM_ROWS {
            return Err(MetricsError::Rows { rows, maximum: MAXIMUM_ROWS });
        }
        let mut outside = probabilities.iter().enumerate().filter(|(_, p)| !(0.0..=1.0).contains(*p));
        if let Some((row, &value)) = outside.next() {
            return Err(MetricsError::Probability { count: 1 + outside.count(), row, value });
        }

        let mut order: Vec<u32> = (0..rows as u32).collect();
        order.sort_unstable_by(|a, b| probabilities[*b as usize].total_cmp(&probabilities[*a as usize]));
        let mut levels: Vec<Level> = Vec::new();
        let mut slots = vec![0; rows];
        for row in order.into_iter().map(|row| row as usize) {
            let probability = probabilities[row];
            // `==` and not the total order: 0 and -0 are one level.
            if levels.last().is_none_or(|level| level.probability != probability) {
                let losses = [row_log_loss(probability, false), row_log_loss(probability, true)];
                levels.push(Level { probability, bin: calibration_bin(probability), losses });
            }
            slots[row] = 2 * (levels.len() as u32 - 1) + u32::from(labels[row]);
        }
        Ok(Ranking { levels, slots })
    }

    /// The counts of the rows themselves, each once.
    pub fn counts(&self) -> Counts {
        let mut counts = vec![[0; 2]; self.levels.len()];
        self.slots.iter().for_each(|slot| count(&mut counts, *slot));
        counts
    }

    /// Refuses counts in which a class is absent: most figures divide by the number of each.
    pub fn tally<'a>(&'a self, counts: &'a [[u32; 2]]) -> Result<Tally<'a>, MetricsError> {
        let total = |class: usize| counts.iter().map(|level| u64::from(level[class])).sum();
        let (negatives, positives) = (total(0), total(1));
        if negatives == 0 || positives == 0 {
            return Err(MetricsError::OneClass { positives, negatives });
        }
        Ok(Tally { levels: &self.levels, counts, negatives, positives })
    }
}

/// Adds one row to the counts.
pub(super) fn count(counts: &mut [[u32; 2]], slot: u32) {
    counts[(slot / 2) as usize][(slot % 2) as usize] += 1;
}

impl Tally<'_> {
    pub fn rows(&self) -> f64 {
        (self.negatives + self.positives) as f64
    }

    /// The Mann-Whitney count in whole halves of a pair, so exact; the trapezoids of scikit-learn
    /// are the same sum.
    pub fn roc_auc(&self) -> f64 {
        let mut negatives_below = self.negatives;
        let mut half_pairs = 0u64;
        for &[negatives, positives] in self.counts {
            negatives_below -= u64::from(negatives);
            half_pairs += u64::from(positives) * (2 * negatives_below + u64::from(negatives));
        }
        half_pairs as f64 / (2 * self.negatives * self.positives) as f64
    }

    /// DeLong's variance of [`Tally::roc_auc`]: that of the mean placement of the positives among
    /// the negatives, plus that of the negatives among the positives.
    pub fn roc_auc_variance(&self) -> f64 {
        let area = self.roc_auc();
        let (all_negatives, all_positives) = (self.negatives as f64, self.positives as f64);
        let (mut above, mut below) = (0.0, all_negatives);
        let (mut of_positives, mut of_negatives) = (0.0, 0.0);
        for &[negatives, positives] in self.counts {
            let (negatives, positives) = (f64::from(negatives), f64::from(positives));
            below -= negatives;
            of_positives += positives * ((below + negatives / 2.0) / all_negatives - area).powi(2);
            of_negatives += negatives * ((above + positives / 2.0) / all_positives - area).powi(2);
            above += positives;
        }
        of_positives / (all_positives - 1.0) / all_positives + of_negatives / (all_negatives - 1.0) / all_negatives
    }

    /// As `average_precision_score`: Σ (recall gained) × precision, no interpolation.
    pub fn pr_auc(&self) -> f64 {
        let (mut predicted, mut found) = (0u64, 0u64);
        let mut sum = 0.0;
        for &[negatives, positives] in self.counts {
            predicted += u64::from(negatives) + u64::from(positives);
            found += u64::from(positives);
            if positives > 0 {
                sum += f64::from(positives) * found as f64 / predicted as f64;
            }
        }
        sum / self.positives as f64
    }

    pub fn top_decile_lift(&self) -> f64 {
        let places = (self.negatives + self.positives).div_ceil(10);
        let mut left = places;
        let mut found = 0.0;
        for &[negatives, positives] in self.counts {
            let tied = u64::from(negatives) + u64::from(positives);
            if tied >= left {
                found += f64::from(positives) * left as f64 / tied as f64;
                break;
            }
            found += f64::from(positives);
            left -= tied;
        }
        found / places as f64 * self.rows() / self.positives as f64
    }

    pub fn best_f1_threshold(&self) -> f64 {
        let mut confusion = Confusion::all_negative(self.negatives, self.positives);
        let (mut best, mut threshold) = (0.0, 1.0);
        for (level, &counts) in self.levels.iter().zip(self.counts) {
            confusion.predict_positive(counts);
            // Equal fractions of whole numbers round to equal floats, so `>=` finds the lowest of
            // the best.
            if confusion.f1() >= best {
                (best, threshold) = (confusion.f1(), level.probability);
            }
        }
        threshold
    }

    /// The four cells at a threshold.
    pub fn confusion(&self, threshold: f64) -> Confusion {
        let mut confusion = Confusion::all_negative(self.negatives, self.positives);
        let predicted = self.levels.partition_point(|level| level.probability >= threshold);
        self.counts[..predicted].iter().for_each(|counts| confusion.predict_positive(*counts));
        confusion
    }

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

    /// The error that outcomes drawn from these very probabilities would have, in the mean. The
    /// surplus of a bin then has the variance Σ p (1 - p), and as a sum of many rows is about
    /// normal: its mean size is √(2/π) of its deviation.
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
    use crate::metrics::measure;

    fn lift(probabilities: &[f64], labels: &[bool]) -> f64 {
        let ranking = Ranking::new(probabilities, labels).unwrap();
        ranking.tally(&ranking.counts()).unwrap().top_decile_lift()
    }

    #[test]
    fn signed_zeros_are_one_level() {
        let ranking = Ranking::new(&[0.0, -0.0, 0.5], &[true, false, false]).unwrap();
        assert_eq!(ranking.levels.len(), 2);
        assert_eq!(ranking.counts(), [[1, 0], [1, 1]]);
    }

    #[test]
    fn the_top_tenth_is_rounded_up_and_ties_share_it() {
        // 11 rows: 2 places, one for .9 and one shared by three rows of .8 with two positives among
        // them.
        let probabilities = [0.8, 0.1, 0.9, 0.8, 0.8, 0.1, 0.1, 0.1, 0.1, 0.1, 0.1];
        let labels = [true, false, true, false, true, false, false, false, false, false, true];
        let expected = (1.0 + 2.0 / 3.0) / 2.0 / (4.0 / 11.0);
        assert!((lift(&probabilities, &labels) - expected).abs() < 1e-12);
        // 10 rows: exactly 1 place, not 2.
        assert_eq!(lift(&probabilities[1..], &labels[1..]), 1.0 / 0.3);
    }

    #[test]
    fn the_error_by_chance_is_the_mean_of_outcomes_drawn_from_the_probabilities() {
        let mut random = ChaCha8Rng::seed_from_u64(7);
        let probabilities: Vec<f64> = (0..1400).map(|_| random.random::<f64>().powi(2)).collect();
        let mut drawn = || {
            let labels: Vec<bool> = probabilities.iter().map(|&probability| random.random_bool(probability)).collect();
            measure(&probabilities, &labels, 0.5).unwrap()
        };
        let draws: Vec<_> = (0..2000).map(|_| drawn()).collect();
        let mean = draws.iter().map(|metrics| metrics.ece).sum::<f64>() / draws.len() as f64;
        assert!((mean / draws[0].ece_by_chance - 1.0).abs() < 0.02, "{mean} {}", draws[0].ece_by_chance);
        assert_eq!(measure(&[0.0, 1.0], &[false, true], 0.5).unwrap().ece_by_chance, 0.0);
    }
}
