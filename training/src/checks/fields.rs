//! Each field alone: its figures, and what is suspicious in them.

use serde::Serialize;
use tenure::schema::{Field, Kind, NumberFormat, Schema, date};

use super::finding::{Check, Finding};
use super::placeholders::{self, Placeholder};
use crate::cohort::{Cohort, Column, MISSING_CODE};
use crate::metrics::roc_auc;
use crate::profile::{identifies, outcome_word, profile_of, row_position};
use crate::words::percent;

/// A field with a higher ROC-AUC of its own is hardly known before a customer leaves.
const LEAK_ROC_AUC: f64 = 0.98;
/// A field that is missing in a larger share of the rows is reported.
const MOSTLY_MISSING: f64 = 0.5;
/// Rows that are enough to recognise an identifier.
const IDENTIFIER_ROWS: usize = 100_000;
/// Levels that a number is cut into, to see how well it ranks alone.
const LEVELS: usize = 32;
/// Tukey's "far out" is 3 interquartile ranges beyond the quartiles (Exploratory Data Analysis,
/// 1977).
const FAR_OUT: f64 = 3.0;

/// The figures of one field.
#[derive(Clone, Debug, Serialize)]
pub struct FieldSummary {
    pub field: String,
    pub kind: &'static str,
    /// Rows that do not have it.
    pub missing: usize,
    /// How well the field alone ranks the customers: rates by level, learned on half of the rows and
    /// measured on the rest. About 0.5, on either side, where it says nothing. None where a half of
    /// the rows has one class.
    pub roc_auc: Option<f64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub numbers: Option<NumberSummary>,
    /// Rows of each category, OTHER last.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub categories: Vec<CategorySummary>,
}

/// Figures of a number; a date's are days before its reference.
#[derive(Clone, Debug, Serialize)]
pub struct NumberSummary {
    pub minimum: f64,
    pub lower_quartile: f64,
    pub median: f64,
    pub upper_quartile: f64,
    pub maximum: f64,
    /// Rows more than 3 interquartile ranges beyond the quartiles.
    pub far_out: usize,
    /// Rows that lie apart from the rest, and are likely placeholders.
    pub placeholders: usize,
    /// The different numbers or dates of those rows.
    pub apart: Vec<Placeholder>,
    /// The lowest and the highest number of the other rows; for a date, days since 1970-01-01.
    #[serde(skip)]
    usual: [f64; 2],
}

#[derive(Clone, Debug, Serialize)]
pub struct CategorySummary {
    pub category: String,
    pub rows: usize,
    pub positives: usize,
}

pub(super) fn summaries(cohort: &Cohort) -> Vec<FieldSummary> {
    cohort.schema().fields.iter().enumerate().map(|(index, field)| summary(cohort, index, field)).collect()
}

fn summary(cohort: &Cohort, index: usize, field: &Field) -> FieldSummary {
    let labels = cohort.labels();
    let (missing, numbers, categories, levels) = match cohort.column(index) {
        Column::Numbers(numbers) => {
            let mut sorted: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
            sorted.sort_unstable_by(f64::total_cmp);
            let cuts: Vec<f64> =
                (1..LEVELS).filter_map(|cut| sorted.get(cut * sorted.len() / LEVELS)).copied().collect();
            let level = |number: &f64| match number.is_nan() {
                true => LEVELS,
                false => cuts.partition_point(|cut| cut <= number),
            };
            let levels = numbers.iter().map(level).collect::<Vec<_>>();
            (numbers.len() - sorted.len(), NumberSummary::of(field, &sorted), Vec::new(), levels)
        }
        Column::Codes(codes) => {
            let mut names = field.categories();
            names.push("other");
            let mut categories: Vec<CategorySummary> = names
                .into_iter()
                .map(|name| CategorySummary { category: name.into(), rows: 0, positives: 0 })
                .collect();
            let known = codes.iter().zip(labels).filter(|(code, _)| **code != MISSING_CODE);
            known.for_each(|(&code, &label)| {
                categories[usize::from(code)].rows += 1;
                categories[usize::from(code)].positives += usize::from(label);
            });
            let missing = codes.iter().filter(|code| **code == MISSING_CODE).count();
            let levels = codes.iter().map(|&code| usize::from(code).min(categories.len())).collect();
            (missing, None, categories, levels)
        }
    };
    let kind = match field.kind {
        Kind::Number { .. } => "number",
        Kind::Date { .. } => "date",
        Kind::Category { .. } => "category",
        Kind::Flag { .. } => "flag",
    };
    FieldSummary { field: field.name.clone(), kind, missing, roc_auc: alone(&levels, labels), numbers, categories }
}

/// Which half of the rows a row is in, by a hash of its place (SplitMix64; Steele et al. 2014): the
/// order of a table may have a period, as where customers who left and who stayed alternate.
fn is_held_out(row: usize) -> bool {
    let mut hash = (row as u64).wrapping_add(1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash = (hash ^ (hash >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    hash = (hash ^ (hash >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (hash ^ (hash >> 31)) & 1 == 1
}

/// The ROC-AUC of the rates of every level, learned on half of the rows and measured on the others.
fn alone(levels: &[usize], labels: &[bool]) -> Option<f64> {
    let count = levels.iter().max()? + 1;
    let rate = labels.iter().filter(|&&label| label).count() as f64 / labels.len() as f64;
    // Shrunk to the rate of all by one row, so that a level of one row has little weight.
    let mut tally = vec![(rate, 1.0); count];
    let rows = || levels.iter().zip(labels).enumerate();
    for (_, (&level, &label)) in rows().filter(|(row, _)| !is_held_out(*row)) {
        tally[level].0 += f64::from(u8::from(label));
        tally[level].1 += 1.0;
    }
    let measured = rows().filter(|(row, _)| is_held_out(*row));
    let (probabilities, labels): (Vec<f64>, Vec<bool>) =
        measured.map(|(_, (&level, &label))| (tally[level].0 / tally[level].1, label)).unzip();
    roc_auc(&probabilities, &labels).ok()
}

impl NumberSummary {
    fn of(field: &Field, sorted: &[f64]) -> Option<NumberSummary> {
        let (first, last) = (*sorted.first()?, *sorted.last()?);
        let quantile = |share: f64| sorted[((sorted.len() - 1) as f64 * share).round() as usize];
        let [lower, median, upper] = [0.25, 0.5, 0.75].map(quantile);
        let range = upper - lower;
        let beyond = |number: f64| number < lower - FAR_OUT * range || number > upper + FAR_OUT * range;
        let far_out = sorted.iter().filter(|&&number| range > 0.0 && beyond(number)).count();
        let (apart, usual) = placeholders::find(field, sorted);
        let placeholders = apart.iter().map(|placeholder| placeholder.rows).sum();
        Some(NumberSummary {
            minimum: first,
            lower_quartile: lower,
            median,
            upper_quartile: upper,
            maximum: last,
            far_out,
            placeholders,
            apart,
            usual,
        })
    }

    /// What lies apart, and how to say that it means "not known".
    fn placeholders(&self, is_date: bool) -> String {
        let rows = |count: usize| if count == 1 { "row" } else { "rows" };
        let counts = self
            .apart
            .iter()
            .map(|Placeholder { text, rows: count, .. }| format!("{text} in {count} {}", rows(*count)));
        let texts = self.apart.iter().map(|placeholder| format!("{:?}", placeholder.text));
        let [lowest, highest] = self.usual.map(|end| if is_date { date::text(end) } else { end.to_string() });
        format!(
            "has {}, far from the rest ({lowest} to {highest}): if that means that the value is not known, write missing = [{}] in its field",
            counts.collect::<Vec<_>>().join(", "),
            texts.collect::<Vec<_>>().join(", ")
        )
    }
}

/// Adds what is suspicious in one field.
pub(super) fn find(
    cohort: &Cohort,
    index: usize,
    summary: &FieldSummary,
    schema: &Schema,
    findings: &mut Vec<Finding>,
) {
    let (field, rows) = (&cohort.schema().fields[index], cohort.rows());
    let mut report = |check, message: String| findings.push(Finding::of_field(check, &summary.field, message));
    if let Some(auc) = summary.roc_auc.filter(|&auc| auc > LEAK_ROC_AUC) {
        report(Check::Leak, format!("alone has ROC-AUC {auc:.4}: is it known before a customer leaves?"));
    }
    known_for_one_class(cohort, index, summary, &mut report);
    if let Some(word) = outcome_word(&field.name, &schema.target.field) {
        report(Check::PostOutcome, format!("speaks of {word:?} in its name: is it known before a customer leaves?"));
    }
    if let Some(profile) = profile_of(&field.name, texts(cohort, index).take(IDENTIFIER_ROWS)) {
        if let Some(reason) = row_position(&profile) {
            report(Check::Identifier, format!("holds {reason}; list it under `ignored`"));
        } else if let Some(reason) = identifies(&profile) {
            report(Check::Identifier, format!("identifies rows: {reason}; list it under `identifiers`"));
        }
    }
    if summary.missing as f64 > MOSTLY_MISSING * rows as f64 {
        report(
            Check::Missing,
            format!("is missing in {} of {rows} rows ({})", summary.missing, percent(summary.missing, rows)),
        );
    }
    match (&summary.numbers, &field.kind) {
        (Some(numbers), _) if numbers.minimum == numbers.maximum => {
            report(Check::Constant, format!("is {} in every row that has it", numbers.minimum));
        }
        (Some(numbers), kind) => {
            if let (Kind::Date { reference, .. }, Column::Numbers(days)) = (kind, cohort.column(index)) {
                let placeholder = |days: f64| numbers.apart.iter().any(|placeholder| placeholder.is(days));
                let after = days.iter().filter(|&&days| days < 0.0 && !placeholder(days)).count();
                let day = date::text(*reference);
                if after > 0 {
                    report(
                        Check::AfterReference,
                        format!(
                            "is after the reference {day} in {after} of {rows} rows: is it known before a customer leaves, and is {day} the day of the export?"
                        ),
                    );
                }
            }
            if numbers.placeholders > 0 {
                report(Check::Outlier, numbers.placeholders(matches!(kind, Kind::Date { .. })));
            }
        }
        _ => {
            let seen = summary.categories.iter().filter(|category| category.rows > 0).count();
            if seen == 1 {
                report(Check::Constant, "has one category in every row that has it".into());
            }
            let listed = schema.field_index(&field.name).map_or(0, |index| schema.fields[index].category_count());
            let folded = listed - field.category_count().min(listed);
            if folded > 0 {
                report(
                    Check::RareCategory,
                    format!(
                        "has {folded} of {listed} categories with fewer than {} rows, which count as OTHER",
                        field.minimum_members
                    ),
                );
            }
        }
    }
}

/// A field that is filled in when a customer leaves is missing for all that stayed, or the other
/// way round.
fn known_for_one_class(cohort: &Cohort, index: usize, summary: &FieldSummary, report: &mut impl FnMut(Check, String)) {
    if summary.missing == 0 {
        return;
    }
    let column = cohort.column(index);
    let mut known = [0; 2];
    for (row, &label) in cohort.labels().iter().enumerate() {
        known[usize::from(label)] += usize::from(column.cell(row) != tenure::customer::Cell::Missing);
    }
    let totals = [cohort.rows() - cohort.positives(), cohort.positives()];
    for (class, words) in [(0, ["stayed", "left"]), (1, ["left", "stayed"])] {
        // At least 20 known rows would hardly be all of one class by chance.
        if known[1 - class] == 0 && known[class] >= 20 && known[class] * 5 > totals[class] {
            let share = percent(known[class], totals[class]);
            report(
                Check::KnownForOneClass,
                format!(
                    "is known for {share} of the customers that {} and for none that {}: is it known before a customer leaves?",
                    words[0], words[1]
                ),
            );
        }
    }
}

/// Whether a kind's values measure something: dates, and numbers that are dressed in a unit or marks.
fn is_measured(kind: &Kind) -> bool {
    match kind {
        Kind::Date { .. } => true,
        Kind::Number { format, .. } => *format != NumberFormat::default(),
        Kind::Category { .. } | Kind::Flag { .. } => false,
    }
}

/// The texts of a column, missing ones left out.
fn texts(cohort: &Cohort, index: usize) -> Box<dyn Iterator<Item = String> + '_> {
    let field = &cohort.schema().fields[index];
    match cohort.column(index) {
        // Dates of a table of events differ from row to row and identify nobody.
        Column::Numbers(_) if is_measured(&field.kind) => Box::new(std::iter::empty()),
        Column::Numbers(numbers) => {
            Box::new(numbers.iter().filter(|number| !number.is_nan()).map(|number| number.to_string()))
        }
        Column::Codes(codes) => {
            let names = field.categories();
            Box::new(codes.iter().filter_map(move |code| names.get(usize::from(*code)).map(|name| (*name).to_owned())))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_the_rows_does_not_decide() {
        // The field says nothing, but in the even rows it does, and in the odd ones the opposite.
        let levels: Vec<usize> = (0..2000).map(|row| row / 2 % 2).collect();
        let labels: Vec<bool> = (0..2000).map(|row| (row % 2 == 0) == (row / 2 % 2 == 0)).collect();
        let seen = alone(&levels, &labels).unwrap();
        assert!((seen - 0.5).abs() < 0.06, "{seen}");
        let known: Vec<usize> = labels.iter().map(|&label| usize::from(label)).collect();
        assert_eq!(alone(&known, &labels), Some(1.0));
    }
}
