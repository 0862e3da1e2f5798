//! `tenure report`: one page, offline, with everything worth knowing of a model on a table with known outcomes.

use std::path::{Path, PathBuf};

use serde_json::json;
use sha2::{Digest, Sha256};
use tenure::scorer::Scorer;
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::{Report, ReportParams, ScoredModel};
use tenure_training::file::write_whole;
use tenure_training::metrics::{Bootstrap, Offer};
use tenure_training::scores::{Scores, scores};

use super::{read_artifact_at, read_for_evaluation};
use crate::failure::Failure;
use crate::output::{Output, refuse_overwrite};
use crate::report::page;

/// Write a page that shows how good a model is, and where it is not
///
/// One HTML file that needs nothing beside it: curves with bootstrap bands, calibration, gain and lift, thresholds,
/// profit, importance, segments, training curves, model card. The target is the one the model was trained for. Rows with
/// a value that breaks a rule and rows without a target are left out and counted.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The artifact
    pub model: PathBuf,
    /// The table: CSV, TSV or Parquet
    #[arg(long)]
    pub data: PathBuf,
    /// The page to write
    #[arg(long, default_value = "report.html")]
    pub out: PathBuf,
    /// Write the same figures as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// A second artifact, side by side with the first, with paired differences
    #[arg(long, value_name = "MODEL")]
    pub compare: Option<PathBuf>,
    /// A customer is called from this probability on; by default the threshold of the model card
    #[arg(long)]
    pub threshold: Option<f64>,
    /// Resamples of the bootstrap
    #[arg(long, default_value_t = 1000)]
    pub resamples: usize,
    /// Customers explained for the importance of fields; 0 leaves it out
    #[arg(long, default_value_t = 300)]
    pub explain: usize,
    /// What a customer who is kept is worth
    #[arg(long, default_value_t = Offer::default().value)]
    pub customer_value: f64,
    /// What the offer costs if it is accepted
    #[arg(long, default_value_t = Offer::default().cost)]
    pub offer_cost: f64,
    /// What it costs to call one customer
    #[arg(long, default_value_t = Offer::default().contact)]
    pub contact_cost: f64,
    /// Share of the customers about to leave who accept the offer and stay
    #[arg(long, default_value_t = Offer::default().success)]
    pub success_rate: f64,
    /// Seed of the resamples and of the customers explained
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// The day of this export: dates count as days before it, and not before the day that training stated
    #[arg(long, value_name = "DATE", value_parser = super::day)]
    pub reference: Option<f64>,
    /// Overwrite the files
    #[arg(long)]
    pub force: bool,
}

impl Arguments {
    fn params(&self) -> Result<ReportParams, Failure> {
        let mut wrong = Vec::new();
        let mut within = |name: &str, value: f64, low: f64, high: f64| {
            if !(low..=high).contains(&value) {
                wrong.push(format!("--{name} must be within {low} to {high} (got {value})"));
            }
        };
        within("threshold", self.threshold.unwrap_or(0.5), 0.0, 1.0);
        within("resamples", self.resamples as f64, 1.0, 1e6);
        within("customer-value", self.customer_value, 0.0, 1e12);
        within("offer-cost", self.offer_cost, 0.0, 1e12);
        within("contact-cost", self.contact_cost, 0.0, 1e12);
        within("success-rate", self.success_rate, 0.0, 1.0);
        if !wrong.is_empty() {
            return Err(Failure::usage(wrong.join("\n")));
        }
        Ok(ReportParams {
            bootstrap: Bootstrap { resamples: self.resamples, seed: self.seed, ..Bootstrap::default() },
            offer: Offer {
                value: self.customer_value,
                cost: self.offer_cost,
                contact: self.contact_cost,
                success: self.success_rate,
            },
            explained: self.explain,
            threshold: self.threshold,
        })
    }
}

/// A model file, read.
struct Read {
    scorer: Scorer,
    scores: Scores,
    cohort: Cohort,
    sha256: String,
}

pub fn run(arguments: &Arguments, output: &Output) -> Result<(), Failure> {
    let params = arguments.params()?;
    for file in [Some(&arguments.out), arguments.json.as_ref()].into_iter().flatten() {
        refuse_overwrite(file, arguments.force)?;
    }
    let mut models = vec![read(&arguments.model, arguments, output)?];
    if let Some(second) = &arguments.compare {
        models.push(read(second, arguments, &Output { quiet: true })?);
        same_rows(&models, arguments)?;
    }
    let files = [Some(&arguments.model), arguments.compare.as_ref()].into_iter().flatten();
    let parts: Vec<ScoredModel> = models
        .iter()
        .zip(files)
        .map(|(model, file)| ScoredModel {
            scorer: &model.scorer,
            probabilities: &model.scores.probabilities,
            warned: model.scores.warned,
            file,
            sha256: model.sha256.clone(),
        })
        .collect();
    let bar = output.bar(arguments.explain as u64, "explaining {pos}/{len} {bar:24} {eta}");
    let report = Report::measure(&models[0].cohort, &parts, &params, &|| bar.inc(1));
    bar.finish_and_clear();
    let report = report.map_err(Failure::data)?;
    if let Some(file) = &arguments.json {
        write_whole(file, format!("{:#}\n", json!(report)).as_bytes())?;
    }
    let page = page(&report);
    write_whole(&arguments.out, page.as_bytes())?;
    for model in report.models.iter().filter(|model| model.training_data) {
        output.say(format!("warning: {} was trained on this very table, so the figures flatter it", model.file));
    }
    output.say(format!("{} ({:.0} KB)", arguments.out.display(), page.len() as f64 / 1e3));
    Ok(())
}

fn read(file: &Path, Arguments { data, reference, .. }: &Arguments, output: &Output) -> Result<Read, Failure> {
    let scorer = Scorer::new(read_artifact_at(file, *reference)?);
    let bytes = std::fs::read(file).map_err(|error| Failure::file(file, error))?;
    let cohort = read_for_evaluation(data, &scorer.document().schema, output)?;
    let scores = scores(&scorer, &cohort);
    Ok(Read { scorer, scores, cohort, sha256: hex::encode(Sha256::digest(&bytes)) })
}

/// Two models are compared on the same customers and the same outcomes, or not at all.
fn same_rows(models: &[Read], arguments: &Arguments) -> Result<(), Failure> {
    let [first, second] = [&models[0].cohort, &models[1].cohort];
    let (a, b) = (&first.schema().target, &second.schema().target);
    if a.field != b.field || first.left_out() != second.left_out() || first.labels() != second.labels() {
        let rows = |cohort: &Cohort| format!("{} rows, {} that left", cohort.rows(), cohort.positives());
        return Err(Failure::data(format!(
            "{}: the models do not read it alike, so they cannot be compared: `{}` has {} (target `{}`), `{}` has {} (target `{}`)",
            arguments.data.display(),
            arguments.model.display(),
            rows(first),
            a.field,
            arguments.compare.as_deref().unwrap_or(Path::new("")).display(),
            rows(second),
            b.field
        )));
    }
    Ok(())
}
