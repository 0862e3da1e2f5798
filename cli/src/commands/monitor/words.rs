//! The figures in words.

use indicatif::HumanCount;
use tenure::monitoring::{Comparison, Concept, Estimate, FieldComparison, SIGNIFICANCE, Verdict};
use tenure::schema::date;
use tenure::scorer::Scorer;

use crate::profiles::ProfileFile;

/// Fields that are listed although they have not moved.
const SHOWN: usize = 5;

fn percent(share: Option<f64>) -> String {
    share.map_or_else(|| "few".into(), |share| format!("{:.1}%", 100.0 * share))
}

fn estimate(estimate: Option<Estimate>, scale: f64, digits: usize) -> String {
    estimate.map_or_else(
        || "not known".into(),
        |Estimate { value, low, high }| {
            let [value, low, high] = [value, low, high].map(|number| format!("{:.digits$}", scale * number));
            format!("{value} ({low} to {high})")
        },
    )
}

/// Why the verdict is not fine.
pub(super) fn reasons(
    scorer: &Scorer,
    sum: &Comparison,
    each: &[Comparison],
    files: &[ProfileFile],
    concept: Option<&Concept>,
) -> Vec<String> {
    let name = |field: &FieldComparison| format!("`{}`", scorer.document().schema.fields[field.field].name);
    let mut reasons = Vec::new();
    let broken = |comparison: &Comparison| {
        let mut reasons = Vec::new();
        if comparison.rows[1] == 0 {
            reasons.push("there is no row".into());
        }
        for field in comparison.fields.iter().filter(|field| field.broken) {
            reasons.push(format!(
                "{} is missing in {} of the rows, unseen in {} and unreadable in {} (in training {}, {} and {})",
                name(field),
                percent(field.missing[1]),
                percent(field.replaced[1]),
                percent(field.unreadable[1]),
                percent(field.missing[0]),
                percent(field.replaced[0]),
                percent(field.unreadable[0]),
            ));
        }
        if comparison.verdict == Verdict::Broken && reasons.is_empty() {
            reasons.push(format!("{} of the rows have no score", percent(Some(comparison.not_scored[1]))));
        }
        reasons
    };
    reasons.extend(broken(sum));
    for (file, one) in files.iter().zip(each).filter(|_| files.len() > 1) {
        reasons.extend(broken(one).into_iter().map(|reason| format!("{}: {reason}", file.name)));
    }
    let drifted: Vec<String> = sum.fields.iter().filter(|field| field.drifted).map(name).collect();
    if !drifted.is_empty() {
        reasons.push(format!("{} moved", drifted.join(", ")));
    }
    if sum.scores.drifted {
        let [before, now] = sum.scores.mean;
        reasons.push(format!("the scores moved (mean {} to {})", percent(before), percent(now)));
    }
    if let Some(concept) = concept.filter(|concept| concept.drifted) {
        reasons.push(format!(
            "customers leave otherwise than the model says ({} left, {} were expected; p = {:.1e})",
            percent(Some(concept.rate)),
            percent(Some(concept.mean_probability)),
            concept.p_value
        ));
    }
    reasons
}

/// The whole answer.
pub(super) fn text(
    scorer: &Scorer,
    sum: &Comparison,
    each: &[Comparison],
    files: &[ProfileFile],
    concept: Option<&Concept>,
    verdict: Verdict,
) -> String {
    let schema = &scorer.document().schema;
    let rows = |rows: u64| HumanCount(rows).to_string();
    let mut lines = vec![
        format!(
            "{}: {} rows, {}, beside {} rows of the training",
            verdict.name(),
            rows(sum.rows[1]),
            days(sum.days),
            rows(sum.rows[0])
        ),
        format!(
            "If nothing moved, {} of 100 such comparisons would show drift. Thresholds depend on the number of rows.",
            100.0 * SIGNIFICANCE
        ),
        String::new(),
        format!("{:<24}{:>16}{:>16}{:>18}{:>18}  ", "", "PSI", "JS distance", "chi-square", "Wasserstein"),
    ];
    let mut fields: Vec<&FieldComparison> = sum.fields.iter().collect();
    fields.sort_by(|a, b| a.distances.p_value.total_cmp(&b.distances.p_value));
    let shown = fields.iter().filter(|field| field.drifted || field.broken).count().max(SHOWN);
    let line = |name: &str, distances: &tenure::monitoring::Distances, marks: String| {
        let pair = |distance: tenure::monitoring::Distance, digits: usize| {
            format!("{:.digits$} / {:.digits$}", distance.value, distance.threshold)
        };
        let wasserstein = distances.wasserstein.map_or_else(String::new, |distance| pair(distance, 3));
        format!(
            "{name:<24}{:>16}{:>16}{:>18}{wasserstein:>18}  {marks}",
            pair(distances.population_stability, 3),
            pair(distances.jensen_shannon, 3),
            pair(distances.chi_square, 1),
        )
        .trim_end()
        .to_owned()
    };
    for field in fields.iter().take(shown) {
        let marks = [(field.broken, "broken"), (field.drifted, "moved")];
        let marks: Vec<&str> = marks.into_iter().filter(|(is, _)| *is).map(|(_, word)| word).collect();
        lines.push(line(&schema.fields[field.field].name, &field.distances, marks.join(", ")));
    }
    if shown < fields.len() {
        lines.push(format!("{} more fields did not move", fields.len() - shown));
    }
    let moved = if sum.scores.drifted { "moved" } else { "" };
    lines.push(line("scores", &sum.scores.distances, moved.into()));
    let [before, now] = sum.scores.mean;
    lines.push(format!(
        "mean probability {} in training, {} now (p = {:.3}); not scored {} and {}",
        percent(before),
        percent(now),
        sum.scores.mean_p_value,
        percent(Some(sum.not_scored[0])),
        percent(Some(sum.not_scored[1]))
    ));
    lines.push(String::new());
    lines.push(
        "Expected while nobody knows who left, if the probabilities are right (95% of what would be measured):".into(),
    );
    let [before, now] = &sum.expected;
    let figures = [
        ("share that leaves", before.rate, now.rate, 100.0, 1),
        ("ROC-AUC", before.roc_auc, now.roc_auc, 1.0, 3),
        ("precision", before.precision, now.precision, 1.0, 3),
        ("recall", before.recall, now.recall, 1.0, 3),
        ("log-loss", before.log_loss, now.log_loss, 1.0, 3),
        ("profit a customer", before.profit, now.profit, 1.0, 2),
    ];
    for (name, before, now, scale, digits) in figures {
        lines.push(format!(
            "  {name:<18} {:<28} in training {}",
            estimate(now, scale, digits),
            estimate(before, scale, digits)
        ));
    }
    if let Some(concept) = concept {
        lines.push(String::new());
        lines.push(format!("Measured on {} labelled rows:", rows(concept.rows)));
        let expected = concept.expected_roc_auc.map_or_else(|| "not known".into(), |area| format!("{area:.3}"));
        lines.push(format!(
            "  ROC-AUC            {} (the probabilities promise {expected})",
            estimate(concept.roc_auc, 1.0, 3)
        ));
        lines.push(format!("  log-loss           {:.3}", concept.log_loss));
        lines.push(format!(
            "  left               {} ({} expected)",
            percent(Some(concept.rate)),
            percent(Some(concept.mean_probability))
        ));
        let number = |number: Option<f64>| number.map_or_else(|| "none".into(), |number| format!("{number:.3}"));
        lines.push(format!("  precision, recall  {}, {}", number(concept.precision), number(concept.recall)));
        let drifted =
            if concept.drifted { "customers leave otherwise than before" } else { "no change by more than chance" };
        lines.push(format!(
            "  concept drift      {drifted} (chi-square {:.1}, p = {:.2e})",
            concept.statistic, concept.p_value
        ));
    }
    if files.len() > 1 {
        lines.push(String::new());
        for (file, one) in files.iter().zip(each) {
            lines.push(format!(
                "{}: {}, {} rows, {}, expected ROC-AUC {}",
                file.name,
                days(one.days),
                rows(one.rows[1]),
                one.verdict.name(),
                estimate(one.expected[1].roc_auc, 1.0, 3)
            ));
        }
    }
    lines.join("\n")
}

/// The days of a profile in words.
fn days(days: Option<[i32; 2]>) -> String {
    match days.map(|days| days.map(|day| date::text(f64::from(day)))) {
        Some([first, last]) if first == last => first,
        Some([first, last]) => format!("{first} to {last}"),
        None => "days not given".into(),
    }
}
