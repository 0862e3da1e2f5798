//! The model card: how a model was made, and how well it did on rows that training never saw.
//!
//! The card is JSON text in the artifact. Scoring hands it on and reads nothing from it;
//! [`ModelCard`] is for whoever does. A trainer may say more than is listed here: unknown keys are
//! skipped.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// The model card: how the model was made, and how it performs on the test rows. Counts are rows of
/// the training table unless their name says otherwise.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ModelCard {
    /// Name of the model, such as "IBM Telco".
    pub name: String,
    /// Version of the code that trained the model.
    pub code_version: String,
    /// Seed of the training: of the split and of everything that was fitted.
    pub seed: u64,
    /// SHA-256 of the training table, in hexadecimal.
    pub data_sha256: String,
    /// SHA-256 of the schema file, in hexadecimal.
    pub schema_sha256: String,
    /// Number of rows in each part of the split.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub rows: RowCounts,
    /// How the rows were split, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub split: Option<String>,
    /// What the data checks warned of: the check, and the field if it is about one.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub data_warnings: Vec<(String, Option<String>)>,
    /// Share of the training rows in which a field is missing, 0 to 1; fields that never are are
    /// left out. Older trainers did not count them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub missing_rates: Option<BTreeMap<String, f64>>,
    /// Share of the training rows in which a field has a text that is no category, 0 to 1; fields
    /// without one are left out.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub other_rates: BTreeMap<String, f64>,
    /// Share of customers who left in the whole table, 0 to 1.
    pub positive_rate: f64,
    /// The network in the artifact.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub network: NetworkSize,
    /// The teacher that the network was distilled from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, inline))]
    pub teacher: Option<TeacherSummary>,
    /// Which model is in the artifact: `student`, `teacher`, or `members:N` of the teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub shipped: Option<String>,
    /// What the model was imported from, where Tenure did not train it. Then nobody says which rows of the
    /// table it was trained on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, inline))]
    pub imported: Option<ImportedSummary>,
    /// How the network was fitted.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub training: TrainingSummary,
    /// How the calibration was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, inline))]
    pub calibration: Option<CalibrationSummary>,
    /// Metrics of the network in the artifact, on the test rows. The threshold has the best F1 on
    /// the validation rows.
    pub metrics: Metrics,
    /// Intervals of the metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub intervals: Option<Intervals>,
    /// Where the model does worse on the test rows.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, inline))]
    pub segments: Option<SegmentsSummary>,
    /// The losses of every stage of training.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional, inline))]
    pub curves: Vec<LossCurve>,
    /// How far explanations are from those against the training set.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, inline))]
    pub explanation: Option<ExplanationErrors>,
    /// What the model saw on the rows that no network was fitted to, for comparisons with what it
    /// sees later (docs/monitoring.md). Older trainers did not keep it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, type = "unknown"))]
    pub reference: Option<Value>,
}

/// Rows of the table by what they were for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct RowCounts {
    /// Rows that the networks are fitted to.
    pub train: usize,
    /// Rows that choose between networks, and end a fit.
    pub validation: usize,
    /// Rows that the calibration is fitted to.
    pub calibration: usize,
    /// Rows of the metrics.
    pub test: usize,
}

/// The size of the network in the artifact.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct NetworkSize {
    /// Number of units of each hidden layer, first to last.
    pub hidden: Vec<usize>,
    /// Whether the inputs also contribute to the logit directly, past the hidden layers.
    pub direct: bool,
    /// Fields and derived features that the network reads.
    pub inputs: usize,
    /// Columns of the encoding that training used.
    pub dense_columns: usize,
    /// Number of multiply-adds of one score.
    pub multiply_adds: usize,
}

/// The teacher and what it was chosen from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TeacherSummary {
    /// The kind of the teacher, such as `linear + tabm`.
    pub model: String,
    /// Networks in it.
    pub members: usize,
    /// Multiply-adds of a row, all members together.
    pub multiply_adds: usize,
    /// Calibrated, on the validation rows.
    pub validation_log_loss: f64,
    /// On the test rows, at the threshold of the network in the artifact.
    pub metrics: Metrics,
    /// The validation log-loss of every model that was tried, before calibration.
    pub tried: BTreeMap<String, f64>,
    /// The penalty of the TabM in it; null without one.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional = nullable, inline))]
    pub penalty: Option<PenaltySummary>,
    /// The weight of each model in the mean of the logits; they sum to 1.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub weights: BTreeMap<String, f64>,
    /// What was not fitted, and why.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    #[cfg_attr(feature = "typescript", ts(as = "Option<_>", optional))]
    pub skipped: BTreeMap<String, String>,
    /// Log-loss of the network in the artifact less the teacher's, on the validation rows and before
    /// calibration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub excess_log_loss: Option<f64>,
    /// The largest excess that is tolerated; beyond it, no network that was tried agrees with the
    /// teacher.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional))]
    pub tolerated_log_loss: Option<f64>,
}

/// A penalty on the weights that validation rows chose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct PenaltySummary {
    /// A key of `tried`.
    pub chosen: String,
    /// The validation log-loss of every penalty.
    pub tried: BTreeMap<String, f64>,
}

/// The model that an artifact was imported from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ImportedSummary {
    /// Who made it, in words, such as `scikit-learn 1.8, MLPClassifier`.
    pub source: String,
    /// SHA-256 of the file of its weights, in hexadecimal.
    pub weights_sha256: String,
    /// Its layers in words, first to last, such as `0 Linear 45 to 16`.
    pub layers: Vec<String>,
    /// The largest difference of a probability from the model's own, before calibration, over the rows of
    /// the table for which both are the same function.
    pub largest_difference: f64,
    /// Whether a calibration was fitted; otherwise probabilities are the model's own.
    pub recalibrated: bool,
}

/// How the network in the artifact was fitted.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrainingSummary {
    /// Calibrated, on the validation rows.
    pub validation_log_loss: f64,
    /// The hyperparameters by the names of their flags, as in `learning-rate`; those without a
    /// value are left out. `tenure train --help` says what each is. An imported model has none.
    #[cfg_attr(feature = "typescript", ts(type = "{ [key in string]: string | number | boolean }"))]
    pub hyperparameters: BTreeMap<String, Value>,
}

/// The calibration and what it was chosen from. Log-losses are on the calibration rows,
/// cross-validated.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct CalibrationSummary {
    /// `temperature` or `isotonic`.
    pub method: String,
    /// With a temperature.
    pub temperature_log_loss: f64,
    /// With an isotonic curve; null with too few rows to try.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional = nullable))]
    pub isotonic_log_loss: Option<f64>,
    /// With the plain sigmoid, not cross-validated.
    pub uncalibrated_log_loss: f64,
}

/// The figures of one model on one set of rows. They agree with scikit-learn's where it has them.
/// A positive row is a customer who left.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Metrics {
    /// Area under the ROC curve, 0 to 1: the chance that a positive row has a higher probability
    /// than a negative one; ties count half.
    pub roc_auc: f64,
    /// Area under the precision-recall curve, 0 to 1, as average precision: the precision at every
    /// distinct probability, weighted by the recall it adds.
    pub pr_auc: f64,
    /// Mean of -ln of the probability given to what happened, clipped to [ε, 1 - ε], ε = 2^-52.
    pub log_loss: f64,
    /// Brier score: mean squared distance of probability and outcome.
    pub brier: f64,
    /// Expected calibration error: the sum over 10 equal-width bins of |mean probability - positive
    /// rate| × share of the rows. The bin of p is floor(10 p), and 1 is in the last one.
    pub ece: f64,
    /// The expected `ece` of a perfectly calibrated model with these probabilities on as many rows.
    /// Outcomes are random, so it is never 0, and an `ece` near this value is no sign of bad
    /// calibration (Bröcker & Smith 2007, Weather and Forecasting 22; each bin's difference taken
    /// as normal).
    pub ece_by_chance: f64,
    /// Harmonic mean of precision and recall at `threshold`; 0 where there is no true positive.
    pub f1: f64,
    /// Positive rate of the top tenth over the rate of all. The top tenth is the ⌈n / 10⌉ rows of
    /// highest probability; rows tied at its edge share the places left, so that the order of the
    /// rows does not matter.
    pub lift10: f64,
    /// Share of rows on the right side of `threshold`.
    pub accuracy: f64,
    /// Share of positives among the rows at or above `threshold`; 0 where there is no such row.
    pub precision: f64,
    /// Share of the positives that are at or above `threshold`.
    pub recall: f64,
    /// A row counts as predicted positive from this probability on.
    pub threshold: f64,
}

/// Percentile intervals of the metrics, under the same keys, from a bootstrap over the rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Intervals {
    /// Share of the resamples within an interval, 0 to 1.
    pub level: f64,
    /// Resamples that were drawn.
    pub resamples: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Interval of `roc_auc`.
    pub roc_auc: Interval,
    /// Interval of `pr_auc`.
    pub pr_auc: Interval,
    /// Interval of `log_loss`.
    pub log_loss: Interval,
    /// Interval of `brier`.
    pub brier: Interval,
    /// Interval of `ece`.
    pub ece: Interval,
    /// Interval of `f1`.
    pub f1: Interval,
    /// Interval of `lift10`.
    pub lift10: Interval,
    /// Interval of `accuracy`.
    pub accuracy: Interval,
    /// Interval of `precision`.
    pub precision: Interval,
    /// Interval of `recall`.
    pub recall: Interval,
}

/// Both ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Interval {
    /// The lower end.
    pub low: f64,
    /// The upper end.
    pub high: f64,
}

/// The segments of the test rows that were tested: each category, each quarter of a number.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SegmentsSummary {
    /// Segments that were tested.
    pub measured: usize,
    /// Segments in which the model does worse than chance explains.
    pub worse: usize,
    /// Customers of the smallest segment that is tested.
    pub smallest: usize,
    /// Expected share of false alarms among the segments called worse, 0 to 1.
    pub false_discovery_rate: f64,
    /// The segments with the lowest p-values, worse ones first.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub most_doubtful: Vec<SegmentSummary>,
}

/// Customers that share a category or a range of one field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct SegmentSummary {
    /// As in `Contract: Month-to-month`.
    pub label: String,
    /// Customers in it.
    pub rows: usize,
    /// Share of them who left, 0 to 1.
    pub rate: f64,
    /// The mean of their probabilities.
    pub mean_probability: f64,
    /// 95% interval of the rate less the mean probability.
    pub gap: [f64; 2],
    /// Mean log-loss.
    pub log_loss: f64,
    /// Whether the model does worse than chance explains.
    pub worse: bool,
}

/// The losses of one stage of training at some of its epochs; the lists have one length.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct LossCurve {
    /// What was fitted: `linear`, `mlp`, `tabm`, `student`, …
    pub stage: String,
    /// Epochs that are kept, counted from 1, ascending.
    pub epoch: Vec<usize>,
    /// Log-loss on the training rows.
    pub train: Vec<f64>,
    /// Log-loss on the validation rows.
    pub validation: Vec<f64>,
    /// The epoch whose weights were kept; it is in `epoch`.
    pub best_epoch: usize,
}

/// How far explanations against the background are from explanations against the training rows, on
/// the logit.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct ExplanationErrors {
    /// Background rows of the artifact.
    pub background_rows: usize,
    /// Customers that were explained.
    pub customers: usize,
    /// Training rows that they were explained against.
    pub reference_rows: usize,
    /// Mean standard error of those explanations, which are sampled.
    pub reference_standard_error: f64,
    /// Mean size of a contribution.
    pub mean_absolute_contribution: f64,
    /// The error that the number of background rows was chosen to stay below.
    pub tolerated_error: f64,
    /// Mean error of a contribution, by the number of background rows.
    pub mean_absolute_error: BTreeMap<String, f64>,
    /// Mean error of the base value, by the number of background rows.
    pub base_error: BTreeMap<String, f64>,
}

/// A card that does not say what a card says.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("model card{}: {problem}; train the model again, or correct the card with the tool that wrote it", at(.place))]
pub struct CardError {
    /// The keys that lead to the value, as in `metrics.roc_auc`; empty for the whole card.
    pub place: String,
    /// What is wrong with the value.
    pub problem: String,
}

fn at(place: &str) -> String {
    if place.is_empty() { String::new() } else { format!(", `{place}`") }
}

impl ModelCard {
    /// Reads a card's JSON.
    ///
    /// # Errors
    ///
    /// A text that is no JSON, a key that is absent, or a value of another type.
    pub fn read(text: &str) -> Result<ModelCard, CardError> {
        serde_json::from_str(text).map_err(|error| {
            let place = place(text, error.line(), error.column());
            let problem = error.to_string();
            // The place says it better.
            let end = problem.rfind(" at line ").unwrap_or(problem.len());
            CardError { place, problem: problem[..end].to_owned() }
        })
    }

    /// The card as JSON, keys in alphabetical order. Figures have seven digits: more say nothing,
    /// and whoever loads the artifact would have to download them. The reference stays as it is:
    /// its edges may be values that many rows share, and its counts hold for those very edges.
    pub fn write(&self) -> String {
        let mut card = serde_json::to_value(self).unwrap_or_default();
        let reference = card.get_mut("reference").map(Value::take);
        let mut card = rounded(card);
        if let (Some(entry), Some(reference)) = (card.get_mut("reference"), reference) {
            *entry = reference;
        }
        card.to_string()
    }
}

fn rounded(value: Value) -> Value {
    match value {
        Value::Number(number) if number.is_f64() => {
            let number = number.as_f64().unwrap_or_default();
            format!("{number:.6e}").parse::<f64>().unwrap_or(number).into()
        }
        Value::Array(values) => values.into_iter().map(rounded).collect(),
        Value::Object(entries) => entries.into_iter().map(|(key, value)| (key, rounded(value))).collect(),
        other => other,
    }
}

/// The keys of the objects that are open at a place of a JSON text, lines and columns counted from
/// 1.
fn place(text: &str, line: usize, column: usize) -> String {
    let before: usize = text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).sum();
    let seen = &text.as_bytes()[..text.len().min(before + column)];
    let mut keys: Vec<String> = Vec::new();
    let (mut string, mut in_string, mut escaped) = (Vec::new(), false, false);
    for &byte in seen {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if in_string => escaped = true,
            b'"' => {
                if !in_string {
                    string.clear();
                }
                in_string = !in_string;
            }
            _ if in_string => string.push(byte),
            b':' => {
                if let Some(key) = keys.last_mut() {
                    *key = String::from_utf8_lossy(&string).into_owned();
                }
            }
            b'{' | b'[' => keys.push(String::new()),
            b'}' | b']' => drop(keys.pop()),
            _ => {}
        }
    }
    keys.retain(|key| !key.is_empty());
    keys.join(".")
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn card() -> Value {
        let metrics = json!({
            "roc_auc": 0.8512346, "pr_auc": 0.6, "log_loss": 0.4, "brier": 0.13, "ece": 0.02, "ece_by_chance": 0.01,
            "f1": 0.6, "lift10": 2.9, "accuracy": 0.8, "precision": 0.6, "recall": 0.6, "threshold": 0.4
        });
        json!({
            "name": "small", "code_version": "0.1.0", "seed": 3, "data_sha256": "ab", "schema_sha256": "cd",
            "rows": { "train": 6, "validation": 2, "calibration": 1, "test": 1 },
            "data_warnings": [["leak", "\"tenure\": {"], ["duplicates", null]], "missing_rates": { "tenure": 0.125 },
            "positive_rate": 0.25,
            "network": { "hidden": [32], "direct": true, "inputs": 4, "dense_columns": 40, "multiply_adds": 160 },
            "training": {
                "validation_log_loss": 0.41,
                "hyperparameters": { "batch-norm": false, "batch-size": 64, "hidden": "16,8", "learning-rate": 0.01 }
            },
            "metrics": metrics, "curves": []
        })
    }

    #[test]
    fn what_is_written_reads_back_the_same() {
        let text = card().to_string();
        let read = ModelCard::read(&text).unwrap();
        assert_eq!((read.seed, read.metrics.roc_auc, read.teacher.is_none()), (3, 0.8512346, true));
        assert_eq!(read.write(), text);
        assert_eq!(ModelCard::read(&read.write()).unwrap(), read);
    }

    #[test]
    fn figures_are_written_with_seven_digits() {
        let mut card = ModelCard::read(&card().to_string()).unwrap();
        card.positive_rate = 1.0 / 3.0;
        assert!(card.write().contains("\"positive_rate\":0.3333333,"));
    }

    #[test]
    fn the_reference_is_written_as_it_is() {
        let mut card = ModelCard::read(&card().to_string()).unwrap();
        card.reference = Some(json!({ "score_edges": [-5.9643965, 0.123456789] }));
        assert!(card.write().contains("\"reference\":{\"score_edges\":[-5.9643965,0.123456789]}"));
    }

    #[test]
    fn trainers_may_say_more() {
        let mut card = card();
        card["drift"] = json!({ "bins": [1, 2] });
        card["network"]["activation"] = json!("relu");
        assert!(ModelCard::read(&card.to_string()).is_ok());
    }

    #[test]
    fn a_wrong_type_is_refused_with_its_key() {
        for (pointer, wrong, place, problem) in [
            ("/seed", json!("x"), "seed", "invalid type: string \"x\", expected u64"),
            ("/metrics/roc_auc", json!([1]), "metrics.roc_auc", "invalid type: sequence, expected f64"),
            ("/network/hidden", json!([32, "x"]), "network.hidden", "invalid type: string \"x\", expected usize"),
            ("/rows", json!({ "train": 6 }), "rows", "missing field `validation`"),
        ] {
            let mut card = card();
            *card.pointer_mut(pointer).unwrap() = wrong;
            for text in [card.to_string(), format!("{card:#}")] {
                let error = ModelCard::read(&text).unwrap_err();
                assert_eq!((error.place.as_str(), error.problem.as_str()), (place, problem), "{text}");
            }
        }
        let error = ModelCard::read("{}").unwrap_err().to_string();
        assert!(error.starts_with("model card: missing field `name`; "), "{error}");
    }
}
