//! The facts of a card in words.

use tenure::card::ModelCard;
use tenure_training::metrics::{Interval, Metric, judged};

/// One fact of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLine {
    pub name: String,
    pub value: String,
}

/// The facts of a card. Absent parts are left out.
pub fn lines(card: &ModelCard) -> Vec<CardLine> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| CardLine { name: name.into(), value }));
    };
    line("Name", Some(card.name.clone()));
    line("Rows", Some(trained_on(card)));
    line("Split", card.split.clone());
    line("Churn rate", Some(format!("{:.1}%", 100.0 * card.positive_rate)));
    line("Shipped network", card.shipped.clone());
    line("Multiply-adds a row", Some(card.network.multiply_adds.to_string()));
    line("Hidden units", Some(hidden(card)));
    line("Imported", imported(card));
    line("Teacher", teacher(card));
    line("Penalty of TabM", penalty(card));
    line("Not fitted", skipped(card));
    line("Beyond its tolerance", beyond_tolerance(card));
    line("Calibration", card.calibration.as_ref().map(|calibration| calibration.method.clone()));
    for metric in judged() {
        line(&format!("{}, test rows", metric.words), Some(with_interval(card, metric)));
    }
    line("Seed", Some(card.seed.to_string()));
    line("Data, SHA-256", Some(card.data_sha256.clone()));
    line("Schema, SHA-256", Some(card.schema_sha256.clone()));
    line("Tenure", Some(card.code_version.clone()));
    lines
}

/// As in `linear + trees (weights 0.40, 0.60)`.
pub fn teacher(card: &ModelCard) -> Option<String> {
    let teacher = card.teacher.as_ref()?;
    let weights: Option<Vec<String>> =
        teacher.model.split(" + ").map(|model| Some(format!("{:.2}", teacher.weights.get(model)?))).collect();
    match weights {
        Some(weights) if weights.len() > 1 => Some(format!("{} (weights {})", teacher.model, weights.join(", "))),
        _ => Some(teacher.model.clone()),
    }
}

/// As in `from scikit-learn 1.8, MLPClassifier (0 Linear 45 to 16, 1 ReLU, …)`.
pub fn imported(card: &ModelCard) -> Option<String> {
    let imported = card.imported.as_ref()?;
    let probabilities = if imported.recalibrated { "recalibrated" } else { "probabilities as they were" };
    Some(format!("from {} ({}); {probabilities}", imported.source, imported.layers.join(", ")))
}

/// As in `tabm: it learns how …; students of 64, 32 units and more: …`.
pub fn skipped(card: &ModelCard) -> Option<String> {
    let skipped = &card.teacher.as_ref()?.skipped;
    let words: Vec<String> = skipped.iter().map(|(what, why)| format!("{what}: {why}")).collect();
    (!words.is_empty()).then(|| words.join("; "))
}

/// Says how far the network in the artifact is from its teacher, where that is more than is
/// tolerated.
pub fn beyond_tolerance(card: &ModelCard) -> Option<String> {
    let teacher = card.teacher.as_ref()?;
    let (excess, tolerated) = (teacher.excess_log_loss?, teacher.tolerated_log_loss?);
    (excess > tolerated).then(|| {
        format!(
            "its validation log-loss is {excess:.4} above its teacher's, more than the {tolerated} that are tolerated: \
             it has not learned all that the teacher knows"
        )
    })
}

/// As in `L2 0.4 (validation log-loss 0.1271; decay 0.0003 had 0.1302)`.
pub fn penalty(card: &ModelCard) -> Option<String> {
    let penalty = card.teacher.as_ref()?.penalty.as_ref()?;
    let chosen = &penalty.chosen;
    let mut words = format!("{chosen} (validation log-loss {:.4}", penalty.tried.get(chosen)?);
    for (name, loss) in penalty.tried.iter().filter(|(name, _)| *name != chosen) {
        words += &format!("; {name} had {loss:.4}");
    }
    Some(words + ")")
}

pub(super) fn trained_on(card: &ModelCard) -> String {
    let rows = &card.rows;
    format!(
        "{} for training, {} for validation, {} for calibration, {} for the test",
        rows.train, rows.validation, rows.calibration, rows.test
    )
}

pub(super) fn hidden(card: &ModelCard) -> String {
    let units: Vec<String> = card.network.hidden.iter().map(usize::to_string).collect();
    if units.is_empty() { "none (additive model)".into() } else { units.join(", ") }
}

/// As in `0.8512 (0.8301 to 0.8710)`.
pub fn with_interval(card: &ModelCard, metric: &Metric) -> String {
    let value = (metric.value)(&card.metrics);
    match card.intervals.as_ref().and_then(|intervals| metric.interval(intervals)) {
        Some(Interval { low, high }) => format!("{value:.4} ({low:.4} to {high:.4})"),
        None => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_teacher_its_gaps_and_a_poor_student_are_in_words() {
        let metrics = json!({
            "roc_auc": 0.8, "pr_auc": 0.6, "log_loss": 0.4, "brier": 0.1, "ece": 0.02, "ece_by_chance": 0.02, "f1": 0.6,
            "lift10": 3.0, "accuracy": 0.8, "precision": 0.6, "recall": 0.6, "threshold": 0.4,
        });
        let card = |excess: f64| -> ModelCard {
            let teacher = json!({
                "model": "linear + trees", "members": 1, "multiply_adds": 20, "validation_log_loss": 0.4, "metrics": metrics,
                "tried": { "linear": 0.41 }, "weights": { "linear": 0.4, "trees": 0.6 }, "skipped": { "tabm": "no need" },
                "excess_log_loss": excess, "tolerated_log_loss": 0.003,
            });
            let card = json!({
                "name": "small", "code_version": "0", "seed": 0, "data_sha256": "", "schema_sha256": "",
                "rows": { "train": 7, "validation": 1, "calibration": 1, "test": 1 }, "positive_rate": 0.3,
                "network": { "hidden": [], "direct": true, "inputs": 3, "dense_columns": 9, "multiply_adds": 3 },
                "teacher": teacher, "training": { "validation_log_loss": 0.41, "hyperparameters": {} }, "metrics": metrics,
            });
            serde_json::from_value(card).unwrap()
        };
        assert_eq!(teacher(&card(0.0)).unwrap(), "linear + trees (weights 0.40, 0.60)");
        assert_eq!(skipped(&card(0.0)).unwrap(), "tabm: no need");
        assert_eq!(beyond_tolerance(&card(0.003)), None);
        let words = beyond_tolerance(&card(0.0061)).unwrap();
        assert!(words.contains("0.0061 above its teacher's") && words.contains("0.003"), "{words}");
        assert!(lines(&card(0.0061)).iter().any(|line| line.name == "Beyond its tolerance" && line.value == words));
    }
}
