//! A search for hyperparameters within a budget: trials are measured fold by fold, and a trial that
//! falls behind is pruned.
//!
//! Every trial is measured on one fold, then on one more, then on the rest. After each of these
//! rungs it continues only if its mean so far is at most the median of all trials' means over the
//! same folds (the median rule of Golovin et al., "Google Vizier", KDD 2017, with folds instead of
//! steps). The first trial has the defaults and is always measured in full, so that every result is
//! compared with them.

pub mod space;
mod trials;

use std::ops::Range;

pub use trials::{TrialFold, Trials};

use crate::checkpoint::CheckpointError;
use crate::hyperparameters::Hyperparameters;
use crate::metrics::{self, mean_and_error};
use space::SearchSpace;

/// Inner folds of a trial.
pub const FOLDS: usize = 4;

/// The folds that are measured before the next decision.
const RUNGS: [Range<usize>; 3] = [0..1, 1..2, 2..FOLDS];

/// The result of a trial.
#[derive(Clone, Debug, PartialEq)]
pub struct TrialSummary {
    pub trial: usize,
    pub params: Hyperparameters,
    pub folds: usize,
    /// Mean log-loss over its folds; infinite where one gave no network.
    pub mean: f64,
    /// Whether it was pruned. A trial that is not was measured in full, or the search was stopped.
    pub given_up: bool,
}

/// Measures some folds of a trial.
pub type Measure<'a, E> = dyn FnMut(usize, &Hyperparameters, Range<usize>) -> Result<Vec<TrialFold>, E> + 'a;

/// Searches as long as `more`, which is called before every trial with its number, returns true.
/// `measure` measures folds of a trial; `ended` gets the folds of every trial that this call
/// measured, when the trial ends.
pub fn search<E: From<CheckpointError>>(
    space: &SearchSpace,
    seed: u64,
    trials: &mut Trials,
    more: &mut dyn FnMut(usize) -> bool,
    measure: &mut Measure<E>,
    ended: &mut dyn FnMut(&[&TrialFold]) -> Result<(), E>,
) -> Result<(), E> {
    for number in 0.. {
        let earlier: Vec<TrialSummary> = ranking(trials).into_iter().filter(|other| other.trial < number).collect();
        let finished = earlier.iter().filter(|other| other.folds == FOLDS);
        let best: Vec<Hyperparameters> = finished.map(|other| other.params.clone()).collect();
        let params = space.draw(number, seed, &best);
        let known = trials.by_trial().get(&number).map_or(0, Vec::len);
        if known == 0 && !more(number) {
            return Ok(());
        }
        let mut measured_now = false;
        for rung in RUNGS {
            let known = trials.by_trial().get(&number).map_or(0, Vec::len);
            if known < rung.end {
                measured_now = true;
                let folds = measure(number, &params, known.max(rung.start)..rung.end)?;
                trials.add(folds)?;
            }
            if number > 0 && is_behind(trials, number, rung.end) {
                break;
            }
        }
        if measured_now {
            ended(&trials.by_trial()[&number])?;
        }
    }
    Ok(())
}

/// Whether the trial's mean over its first `folds` is above the median of those of the trials
/// before it.
fn is_behind(trials: &Trials, number: usize, folds: usize) -> bool {
    let by_trial = trials.by_trial();
    let mean_of = |trial: usize| {
        by_trial.get(&trial).filter(|measured| measured.len() >= folds).map(|measured| mean(&measured[..folds]))
    };
    let mut others: Vec<f64> = (0..number).filter_map(mean_of).collect();
    others.sort_by(f64::total_cmp);
    let median = others[(others.len() - 1) / 2];
    mean_of(number).is_some_and(|own| own > median)
}

/// Mean log-loss over folds; infinite where one gave no network.
pub fn mean(folds: &[&TrialFold]) -> f64 {
    metrics::mean(folds.iter().map(|fold| fold.log_loss.unwrap_or(f64::INFINITY)))
}

/// How much lower a trial's log-loss is than that of the defaults, fold by fold: the mean and its
/// standard error. `None` where one of the two was not measured in full, or gave no network.
pub fn gain(trials: &Trials, trial: usize) -> Option<(f64, f64)> {
    let by_trial = trials.by_trial();
    let losses =
        |trial: usize| -> Option<Vec<f64>> { by_trial.get(&trial)?.iter().map(|fold| fold.log_loss).collect() };
    let (defaults, own) = (losses(0)?, losses(trial)?);
    if defaults.len() < FOLDS || own.len() < FOLDS {
        return None;
    }
    Some(mean_and_error(defaults.iter().zip(&own).map(|(defaults, own)| defaults - own)))
}

/// All trials: those measured in full first, then the others, each by their mean.
pub fn ranking(trials: &Trials) -> Vec<TrialSummary> {
    let trial_summary = |(&trial, folds): (&usize, &Vec<&TrialFold>)| TrialSummary {
        trial,
        params: folds[0].params.clone(),
        folds: folds.len(),
        mean: mean(folds),
        given_up: trial > 0 && folds.len() < FOLDS && is_behind(trials, trial, folds.len()),
    };
    let mut ranking: Vec<TrialSummary> = trials.by_trial().iter().map(trial_summary).collect();
    ranking.sort_by(|a, b| b.folds.cmp(&a.folds).then(a.mean.total_cmp(&b.mean)).then(a.trial.cmp(&b.trial)));
    ranking
}

#[cfg(test)]
mod tests;
