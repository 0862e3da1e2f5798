//! Derived features worth having: formulas over the fields that lower the log-loss on rows that
//! were not trained on.
//!
//! The search is greedy. The default network is cross-validated once. Every candidate is then
//! scored by how much of the network's errors it explains: a held-out correction of the held-out
//! logits by the candidate's quantile and by the network's probability, which costs a millisecond.
//! The most promising candidate is tested: the network is cross-validated again with it, on the
//! same folds, and the candidate is accepted if the log-loss falls by more than three times the
//! standard error of the difference, row by row. Then the search continues with it in place.
//!
//! The gains are measured on the rows that chose the candidates, so these figures are optimistic;
//! the thresholds are high for that reason.

mod candidates;

use rayon::prelude::*;
use serde::Serialize;
use tenure::calibration::sigmoid;
use tenure::encoding::{EncoderError, EncoderParams};
use tenure::schema::Derived;

use crate::cohort::Cohort;
use crate::fit::{FitConfig, FitError};
use crate::fold_fit::FoldFit;
use crate::logistic::log_loss;
use crate::metrics::{mean, mean_and_error};
use crate::observer::Observer;
use crate::split::{Fold, SplitBy};
use crate::train::{Encoded, TrainError};

pub use candidates::candidates;

/// Rows that are used; a larger table is sampled.
const MAXIMUM_ROWS: usize = 10_000;
const FOLDS: usize = 5;
/// Candidates encoded at once.
const CHUNK: usize = 256;
/// Standard errors by which a correction must help before a candidate is tested. Most candidates
/// without information are below 0, because a held-out correction by noise does harm.
const PROMISING: f64 = 2.0;
/// Bands of the network's probability that are corrected separately: a candidate often matters only
/// where the other fields leave the outcome open.
const BANDS: usize = 3;
/// Standard errors by which the network must improve: more than the usual two, because the rows
/// that measure the candidate also chose it.
const CONVINCING: f64 = 3.0;
/// A smaller gain is not worth a formula that people must understand.
const SMALLEST_GAIN: f64 = 0.001;
const MOST_SUGGESTIONS: usize = 5;
/// Tests in a row that fail before the search ends.
const PATIENCE: usize = 3;
/// Rows of probability one half that pull a correction to 0.
const PRIOR: f64 = 5.0;

/// The result of a search.
#[derive(Clone, Debug, Serialize)]
pub struct Suggestions {
    pub rows: usize,
    pub folds: usize,
    /// Candidates that were scored.
    pub tried: usize,
    /// Held-out log-loss without any of them.
    pub log_loss: f64,
    /// Each measured with those before it in place.
    pub accepted: Vec<Suggestion>,
    /// Tested, and not accepted.
    pub rejected: Vec<Suggestion>,
}

/// A derived feature and by how much the held-out log-loss falls with it.
#[derive(Clone, Debug, Serialize)]
pub struct Suggestion {
    #[serde(flatten)]
    pub derived: Derived,
    pub gain: f64,
    pub standard_error: f64,
}

/// Searches derived features. `observer` gets a note of every candidate that is tested, and may
/// stop the search.
pub fn suggest(cohort: &Cohort, seed: u64, observer: &dyn Observer) -> Result<Suggestions, TrainError> {
    let sampled;
    let cohort = if cohort.rows() > MAXIMUM_ROWS {
        let share = MAXIMUM_ROWS as f64 / cohort.rows() as f64;
        let all: Vec<u32> = (0..cohort.rows() as u32).collect();
        let parts = SplitBy::Target.parts(cohort.labels(), &all, &[share, 1.0 - share], seed)?;
        sampled = cohort.subset(&parts[0]);
        &sampled
    } else {
        cohort
    };
    let folds = SplitBy::Target.folds(cohort.labels(), FOLDS, seed)?;
    let mut candidates = candidates(cohort);
    observer.note(&format!(
        "{} rows, {} candidates; measuring the network without them",
        cohort.rows(),
        candidates.len()
    ));
    let mut fold_of = vec![0; cohort.rows()];
    for (index, fold) in folds.iter().enumerate() {
        fold.test.iter().for_each(|&row| fold_of[row as usize] = index);
    }
    let mut held_out = cross_validate(cohort, &folds, seed, observer)?;
    let mut found = Suggestions {
        rows: cohort.rows(),
        folds: FOLDS,
        tried: candidates.len(),
        log_loss: mean(losses(&held_out, cohort.labels()).into_iter()),
        accepted: Vec::new(),
        rejected: Vec::new(),
    };
    let mut failures = 0;
    while failures < PATIENCE && found.accepted.len() < MOST_SUGGESTIONS {
        let Some((best, score)) = most_promising(cohort, &candidates, &held_out, &fold_of, observer)? else { break };
        let derived = candidates.swap_remove(best);
        let mut with: Vec<Derived> = found.accepted.iter().map(|suggestion| suggestion.derived.clone()).collect();
        with.push(derived.clone());
        observer.note(&format!("testing {} = {} ({score:.1} standard errors)", derived.name, derived.formula));
        let logits = cross_validate(&cohort.with_derived(with), &folds, seed, observer)?;
        let (before, after) = (losses(&held_out, cohort.labels()), losses(&logits, cohort.labels()));
        let (gain, standard_error) = mean_and_error(before.iter().zip(&after).map(|(before, after)| before - after));
        let suggestion = Suggestion { derived, gain, standard_error };
        if gain > CONVINCING * standard_error && gain >= SMALLEST_GAIN {
            held_out = logits;
            failures = 0;
            found.accepted.push(suggestion);
        } else {
            failures += 1;
            found.rejected.push(suggestion);
        }
    }
    Ok(found)
}

/// The held-out logits of the default network, by row.
fn cross_validate(cohort: &Cohort, folds: &[Fold], seed: u64, observer: &dyn Observer) -> Result<Vec<f64>, TrainError> {
    let config: FitConfig = FitConfig { maximum_epochs: 80, patience: 8, seed, ..FitConfig::default() };
    let of_fold = |fold: &Fold| FoldFit::new(&config, cohort, fold, observer).map(|fitted| fitted.logits(&fold.test));
    let by_fold: Vec<Vec<f64>> = folds.par_iter().map(of_fold).collect::<Result<_, TrainError>>()?;
    let mut all = vec![0.0; cohort.rows()];
    for (fold, logits) in folds.iter().zip(by_fold) {
        fold.test.iter().zip(logits).for_each(|(&row, logit)| all[row as usize] = logit);
    }
    Ok(all)
}

/// The candidate whose correction helps by the most standard errors, and by how many, where that is
/// promising.
fn most_promising(
    cohort: &Cohort,
    candidates: &[Derived],
    held_out: &[f64],
    fold_of: &[usize],
    observer: &dyn Observer,
) -> Result<Option<(usize, f64)>, TrainError> {
    let mut best: Option<(usize, f64)> = None;
    for (chunk, candidates) in candidates.chunks(CHUNK).enumerate() {
        if observer.is_stopped() {
            return Err(FitError::Interrupted.into());
        }
        for (place, score) in scores(cohort, candidates, held_out, fold_of)? {
            if score > best.map_or(PROMISING, |(_, score)| score) {
                best = Some((chunk * CHUNK + place, score));
            }
        }
    }
    Ok(best)
}

/// Gain over standard error of the correction by each candidate, by its place in the list.
fn scores(
    cohort: &Cohort,
    candidates: &[Derived],
    held_out: &[f64],
    fold_of: &[usize],
) -> Result<Vec<(usize, f64)>, TrainError> {
    let mut places: Vec<usize> = (0..candidates.len()).collect();
    let rows: Vec<u32> = (0..cohort.rows() as u32).collect();
    // A formula that is missing in every row is no candidate; the encoder names one at a time.
    let encoded = loop {
        let with = places.iter().map(|&place| candidates[place].clone()).collect();
        match Encoded::fit(&EncoderParams::default(), &cohort.with_derived(with), &rows) {
            Err(EncoderError::AllMissing { name }) => {
                let before = places.len();
                places.retain(|&place| candidates[place].name != name);
                if places.len() == before {
                    return Err(EncoderError::AllMissing { name }.into());
                }
            }
            encoded => break encoded?,
        }
    };
    let inputs = encoded.encoder().inputs();
    let features = encoded.features(&rows);
    let first = inputs.len() - places.len();
    let probabilities: Vec<f64> = held_out.iter().map(|&logit| sigmoid(logit)).collect();
    let before = losses(held_out, cohort.labels());
    let band_of = bands(&probabilities);
    let score = |(place, input): (usize, usize)| {
        let input_rows = inputs[input].row_count() * BANDS;
        let level = |row: usize| (features.get(input, row).0 - inputs[input].first_row) as usize * BANDS + band_of[row];
        // The slope and the curvature of the loss by fold and level, for a Newton step from the
        // held-out logit.
        let mut sums = vec![[0.0, 0.0]; FOLDS * input_rows];
        for (row, &label) in cohort.labels().iter().enumerate() {
            let (p, sum) = (probabilities[row], &mut sums[fold_of[row] * input_rows + level(row)]);
            sum[0] += f64::from(u8::from(label)) - p;
            sum[1] += p * (1.0 - p);
        }
        let total =
            |level: usize, which: usize| -> f64 { (0..FOLDS).map(|fold| sums[fold * input_rows + level][which]).sum() };
        let totals: Vec<[f64; 2]> = (0..input_rows).map(|level| [total(level, 0), total(level, 1)]).collect();
        let gains = (0..held_out.len()).map(|row| {
            let level = level(row);
            let own = sums[fold_of[row] * input_rows + level];
            let step = (totals[level][0] - own[0]) / (totals[level][1] - own[1] + PRIOR / 4.0);
            before[row] - log_loss(held_out[row] + step.clamp(-3.0, 3.0), cohort.labels()[row])
        });
        let (gain, standard_error) = mean_and_error(gains);
        (place, if standard_error > 0.0 { gain / standard_error } else { 0.0 })
    };
    Ok(places.into_iter().zip(first..).collect::<Vec<_>>().into_par_iter().map(score).collect())
}

/// The band of each row, cut so that every band has the same part of the variance that the labels
/// can have.
fn bands(probabilities: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..probabilities.len()).collect();
    order.sort_by(|&a, &b| probabilities[a].total_cmp(&probabilities[b]));
    let variance = |row: usize| probabilities[row] * (1.0 - probabilities[row]);
    let total: f64 = order.iter().map(|&row| variance(row)).sum();
    let (mut band_of, mut before) = (vec![0; probabilities.len()], 0.0);
    for row in order {
        band_of[row] = ((before / total * BANDS as f64) as usize).min(BANDS - 1);
        before += variance(row);
    }
    band_of
}

fn losses(logits: &[f64], labels: &[bool]) -> Vec<f64> {
    logits.iter().zip(labels).map(|(&logit, &label)| log_loss(logit, label)).collect()
}

#[cfg(test)]
mod tests;
