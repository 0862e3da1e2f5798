//! What the artifact says of itself: the model card and how training went.

use tenure::card::{LossCurve, ModelCard};
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
fn curves(card: &ModelCard) -> String {
    card.curves.iter().filter_map(stage).collect()
}

fn stage(curve: &LossCurve) -> Option<String> {
    let LossCurve { stage, epoch, train, validation, best_epoch } = curve;
    let (first, last) = (train.first()?, validation.last()?);
    let best = validation.get(epoch.iter().position(|epoch| epoch == best_epoch)?)?;
    let x = Axis::over(epoch.iter().map(|epoch| *epoch as f64).chain([0.0]), "epoch", &|epoch| format!("{epoch}"));
    let y = Axis::over(train.iter().chain(validation).copied(), "log-loss", &short);
    let description = format!("Training loss from {first:.4}, validation loss to {last:.4}");
    let mut chart = Chart::new(&format!("Training: {stage}"), &description, x, y);
    let points = |losses: &[f64]| epoch.iter().map(|epoch| *epoch as f64).zip(losses.to_vec()).collect::<Vec<_>>();
    chart.line("second", points(train).into_iter());
    chart.line("first", points(validation).into_iter());
    let at = (*best_epoch as f64, *best);
    chart.dot("first", at, 4.5, "");
    let anchor = if best_epoch * 2 > *epoch.last()? { "end" } else { "start" };
    chart.text("mark first", at, (0.0, 22.0), anchor, &format!("best: epoch {best_epoch}, {best:.4}"));
    let caption = "Solid: validation. Dashed: training, dropout included, so it lies higher than its rows would cost.";
    Some(figure(&format!("Training: {}", escape(stage)), &chart.svg(), caption))
}
