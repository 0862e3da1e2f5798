//! The segments in which a model is worse: each category of each field and each quarter of each
//! number is tested. The ends of the quarters are [`Statistics`], so that no label has the value of a
//! customer.
//!
//! A churn rate near one half raises the log-loss of a segment, and its ROC-AUC falls because the
//! field that defines it is constant within it. Neither is a fault. So two properties of the
//! probabilities are tested: their mean against the churn rate (the gap), and the log-loss against
//! its expectation (the excess; Spiegelhalter 1986, "Probabilistic Prediction in Patient
//! Management", with the log-loss for the Brier score). All p-values are adjusted together
//! (Benjamini & Hochberg 1995), and a segment is called worse at a false discovery rate of 5%.

use crate::cohort::{Cohort, Column, MISSING_CODE};
use crate::metrics::{Interval, mean_log_loss, roc_auc_variance, wilson};
use serde::Serialize;
use tenure::encoding::Statistics;

use super::data::category_texts;

/// Smaller segments are not tested.
pub const SMALLEST: usize = 30;
/// Expected share of false alarms among the segments called worse.
pub const FALSE_DISCOVERY_RATE: f64 = 0.05;
/// Probabilities are kept this far from 0 and 1: otherwise one certain and wrong row would outweigh
/// all others.
const LEAST: f64 = 1e-6;

#[derive(Debug, Serialize)]
pub struct Segments {
    /// Tests that were adjusted together, two for each segment.
    pub tests: usize,
    pub smallest: usize,
    pub false_discovery_rate: f64,
    /// Worse ones first, then by p-value.
    pub segments: Vec<Segment>,
}

/// Customers that share a category or a range of one field.
#[derive(Clone, Debug, Serialize)]
pub struct Segment {
    pub field: String,
    /// As in `Contract: Month-to-month`.
    pub label: String,
    pub rows: usize,
    pub rate: f64,
    pub mean_probability: f64,
    /// Churn rate less mean probability; positive if the model predicts too little churn.
    pub gap: f64,
    /// Wilson's 95% interval of the rate, less the mean probability.
    pub gap_interval: Interval,
    pub log_loss: f64,
    /// Log-loss less its expectation under the probabilities.
    pub excess: f64,
    pub roc_auc: Option<f64>,
    /// By DeLong's variance.
    pub roc_auc_interval: Option<Interval>,
    /// Adjusted p-values of the gap and of the excess, over all segments.
    pub adjusted_p: [f64; 2],
    pub worse: bool,
}

/// Measures every segment with at least `SMALLEST` of the rows that is not all of them; one
/// probability a row.
pub fn segments(cohort: &Cohort, rows: &[u32], probabilities: &[f64]) -> Segments {
    let labels = cohort.labels_of(rows);
    let mut found: Vec<(Segment, [f64; 2])> = Vec::new();
    for (index, field) in cohort.schema().fields.iter().enumerate() {
        let (texts, of_row) = parts(cohort, index);
        for (part, text) in texts.into_iter().enumerate() {
            let own: Vec<usize> = (0..rows.len()).filter(|&at| of_row[rows[at] as usize] == part).collect();
            if own.len() >= SMALLEST && own.len() < rows.len() {
                let label = format!("{}: {text}", field.label());
                found.push(segment(&field.name, label, &own, &labels, probabilities));
            }
        }
    }
    let raw: Vec<f64> = found.iter().flat_map(|(_, tests)| *tests).collect();
    let adjusted = benjamini_hochberg(&raw);
    for ((segment, _), adjusted) in found.iter_mut().zip(adjusted.chunks(2)) {
        segment.adjusted_p = [adjusted[0], adjusted[1]];
        // A loss below its expectation is no fault.
        let excess = segment.excess > 0.0 && adjusted[1] < FALSE_DISCOVERY_RATE;
        segment.worse = adjusted[0] < FALSE_DISCOVERY_RATE || excess;
    }
    // Adjusting makes many p-values equal, and keeps their order.
    let lowest = |raw: &[f64; 2]| raw[0].min(raw[1]);
    found.sort_by(|(a, p), (b, q)| b.worse.cmp(&a.worse).then(lowest(p).total_cmp(&lowest(q))));
    let segments = found.into_iter().map(|(segment, _)| segment).collect();
    Segments { tests: raw.len(), smallest: SMALLEST, false_discovery_rate: FALSE_DISCOVERY_RATE, segments }
}

/// The names of a field's parts, and the part of each row: categories, or quarters of a number;
/// missing last.
fn parts(cohort: &Cohort, index: usize) -> (Vec<String>, Vec<usize>) {
    let field = &cohort.schema().fields[index];
    match cohort.column(index) {
        Column::Codes(codes) => {
            let mut texts = category_texts(field);
            let missing = texts.len();
            texts.push("missing".into());
            let part = |&code: &u16| if code == MISSING_CODE { missing } else { usize::from(code) };
            (texts, codes.iter().map(part).collect())
        }
        Column::Numbers(numbers) => {
            let mut known: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
            known.sort_unstable_by(f64::total_cmp);
            let statistics = Statistics::of(&known, &[]);
            let mut edges: Vec<f64> =
                (1..4).filter_map(|quarter| statistics.at_rank(quarter * known.len() / 4)).collect();
            edges.dedup();
            edges.retain(|edge| *edge > known[0]);
            let unit = match &field.kind {
                tenure::schema::Kind::Number { unit, .. } if !unit.is_empty() => format!(" {unit}"),
                _ => String::new(),
            };
            // Each part is from its first edge up to, but without, the next one.
            let count = edges.len() + 1;
            let range = |at: usize| match (at.checked_sub(1).map(|before| short(edges[before])), edges.get(at)) {
                (None, None) => "known".into(),
                (None, Some(edge)) => format!("below {}{unit}", short(*edge)),
                (Some(from), Some(edge)) => format!("{from} to < {}{unit}", short(*edge)),
                (Some(from), None) => format!("{from}{unit} or more"),
            };
            let mut texts: Vec<String> = (0..count).map(range).collect();
            texts.push("missing".into());
            let part = |number: &f64| {
                if number.is_nan() { count } else { edges.partition_point(|edge| *edge <= *number) }
            };
            (texts, numbers.iter().map(part).collect())
        }
    }
}

/// A number with at most four significant digits.
pub fn short(number: f64) -> String {
    if number == 0.0 {
        return "0".into();
    }
    let digits = (3.0 - number.abs().log10().floor()).clamp(0.0, 9.0) as usize;
    let text = format!("{number:.digits$}");
    if text.contains('.') { text.trim_end_matches('0').trim_end_matches('.').into() } else { text }
}

fn segment(field: &str, label: String, rows: &[usize], labels: &[bool], probabilities: &[f64]) -> (Segment, [f64; 2]) {
    let own: Vec<f64> = rows.iter().map(|&row| probabilities[row]).collect();
    let left: Vec<bool> = rows.iter().map(|&row| labels[row]).collect();
    let count = rows.len() as f64;
    let positives = left.iter().filter(|&&label| label).count();
    let (rate, mean) = (positives as f64 / count, own.iter().sum::<f64>() / count);
    let log_loss = mean_log_loss(&own, &left);
    // The loss of a row less its expectation is (p - outcome) × logit, so its variance is p(1 - p)
    // logit².
    let (mut excess, mut gap_variance, mut excess_variance) = (0.0, 0.0, 0.0);
    for (p, label) in own.iter().zip(&left) {
        let p = p.clamp(LEAST, 1.0 - LEAST);
        let logit = (p / (1.0 - p)).ln();
        excess += (p - f64::from(u8::from(*label))) * logit / count;
        gap_variance += p * (1.0 - p);
        excess_variance += p * (1.0 - p) * logit * logit;
    }
    let gap = rate - mean;
    let Interval { low, high } = wilson(positives as u64, rows.len() as u64);
    let area = roc_auc_variance(&own, &left).ok().filter(|(_, variance)| variance.is_finite());
    let interval = area.map(|(area, variance)| {
        let half = 1.96 * variance.sqrt();
        Interval { low: (area - half).max(0.0), high: (area + half).min(1.0) }
    });
    let segment = Segment {
        field: field.into(),
        label,
        rows: rows.len(),
        rate,
        mean_probability: mean,
        gap,
        gap_interval: Interval { low: low - mean, high: high - mean },
        log_loss,
        excess,
        roc_auc: area.map(|(area, _)| area),
        roc_auc_interval: interval,
        adjusted_p: [1.0; 2],
        worse: false,
    };
    (segment, [two_sided(gap * count / gap_variance.sqrt()), two_sided(excess * count / excess_variance.sqrt())])
}

/// The two-sided p-value of a normal deviate; 1 for NaN.
fn two_sided(deviate: f64) -> f64 {
    if deviate.is_nan() { 1.0 } else { libm::erfc(deviate.abs() / std::f64::consts::SQRT_2) }
}

/// Adjusted p-values (Benjamini & Hochberg 1995, in the form of Yekutieli & Benjamini 1999), in the
/// order given.
fn benjamini_hochberg(p: &[f64]) -> Vec<f64> {
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*b].total_cmp(&p[*a]));
    let mut adjusted = vec![1.0; p.len()];
    let mut lowest: f64 = 1.0;
    for (passed, &at) in order.iter().enumerate() {
        lowest = lowest.min(p[at] * p.len() as f64 / (p.len() - passed) as f64);
        adjusted[at] = lowest;
    }
    adjusted
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cohort::tests::{SCHEMA, cohort};
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    #[test]
    fn p_values_are_adjusted_as_statsmodels_adjusts_them() {
        // multipletests(…, method="fdr_bh")
        let seen = benjamini_hochberg(&[0.01, 0.04, 0.03, 0.5, 0.005]);
        for (seen, expected) in seen.iter().zip([0.025, 0.05, 0.05, 0.5, 0.025]) {
            assert!((seen - expected).abs() < 1e-12, "{seen}");
        }
        assert!((two_sided(1.959_964) - 0.05).abs() < 1e-6);
    }

    /// Rows whose outcomes follow the probabilities, but for one contract, where they are twice as
    /// likely. Within a contract the outcomes are spread evenly, so that chance adds nothing of its
    /// own.
    #[test]
    fn the_segment_with_the_fault_is_found_and_the_sound_one_is_not() {
        let mut random = ChaCha8Rng::seed_from_u64(5);
        let mut text = String::from("tenure,contract,partner,Churn\n");
        let (mut probabilities, mut owed) = (Vec::new(), [0.0; 2]);
        for row in 0..4000 {
            let year = row % 4 == 0;
            let probability: f64 = random.random_range(0.1..0.4);
            let owed = &mut owed[usize::from(year)];
            *owed += if year { 2.0 * probability } else { probability };
            let left = *owed >= 1.0;
            *owed -= f64::from(u8::from(left));
            let contract = if year { "Year" } else { "Month" };
            let partner = if random.random_bool(0.5) { "Yes" } else { "No" };
            text +=
                &format!("{},{contract},{partner},{}\n", random.random_range(0..60), if left { "Yes" } else { "No" });
            probabilities.push(probability);
        }
        let cohort = cohort(&text, &toml::from_str(SCHEMA).unwrap()).unwrap();
        let rows: Vec<u32> = (0..4000).collect();
        let seen = segments(&cohort, &rows, &probabilities);
        let year = &seen.segments[0];
        assert!(year.label.ends_with("Year") && year.worse && year.gap > 0.2, "{year:?}");
        assert!(year.gap_interval.low < year.gap && year.gap < year.gap_interval.high);
        assert!(seen.segments.iter().any(|segment| segment.label.contains("to <")), "{seen:?}");
        let ends = |segment: &&Segment| segment.label.contains("below ") || segment.label.contains("or more");
        assert_eq!(seen.segments.iter().filter(ends).count(), 2, "{seen:?}");
        // Segments of other fields hold faulty rows too; the sound contract holds none.
        let month = seen.segments.iter().find(|segment| segment.label.ends_with("Month")).unwrap();
        assert!(!month.worse, "{month:?}");
        assert_eq!(seen.tests, 2 * seen.segments.len());
    }

    #[test]
    fn numbers_are_short() {
        assert_eq!([0.0, 12.3456, 0.00123456, 123456.0, -5.0].map(short), ["0", "12.35", "0.001235", "123456", "-5"]);
    }
}
