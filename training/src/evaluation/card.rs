//! The model card that training writes: one function that measures and fills it in.

use std::collections::BTreeMap;

use serde_json::{Value, json};
use sha2::{Digest, Sha256};
use tenure::calibration::Calibration;
use tenure::card::{
    CalibrationSummary, ModelCard, NetworkSize, PenaltySummary, RowCounts, SegmentSummary, SegmentsSummary,
    TeacherSummary, TrainingSummary,
};
use tenure::network::Network;
use tenure::schema::Schema;

use super::segments::segments;
use crate::calibrate::{CalibrationRecord, Method, probabilities};
use crate::checks::{DataChecks, Finding};
use crate::cohort::Cohort;
use crate::fit::FitConfig;
use crate::history::History;
use crate::hyperparameters::Hyperparameters;
use crate::metrics::{Bootstrap, MetricsError, best_f1_threshold, measure};
use crate::split::Split;
use crate::train::{Encoded, TOLERATED_LOSS, TrainParams, Trained};

/// Segments that the card keeps, the most doubtful ones.
const KEPT_SEGMENTS: usize = 8;

/// What a card is written about.
pub struct CardSource<'a> {
    pub params: &'a TrainParams,
    pub cohort: &'a Cohort,
    /// As the person wrote it; the cohort's own may have fewer categories.
    pub schema: &'a Schema,
    pub split: &'a Split,
    /// How the rows were split, in words.
    pub split_words: String,
    pub checks: &'a DataChecks,
    pub history: &'a History,
}

/// A packed and calibrated network, whoever trained it.
pub struct Measured<'a> {
    pub encoded: &'a Encoded,
    pub network: &'a Network,
    pub calibration: &'a Calibration,
    /// Whether the inputs also contribute to the logit directly.
    pub direct: bool,
    /// Columns that the network was trained on.
    pub dense_columns: usize,
}

impl CardSource<'_> {
    /// Measures what was trained on the test rows and writes the card. There is no clock in it: the
    /// same run writes the same bytes. The errors of explanations are added by
    /// [`Trained::artifact`], which measures them.
    pub fn card(&self, trained: &Trained) -> Result<ModelCard, MetricsError> {
        let fit = trained.shipped.config(self.params, &trained.teacher);
        let measured = Measured {
            encoded: &trained.encoded,
            network: &trained.network,
            calibration: &trained.calibration,
            direct: fit.shape.direct,
            dense_columns: trained.encoded.layout().size(),
        };
        let training = TrainingSummary {
            validation_log_loss: trained.validation_loss,
            hyperparameters: hyperparameters(self.params, &fit),
        };
        let mut card = self.measure(&measured, training)?;
        let labels = self.cohort.labels_of(&self.split.test);
        card.teacher = Some(teacher(trained, &self.split.test, &labels, card.metrics.threshold)?);
        card.shipped = Some(trained.shipped.name(&trained.teacher));
        card.calibration = Some(calibration(&trained.calibration_record));
        Ok(card)
    }

    /// Measures a network on the test rows and writes what the card says of it, without how it was
    /// made.
    pub fn measure(&self, measured: &Measured, training: TrainingSummary) -> Result<ModelCard, MetricsError> {
        let CardSource { params, cohort, schema, split, .. } = *self;
        let Measured { encoded, network, .. } = *measured;
        let scored = |rows: &[u32]| {
            let probabilities = probabilities(measured.calibration, &encoded.logits(network, rows));
            (probabilities, cohort.labels_of(rows))
        };
        let (probabilities, labels) = scored(&split.validation);
        let threshold = best_f1_threshold(&probabilities, &labels)?;
        // The best one is the probability of a customer, whom three digits do not tell from others.
        let threshold = (threshold * 1000.0).floor() / 1000.0;
        let (probabilities, labels) = scored(&split.test);
        let bootstrap = Bootstrap { seed: params.seed, ..Bootstrap::default() };
        let inputs = encoded.encoder().inputs().len();
        let [missing_rates, other_rates] = cohort.shares(&split.train);
        Ok(ModelCard {
            name: schema.name.clone(),
            code_version: env!("CARGO_PKG_VERSION").into(),
            seed: params.seed,
            data_sha256: cohort.report().sha256.clone(),
            schema_sha256: schema_sha256(schema),
            rows: RowCounts {
                train: split.train.len(),
                validation: split.validation.len(),
                calibration: split.calibration.len(),
                test: split.test.len(),
            },
            split: Some(self.split_words.clone()),
            data_warnings: self.checks.warnings().map(Finding::card_entry).collect(),
            missing_rates: Some(missing_rates),
            other_rates,
            positive_rate: cohort.positives() as f64 / cohort.rows() as f64,
            network: NetworkSize {
                hidden: network.hidden(),
                direct: measured.direct,
                inputs,
                dense_columns: measured.dense_columns,
                multiply_adds: network.multiply_adds(inputs),
            },
            teacher: None,
            shipped: None,
            imported: None,
            training,
            calibration: None,
            metrics: measure(&probabilities, &labels, threshold)?,
            intervals: Some(bootstrap.intervals(&probabilities, &labels, threshold)?),
            segments: Some(segments_summary(cohort, &split.test, &probabilities)),
            curves: self.history.curves(),
            explanation: None,
            reference: None,
        })
    }
}

/// SHA-256 of a schema as the program reads it, in hexadecimal.
pub fn schema_sha256(schema: &Schema) -> String {
    let text = serde_json::to_string(schema).expect("a schema is JSON");
    hex::encode(Sha256::digest(text.as_bytes()))
}

fn hyperparameters(params: &TrainParams, shipped: &FitConfig) -> BTreeMap<String, Value> {
    let recorded = Hyperparameters::recorded(params, shipped);
    recorded.iter().map(|(name, value)| (name.to_owned(), json!(value))).collect()
}

fn teacher(trained: &Trained, test: &[u32], labels: &[bool], threshold: f64) -> Result<TeacherSummary, MetricsError> {
    let (_, multiply_adds) = trained.multiply_adds();
    let teacher = &trained.teacher;
    let penalty = teacher.penalty().map(|penalty| PenaltySummary {
        chosen: penalty.chosen.to_string(),
        tried: penalty.tried.iter().map(|(tried, loss)| (tried.to_string(), *loss)).collect(),
    });
    Ok(TeacherSummary {
        model: teacher.name(),
        members: teacher.members(),
        multiply_adds,
        validation_log_loss: trained.teacher_validation_loss,
        metrics: measure(&trained.teacher_probabilities(test), labels, threshold)?,
        tried: teacher.tried.iter().map(|(model, loss)| (model.name().into(), *loss)).collect::<BTreeMap<_, _>>(),
        penalty,
        weights: teacher.weights().map(|(model, weight)| (model.name().into(), weight)).collect(),
        skipped: teacher.skipped.iter().map(|skipped| (skipped.what.clone(), skipped.why.clone())).collect(),
        excess_log_loss: Some(trained.excess_loss),
        tolerated_log_loss: Some(TOLERATED_LOSS),
    })
}

/// How a calibration was chosen, as the card has it.
pub(crate) fn calibration(record: &CalibrationRecord) -> CalibrationSummary {
    let method = match record.method {
        Method::Temperature => "temperature",
        Method::Isotonic => "isotonic",
    };
    CalibrationSummary {
        method: method.into(),
        temperature_log_loss: record.temperature_log_loss,
        isotonic_log_loss: record.isotonic_log_loss,
        uncalibrated_log_loss: record.uncalibrated_log_loss,
    }
}

fn segments_summary(cohort: &Cohort, rows: &[u32], probabilities: &[f64]) -> SegmentsSummary {
    let found = segments(cohort, rows, probabilities);
    let kept = found.segments.iter().take(KEPT_SEGMENTS).map(|segment| SegmentSummary {
        label: segment.label.clone(),
        rows: segment.rows,
        rate: segment.rate,
        mean_probability: segment.mean_probability,
        gap: [segment.gap_interval.low, segment.gap_interval.high],
        log_loss: segment.log_loss,
        worse: segment.worse,
    });
    SegmentsSummary {
        measured: found.segments.len(),
        worse: found.segments.iter().filter(|segment| segment.worse).count(),
        smallest: found.smallest,
        false_discovery_rate: found.false_discovery_rate,
        most_doubtful: kept.collect(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hyperparameters::HYPERPARAMETERS;

    #[test]
    fn every_hyperparameter_with_a_value_is_in_the_card() {
        let mut given = Hyperparameters::default();
        // The others have a default.
        for (name, text) in [("background-rows", "40"), ("model", "tabm"), ("positive-weight", "2.5")] {
            given.read(name, text).unwrap();
        }
        let params = given.params();
        let seen = hyperparameters(&params, &params.network);
        HYPERPARAMETERS.iter().for_each(|row| assert!(seen.contains_key(row.name), "{}", row.name));
        assert_eq!(seen.len(), HYPERPARAMETERS.len());
    }

    #[test]
    fn hyperparameters_are_texts_numbers_and_booleans() {
        let params = TrainParams::default();
        let seen = hyperparameters(&params, &params.network);
        let expected = [("hidden", json!("32")), ("learning-rate", json!(0.003)), ("batch-norm", json!(false))];
        expected.into_iter().for_each(|(name, value)| assert_eq!(seen[name], value));
        assert!(seen.values().all(|value| value.is_string() || value.is_number() || value.is_boolean()));
    }
}
