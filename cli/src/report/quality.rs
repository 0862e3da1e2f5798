//! Ranking and calibration, and two models side by side.

use maud::{Markup, html};
use tenure_training::evaluation::{ModelFigures, Report};
use tenure_training::metrics::{Band, Difference, Interval, Metric, judged};

use super::chart::{Axis, Chart};
use super::html::{count, figure, percent, signed, table};

/// The metrics with their words, those that depend on the threshold last.
fn metrics() -> impl Iterator<Item = (&'static Metric, String)> {
    let mut metrics: Vec<&Metric> = judged().collect();
    metrics.sort_by_key(|metric| metric.at_threshold);
    metrics.into_iter().map(|metric| {
        let at = if metric.at_threshold { " at the threshold" } else { "" };
        (metric, format!("{}{at}", capital(metric.words)))
    })
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The second model against the first; empty for one model.
pub(super) fn compared(report: &Report) -> Option<Markup> {
    let (Some(differences), [first, second]) = (&report.differences, &report.models[..]) else { return None };
    let rows = metrics().map(|(metric, words)| {
        let Difference { first, second, difference, interval } = differences[metric.key];
        let clear = interval.low > 0.0 || interval.high < 0.0;
        let verdict = match (clear, (difference > 0.0) == metric.more_is_better) {
            (false, _) => html! { "no clear difference" },
            (true, true) => html! { span.better { "▲ second is better" } },
            (true, false) => html! { span.worse-word { "▼ second is worse" } },
        };
        let range = format!("{} to {}", signed(interval.low, 4), signed(interval.high, 4));
        let texts = [words, format!("{first:.4}"), format!("{second:.4}"), signed(difference, 4), range];
        texts.map(|text| html! { (text) }).into_iter().chain([verdict]).collect()
    });
    Some(html! {
        p {
            "First: " code { (first.file) } ". Second: " code { (second.file) } ". Both are measured on the same " (count(report.data.rows)) " rows, and each of the "
            (count(report.bootstrap.resamples)) " resamples draws the same rows for both. A difference is clear if its "
            (report.bootstrap.level * 100.0) "% interval excludes 0; one of ten may do so by chance. Each model uses its own \
             threshold."
        }
        (table(
            "Second less first, paired bootstrap",
            &["", "First", "Second", "Difference", "Interval", "Verdict"],
            &rows.collect::<Vec<Vec<Markup>>>()
        ))
    })
}

pub(super) fn quality(report: &Report) -> Markup {
    let data = &report.data;
    let rate = data.left as f64 / data.rows as f64;
    let curve =
        |title: &str, description: &str, x: &str, y: &str, of: fn(&ModelFigures) -> &Band, chance: [(f64, f64); 2]| {
            let mut chart = Chart::new(title, description, Axis::share(x), Axis::share(y));
            chart.line("chance", chance.into_iter());
            draw(&mut chart, report, of);
            chart
        };
    let aucs: Vec<String> = report.models.iter().map(|model| format!("area {:.3}", model.metrics.roc_auc)).collect();
    let precisions: Vec<String> =
        report.models.iter().map(|model| format!("average {:.3}", model.metrics.pr_auc)).collect();
    let mut roc = curve(
        "ROC curve",
        &aucs.join(" and "),
        "stayers contacted",
        "leavers contacted",
        |model| &model.curves.roc,
        [(0.0, 0.0), (1.0, 1.0)],
    );
    roc.text("mark chance", (0.62, 0.6), (4.0, 14.0), "start", "chance");
    name(&mut roc, report, (0.5, 0.26), &aucs);
    let mut precision = curve(
        "Precision and recall",
        &precisions.join(" and "),
        "recall",
        "precision",
        |model| &model.curves.precision,
        [(0.0, rate), (1.0, rate)],
    );
    precision.text("mark chance", (0.0, rate), (6.0, -6.0), "start", &format!("chance, {}", percent(rate)));
    name(&mut precision, report, (0.0, 0.5), &precisions);
    let rows: Vec<Vec<String>> = metrics()
        .map(|(metric, words)| {
            let mut row = vec![words];
            for model in &report.models {
                let interval = metric.interval(&model.intervals);
                let range = |Interval { low, high }| format!("{low:.4} to {high:.4}");
                row.push(format!("{:.4}", (metric.value)(&model.metrics)));
                row.push(interval.map_or(String::new(), range));
            }
            row
        })
        .collect();
    let mut heads = vec![""];
    let two = report.models.len() > 1;
    let names = if two { ["First", "Second"] } else { ["Value", ""] };
    report.models.iter().zip(names).for_each(|(_, name)| heads.extend([name, "95% interval"]));
    let thresholds: Vec<String> = report.models.iter().map(|model| format!("{:.3}", model.metrics.threshold)).collect();
    html! {
        p {
            "The curves cover all thresholds. Shaded bands are pointwise " (report.bootstrap.level * 100.0) "% intervals."
        }
        div.charts {
            (figure(
                "ROC curve",
                &roc.svg(),
                "Share of the leavers contacted, against the share of the stayers contacted."
            ))
            (figure(
                "Precision and recall",
                &precision.svg(),
                "Share of the contacted who left, against the share of the leavers contacted."
            ))
        }
        (table("Figures", &heads, &rows))
        p.soft {
            "The threshold is " (thresholds.join(" and ")) @if two { ", first and second" } ". The interval of the calibration \
             error is too wide and too high, because the noise of resampling adds to the error."
        }
    }
}

pub(super) fn calibration(report: &Report) -> Markup {
    let mut chart = Chart::new(
        "Calibration",
        "Share that left against the mean probability, in ten groups of equal size",
        Axis::share("mean probability"),
        Axis::share("share that left"),
    );
    chart.line("chance", [(0.0, 0.0), (1.0, 1.0)].into_iter());
    for (model, class) in report.models.iter().zip(["first", "second"]) {
        let bins = &model.reliability;
        for bin in bins {
            chart.line(
                &format!("{class} whisker"),
                [bin.interval.low, bin.interval.high].map(|y| (bin.mean_probability, y)).into_iter(),
            );
        }
        chart.line(class, bins.iter().map(|bin| (bin.mean_probability, bin.rate)));
        for bin in bins {
            let about = format!(
                "{} rows: mean probability {}, {} left",
                count(bin.rows),
                percent(bin.mean_probability),
                percent(bin.rate)
            );
            chart.dot(class, (bin.mean_probability, bin.rate), 4.5, &about);
        }
    }
    let names: Vec<String> = report.models.iter().map(|model| format!("error {:.3}", model.metrics.ece)).collect();
    name(&mut chart, report, (0.0, 0.95), &names);
    let rows: Vec<Vec<String>> = report.models[0]
        .reliability
        .iter()
        .map(|bin| {
            vec![
                percent(bin.mean_probability),
                percent(bin.rate),
                format!("{} to {}", percent(bin.interval.low), percent(bin.interval.high)),
                count(bin.rows),
            ]
        })
        .collect();
    html! {
        p {
            "Of customers with a probability of 30%, three in ten should leave. Each dot is a group of customers with \
             similar probabilities; on the diagonal, probability and outcome agree."
        }
        div.charts {
            (figure(
                "Calibration",
                &chart.svg(),
                "Groups of equal size; whiskers are 95% intervals (Wilson) of the share that left."
            ))
            (figure(
                "Probabilities by outcome",
                &histogram(&report.models[0]),
                "Leavers above the line, stayers below, each as a share of their own number."
            ))
        }
        details {
            summary { "All groups" }
            (table("Groups of the first model", &["Mean probability", "Left", "95% interval", "Customers"], &rows))
        }
    }
}

/// Leavers upwards, stayers downwards: position separates them, not colour.
fn histogram(model: &ModelFigures) -> Markup {
    let histogram = &model.histogram;
    let share = |counts: &[usize]| -> Vec<f64> {
        let sum: usize = counts.iter().sum();
        counts.iter().map(|count| *count as f64 / sum as f64).collect()
    };
    let (left, stayed) = (share(&histogram.left), share(&histogram.stayed));
    let values = left.iter().copied().chain(stayed.iter().map(|share| -share));
    let y = Axis::over(values, "share of the outcome", &|share| format!("{:.0}%", 100.0 * share.abs()));
    let (top, bottom) = (y.high, y.low);
    let mut chart =
        Chart::new("Probabilities by outcome", "Histogram, left above and stayed below", Axis::share("probability"), y);
    for (bin, edges) in histogram.edges.windows(2).enumerate() {
        let (low, high) = (edges[0] + 0.003, edges[1] - 0.003);
        let range = format!("{:.0}% to {:.0}%", 100.0 * edges[0], 100.0 * edges[1]);
        let about = |who: &str, rows: usize| format!("{range}: {} customers {who}", count(rows));
        chart.bar("fill-left", (low, 0.0), (high, left[bin]), &about("left", histogram.left[bin]));
        chart.bar("fill-stayed", (low, 0.0), (high, -stayed[bin]), &about("stayed", histogram.stayed[bin]));
    }
    chart.line("zero", [(0.0, 0.0), (1.0, 0.0)].into_iter());
    let rows: (usize, usize) = (histogram.left.iter().sum(), histogram.stayed.iter().sum());
    chart.text("mark fill-left", (1.0, top), (-4.0, 16.0), "end", &format!("left ({})", count(rows.0)));
    chart.text("mark fill-stayed", (1.0, bottom), (-4.0, -8.0), "end", &format!("stayed ({})", count(rows.1)));
    chart.svg()
}

/// The curve of each model with its band.
pub(super) fn draw(chart: &mut Chart, report: &Report, of: fn(&ModelFigures) -> &Band) {
    for (model, class) in report.models.iter().zip(["first", "second"]) {
        let band = of(model);
        chart.band(class, &model.curves.grid, &band.low, &band.high);
    }
    for (model, class) in report.models.iter().zip(["first", "second"]) {
        chart.line(class, model.curves.grid.iter().copied().zip(of(model).value.iter().copied()));
    }
}

/// Writes each model's figure at a free place, with the model's name if there are two.
fn name(chart: &mut Chart, report: &Report, place: (f64, f64), texts: &[String]) {
    for (index, (class, text)) in ["first", "second"].into_iter().zip(texts).enumerate() {
        let words = if report.models.len() > 1 { format!("{class} {text}") } else { text.clone() };
        chart.text(&format!("mark {class}"), place, (10.0, 4.0 + 16.0 * index as f64), "start", &words);
    }
}
