//! How well customers are told apart, and whether probabilities hold what they promise; two models side by side.

use tenure_training::evaluation::{ModelFigures, Report};
use tenure_training::metrics::{Band, Difference, Interval, METRICS, Metric};

use super::chart::{Axis, Chart};
use super::{count, escape, figure, percent, signed, table};

/// The figures of the ranking first, then those that hang on the threshold.
fn figures() -> impl Iterator<Item = (&'static Metric, String)> {
    let of_threshold = ["accuracy", "precision", "recall", "f1"];
    let mut figures: Vec<&Metric> = METRICS.iter().collect();
    figures.sort_by_key(|figure| of_threshold.contains(&figure.key));
    figures.into_iter().map(move |figure| {
        let at = if of_threshold.contains(&figure.key) { " at the threshold" } else { "" };
        (figure, format!("{}{at}", capital(figure.words)))
    })
}

fn capital(words: &str) -> String {
    let mut letters = words.chars();
    letters.next().map(|first| first.to_uppercase().chain(letters).collect()).unwrap_or_default()
}

/// The second model against the first; empty for one model.
pub(super) fn compared(report: &Report) -> String {
    let (Some(differences), [first, second]) = (&report.differences, &report.models[..]) else { return String::new() };
    let rows = figures().map(|(figure, words)| {
        let Difference { first, second, difference, interval } = differences[figure.key];
        let clear = interval.low > 0.0 || interval.high < 0.0;
        let verdict = match (clear, (difference > 0.0) == figure.more_is_better) {
            (false, _) => "no clear difference".to_owned(),
            (true, true) => "<span class=\"better\">▲ second is better</span>".to_owned(),
            (true, false) => "<span class=\"worse-word\">▼ second is worse</span>".to_owned(),
        };
        let range = format!("{} to {}", signed(interval.low, 4), signed(interval.high, 4));
        vec![words, format!("{first:.4}"), format!("{second:.4}"), signed(difference, 4), range, verdict]
    });
    format!(
        "<p>First: <code>{}</code>. Second: <code>{}</code>. Both were measured on the same {} rows; each of the {} resamples \
         draws the same rows for both, so that what is hard for both cancels. A difference is clear where its {}% interval \
         lies on one side of 0; with ten figures, one of them may do so by chance. Each model \
         calls from its own threshold.</p>{}",
        escape(&first.file),
        escape(&second.file),
        count(report.data.rows),
        count(report.bootstrap.resamples),
        report.bootstrap.level * 100.0,
        table(
            "Second less first, paired bootstrap",
            &["", "First", "Second", "Difference", "Interval", "Verdict"],
            &rows.collect::<Vec<_>>()
        )
    )
}

pub(super) fn quality(report: &Report) -> String {
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
        "stayed, and called",
        "left, and called",
        |model| &model.curves.roc,
        [(0.0, 0.0), (1.0, 1.0)],
    );
    roc.text("mark chance", (0.62, 0.6), (4.0, 14.0), "start", "chance");
    name(&mut roc, report, (0.5, 0.26), &aucs);
    let mut precision = curve(
        "Precision and recall",
        &precisions.join(" and "),
        "recall: left, and called",
        "precision: called, and left",
        |model| &model.curves.precision,
        [(0.0, rate), (1.0, rate)],
    );
    precision.text("mark chance", (0.0, rate), (6.0, -6.0), "start", &format!("chance, {}", percent(rate)));
    name(&mut precision, report, (0.0, 0.5), &precisions);
    let rows: Vec<Vec<String>> = figures()
        .map(|(figure, words)| {
            let mut row = vec![words];
            for model in &report.models {
                let Interval { low, high } = (figure.interval)(&model.intervals);
                row.push(format!("{:.4}", (figure.value)(&model.metrics)));
                row.push(format!("{low:.4} to {high:.4}"));
            }
            row
        })
        .collect();
    let mut heads = vec![""];
    let two = report.models.len() > 1;
    let names = if two { ["First", "Second"] } else { ["Value", ""] };
    report.models.iter().zip(names).for_each(|(_, name)| heads.extend([name, "95% interval"]));
    let thresholds: Vec<String> = report.models.iter().map(|model| format!("{:.3}", model.metrics.threshold)).collect();
    format!(
        "<p>The curves show every threshold at once: who is called, going down from the highest probability. The shaded bands are \
         pointwise {}% intervals.</p><div class=\"charts\">{}{}</div>{}<p class=\"soft\">The threshold is {}{}. The \
         bootstrap widens and raises the interval of the calibration error: noise only adds to it.</p>",
        report.bootstrap.level * 100.0,
        figure(
            "ROC curve",
            &roc.svg(),
            "Share of those who left that is called, against the share of those who stayed."
        ),
        figure(
            "Precision and recall",
            &precision.svg(),
            "Of those called, how many left, against how many of all who left are called."
        ),
        table("Figures", &heads, &rows),
        thresholds.join(" and "),
        if two { ", first and second" } else { "" }
    )
}

pub(super) fn calibration(report: &Report) -> String {
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
                "{} rows: {} promised, {} left",
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
    format!(
        "<p>A probability of 30% should come true for three customers in ten. Each dot is a group of customers with \
         neighbouring probabilities; on the diagonal, promise and outcome agree.</p><div class=\"charts\">{}{}</div>\
         <details><summary>The groups in figures</summary>{}</details>",
        figure(
            "Calibration",
            &chart.svg(),
            "Groups of equal size; whiskers are 95% intervals (Wilson) of the share that left."
        ),
        figure(
            "Probabilities by outcome",
            &histogram(&report.models[0]),
            "Left above, stayed below the line, each as a share of its own customers."
        ),
        table("Groups of the first model", &["Mean probability", "Left", "95% interval", "Customers"], &rows)
    )
}

/// Those who left upwards, those who stayed downwards: told apart by place, not by colour.
fn histogram(model: &ModelFigures) -> String {
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

/// Writes each model's figure, with its name where there are two, one below the other from a place that is free.
fn name(chart: &mut Chart, report: &Report, place: (f64, f64), texts: &[String]) {
    for (index, (class, text)) in ["first", "second"].into_iter().zip(texts).enumerate() {
        let words = if report.models.len() > 1 { format!("{class} {text}") } else { text.clone() };
        chart.text(&format!("mark {class}"), place, (10.0, 4.0 + 16.0 * index as f64), "start", &words);
    }
}
