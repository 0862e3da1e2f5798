//! `tenure train`: a table and a schema in, one artifact out.

mod progress;

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::time::Instant;

use progress::{EpochProgress, summary};
use serde_json::json;
use sha2::{Digest, Sha256};
use tenure::artifact::write;
use tenure::schema::Schema;
use tenure_table::Source;
use tenure_training::checkpoint::{self, RunIdentity};
use tenure_training::checks::DataChecks;
use tenure_training::cohort::rare::{RARE_BELOW, prune_rare};
use tenure_training::cohort::{Cohort, Purpose};
use tenure_training::file::write_whole;
use tenure_training::fit::{Control, FitError, FitOptions};
use tenure_training::history::History;
use tenure_training::hyperparameters::recorded;
use tenure_training::metrics::{Bootstrap, Metrics, best_f1_threshold};
use tenure_training::split::{Shares, Split};
use tenure_training::train::{Shipped, TrainError, TrainParams, Trained, TrainingRows, train};

use super::check::RowArguments;
use super::network::NetworkArguments;
use super::read_schema;
use crate::card::segments as card_segments;
use crate::configuration::Settings;
use crate::failure::{ENVIRONMENT, Failure};
use crate::output::{Output, interrupted, refuse_overwrite};
use crate::runs::{Facts, Recorder, TrackingArguments, run_params};

/// Learn a model from a table and write the artifact
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The table: CSV, TSV or Parquet
    #[arg(long)]
    pub data: PathBuf,
    /// schema.toml, or the name of a preset (ibm_telco, churn5000)
    #[arg(long)]
    pub schema: PathBuf,
    /// The artifact to write
    #[arg(long)]
    pub out: PathBuf,
    /// Overwrite the artifact
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub rows: RowArguments,
    #[command(flatten)]
    pub network: NetworkArguments,
    /// A folder for the state of an unfinished training: the same command goes on from it, to the same bytes
    #[arg(long, value_name = "DIR")]
    pub checkpoint_dir: Option<PathBuf>,
    #[command(flatten)]
    pub tracking: TrackingArguments,
    /// Print one JSON object an epoch and the model card at the end, on standard output
    #[arg(long)]
    pub json: bool,
}

impl From<TrainError> for Failure {
    fn from(error: TrainError) -> Failure {
        match error {
            TrainError::Fit(FitError::Interrupted) => Failure::interrupted(),
            TrainError::Fit(FitError::Checkpoint { message }) => Failure::new(ENVIRONMENT, message),
            error => Failure::data(error),
        }
    }
}

pub fn run(arguments: &Arguments, settings: &Settings, output: &Output) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let params = arguments.network.params();
    let schema = read_schema(&arguments.schema)?;
    let cohort = read_cohort(&arguments.data, schema.clone(), output)?;
    let facts = facts("train", settings, &cohort, &schema, params.seed)?;
    let mut recorder = arguments.tracking.begin(facts, output)?;
    let result = learn(arguments, &params, &schema, &cohort, output, &mut recorder);
    recorder.end(&result);
    result
}

fn learn(
    arguments: &Arguments,
    params: &TrainParams,
    schema: &Schema,
    cohort: &Cohort,
    output: &Output,
    recorder: &mut Recorder,
) -> Result<(), Failure> {
    let split_by = arguments.rows.split_by(cohort)?;
    let split = split_by.split(cohort.labels(), &Shares::default(), params.seed)?;
    let checks = arguments.rows.check(cohort, schema, &split, output)?;
    if let Some(folder) = &arguments.checkpoint_dir {
        let parameters = json!({ "training": params.canonical(), "split": split_by.words(&split.test) });
        checkpoint::open(folder, &RunIdentity::new(&cohort.report().sha256, &schema_sha256(schema)?, parameters))?;
    }
    let options = FitOptions { checkpoints: arguments.checkpoint_dir.clone(), ..FitOptions::default() };

    let started = Instant::now();
    let mut progress = EpochProgress::new(output, arguments.json);
    let mut history = History::default();
    let rows = TrainingRows { fit: &split.train, validation: &split.validation, calibration: &split.calibration };
    let trained = train(params, cohort, rows, &options, &mut |stage, report| {
        progress.epoch(stage, report);
        history.epoch(stage, report);
        recorder.epoch(stage, report);
        if interrupted() { Control::Stop } else { Control::Continue }
    });
    progress.finish();
    let trained = trained?;
    let mut card = card(params, cohort, schema, &split, &split_by.words(&split.test), &checks, &trained)?;
    card["curves"] = history.card();
    let artifact = trained.artifact(params, cohort, &split.train, card)?;
    let bytes = write(&artifact).map_err(Failure::data)?;
    // What is written is what a stranger will read: read it as one.
    tenure::artifact::read(&bytes).map_err(Failure::data)?;
    write_whole(&arguments.out, &bytes)?;
    recorder.file("model.safetensors", &bytes, true);
    recorder.card(&artifact.document.card());
    summary(&artifact, &trained, started, arguments, bytes.len(), output);
    Ok(())
}

/// What a run of a command on a table is known by.
pub fn facts(
    command: &'static str,
    settings: &Settings,
    cohort: &Cohort,
    schema: &Schema,
    seed: u64,
) -> Result<Facts, Failure> {
    let tags = [
        ("tenure.data_sha256", cohort.report().sha256.clone()),
        ("tenure.schema_sha256", schema_sha256(schema)?),
        ("tenure.seed", seed.to_string()),
    ];
    Ok(Facts {
        command,
        name: schema.name.clone(),
        params: run_params(settings),
        tags: tags.into_iter().map(|(key, value)| (key.to_owned(), value)).collect(),
    })
}

/// Reads a table for training, folds rare categories, and says what was treated how.
pub fn read_cohort(data: &std::path::Path, mut schema: Schema, output: &Output) -> Result<Cohort, Failure> {
    let source = Source::open(data)?;
    let bar = output.bar(0, "reading {bytes_per_sec} {bar:30} {percent}% {eta}");
    let mut cohort = Cohort::read_for(Purpose::Training, source, &schema, &mut |done, total| {
        bar.set_length(total);
        bar.set_position(done);
    })?;
    bar.finish_and_clear();
    for line in cohort.report().lines() {
        output.say(line);
    }
    for folded in prune_rare(&mut schema, &mut cohort, RARE_BELOW).map_err(Failure::data)? {
        let names: Vec<_> = folded.categories.iter().map(|(name, rows)| format!("{name} ({rows})")).collect();
        output.say(format!(
            "{}: seen fewer than {RARE_BELOW} times, folded into OTHER: {}",
            folded.field,
            names.join(", ")
        ));
    }
    Ok(cohort)
}

/// The model card. No clock: the same run writes the same bytes.
fn card(
    params: &TrainParams,
    cohort: &Cohort,
    schema: &Schema,
    split: &Split,
    split_words: &str,
    checks: &DataChecks,
    trained: &Trained,
) -> Result<serde_json::Value, Failure> {
    let threshold = best_f1_threshold(&trained.probabilities(&split.validation), &cohort.labels_of(&split.validation));
    let threshold = threshold.map_err(Failure::data)?;
    let (probabilities, labels) = (trained.probabilities(&split.test), cohort.labels_of(&split.test));
    let metrics = Metrics::measure(&probabilities, &labels, threshold).map_err(Failure::data)?;
    let bootstrap = Bootstrap { seed: params.seed, ..Bootstrap::default() };
    let intervals = bootstrap.intervals(&probabilities, &labels, threshold).map_err(Failure::data)?;
    let inputs = trained.encoded.encoder().inputs().len();
    let teacher = Metrics::measure(&trained.teacher_probabilities(&split.test), &labels, threshold);
    let teacher = teacher.map_err(Failure::data)?;
    let (small, large) = trained.multiply_adds();
    let network = match &trained.shipped {
        Shipped::Student(_) => &params.distillation.fit,
        Shipped::Members(_) => &params.network,
    };
    // A student follows its teacher, which was fitted with the class weights or the focal loss.
    let mut training = json!(recorded(params, network));
    training["validation_log_loss"] = trained.validation_loss.into();
    training["clip"] = params.encoder.clip.into();
    Ok(rounded(json!({
        "name": schema.name,
        "code_version": env!("CARGO_PKG_VERSION"),
        "seed": params.seed,
        "data_sha256": cohort.report().sha256,
        "schema_sha256": schema_sha256(schema)?,
        "rows": {
            "train": split.train.len(), "validation": split.validation.len(),
            "calibration": split.calibration.len(), "test": split.test.len(),
        },
        "split": split_words,
        // Not their messages: those name single values of the table.
        "data_warnings": checks.warnings().map(|finding| json!([finding.check, finding.field])).collect::<Vec<_>>(),
        "positive_rate": cohort.positives() as f64 / cohort.rows() as f64,
        "network": {
            "hidden": trained.network.hidden(), "direct": network.shape.direct, "inputs": inputs,
            "dense_columns": trained.encoded.layout().size(),
            "multiply_adds": small,
        },
        "teacher": {
            "model": trained.teacher.name(), "members": trained.teacher.members(), "multiply_adds": large,
            "validation_log_loss": trained.teacher_validation_loss, "metrics": teacher,
            "tried": trained.teacher.tried.iter().map(|(model, loss)| (model.name(), *loss)).collect::<BTreeMap<_, _>>(),
            // Of the TabM in it; null without one.
            "penalty": trained.teacher.penalty().map(|penalty| json!({
                "chosen": penalty.chosen.to_string(),
                "tried": penalty.tried.iter().map(|(tried, loss)| (tried.to_string(), *loss)).collect::<BTreeMap<_, _>>(),
            })),
        },
        "shipped": trained.shipped.name(&trained.teacher),
        "training": training,
        "calibration": trained.calibration_record,
        "metrics": metrics,
        "intervals": intervals,
        "segments": card_segments(cohort, &split.test, &probabilities),
    })))
}

/// The hash of a schema as the program reads it.
pub fn schema_sha256(schema: &Schema) -> Result<String, Failure> {
    let text = serde_json::to_string(schema).map_err(Failure::data)?;
    Ok(hex::encode(Sha256::digest(text.as_bytes())))
}

/// Figures to seven digits: more say nothing, and every reader of the artifact would parse them.
fn rounded(card: serde_json::Value) -> serde_json::Value {
    match card {
        serde_json::Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            format!("{number:.6e}").parse::<f64>().unwrap_or(number).into()
        }
        serde_json::Value::Array(values) => values.into_iter().map(rounded).collect(),
        serde_json::Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, rounded(value))).collect(),
        other => other,
    }
}
