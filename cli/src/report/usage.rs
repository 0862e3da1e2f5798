//! Gain, lift, thresholds, profit and tiers.

use maud::{Markup, PreEscaped, html};
use tenure_training::evaluation::short;
use tenure_training::evaluation::{ModelFigures, Report};
use tenure_training::metrics::Confusion;

use super::chart::{Axis, Chart};
use super::html::{count, figure, minus, percent, table};
use super::quality::draw;

pub(super) fn usage(report: &Report) -> Markup {
    let first = &report.models[0];
    let fifth = first.curves.gain.value[20];
    let mut gain = Chart::new(
        "Gain",
        "Share of leavers found, by the share of customers contacted",
        Axis::share("share of customers contacted"),
        Axis::share("share of leavers found"),
    );
    gain.line("chance", [(0.0, 0.0), (1.0, 1.0)].into_iter());
    draw(&mut gain, report, |model| &model.curves.gain);
    gain.dot("first", (0.2, fifth), 4.5, "");
    gain.text("mark first", (0.2, fifth), (9.0, 15.0), "start", &format!("20% contacted: {:.0}% found", 100.0 * fifth));
    let lifts = report.models.iter().flat_map(|model| model.curves.lift.high.iter().copied());
    let y = Axis::over(lifts.chain([0.0]), "times the average", &|lift| format!("{lift}×"));
    let mut lift = Chart::new(
        "Lift",
        "Churn rate of the contacted over the average",
        Axis::share("share of customers contacted"),
        y,
    );
    lift.line("chance", [(0.0, 1.0), (1.0, 1.0)].into_iter());
    draw(&mut lift, report, |model| &model.curves.lift);
    let tenth = first.curves.lift.value[10];
    lift.dot("first", (0.1, tenth), 4.5, "");
    lift.text("mark first", (0.1, tenth), (10.0, -8.0), "start", &format!("top tenth: {tenth:.2}×"));
    html! {
        div.charts {
            (figure(
                "Gain",
                &gain.svg(),
                "Contacting from the highest probability down; the diagonal is contacting at random."
            ))
            (figure("Lift", &lift.svg(), "Churn rate of the contacted over that of all customers."))
        }
        (thresholds(first))
        (profit(report))
        (tiers(first))
    }
}

const THRESHOLD_HEADS: [&str; 9] = [
    "Threshold",
    "Contacted, left",
    "Contacted, stayed",
    "Missed",
    "Left alone, stayed",
    "Precision",
    "Recall",
    "F1",
    "Contacted",
];

fn thresholds(model: &ModelFigures) -> Markup {
    let cells: Vec<Option<[u64; 4]>> = model.confusions.iter().map(|one| one.as_ref().map(cells)).collect();
    let start = (model.metrics.threshold * 100.0).round();
    let json = serde_json::to_string(&cells).unwrap_or_default();
    let row = |step: usize| {
        let confusion = model.confusions[step].as_ref()?;
        let [tp, fp, tn, fnn] = cells_text(confusion);
        let called = confusion.true_positives + confusion.false_positives;
        let all = called + confusion.true_negatives + confusion.false_negatives;
        Some(vec![
            format!("{:.1}", step as f64 / 100.0),
            tp,
            fp,
            fnn,
            tn,
            percent(confusion.precision()),
            percent(confusion.recall()),
            format!("{:.3}", confusion.f1()),
            percent(called as f64 / all as f64),
        ])
    };
    let rows: Vec<Vec<String>> = (1..10).filter_map(|step| row(step * 10)).collect();
    html! {
        h3 { "Thresholds" }
        p { "Customers at or above the threshold are contacted." }
        // The script shows it; the table below has the same figures.
        div.slider hidden {
            label for="threshold" { "Threshold " span data-of="threshold" {} }
            input id="threshold" type="range" min="0" max="100" value=(start);
            div.cells {
                div.head {}
                div.head { "left" }
                div.head { "stayed" }
                div.head { "contacted" }
                div.right { b data-of="tp" {} "rightly contacted ✓" }
                div { b data-of="fp" {} "contacted in vain" }
                div.head { "not contacted" }
                div { b data-of="fn" {} "missed" }
                div.right { b data-of="tn" {} "rightly left alone ✓" }
            }
            p aria-live="polite" {
                "Precision " b data-of="precision" {} ", recall " b data-of="recall" {} ", accuracy "
                b data-of="accuracy" {} "; " b data-of="contacted" {} " of all customers are contacted."
            }
            script type="application/json" { (PreEscaped(json)) }
        }
        (table("What each threshold does", &THRESHOLD_HEADS, &rows))
    }
}

fn cells(confusion: &Confusion) -> [u64; 4] {
    [confusion.true_positives, confusion.false_positives, confusion.true_negatives, confusion.false_negatives]
}

fn cells_text(confusion: &Confusion) -> [String; 4] {
    cells(confusion).map(|cell| count(cell as usize))
}

/// An amount for one customer.
fn money(amount: f64) -> String {
    minus(format!("{amount:.2}"))
}

fn profit(report: &Report) -> Markup {
    let offer = &report.offer;
    let first = &report.models[0];
    let curves = &first.curves;
    let bands = report.models.iter().flat_map(|model| {
        let profit = &model.curves.profit;
        profit.low.iter().chain(&profit.high).copied()
    });
    let y = Axis::over(bands.chain([0.0]), "profit per customer", &|profit| minus(short(profit)));
    let mut chart = Chart::new(
        "Profit",
        "Profit per customer of the table, by the share contacted",
        Axis::share("share of customers contacted"),
        y,
    );
    chart.line("zero", [(0.0, 0.0), (1.0, 0.0)].into_iter());
    draw(&mut chart, report, |model| &model.curves.profit);
    let best = (curves.best_share * 100.0).round() as usize;
    let top = curves.profit.value[best];
    chart.dot("first", (curves.best_share, top), 4.5, "");
    let anchor = if curves.best_share > 0.55 { "end" } else { "start" };
    chart.text("mark first", (curves.best_share, top), (0.0, -12.0), anchor, &format!("best: top {best}%, {top:.2}"));
    let total = top * report.data.rows as f64;
    let threshold = offer.threshold();
    html! {
        h3 { "Profit" }
        p {
            @if top > 0.0 {
                "Best: contact the top " (best) "%. That earns " (format!("{top:.2}")) " per customer of the table, "
                (count(total.round() as usize)) " in all (95% interval of the highest profit: "
                (money(curves.best_profit.low)) " to " (money(curves.best_profit.high)) " per customer). Contacting everybody \
                 earns " (money(curves.profit.value[100])) "."
            } @else {
                "At these terms no offer pays: contact nobody."
            }
        }
        div.charts {
            (figure("Profit", &chart.svg(), "Contacting from the highest probability down."))
            div {
                p {
                    "Terms: a kept customer is worth " (offer.value) ", the offer costs " (offer.cost) ", a contact costs "
                    (offer.contact) ". Of the leavers " (percent(offer.success)) " accept the offer and stay; all stayers \
                     accept it. "
                    @if threshold <= 1.0 {
                        "With calibrated probabilities, a contact pays from " (percent(threshold)) " on."
                    } @else {
                        "With calibrated probabilities, no contact pays."
                    }
                }
                p.soft {
                    "Other terms: " code { "--customer-value" } ", " code { "--offer-cost" } ", " code { "--contact-cost" }
                    ", " code { "--success-rate" } ". The profit of a leaver is success × (value − cost) − \
                     contact, that of a stayer −(cost + contact) (Neslin et al. 2006); the defaults are those of the \
                     expected maximum profit measure (Verbraken et al. 2013)."
                }
            }
        }
    }
}

fn tiers(model: &ModelFigures) -> Markup {
    let rows: Vec<Vec<String>> = model
        .tiers
        .iter()
        .rev()
        .map(|tier| {
            let rate = if tier.rows > 0 { percent(tier.left as f64 / tier.rows as f64) } else { "–".into() };
            vec![tier.label.clone(), percent(tier.from), count(tier.rows), count(tier.left), rate]
        })
        .collect();
    html! {
        h3 { "Tiers" }
        (table("Tiers of the model's policy", &["Tier", "From", "Customers", "Left", "Share that left"], &rows))
    }
}
