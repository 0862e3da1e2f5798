//! Learns logit -> probability on rows that the network never saw.
//!
//! Two candidates. *Temperature* has one parameter, drawn back towards 1, and keeps the order of
//! the customers. *Isotonic* (pool adjacent violators; Zadrozny & Elkan 2002) follows any rising
//! curve, but needs rows to do so, and flattens the ends. Stratified cross-validation on the
//! calibration rows compares their log-loss; isotonic is taken only where it is better by more than
//! one standard error of the paired difference, and never below [`MINIMUM_ISOTONIC_ROWS`] rows.

mod isotonic;
mod rows;
mod temperature;

use rand::SeedableRng;
use rand::seq::SliceRandom;
use rand_chacha::ChaCha8Rng;
use serde::{Deserialize, Serialize};
use tenure::calibration::{Calibration, MAXIMUM_LOGIT};

use crate::metrics::{mean, mean_and_error};
use isotonic::fit_isotonic;
use rows::{CalibrationRow, sorted_rows};
use temperature::fit_temperature;

/// Below this the choice between the two is noise.
pub const MINIMUM_ISOTONIC_ROWS: usize = 200;

/// How to fit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CalibrationParams {
    /// Parts of the cross-validation; no more than there are rows.
    pub folds: usize,
    pub seed: u64,
}

impl Default for CalibrationParams {
    fn default() -> CalibrationParams {
        CalibrationParams { folds: 5, seed: 0 }
    }
}

/// The calibration, and a record of the choice.
#[derive(Clone, Debug, PartialEq)]
pub struct Calibrated {
    pub calibration: Calibration,
    pub record: CalibrationRecord,
}

/// For the model card. Log-losses are on the calibration rows, cross-validated where something was
/// learned.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CalibrationRecord {
    pub method: Method,
    pub temperature_log_loss: f64,
    /// `None` if there were too few rows to try it, or only one distinct logit.
    pub isotonic_log_loss: Option<f64>,
    /// The log-loss of the plain sigmoid.
    pub uncalibrated_log_loss: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    Temperature,
    Isotonic,
}

/// Why no calibration can be fitted.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
pub enum CalibrateError {
    #[error("calibration labels: must be one for each of the {logits} logits (got {labels})")]
    Lengths { logits: usize, labels: usize },
    #[error(
        "calibration logits: must be within ±{MAXIMUM_LOGIT} ({count} are not; the first is {value} in row {row}, counted from 0)"
    )]
    Logit { count: usize, row: usize, value: f64 },
    #[error("calibration labels: both classes are needed (got {positives} positives and {negatives} negatives)")]
    OneClass { positives: usize, negatives: usize },
    #[error("calibration folds: must be at least 2 (got {0})")]
    Folds(usize),
}

impl CalibrationParams {
    /// Fits both candidates to logits and labels (true is positive) of the same rows and keeps the
    /// better one.
    pub fn fit(&self, logits: &[f64], labels: &[bool]) -> Result<Calibrated, CalibrateError> {
        check(logits, labels)?;
        if self.folds < 2 {
            return Err(CalibrateError::Folds(self.folds));
        }
        let rows = sorted_rows(logits, labels);
        let temperature = fit_temperature(&rows);
        let isotonic = if rows.len() < MINIMUM_ISOTONIC_ROWS { None } else { fit_isotonic(&rows, &temperature) };
        let held_out = self.cross_validate(&rows);

        // The paired difference of the two losses, row by row; positive where isotonic is better.
        let (gain, standard_error) = mean_and_error(held_out.iter().map(|losses| losses.temperature - losses.isotonic));
        let tried = isotonic.is_some();
        let chosen = isotonic.filter(|_| gain > standard_error);
        let uncalibrated = Calibration::Temperature { temperature: 1.0 };
        let record = CalibrationRecord {
            method: if chosen.is_some() { Method::Isotonic } else { Method::Temperature },
            temperature_log_loss: mean(held_out.iter().map(|losses| losses.temperature)),
            isotonic_log_loss: tried.then(|| mean(held_out.iter().map(|losses| losses.isotonic))),
            uncalibrated_log_loss: mean(rows.iter().map(|row| row.log_loss(&uncalibrated))),
        };
        Ok(Calibrated { calibration: chosen.unwrap_or(temperature), record })
    }

    /// The loss of each row under both candidates, fitted without it.
    fn cross_validate(&self, rows: &[CalibrationRow]) -> Vec<HeldOut> {
        let fold_of = self.stratified_folds(rows);
        let mut held_out = Vec::with_capacity(rows.len());
        for fold in 0..self.folds.min(rows.len()) {
            let part = |inside: bool| {
                let chosen = rows.iter().zip(&fold_of).filter(move |(_, of)| (**of == fold) == inside);
                chosen.map(|(row, _)| *row).collect::<Vec<CalibrationRow>>()
            };
            let training = part(false);
            let temperature = fit_temperature(&training);
            // With one distinct logit left the curve is the temperature fit.
            let isotonic = fit_isotonic(&training, &temperature).unwrap_or_else(|| temperature.clone());
            held_out.extend(
                part(true)
                    .iter()
                    .map(|row| HeldOut { temperature: row.log_loss(&temperature), isotonic: row.log_loss(&isotonic) }),
            );
        }
        held_out
    }

    /// Deals the shuffled negatives, then the shuffled positives, to the folds in turn.
    fn stratified_folds(&self, rows: &[CalibrationRow]) -> Vec<usize> {
        let mut random = ChaCha8Rng::seed_from_u64(self.seed);
        let mut fold_of = vec![0; rows.len()];
        let mut dealt = 0;
        for class in [false, true] {
            let mut members: Vec<usize> = (0..rows.len()).filter(|row| rows[*row].label == class).collect();
            members.shuffle(&mut random);
            for row in members {
                fold_of[row] = dealt % self.folds;
                dealt += 1;
            }
        }
        fold_of
    }
}

struct HeldOut {
    temperature: f64,
    isotonic: f64,
}

/// Calibrated probabilities of logits.
pub fn probabilities(calibration: &Calibration, logits: &[f64]) -> Vec<f64> {
    logits.iter().map(|&logit| calibration.probability(logit)).collect()
}

fn check(logits: &[f64], labels: &[bool]) -> Result<(), CalibrateError> {
    if logits.len() != labels.len() {
        return Err(CalibrateError::Lengths { logits: logits.len(), labels: labels.len() });
    }
    let inside = -MAXIMUM_LOGIT..=MAXIMUM_LOGIT;
    let mut outside = logits.iter().enumerate().filter(|(_, logit)| !inside.contains(*logit));
    if let Some((row, &value)) = outside.next() {
        return Err(CalibrateError::Logit { count: 1 + outside.count(), row, value });
    }
    let positives = labels.iter().filter(|label| **label).count();
    let negatives = labels.len() - positives;
    if positives == 0 || negatives == 0 {
        return Err(CalibrateError::OneClass { positives, negatives });
    }
    Ok(())
}

#[cfg(test)]
mod tests;
