//! `tenure crossval`: how well the network that ships does on rows it never saw, over fixed or seeded folds.

use std::path::PathBuf;
use std::time::Instant;

use rayon::prelude::*;
use serde::Serialize;
use serde_json::json;

use super::check::RowArguments;
use super::read_schema;
use super::train::{NetworkArguments, read_cohort};
use crate::cohort::Cohort;
use crate::failure::Failure;
use crate::fit::Control;
use crate::metrics::{Metrics, best_f1_threshold};
use crate::output::{Output, interrupted, refuse_overwrite, write_whole};
use crate::split::{Fold, Split};
use crate::train::{TrainParams, train};

/// Cross-validate the network that ships
///
/// Everything is fitted on a fold's inner rows alone; its validation rows stop the training, calibrate, and choose
/// the threshold of F1; its test rows are scored once.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The table: CSV, TSV or Parquet
    #[arg(long)]
    pub data: PathBuf,
    /// schema.toml, or the name of a preset (ibm_telco, churn5000)
    #[arg(long)]
    pub schema: PathBuf,
    /// Fixed folds: a CSV of row,fold,y
    #[arg(long)]
    pub folds: Option<PathBuf>,
    /// Fixed inner splits: a CSV of row,k0,k1,…; -1 test, 1 validation, 0 fit
    #[arg(long, requires = "folds")]
    pub inner: Option<PathBuf>,
    /// Number of seeded stratified folds where none are given
    #[arg(long, default_value_t = 5, conflicts_with = "folds")]
    pub splits: usize,
    /// Write the figures as JSON
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Overwrite the JSON file
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub rows: RowArguments,
    #[command(flatten)]
    pub network: NetworkArguments,
}

/// One figure over the folds.
#[derive(Clone, Debug, Serialize)]
pub struct Figure {
    pub mean: f64,
    /// Standard deviation over the folds (divided by their number).
    pub std: f64,
    pub folds: Vec<f64>,
}

impl Figure {
    fn new(folds: Vec<f64>) -> Figure {
        let mean = folds.iter().sum::<f64>() / folds.len() as f64;
        let variance = folds.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / folds.len() as f64;
        Figure { mean, std: variance.sqrt(), folds }
    }
}

struct FoldResult {
    metrics: Metrics,
    seconds: f64,
    multiply_adds: usize,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    if let Some(json) = &arguments.json {
        refuse_overwrite(json, arguments.force)?;
    }
    let params = arguments.network.params()?;
    let schema = read_schema(&arguments.schema)?;
    let RowArguments { group, time, .. } = &arguments.rows;
    if arguments.folds.is_some() && (group.is_some() || time.is_some()) {
        return Err(Failure::usage("--folds says which row is where; it cannot be used with --group or --time"));
    }
    let cohort = read_cohort(&arguments.data, schema.clone(), output)?;
    let split_by = arguments.rows.split_by(&cohort)?;
    let folds = match &arguments.folds {
        Some(folds) => Fold::read(&cohort, folds, arguments.inner.as_deref(), params.seed)?,
        None => split_by.folds(cohort.labels(), arguments.splits, params.seed)?,
    };
    let Fold { fit, validation, test } = folds[0].clone();
    let split_words = if arguments.folds.is_some() { "fixed folds".into() } else { split_by.words(&test) };
    let first = Split { train: fit, validation, calibration: Vec::new(), test };
    arguments.rows.check(&cohort, &schema, &first, output)?;
    let bar = output.bar(folds.len() as u64, "fold {pos}/{len} {bar:24} {elapsed}");
    let run = |(index, fold): (usize, &Fold)| {
        let result = run_fold(&params, &cohort, fold)?;
        bar.inc(1);
        if output.plain() {
            let Metrics { roc_auc, log_loss, .. } = result.metrics;
            output.say(format!("fold {index}: ROC-AUC {roc_auc:.4}, log-loss {log_loss:.4}, {:.1} s", result.seconds));
        }
        Ok(result)
    };
    let results: Vec<FoldResult> = folds.par_iter().enumerate().map(run).collect::<Result<_, Failure>>()?;
    bar.finish_and_clear();

    let figure = |of: fn(&FoldResult) -> f64| Figure::new(results.iter().map(of).collect());
    let figures: [(&str, &str, Figure); 8] = [
        ("roc_auc", "ROC-AUC", figure(|result| result.metrics.roc_auc)),
        ("pr_auc", "PR-AUC", figure(|result| result.metrics.pr_auc)),
        ("log_loss", "log-loss", figure(|result| result.metrics.log_loss)),
        ("brier", "Brier", figure(|result| result.metrics.brier)),
        ("ece", "ECE", figure(|result| result.metrics.ece)),
        ("f1", "F1", figure(|result| result.metrics.f1)),
        ("lift10", "lift, top tenth", figure(|result| result.metrics.lift10)),
        ("fit_seconds", "fit, seconds", figure(|result| result.seconds)),
    ];
    let multiply_adds = results.iter().map(|result| result.multiply_adds).max().unwrap_or(0);
    output.print(format!("{:<16} {:>8} {:>8}", "", "mean", "std"));
    for (_, words, figure) in &figures {
        output.print(format!("{words:<16} {:>8.4} {:>8.4}", figure.mean, figure.std));
    }
    output.print(format!("{multiply_adds} multiply-adds a row, {} folds, {} rows", folds.len(), cohort.rows()));
    if let Some(path) = &arguments.json {
        let mut shipped: serde_json::Map<String, serde_json::Value> =
            figures.iter().map(|(key, _, figure)| ((*key).to_owned(), json!(figure))).collect();
        shipped.insert("multiply_adds".into(), multiply_adds.into());
        let document = json!({
            "shipped": shipped,
            "multiply_adds": multiply_adds,
            "rows": cohort.rows(),
            "seed": params.seed,
            "split": split_words,
            "data_sha256": cohort.report().sha256,
        });
        write_whole(path, format!("{document:#}\n").as_bytes())?;
    }
    Ok(())
}

fn run_fold(params: &TrainParams, cohort: &Cohort, fold: &Fold) -> Result<FoldResult, Failure> {
    let started = Instant::now();
    let stop = |_: &_| if interrupted() { Control::Stop } else { Control::Continue };
    let trained = train(params, cohort, &fold.fit, &fold.validation, &fold.validation, &mut { stop })?;
    let seconds = started.elapsed().as_secs_f64();
    let labels = |rows: &[u32]| -> Vec<bool> { rows.iter().map(|&row| cohort.labels()[row as usize]).collect() };
    let threshold = best_f1_threshold(&trained.probabilities(&fold.validation), &labels(&fold.validation));
    let threshold = threshold.map_err(Failure::data)?;
    let probabilities = trained.probabilities(&fold.test);
    let metrics = Metrics::measure(&probabilities, &labels(&fold.test), threshold).map_err(Failure::data)?;
    let multiply_adds = trained.network.multiply_adds(trained.encoded.encoder().inputs().len());
    Ok(FoldResult { metrics, seconds, multiply_adds })
}
