//! `tenure train`: learns a model and writes the artifact.

mod progress;

use std::path::PathBuf;
use std::time::Instant;

use progress::{EpochProgress, summary};
use serde_json::json;
use tenure_training::checkpoint::{self, RunIdentity};
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::schema_sha256;
use tenure_training::file::{Existing, write as write_file};
use tenure_training::fit::{Control, FitOptions};
use tenure_training::learn::Lesson;
use tenure_training::membership::Attack;
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::Shares;
use tenure_training::train::TrainParams;

use crate::configuration::ResolvedSettings;
use crate::console::{Console, interrupted, refuse_overwrite};
use crate::failure::Failure;
use crate::hyperparameters::NetworkArguments;
use crate::recorder::{Recorder, RunStart, TrackingArguments};
use crate::table::{TableArguments, add_sheet};

/// Learn a model from a table and write the artifact
#[derive(Debug, clap::Args)]
pub struct Arguments {
    #[command(flatten)]
    pub table: TableArguments,
    /// Artifact to write
    #[arg(long)]
    pub out: PathBuf,
    /// Overwrite the artifact
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub network: NetworkArguments,
    /// Folder for checkpoints: after an interruption the same command resumes and writes the same
    /// bytes
    #[arg(long, value_name = "DIR")]
    pub checkpoint_dir: Option<PathBuf>,
    /// Print one JSON object for each epoch, and the model card at the end
    #[arg(long)]
    pub json: bool,
    // Last, because its heading would stand above all that follows.
    #[command(flatten)]
    pub tracking: TrackingArguments,
}

pub fn run(arguments: &Arguments, settings: &ResolvedSettings, console: &Console) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let params = arguments.network.params();
    let (file, cohort) = arguments.table.read(console)?;
    console.say(format!("predicts {}", cohort.prediction()));
    let start = RunStart::new("train", settings, &cohort, &file.schema, params.seed);
    let mut recorder = arguments.tracking.begin(start, console)?;
    let result = learn(arguments, &params, &file, &cohort, console, &mut recorder);
    recorder.end(&result);
    result
}

fn learn(
    arguments: &Arguments,
    params: &TrainParams,
    SchemaFile { schema, policy }: &SchemaFile,
    cohort: &Cohort,
    console: &Console,
    recorder: &mut Recorder,
) -> Result<(), Failure> {
    let split_by = arguments.table.split_by(cohort)?;
    let split = split_by.split(cohort.labels(), &Shares::default(), params.seed)?;
    let checks = arguments.table.check(cohort, schema, &split, console)?;
    if let Some(folder) = &arguments.checkpoint_dir {
        let mut parameters = json!({ "training": params.canonical(), "split": split_by.words(&split.test) });
        add_sheet(&mut parameters, cohort);
        let run = RunIdentity::new(&cohort.report().sha256, &schema_sha256(schema), parameters);
        checkpoint::open(folder, &run)?;
    }
    let options = FitOptions { checkpoints: arguments.checkpoint_dir.clone(), ..FitOptions::default() };

    let started = Instant::now();
    let mut progress = EpochProgress::new(console, arguments.json);
    let lesson = Lesson { params, cohort, schema, policy, split_by: &split_by, split: &split, checks: &checks };
    let learned = lesson.learn(&options, &mut |stage, report| {
        progress.epoch(stage, report);
        recorder.epoch(stage, report);
        if interrupted() { Control::Stop } else { Control::Continue }
    });
    progress.finish();
    let learned = learned?;
    let found = &learned.too_good;
    if let Some(found) = found {
        arguments.table.judge_model(found, &Console { quiet: true })?;
    }
    let trained = &learned.trained;
    let all: Vec<u32> = (0..cohort.rows() as u32).collect();
    let attack = Attack::by_loss(&trained.encoded.logits(&trained.network, &all), cohort, &split)?;
    let (artifact, bytes) = learned.artifact()?;
    write_file(&arguments.out, &bytes, Existing::forced(arguments.force))?;
    recorder.file("model.safetensors", &bytes, true);
    let card = artifact.document.card()?;
    recorder.card(&card);
    if arguments.json {
        console.print(&artifact.document.card);
    } else {
        summary(&card, trained, started, console);
        console.say(format!("an attack by loss tells training rows from test rows with {}", attack.words()));
        console.say(format!("{} ({:.1} KB)", arguments.out.display(), bytes.len() as f64 / 1e3));
    }
    found.as_ref().map_or(Ok(()), |found| arguments.table.judge_model(found, console))
}
