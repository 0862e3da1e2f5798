//! `tenure imbalance`: what class weights, focal loss and a moved threshold each buy and cost, in one table.

use std::path::PathBuf;

use serde_json::json;
use tenure_training::file::write_whole;
use tenure_training::fit::FitConfig;
use tenure_training::imbalance::{LossFigures, measure_loss};

use super::check::RowArguments;
use super::read_schema;
use super::train::read_cohort;
use crate::failure::Failure;
use crate::output::{Output, refuse_overwrite};

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
    /// Gamma of the focal loss
    #[arg(long, default_value_t = 2.0, value_parser = super::network::gamma)]
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
        (format!("focal loss, {}", arguments.focal), FitConfig { gamma: arguments.focal, ..plain() }),
    ];
    let mut rows = Vec::new();
    for (loss, config) in losses {
        rows.push(measure_loss(loss, &config, &cohort, &folds, output)?);
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

fn table(rows: &[LossFigures]) -> String {
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
    for LossFigures { loss, roc_auc, pr_auc, log_loss, ece_before, ece, at_half, moved } in rows {
        lines.push(format!(
            "{loss:<16} {roc_auc:>7.4} {pr_auc:>7.4} {log_loss:>8.4} {ece_before:>11.4} {ece:>10.4}   {:>9.3} {:>6.3} {:>6.3}   {:>9.3} {:>9.3} {:>6.3} {:>6.3}",
            at_half.precision, at_half.recall, at_half.f1, moved.threshold, moved.precision, moved.recall, moved.f1
        ));
    }
    lines.join("\n")
}
