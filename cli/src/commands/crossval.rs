//! `tenure crossval`: cross-validates the whole training, over fixed or seeded folds.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};
use std::time::Instant;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use tenure_training::checkpoint::{self, CheckpointError, RunIdentity};
use tenure_training::checks::{ModelQuality, too_good};
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::schema_sha256;
use tenure_training::file::{FileError, write_whole};
use tenure_training::fit::{Control, FitOptions};
use tenure_training::metrics::{Metric, Metrics, best_f1_threshold, measure};
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::Fold;
use tenure_training::train::{TrainParams, TrainingRows, train};

use crate::configuration::ResolvedSettings;
use crate::console::{Console, interrupted, refuse_overwrite, write_json};
use crate::failure::Failure;
use crate::hyperparameters::NetworkArguments;
use crate::recorder::{Recorder, RunStart, TrackingArguments};
use crate::table::{TableArguments, add_sheet};

/// Cross-validate the network that ships
///
/// Each fold fits everything on its training rows. Its validation rows stop the training,
/// calibrate, and choose the threshold of F1. Its test rows are scored once.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub table: TableArguments,
    /// CSV file of fixed folds, with the columns row,fold,y
    #[arg(long)]
    pub folds: Option<PathBuf>,
    /// CSV file of fixed inner splits, with the columns row,k0,k1,…: -1 test, 1 validation, 0
    /// training
    #[arg(long, requires = "folds")]
    pub inner: Option<PathBuf>,
    /// Number of seeded stratified folds
    #[arg(long, default_value_t = 5, conflicts_with = "folds")]
    pub splits: usize,
    /// File to write the figures to, as JSON
    #[arg(long)]
    pub json: Option<PathBuf>,
    /// Overwrite the JSON file
    #[arg(long)]
    pub force: bool,
    /// Folder for the figures of finished folds and the state of the others: after an interruption
    /// the same command resumes
    #[arg(long, value_name = "DIR")]
    pub checkpoint_dir: Option<PathBuf>,
    #[command(flatten)]
    pub network: NetworkArguments,
    // Last, because its heading would stand above all that follows.
    #[command(flatten)]
    pub tracking: TrackingArguments,
}

/// One figure over the folds.
#[derive(Clone, Debug, Serialize)]
pub struct FoldFigure {
    pub mean: f64,
    /// Standard deviation over the folds (divided by their number).
    pub std: f64,
    pub folds: Vec<f64>,
}

impl FoldFigure {
    fn new(folds: Vec<f64>) -> FoldFigure {
        let mean = folds.iter().sum::<f64>() / folds.len() as f64;
        let variance = folds.iter().map(|value| (value - mean).powi(2)).sum::<f64>() / folds.len() as f64;
        FoldFigure { mean, std: variance.sqrt(), folds }
    }
}

/// One model on a fold's test rows.
#[derive(Debug, Deserialize, Serialize)]
struct Measured {
    metrics: Metrics,
    multiply_adds: usize,
}

/// One of the two networks that a fold measures.
type Which = fn(&FoldResult) -> &Measured;

#[derive(Debug, Deserialize, Serialize)]
struct FoldResult {
    shipped: Measured,
    teacher: Measured,
    /// Names of the teacher and of what shipped.
    model: String,
    ship: String,
    seconds: f64,
}

/// The metrics that are reported, by key, in the order of the table.
const REPORTED: [&str; 8] = ["roc_auc", "pr_auc", "log_loss", "brier", "ece", "ece_by_chance", "f1", "lift10"];

pub fn run(arguments: &Arguments, settings: &ResolvedSettings, console: &Console) -> Result<(), Failure> {
    if let Some(json) = &arguments.json {
        refuse_overwrite(json, arguments.force)?;
    }
    let params = arguments.network.params();
    let TableArguments { group, time, .. } = &arguments.table;
    if arguments.folds.is_some() && (group.is_some() || time.is_some()) {
        return Err(Failure::usage(
            "--folds fixes the split, so it cannot be used with --group or --time; leave one of them out",
        ));
    }
    let (SchemaFile { schema, .. }, cohort) = arguments.table.read(console)?;
    let split_by = arguments.table.split_by(&cohort)?;
    let folds = match &arguments.folds {
        Some(folds) => Fold::read(&cohort, folds, arguments.inner.as_deref(), params.seed)?,
        None => split_by.folds(cohort.labels(), arguments.splits, params.seed)?,
    };
    let split_words = if arguments.folds.is_some() { "fixed folds".into() } else { split_by.words(&folds[0].test) };
    arguments.table.check_folds(&cohort, &schema, &folds, console)?;
    if let Some(folder) = &arguments.checkpoint_dir {
        let parts = folds.iter().flat_map(|fold| [&fold.fit, &fold.validation, &fold.test]);
        let rows: Vec<u8> =
            parts.flat_map(|rows| rows.iter().chain([&u32::MAX])).flat_map(|row| row.to_le_bytes()).collect();
        let mut parameters = json!({ "training": params.canonical(), "folds": hex::encode(Sha256::digest(&rows)) });
        add_sheet(&mut parameters, &cohort);
        checkpoint::open(folder, &RunIdentity::new(&cohort.report().sha256, &schema_sha256(&schema), parameters))?;
    }
    let start = RunStart::new("crossval", settings, &cohort, &schema, params.seed);
    let mut recorder = arguments.tracking.begin(start, console)?;
    let result = measure_folds(arguments, &params, &cohort, &folds, &split_words, console, &mut recorder);
    recorder.end(&result);
    result
}

fn measure_folds(
    arguments: &Arguments,
    params: &TrainParams,
    cohort: &Cohort,
    folds: &[Fold],
    split_words: &str,
    console: &Console,
    recorder: &mut Recorder,
) -> Result<(), Failure> {
    let bar = console.bar(folds.len() as u64, "fold {pos}/{len} {bar:24} {elapsed}");
    let folder = arguments.checkpoint_dir.as_deref();
    let run = |(index, fold): (usize, &Fold)| {
        let result = match folder.map(|folder| kept(folder, index)).transpose()?.flatten() {
            Some(result) => result,
            None => {
                let result = run_fold(params, cohort, fold, folder)?;
                folder.map_or(Ok(()), |folder| keep(folder, index, &result))?;
                result
            }
        };
        bar.inc(1);
        if console.plain() {
            console.say(line(index, &result));
        }
        Ok(result)
    };
    let results: Vec<Result<FoldResult, Failure>> = folds.par_iter().enumerate().map(run).collect();
    bar.finish_and_clear();
    if results.iter().any(Result::is_err) && !console.plain() {
        // Else they would be lost, or stand in files alone.
        results.iter().enumerate().for_each(|(index, result)| {
            result.iter().for_each(|result| console.say(line(index, result)));
        });
    }
    let results: Vec<FoldResult> = results.into_iter().collect::<Result<_, Failure>>()?;

    let metrics = REPORTED.map(Metric::of);
    let of = |which: Which, metric: &Metric| {
        FoldFigure::new(results.iter().map(|result| (metric.value)(&which(result).metrics)).collect())
    };
    let shipped: Which = |result| &result.shipped;
    let teacher: Which = |result| &result.teacher;
    let seconds = FoldFigure::new(results.iter().map(|result| result.seconds).collect());
    for (fold, result) in results.iter().enumerate() {
        let of = |name: &'static str, measured: &Measured| {
            metrics.map(|metric| (format!("{name}{}", metric.key), (metric.value)(&measured.metrics)))
        };
        let figures = of("", &result.shipped).into_iter().chain(of("teacher.", &result.teacher));
        recorder.step("fold", fold as u64 + 1, figures.collect());
    }
    let means = metrics.iter().flat_map(|metric| {
        [("test", of(shipped, metric)), ("teacher", of(teacher, metric))]
            .map(|(name, figure)| (format!("{name}.{}", metric.key), figure.mean))
    });
    recorder.metrics(means.collect());
    console.print(format!("{:<16} {:>8} {:>8} {:>10} {:>8}", "", "mean", "std", "teacher", "std"));
    for metric in metrics {
        let (shipped, teacher) = (of(shipped, metric), of(teacher, metric));
        console.print(format!(
            "{:<16} {:>8.4} {:>8.4} {:>10.4} {:>8.4}",
            metric.words, shipped.mean, shipped.std, teacher.mean, teacher.std
        ));
    }
    console.print(format!("{:<16} {:>8.1} {:>8.1}", "fit, seconds", seconds.mean, seconds.std));
    let largest = |which: Which| results.iter().map(|result| which(result).multiply_adds).max();
    let (small, large) = (largest(shipped).unwrap_or(0), largest(teacher).unwrap_or(0));
    console.print(format!(
        "{small} multiply-adds a row (teacher {large}), {} folds, {} rows",
        folds.len(),
        cohort.rows()
    ));
    console.print(format!("teachers: {}", counted(results.iter().map(|result| result.model.clone()))));
    console.print(format!("shipped: {}", counted(results.iter().map(|result| result.ship.clone()))));
    if let Some(path) = &arguments.json {
        let figures = |which: Which, multiply_adds: usize| {
            let figures = metrics.map(|metric| (metric.key.to_owned(), json!(of(which, metric))));
            let more = [("fit_seconds", json!(seconds)), ("multiply_adds", multiply_adds.into())];
            let more = more.map(|(key, value)| (key.to_owned(), value));
            figures.into_iter().chain(more).collect::<serde_json::Map<_, _>>()
        };
        let document = json!({
            "shipped": figures(shipped, small),
            "teacher": figures(teacher, large),
            "multiply_adds": small,
            "models": results.iter().map(|result| &result.model).collect::<Vec<_>>(),
            "ships": results.iter().map(|result| &result.ship).collect::<Vec<_>>(),
            "rows": cohort.rows(),
            "seed": params.seed,
            "split": split_words,
            "data_sha256": cohort.report().sha256,
        });
        write_json(path, &document, arguments.force)?;
    }
    let [roc_auc, log_loss] = ["roc_auc", "log_loss"].map(|key| of(shipped, Metric::of(key)).mean);
    let measured = ModelQuality::new(roc_auc, log_loss, cohort.labels());
    let found = too_good(cohort, &measured, "test rows of the folds");
    found.map_or(Ok(()), |found| arguments.table.judge_model(&found, console))
}

/// What is said of a fold when it is finished.
fn line(index: usize, FoldResult { shipped, model, ship, seconds, .. }: &FoldResult) -> String {
    let Metrics { roc_auc, log_loss, .. } = shipped.metrics;
    format!("fold {index}: ROC-AUC {roc_auc:.4}, log-loss {log_loss:.4} ({ship} of {model}), {seconds:.1} s")
}

fn file(folder: &Path, index: usize) -> PathBuf {
    folder.join(format!("fold-{index}.json"))
}

/// The figures of a fold that was finished before.
fn kept(folder: &Path, index: usize) -> Result<Option<FoldResult>, Failure> {
    let file = file(folder, index);
    let text = match std::fs::read(&file) {
        Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
        text => text.map_err(|error| FileError::new(&file, error))?,
    };
    let result = checkpoint::read_exactly(&String::from_utf8_lossy(&text)).map_err(|error| CheckpointError::Damaged {
        path: file,
        reason: format!("these are no figures of a fold ({error}); delete the file to measure that fold again"),
    });
    Ok(Some(result?))
}

fn keep(folder: &Path, index: usize, result: &FoldResult) -> Result<(), Failure> {
    let text = serde_json::to_vec(result).expect("figures are JSON");
    Ok(write_whole(&file(folder, index), &text)?)
}

/// `a on 3 folds, b on 2`.
fn counted(names: impl Iterator<Item = String>) -> String {
    let mut counts = std::collections::BTreeMap::new();
    names.for_each(|name| *counts.entry(name).or_insert(0) += 1);
    let parts: Vec<_> = counts.iter().map(|(name, folds)| format!("{name} on {folds} folds")).collect();
    parts.join(", ")
}

fn run_fold(
    params: &TrainParams,
    cohort: &Cohort,
    fold: &Fold,
    checkpoints: Option<&Path>,
) -> Result<FoldResult, Failure> {
    let started = Instant::now();
    let mut stop = |_: &str, _: &_| if interrupted() { Control::Stop } else { Control::Continue };
    let rows = TrainingRows { fit: &fold.fit, validation: &fold.validation, calibration: &fold.validation };
    let options = FitOptions { checkpoints: checkpoints.map(Path::to_owned), ..FitOptions::default() };
    let trained = train(params, cohort, rows, &options, &mut stop)?;
    let seconds = started.elapsed().as_secs_f64();
    let measured = |probabilities: &dyn Fn(&[u32]) -> Vec<f64>, multiply_adds: usize| -> Result<Measured, Failure> {
        let threshold = best_f1_threshold(&probabilities(&fold.validation), &cohort.labels_of(&fold.validation))?;
        let metrics = measure(&probabilities(&fold.test), &cohort.labels_of(&fold.test), threshold)?;
        Ok(Measured { metrics, multiply_adds })
    };
    let (small, large) = trained.multiply_adds();
    Ok(FoldResult {
        shipped: measured(&|rows| trained.probabilities(rows), small)?,
        teacher: measured(&|rows| trained.teacher_probabilities(rows), large)?,
        model: trained.teacher.name(),
        ship: trained.shipped.name(&trained.teacher),
        seconds,
    })
}
