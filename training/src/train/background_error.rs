//! How far explanations against the background are from explanations against the training set itself, for the card: the
//! number of background rows is a choice, and this is what it costs.

use rayon::prelude::*;
use serde_json::{Map, Value, json};
use tenure::artifact::Artifact;
use tenure::customer::Customer;
use tenure::scorer::{ExplainOptions, Explanation, Scorer};

use super::BackgroundError;
use crate::cohort::Cohort;

/// Customers that are explained, spread over the training rows.
const CUSTOMERS: usize = 20;
/// Training rows that are a background of their own, at most, spread likewise.
const REFERENCE_ROWS: usize = 2048;
/// Evaluations for each of them: sampled, because thousands of games walked whole would take hours.
const EVALUATIONS: u64 = 64;
/// What the references may cost together, so that a large network takes seconds and not minutes.
const MULTIPLY_ADDS: u64 = 1 << 33;

/// Mean absolute error of a contribution, on the logit, for each of some `backgrounds` in place of the artifact's, and of
/// the base value; with what it was measured against.
pub(super) fn background_error(
    artifact: &Artifact,
    cohort: &Cohort,
    rows: &[u32],
    backgrounds: Vec<Vec<Customer>>,
) -> Result<Value, BackgroundError> {
    let evaluation = artifact.network.multiply_adds(1) as u64;
    let affordable = (MULTIPLY_ADDS / (CUSTOMERS as u64 * EVALUATIONS * evaluation)) as usize;
    let reference_rows = REFERENCE_ROWS.min(affordable.max(256));
    let customers = spread(cohort, rows, CUSTOMERS)?;
    let against = |background: Vec<Customer>, options: ExplainOptions| {
        let scorer = Scorer::new(Artifact { background, ..artifact.clone() });
        let explain = |customer| scorer.explain(customer, &options, &mut scorer.workspace());
        // The budgets are above the least that a background takes.
        customers.par_iter().map(explain).collect::<Result<Vec<Explanation>, _>>().unwrap_or_default()
    };
    let reference = spread(cohort, rows, reference_rows)?;
    let reference_rows = reference.len();
    let budget = Some(EVALUATIONS * reference_rows as u64);
    let truth = against(reference, ExplainOptions { budget, ..ExplainOptions::default() });
    let (mut errors, mut bases) = (Map::new(), Map::new());
    for background in backgrounds {
        let count = background.len().to_string();
        let explained = against(background, ExplainOptions::default());
        let pairs = || explained.iter().zip(&truth);
        let differences = pairs().flat_map(|(one, truth)| one.contributions.iter().zip(&truth.contributions));
        errors.insert(count.clone(), mean(differences.map(|(one, truth)| (one - truth).abs())));
        bases.insert(count, mean(pairs().map(|(one, truth)| (one.base - truth.base).abs())));
    }
    Ok(json!({
        "background_rows": artifact.background.len(),
        "customers": customers.len(),
        "reference_rows": reference_rows,
        "reference_standard_error": mean(truth.iter().map(Explanation::standard_error)),
        "mean_absolute_contribution": mean(truth.iter().flat_map(|truth| truth.contributions.iter().map(|one| one.abs()))),
        "mean_absolute_error": errors,
        "base_error": bases,
    }))
}

/// At most `count` rows of the cohort, evenly spread over `rows`.
fn spread(cohort: &Cohort, rows: &[u32], count: usize) -> Result<Vec<Customer>, BackgroundError> {
    let count = count.min(rows.len());
    let fields = cohort.schema().fields.len();
    let customer = |at: usize| {
        let row = rows[at * rows.len() / count] as usize;
        let cells: Vec<_> = (0..fields).map(|field| cohort.column(field).cell(row)).collect();
        let customer = Customer::from_cells(cohort.schema(), &cells);
        customer.map_err(|problems| BackgroundError::NoCustomer(problems[0].to_string()))
    };
    (0..count).map(customer).collect()
}

/// To four digits: more would only make the artifact longer.
fn mean(values: impl Iterator<Item = f64>) -> Value {
    let (sum, count) = values.fold((0.0, 0), |(sum, count), value| (sum + value, count + 1));
    let mean = sum / f64::from(count.max(1));
    json!(format!("{mean:.3e}").parse().unwrap_or(mean))
}
