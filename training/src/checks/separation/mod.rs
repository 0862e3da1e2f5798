//! Models that are too good, and the fewest fields that make them so.
//!
//! A leak is often spread over several columns, none of which tells the outcome alone: usage in the
//! very period that defines leaving. Where a model tells the customers apart nearly perfectly, two
//! quick learners look for few fields that do so together.

mod learner;
mod linear;
mod sample;
mod trees;

use rayon::prelude::*;

use super::fields::summaries;
use super::finding::{Check, Finding};
use crate::cohort::Cohort;
use crate::metrics::{mean, roc_auc};
use learner::{Fitted, Learner};
use sample::Sample;

/// Above it, nearly every customer that left ranks above every one that stayed.
const ROC_AUC: f64 = 0.999;
const LOG_LOSS: f64 = 0.01;
/// With rare leavers, the log-loss of knowing nothing is low as well.
const LOG_LOSS_SHARE: f64 = 0.1;
/// Customers of either class below which a perfect figure may be luck.
const FEWEST: usize = 20;
/// Customers of either class from which on a perfect figure is no luck, even if no few
/// fields are found.
const ENOUGH: usize = 50;
/// Fields that the search drops one by one.
const MAXIMUM_SET: usize = 32;
/// Fields that are named.
const NAMED: usize = 6;

/// The figures of a model that may be too good.
#[derive(Clone, Copy, Debug)]
pub struct ModelQuality {
    pub roc_auc: f64,
    pub log_loss: f64,
    /// Rows that were measured, by class.
    pub positives: usize,
    pub negatives: usize,
}

impl ModelQuality {
    /// Figures on rows with these labels.
    pub fn new(roc_auc: f64, log_loss: f64, labels: &[bool]) -> ModelQuality {
        let positives = labels.iter().filter(|&&label| label).count();
        ModelQuality { roc_auc, log_loss, positives, negatives: labels.len() - positives }
    }

    fn is_nearly_perfect(&self) -> bool {
        let rate = self.positives as f64 / (self.positives + self.negatives) as f64;
        let entropy = -rate * rate.ln() - (1.0 - rate) * (1.0 - rate).ln();
        self.roc_auc >= ROC_AUC || self.log_loss < LOG_LOSS.min(LOG_LOSS_SHARE * entropy)
    }
}

/// Fields that tell the customers apart together.
#[derive(Clone, Debug, PartialEq)]
struct Separation {
    /// Indices into the schema's fields, in its order.
    fields: Vec<usize>,
    roc_auc: f64,
}

/// What there is to say about a model with these figures on rows of this cohort. `rows` names the
/// rows that were measured, as in "test rows".
pub fn too_good(cohort: &Cohort, quality: &ModelQuality, rows: &str) -> Option<Finding> {
    let (positives, negatives) = (cohort.positives(), cohort.rows() - cohort.positives());
    if !quality.is_nearly_perfect() || positives.min(negatives) < FEWEST {
        return None;
    }
    let name = |field: usize| format!("`{}`", cohort.schema().fields[field].name);
    let found = search(&Sample::new(cohort));
    let (field, explanation) = match &found {
        Some(Separation { fields, roc_auc }) => {
            let names: Vec<String> = fields.iter().take(NAMED).map(|&field| name(field)).collect();
            let names = match &names[..] {
                [only] => format!("{only} alone tells them apart"),
                _ if fields.len() > NAMED => {
                    format!("{} fields together tell them apart ({}, …)", fields.len(), names.join(", "))
                }
                [first @ .., last] => format!("{} and {last} together tell them apart", first.join(", ")),
                [] => return None,
            };
            let field = if let [only] = fields[..] { Some(only) } else { None };
            (field, format!("{names}, with ROC-AUC {roc_auc:.4} in a quick model"))
        }
        // The figure may be luck, and quick learners deny it.
        None if quality.positives.min(quality.negatives) < ENOUGH => return None,
        None => {
            let mut alone = summaries(cohort);
            alone.sort_by(|a, b| b.roc_auc.unwrap_or(0.0).total_cmp(&a.roc_auc.unwrap_or(0.0)));
            let strongest = alone.iter().take(3).map(|field| format!("`{}`", field.field)).collect::<Vec<_>>();
            (None, format!("no few fields explain it; the strongest alone are {}", strongest.join(", ")))
        }
    };
    let ModelQuality { roc_auc, log_loss, .. } = quality;
    let message = format!(
        "the model separates the {rows} nearly perfectly (ROC-AUC {roc_auc:.4}, log-loss {log_loss:.4}): {explanation}. Fields that are filled in when a customer leaves, or measured in the very period that defines leaving, are not known in advance: list those under `ignored` and train again. If all are known in advance, nothing is wrong"
    );
    let field = field.map(|field| cohort.schema().fields[field].name.clone());
    Some(Finding { check: Check::TooGood, warning: true, field, message })
}

/// The fewest fields with which the better of the learners separates the classes, or else the other.
fn search(sample: &Sample) -> Option<Separation> {
    let all: Vec<usize> = (0..sample.fields.len()).collect();
    let learners: [Learner; 2] = [trees::fit, linear::fit];
    let mut measured = learners.map(|learner| (evaluate(sample, &all, learner), learner));
    measured.sort_by(|((a, _), _), ((b, _), _)| b.total_cmp(a));
    measured.into_iter().find_map(|((_, order), learner)| fewest(sample, &order, learner))
}

/// Of fields in the order of how much they matter: as many as it takes, and of those the ones
/// without which it does not work.
fn fewest(sample: &Sample, order: &[usize], learner: Learner) -> Option<Separation> {
    let reaches = |set: &[usize]| evaluate(sample, set, learner).0 >= ROC_AUC;
    let sizes = [1, 2, 3, 4, 6, 8, 12, 16, 24, 32, 64, 128, 256].into_iter().filter(|size| *size < order.len());
    let mut set = sizes.chain([order.len()]).map(|size| order[..size].to_vec()).find(|set| reaches(set))?;
    // Those that matter least go first.
    let candidates = if set.len() <= MAXIMUM_SET { set.clone() } else { Vec::new() };
    for field in candidates.into_iter().rev() {
        let without: Vec<usize> = set.iter().copied().filter(|&other| other != field).collect();
        if !without.is_empty() && reaches(&without) {
            set = without;
        }
    }
    set.sort_unstable();
    Some(Separation { roc_auc: evaluate(sample, &set, learner).0, fields: set })
}

/// The cross-validated ROC-AUC of a learner on these fields, and the fields in the order of how much
/// they matter to it.
fn evaluate(sample: &Sample, set: &[usize], learner: Learner) -> (f64, Vec<usize>) {
    let measure = |fold: usize| {
        let (train, test) = sample.parts(fold);
        let Fitted { logits, importance } = learner(sample, set, fold, &train, &test);
        let probabilities: Vec<f64> = logits.iter().map(|logit| 1.0 / (1.0 + (-logit).exp())).collect();
        let labels: Vec<bool> = test.iter().map(|&row| sample.labels[row as usize]).collect();
        (roc_auc(&probabilities, &labels).unwrap_or(0.5), importance)
    };
    let folds: Vec<(f64, Vec<f64>)> = (0..sample.folds).into_par_iter().map(measure).collect();
    let importance = |at: usize| folds.iter().map(|(_, importance)| importance[at]).sum::<f64>();
    let mut order: Vec<usize> = (0..set.len()).collect();
    order.sort_by(|&a, &b| importance(b).total_cmp(&importance(a)));
    (mean(folds.iter().map(|(auc, _)| *auc)), order.into_iter().map(|at| set[at]).collect())
}

#[cfg(test)]
mod tests;
