//! The whole page: head, sections, footer.

use maud::{Markup, PreEscaped, html};
use tenure::schema::MINIMUM_CUSTOMERS;
use tenure_training::evaluation::Report;
use tenure_training::metrics::Interval;

use super::html::{count, percent};
use super::shell::{Section, shell};
use super::{fields, model, quality, usage};

/// The whole page. The same figures give the same bytes.
pub fn page(report: &Report) -> String {
    let sections: [Section; 8] = [
        ("compared", "Side by side", quality::compared(report)),
        ("quality", "Quality", Some(quality::quality(report))),
        ("calibration", "Calibration", Some(quality::calibration(report))),
        ("use", "Use", Some(usage::usage(report))),
        ("fields", "Field importance", fields::influence(report)),
        ("segments", "Segments", Some(fields::segments(report))),
        ("data", "Data", Some(fields::data(report))),
        ("model", "Model", Some(model::model(report))),
    ];
    let script = html! { script { (PreEscaped(include_str!("script.js"))) } };
    shell(&title(report), &head(report), &sections, &footer(report), &script)
}

fn title(report: &Report) -> String {
    let names: Vec<&str> = report.models.iter().map(|model| model.file.as_str()).collect();
    format!("{}: {} on {}", report.models[0].name, names.join(" and "), report.data.file)
}

fn head(report: &Report) -> Markup {
    let (first, data) = (&report.models[0], &report.data);
    let rate = data.left as f64 / data.rows as f64;
    html! {
        header {
            h1 { (first.name) }
            p.lead {
                (count(data.rows)) " customers of " code { (data.file) } ", of whom " (count(data.left)) " ("
                (percent(rate)) ") left (" code { (data.left_where) } "), scored by "
                @for (at, model) in report.models.iter().enumerate() {
                    @if at > 0 { " and " }
                    code { (model.file) }
                }
                "."
                @if data.left_out > 0 {
                    " " (count(data.left_out))
                    " rows were left out: a value is invalid, or the outcome is missing."
                }
            }
            @for model in report.models.iter().filter(|model| model.training_data) {
                p.notice role="note" {
                    strong { (model.file) " was trained on this table." }
                    " These figures are optimistic. The model card below has those on " (count(model.card.rows.test))
                    " test rows that it never saw."
                }
            }
            @for (model, found) in report.models.iter().filter_map(|model| Some((model, model.too_good.as_ref()?))) {
                p.notice role="note" { strong { "Is " (model.file) " too good to be true?" } " In words: " (found) "." }
            }
            (sharing(report))
            div.tiles { (tiles(report, rate)) }
            p.soft {
                "Ranges are " (report.bootstrap.level * 100.0) "% intervals from " (count(report.bootstrap.resamples))
                " bootstrap resamples of the rows."
            }
        }
    }
}

/// Whom the page may be shown to.
fn sharing(report: &Report) -> Markup {
    html! {
        @if report.shared {
            p.notice role="note" {
                strong { "Made to be shared." }
                " What fewer than " (MINIMUM_CUSTOMERS) " customers of " code { (report.data.file) } " share is left out: \
                 smallest and largest values, rare categories, small groups, and the contributions of single customers."
            }
        } @else {
            p.notice role="note" {
                strong { "Holds figures of single customers." }
                " The page shows the smallest and largest values of " code { (report.data.file) } ", categories and groups of \
                 a few customers, and contributions of single ones. Show it to those who may see the table; "
                code { "tenure report --share" } " leaves out what fewer than " (MINIMUM_CUSTOMERS) " customers share."
            }
        }
    }
}

fn tiles(report: &Report, rate: f64) -> Markup {
    let (metrics, intervals) = (&report.models[0].metrics, &report.models[0].intervals);
    let range = |interval: &Interval| format!("{:.3} to {:.3}", interval.low, interval.high);
    let by_chance = format!("{} (by chance {rate:.3})", range(&intervals.pr_auc));
    let error_by_chance = format!("mean distance, 10 bins (by chance {:.3})", metrics.ece_by_chance);
    let lift = format!("{:.2} to {:.2} times the average", intervals.lift10.low, intervals.lift10.high);
    let tiles = [
        ("ROC-AUC", format!("{:.3}", metrics.roc_auc), range(&intervals.roc_auc)),
        ("PR-AUC", format!("{:.3}", metrics.pr_auc), by_chance),
        ("Log-loss", format!("{:.3}", metrics.log_loss), range(&intervals.log_loss)),
        ("Calibration error", format!("{:.3}", metrics.ece), error_by_chance),
        ("Churn in the top tenth", format!("{:.2}×", metrics.lift10), lift),
    ];
    html! { @for (words, value, more) in tiles { div.tile { span { (words) } b { (value) } span { (more) } } } }
}

fn footer(report: &Report) -> Markup {
    let models = report.models.iter().map(|model| (&model.file, &model.sha256));
    let files = models.chain([(&report.data.file, &report.data.sha256)]);
    html! {
        @for (file, sha256) in files { code { (file) } " SHA-256 " code { (sha256) } br; }
        "Seed " (report.bootstrap.seed) ". The same files and flags give the same page. Written by tenure "
        (env!("CARGO_PKG_VERSION")) "; the page loads nothing."
    }
}
