//! `tenure imbalance`: compares class weights, focal loss and a moved threshold.

use std::path::PathBuf;

use serde_json::json;
use tenure_training::fit::FitConfig;
use tenure_training::imbalance::{LossFigures, measure_loss};
use tenure_training::schema_file::SchemaFile;

use crate::console::{Console, refuse_overwrite, write_json};
use crate::failure::Failure;
use crate::table::TableArguments;

/// Compare class weights, focal loss and a moved threshold
///
/// Cross-validates the default network with three losses over the same folds. The logits of each
/// are corrected to the true churn rate and calibrated on the validation rows. The moved threshold
/// has the best F1 on the validation rows. "ECE before" is the calibration error without correction
/// and calibration.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub table: TableArguments,
    /// Number of folds
    #[arg(long, default_value_t = 5)]
    pub splits: usize,
    /// Gamma of the focal loss
    #[arg(long, default_value_t = 2.0, value_parser = crate::hyperparameters::gamma)]
    pub focal: f64,
    /// Seed of the folds and networks
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// File to write the figures to, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Overwrite the JSON file
    #[arg(long)]
    pub force: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    if let Some(json) = &arguments.json {
        refuse_overwrite(json, arguments.force)?;
    }
    let (SchemaFile { schema, .. }, cohort) = arguments.table.read(console)?;
    let split_by = arguments.table.split_by(&cohort)?;
    let folds = split_by.folds(cohort.labels(), arguments.splits, arguments.seed)?;
    arguments.table.check_folds(&cohort, &schema, &folds, console)?;
    let plain = || FitConfig { seed: arguments.seed, ..FitConfig::default() };
    let losses: [(String, FitConfig); 3] = [
        ("log-loss".into(), plain()),
        ("class weights".into(), FitConfig { class_weights: true, ..plain() }),
        (format!("focal loss, {}", arguments.focal), FitConfig { gamma: arguments.focal, ..plain() }),
    ];
    let mut rows = Vec::new();
    for (loss, config) in losses {
        rows.push(measure_loss(loss, &config, &cohort, &folds, console)?);
    }
    console.print(table(&rows));
    if let Some(path) = &arguments.json {
        let document = json!({
            "rows": cohort.rows(), "positives": cohort.positives(), "folds": folds.len(), "seed": arguments.seed,
            "losses": rows, "data_sha256": cohort.report().sha256,
        });
        write_json(path, &document, arguments.force)?;
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
