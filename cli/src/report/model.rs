//! The model card and the training curves.

use maud::{Markup, html};
use tenure::card::LossCurve;
use tenure_training::evaluation::Report;
use tenure_training::evaluation::short;

use super::chart::{Axis, Chart};
use super::html::figure;
use crate::card::{CardLine, lines};

pub(super) fn model(report: &Report) -> Markup {
    let two = report.models.len() > 1;
    html! {
        @for model in &report.models {
            @if two { h3 { code { (model.file) } } }
            dl { @for CardLine { name, value } in lines(&model.card) { dt { (name) } dd { (value) } } }
            @if model.card.curves.is_empty() {
                p.soft { "The artifact has no training curves." }
            } @else {
                div.charts { @for curve in &model.card.curves { @if let Some(stage) = stage(curve) { (stage) } } }
            }
        }
    }
}

/// The losses of one stage of training; `None` if the card has none.
fn stage(curve: &LossCurve) -> Option<Markup> {
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
    let caption = "Solid: validation. Dashed: training, with dropout, which raises it.";
    Some(figure(&format!("Training: {stage}"), &chart.svg(), caption))
}
