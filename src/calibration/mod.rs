//! Logit → probability: the last step of a score, fitted by training on rows that fitted nothing
//! else.
//!
//! `exp` comes from libm, so that the native and the wasm build give the same bits.

mod curve;

#[cfg(feature = "write")]
use serde::Serialize;

use crate::json::Reader;
use crate::json::decimal::Decimal;

/// How a logit becomes a probability.
///
/// *Temperature*: `sigmoid(logit / temperature)` (Guo et al. 2017, "On Calibration of Modern Neural
/// Networks", 4.2). *Isotonic*: straight lines between knots, constant outside of the first and the
/// last one.
#[derive(Clone, Debug, PartialEq)]
#[cfg_attr(feature = "write", derive(Serialize))]
#[cfg_attr(feature = "write", serde(tag = "method", rename_all = "lowercase"))]
pub enum Calibration {
    /// `sigmoid(logit / temperature)`.
    Temperature {
        /// Divides the logit.
        temperature: f64,
    },
    /// Straight lines between knots.
    Isotonic {
        /// Knots, strictly ascending, within ±[`MAXIMUM_LOGIT`].
        logits: Vec<f64>,
        /// The probability at each knot, not descending.
        probabilities: Vec<f64>,
    },
}

/// The first rule that a calibration breaks.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrationError {
    /// The temperature is out of range.
    #[error("calibration.temperature: must be within {}..={} (got {})", Decimal(MINIMUM_TEMPERATURE), Decimal(MAXIMUM_TEMPERATURE), Decimal(*.0))]
    Temperature(f64),
    /// There are too few or too many knots.
    #[error("calibration.logits: must be {MINIMUM_KNOTS} to {MAXIMUM_KNOTS} (got {0})")]
    KnotCount(usize),
    /// There is not one probability for each knot.
    #[error("calibration.probabilities: must be one for each of the {logits} logits (got {probabilities})")]
    Lengths {
        /// Number of knots.
        logits: usize,
        /// Number of probabilities.
        probabilities: usize,
    },
    /// A knot is out of range.
    #[error("calibration.logits[{index}]: must be within ±{} (got {})", Decimal(MAXIMUM_LOGIT), Decimal(*.value))]
    Logit {
        /// Position of the knot.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// A knot is not above the one before.
    #[error("calibration.logits[{index}]: must be above the logit before it (got {})", Decimal(*.value))]
    LogitOrder {
        /// Position of the knot.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// A probability is out of range.
    #[error("calibration.probabilities[{index}]: must be within 0..=1 (got {})", Decimal(*.value))]
    Probability {
        /// Position of the knot.
        index: usize,
        /// What it is.
        value: f64,
    },
    /// A probability is below the one before.
    #[error("calibration.probabilities[{index}]: must not be below the probability before it (got {})", Decimal(*.value))]
    ProbabilityOrder {
        /// Position of the knot.
        index: usize,
        /// What it is.
        value: f64,
    },
}

/// The least temperature of a calibration.
pub const MINIMUM_TEMPERATURE: f64 = 0.01;
/// The greatest temperature of a calibration.
pub const MAXIMUM_TEMPERATURE: f64 = 100.0;
/// The fewest knots of an isotonic calibration.
pub const MINIMUM_KNOTS: usize = 2;
/// The most knots of an isotonic calibration.
pub const MAXIMUM_KNOTS: usize = 4096;
/// Knots lie within ± this, so that the distance between two of them stays finite.
pub const MAXIMUM_LOGIT: f64 = 1e6;

/// `1 / (1 + exp(-logit))` without overflow: the exponent is never positive. NaN stays NaN.
pub fn sigmoid(logit: f64) -> f64 {
    let small = libm::exp(-logit.abs());
    let towards_zero = if logit < 0.0 { small } else { 1.0 };
    towards_zero / (1.0 + small)
}

impl Calibration {
    /// Reads the document. [`Calibration::validate`] checks the values.
    pub fn read(mut reader: Reader) -> Calibration {
        let calibration = match reader.text("method").as_str() {
            "isotonic" => {
                let (logits, probabilities) = (reader.numbers("logits"), reader.numbers("probabilities"));
                Calibration::Isotonic { logits, probabilities }
            }
            other => {
                if !other.is_empty() && other != "temperature" {
                    reader.report("method", "must be \"temperature\" or \"isotonic\"");
                }
                Calibration::Temperature { temperature: reader.number("temperature") }
            }
        };
        reader.end();
        calibration
    }

    /// The probability that belongs to a logit: nondecreasing in it, within 0..=1 for a valid
    /// calibration, NaN for NaN.
    pub fn probability(&self, logit: f64) -> f64 {
        match self {
            Calibration::Temperature { temperature } => sigmoid(logit / temperature),
            Calibration::Isotonic { logits, probabilities } => interpolate(logits, probabilities, logit),
        }
    }

    /// Checks the values. What [`Calibration::probability`] promises holds for a calibration that
    /// passes.
    pub fn validate(&self) -> Result<(), CalibrationError> {
        match self {
            Calibration::Temperature { temperature } => {
                if (MINIMUM_TEMPERATURE..=MAXIMUM_TEMPERATURE).contains(temperature) {
                    Ok(())
                } else {
                    Err(CalibrationError::Temperature(*temperature))
                }
            }
            Calibration::Isotonic { logits, probabilities } => validate_knots(logits, probabilities),
        }
    }
}

fn interpolate(logits: &[f64], probabilities: &[f64], logit: f64) -> f64 {
    if logit.is_nan() {
        return logit;
    }
    line(logits, probabilities, logits.partition_point(|knot| *knot <= logit), logit)
}

/// The probability of a logit, `above` being the first knot above it.
fn line(logits: &[f64], probabilities: &[f64], above: usize, logit: f64) -> f64 {
    if above == 0 {
        return probabilities[0];
    }
    if above == logits.len() {
        return probabilities[above - 1];
    }
    let fraction = (logit - logits[above - 1]) / (logits[above] - logits[above - 1]);
    let (low, high) = (probabilities[above - 1], probabilities[above]);
    // Rounding may step past the knot above by one unit in the last place; a curve that falls there
    // is not monotone.
    (low + fraction * (high - low)).min(high)
}

fn validate_knots(logits: &[f64], probabilities: &[f64]) -> Result<(), CalibrationError> {
    if !(MINIMUM_KNOTS..=MAXIMUM_KNOTS).contains(&logits.len()) {
        return Err(CalibrationError::KnotCount(logits.len()));
    }
    if probabilities.len() != logits.len() {
        return Err(CalibrationError::Lengths { logits: logits.len(), probabilities: probabilities.len() });
    }
    for (index, (&logit, &probability)) in logits.iter().zip(probabilities).enumerate() {
        // Written so that NaN fails: it lies in no range.
        if !(-MAXIMUM_LOGIT..=MAXIMUM_LOGIT).contains(&logit) {
            return Err(CalibrationError::Logit { index, value: logit });
        }
        if !(0.0..=1.0).contains(&probability) {
            return Err(CalibrationError::Probability { index, value: probability });
        }
        if index > 0 && logit <= logits[index - 1] {
            return Err(CalibrationError::LogitOrder { index, value: logit });
        }
        if index > 0 && probability < probabilities[index - 1] {
            return Err(CalibrationError::ProbabilityOrder { index, value: probability });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn isotonic(logits: &[f64], probabilities: &[f64]) -> Calibration {
        Calibration::Isotonic { logits: logits.to_vec(), probabilities: probabilities.to_vec() }
    }

    #[test]
    fn sigmoid_is_safe_at_the_ends() {
        assert_eq!(sigmoid(0.0), 0.5);
        assert_eq!(sigmoid(-1e9), 0.0);
        assert_eq!(sigmoid(1e9), 1.0);
        assert_eq!(sigmoid(f64::NEG_INFINITY), 0.0);
        assert_eq!(sigmoid(f64::INFINITY), 1.0);
        assert!(sigmoid(f64::NAN).is_nan());
        // Where 1 - sigmoid(40) would have lost every digit.
        assert!((sigmoid(-40.0) / (-40f64).exp() - 1.0).abs() < 1e-15);
    }

    #[test]
    fn temperature_divides_the_logit() {
        let calibration = Calibration::Temperature { temperature: 2.0 };
        assert_eq!(calibration.probability(3.0), sigmoid(1.5));
        assert!(calibration.probability(f64::NAN).is_nan());
    }

    #[test]
    fn isotonic_runs_straight_between_knots_and_flat_outside() {
        let calibration = isotonic(&[-2.0, 0.0, 1.0], &[0.125, 0.25, 0.75]);
        let seen = [-9.0, -2.0, -1.0, 0.0, 0.5, 1.0, 9.0, f64::INFINITY].map(|logit| calibration.probability(logit));
        assert_eq!(seen, [0.125, 0.125, 0.1875, 0.25, 0.5, 0.75, 0.75, 0.75]);
        assert!(calibration.probability(f64::NAN).is_nan());
    }

    #[test]
    fn rounding_does_not_step_over_a_knot() {
        // Just below the second knot the fraction rounds to 1, and 0.31 + (0.939 - 0.31) to more
        // than 0.939.
        let calibration = isotonic(&[-30.0, 0.001], &[0.31, 0.939]);
        assert_eq!(calibration.probability(0.001f64.next_down()), 0.939);
    }

    #[test]
    fn every_rule_refuses_with_its_own_error() {
        use CalibrationError as E;
        for temperature in [f64::NAN, f64::INFINITY, 0.0, -1.0, 0.009, 100.5] {
            let refused = Calibration::Temperature { temperature }.validate();
            assert!(matches!(refused, Err(E::Temperature(_))), "{temperature}: {refused:?}");
        }
        let many: Vec<f64> = (0..=MAXIMUM_KNOTS).map(|knot| knot as f64).collect();
        let flat = vec![0.5; many.len()];
        assert_eq!(isotonic(&many, &flat).validate(), Err(E::KnotCount(4097)));
        assert_eq!(isotonic(&many[1..], &flat[1..]).validate(), Ok(()));
        assert_eq!(isotonic(&[0.0], &[0.5]).validate(), Err(E::KnotCount(1)));
        assert_eq!(isotonic(&[0.0, 1.0], &[0.5]).validate(), Err(E::Lengths { logits: 2, probabilities: 1 }));
        assert_eq!(isotonic(&[0.0, 2e6], &[0.1, 0.2]).validate(), Err(E::Logit { index: 1, value: 2e6 }));
        assert!(matches!(isotonic(&[f64::NAN, 1.0], &[0.1, 0.2]).validate(), Err(E::Logit { index: 0, .. })));
        assert_eq!(isotonic(&[0.0, 0.0], &[0.1, 0.2]).validate(), Err(E::LogitOrder { index: 1, value: 0.0 }));
        assert_eq!(isotonic(&[0.0, 1.0], &[0.1, 1.1]).validate(), Err(E::Probability { index: 1, value: 1.1 }));
        assert!(matches!(isotonic(&[0.0, 1.0], &[0.1, f64::NAN]).validate(), Err(E::Probability { index: 1, .. })));
        assert_eq!(isotonic(&[0.0, 1.0], &[0.2, 0.1]).validate(), Err(E::ProbabilityOrder { index: 1, value: 0.1 }));
    }

    fn read(text: &str) -> Result<Calibration, Vec<crate::json::Problem>> {
        let value = crate::json::parse(text).unwrap();
        let problems = crate::json::Problems::default();
        let calibration = Calibration::read(Reader::new("", &value, &problems));
        problems.or(calibration)
    }

    #[test]
    fn the_document_keeps_its_spelling() {
        let text = r#"{"method":"isotonic","logits":[0.0,1.0],"probabilities":[0.25,0.75]}"#;
        let calibration = read(text).unwrap();
        assert_eq!(calibration, isotonic(&[0.0, 1.0], &[0.25, 0.75]));
        assert_eq!(serde_json::to_string(&calibration).unwrap(), text);
        let temperature = serde_json::to_string(&Calibration::Temperature { temperature: 1.5 }).unwrap();
        assert_eq!(temperature, r#"{"method":"temperature","temperature":1.5}"#);
        assert!(read(r#"{"method":"temperature","temperature":1,"extra":2}"#).is_err());
        assert!(read(r#"{"method":"platt","temperature":1}"#).is_err());
    }

    proptest! {
        #[test]
        fn a_valid_calibration_never_falls(
            knots in prop::collection::btree_map(-30_000i32..30_000, 0.0..1.0f64, 2..40),
            mut asked in prop::collection::vec(-35.0..35.0f64, 2..60),
        ) {
            let logits: Vec<f64> = knots.keys().map(|knot| f64::from(*knot) / 1000.0).collect();
            let mut probabilities: Vec<f64> = knots.values().copied().collect();
            probabilities.sort_by(f64::total_cmp);
            let (lowest, highest) = (probabilities[0], probabilities[probabilities.len() - 1]);
            // Just beside the knots is where rounding could break the order.
            asked.extend(logits.iter().flat_map(|knot| [knot.next_down(), *knot, knot.next_up()]));
            asked.sort_by(f64::total_cmp);
            let calibration = Calibration::Isotonic { logits, probabilities };
            prop_assert_eq!(calibration.validate(), Ok(()));
            let seen: Vec<f64> = asked.iter().map(|logit| calibration.probability(*logit)).collect();
            prop_assert!(seen.iter().all(|probability| (lowest..=highest).contains(probability)));
            prop_assert!(seen.is_sorted(), "{seen:?}");
        }
    }
}
