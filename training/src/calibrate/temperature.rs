//! Temperature scaling (Guo et al. 2017, 4.2): the one number that the logits are divided by.

use tenure::calibration::{Calibration, MAXIMUM_TEMPERATURE, MINIMUM_TEMPERATURE, sigmoid};

use super::rows::CalibrationRow;

/// The temperature of [`fitted`], shrunk towards 1 by the noise in its logarithm. The share that is
/// kept is `1 - (s / ln T)²`, where `s` is the standard error (positive-part estimator; James and
/// Stein 1961). A network that was stopped by its validation loss is nearly calibrated. A fit to a
/// few hundred rows then adds more noise than it removes: on IBM Telco, with 845 rows, it raises
/// the test log-loss by .0004.
pub(super) fn fit_temperature(rows: &[CalibrationRow]) -> Calibration {
    let InverseTemperature { inverse, standard_error } = fitted(rows);
    let logarithm = inverse.ln();
    let kept = (1.0 - (standard_error / logarithm).powi(2)).max(0.0);
    let temperature = (-kept * logarithm).exp();
    Calibration::Temperature { temperature: temperature.clamp(MINIMUM_TEMPERATURE, MAXIMUM_TEMPERATURE) }
}

/// 1 / T and the standard error of its logarithm.
struct InverseTemperature {
    inverse: f64,
    standard_error: f64,
}

/// Minimises the log-loss of all rows together plus one times 1/T - 1 - ln(1/T). That is 0 at T = 1
/// and does not grow with the rows, so a few hundred of them outweigh it; without it a few
/// separable rows ask for T = 0, and rows in the wrong order for T = ∞. The sum is strictly convex
/// in 1/T, so its slope has one zero. Newton's method finds it, kept between a value known to be
/// too low and one known to be too high.
fn fitted(rows: &[CalibrationRow]) -> InverseTemperature {
    let (mut low, mut high) = (1.0 / MAXIMUM_TEMPERATURE, 1.0 / MINIMUM_TEMPERATURE);
    let mut inverse = 1.0f64;
    let mut standard_error = 1.0;
    // A handful of steps is the rule; halving on the logarithm alone would need fifty.
    for _ in 0..100 {
        let (mut slope, mut curvature) = (1.0 - 1.0 / inverse, 1.0 / (inverse * inverse));
        for row in rows {
            let probability = sigmoid(inverse * row.logit);
            slope += (probability - f64::from(u8::from(row.label))) * row.logit;
            curvature += probability * (1.0 - probability) * row.logit * row.logit;
        }
        standard_error = 1.0 / (curvature.sqrt() * inverse);
        if slope > 0.0 {
            high = inverse;
        } else {
            low = inverse;
        }
        let newton = inverse - slope / curvature;
        let next = if low < newton && newton < high { newton } else { (low * high).sqrt() };
        let settled = (next - inverse).abs() <= 1e-12 * inverse;
        inverse = next;
        if settled {
            break;
        }
    }
    InverseTemperature { inverse, standard_error }
}

#[cfg(test)]
mod tests {
    use super::super::sorted_rows;
    use super::super::tests::drawn;
    use super::*;

    #[test]
    fn the_temperature_is_where_the_slope_is_zero() {
        for (seed, scale) in [(1, 0.001), (2, 0.1), (3, 1.0), (4, 20.0), (5, 200.0)] {
            let (logits, labels) = drawn(300, seed, |logit| sigmoid(logit / 2.0));
            let logits: Vec<f64> = logits.iter().map(|logit| logit * scale).collect();
            let rows = sorted_rows(&logits, &labels);
            let temperature = (1.0 / fitted(&rows).inverse).clamp(MINIMUM_TEMPERATURE, MAXIMUM_TEMPERATURE);
            let objective = |temperature: f64| {
                let calibration = Calibration::Temperature { temperature };
                let losses: f64 = rows.iter().map(|row| row.log_loss(&calibration)).sum();
                losses + 1.0 / temperature - 1.0 + temperature.ln()
            };
            for beside in [temperature * 0.999, temperature * 1.001] {
                if (MINIMUM_TEMPERATURE..=MAXIMUM_TEMPERATURE).contains(&beside) {
                    assert!(objective(beside) > objective(temperature), "{temperature} at scale {scale}");
                }
            }
        }
    }

    #[test]
    fn what_may_be_noise_is_drawn_back() {
        // Labels drawn at temperature 1: few rows stray from it, and most of the straying goes.
        let (mut strayed, mut kept) = (0.0, 0.0);
        for seed in 0..40 {
            let (logits, labels) = drawn(300, seed, sigmoid);
            let rows = sorted_rows(&logits, &labels);
            let Calibration::Temperature { temperature } = fit_temperature(&rows) else { unreachable!() };
            strayed += fitted(&rows).inverse.ln().abs();
            kept += temperature.ln().abs();
        }
        assert!(kept < 0.5 * strayed, "{kept} of {strayed}");
        // A temperature far from 1 stays.
        let (logits, labels) = drawn(3000, 1, |logit| sigmoid(logit / 2.0));
        let rows = sorted_rows(&logits, &labels);
        let Calibration::Temperature { temperature } = fit_temperature(&rows) else { unreachable!() };
        assert!((temperature * fitted(&rows).inverse).ln().abs() < 0.01);
    }
}
