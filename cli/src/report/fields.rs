//! The fields: what each moves, where the model is worse, what the table holds.

use tenure_training::evaluation::short;
use tenure_training::evaluation::{FieldDistribution, FieldInfluence, Influence, Report, Segment};

use super::chart::{Axis, Chart, swarm};
use super::{count, escape, figure, percent, signed, table};

/// Fields drawn; the others are in the table and in the JSON.
const DRAWN_FIELDS: usize = 15;
const DRAWN_SEGMENTS: usize = 14;
/// Room for the names at the left of a drawing.
const NAMES: f64 = 148.0;
/// Letters that fit it.
const NAME_LETTERS: usize = 20;
/// The same where a name is a field and its category.
const SEGMENT_NAMES: f64 = 210.0;
const SEGMENT_LETTERS: usize = 30;
const ROW: f64 = 26.0;
/// Heights of a drawing beside its rows: top and bottom.
const AROUND: f64 = 60.0;

pub(super) fn influence(report: &Report) -> String {
    let Some(influence) = &report.influence else { return String::new() };
    let customers = influence.rows.len();
    let drawn = &influence.fields[..influence.fields.len().min(DRAWN_FIELDS)];
    let rows: Vec<Vec<String>> = influence
        .fields
        .iter()
        .map(|field| {
            let extreme = |by: fn(f32, f32) -> f32| field.contributions.iter().copied().reduce(by).unwrap_or(0.0);
            vec![
                escape(&field.label),
                format!("{:.4}", field.mean),
                signed(extreme(f32::min).into(), 3),
                signed(extreme(f32::max).into(), 3),
            ]
        })
        .collect();
    let (kind, sampled) = match influence.sampled {
        0 => ("Exact Shapley values", String::new()),
        sampled => {
            let error = short(influence.standard_error);
            let words = format!(
                " Those of {} are sampled, with a standard error of at most {error}: they differ from the background in many fields.",
                count(sampled)
            );
            ("Shapley values", words)
        }
    };
    let refused = match influence.refused {
        0 => String::new(),
        refused => format!(" {} more were drawn and could not be explained.", count(refused)),
    };
    format!(
        "<p>{kind} of {} customers drawn with a seed: what each field adds to the logit, against a background of \
         typical customers. For one customer they make, from the \
         background's mean of {}, the logit.{sampled}{refused} They tell what moves the \
         model, not what makes people leave.</p><div class=\"charts\">{}{}</div><details><summary>All fields in figures\
         </summary>{}</details>",
        count(customers),
        signed(influence.base, 3),
        figure("Importance", &importance(drawn), "Mean of the contributions' absolute values."),
        figure(
            "Contributions",
            &beeswarm(influence, drawn),
            "One dot for each customer: right of the line, the field raises the risk. The darker (in dark mode, the lighter) the dot, \
             the higher the customer's value among the sample; categories and missing values are grey."
        ),
        table("Contributions to the logit", &["Field", "Mean size", "Lowest", "Highest"], &rows)
    )
}

fn importance(fields: &[FieldInfluence]) -> String {
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

fn beeswarm(influence: &Influence, fields: &[FieldInfluence]) -> String {
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

pub(super) fn segments(report: &Report) -> String {
    let found = &report.segments;
    let worse = found.segments.iter().filter(|segment| segment.worse).count();
    let verdict = match worse {
        0 => "In none of them does the model do worse than chance explains.".to_owned(),
        1 => "In one of them, marked ✗, the model does worse than chance explains.".to_owned(),
        worse => format!("In {worse} of them, marked ✗, the model does worse than chance explains."),
    };
    let rows: Vec<Vec<String>> = found.segments.iter().map(segment_row).collect();
    let drawn = &found.segments[..found.segments.len().min(DRAWN_SEGMENTS)];
    let chart = if drawn.is_empty() {
        String::new()
    } else {
        figure(
            "Gap between promise and outcome",
            &gaps(drawn),
            "Churn rate less mean probability, with 95% intervals; the most doubtful segments. Right of the line the model promises too little churn.",
        )
    };
    format!(
        "<p>{} segments of at least {} customers: each category, each quarter of a number, missing values. {verdict}</p>\
         <div class=\"charts\">{chart}<div><p class=\"soft\">Two things are tested: the gap between churn rate and mean \
         probability, and whether the log-loss exceeds the one that the probabilities themselves promise.</p>\
         <p class=\"soft\">Of {} tests some come out by chance, so the p-values are adjusted together (Benjamini & \
         Hochberg): of the segments marked ✗, {}% are expected to be marked for nothing. The segments overlap, so one fault may \
         show in several. A mark at a small gap means that the loss exceeds its promise.</p><p class=\"soft\">A lower ROC-AUC within a segment alone is no fault: the field that defines \
         it no longer tells its customers apart.</p></div></div><details><summary>All segments in figures</summary>{}</details>",
        found.segments.len(),
        found.smallest,
        found.tests,
        found.false_discovery_rate * 100.0,
        table("Segments, the most doubtful first", &SEGMENT_HEADS, &rows)
    )
}

const SEGMENT_HEADS: [&str; 11] = [
    "Segment",
    "Customers",
    "Left",
    "Promised",
    "Gap",
    "95% interval",
    "Log-loss",
    "Above promise",
    "ROC-AUC",
    "95% interval",
    "p, adjusted",
];

fn segment_row(segment: &Segment) -> Vec<String> {
    let mark = if segment.worse { "<span class=\"worse-word\">✗</span> " } else { "" };
    let area = segment.roc_auc.map_or("–".into(), |area| format!("{area:.3}"));
    let range = segment.roc_auc_interval.map_or("–".into(), |range| format!("{:.3} to {:.3}", range.low, range.high));
    let p = segment.adjusted_p[0].min(segment.adjusted_p[1]);
    vec![
        format!("{mark}{}", escape(&segment.label)),
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
    ]
}

fn gaps(segments: &[Segment]) -> String {
    let ends = segments.iter().flat_map(|segment| [segment.gap_interval.low, segment.gap_interval.high]);
    let x = Axis::within(ends.chain([0.0]), "gap", &|gap| signed(100.0 * gap, 0) + "%");
    let low = x.low;
    let mut chart = rows_chart(
        "Gap between promise and outcome",
        "Churn rate less mean probability by segment",
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
            "{}: {} left, {} promised",
            segment.label,
            percent(segment.rate),
            percent(segment.mean_probability)
        );
        chart.dot(dot, (segment.gap, middle(at)), 4.0, &about);
    }
    chart.svg()
}

pub(super) fn data(report: &Report) -> String {
    let data = &report.data;
    let warned: Vec<String> = report.models.iter().map(|model| count(model.warned)).collect();
    let rows: Vec<Vec<String>> = data.fields.iter().map(|field| field_row(field, data.rows)).collect();
    format!(
        "<p>{} customers, {} left ({}), {} rows left out. In {} rows a value was taken for another: a category that training never \
         saw, or a number beyond the fitted range.</p><div class=\"prose\">{}</div>",
        count(data.rows),
        count(data.left),
        percent(data.left as f64 / data.rows as f64),
        count(data.left_out),
        warned.join(" and "),
        table("Fields", &["Field", "Missing", "Values"], &rows)
    )
}

fn field_row(field: &FieldDistribution, rows: usize) -> Vec<String> {
    let missing = if field.missing == 0 {
        "none".into()
    } else {
        format!("{} ({})", count(field.missing), percent(field.missing as f64 / rows as f64))
    };
    let values = match &field.quantiles {
        Some([least, first, median, third, most]) => {
            let unit = if field.unit.is_empty() { String::new() } else { format!(" {}", escape(&field.unit)) };
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
                format!("{} {} ({left} left)", escape(&category.text), count(category.rows))
            });
            let more = field.categories.len().saturating_sub(8);
            let mut texts: Vec<String> = shown.collect();
            if more > 0 {
                texts.push(format!("{more} more"));
            }
            texts.join("; ")
        }
    };
    vec![escape(&field.label), missing, values]
}
