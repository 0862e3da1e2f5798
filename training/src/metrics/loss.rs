//! What one row adds to the log-loss and to the calibration error.

/// Bins of the expected calibration error, of equal width.
pub(super) const CALIBRATION_BINS: usize = 10;

/// -ln of the probability given to what happened, clipped to [ε, 1 - ε] as scikit-learn clips
/// doubles, so that one certain and wrong row costs 36 and not infinity.
pub fn row_log_loss(probability: f64, label: bool) -> f64 {
    let given = if label { probability } else { 1.0 - probability };
    -given.clamp(f64::EPSILON, 1.0 - f64::EPSILON).ln()
}

/// The mean of [`row_log_loss`], summed in the order of the rows.
pub fn mean_log_loss(probabilities: &[f64], labels: &[bool]) -> f64 {
    let losses = probabilities.iter().zip(labels).map(|(&probability, &label)| row_log_loss(probability, label));
    losses.sum::<f64>() / labels.len() as f64
}

/// Which of the equal-width bins a probability falls into.
pub(super) fn calibration_bin(probability: f64) -> usize {
    ((probability * CALIBRATION_BINS as f64) as usize).min(CALIBRATION_BINS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_are_closed_below_and_the_last_one_holds_one() {
        let bins = [0.0, 0.0999, 0.1, 0.3, 0.7, 0.89999, 0.9, 1.0].map(calibration_bin);
        assert_eq!(bins, [0, 0, 1, 3, 7, 8, 9, 9]);
    }

    #[test]
    fn certain_rows_cost_a_finite_loss() {
        assert!((row_log_loss(0.0, true) - 36.04365338911715).abs() < 1e-12);
        assert_eq!(row_log_loss(1.0, false), row_log_loss(0.0, true));
        assert!(row_log_loss(1.0, true) > 0.0 && row_log_loss(1.0, true) < 1e-15);
    }
}
