//! The fields: their importance, the segments in which the model is worse, the data.

use maud::{Markup, html};
use tenure::schema::MINIMUM_CUSTOMERS;
use tenure_training::evaluation::short;
use tenure_training::evaluation::{FieldFigures, FieldInfluence, Influence, Report, Segment};

use super::chart::{Axis, Chart, swarm};
use super::html::{count, figure, percent, signed, table};

/// Fields in the drawing; the table and the JSON have all.
const DRAWN_FIELDS: usize = 15;
const DRAWN_SEGMENTS: usize = 14;
/// Width of the names at the left of a drawing.
const NAMES: f64 = 148.0;
/// Letters that fit into it.
const NAME_LETTERS: usize = 20;
/// The same for names of a field and its category.
const SEGMENT_NAMES: f64 = 210.0;
const SEGMENT_LETTERS: usize = 30;
const ROW: f64 = 26.0;
/// Height of a drawing above and below its rows.
const AROUND: f64 = 60.0;

pub(super) fn influence(report: &Report) -> Option<Markup> {
    let influence = report.influence.as_ref()?;
    let drawn = &influence.fields[..influence.fields.len().min(DRAWN_FIELDS)];
    let heads = ["Field", "Mean size", "Lowest", "Highest"];
    let heads = if report.shared { &heads[..2] } else { &heads };
    let rows: Vec<Vec<String>> = influence
        .fields
        .iter()
        .map(|field| {
            let extreme = |by: fn(f32, f32) -> f32| field.contributions.iter().copied().reduce(by).unwrap_or(0.0);
            let mut row = vec![
                field.label.clone(),
                format!("{:.4}", field.mean),
                signed(extreme(f32::min).into(), 3),
                signed(extreme(f32::max).into(), 3),
            ];
            row.truncate(heads.len());
            row
        })
        .collect();
    Some(html! {
        p {
            @if influence.sampled == 0 { "Exact Shapley values" } @else { "Shapley values" }
            " of " (count(influence.explained)) " customers drawn at random: what each field adds to the logit. The \
             contributions of a customer and the background's mean of " (signed(influence.base, 3)) " sum to the logit."
            @if influence.sampled > 0 {
                " Those of " (count(influence.sampled)) " customers are estimates, with a standard error of at most "
                (short(influence.standard_error)) "."
            }
            @if influence.refused > 0 {
                " " (count(influence.refused)) " more customers could not be explained."
            }
            " They say what moves the model, not why people leave."
        }
        div.charts {
            (figure("Importance", &importance(drawn), "Mean of the contributions' absolute values."))
            @if !report.shared {
                (figure(
                    "Contributions",
                    &beeswarm(influence, drawn),
                    "One dot for each customer; right of the line the field raises the risk. Darker dots (in dark mode, \
                     lighter ones) have higher values; categories and missing values are grey."
                ))
            }
        }
        details {
            summary { "All fields" }
            (table("Contributions to the logit", heads, &rows))
        }
    })
}

fn importance(fields: &[FieldInfluence]) -> Markup {
    let x = Axis::over(fields.iter().map(|field| field.mean).chain([0.0]), "mean |contribution|, logit", &short);
    let mut chart = rows_chart("Importance", "Mean absolute contribution of each field", x, fields.len(), NAMES);
    for (at, field) in fields.iter().enumerate() {
        let middle = row(fields.len(), at);
        chart.text("name", (0.0, middle), (-8.0, 4.0), "end", &cut(&field.label, NAME_LETTERS));
        let about = format!("{}: {:.4}", field.label, field.mean);
        chart.bar("fill-first", (0.0, middle - 0.32), (field.mean, middle + 0.32), &about);
    }
    chart.svg()
}

fn beeswarm(influence: &Influence, fields: &[FieldInfluence]) -> Markup {
    let all = fields.iter().flat_map(|field| field.contributions.iter().map(|value| f64::from(*value)));
    let x = Axis::within(all.chain([0.0]), "contribution to the logit", &|value| signed(value, 1));
    let low = x.low;
    let mut chart = rows_chart("Contributions", "Contributions of each customer by field", x, fields.len(), NAMES);
    chart.line("zero", [(0.0, 0.0), (0.0, fields.len() as f64)].into_iter());
    let radius = if influence.rows.len() > 400 { 1.4 } else { 1.8 };
    for (at, field) in fields.iter().enumerate() {
        let middle = row(fields.len(), at);
        chart.text("name", (low, middle), (-8.0, 4.0), "end", &cut(&field.label, NAME_LETTERS));
        let places: Vec<f64> = field.contributions.iter().map(|value| chart.x(f64::from(*value))).collect();
        let limit = (ROW * 0.44 / (2.0 * radius)).floor();
        let offsets = swarm(&places, 2.0 * radius, limit);
        for ((value, offset), rank) in field.contributions.iter().zip(offsets).zip(&field.ranks) {
            let class = match rank {
                Some(rank) => ["v0", "v1", "v2", "v3", "v4"][((rank * 5.0) as usize).min(4)],
                None => "none",
            };
            chart.dot(class, (f64::from(*value), middle + offset * 2.0 * radius / ROW), radius, "");
        }
    }
    chart.svg()
}

/// A chart with one row for each of `count` names, the first at the top.
fn rows_chart(title: &str, description: &str, x: Axis, count: usize, names: f64) -> Chart {
    let y = Axis::new(0.0, count as f64, Vec::new(), "");
    Chart::new(title, description, x, y).sized(ROW * count as f64 + AROUND, names)
}

/// The middle of a row.
fn row(count: usize, at: usize) -> f64 {
    (count - at) as f64 - 0.5
}

fn cut(label: &str, letters: usize) -> String {
    if label.chars().count() <= letters {
        return label.to_owned();
    }
    label.chars().take(letters - 1).chain(['…']).collect()
}

pub(super) fn segments(report: &Report) -> Markup {
    let found = &report.segments;
    let worse = found.segments.iter().filter(|segment| segment.worse).count();
    let rows: Vec<Vec<Markup>> = found.segments.iter().map(segment_row).collect();
    let drawn = &found.segments[..found.segments.len().min(DRAWN_SEGMENTS)];
    html! {
        p {
            (found.segments.len()) " segments of at least " (found.smallest) " customers: each category, each quarter of a \
             number, missing values. "
            @match worse {
                0 => "In none of them does the model do worse than chance explains.",
                1 => "In one of them, marked ✗, the model does worse than chance explains.",
                worse => { "In " (worse) " of them, marked ✗, the model does worse than chance explains." }
            }
        }
        div.charts {
            @if !drawn.is_empty() {
                (figure(
                    "Churn rate less mean probability",
                    &gaps(drawn),
                    "The segments with the lowest p-values, with 95% intervals. Right of the line the model predicts too \
                     little churn."
                ))
            }
            div {
                p.soft {
                    "Each segment is tested twice: its churn rate against its mean probability, and its log-loss against \
                     the loss that these probabilities should have."
                }
                p.soft {
                    "The p-values of all " (found.tests) " tests are adjusted together (Benjamini & Hochberg): "
                    (found.false_discovery_rate * 100.0) "% of the marks ✗ are expected to be false alarms. Segments \
                     overlap, so one fault may show in several. A mark at a small gap means that the loss is too high."
                }
                p.soft {
                    "A lower ROC-AUC within a segment is no fault: the field that defines it is the same for all its \
                     customers."
                }
            }
        }
        details {
            summary { "All segments" }
            (table("Segments, lowest p-values first", &SEGMENT_HEADS, &rows))
        }
    }
}

const SEGMENT_HEADS: [&str; 11] = [
    "Segment",
    "Customers",
    "Churn rate",
    "Mean probability",
    "Gap",
    "95% interval",
    "Log-loss",
    "Excess",
    "ROC-AUC",
    "95% interval",
    "p, adjusted",
];

fn segment_row(segment: &Segment) -> Vec<Markup> {
    let area = segment.roc_auc.map_or("–".into(), |area| format!("{area:.3}"));
    let range = segment.roc_auc_interval.map_or("–".into(), |range| format!("{:.3} to {:.3}", range.low, range.high));
    let p = segment.adjusted_p[0].min(segment.adjusted_p[1]);
    let name = html! { @if segment.worse { span.worse-word { "✗" } " " } (segment.label) };
    let figures = [
        count(segment.rows),
        percent(segment.rate),
        percent(segment.mean_probability),
        signed(100.0 * segment.gap, 1) + "%",
        format!("{} to {}%", signed(100.0 * segment.gap_interval.low, 1), signed(100.0 * segment.gap_interval.high, 1)),
        format!("{:.4}", segment.log_loss),
        signed(segment.excess, 4),
        area,
        range,
        if p < 0.001 { "< 0.001".into() } else { format!("{p:.3}") },
    ];
    [name].into_iter().chain(figures.map(|figure| html! { (figure) })).collect()
}

fn gaps(segments: &[Segment]) -> Markup {
    let ends = segments.iter().flat_map(|segment| [segment.gap_interval.low, segment.gap_interval.high]);
    let x = Axis::within(ends.chain([0.0]), "gap", &|gap| signed(100.0 * gap, 0) + "%");
    let low = x.low;
    let mut chart = rows_chart(
        "Churn rate less mean probability",
        "By segment, with 95% intervals",
        x,
        segments.len(),
        SEGMENT_NAMES,
    );
    let middle = |at: usize| row(segments.len(), at);
    chart.line("zero", [(0.0, 0.0), (0.0, segments.len() as f64)].into_iter());
    for (at, segment) in segments.iter().enumerate() {
        let mark = if segment.worse { "✗ " } else { "" };
        chart.text(
            "name",
            (low, middle(at)),
            (-8.0, 4.0),
            "end",
            &cut(&format!("{mark}{}", segment.label), SEGMENT_LETTERS),
        );
        let (line, dot) = if segment.worse { ("whisker worse", "worse") } else { ("whisker", "sound") };
        chart.line(line, [segment.gap_interval.low, segment.gap_interval.high].map(|x| (x, middle(at))).into_iter());
        let about = format!(
            "{}: churn rate {}, mean probability {}",
            segment.label,
            percent(segment.rate),
            percent(segment.mean_probability)
        );
        chart.dot(dot, (segment.gap, middle(at)), 4.0, &about);
    }
    chart.svg()
}

pub(super) fn data(report: &Report) -> Markup {
    let data = &report.data;
    let warned: Vec<String> = report.models.iter().map(|model| count(model.warned)).collect();
    let rows: Vec<Vec<String>> = data.fields.iter().map(|field| field_row(field, data.rows)).collect();
    html! {
        p {
            (count(data.rows)) " customers, " (count(data.left)) " left (" (percent(data.left as f64 / data.rows as f64))
            "), " (count(data.left_out)) " rows left out. " (warned.join(" and ")) " rows have a category that training never saw or a number beyond the \
             fitted range; they were scored with a warning."
        }
        div.prose { (table("Fields", &["Field", "Missing", "Values"], &rows)) }
    }
}

fn field_row(field: &FieldFigures, rows: usize) -> Vec<String> {
    let missing = match field.missing {
        Some(0) => "none".into(),
        Some(missing) => format!("{} ({})", count(missing), percent(missing as f64 / rows as f64)),
        None => format!("fewer than {MINIMUM_CUSTOMERS}"),
    };
    let values = match &field.quantiles {
        Some([least, first, median, third, most]) => {
            let unit = if field.unit.is_empty() { String::new() } else { format!(" {}", field.unit) };
            format!(
                "{} to {}{unit}; median {}, middle half {} to {}",
                short(*least),
                short(*most),
                short(*median),
                short(*first),
                short(*third)
            )
        }
        None => {
            let shown = field.categories.iter().filter(|category| category.rows > 0).take(8).map(|category| {
                let left = percent(category.left as f64 / category.rows as f64);
                format!("{} {} ({left} left)", category.text, count(category.rows))
            });
            let more = field.categories.len().saturating_sub(8);
            let mut texts: Vec<String> = shown.collect();
            if more > 0 {
                texts.push(format!("{more} more"));
            }
            if field.left_out > 0 {
                texts.push(format!("{} of fewer than {MINIMUM_CUSTOMERS} customers each, left out", field.left_out));
            }
            texts.join("; ")
        }
    };
    vec![field.label.clone(), missing, values]
}
