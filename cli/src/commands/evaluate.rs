//! `tenure evaluate`: measures an artifact on a table with known outcomes.

use std::path::PathBuf;

use indicatif::HumanCount;
use serde::Serialize;
use serde_json::json;
use tenure::scorer::Scorer;
use tenure_training::checks::{ModelQuality, too_good};
use tenure_training::metrics::{Bootstrap, Interval, Intervals, Metrics, judged, measure};
use tenure_training::scores::scores;

use crate::console::{Console, refuse_overwrite, write_json};
use crate::failure::Failure;
use crate::inputs::{
    ArtifactFile, ReadArguments, TrustArguments, day, read_artifact, read_for_evaluation, warn_of_shifts,
};

/// Measure an artifact on a table with known outcomes
///
/// The table needs the target column that the model was trained on. Rows with an invalid value or
/// without a target are left out and counted. Intervals are percentiles of a seeded bootstrap over
/// the rows.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// Table with known outcomes: CSV, TSV, Parquet or .xlsx
    #[arg(long)]
    pub data: PathBuf,
    /// Probability from which a row counts as predicted to leave
    #[arg(long, default_value_t = 0.5, value_parser = probability)]
    pub threshold: f64,
    /// Bootstrap resamples; 0 leaves the intervals out
    #[arg(long, default_value_t = 1000)]
    pub resamples: usize,
    /// File to write the figures to, as JSON; `-` prints JSON instead of the table
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Day of this export: dates count as days before it, instead of before the reference day of
    /// the schema
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub reference: Option<f64>,
    /// Overwrite the JSON file
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reading: ReadArguments,
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
    /// Rows that were not measured: a value is invalid, or the target is missing.
    left_out: u64,
    threshold: f64,
    metrics: Metrics,
    intervals: Option<Intervals>,
    data_sha256: String,
    model_sha256: String,
    /// The model was trained on this very file.
    training_data: bool,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let json_file = arguments.json.as_deref().filter(|file| file.as_os_str() != "-");
    if let Some(file) = json_file {
        refuse_overwrite(file, arguments.force)?;
    }
    let ArtifactFile { artifact, sha256: model_sha256 } =
        read_artifact(&arguments.model, arguments.reference, &arguments.trust)?;
    let scorer = Scorer::new(artifact);
    let card = scorer.document().card()?;
    let options = arguments.reading.options();
    let cohort = read_for_evaluation(&arguments.data, &options, &scorer.document().schema, console)?;
    warn_of_shifts(&cohort, &card, console);
    let data_sha256 = cohort.report().sha256.clone();
    let training_data = card.data_sha256 == data_sha256;
    if training_data {
        let rows = card.rows.test;
        console.say(format!(
            "warning: the model was trained on this very file, so these figures are optimistic; `tenure card` has the figures on \
             {rows} test rows that it never saw"
        ));
    }
    let probabilities = scores(&scorer, &cohort).probabilities;
    let Arguments { threshold, resamples, .. } = *arguments;
    let metrics = measure(&probabilities, cohort.labels(), threshold)?;
    let bootstrap = Bootstrap { resamples, ..Bootstrap::default() };
    let intervals = (resamples > 0).then(|| bootstrap.intervals(&probabilities, cohort.labels(), threshold));
    let evaluation = Evaluation {
        rows: cohort.rows(),
        positives: cohort.positives(),
        left_out: cohort.left_out().len() as u64,
        threshold,
        metrics,
        intervals: intervals.transpose()?,
        data_sha256,
        model_sha256,
        training_data,
    };
    let document = json!(evaluation);
    if let Some(file) = json_file {
        write_json(file, &document, arguments.force)?;
    }
    let on_stdout = arguments.json.is_some() && json_file.is_none();
    console.print(if on_stdout { format!("{document:#}") } else { table(&evaluation) });
    let measured = ModelQuality::new(metrics.roc_auc, metrics.log_loss, cohort.labels());
    too_good(&cohort, &measured, "rows").iter().for_each(|found| console.say(format!("warning: {}", found.message)));
    Ok(())
}

/// The figures as a table, those that depend on the threshold first.
fn table(evaluation: &Evaluation) -> String {
    let Evaluation { rows, positives, left_out, threshold, metrics, intervals, .. } = evaluation;
    let share = 100.0 * *positives as f64 / *rows as f64;
    let (rows, positives) = (HumanCount(*rows as u64), HumanCount(*positives as u64));
    let mut lines = vec![format!("{rows} rows, {positives} positives ({share:.1}%), threshold {threshold}")];
    if *left_out > 0 {
        lines.push(format!("{} rows left out", HumanCount(*left_out)));
    }
    lines.push(format!("{:<16} {:>8}{}", "", "value", if intervals.is_some() { "   95% interval" } else { "" }));
    for metric in judged() {
        let (words, value) = (metric.words, (metric.value)(metrics));
        let interval = intervals.as_ref().and_then(|intervals| metric.interval(intervals));
        let interval = interval.map_or_else(String::new, |Interval { low, high }| format!("   {low:.4} to {high:.4}"));
        lines.push(format!("{words:<16} {value:>8.4}{interval}"));
    }
    lines.push(format!(
        "a perfectly calibrated model would have an ECE of {:.4} on as many rows, by chance",
        metrics.ece_by_chance
    ));
    lines.join("\n")
}
