//! The calibrated probabilities of many logits at once, for games whose value is a probability.
//!
//! Numbers are f32, and every step is one multiplication, addition or division in a fixed order, so
//! that native code and wasm agree bit for bit. A probability is within 2e-7 of that of
//! [`Calibration::probability`] at the same logit.

use wide::f32x4;

use super::{Calibration, line};

impl Calibration {
    /// Replaces logits by their probabilities. There are a multiple of four, or fewer than four.
    pub fn apply(&self, values: &mut [f32]) {
        match self {
            Calibration::Temperature { temperature } => {
                if values.len() < 4 {
                    let mut quad = [0.0; 4];
                    quad[..values.len()].copy_from_slice(values);
                    self.apply(&mut quad);
                    return values.copy_from_slice(&quad[..values.len()]);
                }
                let factor = splat((1.0 / temperature) as f32);
                for quad in values.as_chunks_mut().0 {
                    *quad = sigmoid(f32x4::new(*quad) * factor).to_array();
                }
            }
            Calibration::Isotonic { logits, probabilities } => {
                // Most logits are near the one before. `above` is the first knot above it.
                let mut above = 0;
                for value in values {
                    let logit = f64::from(*value);
                    while logits.get(above).is_some_and(|knot| *knot <= logit) {
                        above += 1;
                    }
                    while above > 0 && logits[above - 1] > logit {
                        above -= 1;
                    }
                    *value = line(logits, probabilities, above, logit) as f32;
                }
            }
        }
    }
}

/// One number in all lanes.
fn splat(number: f32) -> f32x4 {
    f32x4::new([number; 4])
}

/// `1 / (1 + exp(-logit))` of four logits.
fn sigmoid(logits: f32x4) -> f32x4 {
    let small = exp(-logits.abs());
    let towards_zero = logits.simd_lt(f32x4::ZERO).bitselect(small, f32x4::ONE);
    towards_zero / (f32x4::ONE + small)
}

/// `exp` of numbers that are not positive: 2^n by its bits, and the rest by a polynomial.
fn exp(numbers: f32x4) -> f32x4 {
    /// Adding it rounds to a whole number, which is then in the lowest bits.
    const ROUND: f32 = 12_582_912.0;
    /// ln 2 in two parts: a product of the first with a small whole number is exact.
    const LN_2: [f32; 2] = [0.693_359_4, -2.121_944_4e-4];
    // Below, 2^n has no bits.
    let numbers = numbers.fast_max(splat(-87.0));
    let rounded = numbers * splat(std::f32::consts::LOG2_E) + splat(ROUND);
    let n = rounded - splat(ROUND);
    let rest = numbers - n * splat(LN_2[0]) - n * splat(LN_2[1]);
    let mut sum = splat(1.0 / 720.0);
    for factor in [1.0 / 120.0, 1.0 / 24.0, 1.0 / 6.0, 0.5, 1.0, 1.0] {
        sum = sum * rest + splat(factor);
    }
    sum * f32x4::new(rounded.to_array().map(|n| f32::from_bits((n.to_bits() << 23).wrapping_add(0x3f80_0000))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn compare(calibration: &Calibration, logits: &[f32], tolerance: f64) {
        assert_eq!(calibration.validate(), Ok(()));
        let mut probabilities = logits.to_vec();
        let whole = logits.len() / 4 * 4;
        calibration.apply(&mut probabilities[..whole]);
        calibration.apply(&mut probabilities[whole..]);
        for (&logit, &probability) in logits.iter().zip(&probabilities) {
            let expected = calibration.probability(f64::from(logit));
            let error = (f64::from(probability) - expected).abs();
            assert!(error < tolerance, "{logit}: {probability} {expected}");
        }
    }

    #[test]
    fn sigmoids_are_those_of_single_logits() {
        for temperature in [0.5, 1.0, 1.013_925_786_572_889, 3.0] {
            let logits: Vec<f32> = (-40_003..40_003).map(|step| step as f32 / 1000.0).collect();
            compare(&Calibration::Temperature { temperature }, &logits, 2e-7);
        }
        compare(&Calibration::Temperature { temperature: 0.01 }, &[-1e6, -1e3, -0.0, 1e3, 1e6], 2e-7);
        compare(&Calibration::Temperature { temperature: 2.0 }, &[], 2e-7);
    }

    proptest! {
        #[test]
        fn lines_are_those_of_single_logits(
            knots in prop::collection::btree_map(-9_000i32..9_000, 0.0..1.0f64, 2..60),
            asked in prop::collection::vec(-11.0..11.0f32, 1..99),
        ) {
            let logits: Vec<f64> = knots.keys().map(|knot| f64::from(*knot) / 1000.0).collect();
            let mut probabilities: Vec<f64> = knots.values().copied().collect();
            probabilities.sort_by(f64::total_cmp);
            // A logit of f32 may be this far from a knot that it equals as f64.
            let steepest = logits.windows(2).zip(probabilities.windows(2)).map(|(x, y)| (y[1] - y[0]) / (x[1] - x[0]));
            let tolerance = 2e-7 + 1e-6 * steepest.fold(0.0, f64::max);
            let mut asked = asked;
            asked.extend(logits.iter().map(|&knot| knot as f32));
            compare(&Calibration::Isotonic { logits, probabilities }, &asked, tolerance);
        }
    }
}
