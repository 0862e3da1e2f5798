//! A table in figures: values, missing values and churn of each field.

use crate::cohort::{Cohort, Column, MISSING_CODE};
use crate::file::file_name;
use crate::metrics::quantile;
use crate::stored::may_be_told;
use serde::Serialize;
use tenure::encoding::Statistics;

/// A table in figures.
#[derive(Debug, Serialize)]
pub struct DataFigures {
    pub file: String,
    pub sha256: String,
    pub rows: usize,
    pub left: usize,
    /// Rows that were not measured: a value is invalid, or the target is missing.
    pub left_out: usize,
    pub target: String,
    /// What means that a customer left, as in `Churn = Yes`.
    pub left_where: String,
    pub fields: Vec<FieldFigures>,
}

/// One field.
#[derive(Debug, Serialize)]
pub struct FieldFigures {
    pub name: String,
    pub label: String,
    pub unit: String,
    /// Customers without a value; `None` where they are too few to be shared.
    pub missing: Option<usize>,
    /// Smallest, quartiles, largest; for numbers that are not all missing. In a report that is
    /// shared, the nearest [`Statistics`].
    pub quantiles: Option<[f64; 5]>,
    /// For categories and flags, as the schema lists them; `other` last where there is any.
    pub categories: Vec<CategoryFigures>,
    /// Categories that are left out, because too few customers have them.
    pub left_out: usize,
}

/// Customers of one category.
#[derive(Debug, Serialize)]
pub struct CategoryFigures {
    pub text: String,
    pub rows: usize,
    pub left: usize,
}

impl DataFigures {
    pub(super) fn new(cohort: &Cohort, share: bool) -> DataFigures {
        DataFigures {
            file: file_name(&cohort.report().file),
            sha256: cohort.report().sha256.clone(),
            rows: cohort.rows(),
            left: cohort.positives(),
            left_out: cohort.left_out().len(),
            target: cohort.schema().target.field.clone(),
            left_where: cohort.schema().target.words(),
            fields: (0..cohort.schema().fields.len()).map(|field| FieldFigures::new(cohort, field, share)).collect(),
        }
    }
}

impl FieldFigures {
    fn new(cohort: &Cohort, index: usize, share: bool) -> FieldFigures {
        let field = &cohort.schema().fields[index];
        let mut summary = FieldFigures {
            name: field.name.clone(),
            label: field.label().to_owned(),
            unit: match &field.kind {
                tenure::schema::Kind::Number { unit, .. } => unit.clone(),
                _ => String::new(),
            },
            missing: None,
            quantiles: None,
            categories: Vec::new(),
            left_out: 0,
        };
        let mut missing = 0;
        match cohort.column(index) {
            Column::Numbers(numbers) => {
                let mut known: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
                missing = numbers.len() - known.len();
                known.sort_unstable_by(f64::total_cmp);
                let statistics = if share { Statistics::of(&known, &[]) } else { Statistics::default() };
                let last = known.len().saturating_sub(1) as f64;
                let at = |part: f64| match share {
                    true => statistics.at_rank((part * last).round() as usize),
                    false => (!known.is_empty()).then(|| quantile(&known, part)),
                };
                let quantiles = [0.0, 0.25, 0.5, 0.75, 1.0].map(at);
                summary.quantiles = quantiles[0].is_some().then(|| quantiles.map(Option::unwrap_or_default));
            }
            Column::Codes(codes) => {
                let mut counts = vec![(0, 0); field.category_count() + 1];
                for (&code, &label) in codes.iter().zip(cohort.labels()) {
                    if code == MISSING_CODE {
                        missing += 1;
                        continue;
                    }
                    let (rows, left) = &mut counts[usize::from(code)];
                    *rows += 1;
                    *left += usize::from(label);
                }
                let texts = category_texts(field);
                let categories =
                    texts.into_iter().zip(counts).map(|(text, (rows, left))| CategoryFigures { text, rows, left });
                let last = field.category_count();
                let all = categories.enumerate();
                summary.categories = all
                    .filter(|(at, category)| *at < last || category.rows > 0)
                    .map(|(_, category)| category)
                    .collect();
                let listed = summary.categories.len();
                summary.categories.retain(|category| !share || may_be_told(category.rows));
                summary.left_out = listed - summary.categories.len();
            }
        }
        summary.missing = Some(missing).filter(|missing| !share || may_be_told(*missing));
        summary
    }
}

/// The texts of a field's codes, `other` last.
pub(super) fn category_texts(field: &tenure::schema::Field) -> Vec<String> {
    let is_flag = matches!(field.kind, tenure::schema::Kind::Flag { .. });
    let texts: Vec<&str> = if is_flag { vec!["No", "Yes"] } else { field.categories() };
    texts.into_iter().chain(["other"]).map(Into::into).collect()
}
