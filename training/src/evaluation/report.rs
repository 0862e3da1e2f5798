//! All figures of a report, of one model or of two side by side.

use std::collections::BTreeMap;
use std::path::Path;

use crate::checks::{ModelQuality, too_good};
use crate::cohort::Cohort;
use crate::metrics::{
    Bootstrap, Confusion, Curves, Difference, Intervals, Metrics, MetricsError, Offer, ReliabilityBin, confusions,
    differences, measure, reliability,
};
use serde::Serialize;
use tenure::card::{CardError, ModelCard};
use tenure::scorer::Scorer;

use super::data::DataFigures;
use super::influence::{Influence, influence};
use super::segments::{Segments, segments};
use crate::file::file_name;

/// Thresholds of the confusion matrices: 0, .01, …, 1.
const THRESHOLDS: usize = 101;
const HISTOGRAM_BINS: usize = 20;
const RELIABILITY_BINS: usize = 10;

/// What to measure and how.
#[derive(Clone, Copy, Debug)]
pub struct ReportParams {
    pub bootstrap: Bootstrap,
    pub offer: Offer,
    /// Customers to explain for the importance of fields; 0 leaves it out.
    pub explained: usize,
    /// Probability from which a row counts as predicted to leave; by default that of the model's
    /// card.
    pub threshold: Option<f64>,
    /// Whether what fewer than [`tenure::schema::MINIMUM_CUSTOMERS`] customers share is left out.
    pub share: bool,
}

/// A model with its probabilities of the rows.
pub struct ScoredModel<'a> {
    pub scorer: &'a Scorer,
    pub probabilities: &'a [f64],
    /// Rows that were scored with a warning.
    pub warned: usize,
    pub file: &'a Path,
    pub sha256: String,
}

/// Why a model cannot be measured.
#[derive(Debug, thiserror::Error)]
pub enum EvaluationError {
    #[error(transparent)]
    Card(#[from] CardError),
    #[error(transparent)]
    Metrics(#[from] MetricsError),
}

/// The figures of a report.
#[derive(Debug, Serialize)]
pub struct Report {
    /// Whether the figures of too few customers are left out.
    pub shared: bool,
    pub data: DataFigures,
    /// One, or two side by side.
    pub models: Vec<ModelFigures>,
    pub offer: Offer,
    pub bootstrap: BootstrapFigures,
    /// Of the first model.
    pub influence: Option<Influence>,
    /// Of the first model.
    pub segments: Segments,
    /// The second model's figures less the first's.
    pub differences: Option<BTreeMap<&'static str, Difference>>,
}

#[derive(Debug, Serialize)]
pub struct BootstrapFigures {
    pub resamples: usize,
    pub level: f64,
    pub seed: u64,
}

/// One model on the table.
#[derive(Debug, Serialize)]
pub struct ModelFigures {
    pub name: String,
    /// Name of the file, without its folder.
    pub file: String,
    pub sha256: String,
    /// Whether the model was trained on this table.
    pub training_data: bool,
    pub warned: usize,
    /// What there is to say where it separates the rows nearly perfectly.
    pub too_good: Option<String>,
    pub metrics: Metrics,
    pub intervals: Intervals,
    pub curves: Curves,
    pub reliability: Vec<ReliabilityBin>,
    pub histogram: Histogram,
    /// The cells at thresholds 0, .01, …, 1; in a report that is shared, none where too few customers
    /// are at one side.
    pub confusions: Vec<Option<Confusion>>,
    pub tiers: Vec<TierFigures>,
    pub card: ModelCard,
}

/// Rows by probability, in bins of equal width.
#[derive(Debug, PartialEq, Serialize)]
pub struct Histogram {
    pub edges: Vec<f64>,
    pub left: Vec<usize>,
    pub stayed: Vec<usize>,
}

/// The rows of one tier.
#[derive(Debug, Serialize)]
pub struct TierFigures {
    pub label: String,
    pub from: f64,
    pub rows: usize,
    pub left: usize,
}

impl Report {
    /// Measures one model, or two on the same rows. `labels` and all probabilities are of the rows
    /// of `cohort`.
    pub fn measure(
        cohort: &Cohort,
        models: &[ScoredModel],
        params: &ReportParams,
        tick: &(dyn Fn() + Sync),
    ) -> Result<Report, EvaluationError> {
        let labels = cohort.labels();
        let figures: Vec<ModelFigures> =
            models.iter().map(|model| ModelFigures::measure(cohort, model, params)).collect::<Result<_, _>>()?;
        let first = &models[0];
        let both = match (models, &figures[..]) {
            ([first, second], [a, b]) => {
                let thresholds = [a.metrics.threshold, b.metrics.threshold];
                Some(differences(first.probabilities, second.probabilities, labels, thresholds, &params.bootstrap)?)
            }
            _ => None,
        };
        let Bootstrap { resamples, level, seed } = params.bootstrap;
        let report = Report {
            shared: params.share,
            data: DataFigures::new(cohort, params.share),
            offer: params.offer,
            bootstrap: BootstrapFigures { resamples, level, seed },
            influence: (params.explained > 0)
                .then(|| influence(first.scorer, cohort, params.explained, params.bootstrap.seed, tick)),
            segments: segments(cohort, &(0..cohort.rows() as u32).collect::<Vec<_>>(), first.probabilities),
            differences: both,
            models: figures,
        };
        Ok(if params.share { report.shared() } else { report })
    }
}

impl ModelFigures {
    fn measure(cohort: &Cohort, model: &ScoredModel, params: &ReportParams) -> Result<ModelFigures, EvaluationError> {
        let (probabilities, labels) = (model.probabilities, cohort.labels());
        let document = model.scorer.document();
        let card = document.card()?;
        let threshold = params.threshold.unwrap_or(card.metrics.threshold);
        let thresholds: Vec<f64> = (0..THRESHOLDS).map(|step| step as f64 / (THRESHOLDS - 1) as f64).collect();
        let mut tiers: Vec<TierFigures> = document
            .policy
            .tiers
            .iter()
            .map(|tier| TierFigures { label: tier.label.clone(), from: tier.from, rows: 0, left: 0 })
            .collect();
        for (probability, label) in probabilities.iter().zip(labels) {
            let tier = &mut tiers[document.policy.tier(*probability)];
            tier.rows += 1;
            tier.left += usize::from(*label);
        }
        let metrics = measure(probabilities, labels, threshold)?;
        let measured = ModelQuality::new(metrics.roc_auc, metrics.log_loss, labels);
        Ok(ModelFigures {
            name: document.schema.name.clone(),
            file: file_name(model.file),
            sha256: model.sha256.clone(),
            training_data: card.data_sha256 == cohort.report().sha256,
            warned: model.warned,
            too_good: too_good(cohort, &measured, "rows").map(|found| found.message),
            metrics,
            intervals: params.bootstrap.intervals(probabilities, labels, threshold)?,
            curves: Curves::measure(probabilities, labels, &params.offer, &params.bootstrap)?,
            reliability: reliability(probabilities, labels, RELIABILITY_BINS)?,
            histogram: Histogram::new(probabilities, labels),
            confusions: confusions(probabilities, labels, &thresholds)?.into_iter().map(Some).collect(),
            tiers,
            card,
        })
    }
}

impl Histogram {
    fn new(probabilities: &[f64], labels: &[bool]) -> Histogram {
        let edges = (0..=HISTOGRAM_BINS).map(|edge| edge as f64 / HISTOGRAM_BINS as f64).collect();
        let (mut left, mut stayed) = (vec![0; HISTOGRAM_BINS], vec![0; HISTOGRAM_BINS]);
        for (probability, label) in probabilities.iter().zip(labels) {
            let bin = ((probability * HISTOGRAM_BINS as f64) as usize).min(HISTOGRAM_BINS - 1);
            (if *label { &mut left } else { &mut stayed })[bin] += 1;
        }
        Histogram { edges, left, stayed }
    }
}
