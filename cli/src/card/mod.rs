//! The model card that an artifact carries: its facts in words, and the whole of it as Markdown.

mod markdown;

use serde_json::{Value, json};
use tenure_training::cohort::Cohort;
use tenure_training::evaluation;
use tenure_training::metrics::METRICS;

pub use markdown::markdown;

/// Segments that the card keeps, the most doubtful ones.
const KEPT_SEGMENTS: usize = 8;

/// One fact of a card.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CardLine {
    pub name: String,
    pub value: String,
}

/// The segments part of a card: where the model is worse on rows that it never saw.
pub fn segments(cohort: &Cohort, rows: &[u32], probabilities: &[f64]) -> Value {
    let found = evaluation::segments(cohort, rows, probabilities);
    let kept = found.segments.iter().take(KEPT_SEGMENTS).map(|segment| {
        json!({
            "label": segment.label,
            "rows": segment.rows,
            "rate": segment.rate,
            "mean_probability": segment.mean_probability,
            "gap": [segment.gap_interval.low, segment.gap_interval.high],
            "log_loss": segment.log_loss,
            "worse": segment.worse,
        })
    });
    json!({
        "measured": found.segments.len(),
        "worse": found.segments.iter().filter(|segment| segment.worse).count(),
        "smallest": found.smallest,
        "false_discovery_rate": found.false_discovery_rate,
        "most_doubtful": kept.collect::<Vec<_>>(),
    })
}

/// What a card says, in the order a person wants to know it. What a card of another version lacks is left out.
pub fn lines(card: &Value) -> Vec<CardLine> {
    let mut lines = Vec::new();
    let mut line = |name: &str, value: Option<String>| {
        lines.extend(value.map(|value| CardLine { name: name.into(), value }));
    };
    line("Name", text(&card["name"]));
    line("Trained on", trained_on(card));
    line("Split", text(&card["split"]));
    line("Churn rate in training", card["positive_rate"].as_f64().map(|rate| format!("{:.1}%", 100.0 * rate)));
    line("Ships", text(&card["shipped"]));
    line("Multiply-adds a row", text(&card["network"]["multiply_adds"]));
    line("Hidden units", hidden(card));
    line("Teacher", text(&card["teacher"]["model"]));
    line("TabM's penalty", penalty(card));
    let calibration = &card["calibration"];
    line("Calibration", text(&calibration["method"]).or(text(&calibration["chosen"])));
    for figure in METRICS.iter() {
        line(&format!("{}, held-out rows", figure.words), with_interval(card, figure.key));
    }
    line("Seed", text(&card["seed"]));
    line("Data, SHA-256", text(&card["data_sha256"]));
    line("Schema, SHA-256", text(&card["schema_sha256"]));
    line("Tenure", text(&card["code_version"]));
    lines
}

fn text(value: &Value) -> Option<String> {
    match value {
        Value::Null | Value::Array(_) | Value::Object(_) => None,
        Value::String(text) => Some(text.clone()),
        other => Some(other.to_string()),
    }
}

/// As in `L2 0.4 (validation log-loss 0.1271; decay 0.0003 had 0.1302)`.
pub fn penalty(card: &Value) -> Option<String> {
    let chosen = card["teacher"]["penalty"]["chosen"].as_str()?;
    let tried = card["teacher"]["penalty"]["tried"].as_object()?;
    let mut words = format!("{chosen} (validation log-loss {:.4}", tried.get(chosen)?.as_f64()?);
    for (name, loss) in tried.iter().filter(|(name, _)| *name != chosen) {
        words += &format!("; {name} had {:.4}", loss.as_f64()?);
    }
    Some(words + ")")
}

fn trained_on(card: &Value) -> Option<String> {
    let of = |key: &str| card["rows"][key].as_u64().unwrap_or(0);
    let train = card["rows"]["train"].as_u64()?;
    let rest = [of("validation"), of("calibration"), of("test")];
    Some(format!("{train} rows; {} to stop, {} to calibrate, {} to measure", rest[0], rest[1], rest[2]))
}

fn hidden(card: &Value) -> Option<String> {
    let units: Vec<String> = card["network"]["hidden"].as_array()?.iter().map(Value::to_string).collect();
    Some(if units.is_empty() { "none: additive".into() } else { units.join(", ") })
}

/// `0.8512 (0.8301 to 0.8710)`
fn with_interval(card: &Value, key: &str) -> Option<String> {
    let value = card["metrics"][key].as_f64()?;
    let interval = &card["intervals"][key];
    Some(match (interval["low"].as_f64(), interval["high"].as_f64()) {
        (Some(low), Some(high)) => format!("{value:.4} ({low:.4} to {high:.4})"),
        _ => format!("{value:.4}"),
    })
}
