//! What a model sees beside what it was trained on, as one page that works offline.

use maud::{Markup, html};
use tenure::monitoring::{Cells, Comparison, Concept, Distance, Estimate, FieldComparison, Verdict};
use tenure::schema::{Kind, date};
use tenure::scorer::Scorer;

use super::chart::{Axis, Chart};
use super::html::{count, figure, percent, table};
use super::shell::{Section, shell};

/// Cells of a field that a chart shows; the rest of a long list is left to the table of the model.
const SHOWN_CELLS: usize = 24;

/// What the page shows.
pub struct MonitorFigures<'a> {
    pub scorer: &'a Scorer,
    /// The file of the model.
    pub model: String,
    pub verdict: Verdict,
    /// The sum of all profiles.
    pub comparison: &'a Comparison,
    /// Each profile with its file, in the order of their days.
    pub each: Vec<(&'a str, &'a Comparison)>,
    pub concept: Option<&'a Concept>,
}

/// The whole page. The same figures give the same bytes.
pub fn monitor_page(figures: &MonitorFigures) -> String {
    let document = figures.scorer.document();
    let title = format!("{}: what it sees", document.schema.name);
    let sections: [Section; 5] = [
        ("time", "Over time", over_time(figures)),
        ("fields", "Fields", Some(fields(figures))),
        ("scores", "Scores", Some(scores(figures.comparison))),
        ("expected", "Expected performance", Some(expected(figures))),
        ("measured", "Measured performance", figures.concept.map(measured)),
    ];
    let footer = html! {
        "The page holds no row and no count of fewer than 20 customers. The same files give the same page. Written by \
         tenure " (env!("CARGO_PKG_VERSION")) "; the page loads nothing."
    };
    shell(&title, &head(figures, &title), &sections, &footer, &html! {})
}

fn rows(comparison: &Comparison) -> [String; 2] {
    comparison.rows.map(|rows| count(rows as usize))
}

fn head(figures: &MonitorFigures, title: &str) -> Markup {
    let comparison = figures.comparison;
    let [before, now] = rows(comparison);
    let moved = comparison.fields.iter().filter(|field| field.drifted).count();
    let words = match figures.verdict {
        Verdict::Fine => "Nothing moved by more than chance explains.",
        Verdict::Drift => "Something moved by more than chance explains.",
        Verdict::Broken => "The rows are not as the model reads them.",
    };
    let [_, expected] = &comparison.expected;
    let area = expected.roc_auc.map_or_else(|| "none".into(), |area| format!("{:.3}", area.value));
    let range = expected.roc_auc.map_or_else(String::new, |area| format!("{:.3} to {:.3}", area.low, area.high));
    let [_, mean] = comparison.scores.mean;
    let tiles = [
        ("Rows", now.clone(), format!("beside {before} of the training")),
        ("Fields that moved", moved.to_string(), format!("of {}", comparison.fields.len())),
        (
            "Mean probability",
            mean.map_or_else(|| "none".into(), percent),
            format!("{} in training", share(comparison.scores.mean[0])),
        ),
        ("Expected ROC-AUC", area, range),
    ];
    html! {
        header {
            h1 { (title) }
            p.lead { code { (figures.model) } ": " (now) " rows" @if let Some(days) = comparison.days { ", " (day(days[0])) " to " (day(days[1])) } "." }
            p.notice role="note" { strong { (words) } }
            div.tiles { @for (words, value, more) in tiles { div.tile { span { (words) } b { (value) } span { (more) } } } }
        }
    }
}

fn day(day: i32) -> String {
    date::text(f64::from(day))
}

fn share(share: Option<f64>) -> String {
    share.map_or_else(|| "fewer than 20 rows".into(), percent)
}

/// One point for each profile; nothing for a single one.
fn over_time(figures: &MonitorFigures) -> Option<Markup> {
    let each = &figures.each;
    if each.len() < 2 {
        return None;
    }
    let label = |at: usize| each[at].1.days.map_or_else(|| (at + 1).to_string(), |days| day(days[1]));
    let ticks = |at: usize| (at as f64, label(at));
    let last = each.len() - 1;
    let mut places = vec![0, last / 2, last];
    places.dedup();
    let x = || Axis::new(0.0, last as f64, places.iter().map(|&at| ticks(at)).collect(), "last day of the profile");
    let series = |title: &str, y: Axis, values: Vec<(usize, f64, Option<[f64; 2]>)>, level: Option<f64>| {
        let description = format!("{} profiles", values.len());
        let mut chart = Chart::new(title, &description, x(), y);
        let with_range: Vec<_> = values.iter().filter_map(|(at, _, range)| Some((*at as f64, (*range)?))).collect();
        if with_range.len() > 1 {
            let of = |side: usize| with_range.iter().map(|(_, range)| range[side]).collect::<Vec<_>>();
            let places: Vec<f64> = with_range.iter().map(|(at, _)| *at).collect();
            chart.band("first", &places, &of(0), &of(1));
        }
        if let Some(level) = level {
            chart.line("chance", [(0.0, level), (last as f64, level)].into_iter());
        }
        chart.line("first", values.iter().map(|(at, value, _)| (*at as f64, *value)));
        for (at, value, _) in &values {
            let about = format!("{}: {value:.3}, {}", label(*at), each[*at].1.verdict.name());
            chart.dot(
                "first",
                (*at as f64, *value),
                if each[*at].1.verdict == Verdict::Fine { 3.0 } else { 6.0 },
                &about,
            );
        }
        chart.svg()
    };
    let areas: Vec<_> = each
        .iter()
        .enumerate()
        .filter_map(|(at, (_, one))| one.expected[1].roc_auc.map(|area| (at, area.value, Some([area.low, area.high]))))
        .collect();
    let means: Vec<_> =
        each.iter().enumerate().filter_map(|(at, (_, one))| Some((at, one.scores.mean[1]?, None))).collect();
    // How often the largest distance of a field is beyond its threshold.
    let beyond: Vec<_> = each
        .iter()
        .enumerate()
        .map(|(at, (_, one))| {
            let ratio = |field: &FieldComparison| {
                let Distance { value, threshold } = field.distances.chi_square;
                if threshold > 0.0 { value / threshold } else { 0.0 }
            };
            (at, one.fields.iter().map(ratio).fold(0.0, f64::max), None)
        })
        .collect();
    let text = |value: f64| format!("{value:.2}");
    let range = |values: &[(usize, f64, Option<[f64; 2]>)], more: Option<f64>| {
        let all = values.iter().flat_map(|(_, value, range)| [Some(*value), range.map(|r| r[0]), range.map(|r| r[1])]);
        all.flatten().chain(more).collect::<Vec<f64>>()
    };
    let before = &figures.comparison.expected[0];
    let area = before.roc_auc.map(|area| area.value);
    let area_axis = Axis::over(range(&areas, area).into_iter(), "ROC-AUC", &text);
    let mean = figures.comparison.scores.mean[0];
    let mean_axis = Axis::over(range(&means, mean).into_iter(), "mean probability", &percent);
    let beyond_axis = Axis::over(range(&beyond, Some(1.0)).into_iter().chain([0.0]), "chi-square ÷ threshold", &text);
    let rows = each.iter().map(|(file, one)| {
        let moved: Vec<&str> =
            one.fields.iter().filter(|field| field.drifted).map(|field| name(figures, field)).collect();
        vec![
            (*file).to_owned(),
            one.days.map_or_else(String::new, |days| format!("{} to {}", day(days[0]), day(days[1]))),
            count(one.rows[1] as usize),
            one.verdict.name().to_owned(),
            moved.join(", "),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    Some(html! {
        p { "One point for each profile; a large point is one that is not fine by itself. The dashed line is the training, or the threshold." }
        div.charts {
            (figure("Expected ROC-AUC", &series("Expected ROC-AUC", area_axis, areas, area), "The band has 95% of what would be measured."))
            (figure("Mean probability", &series("Mean probability", mean_axis, means, mean), "Of the rows that have a score."))
            (figure("The field that moved most", &series("The field that moved most", beyond_axis, beyond, Some(1.0)), "Above 1 it moved by more than chance explains."))
        }
        (table("Profiles", &["file", "days", "rows", "verdict", "moved"], &rows))
    })
}

fn name<'a>(figures: &'a MonitorFigures, field: &FieldComparison) -> &'a str {
    &figures.scorer.document().schema.fields[field.field].name
}

fn fields(figures: &MonitorFigures) -> Markup {
    let mut order: Vec<&FieldComparison> = figures.comparison.fields.iter().collect();
    order.sort_by(|a, b| a.distances.p_value.total_cmp(&b.distances.p_value));
    let pair =
        |distance: Distance, digits: usize| format!("{:.digits$} / {:.digits$}", distance.value, distance.threshold);
    let rows = order.iter().map(|field| {
        let distances = &field.distances;
        let words = [(field.broken, "broken"), (field.drifted, "moved")];
        let words: Vec<&str> = words.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
        vec![
            name(figures, field).to_owned(),
            pair(distances.population_stability, 3),
            pair(distances.jensen_shannon, 3),
            pair(distances.chi_square, 1),
            distances.wasserstein.map_or_else(String::new, |distance| pair(distance, 3)),
            format!("{} / {}", share(field.missing[0]), share(field.missing[1])),
            format!("{} / {}", share(field.replaced[0]), share(field.replaced[1])),
            words.join(", "),
        ]
    });
    let rows: Vec<Vec<String>> = rows.collect();
    let shown = order.iter().filter(|field| field.drifted || field.broken).count().max(4);
    html! {
        p { "A distance stands beside its threshold, which depends on the number of rows. Shares stand as training / now." }
        (table(
            "Fields, those that moved most first",
            &["field", "PSI", "Jensen-Shannon", "chi-square", "Wasserstein", "missing", "unseen or clipped", ""],
            &rows
        ))
        div.charts {
            @for field in order.iter().take(shown) { (cells(figures, field)) }
        }
    }
}

/// The two distributions of a field side by side.
fn cells(figures: &MonitorFigures, field: &FieldComparison) -> Markup {
    let schema = &figures.scorer.document().schema;
    let names = figures
        .scorer
        .reference()
        .map(|reference| cell_names(&reference.cells[field.field], &schema.fields[field.field].kind));
    let names = names.unwrap_or_default();
    let filled = field
        .cells
        .iter()
        .enumerate()
        .filter(|(_, shares)| shares.iter().any(|share| share.is_some_and(|share| share > 0.0)));
    let filled: Vec<(usize, [Option<f64>; 2])> = filled.map(|(at, shares)| (at, *shares)).take(SHOWN_CELLS).collect();
    let bars = filled.iter().map(|(at, shares)| (names.get(*at).cloned().unwrap_or_default(), *shares));
    let title = name(figures, field);
    let caption = if field.drifted { "Moved by more than chance explains." } else { "Not moved by more than chance." };
    figure(title, &bars_side_by_side(title, &bars.collect::<Vec<_>>()), caption)
}

fn cell_names(cells: &Cells, kind: &Kind) -> Vec<String> {
    let mut names: Vec<String> = match cells {
        Cells::Number { edges } => {
            let first = edges.first().copied().unwrap_or_default();
            let last = edges.last().copied().unwrap_or_default();
            let between = edges.windows(2).map(|pair| format!("{} to {}", pair[0], pair[1]));
            [format!("below {first}")]
                .into_iter()
                .chain(between)
                .chain([last.to_string(), format!("above {last}")])
                .collect()
        }
        Cells::Category { codes, .. } => {
            let name = |code: &u16| match kind {
                Kind::Category { categories } => categories.get(usize::from(*code)).cloned().unwrap_or_default(),
                Kind::Flag { positive, negative } => {
                    if *code == 1 {
                        positive.clone()
                    } else {
                        negative.clone()
                    }
                }
                _ => String::new(),
            };
            codes.iter().map(name).chain(["other".into(), "unseen".into()]).collect()
        }
        Cells::None => return Vec::new(),
    };
    names.extend(["missing".into(), "unreadable".into()]);
    names
}

fn bars_side_by_side(title: &str, bars: &[(String, [Option<f64>; 2])]) -> Markup {
    let most = bars.iter().flat_map(|(_, shares)| shares.iter().flatten().copied()).fold(0.01, f64::max);
    let step = bars.len().div_ceil(6).max(1);
    let short = |text: &str| {
        if text.chars().count() > 12 { text.chars().take(11).collect::<String>() + "…" } else { text.to_owned() }
    };
    let ticks = bars.iter().enumerate().step_by(step).map(|(at, (name, _))| (at as f64 + 0.5, short(name)));
    let x = Axis::new(0.0, bars.len() as f64, ticks.collect(), "");
    let y = Axis::over([0.0, most].into_iter(), "share of rows", &percent);
    let mut chart = Chart::new(title, "grey: training, coloured: now", x, y);
    for (at, (name, shares)) in bars.iter().enumerate() {
        for (side, class) in ["second", "first"].into_iter().enumerate() {
            let from = at as f64 + 0.1 + 0.4 * side as f64;
            let words = if side == 0 { "training" } else { "now" };
            let about = format!("{name}, {words}: {}", share(shares[side]));
            chart.bar(&format!("fill-{class}"), (from, 0.0), (from + 0.4, shares[side].unwrap_or(0.0)), &about);
        }
    }
    chart.svg()
}

fn scores(comparison: &Comparison) -> Markup {
    let scores = &comparison.scores;
    let bins = scores.bins.iter().enumerate().map(|(at, shares)| (format!("bin {}", at + 1), *shares));
    let [before, now] = scores.mean;
    html! {
        p {
            "The mean probability is " (share(now)) ", and was " (share(before)) " in training (p = " (format!("{:.3}", scores.mean_p_value)) "). "
            (share(Some(comparison.not_scored[1]))) " of the rows have no score."
        }
        (figure(
            "Scores, from the lowest to the highest",
            &bars_side_by_side("Scores", &bins.collect::<Vec<_>>()),
            "Bins of about equally many rows of the training."
        ))
    }
}

fn expected(figures: &MonitorFigures) -> Markup {
    let [before, now] = &figures.comparison.expected;
    let text = |estimate: Option<Estimate>| {
        estimate.map_or_else(|| "not known".into(), |e| format!("{:.3} ({:.3} to {:.3})", e.value, e.low, e.high))
    };
    let rows = [
        ("share that leaves", before.rate, now.rate),
        ("ROC-AUC", before.roc_auc, now.roc_auc),
        ("precision", before.precision, now.precision),
        ("recall", before.recall, now.recall),
        ("log-loss", before.log_loss, now.log_loss),
        ("profit a customer", before.profit, now.profit),
    ];
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(name, before, now)| vec![name.to_owned(), text(before), text(now)]).collect();
    html! {
        p {
            "What the probabilities promise while nobody knows yet who left. It holds if customers leave for the same reasons as before; \
             only labels show whether they do."
        }
        (table("Expected figures, with the range of 95% of what would be measured", &["", "training", "now"], &rows))
    }
}

fn measured(concept: &Concept) -> Markup {
    let number = |number: Option<f64>| number.map_or_else(|| "not known".into(), |number| format!("{number:.3}"));
    let area = concept
        .roc_auc
        .map_or_else(|| "not known".into(), |e| format!("{:.3} ({:.3} to {:.3})", e.value, e.low, e.high));
    let rows = [
        ("ROC-AUC", area, number(concept.expected_roc_auc)),
        ("share that left", percent(concept.rate), percent(concept.mean_probability)),
        ("log-loss", format!("{:.3}", concept.log_loss), String::new()),
        ("precision", number(concept.precision), String::new()),
        ("recall", number(concept.recall), String::new()),
    ];
    let rows: Vec<Vec<String>> =
        rows.into_iter().map(|(name, measured, promised)| vec![name.to_owned(), measured, promised]).collect();
    html! {
        p {
            (count(concept.rows as usize)) " labelled rows. "
            @if concept.drifted { strong { "Customers leave otherwise than before" } } @else { "No change by more than chance" }
            (format!(" (chi-square {:.1}, p = {:.2e}).", concept.statistic, concept.p_value))
        }
        (table("Measured figures, and what the probabilities promise", &["", "measured", "promised"], &rows))
    }
}
