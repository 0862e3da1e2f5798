//! Whether one model is better than another on the same rows, or may be so by chance.

use std::fmt::{Display, Formatter};

use crate::logistic::log_loss;
use crate::metrics::mean_and_error;

/// Standard errors that a difference must have: 95% of a normal distribution lie below.
const CONFIDENCE: f64 = 1.645;
pub(super) const CONFIDENCE_WORDS: &str = "95%";

/// The difference of two models' log-loss, row by row.
#[derive(Clone, Copy, Debug)]
pub(super) struct Evidence {
    /// The mean, above 0 where the first is better.
    gain: f64,
    error: f64,
}

impl Evidence {
    /// Compares logits of the same rows.
    pub(super) fn of(first: &[f64], second: &[f64], labels: &[bool]) -> Evidence {
        let losses = first.iter().zip(second).zip(labels);
        let (gain, error) =
            mean_and_error(losses.map(|((&first, &second), &label)| log_loss(second, label) - log_loss(first, label)));
        Evidence { gain, error }
    }

    /// Whether the first is better at 95% confidence (one-sided).
    pub(super) fn is_confident(self) -> bool {
        self.gain > CONFIDENCE * self.error
    }
}

/// As in `0.0012 (standard error 0.0019)`.
impl Display for Evidence {
    fn fmt(&self, out: &mut Formatter) -> std::fmt::Result {
        write!(out, "{:.4} (standard error {:.4})", self.gain, self.error)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_difference_counts_from_1_645_standard_errors_on() {
        let labels = [true; 100];
        // Rows with gains of 1 ± width, and so a standard error of width / √99.
        let of = |width: f64| {
            let loss = |row: usize| if row.is_multiple_of(2) { 5.0 + width } else { 5.0 - width };
            // The logit of a loss, where the label is true.
            let logits: Vec<f64> = (0..100).map(|row| -(loss(row).exp() - 1.0).ln()).collect();
            let better: Vec<f64> = vec![-(4f64.exp() - 1.0).ln(); 100];
            Evidence::of(&better, &logits, &labels)
        };
        assert!(of(4.0).is_confident());
        let seen = of(3.0);
        assert!((seen.gain - 1.0).abs() < 1e-9 && (seen.error - 3.0 / 99f64.sqrt()).abs() < 1e-9, "{seen:?}");
        assert!(
            Evidence { gain: 1.65, error: 1.0 }.is_confident() && !Evidence { gain: 1.64, error: 1.0 }.is_confident()
        );
        assert!(!Evidence::of(&[0.0; 3], &[0.0; 3], &[true, false, true]).is_confident());
        assert_eq!(seen.to_string(), "1.0000 (standard error 0.3015)");
    }
}
