//! `tenure import`: a network that somebody else trained becomes an artifact.

use std::path::{Path, PathBuf};

use tenure::artifact::{MAXIMUM_BACKGROUND_ROWS, MAXIMUM_BYTES};
use tenure_table::unreadable;
use tenure_training::file::{Existing, write};
use tenure_training::import::{Description, ImportParams, ImportTable, Weights, import};
use tenure_training::metrics::judged;
use tenure_training::split::Shares;

use crate::card::with_interval;
use crate::console::{Console, refuse_overwrite};
use crate::failure::Failure;
use crate::table::TableArguments;

/// Make an artifact of a network that somebody else trained
///
/// The network is a multilayer perceptron with ReLU, or a logistic regression: its weights as a
/// safetensors file, and a description in JSON of the columns that it reads and of its layers. The table
/// gives schema, background, calibration, reference and card. `tenure.import_model` of the Python package
/// makes both files from scikit-learn and PyTorch. docs/import.md describes the format.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Weights: a safetensors file, such as a state dict of PyTorch
    #[arg(long, value_name = "FILE")]
    pub weights: PathBuf,
    /// Description of the columns and layers: a JSON file
    #[arg(long, value_name = "FILE")]
    pub inputs: PathBuf,
    #[command(flatten)]
    pub table: TableArguments,
    /// Artifact to write
    #[arg(long)]
    pub out: PathBuf,
    /// Overwrite the artifact
    #[arg(long)]
    pub force: bool,
    /// Leave the model's own probabilities as they are, instead of fitting a calibration
    #[arg(long)]
    pub keep_probabilities: bool,
    /// Rows of the background; by default as many as explanations need
    #[arg(long, value_name = "INTEGER", value_parser = clap::value_parser!(u32).range(1..=MAXIMUM_BACKGROUND_ROWS as i64))]
    pub background_rows: Option<u32>,
    /// Seed of the split, the background and the intervals
    #[arg(long, value_name = "INTEGER", default_value_t = 0)]
    pub seed: u64,
    /// Print the model card as JSON
    #[arg(long)]
    pub json: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    refuse_overwrite(&arguments.out, arguments.force)?;
    let text = String::from_utf8(read(&arguments.inputs)?)
        .map_err(|_| Failure::data(format!("{}: the description is not UTF-8", arguments.inputs.display())))?;
    let description = Description::read(&text)?;
    let weights = Weights::read(read(&arguments.weights)?)?;
    let (file, cohort) = arguments.table.read(console)?;
    console.say(format!("predicts {}", cohort.prediction()));
    let split_by = arguments.table.split_by(&cohort)?;
    let split = split_by.split(cohort.labels(), &Shares::default(), arguments.seed)?;
    let checks = arguments.table.check(&cohort, &file.schema, &split, console)?;
    let table = ImportTable {
        cohort: &cohort,
        schema: &file.schema,
        policy: &file.policy,
        split: &split,
        split_words: split_by.words(&split.test),
        checks: &checks,
    };
    let params = ImportParams {
        keep_probabilities: arguments.keep_probabilities,
        background_rows: arguments.background_rows.map(|rows| rows as usize),
        seed: arguments.seed,
    };
    let imported = import(&description, &weights, &table, &params)?;
    if let Some(found) = &imported.too_good {
        arguments.table.judge_model(found, console)?;
    }
    write(&arguments.out, &imported.bytes, Existing::forced(arguments.force))?;
    if arguments.json {
        console.print(&imported.artifact.document.card);
        return Ok(());
    }
    imported.differences.lines().iter().for_each(|line| console.say(line));
    console.say(format!(
        "before calibration, probabilities are within {:.1e} of the model's own on {} of {} rows",
        imported.largest_difference,
        imported.differences.same(),
        cohort.rows()
    ));
    let card = imported.artifact.document.card()?;
    for metric in judged() {
        console.say(format!("{}, test rows: {}", metric.words, with_interval(&card, metric)));
    }
    console.say("the figures hold only if the model was not trained on these rows");
    console.say(format!("{} ({:.1} KB)", arguments.out.display(), imported.bytes.len() as f64 / 1e3));
    Ok(())
}

/// Reads a file that is no larger than an artifact may be.
fn read(path: &Path) -> Result<Vec<u8>, Failure> {
    let refuse = |error: std::io::Error| Failure::file(path, unreadable(&error));
    let length = std::fs::metadata(path).map_err(refuse)?.len();
    if length > MAXIMUM_BYTES as u64 {
        return Err(Failure::data(format!("{}: the file has {length} bytes, at most {MAXIMUM_BYTES}", path.display())));
    }
    std::fs::read(path).map_err(refuse)
}
