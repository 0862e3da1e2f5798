//! The effect of losses for imbalanced classes, measured by cross-validation.

use rayon::prelude::*;
use serde::Serialize;
use tenure::calibration::sigmoid;

use crate::calibrate::{CalibrationParams, probabilities};
use crate::cohort::Cohort;
use crate::fit::FitConfig;
use crate::fold_fit::FoldFit;
use crate::metrics::{self, Metrics, MetricsError, best_f1_threshold};
use crate::observer::Observer;
use crate::split::Fold;
use crate::train::TrainError;

/// Why a loss cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum ImbalanceError {
    #[error(transparent)]
    Train(#[from] TrainError),
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

/// One loss, means over the folds.
#[derive(Clone, Debug, Serialize)]
pub struct LossFigures {
    pub loss: String,
    pub roc_auc: f64,
    pub pr_auc: f64,
    pub log_loss: f64,
    /// The calibration error of the loss's own probabilities, before correction and calibration.
    pub ece_before: f64,
    pub ece: f64,
    pub at_half: AtThreshold,
    /// At the threshold of the best F1 on the validation rows.
    pub moved: AtThreshold,
}

/// The metrics at a threshold.
#[derive(Clone, Copy, Debug, Default, Serialize)]
pub struct AtThreshold {
    pub threshold: f64,
    pub precision: f64,
    pub recall: f64,
    pub f1: f64,
}

/// Cross-validates the default network with one loss; the figures are means over the folds.
///
/// Logits are brought back to the true share of leavers and calibrated on the validation rows,
/// whatever the loss. The moved threshold has the best F1 of the validation rows.
pub fn measure_loss(
    loss: String,
    config: &FitConfig,
    cohort: &Cohort,
    folds: &[Fold],
    observer: &dyn Observer,
) -> Result<LossFigures, ImbalanceError> {
    observer.note(&format!("{loss}: {} folds", folds.len()));
    let of_fold = |fold: &Fold| measure(cohort, fold, config, observer);
    let of_folds: Vec<LossFigures> = folds.par_iter().map(of_fold).collect::<Result<_, ImbalanceError>>()?;
    Ok(mean(loss, &of_folds))
}

fn measure(
    cohort: &Cohort,
    fold: &Fold,
    config: &FitConfig,
    observer: &dyn Observer,
) -> Result<LossFigures, ImbalanceError> {
    let fold_fit = FoldFit::new(config, cohort, fold, observer)?;
    let [validation, test] = [&fold.validation, &fold.test].map(|rows| fold_fit.logits(rows));
    let params = CalibrationParams { seed: config.seed, ..CalibrationParams::default() };
    let known = cohort.labels_of(&fold.validation);
    let calibration = params.fit(&validation, &known).map_err(TrainError::from)?.calibration;
    let threshold = best_f1_threshold(&probabilities(&calibration, &validation), &known)?;
    let (calibrated, outcomes) = (probabilities(&calibration, &test), cohort.labels_of(&fold.test));
    let at = |threshold: f64| metrics::measure(&calibrated, &outcomes, threshold);
    let (half, moved) = (at(0.5)?, at(threshold)?);
    let before: Vec<f64> = test.iter().map(|logit| sigmoid(logit + fold_fit.fitted.prior_correction)).collect();
    let before = metrics::measure(&before, &outcomes, 0.5)?;
    let of = |metrics: &Metrics| AtThreshold {
        threshold: metrics.threshold,
        precision: metrics.precision,
        recall: metrics.recall,
        f1: metrics.f1,
    };
    Ok(LossFigures {
        loss: String::new(),
        roc_auc: half.roc_auc,
        pr_auc: half.pr_auc,
        log_loss: half.log_loss,
        ece_before: before.ece,
        ece: half.ece,
        at_half: of(&half),
        moved: of(&moved),
    })
}

fn mean(loss: String, rows: &[LossFigures]) -> LossFigures {
    let mean = |of: &dyn Fn(&LossFigures) -> f64| metrics::mean(rows.iter().map(of));
    let at = |of: fn(&LossFigures) -> &AtThreshold| AtThreshold {
        threshold: mean(&|row| of(row).threshold),
        precision: mean(&|row| of(row).precision),
        recall: mean(&|row| of(row).recall),
        f1: mean(&|row| of(row).f1),
    };
    LossFigures {
        loss,
        roc_auc: mean(&|row| row.roc_auc),
        pr_auc: mean(&|row| row.pr_auc),
        log_loss: mean(&|row| row.log_loss),
        ece_before: mean(&|row| row.ece_before),
        ece: mean(&|row| row.ece),
        at_half: at(|row| &row.at_half),
        moved: at(|row| &row.moved),
    }
}
