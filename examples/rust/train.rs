//! Trains a churn model from code: reads a table and a schema, splits, trains, writes the artifact,
//! and prints the ROC-AUC on the test rows.
//!
//! `cargo run --release --package tenure-training --example train` uses an embedded synthetic table
//! and takes seconds. To train on your own table, open it with [`Source::open`] and read your own
//! `schema.toml`.

use std::error::Error;
use std::fs::File;

use tenure_table::Source;
use tenure_training::checks::DataChecks;
use tenure_training::cohort::Cohort;
use tenure_training::fit::{Control, FitOptions};
use tenure_training::learn::Lesson;
use tenure_training::preset::preset;
use tenure_training::sample;
use tenure_training::schema_file::SchemaFile;
use tenure_training::split::{Shares, Split, SplitBy};
use tenure_training::train::{Model, TeacherParams, TrainParams};

fn main() -> Result<(), Box<dyn Error>> {
    // A table with known outcomes, and the schema that says what its columns mean.
    let folder = tempfile::tempdir()?;
    let table = folder.path().join("customers.csv");
    sample::write(2000, sample::DEFAULT_SEED, &mut File::create(&table)?)?;
    let SchemaFile { schema, policy } = SchemaFile::read(preset("ibm_telco").ok_or("no such preset")?)?;
    let cohort = Cohort::read(Source::open(&table)?, &schema)?;

    // 70% of the rows train, 10% stop the fit, 10% calibrate, 10% test. Without `model`, several
    // teachers are tried.
    let teacher = TeacherParams { model: Some(Model::Linear), ..TeacherParams::default() };
    let params = TrainParams { teacher, seed: 1, ..TrainParams::default() };
    let split = Split::stratified(cohort.labels(), &Shares::default(), params.seed)?;
    let lesson = Lesson {
        params: &params,
        cohort: &cohort,
        schema: &schema,
        policy: &policy,
        split_by: &SplitBy::Target,
        split: &split,
        checks: &DataChecks::run(&cohort, &schema, std::slice::from_ref(&split))?,
    };
    let learned = lesson.learn(&FitOptions::default(), &mut |stage, report| {
        if report.epoch.is_multiple_of(20) {
            println!("{stage}, epoch {}: validation log-loss {:.4}", report.epoch, report.validation_loss);
        }
        Control::Continue
    })?;

    // The artifact scores and explains by itself, in Rust, in Node and in a browser. Its card says how
    // the model was made, and how well it does on the test rows.
    let (_, bytes) = learned.artifact()?;
    let out = std::env::temp_dir().join("tenure-example.safetensors");
    std::fs::write(&out, bytes)?;
    println!("ROC-AUC on {} test rows: {:.3}", split.test.len(), learned.card.metrics.roc_auc);
    println!("wrote {}", out.display());
    Ok(())
}
