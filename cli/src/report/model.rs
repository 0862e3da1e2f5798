//! What the artifact says of itself: the model card and how training went.

use serde_json::Value;
use tenure_training::evaluation::short;
use tenure_training::evaluation::{ModelFigures, Report};

use super::chart::{Axis, Chart};
use super::html::{escape, figure};
use crate::card::{CardLine, lines};

pub(super) fn model(report: &Report) -> String {
    let two = report.models.len() > 1;
    report.models.iter().map(|model| one(model, two)).collect()
}

fn one(model: &ModelFigures, named: bool) -> String {
    let heading = if named { format!("<h3><code>{}</code></h3>", escape(&model.file)) } else { String::new() };
    let line = |CardLine { name, value }: CardLine| format!("<dt>{}</dt><dd>{}</dd>", escape(&name), escape(&value));
    let facts: String = lines(&model.card).into_iter().map(line).collect();
    let charts: String = curves(&model.card);
    let charts = if charts.is_empty() {
        "<p class=\"soft\">The artifact has no training curves.</p>".into()
    } else {
        format!("<div class=\"charts\">{charts}</div>")
    };
    format!("{heading}<dl>{facts}</dl>{charts}")
}

/// One drawing for each stage of training that the card has losses of.
fn curves(card: &Value) -> String {
    let stages = card["curves"].as_array().map(Vec::as_slice).unwrap_or_default();
    stages.iter().filter_map(stage).collect()
}

fn stage(stage: &Value) -> Option<String> {
    let losses =
        |key: &str| -> Vec<f64> { stage[key].as_array().into_iter().flatten().filter_map(Value::as_f64).collect() };
    let (epochs, train, validation) = (losses("epoch"), losses("train"), losses("validation"));
    let (first, last) = (*train.first()?, *validation.last()?);
    let name = stage["stage"].as_str().unwrap_or("training");
    let x = Axis::over(epochs.iter().copied().chain([0.0]), "epoch", &|epoch| format!("{epoch}"));
    let y = Axis::over(train.iter().chain(&validation).copied(), "log-loss", &short);
    let description = format!("Training loss from {first:.4}, validation loss to {last:.4}");
    let mut chart = Chart::new(&format!("Training: {name}"), &description, x, y);
    let points =
        |losses: &[f64]| losses.iter().enumerate().map(|(epoch, loss)| ((epoch + 1) as f64, *loss)).collect::<Vec<_>>();
    chart.line("second", points(&train).into_iter());
    chart.line("first", points(&validation).into_iter());
    let best = stage["best_epoch"].as_u64().filter(|best| (1..=validation.len() as u64).contains(best))?;
    let at = (best as f64, validation[best as usize - 1]);
    chart.dot("first", at, 4.5, "");
    let anchor = if best as usize * 2 > validation.len() { "end" } else { "start" };
    chart.text("mark first", at, (0.0, 22.0), anchor, &format!("best: epoch {best}, {:.4}", at.1));
    let caption = "Solid: validation. Dashed: training, dropout included, so it lies higher than its rows would cost.";
    Some(figure(&format!("Training: {}", escape(name)), &chart.svg(), caption))
}
