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
    /// How the network was fitted.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub training: TrainingSummary,
    /// How the calibration was chosen.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, inline))]
    pub calibration: Option<CalibrationSummary>,
    /// Metrics of the network in the artifact, on the test rows.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub metrics: TestMetrics,
    /// Bootstrap intervals of the metrics.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    #[cfg_attr(feature = "typescript", ts(optional, inline))]
    pub intervals: Option<TestIntervals>,
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
    /// On the test rows.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub metrics: TestMetrics,
    /// The validation log-loss of every model that was tried, before calibration.
    pub tried: BTreeMap<String, f64>,
    /// The penalty of the TabM in it; null without one.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional = nullable, inline))]
    pub penalty: Option<PenaltySummary>,
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

/// What the network that ships was fitted with.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TrainingSummary {
    /// Calibrated, on the validation rows.
    pub validation_log_loss: f64,
    /// Step size of the optimizer.
    pub learning_rate: f64,
    /// Strength of the L2 penalty.
    pub penalty: f64,
    /// Share of hidden units dropped, 0 to 1.
    pub dropout: f64,
    /// Rows of a step.
    pub batch_size: usize,
    /// Whether hidden layers were normalised over the batch.
    pub batch_norm: bool,
    /// Whether both classes had the same weight in the teacher's loss.
    pub class_weights: bool,
    /// Weight of a customer who left in the teacher's loss; null if none was given.
    #[serde(default)]
    #[cfg_attr(feature = "typescript", ts(optional = nullable))]
    pub positive_weight: Option<f64>,
    /// Exponent of the teacher's focal loss; 0 is the plain log-loss.
    pub focal: f64,
    /// Bins of a number's piecewise-linear encoding.
    pub bins: usize,
    /// Share of a number's values beyond the first and the last knot each.
    pub clip: f64,
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

/// Figures of a model on the test rows. They agree with scikit-learn's where it has them.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TestMetrics {
    /// Area under the ROC curve, 0 to 1.
    pub roc_auc: f64,
    /// Area under the precision-recall curve (average precision), 0 to 1.
    pub pr_auc: f64,
    /// Mean log-loss of the probabilities.
    pub log_loss: f64,
    /// Brier score: mean squared distance of probability and outcome.
    pub brier: f64,
    /// Expected calibration error over 10 bins of equal width, 0 to 1.
    pub ece: f64,
    /// The `ece` that a perfectly calibrated model has on as many rows.
    pub ece_by_chance: f64,
    /// F1 at the threshold.
    pub f1: f64,
    /// Churn rate of the top tenth over the rate of all.
    pub lift10: f64,
    /// Share of rows that are predicted right, at the threshold.
    pub accuracy: f64,
    /// Share of the rows predicted to leave that left, at the threshold.
    pub precision: f64,
    /// Share of the rows that left that are predicted to leave, at the threshold.
    pub recall: f64,
    /// A row counts as predicted to leave from this probability on: the best F1 of the validation
    /// rows.
    pub threshold: f64,
}

/// Percentile intervals of the metrics from a bootstrap over the test rows.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct TestIntervals {
    /// Share of the resamples within an interval, 0 to 1.
    pub level: f64,
    /// Resamples that were drawn.
    pub resamples: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Interval of `roc_auc`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub roc_auc: Bounds,
    /// Interval of `pr_auc`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub pr_auc: Bounds,
    /// Interval of `log_loss`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub log_loss: Bounds,
    /// Interval of `brier`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub brier: Bounds,
    /// Interval of `ece`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub ece: Bounds,
    /// Interval of `f1`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub f1: Bounds,
    /// Interval of `lift10`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub lift10: Bounds,
    /// Interval of `accuracy`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub accuracy: Bounds,
    /// Interval of `precision`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub precision: Bounds,
    /// Interval of `recall`.
    #[cfg_attr(feature = "typescript", ts(inline))]
    pub recall: Bounds,
}

/// Both ends of an interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "typescript", derive(ts_rs::TS))]
pub struct Bounds {
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
    /// and whoever loads the artifact would have to download them.
    pub fn write(&self) -> String {
        let card = serde_json::to_value(self).unwrap_or_default();
        rounded(card).to_string()
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
                "validation_log_loss": 0.41, "learning_rate": 0.01, "penalty": 0.4, "dropout": 0.0, "batch_size": 64,
                "batch_norm": false, "class_weights": false, "positive_weight": null, "focal": 0.0, "bins": 16,
                "clip": 0.001
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
