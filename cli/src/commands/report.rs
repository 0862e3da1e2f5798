//! `tenure report`: a page on how good a model is on a table with known outcomes.

use std::path::{Path, PathBuf};

use serde_json::json;
use tenure::scorer::Scorer;
use tenure_training::cohort::Cohort;
use tenure_training::evaluation::{Report, ReportParams, ScoredModel};
use tenure_training::file::{Existing, write};
use tenure_training::metrics::{Bootstrap, Offer};
use tenure_training::scores::{Scores, scores};

use crate::console::{Console, refuse_overwrite, write_json};
use crate::failure::Failure;
use crate::inputs::{
    ArtifactFile, ReadArguments, TrustArguments, day, read_artifact, read_for_evaluation, warn_of_shifts,
};
use crate::report::page;

/// Write an HTML report on how good a model is, and where it is not
///
/// One file that works offline: curves with bootstrap bands, calibration, gain and lift,
/// thresholds, profit, importance, segments, training curves, model card. The table needs the
/// target column that the model was trained on. Rows with an invalid value or without a target are
/// left out and counted.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// Artifact
    pub model: PathBuf,
    #[command(flatten)]
    pub trust: TrustArguments,
    /// Table with known outcomes: CSV, TSV, Parquet or .xlsx
    #[arg(long)]
    pub data: PathBuf,
    /// HTML file to write
    #[arg(long, default_value = "report.html")]
    pub out: PathBuf,
    /// File to write the same figures to, as JSON
    #[arg(long, value_name = "FILE")]
    pub json: Option<PathBuf>,
    /// Second artifact to compare the first with, by paired differences
    #[arg(long, value_name = "MODEL")]
    pub compare: Option<PathBuf>,
    /// Probability from which a customer is contacted; by default the threshold of the model card
    #[arg(long)]
    pub threshold: Option<f64>,
    /// Bootstrap resamples
    #[arg(long, default_value_t = 1000)]
    pub resamples: usize,
    /// Customers to explain for the importance of fields; 0 leaves it out
    #[arg(long, default_value_t = 300)]
    pub explain: usize,
    /// Value of a customer who is kept
    #[arg(long, default_value_t = Offer::default().value)]
    pub customer_value: f64,
    /// Cost of the offer if it is accepted
    #[arg(long, default_value_t = Offer::default().cost)]
    pub offer_cost: f64,
    /// Cost of contacting one customer
    #[arg(long, default_value_t = Offer::default().contact)]
    pub contact_cost: f64,
    /// Share of leavers who accept the offer and stay
    #[arg(long, default_value_t = Offer::default().success)]
    pub success_rate: f64,
    /// Seed of the resamples and of the customers to explain
    #[arg(long, default_value_t = 0)]
    pub seed: u64,
    /// Day of this export: dates count as days before it, instead of before the reference day of
    /// the schema
    #[arg(long, value_name = "DATE", value_parser = day)]
    pub reference: Option<f64>,
    /// Leave out what fewer than 20 customers share, so that the page can be passed on: smallest and
    /// largest values, rare categories, small groups, contributions of single customers
    #[arg(long)]
    pub share: bool,
    /// Overwrite the files
    #[arg(long)]
    pub force: bool,
    #[command(flatten)]
    pub reading: ReadArguments,
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
            share: self.share,
        })
    }
}

/// A model, and its scores of the table.
struct LoadedModel {
    scorer: Scorer,
    scores: Scores,
    cohort: Cohort,
    sha256: String,
}

pub fn run(arguments: &Arguments, console: &Console) -> Result<(), Failure> {
    let params = arguments.params()?;
    for file in [Some(&arguments.out), arguments.json.as_ref()].into_iter().flatten() {
        refuse_overwrite(file, arguments.force)?;
    }
    let mut models = vec![read(&arguments.model, arguments, console)?];
    if let Some(second) = &arguments.compare {
        models.push(read(second, arguments, &Console { quiet: true })?);
        same_rows(&models, arguments)?;
    }
    console.say(format!("predicts {}", models[0].cohort.prediction()));
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
    let bar = console.bar(arguments.explain as u64, "explaining {pos}/{len} {bar:24} {eta}");
    let report = Report::measure(&models[0].cohort, &parts, &params, &|| bar.inc(1));
    bar.finish_and_clear();
    let report = report?;
    if let Some(file) = &arguments.json {
        write_json(file, &json!(report), arguments.force)?;
    }
    let page = page(&report);
    write(&arguments.out, page.as_bytes(), Existing::forced(arguments.force))?;
    for model in report.models.iter().filter(|model| model.training_data) {
        console.say(format!("warning: {} was trained on this very table, so its figures are optimistic", model.file));
    }
    for warning in report.models.iter().filter_map(|model| model.too_good.as_ref()) {
        console.say(format!("warning: {warning}"));
    }
    console.say(format!("{} ({:.0} KB)", arguments.out.display(), page.len() as f64 / 1e3));
    Ok(())
}

fn read(file: &Path, arguments: &Arguments, console: &Console) -> Result<LoadedModel, Failure> {
    let Arguments { data, reference, reading, trust, .. } = arguments;
    let ArtifactFile { artifact, sha256 } = read_artifact(file, *reference, trust)?;
    let scorer = Scorer::new(artifact);
    let cohort = read_for_evaluation(data, &reading.options(), &scorer.document().schema, console)?;
    warn_of_shifts(&cohort, &scorer.document().card()?, console);
    let scores = scores(&scorer, &cohort);
    Ok(LoadedModel { scorer, scores, cohort, sha256 })
}

/// Refuses to compare models that do not use the same rows with the same outcomes.
fn same_rows(models: &[LoadedModel], arguments: &Arguments) -> Result<(), Failure> {
    let [first, second] = [&models[0].cohort, &models[1].cohort];
    let (a, b) = (&first.schema().target, &second.schema().target);
    if a.field != b.field || first.left_out() != second.left_out() || first.labels() != second.labels() {
        let rows = |cohort: &Cohort| format!("{} rows, {} that left", cohort.rows(), cohort.positives());
        return Err(Failure::data(format!(
            "{}: the models read different rows of it, so they cannot be compared: `{}` has {} (target `{}`), `{}` has {} (target `{}`); report each alone",
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
