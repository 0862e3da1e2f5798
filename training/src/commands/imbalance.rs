//! `tenure imbalance`: what class weights, focal loss and a moved threshold each buy and cost, in one table.

use std::path::PathBuf;

use burn::tensor::Device;
use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;
use tenure::calibration::sigmoid;
use tenure::encoding::EncoderParams;

use super::check::RowArguments;
use super::read_schema;
use super::train::read_cohort;
use crate::calibrate::CalibrationParams;
use crate::cohort::Cohort;
use crate::failure::Failure;
use crate::fit::{Control, FitConfig, fit, logits};
use crate::metrics::{Metrics, best_f1_threshold};
use crate::output::{Output, interrupted, refuse_overwrite, write_whole};
use crate::split::Fold;
use crate::train::{Encoded, TrainError};

/// Compare class weights, focal loss and a moved threshold, in one table
///
/// The default network is cross-validated three times over the same folds. Whatever the loss, the logits are brought back
/// to the true share of leavers and calibrated on the validation rows, so that a probability means what it says; the
/// threshold is moved to the best F1 of the validation rows. "ECE before" is what the loss alone would have given.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The table: CSV, TSV or Parquet
    #[arg(long)]
    pub data: PathBuf,
    /// schema.toml, or the name of a preset (ibm_telco, churn5000)
    #[arg(long)]
    pub schema: PathBuf,
    /// Number of folds
    #[arg(long, default_value_t = 5)]
    pub splits: usize,
    /// Exponent of the focal loss
    #[arg(long, default_value_t = 2.0, value_parser = super::network::focusing)]
    pub focal: f64,
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    #[command(flatten)]
    pub rows: RowArguments,
    /// Write the figures as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Overwrite the JSON file
    #[arg(long)]
    pub force: bool,
}

/// One loss, means over the folds.
#[derive(Clone, Debug, Serialize)]
struct Row {
    loss: String,
    roc_auc: f64,
    pr_auc: f64,
    log_loss: f64,
    /// Of the loss's own probabilities, without correction and calibration.
    ece_before: f64,
    ece: f64,
    at_half: At,
    /// At the threshold of the best F1 on the validation rows.
    moved: At,
}

/// What a threshold makes of the probabilities.
#[derive(Clone, Copy, Debug, Default, Serialize)]
struct At {
    threshold: f64,
    precision: f64,
    recall: f64,
    f1: f64,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    if let Some(json) = &arguments.json {
        refuse_overwrite(json, arguments.force)?;
    }
    let schema = read_schema(&arguments.schema)?;
    let cohort = read_cohort(&arguments.data, schema.clone(), output)?;
    let split_by = arguments.rows.split_by(&cohort)?;
    let folds = split_by.folds(cohort.labels(), arguments.splits, arguments.seed)?;
    arguments.rows.check_folds(&cohort, &schema, &folds, output)?;
    let plain = || FitConfig { seed: arguments.seed, ..FitConfig::default() };
    let losses: [(String, FitConfig); 3] = [
        ("log-loss".into(), plain()),
        ("class weights".into(), FitConfig { class_weights: true, ..plain() }),
        (format!("focal loss, {}", arguments.focal), FitConfig { focusing: arguments.focal, ..plain() }),
    ];
    let mut rows = Vec::new();
    for (loss, config) in losses {
        output.say(format!("{loss}: {} folds", folds.len()));
        let of_fold = |fold: &Fold| measure(&cohort, fold, &config, arguments.seed);
        let of_folds: Vec<Row> = folds.par_iter().map(of_fold).collect::<Result<_, Failure>>()?;
        rows.push(mean(loss, &of_folds));
    }
    output.print(table(&rows));
    if let Some(path) = &arguments.json {
        let document = json!({
            "rows": cohort.rows(), "positives": cohort.positives(), "folds": folds.len(), "seed": arguments.seed,
            "losses": rows, "data_sha256": cohort.report().sha256,
        });
        write_whole(path, format!("{document:#}\n").as_bytes())?;
    }
    Ok(())
}

fn measure(cohort: &Cohort, fold: &Fold, config: &FitConfig, seed: u64) -> Result<Row, Failure> {
    let labels = |rows: &[u32]| -> Vec<bool> { rows.iter().map(|&row| cohort.labels()[row as usize]).collect() };
    let encoded = Encoded::fit(&EncoderParams::default(), cohort, &fold.fit).map_err(TrainError::from)?;
    let device = Device::flex();
    let [fit_rows, validation, test] = [&fold.fit, &fold.validation, &fold.test].map(|rows| encoded.subset(rows));
    let stop = |_: &_| if interrupted() { Control::Stop } else { Control::Continue };
    let fitted = fit(config, &fit_rows, &validation, &device, &mut { stop }).map_err(TrainError::from)?;
    let of = |rows| -> Vec<f64> { logits(&fitted.network, rows, &device).into_iter().map(f64::from).collect() };
    let (validation, test) = (of(&validation), of(&test));
    let params = CalibrationParams { seed, ..CalibrationParams::default() };
    let known = labels(&fold.validation);
    let calibration = params.fit(&validation, &known).map_err(TrainError::from)?.calibration;
    let calibrated =
        |logits: &[f64]| -> Vec<f64> { logits.iter().map(|&logit| calibration.probability(logit)).collect() };
    let threshold = best_f1_threshold(&calibrated(&validation), &known).map_err(Failure::data)?;
    let (probabilities, outcomes) = (calibrated(&test), labels(&fold.test));
    let at = |threshold: f64| Metrics::measure(&probabilities, &outcomes, threshold).map_err(Failure::data);
    let (half, moved) = (at(0.5)?, at(threshold)?);
    let before: Vec<f64> = test.iter().map(|logit| sigmoid(logit + fitted.prior_correction)).collect();
    let before = Metrics::measure(&before, &outcomes, 0.5).map_err(Failure::data)?;
    let of = |metrics: &Metrics| At {
        threshold: metrics.threshold,
        precision: metrics.precision,
        recall: metrics.recall,
        f1: metrics.f1,
    };
    Ok(Row {
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

fn mean(loss: String, rows: &[Row]) -> Row {
    let mean = |of: &dyn Fn(&Row) -> f64| rows.iter().map(of).sum::<f64>() / rows.len() as f64;
    let at = |of: fn(&Row) -> &At| At {
        threshold: mean(&|row| of(row).threshold),
        precision: mean(&|row| of(row).precision),
        recall: mean(&|row| of(row).recall),
        f1: mean(&|row| of(row).f1),
    };
    Row {
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

fn table(rows: &[Row]) -> String {
    let mut lines = vec![
        format!("{:<16} {:>47}   {:^23}   {:^33}", "", "calibrated", "threshold 0.5", "threshold moved"),
        format!(
            "{:<16} {:>7} {:>7} {:>8} {:>11} {:>10}   {:>9} {:>6} {:>6}   {:>9} {:>9} {:>6} {:>6}",
            "loss",
            "ROC-AUC",
            "PR-AUC",
            "log-loss",
            "ECE before",
            "ECE",
            "precision",
            "recall",
            "F1",
            "threshold",
            "precision",
            "recall",
            "F1"
        ),
    ];
    for Row { loss, roc_auc, pr_auc, log_loss, ece_before, ece, at_half, moved } in rows {
        lines.push(format!(
            "{loss:<16} {roc_auc:>7.4} {pr_auc:>7.4} {log_loss:>8.4} {ece_before:>11.4} {ece:>10.4}   {:>9.3} {:>6.3} {:>6.3}   {:>9.3} {:>9.3} {:>6.3} {:>6.3}",
            at_half.precision, at_half.recall, at_half.f1, moved.threshold, moved.precision, moved.recall, moved.f1
        ));
    }
    lines.join("\n")
}
