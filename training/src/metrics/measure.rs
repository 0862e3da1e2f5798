//! The metrics of one model on one set of rows.

use tenure::card::Metrics;

use super::error::MetricsError;
use super::ranking::{Ranking, Tally};

/// Measures probabilities (0..=1) against labels (true is positive) of the same rows.
pub fn measure(probabilities: &[f64], labels: &[bool], threshold: f64) -> Result<Metrics, MetricsError> {
    let ranking = Ranking::new(probabilities, labels)?;
    measure_tally(&ranking.tally(&ranking.counts())?, threshold)
}

/// Measures what a ranking counted.
pub(super) fn measure_tally(tally: &Tally, threshold: f64) -> Result<Metrics, MetricsError> {
    if threshold.is_nan() {
        return Err(MetricsError::Threshold(threshold));
    }
    let confusion = tally.confusion(threshold);
    Ok(Metrics {
        roc_auc: tally.roc_auc(),
        pr_auc: tally.pr_auc(),
        log_loss: tally.log_loss(),
        brier: tally.brier(),
        ece: tally.expected_calibration_error(),
        ece_by_chance: tally.calibration_error_by_chance(),
        f1: confusion.f1(),
        lift10: tally.top_decile_lift(),
        accuracy: confusion.accuracy(),
        precision: confusion.precision(),
        recall: confusion.recall(),
        threshold,
    })
}

/// The probability that, taken as the threshold, gives the highest F1 on these rows; the lowest one
/// of several.
pub fn best_f1_threshold(probabilities: &[f64], labels: &[bool]) -> Result<f64, MetricsError> {
    let ranking = Ranking::new(probabilities, labels)?;
    Ok(ranking.tally(&ranking.counts())?.best_f1_threshold())
}

/// [`Metrics::roc_auc`] alone.
pub fn roc_auc(probabilities: &[f64], labels: &[bool]) -> Result<f64, MetricsError> {
    let ranking = Ranking::new(probabilities, labels)?;
    Ok(ranking.tally(&ranking.counts())?.roc_auc())
}

/// [`Metrics::roc_auc`] and its variance by DeLong's method (DeLong, DeLong & Clarke-Pearson 1988,
/// Biometrics 44, equations 5 to 7). The variance is NaN where a class has one row.
pub fn roc_auc_variance(probabilities: &[f64], labels: &[bool]) -> Result<(f64, f64), MetricsError> {
    let ranking = Ranking::new(probabilities, labels)?;
    let counts = ranking.counts();
    let tally = ranking.tally(&counts)?;
    Ok((tally.roc_auc(), tally.roc_auc_variance()))
}

/// [`Metrics::log_loss`] alone.
pub fn log_loss(probabilities: &[f64], labels: &[bool]) -> Result<f64, MetricsError> {
    let ranking = Ranking::new(probabilities, labels)?;
    Ok(ranking.tally(&ranking.counts())?.log_loss())
}

#[cfg(test)]
mod tests {
    use super::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;
    use serde::Deserialize;

    #[derive(Deserialize)]
    struct Vectors {
        tolerance: f64,
        cases: Vec<Case>,
    }

    #[derive(Deserialize)]
    struct Case {
        name: String,
        probabilities: Vec<f64>,
        labels: Vec<u8>,
        best_f1_threshold: f64,
        expected: serde_json::Map<String, serde_json::Value>,
    }

    #[test]
    fn values_agree_with_scikit_learn() {
        let text = include_str!("../../../tests/vectors/metrics.json");
        let vectors: Vectors = serde_json::from_str(text).unwrap();
        assert!(vectors.cases.len() >= 6);
        for case in &vectors.cases {
            let labels: Vec<bool> = case.labels.iter().map(|label| *label == 1).collect();
            let threshold = case.expected["threshold"].as_f64().unwrap();
            let metrics = measure(&case.probabilities, &labels, threshold).unwrap();
            let serde_json::Value::Object(seen) = serde_json::to_value(metrics).unwrap() else { unreachable!() };
            assert!(seen.keys().eq(case.expected.keys()), "{:?}", seen.keys());
            for (key, value) in &seen {
                let (value, expected) = (value.as_f64().unwrap(), case.expected[key].as_f64().unwrap());
                let distance = (value - expected).abs();
                assert!(distance <= vectors.tolerance, "{}: {key} is {value}, expected {expected}", case.name);
            }
            assert_eq!(best_f1_threshold(&case.probabilities, &labels), Ok(case.best_f1_threshold), "{}", case.name);
            assert_eq!(roc_auc(&case.probabilities, &labels), Ok(metrics.roc_auc));
            assert_eq!(log_loss(&case.probabilities, &labels), Ok(metrics.log_loss));
        }
    }

    #[test]
    fn degenerate_input_is_refused() {
        use MetricsError as E;
        let measure = |probabilities: &[f64], labels: &[bool]| super::measure(probabilities, labels, 0.5);
        assert!(matches!(measure(&[], &[]), Err(E::Rows { rows: 0, .. })));
        assert_eq!(measure(&[0.5], &[true, false]), Err(E::Lengths { probabilities: 1, labels: 2 }));
        assert_eq!(measure(&[0.5, 0.1], &[true, true]), Err(E::OneClass { positives: 2, negatives: 0 }));
        assert_eq!(measure(&[0.5], &[false]), Err(E::OneClass { positives: 0, negatives: 1 }));
        let seen = measure(&[0.5, 1.5, f64::INFINITY], &[true, false, true]);
        assert_eq!(seen, Err(E::Probability { count: 2, row: 1, value: 1.5 }));
        assert!(matches!(measure(&[f64::NAN, 0.5], &[true, false]), Err(E::Probability { row: 0, .. })));
        assert!(matches!(super::measure(&[0.1, 0.5], &[true, false], f64::NAN), Err(E::Threshold(_))));
        assert!(matches!(best_f1_threshold(&[0.1, 0.5], &[false, false]), Err(E::OneClass { .. })));
    }

    /// Random rows on a coarse grid, so that ties are common.
    fn rows(seed: u64) -> (Vec<f64>, Vec<bool>) {
        let mut random = ChaCha8Rng::seed_from_u64(seed);
        let (rows, steps) = (random.random_range(2..60), random.random_range(1..40));
        let probabilities = (0..rows).map(|_| f64::from(random.random_range(0..=steps)) / f64::from(steps)).collect();
        let mut labels: Vec<bool> = (0..rows).map(|_| random.random_bool(0.3)).collect();
        (labels[0], labels[1]) = (true, false);
        (probabilities, labels)
    }

    #[test]
    fn roc_auc_is_a_property_of_the_order() {
        for seed in 0..300 {
            let (probabilities, labels) = rows(seed);
            let area = roc_auc(&probabilities, &labels).unwrap();
            // Every pair compared: the definition itself.
            let pairs = probabilities.iter().zip(&labels).filter(|row| *row.1).flat_map(|(positive, _)| {
                let negatives = probabilities.iter().zip(&labels).filter(|row| !*row.1);
                negatives.map(move |(negative, _)| match positive.total_cmp(negative) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                })
            });
            let (wins, count) = pairs.fold((0.0, 0.0), |(wins, count), pair| (wins + pair, count + 1.0));
            assert!((area - wins / count).abs() < 1e-12, "seed {seed}");

            let transformed: Vec<f64> = probabilities.iter().map(|p| (p * p + p) / 2.0).collect();
            assert_eq!(roc_auc(&transformed, &labels), Ok(area), "monotone transform, seed {seed}");

            let complement: Vec<f64> = probabilities.iter().map(|p| 1.0 - p).collect();
            let flipped: Vec<bool> = labels.iter().map(|label| !label).collect();
            let reversed = roc_auc(&complement, &labels).unwrap();
            assert!((reversed + area - 1.0).abs() < 1e-12, "complement, seed {seed}");
            assert!((roc_auc(&complement, &flipped).unwrap() - area).abs() < 1e-12, "both, seed {seed}");
        }
    }

    #[test]
    fn no_figure_depends_on_the_order_of_the_rows() {
        for seed in 0..100 {
            let (mut probabilities, mut labels) = rows(seed);
            let before = measure(&probabilities, &labels, 0.4);
            probabilities.reverse();
            labels.reverse();
            assert_eq!(measure(&probabilities, &labels, 0.4), before, "seed {seed}");
        }
    }

    #[test]
    fn the_best_f1_threshold_is_the_best() {
        for seed in 0..200 {
            let (probabilities, labels) = rows(seed);
            let f1 = |threshold| measure(&probabilities, &labels, threshold).unwrap().f1;
            let best = best_f1_threshold(&probabilities, &labels).unwrap();
            for &other in &probabilities {
                assert!(f1(other) < f1(best) || (f1(other) == f1(best) && other >= best), "seed {seed}");
            }
        }
    }
}
