//! The whole page: head, sections, footer.

use tenure_training::evaluation::{ModelFigures, Report};

use super::html::{count, escape, percent};
use super::{fields, model, quality, usage};

/// The whole page. The same figures give the same bytes.
pub fn page(report: &Report) -> String {
    let sections: Vec<(&str, &str, String)> = [
        ("compared", "Side by side", quality::compared(report)),
        ("quality", "Quality", quality::quality(report)),
        ("calibration", "Calibration", quality::calibration(report)),
        ("use", "Use", usage::usage(report)),
        ("fields", "What moves it", fields::influence(report)),
        ("segments", "Segments", fields::segments(report)),
        ("data", "Data", fields::data(report)),
        ("model", "Model", model::model(report)),
    ]
    .into_iter()
    .filter(|(_, _, text)| !text.is_empty())
    .collect();
    let links: String =
        sections.iter().map(|(id, title, _)| format!("<li><a href=\"#{id}\">{title}</a></li>")).collect();
    let body: String = sections
        .iter()
        .map(|(id, title, text)| {
            format!("<section id=\"{id}\" aria-label=\"{title}\"><h2>{title}</h2>{text}</section>\n")
        })
        .collect();
    format!(
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <title>{title}</title><style>{style}</style></head>\n<body>{head}<nav aria-label=\"Sections\"><ul>{links}</ul></nav>\n\
         <main>{body}</main>\n<footer>{footer}</footer><script>{script}</script></body></html>\n",
        title = escape(&title(report)),
        style = include_str!("style.css"),
        head = head(report),
        footer = footer(report),
        script = include_str!("script.js"),
    )
}

fn title(report: &Report) -> String {
    let names: Vec<&str> = report.models.iter().map(|model| model.file.as_str()).collect();
    format!("{}: {} on {}", report.models[0].name, names.join(" and "), report.data.file)
}

fn head(report: &Report) -> String {
    let first = &report.models[0];
    let data = &report.data;
    let rate = data.left as f64 / data.rows as f64;
    let mut notices = String::new();
    for model in report.models.iter().filter(|model| model.training_data) {
        let tested = model.card.rows.test;
        notices += &format!(
            "<p class=\"notice\" role=\"note\"><strong>{} was trained on this very table.</strong> The figures flatter it. Its \
             model card, below, has those on {} rows that it never saw.</p>",
            escape(&model.file),
            count(tested)
        );
    }
    let files: Vec<String> =
        report.models.iter().map(|model| format!("<code>{}</code>", escape(&model.file))).collect();
    let intervals = &first.intervals;
    let tile = |value: String, words: &str, more: String| {
        format!("<div class=\"tile\"><span>{words}</span><b>{value}</b><span>{more}</span></div>")
    };
    let range = |interval: &tenure_training::metrics::Interval| format!("{:.3} to {:.3}", interval.low, interval.high);
    let tiles = [
        tile(format!("{:.3}", first.metrics.roc_auc), "ROC-AUC", range(&intervals.roc_auc)),
        tile(
            format!("{:.3}", first.metrics.pr_auc),
            "PR-AUC",
            format!("{} (by chance {rate:.3})", range(&intervals.pr_auc)),
        ),
        tile(format!("{:.3}", first.metrics.log_loss), "Log-loss", range(&intervals.log_loss)),
        tile(
            format!("{:.3}", first.metrics.ece),
            "Calibration error",
            format!("mean distance, 10 bins (by chance {:.3})", first.metrics.ece_by_chance),
        ),
        tile(
            format!("{:.2}×", first.metrics.lift10),
            "Churn in the top tenth",
            format!("{:.2} to {:.2} times the average", intervals.lift10.low, intervals.lift10.high),
        ),
    ];
    format!(
        "<header><h1>{}</h1><p class=\"lead\">{} customers of <code>{}</code>, of whom {} ({}) left, scored by \
         {}.{}</p>{notices}<div class=\"tiles\">{}</div><p class=\"soft\">Ranges are {}% intervals from {} \
         bootstrap resamples of the rows.</p></header>",
        escape(&first.name),
        count(data.rows),
        escape(&data.file),
        count(data.left),
        percent(rate),
        files.join(" and "),
        if data.left_out > 0 {
            format!(
                " {} more rows were left out: a value breaks a rule, or the outcome is missing.",
                count(data.left_out)
            )
        } else {
            String::new()
        },
        tiles.concat(),
        report.bootstrap.level * 100.0,
        count(report.bootstrap.resamples),
    )
}

fn footer(report: &Report) -> String {
    let model = |model: &ModelFigures| {
        format!("<code>{}</code> SHA-256 <code>{}</code><br>", escape(&model.file), escape(&model.sha256))
    };
    let models: String = report.models.iter().map(model).collect();
    format!(
        "{models}<code>{}</code> SHA-256 <code>{}</code><br>Seed {}. The same files and flags give this page again, byte for \
         byte. Written by tenure {}; nothing on it is loaded from anywhere.",
        escape(&report.data.file),
        escape(&report.data.sha256),
        report.bootstrap.seed,
        env!("CARGO_PKG_VERSION")
    )
}
