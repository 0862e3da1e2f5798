//! `tenure evaluate`: how good an artifact's probabilities are on a table with known outcomes.

use std::path::PathBuf;

use indicatif::HumanCount;
use serde::Serialize;
use serde_json::json;
use sha2::{Digest, Sha256};
use tenure::scorer::Scorer;
use tenure_training::file::write_whole;
use tenure_training::metrics::{Bootstrap, Interval, Intervals, METRICS, Metrics};
use tenure_training::scores::scores;

use super::{read_artifact_at, read_for_evaluation};
use crate::failure::Failure;
use crate::output::{Output, refuse_overwrite};

/// Measure an artifact on a table with known outcomes
///
/// The target is the one the model was trained for. Rows with a value that breaks a rule and rows without a target are
/// left out and counted. Intervals are percentiles of a seeded bootstrap over the rows.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The artifact
    pub model: PathBuf,
    /// The table: CSV, TSV or Parquet
    #[arg(long)]
    pub data: PathBuf,
    /// A row counts as predicted to leave from this probability on
    #[arg(long, default_value_t = 0.5, value_parser = probability)]
    pub threshold: f64,
    /// Resamples of the bootstrap; 0 leaves the intervals out
    #[arg(long, default_value_t = 1000)]
    pub resamples: usize,
    /// Write the figures as JSON; `-` prints them on standard output in place of the table
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// The day of this export: dates count as days before it, and not before the day that training stated
    #[arg(long, value_name = "DATE", value_parser = super::day)]
    pub reference: Option<f64>,
    /// Overwrite the JSON file
    #[arg(long)]
    pub force: bool,
}

fn probability(text: &str) -> Result<f64, String> {
    let number: f64 = text.parse().map_err(|_| "must be a number")?;
    if (0.0..=1.0).contains(&number) { Ok(number) } else { Err("must be within 0 to 1".into()) }
}

/// The figures, as JSON has them.
#[derive(Serialize)]
struct Evaluation {
    rows: usize,
    positives: usize,
    /// Rows that were not measured: a value breaks a rule, or the target is missing.
    left_out: u64,
    threshold: f64,
    metrics: Metrics,
    intervals: Option<Intervals>,
    data_sha256: String,
    model_sha256: String,
    /// The model was trained on this very file.
    training_data: bool,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let json_file = arguments.json.as_deref().filter(|file| file.as_os_str() != "-");
    if let Some(file) = json_file {
        refuse_overwrite(file, arguments.force)?;
    }
    let scorer = Scorer::new(read_artifact_at(&arguments.model, arguments.reference)?);
    let bytes = std::fs::read(&arguments.model).map_err(|error| Failure::file(&arguments.model, error))?;
    let card = scorer.document().card();
    let cohort = read_for_evaluation(&arguments.data, &scorer.document().schema, output)?;
    let data_sha256 = cohort.report().sha256.clone();
    let training_data = card["data_sha256"].as_str() == Some(&data_sha256);
    if training_data {
        let rows = card["rows"]["test"].as_u64().unwrap_or(0);
        output.say(format!(
            "warning: the model was trained on this very file, so these figures flatter it; its card has the figures on {rows} \
             test rows that it never saw"
        ));
    }
    let probabilities = scores(&scorer, &cohort).probabilities;
    let Arguments { threshold, resamples, .. } = *arguments;
    let metrics = Metrics::measure(&probabilities, cohort.labels(), threshold).map_err(Failure::data)?;
    let bootstrap = Bootstrap { resamples, ..Bootstrap::default() };
    let intervals = (resamples > 0).then(|| bootstrap.intervals(&probabilities, cohort.labels(), threshold));
    let evaluation = Evaluation {
        rows: cohort.rows(),
        positives: cohort.positives(),
        left_out: cohort.left_out().len() as u64,
        threshold,
        metrics,
        intervals: intervals.transpose().map_err(Failure::data)?,
        data_sha256,
        model_sha256: hex::encode(Sha256::digest(&bytes)),
        training_data,
    };
    let document = json!(evaluation);
    if let Some(file) = json_file {
        write_whole(file, format!("{document:#}\n").as_bytes())?;
    }
    let on_stdout = arguments.json.is_some() && json_file.is_none();
    output.print(if on_stdout { format!("{document:#}") } else { table(&evaluation) });
    Ok(())
}

/// The figures for people, those that hang on the threshold first.
fn table(evaluation: &Evaluation) -> String {
    let Evaluation { rows, positives, left_out, threshold, metrics, intervals, .. } = evaluation;
    let share = 100.0 * *positives as f64 / *rows as f64;
    let (rows, positives) = (HumanCount(*rows as u64), HumanCount(*positives as u64));
    let mut lines = vec![format!("{rows} rows, {positives} positives ({share:.1}%), threshold {threshold}")];
    if *left_out > 0 {
        lines.push(format!("{} rows left out", HumanCount(*left_out)));
    }
    lines.push(format!("{:<16} {:>8}{}", "", "value", if intervals.is_some() { "   95% interval" } else { "" }));
    for figure in &METRICS {
        let (words, value) = (figure.words, (figure.value)(metrics));
        let interval = intervals.as_ref().map(figure.interval);
        let interval = interval.map_or_else(String::new, |Interval { low, high }| format!("   {low:.4} to {high:.4}"));
        lines.push(format!("{words:<16} {value:>8.4}{interval}"));
    }
    lines.push(format!(
        "a perfectly calibrated model with these probabilities would have an ECE of {:.4} on as many rows, by chance",
        metrics.ece_by_chance
    ));
    lines.join("\n")
}
