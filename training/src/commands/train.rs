//! `tenure train`: a table and a schema in, one artifact out.

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::str::FromStr;
use std::time::Instant;

use serde_json::json;
use sha2::{Digest, Sha256};
use tenure::artifact::{Artifact, write};
use tenure::schema::Schema;

use super::check::RowArguments;
use super::read_schema;
use crate::card::segments as card_segments;
use crate::checkpoint;
use crate::checks::DataChecks;
use crate::cohort::{Cohort, Purpose, RARE_BELOW, prune_rare};
use crate::configuration::Settings;
use crate::failure::{ENVIRONMENT, Failure};
use crate::fit::{Control, EpochReport, FitError, Penalty};
use crate::history::History;
use crate::metrics::{Bootstrap, Metrics, best_f1_threshold};
use crate::output::{Output, interrupted, refuse_overwrite, write_whole};
use crate::runs::{Facts, Recorder, TrackingArguments, run_params};
use crate::split::{Shares, Split};
use crate::table::{Source, hexadecimal};
use crate::train::{Model, Rows, Ship, Shipped, TrainError, TrainParams, Trained, train};

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

/// What decides the network; shared by `train` and `crossval`.
#[derive(Clone, Debug, clap::Args)]
pub struct NetworkArguments {
    /// Seed of splits, weights, dropout and mini-batches: the same seed gives the same bytes on the same machine
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The teacher; without it all are tried, and the validation rows choose
    #[arg(long)]
    pub model: Option<Model>,
    /// Members of the TabM teacher
    #[arg(long)]
    pub members: Option<usize>,
    /// Units of each of its two hidden layers
    #[arg(long)]
    pub width: Option<usize>,
    /// What ships: `auto`, `student`, `teacher`, or `members:N` of the teacher
    #[arg(long, default_value = "auto")]
    pub ship: Ship,
    /// Synthetic customers that the teacher labels for the student
    #[arg(long)]
    pub synthetic_rows: Option<usize>,
    /// How much of what the student is told about a real row is its label; the rest is the teacher's probability
    #[arg(long)]
    pub label_share: Option<f64>,
    /// Units of the hidden layers, as in `16,8`; `none` leaves the additive part alone
    #[arg(long, value_parser = Hidden::from_str)]
    pub hidden: Option<Hidden>,
    /// Bins of a number's piecewise-linear encoding
    #[arg(long)]
    pub bins: Option<usize>,
    /// Share of hidden units dropped in training
    #[arg(long)]
    pub dropout: Option<f64>,
    #[arg(long)]
    pub learning_rate: Option<f64>,
    /// L2 penalty on the weights, beside the sum of the rows' losses (scikit-learn's 1/C)
    #[arg(long)]
    pub penalty: Option<f64>,
    /// Batch norm on the input and after every hidden layer, on or off
    #[arg(long)]
    pub batch_norm: Option<bool>,
    #[arg(long)]
    pub batch_size: Option<usize>,
    /// Most epochs; early stopping mostly ends sooner
    #[arg(long)]
    pub epochs: Option<usize>,
    /// Epochs without a better validation loss before training stops
    #[arg(long)]
    pub patience: Option<usize>,
    /// Weigh the classes equally in the loss; probabilities are brought back to the true share of leavers. It does not
    /// raise ROC-AUC: `tenure imbalance` shows the trade
    #[arg(long)]
    pub class_weights: bool,
    /// Weight of a customer that left in the loss, where a stayed one has 1, in place of balanced --class-weights
    #[arg(long, allow_hyphen_values = true, conflicts_with = "class_weights")]
    pub positive_weight: Option<f64>,
    /// Focal loss with this exponent, such as 2: rows that are predicted well count less
    #[arg(long, value_parser = focusing, value_name = "EXPONENT")]
    pub focal: Option<f64>,
    /// Background rows of the explanation, each of at least 20 customers; without it the fewest of 32, 48 and 64 whose
    /// contributions are within a twentieth of those against the training set
    #[arg(long)]
    pub background_rows: Option<usize>,
}

#[derive(Clone, Debug)]
pub struct Hidden(Vec<usize>);

/// An exponent of the focal loss.
pub(super) fn focusing(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "must be a number")?;
    if number > 0.0 && number <= 10.0 { Ok(number) } else { Err("must be above 0 and at most 10".into()) }
}

impl FromStr for Hidden {
    type Err = String;

    fn from_str(text: &str) -> Result<Hidden, String> {
        if text == "none" {
            return Ok(Hidden(Vec::new()));
        }
        let units = text.split(',').map(|units| match units.trim().parse() {
            Ok(units @ 1..=1024) => Ok(units),
            _ => Err(format!("`{units}` is no number of units from 1 to 1024")),
        });
        units.collect::<Result<_, _>>().map(Hidden)
    }
}

impl NetworkArguments {
    /// The parameters with what was given in place of the defaults; every value out of range is named.
    pub fn params(&self) -> Result<TrainParams, Failure> {
        let mut params =
            TrainParams { seed: self.seed, background_rows: self.background_rows, ..TrainParams::default() };
        let mut wrong = Vec::new();
        let mut within = |name: &str, value: f64, low: f64, high: f64| {
            if !(low..=high).contains(&value) {
                wrong.push(format!("--{name} must be within {low} to {high} (got {value})"));
            }
        };
        params.ship = self.ship;
        let (network, student, teacher) = (&mut params.network, &mut params.distillation, &mut params.teacher);
        teacher.model = self.model;
        if let Some(members) = self.members {
            within("members", members as f64, 1.0, 256.0);
            teacher.tabm.shape.members = members;
        }
        if let Some(width) = self.width {
            within("width", width as f64, 1.0, 4096.0);
            teacher.tabm.shape.width = width;
        }
        if let Some(rows) = self.synthetic_rows {
            within("synthetic-rows", rows as f64, 1.0, 10_000_000.0);
            student.synthetic_rows = rows;
        }
        if let Some(share) = self.label_share {
            within("label-share", share, 0.0, 1.0);
            student.label_share = share;
        }
        if let Some(Hidden(units)) = &self.hidden {
            within("hidden", units.len() as f64, 0.0, 8.0);
            network.shape.hidden = units.clone();
            student.hidden = vec![units.clone()];
        }
        if let Some(bins) = self.bins {
            within("bins", bins as f64, 1.0, 1023.0);
            params.encoder.bins = bins;
        }
        if let Some(dropout) = self.dropout {
            within("dropout", dropout, 0.0, 0.95);
            network.shape.dropout = dropout;
        }
        if let Some(rate) = self.learning_rate {
            within("learning-rate", rate, 1e-7, 1.0);
            network.learning_rate = rate;
            student.fit.learning_rate = rate;
        }
        if let Some(penalty) = self.penalty {
            within("penalty", penalty, 0.0, 1e6);
            network.penalty = Penalty::Loss(penalty);
        }
        if let Some(batch_norm) = self.batch_norm {
            for fit in [&mut *network, &mut student.fit] {
                fit.shape.batch_norm = batch_norm;
                fit.shape.input_batch_norm = batch_norm;
            }
        }
        if let Some(size) = self.batch_size {
            within("batch-size", size as f64, 2.0, 65_536.0);
            network.batch_size = size;
            student.fit.batch_size = size;
        }
        if let Some(epochs) = self.epochs {
            within("epochs", epochs as f64, 1.0, 10_000.0);
            network.maximum_epochs = epochs;
            student.fit.maximum_epochs = epochs;
            teacher.tabm.maximum_epochs = epochs;
        }
        if let Some(patience) = self.patience {
            within("patience", patience as f64, 1.0, 10_000.0);
            network.patience = patience;
            teacher.tabm.patience = patience;
        }
        if let Some(rows) = self.background_rows {
            within("background-rows", rows as f64, 1.0, 256.0);
        }
        if let Some(weight) = self.positive_weight {
            within("positive-weight", weight, 0.001, 1000.0);
            network.positive_weight = Some(weight);
        }
        network.class_weights = self.class_weights;
        network.focusing = self.focal.unwrap_or(0.0);
        if wrong.is_empty() { Ok(params) } else { Err(Failure::usage(wrong.join("\n"))) }
    }
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
    let params = arguments.network.params()?;
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
    let mut params = params.clone();
    let checks = arguments.rows.check(cohort, schema, &split, output)?;
    if let Some(folder) = &arguments.checkpoint_dir {
        let settings = format!("{params:#?}\nsplit: {}", split_by.words(&split.test));
        let run = checkpoint::Run {
            code_version: env!("CARGO_PKG_VERSION").into(),
            data_sha256: cohort.report().sha256.clone(),
            schema_sha256: schema_sha256(schema)?,
            settings: settings.lines().map(String::from).collect(),
        };
        checkpoint::open(folder, &run)?;
        params.keep_checkpoints(folder);
    }

    let started = Instant::now();
    let mut progress = EpochProgress::new(output, arguments.json);
    let mut history = History::default();
    let rows = Rows { fit: &split.train, validation: &split.validation, calibration: &split.calibration };
    let trained = train(&params, cohort, rows, &mut |stage, report| {
        progress.epoch(stage, report);
        history.epoch(stage, report);
        recorder.epoch(stage, report);
        if interrupted() { Control::Stop } else { Control::Continue }
    });
    progress.finish();
    let trained = trained?;
    let mut card = card(&params, cohort, schema, &split, &split_by.words(&split.test), &checks, &trained)?;
    card["curves"] = history.card();
    let artifact = trained.artifact(&params, cohort, &split.train, card)?;
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
    let of = |rows: &[u32]| -> Vec<bool> { rows.iter().map(|&row| cohort.labels()[row as usize]).collect() };
    let threshold = best_f1_threshold(&trained.probabilities(&split.validation), &of(&split.validation));
    let threshold = threshold.map_err(Failure::data)?;
    let (probabilities, labels) = (trained.probabilities(&split.test), of(&split.test));
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
        },
        "shipped": trained.shipped.name(&trained.teacher),
        "training": {
            "validation_log_loss": trained.validation_loss,
            "learning_rate": network.learning_rate, "penalty": network.penalty.strength(), "dropout": network.shape.dropout,
            "batch_size": network.batch_size, "batch_norm": network.shape.batch_norm,
            // What the teacher was fitted with; a student follows its teacher.
            "class_weights": params.network.class_weights, "positive_weight": params.network.positive_weight,
            "focal": params.network.focusing,
            "bins": params.encoder.bins, "clip": params.encoder.clip,
        },
        "calibration": trained.calibration_record,
        "metrics": metrics,
        "intervals": intervals,
        "segments": card_segments(cohort, &split.test, &probabilities),
    })))
}

/// The hash of a schema as the program reads it.
pub fn schema_sha256(schema: &Schema) -> Result<String, Failure> {
    let text = serde_json::to_string(schema).map_err(Failure::data)?;
    Ok(hexadecimal(&Sha256::digest(text.as_bytes())))
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

/// One line or one tick an epoch.
struct EpochProgress {
    bar: indicatif::ProgressBar,
    plain: bool,
    json: bool,
}

impl EpochProgress {
    fn new(output: &Output, json: bool) -> EpochProgress {
        let bar = output.bar(0, "epoch {pos}/{len} {bar:24} {msg}  at most {eta} left");
        EpochProgress { bar, plain: output.plain() && !output.quiet && !json, json }
    }

    fn epoch(&mut self, stage: &str, report: &EpochReport) {
        let EpochReport { epoch, maximum_epochs, train_loss, validation_loss, best_epoch, .. } = *report;
        if self.json {
            println!(
                "{}",
                json!({ "stage": stage, "epoch": epoch, "train_log_loss": train_loss, "validation_log_loss": validation_loss, "best_epoch": best_epoch })
            );
        }
        let message = format!("{stage}: train {train_loss:.4}, validation {validation_loss:.4}, best at {best_epoch}");
        if self.plain && (epoch % 10 == 0 || epoch == 1) {
            eprintln!("epoch {epoch}: {message}");
        }
        self.bar.set_message(message);
        self.bar.set_length(maximum_epochs as u64);
        self.bar.set_position(epoch as u64);
    }

    fn finish(&self) {
        self.bar.finish_and_clear();
    }
}

fn summary(
    artifact: &Artifact,
    trained: &Trained,
    started: Instant,
    arguments: &Arguments,
    bytes: usize,
    output: &Output,
) {
    let card = &artifact.document.card();
    if arguments.json {
        return output.print(card);
    }
    let figure = |name: &str| {
        let interval = &card["intervals"][name];
        let number = |value: &serde_json::Value| value.as_f64().unwrap_or(f64::NAN);
        format!(
            "{:.4} ({:.4} to {:.4})",
            number(&card["metrics"][name]),
            number(&interval["low"]),
            number(&interval["high"])
        )
    };
    output.say(format!("trained in {:.1} s", started.elapsed().as_secs_f64()));
    let (small, large) = trained.multiply_adds();
    let tried: Vec<_> =
        trained.teacher.tried.iter().map(|(model, loss)| format!("{} {loss:.4}", model.name())).collect();
    output.say(format!("teachers tried, by validation log-loss: {}", tried.join(", ")));
    output.say(format!(
        "shipped: the {}, in {small} multiply-adds a row; its teacher {} has {} members and takes {large}",
        trained.shipped.name(&trained.teacher),
        trained.teacher.name(),
        trained.teacher.members()
    ));
    let test = |model: &serde_json::Value, name: &str| model["metrics"][name].as_f64().unwrap_or(f64::NAN);
    output.say(format!(
        "against the teacher on the test rows: ROC-AUC {:+.4}, log-loss {:+.4}",
        test(card, "roc_auc") - test(&card["teacher"], "roc_auc"),
        test(card, "log_loss") - test(&card["teacher"], "log_loss")
    ));
    output.say(format!(
        "network of {:?} hidden units; packed and burn differ by at most {:.1e}",
        trained.network.hidden(),
        trained.pack_error
    ));
    output.say(format!("on {} test rows, with 95% intervals:", card["rows"]["test"]));
    for (name, words) in [
        ("roc_auc", "ROC-AUC"),
        ("pr_auc", "PR-AUC"),
        ("log_loss", "log-loss"),
        ("brier", "Brier"),
        ("ece", "ECE"),
        ("lift10", "lift, top tenth"),
    ] {
        output.say(format!("  {words:<16} {}", figure(name)));
    }
    output.say(format!("{} ({:.1} KB)", arguments.out.display(), bytes as f64 / 1e3));
}
